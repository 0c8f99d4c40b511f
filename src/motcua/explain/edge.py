"""Read what explains a cell: the published file, dbt's manifest beside it, and the receipts."""

import json
import re
from pathlib import Path

import duckdb

from motcua.errors import PipelineError
from motcua.explain.cells import TABLES, Cell, cell_sql, dossiers_sql, found_sql, told_cell
from motcua.explain.explanation import Counts, Explanation, Trace
from motcua.explain.names import UnknownNameError
from motcua.explain.populations import DEFAULT_RULE, LINEAGE, ROWS
from motcua.files import write_csv
from motcua.receipts import Receipt, ReceivedFile
from motcua.settings import Settings

SAMPLE_SIZE = 10
_DEFINED = {
    "metric": ("dim_metrics", "metric_name, definition"),
    "flag": ("dim_dossier_flags", "flag_name, definition"),
    "component": (
        "dim_scorecard_components",
        "component_name, formula, version_code, source_document",
    ),
}


def read_explanation(settings: Settings, cell: Cell, out: Path | None = None) -> Explanation:
    """Explain a cell of the published file; with ``out``, write all its dossiers there as CSV.

    Raises:
        PipelineError: nothing is published, it is of an earlier version, or ``out`` has no folder.
        UnknownNameError: no row of the mart has these keys, or there is no such rule.
    """
    if not settings.marts_file.exists():
        raise PipelineError("explain", "nothing is published yet; run `motcua build` first")
    if out and not out.parent.is_dir():
        raise PipelineError("explain", f"{out.parent} is not a folder; make it first")
    with duckdb.connect(str(settings.marts_file), read_only=True) as connection:
        _require_rules(connection)
        _require_keys(connection, cell)
        cell = read_told(connection, cell)
        counts = read_counts(connection, cell)
        first = connection.execute(f"from found order by 1, 2 limit {SAMPLE_SIZE}").fetchall()
        if out:
            found = connection.execute("from found order by 1, 2")
            names = [column[0] for column in found.description or ()]
            write_csv(out, names, iter(found.fetchone, None))
        as_of_date, is_simulated = connection.execute(
            "select as_of_date, is_simulated from quality.dim_builds"
        ).fetchone() or ("", False)
        return Explanation(
            cell=cell,
            counts=counts,
            definitions=tuple(_read_definitions(connection, cell)),
            sql=dossiers_sql(cell),
            sample=tuple(str(row[0]) for row in first),
            trace=_read_trace(connection, settings),
            tests=tuple(_read_tests(connection, settings, cell)),
            as_of_date=str(as_of_date),
            is_simulated=is_simulated,
        )


def read_told(connection: duckdb.DuckDBPyConnection, cell: Cell) -> Cell:
    """Give the cell with what its row says of what it counts, of marts whose rows differ in it."""
    names = TABLES[cell.table].told_by_row
    if not names:
        return cell
    where = " and ".join(f"{name} = ?" for name in cell.keys)
    row = connection.execute(
        f"select {', '.join(names)} from {cell.table} where {where}", [*cell.keys.values()]
    ).fetchone()
    return told_cell(cell, row or [None] * len(names))


def read_counts(connection: duckdb.DuckDBPyConnection, cell: Cell) -> Counts:
    """Give the cell's value and what is found of it; that stays in the temporary table ``found``.

    A cell that is empty in its mart says nothing: nothing is looked for.
    """
    value, row_count = connection.execute(cell_sql(cell)).fetchone() or (None, 0)
    nothing = "\nlimit 0" if value is None else ""
    connection.execute(f"create or replace temporary table found as {found_sql(cell)}{nothing}")
    found_count, measured = connection.execute(
        f"select count(*), {cell.measure} from found"
    ).fetchone() or (0, None)
    return Counts(value, row_count, found_count, None if value is None else measured)


def _require_rules(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    if ("dim_rules",) not in tables:
        raise PipelineError("explain", "what is published has one rule only; run `motcua build`")


def _require_keys(connection: duckdb.DuckDBPyConnection, cell: Cell) -> None:
    """See that each value is one that the mart holds beside those before it."""
    where, values = "true", []
    for name, value in cell.keys.items():
        rows = connection.execute(
            f"select distinct {name} from {cell.table} where {where} order by 1", values
        ).fetchall()
        known = [str(row[0]) for row in rows]
        if value not in known:
            more = [f"… ({len(known)} in all)"] if len(known) > SAMPLE_SIZE else []
            raise UnknownNameError(name, value, [*known[:SAMPLE_SIZE], *more])
        where, values = f"{where} and {name} = ?", [*values, value]


def _read_definitions(connection: duckdb.DuckDBPyConnection, cell: Cell):
    """Give title and text of the column's definition, and of its rules, metric and component."""
    schema, _, table = cell.table.partition(".")
    comment = _comment_of(connection, schema, table, cell.column)
    yield f"{cell.table}.{cell.column}", comment
    for rule_code in _rules_of(cell):
        rule = connection.execute(
            "select rule_name, version, source, numerator_name, denominator_name, definition "
            "from review.dim_rules where rule_code = ?",
            [rule_code],
        ).fetchone()
        if rule:
            name, version, source, numerator, denominator, definition = rule
            yield f"rule {rule_code}", f"{name}. {definition}"
            yield "version", f"{version}. {source}"
            yield "on-time rate", f"{numerator} / {denominator}"
    names = {"metric_code": TABLES[cell.table].metric_code} | cell.all_keys
    for code, (dimension, texts) in _DEFINED.items():
        found = connection.execute(
            f"select {texts} from review.{dimension} where {code}_code = ?",
            [names.get(f"{code}_code")],
        ).fetchone()
        if found:
            yield f"{code} {names[f'{code}_code']}", ". ".join(text for text in found if text)


def _comment_of(connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str) -> str:
    """Give the comment of a column; the lines of a list are what the table's says."""
    if column == ROWS:
        query = (
            "select comment from duckdb_tables() where schema_name = ? and table_name = ? "
            "union all select comment from duckdb_views() where schema_name = ? and view_name = ?"
        )
        values = [schema, table, schema, table]
    else:
        query = (
            "select comment from duckdb_columns() where schema_name = ? and table_name = ? "
            "and column_name = ?"
        )
        values = [schema, table, column]
    (comment,) = connection.execute(query, values).fetchone() or ("",)
    return comment or ""


def _rules_of(cell: Cell) -> list[str]:
    """Name the rules that a cell counts by: those of its keys, else those of its SQL."""
    named = [cell.keys[name] for name in ("base_rule_code", "rule_code") if name in cell.keys]
    sql = found_sql(cell)
    if named or "core.fct_dossier_periods" not in sql:
        return named
    return sorted(set(re.findall(r"counted\.(\w+)_outcome_code\b", sql)) - {"portal"}) or [
        DEFAULT_RULE
    ]


def _read_trace(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Trace | None:
    """Name the line of the first thing found that has one; what the project defines has none."""
    names = [row[0] for row in connection.execute("describe found").fetchall()]
    if not set(LINEAGE) <= set(names):
        return None
    row = connection.execute(
        f"select found.{names[0]}, deliveries.locality_code, {', '.join(LINEAGE)} from found "
        "left join quality.fct_deliveries as deliveries on _delivery_id = deliveries.delivery_id "
        "where _source_file is not null order by 1, 2 limit 1"
    ).fetchone()
    return _trace_of(settings, *row) if row else None


def _trace_of(
    settings: Settings,
    code: str,
    locality_code: str,
    delivery_id: str,
    source_file: str,
    source_row: int,
) -> Trace:
    """Find the original of a line: the file itself, or the archive that holds it."""
    path = settings.receipts / f"{delivery_id}.json"
    original, sha256 = "not known", "not known: no receipt of the delivery names this file"
    if path.exists():
        files = Receipt.model_validate_json(path.read_text("utf-8")).files
        named = [file for file in files if file.file_name == source_file or len(files) == 1]
        if named:
            folder = settings.raw / locality_code / delivery_id / "files"
            original, sha256 = str(folder / named[0].file_name), _sums_of(named[0])
    return Trace(str(code), delivery_id, source_file, source_row, original, sha256)


def _sums_of(file: ReceivedFile) -> str:
    """Give the sum of the bytes that came, and of what a redaction left of them."""
    return file.sha256 + (f" (redacted since: {file.redacted_sha256})" * bool(file.redacted_sha256))


def _read_tests(connection: duckdb.DuckDBPyConnection, settings: Settings, cell: Cell):
    """Give each data test of the mart and of its facts, with what it said of this build.

    A table that was made is one row a grain: what makes it looks.
    """
    path = settings.warehouse / "current" / "manifest.json"
    if not path.exists():
        return
    states = dict(
        connection.execute(
            "select node_name, status_code from quality.fct_build_results"
        ).fetchall()
    )
    facts = re.findall(r"\b(?:core|review)\.\w+", found_sql(cell))
    guarded = {table.partition(".")[2] for table in (cell.table, *facts)}
    nodes = json.loads(path.read_text("utf-8"))["nodes"].values()
    for node in sorted(nodes, key=lambda one: one["name"]):
        parents = {parent.split(".")[-1] for parent in node.get("depends_on", {}).get("nodes", ())}
        if node["resource_type"] == "test" and parents & guarded:
            key = node["unique_id"].split(".", 2)[-1]
            yield node["name"], states.get(key, "did not run")
        elif node["name"] in guarded and node["config"].get("materialized") == "table":
            state = "pass" if states.get(node["name"]) == "success" else "did not run"
            yield f"one row of {node['name']} a {', '.join(node['config']['meta']['grain'])}", state
