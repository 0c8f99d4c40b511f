"""The edge of quality: run suites on a DuckDB connection, write Data Docs."""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from motcua import workers
from motcua.datasets import DATASETS
from motcua.errors import PipelineError
from motcua.frames import with_room
from motcua.quality import docs, findings
from motcua.quality.outcome import SuiteOutcome, outcome_of, without_values
from motcua.quality.suites import Rule, Suite, parse_suite
from motcua.receipts import Check
from motcua.settings import Settings

logger = logging.getLogger(__name__)

MANY_PAGES = 50
"""So many pages to render are worth processes of their own."""

__all__ = ["SuiteOutcome", "read_suite", "run_suite", "write_data_docs"]


def read_suite(suites_folder: Path, dataset_code: str) -> Suite:
    """Read the suite of a dataset."""
    path = suites_folder / f"{dataset_code}.json"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PipelineError(f"expectations/{path.name}", error.strerror or "unreadable") from None
    return parse_suite(text, dataset_code)


def run_suite(
    connection: duckdb.DuckDBPyConnection, dataset_code: str, suites_folder: Path
) -> SuiteOutcome:
    """Run the suite of a dataset against its table and make ``findings`` (architecture §3).

    Great Expectations runs on ``connection`` itself, so it sees temporary tables and open
    transactions too. Rows are looked for only where it judged an expectation not met, by its own
    query, and stay inside DuckDB.
    """
    from motcua.quality import validation

    suite = read_suite(suites_folder, dataset_code)
    table = _prepare(connection, suite)
    try:
        answer = validation.validate(connection, table, suite.spec)
    except Exception as error:
        # Before any row is read: an expectation type that does not exist, a missing argument.
        reason = f"Great Expectations cannot run it: {type(error).__name__}"
        raise PipelineError(f"suite {dataset_code}", reason) from error
    outcome = outcome_of(suite, answer)
    _find_rows(connection, suite, table, outcome.checks)
    logger.info(
        "%s: %s of %s expectations met",
        dataset_code,
        sum(check.is_met for check in outcome.checks),
        len(outcome.checks),
    )
    return outcome


@with_room
def write_data_docs(settings: Settings) -> int:
    """Render the results that are new or changed, and the index; give how many were rendered.

    A page that is younger than its result is left alone, and without a new result Great
    Expectations is not imported.
    """
    lines = []
    stale: list[tuple[Path, Path, docs.DeliveryDocs]] = []
    for folder in sorted(settings.quarantine.glob("*/")):
        paths = {
            path.stem.removeprefix("validation-"): path for path in folder.glob("validation-*.json")
        }
        results = {
            code: json.loads(paths[code].read_text(encoding="utf-8"))
            for code in DATASETS
            if code in paths
        }
        if not results:
            continue
        suites = tuple(docs.suite_state(result) for result in results.values())
        delivery = docs.delivery_docs(folder.name, _read_receipt(settings, folder.name), suites)
        lines.append(delivery)
        for code in results:
            page = settings.data_docs / folder.name / f"{code}.html"
            if not _is_younger(page, paths[code]):
                stale.append((page, paths[code], delivery))
    _write_pages(stale, settings.localities_at_once)
    _write_index(settings.data_docs, lines)
    logger.info("data docs: %s results, %s rendered", sum(len(d.suites) for d in lines), len(stale))
    return len(stale)


def _prepare(connection: duckdb.DuckDBPyConnection, suite: Suite) -> str:
    """Make the macros and the empty findings; give the name of the table or view to check."""
    forms = ", ".join(f"{column}_form" for column in findings.CODE_FORMS)
    query = f"select cast(exported_at as varchar), {forms} from delivery"
    for exported_at, *found in connection.execute(query).fetchall():
        connection.execute(findings.export_macro_sql(exported_at))
        for column, form in zip(findings.CODE_FORMS, found, strict=True):
            connection.execute(findings.macro_sql(column, form))
    for statement in findings.tables_sql(suite.rules):
        connection.execute(statement)
    present = set(connection.table(suite.dataset_code).columns)
    missing = [column for column in suite.unread_columns if column not in present]
    if not missing:
        # Planning over a view of ninety columns costs three times the query on a small table.
        return suite.dataset_code
    view = f"checked_{suite.dataset_code}"
    connection.execute(findings.view_sql(view, suite.dataset_code, missing))
    return view


def _find_rows(
    connection: duckdb.DuckDBPyConnection, suite: Suite, table: str, checks: tuple[Check, ...]
) -> None:
    unmet = [
        (number, rule)
        for number, (rule, check) in enumerate(zip(suite.rules, checks, strict=True))
        if not check.is_met and rule.scope_code == "row"
    ]
    queries = _row_queries(connection, suite, table, [rule for _, rule in unmet])
    for number, rule in unmet:
        query = queries[rule.rule_code]
        try:
            connection.execute(findings.insert_sql(number, query))
        except duckdb.Error as error:
            step = f"suite {suite.dataset_code}, rule {rule.rule_code}"
            raise PipelineError(step, without_values(str(error))) from None


def _row_queries(
    connection: duckdb.DuckDBPyConnection, suite: Suite, table: str, rules: list[Rule]
) -> dict[str, str]:
    """Give each rule's query of bad rows: its own, or the one that Great Expectations writes."""
    from motcua.quality import validation

    queries = {rule.rule_code: findings.row_query(rule, table) for rule in rules}
    unwritten = [code for code, query in queries.items() if query is None]
    if unwritten:
        entries: list[dict[str, Any]] = [
            entry for entry in suite.spec["expectations"] if entry["meta"]["rule_code"] in unwritten
        ]
        spec = {**suite.spec, "expectations": entries}
        queries.update(validation.read_index_queries(connection, table, spec))
    for code, query in queries.items():
        if not query:
            raise PipelineError(f"suite {suite.dataset_code}, rule {code}", "gives no row query")
    return queries


def _read_receipt(settings: Settings, delivery_id: str) -> dict[str, Any]:
    path = settings.receipts / f"{delivery_id}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _is_younger(page: Path, result_path: Path) -> bool:
    return page.is_file() and page.stat().st_mtime_ns >= result_path.stat().st_mtime_ns


def _write_pages(stale: Sequence[tuple[Path, Path, docs.DeliveryDocs]], at_once: int) -> None:
    """Render pages, in processes side by side where they are many."""
    if len(stale) < MANY_PAGES or at_once < 2:
        for one in stale:
            _write_page(*one)
        return
    with workers.open_pool(at_once) as pool:
        for begun in [pool.submit(_write_page, *one) for one in stale]:
            begun.result()


def _write_page(page: Path, result_path: Path, delivery: docs.DeliveryDocs) -> None:
    # Importing this first keeps what Great Expectations never uses here out of the process.
    from motcua.quality import pages, validation  # noqa: F401

    result = json.loads(result_path.read_text(encoding="utf-8"))
    _write_whole(page, pages.render_result(result, delivery))


def _write_index(folder: Path, lines: list[docs.DeliveryDocs]) -> None:
    from motcua.quality import pages

    newest_first = sorted(
        lines, key=lambda line: (line.exported_at, line.delivery_id), reverse=True
    )
    _write_whole(folder / "index.html", pages.render_index(newest_first))


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
