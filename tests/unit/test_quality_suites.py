"""What every suite must have, and which faults of a suite are named."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from motcua.datasets import DATASETS
from motcua.errors import PipelineError
from motcua.quality.edge import read_suite
from motcua.quality.outcome import without_values
from motcua.quality.suites import parse_suite
from motcua.settings import REPOSITORY

SUITES = REPOSITORY / "expectations"
VIETNAMESE = re.compile(r"[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")


def suite_text(**changes: object) -> str:
    meta = {
        "rule_code": "due_at_present",
        "scope": "row",
        "column": "due_at",
        "sentence_vi": "Thiếu ngày hẹn trả.",
        "mend_vi": "Đề nghị bổ sung.",
    }
    entry = {
        "type": "unexpected_rows_expectation",
        "kwargs": {"unexpected_rows_query": "select _row_id from {batch} where due_at is null"},
        "severity": "warning",
        "meta": {**meta, **changes},
    }
    return json.dumps({"name": "dossiers", "expectations": [entry]})


def test_each_dataset_has_a_suite_and_the_folder_nothing_else() -> None:
    assert sorted(path.name for path in SUITES.iterdir()) == sorted(f"{d}.json" for d in DATASETS)


@pytest.mark.parametrize("dataset", DATASETS)
def test_suite_loads_and_checks_the_row_count_of_the_delivery(dataset: str) -> None:
    suite = read_suite(SUITES, dataset)

    assert suite.spec["name"] == dataset
    scopes = {rule.rule_code: rule.scope_code for rule in suite.rules}
    assert scopes.pop("row_count_matches_manifest") == "delivery"
    assert set(scopes.values()) == {"row"}


@pytest.mark.parametrize("dataset", DATASETS)
def test_sentences_are_vietnamese_in_composed_letters(dataset: str) -> None:
    for rule in read_suite(SUITES, dataset).rules:
        for sentence in (rule.sentence, rule.mend):
            assert VIETNAMESE.search(sentence.casefold()), rule.rule_code
            assert sentence == unicodedata.normalize("NFC", sentence).strip()
            assert sentence.endswith("."), rule.rule_code
            assert sentence[0].isupper(), rule.rule_code


@pytest.mark.parametrize("dataset", DATASETS)
def test_suite_speaks_of_unread_columns_of_its_dataset_only(dataset: str) -> None:
    columns = {
        column.removeprefix("_unread_") for column in read_suite(SUITES, dataset).unread_columns
    }

    assert columns <= set(DATASETS[dataset].columns)


def test_every_date_column_of_a_dossier_has_its_own_expectation() -> None:
    types = DATASETS["dossiers"].types()
    dates = {f"{name}_readable" for name, kind in types.items() if kind == "timestamp"}

    rules = {rule.rule_code: rule.severity_code for rule in read_suite(SUITES, "dossiers").rules}
    assert {rules.get(rule) for rule in dates} == {"critical"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "line 1: "),
        (suite_text(rule_code="Due"), "rule_code must be lower snake"),
        (suite_text(scope="table"), "scope must be row or delivery"),
        (suite_text(column="due_on"), "column must be a canonical column"),
        (suite_text(sentence_vi=" "), "sentence_vi is missing"),
        (suite_text(mend_vi=""), "mend_vi is missing"),
        (suite_text().replace("warning", "info"), "severity must be critical or warning"),
    ],
    ids=["not_json", "rule_code", "scope", "column", "sentence", "mend", "severity"],
)
def test_fault_of_a_suite_is_named(text: str, fault: str) -> None:
    with pytest.raises(PipelineError, match=r"expectations/dossiers\.json: ") as raised:
        parse_suite(text, "dossiers")

    assert fault in str(raised.value)


def test_rule_code_twice_is_named() -> None:
    spec = json.loads(suite_text())
    spec["expectations"] *= 2

    with pytest.raises(PipelineError, match="rule_code twice: due_at_present"):
        parse_suite(json.dumps(spec), "dossiers")


def test_missing_suite_is_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"expectations/dossiers\.json"):
        read_suite(tmp_path, "dossiers")


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (
            '(x) Binder Error: column "due" not found\nLINE 1',
            'Binder Error: column "due" not found',
        ),
        (
            "(_duckdb.ConversionException) Conversion Error: Could not convert 'Nguyễn A'",
            "ConversionException while Great Expectations ran it",
        ),
        ("", "an exception while Great Expectations ran it"),
    ],
    ids=["names", "values", "nothing"],
)
def test_message_of_an_exception_keeps_names_and_drops_values(message: str, kept: str) -> None:
    assert without_values(message) == kept
