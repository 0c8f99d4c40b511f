"""The corpus of exports, one fault a file: each is taken in and becomes its expected receipt."""

import re
from pathlib import Path

import pytest

from exports_support import EXPECTED, EXPORTS, SHIPPED, summary_of, take_in
from motcua.contracts import read_contracts
from motcua.intake import edge
from motcua.intake.rescues import SENTENCES
from motcua.settings import Settings

LEAST_COUNT = 60


@pytest.mark.parametrize("export", sorted(EXPECTED))
def test_export_becomes_its_receipt(export, tmp_path):
    expected = dict(EXPECTED[export])
    is_real = expected.pop("suite", None) == "real"

    receipt, settings = take_in(tmp_path, export, is_real=is_real)

    assert summary_of(receipt, settings) == expected
    assert all(
        one.line_count + one.spread_count == one.folded_count + one.source_count
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
    own = set(read_contracts(EXPORTS / "contracts"))
    shipped = {folder.name for folder in folders} - own
    assert own <= {folder.name for folder in folders}
    assert shipped <= set(read_contracts(SHIPPED))


def test_every_rescue_is_in_the_corpus():
    seen = {rescue.split()[0] for one in EXPECTED.values() for rescue in one.get("rescues", ())}

    assert seen == set(SENTENCES) - {"encoding_other"}


def test_every_limit_that_a_refusal_names_is_a_setting():
    text = "".join(path.read_text("utf-8") for path in Path(edge.__file__).parent.rglob("*.py"))

    named = set(re.findall(r"\"(MAX_[A-Z_]+)\"", text))

    limits = {name.upper() for name in Settings.model_fields if name.startswith("max_")}
    assert named == limits - {"MAX_RETURN_LINES"}  # a limit of what we write
