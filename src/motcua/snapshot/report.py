"""The report's nine sections: which sentences and tables stand where, what is said without data."""

from collections.abc import Mapping, Sequence

from motcua.snapshot import numbers, scorecard, wording
from motcua.snapshot.figures import ranked
from motcua.snapshot.headlines import Indicator
from motcua.snapshot.marts import Marts
from motcua.snapshot.model import Coverage, Figure, Paragraph, Section, Table
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.parts import DIGITISATION, ONLINE
from motcua.snapshot.wording import fill, say

Figures = Mapping[str, Figure]
Tables = Mapping[str, Table]


def sections(
    marts: Marts,
    coverage: Coverage,
    figures: Figures,
    found: Sequence[Indicator],
    tables: Tables,
) -> tuple[Section, ...]:
    """Write the report."""
    return (
        _direction(figures, tables),
        _handling(marts, coverage, figures, tables),
        _electronic(figures, found, tables),
        _satisfaction(marts, figures, tables),
        _scorecard(figures, tables),
        _absent("VI", "Các nội dung cải cách hành chính khác", "Số liệu tự báo cáo"),
        Section("VII", "Tồn tại, hạn chế, nguyên nhân", _shortcomings(marts, figures)),
        _to_write("VIII", "Nhiệm vụ, giải pháp"),
        _to_write("IX", "Kiến nghị, đề xuất"),
    )


def _direction(figures: Figures, tables: Tables) -> Section:
    paragraphs = (
        (fill("plan", wording.PLAN, figures),)
        if "plan_done" in figures
        else (say("plan", tables["plan_tasks"].empty_sentence),)
    )
    return Section("I", "Công tác chỉ đạo, điều hành", paragraphs, ("plan_tasks",))


def _handling(marts: Marts, coverage: Coverage, figures: Figures, tables: Tables) -> Section:
    title = "Kết quả giải quyết thủ tục hành chính"
    if "received" not in figures:
        return Section("II", title, (say("received", f"Kết quả giải quyết: {NO_DATA}."),))
    start = numbers.format_date(marts.review["start_date"])
    end = numbers.format_date(marts.review["end_date"])
    period = f"trong kỳ (từ ngày {start} đến ngày {end})"
    paragraphs = [
        fill("received", wording.RECEIVED, figures, period=period, scope=coverage.scope),
        _same_period(marts, figures),
        fill("resolved", wording.RESOLVED, figures),
        fill("pending", wording.PENDING, figures),
        say("annexes", "Chi tiết theo cơ quan, theo lĩnh vực ở các phụ lục."),
    ]
    channels = ("channels",) if tables["channels"].rows else ()
    return Section("II", title, tuple(paragraphs), channels)


def _same_period(marts: Marts, figures: Figures) -> Paragraph:
    if "same_received_in_period" not in figures:
        return say("same_period", "So với cùng kỳ năm trước: chưa có dữ liệu cùng kỳ để so sánh.")
    name = marts.review["same_period_name"] or "cùng kỳ năm trước"
    return fill("same_period", wording.RECEIVED_SAME, figures, same_period=name)


def _electronic(figures: Figures, found: Sequence[Indicator], tables: Tables) -> Section:
    services = (
        fill("services", wording.SERVICES, figures)
        if "procedures" in figures
        else say("services", tables["services"].empty_sentence)
    )
    rates = [_rate(indicator, figures) for indicator in found if indicator.code in _RATES]
    return Section(
        "III",
        "Thực hiện thủ tục hành chính trên môi trường điện tử",
        (services, *rates),
        ("services",) if tables["services"].rows else (),
    )


_RATES = frozenset((*ONLINE, *DIGITISATION))


def _rate(indicator: Indicator, figures: Figures) -> Paragraph:
    code = indicator.code
    if f"{code}_share" not in figures:
        return say(code, f"{indicator.name}: {NO_DATA}.")
    template = f"{{name}}: {{{code}_share}} ({{{code}_numerator}}/{{{code}_denominator}})"
    if f"{code}_unknown" in figures:
        template += f"; {{{code}_unknown}} hồ sơ nguồn không gửi thông tin"
    template += "."
    return fill(code, template, figures, name=indicator.name)


def _satisfaction(marts: Marts, figures: Figures, tables: Tables) -> Section:
    ratings, indices = tables["ratings"], tables["indices"]
    rated = f"{ratings.title}: xem bảng." if ratings.rows else ratings.empty_sentence
    carried = f"{indices.title}: xem phụ lục." if indices.rows else indices.empty_sentence
    paragraphs = (
        scorecard.petitions(figures, marts.scorecard_components),
        say("ratings", rated),
        say("indices", carried),
    )
    return Section("IV", "Mức độ hài lòng, phản ánh, kiến nghị", paragraphs, ("ratings",))


def _scorecard(figures: Figures, tables: Tables) -> Section:
    shown = scorecard.TABLES if tables["scorecard_groups"].rows else ()
    return Section("V", scorecard.TITLE, scorecard.paragraphs(figures), shown)


def _shortcomings(marts: Marts, figures: Figures) -> tuple[Paragraph, ...]:
    top = ranked(marts.handling_by_field, "resolved_overdue_count", 3)
    names = {f"name_{n}": record["field_name"] for n, record in enumerate(top, start=1)}
    parts = [
        f"{{name_{n}}} {{overdue_field_{n}}} hồ sơ ({{overdue_field_{n}_share}})"
        for n in range(1, len(top) + 1)
    ]
    if "resolved" not in figures:
        return (say("overdue", f"Hồ sơ giải quyết quá hạn: {NO_DATA}."),)
    if not parts:
        return (
            say("overdue", "Hồ sơ giải quyết quá hạn: không phát sinh ở lĩnh vực nào từ 30 hồ sơ."),
        )
    template = (
        "Hồ sơ giải quyết quá hạn ({resolved_overdue} hồ sơ) nhiều nhất ở các lĩnh vực: "
        f"{'; '.join(parts)} (tỷ trọng trong số hồ sơ quá hạn; không xếp lĩnh vực dưới 30 hồ sơ)."
    )
    return (
        fill("overdue", template, figures, **names),
        say("causes", "Nguyên nhân quá hạn: chưa xác định."),
    )


def _absent(number: str, title: str, what: str) -> Section:
    return Section(number, title, (say(f"absent_{number}", f"{what}: {NO_DATA}."),))


def _to_write(number: str, title: str) -> Section:
    return Section(number, title, (say(f"write_{number}", "(Người soạn thảo bổ sung.)"),))
