"""Draw charts and maps as SVG or PNG, without browser or network, readable in black and white.

What draws is imported where it draws: it takes a second that no reader or verifier should wait.
"""

import json
import math
import re
import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from importlib import resources
from pathlib import Path

from motcua.snapshot.model import Chart, Map

INK = "#010203"
BAR = "#040506"
SHADES = tuple(f"#07080{number}" for number in range(5))
"""Of a map's classes by number; the first is that of units without figures."""
_SCREEN_COLOURS = {
    INK: "currentColor",
    BAR: "var(--bar)",
    **{shade: f"var(--map-{number})" for number, shade in enumerate(SHADES)},
}
_GREYS = ("#ffffff", "#e3e3e3", "#b3b3b3", "#808080", "#4a4a4a")
_PAPER_COLOURS = {INK: "#000000", BAR: "#6e6e6e", **dict(zip(SHADES, _GREYS, strict=True))}
_FONT = "Noto Sans, Liberation Sans, Arial, sans-serif"
PAPER_FONT = "Liberation Serif"
"""The font of what is printed; it lies beside, so that every machine draws the same."""
_DPI = 220
_BAR_STEP = 34
_LABEL_LETTERS = 38
_LABEL_LINES = 2
_PADDING = {"left": 10, "right": 10, "top": 5, "bottom": 5}
_WIDER = 1.3
"""Pixels that a letter of the widest usual font (DejaVu Sans) is wider than one of Arial."""
_MAP_WIDTH = 480
_MAP_HEIGHTS = (120, 480)
_LEGEND_STEP = 22

Drawing = Chart | Map


def render_svg(chart: Drawing) -> str:
    """Draw a chart; its colours are those of the page around it, in light and in dark."""
    svg = _coloured(chart, _SCREEN_COLOURS)
    svg = re.sub(r'\b(id="|url\(#)', rf"\g<1>{chart.code}-", svg)
    return re.sub(
        r"<svg ",
        '<svg role="img" aria-hidden="true" focusable="false" ',
        svg,
        count=1,
    )


def render_paper_svg(chart: Drawing) -> str:
    """Draw a chart in black and grey, in the font of the paper."""
    return _coloured(chart, _PAPER_COLOURS).replace(_FONT, PAPER_FONT)


@lru_cache(maxsize=32)
def render_png(chart: Drawing) -> bytes:
    """Draw a chart as a picture for documents that take no SVG, as it is on paper.

    By the fonts that lie beside alone: those of a machine may lack letters, or draw others.
    """
    import typst

    page = '#set page(width: auto, height: auto, margin: 0pt)\n#image("chart.svg")'
    files = {"main": page.encode(), "chart.svg": render_paper_svg(chart).encode()}
    with fonts() as folder:
        made = typst.compile(
            files, font_paths=[str(folder)], ignore_system_fonts=True, format="png", ppi=_DPI
        )
    return bytes(made)


def fonts() -> AbstractContextManager[Path]:
    """Give the folder of the fonts that paper is printed in."""
    return resources.as_file(resources.files(__package__) / "fonts")


def spoken(chart: Drawing) -> str:
    """Say what a chart or a map shows, for who cannot see it."""
    if isinstance(chart, Map):
        return f"{chart.title}. " + ". ".join(f"{one.label}: {one.text}" for one in chart.classes)
    return f"{chart.title}. " + "; ".join(f"{bar.label}: {bar.text}" for bar in chart.bars)


def _coloured(chart: Drawing, colours: dict[str, str]) -> str:
    svg = _drawn(chart)
    for drawn, shown in colours.items():
        svg = svg.replace(drawn, shown)
    return svg


@lru_cache(maxsize=32)
def _drawn(chart: Drawing) -> str:
    """Draw a chart once for all that shows it; renderings differ in colours and font."""
    import vl_convert

    drawn = _map_specification if isinstance(chart, Map) else _specification
    return str(vl_convert.vegalite_to_svg(drawn(chart)))


def _specification(chart: Chart) -> dict[str, object]:
    import altair

    lines = [_label(bar.label) for bar in chart.bars]
    rows = [
        {
            "key": f"{position:03d}",
            "label": label,
            "line_count": len(label),
            "value": bar.value,
            "text": bar.text,
        }
        for position, (bar, label) in enumerate(zip(chart.bars, lines, strict=True))
    ]
    longest = chart.full_value or max((bar.value for bar in chart.bars), default=1.0) or 1.0
    scale = altair.Scale(domain=[0, longest], nice=False)
    base = altair.Chart(altair.Data(values=rows)).encode(
        y=altair.Y("key:N", sort=None, title=None, axis=None),
    )
    bars = base.mark_bar(color=BAR, height=18).encode(
        x=altair.X("value:Q", scale=scale, title=None, axis=None)
    )
    values = base.mark_text(align="left", dx=5, color=INK, fontSize=13).encode(
        x=altair.X("value:Q", scale=scale), text="text:N"
    )
    labels = [
        base.transform_filter(altair.datum.line_count == count)
        .mark_text(align="right", x=-8, dy=up, color=INK, fontSize=13, lineHeight=14)
        .encode(text="label:N")
        for count, up in ((1, 0), (2, -7))
    ]
    layered = (
        altair.layer(bars, values, *labels)
        .properties(width=330, height=_BAR_STEP * len(rows), padding=_padding(chart, lines))
        .configure(font=_FONT, background="transparent")
        .configure_view(stroke=None)
    )
    return dict(layered.to_dict())


def _map_specification(shown: Map) -> dict[str, object]:
    """Draw one path a unit, and below it the legend: a square and its words for each class."""
    import altair

    shapes = [json.loads(area.geometry) for area in shown.areas]
    features = [
        {"type": "Feature", "geometry": shape, "properties": {"shade": SHADES[area.class_no]}}
        for area, shape in zip(shown.areas, shapes, strict=True)
    ]
    units = (
        altair.Chart(altair.Data(values=features))
        .mark_geoshape(stroke=INK, strokeWidth=0.7)
        .encode(fill=altair.Fill("properties.shade:N", scale=None))
        .project(type="mercator")
        .properties(width=_MAP_WIDTH, height=_map_height(shapes))
    )
    rows = [
        {"key": f"{position}", "label": one.label, "shade": SHADES[one.class_no]}
        for position, one in enumerate(shown.classes)
    ]
    lines = altair.Chart(altair.Data(values=rows)).encode(
        y=altair.Y("key:N", sort=None, title=None, axis=None)
    )
    squares = lines.mark_square(size=220, stroke=INK, strokeWidth=0.7, opacity=1).encode(
        x=altair.value(10), fill=altair.Fill("shade:N", scale=None)
    )
    words = lines.mark_text(align="left", color=INK, fontSize=13).encode(
        x=altair.value(28), text="label:N"
    )
    legend = altair.layer(squares, words).properties(
        width=_MAP_WIDTH, height=_LEGEND_STEP * len(rows)
    )
    both = (
        altair.vconcat(units, legend, bounds="flush", padding=_PADDING)
        .configure(font=_FONT, background="transparent")
        .configure_view(stroke=None)
    )
    return dict(both.to_dict())


def _map_height(shapes: list[dict[str, list[list[list[list[float]]]]]]) -> int:
    """Give the height in pixels at which the units fill the width, within limits."""
    points = [point for shape in shapes for rings in shape["coordinates"] for point in rings[0]]
    across, up = ([point[axis] for point in points] for axis in (0, 1))
    wide = (max(across) - min(across)) * math.cos(math.radians((max(up) + min(up)) / 2))
    lowest, highest = _MAP_HEIGHTS
    return round(min(max(_MAP_WIDTH * (max(up) - min(up)) / wide, lowest), highest))


def _label(text: str) -> list[str]:
    """Break a label into at most two lines."""
    lines = textwrap.wrap(text, _LABEL_LETTERS) or [""]
    if len(lines) <= _LABEL_LINES:
        return lines
    return [lines[0], f"{lines[1]} …"]


def _padding(chart: Chart, lines: Sequence[Sequence[str]]) -> dict[str, int]:
    """Give room at both ends of the bars: a machine may have wider letters than it is drawn by."""
    label = max((len(line) for label in lines for line in label), default=0)
    value = max((len(bar.text) for bar in chart.bars), default=0)
    return {
        **_PADDING,
        "left": _PADDING["left"] + math.ceil(label * _WIDER),
        "right": _PADDING["right"] + math.ceil(value * _WIDER),
    }
