"""The workbook of conclusions is read back as staff filled it, or every fault is named."""

import datetime
import re
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from motcua.conclusions.book import DATE_CELL, HEAD_ROW, REVIEW_CELL, TITLES
from motcua.conclusions.reading import Known, read_book, review_code_of

KNOWN = Known(
    review_code="2024-CY-H01",
    period_code="2024-CY",
    province_code="H01",
    agency_codes={"H01", "H01.01"},
    metric_codes={"online_received"},
)
DAY = datetime.date(2025, 3, 17)
GOOD = (
    "1",
    "Nâng tỷ lệ",
    "H01.01 – Sở Xây dựng",
    "Sở Nội vụ",
    "online_received – Tỷ lệ",
    98.5,
    DAY,
)


def grid(*lines: tuple, day: object = DAY) -> list[list[object]]:
    cells: list[list[object]] = [[""] * len(TITLES) for _ in range(HEAD_ROW)]
    cells[REVIEW_CELL[0]][REVIEW_CELL[1]] = "2024-CY-H01"
    cells[DATE_CELL[0]][DATE_CELL[1]] = day
    return [*cells, list(TITLES), *(list(line) for line in lines)]


def with_cell(position: int, value: object) -> tuple:
    return (*GOOD[:position], value, *GOOD[position + 1 :])


def test_a_filled_line_is_read():
    found = read_book(grid(GOOD), KNOWN)

    assert found.faults == ()
    (row,) = found.conclusions
    assert row.model_dump() == {
        "review_code": "2024-CY-H01",
        "period_code": "2024-CY",
        "province_code": "H01",
        "position_no": 1,
        "content": "Nâng tỷ lệ",
        "lead_agency_code": "H01.01",
        "coordinating_agencies": "Sở Nội vụ",
        "metric_code": "online_received",
        "target_percent": "98.5000",
        "due_date": "2025-03-17",
        "concluded_date": "2025-03-17",
    }
    assert review_code_of(grid(GOOD)) == "2024-CY-H01"


def test_lines_left_blank_are_no_conclusions_and_do_not_count():
    blank = ("2", "", None, "", "", "", "")
    plain = ("3", "Bố trí thêm quầy", "H01", "", "", "", "")
    found = read_book(grid(blank, GOOD, blank, plain), KNOWN)

    assert [row.position_no for row in found.conclusions] == [1, 2]
    assert found.conclusions[1].metric_code is None
    assert found.conclusions[1].target_percent is None


@pytest.mark.parametrize(
    ("position", "value", "column", "wanted"),
    [
        pytest.param(1, "", "B (Nội dung kết luận)", "thiếu nội dung", id="no content"),
        pytest.param(1, "a" * 2001, "B (Nội dung kết luận)", "dài quá 2000 chữ", id="long"),
        pytest.param(2, "", "C (Cơ quan chủ trì)", "chọn một cơ quan", id="no agency"),
        pytest.param(2, "H49.01", "C (Cơ quan chủ trì)", "chọn một cơ quan", id="foreign agency"),
        pytest.param(4, "sipas", "E (Chỉ tiêu đo)", "chọn một chỉ tiêu", id="unknown metric"),
        pytest.param(4, "", "E (Chỉ tiêu đo)", "phải có chỉ tiêu", id="target without metric"),
        pytest.param(5, 101, "F (Giá trị giao (%))", "từ 0 đến 100", id="over a hundred"),
        pytest.param(5, -1, "F (Giá trị giao (%))", "từ 0 đến 100", id="below nothing"),
        pytest.param(5, "cao", "F (Giá trị giao (%))", "từ 0 đến 100", id="words"),
        pytest.param(5, 0.98, "F (Giá trị giao (%))", "ghi 98 cho 98 %", id="cell in percent"),
        pytest.param(6, "31/02/2025", "G (Hạn)", "ngày có thật", id="no such day"),
        pytest.param(6, "quý II", "G (Hạn)", "ghi ngày", id="no day"),
        pytest.param(6, datetime.date(2025, 3, 16), "G (Hạn)", "trước ngày", id="due before"),
    ],
)
def test_a_fault_names_sheet_row_and_column_and_nothing_is_taken(position, value, column, wanted):
    found = read_book(grid(GOOD, with_cell(position, value)), KNOWN)

    assert found.conclusions == ()
    (fault,) = found.faults
    assert fault.startswith(f"Trang «Kết luận», dòng {HEAD_ROW + 3}, cột {column}: ")
    assert wanted in fault


def test_every_fault_is_told_and_none_repeats_what_was_written():
    written = "Ông A"
    line = ("1", "", written, "", written, written, written)
    found = read_book(grid(line, day=written), KNOWN)

    assert len(found.faults) == 6
    assert not any(written in fault for fault in found.faults)
    assert "dòng 4, cột B: ghi ngày" in found.faults[0]


def test_a_workbook_without_a_day_or_a_line_or_with_other_columns_is_refused():
    assert "ghi ngày của thông báo" in read_book(grid(GOOD, day=""), KNOWN).faults[0]
    assert "không có nội dung" in read_book(grid(), KNOWN).faults[0]
    moved = grid(GOOD)
    moved[HEAD_ROW][1], moved[HEAD_ROW][2] = moved[HEAD_ROW][2], moved[HEAD_ROW][1]
    assert len(read_book(moved, KNOWN).faults) >= 2


@settings(deadline=None, max_examples=60)
@given(
    st.decimals(0, 100, places=4, allow_nan=False, allow_infinity=False),
    st.sampled_from(["{} %", "{}%", "{}"]),
)
def test_a_percent_in_words_is_read_as_written(value, form):
    written = form.format(f"{value:f}".replace(".", ","))
    (row,) = read_book(grid(with_cell(5, written)), KNOWN).conclusions

    assert Decimal(row.target_percent) == value


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.text(max_size=9), st.floats(), st.dates()), max_size=9))
@example([*[None] * 5, float("nan")])
def test_whatever_stands_in_a_line_is_read_or_is_a_fault(cells):
    found = read_book(grid(GOOD, tuple(cells)), KNOWN)

    assert bool(found.conclusions) != bool(found.faults)
    assert all(re.match(r"Trang «Kết luận», dòng \d+, cột [A-G]", f) for f in found.faults)
