"""The map: in which class a unit is, what the legend says, what is drawn."""

import dataclasses
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from boundaries_support import CODES, collection, feature, make_mapped, square
from motcua.approval.checking import map_faults
from motcua.boundaries import parse_boundaries
from motcua.public.content import public_content
from motcua.public.disclosure import Hidden
from motcua.snapshot.charts import SHADES, render_paper_svg, render_svg, spoken
from motcua.snapshot.maps import LIMITS, NO_CLASS, class_no, labels, with_map
from motcua.snapshot.model import from_json, to_json
from public_support import make_content

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def mapped():
    return make_mapped()


@pytest.fixture(scope="module")
def drawn(mapped):
    (found,) = mapped.maps
    return found


def paths(svg: str, colours) -> list[str]:
    """Give the fill of each unit's path in order: those of a colour of the classes and a line."""
    found = [path.get("fill") for path in etree.fromstring(svg.encode()).iter(f"{SVG}path")]
    return [fill for fill in found if fill in colours]


@given(st.integers(0, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_every_rate_is_in_the_one_class_whose_limits_hold_it(counts):
    numerator, denominator = counts
    found = class_no(counts)

    if denominator < 30:
        assert found == NO_CLASS
        return
    rate = Fraction(100 * numerator, denominator)
    bounds = {
        number: (Fraction(low), Fraction(high))
        for number, (low, high) in enumerate(
            zip((*LIMITS, 0), (Fraction(10_001, 100), *LIMITS), strict=True), start=1
        )
    }
    assert [number for number, (low, high) in bounds.items() if low <= rate < high] == [found]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((98, 100), 1),
        ((979_999, 1_000_000), 2),
        ((95, 100), 2),
        ((94, 100), 3),
        ((90, 100), 3),
        ((89, 100), 4),
        ((0, 30), 4),
        ((30, 30), 1),
        ((29, 29), NO_CLASS),
        ((0, 0), NO_CLASS),
        (None, NO_CLASS),
    ],
)
def test_a_limit_belongs_to_the_class_that_begins_with_it(counts, expected):
    assert class_no(counts) == expected


def test_limits_are_said_as_vietnamese_writes_them():
    assert labels() == (
        "Dưới 30 hồ sơ hoặc không có số liệu",
        "Từ 98 % trở lên",
        "Từ 95 % đến dưới 98 %",
        "Từ 90 % đến dưới 95 %",
        "Dưới 90 %",
    )


def test_units_carry_the_figures_of_their_agencies(drawn):
    assert [(area.agency_code, area.class_no, area.text) for area in drawn.areas] == [
        ("d1", 4, "83,33 % (40/48)"),
        ("d2", 1, "98,02 % (99/101)"),
        ("p1", 2, "96,20 % (76/79)"),
        ("p2", NO_CLASS, "2 hồ sơ"),
        ("none", NO_CLASS, "chưa có dữ liệu"),
    ]
    assert drawn.areas[0].name == "Cơ quan d1"
    assert drawn.areas[-1].name == "Đơn vị none"


def test_every_class_says_its_limits_its_units_and_how_many_they_are(drawn):
    assert [(one.label, one.text) for one in drawn.classes] == [
        ("Từ 98 % trở lên: 1 đơn vị", "=cmd('calc')!A1 98,02 % (99/101)"),
        ("Từ 95 % đến dưới 98 %: 1 đơn vị", "Cơ quan p1 96,20 % (76/79)"),
        ("Từ 90 % đến dưới 95 %: 0 đơn vị", "không có đơn vị nào"),
        ("Dưới 90 %: 1 đơn vị", "Cơ quan d1 83,33 % (40/48)"),
        (
            "Dưới 30 hồ sơ hoặc không có số liệu: 2 đơn vị",
            "Cơ quan p2 2 hồ sơ; Đơn vị none chưa có dữ liệu",
        ),
    ]


def test_the_map_is_spoken_by_class_and_unit(drawn):
    said = spoken(drawn)

    assert said.startswith(drawn.title)
    assert all(one.label in said and one.text in said for one in drawn.classes)
    assert all(f"{area.name} {area.text}" in said for area in drawn.areas)


def test_a_drawing_has_one_path_a_unit_and_one_square_a_class_in_its_shade(drawn):
    greys = ("#ffffff", "#e3e3e3", "#b3b3b3", "#808080", "#4a4a4a")
    expected = [area.class_no for area in drawn.areas] + [one.class_no for one in drawn.classes]

    paper = render_paper_svg(drawn)
    assert paths(paper, greys) == [greys[number] for number in expected]
    screen = render_svg(drawn)
    names = [f"var(--map-{number})" for number in range(5)]
    assert paths(screen, names) == [names[number] for number in expected]
    assert not any(shade in svg for shade in SHADES for svg in (paper, screen))
    for one in drawn.classes:
        assert one.label in "".join(etree.fromstring(paper.encode()).itertext())


def test_units_lie_where_they_are_and_holes_stay_open():
    ring, hole = square(105, side=1), square(105.4, 10.4, side=0.2)
    holed = feature("d2", ring)
    holed["geometry"]["coordinates"].append(hole)
    found = parse_boundaries(collection(holed, feature("d1", square(106, side=1))), "file")
    (drawn,) = with_map(make_content(), found, ("d1", "d2")).maps

    svg = etree.fromstring(render_paper_svg(drawn).encode())
    fills = ("#e3e3e3", "#4a4a4a")
    west, east = [p.get("d") for p in svg.iter(f"{SVG}path") if p.get("fill") in fills][:2]
    assert west.count("M") == 2
    assert east.count("M") == 1
    across = [[float(x) for x in re.findall(r"[ML](-?[\d.]+),", path)] for path in (west, east)]
    assert max(across[0]) == pytest.approx(min(across[1]), abs=0.01)
    assert min(across[0]) == pytest.approx(0, abs=0.5)
    assert max(across[1]) == pytest.approx(480, abs=0.5)


def test_only_units_of_the_pack_are_drawn_and_none_without_a_rate(mapped):
    boundaries = parse_boundaries(
        collection(*(feature(code, square(105)) for code in CODES)), "file"
    )
    content = make_content()

    (drawn,) = with_map(content, boundaries, ("d2", "none")).maps
    assert [area.agency_code for area in drawn.areas] == ["d2", "none"]
    assert with_map(content, boundaries, ("none", "elsewhere")) == content
    assert with_map(content, boundaries, ()).maps == ()


def test_a_version_on_disk_holds_what_its_map_draws(mapped):
    read = from_json(to_json(mapped))

    assert read == mapped
    assert render_paper_svg(read.maps[0]) == render_paper_svg(mapped.maps[0])


def test_a_public_content_has_no_map(mapped):
    assert public_content(mapped, Hidden(frozenset()), 5).maps == ()


def test_a_map_that_says_other_figures_than_its_table_is_a_fault(mapped, drawn):
    first, *others = drawn.areas
    wrong = dataclasses.replace(first, text="93,33 % (40/48)")
    said = dataclasses.replace(mapped, maps=(dataclasses.replace(drawn, areas=(wrong, *others)),))

    assert map_faults(mapped) == ()
    assert map_faults(dataclasses.replace(mapped, maps=())) == ()
    assert len(map_faults(said)) == 1
