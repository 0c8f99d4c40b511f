"""A real log that nobody made for us is taken in by a contract alone."""

import os
from pathlib import Path

import duckdb
import pytest

from intake_support import FakeOutcome, fake_suite
from motcua.intake import edge
from motcua.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
LOG = Path(os.environ.get("MOTCUA_WABO_LOG", REPOSITORY / "../shared/real/wabo_receipt.csv"))

pytestmark = pytest.mark.skipif(
    not LOG.exists(), reason=f"the WABO receipt log (DOI in its contract) is not at {LOG}"
)


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wabo")
    localities = folder / "localities.yml"
    localities.write_text(
        "localities: [{locality_code: wabo, locality_name: Wabo, province_code: H99, "
        "province_name: Wabo, contracts: wabo_receipt}]"
    )
    settings = Settings(home=folder, localities=localities)
    (settings.inbox / "wabo").mkdir(parents=True)
    (settings.inbox / "wabo" / LOG.name).write_bytes(LOG.read_bytes())
    unread: list[tuple[int, ...]] = []

    def looking(connection, dataset_code, suites_folder) -> FakeOutcome:
        names = [name for name in connection.table(dataset_code).columns if "_unread_" in name]
        counts = ", ".join(f"count({name})" for name in names)
        unread.extend(connection.execute(f"select {counts} from {dataset_code}").fetchall())
        return fake_suite(connection, dataset_code, suites_folder)

    (receipt,) = edge.run_intake(settings, "wabo", looking)
    return receipt, settings.home / "landing" / receipt.datasets[0].accepted_file, unread


def test_lines_fold_into_dossiers(taken_in):
    receipt, _, unread = taken_in
    (dossiers,) = receipt.datasets

    assert (dossiers.line_count, dossiers.source_count) == (8577, 1434)
    assert (dossiers.accepted_count, dossiers.refused_count) == (1434, 0)
    assert receipt.unknown_columns == ()
    assert set(unread[0]) == {0}


def test_counts_by_channel_and_local_dates(taken_in):
    _, path, _ = taken_in
    ended, planned = "cast(finished_at as date)", "cast(due_at as date)"
    rows = duckdb.sql(
        f"select entry_system_code, channel_code, count(*) filter ({ended} <= {planned}), "
        f"count(*) filter ({ended} > {planned}), count(*) filter (finished_at is null) "
        f"from '{path}' group by all"
    ).fetchall()

    assert sorted(rows) == [
        ("desk", "direct", 78, 29, 2),
        ("email", "other", 13, 8, 0),
        ("intern", "other", 1, 0, 0),
        ("internet", "online", 878, 270, 102),
        ("post", "postal", 37, 15, 1),
    ]


def test_states_times_and_offsets(taken_in):
    _, path, _ = taken_in
    late = "count(*) filter (finished_at > due_at)"
    finished = "count(*) filter (status_code = '9')"
    offsets = "list_sort(list(distinct received_at_offset_minutes))"

    (row,) = duckdb.sql(f"select {late}, {finished}, {offsets} from '{path}'").fetchall()

    assert row == (389, 1329, [60, 120])


def test_no_person_is_kept(taken_in):
    receipt, path, _ = taken_in

    assert b"Resource" not in path.read_bytes()
    assert "Resource" not in receipt.model_dump_json()
