"""The edge of arrivals: what waits in the inbox, and originals kept in raw."""

import contextlib
import datetime as dt
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from motcua.clock import read_clock
from motcua.contracts import (
    Locality,
    read_localities,
)
from motcua.errors import ChangedError, PipelineError
from motcua.files import write_whole
from motcua.intake import archives, deliveries, refusals
from motcua.intake.decoding import edge as decoding
from motcua.intake.deliveries import Manifest, SourceFile
from motcua.intake.model import Arrival, Context
from motcua.intake.opening import edge as opening
from motcua.intake.refusals import DeliveryRefusedError
from motcua.intake.settling import Look, is_awaited, seconds_to_wait
from motcua.receipts import (
    ReceivedFile,
)
from motcua.redactions import Redaction, of_file, read_redactions
from motcua.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry of the inbox that this run moved: whence, and where it now lies."""

    entry: Path
    place: Path


def count_waiting_bytes(settings: Settings, locality_code: str) -> int:
    """Add up the bytes of what a locality has waiting, in the inbox and in raw."""
    entries = list_inbox(settings, locality_code)
    entries += [one / "files" for one in list_undecided(settings, locality_code)]
    return sum(size for entry in entries for size, _ in _look_at(entry).files.values())


def read_raw_ids(settings: Settings, locality_code: str) -> list[str]:
    """Name the deliveries of a locality that raw holds."""
    folders = list_folders(settings.raw / locality_code)
    return [folder.name for folder in folders if (folder / "files").is_dir()]


def open_export(path: Path, scratch: Path, settings: Settings) -> list[SourceFile]:
    """List the data files of an export that is no delivery yet, archives unpacked in scratch."""
    return data_files(open_files(path.name, list_files(path), scratch, settings))


def list_folders(folder: Path) -> list[Path]:
    """List the folders in a folder, by name; none where there is no such folder."""
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def list_inbox(settings: Settings, locality_code: str) -> list[Path]:
    """List a locality's entries of the inbox that are named as deliveries and are not empty."""
    folder = settings.inbox / locality_code
    if not folder.is_dir():
        return []
    named = [path for path in folder.iterdir() if deliveries.is_delivery_name(path.name)]
    # An empty folder is one that somebody is still filling.
    return sorted(path for path in named if not _is_folder(path) or list_files(path))


def _look_at(entry: Path) -> Look:
    found = {}
    for file in list_files(entry):
        with contextlib.suppress(FileNotFoundError):
            status = file.path.lstat()
            found[file.name] = (status.st_size, status.st_mtime_ns)
    return Look(found)


def read_settled(settings: Settings, locality_code: str) -> list[Path]:
    """Give the entries of the inbox that are whole: unchanged for the time that files settle."""
    looks = {entry: _look_at(entry) for entry in list_inbox(settings, locality_code)}
    wait = seconds_to_wait(looks.values(), time.time_ns(), settings.settle_seconds)
    if wait:
        time.sleep(wait)
    settled = []
    for entry, look in looks.items():
        reason = _waits_for(settings, entry, look)
        if reason:
            logger.warning("inbox/%s/%s waits: %s", locality_code, entry.name, reason)
        else:
            settled.append(entry)
    return settled


def _waits_for(settings: Settings, entry: Path, before: Look) -> str | None:
    """Say what an entry of the inbox waits for; nothing for one that is whole."""
    now = _look_at(entry)
    if now != before:
        return "it is still being written"
    lacking = _lacking(entry)
    if is_awaited(now, lacking, time.time_ns(), settings.incomplete_hours):
        return f"its manifest names files that it lacks: {', '.join(lacking)}"
    return None


def _lacking(entry: Path) -> list[str]:
    """Name the files that a folder's manifest names and the folder lacks."""
    if not _is_folder(entry):
        return []
    files = list_files(entry)
    # One that cannot be read is no reason to wait: the delivery is refused for it.
    with contextlib.suppress(DeliveryRefusedError, OSError):
        names = [file.name for file in files if not _is_manifest(file)]
        return deliveries.missing_files(read_manifest(files), names)
    return []


def read_inbox(settings: Settings) -> list[tuple[str, str, str]]:
    """Name what lies in the inbox: the locality, the entry, what it waits for."""
    folders = {code: settings.inbox / code for code in read_localities(settings.localities)}
    return [
        (code, refusals.writable(entry.name), _inbox_state(settings, entry))
        for code, folder in folders.items()
        for entry in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if deliveries.is_delivery_name(entry.name)
    ]


def _inbox_state(settings: Settings, entry: Path) -> str:
    if _is_folder(entry) and not list_files(entry):
        return "the folder is empty"
    look = _look_at(entry)
    if seconds_to_wait([look], time.time_ns(), settings.settle_seconds):
        return f"it changed in the last {settings.settle_seconds:g} s"
    return _waits_for(settings, entry, look) or "the next intake"


def list_undecided(settings: Settings, locality_code: str) -> list[Path]:
    """List the folders of a locality's deliveries in raw that have no receipt."""
    return [
        folder
        for folder in list_folders(settings.raw / locality_code)
        if (folder / "files").is_dir()
        and any((folder / "files").iterdir())
        and not (settings.receipts / f"{folder.name}.json").exists()
    ]


def keep_original(context: Context, entry: Path) -> dict[str, Kept]:
    """Move an entry of the inbox into raw; the same bytes a second time are let go of.

    So are bytes of which raw has redacted a person's values: they must not come back.

    Returns:
        What was moved, by the delivery's id; nothing where nothing was.
    """
    settings, locality = context.settings, context.locality
    found = list_files(entry)
    sums = [(file.name, _sum_of(file.path)) for file in found]
    delivery_id = deliveries.delivery_id_of(
        locality.locality_code, sums, is_single=not _is_folder(entry)
    )
    folder = settings.raw / locality.locality_code / delivery_id
    files = folder / "files"
    folder.mkdir(parents=True, exist_ok=True)
    _write_arrival(folder, refusals.writable(entry.name))
    kept: dict[str, Kept] = {}
    if _holds(files, sums, is_single=not _is_folder(entry)):
        _remove(entry)
    else:
        kept[delivery_id] = Kept(entry, files if _is_folder(entry) else files / entry.name)
        _move(entry, files)
    for path in files.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o444)
    if (settings.receipts / f"{delivery_id}.json").exists():
        logger.info("%s: the same bytes have been taken in before", delivery_id)
    return kept


def _give_back(kept: Kept, folder: Path) -> None:
    """Put a delivery that was still being written back in the inbox; it never came."""
    logger.warning("inbox/%s: it was still being written, so it waits", kept.entry.name)
    for file in list_files(kept.place):
        if _is_regular(file.path):
            file.path.chmod(0o644)
    kept.place.rename(kept.entry)
    shutil.rmtree(folder)


def gave_back(context: Context, kept: Mapping[str, Kept], fault: Exception) -> bool:
    """Give back a delivery of this run that a program went on writing while it was read."""
    if not isinstance(fault, ChangedError) or fault.delivery_id not in kept:
        return False
    locality_code = context.locality.locality_code
    folder = context.settings.raw / locality_code / fault.delivery_id
    _give_back(kept[fault.delivery_id], folder)
    return True


def check_unchanged(arrival: Arrival, files: Sequence[ReceivedFile]) -> None:
    """Raise where raw does not hold the bytes that a delivery's id was made from.

    The sums are taken after the files were read, so that nothing changed in between.
    """
    sums = [(file.file_name, file.sha256) for file in files]
    code = arrival.locality.locality_code
    ids = {
        deliveries.delivery_id_of(code, sums, is_single=is_single)
        for is_single in (False, *((True,) if len(sums) == 1 else ()))
    }
    if arrival.delivery_id not in ids:
        raise ChangedError(arrival.delivery_id, str(arrival.files))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def list_files(entry: Path) -> list[SourceFile]:
    """List the files of a delivery by their names in it; links are listed, never followed."""
    if not _is_folder(entry):
        return [SourceFile(refusals.writable(entry.name), entry)]
    paths = [path for path in sorted(entry.rglob("*")) if not _is_folder(path)]
    return [
        SourceFile(refusals.writable(path.relative_to(entry).as_posix()), path) for path in paths
    ]


def _is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _sum_of(path: Path) -> str:
    if _is_regular(path):
        return decoding.read_scan(path).sha256
    target = path.readlink() if path.is_symlink() else ""
    return hashlib.sha256(f"not a file: {target}".encode()).hexdigest()


def _holds(files: Path, sums: Sequence[tuple[str, str]], *, is_single: bool) -> bool:
    """Say whether raw has these very bytes; what is there and differs is a fault, not data."""
    if not files.is_dir():
        return False
    kept = [(file.file_name, file.sha256) for file in read_files(files.parent)]
    if not kept:
        return False
    same = (
        [value for _, value in kept] == [value for _, value in sums]
        if is_single
        else sorted(kept) == sorted(sums)
    )
    if not same:
        raise PipelineError("intake", f"{files} does not hold the bytes that its id was made from")
    return True


def _write_arrival(folder: Path, name: str) -> None:
    path = folder / "arrival.json"
    if path.exists():
        return
    text = json.dumps(
        {"arrived_at": read_clock().isoformat(), "delivery_name": name}, ensure_ascii=False
    )
    write_whole(path, text + "\n")


def read_arrival(locality: Locality, folder: Path) -> Arrival:
    """Read who sent a delivery in raw, when it came and under which name."""
    try:
        written = json.loads((folder / "arrival.json").read_text(encoding="utf-8"))
        arrived_at = dt.datetime.fromisoformat(written["arrived_at"])
        name = written["delivery_name"]
    except (OSError, ValueError, KeyError) as error:
        raise PipelineError("intake", f"{folder}/arrival.json: {error}") from error
    return Arrival(locality, folder.name, folder, arrived_at, name)


def _move(entry: Path, files: Path) -> None:
    """Move an entry of the inbox to raw by a rename; across disks by copy, flush and rename."""
    place = files
    if not _is_folder(entry):
        files.mkdir(exist_ok=True)
        place = files / entry.name
    try:
        entry.rename(place)
    except OSError as error:
        if error.errno != 18:  # EXDEV: another file system
            raise
        # The copy grows outside files/, where nothing half-copied may lie.
        _copy_across(entry, files.parent / f".{entry.name}.partial", place)
        _remove(entry)


def _copy_across(entry: Path, partial: Path, place: Path) -> None:
    _remove(partial)
    if _is_folder(entry):
        shutil.copytree(entry, partial, symlinks=True)
    else:
        shutil.copy2(entry, partial, follow_symlinks=False)
    for path in [partial, *partial.rglob("*")]:
        if _is_regular(path):
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    if place.is_dir():
        place.rmdir()
    partial.replace(place)


def _remove(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def open_files(
    delivery_name: str, originals: Sequence[SourceFile], scratch: Path, settings: Settings
) -> list[SourceFile]:
    """List the files to read, archives unpacked among the working files."""
    files: list[SourceFile] = []
    budget = archives.budget_of(settings)
    for file in originals:
        if not _is_regular(file.path):
            raise DeliveryRefusedError("file_not_regular", file.name)
        if archives.is_clutter(file.name):
            continue
        if file.path.suffix.lower() == ".zip":
            files += opening.write_members(file.path, file.name, scratch, budget)
        else:
            files.append(_readable(file, scratch))
    if not files:
        raise DeliveryRefusedError("delivery_empty", delivery_name)
    return files


def _readable(file: SourceFile, scratch: Path) -> SourceFile:
    """Give a file whose path is no UTF-8 by a copy that a reader can be told of."""
    if refusals.writable(str(file.path)) == str(file.path):
        return file
    copy = scratch / f"original-{file.path.stat().st_ino}{file.path.suffix}"
    copy = copy if refusals.writable(copy.name) == copy.name else copy.with_suffix("")
    shutil.copyfile(file.path, copy)
    return SourceFile(file.name, copy)


def _is_manifest(file: SourceFile) -> bool:
    return Path(file.name).name.casefold() == deliveries.MANIFEST


def data_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    """Give a delivery's files but its manifest, by name."""
    return sorted((file for file in files if not _is_manifest(file)), key=lambda file: file.name)


def read_manifest(files: Sequence[SourceFile]) -> Manifest:
    """Read the manifest of a delivery; an empty one where there is none."""
    found = sorted(filter(_is_manifest, files), key=lambda file: (file.name.count("/"), file.name))
    if not found:
        return Manifest()
    return deliveries.parse_manifest(found[0].path.read_bytes(), found[0].name)


def read_files(folder: Path) -> tuple[ReceivedFile, ...]:
    """Read the originals of a delivery in raw as its receipt tells of them.

    Of a file in which a person's values were redacted, size and sum are those of the bytes that
    came, by which it is known, and ``redacted_sha256`` is the sum of what lies there now.

    Raises:
        PipelineError: Such a file is not as the last redaction left it.
    """
    redactions = read_redactions(folder)
    return tuple(
        _read_received(file, of_file(redactions, file.name))
        for file in list_files(folder / "files")
    )


def _read_received(file: SourceFile, redactions: Sequence[Redaction]) -> ReceivedFile:
    found = _sum_of(file.path)
    if redactions:
        if found != redactions[-1].new_sha256:
            reason = f"{file.path} is not as its last redaction left it; restore it from a backup"
            raise PipelineError("intake", reason)
        came = redactions[0]
        return ReceivedFile(
            file_name=file.name,
            byte_count=came.old_byte_count,
            sha256=came.old_sha256,
            redacted_sha256=found,
        )
    return ReceivedFile(
        file_name=file.name,
        byte_count=file.path.stat().st_size if _is_regular(file.path) else 0,
        sha256=found,
    )
