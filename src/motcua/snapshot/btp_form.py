"""Form 07a/BTP by agency: the counts of the marts, laid out by the template that staff may change.

Rule of the empty cell: what no mart counts, what nobody sent, and a count of nothing while the
source left dossiers unsaid are no zero.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from motcua.forms import PARTS, FormColumn
from motcua.snapshot.handling import grouped_rows
from motcua.snapshot.identities import breaks
from motcua.snapshot.lines import ORDER
from motcua.snapshot.marts import FORM_MEASURES, HANDLING_MEASURES, Marts, Record, Records
from motcua.snapshot.model import Cell, Column, Table, count_cell, text_cell
from motcua.snapshot.numbers import NO_DATA

TABLES = ("form_07a", "form_07a_more")
_TITLE = "Tình hình, kết quả giải quyết TTHC theo cơ quan (biểu 07a/BTP, phần {})"
_SHEET = "07a BTP phần {}"
_RATES = {
    "received_full_online_count": ("full_online_received", "numerator_count"),
    "received_partial_online_count": ("partial_online_received", "numerator_count"),
    "cross_boundary_count": ("cross_boundary_received", "numerator_count"),
    "result_electronic_count": ("result_electronic", "numerator_count"),
    "result_electronic_told_count": ("result_electronic", "denominator_count"),
    "input_digitised_count": ("input_digitised", "numerator_count"),
    "result_digitised_count": ("result_digitised", "numerator_count"),
    "data_reused_count": ("data_reused", "numerator_count"),
    "returned_postal_count": ("postal_returned", "numerator_count"),
    "self_submitted_count": ("self_submitted", "numerator_count"),
}
_PAYMENTS = {
    "paid_dossier_count": "dossier_count",
    "paid_online_dossier_count": "online_dossier_count",
    "paid_counter_dossier_count": "counter_dossier_count",
}
_APOLOGIES = ("apology_owed_count", "apology_sent_count", "resolved_apology_sent_count")
_RECEPTION = (
    *("received_late_count", "waiting_in_due_count", "waiting_overdue_count"),
    *("not_accepted_in_time_count", "not_accepted_late_count"),
)
_GRADED = ("received_full_online_count", "received_partial_online_count")
_NOTES = (
    "Tên biểu và tên cột theo mẫu đang dùng, chưa rõ số hiệu thông tư; mẫu là một tệp mà cơ quan "
    "sửa được.",
    f"Ô để trống: {NO_DATA}, không phải số 0.",
)
_TOLD_BREAKS = 3


@dataclass(slots=True)
class _Line:
    """What the marts count of one agency at one level, and what the source left unsaid of it."""

    place: Record
    counts: Counter[str] = field(default_factory=Counter)
    unsaid: Counter[str] = field(default_factory=Counter)


def tables(marts: Marts) -> tuple[Table, ...]:
    """Lay out the parts of the form."""
    known, lines = _lines(marts) if marts.form_07a else (frozenset[str](), [])
    return tuple(
        _table(part, [column for column in marts.form_07a if column.part == part], known, lines)
        for part in PARTS
    )


def _table(
    part: int, form: Sequence[FormColumn], known: frozenset[str], lines: Sequence[_Line]
) -> Table:
    by_key = {_key(line.place): line for line in lines}

    def cells(members: Sequence[Record]) -> tuple[Cell, ...]:
        found = [by_key[_key(member)] for member in members]
        return tuple(_cell(column, known, found) for column in form)

    columns = (
        Column("order", ORDER.title, number="(1)", kind="text", width=5),
        Column("agency", "Cơ quan giải quyết", number="(2)", kind="text", width=28),
        *(_column(column) for column in form),
    )
    rows = grouped_rows(tuple(line.place for line in lines), cells) if form else ()
    remarks = tuple(f"Cột ({column.number}): {column.remark}." for column in form if column.remark)
    table = Table(
        code=TABLES[part - 1],
        title=_TITLE.format(part),
        sheet=_SHEET.format(part),
        unit="Đơn vị tính: hồ sơ",
        columns=columns,
        rows=rows,
        empty_sentence=f"{_TITLE.format(part)}: {NO_DATA}.",
    )
    return dataclasses.replace(table, notes=(*_broken(table), *remarks, *_NOTES))


def _broken(table: Table) -> Iterator[str]:
    """Say which lines do not keep an identity of the form, the first ones by name."""
    found = list(breaks(table))
    yield from (f"Không khớp, {one}." for one in found[:_TOLD_BREAKS])
    if len(found) > _TOLD_BREAKS:
        yield f"Không khớp: còn {len(found) - _TOLD_BREAKS} chỗ khác."


def _column(column: FormColumn) -> Column:
    return Column(
        f"column_{column.number}",
        column.heading,
        column.group,
        f"({column.number})",
        column.identity,
        kind="count" if column.terms else "text",
        width=12 if column.identity else 9,
    )


def _cell(column: FormColumn, known: frozenset[str], members: Sequence[_Line]) -> Cell:
    values = [_value(name, known, members) for _, name in column.terms]
    if not column.terms:
        return text_cell("")
    if None in values:
        return Cell("count", None, "")
    signs = [sign for sign, _ in column.terms]
    return count_cell(sum(s * v for s, v in zip(signs, values, strict=True) if v is not None))


def _value(name: str, known: frozenset[str], members: Sequence[_Line]) -> int | None:
    """Sum a count; None where nobody sent it, or none is found among what is partly unsaid."""
    total = sum(line.counts[name] for line in members)
    if name not in known or (not total and any(line.unsaid[name] for line in members)):
        return None
    return total


def _lines(marts: Marts) -> tuple[frozenset[str], list[_Line]]:
    """Bring what each mart counts of an agency into one line; say what was counted at all.

    Receptions and payments are counted by who received a dossier; where its level is another
    than that of its dossiers, they stand in the agency's own line.
    """
    lines = {_key(record): _Line(record) for record in marts.handling_by_agency}
    homes: dict[str, tuple[str, str]] = {}
    for key in lines:
        homes.setdefault(key[1], key)
    known: set[str] = set()

    def take(records: Records, names: Mapping[str, str], unsaid: str = "") -> None:
        for record in records:
            key = _key(record)
            key = key if key in lines else homes.get(key[1], key)
            line = lines.setdefault(key, _Line(record))
            for name, column in names.items():
                line.counts[name] += record[column]
                line.unsaid[name] += record[unsaid] if unsaid else 0
        if records:
            known.update(names)

    take(marts.handling_by_agency, {n: n for n in (*HANDLING_MEASURES, *FORM_MEASURES)})
    for name, (metric, column) in _RATES.items():
        rates = tuple(r for r in marts.rates_by_agency if r["metric_code"] == metric)
        take(rates, {name: column}, "unknown_count")
    take(marts.overdue_by_agency, {name: name for name in _APOLOGIES})
    take(marts.late_reception, {name: name for name in _RECEPTION})
    take(marts.payments_by_agency, _PAYMENTS)
    for line in lines.values():
        graded = sum(line.counts[name] for name in _GRADED)
        line.counts["received_online_grade_other_count"] = (
            line.counts["received_online_count"] - graded
        )
    # Where nothing is overdue, nothing is owed: the mart has no line, and zero is true.
    return frozenset({*known, *_APOLOGIES, "received_online_grade_other_count"}), [*lines.values()]


def _key(record: Record) -> tuple[str, str]:
    return record["level_code"], record["agency_code"]
