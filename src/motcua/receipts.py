"""Receipts: what became of a delivery. One JSON file each, the same bytes if it is made again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from motcua.files import write_whole


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReceivedFile(_Frozen):
    """A file of the delivery as it came, before any unpacking.

    ``redacted_sha256`` is the sum of what lies there since a person's values were redacted.
    """

    file_name: str
    byte_count: int
    sha256: str
    redacted_sha256: str | None = None


class Check(_Frozen):
    """What one expectation of a suite found in one dataset of the delivery."""

    dataset_code: str
    rule_code: str
    expectation_type: str
    severity_code: Literal["critical", "warning"]
    scope_code: Literal["row", "delivery"]
    is_met: bool
    unexpected_count: int
    sentence: str


class Rescue(_Frozen):
    """What was done so that a dataset could be read, or is odd in it: cells or lines, no value."""

    rescue_code: str
    column_name: str | None
    affected_count: int
    sentence: str


class DatasetCount(_Frozen):
    """Conservation of one dataset: source_count = accepted_count + refused_count.

    ``line_count`` are the records read; where a contract says that lines repeat an entity,
    ``folded_count`` of them repeat another and ``source_count`` is the rest. Where it says that
    numbered columns become rows, ``spread_count`` are the cells of each line beyond its first, so
    that always line_count + spread_count = folded_count + source_count. ``left_out_count`` are
    rows that the contract says are not data (column numbers, totals).
    """

    dataset_code: str
    line_count: int
    spread_count: int = 0
    folded_count: int
    left_out_count: int
    source_count: int
    accepted_count: int
    refused_count: int
    warned_count: int
    accepted_file: str | None
    rescues: tuple[Rescue, ...] = ()


class Receipt(_Frozen):
    """One delivery: where it came from, when, what was taken and what was not.

    ``is_full``: declared to hold every dossier received from ``full_from_date`` to
    ``full_to_date``, both in; a day that is null is open.
    """

    delivery_id: str
    locality_code: str
    locality_name: str
    province_code: str
    delivery_name: str
    contract_code: str | None
    contract_sha256: str | None
    suites_sha256: str | None
    arrived_at: str
    exported_at: str
    exported_at_source: Literal["manifest", "file_name", "arrival"]
    is_simulated: bool
    state_code: Literal["accepted", "accepted_in_part", "refused"]
    refusal_code: str | None
    refusal_sentence: str | None
    files: tuple[ReceivedFile, ...]
    datasets: tuple[DatasetCount, ...]
    checks: tuple[Check, ...]
    unknown_columns: tuple[str, ...]
    unknown_files: tuple[str, ...] = ()
    is_full: bool = False
    full_from_date: str | None = None
    full_to_date: str | None = None


def write_receipt(receipt: Receipt, folder: Path) -> Path:
    """Write a receipt by replacing its file whole, and give its path."""
    text = json.dumps(receipt.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
    return write_whole(folder / f"{receipt.delivery_id}.json", text)


def read_receipt(path: Path) -> Receipt:
    """Read one receipt."""
    return Receipt.model_validate_json(path.read_text(encoding="utf-8"))


def read_receipts(folder: Path) -> Iterator[Receipt]:
    """Read every receipt of a folder, by delivery id."""
    for path in sorted(folder.glob("*.json")):
        yield read_receipt(path)
