import hashlib
import json

import pytest

from motcua.errors import PipelineError
from motcua.snapshot.pack import MANIFEST, SUMS, compare_pack, review_code_of, sums_text


def sealed() -> dict[str, bytes]:
    files = {"a.xlsx": b"alpha", "b.docx": b"beta"}
    listed = [
        {"name": name, "byte_count": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    ]
    manifest = json.dumps({"files": listed}).encode()
    sums = {entry["name"]: entry["sha256"] for entry in listed}
    sums[MANIFEST] = hashlib.sha256(manifest).hexdigest()
    return {**files, MANIFEST: manifest, SUMS: sums_text(sums)}


def test_untouched_pack_has_no_fault():
    assert compare_pack(sealed()) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"a.xlsx": b"alphA"}, "a.xlsx", id="one byte changed"),
        pytest.param({"b.docx": b""}, "b.docx", id="emptied"),
        pytest.param({"c.txt": b"new"}, "c.txt", id="extra file"),
        pytest.param({MANIFEST: b"{}"}, MANIFEST, id="manifest rewritten"),
        pytest.param({MANIFEST: b"not json"}, MANIFEST, id="manifest unreadable"),
        pytest.param({SUMS: b"0"}, MANIFEST, id="sum of the manifest changed"),
        pytest.param({SUMS: sealed()[SUMS] + b"0"}, SUMS, id="list of sums changed"),
    ],
)
def test_changed_file_is_named(change, named):
    faults = compare_pack({**sealed(), **change})

    assert any(fault.startswith(f"{named}:") for fault in faults)


@pytest.mark.parametrize("gone", ["a.xlsx", MANIFEST, SUMS])
def test_missing_file_is_named(gone):
    found = {name: data for name, data in sealed().items() if name != gone}

    assert any(fault.startswith(f"{gone}:") for fault in compare_pack(found))


@pytest.mark.parametrize(
    ("review", "province"),
    [("2024-CY", "H01"), ("2024-CY-H01", "H01"), ("2024-CY-H01", None)],
)
def test_review_is_named_by_period_and_province_or_whole(review, province):
    assert review_code_of(review, province) == "2024-CY-H01"


@pytest.mark.parametrize("review", ["", "2024", "../../etc-H01", "2024-CY/H01", "a b-H01"])
def test_code_that_no_review_can_have_is_refused(review):
    with pytest.raises(PipelineError):
        review_code_of(review, None)
