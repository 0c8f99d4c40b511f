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
from motcua.explain.explanation import Explanation, explain_in_lines

MODELS = Path(__file__).parents[2] / "dbt_project/models/marts/review"
HANDLING = "review.mart_review__handling"
METRICS = {
    "review.mart_review__online": "online_received",
    "review.mart_review__digitisation": "input_digitised",
    "review.mart_review__channels": "postal_received",
}
OTHER_COUNTS = {"payment_count", "peer_agency_count"}
"""Counts of marts that are explained which are of neither dossiers nor petitions."""


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


def test_every_count_of_dossiers_is_explained():
    models = {
        model["name"]: model
        for path in MODELS.glob("*.yml")
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", [])
    }
    for table, population in TABLES.items():
        model = models[table.split(".")[1]]
        columns = [column["name"] for column in model["columns"]]
        counts = {name for name in columns if name.endswith("_count")} - OTHER_COUNTS
        conditions = population.conditions({"metric_code": METRICS.get(table, "")})

        assert set(conditions) == counts, table
        assert set(model["config"]["meta"]["grain"]) == set(population.keys), table
        assert set(population.required) <= set(population.keys), table


@given(value=st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_value_reaches_the_query_as_it_is(value):
    cell = make_cell(HANDLING, "resolved_count", ["period_code=a", f"agency_code={value}"])
    wanted = cell_sql(cell).partition("agency_code = ")[2]

    assert duckdb.sql(f"select {wanted}").fetchall() == [(value,)]
    assert f"counted.agency_code = {wanted}" in dossiers_sql(cell)


def test_unequal_count_is_said():
    cell = make_cell(HANDLING, "resolved_count", ["period_code=a"])
    explanation = Explanation(
        cell=cell,
        value=2,
        row_count=1,
        definitions=(),
        sql="select",
        dossier_count=1,
        sample=("one",),
        trace=None,
        tests=(),
        as_of_date="2025-01-31",
        is_simulated=True,
    )

    text = "\n".join(explain_in_lines(explanation, None))

    assert not explanation.is_equal
    assert "1 dossiers, NOT EQUAL to the cell" in text
    assert text.startswith("DỮ LIỆU MÔ PHỎNG")
