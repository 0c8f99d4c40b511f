"""Figures that agencies report of themselves: carried as typed, apart from what is counted."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.handling import flat_rows
from motcua.snapshot.lines import ORDER, Measure, cells, columns, numbered_rows
from motcua.snapshot.marts import Marts, Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Table,
    count_cell,
    quantity_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.sentences import fill, say, small

WHOLE = "tỉnh"
"""Who reports for the whole, in the pack of a province."""
_UNPROVEN = "số tự báo cáo, chưa kiểm chứng từ hồ sơ"
DIRECTION = ("units_inspected", "people_trained", "dialogues_held")
"""What section I says; everything else stands in section VI."""
_NO_SUM = "percent"
_ITEMS = {
    "computer": "Máy tính",
    "printer": "Máy in",
    "scanner": "Máy quét",
    "queue_machine": "Máy lấy số",
    "lookup_screen": "Màn hình tra cứu",
    "camera": "Camera giám sát",
    "counter": "Quầy giao dịch",
    "seat": "Ghế chờ",
}
_SURVEYED = (
    Measure("agency_count", "Số cơ quan khảo sát"),
    Measure("needed_count", "Nhu cầu"),
    Measure("present_count", "Hiện có"),
    Measure("present_count", "Hiện có trên nhu cầu", "needed_count"),
    Measure("degraded_count", "Xuống cấp"),
    Measure("degraded_count", "Xuống cấp trên hiện có", "present_count"),
)


def figures(marts: Marts) -> Iterator[Figure]:
    """Give what the province reports of itself, else the sum of its agencies."""
    for record in marts.reform_figures:
        cell = _told_cell(record)
        if cell.value is not None:
            name = f"{record['figure_name']} ({record['unit_name']}, tự báo cáo)"
            yield Figure(_code(record), name, cell)
            agencies = count_cell(record["agency_count"])
            yield Figure(f"{_code(record)}_agencies", f"{name}: số cơ quan", agencies)


def _code(record: Record) -> str:
    return f"reform_{record['figure_code']}_{record['unit_code']}"


def _told_cell(record: Record) -> Cell:
    if record["province_value"] is not None:
        return quantity_cell(record["province_value"])
    return _summed_cell(record)


def _summed_cell(record: Record) -> Cell:
    """Make the cell of the agencies' sum; shares of different wholes have none."""
    return quantity_cell(None if record["unit_code"] == _NO_SUM else record["agencies_value"])


def whole_name(marts: Marts) -> str:
    """Name who reports for the whole: the province, or the agency that the pack is of."""
    return marts.scope.agency_name if marts.scope else WHOLE


def direction_sentence(
    known: Mapping[str, Figure], reported: Records, whole: str = WHOLE
) -> Paragraph:
    """Say what was reported of inspection, training and dialogue."""
    return _sentence(
        "inspection",
        "Kiểm tra, tập huấn, đối thoại",
        [record for record in reported if record["figure_code"] in DIRECTION],
        known,
        whole,
    )


def reform_sentence(
    known: Mapping[str, Figure], reported: Records, whole: str = WHOLE
) -> Paragraph:
    """Say what was reported of the other parts of the reform."""
    return _sentence(
        "reform",
        "Thể chế, bộ máy, công vụ, tài chính công, chính quyền số",
        [record for record in reported if record["figure_code"] not in DIRECTION],
        known,
        whole,
    )


def _sentence(
    code: str, what: str, records: list[Record], known: Mapping[str, Figure], whole: str
) -> Paragraph:
    told = [record for record in records if _code(record) in known]
    if not told:
        return say(code, f"{what}: {NO_DATA}.")
    parts = [
        f"{{name_{n}}} {{{_code(record)}}} {{unit_{n}}} ({_who(record, whole)})"
        for n, record in enumerate(told)
    ]
    words = {f"name_{n}": small(record["figure_name"]) for n, record in enumerate(told)}
    words |= {f"unit_{n}": record["unit_name"] for n, record in enumerate(told)}
    template = f"{{what}} ({{unproven}}): {'; '.join(parts)}."
    return fill(code, template, known, what=what, unproven=_UNPROVEN, **words)


def _who(record: Record, whole: str) -> str:
    """Say whose figure it is, as a template."""
    if record["province_value"] is not None:
        return f"{whole} báo cáo"
    return f"cộng của {{{_code(record)}_agencies}} cơ quan"


def reform_table(reported: Records, whole: str = WHOLE) -> Table:
    """Lay out what the whole and its agencies report, side by side and never added up."""
    rows = numbered_rows(
        reported,
        lambda record: (
            text_cell(record["figure_name"]),
            text_cell(record["unit_name"]),
            quantity_cell(record["province_value"]),
            count_cell(record["agency_count"]),
            _summed_cell(record),
            text_cell(record["source_documents"]),
        ),
    )
    return Table(
        code="reform_figures",
        title="Số liệu cải cách hành chính khác do cơ quan tự báo cáo",
        sheet="Số liệu tự báo cáo",
        unit="Đơn vị tính như ở mỗi dòng; chưa kiểm chứng từ hồ sơ",
        columns=(
            ORDER,
            Column("figure", "Số liệu", kind="text", width=36),
            Column("unit", "Đơn vị tính", kind="text", width=12),
            Column("province", f"{whole[:1].upper()}{whole[1:]} báo cáo", kind="score"),
            Column("agency_count", "Số cơ quan báo cáo", "Các cơ quan", kind="score"),
            Column("agencies", "Cộng", "Các cơ quan", kind="score"),
            Column("source", "Văn bản", kind="text", width=40),
        ),
        rows=rows,
        notes=(
            f"Chưa kiểm chứng từ hồ sơ, không gộp với số tính từ hồ sơ; số của {whole} và tổng các "
            "cơ quan không cộng với nhau; số phần trăm không cộng.",
        ),
        empty_sentence=f"Số liệu cải cách hành chính khác (tự báo cáo): {NO_DATA}.",
    )


def surveys_table(surveys: Records) -> Table:
    """Lay out the state of the one-stop counters by item, each office's last survey."""
    named = tuple(
        {**record, "item_name": _ITEMS.get(record["item_code"], record["item_code"])}
        for record in surveys
    )
    return Table(
        code="counter_surveys",
        title="Cơ sở vật chất Bộ phận Một cửa",
        sheet="Cơ sở vật chất",
        unit="Đơn vị tính: cái; chưa kiểm chứng từ hồ sơ",
        columns=(
            ORDER,
            Column("item", "Hạng mục", kind="text", width=30),
            *columns(_SURVEYED),
        ),
        rows=flat_rows(named, "item_name", lambda members: cells(members, _SURVEYED))[:-1],
        notes=("Lần khảo sát gần nhất của mỗi cơ quan đến ngày cuối kỳ; số tự báo cáo.",),
        empty_sentence=f"Cơ sở vật chất Bộ phận Một cửa: {NO_DATA}.",
    )
