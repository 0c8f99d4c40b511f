"""Which days are worked: Monday to Friday, but for holidays and swapped days.

The same rule stands in dbt (`int_dates__all`); both read the same two seeds and a test holds them
together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY, LAST_DAY = date(2010, 1, 1), date(2027, 12, 31)
"""The days whose holidays the seed knows."""
MADE_UP = "Làm bù ngày nghỉ hoán đổi"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says, and who said so."""

    calendar_date: date
    is_working_day: bool
    day_name: str
    instrument: str


def list_official(
    days_off: Mapping[date, str], made_up: Iterable[date], instrument: str
) -> tuple[SpecialDay, ...]:
    """Give the rows of the seed, in order of day; a make-up day goes before its name."""
    known = {day: SpecialDay(day, False, name, instrument) for day, name in days_off.items()}
    known |= {day: SpecialDay(day, True, MADE_UP, instrument) for day in made_up}
    return tuple(known[day] for day in sorted(known) if FIRST_DAY <= day <= LAST_DAY)


def list_working_days(special: Iterable[SpecialDay], first: date, last: date) -> list[date]:
    """Give the days worked from the first to the last, both in; of two rows the later one holds."""
    named = {one.calendar_date: one.is_working_day for one in special}
    every = (first + timedelta(at) for at in range((last - first).days + 1))
    return [day for day in every if named.get(day, day.weekday() < 5)]
