"""Foreign text on its way back: one line, of a bounded length, nothing that looks like a person."""

import re
from collections.abc import Callable
from functools import lru_cache

from motcua.returns.model import Column, Value
from motcua.snapshot.numbers import clean_text

MAX_LENGTH = 300
HIDDEN = "(không hiển thị)"
"""Stands for a faulty value that may be personal: columns shift, and a name lands in a date."""
PERSONAL = re.compile(r"(?<!\d)(\d{9}|0\d{9}|\d{12})(?!\d)|@")
"""Identity numbers of nine and twelve digits, telephone numbers, addresses of e-mail."""
_NO_XML = re.compile("[\ufffe\uffff]")
"""What no XML file may hold, besides the control characters."""


_BOOLEANS = {"true": "Có", "false": "Không"}


def shower_of(column: Column) -> Callable[[Value], Value]:
    """Give what shows a sound value of a column: its text, the word for its code, a number."""
    if column.type == "boolean":
        return lambda value: _BOOLEANS[str(value).lower()]
    if column.type != "string":
        return lambda value: value
    if column.words:
        return lambda value: cell_text(column.words.get(value, value))
    return cell_text


@lru_cache(maxsize=20_000)
def cell_text(text: str) -> str:
    """Bring a text to what a cell may show: no control characters, cut at a length."""
    if len(text) <= MAX_LENGTH and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # most of them: nothing to look for letter by letter
    cleaned = clean_text(_NO_XML.sub(" ", text))
    return cleaned if len(cleaned) <= MAX_LENGTH else f"{cleaned[: MAX_LENGTH - 1]}…"


def faulty_text(text: str, *, may_be_words: bool) -> str:
    """Give the text of a faulty cell, or what stands for it where it may be personal.

    Args:
        text: The source's text.
        may_be_words: The column's values are words of a list; else one without a digit, which no
            code, date or number is, is not shown.
    """
    cleaned = cell_text(text)
    is_strange = not may_be_words and not re.search(r"\d", cleaned)
    return HIDDEN if cleaned and (is_strange or PERSONAL.search(cleaned)) else cleaned
