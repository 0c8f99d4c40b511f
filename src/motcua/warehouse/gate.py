"""The gate: may this build be published? It reads dbt's own artifacts and nothing else."""

from collections.abc import Mapping
from typing import Any

GOOD_STATUS_BY_TYPE = {
    "model": {"success"},
    "seed": {"success"},
    "test": {"pass", "warn"},
}
"""Statuses of a node that let a build pass. dbt writes ``warn`` only for tests of severity warn."""


def find_refusals(
    manifest: Mapping[str, Any], run_results: Mapping[str, Any], invocation_id: str
) -> tuple[str, ...]:
    """Say why a build must not be published; empty when it may.

    Args:
        manifest: dbt's ``manifest.json`` of the build.
        run_results: dbt's ``run_results.json`` of the build.
        invocation_id: the invocation that dbt logged for this build.

    Returns:
        One sentence a reason. Every model, seed and data test of the manifest must have a result
        of this very invocation, and a good one; a skipped or missing one is a reason.
    """
    reasons = [
        f"{name} is of invocation {document['metadata']['invocation_id']}, not {invocation_id}"
        for name, document in (("manifest.json", manifest), ("run_results.json", run_results))
        if document["metadata"]["invocation_id"] != invocation_id
    ]
    result_by_node = {result["unique_id"]: result for result in run_results["results"]}
    expected = {
        node_id: node["resource_type"]
        for node_id, node in manifest["nodes"].items()
        if node["resource_type"] in GOOD_STATUS_BY_TYPE and node["config"]["enabled"]
    }
    if "test" not in expected.values():
        reasons.append("the manifest holds no test")
    for node_id, resource_type in sorted(expected.items()):
        result = result_by_node.get(node_id, {"status": "not run"})
        if result["status"] not in GOOD_STATUS_BY_TYPE[resource_type]:
            reasons.append(f"{node_id}: {result['status']}{_cause(result)}")
    return tuple(reasons)


def _cause(result: Mapping[str, Any]) -> str:
    """Give what the database said of a node that failed: the line below dbt's heading."""
    lines = [line.strip() for line in (result.get("message") or "").splitlines()]
    return f" ({lines[1]})" if result["status"] == "error" and len(lines) > 1 else ""
