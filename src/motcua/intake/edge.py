"""The edge of intake: inbox to raw to accepted or refused rows, one receipt a delivery.

Every step can be killed and run again: originals are moved by a rename, everything else is written
beside its place and put there whole, and the receipt comes last. A delivery without a receipt has
not been taken in.
"""

import contextlib
import datetime as dt
import fcntl
import functools
import hashlib
import importlib
import json
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import duckdb
import pyarrow as pa

from motcua import workers
from motcua.contracts import (
    Contract,
    Layout,
    Locality,
    parse_contract,
    read_contracts,
    read_localities,
)
from motcua.datasets import DATASETS, LINEAGE
from motcua.errors import ChangedError, MotcuaError, PipelineError, SettingsError
from motcua.intake import archives, deliveries, refusals
from motcua.intake.casting import quoted
from motcua.intake.decoding import edge as decoding
from motcua.intake.decoding.edge import Decoded, Probe
from motcua.intake.deliveries import Manifest, Plan, SourceFile
from motcua.intake.headers import missing_keys
from motcua.intake.opening import edge as opening
from motcua.intake.refusals import DeliveryRefusedError
from motcua.intake.settling import Look, is_awaited, seconds_to_wait
from motcua.receipts import (
    Check,
    DatasetCount,
    Receipt,
    ReceivedFile,
    read_receipt,
    write_receipt,
)
from motcua.redactions import Redaction, of_file, read_redactions
from motcua.returns import edge as returns
from motcua.returns.mark import Mark, corrected_at
from motcua.settings import Settings
from motcua.workers import Turn

logger = logging.getLogger(__name__)

ROW_GROUP_ROWS = 122_880
REFUSAL_COLUMNS = {
    "delivery_id": "string",
    "dataset_code": "string",
    "source_file": "string",
    "source_sheet": "string",
    "source_row": "bigint",
    "column_name": "string",
    "value_class_code": "string",
    "rule_code": "string",
    "severity_code": "string",
    "sentence": "string",
    "mend": "string",
}
DELIVERY = "delivery"
"""``dataset_code`` of a reason that refuses a delivery whole."""
TRY_ROWS = 5
_RUN_AGAIN = "; mend that and run it again, nothing is lost"


class Outcome(Protocol):
    """What a suite found (motcua.quality)."""

    checks: tuple[Check, ...]
    refuses_delivery: bool
    result: dict[str, Any]


Tried = TypeVar("Tried")
RunSuite = Callable[[duckdb.DuckDBPyConnection, str, Path], Outcome]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A delivery in raw: who sent it, its id, when it came and under which name."""

    locality: Locality
    delivery_id: str
    folder: Path
    arrived_at: dt.datetime
    delivery_name: str

    @property
    def order(self) -> tuple[dt.datetime, str, str]:
        """What a locality's deliveries are sorted by: arrival, and in one second their names."""
        return self.arrived_at, self.delivery_name, self.delivery_id

    @property
    def files(self) -> Path:
        return self.folder / "files"


@dataclass(frozen=True, slots=True)
class _Context:
    """What one run of intake works with."""

    settings: Settings
    locality: Locality
    contracts: Mapping[str, Contract]
    correction: Contract
    sums: Mapping[str, str]
    suites_sha256: str | None
    run_suite: RunSuite


@dataclass(frozen=True, slots=True)
class _Kept:
    """An entry of the inbox that this run moved: whence, and where it now lies."""

    entry: Path
    place: Path


@dataclass(frozen=True, slots=True)
class ContractChange:
    """A contract that is tried in the place of the one of this name."""

    name: str
    contract: Contract


@dataclass(slots=True)
class _Outputs:
    """Files written beside their places, put there together when the delivery is decided."""

    accepted: list[tuple[Path, Path]] = field(default_factory=list)
    others: list[tuple[Path, Path]] = field(default_factory=list)
    returned: list[tuple[Path, Path]] = field(default_factory=list)

    @property
    def all(self) -> list[tuple[Path, Path]]:
        """Every file, where it lies now and where it belongs."""
        return [*self.accepted, *self.others, *self.returned]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A delivery after decoding and checks."""

    plan: Plan | None
    manifest: Manifest
    datasets: tuple[DatasetCount, ...] = ()
    checks: tuple[Check, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    refusal: DeliveryRefusedError | None = None
    corrected: Mark | None = None


@dataclass(frozen=True, slots=True)
class _Correction:
    """How a mended return is read: its contract, and what it stands on, accepted before it."""

    contract: Contract
    exported_at: dt.datetime
    accepted: Mapping[str, tuple[Path, ...]]


@contextlib.contextmanager
def _disk_faults_told() -> Iterator[None]:
    """Say in a line what the disk refused: it is full, or may not be written."""
    try:
        yield
    except OSError as error:
        where = error.filename or "the disk"
        raise PipelineError("intake", f"{where}: {error.strerror}{_RUN_AGAIN}") from error
    except duckdb.IOException as error:
        said = str(error).splitlines()[0]
        raise PipelineError("intake", f"{said}{_RUN_AGAIN}") from error


def read_waiting(settings: Settings) -> list[str]:
    """Name the localities with something in the inbox, or in raw without a receipt."""
    register = read_localities(settings.localities)
    waiting = [
        code
        for code in register
        if _inbox_entries(settings, code) or _raw_without_receipt(settings, code)
    ]
    for folder in _folders(settings.inbox):
        if folder.name not in register and deliveries.is_delivery_name(folder.name):
            logger.warning("inbox/%s: no such locality in the register", folder.name)
    return sorted(waiting)


def run_intake_all(settings: Settings) -> list[Receipt]:
    """Take in what every locality has waiting, localities side by side in processes of their own.

    A fault of the pipeline at one locality is raised after the others were tried.
    """
    write_empty_datasets(settings)
    waiting = read_waiting(settings)
    count = min(settings.localities_at_once, len(waiting))
    if count < 2:
        return [receipt for code in waiting for receipt in run_intake(settings, code)]
    share = settings.model_copy(
        update={
            "memory_limit": settings.memory_share(count),
            "threads": settings.thread_share(count),
            "deliveries_at_once": 1,
        }
    )
    receipts: list[Receipt] = []
    faults: list[Exception] = []
    with workers.open_pool(count) as pool:
        # The largest first: a long one begun last would be waited for by all the others.
        by_size = sorted(waiting, key=lambda code: _waiting_bytes(settings, code), reverse=True)
        begun = {code: pool.submit(run_intake, share, code) for code in by_size}
        for code in waiting:
            try:
                receipts += begun[code].result()
            except Exception as error:  # noqa: BLE001 - told below, after the others were tried
                faults.append(error)
    _raise_faults(faults)
    return receipts


def _waiting_bytes(settings: Settings, locality_code: str) -> int:
    entries = _inbox_entries(settings, locality_code)
    entries += [one / "files" for one in _raw_without_receipt(settings, locality_code)]
    return sum(size for entry in entries for size, _ in _look_at(entry).files.values())


@_disk_faults_told()
def run_intake(
    settings: Settings, locality_code: str, run_suite: RunSuite | None = None
) -> list[Receipt]:
    """Take in what one locality has waiting; each delivery stands alone.

    Args:
        settings: Where things lie.
        locality_code: A locality of the register.
        run_suite: Runs a suite on a connection; Great Expectations when left out.

    Returns:
        The receipts written now; a delivery that had one already is not among them.

    Raises:
        MotcuaError: a contract or setting is wrong, or the pipeline failed at a delivery (told
            after the others were tried).
    """
    context = _read_context(settings, locality_code, run_suite)
    faults: list[Exception] = []
    with locked(settings, locality_code):
        write_empty_datasets(settings)
        kept: dict[str, _Kept] = {}
        for entry in _settled_entries(settings, locality_code):
            _tried(faults, lambda entry=entry: kept.update(_keep_original(context, entry)))
        arrivals = _waiting_arrivals(context, faults)
        receipts = _take_in(context, arrivals, faults)
        faults = [fault for fault in faults if not _gave_back(context, kept, fault)]
    _raise_faults(faults)
    return receipts


def write_empty_datasets(settings: Settings) -> None:
    """Write an empty Parquet file per dataset, and one of refusals: a schema is always there."""
    paths = [settings.accepted / code / "locality=_none" / "empty.parquet" for code in DATASETS]
    paths.append(settings.quarantine / "_none" / "refusals.parquet")
    settings.receipts.mkdir(parents=True, exist_ok=True)
    contents = dict(zip(paths, _empty_files(), strict=True))
    changed = {
        path: content
        for path, content in contents.items()
        if not path.exists() or path.read_bytes() != content
    }
    with locked(settings, "_none") if changed else contextlib.nullcontext():
        for path, content in changed.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(content)
            partial.replace(path)


@functools.cache
def _empty_files() -> tuple[bytes, ...]:
    """Make an empty Parquet file of each dataset's shape, and of refusals' the last."""
    shapes = [*(dataset.types() | LINEAGE for dataset in DATASETS.values()), REFUSAL_COLUMNS]
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "empty.parquet"
        contents = []
        for shape in shapes:
            columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in shape.items())
            connection.execute(_copy_sql(f"select {columns} where false", path))
            contents.append(path.read_bytes())
        return tuple(contents)


def delete_derived(settings: Settings) -> None:
    """Delete all that intake can make again from raw, receipts first."""
    for folder in (settings.receipts, settings.accepted, settings.quarantine, settings.returns):
        shutil.rmtree(folder, ignore_errors=True)


def run_contract_try(
    contract_path: Path, export_path: Path, settings: Settings
) -> dict[str, list[dict[str, object]]]:
    """Say what a contract would make of an export; nothing is taken in and nothing is kept.

    Returns:
        Titles with lines: how headers match, counts, values that cannot be read, the first rows
        (no personal column).
    """
    contract = parse_contract(contract_path.read_text(encoding="utf-8"), str(contract_path))
    scratch = settings.scratch / f"try-{os.getpid()}"
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        files = _open_files(export_path.name, _regular_files(export_path), scratch, settings)
        manifest = _read_manifest(files)
        plan = deliveries.plan_files(contract, _data_files(files))
        if plan is None:
            raise DeliveryRefusedError("layout_unknown", export_path.name, "tên tệp")
        probes = _read_probes(plan, scratch, settings)
        with _connect(settings, scratch) as connection:
            return _try_lines(connection, plan, probes, manifest, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def read_raw_ids(settings: Settings, locality_code: str) -> list[str]:
    """Name the deliveries of a locality that raw holds."""
    folders = _folders(settings.raw / locality_code)
    return [folder.name for folder in folders if (folder / "files").is_dir()]


def run_again(
    settings: Settings, locality_code: str, delivery_id: str, run_suite: RunSuite | None = None
) -> Receipt:
    """Take a delivery in again from raw: its receipt and rows are made anew."""
    context = _read_context(settings, locality_code, run_suite)
    with locked(settings, locality_code):
        write_empty_datasets(settings)
        folder = settings.raw / locality_code / delivery_id
        return _decide(context, _read_arrival(context.locality, folder), Turn())


def run_aside(
    settings: Settings,
    delivery: tuple[str, str],
    change: ContractChange,
    home: Path,
    run_suite: RunSuite | None = None,
) -> Receipt:
    """Judge a delivery by a contract that is not in use; all that is written lies in ``home``.

    Args:
        settings: Where the delivery lies, and the limits.
        delivery: Code of the locality, and id.
        change: The contract, and the one in use that it stands for.
        home: A folder for the receipt and the rows.
        run_suite: Runs a suite on a connection; Great Expectations when left out.
    """
    locality_code, delivery_id = delivery
    context = _read_context(settings, locality_code, run_suite)
    contracts = [
        change.contract if name == change.name else contract
        for name, contract in context.contracts.items()
    ]
    aside = replace(
        context,
        settings=settings.model_copy(update={"home": home}),
        contracts={contract.contract: contract for contract in contracts},
        sums={**context.sums, change.contract.contract: ""},
    )
    folder = settings.raw / locality_code / delivery_id
    return _decide(aside, _read_arrival(context.locality, folder), Turn())


def run_staged(
    settings: Settings,
    locality_code: str,
    folder: Path,
    home: Path,
    run_suite: RunSuite | None = None,
) -> Receipt:
    """Judge a delivery as it would be if ``folder`` were its folder in raw; all lies in ``home``.

    Args:
        settings: Contracts, suites and limits.
        locality_code: Who sent it.
        folder: Named for the delivery; holds ``arrival.json`` and ``files``.
        home: A folder for the receipt and the rows.
        run_suite: Runs a suite on a connection; Great Expectations when left out.
    """
    context = _read_context(settings, locality_code, run_suite)
    aside = replace(context, settings=settings.model_copy(update={"home": home}))
    return _decide(aside, _read_arrival(context.locality, folder), Turn())


def read_probes(
    settings: Settings,
    delivery: tuple[str, str],
    files: Sequence[SourceFile],
    scratch: Path,
) -> tuple[Plan, Mapping[str, tuple[Probe, ...]]] | None:
    """Choose the contract of a delivery in raw as intake does, and read its headers.

    Args:
        settings: Where the delivery lies, and the limits.
        delivery: Code of the locality, and id.
        files: The files of the delivery, archives unpacked.
        scratch: A folder for copies.

    Returns:
        The plan and the probes by dataset; nothing where no contract fits, or for a return that
        comes back mended (nothing in one is personal).
    """
    locality_code, delivery_id = delivery
    context = _read_context(settings, locality_code, None)
    arrival = _read_arrival(context.locality, settings.raw / locality_code / delivery_id)
    data = _data_files(files)
    if returns.read_marks(data, settings):
        return None
    contracts = [*context.contracts.values()]
    with contextlib.suppress(DeliveryRefusedError):
        return _choose_plan(context, contracts, (arrival, data), scratch)
    return None


def open_export(path: Path, scratch: Path, settings: Settings) -> list[SourceFile]:
    """List the data files of an export that is no delivery yet, archives unpacked in scratch."""
    return _data_files(_open_files(path.name, _regular_files(path), scratch, settings))


# Localities and their deliveries


def _read_context(settings: Settings, locality_code: str, run_suite: RunSuite | None) -> _Context:
    register = read_localities(settings.localities)
    if locality_code not in register:
        raise SettingsError("localities", f"no locality {locality_code!r} in {settings.localities}")
    locality = register[locality_code]
    known = read_contracts(settings.contracts)
    absent = [name for name in locality.contracts if name not in known]
    if absent:
        reason = f"{locality_code} names contracts that do not exist: {', '.join(absent)}"
        raise SettingsError("localities", reason)
    contracts = {name: known[name] for name in locality.contracts if not known[name].is_correction}
    paths = {name: settings.contracts / f"{name}.yml" for name in contracts}
    paths[returns.CONTRACT] = returns.contract_path(settings)
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}
    return _Context(
        settings,
        locality,
        contracts,
        returns.read_contract(settings),
        sums,
        _suites_sum(settings),
        run_suite or _run_suite,
    )


def _import_meanwhile(module: str) -> None:
    """Import while DuckDB decodes; what fails here is raised where the module is used."""

    def import_quietly() -> None:
        with contextlib.suppress(Exception):
            importlib.import_module(module)

    threading.Thread(target=import_quietly, daemon=True).start()


def _run_suite(
    connection: duckdb.DuckDBPyConnection, dataset_code: str, suites_folder: Path
) -> Outcome:
    from motcua.quality import edge

    return edge.run_suite(connection, dataset_code, suites_folder)


def _suites_sum(settings: Settings) -> str | None:
    sha = hashlib.sha256()
    paths = sorted(settings.suites.glob("*.json"))
    for path in paths:
        sha.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return sha.hexdigest() if paths else None


@contextlib.contextmanager
def locked(settings: Settings, locality_code: str) -> Iterator[None]:
    """Hold a locality: one process at a time takes its deliveries in or changes them."""
    path = settings.var / "locks" / f"intake-{locality_code}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _tried(faults: list[Exception], step: Callable[[], Tried]) -> Tried | None:
    try:
        with _disk_faults_told():
            return step()
    except Exception as error:
        logger.exception("a delivery could not be taken in")
        faults.append(error)
        return None


def _raise_faults(faults: Sequence[Exception]) -> None:
    if len(faults) == 1:
        raise faults[0]
    if faults:
        reasons = [
            str(fault) if isinstance(fault, MotcuaError) else repr(fault) for fault in faults
        ]
        raise PipelineError("intake", "; ".join(dict.fromkeys(reasons))) from faults[0]


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _inbox_entries(settings: Settings, locality_code: str) -> list[Path]:
    folder = settings.inbox / locality_code
    if not folder.is_dir():
        return []
    named = [path for path in folder.iterdir() if deliveries.is_delivery_name(path.name)]
    # An empty folder is one that somebody is still filling.
    return sorted(path for path in named if not _is_folder(path) or _regular_files(path))


def _look_at(entry: Path) -> Look:
    found = {}
    for file in _regular_files(entry):
        with contextlib.suppress(FileNotFoundError):
            status = file.path.lstat()
            found[file.name] = (status.st_size, status.st_mtime_ns)
    return Look(found)


def _settled_entries(settings: Settings, locality_code: str) -> list[Path]:
    """Give the entries of the inbox that are whole: unchanged for the time that files settle."""
    looks = {entry: _look_at(entry) for entry in _inbox_entries(settings, locality_code)}
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
    files = _regular_files(entry)
    # One that cannot be read is no reason to wait: the delivery is refused for it.
    with contextlib.suppress(DeliveryRefusedError, OSError):
        names = [file.name for file in files if not _is_manifest(file)]
        return deliveries.missing_files(_read_manifest(files), names)
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
    if _is_folder(entry) and not _regular_files(entry):
        return "the folder is empty"
    look = _look_at(entry)
    if seconds_to_wait([look], time.time_ns(), settings.settle_seconds):
        return f"it changed in the last {settings.settle_seconds:g} s"
    return _waits_for(settings, entry, look) or "the next intake"


def _raw_without_receipt(settings: Settings, locality_code: str) -> list[Path]:
    return [
        folder
        for folder in _folders(settings.raw / locality_code)
        if (folder / "files").is_dir()
        and any((folder / "files").iterdir())
        and not (settings.receipts / f"{folder.name}.json").exists()
    ]


def _waiting_arrivals(context: _Context, faults: list[Exception]) -> list[_Arrival]:
    """Give the deliveries without a receipt in order of arrival."""
    folders = _raw_without_receipt(context.settings, context.locality.locality_code)
    read = [
        _tried(faults, lambda folder=folder: _read_arrival(context.locality, folder))
        for folder in folders
    ]
    return sorted((one for one in read if one), key=lambda one: one.order)


def _take_in(
    context: _Context, arrivals: Sequence[_Arrival], faults: list[Exception]
) -> list[Receipt]:
    """Take deliveries in, in processes side by side where there are several of them.

    They begin in the order of arrival and end in it, since a return speaks of what came before.
    """
    count = min(context.settings.deliveries_at_once, len(arrivals))
    settings = context.settings.model_copy(update={"deliveries_at_once": max(count, 1)})
    shared = replace(context, settings=settings)
    if count < 2 or context.run_suite is not _run_suite:
        if arrivals and context.run_suite is _run_suite:
            _import_meanwhile("great_expectations")
        decided = [
            _tried(faults, lambda arrival=arrival: _decide(shared, arrival, Turn()))
            for arrival in arrivals
        ]
    else:
        with workers.open_pool(count, len(arrivals)) as pool:
            begun = [
                pool.submit(_take_turn, shared, arrival, Turn(number))
                for number, arrival in enumerate(arrivals)
            ]
            decided = [_tried(faults, one.result) for one in begun]
    receipts = sorted((one for one in decided if one), key=lambda one: one.delivery_name)
    for receipt in receipts:
        logger.info(
            "%s %s: %s, %s rows accepted, %s refused",
            receipt.locality_code,
            receipt.delivery_id,
            receipt.state_code,
            sum(dataset.accepted_count for dataset in receipt.datasets),
            sum(dataset.refused_count for dataset in receipt.datasets),
        )
    return receipts


def _take_turn(context: _Context, arrival: _Arrival, turn: Turn) -> Receipt:
    try:
        return _decide(context, arrival, turn)
    finally:
        turn.end()


def _read_earlier(context: _Context, arrival: _Arrival) -> list[Receipt]:
    """Read the receipts of the locality's deliveries that came before this one."""
    found = []
    for folder in _folders(context.settings.raw / context.locality.locality_code):
        path = context.settings.receipts / f"{folder.name}.json"
        # A delivery whose arrival cannot be read is told of as itself, not here.
        with contextlib.suppress(PipelineError):
            if _read_arrival(context.locality, folder).order < arrival.order and path.exists():
                found.append(read_receipt(path))
    return found


# Originals


def _keep_original(context: _Context, entry: Path) -> dict[str, _Kept]:
    """Move an entry of the inbox into raw; the same bytes a second time are let go of.

    So are bytes of which raw has redacted a person's values: they must not come back.

    Returns:
        What was moved, by the delivery's id; nothing where nothing was.
    """
    settings, locality = context.settings, context.locality
    found = _regular_files(entry)
    sums = [(file.name, _sum_of(file.path)) for file in found]
    delivery_id = deliveries.delivery_id_of(
        locality.locality_code, sums, is_single=not _is_folder(entry)
    )
    folder = settings.raw / locality.locality_code / delivery_id
    files = folder / "files"
    folder.mkdir(parents=True, exist_ok=True)
    _write_arrival(folder, refusals.writable(entry.name))
    kept: dict[str, _Kept] = {}
    if _holds(files, sums, is_single=not _is_folder(entry)):
        _remove(entry)
    else:
        kept[delivery_id] = _Kept(entry, files if _is_folder(entry) else files / entry.name)
        _move(entry, files)
    for path in files.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o444)
    if (settings.receipts / f"{delivery_id}.json").exists():
        logger.info("%s: the same bytes have been taken in before", delivery_id)
    return kept


def _give_back(kept: _Kept, folder: Path) -> None:
    """Put a delivery that was still being written back in the inbox; it never came."""
    logger.warning("inbox/%s: it was still being written, so it waits", kept.entry.name)
    for file in _regular_files(kept.place):
        if _is_regular(file.path):
            file.path.chmod(0o644)
    kept.place.rename(kept.entry)
    shutil.rmtree(folder)


def _gave_back(context: _Context, kept: Mapping[str, _Kept], fault: Exception) -> bool:
    """Give back a delivery of this run that a program went on writing while it was read."""
    if not isinstance(fault, ChangedError) or fault.delivery_id not in kept:
        return False
    locality_code = context.locality.locality_code
    folder = context.settings.raw / locality_code / fault.delivery_id
    _give_back(kept[fault.delivery_id], folder)
    return True


def _check_unchanged(arrival: _Arrival, files: Sequence[ReceivedFile]) -> None:
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


def _regular_files(entry: Path) -> list[SourceFile]:
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
    arrived_at = dt.datetime.now(deliveries.ZONE).replace(tzinfo=None, microsecond=0)
    text = json.dumps(
        {"arrived_at": arrived_at.isoformat(), "delivery_name": name}, ensure_ascii=False
    )
    partial = path.with_suffix(".partial")
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)


def _read_arrival(locality: Locality, folder: Path) -> _Arrival:
    try:
        written = json.loads((folder / "arrival.json").read_text(encoding="utf-8"))
        arrived_at = dt.datetime.fromisoformat(written["arrived_at"])
        name = written["delivery_name"]
    except (OSError, ValueError, KeyError) as error:
        raise PipelineError("intake", f"{folder}/arrival.json: {error}") from error
    return _Arrival(locality, folder.name, folder, arrived_at, name)


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


# One delivery


def _decide(context: _Context, arrival: _Arrival, turn: Turn) -> Receipt:
    """Decode and check a delivery and write what became of it; the receipt comes last."""
    settings = context.settings
    scratch = settings.scratch / arrival.delivery_id
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    _remove_partials(context, arrival.delivery_id)
    outputs = _Outputs()
    try:
        with _connect(settings, scratch) as connection:
            _set_token_key(connection, context)
            connection.execute(
                "create table refusals ("
                + ", ".join(f"{name} {kind}" for name, kind in REFUSAL_COLUMNS.items())
                + ", sequence integer default 0)"
            )
            returns.create_tables(connection)
            judged = _judge(connection, context, (arrival, turn), scratch, outputs)
            receipt = _receipt_of(context, arrival, judged)
            _check_unchanged(arrival, receipt.files)
            _write_refusals(connection, context, receipt, outputs)
            turn.wait()
            _write_return(connection, context, (arrival, judged, receipt), scratch, outputs)
        _put(context, receipt, outputs)
        write_receipt(receipt, settings.receipts)
    finally:
        for partial, _ in outputs.all:
            partial.unlink(missing_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)
    return receipt


def _connect(settings: Settings, scratch: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "threads": settings.thread_share(settings.deliveries_at_once),
            "memory_limit": settings.memory_share(settings.deliveries_at_once),
            "temp_directory": str(scratch / "duckdb"),
            "autoinstall_known_extensions": "false",
            "preserve_insertion_order": "true",
        }
    )


def _set_token_key(connection: duckdb.DuckDBPyConnection, context: _Context) -> None:
    """Set the key of tokens where a contract makes one."""
    layouts = [layout for one in context.contracts.values() for layout in one.datasets.values()]
    if any("token" in layout.personal.values() for layout in layouts):
        set_token_key(connection, context.settings)


def set_token_key(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Set the two padded keys of HMAC (RFC 2104) that the SQL of a token reads.

    Raises:
        SettingsError: There is no key.
    """
    if settings.hmac_key is None:
        raise SettingsError(
            "MOTCUA_HMAC_KEY", "a contract makes applicant tokens, which need a key"
        )
    key = settings.hmac_key.get_secret_value().encode()
    key = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    for name, pad in (("token_inner", 0x36), ("token_outer", 0x5C)):
        padded = bytes(byte ^ pad for byte in key)
        connection.execute(f"set variable {name} = cast(? as blob)", [padded])


def _judge(
    connection: duckdb.DuckDBPyConnection,
    context: _Context,
    arrived: tuple[_Arrival, Turn],
    scratch: Path,
    outputs: _Outputs,
) -> _Judged:
    arrival, _ = arrived
    manifest, plan, corrected = Manifest(), None, None
    try:
        originals = _regular_files(arrival.files)
        files = _open_files(arrival.delivery_name, originals, scratch, context.settings)
        data = _data_files(files)
        corrected = _read_corrected(context, arrival, data)
        if corrected:
            manifest = Manifest(
                exported_at=corrected_at(corrected, arrival.arrived_at),
                is_simulated=corrected.is_simulated,
            )
            correction = _read_correction(context, arrived, corrected)
        else:
            manifest, correction = _read_manifest(files), None
        deliveries.check_manifest_files(
            manifest, [file.name for file in data], arrival.delivery_name
        )
        contracts = [correction.contract] if correction else [*context.contracts.values()]
        plan, probes = _choose_plan(context, contracts, (arrival, data), scratch)
        judged = _check_datasets(
            connection, context, arrival, (plan, manifest, probes, correction), scratch, outputs
        )
        return replace(judged, corrected=corrected)
    except DeliveryRefusedError as refusal:
        return _Judged(plan, manifest, refusal=refusal, corrected=corrected)


def _read_corrected(
    context: _Context, arrival: _Arrival, data: Sequence[SourceFile]
) -> Mark | None:
    """Say which delivery's return this is, if it is one; another locality's is refused."""
    marks = returns.read_marks(data, context.settings)
    if len(marks) > 1:
        detail = ", ".join(mark.delivery_id for mark in marks)
        raise DeliveryRefusedError("returns_together", arrival.delivery_name, detail)
    if marks and marks[0].locality_code != context.locality.locality_code:
        raise DeliveryRefusedError("return_of_other", arrival.delivery_name, marks[0].locality_code)
    return marks[0] if marks else None


def _read_correction(context: _Context, arrived: tuple[_Arrival, Turn], mark: Mark) -> _Correction:
    """Gather what a correction stands on: the export that it corrects and earlier corrections.

    Codes keep the form of that export's contract. A return of a delivery that was refused whole
    holds its faulty lines only, and is not taken for the whole.
    """
    arrival, turn = arrived
    turn.wait()
    earlier = _read_earlier(context, arrival)
    end = corrected_at(mark, arrival.arrived_at)
    chain = [
        one
        for one in earlier
        if mark.exported_at <= dt.datetime.fromisoformat(one.exported_at) < end
    ]
    for one in chain:
        is_export = one.contract_code != returns.CONTRACT
        if one.delivery_id == mark.delivery_id and one.state_code == "refused" and is_export:
            raise DeliveryRefusedError(
                "return_of_refused", arrival.delivery_name, one.delivery_name
            )
    sources = [
        context.contracts[one.contract_code]
        for one in chain
        if one.contract_code in context.contracts
    ] or [*context.contracts.values()]
    accepted = {
        code: tuple(
            path
            for one in chain
            if (path := _accepted_path(context, code, one.delivery_id)).exists()
        )
        for code in ("procedures", "dossiers")
    }
    forms = sources[0].code_forms if sources else {}
    contract = context.correction.model_copy(update={"code_forms": forms})
    return _Correction(contract, mark.exported_at, accepted)


def _open_files(
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


def _data_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    return sorted((file for file in files if not _is_manifest(file)), key=lambda file: file.name)


def _read_manifest(files: Sequence[SourceFile]) -> Manifest:
    found = sorted(filter(_is_manifest, files), key=lambda file: (file.name.count("/"), file.name))
    if not found:
        return Manifest()
    return deliveries.parse_manifest(found[0].path.read_bytes(), found[0].name)


def _choose_plan(
    context: _Context,
    contracts: Sequence[Contract],
    source: tuple[_Arrival, Sequence[SourceFile]],
    scratch: Path,
) -> tuple[Plan, Mapping[str, tuple[Probe, ...]]]:
    """Take the first of the contracts whose file names and headers fit."""
    arrival, files = source
    reasons: list[DeliveryRefusedError] = []
    for contract in contracts:
        plan = deliveries.plan_files(contract, files)
        if plan is None:
            continue
        try:
            return plan, _read_probes(plan, scratch, context.settings)
        except DeliveryRefusedError as refusal:
            reasons.append(refusal)
    if reasons:
        raise reasons[0]
    raise DeliveryRefusedError("layout_unknown", arrival.delivery_name, "tên tệp")


def _read_probes(plan: Plan, scratch: Path, settings: Settings) -> dict[str, tuple[Probe, ...]]:
    """Read the headers of a plan's files; refuse where the columns of a key are missing.

    A workbook without an optional dataset's sheet does not send that dataset.
    """
    probes = {}
    place = decoding.Place(plan.contract, scratch, settings)
    for code, files in plan.files.items():
        layout = plan.contract.datasets[code]
        read = [probe for file in files for probe in decoding.read_probes(file, layout, place)]
        for probe in read:
            if probe.has_sheet or not plan.contract.is_correction:
                _check_header(code, layout, probe)
        sent = tuple(probe for probe in read if probe.has_sheet)
        if sent:
            probes[code] = sent
    if not probes:
        raise DeliveryRefusedError(
            "layout_unknown", next(iter(plan.files.values()))[0].name, "trang tính"
        )
    return probes


def _check_header(code: str, layout: Layout, probe: Probe) -> None:
    if not probe.has_sheet:
        if code == "dossiers":
            detail = f"thiếu trang tính «{layout.sheet}»"
            raise DeliveryRefusedError("layout_unknown", probe.file.name, detail)
        return
    seen = set(probe.match.positions)
    seen -= set(probe.match.missing) if probe.has_sample else set()
    missing = missing_keys(code, layout, seen)
    if missing:
        detail = f"thiếu cột {', '.join(missing)}"
        raise DeliveryRefusedError("layout_unknown", probe.file.name, detail)


def _check_datasets(
    connection: duckdb.DuckDBPyConnection,
    context: _Context,
    arrival: _Arrival,
    source: tuple[Plan, Manifest, Mapping[str, tuple[Probe, ...]], _Correction | None],
    scratch: Path,
    outputs: _Outputs,
) -> _Judged:
    plan, manifest, probes, correction = source
    exported_at, _ = deliveries.exported_at_of(
        plan.contract, manifest, arrival.delivery_name, arrival.arrived_at
    )
    # A correction tells of the moment of its export, which checks of dates go by.
    as_of = correction.exported_at if correction else exported_at
    _create_surroundings(connection, context, plan.contract, as_of)
    if correction:
        _recall_accepted(connection, correction)
    counts: list[DatasetCount] = []
    checks: list[Check] = []
    unknown: list[str] = []
    refusal: DeliveryRefusedError | None = None
    for code in probes:
        job = _job_of(plan, probes, code, scratch)
        decoded = decoding.decode_dataset(connection, job)
        unknown += map(refusals.writable, decoded.unknown_columns)
        _expect_count(connection, plan, manifest, decoded)
        outcome = context.run_suite(connection, code, context.settings.suites)
        checks += outcome.checks
        _keep_validation(context, arrival, code, outcome, outputs)
        count = _sort_rows(connection, arrival, decoded)
        counts.append(count)
        columns = _columns_sent(plan.contract.datasets[code], probes[code])
        returns.note_dataset(connection, decoded, columns, context.settings.max_return_lines)
        refusal = refusal or _refusal_of(arrival, plan.contract, count, outcome)
        _keep_accepted(connection, context, arrival, decoded, exported_at, count, outputs)
        _drop_rows(connection, decoded)
    refusal = refusal or _refusal_of_all(arrival, counts)
    return _Judged(
        plan, manifest, tuple(counts), tuple(checks), tuple(dict.fromkeys(unknown)), refusal
    )


def _refusal_of_all(
    arrival: _Arrival, counts: Sequence[DatasetCount]
) -> DeliveryRefusedError | None:
    """Refuse a delivery without a line, and one (a correction) of which no line is good."""
    if not any(count.line_count for count in counts):
        return DeliveryRefusedError("delivery_empty", arrival.delivery_name)
    if not any(count.accepted_count for count in counts):
        detail = ", ".join(
            f"{count.dataset_code} ({count.refused_count}/{count.source_count})" for count in counts
        )
        return DeliveryRefusedError("too_many_refused", arrival.delivery_name, detail)
    return None


def _columns_sent(layout: Layout, probes: Sequence[Probe]) -> set[str]:
    """Name the canonical columns for which a source has something, or a contract says it."""
    missing = set.intersection(*(set(probe.match.missing) for probe in probes))
    read = {
        target
        for source, targets in layout.sources().items()
        if source not in missing
        for target in targets
    }
    return read | {*layout.defaults, *layout.by_presence, *layout.has_items}


def _recall_accepted(connection: duckdb.DuckDBPyConnection, correction: _Correction) -> None:
    """Let a correction's lines lean on what was accepted of the export that it corrects."""
    for code, column in (("procedures", "procedure_code"), ("dossiers", "dossier_code")):
        for path in correction.accepted[code]:
            connection.execute(
                f"insert into accepted_{code} select distinct {column} "
                f"from read_parquet({quoted(str(path))})"
            )


def _job_of(
    plan: Plan, probes: Mapping[str, tuple[Probe, ...]], code: str, scratch: Path
) -> decoding.Job:
    """Make the job of a dataset; records that cannot be read count once, where read plainly."""
    names = {probe.file.name for probe in probes[code]}
    readers = [
        other for other, found in probes.items() if names & {probe.file.name for probe in found}
    ]
    plain = [other for other in readers if plan.contract.datasets[other].explode is None]
    return decoding.Job(
        code, plan.contract, probes[code], scratch, counts_bad_records=(plain or readers)[0] == code
    )


def _create_surroundings(
    connection: duckdb.DuckDBPyConnection,
    context: _Context,
    contract: Contract,
    exported_at: dt.datetime,
) -> None:
    """Create what suites read besides the dataset (architecture §3)."""
    connection.execute(
        "create table delivery (locality_code string, province_code string, exported_at timestamp, "
        "dossier_code_form string, procedure_code_form string)"
    )
    connection.execute(
        "insert into delivery values (?, ?, ?, ?, ?)",
        [
            context.locality.locality_code,
            context.locality.province_code,
            exported_at,
            contract.code_form("dossier_code"),
            contract.code_form("procedure_code"),
        ],
    )
    connection.execute(
        "create table expected_counts "
        "(dataset_code string, expected_row_count bigint, line_count bigint)"
    )
    connection.execute("create table accepted_procedures (procedure_code string)")
    connection.execute("create table accepted_dossiers (dossier_code string)")


def _expect_count(
    connection: duckdb.DuckDBPyConnection, plan: Plan, manifest: Manifest, decoded: Decoded
) -> None:
    code = decoded.dataset_code
    names = [file.name for file in plan.files[code]]
    expected = deliveries.expected_count(manifest, plan.contract.datasets[code], names)
    if expected is not None:
        connection.execute(
            "insert into expected_counts values (?, ?, ?)", [code, expected, decoded.line_count]
        )


def _sort_rows(
    connection: duckdb.DuckDBPyConnection, arrival: _Arrival, decoded: Decoded
) -> DatasetCount:
    """Mark the rows with a critical finding, keep all reasons, and count."""
    code, table = decoded.dataset_code, decoded.table
    connection.execute("create or replace table found as select * from findings")
    connection.execute(
        "create or replace table refused_rows as "
        "select distinct _row_id from found where severity_code = 'critical'"
    )
    refused_rows = _count(connection, "select count(*) from refused_rows")
    warned = _count(
        connection,
        "select count(distinct _row_id) from found "
        "where _row_id not in (select _row_id from refused_rows)",
    )
    if refused_rows:
        connection.execute(f"alter table {table} add column _is_refused boolean default false")
        connection.execute(
            f"update {table} set _is_refused = true "
            f"where rowid in (select _row_id from refused_rows)"
        )
    accepted_where = f"{decoded.where}{' and not _is_refused' if refused_rows else ''}"
    connection.execute(
        f"create or replace view accepted_rows as select {decoded.select} from {table} "
        f"where {accepted_where}"
    )
    _note_findings(connection, arrival, decoded)
    _note_lines(connection, arrival, decoded)
    accepted = _count(connection, "select count(*) from accepted_rows")
    source_count = decoded.line_count + decoded.spread_count - decoded.folded_count
    refused_count = refused_rows + len(decoded.refused_lines)
    if accepted + refused_count != source_count:
        raise PipelineError(
            "conservation", f"{code}: {source_count} lines, {accepted} + {refused_count} rows"
        )
    return DatasetCount(
        dataset_code=code,
        line_count=decoded.line_count,
        spread_count=decoded.spread_count,
        folded_count=decoded.folded_count,
        left_out_count=decoded.left_out_count,
        source_count=source_count,
        accepted_count=accepted,
        refused_count=refused_count,
        warned_count=warned,
        accepted_file=None,
        rescues=decoded.rescues,
    )


def _note_findings(
    connection: duckdb.DuckDBPyConnection, arrival: _Arrival, decoded: Decoded
) -> None:
    code = decoded.dataset_code
    sequence = list(DATASETS).index(code)
    classes = " ".join(
        f"when {quoted(column)} then {quoted(refusals.value_class(column))}"
        for column in DATASETS[code].columns
    )
    has_mend = "mend" in connection.table("found").columns
    connection.execute(
        f"insert into refusals select {quoted(arrival.delivery_id)}, {quoted(code)}, "
        f"row._source_file, {_or_null(decoded.sheet_name)}, row._source_row, found.column_name, "
        f"case found.column_name {classes} else 'text' end, found.rule_code, found.severity_code, "
        f"found.sentence, {'found.mend' if has_mend else 'null'}, {sequence} "
        f"from found inner join {code} as row on row._row_id = found._row_id"
    )


def _note_lines(connection: duckdb.DuckDBPyConnection, arrival: _Arrival, decoded: Decoded) -> None:
    code, lines = decoded.dataset_code, decoded.refused_lines
    if not lines:
        return
    words = [refusals.LINE_SENTENCES[line.rule_code] for line in lines]
    relation = pa.table(
        {
            "source_file": [line.file_name for line in lines],
            "source_row": [line.source_row for line in lines],
            "rule_code": [line.rule_code for line in lines],
            "sentence": [sentence for sentence, _ in words],
            "mend": [mend for _, mend in words],
        }
    )
    connection.register("refused_lines", relation)
    connection.execute(
        f"insert into refusals select {quoted(arrival.delivery_id)}, {quoted(code)}, source_file, "
        f"{_or_null(decoded.sheet_name)}, source_row, null, 'text', rule_code, "
        f"'critical', sentence, mend, {list(DATASETS).index(code)} from refused_lines"
    )
    connection.unregister("refused_lines")


def _or_null(text: str | None) -> str:
    return "null" if text is None else quoted(text)


def _refusal_of(
    arrival: _Arrival, contract: Contract, count: DatasetCount, outcome: Outcome
) -> DeliveryRefusedError | None:
    """Say whether a dataset refuses the delivery: by a check of it, or by its refused share."""
    unmet = [
        check.sentence
        for check in outcome.checks
        if not check.is_met and check.severity_code == "critical" and check.scope_code == "delivery"
    ]
    if outcome.refuses_delivery:
        return DeliveryRefusedError("checks_not_met", arrival.delivery_name, " ".join(unmet))
    if contract.is_correction:
        return None
    if count.source_count == 0:
        is_needed = count.dataset_code == "dossiers"
        return DeliveryRefusedError("delivery_empty", arrival.delivery_name) if is_needed else None
    share = count.refused_count / count.source_count
    if share > contract.refused_share_limit or count.accepted_count == 0:
        detail = f"{count.dataset_code} ({count.refused_count}/{count.source_count})"
        return DeliveryRefusedError("too_many_refused", arrival.delivery_name, detail)
    return None


def _keep_validation(
    context: _Context, arrival: _Arrival, code: str, outcome: Outcome, outputs: _Outputs
) -> None:
    path = context.settings.quarantine / arrival.delivery_id / f"validation-{code}.json"
    partial = _partial(path)
    outputs.others.append((partial, path))
    text = json.dumps(outcome.result, ensure_ascii=False, indent=1, default=str)
    partial.write_text(text + "\n", encoding="utf-8")


def _keep_accepted(
    connection: duckdb.DuckDBPyConnection,
    context: _Context,
    arrival: _Arrival,
    decoded: Decoded,
    exported_at: dt.datetime,
    count: DatasetCount,
    outputs: _Outputs,
) -> None:
    code = decoded.dataset_code
    if count.accepted_count:
        path = _accepted_path(context, code, arrival.delivery_id)
        partial = _partial(path)
        outputs.accepted.append((partial, path))
        columns = ", ".join(f'"{column}"' for column in DATASETS[code].columns)
        lineage = {
            "_locality_code": quoted(context.locality.locality_code),
            "_province_code": quoted(context.locality.province_code),
            "_delivery_id": quoted(arrival.delivery_id),
            "_exported_at": f"timestamp {quoted(exported_at.isoformat(sep=' '))}",
            "_source_file": "_source_file",
            "_source_row": "_source_row",
        }
        shown = ", ".join(
            f"cast({lineage[name]} as {kind}) as {name}" for name, kind in LINEAGE.items()
        )
        connection.execute(_copy_sql(f"select {columns}, {shown} from accepted_rows", partial))
    if code == "procedures":
        connection.execute(
            "insert into accepted_procedures select distinct procedure_code from accepted_rows"
        )
    if code == "dossiers":
        connection.execute("insert into accepted_dossiers select dossier_code from accepted_rows")


def _accepted_path(context: _Context, code: str, delivery_id: str) -> Path:
    folder = context.settings.accepted / code / f"locality={context.locality.locality_code}"
    return folder / f"{delivery_id}.parquet"


def _drop_rows(connection: duckdb.DuckDBPyConnection, decoded: Decoded) -> None:
    """Free the memory of a dataset that is done."""
    for view in ("accepted_rows", decoded.dataset_code):
        connection.execute(f"drop view if exists {view} cascade")
    connection.execute(f"drop table if exists {decoded.table} cascade")


def _receipt_of(context: _Context, arrival: _Arrival, judged: _Judged) -> Receipt:
    contract = judged.plan.contract if judged.plan else None
    exported_at, source = _exported_at(contract, judged.manifest, arrival)
    is_refused = judged.refusal is not None
    datasets = tuple(
        _final_count(context, arrival, count, is_refused=is_refused) for count in judged.datasets
    )
    in_part = any(dataset.refused_count for dataset in datasets)
    state = "refused" if is_refused else "accepted_in_part" if in_part else "accepted"
    locality = context.locality
    return Receipt(
        delivery_id=arrival.delivery_id,
        locality_code=locality.locality_code,
        locality_name=locality.locality_name,
        province_code=locality.province_code,
        delivery_name=arrival.delivery_name,
        contract_code=contract.contract if contract else None,
        contract_sha256=context.sums[contract.contract] if contract else None,
        suites_sha256=context.suites_sha256,
        arrived_at=arrival.arrived_at.isoformat(),
        exported_at=exported_at.isoformat(),
        exported_at_source=source,
        is_simulated=judged.manifest.is_simulated,
        state_code=state,
        refusal_code=judged.refusal.code if judged.refusal else None,
        refusal_sentence=str(judged.refusal) if judged.refusal else None,
        files=read_files(arrival.folder),
        datasets=datasets,
        checks=judged.checks,
        unknown_columns=judged.unknown_columns,
        unknown_files=judged.plan.unknown_files if judged.plan else (),
    )


def _exported_at(
    contract: Contract | None, manifest: Manifest, arrival: _Arrival
) -> tuple[dt.datetime, str]:
    known = contract or Contract(contract="none", title="", datasets={})
    return deliveries.exported_at_of(known, manifest, arrival.delivery_name, arrival.arrived_at)


def _final_count(
    context: _Context, arrival: _Arrival, count: DatasetCount, *, is_refused: bool
) -> DatasetCount:
    """Point to the accepted file; of a delivery refused whole, every row is refused."""
    if is_refused:
        return count.model_copy(
            update={"accepted_count": 0, "refused_count": count.source_count, "warned_count": 0}
        )
    if not count.accepted_count:
        return count
    path = _accepted_path(context, count.dataset_code, arrival.delivery_id)
    landing = context.settings.accepted.parent
    return count.model_copy(update={"accepted_file": path.relative_to(landing).as_posix()})


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
        for file in _regular_files(folder / "files")
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


def _write_refusals(
    connection: duckdb.DuckDBPyConnection, context: _Context, receipt: Receipt, outputs: _Outputs
) -> None:
    if receipt.refusal_code:
        connection.execute(
            "insert into refusals values "
            "(?, ?, null, null, null, null, 'text', ?, 'critical', ?, null, -1)",
            [receipt.delivery_id, DELIVERY, receipt.refusal_code, receipt.refusal_sentence],
        )
    path = context.settings.quarantine / receipt.delivery_id / "refusals.parquet"
    partial = _partial(path)
    outputs.others.append((partial, path))
    columns = ", ".join(REFUSAL_COLUMNS)
    order = "sequence, source_file, source_row, rule_code, column_name"
    connection.execute(
        _copy_sql(f"select {columns} from refusals order by {order} nulls last", partial)
    )


def _write_return(
    connection: duckdb.DuckDBPyConnection,
    context: _Context,
    decided: tuple[_Arrival, _Judged, Receipt],
    scratch: Path,
    outputs: _Outputs,
) -> None:
    """Write what the sender gets back, and what its next delivery is compared with."""
    arrival, judged, receipt = decided
    settings = context.settings
    path = settings.quarantine / receipt.delivery_id / returns.KEYS_FILE
    outputs.others.append((_partial(path), path))
    returns.write_keys(connection, outputs.others[-1][0])
    if not returns.needs_return(receipt):
        return
    lying = {path: partial for partial, path in outputs.accepted}
    accepted = {code: _accepted_path(context, code, receipt.delivery_id) for code in DATASETS}
    job = returns.Job(
        settings,
        context.correction,
        receipt,
        judged.corrected,
        _read_earlier(context, arrival),
        {code: lying[path] for code, path in accepted.items() if path in lying},
        scratch,
    )
    for name, content in returns.render_return(connection, job).items():
        path = settings.returns / receipt.locality_code / name
        outputs.returned.append((_partial(path), path))
        outputs.returned[-1][0].write_bytes(content)


def _put(context: _Context, receipt: Receipt, outputs: _Outputs) -> None:
    """Put the written files in their places; nothing of an earlier try stays."""
    kept = {path for _, path in (*outputs.others, *outputs.returned)}
    if receipt.state_code != "refused":
        kept |= {path for _, path in outputs.accepted}
    stale = [_accepted_path(context, code, receipt.delivery_id) for code in DATASETS] + sorted(
        (context.settings.quarantine / receipt.delivery_id).glob("*")
    )
    for path in stale:
        if path not in kept and path.suffix != ".partial":
            path.unlink(missing_ok=True)
    returns.remove_stale(
        context.settings.returns / receipt.locality_code, receipt.delivery_id, kept
    )
    for partial, path in outputs.all:
        if path in kept:
            partial.replace(path)


def _remove_partials(context: _Context, delivery_id: str) -> None:
    """Remove what a killed try of a delivery was writing."""
    settings, code = context.settings, context.locality.locality_code
    for folder, pattern in (
        (settings.accepted, f"*/locality={code}/{delivery_id}.*.partial"),
        (settings.quarantine / delivery_id, "*.partial"),
        (settings.returns / code, f"*_{delivery_id[:8]}.*.partial"),
    ):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f"{path.name}.{os.getpid()}.partial")


def _copy_sql(query: str, path: Path) -> str:
    return (
        f"copy ({query}) to {quoted(str(path))} "
        f"(format parquet, compression zstd, compression_level 1, row_group_size {ROW_GROUP_ROWS})"
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return connection.execute(query).fetchall()[0][0]


# Trying a contract


def _try_lines(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    probes: Mapping[str, tuple[Probe, ...]],
    manifest: Manifest,
    scratch: Path,
) -> dict[str, list[dict[str, object]]]:
    shown: dict[str, list[dict[str, object]]] = {}
    for number in ("token_inner", "token_outer"):
        connection.execute(f"set variable {number} = cast('' as blob)")
    for code in probes:
        layout = plan.contract.datasets[code]
        decoded = decoding.decode_dataset(connection, _job_of(plan, probes, code, scratch))
        shown[f"{code}: columns"] = _match_lines(_read_names(layout, probes[code]), probes[code])
        names = [probe.file.name for probe in probes[code]]
        shown[f"{code}: counts"] = [
            {
                "lines": decoded.line_count,
                "in the manifest": deliveries.expected_count(manifest, layout, names),
                "folded": decoded.folded_count,
                "left out": decoded.left_out_count,
                "unreadable": len(decoded.refused_lines),
            }
        ]
        shown[f"{code}: values not read"] = _unread_lines(connection, code)
        shown[f"{code}: first rows"] = _first_rows(connection, code)
    if plan.unknown_files:
        shown["files that no layout takes"] = [{"file": name} for name in plan.unknown_files]
    return shown


def _read_names(layout: Layout, probes: Sequence[Probe]) -> dict[str, Sequence[str]]:
    """Give the columns of a layout with what they fill; of a number the spellings that are there.

    A number of which no spelling is there is told by its first.
    """
    names: dict[str, Sequence[str]] = {**layout.columns}
    present = {name for probe in probes for name in probe.match.positions}
    for number, spellings in (layout.unpivot.spellings() if layout.unpivot else {}).items():
        found = [name for name in spellings if name in present] or spellings[:1]
        names |= dict.fromkeys(found, (f"{layout.unpivot.value} ({number})",))
    return names


def _match_lines(
    columns: Mapping[str, Sequence[str]], probes: Sequence[Probe]
) -> list[dict[str, object]]:
    missing = {name for probe in probes for name in probe.match.missing}
    lines: list[dict[str, object]] = [
        {
            "source column": source,
            "canonical column": ", ".join(targets),
            "state": "missing" if source in missing else "read",
        }
        for source, targets in columns.items()
    ]
    unknown = dict.fromkeys(name for probe in probes for name in probe.match.unknown)
    lines += [
        {"source column": name, "canonical column": "", "state": "unknown"} for name in unknown
    ]
    return lines


def _unread_lines(connection: duckdb.DuckDBPyConnection, code: str) -> list[dict[str, object]]:
    columns = [name for name in connection.table(code).columns if name.startswith("_unread_")]
    counted = ", ".join(f'count("{name}")' for name in columns)
    counts = connection.execute(f"select {counted} from {code}").fetchall()[0] if columns else ()
    return [
        {"canonical column": name.removeprefix("_unread_"), "rows": count}
        for name, count in zip(columns, counts, strict=True)
        if count
    ]


def _first_rows(connection: duckdb.DuckDBPyConnection, code: str) -> list[dict[str, object]]:
    """Give the first rows, one line a column that has a value, the applicant's token left out."""
    columns = [column for column in DATASETS[code].columns if column != "applicant_token"]
    listed = ", ".join(f'"{column}"' for column in columns)
    rows = connection.execute(
        f"select {listed} from {code} order by _row_id limit {TRY_ROWS}"
    ).fetchall()
    return [
        {
            "canonical column": column,
            **{f"row {number}": row[place] for number, row in enumerate(rows, 1)},
        }
        for place, column in enumerate(columns)
        if any(row[place] is not None for row in rows)
    ]
