"""Write the tables of a published file as Parquet, and link the parts that a renewal left alone."""

import logging
import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from motcua.sql import quoted
from motcua.warehouse.parquet.parts import LARGE_PART, NO_ROWS, Part, Parting, name_part

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
    """A table of the file: what it is parted by (none: it is one file), in what order it is."""

    schema: str
    name: str
    parting: Parting | None

    @property
    def path(self) -> Path:
        """The table's file or folder, seen from the folder of all."""
        return Path(self.schema) / f"{self.name}.parquet"

    def rows_sql(self, condition: str = "true") -> str:
        """Write the query of its rows.

        Review and quality tables stand in order of all columns, but for those in parts, that is of
        a row a dossier or a line: to put them in order takes twice as long as to write them.
        """
        order = "" if self.schema == "core" or self.parting else " order by all"
        return f"select * from {self.schema}.{self.name} where {condition}{order}"


def read_changed_parts(path: Path) -> dict[tuple[str, str], set[Part]]:
    """Read which parts a renewal changed.

    Args:
        path: Parquet of ``schema_name, table_name, part_values``, the last a list of texts in the
            order of the table's ``meta.parts``, null where the column is, with the quarter of
            ``meta.quarter_of`` behind them.

    Returns:
        By schema and table the values of those parts, as if all were large.
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
    partings: Mapping[tuple[str, str], Parting],
    renewed: Renewed | None = None,
) -> None:
    """Write every table of the connection's current file as ``<schema>/<table>.parquet``.

    A table that is parted is a folder of that name, a file a part (``name_part``) and one without
    rows when there is none. One statement a part: it took no longer than one a table and kept less
    in memory, where one that parts the rows itself took five times as long (ten million dossiers).

    Args:
        connection: its current catalog is the file.
        folder: an empty one.
        partings: by schema and table what parts it.
        renewed: what parts can be linked from; none: every part is written.
    """
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = current_database() order by estimated_size desc"
    ).fetchall()
    files: dict[Path, str] = {}
    for schema, name in tables:
        table = _Table(schema, name, partings.get((schema, name)))
        path = folder / table.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if table.parting is None:
            files[path] = table.rows_sql()
            continue
        path.mkdir()
        written = _lay_out_parts(connection, table, table.parting, path, renewed)
        files |= {path / f"{name_part(part)}.parquet": sql for part, sql in written.items()}
        if not any(path.iterdir()) and not written:
            files[path / f"{NO_ROWS}.parquet"] = table.rows_sql("false")
    _write_files(connection, files)


def _lay_out_parts(
    connection: duckdb.DuckDBPyConnection,
    table: _Table,
    parting: Parting,
    path: Path,
    renewed: Renewed | None,
) -> dict[Part, str]:
    """Link the parts that did not change; give the query of each other."""
    count_by_part = _read_counts(connection, table, parting)
    old = _read_old_parts(connection, table, parting, renewed) if renewed else None
    if old and (wrong := old.find_wrong(count_by_part)):
        logger.warning("%s is written whole: %s is not its part", table.path, wrong)
        old = None
    written: dict[Part, str] = {}
    for part, count in count_by_part.items():
        if old and part not in old.changed:
            for kept in old.files_of(part):
                _link(kept, path / kept.name)
        elif count <= LARGE_PART or not parting.quarter_of:
            written[part] = table.rows_sql(parting.condition(part))
        else:
            quarters = _read_quarters(connection, table, parting, part)
            kept = old.find_quarters(quarters) if old else {}
            for quarter in quarters:
                if quarter in kept:
                    _link(kept[quarter], path / kept[quarter].name)
                else:
                    written[quarter] = table.rows_sql(parting.condition(quarter))
    return written


@dataclass(frozen=True, slots=True)
class _OldParts:
    """The files of a table in the release that is renewed, and what changed since.

    ``changed``: parts as if none were large; ``changed_quarters``: as if all were.
    """

    changed: Collection[Part]
    changed_quarters: Collection[Part]
    count_by_file: Mapping[Path, int]
    files_by_part_name: Mapping[str, Sequence[Path]]

    def files_of(self, part: Part) -> Sequence[Path]:
        """Give the files of a part: one, or one a quarter."""
        return self.files_by_part_name.get(name_part(part), ())

    def find_wrong(self, count_by_part: Mapping[Part, int]) -> str | None:
        """Name a part that did not change and is not there, or with another number of rows.

        Then that release was not written by these parts, or more changed than was told.
        """
        for part, count in count_by_part.items():
            files = self.files_of(part)
            if part not in self.changed and sum(map(self.count_by_file.get, files)) != count:
                return name_part(part)
        return None

    def find_quarters(self, count_by_quarter: Mapping[Part, int]) -> dict[Part, Path]:
        """Find the files of a large part's quarters that did not change.

        None where the release has none of them, the part was not large then, and where one has
        another number of rows: more changed than was told.
        """
        file_by_name = {
            path.name: path for quarter in count_by_quarter for path in self.files_of(quarter[:-1])
        }
        kept = {
            quarter: file_by_name[name]
            for quarter in count_by_quarter
            if quarter not in self.changed_quarters
            and (name := f"{name_part(quarter)}.parquet") in file_by_name
        }
        for quarter, path in kept.items():
            if self.count_by_file[path] != count_by_quarter[quarter]:
                logger.warning("%s is not its part: all quarters beside it are written", path)
                return {}
        return kept


def _read_old_parts(
    connection: duckdb.DuckDBPyConnection, table: _Table, parting: Parting, renewed: Renewed
) -> _OldParts:
    folder, width = renewed.folder / table.path, len(parting.columns)
    files = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    files_by_part_name: dict[str, list[Path]] = {}
    for path in files:
        name = ".".join(path.stem.split(".")[:width])
        files_by_part_name.setdefault(name, []).append(path)
    changed = renewed.changed.get((table.schema, table.name), ())
    return _OldParts(
        {values[:width] for values in changed},
        changed,
        _read_row_counts(connection, files) if files else {},
        files_by_part_name,
    )


def _read_counts(
    connection: duckdb.DuckDBPyConnection, table: _Table, parting: Parting
) -> dict[Part, int]:
    columns = ", ".join(parting.columns)
    rows = connection.execute(
        f"select {columns}, count(*) from {table.schema}.{table.name} group by {columns}"
    ).fetchall()
    return {row[:-1]: row[-1] for row in rows}


def _read_quarters(
    connection: duckdb.DuckDBPyConnection, table: _Table, parting: Parting, part: Part
) -> dict[Part, int]:
    """Count a large part's rows by quarter."""
    moment = parting.quarter_of
    rows = connection.execute(
        f"select year({moment}), quarter({moment}), count(*) from {table.schema}.{table.name} "
        f"where {parting.condition(part)} group by all"
    ).fetchall()
    return {
        (*part, None if year is None else f"{year}-Q{quarter}"): count
        for year, quarter, count in rows
    }


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
