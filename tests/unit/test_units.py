"""The crosswalk of administrative units: what its checks see, and what it says of provinces."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from motcua.errors import PipelineError
from motcua.units.crosswalk import COUNTS, EFFECTIVE_DATE, check_successions
from motcua.units.edge import CROSSWALK, read_successions, run_generate

UNITS = Path(__file__).resolve().parents[2] / "src" / "motcua" / "units"


@pytest.fixture(scope="module")
def crosswalk():
    return read_successions()


@pytest.fixture(scope="module")
def communes(crosswalk):
    return [
        row
        for row in crosswalk
        if row.level_code == "commune" and row.effective_date == EFFECTIVE_DATE
    ]


def test_shipped_crosswalk_is_what_the_package_and_the_corrections_give(tmp_path):
    target = tmp_path / CROSSWALK.name

    run_generate(target)

    for made in (target, target.with_suffix(".source.yml")):
        assert made.read_bytes() == CROSSWALK.with_name(made.name).read_bytes(), made.name


def test_crosswalk_holds_every_unit_once_and_says_what_it_is_made_from(crosswalk):
    check_successions(crosswalk)
    told = yaml.safe_load(CROSSWALK.with_suffix(".source.yml").read_text("utf-8"))
    assert (told["package"], told["version"]) == ("vietnamadminunits", "1.0.4")
    assert told["checked_counts"] == COUNTS
    assert "MIT License" in CROSSWALK.with_name("LICENSE").read_text("utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda rows: rows[1:], "has 0 primary|not 10035", id="a_unit_lost"),
        pytest.param(
            lambda rows: [replace(rows[0], is_primary=not rows[0].is_primary), *rows[1:]],
            "primary successors",
            id="no_primary",
        ),
        pytest.param(
            lambda rows: [replace(row, is_primary=True) for row in rows],
            "2 primary successors",
            id="two_primaries",
        ),
        pytest.param(
            lambda rows: [*rows, replace(rows[0], old_unit_code="99999")],
            "not 10035",
            id="one_more",
        ),
    ],
)
def test_checks_see_what_is_wrong(communes, crosswalk, spoil, said):
    own = set(communes)
    others = [row for row in crosswalk if row not in own]
    whole = sorted(communes, key=lambda row: row.kind_code != "merged")
    with pytest.raises(PipelineError, match=said):
        check_successions([*others, *spoil(whole)])


@pytest.mark.parametrize(
    ("old_province", "new_province", "old_count", "new_count", "split_count"),
    [
        pytest.param("22", "22", 171, 54, 12, id="quang_ninh"),
        pytest.param("89", "91", 155, 102, 3, id="an_giang"),
        pytest.param("91", "91", 143, 102, 0, id="kien_giang"),
        pytest.param("46", "46", 133, 40, 0, id="hue"),
    ],
)
def test_provinces_of_the_demonstration(
    communes, old_province, new_province, old_count, new_count, split_count
):
    own = [row for row in communes if row.old_province_code == old_province]
    split = {row.old_unit_code for row in own if row.kind_code == "split"}
    made = {row.new_unit_code for row in communes if row.new_province_code == new_province}
    assert {row.new_province_code for row in own} == {new_province}
    assert len({row.old_unit_code for row in own}) == old_count
    assert (len(made), len(split)) == (new_count, split_count)


def test_a_unit_that_is_whole_has_one_successor_and_a_split_one_several(communes):
    heirs = Counter(row.old_unit_code for row in communes)
    assert all((heirs[row.old_unit_code] > 1) == (row.kind_code == "split") for row in communes)
    assert max(heirs.values()) == 5


def test_island_districts_became_units_of_the_lowest_level(crosswalk):
    turned = [row for row in crosswalk if row.level_code == "district" and row.new_unit_code]
    assert {row.new_unit_name for row in turned} == {
        *("Đặc khu Bạch Long Vĩ", "Đặc khu Cồn Cỏ", "Đặc khu Hoàng Sa"),
        *("Đặc khu Lý Sơn", "Đặc khu Côn Đảo"),
    }


def test_boundaries_move_on_other_days_too(crosswalk):
    earlier = {
        (row.effective_date, row.old_unit_name, row.new_unit_name, row.new_parent_name)
        for row in crosswalk
        if row.effective_date != EFFECTIVE_DATE
    }
    assert earlier == {
        ("2021-07-01", "Xã Thủy Vân", "Phường Thủy Vân", "Thành phố Huế"),
        ("2021-07-01", "Xã Thủy Bằng", "Xã Thủy Bằng", "Thành phố Huế"),
        ("2025-01-01", "Tỉnh Thừa Thiên Huế", "Thành phố Huế", ""),
    }


def test_link_taken_back_for_its_name_belongs_to_the_commune_of_that_name(crosswalk):
    """The package pairs by name: what one commune lost, another of the same name has."""
    links = {(row.old_unit_code, row.new_unit_code) for row in crosswalk}
    names = {row.old_unit_code: row.old_unit_name for row in crosswalk}
    with (UNITS / "corrections.csv").open(encoding="utf-8", newline="") as lines:
        corrections = list(csv.DictReader(lines))
    by_name = [row for row in corrections if row["reason"].startswith("same name as ")]
    assert len(by_name) == 31
    for row in by_name:
        twin = row["reason"].rpartition(" ")[2]
        assert (row["old_unit_code"], row["new_unit_code"]) not in links
        assert (twin, row["new_unit_code"]) in links
        assert names[twin] == names[row["old_unit_code"]]
