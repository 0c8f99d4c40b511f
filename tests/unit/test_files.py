import csv
import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.files import copy_file, sum_of_files, write_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start, tmp_path):
    write_csv(tmp_path / "out.csv", ("dossier_code", "count"), [(f"{start}cmd|' /C calc'!A0", -1)])

    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle))[1] == [f"'{start}cmd|' /C calc'!A0", "-1"]


@given(texts=st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4))
def test_no_cell_of_a_csv_begins_like_a_formula(texts, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "out.csv"

    write_csv(path, [str(place) for place in range(len(texts))], [texts])

    with path.open(encoding="utf-8", newline="") as handle:
        (row,) = list(csv.reader(handle))[1:] or ([""],)
    assert [cell.removeprefix("'") for cell in row] == [text.removeprefix("'") for text in texts]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_sum_of_files_tells_names_and_contents_apart(tmp_path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("1")

    sums = {
        sum_of_files([("a", tmp_path / "a")]),
        sum_of_files([("b", tmp_path / "a")]),
        sum_of_files([("a", tmp_path / "a"), ("b", tmp_path / "b")]),
    }

    assert len(sums) == 3
    assert sum_of_files([("a", tmp_path / "b")]) in sums


@pytest.mark.parametrize("fault", [None, errno.EXDEV, errno.EPERM, "early end"])
def test_a_copy_holds_all_bytes_whatever_the_file_system_can(fault, tmp_path, monkeypatch):
    content = os.urandom(3_000_000)
    (tmp_path / "source").write_bytes(content)
    (tmp_path / "target").write_bytes(b"longer" * 1_000_000)
    at_once = os.copy_file_range

    def copy(source, target, count):
        if fault == "early end":
            return 0
        if fault:
            raise OSError(fault, "not by the system")
        return at_once(source, target, min(count, 1_000_000))

    monkeypatch.setattr(os, "copy_file_range", copy)
    copy_file(tmp_path / "source", tmp_path / "target")

    assert (tmp_path / "target").read_bytes() == content


def test_a_copy_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "source").write_bytes(b"content")

    with pytest.raises(FileNotFoundError):
        copy_file(tmp_path / "source", tmp_path / "gone" / "target")
