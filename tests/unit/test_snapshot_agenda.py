"""The rules of the agenda's parts, of lines made by hand."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.snapshot import (
    overdue,
    payments,
    petitions,
    proposals,
    reception,
    steps,
    time_cuts,
)
from motcua.snapshot.content import build_content
from motcua.snapshot.lines import Measure, cells
from motcua.snapshot.marts import OVERDUE_MEASURES
from motcua.snapshot.numbers import NOTHING_HAPPENED
from snapshot_support import handling_line, make_marts

QUICK = settings(max_examples=60, deadline=None)
count = st.integers(0, 2_000)


@QUICK
@given(st.lists(st.tuples(count, count), max_size=6))
def test_a_rate_is_a_ratio_of_sums_and_never_a_mean(lines):
    records = [{"part_count": min(pair), "whole_count": max(pair)} for pair in lines]
    part, whole = (sum(r[name] for r in records) for name in ("part_count", "whole_count"))
    shown = cells(records, (Measure("part_count", ""), Measure("part_count", "", "whole_count")))

    assert shown[0].value == part
    assert shown[1].value == (part / whole if whole else None)
    assert whole or shown[1].text == NOTHING_HAPPENED


def cut(unit, limits, legal, committed, rate, level="province"):
    return {
        "level_code": level,
        "level_name": None,
        "field_name": "Đất đai",
        "time_unit_code": unit,
        **dict.fromkeys(("procedure_count", "limit_count", "cut_count"), limits),
        **dict.fromkeys(("cut_by_third_count", "cut_by_half_count", "lengthened_count"), 0),
        "legal_days": Decimal(legal),
        "committed_days": Decimal(committed),
        "summed_cut_rate": Decimal(rate),
    }


def test_time_cut_is_a_ratio_of_sums_and_its_mean_is_of_procedures():
    """The worked examples of the metrics' definitions: 10 and 30 days, cut to 5 and 30."""
    lines = (cut("working_day", 1, 10, 5, "0.5"), cut("working_day", 1, 30, 30, "0"))
    known = {figure.code: figure for figure in time_cuts.figures(lines)}

    assert known["cut_days_working_day"].cell.text == "12,50 %"
    assert known["cut_mean"].cell.text == "25,00 %"


def test_days_of_two_units_are_never_added():
    lines = (cut("working_day", 1, 10, 5, "0.5"), cut("day", 1, 30, 30, "0"))
    table = time_cuts.table(lines)
    codes = [column.code for column in table.columns]
    by_kind = {row.kind: dict(zip(codes, row.cells, strict=True)) for row in table.rows}
    sentence = time_cuts.sentence({figure.code: figure for figure in time_cuts.figures(lines)})

    assert by_kind["total"]["legal_days"].value is None
    assert by_kind["total"]["mean_rate"].text == "25,00 %"
    assert "ngày làm việc: tổng theo quy định 10 ngày, cam kết 5 ngày" in sentence.text
    assert "ngày theo lịch: tổng theo quy định 30 ngày, cam kết 30 ngày" in sentence.text


def test_lengthened_limits_are_a_negative_cut():
    (known,) = [
        figure.cell.text
        for figure in time_cuts.figures((cut("day", 1, 10, 12, "-0.2"),))
        if figure.code == "cut_days_day"
    ]

    assert known == "-20,00 %"


def test_amounts_are_rounded_to_the_dong_and_ways_may_overlap():
    line = {
        "code": "charge_or_fee",
        "code_name": "Phí, lệ phí",
        "dossier_count": 2,
        "online_dossier_count": 2,
        "counter_cashless_dossier_count": 1,
        "cash_dossier_count": 0,
        "unknown_dossier_count": 0,
        "paid_amount": Decimal("1234567.50"),
    }
    known = {figure.code: figure for figure in payments.figures((line,))}

    assert known["paid_charge_or_fee_amount"].cell.text == "1.234.568"
    assert known["paid_charge_or_fee_online_share"].cell.text == "100,00 %"
    assert payments.dossiers_table((line,)).rows[-1].kind == "body"


def petition(**counts):
    names = ("received", "answered", "on_time", "late", "pending", "overdue", "rated", "satisfied")
    return {
        "code": "a",
        "code_name": "A",
        **{f"petition_{name}_count": counts.get(name, 0) for name in names},
        **dict.fromkeys(("numerator_count", "denominator_count", "unknown_count"), 0),
    }


def test_petitions_that_nobody_rated_are_nothing_happened():
    known = {figure.code: figure for figure in petitions.figures((petition(received=2),))}
    said = [sentence.text for sentence in petitions.sentences(known, ())]

    assert said[1:] == [
        "Trả lời đúng hạn: không phát sinh.",
        "Đánh giá của người gửi: không phát sinh.",
    ]


def test_no_petition_is_nothing_happened_only_where_the_scorecard_says_so():
    none = {"component_code": "petitions_on_time", "state_code": "by_zero_rule"}

    assert petitions.sentences({}, (none,))[0].text.endswith("không phát sinh.")
    assert petitions.sentences({}, ())[0].text.endswith("chưa có dữ liệu.")


def agency(code, pending_overdue, resolved=40):
    keys = {"level_code": "province", "field_code": "land", "channel_code": "online"}
    line = handling_line(keys, (resolved, 0, 0), (0, pending_overdue), 0)
    return {**line, "agency_code": code, "agency_name": f"Sở {code}"}


def told(*agencies, **others):
    marts = make_marts(agencies, handling_by_agency=agencies, **others)
    return [p.text for p in build_content(marts).summary[-1].paragraphs]


def test_the_one_agency_that_has_most_is_named():
    assert told(agency("một", 7), agency("hai", 3)) == [
        "Giải quyết dứt điểm 10 hồ sơ đang quá hạn; nhiều nhất: Sở một (7 hồ sơ); thời hạn: (để "
        "trống)."
    ]


def test_an_agency_alone_is_named_without_its_count():
    assert told(agency("một", 7), agency("hai", 0)) == [
        "Giải quyết dứt điểm 7 hồ sơ đang quá hạn; cơ quan: Sở một; thời hạn: (để trống)."
    ]


def test_agencies_that_share_the_first_place_or_have_few_dossiers_are_not_named():
    unnamed = "cơ quan: xem phụ lục"

    assert unnamed in told(agency("một", 7), agency("hai", 7))[0]
    assert unnamed in told(agency("một", 7, resolved=29), agency("hai", 0))[0]


def test_nothing_to_conclude_is_said():
    assert told(agency("một", 0)) == ["Số liệu của kỳ không nêu việc nào cần kết luận."]


def waiting(number, code):
    counts = dict.fromkeys(
        ("received_in_time", "received_late", "not_accepted_in_time", "not_accepted_late"), number
    )
    return {
        **{f"{name}_count": value for name, value in counts.items()},
        **{f"waiting_{name}_count": number for name in ("in_due", "overdue")},
        **dict.fromkeys(("unknown_count", "numerator_count", "denominator_count"), number),
        "level_code": "province",
        "level_name": None,
        "agency_code": code,
        "agency_name": code,
        "parent_name": None,
    }


@QUICK
@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_at_most_five_matters_and_only_of_what_there_is(pending, late, owed, unknown):
    overdue_lines = (
        {
            **waiting(0, "một"),
            **dict.fromkeys(OVERDUE_MEASURES, 0),
            "resolved_overdue_count": owed,
            "apology_owed_count": owed,
        },
    )
    causes = (
        {
            "agency_code": "một",
            "overdue_cause_code": "unknown",
            "overdue_count": unknown,
            "overdue_cause_name": "Chưa xác định",
        },
    )
    marts = make_marts(
        [agency("một", pending)],
        handling_by_agency=(agency("một", pending),),
        late_reception=(waiting(late, "một"),),
        overdue_by_agency=overdue_lines,
        overdue_causes=causes,
        petitions_by_agency=({**petition(overdue=late), **waiting(0, "một")},),
    )
    sentences = proposals.sentences(marts, build_content(marts).figures, "matter")

    wanted = [bool(pending), bool(late), bool(late), bool(owed), bool(unknown), bool(late)]
    assert len(sentences) == (min(sum(wanted), 5) or 1)
    assert not any(" 0 " in sentence.text for sentence in sentences)


def days(scope, member, outcome, number):
    return {
        "scope_code": scope,
        "member_code": member,
        "member_name": member,
        "parent_name": None,
        "outcome_code": outcome,
        "overdue_count": number,
        "median_overdue_days": 2.5,
        "longest_overdue_days": 9,
    }


def test_a_member_without_open_dossiers_has_no_days_of_them():
    table = overdue.causes_table(
        (days("cause", "workload", "overdue", 3), days("province", "all", "overdue", 3)), ""
    )

    assert [cell.text for cell in table.rows[0].cells] == [
        "1",
        "workload",
        "3",
        "2,5",
        "9",
        "0",
        "–",
        "–",
    ]


def test_fields_of_few_dossiers_are_not_ranked_by_days_either():
    fields = tuple(
        {"field_code": code, "field_name": code, "resolved_count": n, "resolved_overdue_count": 5}
        for code, n in (("ít", 29), ("nhiều", 30))
    )
    lines = tuple(days("field", code, "overdue", 5) for code in ("ít", "nhiều"))

    assert [row.cells[1].text for row in overdue.fields_table(lines, fields, "").rows] == ["nhiều"]


def test_land_stands_apart_by_its_name():
    keys = {"level_code": "province", "channel_code": "online"}
    lines = [
        handling_line({**keys, "field_code": "land"}, (60, 20, 20), (3, 2), 0),
        handling_line({**keys, "field_code": "civil"}, (90, 0, 20), (0, 0), 0),
    ]
    content = build_content(make_marts(lines))
    (land,) = [p.text for s in content.sections for p in s.paragraphs if p.code == "land"]

    assert "trước và đúng hạn 80,00 % (80/100); đang giải quyết quá hạn 2" in land
    assert land.endswith("chiếm 50,00 % số hồ sơ giải quyết quá hạn (20/40).")


def test_reception_without_online_dossiers_is_nothing_happened():
    line = waiting(0, "một")
    rates = (
        {
            "period_role": "current",
            "metric_code": "late_reception",
            "numerator_count": 0,
            "denominator_count": 0,
            "unknown_count": 0,
            "denominator_name": "",
        },
    )
    keys = {"level_code": "province", "field_code": "land", "channel_code": "direct"}
    marts = make_marts(
        [handling_line(keys, (1, 0, 0), (0, 0), 0)], late_reception=(line,), rates=rates
    )
    known = build_content(marts).figures

    assert [s.text for s in reception.late_sentences(known)] == [
        "Tiếp nhận hồ sơ trực tuyến muộn: không phát sinh."
    ]


def test_an_agency_that_nobody_named_is_not_named():
    unknown = {**agency("một", 7), "agency_code": "unknown"}

    assert "cơ quan: xem phụ lục" in told(unknown)[0]


def test_nothing_overdue_and_no_data_of_it_are_told_apart():
    keys = {"level_code": "province", "field_code": "land", "channel_code": "direct"}
    some = {"period_role": "current", "resolved_overdue_count": 1, "pending_overdue_count": 0}

    assert overdue.absence(()) == overdue.absence((some,)) == "chưa có dữ liệu"
    in_time = make_marts([handling_line(keys, (5, 0, 0), (1, 0), 0)]).handling_totals
    assert overdue.absence(in_time) == "không phát sinh"
    assert [p.text for p in build_content(make_marts()).summary[-1].paragraphs] == [
        "Việc đề nghị Chủ tịch kết luận: chưa có dữ liệu."
    ]


def step(kind, count, **given):
    names = ("open_step_count", "late_step_count", "on_site_count", "on_site_unknown_count")
    more = ("on_site_procedure_count", "electronic_count", "electronic_unknown_count")
    return {
        "step_kind_code": kind,
        "step_kind_name": kind,
        "step_count": count,
        "timed_step_count": count,
        **dict.fromkeys((*names, *more, "electronic_procedure_count"), 0),
        "taken_hours": 30.0,
        "taken_working_hours": 10.0,
        **given,
    }


def test_five_steps_are_of_dossiers_whose_source_says_where():
    whole = step("five_steps", 10, on_site_count=3, on_site_unknown_count=4, electronic_count=5)
    lines = (step("receive", 20), whole)
    known = {figure.code: figure for figure in steps.figures(lines)}
    mean = steps.table(lines).rows[0].cells[4]

    assert known["five_steps_on_site_share"].cell.counts == (3, 6)
    assert known["five_steps_electronic_share"].cell.counts == (5, 10)
    assert mean.value == 0.5
    assert "chưa có dữ liệu" not in steps.sentence(known).text


def test_steps_that_nobody_sent_are_one_line():
    assert "chưa có dữ liệu" in steps.sentence({}).text
    assert steps.table(()).rows == ()


def test_steps_without_a_whole_dossier_did_not_happen():
    known = {figure.code: figure for figure in steps.figures((step("receive", 20),))}

    assert known["five_steps"].cell.value == 0
    assert known["five_steps_on_site_share"].cell.text == NOTHING_HAPPENED
