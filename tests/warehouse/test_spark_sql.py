"""Models keep to the SQL that DuckDB and Spark share (design §7)."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

pytestmark = pytest.mark.xdist_group("compiled")
SHARED_FOLDERS = ("intermediate", "marts/core", "marts/review", "marts/quality")
REFUSED = {
    "bare varchar or text": r"\b(varchar|text)\b",
    "list literal": r"(?<![\w\]])\[",
    "struct literal": r"\{",
    "unnest": r"\bunnest\s*\(",
    "sha256": r"\bsha256\s*\(",
    "strftime": r"\bstrf?p?time\s*\(",
    "epoch": r"\bepoch\w*\s*\(",
    "isodow": r"\b(isodow|dayofweek)\b",
    "regexp_matches": r"\bregexp_\w+\s*\(",
    "generate_series": r"\b(generate_series|range)\s*\(",
    "star exclude": r"\*\s*(exclude|replace)\b",
    "union by name": r"\bby\s+name\b",
    "integer division": r"//",
    "date_diff": r"\b(date_?diff|date_?add|date_?sub)\s*\(",
    "date plus interval": r"\binterval\b",
    "double colon cast": r"::",
    "concat": r"\bconcat\w*\s*\(",
    "timestamp with zone": r"\btimestamptz\b|with time zone",
    "file or python": r"\bread_\w+\s*\(|\.py\b",
}


def _compiled(warehouse) -> dict[str, str]:
    root = warehouse.target / "compiled" / "motcua" / "dbt_project" / "models"
    files = [path for folder in SHARED_FOLDERS for path in (root / folder).rglob("*.sql")]
    return {path.stem: Path(path).read_text("utf-8") for path in sorted(files)}


def _without_text(sql: str) -> str:
    """The SQL without comments and without what stands between quotes."""
    return re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"--.*", "", sql)).lower()


def test_compiled_models_parse_as_spark(compiled_project):
    compiled = _compiled(compiled_project)
    assert len(compiled) > 50
    for name, sql in compiled.items():
        tree = sqlglot.parse_one(sql, read="spark")
        assert isinstance(tree, exp.Query), name
        unknown = [node.sql() for node in tree.find_all(exp.Command)]
        assert unknown == [], name


@pytest.mark.parametrize("construct", REFUSED)
def test_compiled_models_do_not_use(compiled_project, construct):
    found = {
        name
        for name, sql in _compiled(compiled_project).items()
        if re.search(REFUSED[construct], _without_text(sql))
    }
    assert found == set()


def test_order_by_always_places_nulls(compiled_project):
    for name, sql in _compiled(compiled_project).items():
        for ordered in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Ordered):
            assert ordered.args.get("nulls_first") is not None, name
        count = len(re.findall(r"\border by\b", _without_text(sql)))
        assert count == 0 or "nulls last" in _without_text(sql), name


@pytest.mark.parametrize(
    ("sql", "construct"),
    [
        ("select cast(a as varchar) from b", "bare varchar or text"),
        ("select [1, 2] as a", "list literal"),
        ("select a from b union by name select a from c", "union by name"),
        ("select a // 2 from b", "integer division"),
        ("select a + interval 1 day from b", "date plus interval"),
        ("select * exclude (a) from b", "star exclude"),
    ],
)
def test_refused_constructs_are_seen(sql, construct):
    assert re.search(REFUSED[construct], _without_text(sql))
