"""Decision 766 in the pack: scores by group, by component and by agency, with what is missing."""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot.handling import agency_names, by_level
from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Note,
    Paragraph,
    Row,
    RowKind,
    Table,
    absent_cell,
    count_cell,
    score_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOTHING_HAPPENED, roman
from motcua.snapshot.sentences import fill, say

TITLE = "Bộ chỉ số 766"
TABLES = ("scorecard_groups",)
_STATES = {
    "scored": "Tính được điểm",
    "no_data": "Chưa có dữ liệu",
    "by_zero_rule": "Không phát sinh, theo quy tắc của thành phần",
}
_PARTLY = "Tính được điểm trên phần có dữ liệu"
_EMPTY = f"Điểm {TITLE}: {NO_DATA}."
_UNIT = "Đơn vị tính: điểm"
_OWN = (
    "Điểm tự tính từ hồ sơ đã nhận, không phải điểm do Cổng Dịch vụ công quốc gia công bố.",
    "Thành phần chưa có dữ liệu không có điểm và không nằm trong số điểm có dữ liệu.",
)
_SCORE = (
    "Điểm tự tính từ hồ sơ: {scorecard_score} trên {scorecard_scorable} điểm có dữ liệu (tối đa "
    "{scorecard_max} điểm); xếp loại: {scorecard_grade}."
)
_ORDER = Column("order", "TT", kind="text", width=7)
Of = tuple[tuple[str, str], ...]
_SCORE_COLUMNS = (
    Column("score", "Điểm tự tính", kind="score"),
    Column("scorable", "Điểm có dữ liệu", kind="score"),
    Column("max", "Điểm tối đa", kind="score"),
)


def figures(groups: Records) -> Iterator[Figure]:
    """Give the figures of the province's total, where there is one."""
    for record in groups:
        if record["display_group_code"] == "total":
            yield Figure("scorecard_score", "Điểm tự tính", score_cell(record["score"]))
            scorable = score_cell(record["scorable_max_score"])
            yield Figure("scorecard_scorable", "Điểm có dữ liệu", scorable)
            yield Figure("scorecard_max", "Điểm tối đa", score_cell(record["max_score"]))
            yield Figure("scorecard_grade", "Xếp loại", text_cell(_grade(record)))


def on_first_page(known: Mapping[str, Figure]) -> dict[str, tuple[Cell, Cell, Cell]]:
    """Give the score, what could be scored and the score as the result, where there is one."""
    if "scorecard_score" not in known:
        return {}
    score = known["scorecard_score"].cell
    return {"scorecard": (score, known["scorecard_scorable"].cell, score)}


def paragraphs(known: Mapping[str, Figure]) -> tuple[Paragraph, ...]:
    """Say the total and how much of it could be scored."""
    if "scorecard_score" not in known:
        return (say("scorecard", _EMPTY),)
    return (
        fill("scorecard", _SCORE, known),
        say("scorecard_own", _OWN[0]),
        say("scorecard_annexes", "Điểm từng thành phần, từng cơ quan ở phụ lục."),
    )


def definitions(components: Records) -> tuple[Note, ...]:
    """Give the formula of each component as the decision's version has it."""
    return tuple(
        Note(
            f"766: {record['component_name']}",
            f"{record['formula']}. Tử số: {record['numerator_name']}. "
            f"Mẫu số: {record['denominator_name']}.",
        )
        for record in components
    )


def groups_table(groups: Records) -> Table:
    """Lay out the six groups as they are displayed, each with the decision's group it is of."""
    rows = tuple(
        Row(
            "total" if is_total else "body",
            (
                text_cell("" if is_total else number),
                text_cell("Tổng điểm" if is_total else record["display_group_name"]),
                text_cell(_grade(record) if is_total else record["group_name"]),
                *_scores(record),
            ),
        )
        for number, record in enumerate(groups, start=1)
        for is_total in [record["display_group_code"] == "total"]
    )
    return Table(
        code="scorecard_groups",
        title=f"Điểm {TITLE} theo nhóm",
        sheet="766 nhóm",
        unit=_UNIT,
        columns=(
            _ORDER,
            Column("group", "Nhóm hiển thị", kind="text", width=34),
            Column("legal_group", "Nhóm theo quyết định; xếp loại", kind="text", width=34),
            *_SCORE_COLUMNS,
        ),
        rows=rows,
        notes=_OWN,
        empty_sentence=_EMPTY,
    )


def components_table(components: Records) -> Table:
    """Lay out every component below its group: both counts, what is unknown, maximum, score."""
    rows: list[Row] = []
    codes = dict.fromkeys(record["display_group_code"] for record in components)
    for position, code in enumerate(codes, start=1):
        members = [record for record in components if record["display_group_code"] == code]
        name = members[0]["display_group_name"]
        rows.append(Row("group", (text_cell(roman(position)), *_summed(name, members))))
        rows += [
            Row("body", (text_cell(number), *_component(record)))
            for number, record in enumerate(members, start=1)
        ]
    if rows:
        rows.append(Row("total", (text_cell(""), *_summed("Tổng điểm", components))))
    return Table(
        code="scorecard",
        title=f"Điểm {TITLE} theo thành phần",
        sheet="766 thành phần",
        unit=f"{_UNIT}; tử số, mẫu số: hồ sơ, thủ tục, cơ quan hoặc lượt, theo từng thành phần",
        columns=(
            _ORDER,
            Column("component", "Nhóm, thành phần", kind="text", width=44),
            Column("numerator", "Tử số"),
            Column("denominator", "Mẫu số"),
            Column("rate", "Tỷ lệ", kind="share"),
            Column("unknown", "Không rõ"),
            Column("max", "Điểm tối đa", kind="score"),
            Column("score", "Điểm tự tính", kind="score"),
            Column("state", "Tình trạng", kind="text", width=26),
        ),
        rows=tuple(rows),
        notes=(
            *_OWN,
            *(f"Nguồn công thức: {source}." for source in _sources(components)),
        ),
        empty_sentence=_EMPTY,
    )


def agencies_table(totals: Records) -> Table:
    """Lay out the total of each agency below its level's, then the province's own."""
    agencies = tuple(record for record in totals if record["scope_code"] == "agency")
    levels = {r["level_code"]: r for r in totals if r["scope_code"] == "level"}
    rows: list[Row] = []
    for position, (name, members) in enumerate(by_level(agencies), start=1):
        level = levels.get(members[0]["level_code"])
        rows.append(_total_row("group", roman(position), name, level, _of(members[0])[:1]))
        rows += [
            _total_row("body", str(number), agency, record, _of(record))
            for number, (agency, record) in enumerate(
                zip(agency_names(members), members, strict=True), start=1
            )
        ]
    rows += [
        _total_row("total", "", "Cả tỉnh", record)
        for record in totals
        if record["scope_code"] == "province" and agencies
    ]
    return Table(
        code="scorecard_agencies",
        title=f"Điểm {TITLE} theo cơ quan",
        sheet="766 cơ quan",
        unit=_UNIT,
        columns=(
            _ORDER,
            Column("agency", "Cơ quan", kind="text", width=44),
            *_SCORE_COLUMNS,
            Column("grade", "Xếp loại", kind="text", width=30),
        ),
        rows=tuple(rows),
        notes=(
            *_OWN,
            "Điểm của cấp, của tỉnh tính từ hồ sơ của cả cấp, cả tỉnh, không phải tổng hay trung "
            "bình điểm của các cơ quan. Không tính cho từng cơ quan: công bố, công khai TTHC; với "
            "cơ quan cấp tỉnh, cả thành phần theo danh mục TTHC, vì danh mục không ghi cơ quan.",
        ),
        empty_sentence=f"Điểm {TITLE} theo cơ quan: {NO_DATA}.",
    )


def _sources(components: Records) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record["source_document"] for record in components))


def _scores(record: Record | None) -> tuple[Cell, ...]:
    if record is None:
        return (_no_score(), score_cell(None), score_cell(None))
    return (
        _no_score() if record["score"] is None else score_cell(record["score"]),
        score_cell(record["scorable_max_score"]),
        score_cell(record["max_score"]),
    )


def _no_score() -> Cell:
    """Make the cell of a sum without any score: for want of figures or of anything to count."""
    return Cell("score", None, "không có điểm")


def _total_row(kind: RowKind, order: str, name: str, record: Record | None, of: Of = ()) -> Row:
    grade = text_cell(_grade(record) if record else "")
    return Row(kind, (text_cell(order), text_cell(name), *_scores(record), grade), of)


def _of(record: Record) -> Of:
    """Say which agency a line is of, as the lines of form II.06 do."""
    return (("level", record["level_code"]), ("agency", record["agency_code"]))


def _grade(record: Record) -> str:
    """Name the grade; where missing figures could change it, the two between which it lies."""
    lowest, highest = record["lowest_grade_name"], record["highest_grade_name"]
    if lowest is None or highest is None:
        return NO_DATA
    if lowest == highest:
        return str(lowest)
    return f"chưa xác định (từ {lowest} đến {highest})"


def _summed(name: str, members: Sequence[Record]) -> tuple[Cell, ...]:
    found = [record["score"] for record in members if record["score"] is not None]
    scorable = sum(r["max_score"] for r in members if r["score"] is not None)
    whole = sum(record["max_score"] for record in members)
    state = "" if scorable == whole else f"Có dữ liệu {score_cell(scorable).text} điểm"
    blank = text_cell("")
    return (
        text_cell(name),
        *(blank, blank, blank, blank),
        score_cell(whole),
        score_cell(sum(found)) if found else _no_score(),
        text_cell(state),
    )


def _component(record: Record) -> tuple[Cell, ...]:
    state = record["state_code"]
    rate = (
        absent_cell(NO_DATA)
        if state == "no_data"
        else share_cell(record["numerator_count"], record["denominator_count"])
    )
    score = (
        Cell("score", None, NOTHING_HAPPENED)
        if state == "by_zero_rule" and record["score"] is None
        else score_cell(record["score"])
    )
    return (
        text_cell(record["component_name"]),
        count_cell(record["numerator_count"]),
        count_cell(record["denominator_count"]),
        rate,
        count_cell(record["unknown_count"]),
        score_cell(record["max_score"]),
        score,
        text_cell(_PARTLY if state == "scored" and record["unknown_count"] else _STATES[state]),
    )
