"""What agencies write back is kept as rows and shown by the next draft; faults name the cell."""

import shutil

import duckdb
import openpyxl
import pytest
from docx import Document
from typer.testing import CliRunner

from motcua import cli
from motcua.settings import Settings
from motcua.sheets.edge import run_feedback, run_sheets
from motcua.sheets.model import sheets_of
from motcua.sheets.workbook import FIGURES, GROUPS, HEAD_ROW, MARK
from motcua.shelf.edge import read_answers
from motcua.snapshot import pack, slides
from motcua.snapshot.edge import read_pack_content, run_snapshot
from motcua.snapshot.model import ANSWERS

REVIEW = "2024-CY-H01"
FIRST = HEAD_ROW + 2
"""The first line below the headings, as Excel counts."""


@pytest.fixture(scope="module")
def sent(tmp_path_factory, small_file):
    """A home whose first version has its sheets."""
    settings = Settings(home=tmp_path_factory.mktemp("sent"))
    settings.warehouse.mkdir(parents=True)
    shutil.copyfile(small_file, settings.marts_file)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("render_pdf", "render_xlsx", "render_html", "render_docx"):
            patch.setattr(pack, name, lambda content: content.header.version_line.encode())
        patch.setattr(slides, "render_pptx", lambda content: content.header.version_line.encode())
        patch.setattr("motcua.snapshot.edge.write_working_copy_of", lambda *_: None)
        run_snapshot(settings, REVIEW)

        def few(content):
            return [s for s in sheets_of(content) if s.agency_code in ("H01.01", "H01.02")]

        patch.setattr("motcua.sheets.edge.sheets_of", few)
        run_sheets(settings, settings.snapshots / REVIEW / "v01")
        yield settings


@pytest.fixture
def home(sent, tmp_path) -> Settings:
    shutil.copytree(sent.home, tmp_path / "home")
    return Settings(home=tmp_path / "home")


def filled(settings: Settings, *cells: tuple[str, str, object], agency: str = "H01.02"):
    """Fill cells (sheet, address, value) of an agency's workbook and save it as a file."""
    (path,) = (settings.snapshots / REVIEW / "phieu" / "v01").glob(f"*_{agency}.xlsx")
    book = openpyxl.load_workbook(path)
    for sheet, address, value in cells:
        book[sheet][address] = value
    back = settings.home / f"back-{len(list(settings.home.glob('back*')))}.xlsx"
    book.save(back)
    return back


def shelf(settings: Settings):
    return settings.snapshots / REVIEW


CONTESTED = (
    (FIGURES, f"D{FIRST}", 1234),
    (FIGURES, f"E{FIRST}", "Thiếu hồ sơ liên thông"),
    (FIGURES, f"E{FIRST + 1}", "Do phần mềm chậm"),
    (GROUPS, f"D{FIRST}", "Chờ cơ quan thuế"),
)


def test_what_is_filled_is_kept_once_with_its_file_sum_and_time(home):
    back = filled(home, *CONTESTED)
    found, faults = run_feedback(home, back)
    run_feedback(home, back)

    rows = read_answers(shelf(home))
    assert faults == []
    assert [(row.claimed, row.text, row.source_row) for row in rows] == [
        ("1234", "Thiếu hồ sơ liên thông", FIRST),
        ("", "Do phần mềm chậm", FIRST + 1),
        ("", "Chờ cơ quan thuế", FIRST),
    ]
    assert len(found) == 3
    assert {(row.version, row.agency_code, row.source_file) for row in rows} == {
        (1, "H01.02", back.name)
    }
    assert all(len(row.source_sha256) == 64 and row.at for row in rows)


def test_what_was_typed_over_name_and_figure_counts_for_nothing(home):
    back = filled(home, *CONTESTED, (FIGURES, f"B{FIRST}", "khác"), (FIGURES, f"C{FIRST}", "1"))
    run_feedback(home, back)

    row = read_answers(shelf(home))[0]
    assert "biểu II.06" in row.figure_name
    assert row.printed != "1"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        pytest.param((FIGURES, f"D{FIRST}", "12"), "dòng 5, cột «Lý do", id="no_reason"),
        pytest.param((FIGURES, f"E{FIRST}", "x" * 2001), "dài quá 2000 ký tự", id="too_long"),
        pytest.param((FIGURES, f"E{FIRST}", "gọi 0912345678"), "số điện thoại", id="personal"),
        pytest.param((FIGURES, f"A{HEAD_ROW + 1}", "khác"), "không có dòng tiêu đề", id="heading"),
        pytest.param((MARK, "B3", "H01.99"), "có cơ quan H01.99", id="other_agency"),
        pytest.param((MARK, "B2", "9"), "không có bản 09", id="other_version"),
        pytest.param((MARK, "B1", "../.."), "không có bản 01", id="path_in_mark"),
        pytest.param((MARK, "B2", "một"), "không phải phiếu giải trình", id="no_mark"),
    ],
)
def test_a_fault_names_its_cell_and_nothing_is_kept(home, cell, said):
    good = (FIGURES, f"E{FIRST + 2}", "Giải trình đúng")
    _, faults = run_feedback(home, filled(home, good, cell))

    assert any(said in fault for fault in faults)
    assert read_answers(shelf(home)) == ()


def test_a_code_of_another_agency_is_a_fault(home):
    (path,) = (shelf(home) / "phieu" / "v01").glob("*_H01.01.xlsx")
    foreign = openpyxl.load_workbook(path)[FIGURES][f"F{FIRST}"].value
    _, faults = run_feedback(home, filled(home, *CONTESTED, (FIGURES, f"F{FIRST}", foreign)))

    assert faults == [
        f"trang «{FIGURES}», dòng {FIRST}, cột «Mã số liệu»: mã không có trong phiếu của cơ quan"
    ]


def test_what_is_no_workbook_is_refused_in_words(home):
    path = home.home / "thu.xlsx"
    path.write_bytes(b"khong phai")

    _, faults = run_feedback(home, path)

    assert "không đọc được" in faults[0]


def test_the_next_draft_shows_what_was_written_and_marks_what_has_moved(home):
    run_feedback(home, filled(home, *CONTESTED))
    second = run_snapshot(home, REVIEW)
    content = read_pack_content(second.folder)

    rows = [[cell.text for cell in row.cells] for row in content.table(ANSWERS).rows]
    (section,) = [s for s in content.sections if s.number == "VII"]
    assert second.version == 2
    assert (rows[0][1], rows[0][5:]) == (
        "Sở Xây dựng",
        ["1234", "không đổi", "Thiếu hồ sơ liên thông"],
    )
    assert [row[6] for row in rows] == ["không đổi"] * 3
    assert section.paragraphs[-1].text.startswith(
        "1 cơ quan đã gửi giải trình: không đồng ý 1 số liệu, giải trình 2 số liệu"
    )
    assert run_snapshot(home, REVIEW).is_new is False


def test_a_figure_that_moved_since_is_shown_as_it_is_now(home):
    run_feedback(home, filled(home, *CONTESTED))
    printed = read_answers(shelf(home))[0].printed
    with duckdb.connect(str(home.marts_file)) as connection:
        connection.execute(
            "update review.mart_review__handling set received_count = received_count + 1,"
            " pending_count = pending_count + 1 where agency_code = 'H01.02'"
        )
    content = read_pack_content(run_snapshot(home, REVIEW).folder)

    row = [cell.text for cell in content.table(ANSWERS).rows[0].cells]
    assert row[4] == printed
    assert row[6] not in ("không đổi", "không còn số này", printed)
    assert "1 số đã thay đổi" in "".join(
        p.text for s in content.sections if s.number == "VII" for p in s.paragraphs
    )


def test_a_later_answer_takes_the_place_of_an_earlier_one(home):
    run_feedback(home, filled(home, *CONTESTED))
    run_feedback(home, filled(home, *CONTESTED[:1], (FIGURES, f"E{FIRST}", "Đã rà lại")))
    content = read_pack_content(run_snapshot(home, REVIEW).folder)

    assert len(read_answers(shelf(home))) == 4
    assert [row.cells[7].text for row in content.table(ANSWERS).rows] == [
        *("Đã rà lại", "Do phần mềm chậm", "Chờ cơ quan thuế")
    ]


def test_the_sheet_of_the_next_version_says_what_was_written(home, monkeypatch):
    def only(content):
        return [sheet for sheet in sheets_of(content) if sheet.agency_code == "H01.02"]

    monkeypatch.setattr("motcua.sheets.edge.sheets_of", only)
    run_feedback(home, filled(home, *CONTESTED))
    folder, _ = run_sheets(home, run_snapshot(home, REVIEW).folder)
    (path,) = folder.glob("*_H01.02.docx")

    said = [paragraph.text for paragraph in Document(path).paragraphs]
    assert any("số của cơ quan 1234; Thiếu hồ sơ liên thông" in line for line in said)


def test_the_command_names_every_fault_and_fails(home, monkeypatch):
    monkeypatch.setattr(cli, "read_settings", lambda: home)
    bad = filled(home, (FIGURES, f"D{FIRST}", "12"))
    good = filled(home, *CONTESTED)

    result = CliRunner().invoke(cli.app, ["feedback", str(bad), str(good)])

    assert result.exit_code == 1
    assert "ghi số khác mà không nêu lý do" in result.output
    assert "3 giải trình" in result.output
