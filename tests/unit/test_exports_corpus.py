"""The corpus of exports, one fault a file: each is taken in and becomes its expected receipt."""

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from intake_support import LOCALITY, FakeOutcome, fake_suite
from motcua.contracts import read_contracts
from motcua.intake import edge
from motcua.intake.rescues import SENTENCES
from motcua.receipts import Receipt
from motcua.settings import Settings

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (EXPORTS / "expected.yml").read_text(encoding="utf-8")
)
REAL_SUITES = Settings().suites
LEAST_COUNT = 60
CODES = ("dossier_code", "procedure_code")


def clerk_suite(
    connection: duckdb.DuckDBPyConnection, dataset_code: str, suites_folder: Path
) -> FakeOutcome:
    """Refuse rows that cannot be read and codes that are not of the contract's form; quickly."""
    outcome = fake_suite(connection, dataset_code, suites_folder)
    column = next(one for one in CODES if one in connection.table(dataset_code).columns)
    connection.execute(
        f"insert into findings select _row_id, 'code_form', '{column}', 'critical', 'x' "
        f"from {dataset_code}, delivery "
        f"where not coalesce(regexp_full_match({column}, {column}_form), false)"
    )
    return outcome


def take_in(folder: Path, export: str, *, is_real: bool) -> tuple[Receipt, Settings]:
    """Take one file of the corpus in, as the only delivery of a home."""
    contract = Path(export).parent.name
    localities = folder / "localities.yml"
    localities.write_text(
        f"localities: [{{locality_code: {LOCALITY}, locality_name: Thử, province_code: H01, "
        f"province_name: An Giang, contracts: [{contract}]}}]\n",
        encoding="utf-8",
    )
    settings = Settings(
        home=folder / "home",
        contracts=EXPORTS / "contracts",
        localities=localities,
        suites=REAL_SUITES if is_real else folder / "suites",
        hmac_key=None,
    )
    inbox = settings.inbox / LOCALITY
    inbox.mkdir(parents=True)
    shutil.copy(EXPORTS / export, inbox)
    (receipt,) = edge.run_intake(settings, LOCALITY, None if is_real else clerk_suite)
    return receipt, settings


def summary_of(receipt: Receipt, settings: Settings) -> dict[str, Any]:
    """Say what a receipt says, as `expected.yml` writes it; what is empty is left out."""
    refusals = duckdb.sql(
        "select rule_code, count(*) from "
        f"'{settings.quarantine}/{receipt.delivery_id}/refusals.parquet' "
        "where dataset_code <> 'delivery' group by all order by all"
    ).fetchall()
    shown = {
        "state": receipt.state_code,
        "refusal": receipt.refusal_code,
        "counts": {
            one.dataset_code: {
                "lines": one.line_count,
                "left_out": one.left_out_count,
                "accepted": one.accepted_count,
                "refused": one.refused_count,
            }
            for one in receipt.datasets
        },
        "refusals": dict(refusals),
        "rescues": [
            " ".join(filter(None, (one.rescue_code, one.column_name, str(one.affected_count))))
            for dataset in receipt.datasets
            for one in dataset.rescues
        ],
    }
    return {key: value for key, value in (shown | _values_of(receipt, settings)).items() if value}


def _values_of(receipt: Receipt, settings: Settings) -> dict[str, Any]:
    """Say what the accepted dossiers hold: procedures' names, first and last reception."""
    for one in receipt.datasets:
        if one.dataset_code == "dossiers" and one.accepted_file:
            path = settings.home / "landing" / one.accepted_file
            names, first, last = duckdb.sql(
                "select list_sort(list(distinct procedure_name)), "
                "cast(min(received_at) as varchar), cast(max(received_at) as varchar) "
                f"from '{path}'"
            ).fetchall()[0]
            return {"names": names, "received": [first, last]}
    return {}


@pytest.mark.parametrize("export", sorted(EXPECTED))
def test_export_becomes_its_receipt(export, tmp_path):
    expected = dict(EXPECTED[export])
    is_real = expected.pop("suite", None) == "real"

    receipt, settings = take_in(tmp_path, export, is_real=is_real)

    assert summary_of(receipt, settings) == expected
    assert all(
        one.line_count == one.folded_count + one.source_count
        and one.source_count == one.accepted_count + one.refused_count
        for one in receipt.datasets
    )
    said = (receipt.refusal_sentence or "") + "".join(
        one.sentence for dataset in receipt.datasets for one in dataset.rescues
    )
    assert "Riêng" not in receipt.model_dump_json()
    assert said.isprintable()


def test_every_file_is_expected_and_there_are_enough():
    folders = [path for path in EXPORTS.iterdir() if path.is_dir() and path.name != "contracts"]
    files = {f"{path.parent.name}/{path.name}" for folder in folders for path in folder.iterdir()}

    assert files == set(EXPECTED)
    assert len(files) >= LEAST_COUNT
    assert {folder.name for folder in folders} == set(read_contracts(EXPORTS / "contracts"))


def test_every_rescue_is_in_the_corpus():
    seen = {rescue.split()[0] for one in EXPECTED.values() for rescue in one.get("rescues", ())}

    assert seen == set(SENTENCES) - {"encoding_other"}


def test_every_limit_that_a_refusal_names_is_a_setting():
    text = "".join(path.read_text("utf-8") for path in Path(edge.__file__).parent.rglob("*.py"))

    named = set(re.findall(r"\"(MAX_[A-Z_]+)\"", text))

    assert named == {name.upper() for name in Settings.model_fields if name.startswith("max_")}
