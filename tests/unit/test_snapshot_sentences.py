"""What the sentences say of any figures: nothing that is not a figure, and nothing too much."""

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.snapshot.content import build_content
from motcua.snapshot.model import Content, Paragraph
from snapshot_support import FIELDS, LEVELS, handling_line, locality, make_marts

QUICK = settings(max_examples=60, deadline=None)
few = st.integers(min_value=0, max_value=3_000_000)
keys = st.fixed_dictionaries(
    {
        "level_code": st.sampled_from(list(LEVELS)),
        "field_code": st.sampled_from(list(FIELDS)),
        "channel_code": st.sampled_from(["direct", "online", "postal", "other", "unknown"]),
    }
)
line = st.builds(
    handling_line, keys, st.tuples(few, few, few), st.tuples(few, few), st.integers(0, 50)
)
lines = st.lists(line, max_size=6)
days = st.one_of(st.none(), st.dates(datetime.date(2024, 6, 1), datetime.date(2024, 7, 10)))

NO_SENTENCE = re.compile(r"None|nan|NaN|inf\b|[{}]|  | [,.;:]|\(\)|–|phần trăm %")
WORDS_WITH_DIGITS = re.compile(
    r"\d{2}/\d{2}/\d{4}|năm \d{4}|6 tháng|(?:trong |dưới |từ )(?:3|5|10|30) (?:ngày|hồ sơ)|766|A-"
)


def paragraph(content: Content, code: str) -> Paragraph:
    found = [p for s in content.sections for p in s.paragraphs if p.code == code]
    assert len(found) == 1
    return found[0]


def numbers_of(content: Content, code: str) -> dict[str, float]:
    return {
        name: content.figures[name].cell.value for name in paragraph(content, code).figure_codes
    }


@QUICK
@given(lines, lines)
def test_sentences_are_whole_whatever_the_figures(now, same):
    content = build_content(make_marts(now, same))

    for section in content.sections:
        for sentence in section.paragraphs:
            text = sentence.text
            assert not NO_SENTENCE.search(text), text
            assert text[0] == text[0].upper()
            assert text.endswith((".", ")")), text


@QUICK
@given(lines, lines)
def test_words_between_figures_hold_no_number(now, same):
    content = build_content(make_marts(now, same))

    for section in content.sections:
        for sentence in section.paragraphs:
            for run in sentence.runs:
                if run.figure_code:
                    assert run.text == content.figures[run.figure_code].cell.text
                else:
                    assert not re.search(r"\d", WORDS_WITH_DIGITS.sub("", run.text)), run.text


@QUICK
@given(lines)
def test_counts_of_a_sentence_add_up(now):
    content = build_content(make_marts(now))
    if not now:
        assert "chưa có dữ liệu" in paragraph(content, "received").text
        return
    said = numbers_of(content, "received")
    channels = ("online", "direct", "postal", "otherwise")
    new = said["received"] - said["carried_over"]
    assert new == said.get("received_in_period", 0)
    if new:
        by_channel = [said.get(f"received_{code}", 0) for code in channels]
        assert sum(by_channel) == new
    said = numbers_of(content, "resolved")
    if said:
        parts = said["resolved_early"] + said["resolved_on_time"] + said["resolved_overdue"]
        assert said["resolved"] == parts
        assert said["resolved_in_time"] == parts - said["resolved_overdue"]
    said = numbers_of(content, "pending")
    if said:
        assert said["pending"] == said["pending_in_due"] + said["pending_overdue"]


@QUICK
@given(lines, st.lists(days, min_size=1, max_size=4))
def test_whole_province_is_said_only_when_every_locality_is_in(now, exported):
    localities = tuple(locality(f"số {n}", day) for n, day in enumerate(exported))
    content = build_content(make_marts(now, localities=localities))
    is_whole = all(day is not None and day > datetime.date(2024, 6, 30) for day in exported)

    assert content.coverage.is_whole == is_whole
    says_so = "toàn tỉnh" in str(content).casefold()
    assert says_so == is_whole


def one_line(resolved=(40, 50, 10), pending=(5, 2), carried=7, channel="online", level="province"):
    keys = {"level_code": level, "field_code": "land", "channel_code": channel}
    return handling_line(keys, resolved, pending, carried)


def test_received_in_period_is_told_apart_from_what_is_to_handle():
    content = build_content(make_marts([one_line()]))

    assert paragraph(content, "received").text == (
        "Trong 6 tháng đầu năm 2024 (từ ngày 01/01/2024 đến ngày 30/06/2024), toàn tỉnh tiếp nhận "
        "100 hồ sơ: trực tuyến 100 (100,00 %), trực tiếp 0 (0,00 %), dịch vụ bưu chính công ích 0 "
        "(0,00 %); kỳ trước chuyển sang 7 hồ sơ; tổng nhận giải quyết 107 hồ sơ."
    )


def test_same_period_is_compared_in_percent_and_in_percentage_points():
    content = build_content(make_marts([one_line()], [one_line(resolved=(40, 30, 30))]))

    assert paragraph(content, "same_period").text == (
        "So với cùng kỳ (6 tháng đầu năm 2023): tiếp nhận không đổi (cùng kỳ 100 hồ sơ); đã giải "
        "quyết không đổi (cùng kỳ 100 hồ sơ); tỷ lệ trước và đúng hạn tăng 20,00 điểm phần trăm "
        "(cùng kỳ 70,00 %)."
    )


def test_locality_without_figures_of_last_year_is_named_beside_the_comparison():
    marts = make_marts(
        [one_line()],
        [one_line()],
        localities=tuple(locality(code, datetime.date(2024, 7, 2)) for code in ("một", "hai")),
        locality_dossiers=(
            {"period_role": "current", "locality_code": "một", "dossier_count": 5},
            {"period_role": "current", "locality_code": "hai", "dossier_count": 5},
            {"period_role": "same", "locality_code": "hai", "dossier_count": 5},
        ),
    )

    text = paragraph(build_content(marts), "same_period").text

    assert text.endswith("Cùng kỳ chưa có số liệu của: Huyện một; so sánh chỉ để tham khảo.")


@pytest.mark.parametrize("code", ["resolved", "pending"])
def test_nothing_happened_is_said_in_words(code):
    nothing = {"resolved": one_line(resolved=(0, 0, 0)), "pending": one_line(pending=(0, 0))}
    content = build_content(make_marts([nothing[code]]))

    assert "không phát sinh" in paragraph(content, code).text
    assert not re.search(r"\d", paragraph(content, code).text)


def test_nothing_received_in_the_period_is_said_in_words():
    content = build_content(make_marts([one_line(carried=1_000)]))

    assert "tiếp nhận trong kỳ không phát sinh; kỳ trước chuyển sang 107 hồ sơ" in (
        paragraph(content, "received").text
    )


DEADLINES = {
    "overdue_count": 2,
    "overdue_dated_count": 2,
    "overdue_median_days": 3.5,
    "overdue_longest_days": 6,
}
DUE_SOON = {
    "field_code": "land",
    "field_name": "Đất đai",
    "due_within_3_days_count": 1,
    "due_within_5_days_count": 2,
    "due_within_10_days_count": 4,
    "pending_in_due_count": 9,
    "pending_paused_count": 3,
}


def test_open_dossiers_say_how_late_they_are_and_what_falls_due():
    told = {"deadlines": (DEADLINES,), "due_soon": (DUE_SOON,)}
    content = build_content(make_marts([one_line()], **told))

    assert paragraph(content, "pending").text.endswith(
        "Số ngày làm việc quá hạn: trung vị 3,5, dài nhất 6. Sắp đến hạn (không tính hồ sơ tạm "
        "dừng) trong 3 ngày làm việc: 1 hồ sơ, trong 5 ngày: 2, trong 10 ngày: 4."
    )


def test_days_overdue_are_not_said_when_one_of_them_is_unknown():
    unknown = {**DEADLINES, "overdue_dated_count": 1}
    content = build_content(make_marts([one_line()], deadlines=(unknown,)))

    assert "trung vị" not in paragraph(content, "pending").text


def test_source_that_does_not_say_who_submitted_is_no_data():
    silent = ({"submission_help_code": None, "dossier_count": 100},)
    content = build_content(make_marts([one_line()], submission_help=silent))

    assert paragraph(content, "submission_help").text == (
        "Người dân tự nộp, được hỗ trợ nộp hồ sơ: chưa có dữ liệu."
    )


def test_one_level_alone_is_not_compared():
    codes = {p.code for s in build_content(make_marts([one_line()])).sections for p in s.paragraphs}

    assert "levels" not in codes


def test_few_dossiers_are_not_ranked_in_words():
    content = build_content(make_marts([one_line(resolved=(20, 2, 7))]))

    assert paragraph(content, "overdue").text == (
        "Hồ sơ giải quyết quá hạn: 7 hồ sơ; không xếp lĩnh vực dưới 30 hồ sơ."
    )
