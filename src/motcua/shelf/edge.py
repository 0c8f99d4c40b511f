"""Read and write what lies on the shelf beside the packs: acts, errata, the page of all packs.

``var/snapshots/<review_code>/`` holds the versions ``v<NN>/``, ``states.jsonl``, ``errata.jsonl``,
``conclusions.jsonl``, ``staff.jsonl``, ``lam_viec/``, where staff edit a copy of the report in
Word, the draft notice of conclusions and its workbook, and ``cong_khai/`` with the public pack of
each version that has one.
"""

import contextlib
import fcntl
import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from motcua.errors import PipelineError
from motcua.files import write_whole
from motcua.settings import Settings
from motcua.shelf.page import Entry, Review, render_index
from motcua.shelf.states import (
    DIFFERENCES,
    MANIFEST,
    Act,
    Answer,
    Conclusion,
    Erratum,
    StaffText,
    StateCode,
    last_sealed,
    state_of,
)

STATES = "states.jsonl"
ERRATA = "errata.jsonl"
ANSWERS = "giai_trinh.jsonl"
CONCLUSIONS = "conclusions.jsonl"
STAFF_TEXTS = "staff.jsonl"
WORKING = "lam_viec"
PUBLIC = "cong_khai"
"""The folder of a review's public packs: versions and a journal of their own."""

_VERSION = re.compile(r"v(\d{2,})")
_COPY = re.compile(r"\.v(\d{2,})(-\d+)?\.docx$")
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_Rows = TypeVar("_Rows", bound=BaseModel)


@contextlib.contextmanager
def lock_review(settings: Settings, review_code: str) -> Iterator[Path]:
    """Hold the shelf of a review against other processes, mended, and give its folder."""
    with _lock(settings.scratch / f"snapshot-{review_code}.lock"):
        folder = settings.snapshots / review_code
        _mend(folder)
        yield folder


def read_place(settings: Settings, path: Path) -> tuple[str, int]:
    """Give review code and version of a pack on the shelf.

    Raises:
        PipelineError: the path is not ``var/snapshots/<review_code>/v<NN>`` of this home.
    """
    folder = path.resolve()
    match = _VERSION.fullmatch(folder.name)
    if match is None or folder.parent.parent != settings.snapshots.resolve():
        raise PipelineError("pack", f"{path} is not a version under {settings.snapshots}")
    return folder.parent.name, int(match[1])


def folder_name(version: int) -> str:
    """Name the folder of a version."""
    return f"v{version:02d}"


def read_versions(shelf: Path) -> list[int]:
    """Give the versions of a review in order."""
    names = [entry.name for entry in shelf.iterdir()] if shelf.is_dir() else []
    return sorted(int(match[1]) for name in names if (match := _VERSION.fullmatch(name)))


def read_sealed(settings: Settings) -> list[Path]:
    """Give the folders of all sealed versions, in the order of reviews and versions."""
    found = []
    for shelf in sorted(settings.snapshots.glob("*/")):
        acts = read_acts(shelf)
        sealed = [one for one in read_versions(shelf) if state_of(acts, one) == "sealed"]
        found += [shelf / folder_name(version) for version in sealed]
    return found


def read_acts(shelf: Path) -> tuple[Act, ...]:
    """Read the acts of a review in the order that they were done."""
    return _read_rows(shelf / STATES, Act)


def read_errata(shelf: Path) -> tuple[Erratum, ...]:
    """Read the errata of a review in the order that they were noted."""
    return _read_rows(shelf / ERRATA, Erratum)


def read_answers(shelf: Path) -> tuple[Answer, ...]:
    """Read what agencies wrote back on the versions of a review, in the order that it was read."""
    return _read_rows(shelf / ANSWERS, Answer)


def write_answers(shelf: Path, answers: Sequence[Answer]) -> None:
    """Keep answers of one workbook; those of bytes that were read before are not kept twice."""
    known = {one.source_sha256 for one in read_answers(shelf)}
    _append(shelf / ANSWERS, *(one for one in answers if one.source_sha256 not in known))


def write_act(shelf: Path, version: int, state_code: StateCode, by: str, reason: str) -> Act:
    """Note that a version came into a state now."""
    act = Act(
        version=version,
        state_code=state_code,
        by=by,
        at=read_now(),
        reason=reason,
        manifest_sha256=read_manifest_sha256(shelf / folder_name(version)),
    )
    _append(shelf / STATES, act)
    return act


def write_erratum(
    shelf: Path, version: int, figure: tuple[str, str, str], text: str, by: str
) -> Erratum:
    """Note that a figure (code, name, text as printed) of a version was found wrong."""
    code, name, printed = figure
    erratum = Erratum(
        version=version,
        figure_code=code,
        figure_name=name,
        printed=printed,
        text=text,
        by=by,
        at=read_now(),
    )
    _append(shelf / ERRATA, erratum)
    return erratum


def read_other_errata(settings: Settings, review_code: str) -> tuple[tuple[str, Erratum], ...]:
    """Read the errata of the other reviews of a review's province, each with its review's code."""
    province_code = review_code.rpartition("-")[2]
    shelves = sorted(settings.snapshots.glob(f"*-{province_code}/"))
    return tuple(
        (shelf.name, erratum)
        for shelf in shelves
        if shelf.name != review_code
        for erratum in read_errata(shelf)
    )


def read_conclusions(settings: Settings) -> list[Conclusion]:
    """Read what all meetings concluded, in the order of reviews and of the notices."""
    shelves = sorted(settings.snapshots.glob("*/"))
    return [row for shelf in shelves for row in _read_rows(shelf / CONCLUSIONS, Conclusion)]


def write_conclusions(shelf: Path, rows: Sequence[Conclusion]) -> None:
    """Write what a meeting concluded in place of what was read before."""
    write_whole(shelf / CONCLUSIONS, "".join(f"{row.model_dump_json()}\n" for row in rows))


def read_staff_texts(shelf: Path) -> tuple[StaffText, ...]:
    """Read what staff wrote into the working copies of a review, in the order that it was read."""
    return _read_rows(shelf / STAFF_TEXTS, StaffText)


def write_staff_texts(shelf: Path, texts: Sequence[StaffText]) -> None:
    """Keep what was found written in a working copy."""
    _append(shelf / STAFF_TEXTS, *texts)


def read_manifest_sha256(folder: Path) -> str:
    """Sum the manifest of a version."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def read_seal_faults(folder: Path) -> list[str]:
    """Compare a version with the row of its seal, where the journal lies beside it.

    The sums inside a pack find what was changed by accident; who rewrites files and sums together
    is found by the sum of the manifest that the journal keeps outside the pack.
    """
    match = _VERSION.fullmatch(folder.resolve().name)
    seals = [
        act
        for act in read_acts(folder.resolve().parent)
        if match and act.version == int(match[1]) and act.state_code == "sealed"
    ]
    if not seals or not (folder / MANIFEST).exists():
        return []
    if seals[-1].manifest_sha256 == read_manifest_sha256(folder):
        return []
    return [f"{MANIFEST}: khác dòng niêm phong trong {STATES} / not the manifest that was sealed"]


def put_in_place(partial: Path, folder: Path) -> None:
    """Put a folder where another version of it may lie; killed between, it is mended later."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = _old(folder)
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def write_working_copy(shelf: Path, name: str, made: bytes) -> None:
    """Lay a file out for staff to work on, unless there is one: theirs is never written over."""
    copy = shelf / WORKING / name
    if not copy.exists():
        write_whole(copy, made)


def write_index(settings: Settings) -> Path:
    """Write the page of all packs whole, and give its path."""
    page = settings.snapshots / "index.html"
    with _lock(settings.scratch / "shelf.lock"):
        folders = sorted(path for path in settings.snapshots.iterdir() if path.is_dir())
        reviews = [review for folder in folders if (review := _read_review(folder))]
        return write_whole(page, render_index(reviews))


def _read_review(shelf: Path) -> Review | None:
    acts = read_acts(shelf)
    entries = _read_entries(shelf, shelf.name)
    if not entries:
        return None
    return Review(
        review_code=shelf.name,
        entries=entries,
        errata=read_errata(shelf),
        working_copies=_read_working_copies(shelf),
        sealed_version=last_sealed(acts),
        public_entries=_read_entries(shelf / PUBLIC, f"{shelf.name}/{PUBLIC}"),
    )


def _read_working_copies(shelf: Path) -> tuple[str, ...]:
    """Give the files that staff work on: copies of earlier versions and locks are none."""
    last = max(read_versions(shelf))
    names = sorted(path.name for path in (shelf / WORKING).glob("[!~.]*.[dx][ol][cs]x"))
    return tuple(
        f"{shelf.name}/{WORKING}/{name}"
        for name in names
        if not (match := _COPY.search(name)) or int(match[1]) == last
    )


def _read_entries(shelf: Path, address: str) -> tuple[Entry, ...]:
    acts = read_acts(shelf)
    return tuple(
        _read_entry(shelf, address, version, acts)
        for version in reversed(read_versions(shelf))
        if (shelf / folder_name(version) / MANIFEST).exists()
    )


def _read_entry(shelf: Path, address: str, version: int, acts: tuple[Act, ...]) -> Entry:
    folder = shelf / folder_name(version)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    differences = folder / DIFFERENCES
    changed = json.loads(differences.read_text("utf-8")) if differences.exists() else None
    return Entry(
        manifest=manifest,
        folder=f"{address}/{folder.name}",
        state_code=state_of(acts, version),
        acts=tuple(act for act in acts if act.version == version),
        changed=changed,
    )


def _read_rows(path: Path, kind: type[_Rows]) -> tuple[_Rows, ...]:
    if not path.exists():
        return ()
    try:
        return tuple(
            kind.model_validate_json(line) for line in path.read_text("utf-8").split("\n") if line
        )
    except ValidationError as error:
        raise PipelineError("shelf", f"{path} has a line that cannot be read: {error}") from error


def _append(path: Path, *rows: BaseModel) -> None:
    """Add lines by replacing the journal whole."""
    kept = [done.model_dump_json() for row in rows[:1] for done in _read_rows(path, type(row))]
    if rows:
        added = (row.model_dump_json() for row in rows)
        write_whole(path, "\n".join([*kept, *added, ""]))


def read_now() -> str:
    """Tell the time that a row of a journal carries."""
    return datetime.now(_ZONE).isoformat(timespec="seconds")


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _mend(shelf: Path) -> None:
    """Finish what a process killed in ``put_in_place`` left."""
    for old in (*shelf.glob(".v*.old"), *shelf.glob(f"{PUBLIC}/.v*.old")):
        folder = old.with_name(old.name.removeprefix(".").removesuffix(".old"))
        if folder.exists():
            shutil.rmtree(old)
        else:
            old.rename(folder)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
