"""What a check finds, and how figures are told apart between two versions."""

import dataclasses
import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.approval.checking import coverage_faults, difference_faults, find_faults, sum_faults
from motcua.snapshot.content import build_content
from motcua.snapshot.listing import cell_codes, changes, row_labels, shown_figures
from motcua.snapshot.model import Row, count_cell
from snapshot_support import handling_line, locality, make_marts

LINES = [
    handling_line(
        {"level_code": level, "field_code": field, "channel_code": channel},
        (40 + number, 30, 5),
        (6, number),
        9,
    )
    for number, (level, field, channel) in enumerate(
        (
            ("province", "land", "online"),
            ("district", "land", "direct"),
            ("commune", "civil", "online"),
        )
    )
]
MARTS = make_marts(LINES)
CONTENT = build_content(MARTS)
CELLS = [
    (table.code, row, column)
    for table in CONTENT.tables
    for row, codes in enumerate(cell_codes(table))
    for column, code in enumerate(codes)
    if code and table.rows[row].cells[column].kind == "count"
]


def with_cell(content, code: str, row: int, column: int, value: int):
    table = content.table(code)
    cells = list(table.rows[row].cells)
    cells[column] = count_cell(value)
    rows = list(table.rows)
    rows[row] = Row(rows[row].kind, tuple(cells))
    changed = dataclasses.replace(table, rows=tuple(rows))
    tables = tuple(changed if other.code == code else other for other in content.tables)
    return dataclasses.replace(content, tables=tables)


def test_a_pack_that_says_what_the_marts_say_has_no_fault():
    assert len(CELLS) > 50
    assert find_faults(CONTENT, CONTENT, MARTS) == ()


@given(st.sampled_from(CELLS))
def test_one_changed_count_is_named_as_that_one_change(place):
    code, row, column = place
    (change,) = changes(CONTENT, with_cell(CONTENT, *place, 987_654))

    table = CONTENT.table(code)
    assert change.table_code == code
    assert (change.before, change.after) == (table.rows[row].cells[column].text, "987.654")
    assert row_labels(table)[row] in change.name
    assert difference_faults([change]) == (
        f"{change.name}: bản này ghi «{change.before}», kho có «987.654»",
    )


@given(st.sampled_from([place for place in CELLS if place[0].startswith("ii06")]))
def test_one_changed_count_of_the_form_breaks_a_sum(place):
    assert sum_faults(with_cell(CONTENT, *place, 987_654))


def test_a_line_of_the_form_that_does_not_balance_is_named_though_its_totals_add_up():
    faults = sum_faults(build_content(make_marts([{**LINES[0], "pending_in_due_count": 7}])))

    assert len(faults) == 7
    assert all(re.search(r": \(11\) = \d+, \(12\)\+\(13\) = \d+$", fault) for fault in faults)


def test_rows_that_moved_are_no_change():
    table = CONTENT.table("ii06_fields")
    moved = dataclasses.replace(table, rows=(*table.rows[1::-1], *table.rows[2:]))
    tables = tuple(moved if other is table else other for other in CONTENT.tables)

    assert len(table.rows) > 2
    assert changes(CONTENT, dataclasses.replace(CONTENT, tables=tables)) == ()


def test_figures_of_one_content_have_codes_of_their_own():
    codes = [code for table in CONTENT.tables for row in cell_codes(table) for code in row if code]

    assert len(codes) == len(set(codes))
    assert len(shown_figures(CONTENT)) == len(codes) + len(CONTENT.figures)
    assert all(len(code) <= 64 - len("motcua:") for code in shown_figures(CONTENT))


def test_equal_names_of_one_table_are_told_apart():
    table = CONTENT.table("ii06_fields")
    twice = dataclasses.replace(table, rows=(table.rows[0], table.rows[0]))

    assert row_labels(twice)[1] == f"{row_labels(twice)[0]} (2)"


GAP = make_marts(
    LINES,
    localities=(
        locality("một", datetime.date(2024, 7, 2)),
        locality("hai", datetime.date(2024, 6, 30)),
    ),
)


def test_a_gap_that_the_first_page_names_is_no_fault():
    assert coverage_faults(build_content(GAP), GAP) == ()


def test_a_gap_that_nobody_names_is_a_fault_and_so_is_the_whole_province():
    faults = coverage_faults(CONTENT, GAP)

    assert faults[0] == "trang đầu không nêu Huyện hai là chưa có số liệu đến hết kỳ"
    assert "độ phủ ghi là đủ mà còn thiếu địa phương" in faults
    assert "còn địa phương thiếu mà có câu viết «toàn tỉnh»" in faults


@pytest.mark.parametrize("count", [21, 40])
def test_many_differences_are_counted_after_the_first_twenty(count):
    found = changes(CONTENT, CONTENT)
    for place in CELLS[:count]:
        found = (*found, *changes(CONTENT, with_cell(CONTENT, *place, 987_654)))

    lines = difference_faults(found)

    assert len(lines) == 21
    assert lines[-1] == f"và {count - 20} số khác nữa khác với kho"


def test_counts_behind_the_filters_of_the_page_are_those_of_the_marts():
    row = CONTENT.cube.rows[0]
    moved = dataclasses.replace(
        CONTENT.cube, rows=((*row[:4], row[4] + 1, *row[5:]), *CONTENT.cube.rows[1:])
    )
    changed = dataclasses.replace(CONTENT, cube=moved)

    (fault,) = find_faults(changed, CONTENT, MARTS)
    assert "trang HTML" in fault
    assert find_faults(dataclasses.replace(CONTENT, cube=None), CONTENT, MARTS) == ()
