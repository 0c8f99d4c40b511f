"""Procedures announced and publicised in the period, and those that were late (annex PL10)."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.handling import flat_rows
from motcua.snapshot.lines import ORDER, Measure, cells, columns, numbered_rows, summed
from motcua.snapshot.marts import Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Table,
    count_cell,
    date_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOTHING_HAPPENED
from motcua.snapshot.sentences import fill, say

_ANNOUNCED, _PUBLICISED = "Công bố trong kỳ", "Công khai trong kỳ"
_MEASURES = tuple(
    Measure(f"{code}_{state}_count", title, group=group)
    for code, group in (("announcement", _ANNOUNCED), ("publication", _PUBLICISED))
    for state, title in (
        ("all", "Tổng số"),
        ("on_time", "Đúng hạn"),
        ("late", "Chậm"),
        ("unknown", "Thiếu ngày"),
    )
)
_LIMITS = (
    "Hạn công bố: 5 ngày làm việc trước ngày văn bản có hiệu lực; hạn công khai: 5 ngày làm việc "
    "sau quyết định công bố (mô tả cách tính của Cổng Dịch vụ công quốc gia, chưa đối chiếu văn "
    "bản)."
)
_SUBMITTED = (
    "Ngày trình chỉ nêu, không nói chậm: chưa có nguồn nêu hạn trình. Danh mục không ghi cơ quan "
    "trình."
)
_SENTENCE = (
    "Công bố {announcement_all} thủ tục hành chính, trong đó chậm {announcement_late} "
    "({announcement_late_share}); công khai {publication_all} thủ tục, chậm {publication_late} "
    "({publication_late_share}). Niêm yết tại Bộ phận Một cửa: {no_data}."
)


def figures(fields: Records) -> Iterator[Figure]:
    """Count what was announced and publicised in the period, and how much of it late."""
    for code, name in (("announcement", "Công bố"), ("publication", "Công khai")) if fields else ():
        late, whole = summed(fields, f"{code}_late_count"), summed(fields, f"{code}_all_count")
        yield Figure(f"{code}_all", f"{name} trong kỳ", count_cell(whole))
        yield Figure(f"{code}_late", f"{name} chậm", count_cell(late))
        yield Figure(f"{code}_late_share", f"Tỷ lệ {name.lower()} chậm", share_cell(late, whole))


def sentence(known: Mapping[str, Figure], *, is_registered: bool) -> Paragraph:
    """Say how much was announced and publicised late; nothing of either: say that, or no data."""
    if "announcement_all" in known:
        return fill("announced", _SENTENCE, known, no_data=NO_DATA)
    nothing = NOTHING_HAPPENED if is_registered else NO_DATA
    return say("announced", f"Công bố, công khai thủ tục hành chính trong kỳ: {nothing}.")


def fields_table(fields: Records) -> Table:
    """Lay out by field how many procedures were announced and publicised, in time and late."""
    title = "Công bố, công khai thủ tục hành chính theo lĩnh vực"
    return Table(
        code="announcements_fields",
        title=title,
        sheet="Công bố, công khai",
        unit="Đơn vị tính: thủ tục hành chính",
        columns=(ORDER, Column("field", "Lĩnh vực", kind="text", width=44), *columns(_MEASURES)),
        rows=flat_rows(fields, "field_name", lambda members: cells(members, _MEASURES)),
        notes=(_LIMITS,),
        empty_sentence=f"{title}: {NO_DATA}.",
    )


def late_table(procedures: Records) -> Table:
    """List the procedures announced or publicised late, latest first."""
    rows = numbered_rows(
        procedures,
        lambda record: (
            text_cell(record["procedure_name"] or record["procedure_code"]),
            text_cell(record["procedure_code"]),
            date_cell(record["effective_date"]),
            date_cell(record["submitted_for_announcement_date"]),
            date_cell(record["announced_date"]),
            date_cell(record["publicised_date"]),
            _days(record["announcement_code"], record["announcement_late_days"]),
            _days(record["publication_code"], record["publication_late_days"]),
        ),
    )
    title = "Danh sách thủ tục hành chính công bố, công khai chậm"
    return Table(
        code="announcements_late",
        title=title,
        sheet="Công bố chậm",
        unit="Mỗi dòng một thủ tục; ngày chậm là ngày làm việc",
        columns=(
            ORDER,
            Column("procedure", "Thủ tục hành chính", kind="text", width=44),
            Column("code", "Mã thủ tục", kind="text", width=30),
            Column("effective", "Văn bản có hiệu lực", kind="date", width=12),
            Column("submitted", "Ngày trình", kind="date", width=12),
            Column("announced", "Quyết định công bố", kind="date", width=12),
            Column("publicised", "Ngày công khai", kind="date", width=12),
            Column("announcement_days", "Công bố", "Số ngày chậm", kind="days", width=10),
            Column("publication_days", "Công khai", "Số ngày chậm", kind="days", width=10),
        ),
        rows=rows,
        notes=(_LIMITS, _SUBMITTED),
        empty_sentence=f"{title}: {NOTHING_HAPPENED} hoặc {NO_DATA}.",
        is_list=True,
    )


def _days(state: str, days: int | None) -> Cell:
    """Give the days late of what is of the period; a dash for what was not late in it."""
    return count_cell(days if state == "late" else None)
