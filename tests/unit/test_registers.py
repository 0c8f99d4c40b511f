"""Registers that people keep as CSV: a fault is told in Vietnamese by file, line and column."""

from dataclasses import dataclass

import pytest

from motcua.duplicates.edge import read_decisions
from motcua.duplicates.register import DuplicateDecision
from motcua.errors import ContractError
from motcua.settings import Settings
from motcua.status import find_troubles
from motcua.units.edge import read_agency_successions
from motcua.units.register import AgencySuccession


@dataclass(frozen=True)
class Register:
    """A register: its reader, its setting, the head of its file, a line and its column of a day."""

    read: object
    setting: str
    head: str
    line: str
    day: str


REGISTERS = [
    Register(
        read_decisions,
        "duplicates",
        ",".join(DuplicateDecision.model_fields),
        "a,1,b,2,same,2025-03-01,12/TB-VP",
        "decided_date",
    ),
    Register(
        read_agency_successions,
        "successions",
        ",".join(AgencySuccession.model_fields),
        "a,b,2025-03-01,renamed,true,H01,H01,12/TB-VP",
        "effective_date",
    ),
]


@pytest.fixture(params=REGISTERS, ids=lambda one: one.setting)
def register(request) -> Register:
    return request.param


def fault(register: Register, path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as told:
        register.read(path)
    return str(told.value).removeprefix(f"{path}: ")


def test_spaces_around_a_value_are_no_part_of_it(register, tmp_path):
    path = tmp_path / "so.csv"
    path.write_text(f"{register.head}\n{register.line}\n", encoding="utf-8")
    (plain,) = register.read(path)
    spaced = register.line.replace(",", " , ")
    path.write_text(f"\ufeff{register.head}\n{spaced}\n", encoding="utf-8")
    assert register.read(path) == (plain,)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("12/TB-VP", " ", "cột instrument: đang để trống", id="empty"),
        pytest.param(",12/TB-VP", "", "cột instrument: đang để trống", id="short line"),
        pytest.param("12/TB-VP", "12,x", "có nhiều ô hơn số cột", id="long line"),
        pytest.param("2025-03-01", "", "cột {day}: đang để trống", id="no day"),
        pytest.param(
            "2025-03-01",
            "1/3/2025",
            "cột {day}: không phải ngày; viết theo mẫu 2025-07-31",
            id="day",
        ),
    ],
)
def test_line_is_told_with_its_column(register, tmp_path, old, new, said):
    text = f"{register.head}\n{register.line.replace(old, new)}\n"
    assert fault(register, tmp_path / "so.csv", text) == f"dòng 2, {said.format(day=register.day)}"


def test_columns_are_named_where_they_are_not_those(register, tmp_path):
    text = register.head.replace("instrument", "van_ban")
    said = f"dòng 1: các cột phải là {register.head}"
    assert fault(register, tmp_path / "so.csv", text) == said


def test_many_faults_are_counted(register, tmp_path):
    text = "\n".join([register.head, *[register.line.replace("2025", "x")] * 7])
    assert fault(register, tmp_path / "so.csv", text).endswith("; và 2 lỗi khác")


def test_file_that_cannot_be_read_is_named(register, tmp_path):
    with pytest.raises(ContractError, match="không đọc được tệp"):
        register.read(tmp_path / "khong_co.csv")
    (tmp_path / "utf16.csv").write_text(register.head, "utf-16")
    with pytest.raises(ContractError, match="mã UTF-8"):
        register.read(tmp_path / "utf16.csv")


def test_doctor_names_a_register_that_cannot_be_built_with(register, tmp_path):
    path = tmp_path / "so.csv"
    path.write_text(register.head, "utf-16")
    settings = Settings(home=tmp_path, **{register.setting: path})
    assert any(trouble.startswith(f"{path}: không đọc được") for trouble in find_troubles(settings))
