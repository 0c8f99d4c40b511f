"""How wide the columns of a printed table are: as they ask for, but never too narrow for a word."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from PIL import ImageFont

from motcua.snapshot.model import Column, Table

TEXT_WIDTH_MM = 160.0
"""Between the margins of an upright page."""
WIDE_WIDTH_MM = 252.0
"""Between the margins of a page on its side."""
POINTS_PER_MM = 72 / 25.4
_MANY = 12
_NARROW, _WIDE = 1.75, 3.5
"""Room at each side of a cell's words in points: of many columns, of few."""
_SLACK = 0.6
"""Half a line of the border at each side, and what is lost to rounding."""
_STEP, _SMALLEST = 0.5, 6.0
"""By what letters become smaller where a table is too wide, and how small at last, in points."""
_LONG = 16
"""Letters from which a word may break anywhere (a code, an address), so that any width will do."""
_PIECE = 8
_EM = 1000


@dataclass(frozen=True, slots=True)
class Fit:
    """How a table is printed: size of letters, width of each column, room beside its words.

    All in points.
    """

    size: float
    widths: tuple[float, ...]
    padding: float


def fit(table: Table, width_mm: float, size: float) -> Fit:
    """Share a width among a table's columns so that each holds its longest word.

    Where they need more than there is, letters become smaller; below 6 points the narrowest break.

    Args:
        table: what is printed, lists already shortened.
        width_mm: from margin to margin.
        size: of letters in points, where the table fits.
    """
    padding = _NARROW if len(table.columns) > _MANY else _WIDE
    width = width_mm * POINTS_PER_MM
    beside = 2 * padding + _SLACK
    ems = [max((_em(*word) for word in words), default=0.0) for words in _words(table)]
    while size > _SMALLEST and sum(em * size + beside for em in ems) > width:
        size -= _STEP
    least = [em * size + beside for em in ems]
    return Fit(size, tuple(share(table.columns, least, width)), padding)


def share(columns: Sequence[Column], least: Sequence[float], width: float) -> list[float]:
    """Share a width in proportion to what columns ask for, none below its least if that can be."""
    if sum(least) >= width:
        return [one * width / sum(least) for one in least]
    fixed: set[int] = set()
    while True:
        asked = sum(column.width for at, column in enumerate(columns) if at not in fixed)
        left = width - sum(least[at] for at in fixed)
        widths = [
            least[at] if at in fixed else column.width / asked * left
            for at, column in enumerate(columns)
        ]
        narrow = {at for at, one in enumerate(widths) if one < least[at]}
        if not narrow:
            return widths
        fixed |= narrow


def _words(table: Table) -> Iterator[set[tuple[str, bool]]]:
    """Give of each column the words that must not break, and whether they are bold."""
    for at, column in enumerate(table.columns):
        words = {(word, True) for word in _parts(column.title)}
        for row in table.rows:
            is_bold = row.kind != "body"
            words |= {(word, is_bold) for word in _parts(row.cells[at].text)}
        yield words


def _parts(text: str) -> list[str]:
    """Split a text where it may break; a figure keeps its unit."""
    words = text.replace(" %", "\u00a0%").split(" ")
    return [word if len(word) < _LONG else word[:_PIECE] for word in words]


@cache
def _em(word: str, is_bold: bool) -> float:
    """Measure a word in the font of the report, in sizes of its letters."""
    return _font(is_bold).getlength(word) / _EM


@cache
def _font(is_bold: bool) -> ImageFont.FreeTypeFont:
    """Read the font: that of the PDF, whose letters are as wide as those of Times New Roman."""
    name = f"LiberationSerif-{'Bold' if is_bold else 'Regular'}.ttf"
    data = (resources.files(__package__) / "fonts" / name).read_bytes()
    return ImageFont.truetype(io.BytesIO(data), _EM, layout_engine=ImageFont.Layout.BASIC)
