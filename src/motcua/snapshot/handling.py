"""Form II.06: its columns and formulas, and its lines by agency and by field."""

from collections.abc import Callable, Iterable, Sequence

from motcua.snapshot.marts import HANDLING_MEASURES, Record, Records
from motcua.snapshot.model import Cell, Column, Row, Table, count_cell, share_cell, text_cell
from motcua.snapshot.numbers import NO_DATA, roman

LEVEL_NAMES = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
UNKNOWN_LEVEL = "Chưa xác định cấp"

_RECEIVED = "Số hồ sơ nhận giải quyết"
_RESOLVED = "Số hồ sơ đã giải quyết"
_PENDING = "Số hồ sơ đang giải quyết"
_OF_WHICH = "Trong đó (ngoài biểu)"

MEASURE_COLUMNS = (
    Column("received_count", "Tổng số", _RECEIVED, "(3)", "(3)=(4)+(5)+(6)=(7)+(11)", width=10),
    Column("received_online_count", "Trực tuyến", _RECEIVED, "(4)", width=10),
    Column("received_other_count", "Trực tiếp, dịch vụ bưu chính", _RECEIVED, "(5)", width=10),
    Column("carried_over_count", "Từ kỳ trước", _RECEIVED, "(6)", width=9),
    Column("resolved_count", "Tổng số", _RESOLVED, "(7)", "(7)=(8)+(9)+(10)", width=10),
    Column("resolved_early_count", "Trước hạn", _RESOLVED, "(8)", width=10),
    Column("resolved_on_time_count", "Đúng hạn", _RESOLVED, "(9)", width=10),
    Column("resolved_overdue_count", "Quá hạn", _RESOLVED, "(10)", width=9),
    Column("pending_count", "Tổng số", _PENDING, "(11)", "(11)=(12)+(13)", width=9),
    Column("pending_in_due_count", "Trong hạn", _PENDING, "(12)", width=9),
    Column("pending_overdue_count", "Quá hạn", _PENDING, "(13)", width=9),
    Column("resolved_no_due_count", "Không xác định hạn", _OF_WHICH, "(a)", "thuộc (9)", width=9),
    Column("resolved_withdrawn_count", "Rút hồ sơ", _OF_WHICH, "(b)", "thuộc (9)", width=9),
    Column("withdrawn_after_due_count", "Rút sau hạn", _OF_WHICH, "(c)", "thuộc (b)", width=9),
    Column("pending_paused_count", "Đang tạm dừng", _OF_WHICH, "(d)", "thuộc (12)", width=9),
    Column(
        "resolved_in_time_rate",
        "Tỷ lệ trước và đúng hạn",
        _OF_WHICH,
        "(đ)",
        "((8)+(9))/(7)",
        kind="share",
        width=10,
    ),
)

_FLAT = ("field", "channel")
"""What a table of lines without groups may count by."""
_NOTES = (
    "Cột (3)–(13) theo biểu II.06: (3)=(4)+(5)+(6); (7)=(8)+(9)+(10); (11)=(12)+(13); "
    "(3)=(7)+(11).",
    "Cột (3) gồm hồ sơ từ kỳ trước chuyển sang nên không cộng qua các kỳ; tiếp nhận trong kỳ là "
    "(4)+(5).",
    "Cột (9) gồm cả hồ sơ không xác định hạn và hồ sơ rút; cột (12) gồm cả hồ sơ đang tạm dừng.",
)


def level_name(record: Record) -> str:
    """Give the name of a line's level, from the marts or from the national list."""
    code = record["level_code"]
    return record.get("level_name") or LEVEL_NAMES.get(code, UNKNOWN_LEVEL)


def by_level(records: Records) -> list[tuple[str, list[Record]]]:
    """Group lines by level: province, district, commune, the rest; inside, in the order given."""
    order = list(LEVEL_NAMES)
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record["level_code"] or "", []).append(record)
    codes = sorted(groups, key=lambda code: (order.index(code) if code in order else 9, code))
    return [(level_name(groups[code][0]), groups[code]) for code in codes]


def agency_names(records: Sequence[Record]) -> list[str]:
    """Name each agency; those that share a name also say which agency is above them."""
    names = [record["agency_name"] or NO_DATA for record in records]
    shared = (
        {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else ()
    )
    return [
        f"{name} ({record.get('parent_name') or record['agency_code']})" if name in shared else name
        for name, record in zip(names, records, strict=True)
    ]


def measure_cells(records: Iterable[Record]) -> tuple[Cell, ...]:
    """Sum lines into the cells of columns (3)–(13) and of those that stand beside the form."""
    totals = dict.fromkeys(HANDLING_MEASURES, 0)
    for record in records:
        for name in HANDLING_MEASURES:
            totals[name] += record[name]
    in_time = totals["resolved_early_count"] + totals["resolved_on_time_count"]
    return (
        *(count_cell(totals[column.code]) for column in MEASURE_COLUMNS[:-1]),
        share_cell(in_time, totals["resolved_count"]),
    )


def grouped_rows(
    records: Records, cells_of: Callable[[Sequence[Record]], tuple[Cell, ...]]
) -> tuple[Row, ...]:
    """Lay agencies out by level: a line of subtotals, the agencies of the level; then the total."""
    if not records:
        return ()
    rows: list[Row] = []
    for position, (name, members) in enumerate(by_level(records), start=1):
        head = (text_cell(roman(position)), text_cell(name))
        level = ("level", members[0]["level_code"] or "unknown")
        rows.append(Row("group", (*head, *cells_of(members)), (level,)))
        for number, (agency, member) in enumerate(
            zip(agency_names(members), members, strict=True), start=1
        ):
            cells = (text_cell(number), text_cell(agency), *cells_of([member]))
            rows.append(Row("body", cells, (level, ("agency", member["agency_code"]))))
    rows.append(Row("total", (text_cell(""), text_cell("Tổng cộng"), *cells_of(records))))
    return tuple(rows)


def flat_rows(
    records: Records, name: str, cells_of: Callable[[Sequence[Record]], tuple[Cell, ...]]
) -> tuple[Row, ...]:
    """Lay lines out in the order given, then the total."""
    if not records:
        return ()
    dimension = name.removesuffix("_name")
    body = [
        Row(
            "body",
            (text_cell(number), text_cell(record[name]), *cells_of([record])),
            ((dimension, record[f"{dimension}_code"]),) if dimension in _FLAT else (),
        )
        for number, record in enumerate(records, start=1)
    ]
    total = Row("total", (text_cell(""), text_cell("Tổng cộng"), *cells_of(records)))
    return (*body, total)


def agency_table(records: Records) -> Table:
    """Lay out form II.06 by agency."""
    head = ("agency", "Cơ quan giải quyết")
    return _form("ii06_agencies", "cơ quan", head, grouped_rows(records, measure_cells))


def level_table(records: Records) -> Table:
    """Lay out form II.06 by level, of the lines by agency."""
    levels = tuple(
        {**members[0], **{m: sum(r[m] for r in members) for m in HANDLING_MEASURES}, "name": name}
        for name, members in by_level(records)
    )
    return _form("ii06_levels", "cấp", ("level", "Cấp"), flat_rows(levels, "name", measure_cells))


def field_table(records: Records) -> Table:
    """Lay out form II.06 by field."""
    rows = flat_rows(records, "field_name", measure_cells)
    return _form("ii06_fields", "lĩnh vực", ("field", "Lĩnh vực"), rows)


def _form(code: str, by: str, head: tuple[str, str], rows: tuple[Row, ...]) -> Table:
    """Lay out form II.06; ``head`` are code and heading of the column that names its lines."""
    return Table(
        code=code,
        title=f"Tình hình, kết quả giải quyết TTHC theo {by} (biểu II.06)",
        sheet=f"II.06 {by}",
        unit="Đơn vị tính: hồ sơ",
        columns=(
            Column("order", "TT", number="(1)", kind="text", width=5),
            Column(*head, number="(2)", kind="text", width=32),
            *MEASURE_COLUMNS,
        ),
        rows=rows,
        notes=_NOTES,
        empty_sentence=f"Kết quả giải quyết theo {by}: {NO_DATA}.",
    )
