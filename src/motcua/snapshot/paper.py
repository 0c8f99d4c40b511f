"""Lay a content out as a PDF for print, with its fonts inside. Deterministic bytes, no network."""

import dataclasses
import datetime
import json
from importlib import resources

import typst

from motcua.snapshot.charts import PAPER_FONT, fonts, render_paper_svg, spoken
from motcua.snapshot.model import PRINTED_LINES, Content, Table, shortened, to_compact_json
from motcua.snapshot.widths import TEXT_WIDTH_MM, WIDE_WIDTH_MM, Fit, fit

FONT = PAPER_FONT
_SIZES = ((14, 8.0), (9, 8.5), (0, 10.0))
"""Letters in points of a table with more columns than so many, where it fits."""
_SUMMARY_SIZE = 9.0


def render_pdf(content: Content) -> bytes:
    """Write the report of a content as a PDF dated by its as-of date; of lists the first lines."""
    moment = datetime.datetime.fromisoformat(f"{content.header.as_of_date}T00:00:00+00:00")
    here = resources.files(__package__)
    printed = dataclasses.replace(shortened(content, PRINTED_LINES), cube=None)
    drawings = (*content.charts, *content.maps)
    with fonts() as folder:
        return bytes(
            typst.compile(
                {
                    "main": (here / "templates" / "report.typ").read_bytes(),
                    "content.json": to_compact_json(printed),
                    "fits.json": json.dumps(
                        {code: dataclasses.asdict(one) for code, one in _fits(printed).items()}
                    ).encode(),
                    "spoken.json": json.dumps([spoken(one) for one in drawings]).encode(),
                    **{f"{one.code}.svg": render_paper_svg(one).encode() for one in drawings},
                },
                font_paths=[str(folder)],
                ignore_system_fonts=True,
                timestamp=int(moment.timestamp()),
            )
        )


def _fits(content: Content) -> dict[str, Fit]:
    """Fit each table where it stands: upright in the report, on its side in an annex."""
    upright = {"ten", *(code for section in content.sections for code in section.table_codes)}
    return {
        table.code: fit(
            table, TEXT_WIDTH_MM if table.code in upright else WIDE_WIDTH_MM, _size(table)
        )
        for table in content.tables
        if table.rows
    }


def _size(table: Table) -> float:
    if table.code == "ten":
        return _SUMMARY_SIZE
    return next(size for more_than, size in _SIZES if len(table.columns) > more_than)
