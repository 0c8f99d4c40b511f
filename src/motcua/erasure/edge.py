"""The edge of erasure: a person's values out of every original, recorded, and out of what follows.

A person is known by the token of their dossiers. Every file is written anew beside its place, the
whole is proved, then a journal is written: with it the erasure is decided, and a run that was
killed is finished from it by the next. Before it, nothing has changed.
"""

import contextlib
import hashlib
import itertools
import logging
import mmap
import shutil
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from motcua.clock import read_clock
from motcua.contracts import read_localities
from motcua.erasure import persons, texts
from motcua.erasure.persons import Person
from motcua.erasure.rewriting import edge as rewriting
from motcua.erasure.rewriting.edge import TO_DO, Emptied, Part
from motcua.errors import ErasureError, PipelineError, SettingsError
from motcua.files import write_whole
from motcua.intake import archives
from motcua.intake import edge as intake
from motcua.intake.arrivals import edge as arrivals
from motcua.intake.casting import token_sql
from motcua.intake.deliveries import SourceFile
from motcua.intake.judging import edge as judging
from motcua.intake.opening import edge as opening
from motcua.intake.refusals import DeliveryRefusedError, writable
from motcua.receipts import Receipt, read_receipt
from motcua.redactions import Redaction, read_redactions, write_redactions
from motcua.settings import Settings
from motcua.sql import quoted

logger = logging.getLogger(__name__)

JOURNAL = "_erasing.json"
PARTIAL = ".redacted-{}.partial"
ROWS_AT_ONCE = 100_000
TOKEN_DIGITS = 64


class Change(BaseModel):
    """One file that is to be replaced: whose, where, and what is told of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    locality_code: str
    delivery_id: str
    number: int
    redaction: Redaction


class Journal(BaseModel):
    """An erasure that is decided."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was, or would be, erased, a line a file; where the person's numbers still stand."""

    lines: list[dict[str, object]]
    remaining: list[str]
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A delivery in raw."""

    locality_code: str
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.locality_code}/{self.folder.name}"


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a delivery, and what an archive holds, by the names in its table of contents."""

    file: SourceFile
    members: tuple[tuple[str, "_File"], ...] = ()
    is_broken: bool = False

    @property
    def leaves(self) -> list["_File"]:
        """The files themselves, archives opened."""
        return [leaf for _, one in self.members for leaf in one.leaves] or [self]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A delivery laid open: originals by their place in raw, and the parts of each file read."""

    originals: Mapping[Path, _File]
    parts: Mapping[Path, tuple[Part, ...]]


@dataclass(slots=True)
class _Job:
    """One erasure while it is prepared."""

    settings: Settings
    scratch: Path
    person: Person
    reason: str
    redacted_at: str
    changes: list[Change] = field(default_factory=list)
    read_names: dict[str, set[str]] = field(default_factory=dict)


def run_erase(
    settings: Settings,
    token: str,
    reason: str,
    *,
    is_dry: bool = False,
    run_suite: intake.RunSuite | None = None,
) -> Erasure:
    """Erase a person's values from every original, and take the touched deliveries in again.

    What an earlier run left undone is finished first.

    Args:
        settings: Where things lie; the key of tokens must be the one that made this token.
        token: The person's ``applicant_token``.
        reason: Why, for the record; no personal value.
        is_dry: Only say what would be erased.
        run_suite: Runs a suite on a connection; Great Expectations when left out.

    Raises:
        ErasureError: Nothing was erased: no row has this token, a file cannot be redacted
            faithfully, or the delivery would say something else without the values.
    """
    _check_request(token, reason)
    if _read_journal(settings):
        if is_dry:
            raise ErasureError(
                str(_journal_path(settings)), "an erasure waits to be finished first"
            )
        _finish(settings, run_suite)
    job = _Job(
        settings, settings.scratch / "erase", Person(token), reason, read_clock().isoformat()
    )
    with _all_locked(settings):
        _clear(job)
        try:
            erasure = _prepare(job, run_suite)
            if not is_dry and job.changes:
                _write_journal(settings, Journal(token=token, changes=tuple(job.changes)))
        finally:
            _clear(job)
    _finish(settings, run_suite)
    return erasure


def read_differences(path: Path) -> list[str]:
    """Name the originals of a delivery's folder in raw that are not as its receipt says.

    Raises:
        PipelineError: The delivery has no receipt, or its files are not as a redaction left them.
    """
    landing = path.resolve().parents[2]
    receipt_path = landing / "receipts" / f"{path.resolve().name}.json"
    if not receipt_path.exists():
        raise PipelineError("verify", f"{path} has no receipt; run `motcua intake`")
    told = {one.file_name: one for one in read_receipt(receipt_path).files}
    found = {one.file_name: one for one in arrivals.read_files(path)}
    names = sorted(told.keys() | found.keys())
    return [f"{name}: not as received" for name in names if told.get(name) != found.get(name)]


def is_unfinished(settings: Settings) -> bool:
    """Say whether an erasure was decided and then killed: the next one finishes it."""
    return _journal_path(settings).exists()


def is_delivery(path: Path) -> bool:
    """Say whether a folder is that of a delivery in raw."""
    return (path / "arrival.json").is_file()


# One erasure


def _check_request(token: str, reason: str) -> None:
    if len(token) != TOKEN_DIGITS or not set(token) <= set("0123456789abcdef"):
        raise SettingsError("--token", f"a token has {TOKEN_DIGITS} hexadecimal digits")
    if not reason.strip():
        raise SettingsError("--reason", "say why; it stands in the record")


def _prepare(job: _Job, run_suite: intake.RunSuite | None) -> Erasure:
    """Find the person, write the files anew beside their places, and prove them."""
    settings, person = job.settings, job.person
    deliveries = _read_deliveries(settings)
    for step in (_seek, _collect, _stage):
        for delivery in deliveries:
            with _open(job, delivery) as opened:
                step(job, delivery, opened)
    if not job.changes:
        earlier = [one for delivery in deliveries for one in read_redactions(delivery.folder)]
        if person.token not in {one.token for one in earlier}:
            raise ErasureError(person.token, "no row in raw has this token, by the key that is set")
        return Erasure([], [], is_new=False)
    if texts.stands_in(job.reason, person.telling):
        raise ErasureError("--reason", "it holds a value of the person; word it without")
    remaining = [line for delivery in deliveries for line in _search(job, delivery)]
    touched = {(one.locality_code, one.delivery_id) for one in job.changes}
    for delivery in deliveries:
        if (delivery.locality_code, delivery.folder.name) in touched:
            _prove(job, delivery, run_suite)
    return Erasure([_line_of(change) for change in job.changes], remaining)


def _line_of(change: Change) -> dict[str, object]:
    return {
        "locality": change.locality_code,
        "delivery": change.delivery_id,
        "file": change.redaction.file_name,
        "cells": change.redaction.cell_count,
    }


def _read_deliveries(settings: Settings) -> list[_Delivery]:
    folders = sorted(settings.raw.glob("*/*/files"))
    return [_Delivery(one.parent.parent.name, one.parent) for one in folders]


@contextlib.contextmanager
def _all_locked(settings: Settings) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for code in sorted({one.locality_code for one in _read_deliveries(settings)}):
            stack.enter_context(intake.locked(settings, code))
        yield


def _clear(job: _Job) -> None:
    """Delete working files, and what an undecided erasure wrote beside the originals."""
    shutil.rmtree(job.scratch, ignore_errors=True)
    if not _journal_path(job.settings).exists():
        for partial in job.settings.raw.glob(f"*/*/{PARTIAL.format('*')}"):
            partial.unlink()


# A delivery laid open


@contextlib.contextmanager
def _open(job: _Job, delivery: _Delivery) -> Iterator[_Opened]:
    folder = job.scratch / "open"
    folder.mkdir(parents=True)
    try:
        originals = _read_originals(job, delivery, folder, {})
        files = [leaf.file for one in originals.values() for leaf in one.leaves]
        is_readable = delivery.locality_code in read_localities(job.settings.localities)
        is_readable &= not any(one.is_broken for one in originals.values())
        parts = _read_parts(job, delivery, files, folder) if is_readable else {}
        yield _Opened(originals, parts)
    finally:
        shutil.rmtree(folder)


def _read_originals(
    job: _Job, delivery: _Delivery, folder: Path, staged: Mapping[Path, Path]
) -> dict[Path, _File]:
    """Give each original (or what is staged in its place), archives unpacked in ``folder``."""
    budget = archives.budget_of(job.settings)
    found = {}
    place = delivery.folder / "files"
    for number, path in enumerate(sorted(place.rglob("*"))):
        if not path.is_file() or path.is_symlink():
            continue
        name = writable(path.relative_to(place).as_posix())
        # A copy where the disk's name is one that a reader cannot be told of, or not the file's.
        copy = folder / f"original-{number}{path.suffix if path.suffix.isascii() else ''}"
        file = SourceFile(name, path)
        if path in staged or writable(str(path)) != str(path):
            shutil.copyfile(staged.get(path, path), copy)
            file = SourceFile(name, copy)
        found[path] = _unpacked(file, folder, budget)
    return found


def _unpacked(
    file: SourceFile, folder: Path, budget: archives.Budget, inside: str = "", depth: int = 1
) -> _File:
    if file.path.suffix.lower() != ".zip":
        return _File(file)
    try:
        members = opening.unpack(file.path, file.name, folder, budget, depth)
    except DeliveryRefusedError:
        return _File(file, is_broken=True)
    found = []
    for info, member in members:
        named = SourceFile(f"{inside}{member.name}", member.path)
        deeper = _unpacked(named, folder, budget, f"{named.name}/", depth + 1)
        if deeper.is_broken:
            return _File(file, is_broken=True)
        found.append((info.filename, deeper))
    return _File(file, tuple(found))


def _read_parts(
    job: _Job, delivery: _Delivery, files: Sequence[SourceFile], folder: Path
) -> dict[Path, tuple[Part, ...]]:
    """Give the parts of each file that a contract reads and that has something personal."""
    data = [file for file in files if not archives.is_clutter(file.name)]
    key = (delivery.locality_code, delivery.folder.name)
    read = intake.read_probes(job.settings, key, data, folder)
    if read is None:
        return {}
    plan, probes = read
    parts: dict[Path, list[Part]] = {}
    for code, found in probes.items():
        layout = plan.contract.datasets[code]
        for probe in found:
            part = Part(layout, persons.fields_of(layout), probe, delivery.locality_code)
            parts.setdefault(probe.file.path, []).append(part)
    return {path: tuple(map(_joined, some, [some] * len(some))) for path, some in parts.items()}


def _joined(part: Part, others: Sequence[Part]) -> Part:
    """Let a part empty whatever any layout of the same records calls personal."""
    same = [one.fields for one in others if _place_of(one) == _place_of(part)]
    return replace(part, fields=persons.joined(part.fields, same))


def _place_of(part: Part) -> tuple[str | None, str | None]:
    return part.layout.explode, part.probe.grid_name


# Finding the person


def _seek(job: _Job, delivery: _Delivery, opened: _Opened) -> None:
    """Learn which texts the token is made of here, and which dossiers are the person's."""
    for part in itertools.chain.from_iterable(opened.parts.values()):
        if not part.fields.tokens:
            continue
        rows = rewriting.read_rows(part)
        while some := list(itertools.islice(rows, ROWS_AT_ONCE)):
            if not part.fields.gives_token:
                job.person.keys |= _read_keys(job, {row.key for row in some if row.key})
            job.person.codes |= {
                (delivery.locality_code, row.code)
                for row in some
                if row.key and row.code and job.person.owns(part.fields, "", row)
            }


def _read_keys(job: _Job, keys: Collection[str]) -> set[str]:
    """Give those of some texts that make the person's token."""
    with duckdb.connect() as connection:
        judging.set_token_key(connection, job.settings)
        connection.register("keys", pa.table({"key": pa.array(map(writable, keys), pa.string())}))
        found = connection.execute(
            f"select key from keys where {token_sql('key')} = ?", [job.person.token]
        ).fetchall()
    return {key for (key,) in found}


def _collect(job: _Job, delivery: _Delivery, opened: _Opened) -> None:
    """Learn the person's values, which are then looked for in lines that are no whole record."""
    del delivery
    for path, parts in opened.parts.items():
        emptied = _rewritten(job, path, parts)[1]
        job.person.values |= emptied.values


def _rewritten(job: _Job, path: Path, parts: Sequence[Part]) -> tuple[Path, Emptied]:
    """Write a file anew, part by part, among the working files."""
    total = Emptied()
    for number, part in enumerate(parts):
        target = job.scratch / "open" / f"new-{path.stat().st_ino}-{number}{path.suffix}"
        emptied = rewriting.write_without(part, path, target, job.person)
        total.cell_count += emptied.cell_count
        total.values |= emptied.values
        path = target
    return path, total


# The files anew


def _stage(job: _Job, delivery: _Delivery, opened: _Opened) -> None:
    """Write the touched originals of a delivery anew beside their places."""
    changed: dict[Path, Path] = {}
    counts: dict[Path, int] = {}
    for path, parts in opened.parts.items():
        new, emptied = _rewritten(job, path, parts)
        if emptied.cell_count:
            changed[path], counts[path] = new, emptied.cell_count
    job.read_names[delivery.name] = {
        leaf.file.name
        for one in opened.originals.values()
        for leaf in one.leaves
        if leaf.file.path in opened.parts
    }
    for original, one in opened.originals.items():
        count = sum(counts.get(leaf.file.path, 0) for leaf in one.leaves)
        if count:
            _stage_original(job, delivery, (original, one), changed, count)


def _stage_original(
    job: _Job,
    delivery: _Delivery,
    original: tuple[Path, _File],
    changed: Mapping[Path, Path],
    count: int,
) -> None:
    path, file = original
    number = len(job.changes)
    partial = delivery.folder / PARTIAL.format(number)
    shutil.copyfile(_assembled(job, file, changed) or path, partial)
    earlier = [one for one in read_redactions(delivery.folder) if one.file_name == file.file.name]
    redaction = Redaction(
        redacted_at=job.redacted_at,
        token=job.person.token,
        reason=job.reason,
        file_name=writable(path.relative_to(delivery.folder / "files").as_posix()),
        cell_count=count,
        old_byte_count=path.stat().st_size,
        old_sha256=_sum_of(path),
        new_sha256=_sum_of(partial),
    )
    if earlier and earlier[-1].new_sha256 != redaction.old_sha256:
        raise ErasureError(str(path), "it is not as its last redaction left it; restore it first")
    job.changes.append(
        Change(
            locality_code=delivery.locality_code,
            delivery_id=delivery.folder.name,
            number=number,
            redaction=redaction,
        )
    )


def _assembled(job: _Job, file: _File, changed: Mapping[Path, Path]) -> Path | None:
    """Give the new file in the place of one, an archive made anew of new members."""
    if file.file.path in changed:
        return changed[file.file.path]
    members = {
        name: new for name, member in file.members if (new := _assembled(job, member, changed))
    }
    if not members:
        return None
    target = job.scratch / "open" / f"archive-{file.file.path.stat().st_ino}.zip"
    rewriting.write_archive(file.file.path, target, members)
    return target


def _sum_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# Proof


def _staged(job: _Job, delivery: _Delivery) -> dict[Path, Path]:
    """Give what is staged for a delivery, by the original that it will replace."""
    return {
        _original_of(job.settings, change): delivery.folder / PARTIAL.format(change.number)
        for change in job.changes
        if (change.locality_code, change.delivery_id)
        == (delivery.locality_code, delivery.folder.name)
    }


def _original_of(settings: Settings, change: Change) -> Path:
    files = settings.raw / change.locality_code / change.delivery_id / "files"
    named = files / change.redaction.file_name
    if named.exists():
        return named
    # A name that is no UTF-8 is told of by another.
    return next(
        path
        for path in files.rglob("*")
        if writable(path.relative_to(files).as_posix()) == change.redaction.file_name
    )


def _search(job: _Job, delivery: _Delivery) -> list[str]:
    """Say where numbers of the person still stand in a delivery that is read.

    Raises:
        ErasureError: They stand where nothing reads them, so nobody knows what else does.
    """
    folder = job.scratch / "search"
    folder.mkdir(parents=True)
    remaining = []
    try:
        staged = _staged(job, delivery)
        for original in _read_originals(job, delivery, folder, staged).values():
            for leaf in original.leaves:
                found = _parts_holding(job.settings, leaf, job.person.telling)
                is_read = leaf.file.name in job.read_names.get(delivery.name, ())
                if found and not (is_read and all(map(_is_data, found))):
                    place = f"{delivery.folder}/files: {leaf.file.name} {found[0]}".rstrip()
                    raise ErasureError(
                        place, f"values of the person stand where no contract reads them; {TO_DO}"
                    )
                if found:
                    remaining.append(f"{delivery.name}: {leaf.file.name}")
    finally:
        shutil.rmtree(folder)
    return remaining


def _is_data(part: str) -> bool:
    """Say whether a part of a workbook is one that was read; a plain file is all of it."""
    return part in ("", rewriting.SHARED_STRINGS) or part.startswith("xl/worksheets/sheet")


def _parts_holding(settings: Settings, file: _File, values: Collection[str]) -> list[str]:
    """Name the members of a file that hold one of the values, an empty name the file itself.

    What intake would not unpack is not unpacked here.
    """
    path = file.file.path
    sought = {one for value in values for one in texts.spellings(value)}
    if zipfile.is_zipfile(path) and not file.is_broken:
        # RuntimeError: a member with a password.
        with contextlib.suppress(*opening.BROKEN_ZIP, RuntimeError):
            return _members_holding(path, sought, settings.max_workbook_bytes)
    if not path.stat().st_size:
        return []
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return [""] if any(view.find(one) >= 0 for one in sought) else []


def _members_holding(path: Path, sought: Collection[bytes], byte_limit: int) -> list[str]:
    found = []
    with zipfile.ZipFile(path) as opened:
        members = opened.infolist()
        if sum(member.file_size for member in members) > byte_limit:
            return []
        for member in members:
            content = opened.read(member)
            if any(one in content for one in sought):
                found.append(member.filename)
    return found


def _prove(job: _Job, delivery: _Delivery, run_suite: intake.RunSuite | None) -> None:
    """Judge the delivery as it will be: all must come out as it did, but for the token."""
    receipt_path = job.settings.receipts / f"{delivery.folder.name}.json"
    if not receipt_path.exists():
        return
    folder = job.scratch / "prove" / delivery.folder.name
    home = job.scratch / "home"
    try:
        shutil.copytree(delivery.folder / "files", folder / "files")
        shutil.copyfile(delivery.folder / "arrival.json", folder / "arrival.json")
        for original, partial in _staged(job, delivery).items():
            copy = folder / original.relative_to(delivery.folder)
            copy.unlink()
            shutil.copyfile(partial, copy)
        _record(job.changes, delivery.folder, folder)
        receipt = intake.run_staged(job.settings, delivery.locality_code, folder, home, run_suite)
        found = _differences(job, read_receipt(receipt_path), receipt, home)
    finally:
        shutil.rmtree(job.scratch / "prove", ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
    if found:
        raise ErasureError(
            delivery.name,
            f"without the values, {', '.join(found)} would change; if the contract or a suite has "
            f"changed since, run `motcua replay {delivery.folder.name}` first",
        )


def _differences(job: _Job, before: Receipt, after: Receipt, home: Path) -> list[str]:
    """Name what two receipts, and the rows that they accept, do not agree on."""
    left_out = {"datasets": {"__all__": {"rescues"}}, "files": True}
    old, new = (one.model_dump(exclude=left_out) for one in (before, after))
    found = [name for name in old if old[name] != new[name]]
    pairs = [
        (job.settings.home / "landing" / one.accepted_file, home / "landing" / one.accepted_file)
        for one in after.datasets
        if one.accepted_file
    ]
    with duckdb.connect() as connection:
        for one, other in () if found else pairs:
            count = connection.execute(_difference_sql(one, other, job.person.token)).fetchall()
            found += [one.parent.parent.name] if count[0][0] else []
    return found


def _difference_sql(before: Path, after: Path, token: str) -> str:
    old, new = (f"select * from read_parquet({quoted(str(path))})" for path in (before, after))
    if before.parent.parent.name == "dossiers":
        cleared = f"case when applicant_token <> {quoted(token)} then applicant_token end"
        old = old.replace("select *", f"select * replace ({cleared} as applicant_token)")
    return (
        f"select (select count(*) from ({old} except all {new})) "
        f"+ (select count(*) from ({new} except all {old}))"
    )


# What is decided


def _journal_path(settings: Settings) -> Path:
    return settings.raw / JOURNAL


def _read_journal(settings: Settings) -> Journal | None:
    path = _journal_path(settings)
    return Journal.model_validate_json(path.read_bytes()) if path.exists() else None


def _write_journal(settings: Settings, journal: Journal) -> None:
    """Decide: from here on the erasure is finished by whichever run comes next."""
    write_whole(_journal_path(settings), journal.model_dump_json(indent=1) + "\n")


def _finish(settings: Settings, run_suite: intake.RunSuite | None) -> None:
    """Put the staged files in their places, record them, take the deliveries in again."""
    journal = _read_journal(settings)
    if journal is None:
        return
    folders = list(dict.fromkeys((one.locality_code, one.delivery_id) for one in journal.changes))
    with _all_locked(settings):
        for change in journal.changes:
            _put(settings, change)
        for locality_code, delivery_id in folders:
            folder = settings.raw / locality_code / delivery_id
            _record(journal.changes, folder, folder)
    for locality_code, delivery_id in folders:
        if (settings.receipts / f"{delivery_id}.json").exists():
            intake.run_again(settings, locality_code, delivery_id, run_suite)
    _check_accepted(settings, journal.token)
    _journal_path(settings).unlink()
    logger.info("%s files redacted", len(journal.changes))


def _put(settings: Settings, change: Change) -> None:
    original = _original_of(settings, change)
    partial = settings.raw / change.locality_code / change.delivery_id
    partial /= PARTIAL.format(change.number)
    if partial.exists():
        partial.chmod(0o444)
        partial.replace(original)
    if _sum_of(original) != change.redaction.new_sha256:
        raise PipelineError("erase", f"{original} is not what was to be put there")


def _record(changes: Sequence[Change], folder: Path, place: Path) -> None:
    """Write the redactions of a delivery: those that it has, and those that it has not yet."""
    known = read_redactions(folder)
    new = [one.redaction for one in changes if one.delivery_id == folder.name]
    write_redactions([*known, *(one for one in new if one not in known)], place)


def _check_accepted(settings: Settings, token: str) -> None:
    pattern = quoted(str(settings.accepted / "dossiers" / "*" / "*.parquet"))
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select distinct filename from read_parquet({pattern}, filename = true) "
            "where applicant_token = ?",
            [token],
        ).fetchall()
    if found:
        raise PipelineError("erase", f"accepted rows still have the token: {found[0][0]}")
