"""Questions that a meeting may ask, each with the answer that the figures give and their codes."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from motcua.snapshot import likeness
from motcua.snapshot.framing import absent_before
from motcua.snapshot.handling import LEVEL_NAMES
from motcua.snapshot.lines import ORDER
from motcua.snapshot.marts import Marts, Record
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Row,
    Table,
    count_cell,
    score_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOT_COMPARABLE, format_percent
from motcua.snapshot.sentences import fill, say, small

Figures = Mapping[str, Figure]
Question = tuple[str, Paragraph]

_TITLE = "Câu hỏi có thể được hỏi"
_RULE = (
    "Cùng những hồ sơ ấy, quy tắc kia ra {{rule_{0}_share}} ({{rule_{0}_numerator}}/"
    "{{rule_{0}_denominator}}), bản này {{resolved_in_time_share}} ({{resolved_in_time}}/"
    "{{resolved}}); {{rule_{0}_flipped}} hồ sơ được đếm khác."
)
_RECEIVED = (
    "Tiếp nhận trong kỳ {received_in_period} hồ sơ, cùng kỳ {same_received_in_period} "
    "({same_received_in_period_growth}). {absent}"
)
_LOWEST = (
    "{{agency}}: {{lowest_{0}_share}} ({{lowest_{0}_numerator}}/{{lowest_{0}_denominator}}), chung "
    "của cấp {{lowest_{0}_level}}. Khoảng tin cậy 95 % từ {{lowest_{0}_low}} đến "
    "{{lowest_{0}_high}}: "
)
_REAL = "thấp hơn rõ {{lowest_{0}_better}} trong {{lowest_{0}_peers}} cơ quan cùng cấp"
_CHANCE = (
    "không tách được khỏi cơ quan nào trong {{lowest_{0}_peers}} cơ quan cùng cấp, chưa đủ để nói "
    "là thấp hơn"
)
_MIXED = ". Nếu có cơ cấu lĩnh vực như của cả cấp: {{lowest_{0}_mixed}}."
_POINTS_ASKED = 3
_POINTS = (
    "Tối đa {{points_{0}_lost}} điểm, từ {{points_{0}_score}} lên {{points_{0}_if_met}}, nếu cả "
    "{{points_{0}_missed}} trường hợp chưa đạt trong {{points_{0}_denominator}} trường hợp đều đạt."
)


def figures(marts: Marts) -> Iterator[Figure]:
    """Give the figures that only answers stand on."""
    for record in marts.rule_points:
        code, name = f"rule_{record['rule_code']}", record["rule_name"]
        counts = (record["numerator_count"], record["denominator_count"])
        yield Figure(f"{code}_share", f"Tỷ lệ theo quy tắc: {name}", share_cell(*counts))
        yield Figure(f"{code}_numerator", f"Tử số theo quy tắc: {name}", count_cell(counts[0]))
        yield Figure(f"{code}_denominator", f"Mẫu số theo quy tắc: {name}", count_cell(counts[1]))
        flipped = count_cell(record["flipped_count"])
        yield Figure(f"{code}_flipped", f"Hồ sơ đếm khác theo quy tắc: {name}", flipped)
    for record in marts.lowest_agencies:
        yield from _lowest_figures(record)
    for record in _most_points(marts):
        code, name = f"points_{record['component_code']}", record["component_name"]
        yield Figure(f"{code}_lost", f"Điểm mất: {name}", score_cell(record["lost_points"]))
        yield Figure(f"{code}_score", f"Điểm: {name}", score_cell(record["score"]))
        met = score_cell(record["score_if_met"])
        yield Figure(f"{code}_if_met", f"Điểm nếu đều đạt: {name}", met)
        yield Figure(f"{code}_missed", f"Chưa đạt: {name}", count_cell(record["missed_count"]))
        denominator = count_cell(record["denominator_count"])
        yield Figure(f"{code}_denominator", f"Tổng số: {name}", denominator)


def _most_points(marts: Marts) -> Sequence[Record]:
    """Give the components of decision 766 with most points to win back."""
    lost = [one for one in marts.points if one["scope_code"] == "province" and one["lost_points"]]
    return sorted(lost, key=lambda one: (-one["lost_points"], one["component_code"]))[
        :_POINTS_ASKED
    ]


def _lowest_figures(record: Record) -> Iterator[Figure]:
    code = f"lowest_{record['level_code']}"
    name = f"{_level(record)}, thấp nhất: {record['agency_name']}"
    counts = (record["numerator_count"], record["denominator_count"])
    yield Figure(f"{code}_share", name, share_cell(*counts))
    yield Figure(f"{code}_numerator", f"{name}, trước và đúng hạn", count_cell(counts[0]))
    yield Figure(f"{code}_denominator", f"{name}, đã giải quyết", count_cell(counts[1]))
    better = count_cell(record["better_count"])
    yield Figure(f"{code}_better", f"{name}, số cơ quan cùng cấp hơn rõ", better)
    peers = count_cell(record["peer_count"])
    yield Figure(f"{code}_peers", f"{name}, số cơ quan cùng cấp được so", peers)
    for part, column, title in (
        ("level", "level_in_time_rate", "chung của cấp"),
        ("low", "low_rate", "cận dưới"),
        ("high", "high_rate", "cận trên"),
        ("mixed", "mix_adjusted_in_time_rate", "theo cơ cấu lĩnh vực của cấp"),
    ):
        yield Figure(f"{code}_{part}", f"{name}, {title}", _share(record[column]))


def _share(rate: float | None) -> Cell:
    if rate is None:
        return Cell("share", None, NOT_COMPARABLE)
    return Cell("share", float(rate), format_percent(Decimal(str(rate))))


def table(marts: Marts, known: Figures) -> Table:
    """Lay out the questions, their answers and the codes of the figures that these stand on."""
    rows = tuple(
        Row(
            "body",
            (
                text_cell(number),
                text_cell(question),
                text_cell(answer.text),
                text_cell(", ".join(answer.figure_codes)),
            ),
        )
        for number, (question, answer) in enumerate(_questions(marts, known), start=1)
    )
    return Table(
        code="questions",
        title=_TITLE,
        sheet="Câu hỏi",
        unit="Lập từ số liệu của bản này; chỉ dùng trong bản nội bộ",
        columns=(
            ORDER,
            Column("question", "Câu hỏi", kind="text", width=40),
            Column("answer", "Trả lời từ số liệu", kind="text", width=80),
            Column("codes", "Mã số liệu", kind="text", width=44),
        ),
        rows=rows,
        notes=(
            "Câu trả lời chỉ nêu điều số liệu cho biết; nguyên nhân do cơ quan giải trình. Thấp "
            "nhất chỉ xét cơ quan có từ 30 hồ sơ đã giải quyết; hơn rõ là hai khoảng tin cậy không "
            "chạm nhau.",
        ),
        empty_sentence=f"{_TITLE}: {NO_DATA}.",
    )


def _questions(marts: Marts, known: Figures) -> Iterator[Question]:
    if known.get("resolved") and known["resolved"].cell.value:
        yield from _rule_questions(marts, known)
    yield from _received_questions(marts, known)
    for record in marts.lowest_agencies:
        yield _lowest_question(record, known)
    for record in _most_points(marts):
        question = f"Lấy lại được bao nhiêu điểm 766 ở «{record['component_name']}»?"
        code = record["component_code"]
        yield question, fill(f"points_{code}", _POINTS.format(code), known)


def _rule_questions(marts: Marts, known: Figures) -> Iterator[Question]:
    for record in marts.rule_points:
        code = record["rule_code"]
        question = f"Vì sao tỷ lệ ở đây khác số theo «{record['rule_name']}»?"
        yield question, fill(f"rule_{code}", _RULE.format(code), known)


def _received_questions(marts: Marts, known: Figures) -> Iterator[Question]:
    question = "Vì sao số tiếp nhận khác cùng kỳ năm trước?"
    if "same_received_in_period" in known:
        absent = absent_before(marts, "same")
        why = (
            f"Cùng kỳ chưa có số liệu của: {', '.join(absent)}; so sánh chỉ để tham khảo."
            if absent
            else "Nơi gửi số liệu hai kỳ như nhau; kho không ghi nguyên nhân tăng, giảm."
        )
        why = f"{why} {likeness.sentence(marts.review)}".strip()
        yield question, fill("asked_received", _RECEIVED, known, absent=why)
    elif "received_in_period" in known:
        yield question, say("asked_received", "Chưa có số liệu cùng kỳ để so sánh.")


def _lowest_question(record: Record, known: Figures) -> Question:
    code = record["level_code"]
    template = f"{_LOWEST}{_REAL if record['better_count'] else _CHANCE}{_MIXED}".format(code)
    answer = fill(f"lowest_{code}", template, known, agency=record["agency_name"])
    level = small(_level(record))
    return f"Cơ quan nào của {level} đúng hạn thấp nhất, chênh lệch có thật không?", answer


def _level(record: Record) -> str:
    return str(record["level_name"] or LEVEL_NAMES.get(record["level_code"], record["level_code"]))
