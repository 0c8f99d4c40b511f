"""The formats of a return's workbook."""

from functools import cached_property
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from motcua.office import FONT

_FILLS = {"critical": "#F8B4B4", "warning": "#FFE699", "": None}
_FORMATS = {
    "timestamp": "dd/mm/yyyy hh:mm:ss",
    "date": "dd/mm/yyyy",
    "integer": "#,##0",
    "year": "0",
    "string": "@",
}
_DECIMALS = "#,##0.00##"


class Styles:
    """The formats of a workbook, made once each."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._values: dict[tuple[str, str], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        wanted = {"font_name": FONT, "font_size": 11, "valign": "top", **properties}
        return self._workbook.add_format(wanted)

    @cached_property
    def banner(self) -> Format:
        return self(bold=True, font_color="#B00020", font_size=12)

    @cached_property
    def title(self) -> Format:
        return self(bold=True, font_size=14)

    @cached_property
    def note(self) -> Format:
        return self(italic=True, font_color="#444444")

    @cached_property
    def head(self) -> Format:
        return self(
            bold=True,
            border=1,
            align="center",
            valign="vcenter",
            text_wrap=True,
            bg_color="#1F3A5F",
            font_color="white",
        )

    @cached_property
    def label(self) -> Format:
        return self(bold=True, border=1, bg_color="#E8EDF3", text_wrap=True)

    @cached_property
    def boxed(self) -> Format:
        """The format of foreign text: text, whatever it begins with."""
        return self(border=1, num_format="@", quote_prefix=True, text_wrap=True)

    @cached_property
    def count(self) -> Format:
        return self(border=1, num_format="#,##0", align="right")

    @cached_property
    def number(self) -> Format:
        return self(border=1, align="center")

    def value(self, kind: str, severity: str) -> Format:
        """The format of a value: how its type is written, filled where it is wrong."""
        key = (kind, severity)
        if key not in self._values:
            self._values[key] = self._value(kind, severity)
        return self._values[key]

    def empty(self, kind: str) -> Format:
        """The format of a column where it has no value."""
        text = kind in ("string", "boolean")
        return self(num_format="@" if text else _FORMATS.get(kind, _DECIMALS))

    @cached_property
    def frame(self) -> Format:
        """The frame of an empty cell."""
        return self._workbook.add_format({"border": 1})

    def _value(self, kind: str, severity: str) -> Format:
        properties: dict[str, Any] = {"border": 1, "num_format": _FORMATS.get(kind, _DECIMALS)}
        if kind in ("string", "boolean"):
            properties |= {"num_format": "@", "quote_prefix": True, "text_wrap": True}
        if _FILLS[severity]:
            properties |= {"bg_color": _FILLS[severity], "bold": True}
        return self(**properties)
