"""Intervals of proportions against published examples and against what must always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.snapshot.intervals import difference_interval, direction, proportion_interval

totals = st.integers(min_value=1, max_value=5_000_000)
proportions = totals.flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_interval_of_one_proportion_is_the_published_one(count, total, low, high):
    assert proportion_interval(count, total) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_interval_of_a_difference_is_the_published_one(now, before, low, high):
    assert difference_interval(now, before) == pytest.approx((low, high), abs=5e-5)


@given(proportions)
def test_proportion_lies_in_its_interval(proportion):
    low, high = proportion_interval(*proportion)

    assert 0 <= low <= proportion[0] / proportion[1] + 1e-12
    assert proportion[0] / proportion[1] - 1e-12 <= high <= 1


@given(proportions, proportions)
def test_difference_turned_round_is_its_negative(now, before):
    low, high = difference_interval(now, before)
    back_low, back_high = difference_interval(before, now)

    assert (back_low, back_high) == pytest.approx((-high, -low), abs=1e-12)
    assert direction(now, before) == -direction(before, now)


@given(proportions)
def test_proportion_has_not_changed_against_itself(proportion):
    assert direction(proportion, proportion) == 0


@pytest.mark.parametrize(
    ("now", "before", "way"),
    [
        pytest.param((980, 1000), (950, 1000), 1, id="three points of a thousand"),
        pytest.param((49, 50), (47, 50), 0, id="four points of fifty"),
        pytest.param((95_000, 100_000), (96_000, 100_000), -1, id="one point of many"),
    ],
)
def test_change_counts_only_beyond_chance(now, before, way):
    assert direction(now, before) == way
