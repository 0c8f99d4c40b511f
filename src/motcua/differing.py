"""What two published files differ in: tables, columns, counts and the keys of rows.

Rows are compared by the grain of their table, which dbt's manifest beside the newer file names; of
a table without one (or a file that stands alone) a row is its own key: what changed is then removed
and added.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from motcua.files import write_csv
from motcua.published import open_published
from motcua.sql import quoted
from motcua.warehouse.edge import PUBLISHED_SCHEMAS

KEYS_SHOWN = 5
"""Differing keys of a table that are printed."""
KEYS_WRITTEN = 10_000
"""Differing keys of a table that are written with ``--out``."""
KEY_HEADS = ("table", "state", "key", "changed columns")
_SCHEMAS = f"({', '.join(map(quoted, PUBLISHED_SCHEMAS))})"
_STATES = ("removed", "added", "changed")

Columns = dict[str, str]
"""Type by name of a table's columns."""


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """A row that one of two files lacks, or that they tell differently.

    Attributes:
        state: removed, added or changed.
        key: ``column=value`` of its grain, or of all its columns.
        changed_columns: names of the columns that differ, commas between; else empty.
    """

    table: str
    state: str
    key: str
    changed_columns: str


@dataclass(frozen=True, slots=True)
class TableDifference:
    """What a table differs in; counts are None where one of the files has no such table."""

    table: str
    old_count: int | None
    new_count: int | None
    columns: tuple[str, ...]
    counts: dict[str, int]
    keys: tuple[KeyDifference, ...]

    @property
    def line(self) -> dict[str, object]:
        """The line that is printed of it."""
        rows = {"rows old": self.old_count, "rows new": self.new_count, **self.counts}
        told = {name: "" if value is None else value for name, value in rows.items()}
        return {"table": self.table, **told, "columns": ", ".join(self.columns)}


def read_differences(old: Path, new: Path) -> list[TableDifference]:
    """Compare two published files, one entry a table that differs, at most 10.000 keys of each.

    Raises:
        SettingsError: One of them does not exist, or is not one of ours.
    """
    with open_published(old), open_published(new):
        pass
    grains = _read_grains(new)
    with duckdb.connect() as connection:
        for name, path in (("old", old), ("new", new)):
            connection.execute(f"attach {quoted(str(path))} as {name} (read_only)")
        tables = _read_columns(connection)
        found = [
            _compare(connection, table, tables[table], grains.get(table, ()))
            for table in sorted(tables)
        ]
    return [one for one in found if one]


def write_keys(path: Path, found: Sequence[TableDifference]) -> None:
    """Write the keys that differ, as CSV."""
    keys = (key for one in found for key in one.keys)
    rows = ((key.table, key.state, key.key, key.changed_columns) for key in keys)
    write_csv(path, KEY_HEADS, rows)


def tell_keys(found: Sequence[TableDifference]) -> Iterator[str]:
    """Give a line a key, the first of each table, and how many more there are."""
    for one in found:
        for key in one.keys[:KEYS_SHOWN]:
            changed = f": {key.changed_columns}" * bool(key.changed_columns)
            yield f"{key.table} {key.state} {key.key}{changed}"
        more = sum(one.counts.values()) - len(one.keys[:KEYS_SHOWN])
        if more > 0:
            yield f"{one.table} … and {more} more"


def _read_grains(marts: Path) -> dict[str, tuple[str, ...]]:
    """Name the columns that tell a table's rows apart, of the manifest beside the file."""
    manifest = marts.resolve().parent / "manifest.json"
    if not manifest.is_file():
        return {}
    nodes = json.loads(manifest.read_text("utf-8"))["nodes"].values()
    return {
        f"{node['schema']}.{node['name']}": tuple(node["meta"]["grain"])
        for node in nodes
        if node["resource_type"] == "model" and node.get("meta", {}).get("grain")
    }


def _read_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Columns]]:
    """Give the columns of each table, by the file that has it; views follow their tables."""
    rows = connection.execute(
        "select schema_name || '.' || table_name, database_name, column_name, data_type "
        f"from duckdb_columns() where schema_name in {_SCHEMAS} "
        "and database_name in ('old', 'new') and table_name not in "
        "(select view_name from duckdb_views() where not internal) order by column_index"
    ).fetchall()
    tables: dict[str, dict[str, Columns]] = {}
    for table, database, column, data_type in rows:
        tables.setdefault(table, {}).setdefault(database, {})[column] = data_type.lower()
    return tables


def _compare(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: dict[str, Columns],
    grain: tuple[str, ...],
) -> TableDifference | None:
    sizes = {
        name: connection.execute(f"select count(*) from {name}.{table}").fetchall()[0][0]
        for name in columns
    }
    if len(columns) == 1:
        (only,) = columns
        told: tuple[str, ...] = (f"only in {only}",)
        counts, keys = dict.fromkeys(_STATES, 0), ()
    else:
        told = _columns_told(columns["old"], columns["new"])
        counts, keys = _compare_rows(connection, table, columns, grain)
    if not (told or any(counts.values())):
        return None
    return TableDifference(table, sizes.get("old"), sizes.get("new"), told, counts, keys)


def _columns_told(old: Columns, new: Columns) -> tuple[str, ...]:
    gone = [f"- {name}" for name in old if name not in new]
    come = [f"+ {name}" for name in new if name not in old]
    other = [
        f"~ {name}: {old[name]} → {new[name]}"
        for name in old
        if name in new and old[name] != new[name]
    ]
    return (*gone, *come, *other)


def _compare_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: dict[str, Columns],
    grain: tuple[str, ...],
) -> tuple[dict[str, int], tuple[KeyDifference, ...]]:
    """Count and name the rows that differ in the columns that both files have."""
    old, new = columns["old"], columns["new"]
    shared = [name for name in old if name in new]
    if not shared:
        return dict.fromkeys(_STATES, 0), ()
    names = grain if grain and set(grain) <= set(shared) else tuple(shared)
    connection.execute(_differing_sql(table, shared, names, old, new))
    counted = dict(
        connection.execute("select state_code, count(*) from differing group by 1").fetchall()
    )
    rows = connection.execute(
        f"select state_code, key, changed_columns from differing order by 2, 1 limit {KEYS_WRITTEN}"
    ).fetchall()
    keys = tuple(KeyDifference(table, *row) for row in rows)
    return {state: counted.get(state, 0) for state in _STATES}, keys


def _differing_sql(
    table: str, shared: Sequence[str], names: Sequence[str], old: Columns, new: Columns
) -> str:
    """Keep the rows of one file that the other has not, side by side by their key."""
    listed = ", ".join(
        f'"{name}"' if old[name] == new[name] else f'cast("{name}" as varchar) as "{name}"'
        for name in shared
    )
    sides = {name: f"select {listed} from {name}.{table}" for name in ("old", "new")}
    same = " and ".join(f'o."{name}" is not distinct from n."{name}"' for name in names)
    key = " || ' ' || ".join(
        f"'{name}=' || coalesce(cast(coalesce(o.\"{name}\", n.\"{name}\") as varchar), '')"
        for name in names
    )
    changed = ", ".join(
        f'case when o."{name}" is distinct from n."{name}" then \'{name}\' end' for name in shared
    )
    return f"""create or replace temporary table differing as
with only_old as (select *, true as is_there from ({sides["old"]} except all {sides["new"]})),
only_new as (select *, true as is_there from ({sides["new"]} except all {sides["old"]}))
select
    case when n.is_there is null then 'removed' when o.is_there is null then 'added'
        else 'changed' end as state_code,
    {key} as key,
    case when o.is_there and n.is_there
        then array_to_string(list_filter([{changed}], lambda name: name is not null), ', ')
        else '' end as changed_columns
from only_old as o
full join only_new as n on {same}"""
