"""Write the seed of holidays and swapped days again (`python -m motcua.worktime`)."""

import sys

from motcua.worktime.edge import SPECIAL_DAYS, run_generate

if __name__ == "__main__":
    sys.stdout.write(f"{SPECIAL_DAYS.name}: {run_generate()} rows\n")
