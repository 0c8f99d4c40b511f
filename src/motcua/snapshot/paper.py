"""Lay a content out as a PDF for print, with its fonts inside. Deterministic bytes, no network."""

import dataclasses
import datetime
import json
from importlib import resources

import typst

from motcua.snapshot.charts import PAPER_FONT, fonts, render_paper_svg, spoken
from motcua.snapshot.model import PRINTED_LINES, Content, shortened, to_compact_json

FONT = PAPER_FONT


def render_pdf(content: Content) -> bytes:
    """Write the report of a content as a PDF dated by its as-of date; of lists the first lines."""
    moment = datetime.datetime.fromisoformat(f"{content.header.as_of_date}T00:00:00+00:00")
    here = resources.files(__package__)
    drawings = (*content.charts, *content.maps)
    with fonts() as folder:
        return bytes(
            typst.compile(
                {
                    "main": (here / "templates" / "report.typ").read_bytes(),
                    "content.json": to_compact_json(
                        dataclasses.replace(shortened(content, PRINTED_LINES), cube=None)
                    ),
                    "spoken.json": json.dumps([spoken(one) for one in drawings]).encode(),
                    **{f"{one.code}.svg": render_paper_svg(one).encode() for one in drawings},
                },
                font_paths=[str(folder)],
                ignore_system_fonts=True,
                timestamp=int(moment.timestamp()),
            )
        )
