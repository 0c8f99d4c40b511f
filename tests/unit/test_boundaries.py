"""The file of boundaries: what is read of it, what is refused and how it is said."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from boundaries_support import THREE_SQUARES, collection, feature, square
from motcua import status
from motcua.boundaries import parse_boundaries, read_boundaries
from motcua.errors import SettingsError
from motcua.settings import Settings

OPEN = square(105)[:-1]
IN_METRES = [[560000.0 + x, 1100000.0 + y] for x, y in square(0, 0, 900)]


def coordinates(boundary) -> list:
    return json.loads(boundary.geometry)["coordinates"]


def doubled_area(ring) -> float:
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring))


def test_units_are_read_with_their_codes_and_names_in_order():
    found = parse_boundaries(THREE_SQUARES.read_bytes(), "file")

    assert [(one.agency_code, one.agency_name) for one in found] == [
        ("H01.20", "Huyện Tri Tôn"),
        ("H01.21", "Huyện Chợ Mới"),
        ("H01.04", "Sở Ngoại vụ"),
    ]
    assert [[len(rings) for rings in coordinates(one)] for one in found] == [[1], [1], [2, 1]]


def test_outer_rings_go_clockwise_and_holes_against_it_however_they_came():
    polygons = [
        p for one in parse_boundaries(THREE_SQUARES.read_bytes(), "") for p in coordinates(one)
    ]

    assert all(doubled_area(outer) < 0 for outer, *_ in polygons)
    assert [doubled_area(hole) > 0 for _, *holes in polygons for hole in holes] == [True]


@given(
    st.lists(st.tuples(st.floats(104, 106), st.floats(9, 11)), min_size=3, max_size=30, unique=True)
)
def test_a_ring_is_closed_rounded_and_repeats_no_point(points):
    ring = [*points, points[0]]
    assume(abs(doubled_area([(round(x, 4), round(y, 4)) for x, y in ring])) > 1e-6)

    (found,) = parse_boundaries(collection(feature("a", ring)), "file")

    ((drawn,),) = coordinates(found)
    assert drawn[0] == drawn[-1]
    assert all(before != after for before, after in pairwise(drawn))
    assert {round(x, 4) for x, _ in drawn} == {x for x, _ in drawn}
    assert {tuple(point) for point in drawn} == {(round(x, 4), round(y, 4)) for x, y in points}
    assert not re.search(r"\.\d{5}", found.geometry)


BAD = {
    "no_json": (b"{", r"file: Invalid JSON"),
    "no_collection": (json.dumps(feature("a", square(105))).encode(), r"type: Input should be"),
    "no_feature": (collection(), r"features: List should have at least 1 item"),
    "no_code": (
        collection(feature("a", square(105)), {**feature("b", square(106)), "properties": {}}),
        r"feature 2, properties\.agency_code: Field required",
    ),
    "code_is_a_number": (
        collection(feature(89301, square(105))),
        r"feature 1, properties\.agency_code: Input should be a valid string",
    ),
    "empty_code": (
        collection(feature("  ", square(105))),
        r"feature 1, properties\.agency_code: String should have at least 1 character",
    ),
    "same_code_twice": (
        collection(*(feature(code, square(105)) for code in ("a", "b", "a "))),
        r"feature 3, properties\.agency_code: feature 1 has the same$",
    ),
    "a_point": (
        collection({**feature("a", OPEN), "geometry": {"type": "Point", "coordinates": [105, 10]}}),
        r"feature 1, geometry: .*'Polygon', 'MultiPolygon'",
    ),
    "no_geometry": (
        collection({**feature("a", OPEN), "geometry": None}),
        r"feature 1, geometry: Input should be",
    ),
    "open_ring": (
        collection(feature("a", OPEN)),
        r"feature 1, geometry\.Polygon\.coordinates\.0: the ring must end where it begins",
    ),
    "short_ring": (
        collection(feature("a", square(105)[3:])),
        r"feature 1, geometry\.Polygon\.coordinates\.0: List should have at least 4 items",
    ),
    "metres_instead_of_degrees": (
        collection(feature("a", IN_METRES)),
        r"feature 1, geometry\.Polygon\.coordinates\.0\.0\.0: .* 180; .*; and 7 more$",
    ),
    "not_a_number": (
        collection(feature("a", square(105))).replace(b"105.0", b"NaN").replace(b"105,", b"NaN,"),
        r"feature 1, geometry\.Polygon\.coordinates\.0\.0\.0: ",
    ),
    "no_area": (
        collection(feature("a", square(105, side=0.00001))),
        r"feature 1, geometry: too small to be drawn$",
    ),
}


@pytest.mark.parametrize(("data", "told"), BAD.values(), ids=BAD)
def test_a_file_that_is_not_as_it_must_be_is_told_by_feature_and_property(data, told):
    with pytest.raises(SettingsError, match=told) as caught:
        parse_boundaries(data, "units.geojson")

    assert str(caught.value).startswith("MOTCUA_BOUNDARIES: units.geojson: ")


def test_without_the_setting_nothing_is_read(tmp_path):
    assert read_boundaries(Settings(home=tmp_path)) == ()


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "units.geojson"
    path.write_bytes(b"\xef\xbb\xbf" + THREE_SQUARES.read_bytes())

    assert len(read_boundaries(Settings(home=tmp_path, boundaries=path))) == 3


@pytest.mark.parametrize(
    ("given_settings", "told"),
    [
        pytest.param({"boundaries": "absent.geojson"}, "cannot be read: No such file", id="absent"),
        pytest.param({"boundaries": "."}, "cannot be read: Is a directory", id="folder"),
        pytest.param(
            {"boundaries": THREE_SQUARES, "boundaries_max_bytes": 100},
            r"more than MOTCUA_BOUNDARIES_MAX_BYTES \(100B\)",
            id="large",
        ),
    ],
)
def test_doctor_says_what_is_wrong_with_the_file(tmp_path, given_settings, told):
    settings = Settings(home=tmp_path, **given_settings)

    with pytest.raises(SettingsError, match=told):
        read_boundaries(settings)
    (trouble,) = [one for one in status.find_troubles(settings) if "MOTCUA_BOUNDARIES" in one]
    assert re.search(told, trouble)


def test_doctor_says_nothing_of_a_good_file(tmp_path):
    settings = Settings(home=tmp_path, boundaries=THREE_SQUARES)

    assert not [one for one in status.find_troubles(settings) if "BOUNDARIES" in one]
