"""The public tables as open data: rows for CSV and Parquet, and their description.

``datapackage.json`` follows Frictionless Data Package 1.0 (specs.frictionlessdata.io): each file is
a resource with the type and description of its columns.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow
from pyarrow import parquet

from motcua.public.content import MARK, RATE
from motcua.public.counts import (
    AGENCIES,
    CHANNEL_COLUMNS,
    CHANNEL_TOTAL,
    CHANNELS,
    FIELDS,
    FORM,
    TOTAL,
    Key,
    headline_line,
)
from motcua.snapshot.model import Cell, Content, Table

EVERY = "all"
"""The code of a line that sums all members, as in the marts."""
SIMULATION = "simulation_note"
DATAPACKAGE = "datapackage.json"
_TYPES = {"string": pyarrow.string(), "integer": pyarrow.int64(), "number": pyarrow.float64()}


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table becomes a file: its name, its keys, its columns (of the table → of the file)."""

    file: str
    keys: tuple[str, ...]
    name: str
    columns: Mapping[str, str]


SHAPES = {
    "ten": Shape(
        "chi_tieu",
        ("metric_code",),
        "metric_name",
        {name: name for name in ("numerator_count", "denominator_count", "rate")},
    ),
    AGENCIES: Shape(
        "ii06_co_quan",
        ("level_code", "agency_code"),
        "agency_name",
        {name: name for name in (*FORM, RATE)},
    ),
    FIELDS: Shape(
        "ii06_linh_vuc", ("field_code",), "field_name", {name: name for name in (*FORM, RATE)}
    ),
    CHANNELS: Shape(
        "kenh_tiep_nhan",
        ("channel_code",),
        "channel_name",
        {**CHANNEL_COLUMNS, "share": "received_in_period_rate"},
    ),
}
"""The files of the public pack, by the code of their table."""
_KEY_TEXTS = {
    "metric_code": ("Mã chỉ tiêu", "Mã của chỉ tiêu."),
    "metric_name": ("Chỉ tiêu", "Tên chỉ tiêu."),
    "agency_name": ("Cơ quan", "Tên cơ quan, cấp hoặc «Tổng cộng»."),
    "field_name": ("Lĩnh vực", "Tên lĩnh vực hoặc «Tổng cộng»."),
    "channel_name": ("Kênh tiếp nhận", "Tên kênh tiếp nhận hoặc «Tổng cộng»."),
    "level_code": ("Mã cấp", ""),
    "agency_code": ("Mã cơ quan", ""),
    "field_code": ("Mã lĩnh vực", ""),
    "channel_code": ("Mã kênh tiếp nhận", ""),
    "numerator_count": ("Tử số", "Tử số của chỉ tiêu, theo định nghĩa kèm theo gói."),
    "denominator_count": ("Mẫu số", "Mẫu số của chỉ tiêu, theo định nghĩa kèm theo gói."),
    "rate": ("Kết quả", "Tử số chia mẫu số, từ 0 đến 1; để trống khi mẫu số là 0."),
    RATE: (
        "Tỷ lệ trước và đúng hạn",
        "(Trước hạn + đúng hạn) chia đã giải quyết, từ 0 đến 1; để trống khi không giải quyết.",
    ),
    "received_in_period_rate": (
        "Tỷ trọng",
        "Phần của kênh trong số tiếp nhận trong kỳ, từ 0 đến 1; để trống khi không tiếp nhận.",
    ),
    SIMULATION: (
        "Ghi chú mô phỏng",
        "Ghi rõ khi số liệu là dữ liệu mô phỏng; để trống khi là số liệu thật.",
    ),
}
"""Titles and descriptions that no column of a mart has; an empty description is the mart's."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a file; ``kind`` is a type of Frictionless: string, integer, number."""

    name: str
    kind: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class OpenTable:
    """One file: its columns, its rows; a hidden figure is ``MARK`` in a row."""

    file: str
    title: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


def open_tables(
    content: Content, texts: Mapping[str, str], titles: Mapping[str, str]
) -> Iterator[OpenTable]:
    """Lay the tables of a public content out as files; those without a row are left out.

    Args:
        content: what the public pack says.
        texts: what the marts say of their columns, by name.
        titles: short names of the form's columns, by name.
    """
    for code, shape in SHAPES.items():
        table = content.table(code)
        if table.rows:
            fields = tuple(_fields(shape, texts, titles))
            yield OpenTable(shape.file, table.title, fields, tuple(_rows(content, table, shape)))


def _fields(shape: Shape, texts: Mapping[str, str], titles: Mapping[str, str]) -> Iterator[Field]:
    for name in (*shape.keys, shape.name, *shape.columns.values(), SIMULATION):
        kind = {"count": "integer", "rate": "number"}.get(name.rpartition("_")[2], "string")
        title, text = _KEY_TEXTS.get(name, (titles.get(name, name), ""))
        text = text or texts.get(name, "")
        if name in shape.keys and name != "metric_code":
            text = f"{text} «{EVERY}»: dòng cộng.".strip()
        yield Field(name, kind, title, text)


def _rows(
    content: Content, table: Table, shape: Shape
) -> Iterator[tuple[str | int | float | None, ...]]:
    codes = [column.code for column in table.columns]
    places = [codes.index(code) for code in shape.columns]
    for row in table.rows:
        of = dict(row.of)
        keys = [of.get(key.removesuffix("_code"), EVERY) for key in shape.keys]
        figures = [_plain(row.cells[place]) for place in places]
        yield (*keys, row.cells[1].text, *figures, content.header.banner)


def _plain(cell: Cell) -> str | int | float | None:
    return MARK if cell.text == MARK else cell.value


def parquet_bytes(table: OpenTable) -> bytes:
    """Write a table as Parquet: a hidden figure is null."""
    columns = list(zip(*table.rows, strict=True))
    schema = pyarrow.schema(
        [
            pyarrow.field(field.name, _TYPES[field.kind], metadata={"comment": field.description})
            for field in table.fields
        ]
    )
    arrays = [
        pyarrow.array([None if value == MARK else value for value in values], type=field.type)
        for values, field in zip(columns, schema, strict=True)
    ]
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table(arrays, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()


def datapackage(
    content: Content, tables: Sequence[OpenTable], licence: str, min_count: int
) -> bytes:
    """Describe the files of a pack.

    Args:
        content: what the public pack says.
        tables: its tables, each a CSV and a Parquet file.
        licence: name of the licence; empty: none is stated.
        min_count: the smallest count that is shown.
    """
    header = content.header
    told: dict[str, Any] = {
        "profile": "data-package",
        "name": f"motcua-{header.review_code.lower()}-v{header.version:02d}",
        "title": f"{header.title} – {header.review_name}",
        "description": " ".join(filter(None, (header.banner, *header.frame, _COUNTED))),
        "version": f"{header.version}",
        "created": f"{header.as_of_date}T00:00:00+07:00",
        "is_simulated": header.is_simulated,
        "state": header.state_code,
        "min_count": min_count,
        "coverage": content.coverage.sentence,
        "resources": [_resource(table, kind) for table in tables for kind in ("csv", "parquet")],
    }
    if licence:
        told["licenses"] = [{"name": licence}]
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


_COUNTED = f"Ô «{MARK}» trong CSV, để trống (null) trong Parquet: số không công bố."


def _resource(table: OpenTable, kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": f"{table.file}_{kind}",
        "path": f"{table.file}.{kind}",
        "title": table.title,
        "format": kind,
    }
    if kind == "csv":
        told |= {"profile": "tabular-data-resource", "mediatype": "text/csv", "encoding": "utf-8"}
    else:
        told["mediatype"] = "application/vnd.apache.parquet"
    told["schema"] = {
        "fields": [
            {
                "name": field.name,
                "type": field.kind,
                "title": field.title,
                "description": field.description,
            }
            for field in table.fields
        ],
        "missingValues": ["", MARK],
        "primaryKey": list(_keys_of(table)),
    }
    return told


def _keys_of(table: OpenTable) -> tuple[str, ...]:
    return next(shape.keys for shape in SHAPES.values() if shape.file == table.file)


def printed_keys(file: str, records: Sequence[Mapping[str, str]]) -> Iterator[Key]:
    """Give the counts that a CSV file of a public pack printed, as ``Counts`` names them."""
    shape = next(shape for shape in SHAPES.values() if shape.file == file)
    for record in records:
        for measure in shape.columns.values():
            if measure.endswith("_count") and record[measure] != MARK:
                yield _line(file, record), measure


def _line(file: str, record: Mapping[str, str]) -> str:
    """Name the line of a record."""
    if file == SHAPES["ten"].file:
        return headline_line(record["metric_code"])
    if file == SHAPES[CHANNELS].file:
        code = record["channel_code"]
        return CHANNEL_TOTAL if code == EVERY else f"channel:{code}"
    if file == SHAPES[FIELDS].file:
        return TOTAL if record["field_code"] == EVERY else f"field:{record['field_code']}"
    level, agency = record["level_code"], record["agency_code"]
    if agency != EVERY:
        return f"agency:{level}:{agency}"
    return TOTAL if level == EVERY else f"level:{level}"
