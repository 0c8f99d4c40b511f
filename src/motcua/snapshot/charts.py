"""Draw a chart as SVG, without a browser or the network, readable in black and white.

What draws is imported where it draws: it takes a second that no reader or verifier should wait.
"""

import re
import textwrap

from motcua.snapshot.model import Chart

INK = "#010203"
BAR = "#040506"
_COLOURS = {INK: "currentColor", BAR: "var(--bar)"}
_FONT = "Noto Sans, Liberation Sans, Arial, sans-serif"
_BAR_STEP = 34
_LABEL_LETTERS = 38
_LABEL_LINES = 2


def render_svg(chart: Chart) -> str:
    """Draw a chart; its colours are those of the page around it, in light and in dark."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(_specification(chart)))
    for drawn, shown in _COLOURS.items():
        svg = svg.replace(drawn, shown)
    svg = re.sub(r'\b(id="|url\(#)', rf"\g<1>{chart.code}-", svg)
    return re.sub(
        r"<svg ",
        '<svg role="img" aria-hidden="true" focusable="false" ',
        svg,
        count=1,
    )


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
