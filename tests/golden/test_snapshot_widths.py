"""Columns hold what stands in them, also where every count has seven digits."""

import dataclasses
import io
import json
from importlib import resources

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import ImageFont

from motcua.snapshot import paper, widths, workbook
from motcua.snapshot.document import render_docx
from motcua.snapshot.model import Column, Content, Row, Table, count_cell, text_cell
from motcua.snapshot.paper import render_pdf
from motcua.snapshot.widths import fit, share
from motcua.snapshot.workbook import render_xlsx

FONTS = {
    is_bold: ImageFont.truetype(
        str(resources.files("motcua.snapshot") / "fonts" / f"LiberationSerif-{name}.ttf"), 100
    )
    for is_bold, name in ((False, "Regular"), (True, "Bold"))
}


def with_large_counts(content: Content) -> Content:
    """Give the content with counts as a large province has them."""
    return dataclasses.replace(
        content,
        tables=tuple(
            dataclasses.replace(
                table,
                rows=tuple(
                    dataclasses.replace(
                        row,
                        cells=tuple(
                            count_cell(min(int(c.value) * 1_013, 9_999_999))
                            if c.kind == "count" and c.value and c.value < 1_000_000
                            else c
                            for c in row.cells
                        ),
                    )
                    for row in table.rows
                ),
            )
            for table in content.tables
        ),
    )


@pytest.fixture
def large(content) -> Content:
    return with_large_counts(content)


def figures(table: Table, at: int) -> list[tuple[str, bool]]:
    """Give the figures of a column, and whether they are bold."""
    cells = [(row.cells[at], row.kind != "body") for row in table.rows]
    return [
        (cell.text, is_bold)
        for cell, is_bold in cells
        if cell.kind != "text" and cell.value is not None
    ]


def too_wide(table: Table, size: float, room: list[float]) -> list[str]:
    """Name each column with a figure wider than the room in it; letters and room in points."""
    return [
        f"{table.code}.{column.code}"
        for at, column in enumerate(table.columns)
        if any(
            FONTS[is_bold].getlength(text) * size / 100 > room[at] + 0.05
            for text, is_bold in figures(table, at)
        )
    ]


def docx_faults(content: Content) -> list[str]:
    """Read the grid of each table in Word's file."""
    tables = {table.title: table for table in content.tables}
    found = []
    for shown in Document(io.BytesIO(render_docx(content))).tables:
        caption = shown._tbl.tblPr.find(qn("w:tblCaption"))
        if caption is None:
            continue
        table = tables[caption.get(qn("w:val"))]
        margins = shown._tbl.tblPr.find(qn("w:tblCellMar"))
        padding = sum(int(side.get(qn("w:w"))) for side in margins) / 20
        size = int(shown._tbl.xpath(".//w:sz/@w:val")[0]) / 2
        grid = shown._tbl.tblGrid.findall(qn("w:gridCol"))
        room = [int(column.get(qn("w:w"))) / 20 - padding for column in grid]
        found += too_wide(table, size, room)
    return found


def pdf_faults(content: Content, monkeypatch) -> list[str]:
    """Read the widths that the layout on paper is given."""
    given = {}

    def compile_nothing(files, **_):
        given.update(json.loads(files["fits.json"]))
        return b""

    monkeypatch.setattr(paper.typst, "compile", compile_nothing)
    render_pdf(content)
    return [
        fault
        for table in content.tables
        if table.rows
        for fit_of in [given[table.code]]
        for fault in too_wide(
            table,
            fit_of["size"],
            [width - 2 * fit_of["padding"] for width in fit_of["widths"]],
        )
    ]


def test_figures_of_every_printed_table_fit_into_their_columns(large, monkeypatch):
    assert docx_faults(large) == []
    assert pdf_faults(large, monkeypatch) == []


def test_columns_as_wide_as_they_ask_for_would_not_hold_them(large, monkeypatch):
    monkeypatch.setattr(
        widths,
        "share",
        lambda columns, _, width: [
            column.width * width / sum(one.width for one in columns) for column in columns
        ],
    )

    assert "procedures_leading.received_count" in docx_faults(large)
    assert "procedures_leading.received_count" in pdf_faults(large, monkeypatch)


def workbook_faults(content: Content) -> list[str]:
    """Name each column in which a figure would be shown as ####."""
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(content)))
    width_of = {
        (sheet.title, number - 1): columns.width
        for sheet in book
        for columns in sheet.column_dimensions.values()
        for number in range(columns.min, columns.max + 1)
    }
    return [
        f"{table.code}.{column.code}"
        for table in content.tables
        for at, column in enumerate(table.columns)
        if any(width_of[table.sheet, at] < len(text) + 1 for text, _ in figures(table, at))
    ]


def test_no_figure_of_the_workbook_is_wider_than_its_column(large, monkeypatch):
    assert workbook_faults(large) == []

    monkeypatch.setattr(workbook, "_width", lambda table, at: table.columns[at].width)
    assert workbook_faults(large) != []


def made(figure: str, columns: int = 4) -> Table:
    named = tuple(Column(f"c{n}", "Số", width=10 * n + 1) for n in range(columns))
    cells = tuple(text_cell(figure) for _ in named)
    return Table("made", "Bảng", "Bảng", "hồ sơ", named, (Row("body", cells),))


def test_a_width_is_shared_whole_and_nobody_gets_less_than_the_least():
    columns = made("1").columns
    widths_of = share(columns, [30.0, 5.0, 5.0, 5.0], 300.0)

    assert sum(widths_of) == pytest.approx(300)
    assert widths_of[0] == 30
    assert widths_of[3] / widths_of[1] == pytest.approx(31 / 11)
    assert share(columns, [10.0] * 4, 20.0) == [5.0] * 4


def test_letters_become_smaller_where_columns_need_more_than_there_is():
    assert fit(made("1.234.567"), 160, 10).size == 10
    assert 6 < fit(made("1.234.567", 13), 160, 10).size < 10
    assert fit(made("1.234.567", 60), 160, 10).size == 6


def test_a_code_may_break_and_a_figure_keeps_its_unit():
    code = fit(made("000.00.21.H01-240101-0001-LONGER-STILL", 13), 160, 10)
    share_of_all = fit(made("99,65 %", 13), 160, 10)

    assert code == fit(made("000.00.2", 13), 160, 10)
    em = FONTS[False].getlength("99,65 %") / 100
    assert min(share_of_all.widths) >= em * share_of_all.size + 2 * share_of_all.padding
