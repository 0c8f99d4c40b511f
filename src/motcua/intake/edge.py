"""The edge of intake: inbox to raw to accepted or refused rows, one receipt a delivery.

Every step can be killed and run again: originals are moved by a rename, everything else is written
beside its place and put there whole, and the receipt comes last. A delivery without a receipt has
not been taken in.
"""

import contextlib
import hashlib
import importlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import duckdb

from motcua import workers
from motcua.contracts import (
    Contract,
    read_contracts,
    read_localities,
)
from motcua.datasets import DATASETS
from motcua.errors import MotcuaError, PipelineError, SettingsError
from motcua.files import sum_of_files
from motcua.frames import with_room
from motcua.intake import deliveries
from motcua.intake.arrivals.edge import (
    Kept,
    check_unchanged,
    count_waiting_bytes,
    data_files,
    gave_back,
    keep_original,
    list_folders,
    list_inbox,
    list_undecided,
    read_arrival,
    read_settled,
)
from motcua.intake.decoding.edge import Probe
from motcua.intake.deliveries import Plan, SourceFile
from motcua.intake.judging.edge import (
    DELIVERY,
    accepted_path,
    choose_plan,
    judge_delivery,
    open_connection,
    partial_of,
    read_earlier,
    receipt_of,
    set_token_key_if_needed,
)
from motcua.intake.landing.edge import copy_sql, locked, write_empty_datasets
from motcua.intake.model import (
    REFUSAL_COLUMNS,
    Arrival,
    Context,
    Judged,
    Outcome,
    Outputs,
    RunSuite,
)
from motcua.intake.refusals import DeliveryRefusedError
from motcua.receipts import (
    Receipt,
    write_receipt,
)
from motcua.returns import edge as returns
from motcua.settings import Settings
from motcua.workers import Turn

logger = logging.getLogger(__name__)
_RUN_AGAIN = "; mend that and run it again, nothing is lost"
Tried = TypeVar("Tried")


@dataclass(frozen=True, slots=True)
class ContractChange:
    """A contract that is tried in the place of the one of this name."""

    name: str
    contract: Contract


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
        code for code in register if list_inbox(settings, code) or list_undecided(settings, code)
    ]
    for folder in list_folders(settings.inbox):
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
        by_size = sorted(
            waiting, key=lambda code: count_waiting_bytes(settings, code), reverse=True
        )
        begun = {code: pool.submit(run_intake, share, code) for code in by_size}
        for code in waiting:
            try:
                receipts += begun[code].result()
            except Exception as error:  # noqa: BLE001 - told below, after the others were tried
                faults.append(error)
    _raise_faults(faults)
    return receipts


@with_room
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
        kept: dict[str, Kept] = {}
        for entry in read_settled(settings, locality_code):
            _tried(faults, lambda entry=entry: kept.update(keep_original(context, entry)))
        arrivals = _waiting_arrivals(context, faults)
        receipts = _take_in(context, arrivals, faults)
        faults = [fault for fault in faults if not gave_back(context, kept, fault)]
    _raise_faults(faults)
    return receipts


def delete_derived(settings: Settings) -> None:
    """Delete all that intake can make again from raw, receipts first."""
    for folder in (settings.receipts, settings.accepted, settings.quarantine, settings.returns):
        shutil.rmtree(folder, ignore_errors=True)


def run_again(
    settings: Settings, locality_code: str, delivery_id: str, run_suite: RunSuite | None = None
) -> Receipt:
    """Take a delivery in again from raw: its receipt and rows are made anew."""
    context = _read_context(settings, locality_code, run_suite)
    with locked(settings, locality_code):
        write_empty_datasets(settings)
        folder = settings.raw / locality_code / delivery_id
        return _decide(context, read_arrival(context.locality, folder), Turn())


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
    return _decide(aside, read_arrival(context.locality, folder), Turn())


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
    return _decide(aside, read_arrival(context.locality, folder), Turn())


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
    arrival = read_arrival(context.locality, settings.raw / locality_code / delivery_id)
    data = data_files(files)
    if returns.read_marks(data, settings):
        return None
    contracts = [*context.contracts.values()]
    with contextlib.suppress(DeliveryRefusedError):
        return choose_plan(context, contracts, (arrival, data), scratch)
    return None


def _read_context(settings: Settings, locality_code: str, run_suite: RunSuite | None) -> Context:
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
    return Context(
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

    @with_room
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
    paths = sorted(settings.suites.glob("*.json"))
    return sum_of_files((path.name, path) for path in paths) if paths else None


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


def _waiting_arrivals(context: Context, faults: list[Exception]) -> list[Arrival]:
    """Give the deliveries without a receipt in order of arrival."""
    folders = list_undecided(context.settings, context.locality.locality_code)
    read = [
        _tried(faults, lambda folder=folder: read_arrival(context.locality, folder))
        for folder in folders
    ]
    return sorted((one for one in read if one), key=lambda one: one.order)


def _take_in(
    context: Context, arrivals: Sequence[Arrival], faults: list[Exception]
) -> list[Receipt]:
    """Take deliveries in, in processes side by side where there are several of them.

    They begin in the order of arrival and end in it, since a return speaks of what came before.
    """
    count = min(context.settings.deliveries_at_once, len(arrivals))
    settings = context.settings.model_copy(update={"deliveries_at_once": max(count, 1)})
    shared = replace(context, settings=settings)
    if count < 2 or context.run_suite is not _run_suite:
        if arrivals and context.run_suite is _run_suite:
            _import_meanwhile("motcua.quality.validation")
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


@with_room
def _take_turn(context: Context, arrival: Arrival, turn: Turn) -> Receipt:
    try:
        return _decide(context, arrival, turn)
    finally:
        turn.end()


def _decide(context: Context, arrival: Arrival, turn: Turn) -> Receipt:
    """Decode and check a delivery and write what became of it; the receipt comes last."""
    settings = context.settings
    scratch = settings.scratch / arrival.delivery_id
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    _remove_partials(context, arrival.delivery_id)
    outputs = Outputs()
    try:
        with open_connection(settings, scratch) as connection:
            set_token_key_if_needed(connection, context)
            connection.execute(
                "create table refusals ("
                + ", ".join(f"{name} {kind}" for name, kind in REFUSAL_COLUMNS.items())
                + ", sequence integer default 0)"
            )
            returns.create_tables(connection)
            judged = judge_delivery(connection, context, (arrival, turn), scratch, outputs)
            receipt = receipt_of(context, arrival, judged)
            check_unchanged(arrival, receipt.files)
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


def _write_refusals(
    connection: duckdb.DuckDBPyConnection, context: Context, receipt: Receipt, outputs: Outputs
) -> None:
    if receipt.refusal_code:
        connection.execute(
            "insert into refusals values "
            "(?, ?, null, null, null, null, 'text', ?, 'critical', ?, null, -1)",
            [receipt.delivery_id, DELIVERY, receipt.refusal_code, receipt.refusal_sentence],
        )
    path = context.settings.quarantine / receipt.delivery_id / "refusals.parquet"
    partial = partial_of(path)
    outputs.others.append((partial, path))
    columns = ", ".join(REFUSAL_COLUMNS)
    order = "sequence, source_file, source_row, rule_code, column_name"
    connection.execute(
        copy_sql(f"select {columns} from refusals order by {order} nulls last", partial)
    )


def _write_return(
    connection: duckdb.DuckDBPyConnection,
    context: Context,
    decided: tuple[Arrival, Judged, Receipt],
    scratch: Path,
    outputs: Outputs,
) -> None:
    """Write what the sender gets back, and what its next delivery is compared with."""
    arrival, judged, receipt = decided
    settings = context.settings
    path = settings.quarantine / receipt.delivery_id / returns.KEYS_FILE
    outputs.others.append((partial_of(path), path))
    returns.write_keys(connection, outputs.others[-1][0])
    if not returns.needs_return(receipt):
        return
    lying = {path: partial for partial, path in outputs.accepted}
    accepted = {code: accepted_path(context, code, receipt.delivery_id) for code in DATASETS}
    job = returns.Job(
        settings,
        context.correction,
        receipt,
        judged.corrected,
        read_earlier(context, arrival),
        {code: lying[path] for code, path in accepted.items() if path in lying},
        scratch,
    )
    for name, content in returns.render_return(connection, job).items():
        path = settings.returns / receipt.locality_code / name
        outputs.returned.append((partial_of(path), path))
        outputs.returned[-1][0].write_bytes(content)


def _put(context: Context, receipt: Receipt, outputs: Outputs) -> None:
    """Put the written files in their places; nothing of an earlier try stays."""
    kept = {path for _, path in (*outputs.others, *outputs.returned)}
    if receipt.state_code != "refused":
        kept |= {path for _, path in outputs.accepted}
    stale = [accepted_path(context, code, receipt.delivery_id) for code in DATASETS] + sorted(
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


def _remove_partials(context: Context, delivery_id: str) -> None:
    """Remove what a killed try of a delivery was writing."""
    settings, code = context.settings, context.locality.locality_code
    for folder, pattern in (
        (settings.accepted, f"*/locality={code}/{delivery_id}.*.partial"),
        (settings.quarantine / delivery_id, "*.partial"),
        (settings.returns / code, f"*_{delivery_id[:8]}.*.partial"),
    ):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
