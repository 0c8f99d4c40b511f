"""The first page: ten indicators in order, and only changes beyond chance."""

import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.snapshot import proposals
from motcua.snapshot.content import build_content
from motcua.snapshot.intervals import direction
from motcua.snapshot.model import Content
from snapshot_support import handling_line, locality, make_marts

QUICK = settings(max_examples=60, deadline=None)
KEYS = {"level_code": "province", "field_code": "land", "channel_code": "online"}


def line(resolved, pending=(40, 10)):
    return handling_line(KEYS, resolved, pending, 0)


def rate(metric, role, numerator, denominator):
    return {
        "period_role": role,
        "metric_code": metric,
        "numerator_count": numerator,
        "denominator_count": denominator,
        "unknown_count": 0,
        "denominator_name": "đã giải quyết",
    }


def turned(content: Content) -> dict[str, list[str]]:
    return {
        section.title: [paragraph.code for paragraph in section.paragraphs]
        for section in content.summary
        if section.title != proposals.TITLE
    }


def test_ten_indicators_keep_their_numbers_and_absent_ones_stand_in_one_line():
    table = build_content(make_marts([line((90, 5, 5))])).table("ten")

    assert [(row.cells[0].text, row.cells[2].text) for row in table.rows] == [
        ("1", "95/100"),
        ("2", "10/50"),
    ]
    assert [row.cells[-1].text for row in table.rows] == ["Chưa giao", "Chưa giao"]
    assert table.notes[-1].startswith("Chưa có dữ liệu: ")
    assert table.notes[-1].count(";") == 7


def test_fall_of_open_overdue_is_better_and_fall_of_in_time_is_worse():
    now, before = line((500, 300, 200), (950, 50)), line((600, 390, 10), (800, 200))
    content = build_content(make_marts([now], [before]))

    assert turned(content) == {
        "Việc tốt lên so với cùng kỳ": ["turn_pending_overdue"],
        "Việc xấu đi so với cùng kỳ": ["turn_resolved_in_time"],
    }
    assert content.summary[1].paragraphs[0].text == (
        "Giải quyết trước và đúng hạn: 80,00 % (800/1.000), giảm 19,00 điểm phần trăm so với cùng "
        "kỳ (99,00 %)."
    )


def test_change_within_chance_is_not_named():
    content = build_content(make_marts([line((49, 0, 1))], [line((47, 0, 3))]))

    assert set(map(tuple, turned(content).values())) == {("turn_none",)}


def test_fewer_than_thirty_dossiers_are_not_named():
    content = build_content(make_marts([line((29, 0, 0), (0, 0))], [line((0, 0, 29), (0, 0))]))

    assert turned(content) == {"Việc tốt lên, việc xấu đi": ["turns"]}


def test_no_more_than_three_are_named_most_first():
    metrics = ("online_received", "online_resolved", "input_digitised", "data_reused")
    rates = tuple(
        rate(metric, role, numerator, 1_000)
        for number, metric in enumerate(metrics)
        for role, numerator in (("current", 500 + 100 * number), ("same", 300))
    )
    content = build_content(make_marts([line((90, 9, 1))], [line((90, 9, 1))], rates=rates))

    assert turned(content)["Việc tốt lên so với cùng kỳ"] == [
        "turn_data_reused",
        "turn_input_digitised",
        "turn_online_resolved",
    ]


def test_locality_without_earlier_figures_is_named_below():
    marts = make_marts(
        [line((90, 9, 1))],
        [line((90, 9, 1))],
        localities=tuple(locality(code, datetime.date(2024, 7, 2)) for code in ("một", "hai")),
        locality_dossiers=(
            {"period_role": "current", "locality_code": "một", "dossier_count": 5},
            {"period_role": "current", "locality_code": "hai", "dossier_count": 5},
            {"period_role": "same", "locality_code": "hai", "dossier_count": 5},
        ),
    )

    last = build_content(marts).summary[-2]

    assert last.title == "So sánh chỉ để tham khảo"
    assert last.paragraphs[0].text == "Cùng kỳ chưa có số liệu của: Huyện một."


counts = st.integers(0, 400)


@QUICK
@given(st.tuples(counts, counts, counts), st.tuples(counts, counts, counts))
def test_what_is_named_is_of_thirty_dossiers_and_beyond_chance(now, before):
    content = build_content(make_marts([line(now)], [line(before)]))
    pairs = [(n[0] + n[1], sum(n)) for n in (now, before)]
    named = [p.code for section in content.summary for p in section.paragraphs]

    is_able = min(total for _, total in pairs) >= 30
    is_named = is_able and direction(*pairs) != 0
    assert ("turn_resolved_in_time" in named) == is_named


def procedure(code, resolved, overdue):
    return {
        "procedure_code": code,
        "procedure_name": f"Thủ tục {code}",
        "field_name": "Đất đai",
        "received_count": resolved,
        "resolved_count": resolved,
        "resolved_overdue_count": overdue,
        "pending_overdue_count": 0,
    }


def test_procedures_are_ranked_from_thirty_dossiers():
    known = tuple(procedure(code, count, 0) for code, count in (("a", 30), ("b", 29), ("c", 31)))
    content = build_content(make_marts([line((90, 9, 1))], procedures=known))

    leading, overdue = content.table("procedures_leading"), content.table("procedures_overdue")
    assert [row.cells[2].text for row in leading.rows] == ["c", "a"]
    assert overdue.empty_sentence.endswith("không phát sinh ở thủ tục nào từ 30 hồ sơ.")


def test_no_procedure_known_is_no_data():
    content = build_content(make_marts([line((90, 9, 1))]))

    assert content.table("procedures_overdue").empty_sentence.endswith("chưa có dữ liệu.")
