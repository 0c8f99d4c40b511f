"""The marts' interval of a share is the pack's own, whatever the counts."""

from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.snapshot.intervals import proportion_interval
from motcua.snapshot.ranking import RANKED_FROM

pytestmark = pytest.mark.xdist_group("scorecard")
MACROS = Path(__file__).parents[2] / "dbt_project" / "macros" / "intervals.sql"


@pytest.fixture(scope="module")
def ask():
    """Give what the macros make of a count and a total."""
    text = MACROS.read_text("utf-8")
    call = (
        "select {{ wilson_low('met', 'total') }}, {{ wilson_high('met', 'total') }}, "
        "{{ ranked_from() }} from (select $met as met, $total as total) as given"
    )
    sql = jinja2.Environment().from_string(text + call).render()  # noqa: S701 - SQL, not HTML
    with duckdb.connect() as connection:
        yield lambda met, total: connection.execute(sql, {"met": met, "total": total}).fetchone()


@given(st.integers(1, 2_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_is_the_packs_and_holds_the_share(ask, counts):
    met, total = counts

    low, high, _ = ask(met, total)

    assert (low, high) == pytest.approx(proportion_interval(met, total), abs=1e-9)
    assert 0 <= low <= met / total + 1e-12
    assert met / total - 1e-12 <= high <= 1


def test_nothing_resolved_has_no_interval(ask):
    assert ask(0, 0)[:2] == (None, None)


def test_marts_and_packs_rank_from_the_same_number(ask):
    assert ask(1, 1)[2] == RANKED_FROM
