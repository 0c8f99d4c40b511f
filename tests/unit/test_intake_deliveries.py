"""From inbox to receipt: identity, idempotence, refusal, and being killed at any point."""

import fcntl
import json
import os
import shutil
import stat
import threading
import zipfile

import pytest

from intake_support import LOCALITY, FakeOutcome, csv_text, fake_suite, line, make_home
from motcua.contracts import Contract
from motcua.errors import ChangedError, PipelineError, SettingsError
from motcua.intake import archives, edge
from motcua.intake.arrivals import edge as arrivals
from motcua.intake.deliveries import Manifest, full_period_of
from motcua.intake.judging import edge as judging
from motcua.intake.settling import Look, seconds_to_wait


@pytest.fixture
def intake(tmp_path):
    return make_home(tmp_path)


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


def test_delivery_becomes_accepted_rows_and_a_receipt(intake):
    intake.drop("dossiers.csv", csv_text(3))

    receipt = intake.take_in_one()

    assert receipt.state_code == "accepted"
    assert intake.accepted(
        receipt, "dossier_code, channel_code, is_input_digitised, _source_row"
    ) == [(f"H01.01-240102-{number:05}", "online", True, number + 2) for number in range(3)]
    assert intake.accepted(receipt, "distinct _locality_code, _province_code, _delivery_id") == [
        (LOCALITY, "H01", receipt.delivery_id)
    ]
    assert edge.read_waiting(intake.settings) == []


def test_original_is_moved_unchanged_and_made_read_only(intake):
    content = csv_text(2)
    intake.drop("dossiers.csv", content)

    receipt = intake.take_in_one()

    kept = intake.settings.raw / LOCALITY / receipt.delivery_id / "files" / "dossiers.csv"
    assert kept.read_text() == content
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444
    assert list(intake.inbox.iterdir()) == []


@pytest.mark.parametrize("name", ["dossiers.csv", "dossiers-again.csv"], ids=["same", "renamed"])
def test_same_bytes_twice_are_one_delivery(intake, name):
    intake.drop("dossiers.csv", csv_text(2))
    first = intake.take_in_one()
    before = tree(intake.settings.home / "landing")
    intake.drop(name, csv_text(2))

    assert edge.read_waiting(intake.settings) == [LOCALITY]
    assert intake.take_in() == []
    assert tree(intake.settings.home / "landing") == before
    assert [path.name for path in (intake.settings.raw / LOCALITY).iterdir()] == [first.delivery_id]


def test_duplicate_is_not_removed_when_raw_holds_other_bytes(intake):
    intake.drop("dossiers.csv", csv_text(2))
    receipt = intake.take_in_one()
    kept = intake.settings.raw / LOCALITY / receipt.delivery_id / "files" / "dossiers.csv"
    kept.chmod(0o644)
    kept.write_text("changed")
    again = intake.drop("dossiers.csv", csv_text(2))

    with pytest.raises(PipelineError, match="does not hold the bytes"):
        intake.take_in()
    assert again.exists()


def test_original_that_raw_lost_is_kept_again(intake):
    intake.drop("dossiers.csv", csv_text(2))
    receipt = intake.take_in_one()
    shutil.rmtree(intake.settings.raw)
    intake.drop("dossiers.csv", csv_text(2))

    assert intake.take_in() == []
    assert (intake.settings.raw / LOCALITY / receipt.delivery_id / "files/dossiers.csv").exists()


def test_rebuild_from_raw_gives_the_same_bytes(intake):
    intake.write_contract(layout={"files": ["dossiers*.csv"]}, refused_share_limit=0.9)
    intake.drop("dossiers.csv", csv_text(5, line(7, channel="?"), "ragged,line"))
    intake.drop_zip("more.zip", {"dossiers-1.csv": csv_text(3), "dossiers-2.csv": csv_text(2)})
    intake.drop("unknown.csv", "a,b\n1,2\n")
    receipts = intake.take_in()
    landing = intake.settings.home / "landing"
    before = tree(landing)

    edge.delete_derived(intake.settings)
    shutil.rmtree(intake.settings.var)
    assert edge.read_waiting(intake.settings) == [LOCALITY]
    again = intake.take_in()

    assert sorted(again, key=str) == sorted(receipts, key=str)
    assert tree(landing) == before


@pytest.mark.parametrize("ahead_bytes", [0, judging.AHEAD_BYTES], ids=["in turn", "ahead"])
def test_datasets_before_one_that_refuses_the_delivery_are_judged(intake, monkeypatch, ahead_bytes):
    monkeypatch.setattr(judging, "AHEAD_BYTES", ahead_bytes)
    payments = {
        "files": ["payments*"],
        "format": "csv",
        "columns": {"Mã hồ sơ": "dossier_code", "Nộp lúc": "paid_at"},
        "timestamp_formats": ["%d/%m/%Y"],
    }
    intake.write_contract(refused_share_limit=0.9, datasets={"payments": payments})
    paid = "Mã hồ sơ,Nộp lúc\nH01.01-240102-00001,01/25/2024\n"
    content = csv_text(3, line(9, received="32/13"))
    intake.drop_zip("all.zip", {"dossiers.csv": content, "payments.csv": paid})
    receipt = intake.take_in_one()

    assert (receipt.state_code, receipt.refusal_code) == ("refused", "date_order_contradicted")
    assert intake.refusals(receipt, "dataset_code, rule_code") == [
        ("delivery", "date_order_contradicted"),
        ("dossiers", "value_unread"),
    ]


STEPS = [
    *(("before", arrivals, name) for name in ("_write_arrival", "_move")),
    *(("before", edge, name) for name in ("read_arrival", "judge_delivery")),
    *(("before", judging, name) for name in ("_sort_rows", "_keep_accepted")),
    *(("before", edge, name) for name in ("_write_refusals", "_put")),
    ("after", arrivals, "_move"),
    *(("after", edge, name) for name in ("_put", "write_receipt")),
]


def dropped_home(folder):
    home = make_home(folder)
    (home.inbox / "folder").mkdir()
    home.drop("folder/dossiers.csv", csv_text(4, line(9, received="32/13")))
    return home


def outcome_of(home):
    """Give what a run left, but for the moment of arrival."""
    arrival = next(home.settings.raw.rglob("arrival.json"))
    moment = json.loads(arrival.read_text())["arrived_at"].encode()
    landing = tree(home.settings.home / "landing")
    return {
        name: content.replace(moment, b"") if name.endswith(".json") else len(content)
        for name, content in landing.items()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    home = dropped_home(tmp_path_factory.mktemp("whole"))
    home.take_in()
    return outcome_of(home)


@pytest.mark.parametrize(("when", "module", "step"), STEPS)
def test_killed_at_a_step_and_run_again_gives_the_same(
    intake, monkeypatch, whole, when, module, step
):
    (intake.inbox / "folder").mkdir()
    intake.drop("folder/dossiers.csv", csv_text(4, line(9, received="32/13")))
    original = getattr(module, step)

    def killing(*arguments, **named):
        if when == "after":
            original(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, step, killing)
        with pytest.raises(Killed):
            intake.take_in()
    is_done = (when, step) == ("after", "write_receipt")
    assert edge.read_waiting(intake.settings) == ([] if is_done else [LOCALITY])
    intake.take_in()

    assert outcome_of(intake) == whole
    assert not list(intake.settings.home.rglob("*.partial"))
    assert not list(intake.settings.scratch.iterdir())


def test_across_file_systems_the_original_is_copied_then_removed(intake, monkeypatch):
    def rename(self, target):
        raise OSError(18, "Invalid cross-device link")

    (intake.inbox / "folder").mkdir()
    intake.drop("folder/dossiers.csv", csv_text(2))
    intake.drop("dossiers.csv", csv_text(3))
    monkeypatch.setattr(edge.Path, "rename", rename)

    assert [receipt.state_code for receipt in intake.take_in()] == ["accepted", "accepted"]
    assert list(intake.inbox.iterdir()) == []
    assert not [path for path in intake.settings.raw.rglob("*") if path.name.startswith(".")]


def test_killed_while_copying_leaves_nothing_half_copied(intake, monkeypatch):
    def rename(self, target):
        raise OSError(18, "Invalid cross-device link")

    def copying(source, target, **named):
        edge.Path(target).write_text(edge.Path(source).read_text()[:90])
        raise Killed

    intake.drop("dossiers.csv", csv_text(3))
    monkeypatch.setattr(edge.Path, "rename", rename)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copy2", copying)
        with pytest.raises(Killed):
            intake.take_in()

    receipt = intake.take_in_one()

    assert (receipt.state_code, receipt.datasets[0].accepted_count) == ("accepted", 3)
    assert not [path for path in intake.settings.raw.rglob("*") if path.name.startswith(".")]


ZIPPED = csv_text(2)


def truncated(path):
    path.write_bytes(path.read_bytes()[:-40])


def encrypted(path):
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("member", "spoil", "code"),
    [
        pytest.param("../../dossiers.csv", None, "zip_unsafe", id="slips out"),
        pytest.param("/etc/dossiers.csv", None, "zip_unsafe", id="absolute"),
        pytest.param("..\\dossiers.csv", None, "zip_unsafe", id="slips out by backslash"),
        pytest.param("dossiers.csv", truncated, "zip_unreadable", id="truncated"),
        pytest.param("dossiers.csv", encrypted, "zip_encrypted", id="encrypted"),
        pytest.param("other.csv", None, "layout_unknown", id="no file of the layout"),
    ],
)
def test_bad_archive_is_refused_and_the_next_delivery_taken(intake, member, spoil, code):
    path = intake.drop_zip("a.zip", {member: ZIPPED})
    if spoil:
        spoil(path)
    intake.drop("dossiers.csv", csv_text(1))

    refused, taken = intake.take_in()

    assert (refused.state_code, refused.refusal_code) == ("refused", code)
    assert "a.zip" in refused.refusal_sentence
    assert taken.state_code == "accepted"
    assert intake.refusals(refused, "dataset_code, rule_code") == [("delivery", code)]
    outside = list(intake.settings.home.parent.rglob("dossiers.csv"))
    assert all("raw" in path.parts for path in outside)


def test_symlink_in_an_archive_is_refused(intake):
    with zipfile.ZipFile(intake.inbox / "a.zip", "w") as archive:
        member = zipfile.ZipInfo("dossiers.csv")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")

    assert intake.take_in_one().refusal_code == "zip_unsafe"


def test_archive_beyond_the_limits_is_refused(intake, monkeypatch):
    monkeypatch.setattr(archives, "RATIO_FLOOR_BYTES", 1000)
    intake.drop_zip("a.zip", {"dossiers.csv": "0" * 100_000})

    receipt = intake.with_settings(max_archive_ratio=10).take_in_one()

    assert receipt.refusal_code == "zip_too_large"
    assert "MOTCUA_MAX_ARCHIVE_RATIO" in receipt.refusal_sentence


def test_link_in_the_inbox_is_refused_and_never_followed(intake, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(csv_text(2))
    (intake.inbox / "dossiers.csv").symlink_to(secret)

    receipt = intake.take_in_one()

    assert receipt.refusal_code == "file_not_regular"
    assert secret.read_text() == csv_text(2)
    assert stat.S_IMODE(secret.stat().st_mode) != 0o444


def test_name_that_is_no_utf8_or_holds_a_newline_is_a_name(intake):
    for name in (b"dossiers-\xff.csv", "dossiers\nsố.csv".encode()):
        path = os.fsencode(intake.inbox) + b"/" + name
        with open(path, "wb") as stream:  # noqa: PTH123 - the name is no text
            stream.write(csv_text(len(name)).encode())

    first, second = sorted(intake.take_in(), key=lambda one: one.delivery_name)

    assert [first.state_code, second.state_code] == ["accepted", "accepted"]
    assert (first.delivery_name, second.delivery_name) == ("dossiers\nsố.csv", "dossiers-?.csv")


@pytest.mark.parametrize(
    ("limit", "value", "name", "content"),
    [
        pytest.param(
            "max_archive_files", 1, "a.zip", {"dossiers.csv": ZIPPED, "b": ""}, id="files"
        ),
        pytest.param("max_archive_bytes", 10, "a.zip", {"dossiers.csv": ZIPPED}, id="bytes"),
        pytest.param("max_columns", 7, "dossiers.csv", ZIPPED, id="columns"),
    ],
)
def test_limit_is_named_by_its_setting(intake, limit, value, name, content):
    if isinstance(content, dict):
        intake.drop_zip(name, content)
    else:
        intake.drop(name, content)

    receipt = intake.with_settings(**{limit: value}).take_in_one()

    assert receipt.state_code == "refused"
    assert f"MOTCUA_{limit.upper()}" in receipt.refusal_sentence


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        pytest.param("dossiers.csv", "", "file_empty", id="no byte"),
        pytest.param("dossiers.csv", csv_text(0), "delivery_empty", id="header only"),
        pytest.param("dossiers.csv", "a,b\n1,2\n", "layout_unknown", id="other headers"),
        pytest.param("totals.csv", csv_text(2), "layout_unknown", id="other name"),
        pytest.param(
            "dossiers.csv",
            csv_text(2).encode("utf-16")[:-1],
            "encoding_unreadable",
            id="half a letter",
        ),
        pytest.param(
            "dossiers.csv",
            csv_text(2, *(line(number, channel="fax") for number in (5, 6))),
            "too_many_refused",
            id="too many refused",
        ),
    ],
)
def test_bad_data_is_an_outcome(intake, name, content, code):
    intake.drop(name, content)

    receipt = intake.take_in_one()

    assert (receipt.state_code, receipt.refusal_code) == ("refused", code)
    assert name in receipt.refusal_sentence
    assert all(one.accepted_count == 0 for one in receipt.datasets)
    assert all(one.refused_count == one.source_count for one in receipt.datasets)
    assert not list(intake.settings.accepted.glob(f"*/locality={LOCALITY}/*"))
    assert intake.take_in() == []


def test_check_of_the_delivery_refuses_it_whole(intake):
    def refusing(connection, dataset_code, suites_folder):
        fake_suite(connection, dataset_code, suites_folder)
        return FakeOutcome(refuses_delivery=True)

    intake.drop("dossiers.csv", csv_text(2))

    (receipt,) = intake.take_in(refusing)

    assert receipt.refusal_code == "checks_not_met"


def test_manifest_says_when_and_how_many(intake):
    seen = []

    def looking(connection, dataset_code, suites_folder):
        seen.append(connection.execute("from expected_counts").fetchall())
        seen.append(connection.execute("select exported_at from delivery").fetchall())
        return fake_suite(connection, dataset_code, suites_folder)

    manifest = {
        "exported_at": "2024-07-03T00:30:00Z",
        "is_simulated": True,
        "files": [{"name": "dossiers.csv", "row_count": 7}],
    }
    intake.drop_zip(
        "a.zip", {"x/dossiers.csv": csv_text(2), "x/manifest.json": json.dumps(manifest)}
    )

    (receipt,) = intake.take_in(looking)

    assert receipt.is_simulated
    assert (receipt.exported_at, receipt.exported_at_source) == ("2024-07-03T07:30:00", "manifest")
    assert seen[0] == [("dossiers", 7, 2)]
    assert str(seen[1][0][0]) == "2024-07-03 07:30:00"


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        pytest.param("{", "manifest_unreadable", id="not JSON"),
        pytest.param('{"exported_at": "hôm qua"}', "manifest_unreadable", id="not a time"),
        pytest.param('{"files": [{"name": "x.csv"}]}', "manifest_file_missing", id="a file more"),
        pytest.param(
            '{"is_full": true, "period": {"from": "2024-02-01", "to": "2024-01-31"}}',
            "manifest_unreadable",
            id="a period that ends before it begins",
        ),
    ],
)
def test_bad_manifest_refuses(intake, manifest, code):
    intake.drop_zip("a.zip", {"dossiers.csv": csv_text(2), "manifest.json": manifest})

    assert intake.take_in_one().refusal_code == code


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        pytest.param({}, (False, None, None), id="says nothing"),
        pytest.param({"is_full": True}, (True, None, None), id="whole"),
        pytest.param(
            {"is_full": True, "period": {"from": "2024-01-01", "to": "2024-12-31"}},
            (True, "2024-01-01", "2024-12-31"),
            id="whole of a year",
        ),
        pytest.param(
            {"is_full": True, "period": {"from": "2024-01-01"}},
            (True, "2024-01-01", None),
            id="whole from a day on",
        ),
        pytest.param(
            {"period": {"from": "2024-01-01"}}, (False, None, None), id="a period, but not whole"
        ),
    ],
)
def test_manifest_says_whether_the_export_is_full(intake, manifest, expected):
    intake.drop_zip("a.zip", {"dossiers.csv": csv_text(2), "manifest.json": json.dumps(manifest)})

    receipt = intake.take_in_one()

    assert (receipt.is_full, receipt.full_from_date, receipt.full_to_date) == expected


@pytest.mark.parametrize(("said", "is_full"), [(None, True), (True, True), (False, False)])
def test_manifest_goes_before_the_contract_on_whether_the_export_is_full(said, is_full):
    contract = Contract(contract="c", title="", datasets={}, is_full=True)

    assert full_period_of(contract, Manifest(is_full=said))[0] is is_full


def test_names_that_are_no_deliveries_stay(intake):
    for name in (".hidden", "_demo_totals.json", "dossiers.csv.partial"):
        intake.drop(name, csv_text(1))
    (intake.inbox / "being-filled").mkdir()

    assert edge.read_waiting(intake.settings) == []
    assert intake.take_in() == []


def test_fault_of_ours_is_raised_after_the_others_were_tried(intake):
    intake.drop("a/dossiers.csv", csv_text(1))
    intake.drop("b/dossiers.csv", csv_text(2))
    calls = []

    def failing_first(connection, dataset_code, suites_folder):
        calls.append(dataset_code)
        if len(calls) == 1:
            raise PipelineError("suite", "broken")
        return fake_suite(connection, dataset_code, suites_folder)

    with pytest.raises(PipelineError, match="broken"):
        intake.take_in(failing_first)

    assert len(list(intake.settings.receipts.glob("*.json"))) == 1
    assert edge.read_waiting(intake.settings) == [LOCALITY]
    assert len(intake.take_in()) == 1


def test_row_that_disappears_is_a_fault(intake):
    def losing(connection, dataset_code, suites_folder):
        connection.execute("delete from dossiers__rows where rowid = 1")
        return fake_suite(connection, dataset_code, suites_folder)

    intake.drop("dossiers.csv", csv_text(3))

    with pytest.raises(PipelineError, match="conservation"):
        intake.take_in(losing)
    assert not list(intake.settings.accepted.glob(f"*/locality={LOCALITY}/*"))


def test_locality_that_is_not_in_the_register_is_a_fault_of_settings(intake):
    with pytest.raises(SettingsError, match="nowhere"):
        edge.run_intake(intake.settings, "nowhere", fake_suite)


def test_personal_values_are_in_raw_only(intake):
    content = csv_text(50, "Riêng 0791234,ragged", line(99, channel="?", name='"Trần\nRiêng"'))
    intake.write_contract(refused_share_limit=0.9)
    intake.drop("dossiers.csv", content)
    intake.drop_zip("a.zip", {"dossiers.csv": content + "\n"})

    receipts = intake.take_in()

    assert [receipt.state_code for receipt in receipts] == ["accepted_in_part", "accepted_in_part"]
    values = (b"Ri\xc3\xaang", b"0791234")
    found = {
        path.relative_to(intake.settings.home).parts[:2]
        for path in intake.settings.home.rglob("*")
        if path.is_file() and any(value in path.read_bytes() for value in values)
    }
    assert found == {("landing", "raw")}
    accepted = [intake.accepted(receipt) for receipt in receipts]
    assert not any("Riêng" in str(rows) or "0791234" in str(rows) for rows in accepted)


def test_two_intakes_wait_for_each_other(intake):
    with edge.locked(intake.settings, LOCALITY):
        path = intake.settings.var / "locks" / f"intake-{LOCALITY}.lock"
        with path.open() as stream, pytest.raises(BlockingIOError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_empty_datasets_are_written_once(intake):
    edge.write_empty_datasets(intake.settings)
    path = intake.settings.accepted / "dossiers" / "locality=_none" / "empty.parquet"
    before = path.stat().st_mtime_ns
    edge.write_empty_datasets(intake.settings)

    assert path.stat().st_mtime_ns == before
    assert (intake.settings.quarantine / "_none" / "refusals.parquet").exists()


# Files that grow


def test_file_that_is_still_written_waits_and_is_taken_once_it_rests(intake):
    settling = intake.with_settings(settle_seconds=0.3)
    path = intake.drop("dossiers.csv", csv_text(2))
    intake.drop("dossiers-old.csv", csv_text(1))
    os.utime(intake.inbox / "dossiers-old.csv", (1_700_000_000, 1_700_000_000))
    is_over = threading.Event()

    def write():
        with path.open("a") as stream:
            number = 2
            while not is_over.wait(0.02):
                stream.write(line(number) + "\n")
                stream.flush()
                number += 1

    read_count = []

    def counting(connection, dataset_code, suites_folder):
        read_count.append(dataset_code)
        return fake_suite(connection, dataset_code, suites_folder)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        receipts = settling.take_in(counting)
        waiting = arrivals.read_inbox(settling.settings)
    finally:
        is_over.set()
        writer.join()

    assert [receipt.delivery_name for receipt in receipts] == ["dossiers-old.csv"]
    assert len(read_count) == 1
    assert waiting == [(LOCALITY, "dossiers.csv", "it changed in the last 0.3 s")]
    receipt = settling.take_in_one()
    assert receipt.datasets[0].line_count == path_lines(intake, receipt)
    assert receipt.datasets[0].line_count > 2


def path_lines(home, receipt):
    (path,) = (home.settings.raw / LOCALITY / receipt.delivery_id / "files").iterdir()
    return path.read_text().count("\n") - 1


@pytest.mark.parametrize("is_folder", [False, True])
def test_file_that_grows_while_it_is_read_goes_back_to_the_inbox(intake, is_folder):
    name = "gửi/dossiers.csv" if is_folder else "dossiers.csv"
    path = intake.drop(name, csv_text(2))

    def growing(connection, dataset_code, suites_folder):
        with stream:
            stream.write(line(7) + "\n")
        return fake_suite(connection, dataset_code, suites_folder)

    stream = path.open("a")
    assert intake.take_in(growing) == []

    assert path.read_text() == csv_text(2) + line(7) + "\n"
    assert list(intake.settings.raw.glob("*/*")) == []
    assert list(intake.settings.accepted.glob(f"*/locality={LOCALITY}/*")) == []
    assert intake.take_in_one().datasets[0].line_count == 3


def test_original_that_changed_since_is_a_fault_and_stays(intake):
    intake.drop("dossiers.csv", csv_text(2))
    receipt = intake.take_in_one()
    kept = intake.settings.raw / LOCALITY / receipt.delivery_id / "files" / "dossiers.csv"
    kept.chmod(0o644)
    kept.write_text(csv_text(3))
    edge.delete_derived(intake.settings)

    with pytest.raises(ChangedError, match="does not hold the bytes"):
        intake.take_in()
    assert kept.exists()


def test_folder_waits_for_what_its_manifest_names_and_not_for_ever(intake):
    manifest = {"files": [{"name": "dossiers-1.csv"}, {"name": "dossiers-2.csv"}]}
    intake.drop("gửi/manifest.json", json.dumps(manifest))
    intake.drop("gửi/dossiers-1.csv", csv_text(2))
    (intake.inbox / "trống").mkdir()

    assert intake.take_in() == []
    assert arrivals.read_inbox(intake.settings) == [
        (LOCALITY, "gửi", "its manifest names files that it lacks: dossiers-2.csv"),
        (LOCALITY, "trống", "the folder is empty"),
    ]
    late = intake.with_settings(incomplete_hours=0)
    assert arrivals.read_inbox(late.settings)[0][2] == "the next intake"
    assert late.take_in_one().refusal_code == "manifest_file_missing"
    intake.drop("lại/manifest.json", json.dumps(manifest))
    intake.drop("lại/dossiers-1.csv", csv_text(2))
    intake.drop("lại/dossiers-2.csv", csv_text(3, line(9)))
    assert intake.take_in_one().state_code == "accepted"


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        pytest.param(5, 0, id="old"),
        pytest.param(1.5, 0.5, id="new"),
        pytest.param(-9, 2, id="future"),
    ],
)
def test_time_to_look_again(age, wait):
    now = 1_700_000_000_000_000_000
    looks = [Look({"a": (1, now - int(age * 1e9)), "b": (1, 0)}), Look({})]

    assert seconds_to_wait(looks, now, 2) == pytest.approx(wait)
