"""The gate: may this build be published?

It reads dbt's own artifacts, and the columns of the file that was built: no statement of a build
asks for each model whether its contract is kept, one comparison does for all.
"""

from collections.abc import Mapping, Sequence
from typing import Any

FIXED = "fixed"
"""Tag of tables whose rows follow from the project's text alone."""
OF_BUILD = "of_build"
"""Tag of views whose text does not."""
GOOD_STATUS_BY_TYPE = {
    "model": {"success"},
    "seed": {"success"},
    "test": {"pass", "warn"},
}
"""Statuses of a node that let a build pass. dbt writes ``warn`` only for tests of severity warn."""


def find_refusals(
    manifest: Mapping[str, Any],
    run_results: Mapping[str, Any],
    invocation_id: str,
    *,
    is_renewed: bool = False,
) -> tuple[str, ...]:
    """Say why a build must not be published; empty when it may.

    Args:
        manifest: dbt's ``manifest.json`` of the build, or of the release that it renews.
        run_results: dbt's ``run_results.json`` of the build.
        invocation_id: the invocation that dbt logged for this build.
        is_renewed: the manifest is the release's, of a project of the same text.

    Returns:
        One sentence a reason. Every model, seed and data test of the manifest must have a result
        of this very invocation, and a good one; a skipped or missing one is a reason, and so is a
        hook that failed: what it keeps is read by later builds. A renewed build need not make what
        follows from that text alone (selectors.yml).
    """
    documents = {"manifest.json": manifest, "run_results.json": run_results}
    reasons = [
        f"{name} is of invocation {document['metadata']['invocation_id']}, not {invocation_id}"
        for name, document in documents.items()
        if document["metadata"]["invocation_id"] != invocation_id
        and not (is_renewed and document is manifest)
    ]
    result_by_node = {result["unique_id"]: result for result in run_results["results"]}
    reasons += [
        f"{result['unique_id']}: {result['status']}{_cause(result)}"
        for result in run_results["results"]
        if result["unique_id"].startswith("operation.") and result["status"] != "success"
    ]
    expected = {
        node_id: node["resource_type"]
        for node_id, node in manifest["nodes"].items()
        if node["resource_type"] in GOOD_STATUS_BY_TYPE and node["config"]["enabled"]
    }
    if "test" not in expected.values():
        reasons.append("the manifest holds no test")
    if is_renewed:
        kept = _find_kept(manifest["nodes"])
        expected = {node_id: kind for node_id, kind in expected.items() if node_id not in kept}
    for node_id, resource_type in sorted(expected.items()):
        result = result_by_node.get(node_id, {"status": "not run"})
        if result["status"] not in GOOD_STATUS_BY_TYPE[resource_type]:
            reasons.append(f"{node_id}: {result['status']}{_cause(result)}")
    return tuple(reasons)


def _find_kept(nodes: Mapping[str, Any]) -> set[str]:
    """Name tables that are fixed with the tests that read no other, and views not of a build."""
    tags = {node_id: node["config"].get("tags", ()) for node_id, node in nodes.items()}
    fixed = {node_id for node_id in nodes if FIXED in tags[node_id]}
    views = {
        node_id
        for node_id, node in nodes.items()
        if node["resource_type"] == "model"
        and node["config"].get("materialized") == "view"
        and OF_BUILD not in tags[node_id]
    }
    tests = {
        node_id
        for node_id, node in nodes.items()
        if node["resource_type"] == "test"
        and (parents := set(node.get("depends_on", {}).get("nodes", ())))
        and parents <= fixed
    }
    return fixed | views | tests


def find_breaches(
    manifest: Mapping[str, Any], columns: Mapping[str, Sequence[tuple[str, str]]]
) -> tuple[str, ...]:
    """Say which tables are not as their contracts promise; empty when all are.

    Args:
        manifest: dbt's ``manifest.json`` of the build.
        columns: name and type of each column in its order, by ``schema.table`` of the built file.

    Returns:
        One sentence a column that is missing, was not promised or is of another type, and one for
        a table whose columns stand in another order.
    """
    return tuple(
        f"{name}{breach}"
        for name, promised in sorted(_promised_columns(manifest).items())
        for breach in _breaches(promised, columns.get(name, ()))
    )


def _promised_columns(manifest: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    return {
        f"{node['schema']}.{node['alias']}": [
            (column["name"], _duckdb_type(column["data_type"]))
            for column in node["columns"].values()
        ]
        for node in manifest["nodes"].values()
        if node["config"].get("contract", {}).get("enforced") and node["config"]["enabled"]
    }


def _duckdb_type(promised: str) -> str:
    """Write a contract's type as DuckDB does; contracts say ``string``, as Spark does."""
    name = promised.upper().replace(" ", "")
    return "VARCHAR" if name == "STRING" else name


def _breaches(promised: Sequence[tuple[str, str]], found: Sequence[tuple[str, str]]) -> list[str]:
    type_by_name = dict(found)
    breaches = [
        f".{name} is {type_by_name.get(name, 'missing')}, its contract says {promised_type}"
        for name, promised_type in promised
        if type_by_name.get(name) != promised_type
    ]
    breaches += [
        f".{name} is not in its contract" for name, _ in found if name not in dict(promised)
    ]
    if not breaches and list(found) != list(promised):
        breaches.append(": its columns stand in another order than in its contract")
    return breaches


def _cause(result: Mapping[str, Any]) -> str:
    """Give what the database said of a node that failed: the line below dbt's heading."""
    lines = [line.strip() for line in (result.get("message") or "").splitlines()]
    return f" ({lines[1]})" if result["status"] == "error" and len(lines) > 1 else ""
