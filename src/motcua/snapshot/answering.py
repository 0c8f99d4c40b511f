"""What agencies wrote back on the sheets of a review, beside what the figure is now."""

import dataclasses
from collections.abc import Mapping, Sequence

from motcua.shelf.states import GROUP, Answer, latest_answers
from motcua.snapshot import sentences
from motcua.snapshot.lines import ORDER
from motcua.snapshot.listing import shown_figures
from motcua.snapshot.model import ANSWERS, Column, Content, Row, Table, text_cell

_TITLE = "Số liệu cơ quan không đồng ý, giải trình của cơ quan"
_SECTION = "VII"
_SAME = "không đổi"
_GONE = "không còn số này"


def with_answers(content: Content, found: Sequence[Answer]) -> Content:
    """Give the content with what agencies wrote back: a sentence in section VII and its annex."""
    answers = latest_answers(found)
    if not answers:
        return content
    shown = {code: figure.text for code, figure in shown_figures(content).items()}
    contested = sum(1 for one in answers if one.claimed)
    moved = sum(1 for one in answers if _now(one, shown) != _SAME)
    text = (
        f"{len({one.agency_code for one in answers})} cơ quan đã gửi giải trình: không đồng ý "
        f"{contested} số liệu, giải trình {len(answers) - contested} số liệu hoặc nhóm hồ sơ; "
        f"{moved} số đã thay đổi từ khi gửi phiếu. Chi tiết: phụ lục «{_TITLE}»."
    )
    told = sentences.say(ANSWERS, text)
    return dataclasses.replace(
        content,
        sections=tuple(
            dataclasses.replace(section, paragraphs=(*section.paragraphs, told))
            if section.number == _SECTION and section.level == 1
            else section
            for section in content.sections
        ),
        tables=tuple(
            table(answers, shown) if other.code == ANSWERS else other for other in content.tables
        ),
    )


def table(answers: Sequence[Answer], shown: Mapping[str, str]) -> Table:
    """Lay out the answers, contested figures first; mark those whose figure has moved since.

    Args:
        answers: one for each agency and figure.
        shown: text of every figure of the content, by code.
    """
    ordered = sorted(answers, key=lambda one: not one.claimed)
    rows = tuple(
        Row(
            "body",
            (
                text_cell(number),
                text_cell(one.agency_name),
                text_cell(one.figure_name),
                text_cell(f"{one.version:02d}"),
                text_cell(one.printed),
                text_cell(one.claimed or "–"),
                text_cell(_now(one, shown)),
                text_cell(one.text),
            ),
        )
        for number, one in enumerate(ordered, start=1)
    )
    return Table(
        code=ANSWERS,
        title=_TITLE,
        sheet="Giải trình",
        unit="Như in ở phiếu đã gửi; chỉ dùng trong bản nội bộ",
        columns=(
            ORDER,
            Column("agency", "Cơ quan", kind="text", width=26),
            Column("figure", "Số liệu", kind="text", width=34),
            Column("version", "Bản", kind="text", width=7),
            Column("printed", "Số đã gửi", kind="text", width=13),
            Column("claimed", "Số của cơ quan", kind="text", width=13),
            Column("now", "Số nay", kind="text", width=13),
            Column("text", "Lý do, giải trình", kind="text", width=50),
        ),
        rows=rows,
        notes=("Lời của cơ quan, kho không kiểm chứng; mỗi số chỉ nêu lần gửi lại gần nhất.",),
        empty_sentence=f"{_TITLE}: chưa có.",
        is_list=True,
    )


def _now(one: Answer, shown: Mapping[str, str]) -> str:
    """Say what the figure is now, where that is not what the agency was sent."""
    now = shown.get(one.figure_code.removeprefix(GROUP))
    if now is None:
        return _GONE
    return _SAME if now == one.printed else now
