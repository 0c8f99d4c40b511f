"""The edge of judging: a delivery decoded, checked by its suites and sorted into its rows."""

import contextlib
import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from motcua.contracts import (
    Contract,
    Layout,
)
from motcua.datasets import DATASETS, LINEAGE
from motcua.errors import PipelineError, SettingsError
from motcua.intake import deliveries, refusals
from motcua.intake.arrivals.edge import (
    data_files,
    list_files,
    list_folders,
    open_files,
    read_arrival,
    read_files,
    read_manifest,
)
from motcua.intake.decoding import edge as decoding
from motcua.intake.decoding.edge import Decoded, Probe
from motcua.intake.deliveries import Manifest, Plan, SourceFile
from motcua.intake.headers import missing_keys
from motcua.intake.landing.edge import copy_sql
from motcua.intake.model import Arrival, Context, Correction, Judged, Outcome, Outputs
from motcua.intake.refusals import DeliveryRefusedError
from motcua.receipts import (
    Check,
    DatasetCount,
    Receipt,
    read_receipt,
)
from motcua.returns import edge as returns
from motcua.returns.mark import Mark, corrected_at
from motcua.settings import Settings
from motcua.sql import quoted, quoted_or_null
from motcua.workers import Turn

AHEAD_BYTES = 64 << 20
"""Datasets whose files have no more bytes than this are all decoded before the first is judged."""
DELIVERY = "delivery"
"""``dataset_code`` of a reason that refuses a delivery whole."""
_NO_CONTRACT = Contract(contract="none", title="", datasets={})


def read_earlier(context: Context, arrival: Arrival) -> list[Receipt]:
    """Read the receipts of the locality's deliveries that came before this one."""
    found = []
    for folder in list_folders(context.settings.raw / context.locality.locality_code):
        path = context.settings.receipts / f"{folder.name}.json"
        # A delivery whose arrival cannot be read is told of as itself, not here.
        with contextlib.suppress(PipelineError):
            if read_arrival(context.locality, folder).order < arrival.order and path.exists():
                found.append(read_receipt(path))
    return found


def open_connection(settings: Settings, scratch: Path) -> duckdb.DuckDBPyConnection:
    """Open DuckDB in memory, with this delivery's share of memory and threads."""
    connection = duckdb.connect(
        config={
            "threads": settings.thread_share(settings.deliveries_at_once),
            "memory_limit": settings.memory_share(settings.deliveries_at_once),
            "temp_directory": str(scratch / "duckdb"),
            "autoinstall_known_extensions": "false",
            "preserve_insertion_order": "true",
        }
    )
    # A forked process looks like a prompt to DuckDB, which would draw bars into the run's log.
    connection.execute("set enable_progress_bar = false")
    return connection


def set_token_key_if_needed(connection: duckdb.DuckDBPyConnection, context: Context) -> None:
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


def judge_delivery(
    connection: duckdb.DuckDBPyConnection,
    context: Context,
    arrived: tuple[Arrival, Turn],
    scratch: Path,
    outputs: Outputs,
) -> Judged:
    """Decode a delivery, run its suites and sort its rows; files grow beside their places."""
    arrival, _ = arrived
    manifest, plan, corrected = Manifest(), None, None
    try:
        originals = list_files(arrival.files)
        files = open_files(arrival.delivery_name, originals, scratch, context.settings)
        data = data_files(files)
        corrected = _read_corrected(context, arrival, data)
        if corrected:
            manifest = Manifest(
                exported_at=corrected_at(corrected, arrival.arrived_at),
                is_simulated=corrected.is_simulated,
            )
            correction = _read_correction(context, arrived, corrected)
        else:
            manifest, correction = read_manifest(files), None
        deliveries.check_manifest_files(
            manifest, [file.name for file in data], arrival.delivery_name
        )
        contracts = [correction.contract] if correction else [*context.contracts.values()]
        plan, probes = choose_plan(context, contracts, (arrival, data), scratch)
        judged = _check_datasets(
            connection, context, arrival, (plan, manifest, probes, correction), scratch, outputs
        )
        return replace(judged, corrected=corrected)
    except DeliveryRefusedError as refusal:
        return Judged(plan, manifest, refusal=refusal, corrected=corrected)


def _read_corrected(context: Context, arrival: Arrival, data: Sequence[SourceFile]) -> Mark | None:
    """Say which delivery's return this is, if it is one; another locality's is refused."""
    marks = returns.read_marks(data, context.settings)
    if len(marks) > 1:
        detail = ", ".join(mark.delivery_id for mark in marks)
        raise DeliveryRefusedError("returns_together", arrival.delivery_name, detail)
    if marks and marks[0].locality_code != context.locality.locality_code:
        raise DeliveryRefusedError("return_of_other", arrival.delivery_name, marks[0].locality_code)
    return marks[0] if marks else None


def _read_correction(context: Context, arrived: tuple[Arrival, Turn], mark: Mark) -> Correction:
    """Gather what a correction stands on: the export that it corrects and earlier corrections.

    Codes keep the form of that export's contract. A return of a delivery that was refused whole
    holds its faulty lines only, and is not taken for the whole.
    """
    arrival, turn = arrived
    turn.wait()
    earlier = read_earlier(context, arrival)
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
            if (path := accepted_path(context, code, one.delivery_id)).exists()
        )
        for code in ("procedures", "dossiers")
    }
    forms = sources[0].code_forms if sources else {}
    contract = context.correction.model_copy(update={"code_forms": forms})
    return Correction(contract, mark.exported_at, accepted)


def choose_plan(
    context: Context,
    contracts: Sequence[Contract],
    source: tuple[Arrival, Sequence[SourceFile]],
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
            return plan, read_plan_probes(plan, scratch, context.settings)
        except DeliveryRefusedError as refusal:
            reasons.append(refusal)
    if reasons:
        raise reasons[0]
    raise DeliveryRefusedError("layout_unknown", arrival.delivery_name, "tên tệp")


def read_plan_probes(plan: Plan, scratch: Path, settings: Settings) -> dict[str, tuple[Probe, ...]]:
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
    context: Context,
    arrival: Arrival,
    source: tuple[Plan, Manifest, Mapping[str, tuple[Probe, ...]], Correction | None],
    scratch: Path,
    outputs: Outputs,
) -> Judged:
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
    for decoded in _decode(connection, [job_of(plan, probes, code, scratch) for code in probes]):
        code = decoded.dataset_code
        unknown += map(refusals.writable, decoded.unknown_columns)
        _expect_count(connection, plan, manifest, decoded)
        outcome = context.run_suite(connection, code, context.settings.suites)
        checks += outcome.checks
        _keep_validation(context, arrival, code, outcome, outputs)
        count = _sort_rows(connection, arrival, decoded)
        counts.append(count)
        columns = _columns_sent(plan.contract.datasets[code], probes[code])
        if count.refused_count or count.warned_count:
            returns.note_dataset(connection, decoded, columns, context.settings.max_return_lines)
        refusal = refusal or _refusal_of(arrival, plan.contract, count, outcome)
        _keep_accepted(connection, context, arrival, decoded, exported_at, count, outputs)
        _drop_rows(connection, decoded)
    refusal = refusal or _refusal_of_all(arrival, counts)
    return Judged(
        plan, manifest, tuple(counts), tuple(checks), tuple(dict.fromkeys(unknown)), refusal
    )


def _decode(
    connection: duckdb.DuckDBPyConnection, jobs: Sequence[decoding.Job]
) -> Iterator[Decoded]:
    """Give the datasets one after the other, decoded when they are asked for.

    Small ones are decoded at once, while Great Expectations is still being imported; a refusal is
    told in its turn then too, after what was judged of the datasets before.
    """
    paths = {probe.path for job in jobs for probe in job.probes}
    if sum(path.stat().st_size for path in paths) > AHEAD_BYTES:
        yield from (decoding.decode_dataset(connection, job) for job in jobs)
        return
    ahead: list[Decoded] = []
    refusals_met: list[DeliveryRefusedError] = []
    try:
        ahead.extend(decoding.decode_dataset(connection, job) for job in jobs)
    except DeliveryRefusedError as refusal:
        refusals_met.append(refusal)
    yield from ahead
    for refusal in refusals_met:
        raise refusal


def _refusal_of_all(
    arrival: Arrival, counts: Sequence[DatasetCount]
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


def _recall_accepted(connection: duckdb.DuckDBPyConnection, correction: Correction) -> None:
    """Let a correction's lines lean on what was accepted of the export that it corrects."""
    for code, column in (("procedures", "procedure_code"), ("dossiers", "dossier_code")):
        for path in correction.accepted[code]:
            connection.execute(
                f"insert into accepted_{code} select distinct {column} "
                f"from read_parquet({quoted(str(path))})"
            )


def job_of(
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
    context: Context,
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
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, decoded: Decoded
) -> DatasetCount:
    """Mark the rows with a critical finding, keep all reasons, and count."""
    code, table = decoded.dataset_code, decoded.table
    connection.execute("create or replace table found as select * from findings")
    named, refused_rows = connection.execute(
        "select count(distinct _row_id), "
        "count(distinct case when severity_code = 'critical' then _row_id end) from found"
    ).fetchall()[0]
    if refused_rows:
        connection.execute(f"alter table {table} add column _is_refused boolean default false")
        connection.execute(
            f"update {table} set _is_refused = true "
            "where rowid in (select _row_id from found where severity_code = 'critical')"
        )
    accepted_where = f"{decoded.where}{' and not _is_refused' if refused_rows else ''}"
    connection.execute(
        f"create or replace view accepted_rows as select {decoded.select} from {table} "
        f"where {accepted_where}"
    )
    if named:
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
        warned_count=named - refused_rows,
        accepted_file=None,
        rescues=decoded.rescues,
    )


def _note_findings(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, decoded: Decoded
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
        f"row._source_file, {quoted_or_null(decoded.sheet_name)}, "
        "row._source_row, found.column_name, "
        f"case found.column_name {classes} else 'text' end, found.rule_code, found.severity_code, "
        f"found.sentence, {'found.mend' if has_mend else 'null'}, {sequence} "
        f"from found inner join {code} as row on row._row_id = found._row_id"
    )


def _note_lines(connection: duckdb.DuckDBPyConnection, arrival: Arrival, decoded: Decoded) -> None:
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
        f"{quoted_or_null(decoded.sheet_name)}, source_row, null, 'text', rule_code, "
        f"'critical', sentence, mend, {list(DATASETS).index(code)} from refused_lines"
    )
    connection.unregister("refused_lines")


def _refusal_of(
    arrival: Arrival, contract: Contract, count: DatasetCount, outcome: Outcome
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
    context: Context, arrival: Arrival, code: str, outcome: Outcome, outputs: Outputs
) -> None:
    path = context.settings.quarantine / arrival.delivery_id / f"validation-{code}.json"
    partial = partial_of(path)
    outputs.others.append((partial, path))
    text = json.dumps(outcome.result, ensure_ascii=False, default=str)
    partial.write_text(text + "\n", encoding="utf-8")


def _keep_accepted(
    connection: duckdb.DuckDBPyConnection,
    context: Context,
    arrival: Arrival,
    decoded: Decoded,
    exported_at: dt.datetime,
    count: DatasetCount,
    outputs: Outputs,
) -> None:
    code = decoded.dataset_code
    if count.accepted_count:
        path = accepted_path(context, code, arrival.delivery_id)
        partial = partial_of(path)
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
        connection.execute(copy_sql(f"select {columns}, {shown} from accepted_rows", partial))
    if code == "procedures":
        connection.execute(
            "insert into accepted_procedures select distinct procedure_code from accepted_rows"
        )
    if code == "dossiers":
        connection.execute("insert into accepted_dossiers select dossier_code from accepted_rows")


def accepted_path(context: Context, code: str, delivery_id: str) -> Path:
    """Name the file of a delivery's accepted rows of a dataset."""
    folder = context.settings.accepted / code / f"locality={context.locality.locality_code}"
    return folder / f"{delivery_id}.parquet"


def _drop_rows(connection: duckdb.DuckDBPyConnection, decoded: Decoded) -> None:
    """Free the memory of a dataset that is done."""
    for view in ("accepted_rows", decoded.dataset_code):
        connection.execute(f"drop view if exists {view} cascade")
    connection.execute(f"drop table if exists {decoded.table} cascade")


def receipt_of(context: Context, arrival: Arrival, judged: Judged) -> Receipt:
    """Say in a receipt what became of a delivery."""
    contract = judged.plan.contract if judged.plan else None
    exported_at, source = _exported_at(contract, judged.manifest, arrival)
    is_full, first, last = deliveries.full_period_of(contract or _NO_CONTRACT, judged.manifest)
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
        is_full=is_full,
        full_from_date=first.isoformat() if first else None,
        full_to_date=last.isoformat() if last else None,
    )


def _exported_at(
    contract: Contract | None, manifest: Manifest, arrival: Arrival
) -> tuple[dt.datetime, str]:
    known = contract or _NO_CONTRACT
    return deliveries.exported_at_of(known, manifest, arrival.delivery_name, arrival.arrived_at)


def _final_count(
    context: Context, arrival: Arrival, count: DatasetCount, *, is_refused: bool
) -> DatasetCount:
    """Point to the accepted file; of a delivery refused whole, every row is refused."""
    if is_refused:
        return count.model_copy(
            update={"accepted_count": 0, "refused_count": count.source_count, "warned_count": 0}
        )
    if not count.accepted_count:
        return count
    path = accepted_path(context, count.dataset_code, arrival.delivery_id)
    landing = context.settings.accepted.parent
    return count.model_copy(update={"accepted_file": path.relative_to(landing).as_posix()})


def partial_of(path: Path) -> Path:
    """Name the file that grows beside its place; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f"{path.name}.{os.getpid()}.partial")


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return connection.execute(query).fetchall()[0][0]
