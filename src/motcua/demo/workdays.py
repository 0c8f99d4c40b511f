"""Working days of the years that the demonstration knows, and how the season fills them."""

from collections.abc import Sequence
from datetime import date

from motcua.demo.scenarios import Span
from motcua.demo.spreading import spread
from motcua.worktime.edge import read_working_days

_FIRST_DAY, _LAST_DAY = date(2019, 6, 1), date(2026, 6, 30)
_MONTH_WEIGHTS = (0.9, 0.75, 1.12, 1.0, 1.05, 1.1, 1.05, 1.1, 1.0, 1.02, 1.0, 0.95)
_WEEKDAY_WEIGHTS = (1.2, 1.05, 1.0, 0.97, 0.88, 0.6, 0.6)
_SLOT_COUNT = 2048


def working_days() -> list[date]:
    """Give every working day, in order, as the warehouse knows them."""
    return read_working_days(_FIRST_DAY, _LAST_DAY)


def span_slots(days: Sequence[date], start_no: int, end_no: int) -> list[int]:
    """Working days of a span, each as often as the season and the day of the week ask."""
    weights = [
        _MONTH_WEIGHTS[day.month - 1] * _WEEKDAY_WEIGHTS[day.weekday()]
        for day in days[start_no - 1 : end_no]
    ]
    times = spread(_SLOT_COUNT, weights)
    return [start_no + at for at, count in enumerate(times) for _ in range(count)]


def span_bounds(days: Sequence[date], span: Span) -> tuple[int, int]:
    """First and last working day of a span, numbered from 1."""
    inside = [no for no, day in enumerate(days, 1) if span.start <= day <= span.end]
    return inside[0], inside[-1]
