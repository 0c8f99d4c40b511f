"""Run the compiled SQL of some models on another landing, without starting dbt again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from types import MappingProxyType

import duckdb

from warehouse.dbt_project_helpers import REPOSITORY, Warehouse

COMPILED_AS_OF = "2024-07-02"


@contextmanager
def built(
    compiled: Warehouse,
    landed: Warehouse,
    as_of_date: str,
    *wanted: str,
    seeds: Mapping[str, Path] = MappingProxyType({}),
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database with the models wanted and all they stand on, as of a date.

    Seeds that are named are read from other files than the project's.
    """
    nodes = _nodes(compiled)
    for name, path in seeds.items():
        nodes[name] = {**nodes[name], "original_file_path": str(path)}
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"set file_search_path = '{landed.project.folder}'")
        for catalog in ("marts", "standing"):
            connection.execute(f"attach ':memory:' as {catalog}")
        for name in _in_order(nodes, wanted):
            node = nodes[name]
            schema = f'{node["database"]}."{node["schema"]}"'
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(_statement(node, as_of_date))
        connection.execute("use marts")
        yield connection


def make_again(
    connection: duckdb.DuckDBPyConnection, compiled: Warehouse, as_of_date: str, *names: str
) -> None:
    """Make tables of the database anew, in the order named, from what stands in it now."""
    nodes = _nodes(compiled)
    for name in names:
        statement = _statement(nodes[name], as_of_date)
        connection.execute(statement.replace("create table", "create or replace table", 1))


def _nodes(compiled: Warehouse) -> dict[str, dict]:
    return {
        node["name"]: node
        for node in compiled.manifest()["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }


def _in_order(nodes: dict[str, dict], wanted: tuple[str, ...]) -> list[str]:
    """Name the models wanted and their ancestors, parents first."""
    parents: dict[str, list[str]] = {}
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in parents:
            used = nodes[name].get("depends_on", {}).get("nodes", [])
            parents[name] = [one.split(".")[-1] for one in used if not one.startswith("source.")]
            waiting += parents[name]
    return list(TopologicalSorter(parents).static_order())


def _statement(node: dict, as_of_date: str) -> str:
    if node["resource_type"] == "seed":
        types = node["config"].get("column_types") or {}
        path = REPOSITORY / node["original_file_path"]
        return f"create table {node['relation_name']} as from read_csv('{path}', types = {types})"
    kind = "table" if node["config"]["materialized"] == "table" else "view"
    sql = node["compiled_code"].replace(f"'{COMPILED_AS_OF}'", f"'{as_of_date}'")
    return f"create {kind} {node['relation_name']} as ({sql}\n)"
