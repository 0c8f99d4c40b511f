"""The slides say what the content says, to the digit; their charts can be edited."""

import dataclasses
import io
import re
import textwrap

import duckdb
import openpyxl
import pytest
from pptx import Presentation
from pptx.util import Inches

from motcua.snapshot import slides
from motcua.snapshot.deck import Slide, deck
from motcua.snapshot.edge import read_content
from motcua.snapshot.model import SIMULATED_BANNER, Content, Table, count_cell
from motcua.snapshot.slides import render_pptx

FIGURE = re.compile(r"\d[\d.]*,\d\d %|\d{1,3}(?:\.\d{3})+")


@pytest.fixture(scope="module")
def content(small_file) -> Content:
    """Read once: nothing here changes the marts behind it."""
    with duckdb.connect(str(small_file), read_only=True) as connection:
        return read_content(connection, "2024-CY-H01")


def read(content: Content) -> list:
    return list(Presentation(io.BytesIO(render_pptx(content))).slides)


def lines_of(slide) -> list[str]:
    return [
        paragraph.text
        for shape in slide.shapes
        if shape.name == "Nội dung"
        for paragraph in shape.text_frame.paragraphs
    ]


def table_of(slide) -> list[list[str]] | None:
    found = [shape.table for shape in slide.shapes if shape.has_table]
    return [[cell.text for cell in row.cells] for row in found[0].rows][1:] if found else None


def chart_of(slide) -> list[tuple[str, float, str]] | None:
    """Give the bars of a slide's chart, once as drawn and once as its workbook has them."""
    found = [shape.chart for shape in slide.shapes if shape.has_chart]
    if not found:
        return None
    (plot,) = found[0].plots
    (series,) = plot.series
    points = [series.points[at] for at in range(len(series.values))]
    labels = [point.data_label.text_frame.text for point in points]
    drawn = list(zip(plot.categories, series.values, labels, strict=True))
    blob = found[0].part.chart_workbook.xlsx_part.blob
    rows = openpyxl.load_workbook(io.BytesIO(blob))["Sheet1"].iter_rows(min_row=2, values_only=True)
    assert list(rows) == drawn
    return drawn


def disagreements(said: Content, shown: Content) -> list[str]:
    """Name each slide of ``shown`` that differs from what ``said`` says."""
    faults = []
    for wanted, slide in zip(deck(said), read(shown), strict=True):
        table, chart = wanted.table, wanted.chart
        readings = (
            slide.shapes.title.text_frame.text == wanted.message.text,
            lines_of(slide) == [line.text for line in wanted.lines],
            table_of(slide)
            == (table and [[cell.text for cell in row.cells] for row in table.rows]),
            chart_of(slide) == (chart and [(bar.label, bar.value, bar.text) for bar in chart.bars]),
        )
        if not all(readings):
            faults.append(wanted.code)
    return faults


def test_slides_say_what_the_content_says(told):
    assert disagreements(told, told) == []


def test_each_slide_has_its_part_of_the_outline(content):
    codes = [slide.code for slide in deck(content)]

    assert len(codes) == len(set(codes)) == 12
    assert codes[:3] == ["cover", "coverage", "ten"]
    assert codes[-2:] == ["conclusions", "proposals"]
    for slide in deck(content):
        assert slide.message.text
        assert slide.lines or slide.table


@pytest.mark.parametrize("code", ["ten", "resolved_in_time", "resolved_early", "overdue_fields"])
def test_changed_figure_is_seen(content, code):
    big = count_cell(123_456_789)
    if code == "ten":
        table = content.table(code)
        cells = (*table.rows[0].cells[:3], big, *table.rows[0].cells[4:])
        rows = (dataclasses.replace(table.rows[0], cells=cells), *table.rows[1:])
        tables = (dataclasses.replace(table, rows=rows), *content.tables[1:])
        changed, seen = dataclasses.replace(content, tables=tables), "ten"
    elif code == "overdue_fields":
        charts = tuple(
            dataclasses.replace(c, bars=(dataclasses.replace(c.bars[0], text="1"), *c.bars[1:]))
            for c in content.charts
        )
        changed, seen = dataclasses.replace(content, charts=charts), code
    else:
        name = f"{code}_share" if code == "resolved_in_time" else code
        figure = dataclasses.replace(content.figures[name], cell=big)
        changed = dataclasses.replace(content, figures={**content.figures, name: figure})
        seen = "resolved"

    assert seen in disagreements(content, changed)


def assert_taken_from(shown: Table, whole: Table) -> None:
    """Each cell of a slide is that of its row and column; words alone may be cut, and say so."""
    codes = [column.code for column in whole.columns]
    for row, of_whole in zip(shown.rows, whole.rows, strict=False):
        for column, cell in zip(shown.columns, row.cells, strict=True):
            found = of_whole.cells[codes.index(column.code)]
            if cell != found:
                assert found.kind == "text"
                assert cell.text.endswith("…")
                assert found.text.startswith(cell.text.rstrip("…"))


def test_figures_of_slides_are_those_of_the_content(told):
    """Each figure of a message or sentence is one by its code; no other words hold one."""
    for slide in deck(told):
        for paragraph in (slide.message, *slide.lines):
            for run in paragraph.runs:
                if run.figure_code:
                    assert run.text == told.figures[run.figure_code].cell.text
                else:
                    assert not FIGURE.search(run.text)
        if slide.table:
            assert_taken_from(slide.table, told.table(slide.table.code))
        if slide.chart:
            assert all(bar.text in known_texts(told) for bar in slide.chart.bars), slide.code


def known_texts(content: Content) -> set[str]:
    figures = {figure.cell.text for figure in content.figures.values()}
    lines = {line.result.text for line in content.headlines}
    return figures | lines | {bar.text for chart in content.charts for bar in chart.bars}


def texts_of(slide) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def test_every_slide_has_the_frame_and_the_notice(content):
    slides = read(content)
    for number, slide in enumerate(slides, start=1):
        words = texts_of(slide)
        (frame,) = [text for text in words if text.endswith(f" · {number}/{len(slides)}")]
        for line in (content.header.period_name, *content.header.frame):
            assert line in frame
        assert SIMULATED_BANNER in words


@pytest.mark.parametrize("review_code", ["2011-CY-X01", "2023-CY-X01"])
def test_review_with_little_data_has_slides_without_the_notice(marts, review_code):
    content = read_content(marts, review_code)

    assert disagreements(content, content) == []
    words = "".join("".join(texts_of(slide)) for slide in read(content))
    assert SIMULATED_BANNER not in words
    assert "chưa có dữ liệu" in words


def test_nothing_lies_outside_of_a_slide_and_each_picture_is_described(content):
    presentation = Presentation(io.BytesIO(render_pptx(content)))
    described = 0
    for slide in presentation.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= presentation.slide_width
            assert shape.top + shape.height <= presentation.slide_height
            if shape.has_chart or shape.has_table:
                described += len(shape._element.nvGraphicFramePr.cNvPr.get("descr")) > 20
    pictures = [slide for slide in deck(content) if slide.chart or slide.table]
    assert described == len(pictures) > 5


def table_height(slide) -> float:
    """Wrap the words of a slide's table in its columns, half a size a letter; in points."""
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    height = 0.0
    for row in table.rows:
        lines = 1
        for cell, column in zip(row.cells, table.columns, strict=True):
            size = cell.text_frame.paragraphs[0].runs[0].font.size.pt if cell.text else 1
            letters = int((column.width.pt - cell.margin_left.pt - cell.margin_right.pt) * 2 / size)
            lines = max(lines, len(textwrap.wrap(cell.text, letters)))
        needed = lines * 1.2 * size_of(table) + row.cells[0].margin_top.pt * 2
        height += max(needed, row.height.pt)
    return height


def size_of(table) -> float:
    return table.cell(0, 1).text_frame.paragraphs[0].runs[0].font.size.pt


@pytest.mark.parametrize("name", ["", "từ ngày 01/01/2023 đến ngày 18/5/2023, cả năm trước nữa"])
def test_ten_indicators_end_above_the_foot_whatever_the_period_is_called(
    content, name, monkeypatch
):
    ten = content.table("ten")
    columns = tuple(
        dataclasses.replace(column, title=f"{column.title} {name}".strip())
        for column in ten.columns
    )
    named = tuple(
        dataclasses.replace(ten, columns=columns) if table is ten else table
        for table in content.tables
    )
    told = dataclasses.replace(content, tables=named)
    room = Inches(6.65 - 1.75).pt

    assert table_height(read(told)[2]) <= room
    monkeypatch.setattr(slides, "_TABLE_SIZES", (16,))
    assert table_height(read(told)[2]) > room


def test_missing_localities_are_named_and_the_rest_counted(content):
    missing = tuple(f"Huyện Số {number} (chưa gửi)" for number in range(11))
    coverage = dataclasses.replace(
        content.coverage, expected_count=12, complete_count=1, missing=missing
    )
    slide: Slide = deck(dataclasses.replace(content, coverage=coverage))[1]

    assert slide.message.text == "Số liệu của 1/12 địa phương, đơn vị"
    assert slide.lines[0].text == "Chưa có: Huyện Số 0 (chưa gửi)"
    assert len(slide.lines) == 9
    assert slide.lines[-1].text.startswith("và 3 ")


def test_formula_in_foreign_text_stays_text_behind_a_chart(content):
    chart = next(chart for chart in content.charts if chart.code == "overdue_fields")
    bars = (dataclasses.replace(chart.bars[0], label="=1+1"), *chart.bars[1:])
    charts = (dataclasses.replace(chart, bars=bars),)

    assert (
        disagreements(
            dataclasses.replace(content, charts=charts), dataclasses.replace(content, charts=charts)
        )
        == []
    )


def test_slides_are_dated_by_the_pack_and_not_by_the_clock(content):
    properties = Presentation(io.BytesIO(render_pptx(content))).core_properties

    assert f"{properties.created:%Y-%m-%d}" == content.header.as_of_date == "2025-01-10"
    assert properties.modified == properties.created
