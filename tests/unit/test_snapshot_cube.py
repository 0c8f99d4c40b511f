"""What the page filters: the handling of the period, row by row of its mart."""

from hypothesis import given
from hypothesis import strategies as st

from motcua.snapshot.content import build_content
from motcua.snapshot.cube import cube
from motcua.snapshot.drill import page_data
from motcua.snapshot.marts import HANDLING_MEASURES
from motcua.snapshot.model import DIMENSIONS
from snapshot_support import FIELDS, LEVELS, handling_line, make_marts

PLACES = st.lists(
    st.tuples(
        st.sampled_from(sorted(LEVELS)),
        st.sampled_from(sorted(FIELDS)),
        st.sampled_from(["online", "direct", "postal"]),
    ),
    unique=True,
    min_size=1,
)
COUNTS = st.integers(min_value=0, max_value=1_000_000)


@st.composite
def lines(draw):
    return [
        handling_line(
            dict(zip(("level_code", "field_code", "channel_code"), place, strict=True)),
            draw(st.tuples(COUNTS, COUNTS, COUNTS)),
            draw(st.tuples(COUNTS, COUNTS)),
            draw(COUNTS),
        )
        for place in draw(PLACES)
    ]


@given(lines())
def test_rows_of_any_member_add_up_to_its_lines(found):
    made = cube(make_marts(found))

    for at, name in enumerate(DIMENSIONS):
        for position, member in enumerate(made.dimensions[at]):
            own = [row for row in made.rows if row[at] == position]
            members = [line for line in found if line[f"{name}_code"] == member.code]
            for measure, code in enumerate(HANDLING_MEASURES):
                assert sum(row[4 + measure] for row in own) == sum(line[code] for line in members)


LINES = [
    handling_line(
        {"level_code": level, "field_code": field, "channel_code": "online"}, (4, 3, 2), (1, 1), 1
    )
    for level, field in (("commune", "land"), ("province", "civil"))
]


def dossier(code: str, measure: str, **keys: str) -> dict[str, str]:
    place = {f"{name}_code": LINES[0][f"{name}_code"] for name in DIMENSIONS}
    return {**place, "dossier_code": code, "measure_code": measure, **keys}


def test_levels_stand_in_the_order_of_the_state():
    names = [member.name for member in cube(make_marts(LINES)).dimensions[2]]

    assert names == ["Cấp tỉnh", "Cấp xã"]


def test_a_dossier_is_placed_in_the_row_that_counts_it_or_left_out():
    dossiers = (
        dossier("a", "resolved_overdue_count"),
        dossier("b", "pending_overdue_count", field_code="unheard"),
        dossier("c", "pending_overdue_count"),
    )
    made = cube(make_marts(LINES, cube_dossiers=dossiers))

    codes = [(at, made.measures[measure].code, code) for at, measure, code in made.dossiers]
    assert codes == [(0, "resolved_overdue_count", "a"), (0, "pending_overdue_count", "c")]


def test_without_a_row_there_is_no_cube_and_the_page_knows():
    content = build_content(make_marts())

    assert content.cube is None
    assert page_data(content)["cube"] is None


def test_definitions_of_counts_are_those_of_the_mart():
    said = ({"measure_code": "resolved_count", "definition": "Số hồ sơ kết thúc trong kỳ."},)
    data = page_data(build_content(make_marts(LINES, cube_definitions=said)))

    columns = {column["name"]: column for column in data["tables"]["ii06_fields"]["columns"]}
    resolved = columns["Số hồ sơ đã giải quyết – Tổng số"]
    assert resolved["definition"] == "Số hồ sơ kết thúc trong kỳ."
    assert data["figures"]["resolved"]["definition"] == "Số hồ sơ kết thúc trong kỳ."
    assert data["figures"]["resolved_in_time_share"]["counts"] == (14, 18)
