"""Lay a content out as a PDF for print, with its fonts inside. Deterministic bytes, no network."""

import dataclasses
import datetime
from importlib import resources

import typst

from motcua.snapshot.model import PRINTED_LINES, Content, shortened, to_json

FONT = "Liberation Serif"


def render_pdf(content: Content) -> bytes:
    """Write the report of a content as a PDF dated by its as-of date; of lists the first lines."""
    moment = datetime.datetime.fromisoformat(f"{content.header.as_of_date}T00:00:00+00:00")
    here = resources.files(__package__)
    with resources.as_file(here / "fonts") as fonts:
        return bytes(
            typst.compile(
                {
                    "main": (here / "templates" / "report.typ").read_bytes(),
                    "content.json": to_json(
                        dataclasses.replace(shortened(content, PRINTED_LINES), cube=None)
                    ),
                },
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
                timestamp=int(moment.timestamp()),
            )
        )
