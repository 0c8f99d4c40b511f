"""Draw a chart as SVG or PNG, without a browser or the network, readable in black and white.

What draws is imported where it draws: it takes a second that no reader or verifier should wait.
"""

import re
import textwrap
from contextlib import AbstractContextManager
from functools import lru_cache
from importlib import resources
from pathlib import Path

from motcua.snapshot.model import Chart

INK = "#010203"
BAR = "#040506"
_SCREEN_COLOURS = {INK: "currentColor", BAR: "var(--bar)"}
_PAPER_COLOURS = {INK: "#000000", BAR: "#6e6e6e"}
_FONT = "Noto Sans, Liberation Sans, Arial, sans-serif"
PAPER_FONT = "Liberation Serif"
"""The font of what is printed; it lies beside, so that every machine draws the same."""
_DPI = 220
_BAR_STEP = 34
_LABEL_LETTERS = 38
_LABEL_LINES = 2


def render_svg(chart: Chart) -> str:
    """Draw a chart; its colours are those of the page around it, in light and in dark."""
    svg = _coloured(chart, _SCREEN_COLOURS)
    svg = re.sub(r'\b(id="|url\(#)', rf"\g<1>{chart.code}-", svg)
    return re.sub(
        r"<svg ",
        '<svg role="img" aria-hidden="true" focusable="false" ',
        svg,
        count=1,
    )


def render_paper_svg(chart: Chart) -> str:
    """Draw a chart in black and grey, in the font of the paper."""
    return _coloured(chart, _PAPER_COLOURS).replace(_FONT, PAPER_FONT)


@lru_cache(maxsize=32)
def render_png(chart: Chart) -> bytes:
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


def spoken(chart: Chart) -> str:
    """Say what a chart shows, for who cannot see it."""
    return f"{chart.title}. " + "; ".join(f"{bar.label}: {bar.text}" for bar in chart.bars)


def _coloured(chart: Chart, colours: dict[str, str]) -> str:
    svg = _drawn(chart)
    for drawn, shown in colours.items():
        svg = svg.replace(drawn, shown)
    return svg


@lru_cache(maxsize=32)
def _drawn(chart: Chart) -> str:
    """Draw a chart once for all that shows it; renderings differ in colours and font."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_specification(chart)))


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
        .properties(width=330, height=_BAR_STEP * len(rows), padding=_padding())
        .configure(font=_FONT, background="transparent")
        .configure_view(stroke=None)
    )
    return dict(layered.to_dict())


def _label(text: str) -> list[str]:
    """Break a label into at most two lines."""
    lines = textwrap.wrap(text, _LABEL_LETTERS) or [""]
    if len(lines) <= _LABEL_LINES:
        return lines
    return [lines[0], f"{lines[1]} …"]


def _padding() -> dict[str, int]:
    """Room for the words at both ends of the bars."""
    return {"left": 10, "right": 10, "top": 5, "bottom": 5}
