"""Which columns a published table is parted by, and what the file of a part is called."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

Part = tuple[str | None, ...]
"""What one part's rows have in the columns that part their table, in that order."""

NO_ROWS = "%no_rows"
"""Name of the one file of a table that has no rows; no part's values give it."""

_NULL = "%null"
_EMPTY = "%empty"


def read_part_columns(manifest: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Read ``meta.parts`` of dbt's ``manifest.json``.

    Returns:
        By schema and table the columns that part it, texts all of them; a table that is published
        as one file is left out.
    """
    return {
        (node["schema"], node["name"]): tuple(node["config"]["meta"]["parts"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "parts" in node["config"].get("meta", {})
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
