"""What is deleted when it is past its time, what never is, and what `motcua doctor` says of it."""

import os
from datetime import datetime, timedelta

import pytest

from motcua import status
from motcua.receipts import write_receipt
from motcua.retention import REMEDIES, find_outdated, read_sizes, run_retention
from motcua.settings import Settings
from motcua.warehouse.edge import delete_previous
from receipts_support import receipt

NOW = datetime(2026, 7, 10, 12)
OLD, NEW = "0" * 16, "1" * 16
ARRIVED = {OLD: "2026-07-01T12:00:00", NEW: "2026-07-08T12:00:00"}


@pytest.fixture
def home(tmp_path):
    """A home with two deliveries, nine days and two days old, and all that they left."""
    given = Settings(home=tmp_path, localities=tmp_path / "l.yml", hmac_key=None)
    (tmp_path / "l.yml").write_text("localities: []", "utf-8")
    for delivery_id, arrived_at in ARRIVED.items():
        for path in traces(given, delivery_id):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x", "utf-8")
        write_receipt(receipt(delivery_id, arrived_at), given.receipts)
    return given


def traces(home, delivery_id):
    quarantine = home.quarantine / delivery_id
    returned = home.returns / "ag-test" / f"tra_lai_ag-test_20260701_{delivery_id[:8]}"
    return [
        quarantine / "refusals.parquet",
        quarantine / "finding_keys.parquet",
        quarantine / "validation-dossiers.json",
        home.data_docs / delivery_id / "dossiers.html",
        returned.with_suffix(".xlsx"),
        returned.with_suffix(".docx"),
        home.raw / "ag-test" / delivery_id / "files" / "a.csv",
        home.accepted / "dossiers" / "locality=ag-test" / f"{delivery_id}.parquet",
        home.receipts / f"{delivery_id}.json",
    ]


def left(home, delivery_id):
    return [path.exists() for path in traces(home, delivery_id)]


def keeping(home, **more):
    return home.model_copy(update=more)


def test_nothing_is_past_its_time_by_default(home):
    assert find_outdated(home, NOW) == []


@pytest.mark.parametrize(
    ("more", "gone"),
    [
        pytest.param({"keep_checks_days": 9}, [], id="nine days old is kept nine days"),
        pytest.param({"keep_checks_days": 8}, [2, 3], id="checks"),
        pytest.param({"keep_returns_days": 8}, [4, 5], id="returns"),
        pytest.param({"keep_checks_days": 8, "keep_returns_days": 8}, [2, 3, 4, 5], id="both"),
    ],
)
def test_only_what_can_be_made_again_goes_and_only_of_old_deliveries(home, more, gone):
    run_retention(keeping(home, **more), NOW)

    assert left(home, OLD) == [number not in gone for number in range(9)]
    assert all(left(home, NEW))
    assert run_retention(keeping(home, **more), NOW) == 0


def releases_of(home, linked):
    folder = home.warehouse / "releases"
    for number, name in enumerate("abcde"):
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (number, number))
    (folder / ".f.partial").mkdir()
    for link, name in linked.items():
        (home.warehouse / link).symlink_to(folder / name)
    return folder


@pytest.mark.parametrize(
    ("count", "linked", "kept"),
    [
        pytest.param(2, {"current": "e", "previous": "d"}, "de", id="as many as must be"),
        pytest.param(3, {"current": "e", "previous": "d"}, "cde", id="one more"),
        pytest.param(3, {"current": "a", "previous": "e"}, "ade", id="rolled back"),
        pytest.param(2, {"current": "b"}, "be", id="first publish"),
        pytest.param(9, {"current": "e"}, "abcde", id="all"),
    ],
)
def test_the_newest_releases_are_kept_and_what_is_linked_always(home, count, linked, kept):
    folder = releases_of(home, linked)
    run_retention(keeping(home, keep_releases=count), NOW)

    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert names == set(kept)


def test_an_erasure_leaves_no_release_but_the_current_however_many_are_kept(home):
    folder = releases_of(home, {"current": "c", "previous": "e"})
    delete_previous(keeping(home, keep_releases=9))

    assert [path.name for path in folder.iterdir()] == ["c"]
    assert not (home.warehouse / "previous").is_symlink()


def test_doctor_names_what_is_past_its_time(home):
    releases_of(home, {"current": "e", "previous": "d"})
    (trouble,) = status.find_troubles(home)

    assert trouble.startswith("3 files or folders are past MOTCUA_KEEP_RELEASES")
    assert "motcua build" in trouble


def test_doctor_names_the_largest_folders_of_a_home_over_its_budget(home):
    (home.raw / "big").write_bytes(b"x" * 3_000_000)
    (home.snapshots / "2024-CY-H01").mkdir(parents=True)
    (home.snapshots / "2024-CY-H01" / "big").write_bytes(b"x" * 2_000_000)
    (trouble,) = status.find_troubles(keeping(home, disk_budget=4 * 2**20))

    assert "MOTCUA_DISK_BUDGET of 4.0MiB" in trouble
    assert f"largest: landing/raw 2.9MiB: {REMEDIES['landing/raw']}; var/snapshots" in trouble
    assert status.find_troubles(keeping(home, disk_budget=5 * 2**20)) == []


def test_a_file_of_two_names_counts_once_and_links_not_at_all(home):
    big = home.warehouse / "releases" / "a" / "marts.duckdb"
    big.parent.mkdir(parents=True)
    big.write_bytes(b"x" * 1000)
    os.link(big, home.warehouse / "again")
    before = read_sizes(home)["var/warehouse"]
    (home.warehouse / "current").symlink_to(big.parent)

    assert before == 1000
    assert read_sizes(home)["var/warehouse"] < 2000


def test_every_folder_that_runs_leave_has_a_remedy():
    left_by_runs = {"accepted", "inbox", "quarantine", "raw"}
    assert {path.removeprefix("landing/") for path in REMEDIES if "landing" in path} == left_by_runs


CONTRACT = """
contract: {name}
title: Thử
datasets:
  dossiers:
    files: a*.csv
    format: csv
    columns: {{Mã: dossier_code}}
    personal: {{CCCD: {what}}}
"""


@pytest.mark.parametrize(
    ("key", "told"),
    [(None, "has 0 bytes"), ("x" * 31, "has 31 bytes"), ("x" * 32, ""), ("đ" * 16, "")],
)
def test_doctor_asks_for_a_key_long_enough_where_a_contract_makes_tokens(home, key, told):
    folder = home.home / "contracts"
    folder.mkdir()
    (folder / "a.yml").write_text(CONTRACT.format(name="a", what="token"), "utf-8")
    (folder / "b.yml").write_text(CONTRACT.format(name="b", what="drop"), "utf-8")
    given = Settings(home=home.home, localities=home.localities, contracts=folder, hmac_key=key)
    troubles = status.find_troubles(given)

    assert [told in trouble and ", and a make" in trouble for trouble in troubles] == [True] * bool(
        told
    )
    assert not any(key and key in trouble for trouble in troubles)


def test_doctor_asks_for_no_key_where_no_contract_makes_tokens(home):
    assert status.find_troubles(home) == []
    assert timedelta(days=home.keep_returns_days) >= timedelta(days=365)
