"""Run a suite by Great Expectations on a DuckDB table.

Import this module inside functions only: it takes seconds.
"""

import json
import logging
import os
from functools import cache
from typing import Any

import duckdb

from motcua.quality.deferred import heavy_imports_deferred
from motcua.quality.dialect import CONNECTION_STRING, borrow

os.environ["GX_ANALYTICS_ENABLED"] = "false"
# What it would warn of is raised by edge, without the values that its messages may hold.
# Under Airflow every line of the library's own log would be a row of the task's log.
logging.getLogger("great_expectations").setLevel(logging.ERROR)
with heavy_imports_deferred():
    import great_expectations as gx
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.datasource.fluent import SQLDatasource

    from motcua.quality import counting  # noqa: F401 - registers how rows are counted

_COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}
_INDEX_QUERY = {
    "result_format": "SUMMARY",
    "partial_unexpected_count": 0,
    "unexpected_index_column_names": ["_row_id"],
    "return_unexpected_index_query": True,
}
_index_queries: dict[tuple[str, str], str] = {}


def validate(
    connection: duckdb.DuckDBPyConnection, table: str, spec: dict[str, Any]
) -> dict[str, Any]:
    """Run a suite on a table or view and give GE's own JSON; row values are not asked for.

    Of ``meta`` only the rule's code is handed on and comes back: it is copied a dozen times.
    """
    return _run(connection, table, spec, _COUNTS)


def read_index_queries(
    connection: duckdb.DuckDBPyConnection, table: str, spec: dict[str, Any]
) -> dict[str, str]:
    """Give, by rule_code of the map expectations of ``spec``, GE's query of their bad rows.

    It is a text that depends on nothing else, so a process asks for it once.
    """
    entries = spec["expectations"]
    keys = {
        entry["meta"]["rule_code"]: (table, json.dumps(entry, sort_keys=True)) for entry in entries
    }
    unknown = [entry for entry in entries if keys[entry["meta"]["rule_code"]] not in _index_queries]
    if unknown:
        results = _run(connection, table, {**spec, "expectations": unknown}, _INDEX_QUERY)
        for result in results["results"]:
            query = result["result"].get("unexpected_index_query", "").rstrip("; \n")
            _index_queries[keys[result["expectation_config"]["meta"]["rule_code"]]] = query
    return {code: _index_queries[key] for code, key in keys.items()}


def _run(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    spec: dict[str, Any],
    result_format: dict[str, Any],
) -> dict[str, Any]:
    entries = [
        {**entry, "meta": {"rule_code": entry["meta"]["rule_code"]}}
        for entry in spec["expectations"]
    ]
    with borrow(connection):
        batch = _batch_definition(table).get_batch()
        suite = gx.ExpectationSuite(**{**spec, "expectations": entries})
        return batch.validate(suite, result_format=result_format).to_json_dict()


@cache
def _datasource() -> SQLDatasource:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context.data_sources.add_sql("delivery", connection_string=CONNECTION_STRING)


@cache
def _batch_definition(table: str) -> BatchDefinition:
    asset = _datasource().add_table_asset(table, table_name=table)
    return asset.add_batch_definition_whole_table("all")
