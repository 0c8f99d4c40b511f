"""The edge of decoding: read the files of a delivery into one DuckDB connection, as canonical rows.

A reader here gives a relation of text columns ``s0, s1, …``; :mod:`motcua.intake.casting` writes
what is made of them. Columns that the contract does not map are never read, personal ones neither.
"""

import csv
import functools
import hashlib
import itertools
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from motcua.contracts import CELL, CELL_NUMBER, TITLE, Contract, Layout, fold
from motcua.datasets import DATASETS
from motcua.errors import PipelineError
from motcua.intake import evidence, jsonpaths, worksheets
from motcua.intake.casting import (
    LOCAL_ZONE,
    NATIVE_END,
    Cast,
    Reading,
    casts_of,
    day_sources,
    decimal_sources,
    rows_sql,
    view_sql,
)
from motcua.intake.deliveries import SourceFile
from motcua.intake.headers import HeaderMatch, find_csv_header, match_headers, read_columns
from motcua.intake.opening import edge as opening
from motcua.intake.records import find_records, is_utf8, loose_records
from motcua.intake.refusals import DeliveryRefusedError, over
from motcua.intake.rescues import added_up, encoding_code, rescue
from motcua.receipts import Rescue
from motcua.settings import Settings
from motcua.sql import quoted

logger = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20
CSV_BUFFER_BYTES = 8 << 20
MAX_LINE_BYTES = 4 << 20
JSON_BUFFER_BYTES = 64 << 20
MAX_JSON_LINE_BYTES = 32 << 20
SAMPLE_RECORDS = 1_000
COMBINING_MARKS = (b"\xcc", b"\xcd")
"""First bytes of U+0300 to U+037F in UTF-8: a file without them holds no decomposed Vietnamese."""
UNREADABLE_LINE = b"!\n"

csv.field_size_limit(MAX_LINE_BYTES)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over a file's bytes tells."""

    byte_count: int
    sha256: str
    newline_count: int
    ends_with_newline: bool
    has_marks: bool

    @property
    def line_count(self) -> int:
        """Lines as an editor counts them."""
        return self.newline_count + (0 if self.ends_with_newline or not self.byte_count else 1)


@dataclass(frozen=True, slots=True)
class _Bytes:
    """Bytes on a disk; two of them are the same when the file is, wherever it was moved."""

    device: int
    inode: int
    size: int
    modified: int
    path: Path = field(compare=False)


@dataclass(frozen=True, slots=True)
class Probe:
    """A file whose header was read, and what is needed to read the rest."""

    file: SourceFile
    match: HeaderMatch
    path: Path
    names: tuple[str, ...] = ()
    header_lines: int = 0
    newline: str = "\n"
    sheet_name: str | None = None
    sheet: worksheets.Sheet | None = None
    has_sample: bool = True
    has_sheet: bool = True
    delimiter: str = ","
    has_totals: bool = False
    rescues: tuple[Rescue, ...] = ()
    shown_name: str | None = None
    grid_name: str | None = None
    is_from_1904: bool = False

    @property
    def source_name(self) -> str:
        """The file as rows point at it: its name, with the sheet where it gives several."""
        return self.shown_name or self.file.name


@dataclass(frozen=True, slots=True)
class _Sampled:
    """A JSON file in UTF-8, what was done to it, and its first records."""

    path: Path
    rescues: tuple[Rescue, ...]
    sample: jsonpaths.Sample


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files of a delivery are read: the contract, a folder for copies, the limits.

    ``samples`` keeps what was read of a JSON file, as several datasets stand in one.
    """

    contract: Contract
    scratch: Path
    settings: Settings
    samples: dict[tuple[str, ...], _Sampled] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """The stored rows of one file: their source rows are a step away from ``rowid``, or listed."""

    file_name: str
    row_count: int
    line_delta: int = 0
    lines: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that never became a canonical row."""

    file_name: str
    source_row: int
    rule_code: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A dataset of a delivery as it now stands in the connection, and what did not get so far."""

    dataset_code: str
    table: str
    select: str
    where: str
    line_count: int
    spread_count: int
    folded_count: int
    left_out_count: int
    refused_lines: tuple[RefusedLine, ...]
    sheet_name: str | None
    unknown_columns: tuple[str, ...]
    rescues: tuple[Rescue, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One dataset of one delivery to decode."""

    dataset_code: str
    contract: Contract
    probes: tuple[Probe, ...]
    scratch: Path
    counts_bad_records: bool = True
    has_sections: bool = False

    @property
    def layout(self) -> Layout:
        """The dataset's layout in the contract."""
        return self.contract.datasets[self.dataset_code]

    @property
    def table(self) -> str:
        """Name of the stored rows."""
        return f"{self.dataset_code}__rows"


@dataclass(frozen=True, slots=True)
class _Reader:
    """A job with what all its files share: the source columns, and the casts of them."""

    job: Job
    sources: tuple[str, ...]
    casts: tuple[Cast, ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    part: Part
    refused_lines: tuple[int, ...] = ()
    left_out_count: int = 0
    rescues: tuple[Rescue, ...] = ()
    is_loose: bool = False


def read_scan(path: Path) -> Scan:
    """Read a file once: its hash, its lines, whether its text may need normalising.

    A file that was only renamed since is not read again.
    """
    status = path.stat()
    return _scan(_Bytes(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, path))


@functools.lru_cache(maxsize=256)
def _scan(content: _Bytes) -> Scan:
    path = content.path
    sha = hashlib.sha256()
    byte_count = newline_count = 0
    has_marks, last = False, b""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            sha.update(block)
            byte_count += len(block)
            newline_count += int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) == 10))
            has_marks = has_marks or any(mark in block for mark in COMBINING_MARKS)
            last = block[-1:]
    return Scan(byte_count, sha.hexdigest(), newline_count, last == b"\n", has_marks)


def read_probes(file: SourceFile, layout: Layout, place: Place) -> tuple[Probe, ...]:
    """Read what a file's columns are called, once a sheet; refuse one that is not of its format."""
    if file.path.stat().st_size == 0 and layout.format != "jsonl":
        raise DeliveryRefusedError("file_empty", file.name)
    readers = {
        "csv": _probe_csv,
        "xlsx": _probe_sheets,
        "json": _probe_json,
        "jsonl": _probe_json,
        "parquet": _probe_parquet,
    }
    return readers[layout.format](file, layout, place)


def decode_dataset(connection: duckdb.DuckDBPyConnection, job: Job) -> Decoded:
    """Read a dataset's files and show them as the dataset's table (architecture §3)."""
    job = _with_totals(job)
    reader, stored, findings = _read_files(connection, job)
    job = reader.job
    parts = tuple(one.part for one in stored)
    refused = [
        RefusedLine(one.part.file_name, line, "line_unreadable")
        for one in stored
        for line in one.refused_lines
    ]
    rows = _count(connection, f"select count(*) from {job.table} where {_is_row(job.layout)}")
    whole_rows = rows // job.layout.width()
    line_count = whole_rows + len(refused)
    table, folded = job.table, 0
    is_listed = job.layout.explode is None and (
        bool(job.layout.one_row_per) or any(part.lines is not None for part in parts)
    )
    if is_listed:
        table = _list_lines(connection, job.table, parts)
    if job.layout.one_row_per:
        table, folded, disagreeing = _fold_lines(connection, reader, table, parts)
        refused += disagreeing
    select = _select_sql(reader, parts, is_listed=is_listed)
    where = _is_row(job.layout)
    connection.execute(
        f"create or replace view {job.dataset_code} as select {select} from {table} where {where}"
    )
    unknown = dict.fromkeys(name for probe in job.probes for name in probe.match.unknown)
    return Decoded(
        dataset_code=job.dataset_code,
        table=table,
        select=select,
        where=where,
        line_count=line_count,
        spread_count=rows - whole_rows,
        folded_count=folded,
        left_out_count=sum(one.left_out_count for one in stored),
        refused_lines=tuple(refused),
        sheet_name=job.probes[0].sheet_name,
        unknown_columns=tuple(unknown),
        rescues=added_up(
            [
                *(one for probe in job.probes for one in probe.rescues),
                *(one for file in stored for one in file.rescues),
                *findings.rescues,
                *_noon_rescues(connection, reader, job.dataset_code),
            ]
        ),
    )


def _with_totals(job: Job) -> Job:
    """Let total rows that only the file itself shows be left out as declared ones are."""
    if job.layout.total_row_words or not any(probe.has_totals for probe in job.probes):
        return job
    layout = job.layout.model_copy(update={"total_row_words": worksheets.TOTAL_WORDS})
    datasets = {**job.contract.datasets, job.dataset_code: layout}
    return replace(job, contract=job.contract.model_copy(update={"datasets": datasets}))


def _with_sections(job: Job) -> Job:
    """Let rows that name a section be left out, and total rows with them, as in workbooks."""
    found = _with_totals(replace(job, probes=(replace(job.probes[0], has_totals=True),)))
    return replace(job, contract=found.contract, has_sections=True)


def _has_sections(connection: duckdb.DuckDBPyConnection, reader: _Reader) -> bool:
    """Say whether rows of a text file have nothing that is read, or nothing but a code."""
    layout = reader.job.layout
    if layout.format != "csv" or reader.job.has_sections:
        return False
    told = {*layout.defaults, *layout.by_presence}
    empty = [
        f'"{cast.column}" is null'
        for cast in reader.casts
        if cast.column not in told and not cast.column.endswith("_code")
    ]
    where = " and ".join([*empty, "_unread is null", _is_row(layout)])
    query = f"select 1 from {reader.job.table} where {where} limit 1"
    return bool(empty and connection.execute(query).fetchall())


def _read_files(
    connection: duckdb.DuckDBPyConnection, job: Job
) -> tuple[_Reader, list[_Stored], evidence.Findings]:
    """Read the files; once more where their values say that columns are to be read otherwise."""
    findings = evidence.first_findings(job.layout, _reader_of(job, evidence.Findings()).casts)
    while True:
        reader = _reader_of(job, findings)
        stored: list[_Stored] = []
        for probe in job.probes:
            first = sum(one.part.row_count for one in stored)
            stored.append(_store_file(connection, reader, probe, first))
        if _has_sections(connection, reader):
            connection.execute(f"drop table {job.table}")
            job = _with_sections(job)
            continue
        if job.contract.is_correction:
            # Of few lines, all of them faulty: what they show says nothing of the columns.
            return reader, stored, findings
        seen = _read_seen(connection, reader, findings)
        after = evidence.decide(job.probes[0].file.name, job.layout, findings, seen)
        if after == findings:
            return reader, stored, findings
        connection.execute(f"drop table {job.table}")
        findings = after


def _read_seen(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, findings: evidence.Findings
) -> dict[str, evidence.Seen]:
    layout = reader.job.layout
    query, columns = evidence.seen_sql(
        reader.job.table, _is_row(layout), reader.casts, is_trial=bool(findings.trial_columns)
    )
    if not columns:
        return {}
    counts = connection.execute(query).fetchall()[0]
    return {
        column: evidence.seen_of(column, counted, layout, findings.day_orders)
        for column, counted in zip(columns, counts, strict=True)
    }


def _noon_rescues(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, view: str
) -> list[Rescue]:
    query, columns = evidence.noon_sql(view, "true", reader.casts)
    if not columns:
        return []
    counts = connection.execute(query).fetchall()[0]
    found = map(evidence.noon_rescue, columns, counts)
    return [one for one in found if one]


def _reader_of(job: Job, findings: evidence.Findings) -> _Reader:
    sources = _source_names(job.layout)
    present = {name for probe in job.probes for name in probe.match.positions}
    present |= job.layout.made_sources().keys()
    texts = {name: f"s{place}" for place, name in enumerate(sources) if name in present}
    is_text = job.layout.format == "csv"
    reading = Reading(
        zone=job.contract.time_zone,
        native_dates=job.layout.format in ("xlsx", "parquet"),
        has_marks=not is_text or any(read_scan(probe.path).has_marks for probe in job.probes),
        day_orders=findings.day_orders,
        trial_columns=findings.trial_columns,
        serial_columns=findings.serial_columns,
        grouped_columns=findings.grouped_columns,
        number_marks=findings.number_marks,
    )
    dataset = DATASETS[job.dataset_code]
    casts = list(casts_of(dataset, job.layout, texts, reading))
    for column, nested in job.layout.has_items.items():
        place = sources.index(_items_name(nested))
        casts.append(Cast(column, f"cast(s{place} as boolean)", None))
    ordered = sorted(casts, key=lambda cast: dataset.columns.index(cast.column))
    return _Reader(job, sources, tuple(ordered))


def _source_names(layout: Layout) -> tuple[str, ...]:
    items = [_items_name(nested) for nested in layout.has_items.values()]
    others = [*layout.parent_columns, *layout.made_sources(), *items]
    return tuple(dict.fromkeys([*read_columns(layout), *others]))


def _items_name(nested: str) -> str:
    return nested + jsonpaths.ITEMS


def _store_file(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, probe: Probe, first: int
) -> _Stored:
    """Append a file's rows to the job's table, which has ``first`` rows."""
    stores = {
        "csv": _store_csv,
        "xlsx": _store_sheet,
        "json": _store_json,
        "jsonl": _store_json,
        "parquet": _store_parquet,
    }
    return stores[reader.job.layout.format](connection, reader, probe, first)


def _store(
    connection: duckdb.DuckDBPyConnection,
    reader: _Reader,
    source: str,
    first: int,
    carried: Sequence[str] = (),
) -> int:
    """Append a source relation to the job's table and say how many rows it now has more."""
    table = reader.job.table
    layout = reader.job.layout
    kept = [*carried]
    if layout.one_row_per:
        keys = [f"s{reader.sources.index(name)}" for name in layout.one_row_per]
        entity = " || chr(31) || ".join(f"trim({key})" for key in keys)
        source = f"select *, {entity} as _entity from ({source})"
        kept.append("_entity")
    query = rows_sql(source, reader.casts, kept)
    if first == 0:
        connection.execute(f"create or replace table {table} as {query}")
    else:
        connection.execute(f"insert into {table} {query}")
    return _count(connection, f"select count(*) from {table}") - first


def _is_row(layout: Layout) -> str:
    has_state = layout.format in ("json", "jsonl") or (
        layout.format == "csv" and layout.total_row_words
    )
    return "_state = 0" if has_state else "true"


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return connection.execute(query).fetchall()[0][0]


def _lines_in_state(
    connection: duckdb.DuckDBPyConnection, table: str, state: int, first: int, line: str
) -> tuple[int, ...]:
    rows = connection.execute(
        f"select {line} from {table} where _state = {state} and rowid >= {first} order by rowid"
    ).fetchall()
    return tuple(row[0] for row in rows)


# CSV


def _probe_csv(file: SourceFile, layout: Layout, place: Place) -> tuple[Probe, ...]:
    path, told = opening.write_utf8(file, layout.encoding, place.scratch)
    lines = opening.read_head_lines(
        path, layout.header_row + worksheets.HEADER_SEARCH_ROWS, MAX_LINE_BYTES
    )
    try:
        header = find_csv_header(lines, layout)
    except csv.Error:
        raise DeliveryRefusedError("file_unreadable", file.name, "CSV") from None
    _check_names(file, header.names, layout, place.settings)
    header_lines = header.line_count
    following, line_count = header.following
    cells = [cell for cell in following if cell.strip()]
    has_numbers = bool(cells) and worksheets.is_column_numbers(cells, layout, is_first=True)
    found = [*told, *_composed(path)]
    if has_numbers:
        header_lines = line_count
        found.append(rescue("column_number_row", 1))
    if header.shift:
        found.append(rescue("header_moved", abs(header.shift)))
    if header.delimiter != layout.delimiter:
        found.append(rescue("delimiter_detected", read_scan(path).line_count))
    probe = Probe(
        file,
        match_headers(header.names, layout),
        path,
        header.names,
        header_lines,
        "\r\n" if any(line.endswith("\r\n") for line in lines[:header_lines][-1:]) else "\n",
        delimiter=header.delimiter,
        has_totals=_ends_with_total(path, header.delimiter),
        rescues=tuple(found),
    )
    return (probe,)


def _composed(path: Path) -> tuple[Rescue, ...]:
    """Tell of lines whose letters and accents are apart; casting puts them together."""
    count = opening.read_marked_line_count(path) if read_scan(path).has_marks else 0
    return (rescue("unicode_composed", count),) if count else ()


def _check_names(
    file: SourceFile, names: Sequence[str], layout: Layout, settings: Settings
) -> None:
    if not is_utf8(names):
        raise DeliveryRefusedError("encoding_unreadable", file.name, layout.encoding)
    if not any(names):
        raise DeliveryRefusedError("file_empty", file.name)
    if len(names) > settings.max_columns:
        detail = over("cột", settings.max_columns, "MAX_COLUMNS")
        raise DeliveryRefusedError("file_too_large", file.name, detail)


def _ends_with_total(path: Path, delimiter: str) -> bool:
    """Say whether one of the last lines begins with the words of a total row."""
    words = tuple(map(fold, worksheets.TOTAL_WORDS))
    return any(
        worksheets.is_total(line.strip(f' "{delimiter}'), words)
        for line in opening.read_last_lines(path)
    )


def _store_csv(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, probe: Probe, first: int
) -> _Stored:
    scan = read_scan(probe.path)
    table = reader.job.table
    rejects = f"rejects_{first}"
    places = {
        name: place for name, place in probe.match.positions.items() if name in reader.sources
    }
    source = _csv_relation(probe, reader, places, rejects)
    for stale in (rejects, f"{rejects}_scans"):
        connection.execute(f"drop table if exists {stale}")
    try:
        row_count = _store(connection, reader, source, first, _carried(reader))
    except duckdb.InvalidInputException:
        logger.info("%s: not well-formed CSV, reading it line by line", reader.job.dataset_code)
        return _finish_csv(
            connection, reader, probe, first, _store_loose_csv(connection, reader, probe, first)
        )
    at_bytes = [
        row[0]
        for row in connection.execute(
            f"select distinct line_byte_position from {rejects} order by 1"
        ).fetchall()
    ]
    connection.execute(f"drop table {rejects}")
    connection.execute(f"drop table {rejects}_scans")
    if not at_bytes and scan.line_count - probe.header_lines == row_count:
        part = Part(probe.source_name, row_count, probe.header_lines + 1)
        return _finish_csv(connection, reader, probe, first, _Stored(part))
    records = find_records(_read_blocks(probe.path), probe.header_lines)
    is_rejected = np.isin(records.starts, np.array(at_bytes, dtype=np.int64))
    spans = np.diff(records.lines, append=scan.line_count + 1)
    accounted = len(records.starts) == row_count + len(at_bytes)
    # A refused record of several lines may have swallowed good ones: a quote that never closes.
    is_plain = int(is_rejected.sum()) == len(at_bytes) and bool((spans[is_rejected] == 1).all())
    if not (accounted and is_plain):
        _keep_first_rows(connection, table, first)
        return _finish_csv(
            connection, reader, probe, first, _store_loose_csv(connection, reader, probe, first)
        )
    part = Part(probe.source_name, row_count, lines=records.lines[~is_rejected])
    refused = tuple(int(line) for line in records.lines[is_rejected])
    return _finish_csv(connection, reader, probe, first, _Stored(part, refused))


def _keep_first_rows(connection: duckdb.DuckDBPyConnection, table: str, count: int) -> None:
    """Take back what a file added; by a new table, as deleted rows would leave holes in rowid."""
    if count:
        connection.execute(
            f"create table {table}_kept as select * from {table} where rowid < {count}"
        )
    connection.execute(f"drop table {table}")
    if count:
        connection.execute(f"alter table {table}_kept rename to {table}")


def _carried(reader: _Reader) -> tuple[str, ...]:
    return ("_state",) if _is_row(reader.job.layout) != "true" else ()


def _finish_csv(
    connection: duckdb.DuckDBPyConnection,
    reader: _Reader,
    probe: Probe,
    first: int,
    stored: _Stored,
) -> _Stored:
    """Count the rows and lines that are no data, and tell of them."""
    counts = {"section_row": stored.left_out_count, "total_row": 0}
    if _carried(reader):
        query = f"select _state, count(*) from {reader.job.table} where rowid >= {first} group by 1"
        states = dict(connection.execute(query).fetchall())
        counts["total_row"] = states.get(3, 0)
        counts["section_row"] += states.get(4, 0)
    headings = _section_lines(probe, stored.refused_lines)
    refused = tuple(line for line in stored.refused_lines if line not in headings)
    counts["section_row"] += len(headings)
    left_out_count = sum(counts.values())
    counts["read_line_by_line"] = len(refused) if stored.is_loose else 0
    told = tuple(rescue(code, count) for code, count in counts.items() if count)
    return replace(stored, refused_lines=refused, left_out_count=left_out_count, rescues=told)


def _section_lines(probe: Probe, refused: Sequence[int]) -> set[int]:
    """Give those of the refused lines that are a section's name with no delimiter at all."""
    if not refused:
        return set()
    wanted = set(refused)
    with probe.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        return {
            number
            for number, line in enumerate(stream, 1)
            if number in wanted and worksheets.is_section_line(line, probe.delimiter)
        }


def _csv_relation(
    probe: Probe, reader: _Reader, places: Mapping[str, int], rejects: str | None
) -> str:
    layout, width = reader.job.layout, len(probe.names)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    written_newline = "\\r\\n" if probe.newline == "\r\n" else "\\n"
    options = [
        "auto_detect = false",
        f"columns = {{{columns}}}",
        f"delim = {quoted(probe.delimiter)}",
        "quote = '\"'",
        "escape = '\"'",
        "header = false",
        f"skip = {probe.header_lines}",
        f"new_line = {quoted(written_newline)}",
        f"max_line_size = {MAX_LINE_BYTES}",
        f"buffer_size = {CSV_BUFFER_BYTES}",
    ]
    if rejects:
        options += [
            "store_rejects = true",
            f"rejects_table = '{rejects}'",
            f"rejects_scan = '{rejects}_scans'",
        ]
    shown = [
        f"c{places[name]} as s{number}" if name in places else f"cast(null as varchar) as s{number}"
        for number, name in enumerate(reader.sources)
    ]
    if layout.total_row_words:
        section = _section_sql(probe, layout) if reader.job.has_sections and rejects else "false"
        total = _total_sql(layout, width)
        shown.append(f"case when {total} then 3 when {section} then 4 else 0 end as _state")
    return (
        f"select {', '.join(shown)} from read_csv({quoted(str(probe.path))}, {', '.join(options)})"
    )


def _total_sql(layout: Layout, width: int) -> str:
    cells = ", ".join(f"nullif(trim(c{place}), '')" for place in range(min(width, 4)))
    starts = " or ".join(
        f"starts_with(lower(nfc_normalize(coalesce({cells}))), {quoted(fold(word))})"
        for word in layout.total_row_words
    )
    return f"({starts})"


def _section_sql(probe: Probe, layout: Layout) -> str:
    """Write the rule of :func:`motcua.intake.worksheets.is_section` over all columns of a file."""
    cells = [f"nullif(trim(c{place}), '')" for place in range(len(probe.names))]
    keys = sorted(worksheets.key_places(probe.names, layout))
    if not keys or len(cells) <= worksheets.LEAST_NUMBERED:
        return "false"
    count = " + ".join(f"cast({cell} is not null as integer)" for cell in cells)
    has_key = f"coalesce({', '.join([cells[place] for place in keys])}, '') <> ''"
    numbered = f"regexp_matches(coalesce({', '.join(cells)}), {quoted(worksheets.SECTION.pattern)})"
    return f"({count} = 1 and (not {has_key} or {numbered}))"


def _store_loose_csv(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, probe: Probe, first: int
) -> _Stored:
    """Read a CSV file that DuckDB cannot follow, through a copy of the columns that are taken."""
    names = [name for name in reader.sources if name in probe.match.positions]
    places = [probe.match.positions[name] for name in names]
    extra = range(min(len(probe.names), 4)) if reader.job.layout.total_row_words else ()
    clean = reader.job.scratch / f"{reader.job.table}-{len(list(reader.job.scratch.iterdir()))}.csv"
    lines: list[int] = []
    bad: list[int] = []
    keys = worksheets.key_places(probe.names, reader.job.layout)
    section_count = 0
    with clean.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
        try:
            for line, row in _loose_records(probe):
                if row is None:
                    bad.append(line)
                    continue
                if reader.job.has_sections and worksheets.is_section(row, keys):
                    section_count += 1
                    continue
                lines.append(line)
                writer.writerow(
                    [*(row[place] for place in extra), *(row[place] for place in places)]
                )
        except csv.Error:
            raise DeliveryRefusedError("file_unreadable", probe.file.name, "CSV") from None
    wanted = {name: len(extra) + number for number, name in enumerate(names)}
    copy = replace(
        probe,
        path=clean,
        names=tuple(map(str, range(len(extra) + len(names)))),
        header_lines=0,
        newline="\n",
        delimiter=",",
    )
    source = _csv_relation(copy, reader, wanted, None)
    row_count = _store(connection, reader, source, first, _carried(reader))
    if row_count != len(lines):
        raise DeliveryRefusedError(
            "lines_unaccounted", probe.file.name, f"{len(lines)} / {row_count}"
        )
    part = Part(probe.source_name, row_count, lines=np.array(lines, dtype=np.int64))
    return _Stored(part, tuple(bad), section_count, is_loose=True)


def _loose_records(probe: Probe) -> Iterator[tuple[int, Sequence[str] | None]]:
    """Give each record that is not blank with its first line; one that is not whole is null."""
    with probe.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        width = len(probe.names)
        for record in loose_records(stream, probe.header_lines, probe.delimiter, width):
            if record.cells is None or record.cells:
                yield record.line, record.cells


def _read_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES * 16):
            yield block


# Workbooks


def _probe_sheets(file: SourceFile, layout: Layout, place: Place) -> tuple[Probe, ...]:
    """Read the sheets of a workbook that a layout means, or the one whose header fits it best."""
    grids = opening.read_grids(file, layout, place.settings)
    probes = [_probe_grid(file, grid, layout) for grid in grids]
    if not probes:
        return (Probe(file, match_headers((), layout), file.path, has_sheet=False),)
    is_joined = layout.sheet is not None and not grids[0].is_html
    if not is_joined:
        fitting = [
            probe for probe in probes if len(probe.match.positions) * 2 >= layout.header_count()
        ]
        return (fitting or probes)[:1]
    if len(probes) == 1:
        return tuple(probes)
    joined = rescue("sheets_joined", len(probes))
    named = [
        replace(probe, shown_name=f"{file.name} [{probe.sheet_name}]", sheet_name=None)
        for probe in probes
    ]
    return (replace(named[0], rescues=(*named[0].rescues, joined)), *named[1:])


def _probe_grid(file: SourceFile, grid: opening.Grid, layout: Layout) -> Probe:
    rows, font, changed_count = worksheets.in_unicode(grid.rows)
    filled = [row for row in rows if not worksheets.is_blank(row)]
    told = [rescue(encoding_code(font), changed_count)] if font else []
    if decomposed := worksheets.decomposed_count(filled):
        told.append(rescue("unicode_composed", decomposed))
    sheet = worksheets.read_sheet(
        rows,
        grid.merged,
        layout,
        lambda names: len(match_headers(names, layout).positions),
    )
    if sheet.header_shift:
        told.append(rescue("header_moved", abs(sheet.header_shift)))
    told += [rescue(code, count) for code, count in sheet.left_out.items()]
    hidden_count = sum(number in grid.hidden_rows for number, _ in sheet.rows)
    if hidden_count:
        told.append(rescue("hidden_rows", hidden_count))
    if not grid.is_visible:
        told.append(rescue("hidden_sheet", len(sheet.rows)))
    if grid.is_html:
        told.append(rescue("html_workbook", len(sheet.rows)))
    return Probe(
        file,
        match_headers(sheet.headers, layout),
        file.path,
        sheet.headers,
        sheet_name=grid.name,
        grid_name=grid.name,
        is_from_1904=grid.is_from_1904,
        sheet=sheet,
        rescues=tuple(told),
    )


def _store_sheet(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, probe: Probe, first: int
) -> _Stored:
    if probe.sheet is None:
        raise PipelineError("decode", "a sheet that was not read cannot be stored")
    layout, rows, titles = reader.job.layout, probe.sheet.rows, probe.sheet.titles
    mark, decimals = layout.decimal_mark or ".", decimal_sources(layout)
    columns, days, day_count = {}, day_sources(layout), 0
    for number, name in enumerate(reader.sources):
        place = probe.match.positions.get(name)
        if probe.is_from_1904 and name in days and place is not None:
            rows, changed_count = worksheets.counted_from_1900(rows, place)
            day_count += changed_count
        text_of = worksheets.number_text if name in decimals else worksheets.cell_text
        values = [
            text_of(row[place], mark) if place is not None and place < len(row) else None
            for _, row in rows
        ]
        if name.startswith(TITLE):
            values = [titles.get(name.removeprefix(TITLE))] * len(rows)
        columns[f"s{number}"] = pa.array(values, type=pa.string())
    relation = f"sheet_{first}"
    connection.register(relation, pa.table(columns))
    row_count = _store(connection, reader, _cells_sql(relation, reader), first)
    connection.unregister(relation)
    lines = np.repeat(np.array([number for number, _ in rows], dtype=np.int64), layout.width())
    is_unbroken = len(lines) == 0 or int(lines[-1] - lines[0]) == len(lines) - 1
    part = Part(probe.source_name, row_count, int(lines[0]) if len(lines) else 0)
    part = part if is_unbroken else replace(part, line_delta=0, lines=lines)
    told = (rescue("days_from_1904", day_count),) if day_count else ()
    return _Stored(part, left_out_count=probe.sheet.left_out_count, rescues=told)


def _cells_sql(relation: str, reader: _Reader) -> str:
    """Write the relation of a sheet's rows, or of its numbered cells: a row's in their order."""
    unpivot = reader.job.layout.unpivot
    if unpivot is None:
        return f"select * from {relation}"
    number, cell = (f"s{reader.sources.index(name)}" for name in (CELL_NUMBER, CELL))
    spellings = unpivot.spellings()
    cells = [
        f"coalesce({', '.join(f's{reader.sources.index(name)}' for name in names)})"
        for names in spellings.values()
    ]
    numbers = [quoted(str(one)) for one in spellings]
    return (
        f"select * exclude ({number}, {cell}), unnest([{', '.join(numbers)}]) as {number}, "
        f"unnest([{', '.join(cells)}]) as {cell} from {relation}"
    )


# JSON


def _probe_json(file: SourceFile, layout: Layout, place: Place) -> tuple[Probe, ...]:
    key = (str(file.path), layout.format, layout.encoding, layout.records or "")
    sampled = place.samples.get(key) or _read_sampled(file, layout, place)
    place.samples[key] = sampled
    shape = jsonpaths.shape_of(sampled.sample, layout, place.contract)
    probe = Probe(
        file,
        shape.match,
        sampled.path,
        shape.keys,
        has_sample=shape.has_items,
        rescues=sampled.rescues,
    )
    return (probe,)


def _read_sampled(file: SourceFile, layout: Layout, place: Place) -> _Sampled:
    path, told = opening.write_utf8(
        file, layout.encoding, place.scratch, keeps_mark=layout.format == "jsonl"
    )
    file = SourceFile(file.name, path)
    rows = _sample_lines(file) if layout.format == "jsonl" else _sample_document(file, layout)
    records = [record for text in rows if (record := _parse_record(text)) is not None]
    if layout.records and not records and not _has_records(file, layout):
        raise DeliveryRefusedError("file_unreadable", file.name, "JSON")
    return _Sampled(path, (*told, *_composed(path)), jsonpaths.sample_of(records))


def _has_records(file: SourceFile, layout: Layout) -> bool:
    with duckdb.connect() as connection:
        try:
            found = connection.execute(
                "select json_type(json, $2) from read_json_objects($1, format = 'unstructured', "
                "maximum_object_size = $3)",
                [str(file.path), f"$.{layout.records}", _object_size(file.path)],
            ).fetchall()
        except duckdb.InvalidInputException:
            return False
    return bool(found) and found[0][0] == "ARRAY"


def _sample_document(file: SourceFile, layout: Layout) -> list[str]:
    with duckdb.connect() as connection:
        try:
            rows = connection.execute(
                f"select rec from ({_json_records(layout, file.path)}) "
                f"where rec is not null limit {SAMPLE_RECORDS}"
            ).fetchall()
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            raise DeliveryRefusedError("file_unreadable", file.name, "JSON") from None
    return [text for (text,) in rows]


def _sample_lines(file: SourceFile) -> list[str]:
    return opening.read_head_lines(file.path, SAMPLE_RECORDS, MAX_JSON_LINE_BYTES, "replace")


def _parse_record(text: str) -> dict[str, object] | None:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _object_size(path: Path) -> int:
    return max(path.stat().st_size + 1, 16 << 20)


def _json_records(layout: Layout, path: Path) -> str:
    """Write the relation of the records as JSON text, one row each in the order of the file."""
    if layout.format == "jsonl":
        with path.open("rb") as stream:
            newline = "\\r\\n" if stream.readline(MAX_JSON_LINE_BYTES).endswith(b"\r\n") else "\\n"
        return (
            f"select line as rec from read_csv({quoted(str(path))}, auto_detect = false, "
            "columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', "
            f"header = false, new_line = '{newline}', strict_mode = false, "
            f"max_line_size = {MAX_JSON_LINE_BYTES}, buffer_size = {JSON_BUFFER_BYTES})"
        )
    size = f"maximum_object_size = {_object_size(path)}"
    if layout.records is None:
        return (
            "select cast(json as varchar) as rec from "
            f"read_json_objects({quoted(str(path))}, format = 'array', {size})"
        )
    return (
        f"select cast(unnest(json_extract(json, {quoted(f'$.{layout.records}[*]')})) as varchar) "
        f"as rec from read_json_objects({quoted(str(path))}, format = 'unstructured', {size})"
    )


def _store_json(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, probe: Probe, first: int
) -> _Stored:
    try:
        row_count = _store_records(connection, reader, probe, probe.path, first)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        if reader.job.layout.format == "json":
            raise DeliveryRefusedError("file_unreadable", probe.file.name, "JSON") from None
        logger.info("%s: lines that are not UTF-8", reader.job.dataset_code)
        mended = _mended_lines(reader.job, probe)
        row_count = _store_records(connection, reader, probe, mended, first)
    table = reader.job.table
    line = "_line" if reader.job.layout.explode else f"rowid - {first} + 1"
    refused = _lines_in_state(connection, table, 2, first, line)
    return _Stored(Part(probe.source_name, row_count, 1), refused)


def _mended_lines(job: Job, probe: Probe) -> Path:
    """Copy JSON lines; one that is not UTF-8, or too long, is replaced by an unreadable one."""
    path = job.scratch / f"{job.table}-{len(list(job.scratch.iterdir()))}.jsonl"
    with probe.path.open("rb") as source, path.open("wb") as target:
        for line in source:
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                target.write(UNREADABLE_LINE)
            else:
                text = line.rstrip(b"\r\n").replace(b"\x01", b" ")
                target.write(text + b"\n" if len(text) < MAX_JSON_LINE_BYTES else UNREADABLE_LINE)
    return path


def _store_records(
    connection: duckdb.DuckDBPyConnection,
    reader: _Reader,
    probe: Probe,
    path: Path,
    first: int,
) -> int:
    records = _json_records(reader.job.layout, path)
    source = jsonpaths.relation_sql(
        records,
        reader.job.layout,
        reader.sources,
        probe.names,
        counts_bad_records=reader.job.counts_bad_records,
    )
    carried = ("_state", "_line") if reader.job.layout.explode else ("_state",)
    return _store(connection, reader, source, first, carried)


# Parquet


def _probe_parquet(file: SourceFile, layout: Layout, place: Place) -> tuple[Probe, ...]:
    del place
    with duckdb.connect() as connection:
        try:
            names = connection.execute(
                f"describe select * from read_parquet({quoted(str(file.path))})"
            ).fetchall()
        except (duckdb.InvalidInputException, duckdb.IOException):
            raise DeliveryRefusedError("file_unreadable", file.name, "Parquet") from None
    headers = tuple(name for name, *_ in names)
    return (Probe(file, match_headers(headers, layout), file.path, headers),)


def _store_parquet(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, probe: Probe, first: int
) -> _Stored:
    path = quoted(str(probe.path))
    types = {
        name: kind
        for name, kind, *_ in connection.execute(
            f"describe select * from read_parquet({path})"
        ).fetchall()
    }
    decimals = decimal_sources(reader.job.layout)
    shown = []
    for number, name in enumerate(reader.sources):
        place = probe.match.positions.get(name)
        text = "null"
        if place is not None:
            column = '"' + probe.names[place].replace('"', '""') + '"'
            is_zoned = types[probe.names[place]] == "TIMESTAMP WITH TIME ZONE"
            text = f"timezone('{LOCAL_ZONE}', {column})" if is_zoned else column
            if name in decimals and types[probe.names[place]] != "VARCHAR":
                text = f"concat({column}, {quoted(NATIVE_END)})"
                text = f"case when {column} is not null then {text} end"
        shown.append(f"cast({text} as varchar) as s{number}")
    try:
        row_count = _store(
            connection, reader, f"select {', '.join(shown)} from read_parquet({path})", first
        )
    except (duckdb.InvalidInputException, duckdb.IOException):
        raise DeliveryRefusedError("file_unreadable", probe.file.name, "Parquet") from None
    return _Stored(Part(probe.source_name, row_count, 1))


# What the files' rows share


def _list_lines(connection: duckdb.DuckDBPyConnection, table: str, parts: Sequence[Part]) -> str:
    """Store the source row of each row beside it, where it is not a step away from ``rowid``."""
    lines = [
        part.lines
        if part.lines is not None
        else np.arange(part.row_count, dtype=np.int64) + part.line_delta
        for part in parts
    ]
    numbers = [np.full(part.row_count, number, dtype=np.int32) for number, part in enumerate(parts)]
    listed = pa.table({"_line": np.concatenate(lines), "_file_no": np.concatenate(numbers)})
    connection.register("listed_lines", listed)
    name = f"{table}_listed"
    connection.execute(f"create table {name} as select * from {table} positional join listed_lines")
    connection.unregister("listed_lines")
    connection.execute(f"drop table {table}")
    return name


def _fold_lines(
    connection: duckdb.DuckDBPyConnection, reader: _Reader, table: str, parts: Sequence[Part]
) -> tuple[str, int, list[RefusedLine]]:
    """Keep one row of the lines that repeat an entity; of lines that disagree, none."""
    where = _is_row(reader.job.layout)
    compared = ", ".join([*(f'"{cast.column}"' for cast in reader.casts), "_unread"])
    connection.execute(
        f"create table {table}_judged as select _entity, min(rowid) as first_row, "
        f"count(*) as line_count, count(distinct row({compared})) as version_count "
        f"from {table} where {where} and _entity is not null group by _entity"
    )
    folded = _count(
        connection,
        f"select cast(coalesce(sum(line_count - 1), 0) as bigint) from {table}_judged "
        "where version_count = 1",
    )
    rows = connection.execute(
        f"select line._file_no, line._line from {table} as line "
        f"inner join {table}_judged as judged using (_entity) "
        f"where {where} and version_count > 1 order by line.rowid"
    ).fetchall()
    refused = [
        RefusedLine(parts[number].file_name, line, "lines_disagree") for number, line in rows
    ]
    name = f"{table}_folded"
    connection.execute(
        f"create table {name} as select * from {table} where {where} and (_entity is null "
        f"or rowid in (select first_row from {table}_judged where version_count = 1)) "
        "order by rowid"
    )
    connection.execute(f"drop table {table}_judged")
    connection.execute(f"drop table {table}")
    return name, folded, refused


def _select_sql(reader: _Reader, parts: Sequence[Part], *, is_listed: bool) -> str:
    ends = list(itertools.accumulate(part.row_count for part in parts))
    starts = [0, *ends]
    if is_listed:
        files = _by_rows([quoted(part.file_name) for part in parts], range(len(parts)), "_file_no")
        row = "_line"
    else:
        files = _by_rows([quoted(part.file_name) for part in parts], ends, "rowid")
        deltas = [
            f"rowid + {part.line_delta - start}" for part, start in zip(parts, starts, strict=False)
        ]
        row = "_line" if reader.job.layout.explode else _by_rows(deltas, ends, "rowid")
    return view_sql(
        DATASETS[reader.job.dataset_code], reader.casts, reader.job.layout.values, files, row
    )


def _by_rows(values: Sequence[str], bounds: Sequence[int], key: str) -> str:
    """Choose by bounds: a file's number equals its bound, a row lies below the end of its file."""
    if len(set(values)) == 1:
        return values[0]
    sign = "=" if key == "_file_no" else "<"
    cases = " ".join(
        f"when {key} {sign} {bound} then {value}"
        for value, bound in zip(values, bounds, strict=True)
    )
    return f"case {cases} end"
