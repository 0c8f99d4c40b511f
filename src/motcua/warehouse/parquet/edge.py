"""Write the tables of a published file as Parquet, and link the parts that a renewal left alone."""

import logging
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from motcua.sql import quoted
from motcua.warehouse.parquet.parts import NO_ROWS, Part, name_part

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Renewed:
    """The Parquet folder of the release that a build was renewed from, and the parts that changed.

    ``changed`` names them by schema and table; every other part holds the rows that it held.
    """

    folder: Path
    changed: Mapping[tuple[str, str], Collection[Part]]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file: what it is parted by (nothing: it is one file), in what order it is."""

    schema: str
    name: str
    part_columns: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The table's file or folder, seen from the folder of all."""
        return Path(self.schema) / f"{self.name}.parquet"

    def rows_sql(self, condition: str = "true") -> str:
        """Write the query of its rows.

        Review and quality tables stand in order of all columns, but for those in parts, that is of
        a row a dossier or a line: to put them in order takes twice as long as to write them.
        """
        order = "" if self.schema == "core" or self.part_columns else " order by all"
        return f"select * from {self.schema}.{self.name} where {condition}{order}"

    def part_sql(self, part: Part) -> str:
        """Write the query of the rows of a part."""
        conditions = (
            f"{column} is null" if value is None else f"{column} = {quoted(value)}"
            for column, value in zip(self.part_columns, part, strict=True)
        )
        return self.rows_sql(" and ".join(conditions))


def read_changed_parts(path: Path) -> dict[tuple[str, str], set[Part]]:
    """Read which parts a renewal changed.

    Args:
        path: Parquet of ``schema_name, table_name, part_values``, the last a list of texts in the
            order of the table's ``meta.parts``, null where the column is.

    Returns:
        By schema and table the values of those parts.
    """
    changed: dict[tuple[str, str], set[Part]] = {}
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select schema_name, table_name, part_values from read_parquet(?)", [str(path)]
        ).fetchall()
    for schema, table, values in rows:
        changed.setdefault((schema, table), set()).add(tuple(values))
    return changed


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    part_columns: Mapping[tuple[str, str], tuple[str, ...]],
    renewed: Renewed | None = None,
) -> None:
    """Write every table of the connection's current file as ``<schema>/<table>.parquet``.

    A table that is parted is a folder of that name, a file a part (``name_part``) and one without
    rows when there is none. One statement a part: it took no longer than one a table and kept less
    in memory, where one that parts the rows itself took five times as long (ten million dossiers).

    Args:
        connection: its current catalog is the file.
        folder: an empty one.
        part_columns: by schema and table the columns that part it.
        renewed: what parts can be linked from; none: every part is written.
    """
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = current_database() order by estimated_size desc"
    ).fetchall()
    files: dict[Path, str] = {}
    for schema, name in tables:
        table = _Table(schema, name, part_columns.get((schema, name), ()))
        (folder / table.path).parent.mkdir(parents=True, exist_ok=True)
        if table.part_columns:
            files.update(_lay_out_parts(connection, table, folder / table.path, renewed))
        else:
            files[folder / table.path] = table.rows_sql()
    _write_files(connection, files)


def _lay_out_parts(
    connection: duckdb.DuckDBPyConnection, table: _Table, path: Path, renewed: Renewed | None
) -> Iterator[tuple[Path, str]]:
    """Link the parts that did not change; give the file and the query of each other."""
    path.mkdir()
    count_by_part = _read_counts(connection, table)
    kept = _find_kept(connection, table, count_by_part, renewed) if renewed else {}
    for part in count_by_part:
        target = path / f"{name_part(part)}.parquet"
        if part in kept:
            _link(kept[part], target)
        else:
            yield target, table.part_sql(part)
    if not count_by_part:
        yield path / f"{NO_ROWS}.parquet", table.rows_sql("false")


def _read_counts(connection: duckdb.DuckDBPyConnection, table: _Table) -> dict[Part, int]:
    columns = ", ".join(table.part_columns)
    rows = connection.execute(
        f"select {columns}, count(*) from {table.schema}.{table.name} group by {columns}"
    ).fetchall()
    return {row[:-1]: row[-1] for row in rows}


def _find_kept(
    connection: duckdb.DuckDBPyConnection,
    table: _Table,
    count_by_part: Mapping[Part, int],
    renewed: Renewed,
) -> dict[Part, Path]:
    """Find the files of the parts that did not change.

    None where one is not there or has another number of rows than the table has of its part: then
    that release was not written by these parts, or more changed than was told, and the table is
    written whole.
    """
    changed = renewed.changed.get((table.schema, table.name), ())
    kept = {
        part: renewed.folder / table.path / f"{name_part(part)}.parquet"
        for part in count_by_part
        if part not in changed
    }
    if not kept:
        return {}
    wrong = [path for path in kept.values() if not path.is_file()]
    if not wrong:
        counts = _read_row_counts(connection, kept.values())
        wrong = [path for part, path in kept.items() if counts[path] != count_by_part[part]]
    if wrong:
        logger.warning("%s is written whole: %s is not its part", table.path, wrong[0])
        return {}
    return kept


def _read_row_counts(
    connection: duckdb.DuckDBPyConnection, paths: Iterable[Path]
) -> dict[Path, int]:
    rows = connection.execute(
        "select file_name, num_rows from parquet_file_metadata(?)", [[str(path) for path in paths]]
    ).fetchall()
    return {Path(name): count for name, count in rows}


def _write_files(connection: duckdb.DuckDBPyConnection, files: Mapping[Path, str]) -> None:
    """Write files side by side, as many as DuckDB has threads: most are too small to share one."""
    ((catalog, threads),) = connection.execute(
        "select current_database(), current_setting('threads')"
    ).fetchall()

    def write(path: Path) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"use {catalog}; copy ({files[path]}) to {quoted(str(path))} "
                "(format parquet, compression zstd)"
            )

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, files))


def _link(source: Path, target: Path) -> None:
    """Give a file a second name; a copy where the system cannot, as on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
