"""Dossiers that two systems may both hold: what was decided of them, what nobody has decided."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.lines import ORDER, summed
from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import Column, Figure, Paragraph, Row, Table, count_cell, text_cell
from motcua.snapshot.sentences import fill

_STATES = {
    "same": "Đã quyết định là một: một hồ sơ không nằm trong số đếm nào",
    "undecided": "Chưa quyết định: cả hai hồ sơ đang được đếm",
    "different": "Đã quyết định là hai: cả hai hồ sơ được đếm",
    "without_effect": "Đã quyết định là một, kho chưa có đủ hai hồ sơ",
}
_CONFIDENCES = {
    "high_count": "Cao",
    "medium_count": "Trung bình",
    "low_count": "Thấp",
    "none_count": "Do người nêu",
}
_SENTENCE = (
    "Hồ sơ có thể ghi ở hai hệ thống, tính trong cả kho, không riêng kỳ này: {duplicates_left_out} "
    "hồ sơ đã quyết định là trùng và không nằm trong số đếm nào; {duplicates_undecided} cặp chưa "
    "quyết định, cả hai hồ sơ đang được đếm, trong đó {duplicates_undecided_high} cặp có độ tin "
    "cậy cao."
)


def figures(records: Records) -> Iterator[Figure]:
    """Count what is left out of every count and what is undecided; zero where there is none."""
    found = _by_state(records)
    left_out = count_cell(found["same"]["pair_count"])
    yield Figure("duplicates_left_out", "Hồ sơ trùng không nằm trong số đếm", left_out)
    undecided = found["undecided"]
    yield Figure(
        "duplicates_undecided", "Cặp hồ sơ chưa quyết định", count_cell(undecided["pair_count"])
    )
    yield Figure(
        "duplicates_undecided_high",
        "Cặp hồ sơ chưa quyết định: độ tin cậy cao",
        count_cell(undecided["high_count"]),
    )


def sentence(known: Mapping[str, Figure]) -> Paragraph:
    """Say how many are left out and how many are undecided, also where it is none."""
    return fill("duplicates", _SENTENCE, known)


def table(records: Records) -> Table:
    """Lay pairs out by what was decided of them and by how sure it is that they are one."""
    found = _by_state(records)
    names = ("pair_count", *_CONFIDENCES)
    rows = tuple(
        Row(
            "body",
            (
                text_cell(number),
                text_cell(text),
                *(count_cell(found[state][name]) for name in names),
            ),
        )
        for number, (state, text) in enumerate(_STATES.items(), start=1)
    )
    sums = (count_cell(summed(found.values(), name)) for name in names)
    total = Row("total", (text_cell(""), text_cell("Tổng cộng"), *sums))
    return Table(
        code="duplicates",
        title="Hồ sơ có thể ghi ở hai hệ thống",
        sheet="Hồ sơ trùng",
        unit="Đơn vị tính: cặp hồ sơ; cả kho, không riêng kỳ này",
        columns=(
            ORDER,
            Column("state", "Tình trạng", kind="text", width=60),
            Column("pair_count", "Số cặp"),
            *(Column(code, title, "Theo độ tin cậy") for code, title in _CONFIDENCES.items()),
        ),
        rows=(*rows, total),
        notes=(
            "Kho không tự gộp: chỉ sổ quyết định của tỉnh đưa một hồ sơ ra khỏi số đếm. Độ tin cậy "
            "cao: cùng mã, thủ tục và ngày tiếp nhận; thấp: chỉ cùng mã, hoặc cùng người nộp, thủ "
            "tục và ngày tiếp nhận.",
        ),
    )


def _by_state(records: Records) -> dict[str, Record]:
    nothing: Record = dict.fromkeys(("pair_count", *_CONFIDENCES), 0)
    return dict.fromkeys(_STATES, nothing) | {record["state_code"]: record for record in records}
