"""Make the working copy of a new version, with what staff wrote in the one before it."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from motcua.files import write_whole
from motcua.intake.deliveries import SourceFile
from motcua.intake.opening.edge import check_parts
from motcua.settings import Settings
from motcua.shelf.edge import (
    WORKING,
    folder_name,
    read_now,
    read_staff_texts,
    write_staff_texts,
)
from motcua.snapshot.model import Content, Section
from motcua.snapshot.pack import CONTENT
from motcua.staff.keeping import Reading, faults_of, moved_rows, new_rows, texts_of
from motcua.staff.places import UNPLACED, UNPLACED_TITLE, lay_out, places_of, read_copy

logger = logging.getLogger(__name__)

_MOST_BYTES = 200 * 2**20
"""What a report may unpack to: that of a whole province has some ten megabytes."""
_OPEN = (
    "{name} để nguyên vì đang mở để sửa (hoặc còn tệp khóa cạnh nó); lời trong đó sẽ được đọc khi "
    "lập bản sau."
)
_UNREADABLE = (
    "{name} để nguyên vì không đọc được: tệp hỏng hoặc đã mất dấu các chỗ ghi; lời trong đó phải "
    "chép tay sang đây."
)


def write_working_copy_of(settings: Settings, shelf: Path, content: Content, report: bytes) -> Path:
    """Make the working copy of a version and give where it lies; its caller holds the shelf.

    What staff wrote in the copy of the version before is kept in ``staff.jsonl`` and laid out at
    its places. That copy is kept beside under its version's name. One that is open or cannot be
    read stays as it is, the new one takes the version's name. Whatever could not be read as it was
    laid out is told in the log and above the new copy's text.

    Args:
        settings: the limits within which somebody else's files are read.
        shelf: the folder of the review.
        content: what the version says.
        report: the DOCX of the version.
    """
    header = content.header
    usual = target = shelf / WORKING / f"{header.pack_code}.docx"
    names = _names(content.sections)
    # Where the usual name was taken, the copy of the version before has that version's name.
    before = [usual, _named(usual, header.version - 1)]
    read = {path: _read(settings, shelf, path, names) for path in before if path.exists()}
    kept_as = {path: path for path in read}
    if isinstance(reading := read.get(usual), Reading):
        kept_as[usual] = _free(_named(usual, reading.copy.version))
    elif usual in read:
        target = _free(_named(usual, header.version))
    notes = [note for path, found in read.items() for note in _notes(found, kept_as[path].name)]
    texts = _keep(shelf, [found for found in read.values() if isinstance(found, Reading)], names)
    places = [place for place in places_of(content.sections) if place]
    made = lay_out(report, header.version, places, texts, notes)
    if target == usual and usual in read:
        usual.rename(kept_as[usual])
    for note in notes:
        logger.warning("%s: %s Bản làm việc mới: %s", usual.parent, note, target.name)
    return write_whole(target, made)


def _notes(found: Reading | str, name: str) -> list[str]:
    return faults_of(found, name) if isinstance(found, Reading) else [found.format(name=name)]


def _keep(
    shelf: Path, readings: Sequence[Reading], names: Mapping[str, str]
) -> Mapping[str, tuple[str, ...]]:
    """Keep what is new, move what has no place any more; give the paragraphs of each place."""
    kept = read_staff_texts(shelf)
    rows = new_rows(kept, readings)
    moved = moved_rows((*kept, *rows), names, read_now())
    if rows or moved:
        write_staff_texts(shelf, [*rows, *moved])
        logger.info("%s: kept what staff wrote in %d places", shelf.name, len(rows))
    return texts_of((*kept, *rows, *moved))


def _read(
    settings: Settings, shelf: Path, path: Path, otherwise: Mapping[str, str]
) -> Reading | str:
    """Read a working copy, or say why it cannot be.

    ``otherwise`` are the names of the places where its version is no longer there to ask.
    """
    if _is_open(path):
        return _OPEN
    limits = settings.model_copy(update={"max_workbook_bytes": _MOST_BYTES})
    try:
        check_parts(SourceFile(path.name, path), limits)
        data = path.read_bytes()
        copy = read_copy(data)
    except Exception as error:  # noqa: BLE001 - any fault of a file that others wrote
        logger.info("%s cannot be read: %s", path, type(error).__name__)
        return _UNREADABLE
    if copy is None:
        return _UNREADABLE
    names = _read_names(shelf, copy.version) or otherwise
    if UNPLACED in texts_of(read_staff_texts(shelf)):
        names = {**names, UNPLACED: UNPLACED_TITLE}
    return Reading(copy, names, hashlib.sha256(data).hexdigest(), read_now())


def _read_names(shelf: Path, version: int) -> Mapping[str, str]:
    """Give what the places of a version are called, by code; nothing where it is not there."""
    path = shelf / folder_name(version) / CONTENT
    if not path.exists():
        return {}
    told = json.loads(path.read_bytes())["sections"]
    return _names(TypeAdapter(tuple[Section, ...]).validate_python(told))


def _names(sections: Sequence[Section]) -> Mapping[str, str]:
    return {place.code: place.name for place in places_of(sections) if place}


def _is_open(path: Path) -> bool:
    """Tell whether Word or LibreOffice holds a file open: each lays a file of its own beside it."""
    names = (f"~${path.name}", f"~${path.name[1:]}", f"~${path.name[2:]}", f".~lock.{path.name}#")
    return any((path.parent / name).exists() for name in names)


def _named(usual: Path, version: int) -> Path:
    return usual.with_name(f"{usual.stem}.v{version:02d}.docx")


def _free(path: Path) -> Path:
    """Give the path, or the first numbered one where it is taken: nothing is written over."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}.docx")
        number += 1
    return free
