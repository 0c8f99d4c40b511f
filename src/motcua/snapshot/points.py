"""Points of decision 766 that misses cost: by component, by field, by agency, by cause.

Rule: metric ``points_lost`` of the marts. Points of members are not summed, as a component that
reaches its threshold earns no more.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from motcua.snapshot.handling import agency_names
from motcua.snapshot.lines import ORDER, numbered_rows
from motcua.snapshot.marts import Marts, Record
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Table,
    count_cell,
    score_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.ranking import RANKED_FROM
from motcua.snapshot.sentences import fill, say

TABLES = ("points_components", "points_fields", "points_agencies", "points_causes")
_DISLIKED = "disliked"
_DISLIKED_NAME = "Đánh giá không hài lòng (không phải hồ sơ quá hạn)"
_TOP, _SAID = 10, 3
_TENTH = Decimal("0.1")
_EMPTY = f"Điểm mất theo lĩnh vực, cơ quan: {NO_DATA}."
_POINTS = (
    Column("missed", "Chưa đạt", width=12),
    Column("points", "Điểm mất", kind="score", width=12),
)
_NOTES = (
    "Điểm mất = điểm nếu riêng phần này đạt hết, mọi hồ sơ khác giữ nguyên, trừ điểm hiện nay; "
    "không cộng các dòng với nhau, vì thành phần chạm ngưỡng thì không thêm điểm.",
)
_NOT_BACK = (
    "Hồ sơ đã quá hạn không thể thành đúng hạn: điểm mất ở thành phần đếm hạn chỉ giữ được ở kỳ "
    "sau. Thành phần số hóa, kết quả điện tử, đồng bộ lấy lại được khi bổ sung cho hồ sơ đã có.",
)


def figures(marts: Marts) -> Iterator[Figure]:
    """Give the components that cost most, with how many miss and what meeting them gives back."""
    for position, record in enumerate(_costliest(_scope(marts, "province"))[:_SAID], start=1):
        code, name = f"points_{position}", record["component_name"]
        yield Figure(f"{code}_lost", f"Điểm mất: {name}", score_cell(record["lost_points"]))
        yield Figure(f"{code}_missed", f"Chưa đạt: {name}", count_cell(record["missed_count"]))


def sentence(known: Mapping[str, Figure], marts: Marts) -> Paragraph:
    """Name the three components that cost most points; none: say so."""
    whole = _scope(marts, "province")
    if not whole:
        return say("points", _EMPTY)
    named = [record["component_name"] for record in _costliest(whole)[:_SAID]]
    if not named:
        return say("points", "Không thành phần nào mất điểm vì hồ sơ, phản ánh chưa đạt.")
    parts = [
        f"{{name_{n}}}: {{points_{n}_lost}} điểm ({{points_{n}_missed}} chưa đạt)"
        for n in range(1, len(named) + 1)
    ]
    words = {f"name_{n}": name for n, name in enumerate(named, start=1)}
    template = f"Mất nhiều điểm nhất vì hồ sơ, phản ánh chưa đạt: {'; '.join(parts)}."
    return fill("points", template, known, **words)


def components_table(marts: Marts) -> Table:
    """Lay out each component: how many miss, the score, what meeting all gives back."""
    rows = numbered_rows(
        _scope(marts, "province"),
        lambda record: (
            text_cell(record["component_name"]),
            count_cell(record["missed_count"]),
            count_cell(record["denominator_count"]),
            score_cell(record["max_score"]),
            score_cell(record["score"]),
            score_cell(record["lost_points"]),
            _tenth_cell(record),
        ),
    )
    return Table(
        code="points_components",
        title="Điểm mất theo thành phần và phần lấy lại được",
        sheet="766 điểm mất",
        unit="Đơn vị tính: điểm; chưa đạt, mẫu số: hồ sơ hoặc phản ánh, kiến nghị",
        columns=(
            ORDER,
            Column("component", "Thành phần", kind="text", width=40),
            Column("missed", "Chưa đạt", width=12),
            Column("denominator", "Mẫu số", width=12),
            Column("max", "Điểm tối đa", kind="score", width=11),
            Column("score", "Điểm tự tính", kind="score", width=11),
            Column("points", "Lấy lại nếu đạt hết", kind="score", width=12),
            Column("tenth", "Số cần đạt thêm để lấy lại 0,1 điểm", kind="days", width=13),
        ),
        rows=rows,
        notes=(
            *_NOTES,
            "Số cần đạt thêm: hồ sơ hoặc phản ánh; dấu – là không mất đến 0,1 điểm.",
            *_NOT_BACK,
        ),
        empty_sentence=_EMPTY,
    )


def _tenth_cell(record: Record) -> Cell:
    """Give how many must meet the component to win a tenth of a point, if as much is lost."""
    if record["lost_points"] < _TENTH:
        return count_cell(None)
    return count_cell(math.ceil(_TENTH / Decimal(record["points_per_miss"])))


def fields_table(marts: Marts) -> Table:
    """Lay out the ten lists of a field and a component that cost most."""
    resolved = {r["field_code"]: r["resolved_count"] for r in marts.handling_by_field}
    title = "Điểm mất nhiều nhất theo lĩnh vực và thành phần"
    most = _most(marts, "field", resolved)
    return _members_table("points_fields", title, "766 điểm mất lĩnh vực", "Lĩnh vực", most)


def agencies_table(marts: Marts) -> Table:
    """Lay out the ten lists of an agency and a component that cost most."""
    resolved: dict[str, int] = {}
    for record in marts.handling_by_agency:
        code = record["agency_code"]
        resolved[code] = resolved.get(code, 0) + record["resolved_count"]
    title = "Điểm mất nhiều nhất theo cơ quan và thành phần"
    return _members_table(
        "points_agencies",
        title,
        "766 điểm mất cơ quan",
        "Cơ quan",
        _most(marts, "agency", resolved),
    )


def causes_table(marts: Marts) -> Table:
    """Lay out what each recorded cause costs each component, the costliest first."""
    causes = _scope(marts, "cause")
    order = {code: n for n, code in enumerate(r["component_code"] for r in causes)}
    causes.sort(key=lambda r: (order[r["component_code"]], -r["lost_points"], -r["missed_count"]))
    rows = numbered_rows(
        causes,
        lambda record: (
            text_cell(record["component_name"]),
            text_cell(_cause_name(record)),
            count_cell(record["missed_count"]),
            score_cell(record["lost_points"]),
        ),
    )
    return Table(
        code="points_causes",
        title="Điểm mất theo thành phần và nguyên nhân được ghi nhận",
        sheet="766 điểm mất nguyên nhân",
        unit="Đơn vị tính: điểm; chưa đạt: hồ sơ",
        columns=(
            ORDER,
            Column("component", "Thành phần", kind="text", width=40),
            Column("cause", "Nguyên nhân", kind="text", width=36),
            *_POINTS,
        ),
        rows=rows,
        notes=(
            *_NOTES,
            "Chỉ hồ sơ quá hạn có nguyên nhân do cơ quan ghi nhận; đánh giá không hài lòng không "
            "có nguyên nhân, nên là một phần riêng của điểm hài lòng.",
        ),
        empty_sentence=f"Điểm mất theo nguyên nhân: {NO_DATA}.",
    )


def _cause_name(record: Record) -> str:
    if record["member_code"] == _DISLIKED:
        return _DISLIKED_NAME
    return record["cause_name"] or record["member_code"]


def _members_table(
    code: str, title: str, sheet: str, of_what: str, members: Sequence[Record]
) -> Table:
    rows = numbered_rows(members, _member_cells)
    return Table(
        code=code,
        title=title,
        sheet=sheet,
        unit="Đơn vị tính: điểm; chưa đạt: hồ sơ hoặc phản ánh, kiến nghị",
        columns=(
            ORDER,
            Column("member", of_what, kind="text", width=36),
            Column("component", "Thành phần", kind="text", width=40),
            *_POINTS,
        ),
        rows=rows,
        notes=(*_NOTES, "Không xếp phần dưới 30 hồ sơ đã giải quyết."),
        empty_sentence=f"{title}: {NO_DATA}.",
    )


def _member_cells(record: Record) -> tuple[Cell, ...]:
    return (
        text_cell(record["member_name"]),
        text_cell(record["component_name"]),
        count_cell(record["missed_count"]),
        score_cell(record["lost_points"]),
    )


def _scope(marts: Marts, scope_code: str) -> list[Record]:
    return [record for record in marts.points if record["scope_code"] == scope_code]


def _costliest(records: Sequence[Record]) -> list[Record]:
    """Give the lines that cost points, most first, else as listed."""
    costly = [record for record in records if record["lost_points"]]
    return sorted(costly, key=lambda record: -record["lost_points"])


def _most(marts: Marts, scope_code: str, resolved: Mapping[str, int]) -> list[Record]:
    """Give the ten that cost most among members of thirty resolved dossiers, under unique names."""
    members = [
        record
        for record in _costliest(_scope(marts, scope_code))
        if resolved.get(record["member_code"], 0) >= RANKED_FROM
    ]
    names = _names(marts, scope_code)
    return [
        {**record, "member_name": names.get(record["member_code"], record["member_code"])}
        for record in members[:_TOP]
    ]


def _names(marts: Marts, scope_code: str) -> dict[str, str]:
    if scope_code == "field":
        return {r["field_code"]: r["field_name"] for r in marts.handling_by_field}
    agencies = {r["agency_code"]: r for r in marts.handling_by_agency}
    return dict(zip(agencies, agency_names(tuple(agencies.values())), strict=True))
