"""The report's nine sections: which sentences and tables stand where, what is said without data."""

from collections.abc import Mapping, Sequence

from motcua.snapshot import scorecard, sentences
from motcua.snapshot.figures import leading_fields, overdue_fields
from motcua.snapshot.framing import absent_before
from motcua.snapshot.handling import by_level
from motcua.snapshot.headlines import Indicator
from motcua.snapshot.marts import Marts
from motcua.snapshot.model import Coverage, Figure, Paragraph, Section, Table
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.parts import DIGITISATION, ONLINE
from motcua.snapshot.sentences import say

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
    sentence = sentences.plan(figures) or say("plan", tables["plan_tasks"].empty_sentence)
    return Section("I", "Công tác chỉ đạo, điều hành", (sentence,), ("plan_tasks",))


def _handling(marts: Marts, coverage: Coverage, figures: Figures, tables: Tables) -> Section:
    title = "Kết quả giải quyết thủ tục hành chính"
    if "received" not in figures:
        return Section("II", title, (say("received", f"Kết quả giải quyết: {NO_DATA}."),))
    level_names = {
        members[0]["level_code"] or "unknown": name
        for name, members in by_level(marts.handling_by_agency)
    }
    leading = [record["field_name"] for record in leading_fields(marts.handling_by_field)]
    paragraphs = (
        sentences.received(figures, marts.review, coverage.scope),
        sentences.same_period(figures, marts.review, absent_before(marts, "same")),
        sentences.resolved(figures),
        sentences.pending(figures),
        sentences.levels(figures, level_names),
        sentences.leading_fields(figures, leading),
        say("annexes", "Chi tiết theo cơ quan, theo lĩnh vực ở các phụ lục."),
    )
    shown = [code for code in _HANDLING_TABLES if tables[code].rows]
    return Section("II", title, tuple(p for p in paragraphs if p is not None), tuple(shown))


_HANDLING_TABLES = ("channels", "procedures_leading", "procedures_overdue")


def _electronic(figures: Figures, found: Sequence[Indicator], tables: Tables) -> Section:
    services = sentences.services(figures) or say("services", tables["services"].empty_sentence)
    rates = {
        indicator.code: sentences.rate(indicator.code, indicator.name, figures)
        for indicator in found
    }
    return Section(
        "III",
        "Thực hiện thủ tục hành chính trên môi trường điện tử",
        (
            services,
            *(rates[code] for code in ONLINE),
            sentences.submission_help(figures),
            *(rates[code] for code in DIGITISATION),
        ),
        ("services",) if tables["services"].rows else (),
    )


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
    names = [record["field_name"] for record in overdue_fields(marts.handling_by_field)]
    sentence = sentences.overdue_fields(figures, names)
    if not sentence.figure_codes:
        return (sentence,)
    return (sentence, say("causes", "Nguyên nhân quá hạn: chưa xác định."))


def _absent(number: str, title: str, what: str) -> Section:
    return Section(number, title, (say(f"absent_{number}", f"{what}: {NO_DATA}."),))


def _to_write(number: str, title: str) -> Section:
    return Section(number, title, (say(f"write_{number}", "(Người soạn thảo bổ sung.)"),))
