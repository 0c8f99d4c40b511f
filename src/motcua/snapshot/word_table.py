"""A table of the content model as WordprocessingML, written directly: it may be long."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from motcua.snapshot.listing import cell_codes
from motcua.snapshot.model import Column, Row, Table
from motcua.snapshot.widths import fit

_FILLS = {"body": "", "group": "E8EDF3", "total": "D5DEE9"}
_HEAD_FILL = "DDE5EE"
_TWIPS = 20
"""Twentieths of a point in a point."""
FIGURE_TAG = "motcua:"
"""What the tag of every figure's content control begins with."""
_TAG_LENGTH = 64


@dataclass(frozen=True, slots=True)
class _Box:
    """One cell as Word lays it out."""

    text: str
    width: int
    span: int = 1
    merge: str = ""
    fill: str = ""
    align: str = "left"
    is_bold: bool = False
    is_italic: bool = False
    figure_code: str = ""


def control_around(runs: str, figure_code: str, name: str = "", namespaces: str = "") -> str:
    """Write the content control that keeps a figure's code around its text, however it is edited.

    A control of rich text: in one of plain text LibreOffice shows the paragraph's size, not the
    run's.

    Args:
        runs: the ``w:r`` inside it.
        figure_code: as ``listing.shown_figures`` has it; Word allows a tag 64 characters.
        name: what Word shows above the figure while it is edited.
        namespaces: declarations, where the control is parsed by itself.
    """
    alias = f'<w:alias w:val="{_attribute(name[:_TAG_LENGTH])}"/>' if name else ""
    return (
        f"<w:sdt{f' {namespaces}' if namespaces else ''}><w:sdtPr>{alias}"
        f'<w:tag w:val="{FIGURE_TAG}{_attribute(figure_code)}"/></w:sdtPr>'
        f"<w:sdtContent>{runs}</w:sdtContent></w:sdt>"
    )


def table_element(table: Table, width_mm: float, half_points: int):
    """Make the ``w:tbl`` of a table: grid as wide as given, header rows repeated on every page."""
    fitted = fit(table, width_mm, half_points / 2)
    half_points = round(fitted.size * 2)
    widths = [round(width * _TWIPS) for width in fitted.widths]
    padding = round(fitted.padding * _TWIPS)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = "".join(
        _row(boxes, half_points, is_head=True) for boxes in _head_boxes(table.columns, widths)
    )
    body = "".join(
        _row(_body_boxes(row, widths, codes), half_points, is_head=False)
        for row, codes in zip(table.rows, cell_codes(table), strict=True)
    )
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{_borders()}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{padding}" w:type="dxa"/>'
        f'<w:right w:w="{padding}" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblCaption w:val="{_attribute(table.title)}"/>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>"
    )


def _head_boxes(columns: Sequence[Column], widths: Sequence[int]) -> list[list[_Box]]:
    lines: list[list[_Box]] = []
    has_groups = any(column.group for column in columns)
    if has_groups:
        lines.append(_group_boxes(columns, widths))
    titles = [
        _Box(
            "" if has_groups and not column.group else column.title,
            width,
            merge="continue" if has_groups and not column.group else "",
            fill=_HEAD_FILL,
            align="center",
            is_bold=True,
        )
        for column, width in zip(columns, widths, strict=True)
    ]
    lines.append(titles)
    marks = ([c.number for c in columns], [c.formula for c in columns])
    lines += [
        [
            _Box(value, width, align="center", is_italic=True)
            for value, width in zip(values, widths, strict=True)
        ]
        for values in marks
        if any(values)
    ]
    return lines


def _group_boxes(columns: Sequence[Column], widths: Sequence[int]) -> list[_Box]:
    boxes: list[_Box] = []
    pairs = zip(columns, widths, strict=True)
    for group, members in groupby(enumerate(pairs), lambda item: item[1][0].group or item[0]):
        found = [pair for _, pair in members]
        width = sum(width for _, width in found)
        if isinstance(group, str):
            box = _Box(group, width, len(found), "", _HEAD_FILL, "center", is_bold=True)
        else:
            title = found[0][0].title
            box = _Box(title, width, 1, "restart", _HEAD_FILL, "center", is_bold=True)
        boxes.append(box)
    return boxes


def _body_boxes(row: Row, widths: Sequence[int], codes: Sequence[str]) -> list[_Box]:
    fill = _FILLS[row.kind]
    return [
        _Box(
            cell.text,
            width,
            fill=fill,
            align="left" if cell.kind == "text" else "right",
            is_bold=bool(fill),
            is_italic=cell.value is None,
            figure_code=code,
        )
        for cell, width, code in zip(row.cells, widths, codes, strict=True)
    ]


def _row(boxes: Sequence[_Box], half_points: int, *, is_head: bool) -> str:
    head = "<w:tblHeader/>" if is_head else ""
    cells = "".join(_cell(box, half_points) for box in boxes)
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{cells}</w:tr>"


def _cell(box: _Box, half_points: int) -> str:
    span = f'<w:gridSpan w:val="{box.span}"/>' if box.span > 1 else ""
    merge = f'<w:vMerge w:val="{box.merge}"/>' if box.merge else ""
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{box.fill}"/>' if box.fill else ""
    bold = "<w:b/>" if box.is_bold else ""
    italic = "<w:i/>" if box.is_italic else ""
    run = (
        f'<w:r><w:rPr>{bold}{italic}<w:sz w:val="{half_points}"/>'
        f'<w:szCs w:val="{half_points}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(box.text)}</w:t></w:r>'
    )
    if box.figure_code:
        run = control_around(run, box.figure_code)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{box.width}" w:type="dxa"/>{span}{merge}{fill}'
        '<w:vAlign w:val="center"/></w:tcPr>'
        '<w:p><w:pPr><w:spacing w:before="10" w:after="10" w:line="240" w:lineRule="auto"/>'
        f'<w:ind w:firstLine="0"/><w:jc w:val="{box.align}"/>'
        f'<w:rPr><w:sz w:val="{half_points}"/></w:rPr></w:pPr>{run}</w:p></w:tc>'
    )


def _borders() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    return "".join(f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>' for side in sides)


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
