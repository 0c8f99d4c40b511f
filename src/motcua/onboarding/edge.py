"""The edge of onboarding: read an unknown export, write the contract that is proposed for it.

Also says what a changed contract would change in what was taken in, and takes a delivery in again.
"""

import contextlib
import csv
import itertools
import json
import os
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from motcua.contracts import Contract, Layout, parse_contract, read_localities
from motcua.errors import PipelineError, SettingsError
from motcua.intake import edge as intake
from motcua.intake import worksheets
from motcua.intake.arrivals import edge as arrivals
from motcua.intake.decoding.edge import MAX_LINE_BYTES
from motcua.intake.deliveries import SourceFile
from motcua.intake.headers import DELIMITERS
from motcua.intake.opening import edge as opening
from motcua.intake.refusals import DeliveryRefusedError
from motcua.onboarding import changes, drafting, writing
from motcua.onboarding.drafting import LayoutDraft, Table
from motcua.receipts import Receipt
from motcua.settings import Settings
from motcua.sql import quoted

SAMPLE_ROWS = 2_000
LINE_LENGTH = 1 << 18
WORKBOOKS = (".xlsx", ".xls", ".ods", ".xlsm", ".html", ".htm")
JSON_DEPTH = 3
Record = Mapping[str, object]
Lines = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed contract: its text, and a line a column that says why."""

    text: str
    lines: Lines
    layouts: tuple[LayoutDraft, ...]


def run_draft(export: Path, name: str | None, settings: Settings) -> Draft:
    """Propose a contract for an export: a file, a folder or an archive. Nothing is taken in.

    Args:
        export: The export.
        name: Name of the contract; made of the export's when left out.
        settings: The limits of what is opened, and where working files may lie.

    Raises:
        PipelineError: Nothing in the export is a dataset that is known.
        DeliveryRefusedError: A file cannot be opened.
    """
    with _scratch(settings, "draft") as scratch:
        files = arrivals.open_export(export, scratch, settings)
        tables = [_composed(one) for file in files for one in _read_tables(file, scratch, settings)]
    layouts, unread = _layouts_of(tables)
    unread += sorted({file.name for file in files} - {table.file_name for table in tables})
    if not layouts:
        raise PipelineError(
            "contract draft", f"{export.name}: no table in it has the columns of a known dataset"
        )
    ordered = writing.in_order(layouts)
    own = name or writing.contract_name(export.stem)
    text = writing.write_contract(own, export.name, ordered, unread)
    return Draft(text, writing.explain(ordered), tuple(ordered))


def write_draft(draft: Draft, path: Path) -> None:
    """Write a proposed contract; one that is there already is never written over."""
    if path.exists():
        raise PipelineError("contract draft", f"{path} exists already; choose another --out")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draft.text, encoding="utf-8")


def _layouts_of(tables: Sequence[Table]) -> tuple[list[LayoutDraft], list[str]]:
    """Make one layout a dataset: of several tables with its columns the one with most rows."""
    by_dataset: dict[str, list[Table]] = {}
    unread = []
    for table in tables:
        hint = f"{Path(table.file_name).stem} {table.place.get('sheet', '')}"
        code = drafting.dataset_of(table, str(table.place.get("explode") or hint))
        if code:
            by_dataset.setdefault(code, []).append(table)
        elif "explode" not in table.place:
            unread.append(_name_of(table))
    layouts = []
    for code, found in by_dataset.items():
        chosen = max(found, key=lambda table: len(table.rows))
        same = [table for table in found if _kind_of(table) == _kind_of(chosen)]
        unread += [f"{_name_of(one)} ({code}, cột khác)" for one in found if one not in same]
        rows = tuple(itertools.chain.from_iterable(table.rows for table in same))
        layouts.append(drafting.draft_layout(code, replace(_of_all(same), rows=rows)))
    return layouts, unread


def _composed(table: Table) -> Table:
    headers = tuple(unicodedata.normalize("NFC", header) for header in table.headers)
    return replace(table, headers=headers)


def _kind_of(table: Table) -> tuple[object, ...]:
    """Give what tables share that one layout reads: header, and the pattern of their names."""
    sheet = writing.starred(str(table.place.get("sheet", "")))
    names = (writing.pattern_of(table.file_name), sheet, table.place.get("explode"))
    return (table.headers, table.place["format"], *names)


def _of_all(tables: Sequence[Table]) -> Table:
    """Give the table that stands for all sheets of one header: by a pattern of their names."""
    sheets = {str(table.place.get("sheet", "")) for table in tables}
    if len(sheets) == 1:
        return tables[0]
    pattern = writing.starred(sheets.pop())
    return replace(tables[0], place={**tables[0].place, "sheet": pattern})


def _name_of(table: Table) -> str:
    inner = table.place.get("explode") or table.place.get("sheet")
    return f"{table.file_name} [{inner}]" if inner else table.file_name


# Tables of files


def _read_tables(file: SourceFile, scratch: Path, settings: Settings) -> list[Table]:
    """Read what tables a file has; one of no kind that is read has none."""
    ending = Path(file.name).suffix.lower()
    if file.path.stat().st_size == 0:
        return []
    if ending in WORKBOOKS:
        return _workbook_tables(file, settings)
    if ending in (".json", ".jsonl", ".ndjson"):
        return _json_tables(file, scratch, settings)
    if ending == ".parquet":
        return _parquet_tables(file)
    return _text_tables(file, scratch) if ending in (".csv", ".txt", ".tsv") else []


def _text_tables(file: SourceFile, scratch: Path) -> list[Table]:
    """Read a CSV file: the delimiter and the line of the header are those that fit best."""
    encoding = opening.read_encoding(file, "utf-8")
    path, _ = opening.write_utf8(file, encoding, scratch)
    lines = opening.read_head_lines(path, SAMPLE_ROWS, LINE_LENGTH, "replace")
    tried = [
        (drafting.known_count(names), -place, delimiter, names)
        for delimiter in DELIMITERS
        for place in range(min(len(lines), worksheets.HEADER_SEARCH_ROWS))
        if lines[place].count(delimiter)
        for names in _records(lines[place:], delimiter, 1)
    ]
    if not tried:
        return []
    _, place, delimiter, names = max(tried)
    rows = [row for row in _records(lines[-place:], delimiter, len(lines)) if any(row)][1:]
    numbered = bool(rows) and worksheets.is_numbering([cell for cell in rows[0] if cell])
    words = _total_words(rows)
    place_keys = {
        "format": "csv",
        **({} if encoding.startswith("utf-8") else {"encoding": encoding}),
        **({} if delimiter == "," else {"delimiter": delimiter}),
        **({} if place == 0 else {"header_row": 1 - place}),
        **({"column_number_row": True} if numbered else {}),
        **({"total_row_words": words} if words else {}),
    }
    kept = [
        tuple(row)
        for row in rows[numbered:]
        if len(row) == len(names) and not _is_total(row, words)
    ]
    return [Table(file.name, tuple(name.strip() for name in names), tuple(kept), place_keys)]


def _records(lines: Sequence[str], delimiter: str, count: int) -> list[list[str]]:
    found: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        found.extend(itertools.islice(csv.reader(lines, delimiter=delimiter), count))
    return found


def _total_words(rows: Sequence[Sequence[str]]) -> list[str]:
    return [word for word in worksheets.TOTAL_WORDS if any(_is_total(row, [word]) for row in rows)]


def _is_total(row: Sequence[str], words: Sequence[str]) -> bool:
    first = next((cell for cell in row if cell.strip()), "")
    return worksheets.is_total(first, [word.casefold() for word in words])


def _workbook_tables(file: SourceFile, settings: Settings) -> list[Table]:
    layout = Layout(files="*", format="xlsx", columns={})
    grids = opening.read_grids(file, layout, settings)
    tables = [_sheet_table(file, grid) for grid in grids]
    return [table for table in tables if table]


def _sheet_table(file: SourceFile, grid: opening.Grid) -> Table | None:
    """Read a sheet by the header, of one to three rows, that fits best."""
    rows, _, _ = worksheets.in_unicode(grid.rows)
    found = [
        (
            drafting.known_count(names),
            len({name for name in names if name}),
            _is_grouped(grid.merged, place, count, len(names)),
            -count,
            -place,
        )
        for count in (1, 2, 3)
        for place in range(min(len(rows), worksheets.HEADER_SEARCH_ROWS))
        if (names := worksheets.headers_at(rows, grid.merged, place, count))
    ]
    best = max(found, default=None)
    if best is None or best[0] < drafting.LEAST_MATCHED:
        return None
    place, count = -best[4], -best[3]
    names = worksheets.headers_at(rows, grid.merged, place, count)
    codes = {name: ("dossier_code",) for name in names if "Mã" in name or "Số" in name}
    layout = Layout(
        files="*", format="xlsx", header_row=place + 1, header_rows=count, columns=codes
    )
    sheet = worksheets.read_sheet(rows, grid.merged, layout)
    place_keys = {
        "format": "xlsx",
        **({} if grid.name is None else {"sheet": grid.name}),
        **({} if place == 0 else {"header_row": place + 1}),
        **({} if count == 1 else {"header_rows": count}),
        **({"column_number_row": True} if "column_number_row" in sheet.left_out else {}),
    }
    texts = [
        tuple(worksheets.cell_text(cell) for cell in row) for _, row in sheet.rows[:SAMPLE_ROWS]
    ]
    return Table(file.name, names, tuple(texts), place_keys)


def _is_grouped(merged: worksheets.Merged, place: int, count: int, width: int) -> bool:
    """Say whether a header row above the last names a group: one cell over some columns."""
    above = range(place, place + count - 1)
    return any(
        top in above and left < right and right - left < width / 2
        for (top, left), (_, right) in merged
    )


def _parquet_tables(file: SourceFile) -> list[Table]:
    with duckdb.connect() as connection:
        try:
            read = connection.execute(
                f"select columns(*)::varchar from read_parquet({quoted(str(file.path))}) "
                f"limit {SAMPLE_ROWS}"
            )
            names = tuple(column[0] for column in read.description)
            rows = tuple(read.fetchall())
        except duckdb.Error:
            raise DeliveryRefusedError("file_unreadable", file.name, "Parquet") from None
    return [Table(file.name, names, rows, {"format": "parquet"})]


# Records of JSON


def _json_tables(file: SourceFile, scratch: Path, settings: Settings) -> list[Table]:
    if file.path.stat().st_size > settings.max_workbook_bytes:
        raise DeliveryRefusedError("file_too_large", file.name, "JSON")
    encoding = opening.read_encoding(file, "utf-8")
    path, _ = opening.write_utf8(file, encoding, scratch)
    lines = opening.read_head_lines(path, SAMPLE_ROWS, MAX_LINE_BYTES, "replace")
    records = [record for line in lines if isinstance(record := _parsed(line), dict)]
    place: dict[str, object] = {"format": "jsonl"}
    is_document = file.name.lower().endswith(".json") and len(records) < 2
    if is_document or not records:
        key, records = _document_records(file, path)
        place = {"format": "json", **({"records": key} if key else {})}
    if not encoding.startswith("utf-8"):
        place["encoding"] = encoding
    return list(_record_tables(file.name, records, place)) if records else []


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _document_records(file: SourceFile, path: Path) -> tuple[str | None, list[Record]]:
    """Give the records of one JSON document, and the key that holds them."""
    document = _parsed(path.read_text(encoding="utf-8-sig"))
    if isinstance(document, list):
        return None, [one for one in document[:SAMPLE_ROWS] if isinstance(one, dict)]
    key = _list_in(document) if isinstance(document, dict) else None
    if key is None:
        raise DeliveryRefusedError("file_unreadable", file.name, "JSON")
    return key, [one for one in document[key][:SAMPLE_ROWS] if isinstance(one, dict)]


def _list_in(document: Record) -> str | None:
    """Name the longest list of records in a document."""
    lists = {
        key: value
        for key, value in document.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    return max(lists, key=lambda key: len(lists[key]), default=None)


def _record_tables(
    name: str, records: Sequence[Record], place: Mapping[str, object]
) -> Iterator[Table]:
    """Give the records as a table, and each nested list of records as one of its own."""
    flat = [dict(_leaves(record)) for record in records]
    headers = tuple(dict.fromkeys(key for record in flat for key in record))
    lists = tuple(dict.fromkeys(key for record in records for key in _lists_of(record)))
    rows = tuple(tuple(record.get(header) for header in headers) for record in flat)
    yield Table(name, headers, rows, place, lists=lists)
    for nested in lists:
        items = [
            item
            for record in records
            for item in record.get(nested) or ()
            if isinstance(item, dict)
        ]
        own = [dict(_leaves(item)) for item in items]
        keys = tuple(dict.fromkeys(key for item in own for key in item))
        listed = tuple(tuple(item.get(key) for key in keys) for item in own)
        inner = {**place, "explode": nested}
        if keys:
            yield Table(name, keys, listed, inner, parent_headers=headers)


def _leaves(record: Record, before: str = "", depth: int = 0) -> Iterator[tuple[str, str | None]]:
    """Give the scalar values of a record, those of a record inside it by a dotted path."""
    for key, value in record.items():
        path = f"{before}{key}"
        if isinstance(value, dict):
            if depth < JSON_DEPTH:
                yield from _leaves(value, f"{path}.", depth + 1)
        elif not isinstance(value, list):
            yield path, _text(value)


def _lists_of(record: Record) -> list[str]:
    return [key for key, value in record.items() if isinstance(value, list)]


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


# What was taken in, by another contract or once more


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many deliveries were compared, and a line for each thing that changes."""

    delivery_count: int
    lines: Lines


def run_diff(
    old_path: Path,
    new_path: Path,
    locality_code: str | None,
    settings: Settings,
    run_suite: intake.RunSuite | None = None,
) -> Comparison:
    """Say what a changed contract would change in what was taken in; nothing is written.

    Every delivery in raw of the localities that send by the old contract is judged twice, in
    working files that are deleted at the end.

    Raises:
        SettingsError: The locality does not exist, or none sends by the old contract.
    """
    old, new = _read_contract(old_path), _read_contract(new_path)
    localities = _senders(settings, old.contract, locality_code)
    lines, count = [], 0
    with _scratch(settings, "diff") as scratch:
        for code in localities:
            for delivery_id in arrivals.read_raw_ids(settings, code):
                sides = []
                for side, contract in (("before", old), ("after", new)):
                    home = scratch / side
                    change = intake.ContractChange(old.contract, contract)
                    receipt = intake.run_aside(
                        settings, (code, delivery_id), change, home, run_suite
                    )
                    sides.append((receipt, home / "landing"))
                lines += _compared(sides[0], sides[1])
                count += 1
                shutil.rmtree(scratch)
    return Comparison(count, lines)


def run_replay(
    delivery_id: str, settings: Settings, run_suite: intake.RunSuite | None = None
) -> Comparison:
    """Take one delivery in again from raw, and say what that changed.

    Raises:
        SettingsError: No such delivery in raw.
    """
    found = sorted(settings.raw.glob(f"*/{delivery_id}"))
    if not found or not delivery_id.isalnum():
        raise SettingsError("delivery", f"no {delivery_id!r} in {settings.raw}")
    locality_code = found[0].parent.name
    path = settings.receipts / f"{delivery_id}.json"
    before = Receipt.model_validate_json(path.read_text("utf-8")) if path.exists() else None
    with _scratch(settings, "replay") as scratch:
        for one in before.datasets if before else ():
            if one.accepted_file:
                kept = scratch / one.accepted_file
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(settings.home / "landing" / one.accepted_file, kept)
        after = intake.run_again(settings, locality_code, delivery_id, run_suite)
        lines = _compared((before, scratch), (after, settings.home / "landing"))
    return Comparison(1, lines)


@contextlib.contextmanager
def _scratch(settings: Settings, name: str) -> Iterator[Path]:
    path = settings.scratch / f"{name}-{os.getpid()}"
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _read_contract(path: Path) -> Contract:
    return parse_contract(path.read_text(encoding="utf-8"), str(path))


def _senders(settings: Settings, contract: str, locality_code: str | None) -> list[str]:
    register = read_localities(settings.localities)
    if locality_code and locality_code not in register:
        raise SettingsError("localities", f"no locality {locality_code!r}")
    found = [
        code
        for code, one in register.items()
        if contract in one.contracts and locality_code in (None, code)
    ]
    if not found:
        raise SettingsError("localities", f"nobody asked for sends by contract {contract!r}")
    return found


def _compared(before: tuple[Receipt | None, Path], after: tuple[Receipt, Path]) -> Lines:
    old, new = (_accepted_files(*side) for side in (before, after))
    rows = {}
    with duckdb.connect() as connection:
        for code in old.keys() & new.keys():
            query = changes.comparison_sql(str(old[code]), str(new[code]), code)
            rows[code] = changes.row_changes(code, connection.execute(query).fetchall()[0])
    return changes.lines_of(before[0], after[0], rows)


def _accepted_files(receipt: Receipt | None, landing: Path) -> dict[str, Path]:
    return {
        one.dataset_code: landing / one.accepted_file
        for one in (receipt.datasets if receipt else ())
        if one.accepted_file
    }
