"""The map in a pack: whose units, on the page, in the PDF and in Word; nowhere without the file."""

import dataclasses
import io

import pypdf
import pytest
from docx import Document
from lxml import html

from boundaries_support import THREE_SQUARES, make_mapped
from motcua.boundaries import parse_boundaries
from motcua.errors import SettingsError
from motcua.snapshot.charts import spoken
from motcua.snapshot.document import render_docx
from motcua.snapshot.edge import read_content, read_pack_content, run_snapshot
from motcua.snapshot.model import Content
from motcua.snapshot.page import render_html
from motcua.snapshot.paper import render_pdf
from snapshot_support import quick_renderings

REVIEW = "2024-CY-H01"
TITLE = "Bản đồ tỷ lệ"


@pytest.fixture(scope="module")
def mapped() -> Content:
    """A content of nothing but its map, as charts and tables take long to lay out."""
    content = make_mapped()
    tables = tuple(
        dataclasses.replace(table, rows=()) if table.code != "ten" else table
        for table in content.tables
    )
    return dataclasses.replace(content, charts=(), tables=tables)


@pytest.fixture(scope="module")
def plain(mapped) -> Content:
    return dataclasses.replace(mapped, maps=())


def words(text: str) -> str:
    return " ".join(text.split())


def page_words(content: Content) -> str:
    return words(html.fromstring(render_html(content)).find("body").find("main").text_content())


def paper_words(content: Content) -> str:
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(content)))
    return words(" ".join(page.extract_text() for page in reader.pages))


def word_words(content: Content) -> str:
    document = Document(io.BytesIO(render_docx(content)))
    return words(" ".join(paragraph.text for paragraph in document.paragraphs))


@pytest.mark.parametrize("read", [page_words, paper_words, word_words])
def test_title_limits_and_units_are_read_where_a_map_is_drawn_and_nowhere_else(mapped, plain, read):
    (drawn,) = mapped.maps
    found, without = read(mapped), read(plain)

    assert words(drawn.title) in found
    assert [one for one in drawn.classes if words(one.label) not in found] == []
    assert [area for area in drawn.areas if words(f"{area.name} {area.text}") not in found] == []
    assert TITLE not in without
    assert drawn.classes[0].label not in without
    assert "BIỂU ĐỒ" not in without.upper().replace("BIỂU ĐỒ.", "")


def test_word_has_one_picture_that_says_what_the_map_shows(mapped):
    document = Document(io.BytesIO(render_docx(mapped)))

    said = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert said == [spoken(mapped.maps[0])]


def test_the_drawing_on_the_page_stands_beside_its_words_and_leads_to_its_table(mapped):
    (figure,) = html.fromstring(render_html(mapped)).xpath("//figure")

    assert figure.xpath(".//*[local-name() = 'svg']/@aria-hidden") == ["true"]
    assert figure.xpath(".//a/@href") == ["#ii06_agencies"]
    assert [node.text for node in figure.xpath(".//dt")] == [
        one.label for one in mapped.maps[0].classes
    ]


def drawn_codes(content: Content) -> list[list[tuple[str, int]]]:
    """Give code and class of each unit of each map."""
    return [[(area.agency_code, area.class_no) for area in one.areas] for one in content.maps]


@pytest.mark.parametrize(
    ("agency_code", "expected"),
    [
        pytest.param("", [[("H01.20", 1), ("H01.21", 1), ("H01.04", 0)]], id="province"),
        pytest.param("H01.20", [[("H01.20", 1)]], id="agency"),
        pytest.param("H01.04", [], id="agency_without_figures"),
    ],
)
def test_a_pack_draws_the_units_of_its_agencies(marts, caplog, agency_code, expected):
    boundaries = parse_boundaries(THREE_SQUARES.read_bytes(), "file")

    assert drawn_codes(read_content(marts, REVIEW, agency_code, boundaries)) == expected
    assert read_content(marts, REVIEW, agency_code).maps == ()
    assert "boundaries" not in caplog.text


def test_a_boundary_that_no_agency_has_is_not_drawn_but_told_of(settings, tmp_path, caplog):
    path = tmp_path / "units.geojson"
    path.write_text(THREE_SQUARES.read_text("utf-8").replace("H01.21", "H01.99"), "utf-8")

    with quick_renderings():
        pack = run_snapshot(settings.model_copy(update={"boundaries": path}), REVIEW)

    assert drawn_codes(read_pack_content(pack.folder)) == [[("H01.20", 1), ("H01.04", 0)]]
    assert "1 boundaries have the code of no agency: H01.99" in caplog.text


def test_no_pack_is_made_with_a_file_that_cannot_be_read(settings, tmp_path):
    with pytest.raises(SettingsError, match="MOTCUA_BOUNDARIES"):
        run_snapshot(settings.model_copy(update={"boundaries": tmp_path / "absent"}), REVIEW)

    assert not settings.snapshots.exists()
