"""The ten fields and procedures with most dossiers, and the ten with most overdue."""

from motcua.snapshot.lines import ORDER, Measure, columns, listed_rows
from motcua.snapshot.marts import Records
from motcua.snapshot.model import Column, Row, Table, count_cell, text_cell
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.ranking import ranked

_TOP = 10
_COUNTS = (
    Column("received_count", "Tổng nhận giải quyết", width=12),
    Column("resolved_count", "Đã giải quyết", width=12),
    Column("resolved_overdue_count", "Giải quyết quá hạn", width=12),
    Column("pending_overdue_count", "Đang giải quyết quá hạn", width=12),
)
_COLUMNS = (
    Column("order", "TT", kind="text", width=7),
    Column("procedure", "Thủ tục hành chính", kind="text", width=50),
    Column("code", "Mã thủ tục", kind="text", width=45),
    Column("field", "Lĩnh vực", kind="text", width=24),
    *_COUNTS,
)
_NOTES = ("Không xếp thủ tục dưới 30 hồ sơ đã giải quyết và hồ sơ không xác định được thủ tục.",)


def fields_table(records: Records) -> Table:
    """Lay out the fields with most dossiers to handle."""
    measures = (
        Measure("received_count", "Tổng nhận giải quyết"),
        Measure("received_in_period_count", "Tiếp nhận trong kỳ"),
        Measure("resolved_count", "Đã giải quyết"),
        Measure("resolved_overdue_count", "Giải quyết quá hạn"),
        Measure("resolved_overdue_count", "Tỷ lệ quá hạn", "resolved_count"),
        Measure("pending_overdue_count", "Đang giải quyết quá hạn"),
    )
    title = "Lĩnh vực có nhiều hồ sơ nhất"
    nothing = "không phát sinh ở lĩnh vực nào từ 30 hồ sơ" if records else NO_DATA
    return Table(
        code="fields_leading",
        title=title,
        sheet="Lĩnh vực nhiều hồ sơ",
        unit="Đơn vị tính: hồ sơ",
        columns=(ORDER, Column("field", "Lĩnh vực", kind="text", width=44), *columns(measures)),
        rows=listed_rows(tuple(ranked(records, "received_count", _TOP)), "field_name", measures),
        notes=("Không xếp lĩnh vực dưới 30 hồ sơ đã giải quyết.",),
        empty_sentence=f"{title}: {nothing}.",
    )


def leading_table(records: Records) -> Table:
    """Lay out the procedures with most dossiers to handle."""
    return _table(
        "procedures_leading",
        "Thủ tục hành chính có nhiều hồ sơ nhất",
        "TTHC nhiều hồ sơ",
        records,
        "received_count",
    )


def overdue_table(records: Records) -> Table:
    """Lay out the procedures with most dossiers resolved overdue."""
    return _table(
        "procedures_overdue",
        "Thủ tục hành chính có nhiều hồ sơ giải quyết quá hạn nhất",
        "TTHC quá hạn",
        records,
        "resolved_overdue_count",
    )


def _table(code: str, title: str, sheet: str, records: Records, measure: str) -> Table:
    top = ranked(records, measure, _TOP)
    nothing = "không phát sinh ở thủ tục nào từ 30 hồ sơ" if records else NO_DATA
    rows = tuple(
        Row(
            "body",
            (
                text_cell(number),
                text_cell(record["procedure_name"]),
                text_cell(record["procedure_code"]),
                text_cell(record["field_name"] or NO_DATA),
                *(count_cell(record[column.code]) for column in _COUNTS),
            ),
        )
        for number, record in enumerate(top, start=1)
    )
    return Table(
        code=code,
        title=title,
        sheet=sheet,
        unit="Đơn vị tính: hồ sơ",
        columns=_COLUMNS,
        rows=rows,
        notes=_NOTES,
        empty_sentence=f"{title}: {nothing}.",
    )
