"""Small counts of a public set: hidden, and not to be worked out from what is shown."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attack_support import attack, read_published, recovered
from motcua.errors import PipelineError
from motcua.public.content import MARK, public_content
from motcua.public.counts import Counts
from motcua.public.disclosure import Cell, Earlier, Hidden, protect
from motcua.public.open_data import datapackage, open_tables
from public_support import AGENCIES, make_content, true_counts

MIN_COUNT = 5
SMALL = st.integers(0, 3)
COUNTS = st.one_of(st.just(0), SMALL, st.integers(4, 30))
LINES = st.lists(
    st.tuples(
        st.sampled_from(sorted(AGENCIES)),
        st.sampled_from(("land", "civil")),
        st.sampled_from(("online", "direct", "postal")),
        st.tuples(COUNTS, COUNTS, SMALL),
        st.tuples(SMALL, SMALL),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda line: line[:3],
)
SHARES = st.tuples(st.integers(0, 100), st.integers(0, 100))
EXAMPLES = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def publish(content, folder: Path, earlier=(), **options):
    """Write the open data of a content, and give it as what it hid."""
    counts = Counts(content)
    hidden = protect(counts.cells, counts.relations, MIN_COUNT, earlier, **options)
    public = public_content(content, hidden, MIN_COUNT)
    write_open_data(public, folder)
    left_out = {key for key, cell in counts.cells.items() if not cell.is_shown}
    return Earlier(true_counts(content), hidden.cells | left_out), hidden


def write_open_data(public, folder: Path) -> None:
    tables = list(open_tables(public, {}, {}))
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        with (folder / f"{table.file}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow([field.name for field in table.fields])
            writer.writerows(table.rows)
    (folder / "datapackage.json").write_bytes(datapackage(public, tables, "", MIN_COUNT))


@EXAMPLES
@given(LINES, SHARES)
def test_no_hidden_figure_of_any_table_can_be_worked_out(tmp_path, lines, shares):
    content = make_content(lines, shares)
    _, hidden = publish(content, tmp_path)
    published = read_published(tmp_path)

    shown = [value for value in published.figures.values() if value is not None]
    assert not [value for value in shown if 0 < value < MIN_COUNT]
    assert bool(published.hidden()) or not hidden.cells or hidden.groups
    found = attack([published], MIN_COUNT)
    assert found is not None
    assert recovered(found, MIN_COUNT) == []


@EXAMPLES
@given(LINES, st.lists(st.tuples(st.integers(0, 13), COUNTS, SMALL), max_size=3))
def test_a_later_version_gives_away_nothing_of_either(tmp_path, lines, moved):
    changed = [list(line) for line in lines]
    for place, on_time, overdue in moved:
        line = changed[place % len(changed)]
        line[3] = (line[3][0], on_time, overdue)
    first, _ = publish(make_content(lines), tmp_path / "v01")
    try:
        publish(make_content(changed), tmp_path / "v02", [first])
    except PipelineError:
        return  # refused: nothing is published, so nothing is given away
    packs = [read_published(tmp_path / name) for name in ("v01", "v02")]
    truths = [_truth(make_content(each), tmp_path / "all") for each in (lines, changed)]

    for is_all_same in (False, True):
        found = attack(packs, MIN_COUNT, is_all_same=is_all_same)
        assert (
            found is None
            or [
                name
                for name, bounds in found.items()
                if bounds.is_one_number and _is_true(name, bounds.low, truths)
            ]
            == []
        )


def _truth(content, folder: Path) -> dict[tuple, int | None]:
    """Every figure of a content as the attack names it: what a pack that hides nothing prints."""
    public = public_content(content, Hidden(frozenset()), MIN_COUNT)
    write_open_data(public, folder)
    return read_published(folder).figures


def _is_true(name, value, truths) -> bool:
    which = truths if name[0] == "every" else [truths[name[0]]]
    return all(truth.get(name[1:]) == round(value) for truth in which)


def test_without_cells_hidden_beside_them_small_figures_are_worked_out(tmp_path):
    """The attack is seen to succeed: else its silence would say nothing."""
    lines = [
        ("p1", "land", "online", (40, 20, 3), (6, 0), 5),
        ("p2", "land", "direct", (30, 10, 0), (7, 0), 0),
        ("d1", "civil", "postal", (25, 12, 8), (9, 6), 7),
        ("d2", "civil", "direct", (50, 9, 0), (8, 0), 6),
    ]
    publish(make_content(lines), tmp_path / "open", is_complementary=False)
    publish(make_content(lines), tmp_path / "shut")

    found = attack([read_published(tmp_path / "open")], MIN_COUNT)
    assert ("every", "agency province p1", "resolved_overdue_count") in recovered(found, MIN_COUNT)
    assert found["every", "agency province p1", "resolved_overdue_count"].low == pytest.approx(3)
    assert recovered(attack([read_published(tmp_path / "shut")], MIN_COUNT), MIN_COUNT) == []


def test_five_hidden_parts_of_five_are_not_each_known_to_be_one():
    """A total of 5 over five hidden parts would say that each is 1, since 0 is shown."""
    cells = {"total": Cell(5, "total", cost=100)} | {n: Cell(1, "part") for n in range(5)}
    relation = {"total": 1, **dict.fromkeys(range(5), -1)}

    assert protect(cells, [relation], 5).cells == set(cells)


def test_difference_that_nobody_prints_is_protected():
    """98 of 100 says that 2 are not."""
    cells = {
        "above": Cell(98, "rate"),
        "below": Cell(100, "rate"),
        "rest": Cell(2, "", is_shown=False),
    }
    relations = [{"below": 1, "above": -1, "rest": -1}]

    assert len(protect(cells, relations, 5).cells) == 1
    assert (
        protect(
            {**cells, "rest": Cell(0, "", is_shown=False), "above": Cell(100, "rate")}, relations, 5
        ).cells
        == frozenset()
    )


def test_what_was_hidden_stays_hidden_and_what_was_printed_protects_nothing():
    parts = {name: Cell(value, "part") for name, value in {"a": 2, "b": 30, "c": 40}.items()}
    cells = {"total": Cell(72, "total", cost=100), **parts}
    relation = {"total": 1, "a": -1, "b": -1, "c": -1}
    values = {key: cell.value for key, cell in cells.items()}

    assert protect(cells, [relation], 5, [Earlier(values, frozenset("ac"))]).cells == set("ac")
    with pytest.raises(PipelineError, match="earlier versions printed"):
        protect(cells, [relation], 5, [Earlier(values, frozenset("a"))])


def test_counts_that_do_not_add_up_are_refused():
    with pytest.raises(PipelineError, match="do not add up"):
        protect({"a": Cell(1, "x"), "b": Cell(2, "x")}, [{"a": 1, "b": -1}], 5)


def test_lines_that_cannot_be_protected_are_left_out_and_named():
    """One part was printed before and the other is 0: only unseen may it be anything else."""
    cells = {"whole": Cell(3, "wholes"), "printed": Cell(3, "parts"), "zero": Cell(0, "parts")}
    relation = {"whole": 1, "printed": -1, "zero": -1}
    earlier = Earlier({"printed": 3}, frozenset())

    found = protect(cells, [relation], 5, [earlier])
    assert found.groups == {"wholes", "parts"}
    assert found.cells == set(cells)


def test_table_left_out_is_named_in_the_pack_and_not_shown():
    content = make_content()
    found = public_content(content, Hidden(frozenset(), frozenset(["ii06_fields"])), MIN_COUNT)
    text = " ".join(paragraph.text for paragraph in found.sections[0].paragraphs)

    rows = found.table("ii06_fields").rows
    assert [row.kind for row in rows] == ["total"]
    assert "Không công khai được vì số quá nhỏ: biểu II.06 theo lĩnh vực." in text


def test_mark_stands_for_every_figure_that_a_hidden_count_is_in(tmp_path):
    lines = [
        ("p1", "land", "online", (40, 20, 3), (6, 0), 5),
        ("d1", "civil", "direct", (25, 12, 8), (9, 6), 7),
    ]
    content = make_content(lines)
    _, hidden = publish(content, tmp_path)
    table = public_content(content, hidden, MIN_COUNT).table("ii06_agencies")
    codes = [column.code for column in table.columns]
    row = next(row for row in table.rows if ("agency", "p1") in row.of)

    assert row.cells[codes.index("resolved_overdue_count")].text == MARK
    assert row.cells[codes.index("resolved_in_time_rate")].text == MARK
    assert row.cells[codes.index("pending_overdue_count")].text == "0"
    assert any(MARK in note for note in table.notes)
