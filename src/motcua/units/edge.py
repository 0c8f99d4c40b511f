"""Read and write the crosswalk of administrative units."""

import csv
import hashlib
import importlib.metadata
import importlib.util
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, fields
from pathlib import Path

import yaml

from motcua.errors import PipelineError
from motcua.registers import read_text
from motcua.settings import REPOSITORY
from motcua.units.crosswalk import (
    COUNTS,
    Tables,
    UnitSuccession,
    check_successions,
    list_successions,
)
from motcua.units.register import AgencySuccession, parse_register

CROSSWALK = REPOSITORY / "dbt_project" / "reference" / "unit_successions.csv"
PACKAGE = "vietnamadminunits"
_HERE = Path(__file__).parent


def run_generate(target: Path = CROSSWALK) -> int:
    """Write the crosswalk, and beside it what it was made from; give its number of rows.

    Run by hand (``python -m motcua.units``), never by a build: the package is a tool of developers.

    Raises:
        PipelineError: the package is not installed, or its data are not what the checks expect.
    """
    tables, source = _read_package()
    found = [
        *list_successions(tables, _read("corrections.csv"), _read_instruments()),
        *_read_earlier(),
    ]
    check_successions(found)
    found.sort(key=lambda row: (row.effective_date, row))
    with target.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(
            lines, [one.name for one in fields(UnitSuccession)], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(asdict(row) | {"is_primary": str(row.is_primary).lower()} for row in found)
    told = source | {"checked_counts": COUNTS, "row_count": len(found)}
    target.with_suffix(".source.yml").write_text(
        yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return len(found)


def read_successions(path: Path = CROSSWALK) -> tuple[UnitSuccession, ...]:
    """Read the crosswalk as it is shipped."""
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            UnitSuccession(**line | {"is_primary": line["is_primary"] == "true"})
            for line in csv.DictReader(lines)
        )


def read_agency_successions(path: Path) -> tuple[AgencySuccession, ...]:
    """Read the register of succeeded agencies, checked.

    Raises:
        ContractError: what is wrong, in Vietnamese; also where there is no such file.
    """
    return parse_register(read_text(path), str(path))


def _read_package() -> tuple[Tables, dict[str, object]]:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise PipelineError("crosswalk of units", f"install {PACKAGE} first (the extra dev has it)")
    # Its data are read without importing it: that would load maps and address parsers.
    folder = Path(spec.origin).parent / "data"
    database, converter = folder / "dataset.db", folder / "converter_2025.json"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        legacy = [dict(row) for row in connection.execute("select * from admin_units_legacy")]
        current = [dict(row) for row in connection.execute("select * from admin_units")]
    pairs = json.loads(converter.read_text(encoding="utf-8"))
    tables = Tables(
        legacy, current, pairs["DICT_PROVINCE_WARD_NO_DIVIDED"], pairs["DICT_PROVINCE_WARD_DIVIDED"]
    )
    return tables, {
        "package": PACKAGE,
        "version": importlib.metadata.version(PACKAGE),
        "licence": "MIT, Copyright (c) 2025 Tran Ngoc Minh Hieu (LICENSE beside this file)",
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (database, converter)
        },
        "corrections": "src/motcua/units/corrections.csv",
    }


def _read_earlier() -> Sequence[UnitSuccession]:
    """Read what changed before 1/7/2025, written by hand from the documents."""
    return read_successions(_HERE / "earlier.csv")


def _read_instruments() -> dict[str, str]:
    return {row["new_province_code"]: row["instrument"] for row in _read("instruments.csv")}


def _read(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
