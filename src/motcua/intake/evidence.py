"""Decide by a column's own values how they are written: never by one cell, never by a guess.

A first reading keeps, beside each column, the text that it could not read. What those texts look
like says whether the column is to be read otherwise; a clean export needs no second reading.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from motcua.contracts import Layout
from motcua.datasets import type_of
from motcua.intake.casting import (
    EITHER_MARK,
    GROUPED,
    NO_MARK,
    ONLY_MARK,
    SERIAL,
    UNKNOWN_MARK,
    Cast,
    day_order,
    is_decimal,
)
from motcua.intake.refusals import DeliveryRefusedError
from motcua.intake.rescues import rescue
from motcua.receipts import Rescue
from motcua.sql import quoted

_TURNED = {"dmy": "mdy", "mdy": "dmy"}
_ORDER_CODES = {"dmy": "day_before_month", "mdy": "month_before_day"}
_MONTH, _LATE_DAY = r"(0?[1-9]|1[0-2])", r"(1[3-9]|2\d|3[01])"
_TURNED_TEXT = {
    "dmy": rf"{_MONTH}[/. -]{_LATE_DAY}[/. -]\d{{2}}(\d\d)?(\D.*)?",
    "mdy": rf"{_LATE_DAY}[/. -]{_MONTH}[/. -]\d{{2}}(\d\d)?(\D.*)?",
}
"""Texts that only the other order can read, by the order that a column was read in."""
_FRACTION = r"[+-]?\d+[.,](\d{1,2}|\d{4,})"
_MARK_CODES = {".": "decimal_point", ",": "decimal_comma"}
NOON_LEAST_COUNT = 5
NOON_LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reading of one column met: values read, those on days 13 to 31, and odd texts."""

    read_count: int = 0
    late_day_count: int = 0
    turned_count: int = 0
    serial_count: int = 0
    grouped_count: int = 0
    fraction_count: int = 0
    point_count: int = 0
    comma_count: int = 0
    either_count: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """How the columns of a dataset are to be read, as far as their values have told."""

    day_orders: Mapping[str, str] = field(default_factory=dict)
    trial_columns: frozenset[str] = frozenset()
    serial_columns: frozenset[str] = frozenset()
    grouped_columns: frozenset[str] = frozenset()
    number_marks: Mapping[str, str] = field(default_factory=dict)
    rescues: tuple[Rescue, ...] = ()


def first_findings(layout: Layout, casts: Iterable[Cast]) -> Findings:
    """Try a column of dates in one order where the contract allows both."""
    orders = _declared(layout)
    if len(orders) < 2:
        return Findings()
    columns = [cast.column for cast in casts if cast.text and _is_day(cast.column)]
    return Findings(dict.fromkeys(columns, "dmy"), frozenset(columns))


def seen_sql(
    table: str, where: str, casts: Sequence[Cast], *, is_trial: bool
) -> tuple[str, tuple[str, ...]]:
    """Write the query that gives the fields of :class:`Seen` for each column that it names.

    Values that were read count in a trial only; else the rows where all was read are left alone.
    """
    where = where if is_trial else f"{where} and _unread is not null"
    fallible = [cast.column for cast in casts if cast.text is not None]
    watched = [
        (place, column)
        for place, column in enumerate(fallible, 1)
        if _is_day(column) or _is_whole(column) or is_decimal(column)
    ]
    shown = []
    for place, column in watched:
        late = _counted(f'day("{column}") > 12') if _is_day(column) else "0"
        counts = [
            _counted(f"regexp_full_match(_unread[{place}], {quoted(one)})") if one else "0"
            for one in _patterns(column)
        ]
        shown.append(f'[count("{column}"), {late}, {", ".join(counts)}]')
    names = tuple(column for _, column in watched)
    return f"select {', '.join(shown) or '0'} from {table} where {where}", names


def _patterns(column: str) -> tuple[str | None, ...]:
    """Give what the unread texts of a column are compared with, in the order of :class:`Seen`."""
    if is_decimal(column):
        return (*(None,) * 5, ONLY_MARK["."], ONLY_MARK[","], EITHER_MARK)
    turned = (_TURNED_TEXT["dmy"], _TURNED_TEXT["mdy"])
    return (*turned, SERIAL, GROUPED, _FRACTION, None, None, None)


def seen_of(column: str, counts: Sequence[int], layout: Layout, orders: Mapping[str, str]) -> Seen:
    """Give what was seen of a column: texts are turned by the order that it was read in."""
    read, late, turned_dmy, turned_mdy, *others = counts
    order = orders.get(column) or next(iter(_declared(layout)), None)
    turned = {"dmy": turned_dmy, "mdy": turned_mdy, None: 0}[order] if _is_day(column) else 0
    return Seen(read, late, turned, *others)


def decide(name: str, layout: Layout, before: Findings, seen: Mapping[str, Seen]) -> Findings:
    """Say how the columns are to be read after what a reading has met.

    The same findings as before mean that the reading stands.

    Raises:
        DeliveryRefusedError: The order of day and month cannot be known, or the column's values
            speak against the one that the contract declares.
    """
    orders, trial = dict(before.day_orders), set()
    rescues = list(before.rescues)
    for column, one in seen.items():
        if column in before.trial_columns:
            orders[column] = _order_of(name, column, orders[column], one, layout)
            if len(_declared(layout)) > 1 and one.read_count + one.turned_count:
                count = one.late_day_count or one.turned_count
                rescues.append(rescue(_ORDER_CODES[orders[column]], count, column))
        elif one.turned_count and column not in orders:
            orders[column] = _declared(layout)[0]
            trial.add(column)
    in_doubt = before.trial_columns | trial
    new_serial = {
        column
        for column, one in seen.items()
        if _is_day(column) and one.serial_count and column not in before.serial_columns | in_doubt
    }
    new_grouped = {
        column
        for column, one in seen.items()
        if _is_whole(column) and one.grouped_count and not one.fraction_count
    } - before.grouped_columns
    marks, told = _marks_after(layout, before, seen)
    rescues += [
        rescue("excel_serial_date", seen[one].serial_count, one) for one in sorted(new_serial)
    ]
    rescues += [
        rescue("grouped_number", seen[one].grouped_count, one) for one in sorted(new_grouped)
    ]
    return Findings(
        orders,
        frozenset(trial),
        before.serial_columns | new_serial,
        before.grouped_columns | new_grouped,
        marks,
        (*rescues, *told),
    )


def _marks_after(
    layout: Layout, before: Findings, seen: Mapping[str, Seen]
) -> tuple[dict[str, str], list[Rescue]]:
    """Say which decimal mark the columns have that the contract leaves to their values.

    A column with numbers that a point alone does not explain is tried with every number that has
    a mark unread; their texts then say which mark it is. Texts that speak for both, or for
    neither, decide nothing: what could be either is not read.
    """
    marks, told = dict(before.number_marks), []
    for column, one in seen.items():
        if not is_decimal(column) or layout.decimal_mark:
            continue
        if column not in marks and one.comma_count + one.either_count:
            marks[column] = UNKNOWN_MARK
        elif marks.get(column) == UNKNOWN_MARK:
            marks[column] = _mark_of(one)
            if marks[column] != NO_MARK:
                count = one.point_count or one.comma_count
                told.append(rescue(_MARK_CODES[marks[column]], count, column))
    return marks, told


def _mark_of(seen: Seen) -> str:
    if bool(seen.point_count) == bool(seen.comma_count):
        return NO_MARK
    return "." if seen.point_count else ","


def noon_sql(table: str, where: str, casts: Sequence[Cast]) -> tuple[str, tuple[str, ...]]:
    """Write the query that counts, for each column of moments, the hours that noon can move to.

    Each column's list: values with a time of the day, in hour 12, in hour 0, in hours 1 to 5.
    A value at midnight sharp has no time of the day.
    """
    columns = tuple(cast.column for cast in casts if type_of(cast.column) == "timestamp")
    shown = []
    for column in columns:
        timed = f'"{column}" <> date_trunc(\'day\', "{column}")'
        hours = f'hour("{column}")'
        conditions = (
            timed,
            f"{hours} = 12",
            f"{hours} = 0 and {timed}",
            f"{hours} between 1 and 5",
        )
        shown.append(f"[{', '.join(map(_counted, conditions))}]")
    return f"select {', '.join(shown) or '0'} from {table} where {where}", columns


def noon_rescue(column: str, counts: Sequence[int]) -> Rescue | None:
    """Tell of a column whose noon was written as midnight (a 12-hour pattern: peers, trap 1).

    The hour 12 is empty although hours around it are not, and hour 0 holds more than the night.
    """
    timed, noon, midnight, night = counts
    is_spike = midnight >= max(NOON_LEAST_COUNT, timed * NOON_LEAST_SHARE) and midnight > night
    return rescue("noon_as_midnight", midnight, column) if is_spike and not noon else None


def _order_of(name: str, column: str, tried: str, seen: Seen, layout: Layout) -> str:
    declared = _declared(layout)
    if len(declared) < 2:
        if seen.turned_count > seen.late_day_count:
            raise DeliveryRefusedError("date_order_contradicted", name, column)
        return tried
    if seen.late_day_count and seen.turned_count:
        raise DeliveryRefusedError("date_order_undecidable", name, column)
    if seen.read_count and not (seen.late_day_count or seen.turned_count):
        raise DeliveryRefusedError("date_order_undecidable", name, column)
    return _TURNED[tried] if seen.turned_count else tried


def _declared(layout: Layout) -> tuple[str, ...]:
    formats = (*layout.timestamp_formats, *layout.date_formats)
    return tuple(dict.fromkeys(order for one in formats if (order := day_order(one))))


def _counted(condition: str) -> str:
    return f"count(case when {condition} then 1 end)"


def _is_day(column: str) -> bool:
    return type_of(column) in ("timestamp", "date")


def _is_whole(column: str) -> bool:
    return type_of(column) == "integer"
