"""Build the content model of a pack from the rows of the marts."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from motcua.shelf.states import StateCode
from motcua.snapshot import (
    announcing,
    answering,
    btp_form,
    comparing,
    duplicates,
    explaining,
    following,
    framing,
    handling,
    history,
    incidents,
    overdue,
    parts,
    payments,
    petitions,
    points,
    procedures,
    proposals,
    questions,
    reception,
    reconciling,
    reorganised,
    scorecard,
    self_reported,
    steps,
    targets,
    time_cuts,
)
from motcua.snapshot.annexes import ANNEXES
from motcua.snapshot.cube import cube
from motcua.snapshot.figures import figures
from motcua.snapshot.headlines import (
    headlines,
    indicators,
    missing_sentence,
    summary_table,
)
from motcua.snapshot.marts import FORM_MEASURES, HANDLING_MEASURES, Marts
from motcua.snapshot.model import Bar, Chart, Content, Figure, Headline, Member, Section, Table
from motcua.snapshot.notes import DECISIONS, OF_AGENCY, definitions
from motcua.snapshot.numbers import format_count, format_share
from motcua.snapshot.ranking import ranked
from motcua.snapshot.report import sections
from motcua.snapshot.summary import ten_table, turns

_TOP = 10


def build_content(marts: Marts, version: int = 1) -> Content:
    """Work out everything that the pack says."""
    coverage = framing.coverage(marts)
    marts = _comparable(_with_nothing(marts) if coverage.is_whole else _without_nothing(marts))
    found = indicators(marts)
    lines = headlines(found)
    missing = missing_sentence(found)
    known = figures(marts, found)
    given = targets.on_first_page(marts.targets)
    ten = ten_table(lines, scorecard.on_first_page(known), given, marts.review)
    tables = (ten, *_tables(marts, lines, missing, known))
    by_code = {table.code: table for table in tables}
    return Content(
        header=framing.header(marts, version),
        coverage=coverage,
        headlines=lines,
        missing_headlines=missing,
        summary=(
            *turns(marts, found, known),
            Section("", proposals.title(marts), proposals.sentences(marts, known, "matter")),
        ),
        history=(),
        figures=known,
        sections=sections(marts, coverage, known, found, by_code),
        charts=tuple(_charts(marts, lines, by_code["services"])),
        tables=tables,
        definitions=(
            *definitions(marts.metrics),
            *scorecard.definitions(marts.scorecard_components),
        ),
        decisions=(*DECISIONS, *(OF_AGENCY if marts.scope else ())),
        delivery_ids=tuple(record["delivery_id"] for record in marts.deliveries),
        cube=cube(marts),
        annexes=ANNEXES,
        agency_codes=marts.scope.agency_codes if marts.scope else (),
        given=targets.given(marts.targets),
        matters=proposals.matters(marts, known),
        goals=tuple(
            Member(record["metric_code"], record["metric_name"])
            for record in marts.metrics
            if record["goal_code"]
        ),
    )


def with_state(content: Content, version: int, state_code: StateCode) -> Content:
    """Give the same content as another version or in another state."""
    header = dataclasses.replace(
        content.header,
        version=version,
        version_line=framing.version_line(version, state_code),
        state_code=state_code,
    )
    return dataclasses.replace(content, header=header)


def with_office(content: Content, issuer: str, abbreviation: str, signatory_title: str) -> Content:
    """Give the same content as issued by an office; what is empty stays as it is.

    Args:
        content: what the pack says.
        issuer: lines of the heading block, ``|`` between them.
        abbreviation: what stands behind the blank number: BC-UBND.
        signatory_title: whose place the signature is, which stays blank.
    """
    given = {
        "issuer_lines": tuple(line.strip() for line in issuer.split("|") if line.strip()),
        "issuer_abbreviation": abbreviation.strip(),
        "signatory_title": signatory_title.strip(),
    }
    header = dataclasses.replace(
        content.header, **{name: value for name, value in given.items() if value}
    )
    return dataclasses.replace(content, header=header)


def _with_nothing(marts: Marts) -> Marts:
    """Give an agency that had no dossier its line of zeros: who sends its figures has sent them."""
    scope = marts.scope
    if scope is None or marts.handling_by_agency:
        return marts
    line = {
        "agency_code": scope.agency_code,
        "agency_name": scope.agency_name,
        "parent_name": scope.parent_name,
        "level_code": scope.level_code,
        "level_name": scope.level_name,
        **dict.fromkeys((*HANDLING_MEASURES, *FORM_MEASURES), 0),
    }
    return dataclasses.replace(marts, handling_by_agency=(line,))


def _without_nothing(marts: Marts) -> Marts:
    """Leave out an agency's sums of nothing while figures of it are missing: nobody knows them."""
    if marts.scope is None:
        return marts
    return dataclasses.replace(
        marts,
        handling_totals=tuple(r for r in marts.handling_totals if r["received_count"]),
        rates=tuple(r for r in marts.rates if r["denominator_count"] or r["unknown_count"]),
    )


def _comparable(marts: Marts) -> Marts:
    """Leave out earlier periods in which nothing was resolved: nobody has sent figures of them.

    What is known of such a period are the dossiers that were still open in the next.
    """
    roles = {record["period_role"] for record in marts.handling_totals if record["resolved_count"]}
    roles.add("current")
    return dataclasses.replace(
        marts,
        handling_totals=tuple(r for r in marts.handling_totals if r["period_role"] in roles),
        rates=tuple(r for r in marts.rates if r["period_role"] in roles),
    )


def _tables(
    marts: Marts, lines: Sequence[Headline], missing: str, known: Mapping[str, Figure]
) -> tuple[Table, ...]:
    """Lay out every table, in the order of the report and its annexes."""
    metrics = {record["metric_code"]: record for record in marts.metrics}
    by_agency = marts.rates_by_agency
    absent = overdue.absence(marts.handling_totals)
    parts_of_review = (
        handling.agency_table(marts.handling_by_agency),
        handling.level_table(marts.handling_by_agency),
        handling.field_table(marts.handling_by_field),
        comparing.table(marts.comparison),
        reorganised.table(marts.handling_maps),
        procedures.counts_table(marts.procedure_counts),
        *btp_form.tables(marts),
        parts.plan_tasks_table(marts.plan_tasks),
        parts.plan_open_table(marts.plan_open, marts.plan_tasks),
        following.table(marts.conclusions),
        announcing.fields_table(marts.announcements_by_field),
        announcing.late_table(marts.announced_late),
        time_cuts.table(marts.time_cuts),
        parts.channels_table(marts.handling_by_channel),
        procedures.due_soon_table(marts.due_soon),
        procedures.fields_table(marts.handling_by_field),
        overdue.fields_table(marts.overdue_days, marts.handling_by_field, absent),
        procedures.leading_table(marts.procedures),
        procedures.overdue_table(marts.procedures),
        reception.table(marts.late_reception),
        steps.table(marts.steps),
        parts.services_table(marts.services),
        parts.rates_table("online", (*parts.ONLINE, parts.PARTIAL_ONLINE), by_agency, metrics),
        parts.areas_table(marts.online_by_area),
        parts.rates_table("self_submitted", ("self_submitted",), by_agency, metrics),
        parts.rates_table("postal_paid", (*parts.POSTAL, *parts.PAID), by_agency, metrics),
        payments.dossiers_table(marts.payments),
        payments.amounts_table(marts.payments),
        parts.rates_table("digitisation", parts.DIGITISATION, by_agency, metrics),
        incidents.table(marts.incidents),
        petitions.kinds_table(marts.petitions_by_kind),
        petitions.sources_table(marts.petitions_by_source),
        petitions.agencies_table(marts.petitions_by_agency),
        parts.ratings_table(marts.ratings),
        parts.indices_table(marts.indices),
        targets.table(marts.targets, marts.scope),
        scorecard.groups_table(marts.scorecard_groups),
        scorecard.components_table(marts.scorecard_components),
        points.components_table(marts),
        points.fields_table(marts),
        points.agencies_table(marts),
        points.causes_table(marts),
        scorecard.agencies_table(marts.scorecard_totals),
        self_reported.reform_table(marts.reform_figures, self_reported.whole_name(marts)),
        self_reported.surveys_table(marts.counter_surveys),
        overdue.shortcomings_table(
            marts.overdue_by_agency, marts.overdue_causes, marts.handling_by_agency, absent
        ),
        overdue.causes_table(marts.overdue_days, absent),
        overdue.responsible_table(marts.overdue_days, absent),
        overdue.dossiers_table(marts.overdue_dossiers, marts.overdue_days, absent),
        reconciling.forms_table(marts.reconciliation),
        reconciling.portal_table(marts.reconciliation),
        reconciling.agencies_table(marts.reconciled_agencies),
        explaining.flags_table(marts.to_explain),
        explaining.restated_table(marts.sealed_packs, marts.restatements, known),
        history.changes_table(()),
        history.errata_table(()),
        answering.table((), {}),
        questions.table(marts, known),
        history.other_errata_table(()),
        parts.coverage_table(
            marts.localities, marts.review["end_date"], framing.complete_codes(marts)
        ),
        parts.deliveries_table(marts.deliveries),
        parts.refusals_table(marts.refusals),
        duplicates.table(marts.duplicates),
    )
    return (
        summary_table(lines, missing, marts.review),
        *(
            table if table.rows else dataclasses.replace(table, notes=())
            for table in parts_of_review
        ),
    )


def _charts(marts: Marts, lines: Sequence[Headline], services: Table) -> Iterator[Chart]:
    """Draw up the charts that have something to show."""
    for chart in (
        _rates_chart(lines),
        _overdue_fields_chart(marts),
        _overdue_agencies_chart(marts),
        _services_chart(services),
        _channels_chart(marts),
    ):
        if chart.bars:
            yield chart


def _rates_chart(lines: Sequence[Headline]) -> Chart:
    wanted = ("resolved_in_time", *parts.ONLINE, *parts.DIGITISATION)
    bars = tuple(
        Bar(line.name, float(line.result.value), line.result.text)
        for line in lines
        if line.code in wanted and line.result.value is not None
    )
    return Chart(
        "rates",
        "Các tỷ lệ chính của kỳ",
        "Tử số và mẫu số của mỗi tỷ lệ ở bảng chỉ tiêu tổng hợp.",
        "summary",
        bars,
        full_value=1.0,
    )


def _overdue_fields_chart(marts: Marts) -> Chart:
    total = sum(record["resolved_overdue_count"] for record in marts.handling_by_field)
    bars = tuple(
        Bar(
            record["field_name"],
            float(record["resolved_overdue_count"]),
            f"{format_count(record['resolved_overdue_count'])} "
            f"({format_share(record['resolved_overdue_count'], total)})",
        )
        for record in ranked(marts.handling_by_field, "resolved_overdue_count", _TOP)
    )
    return Chart(
        "overdue_fields",
        "Lĩnh vực có nhiều hồ sơ giải quyết quá hạn nhất",
        "Số hồ sơ và tỷ trọng trong số hồ sơ giải quyết quá hạn; không xếp lĩnh vực dưới 30 hồ sơ.",
        "ii06_fields",
        bars,
    )


def _overdue_agencies_chart(marts: Marts) -> Chart:
    top = ranked(marts.handling_by_agency, "resolved_overdue_count", _TOP)
    bars = tuple(
        Bar(
            name,
            float(record["resolved_overdue_count"]),
            f"{format_count(record['resolved_overdue_count'])}/"
            f"{format_count(record['resolved_count'])} "
            f"({format_share(record['resolved_overdue_count'], record['resolved_count'])})",
        )
        for name, record in zip(handling.agency_names(top), top, strict=True)
    )
    return Chart(
        "overdue_agencies",
        "Cơ quan có nhiều hồ sơ giải quyết quá hạn nhất",
        "Số hồ sơ quá hạn trên số đã giải quyết; không xếp cơ quan dưới 30 hồ sơ.",
        "ii06_agencies",
        bars,
    )


def _services_chart(services: Table) -> Chart:
    bars: tuple[Bar, ...] = ()
    if services.rows:
        total = services.rows[-1].cells
        codes = [column.code for column in services.columns]
        bars = tuple(
            Bar(
                name,
                float(total[codes.index(f"{grade}_count")].value or 0),
                f"{total[codes.index(f'{grade}_count')].text} "
                f"({total[codes.index(f'{grade}_share')].text})",
            )
            for grade, name in parts.GRADES.items()
        )
    return Chart(
        "services",
        "Thủ tục hành chính theo mức độ dịch vụ công",
        "Số thủ tục và tỷ lệ trên tổng số thủ tục.",
        "services",
        bars,
    )


def _channels_chart(marts: Marts) -> Chart:
    table = parts.channels_table(marts.handling_by_channel)
    bars = tuple(
        Bar(
            row.cells[1].text,
            float(row.cells[2].value or 0),
            f"{row.cells[2].text} ({row.cells[3].text})",
        )
        for row in table.rows
        if row.kind == "body"
    )
    return Chart(
        "channels",
        "Hồ sơ tiếp nhận trong kỳ theo kênh",
        "Số hồ sơ và tỷ trọng trong số tiếp nhận trong kỳ.",
        "channels",
        bars,
    )
