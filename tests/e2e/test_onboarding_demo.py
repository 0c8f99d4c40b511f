"""Drafts of the demonstration's exports, and of a real log, against the contracts that ship."""

import os
import re
from pathlib import Path

import pytest

from intake_support import fake_suite
from motcua.contracts import fold, read_contracts
from motcua.onboarding import edge
from motcua.onboarding.drafting import CERTAIN
from motcua.settings import Settings
from tests_support import REPOSITORY

SHIPPED = read_contracts(REPOSITORY / "landing" / "contracts")
LOG = Path(os.environ.get("MOTCUA_WABO_LOG", REPOSITORY / "../shared/real/wabo_receipt.csv"))
SENDERS = {"opencps_csv": "ag-tinh", "national_sync": "qn-tinh", "igate_xlsx": "tth-huong-thuy"}
LEAST_SHARE = 0.9


def compared(contract, layouts):
    """Count the mapped columns that a draft has right, and name what it has wrong.

    A column is counted where the export has it and the contract maps it.
    """
    right, missed, wrong, bared = 0, [], [], []
    for layout in layouts:
        shipped = SHIPPED[contract].datasets[layout.dataset_code]
        meant = {fold(source): set(targets) for source, targets in shipped.columns.items()}
        personal = {fold(source) for source in shipped.personal}
        for one in layout.columns:
            name, targets = fold(one.source), set(one.targets)
            if fold(one.source.split(".")[0]) in personal and one.kind != "personal":
                bared.append(one.source)
            if name in meant and targets == meant[name]:
                right += 1
            elif name in meant:
                missed.append(one.source)
            if targets and targets != meant.get(name) and one.confidence == CERTAIN:
                wrong.append(one.source)
    return right, missed, wrong, bared


def largest_export(raw, locality):
    """Give the largest delivery of a locality as it was dropped: a zip, else a folder."""
    folders = [path / "files" for path in (raw / locality).iterdir()]
    sizes = {path: sum(one.stat().st_size for one in path.iterdir()) for path in folders}
    largest = max(sizes, key=sizes.get)
    files = list(largest.iterdir())
    return files[0] if len(files) == 1 else largest


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("contract", sorted(SENDERS))
def test_draft_of_a_demo_export_maps_what_the_shipped_contract_maps(contract, demo_run, tmp_path):
    home, _ = demo_run
    export = largest_export(home.settings.raw, SENDERS[contract])

    draft = edge.run_draft(export, None, Settings(home=tmp_path))

    right, missed, wrong, bared = compared(contract, draft.layouts)
    assert (wrong, bared) == ([], [])
    assert right >= LEAST_SHARE * (right + len(missed)), missed


def answered(text):
    """Leave out every value and column that a draft asks about."""
    text = re.sub(r"\n +\S.*: TODO .*", "", text)
    return re.sub(r"\n +unclassed:(\n +- .*)+", "", text)


@pytest.mark.soak
@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("contract", sorted(SENDERS))
def test_drafted_contract_takes_in_what_the_shipped_one_does(contract, demo_run, tmp_path):
    """The delivery that it was drafted from comes out the same, row by row and value by value."""
    home, _ = demo_run
    settings = home.settings
    export = largest_export(settings.raw, SENDERS[contract])
    delivery = (export if export.is_dir() else export.parent).parent.name
    drafted = tmp_path / f"{contract}.yml"
    drafted.write_text(answered(edge.run_draft(export, contract, settings).text), "utf-8")
    shipped = settings.contracts / f"{contract}.yml"

    found = edge.run_diff(shipped, drafted, SENDERS[contract], settings, fake_suite)

    assert [one for one in found.lines if one["lần gửi"] == delivery] == []


@pytest.mark.soak
@pytest.mark.skipif(not LOG.exists(), reason=f"the WABO receipt log is not at {LOG}")
def test_draft_of_a_real_log_maps_what_its_contract_maps(tmp_path):
    draft = edge.run_draft(LOG, None, Settings(home=tmp_path))

    right, missed, wrong, bared = compared("wabo_receipt", draft.layouts)
    assert (right, missed, wrong, bared) == (6, [], [], [])
    assert draft.layouts[0].one_row_per == "case:concept:name"
    assert draft.layouts[0].code_form == r"^case-\d+$"
    assert "Resource" not in draft.text + str(draft.lines)
