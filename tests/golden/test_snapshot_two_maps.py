"""The handling of a review by the map of its period beside that by the map of the as-of date."""

import pytest

from motcua.snapshot.edge import read_content
from motcua.snapshot.model import Content
from motcua.snapshot.reorganised import TABLE

REVIEW = "2024-CY-H01"
NAMES = ("received_count", "resolved_count", "in_time_count", "pending_count")
MART_OF = {"then": "mart_review__handling", "now": "mart_review__handling_current_map"}


def lines(content: Content, kind: str = "body") -> dict[str, dict[str, object]]:
    """Give the values of the lines of one kind by column, each by the agency's name."""
    table = content.table(TABLE)
    return {
        row.cells[1].text: {
            c.code: cell.value for c, cell in zip(table.columns, row.cells, strict=True)
        }
        for row in table.rows
        if row.kind == kind
    }


def faults(marts, content: Content) -> list[str]:
    """Name each agency and column that is not what its mart holds."""
    shown, found = lines(content), []
    for side, mart in MART_OF.items():
        wanted = marts.execute(
            "select any_value(agencies.agency_name), sum(received_count), sum(resolved_count), "
            "sum(resolved_early_count + resolved_on_time_count), sum(pending_count) "
            f"from review.{mart} as handling inner join core.dim_agencies as agencies "
            "on handling.agency_code = agencies.agency_code where handling.province_code = 'H01' "
            "and handling.rule_code = 'ii06' and handling.period_code = '2024-CY' "
            "group by agencies.agency_code"
        ).fetchall()
        by_name = {name: counts for name, *counts in wanted if "Bình Hòa" not in name}
        said = {
            name: [line[f"{side}_{each}"] for each in NAMES]
            for name, line in shown.items()
            if line[f"{side}_received_count"] is not None and "Bình Hòa" not in name
        }
        found += [name for name in {*by_name, *said} if by_name.get(name) != said.get(name)]
    return sorted(found)


def test_counts_of_both_maps_are_those_of_their_marts(marts, content):
    assert len(lines(content)) == 10
    assert faults(marts, content) == []


@pytest.mark.parametrize("mart", MART_OF.values(), ids=MART_OF)
def test_a_moved_count_of_either_mart_is_seen(marts, content, mart):
    marts.execute(
        f"update review.{mart} set pending_count = pending_count + 1 where province_code = 'H01' "
        "and period_code = '2024-CY' and agency_code = 'H01.02' and field_code = 'G01' "
        "and channel_code = 'online'"
    )

    assert faults(marts, content) == ["Sở Xây dựng"]
    assert faults(marts, read_content(marts, REVIEW)) == []


def test_an_heir_has_what_both_had_and_those_stand_on_their_own_map_only(content):
    found = lines(content)
    heir = found["UBND xã Đa Phước An"]
    gone = [found[name] for name in ("UBND xã Đa Phước", "UBND xã An Thạnh")]

    assert {line["now_received_count"] for line in gone} == {None}
    assert heir["then_received_count"] is None
    for name in NAMES:
        assert heir[f"now_{name}"] == sum(line[f"then_{name}"] for line in gone)
    (total,) = lines(content, "total").values()
    assert all(total[f"then_{name}"] == total[f"now_{name}"] > 0 for name in NAMES)


def test_divided_units_keep_their_counts_and_say_so(content):
    marked = {
        name: line["state"]
        for name, line in lines(content).items()
        if "quy đổi" in (line["state"] or "")
    }

    assert marked == {
        "UBND huyện Tri Tôn": "Đã kết thúc, không quy đổi",
        "UBND xã Bình Hòa (UBND huyện Tri Tôn)": "Đã bị chia, không quy đổi",
    }
    for name in marked:
        line = lines(content)[name]
        assert all(line[f"then_{each}"] == line[f"now_{each}"] for each in NAMES)
    figures = {code: content.figures[code].cell.value for code in ("maps_replaced", "maps_marked")}
    assert figures == {"maps_replaced": 2, "maps_marked": 2}


def test_one_map_is_one_plain_line(marts):
    marts.execute(
        "update core.dim_agencies set current_agency_code = agency_code, "
        "succession_state_code = 'current'; "
        "create or replace table review.mart_review__handling_current_map as "
        "select *, 'current' as succession_state_code from review.mart_review__handling"
    )
    content = read_content(marts, REVIEW)
    table = content.table(TABLE)

    assert (table.rows, table.notes) == ((), ())
    assert "hai bản đồ là một" in table.empty_sentence
    assert "maps_replaced" not in content.figures
    assert not any(p.code == "maps" for s in content.sections for p in s.paragraphs)


def test_pack_of_an_agency_shows_what_it_is_today(marts):
    found = lines(read_content(marts, REVIEW, "H01.21.02"))

    assert found["UBND xã Đa Phước"]["now_received_count"] is None
    assert found["UBND xã Đa Phước"]["state"] == "Nay: UBND xã Đa Phước An"
    assert (
        found["UBND xã Đa Phước An"]["now_received_count"]
        > (found["UBND xã Đa Phước"]["then_received_count"])
    )
    assert len(found) == 2
