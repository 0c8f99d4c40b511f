"""The renderings say what the content says, to the digit; a changed figure is seen."""

import dataclasses
import datetime
import io
import json
import re
from functools import cache
from pathlib import Path

import duckdb
import openpyxl
import pypdf
import pytest
from docx import Document
from lxml import html

from motcua.snapshot import numbers
from motcua.snapshot.document import render_docx
from motcua.snapshot.edge import read_content
from motcua.snapshot.model import Cell, Content, Row, Table, count_cell, from_json, to_json
from motcua.snapshot.page import render_html
from motcua.snapshot.paper import render_pdf
from motcua.snapshot.slides import render_pptx
from motcua.snapshot.workbook import render_xlsx
from snapshot_support import make_told


def written(kind: str, value: object) -> str:
    """Write a value as people read it, from what the workbook holds."""
    if isinstance(value, str) or value is None:
        return value or ""
    if kind == "count":
        return numbers.format_count(value)
    if kind == "share":
        return numbers.format_percent(value)
    if kind == "days":
        return numbers.format_decimal(value, 1)
    if kind == "date":
        assert isinstance(value, datetime.datetime)
        return numbers.format_date(value)
    return numbers.format_decimal(value)


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


@cache
def workbook(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def xlsx_texts(data: bytes, table: Table) -> list[list[str]]:
    sheet = workbook(data)[table.sheet]
    values = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = 4 + any(c.group for c in table.columns) + 1
    head += any(c.number for c in table.columns) + any(c.formula for c in table.columns)
    found = []
    for row, line in zip(table.rows, values[head:], strict=False):
        cells = zip(row.cells, line, strict=False)
        found.append([written(cell.kind, value) for cell, value in cells])
    return found


def words(cell) -> str:
    return "".join(run.text or "" for run in cell.xpath(".//w:t"))


def docx_tables(data: bytes) -> dict[str, list[list[str]]]:
    document = Document(io.BytesIO(data))
    tables = {}
    for table in document.tables:
        caption = table._tbl.tblPr.find(
            "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tblCaption"
        )
        if caption is not None:
            title = next(iter(caption.attrib.values()))
            body = [row for row in table._tbl.tr_lst if not row.xpath("./w:trPr/w:tblHeader")]
            tables[title] = [[words(cell) for cell in row.xpath("./w:tc")] for row in body]
    return tables


@cache
def page_of(data: bytes) -> html.HtmlElement:
    return html.fromstring(data.decode())


def html_texts(data: bytes, table: Table) -> list[list[str]]:
    page = page_of(data)
    rows = page.xpath(f'//section[@id="{table.code}"]//*[self::tbody or self::tfoot]/tr')
    return [[cell.text_content() for cell in row] for row in rows]


def tight(text: str) -> str:
    """Take out what only lays text out: spaces, ends of lines, soft breaks."""
    return "".join(text.split()).replace("\u200b", "")


def pdf_text(content: Content) -> str:
    """Read what stands on paper, page behind page, without the lines that stand on each."""
    header = content.header
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(content)))
    running = (header.banner, " · ".join((header.period_name, *header.frame)))
    pages = (tight(page.extract_text()) for page in reader.pages)
    for line in running:
        pages = [page.replace(tight(line), "") for page in pages]
    return "".join(page.removeprefix(str(number)) for number, page in enumerate(pages, start=1))


def pdf_holds(text: str, table: Table) -> bool:
    """Tell whether each line of a table stands behind its title, in order."""
    place = max(text.rfind(tight(table.title)), 0)
    for row in table.rows:
        line = tight("".join(cell.text for cell in row.cells))
        place = text.find(line, place)
        if place < 0:
            return False
        place += len(line)
    return True


@dataclasses.dataclass(frozen=True)
class Rendered:
    """A content in its renderings, made once for all tests that read them."""

    content: Content
    xlsx: bytes
    docx: bytes
    html: bytes
    paper: str


def render(content: Content) -> Rendered:
    return Rendered(
        content,
        render_xlsx(content),
        render_docx(content),
        render_html(content),
        pdf_text(content),
    )


@pytest.fixture(scope="module")
def content(small_file: Path) -> Content:
    with duckdb.connect(str(small_file), read_only=True) as connection:
        return read_content(connection, "2024-CY-H01")


@pytest.fixture(scope="module")
def rendered(content: Content) -> Rendered:
    """A version that comes after a sealed one: every table has lines."""
    return render(make_told(content))


def disagreements(said: Content, shown: Rendered) -> list[str]:
    """Name each table of which a rendering differs from what ``said`` says."""
    tables = docx_tables(shown.docx)
    kept = json.loads(to_json(shown.content))["tables"]
    faults = []
    for position, table in enumerate(said.tables):
        if not table.rows:
            continue
        wanted = texts(table)
        readings = {
            "xlsx": xlsx_texts(shown.xlsx, table),
            "docx": tables.get(table.title),
            "html": html_texts(shown.html, table),
            "pdf": wanted if pdf_holds(shown.paper, table) else None,
            "json": [[cell["text"] for cell in row["cells"]] for row in kept[position]["rows"]],
        }
        faults += [f"{table.code} {kind}" for kind, read in readings.items() if read != wanted]
    return faults


def test_renderings_agree_to_the_digit(rendered):
    assert {table.code for table in rendered.content.tables if not table.rows} == set()
    assert disagreements(rendered.content, rendered) == []


CHANGED = (
    *("ten", "summary", "ii06_agencies", "handling_maps", "services", "late_reception"),
    *("overdue_dossiers", "duplicates"),
)


def with_a_changed_figure(table: Table) -> Table:
    """Give a table with another count in its first line."""
    row = table.rows[0]
    position = next(n for n, cell in enumerate(row.cells) if cell.kind in {"count", "share"})
    cells = (*row.cells[:position], count_cell(123_456_789), *row.cells[position + 1 :])
    return dataclasses.replace(table, rows=(Row(row.kind, cells), *table.rows[1:]))


def test_changed_figure_is_seen_in_every_rendering(content):
    tables = tuple(
        with_a_changed_figure(table) if table.code in CHANGED else table for table in content.tables
    )

    faults = disagreements(content, render(dataclasses.replace(content, tables=tables)))

    kinds = ("xlsx", "docx", "html", "pdf", "json")
    assert set(faults) == {f"{code} {kind}" for code in CHANGED for kind in kinds}


def test_headlines_stand_on_the_cards_as_in_the_summary(content):
    page = html.fromstring(render_html(content).decode())
    cards = page.xpath('//li[@class="card"]')

    assert len(cards) == len(content.headlines) == len(content.table("summary").rows)
    for card, line in zip(cards, content.headlines, strict=True):
        text = card.text_content()
        assert line.result.text in text
        assert f"{line.numerator.text}/{line.denominator.text}" in text


def test_figures_of_a_sentence_are_those_of_its_codes(content):
    for section in (*content.sections, *content.summary):
        for paragraph in section.paragraphs:
            for run in paragraph.runs:
                if run.figure_code:
                    assert run.text == content.figures[run.figure_code].cell.text
                else:
                    assert not re.search(r"\d[\d.]*,\d\d %|\d{1,3}(?:\.\d{3})+", run.text)


def test_sentences_stand_in_report_and_page(rendered):
    body = Document(io.BytesIO(rendered.docx)).element.body
    report = "\n".join(words(paragraph) for paragraph in body.xpath("./w:p"))
    page = page_of(rendered.html).text_content()
    first = "\n".join(str(cell.value) for row in workbook(rendered.xlsx)["Tóm tắt"] for cell in row)
    told = rendered.content
    for section in (*told.sections, *told.first_page):
        for paragraph in section.paragraphs:
            assert paragraph.text in report
            assert paragraph.text in page
            assert tight(paragraph.text) in rendered.paper, paragraph.text
    for section in told.first_page:
        assert section.paragraphs
        assert all(paragraph.text in first for paragraph in section.paragraphs)


def test_figure_of_a_sentence_leads_to_its_cell_in_the_page(content):
    page = html.fromstring(render_html(content).decode())
    shown = page.xpath("//*[@data-figure]")

    assert len(shown) > 50
    for element in shown:
        figure = content.figures[element.get("data-figure")]
        assert (element.text, element.get("title")) == (figure.cell.text, figure.name)


def test_renderings_are_the_same_bytes_each_time(content):
    for render in (render_xlsx, render_docx, render_html, render_pdf, render_pptx):
        assert render(content) == render(content)


def test_content_is_read_back_as_it_was_written(rendered):
    assert from_json(to_json(rendered.content)) == rendered.content


def test_balances_of_the_form_hold_in_every_line(content):
    for code in ("ii06_agencies", "ii06_fields"):
        table = content.table(code)
        for row in table.rows:
            by_code = {c.code: cell for c, cell in zip(table.columns, row.cells, strict=True)}
            assert_balanced({name: cell for name, cell in by_code.items() if cell.kind == "count"})


def assert_balanced(cells: dict[str, Cell]) -> None:
    value = {name.removesuffix("_count"): int(cell.value) for name, cell in cells.items()}
    parts = value["received_online"] + value["received_other"] + value["carried_over"]
    assert value["received"] == parts == value["resolved"] + value["pending"]
    by_due = value["resolved_early"] + value["resolved_on_time"] + value["resolved_overdue"]
    assert value["resolved"] == by_due
    assert value["pending"] == value["pending_in_due"] + value["pending_overdue"]


def test_levels_add_up_to_the_total(content):
    table = content.table("ii06_agencies")
    groups = [row for row in table.rows if row.kind == "group"]
    total = table.rows[-1]
    for position, column in enumerate(table.columns):
        if column.kind == "count":
            summed = sum(row.cells[position].value for row in groups)
            assert summed == total.cells[position].value
