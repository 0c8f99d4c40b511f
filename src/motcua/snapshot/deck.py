"""What the slides say: at most twelve, one message each, every figure from the content model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from motcua.snapshot import following, likeness
from motcua.snapshot.model import Bar, Chart, Content, Headline, Paragraph, Run, Table
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.parts import DIGITISATION, ONLINE

Runs = tuple[Run, ...]
_MISSING = 8
"""Localities without figures that the coverage slide names; the others it counts."""


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: its message, the sentences under it, and a chart or the rows of a table.

    ``notes`` stand below them over the width of the slide.
    """

    code: str
    message: Paragraph
    lines: tuple[Paragraph, ...] = ()
    chart: Chart | None = None
    table: Table | None = None
    notes: tuple[Paragraph, ...] = ()


def deck(content: Content) -> tuple[Slide, ...]:
    """Give the slides in their order: cover, coverage, six results, overdue, conclusions."""
    return (
        _cover(content),
        _coverage(content),
        *_results(content),
        *_overdue(content),
        _conclusions(content),
        _proposals(content),
    )


def _cover(content: Content) -> Slide:
    header = content.header
    lines = (*header.issuer_lines, header.review_name)
    return Slide("cover", _words(header.title), tuple(_words(line) for line in lines))


def _coverage(content: Content) -> Slide:
    coverage = content.coverage
    message = (
        f"Số liệu của {coverage.complete_count}/{coverage.expected_count} địa phương, đơn vị"
        if coverage.expected_count
        else "Độ phủ số liệu"
    )
    named = [f"Chưa có: {name}" for name in coverage.missing[:_MISSING]]
    others = len(coverage.missing) - len(named)
    named += [f"và {others} địa phương, đơn vị khác (phụ lục độ phủ)"] if others > 0 else []
    if not named:
        named = [coverage.sentence]
    return Slide("coverage", _words(message), tuple(_words(line) for line in named))


def _results(content: Content) -> Iterator[Slide]:
    yield _ten(content)
    yield Slide(
        "received",
        _message(content, "Tiếp nhận {received_in_period} hồ sơ trong kỳ", "Tiếp nhận"),
        _said(content, "received", "same_period", likeness.CODE),
        _chart(content, "channels"),
    )
    yield Slide(
        "resolved",
        _message(
            content, "{resolved_in_time_share} hồ sơ giải quyết trước và đúng hạn", "Giải quyết"
        ),
        _said(content, "resolved", "pending"),
        _outcomes(content),
    )
    yield Slide(
        "online",
        _message(content, "{online_received_share} hồ sơ tiếp nhận trực tuyến", "Hồ sơ trực tuyến"),
        _said(content, *ONLINE, "services"),
        _rates(content, "online", "Tỷ lệ hồ sơ trực tuyến", ONLINE),
    )
    yield Slide(
        "digitisation",
        _message(
            content, "{result_electronic_share} hồ sơ có kết quả điện tử", "Số hóa, kết quả điện tử"
        ),
        _said(content, *DIGITISATION),
        _rates(content, "digitisation", "Tỷ lệ số hóa, kết quả điện tử", DIGITISATION),
    )
    groups = content.table("scorecard_groups")
    yield Slide(
        "scorecard",
        _message(content, "Bộ chỉ số 766: {scorecard_score} điểm tự tính", "Bộ chỉ số 766"),
        _said(content, "scorecard", "scorecard_own"),
        table=groups if groups.rows else None,
    )


def _ten(content: Content) -> Slide:
    ten, message = content.table("ten"), _words("Mười chỉ tiêu của kỳ")
    if not ten.rows:
        return Slide("ten", message, (_words(ten.empty_sentence),))
    return Slide("ten", message, table=ten, notes=_said(content, likeness.CODE))


def _overdue(content: Content) -> Iterator[Slide]:
    yield Slide(
        "overdue_fields",
        _message(content, "{resolved_overdue} hồ sơ giải quyết quá hạn", "Hồ sơ quá hạn"),
        _said(content, "overdue"),
        _chart(content, "overdue_fields"),
    )
    yield Slide(
        "overdue_agencies",
        _words("Quá hạn theo cơ quan và nguyên nhân"),
        _said(content, "causes"),
        _chart(content, "overdue_agencies"),
    )


def _conclusions(content: Content) -> Slide:
    said = _said(content, "conclusions", "plan")
    if not any(line.code == "conclusions" for line in said):
        said = (_words(f"Kết luận kỳ trước: {NO_DATA}."), *said)
    message = _words("Thực hiện kết luận kỳ trước và kế hoạch")
    table = following.on_slide(content.table(following.TABLE))
    return Slide("conclusions", message, said, table=table)


def _proposals(content: Content) -> Slide:
    matters = tuple(
        paragraph
        for section in content.summary
        for paragraph in section.paragraphs
        if paragraph.code.startswith("matter")
    )
    return Slide("proposals", _words("Đề nghị kết luận"), matters or _said(content, "write_VIII"))


def _words(text: str) -> Paragraph:
    return Paragraph("", (Run(text),))


def _message(content: Content, template: str, otherwise: str) -> Paragraph:
    """Fill a message with one figure; without it, only name what the slide is about."""
    before, _, rest = template.partition("{")
    code, _, after = rest.partition("}")
    figure = content.figures.get(code)
    if figure is None or figure.cell.value is None:
        return _words(otherwise)
    runs = (Run(before), Run(figure.cell.text, code), Run(after))
    return Paragraph("", tuple(run for run in runs if run.text))


def _said(content: Content, *codes: str) -> tuple[Paragraph, ...]:
    """Give the report's sentences of these codes, in the order asked for."""
    found = {p.code: p for section in content.sections for p in section.paragraphs}
    return tuple(found[code] for code in codes if code in found)


def _chart(content: Content, code: str) -> Chart | None:
    return next((chart for chart in content.charts if chart.code == code), None)


def _outcomes(content: Content) -> Chart | None:
    names = {
        "resolved_early": "Trước hạn",
        "resolved_on_time": "Đúng hạn",
        "resolved_overdue": "Quá hạn",
    }
    cells = [
        (name, content.figures[code].cell)
        for code, name in names.items()
        if code in content.figures
    ]
    bars = tuple(Bar(name, float(cell.value or 0), cell.text) for name, cell in cells)
    if not any(bar.value for bar in bars):
        return None
    title, caption = "Hồ sơ đã giải quyết theo thời hạn", "Số hồ sơ."
    return Chart("outcomes", title, caption, "ii06_agencies", bars)


def _rates(content: Content, code: str, title: str, wanted: Sequence[str]) -> Chart | None:
    lines = [line for line in content.headlines if line.code in wanted]
    bars = tuple(_bar(line) for line in lines if line.result.value is not None)
    if not bars:
        return None
    caption = "Tử số và mẫu số ở bảng chỉ tiêu tổng hợp."
    return Chart(code, title, caption, "summary", bars, full_value=1.0)


def _bar(line: Headline) -> Bar:
    return Bar(line.name, float(line.result.value or 0), line.result.text)
