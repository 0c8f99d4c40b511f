"""The one macro of scores of decision 766, run by DuckDB, against a plain statement of the rule."""

from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.xdist_group("scorecard")
MACRO = Path(__file__).parents[2] / "dbt_project" / "macros" / "scorecard.sql"
ARGUMENTS = ("numerator", "denominator", "unknown", "max_score", "threshold_rate", "zero_rule")
COUNTS = st.integers(0, 2_000_000)
MAXIMA = st.sampled_from([2, 4, 6, 12, 20])
THRESHOLDS = st.sampled_from([None, 0.3, 0.5, 0.8, 0.9])
ZERO_RULES = st.sampled_from(["full", "zero", "none"])


@pytest.fixture(scope="module")
def score():
    """Give state and score of one component as the mart computes them."""
    text = MACRO.read_text("utf-8")
    call = (
        "{{ scorecard_state('is_sent', 'denominator', 'unknown') }} as state_code, "
        "{{ scorecard_score('state_code', 'numerator', 'denominator', 'max_score', "
        "'threshold_rate', 'zero_rule') }} as score"
    )
    columns = jinja2.Environment().from_string(text + call).render()  # noqa: S701 - SQL, not HTML
    given_columns = ", ".join(f"${name} as {name}" for name in ("is_sent", *ARGUMENTS))
    with duckdb.connect() as connection:

        def run(*values, is_sent=True):
            row = dict(zip(ARGUMENTS, values, strict=True)) | {"is_sent": is_sent}
            query = f"select {columns} from (select {given_columns}) as given"
            return connection.execute(query, row).fetchone()

        yield run


def stated(numerator, denominator, unknown, max_score, threshold_rate, zero_rule):
    """Say the rule in plain Python."""
    if denominator == 0:
        if unknown:
            return "no_data", None
        return "by_zero_rule", {"full": max_score, "zero": 0, "none": None}[zero_rule]
    share = numerator / denominator / (threshold_rate or 1)
    return "scored", max_score * min(share, 1)


@given(st.tuples(COUNTS, COUNTS, st.integers(0, 3), MAXIMA, THRESHOLDS, ZERO_RULES))
def test_score_is_the_stated_one_and_within_its_maximum(score, values):
    state_code, found = score(*values)

    expected_state, expected = stated(*values)
    assert state_code == expected_state
    if expected is None:
        assert found is None
    else:
        assert float(found) == pytest.approx(expected, abs=1e-6)
        assert 0 <= found <= values[3]


@given(COUNTS, COUNTS, st.integers(1, 2_000_000), MAXIMA, THRESHOLDS)
def test_score_never_falls_when_more_is_met(score, one, other, denominator, maximum, threshold):
    fewer, more = sorted((one, other))

    low, high = (
        score(count, denominator, 0, maximum, threshold, "none")[1] for count in (fewer, more)
    )

    assert low <= high


@given(COUNTS, COUNTS, MAXIMA, THRESHOLDS, ZERO_RULES)
def test_what_nobody_sent_has_no_score(score, numerator, denominator, maximum, threshold, zero):
    found = score(numerator, denominator, 0, maximum, threshold, zero, is_sent=False)

    assert found == ("no_data", None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "maximum", "threshold", "printed"),
    [
        pytest.param(528_684, 597_918, 20, None, "17.68", id="Phú Thọ, progress"),
        pytest.param(52, 89, 2, 0.8, "1.46", id="Phú Thọ, online services"),
        pytest.param(516, 1_884, 4, None, "1.10", id="Phú Thọ, services with dossiers"),
        pytest.param(589_496, 597_894, 6, 0.5, "6.00", id="Phú Thọ, online dossiers"),
    ],
)
def test_published_scores_to_the_second_decimal(
    score, numerator, denominator, maximum, threshold, printed
):
    assert f"{score(numerator, denominator, 0, maximum, threshold, 'none')[1]:.2f}" == printed
