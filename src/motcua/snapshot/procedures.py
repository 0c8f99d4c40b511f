"""Procedures: form II.07b, and the fields and procedures with most dossiers, overdue, due soon."""

from motcua.snapshot.handling import flat_rows
from motcua.snapshot.lines import ORDER, Measure, cells, columns, listed_rows, numbered_rows
from motcua.snapshot.marts import Records
from motcua.snapshot.model import Column, Table, count_cell, text_cell
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

_II07B = (
    Measure("procedure_count", "Tổng số"),
    Measure("province_procedure_count", "Cấp tỉnh", group="Số TTHC theo cấp thẩm quyền"),
    Measure("district_procedure_count", "Cấp huyện", group="Số TTHC theo cấp thẩm quyền"),
    Measure("commune_procedure_count", "Cấp xã", group="Số TTHC theo cấp thẩm quyền"),
    Measure("other_procedure_count", "Khác, chưa rõ", group="Số TTHC theo cấp thẩm quyền"),
    Measure("with_dossier_count", "Có phát sinh hồ sơ trong kỳ"),
)
_DUE_SOON = (
    Measure("due_within_3_days_count", "3 ngày", group="Đến hạn trong (ngày làm việc)"),
    Measure("due_within_5_days_count", "5 ngày", group="Đến hạn trong (ngày làm việc)"),
    Measure("due_within_10_days_count", "10 ngày", group="Đến hạn trong (ngày làm việc)"),
    Measure("pending_in_due_count", "Đang giải quyết trong hạn", width=14),
    Measure("pending_paused_count", "Trong đó tạm dừng", width=14),
)


def counts_table(records: Records) -> Table:
    """Lay out form II.07b as far as the register of procedures knows it."""
    title = "Tổng hợp số lượng thủ tục hành chính theo lĩnh vực (biểu II.07b)"
    return Table(
        code="procedure_counts",
        title=title,
        sheet="II.07b số TTHC",
        unit="Đơn vị tính: thủ tục hành chính",
        columns=(ORDER, Column("field", "Lĩnh vực", kind="text", width=44), *columns(_II07B)),
        rows=flat_rows(records, "field_name", lambda members: cells(members, _II07B)),
        notes=(
            "Thủ tục có hiệu lực ở ngày cuối kỳ. Cột «tiếp nhận tại Bộ phận Một cửa» và «quy trình "
            f"nội bộ» của biểu: {NO_DATA}, danh mục được gửi không ghi.",
        ),
        empty_sentence=f"{title}: {NO_DATA}.",
    )


def due_soon_table(records: Records) -> Table:
    """Lay out the fields with most dossiers that fall due within ten working days."""
    title = "Lĩnh vực có nhiều hồ sơ sắp đến hạn nhất"
    most = [record for record in records if record["due_within_10_days_count"]]
    most.sort(key=lambda record: -record["due_within_10_days_count"])
    nothing = "không phát sinh" if records else NO_DATA
    return Table(
        code="due_soon",
        title=title,
        sheet="Sắp đến hạn",
        unit="Đơn vị tính: hồ sơ",
        columns=(ORDER, Column("field", "Lĩnh vực", kind="text", width=44), *columns(_DUE_SOON)),
        rows=listed_rows(tuple(most[:_TOP]), "field_name", _DUE_SOON),
        notes=(
            "Đếm từ sau ngày cuối kỳ (kỳ chưa hết: từ sau ngày khai thác); số trong 10 ngày gồm số "
            "trong 5 ngày, số trong 5 ngày gồm số trong 3 ngày. Hồ sơ tạm dừng không tính.",
        ),
        empty_sentence=f"{title}: {nothing}.",
    )


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
    rows = numbered_rows(
        top,
        lambda record: (
            text_cell(record["procedure_name"]),
            text_cell(record["procedure_code"]),
            text_cell(record["field_name"] or NO_DATA),
            *(count_cell(record[column.code]) for column in _COUNTS),
        ),
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
