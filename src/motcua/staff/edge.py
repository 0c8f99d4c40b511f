"""Make the working copy of a new version, with what staff wrote in the one before it."""

import hashlib
import logging
from pathlib import Path

from motcua.files import write_whole
from motcua.intake.deliveries import SourceFile
from motcua.intake.opening.edge import check_parts
from motcua.settings import Settings
from motcua.shelf.edge import WORKING, read_now, read_staff_texts, write_staff_texts
from motcua.snapshot.model import Content
from motcua.staff.keeping import Reading, moved_rows, new_rows, texts_of
from motcua.staff.places import lay_out, places_of, read_copy

logger = logging.getLogger(__name__)

_MOST_BYTES = 200 * 2**20
"""What a report may unpack to: that of a whole province has some ten megabytes."""
_OPEN = "đang mở để sửa (hoặc còn tệp khóa cạnh nó), lần lập bản sau sẽ đọc"
_UNREADABLE = "không đọc được: tệp hỏng hoặc đã mất dấu các chỗ ghi; lời trong đó phải chép tay"


def write_working_copy_of(settings: Settings, shelf: Path, content: Content, report: bytes) -> Path:
    """Make the working copy of a version and give where it lies; its caller holds the shelf.

    What staff wrote in the copy of the version before is kept in ``staff.jsonl`` and laid out at
    its places. That copy is kept beside under its version's name. One that is open or cannot be
    read stays as it is, the new one takes the version's name, and the log says so.

    Args:
        settings: the limits within which somebody else's files are read.
        shelf: the folder of the review.
        content: what the version says.
        report: the DOCX of the version.
    """
    header = content.header
    usual = shelf / WORKING / f"{header.pack_code}.docx"
    # Where the usual name was taken, the copy of the version before has that version's name.
    before = [usual, _named(usual, header.version - 1)]
    read = {path: _read(settings, path) for path in before if path.exists()}
    places = [place for place in places_of(content.sections) if place]
    _keep(shelf, [reading for reading in read.values() if isinstance(reading, Reading)])
    kept = read_staff_texts(shelf)
    if moved := moved_rows(kept, {place.code for place in places}, read_now()):
        write_staff_texts(shelf, moved)
        kept = (*kept, *moved)
    made = lay_out(report, header.version, places, texts_of(kept))
    if isinstance(reading := read.get(usual), Reading):
        usual.rename(_free(_named(usual, reading.copy.version)))
    target = _free(_named(usual, header.version)) if usual.exists() else usual
    for path, reason in read.items():
        if isinstance(reason, str):
            logger.warning("%s để nguyên, %s. Bản làm việc mới: %s", path, reason, target)
    return write_whole(target, made)


def _keep(shelf: Path, readings: list[Reading]) -> None:
    rows = new_rows(read_staff_texts(shelf), readings)
    if rows:
        write_staff_texts(shelf, rows)
        logger.info("%s: kept what staff wrote in %d places", shelf.name, len(rows))


def _read(settings: Settings, path: Path) -> Reading | str:
    """Read a working copy, or say why it cannot be."""
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
    return Reading(copy, hashlib.sha256(data).hexdigest(), read_now())


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
