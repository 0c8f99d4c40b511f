"""What is kept of working copies: which rows a reading adds, what the next copy holds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from motcua.shelf.states import StaffText
from motcua.staff.places import UNPLACED, UNPLACED_TITLE, Copy


@dataclass(frozen=True, slots=True)
class Reading:
    """A working copy that was read.

    Attributes:
        copy: its places.
        names: what the places are called that its version was laid out with, by code.
        sha256: the sum of its file.
        at: when.
    """

    copy: Copy
    names: Mapping[str, str]
    sha256: str
    at: str


_BY_MARKS = (
    "{name}: phần mềm đã lưu tệp này làm mất ô ghi lời ở {count} chỗ (LibreOffice cũ làm như vậy). "
    "Lời ở đó được đọc theo dấu trang (bookmark); đề nghị so lại với tệp ấy."
)
_MISSING = (
    "{name}: không còn chỗ ghi lời của: {places}. Ở đó đặt lại lời đã giữ từ trước; lời mới ghi "
    "phải chép tay từ tệp ấy."
)


def faults_of(reading: Reading, name: str) -> list[str]:
    """Say what a copy, whose file has that name, did not have as it was laid out."""
    has_control = {found.code: found.has_control for found in reading.copy.places}
    missing = [place for code, place in reading.names.items() if code not in has_control]
    faults = []
    if not all(has_control.values()):
        count = list(has_control.values()).count(False)
        faults.append(_BY_MARKS.format(name=name, count=count))
    if missing:
        faults.append(_MISSING.format(name=name, places="; ".join(missing)))
    return faults


def latest(rows: Sequence[StaffText]) -> dict[str, StaffText]:
    """Give the row of each place that counts, by its code."""
    return {row.section_code: row for row in rows}


def new_rows(kept: Sequence[StaffText], readings: Sequence[Reading]) -> list[StaffText]:
    """Give a row for each place that holds something else than is kept of it.

    Only what differs from what was laid out in its own file counts. Where two copies were written
    in, a place holds the paragraphs of both.
    """
    known = latest(kept)
    rows: dict[str, StaffText] = {}
    for reading in readings:
        for found in reading.copy.places:
            if not found.is_changed:
                continue
            before = rows[found.code].paragraphs if found.code in rows else ()
            rows[found.code] = StaffText(
                version=reading.copy.version,
                section_code=found.code,
                section_name=reading.names.get(found.code, found.code),
                paragraphs=(*before, *(line for line in found.paragraphs if line not in before)),
                source_sha256=reading.sha256,
                at=reading.at,
            )
    return [
        row
        for code, row in rows.items()
        if code not in known or known[code].paragraphs != row.paragraphs
    ]


def moved_rows(kept: Sequence[StaffText], codes: Collection[str], at: str) -> list[StaffText]:
    """Give the rows by which what has no place any more moves to the end of the copy.

    Args:
        kept: every row so far.
        codes: the places that the new version has.
        at: when.
    """
    known = latest(kept)
    gone = [row for code, row in known.items() if code not in {*codes, UNPLACED} and row.paragraphs]
    if not gone:
        return []
    listed = list(known[UNPLACED].paragraphs) if UNPLACED in known else []
    for row in gone:
        listed += [f"[{row.section_name}, bản {row.version:02d}] {line}" for line in row.paragraphs]
    emptied = [row.model_copy(update={"paragraphs": (), "at": at}) for row in gone]
    end = gone[-1].model_copy(
        update={
            "section_code": UNPLACED,
            "section_name": UNPLACED_TITLE,
            "paragraphs": tuple(listed),
            "at": at,
        }
    )
    return [*emptied, end]


def texts_of(kept: Sequence[StaffText]) -> Mapping[str, tuple[str, ...]]:
    """Give the paragraphs of each place that holds any."""
    return {code: row.paragraphs for code, row in latest(kept).items() if row.paragraphs}
