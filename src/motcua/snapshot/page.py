"""Lay a content out as one page that opens offline: everything it needs is inside it."""

import base64
import hashlib
import json
from functools import cache, partial
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from motcua.snapshot.charts import render_svg
from motcua.snapshot.drill import is_asked, page_data
from motcua.snapshot.listing import cell_codes
from motcua.snapshot.model import PAGE_LINES, Cell, Column, Content, Row, Table, shortened

_SCRIPTS = ("words.js", "tables.js", "cube.js", "panel.js", "views.js")
"""The scripts of the page in the order that they build on each other."""
_dumps = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


def render_html(content: Content) -> bytes:
    """Write the page of a content; of long lists the first lines."""
    content = shortened(content, PAGE_LINES)
    charts = [(chart, Markup(render_svg(chart))) for chart in content.charts]  # noqa: S704 - drawn here
    maps = [(drawn, Markup(render_svg(drawn))) for drawn in content.maps]  # noqa: S704 - drawn here
    style = _text("page.css") + _page_margins(content)
    script = '"use strict";\n(function () {\n' + "".join(map(_text, _SCRIPTS)) + "})();\n"
    page = _template("page.html").render(
        content=content,
        header=content.header,
        charts=charts,
        maps=maps,
        policy=content_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        data=htmlsafe_json_dumps(page_data(content), dumps=_dumps),
    )
    return page.encode()


def content_policy(style: str, script: str) -> str:
    """Allow the page its own style and script, by their sums, and nothing from anywhere."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def column_groups(columns: tuple[Column, ...]) -> list[tuple[str, int]]:
    """Give the group headings above the columns, each with the number of columns below it."""
    groups: list[tuple[str, int]] = []
    for column in columns:
        if column.group and groups and groups[-1][0] == column.group:
            groups[-1] = (column.group, groups[-1][1] + 1)
        else:
            groups.append((column.group, 1))
    return groups


Line = tuple[Row, tuple[tuple[Cell, str], ...]]
"""A line of a table and its cells, each with the code of its figure where there is one to ask."""


def table_lines(table: Table) -> list[Line]:
    """Give the lines of a table with the codes of their figures."""
    return [
        (
            row,
            tuple(
                (cell, code if is_asked(code, cell) else "")
                for cell, code in zip(row.cells, codes, strict=True)
            ),
        )
        for row, codes in zip(table.rows, cell_codes(table), strict=True)
    ]


def line_groups(lines: list[Line]) -> list[tuple[Line | None, list[Line]]]:
    """Give the body of a table in groups: the line of subtotals, if any, and the lines below it."""
    groups: list[tuple[Line | None, list[Line]]] = []
    for line in lines:
        if line[0].kind == "group":
            groups.append((line, []))
        elif line[0].kind == "body":
            if not groups:
                groups.append((None, []))
            groups[-1][1].append(line)
    return groups


def _page_margins(content: Content) -> str:
    """Put banner, frame and page number into the margins of every printed page."""
    header = content.header
    boxes = {
        "top-center": f"{_css_string(header.banner)}; font-weight: bold",
        "bottom-left": _css_string(f"{header.pack_code} · {header.version_line}"),
        "bottom-center": _css_string(header.as_of_line),
        "bottom-right": 'counter(page) "/" counter(pages)',
    }
    lines = "".join(
        f"@{name} {{ content: {text}; font-size: 8pt; }} " for name, text in boxes.items()
    )
    return f"@page {{ {lines}}}\n"


def _css_string(text: str) -> str:
    """Write words as a string of CSS, in which nothing of theirs can end the string."""
    safe = "".join(
        letter if letter.isalnum() or letter in " ·–()/:," else f"\\{ord(letter):x} "
        for letter in text
    )
    return f'"{safe}"'


@cache
def _template(name: str) -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "column_groups": column_groups,
        "line_groups": line_groups,
        "table_lines": table_lines,
    }
    return environment.from_string(_text(name))


def _text(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text("utf-8")
