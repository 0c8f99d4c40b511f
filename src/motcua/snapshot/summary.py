"""The summary on one page: ten indicators against their targets, what got better, what worse."""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot import intervals, likeness, sentences
from motcua.snapshot.framing import absent_before
from motcua.snapshot.headlines import Indicator
from motcua.snapshot.marts import Marts, Record
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Headline,
    Paragraph,
    Row,
    Section,
    Table,
    absent_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.parts import DIGITISATION, LATE_RECEPTION, ONLINE, PAID, PETITIONS_ON_TIME
from motcua.snapshot.ranking import RANKED_FROM
from motcua.snapshot.targets import NO_TARGET, NOT_GIVEN

TEN = {
    "resolved_in_time": "Giải quyết trước và đúng hạn trên đã giải quyết",
    "pending_overdue": "Quá hạn trên đang giải quyết",
    "online_received": "Tiếp nhận trực tuyến trên tiếp nhận trong kỳ",
    "full_online_received": "Trực tuyến toàn trình trên tiếp nhận trong kỳ",
    "late_reception": "Tiếp nhận hồ sơ trực tuyến muộn",
    "paid_online": "Thanh toán trực tuyến",
    "input_digitised": "Số hóa thành phần hồ sơ",
    "result_electronic": "Cấp kết quả điện tử",
    "petitions_on_time": "Phản ánh, kiến nghị trả lời đúng hạn",
    "scorecard": "Điểm Bộ chỉ số 766",
}
"""The indicators of the first page in their order, whether there is data of them or not."""
_BETTER_WHEN = {
    "resolved_in_time": 1,
    "pending_overdue": -1,
    LATE_RECEPTION: -1,
    **dict.fromkeys((*ONLINE, *PAID, *DIGITISATION, PETITIONS_ON_TIME), 1),
}
"""Which way a rate of dossiers gets better; counts of procedures and of tasks are no samples."""
_COMPARED = {"same": "cùng kỳ", "previous": "kỳ trước"}
_TURNED = {1: "tốt lên", -1: "xấu đi"}
_TOP = 3


def ten_table(
    rows: Sequence[Headline],
    others: Mapping[str, tuple[Cell, Cell, Cell]],
    given: Mapping[str, tuple[Cell, Cell]],
    periods: Record,
) -> Table:
    """Lay out those of the ten indicators that there is data for; name the others in one line.

    Args:
        rows: the indicators over dossiers.
        others: of those over something else both counts and the result, by code; nothing earlier.
        given: of each metric the province's target and whether it is reached, by code.
        periods: the review's record, which names the periods compared.
    """
    found = {line.code: _cells(line) for line in rows}
    found |= {code: _other_cells(*cells) for code, cells in others.items()}
    absent = [name for code, name in TEN.items() if code not in found]
    notes = [
        f"{NOT_GIVEN}: kho chưa nhận chỉ tiêu giao của dòng ấy cho kỳ này, nên không nói đạt hay "
        "chưa đạt.",
        *([f"{NO_DATA.capitalize()}: {'; '.join(absent)}."] if absent else []),
    ]
    return Table(
        code="ten",
        title="Mười chỉ tiêu của kỳ",
        sheet="Tóm tắt",
        unit="Tử số, mẫu số: hồ sơ; phản ánh, kiến nghị: lượt; Bộ chỉ số 766: điểm có dữ liệu",
        columns=(
            Column("order", "TT", kind="text", width=7),
            Column("name", "Chỉ tiêu", kind="text", width=34),
            Column("counts", "Tử số/Mẫu số", kind="text", width=22),
            Column("result", "Kết quả", kind="share", width=13),
            _rate("previous", "Kỳ trước", periods["previous_period_name"]),
            _rate("same", "Cùng kỳ", periods["same_period_name"]),
            Column("target", "Chỉ tiêu giao (văn bản)", kind="text", width=25),
            Column("reached", "Đạt/Chưa đạt", kind="text", width=15),
        ),
        rows=tuple(
            Row(
                "body",
                (text_cell(number), text_cell(name), *found[code], *given.get(code, NO_TARGET)),
            )
            for number, (code, name) in enumerate(TEN.items(), start=1)
            if code in found
        ),
        notes=tuple(notes),
        empty_sentence=f"Mười chỉ tiêu của kỳ: {NO_DATA}.",
    )


def _rate(code: str, title: str, period_name: str | None) -> Column:
    name = sentences.bare_name(period_name)
    titled = f"{title} ({sentences.small(name)})" if name else title
    return Column(code, titled, kind="share", width=18)


def _cells(line: Headline) -> tuple[Cell, ...]:
    counts = text_cell(f"{line.numerator.text}/{line.denominator.text}")
    return (counts, line.result, line.previous, line.same)


def _other_cells(numerator: Cell, denominator: Cell, result: Cell) -> tuple[Cell, ...]:
    counts = text_cell(f"{numerator.text}/{denominator.text}")
    return (counts, result, absent_cell(), absent_cell())


def turns(
    marts: Marts, found: Sequence[Indicator], figures: Mapping[str, Figure]
) -> tuple[Section, ...]:
    """Name what got better and what got worse by more than chance, three of each, most first.

    Compared with the same period of last year, where nobody has figures of it with the period
    before. A rate over fewer than thirty dossiers in either period is not named. What makes the
    comparison doubtful is a section of its own.
    """
    doubts = tuple(_doubts(marts, next(_known_roles(found), None)))
    doubtful = (Section("", "So sánh chỉ để tham khảo", doubts),) if doubts else ()
    return (*_turned_sections(found, figures), *doubtful)


def _doubts(marts: Marts, role: str | None) -> Iterator[Paragraph]:
    """Say that periods are unlike each other, and who has no figures of the one compared with."""
    if unlike := likeness.paragraph(marts.review):
        yield unlike
    if role and (absent := absent_before(marts, role)):
        names = ", ".join(absent)
        yield sentences.say(
            "absent", f"{_COMPARED[role].capitalize()} chưa có số liệu của: {names}."
        )


def _turned_sections(
    found: Sequence[Indicator], figures: Mapping[str, Figure]
) -> tuple[Section, ...]:
    role = next(_known_roles(found), None)
    if role is None:
        nothing = sentences.say("turns", "Chưa có dữ liệu kỳ trước, cùng kỳ để so sánh.")
        return (Section("", "Việc tốt lên, việc xấu đi", (nothing,)),)
    compared = _COMPARED[role]
    ways = {indicator.code: _way(indicator, role) for indicator in found}
    titles = {way: f"Việc {turned} so với {compared}" for way, turned in _TURNED.items()}
    return tuple(
        Section(
            "",
            title,
            _lines([i for i in found if ways[i.code] == way], role, figures, _TURNED[way]),
        )
        for way, title in titles.items()
    )


def _known_roles(found: Sequence[Indicator]) -> Iterator[str]:
    return (role for role in _COMPARED if any(_pair(indicator, role) for indicator in found))


def _pair(indicator: Indicator, role: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Give both counts of now and before, where each is of thirty dossiers or more."""
    counts = [indicator.counts.get(name) for name in ("current", role)]
    if indicator.code not in _BETTER_WHEN or None in counts:
        return None
    now, before = ((c.numerator, c.denominator) for c in counts if c is not None)
    return (now, before) if min(now[1], before[1]) >= RANKED_FROM else None


def _way(indicator: Indicator, role: str) -> int:
    """Tell whether an indicator got better (1), worse (-1) or neither by more than chance (0)."""
    pair = _pair(indicator, role)
    return intervals.direction(*pair) * _BETTER_WHEN[indicator.code] if pair else 0


def _lines(
    turned: Sequence[Indicator], role: str, figures: Mapping[str, Figure], how: str
) -> tuple[Paragraph, ...]:
    if not turned:
        text = f"Không có chỉ tiêu nào {how} vượt khoảng tin cậy 95 % (từ 30 hồ sơ)."
        return (sentences.say("turn_none", text),)
    most = sorted(turned, key=lambda indicator: -abs(_moved(indicator, role)))[:_TOP]
    return tuple(
        sentences.turn(indicator.code, indicator.name, role, _COMPARED[role], figures)
        for indicator in most
    )


def _moved(indicator: Indicator, role: str) -> float:
    now, before = (indicator.counts[name].rate for name in ("current", role))
    return float((now or 0) - (before or 0))
