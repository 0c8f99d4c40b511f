"""Write the crosswalk of administrative units again (`python -m motcua.units`)."""

import sys

from motcua.errors import MotcuaError
from motcua.units.edge import CROSSWALK, run_generate

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{CROSSWALK.name}: {run_generate()} rows\n")
    except MotcuaError as error:
        sys.exit(str(error))
