"""From meeting to meeting: drafts are laid out, the workbook is taken back, the next pack tells."""

import datetime
import io
import json
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest
from docx import Document
from typer.testing import CliRunner

from motcua.cli import app
from motcua.conclusions.book import DATE_CELL, HEAD_ROW, render_book
from motcua.conclusions.edge import run_conclusions
from motcua.conclusions.notice import render_notice
from motcua.errors import PipelineError
from motcua.settings import Settings
from motcua.shelf.edge import read_conclusions
from motcua.snapshot.deck import deck
from motcua.snapshot.edge import read_content
from motcua.snapshot.model import Content

REVIEW = "2024-CY-H01"


@pytest.fixture(scope="module")
def content(small_file: Path) -> Content:
    """What a pack says of the small file, read once."""
    with duckdb.connect(str(small_file), read_only=True) as connection:
        return read_content(connection, REVIEW)


@pytest.fixture
def book(content: Content, tmp_path: Path) -> Path:
    """The workbook of the review as staff get it."""
    path = tmp_path / "ket_luan.xlsx"
    path.write_bytes(render_book(content))
    return path


def write(path: Path, cells: dict[str, object]) -> Path:
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book["Kết luận"][place] = value
    book.save(path)
    return path


def first(row: int = 1) -> int:
    return HEAD_ROW + 1 + row


DAY_CELL = f"B{DATE_CELL[0] + 1}"
DAY = datetime.date(2025, 3, 17)


def test_matters_for_the_chair_stand_in_workbook_and_notice(content):
    book = openpyxl.load_workbook(io.BytesIO(render_book(content)))
    sheet = book["Kết luận"]
    notice = Document(io.BytesIO(render_notice(content)))
    (table,) = [t for t in notice.tables if len(t.columns) == 6]
    lines = [[cell.text for cell in row.cells] for row in table.rows[1:]]

    assert len(content.matters) == 5
    for number, matter in enumerate(content.matters, start=1):
        assert sheet.cell(first(number), 2).value == matter.text
        assert lines[number - 1][1] == matter.text
        assert lines[number - 1][2] == (matter.agency_name or "……")
        told = next(p for p in content.summary[-1].paragraphs if p.text.startswith(matter.text))
        assert matter.agency_name in told.text
    assert sheet.cell(first(), 5).value == "pending_overdue – Tỷ lệ đang giải quyết quá hạn"
    assert [sheet.cell(first(n), 6).value for n in range(1, 6)] == [None] * 5


def test_notice_leaves_number_day_and_signature_blank_and_claims_nothing(content):
    notice = Document(io.BytesIO(render_notice(content)))
    cells = [cell.text for table in notice.tables for row in table.rows for cell in row.cells]
    said = "\n".join([*(p.text for p in notice.paragraphs), *cells])

    assert "Số:          /TB-…" in said
    assert "ngày      tháng      năm          " in said
    assert "(để trống)" in said
    assert "DỰ THẢO" in said
    assert content.header.banner in notice.sections[0].first_page_header.paragraphs[0].text
    assert not any(word in said.casefold() for word in ("đóng dấu", "ký số", "đã ký", "phê duyệt"))


def test_lists_of_the_workbook_offer_agencies_and_metrics_that_can_be_measured(content):
    book = openpyxl.load_workbook(io.BytesIO(render_book(content)))
    agencies = [row[0] for row in book["Cơ quan"].iter_rows(min_row=2, values_only=True)]
    metrics = [row[0] for row in book["Chỉ tiêu"].iter_rows(min_row=2, values_only=True)]
    rules = book["Kết luận"].data_validations.dataValidation

    assert agencies[0] == "H01 – An Giang (giao chung)"
    assert "H01.03 – =cmd('calc')!A1" in agencies
    assert len(metrics) == len(content.goals) == 3
    assert {rule.type for rule in rules} == {"list", "decimal", "date"}


def test_a_filled_workbook_is_kept_as_rows_and_read_again_in_their_place(settings, book):
    (settings.snapshots / REVIEW).mkdir(parents=True)
    write(book, {DAY_CELL: DAY, f"F{first()}": 5, f"C{first(2)}": "H01 – An Giang"})
    for row in range(2, 6):
        write(book, {f"{column}{first(row)}": None for column in "BCDEFG"})
    write(book, {f"C{first()}": "H01.01 – Sở"})

    taken = run_conclusions(settings, book)
    (row,) = read_conclusions(settings)

    assert (taken.review_code, taken.line_count, taken.faults) == (REVIEW, 1, ())
    assert (row.lead_agency_code, row.metric_code) == ("H01.01", "pending_overdue")
    assert (row.target_percent, row.concluded_date) == ("5.0000", "2025-03-17")
    run_conclusions(settings, write(book, {f"F{first()}": 4}))
    assert [row.target_percent for row in read_conclusions(settings)] == ["4.0000"]


def test_a_fault_keeps_what_was_kept_and_is_printed_in_vietnamese(settings, book, monkeypatch):
    monkeypatch.setenv("MOTCUA_HOME", str(settings.home))
    write(book, {DAY_CELL: DAY, f"C{first()}": "H99 – Không có", f"G{first(2)}": "ngày mai"})

    result = CliRunner().invoke(app, ["conclusions", str(book)])

    assert result.exit_code == 1
    assert f"Trang «Kết luận», dòng {first()}, cột C (Cơ quan chủ trì)" in result.stderr
    assert f"dòng {first(2)}, cột G (Hạn)" in result.stderr
    assert "ngày mai" not in result.output + result.stderr
    assert read_conclusions(settings) == []


def test_what_is_no_workbook_of_a_published_review_is_refused(settings, book, content, tmp_path):
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"PK nothing")
    with pytest.raises(PipelineError, match="no workbook"):
        run_conclusions(settings, other)
    openpyxl.Workbook().save(other)
    with pytest.raises(PipelineError, match="no workbook"):
        run_conclusions(settings, other)
    with pytest.raises(PipelineError, match="names no review"):
        run_conclusions(settings, write(book, {"B3": "2031-CY-H01"}))
    shutil.rmtree(settings.warehouse)
    with pytest.raises(PipelineError, match="nothing is published"):
        run_conclusions(settings, book)


def test_the_next_pack_tells_each_conclusion_as_measured(marts, content):
    table = content.table("conclusions")
    lines = [[cell.text for cell in row.cells] for row in table.rows]
    said = next(p for s in content.sections for p in s.paragraphs if p.code == "conclusions")
    (slide,) = [slide for slide in deck(content) if slide.code == "conclusions"]

    assert said.text == (
        "Thông báo kết luận kỳ trước (ngày 20/01/2024): 3 nội dung, đạt 1, chưa đạt 1, không đo "
        "được 1."
    )
    assert lines[0][2:] == [
        "Sở Tài nguyên và Môi trường",
        "Tỷ lệ đang giải quyết quá hạn: không quá 5,00 %",
        *("12", "90", "13,33 %", "30/06/2024", "Chưa đạt"),
    ]
    assert lines[1][2] == "An Giang"
    assert lines[2][3:] == ["–", "–", "–", "–", "31/12/2024", "Không đo được"]
    assert slide.table is not None
    assert [[c.text for c in row.cells][2:] for row in slide.table.rows] == [
        ["13,33 %", "Chưa đạt"],
        ["85,30 %", "Đạt"],
        ["–", "Không đo được"],
    ]
    marts.execute("delete from review.mart_review__conclusions")
    without = read_content(marts, REVIEW)
    assert without.table("conclusions").rows == ()
    assert next(s for s in deck(without) if s.code == "conclusions").table is None


def test_words_too_long_for_a_slide_are_cut_there_alone(marts):
    marts.execute(
        "update review.mart_review__conclusions set content = repeat('rất dài ', 40) "
        "where position_no = 1"
    )
    content = read_content(marts, REVIEW)
    (slide,) = [slide for slide in deck(content) if slide.code == "conclusions"]

    assert len(slide.table.rows[0].cells[1].text) <= 91
    assert len(content.table("conclusions").rows[0].cells[1].text) > 300


def test_a_row_kept_is_what_a_build_lays_out(settings):
    shelf = settings.snapshots / REVIEW
    shelf.mkdir(parents=True)
    row = {
        "review_code": REVIEW,
        "period_code": "2024-CY",
        "province_code": "H01",
        "position_no": 1,
        "content": "Một việc",
        "lead_agency_code": "H01",
        "coordinating_agencies": None,
        "metric_code": None,
        "target_percent": None,
        "due_date": None,
        "concluded_date": "2025-03-17",
    }
    (shelf / "conclusions.jsonl").write_text(json.dumps(row) + "\n", "utf-8")

    assert [one.model_dump() for one in read_conclusions(Settings(home=settings.home))] == [row]
