"""The order of states, whatever acts came before."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.shelf.states import STATE_NAMES, Act, last_sealed, state_of, why_not

ORDER = list(STATE_NAMES)


def act(version: int, state_code: str) -> Act:
    return Act(
        version=version, state_code=state_code, by="ai đó", at="", reason="", manifest_sha256=""
    )


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(ORDER)), max_size=30))
def test_only_steps_that_may_be_done_lead_through_the_states_in_order(tried):
    acts = [act(version, "draft") for version in (1, 2, 3)]
    for version, wanted in tried:
        if not why_not(acts, version, wanted):
            acts.append(act(version, wanted))

    for version in (1, 2, 3):
        done = [one.state_code for one in acts if one.version == version]
        distinct = list(dict.fromkeys(done))
        assert distinct == ORDER[: len(distinct)]
        assert done.count("approved") <= 1
        assert done.count("sealed") <= 1
        assert state_of(acts, version) == done[-1]
    sealed = [one.version for one in acts if one.state_code == "sealed"]
    assert last_sealed(acts) == max(sealed, default=None)


@pytest.mark.parametrize("state", ORDER)
@pytest.mark.parametrize("wanted", ORDER)
def test_a_step_that_cannot_be_done_says_what_to_do(state, wanted):
    refusal = why_not([act(7, state)], 7, wanted)

    may = (state, wanted) in {*pairwise(ORDER), ("checked", "checked")}
    assert bool(refusal) != may
    if refusal:
        assert f"version 07 is {state}" in refusal
        assert "`motcua " in refusal


def test_a_version_that_nobody_wrote_of_is_a_draft():
    assert state_of([], 1) == "draft"
