import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.files import sum_of_files, write_csv


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
