"""What localities owe by their calendars, and what became of it.

The model ``fct_expected_deliveries`` judges by the same rules in SQL; a property test holds the two
together.
"""

import calendar as months
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from motcua.contracts import Calendar, Localities, Locality
from motcua.receipts import Receipt
from motcua.returns.mark import CONTRACT

MONTHS_APART = {"month": 1, "quarter": 3, "half": 6, "year": 12}
ND09_LAST_DAY = 14


@dataclass(frozen=True, slots=True)
class Deadline:
    """One delivery that a locality owes. Times are local civil time, without zone.

    ``exported_before_date`` is the end of the next period: what is exported from then on is that
    period's; null where no other is owed. ``counted_to_at`` is ``due_at`` and the calendar's grace.
    """

    locality: Locality
    period_end_date: date
    exported_before_date: date | None
    due_at: datetime
    counted_to_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        """Which deadline it is: locality and due moment."""
        return self.locality.locality_code, self.due_at.isoformat()


@dataclass(frozen=True, slots=True)
class Expected:
    """A deadline that has passed, and the delivery that met it, in time or late; null for none."""

    deadline: Deadline
    delivery_id: str | None
    delivered_at: datetime | None
    late_days: int

    @property
    def is_missing(self) -> bool:
        """Nothing that meets it has come."""
        return self.delivered_at is None

    @property
    def is_late(self) -> bool:
        """What meets it came after it."""
        return self.delivered_at is not None and self.delivered_at > self.deadline.counted_to_at


def list_deadlines(register: Localities, until: datetime) -> list[Deadline]:
    """List what was due up to a moment, by locality in the register's order, earliest first."""
    return [
        one
        for locality in register.localities
        for one in _deadlines_of(register, locality, until)
        if one.due_at <= until
    ]


def next_deadlines(register: Localities, after: datetime) -> dict[str, Deadline]:
    """Give the next deadline of each locality that has one to come, by its code."""
    coming = [
        one
        for locality in register.localities
        for one in _deadlines_of(register, locality, after)
        if one.due_at > after
    ]
    return {one.locality.locality_code: one for one in reversed(coming)}


def deadline_rows(register: Localities, as_of_date: date) -> list[dict[str, str | None]]:
    """Give what was due up to the end of a day, as the models read it."""
    return [
        {
            "locality_code": one.locality.locality_code,
            "province_code": one.locality.province_code,
            "period_end_date": one.period_end_date.isoformat(),
            "exported_before_date": _or_null(one.exported_before_date),
            "due_at": one.due_at.isoformat(),
            "counted_to_at": one.counted_to_at.isoformat(),
        }
        for one in list_deadlines(register, datetime.combine(as_of_date, time.max))
    ]


def judge(
    deadlines: Iterable[Deadline], receipts: Iterable[Receipt], today: date
) -> list[Expected]:
    """Say of each deadline which delivery met it.

    That is the first to arrive among those exported for its period: full exports that were not
    refused, from the period's end until the next one's. A mended return is no full export.

    Args:
        deadlines: What was due.
        receipts: What is known to have come.
        today: Up to when the days of a missing one are counted.
    """
    sent: dict[str, list[tuple[datetime, str, date]]] = {}
    for receipt in receipts:
        if receipt.state_code != "refused" and receipt.contract_code != CONTRACT:
            exported_date = datetime.fromisoformat(receipt.exported_at).date()
            line = (delivered_at(receipt), receipt.delivery_id, exported_date)
            sent.setdefault(receipt.locality_code, []).append(line)
    return [_judged(one, sent.get(one.locality.locality_code, []), today) for one in deadlines]


def delivered_at(receipt: Receipt) -> datetime:
    """Give when a delivery counts as delivered: at its arrival, a simulated one at its export."""
    moment = receipt.exported_at if receipt.is_simulated else receipt.arrived_at
    return datetime.fromisoformat(moment)


def _or_null(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _judged(deadline: Deadline, sent: list[tuple[datetime, str, date]], today: date) -> Expected:
    end = deadline.exported_before_date or date.max
    fitting = [line for line in sent if deadline.period_end_date <= line[2] < end]
    if not fitting:
        return Expected(deadline, None, None, _late_days(deadline, today))
    moment, delivery_id, _ = min(fitting)
    is_late = moment > deadline.counted_to_at
    days = _late_days(deadline, moment.date()) if is_late else 0
    return Expected(deadline, delivery_id, moment, days)


def _late_days(deadline: Deadline, day: date) -> int:
    """Count the days since the due day; less than one counts as one."""
    return max((day - deadline.due_at.date()).days, 1)


def _deadlines_of(register: Localities, locality: Locality, until: datetime) -> list[Deadline]:
    """List a locality's deadlines up to some that are still to come after ``until``."""
    found: dict[datetime, Deadline] = {}
    ends = [
        (end, register.calendars[name])
        for name in locality.calendars
        for end in _period_ends(register.calendars[name], until.year + 2)
    ]
    following = None
    for end, by in sorted(ends, key=lambda one: one[0], reverse=True):
        due_at = _due_at(by, end)
        counted_to_at = due_at + timedelta(hours=by.grace_hours)
        # Two periods due at one moment, by two calendars, are one: the later holds the earlier.
        found.setdefault(due_at, Deadline(locality, end, following, due_at, counted_to_at))
        following = end
    return [found[due_at] for due_at in sorted(found)]


def _period_ends(by: Calendar, last_year: int) -> Iterator[date]:
    step = MONTHS_APART[by.every]
    for year in range(by.from_date.year, max(last_year, by.from_date.year + 2) + 1):
        for month in range(step, 13, step):
            last_day = months.monthrange(year, month)[1]
            end = date(year, month, ND09_LAST_DAY if by.scheme == "nd09" else last_day)
            if by.from_date <= end <= (by.to_date or date.max):
                yield end


def _due_at(by: Calendar, period_end_date: date) -> datetime:
    first = period_end_date + timedelta(days=1)
    day = first.replace(day=by.by_day)
    if day < first:
        day = (first.replace(day=28) + timedelta(days=4)).replace(day=by.by_day)
    return datetime.combine(day, time.fromisoformat(by.time))
