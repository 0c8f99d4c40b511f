"""What a delivery is: its id, manifest and time of export, and which file fills which dataset."""

import datetime as dt
import fnmatch
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from motcua.contracts import Contract, Layout, fold
from motcua.datasets import DATASETS
from motcua.intake.casting import LOCAL_ZONE
from motcua.intake.refusals import DeliveryRefusedError

MANIFEST = "manifest.json"
ZONE = ZoneInfo(LOCAL_ZONE)


class ManifestFile(BaseModel):
    """One file, or one sheet of it, and how many records it holds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    sheet: str | None = None
    row_count: int | None = Field(None, ge=0)


class ManifestPeriod(BaseModel):
    """The days of reception that a full export holds, both in; a side left out is open."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    first: dt.date | None = Field(None, alias="from")
    last: dt.date | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _first_is_not_after_last(self) -> "ManifestPeriod":
        if self.first and self.last and self.first > self.last:
            message = "from is after to"
            raise ValueError(message)
        return self


class Manifest(BaseModel):
    """What the sender says of a delivery. Every key is optional.

    ``is_full``: all dossiers that the sender holds are in it, of the ``period`` where one is named.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    exported_at: dt.datetime | None = None
    is_simulated: bool = False
    is_full: bool | None = None
    period: ManifestPeriod = ManifestPeriod()
    files: tuple[ManifestFile, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to decode: its name in the delivery, where its bytes lie now."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Plan:
    """A contract that fits a delivery: which files fill which dataset, and which nobody knows."""

    contract: Contract
    files: Mapping[str, tuple[SourceFile, ...]]
    unknown_files: tuple[str, ...]


def delivery_id_of(locality_code: str, sums: Sequence[tuple[str, str]], *, is_single: bool) -> str:
    """Make a delivery's id from its content.

    Args:
        locality_code: Who sent it.
        sums: Name and SHA-256 of each file.
        is_single: One file or zip, whose name does not count: renaming makes no new delivery.
    """
    sha = hashlib.sha256(f"{locality_code}\n".encode())
    for name, file_sum in sorted(
        (unicodedata.normalize("NFC", name), value) for name, value in sums
    ):
        sha.update(f"{file_sum}\n".encode() if is_single else f"{name}\0{file_sum}\n".encode())
    return sha.hexdigest()[:16]


def is_delivery_name(name: str) -> bool:
    """Say whether a name in the inbox is a delivery (architecture §2)."""
    return not name.startswith((".", "_")) and not name.endswith(".partial")


def parse_manifest(text: bytes, name: str) -> Manifest:
    """Check the text of a manifest."""
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        keys = sorted({".".join(map(str, problem["loc"])) or "JSON" for problem in error.errors()})
        raise DeliveryRefusedError("manifest_unreadable", name, ", ".join(keys)) from None


def check_manifest_files(manifest: Manifest, names: Iterable[str], delivery_name: str) -> None:
    """Refuse a delivery that lacks a file which its manifest names."""
    for name in missing_files(manifest, names):
        raise DeliveryRefusedError("manifest_file_missing", delivery_name, name)


def missing_files(manifest: Manifest, names: Iterable[str]) -> list[str]:
    """Name the files that a manifest names and a delivery lacks."""
    present = {key for name in names for key in _keys_of(name)}
    return [entry.name for entry in manifest.files if not set(_keys_of(entry.name)) & present]


def expected_count(manifest: Manifest, layout: Layout, names: Sequence[str]) -> int | None:
    """Give the records that the manifest promises for a dataset; null when it does not say."""
    if layout.explode:
        return None
    total = 0
    for name in names:
        entries = [
            entry
            for entry in manifest.files
            if set(_keys_of(entry.name)) & set(_keys_of(name)) and _same_sheet(entry, layout)
        ]
        # A pattern of sheets takes several, each with an entry of its own.
        of_sheets = [entry for entry in entries if entry.sheet and layout.sheet]
        counts = [entry.row_count for entry in of_sheets or entries[:1]]
        if not counts or None in counts:
            return None
        total += sum(counts)
    return total


def plan_files(contract: Contract, files: Sequence[SourceFile]) -> Plan | None:
    """Say which files fill which dataset of a contract; nothing when none does."""
    by_dataset = {
        code: tuple(file for file in files if _fits(file.name, contract.datasets[code]))
        for code in DATASETS
        if code in contract.datasets
    }
    filled = {code: found for code, found in by_dataset.items() if found}
    known = {file.name for found in filled.values() for file in found}
    unknown = tuple(file.name for file in files if file.name not in known)
    return Plan(contract, filled, unknown) if filled else None


def exported_at_of(
    contract: Contract, manifest: Manifest, name: str, arrived_at: dt.datetime
) -> tuple[dt.datetime, Literal["manifest", "file_name", "arrival"]]:
    """Give the local civil time of export and where it was read."""
    if manifest.exported_at is not None:
        return _local(manifest.exported_at, contract.time_zone), "manifest"
    rule = contract.exported_at
    if rule.source == "file_name" and rule.pattern and rule.format:
        found = re.search(rule.pattern, name)
        try:
            written = dt.datetime.strptime(found.group(1), rule.format) if found else None  # noqa: DTZ007
        except ValueError:
            written = None
        if written is not None:
            return _local(written, contract.time_zone), "file_name"
    return arrived_at, "arrival"


def full_period_of(
    contract: Contract, manifest: Manifest
) -> tuple[bool, dt.date | None, dt.date | None]:
    """Say whether a delivery is a full export, and of which days of reception.

    The manifest's word goes before the contract's; days count for a full export only.
    """
    is_full = contract.is_full if manifest.is_full is None else manifest.is_full
    return (True, manifest.period.first, manifest.period.last) if is_full else (False, None, None)


def _local(moment: dt.datetime, zone: str) -> dt.datetime:
    if zone == "as_written":
        return moment.replace(tzinfo=None)
    known = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return known.astimezone(ZONE).replace(tzinfo=None)


def _keys_of(name: str) -> tuple[str, str]:
    path = PurePosixPath(unicodedata.normalize("NFC", name).casefold())
    return str(path), path.name


def _same_sheet(entry: ManifestFile, layout: Layout) -> bool:
    if entry.sheet is None or layout.sheet is None or entry.sheet == layout.sheet:
        return True
    return fnmatch.fnmatchcase(fold(entry.sheet), fold(layout.sheet))


def _fits(name: str, layout: Layout) -> bool:
    whole, last = _keys_of(name)
    patterns = [unicodedata.normalize("NFC", pattern).casefold() for pattern in layout.files]
    return any(fnmatch.fnmatchcase(key, pattern) for pattern in patterns for key in (whole, last))
