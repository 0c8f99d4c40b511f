"""The sheets of agencies say what the pack says, on one page each, and can be written back in."""

import dataclasses
import io
import shutil

import openpyxl
import pytest
from docx import Document

from motcua.errors import PipelineError
from motcua.settings import Settings
from motcua.sheets.edge import run_sheets
from motcua.sheets.letter import NO_CONCLUSIONS, render_letter
from motcua.sheets.model import SHOWN_DOSSIERS, TEN, sheets_of
from motcua.sheets.workbook import DOSSIERS, FIGURES, GROUPS, HEAD_ROW, MARK, render_workbook
from motcua.snapshot import pack, slides
from motcua.snapshot.edge import read_content, read_pack_content, run_snapshot
from motcua.snapshot.listing import shown_figures

REVIEW = "2024-CY-H01"


@pytest.fixture(scope="module")
def home(tmp_path_factory, small_file):
    settings = Settings(home=tmp_path_factory.mktemp("sheets"))
    settings.warehouse.mkdir(parents=True)
    shutil.copyfile(small_file, settings.marts_file)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("render_pdf", "render_xlsx", "render_html", "render_docx"):
            patch.setattr(pack, name, lambda content: content.header.version_line.encode())
        patch.setattr(slides, "render_pptx", lambda content: content.header.version_line.encode())
        patch.setattr("motcua.snapshot.edge.write_working_copy_of", lambda *_: None)
        run_snapshot(settings, REVIEW)
        run_snapshot(settings, REVIEW, agency_code="H01.01")
    return settings


@pytest.fixture(scope="module")
def made(home):
    return read_pack_content(home.snapshots / REVIEW / "v01")


def docx_text(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_every_agency_of_the_form_has_a_sheet_of_its_ten_indicators(made):
    sheets = sheets_of(made)

    agencies = {dict(row.of).get("agency") for row in made.table("ii06_agencies").rows} - {None}
    assert {sheet.agency_code for sheet in sheets} == agencies
    assert all([line.code for line in sheet.lines] == list(TEN) for sheet in sheets)


def test_a_line_is_what_the_marts_count_beside_all_of_the_level(made, marts):
    sheet = next(one for one in sheets_of(made) if one.agency_code == "H01.21.01")
    lines = {line.code: line for line in sheet.lines}

    def counted(where: str) -> str:
        found = marts.execute(
            "select sum(resolved_early_count + resolved_on_time_count), sum(resolved_count)"
            " from review.mart_review__handling where rule_code = 'ii06' and province_code = 'H01'"
            f" and period_code = '2024-CY' and {where}"
        ).fetchone()
        return "/".join(f"{count:,}".replace(",", ".") for count in found)

    assert lines["resolved_in_time"].counts == counted("agency_code = 'H01.21.01'")
    assert lines["resolved_in_time"].level_counts == counted("level_code = 'commune'")
    assert (lines["scorecard"].counts, lines["scorecard"].result) == ("30,00/38,00", "30,00")
    assert lines["late_reception"].result == "không phát sinh"
    assert lines["online_received"].target == "từ 60,00 % (13/KH-UBND), giao chung cho cấp"


def test_a_target_of_the_agency_goes_before_its_levels(made):
    sheet = next(one for one in sheets_of(made) if one.agency_code == "H01.01")
    (line,) = [line for line in sheet.lines if line.code == "online_received"]

    assert (line.target, line.state) == ("từ 90,00 % (13/KH-UBND)", "Chưa đạt")


def test_figures_to_contest_are_those_of_the_pack_by_their_codes(made):
    shown = shown_figures(made)
    for sheet in sheets_of(made):
        codes = [figure.code for figure in sheet.figures]
        assert len(codes) == len(set(codes)) > 15
        assert all(shown[figure.code].text == figure.text for figure in sheet.figures)


def test_both_files_say_what_the_sheet_says(made):
    sheet = next(one for one in sheets_of(made) if one.agency_code == "H01.01")
    said = docx_text(render_letter(sheet, made.header))
    book = openpyxl.load_workbook(io.BytesIO(render_workbook(sheet, made.header)))

    for line in sheet.lines:
        for text in (line.name, line.counts, line.result, line.level_result, line.target):
            assert text in said
    assert sheet.conclusions
    assert "; ".join(sheet.conclusions) in said
    none = docx_text(render_letter(dataclasses.replace(sheet, conclusions=()), made.header))
    assert NO_CONCLUSIONS in none
    assert "Ý kiến giải trình của thủ trưởng" in said
    rows = [*book[FIGURES].iter_rows(min_row=HEAD_ROW + 2, values_only=True)]
    assert [(row[1], row[2], row[5]) for row in rows] == [
        (figure.name, figure.text, figure.code) for figure in sheet.figures
    ]
    groups = [*book[GROUPS].iter_rows(min_row=HEAD_ROW + 2, values_only=True)]
    assert [(row[4], row[2]) for row in groups] == [
        (group.code, str(group.count)) for group in sheet.overdue
    ]
    assert [row[1] for row in book[MARK].iter_rows(max_row=4, values_only=True)] == [
        *(REVIEW, "1", "H01.01", sheet.name)
    ]


def test_codes_that_do_not_fit_are_counted(made):
    one = next(one for one in sheets_of(made) if one.agency_code == "H01.01")
    codes = tuple(f"H01.01-{number:04d}" for number in range(20))
    group = dataclasses.replace(one.overdue[0], count=25, dossiers=codes)
    sheet = dataclasses.replace(one, overdue=(group, dataclasses.replace(group, count=0)))
    said = docx_text(render_letter(sheet, made.header))
    book = openpyxl.load_workbook(io.BytesIO(render_workbook(sheet, made.header)))

    shown = codes[: SHOWN_DOSSIERS // 2]
    assert f"{', '.join(shown)}; còn 17 hồ sơ không nêu ở đây" in said
    assert codes[len(shown)] not in said
    assert f"{group.name}: không phát sinh." in said
    listed = [row[2] for row in book[DOSSIERS].iter_rows(min_row=HEAD_ROW + 2, values_only=True)]
    assert listed[:20] == list(codes)
    assert "còn 5 hồ sơ không có trong danh sách" in listed


def test_a_name_that_looks_like_a_formula_stays_text(made):
    sheet = next(one for one in sheets_of(made) if one.agency_code == "H01.03")
    book = openpyxl.load_workbook(io.BytesIO(render_workbook(sheet, made.header)))

    cell = book[MARK]["B4"]
    assert (cell.value, cell.data_type) == ("=cmd('calc')!A1", "s")


def test_the_files_lie_beside_the_versions_and_come_out_equal(home):
    folder, count = run_sheets(home, home.snapshots / REVIEW / "v01")
    made = read_pack_content(home.snapshots / REVIEW / "v01")
    first = sheets_of(made)[0]

    assert folder == home.snapshots / REVIEW / "phieu" / "v01"
    assert len([*folder.iterdir()]) == 2 * count
    (letter,) = folder.glob("001_*.docx")
    (book,) = folder.glob("001_*.xlsx")
    assert letter.read_bytes() == render_letter(first, made.header)
    assert book.read_bytes() == render_workbook(first, made.header)


def test_sheets_of_one_agencys_pack_are_refused(home):
    with pytest.raises(PipelineError, match="of one agency"):
        run_sheets(home, home.snapshots / f"{REVIEW}@H01.01" / "v01")


def test_an_agency_that_stands_under_two_levels_has_a_sheet_for_each(marts):
    marts.execute(
        "update review.mart_review__handling set level_code = 'commune'"
        " where agency_code = 'H01.20' and field_code = 'G01'"
    )
    sheets = [s for s in sheets_of(read_content(marts, REVIEW)) if s.agency_code == "H01.20"]

    assert [sheet.level_name for sheet in sheets] == ["Cấp huyện", "Cấp xã"]


def test_a_sheet_says_what_the_last_meeting_concluded_on_its_agency(made):
    concluded = {sheet.agency_code: sheet.conclusions for sheet in sheets_of(made)}
    lines = made.table("conclusions").rows
    leads = {dict(row.of)["agency"] for row in lines}

    assert leads & set(concluded)
    for row in lines:
        said = concluded.get(dict(row.of)["agency"], ())
        assert any(one.startswith(row.cells[1].text) for one in said) or not said
    assert all(not said for code, said in concluded.items() if code not in leads)


def test_many_long_conclusions_leave_the_sheet_on_its_page(made):
    sheet = dataclasses.replace(sheets_of(made)[0], conclusions=("Rà soát " * 60,) * 5)
    said = docx_text(render_letter(sheet, made.header))

    assert "còn 2 nội dung không nêu ở đây" in said
    assert said.count("Rà soát") < 80
