"""What was asked and what was reached: targets given, by the document that gives them."""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot.handling import LEVEL_NAMES
from motcua.snapshot.lines import ORDER
from motcua.snapshot.marts import Record, Records, Scope
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Given,
    Paragraph,
    Row,
    Table,
    count_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOT_COMPARABLE, format_decimal, roman
from motcua.snapshot.sentences import fill, say

NOT_GIVEN = "Chưa giao"
_WHOLE = "Chung của tỉnh"
_ASKED = "tỉnh"
_COUNTED = {"reached": "Đạt", "not_reached": "Chưa đạt", "not_given": NOT_GIVEN}
_SENTENCE = (
    "Chỉ tiêu giao cho {asked}: đạt {targets_reached}, chưa đạt {targets_not_reached}, chưa giao "
    "{targets_not_given} chỉ tiêu."
)


def figures(targets: Records) -> Iterator[Figure]:
    """Count the province's metrics by whether a target was given and reached."""
    whole = _of_province(targets)
    if whole:
        for code, name in _COUNTED.items():
            count = sum(record["state_code"] == code for record in whole)
            yield Figure(f"targets_{code}", f"Chỉ tiêu: {name.lower()}", count_cell(count))


def sentence(known: Mapping[str, Figure], scope: Scope | None = None) -> Paragraph:
    """Say how many targets were reached, not reached and not given."""
    if "targets_reached" not in known:
        return say("targets", f"Chỉ tiêu giao: {NO_DATA}.")
    return fill("targets", _SENTENCE, known, asked=scope.agency_name if scope else _ASKED)


def on_first_page(targets: Records) -> dict[str, tuple[Cell, Cell]]:
    """Give each metric's target with its document, and whether the province reached it."""
    return {
        record["metric_code"]: (_target_cell(record), text_cell(record["state_name"]))
        for record in _of_province(targets)
    }


def given(targets: Records) -> tuple[Given, ...]:
    """Give what agencies and levels were asked, with its document and whether they reached it."""
    return tuple(
        Given(
            record["metric_code"],
            record["agency_code"],
            record["level_code"],
            _target_cell(record).text,
            str(record["state_name"]),
        )
        for record in targets
        if record["scope_code"] != "province"
    )


NO_TARGET = (text_cell(NOT_COMPARABLE), text_cell(NOT_GIVEN))


def table(targets: Records, scope: Scope | None = None) -> Table:
    """Lay out every metric of the whole, then what was given to levels and agencies."""
    whole = f"Giao cho {scope.agency_name}" if scope else _WHOLE
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for record in targets:
        key = (record["scope_code"], record["level_code"], record["agency_code"])
        groups.setdefault(key, []).append(record)
    rows: list[Row] = []
    for position, members in enumerate(groups.values(), start=1):
        head = (text_cell(roman(position)), text_cell(_scope_name(members[0], whole)))
        rows.append(Row("group", (*head, *(text_cell("") for _ in range(6)))))
        rows += _metric_rows(members)
    return Table(
        code="targets",
        title="Chỉ tiêu giao và kết quả",
        sheet="Chỉ tiêu giao",
        unit="Tử số, mẫu số: hồ sơ, thủ tục, nhiệm vụ hoặc phản ánh, theo từng chỉ tiêu",
        columns=(
            ORDER,
            Column("metric", "Phạm vi, chỉ tiêu", kind="text", width=44),
            Column("numerator", "Tử số", "Kết quả"),
            Column("denominator", "Mẫu số", "Kết quả"),
            Column("result", "Tỷ lệ", "Kết quả", kind="share"),
            Column("target", "Giá trị giao", "Chỉ tiêu giao", kind="text", width=16),
            Column("document", "Văn bản giao", "Chỉ tiêu giao", kind="text", width=30),
            Column("state", "Đạt hay chưa", kind="text", width=14),
        ),
        rows=tuple(rows),
        notes=(
            "Đạt khi kết quả từ giá trị giao trở lên. Cấp, cơ quan chỉ nêu chỉ tiêu đã giao; hồ sơ "
            "tính cho cơ quan giải quyết, không tính cho cơ quan cấp trên.",
            *([f"{whole}: kết quả là của {scope.name}."] if scope else []),
        ),
        empty_sentence=f"Chỉ tiêu giao và kết quả: {NO_DATA}.",
        is_list=True,
    )


def _metric_rows(members: Sequence[Record]) -> Iterator[Row]:
    for number, record in enumerate(members, start=1):
        numerator, denominator = record["numerator_count"], record["denominator_count"]
        yield Row(
            "body",
            (
                text_cell(number),
                text_cell(record["metric_name"]),
                count_cell(numerator),
                count_cell(denominator),
                share_cell(numerator, denominator),
                text_cell(_value(record)),
                text_cell(record["source_document"]),
                text_cell(record["state_name"]),
            ),
        )


def _scope_name(record: Record, whole: str) -> str:
    if record["scope_code"] == "province":
        return whole
    if record["scope_code"] == "level":
        code = record["level_code"]
        return str(record["level_name"] or LEVEL_NAMES.get(code, code))
    return str(record["agency_name"] or record["agency_code"])


def _of_province(targets: Records) -> Records:
    return tuple(record for record in targets if record["scope_code"] == "province")


def _target_cell(record: Record) -> Cell:
    if record["target_percent"] is None:
        return text_cell(NOT_COMPARABLE)
    document = record["source_document"]
    return text_cell(f"{_value(record)} ({document})" if document else _value(record))


def _value(record: Record) -> str:
    percent = record["target_percent"]
    return NOT_COMPARABLE if percent is None else f"từ {format_decimal(percent)} %"
