"""The report's nine sections: which sentences and tables stand where, what is said without data."""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot import (
    announcing,
    comparing,
    duplicates,
    following,
    incidents,
    likeness,
    overdue,
    payments,
    petitions,
    points,
    proposals,
    reception,
    reconciling,
    reorganised,
    scorecard,
    self_reported,
    sentences,
    steps,
    targets,
    time_cuts,
    without_any,
)
from motcua.snapshot.figures import leading_fields, overdue_fields
from motcua.snapshot.framing import absent_before
from motcua.snapshot.handling import by_level
from motcua.snapshot.headlines import Indicator
from motcua.snapshot.marts import Marts
from motcua.snapshot.model import Coverage, Figure, Paragraph, Section, Table
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.parts import ACROSS, DIGITISATION, ONLINE, PAID, PARTIAL_ONLINE, POSTAL
from motcua.snapshot.sentences import say
from motcua.staff.places import TO_WRITE

Figures = Mapping[str, Figure]
Tables = Mapping[str, Table]
Part = tuple[str, Sequence[Paragraph | None], Sequence[str]]
"""A numbered part of a section: title, sentences, tables that stand there if they have lines."""


def sections(
    marts: Marts,
    coverage: Coverage,
    figures: Figures,
    found: Sequence[Indicator],
    tables: Tables,
) -> tuple[Section, ...]:
    """Write the report."""
    rates = {
        indicator.code: sentences.rate(indicator.code, indicator.name, figures)
        for indicator in found
    }
    return (
        *_section("I", "Công tác chỉ đạo, điều hành", _direction(marts, figures, tables), tables),
        *_section(
            "II",
            "Kết quả giải quyết thủ tục hành chính",
            _handling(marts, coverage, figures),
            tables,
        ),
        *_section(
            "III",
            "Thực hiện thủ tục hành chính trên môi trường điện tử",
            _electronic(marts, figures, rates, tables),
            tables,
        ),
        *_section(
            "IV",
            "Mức độ hài lòng, phản ánh, kiến nghị",
            _satisfaction(marts, figures, tables),
            tables,
        ),
        Section(
            "V",
            scorecard.TITLE,
            (*scorecard.paragraphs(figures), points.sentence(figures, marts)),
            _shown((*scorecard.TABLES, *points.TABLES), tables),
        ),
        *_section(
            "VI",
            "Các nội dung cải cách hành chính khác",
            _self_reported(marts, figures, tables),
            tables,
        ),
        Section(
            "VII",
            "Tồn tại, hạn chế, nguyên nhân",
            _shortcomings(marts, figures),
            _shown(("overdue_agencies", "overdue_causes"), tables),
        ),
        Section(
            "VIII",
            "Nhiệm vụ, giải pháp",
            (
                *proposals.sentences(marts, figures, "task"),
                say("write_VIII", TO_WRITE),
            ),
        ),
        Section("IX", "Kiến nghị, đề xuất", (say("write_IX", TO_WRITE),)),
    )


def _section(number: str, title: str, parts: Sequence[Part], tables: Tables) -> Iterator[Section]:
    """Number the parts of a section."""
    yield Section(number, title, ())
    for position, (name, paragraphs, codes) in enumerate(parts, start=1):
        told = tuple(paragraph for paragraph in paragraphs if paragraph is not None)
        yield Section(str(position), name, told, _shown(codes, tables), level=2)


def _shown(codes: Sequence[str], tables: Tables) -> tuple[str, ...]:
    return tuple(code for code in codes if tables[code].rows)


def _told(code: str, table: Table, where: str = "bảng") -> Paragraph:
    """Point to a table, or say the one line that stands in its place."""
    return say(code, f"{table.title}: xem {where}." if table.rows else table.empty_sentence)


def _direction(marts: Marts, figures: Figures, tables: Tables) -> tuple[Part, ...]:
    plan = sentences.plan(figures) or say("plan", tables["plan_tasks"].empty_sentence)
    return (
        ("Kế hoạch cải cách hành chính", (plan,), ("plan_tasks", "plan_open")),
        (
            "Thực hiện Thông báo kết luận kỳ trước",
            (following.sentence(figures, marts.conclusions),),
            (following.TABLE,),
        ),
        (
            "Kiểm tra, tuyên truyền, tập huấn, đối thoại",
            (
                self_reported.direction_sentence(
                    figures, marts.reform_figures, self_reported.whole_name(marts)
                ),
            ),
            (),
        ),
        ("Chỉ tiêu giao", (targets.sentence(figures, marts.scope),), ()),
    )


def _handling(marts: Marts, coverage: Coverage, figures: Figures) -> tuple[Part, ...]:
    announced = announcing.sentence(figures, is_registered=bool(marts.procedure_counts))
    first: tuple[Part, ...] = (
        ("Công bố, công khai thủ tục hành chính", (announced,), ()),
        ("Cắt giảm thời gian giải quyết", (time_cuts.sentence(figures),), ()),
    )
    if "received" not in figures:
        absent = say("received", f"Kết quả giải quyết: {NO_DATA}.")
        return (*first, ("Tiếp nhận, giải quyết", (absent,), ()))
    level_names = {
        members[0]["level_code"] or "unknown": name
        for name, members in by_level(marts.handling_by_agency)
    }
    leading = [record["field_name"] for record in leading_fields(marts.handling_by_field)]
    return (
        *first,
        (
            "Tiếp nhận",
            (
                sentences.received(figures, marts.review, coverage.scope),
                sentences.same_period(figures, marts.review, absent_before(marts, "same")),
                likeness.paragraph(marts.review),
            ),
            ("channels",),
        ),
        ("Giải quyết", (sentences.resolved(figures),), ()),
        (
            "Đang giải quyết",
            (
                sentences.pending(figures),
                overdue.days_sentence(figures),
                overdue.by_law_sentence(figures),
            ),
            ("due_soon",),
        ),
        (
            "Theo cấp, lĩnh vực, thủ tục",
            (
                sentences.levels(figures, level_names),
                sentences.leading_fields(figures, leading),
                overdue.land_sentence(figures),
                comparing.sentence(figures),
                reorganised.sentence(figures),
                say("annexes", "Chi tiết theo cơ quan, theo lĩnh vực ở các phụ lục."),
            ),
            ("fields_leading", "overdue_fields", "procedures_leading", "procedures_overdue"),
        ),
        ("Tiếp nhận hồ sơ trực tuyến muộn", reception.late_sentences(figures), ()),
        (
            "Yêu cầu bổ sung, rút, dừng, văn bản xin lỗi",
            (
                *reception.ended_sentences(figures),
                overdue.apologies_sentence(figures, marts.handling_totals),
            ),
            (),
        ),
        ("Năm bước giải quyết", (steps.sentence(figures),), (steps.TABLE,)),
    )


def _electronic(
    marts: Marts, figures: Figures, rates: Mapping[str, Paragraph], tables: Tables
) -> tuple[Part, ...]:
    services = sentences.services(figures) or say("services", tables["services"].empty_sentence)
    by_portal = "Số hóa, kết quả điện tử theo Cổng Dịch vụ công quốc gia và chênh lệch"
    both = say("portal_digitisation", f"{by_portal}: {NO_DATA}.")
    return (
        ("Dịch vụ công theo mức độ", (services,), ("services",)),
        (
            "Hồ sơ trực tuyến",
            (
                *(rates[code] for code in (*ONLINE, PARTIAL_ONLINE)),
                sentences.submission_help(figures),
            ),
            ("online_areas",),
        ),
        (
            "Bưu chính công ích, thanh toán",
            (
                *(rates[code] for code in (*POSTAL, *ACROSS, *PAID)),
                *payments.sentences(figures, marts.payments),
            ),
            (),
        ),
        (
            "Số hóa, kết quả điện tử",
            (*(rates[code] for code in DIGITISATION), without_any.sentence(figures), both),
            (),
        ),
        (
            "Kết nối, đồng bộ, sự cố",
            (
                *reconciling.sentences(figures),
                reconciling.reasons_sentence(figures, marts.portal_differences),
                duplicates.sentence(figures),
                incidents.sentence(figures),
            ),
            ("incidents",),
        ),
    )


def _satisfaction(marts: Marts, figures: Figures, tables: Tables) -> tuple[Part, ...]:
    return (
        (
            "Phản ánh, kiến nghị",
            petitions.sentences(figures, marts.scorecard_components),
            ("petitions_kinds", "petitions_sources"),
        ),
        ("Đánh giá tại quầy", (_told("ratings", tables["ratings"]),), ("ratings",)),
        ("Chỉ số năm", (_told("indices", tables["indices"]),), ("indices",)),
    )


def _self_reported(marts: Marts, figures: Figures, tables: Tables) -> tuple[Part, ...]:
    return (
        (
            "Thể chế, bộ máy, công vụ, tài chính công, chính quyền số",
            (
                self_reported.reform_sentence(
                    figures, marts.reform_figures, self_reported.whole_name(marts)
                ),
            ),
            ("reform_figures",),
        ),
        (
            "Cơ sở vật chất Bộ phận Một cửa",
            (_told("counter_surveys", tables["counter_surveys"]),),
            ("counter_surveys",),
        ),
    )


def _shortcomings(marts: Marts, figures: Figures) -> tuple[Paragraph, ...]:
    names = [record["field_name"] for record in overdue_fields(marts.handling_by_field)]
    sentence = sentences.overdue_fields(figures, names)
    causes = overdue.causes_sentence(figures)
    if causes is None and sentence.figure_codes:
        causes = say("causes", "Nguyên nhân quá hạn: chưa xác định.")
    return (sentence,) if causes is None else (sentence, causes)
