"""The register of decided duplicates: what it takes, what it refuses, in words of its writers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.duplicates.edge import read_decisions
from motcua.duplicates.register import COLUMNS, parse_decisions
from motcua.errors import ContractError
from motcua.settings import Settings
from motcua.status import find_troubles

HEAD = ",".join(COLUMNS)
LINE = "ag-tinh,H01.01-240105-0001,ag-tan-chau,000.00.01.H01-240105-0001,same,2025-03-01,12/TB-VP"


def parse(*lines: str, head: str = HEAD):
    return parse_decisions("\n".join((head, *lines)), "trung.csv")


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
        pytest.param(
            ["a,1,b,2,same,01/03/2025,x"],
            "dòng 2, cột decided_date: không phải ngày; viết theo mẫu 2025-07-31",
            id="date",
        ),
        pytest.param(
            ["a,1,b, ,same,2025-03-01,x"], "cột kept_dossier_code: đang để trống", id="code"
        ),
        pytest.param(["a,1,b,2,same,2025-03-01"], "cột instrument: đang để trống", id="short line"),
        pytest.param(["a,1,b,2,same,2025-03-01,x,y"], "có nhiều ô hơn số cột", id="long line"),
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


def test_columns_are_named_where_they_are_not_those():
    with pytest.raises(ContractError, match=f"dòng 1: các cột phải là {HEAD}"):
        parse(LINE, head=HEAD.replace("instrument", "van_ban"))


def test_many_faults_are_counted():
    with pytest.raises(ContractError, match="và 2 lỗi khác"):
        parse(*["a,1,b,2,maybe,2025-03-01,x"] * 7)


def test_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ContractError, match="không đọc được tệp"):
        read_decisions(tmp_path / "khong_co.csv")
    (tmp_path / "utf16.csv").write_text(HEAD, "utf-16")
    with pytest.raises(ContractError, match="mã UTF-8"):
        read_decisions(tmp_path / "utf16.csv")


def test_doctor_names_a_register_that_cannot_be_built_with(tmp_path):
    register = tmp_path / "trung.csv"
    register.write_text(f"{HEAD}\na,1,a,1,same,2025-03-01,x\n", "utf-8")
    troubles = find_troubles(Settings(home=tmp_path, duplicates=register))
    assert any("hai bên là cùng một hồ sơ" in trouble for trouble in troubles)


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
