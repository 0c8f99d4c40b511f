"""Into which parts a published table is written, and what the file of a part is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from motcua.sql import quoted

Part = tuple[str | None, ...]
"""What one part's rows have in the columns that part their table, in that order; of a large part
that is parted by quarters also the quarter, as ``2024-Q4``, null where the row has no date."""

NO_ROWS = "%no_rows"
"""Name of the one file of a table that has no rows; no part's values give it."""
LARGE_PART = 200_000
"""Rows beyond which a part is parted by quarters: a delivery touches few quarters of a locality
that has many dossiers, and where each has few, as where communes send, files stay few, too."""

_NULL = "%null"
_EMPTY = "%empty"


@dataclass(frozen=True, slots=True)
class Parting:
    """What a table is parted by: columns, all of them texts, and of large parts quarters of a date.

    ``quarter_of``: the column of that date or moment; none: parts stay whole, however large.
    """

    columns: tuple[str, ...]
    quarter_of: str | None = None

    def condition(self, part: Part) -> str:
        """Write the condition that a part's rows meet."""
        told = [
            f"{name} is null" if value is None else f"{name} = {quoted(value)}"
            for name, value in zip(self.columns, part, strict=False)
        ]
        if len(part) > len(self.columns):
            told.append(self._quarter_condition(part[-1]))
        return " and ".join(told)

    def _quarter_condition(self, value: str | None) -> str:
        if value is None:
            return f"year({self.quarter_of}) is null"
        year, _, quarter = value.rpartition("-Q")
        return f"year({self.quarter_of}) = {year} and quarter({self.quarter_of}) = {quarter}"


def read_partings(manifest: Mapping[str, Any]) -> dict[tuple[str, str], Parting]:
    """Read ``meta.parts`` and ``meta.quarter_of`` of dbt's ``manifest.json``.

    Returns:
        By schema and table; a table that is published as one file is left out.
    """
    return {
        (node["schema"], node["name"]): Parting(tuple(meta["parts"]), meta.get("quarter_of"))
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "parts" in (meta := node["config"].get("meta", {}))
    }


def name_part(part: Part) -> str:
    """Name the file of a part, without its ending: ``('2024-CY', 'ag-tinh')`` → 2024-CY.ag-tinh.

    No two parts of a table share a name. What is no ASCII letter, digit, ``-``, ``_`` or ``~`` is
    written as percent and hexadecimal digits, also a first ``_``, since readers of folders pass
    over names that begin with it; no text and the empty one have names that no such digits make.
    """
    return ".".join(map(_name_value, part))


def _name_value(value: str | None) -> str:
    if value is None:
        return _NULL
    if not value:
        return _EMPTY
    name = quote(value, safe="").replace(".", "%2E")
    return f"%5F{name[1:]}" if name.startswith("_") else name
