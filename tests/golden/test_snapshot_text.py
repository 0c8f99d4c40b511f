"""What a pack says, word for word, against kept files (``--update-golden`` rewrites them)."""

import io
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import html

from motcua.snapshot.document import render_docx
from motcua.snapshot.edge import read_content
from motcua.snapshot.page import render_html
from motcua.snapshot.workbook import render_xlsx

KEPT = Path(__file__).parent / "snapshot"


def xlsx_lines(data: bytes) -> list[str]:
    lines = []
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        lines.append(f"== {sheet.title}")
        for row in sheet.iter_rows():
            shown = [f"{cell.coordinate}={cell.value!r}" for cell in row if cell.value is not None]
            lines += [" | ".join(shown)] if shown else []
    return lines


def words(element) -> str:
    return "".join(run.text or "" for run in element.iter(qn("w:t")))


def docx_lines(data: bytes) -> list[str]:
    document = Document(io.BytesIO(data))
    lines = []
    for element in document.element.body:
        if element.tag.endswith("}tbl"):
            lines += [
                " | ".join(words(cell) for cell in row.xpath("./w:tc"))
                for row in element.xpath("./w:tr")
            ]
        elif words(element):
            lines.append(words(element))
    return lines


def html_lines(data: bytes) -> list[str]:
    page = html.fromstring(data.decode())
    for hidden in page.xpath("//style|//script|//svg"):
        hidden.drop_tree()
    return [" ".join(line.split()) for line in page.text_content().splitlines() if line.strip()]


READERS = {
    "xlsx": (render_xlsx, xlsx_lines),
    "docx": (render_docx, docx_lines),
    "html": (render_html, html_lines),
}


@pytest.mark.parametrize("review_code", ["2024-CY-H01", "2011-CY-X01", "2023-CY-X01"])
@pytest.mark.parametrize("kind", list(READERS))
def test_pack_says_what_it_said(marts, request, review_code, kind):
    render, lines_of = READERS[kind]
    found = "\n".join(lines_of(render(read_content(marts, review_code)))) + "\n"
    kept = KEPT / f"{review_code}.{kind}.txt"
    if request.config.getoption("--update-golden", default=False):
        kept.write_text(found, encoding="utf-8")

    assert found == kept.read_text(encoding="utf-8")
