"""Read the seeds of working time, and write the one of special days."""

import csv
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

from motcua.settings import REPOSITORY
from motcua.worktime.days import (
    FIRST_DAY,
    LAST_DAY,
    SpecialDay,
    list_official,
    list_working_days,
)

_SEEDS = REPOSITORY / "dbt_project" / "seeds"
SPECIAL_DAYS = _SEEDS / "special_days.csv"
OVERRIDES = _SEEDS / "special_day_overrides.csv"
WORKING_HOURS = _SEEDS / "working_hours.csv"


def run_generate(target: Path = SPECIAL_DAYS) -> int:
    """Write the seed from the installed `holidays` package; give its number of rows.

    Run by hand (``python -m motcua.worktime``), never by a build. Its version stands in each row.
    """
    import holidays

    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    # A day off may be worked for in the year before.
    known = holidays.country_holidays("VN", years=years, language="vi")
    rows = list_official(dict(known), known.weekend_workdays, f"holidays {holidays.__version__}")
    with target.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(
            lines, [one.name for one in fields(SpecialDay)], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(
            asdict(row) | {"is_working_day": str(row.is_working_day).lower()} for row in rows
        )
    return len(rows)


def read_working_days(first: date, last: date) -> list[date]:
    """Read the days worked from the first to the last, both in; an override goes before."""
    return list_working_days([*_read(SPECIAL_DAYS), *_read(OVERRIDES)], first, last)


def read_working_calendars() -> tuple[str, ...]:
    """Read the codes of the calendars that have hours of work, in order."""
    with WORKING_HOURS.open(encoding="utf-8", newline="") as lines:
        return tuple(sorted({row["working_calendar_code"] for row in csv.DictReader(lines)}))


def _read(path: Path) -> list[SpecialDay]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            SpecialDay(
                date.fromisoformat(row["calendar_date"]),
                row["is_working_day"] == "true",
                row["day_name"],
                row["instrument"],
            )
            for row in csv.DictReader(lines)
        ]
