"""The edge of rewriting: the rows of one file, and the file again with a person's cells empty.

A file is written anew beside itself, in its own encoding: all but the emptied cells is byte for
byte what it was. Of a workbook, an archive and a Parquet file the container is written anew.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from motcua.contracts import Layout
from motcua.erasure import books, persons, texts
from motcua.erasure.persons import Fields, Person, Row
from motcua.errors import ErasureError
from motcua.intake import archives, encodings, workbooks, worksheets
from motcua.intake.decoding.edge import Probe
from motcua.intake.opening import edge as opening
from motcua.intake.records import LooseRecord, loose_records
from motcua.sql import quoted

HEAD_BYTES = 1 << 12
SHARED_STRINGS = "xl/sharedStrings.xml"
TO_DO = (
    "send it again in a format that can be redacted, or delete the delivery's folder in raw and "
    "run `motcua rebuild`"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One layout's reading of a file: a table, a sheet, the records or the items in them."""

    layout: Layout
    fields: Fields
    probe: Probe
    locality_code: str


@dataclass(slots=True)
class Emptied:
    """What was emptied in a file: how many cells, the values; lines that are no whole record."""

    cell_count: int = 0
    values: set[str] = field(default_factory=set)

    def add(self, values: Collection[str]) -> None:
        """Count cells by the values that they held."""
        self.cell_count += len(values)
        self.values.update(value.strip() for value in values)


def read_rows(part: Part) -> Iterator[Row]:
    """Read the rows of a file as one layout does."""
    return {
        "csv": _csv_rows,
        "json": _json_rows,
        "jsonl": _json_rows,
        "xlsx": _sheet_rows,
        "parquet": _parquet_rows,
    }[part.layout.format](part)


def write_without(part: Part, source: Path, target: Path, person: Person) -> Emptied:
    """Write a file anew with a person's cells empty.

    Args:
        part: A reading of the file.
        source: The file, or what another part made of it.
        target: Where it goes.
        person: Whose cells.

    Raises:
        ErasureError: The file's format cannot be written faithfully.
    """
    return {
        "csv": _write_csv,
        "json": _write_document,
        "jsonl": _write_lines,
        "xlsx": _write_book,
        "parquet": _write_parquet,
    }[part.layout.format](part, source, target, person)


# Texts


def _encoding_of(part: Part) -> tuple[str, str, str]:
    """Give the encoding, the codec that gives back each byte as it was, and how it errs."""
    encoding = opening.read_encoding(part.probe.file, part.layout.encoding)
    codec = encodings.codec_of(encoding)
    if codec == "utf-16":
        with part.probe.file.path.open("rb") as stream:
            codec = "utf-16-be" if stream.read(2) == b"\xfe\xff" else "utf-16-le"
    errors = "surrogatepass" if codec.startswith("utf-16") else "surrogateescape"
    return encoding, "utf-8" if codec == "utf-8-sig" else codec, errors


def _rewrite_text(
    part: Part,
    source: Path,
    target: Path,
    newline: str,
    change: Callable[[Iterable[str]], Iterator[tuple[str, str]]],
) -> None:
    """Write a text through ``change``, which gives the pieces before and after by turns."""
    _, codec, errors = _encoding_of(part)
    sha = hashlib.sha256()
    with (
        source.open(encoding=codec, errors=errors, newline=newline) as stream,
        target.open("wb") as written,
    ):
        for before, after in change(stream):
            sha.update(before.encode(codec, errors))
            written.write(after.encode(codec, errors))
    with source.open("rb") as stream:
        if sha.digest() != hashlib.file_digest(stream, "sha256").digest():
            reason = f"its encoding ({codec}) cannot be written back byte for byte; {TO_DO}"
            raise ErasureError(part.probe.file.name, reason)


def _unicode(text: str, encoding: str) -> str:
    name = encoding.casefold()
    return encodings.to_unicode(text, name) if name in encodings.FONTS else text


def _written(values: Iterable[str], encoding: str) -> list[str]:
    """Give values as letters of the file."""
    name = encoding.casefold()
    in_font = name in encodings.FONTS
    return [encodings.in_font(value, name) if in_font else value for value in values]


# CSV


def _csv_records(part: Part, stream: Iterable[str]) -> Iterator[LooseRecord]:
    probe = part.probe
    return loose_records(stream, probe.header_lines, probe.delimiter, len(probe.names))


def _csv_row(part: Part, encoding: str) -> Callable[[LooseRecord], Row]:
    keys = persons.places_of(part.fields.tokens, part.probe.names)
    codes = persons.places_of(part.fields.codes, part.probe.names)

    def row_of(record: LooseRecord) -> Row:
        cells = record.cells or ()
        key, code = (
            _unicode(persons.first_text(cells[place] for place in places), encoding)
            for places in (keys, codes)
        )
        return Row(key, code.strip(" "))

    return row_of


def _csv_rows(part: Part) -> Iterator[Row]:
    encoding, codec, errors = _encoding_of(part)
    row_of = _csv_row(part, encoding)
    with part.probe.file.path.open(encoding=codec, errors=errors, newline="") as stream:
        for record in _csv_records(part, stream):
            if record.cells:
                yield row_of(record)


def _write_csv(part: Part, source: Path, target: Path, person: Person) -> Emptied:
    encoding, *_ = _encoding_of(part)
    row_of = _csv_row(part, encoding)
    places = persons.personal_places(part.fields, part.probe.names)
    telling, values = (_written(found, encoding) for found in (person.telling, person.values))
    emptied = Emptied()

    def change(stream: Iterable[str]) -> Iterator[tuple[str, str]]:
        for record in _csv_records(part, stream):
            text = record.text
            if record.cells is None:
                text = _broken_line(text, telling, values, emptied)
            elif record.cells and person.owns(part.fields, part.locality_code, row_of(record)):
                text, found = texts.emptied_cells(text, places, part.probe.delimiter)
                emptied.add([_unicode(value, encoding) for value in found])
            yield record.text, text

    _rewrite_text(part, source, target, "", change)
    return emptied


def _broken_line(
    line: str, telling: Collection[str], values: Collection[str], emptied: Emptied
) -> str:
    if not texts.stands_in(line, telling):
        return line
    line, count = texts.without_values(line, values)
    emptied.cell_count += count
    return line


# JSON


def _json_row(part: Part, record: Mapping[str, object], parent: Mapping[str, object]) -> Row:
    fields = part.fields
    keys = (texts.value_at(record, name) for name in fields.tokens)
    codes = [texts.value_at(record, name) for name in fields.codes]
    codes += [texts.value_at(parent, name) for name in fields.parent_codes]
    return Row(persons.first_text(keys), persons.first_text(codes).strip(" "))


def _items_of(part: Part, record: object) -> list[tuple[int, Row]]:
    """Give the rows that a record makes, each with its number in the nested list."""
    if not isinstance(record, dict):
        return []
    if part.layout.explode is None:
        return [(0, _json_row(part, record, record))]
    items = texts.value_at(record, part.layout.explode)
    return [
        (number, _json_row(part, item, record))
        for number, item in enumerate(items if isinstance(items, list) else [])
        if isinstance(item, dict)
    ]


def _owned_nodes(part: Part, person: Person, record: object, node: texts.Node) -> list[texts.Node]:
    """Give the personal values of a record, or of the items in it, that are the person's."""
    numbers = [
        number
        for number, row in _items_of(part, record)
        if person.owns(part.fields, part.locality_code, row)
    ]
    own = [node]
    if part.layout.explode:
        own = [item for one in texts.nodes_at(node, part.layout.explode) for item in one.items]
    return [
        found
        for number in numbers
        for name in part.fields.personal
        for found in texts.nodes_at(own[number], name)
    ]


def _is_owned(part: Part, person: Person, record: object) -> bool:
    return any(
        person.owns(part.fields, part.locality_code, row) for _, row in _items_of(part, record)
    )


def _json_rows(part: Part) -> Iterator[Row]:
    _, codec, errors = _encoding_of(part)
    with part.probe.file.path.open(encoding=codec, errors=errors, newline="\n") as stream:
        if part.layout.format == "json":
            records = _records_in(part, texts.parsed_json(_without_mark(stream.read())))
        else:
            records = (texts.parsed_json(_without_mark(line)) for line in stream)
        for record in records:
            yield from (row for _, row in _items_of(part, record))


def _without_mark(text: str) -> str:
    return text.removeprefix("\ufeff")


def _records_in(part: Part, document: object) -> list[object]:
    if part.layout.records is not None and isinstance(document, dict):
        document = texts.value_at(document, part.layout.records)
    return document if isinstance(document, list) else []


def _write_lines(part: Part, source: Path, target: Path, person: Person) -> Emptied:
    telling, emptied = person.telling, Emptied()

    def change(stream: Iterable[str]) -> Iterator[tuple[str, str]]:
        for line in stream:
            text = _without_mark(line)
            mark, record = line[: len(line) - len(text)], texts.parsed_json(text)
            if record is None:
                text = _broken_line(text, telling, person.values, emptied)
            elif _is_owned(part, person, record):
                nodes = _owned_nodes(part, person, record, texts.scan_json(text))
                text, values = texts.emptied_nodes(text, nodes)
                emptied.add(values)
            yield line, mark + text

    _rewrite_text(part, source, target, "\n", change)
    return emptied


def _write_document(part: Part, source: Path, target: Path, person: Person) -> Emptied:
    emptied = Emptied()

    def change(stream: Iterable[str]) -> Iterator[tuple[str, str]]:
        whole = "".join(stream)
        text = _without_mark(whole)
        records = _records_in(part, texts.parsed_json(text))
        root = texts.scan_json(text)
        listed = [root]
        if part.layout.records is not None:
            listed = texts.nodes_at(root, part.layout.records)
        items = [item for one in listed for item in one.items]
        nodes = [
            node
            for record, item in zip(records, items, strict=True)
            for node in _owned_nodes(part, person, record, item)
        ]
        changed, values = texts.emptied_nodes(text, nodes)
        emptied.add(values)
        yield whole, whole[: len(whole) - len(text)] + changed

    _rewrite_text(part, source, target, "\n", change)
    return emptied


# Workbooks


def _numbered_sheet_rows(part: Part) -> Iterator[tuple[int, tuple[worksheets.Cell, ...], Row]]:
    sheet, names = part.probe.sheet, part.probe.names
    keys = persons.places_of(part.fields.tokens, names)
    codes = persons.places_of(part.fields.codes, names)
    for number, row in sheet.rows if sheet else ():
        key, code = (
            persons.first_text(
                worksheets.cell_text(row[place]) for place in places if place < len(row)
            )
            for places in (keys, codes)
        )
        yield number, tuple(row), Row(key, code.strip(" "))


def _sheet_rows(part: Part) -> Iterator[Row]:
    return (row for _, _, row in _numbered_sheet_rows(part))


def _write_book(part: Part, source: Path, target: Path, person: Person) -> Emptied:
    emptied, places = Emptied(), {}
    personal = persons.personal_places(part.fields, part.probe.names)
    for number, cells, row in _numbered_sheet_rows(part):
        if not person.owns(part.fields, part.locality_code, row):
            continue
        held = {place: texts.leaves(_cell(cells, place)) for place in personal}
        held = {place: found for place, found in held.items() if found and found[0].strip()}
        if held:
            places[number] = {place + 1 for place in held}
            emptied.add([value for found in held.values() for value in found])
    if not places:
        target.write_bytes(source.read_bytes())
        return emptied
    _check_kind(part)
    try:
        _write_sheet(part, source, target, places)
    except books.FormulaError:
        reason = f"a cell to empty is a formula, on which others may lean; {TO_DO}"
        raise ErasureError(part.probe.file.name, reason) from None
    return emptied


def _cell(cells: tuple[worksheets.Cell, ...], place: int) -> str | None:
    return worksheets.cell_text(cells[place]) if place < len(cells) else None


def _check_kind(part: Part) -> None:
    """Refuse a workbook that is not xlsx."""
    path = part.probe.file.path
    with path.open("rb") as stream:
        kind = workbooks.kind_of(stream.read(HEAD_BYTES))
    if kind == "zip":
        with zipfile.ZipFile(path) as opened:
            kind = "ods" if opening.ODS_CONTENT in opened.namelist() else kind
    if kind != "zip":
        reason = f"a workbook that is {kind}, not xlsx, cannot be redacted; {TO_DO}"
        raise ErasureError(part.probe.file.name, reason)


def _write_sheet(
    part: Part, source: Path, target: Path, places: Mapping[int, Collection[int]]
) -> None:
    with zipfile.ZipFile(source) as opened:
        paths = workbooks.sheet_paths(*(opened.read(name) for name in opening.XLSX_PARTS))
        own = paths[part.probe.grid_name or ""]
        before = opened.read(own)
        sheet, count = books.emptied_sheet(before, places)
        if count != sum(map(len, places.values())):
            reason = f"cells of {own} are not where they are read; {TO_DO}"
            raise ErasureError(part.probe.file.name, reason)
        changed = {own: sheet}
        if SHARED_STRINGS in opened.namelist():
            shown = books.string_numbers(sheet).union(
                *(books.string_numbers(opened.read(path)) for path in {*paths.values()} - {own})
            )
            gone = books.string_numbers(before) - shown
            changed[SHARED_STRINGS] = books.emptied_strings(opened.read(SHARED_STRINGS), gone)
    write_archive(source, target, changed)


def write_archive(source: Path, target: Path, changed: Mapping[str, bytes | Path]) -> None:
    """Write an archive anew, its members in order, some of them changed."""
    with (
        zipfile.ZipFile(source) as opened,
        zipfile.ZipFile(target, "w", allowZip64=True) as written,
    ):
        written.comment = opened.comment
        for member in opened.infolist():
            copy = zipfile.ZipInfo(archives.member_name(member), member.date_time)
            copy.compress_type = member.compress_type
            copy.external_attr, copy.comment = member.external_attr, member.comment
            copy.file_size = member.file_size
            content = changed.get(member.filename)
            with (
                _opened_member(opened, member, content) as read,
                written.open(copy, "w", force_zip64=member.file_size >= 1 << 31) as write,
            ):
                while block := read.read(opening.BLOCK_BYTES):
                    write.write(block)


def _opened_member(
    opened: zipfile.ZipFile, member: zipfile.ZipInfo, content: bytes | Path | None
) -> IO[bytes]:
    if content is None:
        return opened.open(member)
    return content.open("rb") if isinstance(content, Path) else io.BytesIO(content)


# Parquet


def _parquet_texts(part: Part, source: Path) -> Iterator[Row]:
    names = part.probe.names
    columns = [
        [names[place] for place in persons.places_of(wanted, names)]
        for wanted in (part.fields.tokens, part.fields.codes)
    ]
    shown = [
        "coalesce("
        + ", ".join(
            [*(f"nullif(trim(cast({_identifier(one)} as varchar)), '')" for one in some), "''"]
        )
        + ")"
        for some in columns
    ]
    query = f"select {', '.join(shown)} from read_parquet({quoted(str(source))})"
    with duckdb.connect() as connection:
        found = connection.execute(query)
        while rows := found.fetchmany(10_000):
            yield from (Row(key, code) for key, code in rows)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _parquet_rows(part: Part) -> Iterator[Row]:
    return _parquet_texts(part, part.probe.file.path)


def _write_parquet(part: Part, source: Path, target: Path, person: Person) -> Emptied:
    emptied = Emptied()
    names = {part.probe.names[place] for place in _personal_of(part)}
    rows = _parquet_texts(part, source)
    with pq.ParquetFile(source) as opened:
        schema = pa.schema(
            [one.with_nullable(True) if one.name in names else one for one in opened.schema_arrow],
            opened.schema_arrow.metadata,
        )
        with pq.ParquetWriter(target, schema, compression="zstd") as written:
            for number in range(opened.num_row_groups):
                table = opened.read_row_group(number)
                owned = [
                    person.owns(part.fields, part.locality_code, next(rows))
                    for _ in range(table.num_rows)
                ]
                written.write_table(_emptied_table(table, names, owned, emptied).cast(schema))
    return emptied


def _personal_of(part: Part) -> frozenset[int]:
    return persons.personal_places(part.fields, part.probe.names)


def _emptied_table(
    table: pa.Table, names: Collection[str], owned: list[bool], emptied: Emptied
) -> pa.Table:
    if not any(owned):
        return table
    mask = pa.array(owned)
    for place, name in enumerate(table.column_names):
        if name not in names:
            continue
        column = table.column(place)
        held = [value for value in column.filter(mask).to_pylist() if value not in (None, "")]
        emptied.add([str(value) for value in held])
        empty = pa.scalar(None, column.type)
        emptied_column = pa.chunked_array([pc.if_else(mask, empty, column.combine_chunks())])
        table = table.set_column(
            place, table.schema.field(place).with_nullable(True), emptied_column
        )
    return table
