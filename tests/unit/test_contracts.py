"""Contracts are checked whole, and an error names file, line and key."""

from pathlib import Path

import pytest

from motcua.contracts import (
    fold,
    parse_contract,
    parse_localities,
    read_contracts,
    read_localities,
)
from motcua.errors import ContractError

SHIPPED = Path(__file__).resolve().parents[2] / "landing" / "contracts"
GOOD = """\
contract: x
title: Thử
datasets:
  dossiers:
    files: 'a*.csv'
    format: csv
    columns:
      Mã: dossier_code
      Kênh: [channel_code, source_status]
    personal: {Họ tên: drop}
"""


def test_contract_is_read():
    layout = parse_contract(GOOD, "x.yml").datasets["dossiers"]

    assert layout.files == ("a*.csv",)
    assert layout.targets() == ("dossier_code", "channel_code", "source_status")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("format: csv", "format: dbf", ["line 6", "format"], id="unknown format"),
        pytest.param("title", "titel", ["line 2", "titel"], id="unknown key"),
        pytest.param(
            "dossiers:", "dossier:", ["dossier", "canonical dataset"], id="unknown dataset"
        ),
        pytest.param("dossier_code", "dosier_code", ["dosier_code"], id="unknown column"),
        pytest.param("Kênh:", "họ  TÊN:", ["personal and also mapped"], id="personal and mapped"),
        pytest.param(
            "    personal", "    has_items: {has_fee: Phi}\n    personal", ["json"], id="list"
        ),
        pytest.param("title: Thử", "title: [", ["not YAML"], id="no YAML"),
        pytest.param(
            "    personal",
            "    by_presence: {status_code: {column: họ tên, present: '9'}}\n    personal",
            ["personal and also mapped"],
            id="personal and looked at",
        ),
        pytest.param(
            "    personal",
            "    by_presence: {statuscode: {column: Mã}}\n    personal",
            ["statuscode"],
            id="unknown column by presence",
        ),
        pytest.param(
            "    personal", "    unclassed: [Cột lạ]\n    personal", ["Cột lạ"], id="unclassed"
        ),
        pytest.param(
            "    personal",
            "    values: {channel_code: {Fax: TODO}}\n    personal",
            ["TODO", "Fax"],
            id="open question",
        ),
        pytest.param(
            "    personal",
            "    unpivot: {number: level_code, value: status_code, columns: {A: 1}}\n    personal",
            ["unpivot and titles need xlsx", "csv"],
            id="numbered columns of a text",
        ),
        pytest.param(
            "format: csv\n",
            "format: xlsx\n    unpivot: {number: column_no, value: status_code, columns: {A: 1}}\n",
            ["not canonical columns", "column_no"],
            id="number in no column",
        ),
        pytest.param(
            "format: csv\n",
            "format: xlsx\n"
            "    unpivot: {number: status_code, value: status_code, columns: {A: 0}}\n",
            ["unpivot.columns.A", "greater than or equal to 1"],
            id="number of no column",
        ),
        pytest.param(
            "format: csv\n",
            "format: xlsx\n    one_row_per: Mã\n"
            "    unpivot: {number: status_code, value: status_code, columns: {A: 1}}\n",
            ["one_row_per"],
            id="lines spread and folded",
        ),
        pytest.param(
            "format: csv\n",
            "format: xlsx\n"
            "    unpivot: {number: status_code, value: status_code, columns: {họ  TÊN: 1}}\n",
            ["personal and also mapped"],
            id="personal and numbered",
        ),
        pytest.param(
            "format: csv\n",
            "format: xlsx\n    titles: {status_code: {'kỳ (': x}}\n",
            ["titles.status_code", "kỳ ("],
            id="title that is no pattern",
        ),
        pytest.param(
            "format: csv\n",
            "format: xlsx\n    titles: {status_code: {'kỳ (.)': '\\2'}}\n",
            ["titles.status_code", "cannot give"],
            id="title without the group",
        ),
        pytest.param(
            "datasets:", "code_forms: {dossier_code: TODO}\ndatasets:", ["TODO"], id="open form"
        ),
    ],
)
def test_bad_contract_names_what_is_wrong(old, new, words):
    with pytest.raises(ContractError) as caught:
        parse_contract(GOOD.replace(old, new, 1), "x.yml")
    assert all(word in str(caught.value) for word in ["x.yml", *words])


def test_locality_twice_is_refused():
    one = (
        "{locality_code: a-b, locality_name: A, province_code: H01, province_name: B, contracts: x}"
    )
    with pytest.raises(ContractError, match="a-b"):
        parse_localities(f"localities: [{one}, {one}]", "l.yml")


def test_working_calendar_without_hours_is_refused(tmp_path):
    register = tmp_path / "dia_phuong.yml"
    register.write_text(
        "localities: [{locality_code: a-b, locality_name: A, province_code: H01, "
        "province_name: B, contracts: x, working_calendar_code: gio_mua_he}]",
        encoding="utf-8",
    )
    with pytest.raises(ContractError) as caught:
        read_localities(register)
    assert str(caught.value) == (
        f"{register}: địa phương a-b: không có lịch làm việc gio_mua_he; "
        "seed working_hours chỉ có: standard"
    )


def test_shipped_contracts_are_valid():
    assert "wabo_receipt" in read_contracts(SHIPPED)


def test_contract_must_be_named_as_its_file(tmp_path):
    (tmp_path / "y.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ContractError, match=r"y\.yml"):
        read_contracts(tmp_path)


def test_fold_keeps_accents():
    assert fold("  ĐẤT   đai ") == "đất đai"
    assert fold("Số") != fold("So")
