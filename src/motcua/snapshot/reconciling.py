"""Form II.06 from three sources, cell by cell: what offices typed, what is recomputed, the portal.

Each gap is taken apart by the mart; what no rule and no late dossier explains is a column.
"""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot.handling import MEASURE_COLUMNS, grouped_rows
from motcua.snapshot.lines import ORDER, Measure, cells, columns, numbered_rows, summed
from motcua.snapshot.marts import Marts, Record, Records
from motcua.snapshot.model import (
    Column,
    Figure,
    Paragraph,
    Table,
    count_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.sentences import fill, say

_RECEIVED = 3
_OF_FORM = {
    int(column.number.strip("()")): f"{column.number} {column.group}: {column.title.lower()}"
    for column in MEASURE_COLUMNS
    if column.number.strip("()").isdigit()
}
_FORM_COLUMNS = (
    Column("reported_count", "Đơn vị báo cáo", number="(1)", width=14),
    Column("recomputed_count", "Tính lại từ hồ sơ", number="(2)", width=14),
    Column("reported_gap_dossiers", "Chênh lệch", number="(3)", formula="(1)−(2)=(4)−(5)+(6)"),
    Column("rule_gap_dossiers", "Do quy tắc đếm", "Giải thích được", "(4)", width=14),
    Column("late_arrival_count", "Hồ sơ đến sau khi lập biểu", "Giải thích được", "(5)", width=14),
    Column("reported_unexplained_dossiers", "Chưa giải thích được", number="(6)", width=14),
)
_PORTAL_COLUMNS = (
    Column("portal_compared_count", "Tính lại, phần có danh sách", number="(1)", width=12),
    Column("portal_count", "Theo Cổng", number="(2)", width=12),
    Column("portal_gap_dossiers", "Chênh lệch", "", "(3)", "(2)−(1)=(4)+(5)−(6)−(7)+(8)", width=14),
    Column("only_on_portal_count", "Chỉ có trên Cổng", "Giải thích được", "(4)", width=11),
    Column("added_by_portal_count", "Cổng đếm thêm", "Giải thích được", "(5)", width=11),
    Column("portal_lacks_count", "Cổng thiếu", "Giải thích được", "(6)", width=11),
    Column("removed_by_portal_count", "Cổng không đếm", "Giải thích được", "(7)", width=11),
    Column("portal_unexplained_dossiers", "Chưa giải thích được", "", "(8)", width=12),
)
_AGENCY_MEASURES = (
    Measure("reported_cell_count", "Số ô đối chiếu", group="Với biểu đơn vị báo cáo"),
    Measure("reported_equal_count", "Khớp", group="Với biểu đơn vị báo cáo"),
    Measure("reported_explained_count", "Lệch, giải thích hết", group="Với biểu đơn vị báo cáo"),
    Measure("reported_open_count", "Còn phần chưa giải thích", group="Với biểu đơn vị báo cáo"),
    Measure("portal_cell_count", "Số ô đối chiếu", group="Với danh sách của Cổng"),
    Measure("portal_equal_count", "Khớp", group="Với danh sách của Cổng"),
    Measure("portal_explained_count", "Lệch, giải thích hết", group="Với danh sách của Cổng"),
    Measure("portal_open_count", "Còn phần chưa giải thích", group="Với danh sách của Cổng"),
)
_FIGURES = (
    (
        ("reported_count", "reported_count", "đơn vị báo cáo"),
        ("reported_recomputed", "recomputed_count", "tính lại ở các ô đơn vị báo cáo"),
        ("reported_gap", "reported_gap_dossiers", "đơn vị báo cáo trừ tính lại"),
        ("reported_unexplained", "reported_unexplained_dossiers", "đơn vị, chưa giải thích được"),
    ),
    (
        ("portal_compared", "portal_compared_count", "tính lại ở phần có danh sách của Cổng"),
        ("portal_count", "portal_count", "theo Cổng"),
        ("portal_gap", "portal_gap_dossiers", "Cổng trừ tính lại"),
        ("portal_unexplained", "portal_unexplained_dossiers", "Cổng, chưa giải thích được"),
    ),
)
"""Of both sources: code of the figure, measure of the mart, name."""
_PORTAL = (
    "Đối chiếu tổng nhận giải quyết với Cổng Dịch vụ công quốc gia (địa phương đã gửi danh sách "
    "của Cổng): theo kho {portal_compared} hồ sơ, theo Cổng {portal_count}, chênh lệch "
    "{portal_gap}, trong đó chưa giải thích được {portal_unexplained}."
)
_REPORTED = (
    "Đối chiếu tổng nhận giải quyết với biểu đơn vị báo cáo: đơn vị báo cáo {reported_count} hồ "
    "sơ, tính lại {reported_recomputed}, chênh lệch {reported_gap}, trong đó chưa giải thích được "
    "{reported_unexplained}."
)


def figures(marts: Marts) -> Iterator[Figure]:
    """Give the figures of column (3) from three sources, and differing dossiers by reason."""
    for record in marts.reconciliation:
        if record["column_no"] == _RECEIVED:
            yield from _column_figures(record)
    if marts.portal_differences:
        whole = summed(marts.portal_differences, "dossier_count")
        yield Figure("portal_differing", "Hồ sơ khác giữa kho và Cổng", count_cell(whole))
    for record in marts.portal_differences:
        code, name = record["reason_code"], f"Khác với Cổng: {record['reason_name']}"
        yield Figure(f"portal_differing_{code}", name, count_cell(record["dossier_count"]))


def _column_figures(record: Record) -> Iterator[Figure]:
    for source in _FIGURES:
        if record[source[0][1]] is not None:
            for code, measure, name in source:
                yield Figure(code, f"Tổng nhận: {name}", count_cell(record[measure]))


def sentences(known: Mapping[str, Figure]) -> tuple[Paragraph, ...]:
    """Say how far the three sources are apart; without a source, that there is none."""
    absent = {
        "portal_compared": "Đối chiếu với Cổng Dịch vụ công quốc gia",
        "reported_count": "Đối chiếu với biểu đơn vị báo cáo",
    }
    templates = {"portal_compared": _PORTAL, "reported_count": _REPORTED}
    return tuple(
        fill(code, templates[code], known) if code in known else say(code, f"{name}: {NO_DATA}.")
        for code, name in absent.items()
    )


def reasons_sentence(known: Mapping[str, Figure], reasons: Records) -> Paragraph:
    """Say how many dossiers we and the portal count otherwise, by reason."""
    if "portal_differing" not in known:
        return say("portal_differing", f"Hồ sơ khác giữa kho và danh sách của Cổng: {NO_DATA}.")
    parts = [
        f"{{name_{record['reason_code']}}}: {{portal_differing_{record['reason_code']}}}"
        for record in reasons
    ]
    template = f"Kho và danh sách của Cổng đếm khác {{portal_differing}} hồ sơ. {'; '.join(parts)}."
    words = {f"name_{record['reason_code']}": record["reason_name"] for record in reasons}
    return fill("portal_differing", template, known, **words)


def forms_table(records: Records) -> Table:
    """Lay out each column of the form as typed and as recomputed, over the cells that were sent."""
    sent = tuple(record for record in records if record["reported_count"] is not None)
    return _columns_table(
        "reconciled_forms",
        "Biểu II.06 đơn vị báo cáo và số tính lại",
        "Đối chiếu đơn vị",
        _FORM_COLUMNS,
        sent,
        (
            "Chỉ cộng các ô mà đơn vị đã gửi biểu. Do quy tắc đếm: số của quy tắc gần biểu của đơn "
            "vị nhất trừ số theo quy tắc của gói này; hồ sơ đến sau: hồ sơ vào kho sau khi đơn vị "
            "lập biểu.",
        ),
    )


def portal_table(records: Records) -> Table:
    """Lay out each column of the form as recomputed and as the national portal's list has it."""
    listed = tuple(record for record in records if record["portal_compared_count"] is not None)
    return _columns_table(
        "reconciled_portal",
        "Biểu II.06 tính lại và danh sách của Cổng Dịch vụ công quốc gia",
        "Đối chiếu Cổng",
        _PORTAL_COLUMNS,
        listed,
        (
            "Chỉ cộng địa phương đã gửi danh sách của Cổng sau ngày cuối kỳ. Danh sách không ghi "
            "kênh nộp nên không có cột (4), (5) của biểu.",
        ),
    )


def _columns_table(
    code: str,
    title: str,
    sheet: str,
    measured: Sequence[Column],
    records: Records,
    notes: tuple[str, ...],
) -> Table:
    rows = numbered_rows(
        records,
        lambda record: (
            text_cell(_OF_FORM[record["column_no"]]),
            *(count_cell(record[column.code]) for column in measured),
        ),
    )
    return Table(
        code=code,
        title=title,
        sheet=sheet,
        unit="Đơn vị tính: hồ sơ",
        columns=(ORDER, Column("column", "Cột của biểu II.06", kind="text", width=44), *measured),
        rows=rows,
        notes=notes,
        empty_sentence=f"{title}: {NO_DATA}.",
    )


def agencies_table(records: Records) -> Table:
    """Lay out how many cells of each agency agree, are explained, or keep an unexplained rest."""
    title = "Đối chiếu ba nguồn theo cơ quan"
    return Table(
        code="reconciled_agencies",
        title=title,
        sheet="Đối chiếu cơ quan",
        unit="Đơn vị tính: ô của biểu II.06 (một lĩnh vực, một cột)",
        columns=(
            ORDER,
            Column("agency", "Cơ quan giải quyết", kind="text", width=36),
            *columns(_AGENCY_MEASURES),
        ),
        rows=grouped_rows(records, lambda members: cells(members, _AGENCY_MEASURES)),
        notes=(
            "Số ô đối chiếu = khớp + lệch, giải thích hết + còn phần chưa giải thích. Chỉ nêu cơ "
            "quan đã gửi biểu hoặc thuộc địa phương đã gửi danh sách của Cổng.",
        ),
        empty_sentence=f"{title}: {NO_DATA}.",
    )
