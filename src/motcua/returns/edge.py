"""The edge of returns: what intake found goes into a workbook and a letter under ``var/returns``.

Intake calls :func:`note_dataset` while a dataset's rows are still in DuckDB, and
:func:`write_return` when the delivery is decided. A return follows from the delivery, the contracts
and what came before it, so making it again gives the same bytes.
"""

import datetime as dt
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from motcua.contracts import Contract, Layout, fold, parse_contract
from motcua.datasets import DATASETS, type_of
from motcua.intake import workbooks
from motcua.intake.decoding.edge import Decoded
from motcua.intake.deliveries import SourceFile
from motcua.intake.opening import edge as opening
from motcua.intake.refusals import LINE_SENTENCES, DeliveryRefusedError, value_class
from motcua.receipts import Receipt
from motcua.returns import comparison, mark
from motcua.returns.letter import render_letter
from motcua.returns.mark import CONTRACT, Mark
from motcua.returns.model import (
    SEVERITIES,
    Before,
    Cell,
    Column,
    Line,
    Reason,
    Return,
    Sheet,
    Value,
)
from motcua.returns.texts import cell_text, faulty_text, shower_of
from motcua.returns.workbook import render_workbook
from motcua.settings import REPOSITORY, Settings
from motcua.sql import quoted

KEYS_FILE = "finding_keys.parquet"
"""In a delivery's quarantine: what its successor is compared with. Hashes of codes, no value."""
_SHIPPED = REPOSITORY / "landing" / "contracts" / f"{CONTRACT}.yml"
_MAX_PART_BYTES = 1 << 20
_FOUND = ("rule_code", "column_name", "severity_code", "sentence", "mend")
_SEVERITY = _FOUND.index("severity_code")


@dataclass(frozen=True, slots=True)
class Job:
    """A decided delivery that may get a return.

    ``corrected`` is the mark of the return that this delivery is the correction of; ``earlier`` are
    the receipts of the locality's deliveries that came before; ``accepted`` says by dataset where
    the accepted rows lie now.
    """

    settings: Settings
    contract: Contract
    receipt: Receipt
    corrected: Mark | None
    earlier: Sequence[Receipt]
    accepted: Mapping[str, Path]
    scratch: Path


def contract_path(settings: Settings) -> Path:
    """Say where the contract of returns lies: beside the others, else the shipped one."""
    own = settings.contracts / f"{CONTRACT}.yml"
    return own if own.exists() else _SHIPPED


def read_contract(settings: Settings) -> Contract:
    """Read the contract by which returns are written and read."""
    path = contract_path(settings)
    return parse_contract(path.read_text(encoding="utf-8"), str(path))


def read_marks(files: Sequence[SourceFile], settings: Settings) -> list[Mark]:
    """Give the marks of the files that are returns; what cannot be looked into is none."""
    marks = []
    for file in files:
        try:
            found = _read_mark(file, settings) if _has_summary(file.path) else None
        except DeliveryRefusedError:
            found = None
        if found:
            marks.append(found)
    return marks


def _has_summary(path: Path) -> bool:
    """Say quickly whether a file is a workbook with the sheet that a return's mark stands on."""
    if path.suffix.lower() != ".xlsx" or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as opened:
            parts = [_read_part(opened, name) for name in opening.XLSX_PARTS]
    except Exception:  # noqa: BLE001 - any broken archive; the readers of intake say what is wrong
        return False
    return fold(mark.SHEET) in map(fold, workbooks.sheet_paths(*parts))


def _read_part(opened: zipfile.ZipFile, name: str) -> bytes:
    with opened.open(name) as part:
        return part.read(_MAX_PART_BYTES)


def _read_mark(file: SourceFile, settings: Settings) -> Mark | None:
    layout = Layout(files=(file.name,), format="xlsx", sheet=mark.SHEET, columns={})
    grids = opening.read_grids(file, layout, settings)
    return next(filter(None, (mark.read_mark(grid.rows) for grid in grids)), None)


# What intake finds


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that notes go into."""
    columns = ", ".join(f"{name} {kind}" for name, kind in comparison.KEY_COLUMNS.items())
    connection.execute(f"create table keys_now ({columns})")
    connection.execute(
        "create table return_sheets (dataset_code string, sheet_name string, line_count bigint, "
        "loose_count bigint, columns string[])"
    )


def note_dataset(
    connection: duckdb.DuckDBPyConnection, decoded: Decoded, columns: Collection[str], limit: int
) -> None:
    """Keep a dataset's lines with a finding, as many as the limit, and the key of every finding.

    Reads ``found`` (the findings) and the dataset's rows, as intake has them then.

    Args:
        connection: Where they are.
        decoded: The dataset.
        columns: Canonical columns that the source has.
        limit: Lines to keep.
    """
    code = decoded.dataset_code
    (line_count,) = connection.execute("select count(distinct _row_id) from found").fetchone()
    loose_count = len(decoded.refused_lines)
    _note_keys(connection, code)
    faulty = {
        name for (name,) in connection.execute("select distinct column_name from found").fetchall()
    }
    shown = [
        name
        for name in DATASETS[code].columns
        if (name in columns or name in faulty) and value_class(name) != "personal"
    ]
    _note_lines(connection, decoded, shown, max(limit - loose_count, 0))
    connection.execute(
        "insert into return_sheets values (?, ?, ?, ?, ?)",
        [code, decoded.sheet_name, line_count + loose_count, min(loose_count, limit), shown],
    )


def _found(connection: duckdb.DuckDBPyConnection) -> str:
    """Give the findings as a relation with a ``mend``, which not every suite gives."""
    has_mend = "mend" in connection.table("found").columns
    return "found" if has_mend else "(select *, cast(null as string) as mend from found)"


def _note_keys(connection: duckdb.DuckDBPyConnection, code: str) -> None:
    connection.execute(
        f"insert into keys_now select {quoted(code)}, rule_code, severity_code, max(sentence), "
        f"max(mend), line_hash, count(distinct _row_id) from {_found(connection)} inner join "
        f"(select _row_id, {comparison.code_sql(code)} as line_hash from {code}) "
        "using (_row_id) group by rule_code, severity_code, line_hash"
    )


def _note_lines(
    connection: duckdb.DuckDBPyConnection, decoded: Decoded, shown: Sequence[str], limit: int
) -> None:
    code = decoded.dataset_code
    connection.execute(
        "create or replace temp table return_chosen as select _row_id, "
        "min(case severity_code when 'critical' then 0 else 1 end) as severity_no "
        f"from found group by _row_id order by severity_no, _row_id limit {limit}"
    )
    known = connection.table(code).columns
    unread = [
        f'"_unread_{name}"' if f"_unread_{name}" in known else "cast(null as string)"
        for name in shown
    ] or ["cast(null as string)"]
    values = [f'"{name}"' for name in shown]
    connection.execute(
        f"create or replace temp table return_lines_{code} as with told as ("
        f"select _row_id, list(distinct row({', '.join(_FOUND)})) as findings "
        f"from {_found(connection)} where _row_id in (select _row_id from return_chosen) "
        "group by _row_id), "
        f"lines as (select {decoded.select} from {decoded.table} "
        "where rowid in (select _row_id from return_chosen)) "
        "select severity_no, _row_id, findings, _source_file, _source_row, "
        # Most lines have nothing unread, and a list of fifty nulls is slow to fetch.
        f"case when coalesce({', '.join(unread)}) is not null then [{', '.join(unread)}] end "
        f"as unread, {', '.join(values)} "
        "from return_chosen inner join told using (_row_id) inner join lines using (_row_id)"
    )


# The return


def write_keys(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the keys of a delivery's findings, lines that could not be read at all among them."""
    rules = ", ".join(map(quoted, LINE_SENTENCES))
    connection.execute(
        "insert into keys_now select dataset_code, rule_code, severity_code, max(sentence), "
        f"max(mend), null, count(*) from refusals where rule_code in ({rules}) "
        "group by dataset_code, rule_code, severity_code"
    )
    listed = ", ".join(comparison.KEY_COLUMNS)
    connection.execute(
        f"copy (select {listed} from keys_now order by dataset_code, rule_code, line_hash "
        f"nulls last) to {quoted(str(path))} (format parquet, compression zstd)"
    )


def needs_return(receipt: Receipt) -> bool:
    """Say whether a delivery gets a return: refused, or with refused or warned lines."""
    return receipt.state_code == "refused" or any(
        one.refused_count or one.warned_count for one in receipt.datasets
    )


def render_return(connection: duckdb.DuckDBPyConnection, job: Job) -> dict[str, bytes]:
    """Make the workbook and the letter of a delivery, by file name."""
    one = _read_return(connection, job)
    name = stem(one)
    workbook = render_workbook(one, str(job.scratch))
    return {f"{name}.xlsx": workbook, f"{name}.docx": render_letter(one, f"{name}.xlsx")}


def stem(one: Return) -> str:
    """Name the files of a return."""
    day = f"{one.mark.exported_at:%Y%m%d}"
    return f"tra_lai_{one.receipt.locality_code}_{day}_{one.receipt.delivery_id[:8]}"


def remove_stale(folder: Path, delivery_id: str, kept: Collection[Path]) -> None:
    """Remove what an earlier try of a delivery left and the present one does not write."""
    for path in folder.glob(f"tra_lai_*_{delivery_id[:8]}.*"):
        if path not in kept and path.suffix != ".partial":
            path.unlink()


def _read_return(connection: duckdb.DuckDBPyConnection, job: Job) -> Return:
    receipt = job.receipt
    exported_at = dt.datetime.fromisoformat(receipt.exported_at)
    if job.corrected:
        exported_at = job.corrected.exported_at
    befores = _read_befores(connection, job)
    return Return(
        receipt,
        Mark(receipt.locality_code, receipt.delivery_id, exported_at, receipt.is_simulated),
        {code: _name_of(job.contract, code) for code in DATASETS},
        befores,
        receipt.contract_code == CONTRACT,
        _read_reasons(connection),
        tuple(_read_sheets(connection, job)),
    )


def _name_of(contract: Contract, code: str) -> str:
    layout = contract.datasets.get(code)
    return (layout and layout.sheet) or code


def _read_befores(connection: duckdb.DuckDBPyConnection, job: Job) -> dict[str, Before]:
    """Bring the keys of the deliveries before into the connection, and name those deliveries."""
    chosen = {
        one.dataset_code: before
        for one in job.receipt.datasets
        if (before := before_of(one.dataset_code, job.receipt, job.corrected, job.earlier))
        and (job.settings.quarantine / before.delivery_id / KEYS_FILE).exists()
    }
    connection.execute("create table keys_before as select * from keys_now where false")
    connection.execute("create table codes_now (dataset_code string, line_hash string)")
    for code, before in chosen.items():
        path = job.settings.quarantine / before.delivery_id / KEYS_FILE
        connection.execute(
            f"insert into keys_before select * from read_parquet({quoted(str(path))}) "
            f"where dataset_code = {quoted(code)}"
        )
        _note_codes(connection, code, job.accepted.get(code))
    return {
        code: Before(one.delivery_id, one.delivery_name, dt.datetime.fromisoformat(one.exported_at))
        for code, one in chosen.items()
    }


def _note_codes(connection: duckdb.DuckDBPyConnection, code: str, accepted: Path | None) -> None:
    """Note which codes of the delivery before came now: among the accepted, or with a finding."""
    came = f"select line_hash from keys_now where dataset_code = {quoted(code)}"
    if accepted:
        came += (
            f" union all select {comparison.code_sql(code)} from read_parquet("
            f"{quoted(str(accepted))})"
        )
    connection.execute(
        f"insert into codes_now select distinct {quoted(code)}, line_hash from keys_before "
        f"where dataset_code = {quoted(code)} and line_hash in "
        f"(select line_hash from ({came}) where line_hash is not null)"
    )


def before_of(
    dataset_code: str, receipt: Receipt, corrected: Mark | None, earlier: Sequence[Receipt]
) -> Receipt | None:
    """Choose the delivery that a dataset's reasons are compared with.

    A correction is compared with what it corrects; any other delivery with the last one exported
    before it that had the dataset and was no correction (which holds a few lines only).
    """
    having = [
        one for one in earlier if any(each.dataset_code == dataset_code for each in one.datasets)
    ]
    if corrected:
        fitting = [one for one in having if one.delivery_id == corrected.delivery_id]
    else:
        fitting = [
            one
            for one in having
            if one.contract_code != CONTRACT and one.exported_at <= receipt.exported_at
        ]
    return max(
        fitting, key=lambda one: (one.exported_at, one.arrived_at, one.delivery_id), default=None
    )


def _read_reasons(connection: duckdb.DuckDBPyConnection) -> tuple[Reason, ...]:
    rows = connection.execute(comparison.COUNTS_SQL).fetchall()
    reasons = [Reason(*row) for row in rows]
    order = list(DATASETS)
    return tuple(sorted(reasons, key=lambda one: order.index(one.dataset_code)))


def _read_sheets(connection: duckdb.DuckDBPyConnection, job: Job) -> Iterator[Sheet]:
    noted = connection.execute("select * from return_sheets").fetchall()
    limit = job.settings.max_return_lines
    for code, sheet_name, line_count, loose_count, names in noted:
        layout = job.contract.datasets.get(code)
        columns = tuple(_column(name, layout) for name in names)
        (kept,) = connection.execute(f"select count(*) from return_lines_{code}").fetchone()
        key = next(place for place, name in enumerate(names) if name in _keys(code, names))
        yield Sheet(
            code,
            _name_of(job.contract, code),
            columns,
            key,
            line_count,
            min(kept + loose_count, limit),
            _read_lines(connection, code, sheet_name or "", columns, loose_count),
        )


def _keys(code: str, names: Sequence[str]) -> Collection[str]:
    found = [name for name in comparison.code_columns(code) if name in names]
    return found or names


def _column(name: str, layout: Layout | None) -> Column:
    headings = {
        target: source for source, (target, *_) in (layout.columns if layout else {}).items()
    }
    words: dict[str, str] = {}
    for word, code in (layout.values.get(name, {}) if layout else {}).items():
        words.setdefault(code, word[:1].upper() + word[1:])
    return Column(name, headings.get(name, name), type_of(name), words)


def _read_lines(
    connection: duckdb.DuckDBPyConnection,
    code: str,
    sheet_name: str,
    columns: Sequence[Column],
    loose_count: int,
) -> Iterator[Line]:
    """Read the lines of a dataset: those that could not be read, refused ones, warned ones."""
    rules = ", ".join(map(quoted, LINE_SENTENCES))
    for file, row, sentence, mend in connection.execute(
        "select source_file, source_row, sentence, mend from refusals "
        f"where dataset_code = {quoted(code)} and rule_code in ({rules}) "
        f"order by source_file, source_row limit {loose_count}"
    ).fetchall():
        told = (cell_text(file), cell_text(sheet_name), row)
        yield Line(*told, "critical", (sentence,), (mend,), (None,) * len(columns), {})
    rows = connection.execute(
        f"select * exclude (severity_no, _row_id) from return_lines_{code} "
        "order by severity_no, _row_id"
    ).fetchall()
    for findings, file, row, unread, *values in rows:
        found = _in_order(findings)
        told = (cell_text(file), cell_text(sheet_name), row)
        sentences = tuple(dict.fromkeys(sentence for *_, sentence, _ in found))
        mends = tuple(dict.fromkeys(mend for *_, mend in found if mend))
        faults = _faults(columns, values, unread or (), found)
        yield Line(*told, found[0][_SEVERITY], sentences, mends, values, faults)


def _faults(
    columns: Sequence[Column],
    values: Sequence[Value],
    unread: Sequence[str | None],
    found: Sequence[tuple[str, ...]],
) -> dict[int, Cell]:
    """Give the cells with something wrong, each marked by the worst finding that names it.

    A value that was not understood and that no finding names is marked as a warning.
    """
    marks: dict[str, str] = {}
    for _, name, severity, *_ in found:
        marks.setdefault(name, severity)
    texts = {place: text for place, text in enumerate(unread) if text is not None}
    named = {place for place, column in enumerate(columns) if column.name in marks}
    return {
        place: Cell(
            _faulty(columns[place], values[place], texts.get(place)),
            marks.get(columns[place].name, "warning"),
        )
        for place in named | texts.keys()
    }


def _in_order(findings: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    order = list(SEVERITIES)
    return sorted(findings, key=lambda one: (order.index(one[_SEVERITY]), one[0], one[1] or ""))


def _faulty(column: Column, value: Value, unread: str | None) -> Value:
    """Show a value that something is wrong with; not what may be a person's."""
    if unread is not None:
        may_be_words = bool(column.words) or column.type == "boolean"
        return faulty_text(unread, may_be_words=may_be_words)
    if isinstance(value, str) and not column.words:
        return faulty_text(value, may_be_words=not column.name.endswith("_code"))
    return None if value is None else shower_of(column)(value)
