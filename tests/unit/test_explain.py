"""What `motcua explain` reads from its arguments, and the SQL that it makes of them."""

from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from motcua.explain.cells import (
    TABLES,
    MissingKeyError,
    UnknownNameError,
    cell_sql,
    dossiers_sql,
    make_cell,
)
from motcua.explain.explanation import Counts, Explanation, explain_in_lines
from motcua.explain.populations import ROWS

MODELS = Path(__file__).parents[2] / "dbt_project/models/marts/review"
HANDLING = "review.mart_review__handling"
DERIVED = {
    "mart_review__comparison": {
        *("resolved_in_time_rate", "low_rate", "high_rate", "best_rank", "worst_rank", "rank"),
        *("expected_overdue_dossiers", "level_in_time_rate", "mix_adjusted_in_time_rate"),
    },
    "mart_review__conclusions": {"target_percent"},
    "mart_review__points": {
        *("max_score", "score", "score_if_met", "lost_points", "points_per_miss"),
    },
    "mart_review__rule_points": {"moved_points"},
    "mart_review__scorecard": {"position_no", "rate", "max_score", "score"},
    "mart_review__scorecard_groups": {"max_score", "scorable_max_score", "score"},
    "mart_review__targets": {"target_percent"},
    "mart_review__to_explain": {"dossier_rate", "peer_median_rate"},
}
"""Numbers made of the counts beside them, or given by a document: nothing is counted for them."""
NUMBERS = ("bigint", "integer", "double", "decimal")


def read_models() -> dict[str, dict]:
    return {
        model["name"]: model
        for path in MODELS.glob("*.yml")
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", [])
        if model["name"].startswith("mart_")
    }


def test_rule_is_ii06_and_schema_review_unless_said():
    cell = make_cell("mart_review__handling", "resolved_count", ["period_code=2024-CY"])

    assert (cell.table, cell.keys) == (
        HANDLING,
        {"rule_code": "ii06", "period_code": "2024-CY"},
    )


@pytest.mark.parametrize(
    ("table", "column", "pairs", "said"),
    [
        ("review.nothing", "resolved_count", ["period_code=a"], "table 'review.nothing'"),
        (HANDLING, "resolved", ["period_code=a"], "column 'resolved' is not known; known: rec"),
        (HANDLING, "resolved_count", ["period=a"], "key 'period' is not known; known: rule_code=…"),
        (HANDLING, "resolved_count", ["period_code"], "key 'period_code' is not known"),
        ("mart_review__online", "unknown_count", ["metric_code=a", "period_code=a"], "metric_code"),
    ],
)
def test_unknown_name_is_said_with_what_is_known(table, column, pairs, said):
    with pytest.raises(UnknownNameError) as raised:
        make_cell(table, column, pairs)

    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("table", "pairs", "key"),
    [
        (HANDLING, ["agency_code=a"], "period_code"),
        ("review.mart_review__online", ["period_code=a"], "metric_code"),
    ],
)
def test_periods_and_metrics_are_never_added_up(table, pairs, key):
    with pytest.raises(MissingKeyError) as raised:
        make_cell(table, "numerator_count", pairs)

    assert str(raised.value).startswith(f"give {key}=…")


def test_every_mart_is_explained():
    assert {f"review.{name}" for name in read_models()} == set(TABLES)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_number_of_a_mart_is_explained_or_made_of_others(table):
    name = table.split(".")[1]
    model, mart = read_models()[name], TABLES[table]
    grain = model["config"]["meta"]["grain"]
    numbers = {
        column["name"]
        for column in model["columns"]
        if column["data_type"].startswith(NUMBERS) and column["name"] not in grain
    }
    keys = {"rule_code": "ii06", "base_rule_code": "ii06", "metric_code": "online_received"}
    keys |= {"component_code": "progress", "measure_code": "received", "column_no": "3"}
    known = {**keys, "scope_code": "province", "display_group_code": "total"}
    asked = {**dict.fromkeys(mart.keys, ""), **known}
    if name in ("mart_review__digitisation", "mart_review__channels"):
        asked["metric_code"] = {"mart_review__channels": "paid_online"}.get(name, "data_reused")
    explained = [
        column
        for population in mart.populations({key: asked[key] for key in mart.keys})
        for column in population.conditions
    ]

    assert explained
    assert len(explained) == len(set(explained))
    assert set(explained) - {ROWS} == numbers - DERIVED.get(name, set())
    assert set(grain) <= set(mart.keys)
    assert set(mart.required) <= set(mart.keys)


def test_a_cell_of_values_that_may_not_be_added_names_every_key():
    with pytest.raises(MissingKeyError) as raised:
        make_cell("mart_review__services", "procedure_total_count", ["period_code=a"])

    assert str(raised.value).startswith("give province_code=…")


@given(value=st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_value_reaches_the_query_as_it_is(value):
    cell = make_cell(HANDLING, "resolved_count", ["period_code=a", f"agency_code={value}"])
    wanted = cell_sql(cell).partition("agency_code = ")[2]

    assert duckdb.sql(f"select {wanted}").fetchall() == [(value,)]
    assert f"counted.agency_code = {wanted}" in dossiers_sql(cell)


@pytest.mark.parametrize(
    ("value", "measured", "said"),
    [
        (2, 1, "1 dossiers, NOT EQUAL to the cell"),
        (1, 1, "1 dossiers, equal to the cell"),
        (None, None, "= no figure, of 1 rows"),
        (None, 0, "NOT EQUAL"),
    ],
)
def test_verdict_is_said(value, measured, said):
    explanation = Explanation(
        cell=make_cell(HANDLING, "resolved_count", ["period_code=a"]),
        counts=Counts(value, 1, 1, measured),
        definitions=(),
        sql="select",
        sample=("one",),
        trace=None,
        tests=(),
        as_of_date="2025-01-31",
        is_simulated=True,
    )

    text = "\n".join(explain_in_lines(explanation, None))

    assert said in text
    assert text.startswith("DỮ LIỆU MÔ PHỎNG")
