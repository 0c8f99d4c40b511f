"""Lay a content out as one page that opens offline: everything it needs is inside it."""

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from motcua.snapshot.charts import render_svg
from motcua.snapshot.model import PAGE_LINES, Column, Content, Row, Table, shortened


def render_html(content: Content) -> bytes:
    """Write the page of a content; of long lists the first lines."""
    content = shortened(content, PAGE_LINES)
    charts = [(chart, Markup(render_svg(chart))) for chart in content.charts]  # noqa: S704 - drawn here
    page = _template("page.html").render(
        content=content,
        header=content.header,
        charts=charts,
        style=Markup(_text("page.css") + _page_margins(content)),  # noqa: S704 - our own file
        script=Markup(_text("page.js")),  # noqa: S704 - our own file
    )
    return page.encode()


def column_groups(columns: tuple[Column, ...]) -> list[tuple[str, int]]:
    """Give the group headings above the columns, each with the number of columns below it."""
    groups: list[tuple[str, int]] = []
    for column in columns:
        if column.group and groups and groups[-1][0] == column.group:
            groups[-1] = (column.group, groups[-1][1] + 1)
        else:
            groups.append((column.group, 1))
    return groups


def row_groups(table: Table) -> list[tuple[Row | None, list[Row]]]:
    """Give the body of a table in groups: the line of subtotals, if any, and the lines below it."""
    groups: list[tuple[Row | None, list[Row]]] = []
    for row in table.rows:
        if row.kind == "group":
            groups.append((row, []))
        elif row.kind == "body":
            if not groups:
                groups.append((None, []))
            groups[-1][1].append(row)
    return groups


def total_row(table: Table) -> Row | None:
    """Give the line of totals."""
    return table.rows[-1] if table.rows and table.rows[-1].kind == "total" else None


def _page_margins(content: Content) -> str:
    """Put banner, frame and page number into the margins of every printed page."""
    header = content.header
    boxes = {
        "top-center": f"{_css_string(header.banner)}; font-weight: bold",
        "bottom-left": _css_string(f"{header.review_code} · {header.version_line}"),
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
        "row_groups": row_groups,
        "total_row": total_row,
    }
    return environment.from_string(_text(name))


def _text(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text("utf-8")
