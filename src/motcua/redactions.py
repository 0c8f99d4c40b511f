"""Redactions: what was taken out of the originals of a delivery at a person's request.

``landing/raw/<locality>/<delivery_id>/redactions.json`` holds one entry a file and request, in
order of time. It tells how often and why, never what.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from motcua.files import write_whole

FILE_NAME = "redactions.json"


class Redaction(BaseModel):
    """Cells of one file that were emptied for one person; sums before and after."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    redacted_at: str
    token: str
    reason: str
    file_name: str
    cell_count: int
    old_byte_count: int
    old_sha256: str
    new_sha256: str


_LIST = TypeAdapter(tuple[Redaction, ...])


def read_redactions(folder: Path) -> tuple[Redaction, ...]:
    """Read what was redacted in a delivery's folder in raw; nothing where nothing was."""
    path = folder / FILE_NAME
    return _LIST.validate_json(path.read_bytes()) if path.exists() else ()


def write_redactions(redactions: Iterable[Redaction], folder: Path) -> None:
    """Write all redactions of a delivery by replacing their file whole."""
    listed = [redaction.model_dump() for redaction in redactions]
    write_whole(folder / FILE_NAME, json.dumps(listed, ensure_ascii=False, indent=1) + "\n")


def of_file(redactions: Iterable[Redaction], file_name: str) -> tuple[Redaction, ...]:
    """Give the redactions of one file: the first knows the bytes that came, the last those here."""
    return tuple(one for one in redactions if one.file_name == file_name)
