"""How long what can be made again is kept, and how much of the disk a home may hold.

Originals, receipts, accepted rows, reasons of refusal and packs are kept for good. The rest goes at
the end of a publish, when the settings say so; a rebuild makes it again from the originals.
"""

import logging
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from motcua.receipts import Receipt, read_receipts
from motcua.settings import Settings

logger = logging.getLogger(__name__)

REMEDIES = {
    "landing/accepted": "accepted rows are kept: move the home to a larger disk",
    "landing/inbox": "take in what waits: `motcua intake`",
    "landing/quarantine": "lower MOTCUA_KEEP_CHECKS_DAYS, then `motcua build`",
    "landing/raw": "originals are kept: move the home to a larger disk",
    "var/airflow": "delete old folders in var/airflow/logs",
    "var/data_docs": "lower MOTCUA_KEEP_CHECKS_DAYS, then `motcua build`",
    "var/returns": "lower MOTCUA_KEEP_RETURNS_DAYS, then `motcua build`",
    "var/scratch": "delete what is in it while nothing runs",
    "var/snapshots": "packs are kept: move the home to a larger disk",
    "var/warehouse": "lower MOTCUA_KEEP_RELEASES, then `motcua build`",
}
"""What to do about a folder that is large."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A file or folder that a setting no longer keeps."""

    setting: str
    path: Path


def find_outdated(settings: Settings, now: datetime) -> list[Outdated]:
    """Find what is past its time: releases, returns, results of checks and their pages."""
    return [
        *_old_releases(settings),
        *(
            outdated
            for receipt in read_receipts(settings.receipts)
            for outdated in _old_traces(settings, receipt, now)
        ),
    ]


def run_retention(settings: Settings, now: datetime) -> int:
    """Delete what is past its time, and give how many files and folders that were."""
    found = find_outdated(settings, now)
    for outdated in found:
        if outdated.path.is_dir():
            shutil.rmtree(outdated.path)
        else:
            outdated.path.unlink(missing_ok=True)
    for setting, count in Counter(outdated.setting for outdated in found).items():
        logger.info("%s: %s deleted", setting, count)
    return len(found)


def read_sizes(settings: Settings) -> dict[str, int]:
    """Give the bytes of each folder of a home, largest first; a file of two names counts once."""
    seen: set[tuple[int, int]] = set()
    sizes = {
        f"{zone}/{folder.name}": sum(_new_sizes(folder, seen))
        for zone in ("landing", "var")
        for folder in sorted((settings.home / zone).glob("*/"))
    }
    return dict(sorted(sizes.items(), key=lambda one: one[1], reverse=True))


def _old_releases(settings: Settings) -> Iterator[Outdated]:
    """Name the releases beyond those kept; what ``current`` and ``previous`` lead to always is."""
    linked = {
        (settings.warehouse / link).resolve().name
        for link in ("current", "previous")
        if (settings.warehouse / link).is_symlink()
    }
    others = [
        release
        for release in (settings.warehouse / "releases").glob("*/")
        if release.name not in linked and not release.name.startswith(".")
    ]
    others.sort(key=lambda release: (release.stat().st_mtime_ns, release.name), reverse=True)
    for release in others[max(settings.keep_releases - len(linked), 0) :]:
        yield Outdated("MOTCUA_KEEP_RELEASES", release)


def _old_traces(settings: Settings, receipt: Receipt, now: datetime) -> Iterator[Outdated]:
    """Name what a delivery left that is past its time."""
    age = now - datetime.fromisoformat(receipt.arrived_at)
    if age > timedelta(days=settings.keep_returns_days):
        folder = settings.returns / receipt.locality_code
        for path in sorted(folder.glob(f"tra_lai_*_{receipt.delivery_id[:8]}.*")):
            yield Outdated("MOTCUA_KEEP_RETURNS_DAYS", path)
    if age > timedelta(days=settings.keep_checks_days):
        results = settings.quarantine / receipt.delivery_id
        for path in sorted(results.glob("validation-*.json")):
            yield Outdated("MOTCUA_KEEP_CHECKS_DAYS", path)
        if (page := settings.data_docs / receipt.delivery_id).is_dir():
            yield Outdated("MOTCUA_KEEP_CHECKS_DAYS", page)


def _new_sizes(folder: Path, seen: set[tuple[int, int]]) -> Iterator[int]:
    """Give the size of each file under a folder that was not seen before; follow no link."""
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                found = (Path(parent) / name).lstat()
            except FileNotFoundError:  # gone meanwhile
                continue
            if (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                yield found.st_size
