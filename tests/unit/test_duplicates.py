"""The register of decided duplicates: what it takes, what it refuses, in words of its writers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.duplicates.edge import read_decisions
from motcua.duplicates.register import DuplicateDecision, parse_decisions
from motcua.errors import ContractError
from motcua.settings import Settings

HEAD = ",".join(DuplicateDecision.model_fields)
LINE = "ag-tinh,H01.01-240105-0001,ag-tan-chau,000.00.01.H01-240105-0001,same,2025-03-01,12/TB-VP"


def parse(*lines: str):
    return parse_decisions("\n".join((HEAD, *lines)), "trung.csv")


def test_register_that_is_shipped_holds_no_decision():
    assert read_decisions(Settings().duplicates) == ()


def test_line_names_both_dossiers_the_day_and_the_document():
    (one,) = parse(LINE)
    assert one.duplicate == ("ag-tinh", "H01.01-240105-0001")
    assert one.kept == ("ag-tan-chau", "000.00.01.H01-240105-0001")
    assert (one.decision_code, str(one.decided_date)) == ("same", "2025-03-01")


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        pytest.param(
            ["a,1,b,2,maybe,2025-03-01,x"],
            "dòng 2, cột decision_code: chỉ nhận same (là một hồ sơ) hoặc different",
            id="decision",
        ),
        pytest.param(["a,1,a,1,same,2025-03-01,x"], "hai bên là cùng một hồ sơ", id="one dossier"),
        pytest.param(
            ["a,1,b,2,same,2025-03-01,x", "b,2,a,1,different,2025-04-01,x"],
            "dòng 3: cặp hồ sơ này có nhiều dòng",
            id="pair twice",
        ),
        pytest.param(
            ["a,1,b,2,same,2025-03-01,x", "a,1,c,3,same,2025-03-01,x"],
            "dòng 2: hồ sơ trùng được ghi vào nhiều hồ sơ giữ lại",
            id="two kept",
        ),
        pytest.param(
            ["a,1,b,2,same,2025-03-01,x", "b,2,c,3,same,2025-03-01,x"],
            "dòng 2: hồ sơ giữ lại đã bị loại ở dòng khác",
            id="chain",
        ),
    ],
)
def test_fault_is_told_by_line(lines, fault):
    with pytest.raises(ContractError, match=r"^trung\.csv") as told:
        parse(*lines)
    assert fault in str(told.value)


def test_decision_that_two_are_two_may_stand_beside_one_that_they_are_another():
    assert len(parse("a,1,b,2,same,2025-03-01,x", "a,1,c,3,different,2025-03-01,x")) == 2


codes = st.sampled_from("abcd")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(codes, codes, st.sampled_from(["same", "different"])), max_size=6))
def test_register_is_taken_only_if_each_dossier_goes_out_once_into_one_that_stays(drawn):
    lines = [f"l,{old},l,{kept},{decision},2025-03-01,x" for old, kept, decision in drawn]
    same = [(old, kept) for old, kept, decision in drawn if decision == "same"]
    out = [old for old, _ in same]
    is_sound = (
        all(old != kept for old, kept, _ in drawn)
        and len({frozenset((old, kept)) for old, kept, _ in drawn}) == len(drawn)
        and len(set(out)) == len(out)
        and not {kept for _, kept in same} & set(out)
    )
    try:
        parse(*lines)
    except ContractError:
        assert not is_sound
    else:
        assert is_sound
