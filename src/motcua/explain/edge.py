"""Read what explains a cell: the published file, dbt's manifest beside it, and the receipts."""

import json
import re
from pathlib import Path

import duckdb

from motcua.errors import PipelineError
from motcua.explain.cells import TABLES, Cell, UnknownNameError, cell_sql, dossiers_sql
from motcua.explain.explanation import Explanation, Trace
from motcua.files import write_csv
from motcua.receipts import Receipt, ReceivedFile
from motcua.settings import Settings

SAMPLE_SIZE = 10


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
        value, row_count, dossier_count = read_counts(connection, cell)
        first = connection.execute(
            "select dossier_code, locality_code, _delivery_id, _source_file, _source_row "
            f"from found order by dossier_code, locality_code limit {SAMPLE_SIZE}"
        ).fetchall()
        if out:
            found = connection.execute("select * from found order by dossier_code, locality_code")
            names = [column[0] for column in found.description or ()]
            write_csv(out, names, iter(found.fetchone, None))
        as_of_date, is_simulated = connection.execute(
            "select as_of_date, is_simulated from quality.dim_builds"
        ).fetchone() or ("", False)
        return Explanation(
            cell=cell,
            value=value,
            row_count=row_count,
            definitions=tuple(_read_definitions(connection, cell)),
            sql=dossiers_sql(cell),
            dossier_count=dossier_count,
            sample=tuple(row[0] for row in first),
            trace=_read_trace(settings, *first[0]) if first else None,
            tests=tuple(_read_tests(connection, settings, cell)),
            as_of_date=str(as_of_date),
            is_simulated=is_simulated,
        )


def read_counts(connection: duckdb.DuckDBPyConnection, cell: Cell) -> tuple[int, int, int]:
    """Give the cell's value, the rows of the mart it adds, and how many dossiers are found.

    The dossiers stay in the temporary table ``found``.
    """
    value, row_count = connection.execute(cell_sql(cell)).fetchone() or (0, 0)
    connection.execute(f"create or replace temporary table found as {dossiers_sql(cell)}")
    (dossier_count,) = connection.execute("select count(*) from found").fetchone() or (0,)
    return value, row_count, dossier_count


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
    """Give title and text of the column's definition, and of its rule or metric."""
    schema, _, table = cell.table.partition(".")
    (comment,) = connection.execute(
        "select comment from duckdb_columns() where schema_name = ? and table_name = ? "
        "and column_name = ?",
        [schema, table, cell.column],
    ).fetchone() or ("",)
    yield f"{cell.table}.{cell.column}", comment or ""
    if "rule_code" in cell.keys:
        rule = connection.execute(
            "select rule_name, version, source, numerator_name, denominator_name, definition "
            "from review.dim_rules where rule_code = ?",
            [cell.keys["rule_code"]],
        ).fetchone()
        if rule:
            name, version, source, numerator, denominator, definition = rule
            yield f"rule {cell.keys['rule_code']}", f"{name}. {definition}"
            yield "version", f"{version}. {source}"
            yield "on-time rate", f"{numerator} / {denominator}"
    names = {"metric_code": TABLES[cell.table].metric_code} | dict(cell.keys)
    for code, dimension in {"metric": "dim_metrics", "flag": "dim_dossier_flags"}.items():
        found = connection.execute(
            f"select {code}_name, definition from review.{dimension} where {code}_code = ?",
            [names.get(f"{code}_code")],
        ).fetchone()
        if found:
            yield f"{code} {names[f'{code}_code']}", f"{found[0]}. {found[1]}"


def _read_trace(
    settings: Settings,
    dossier_code: str,
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
    return Trace(dossier_code, delivery_id, source_file, source_row, original, sha256)


def _sums_of(file: ReceivedFile) -> str:
    """Give the sum of the bytes that came, and of what a redaction left of them."""
    return file.sha256 + (f" (redacted since: {file.redacted_sha256})" * bool(file.redacted_sha256))


def _read_tests(connection: duckdb.DuckDBPyConnection, settings: Settings, cell: Cell):
    """Give each data test of the mart and of its facts, with what it said of this build."""
    path = settings.warehouse / "current" / "manifest.json"
    if not path.exists():
        return
    states = dict(
        connection.execute(
            "select node_name, status_code from quality.fct_build_results"
        ).fetchall()
    )
    facts = re.findall(r"\b(?:core|review)\.\w+", dossiers_sql(cell))
    guarded = {table.partition(".")[2] for table in (cell.table, *facts)}
    nodes = json.loads(path.read_text("utf-8"))["nodes"].values()
    for node in sorted(nodes, key=lambda one: one["name"]):
        parents = {parent.split(".")[-1] for parent in node.get("depends_on", {}).get("nodes", ())}
        if node["resource_type"] == "test" and parents & guarded:
            key = node["unique_id"].split(".", 2)[-1]
            yield node["name"], states.get(key, "did not run")
