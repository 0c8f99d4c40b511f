"""The register of succeeded agencies, and the demonstration's reorganisation of 1/7/2025."""

from collections import Counter

import pytest

from motcua.demo.edge import read_scenarios
from motcua.demo.register import Agency
from motcua.demo.reorganised import list_units, reorganise
from motcua.errors import ContractError
from motcua.settings import Settings
from motcua.units.edge import read_agency_successions, read_successions
from motcua.units.register import WHOLE, AgencySuccession, parse_register

HEADER = ",".join(AgencySuccession.model_fields)


@pytest.fixture(scope="module")
def crosswalk():
    return read_successions()


def parse(*lines: str) -> tuple[AgencySuccession, ...]:
    return parse_register("\n".join([HEADER, *lines]), "s.csv")


def test_shipped_register_is_empty():
    assert read_agency_successions(Settings().successions) == ()


def test_one_to_many_and_nobody_are_read():
    rows = parse(
        "a,b,2025-07-01,split,true,H01,H01,NQ",
        "a,c,2025-07-01,split,false,H01,H01,NQ",
        "d,,2025-07-01,dissolved,false,H01,,NQ",
        "b,e,2026-01-01,renamed,true,H01,H01,NQ",
    )
    assert [(row.old_agency_code, row.new_agency_code) for row in rows] == [
        *(("a", "b"), ("a", "c"), ("d", None), ("b", "e")),
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param(
            ["a,b,2025-07-01,gone,true,H01,H01,NQ"],
            "dòng 2, cột kind_code: chỉ nhận renamed, merged",
            id="kind",
        ),
        pytest.param(
            ["a,b,2025-07-01,renamed,có,H01,H01,NQ"],
            "dòng 2, cột is_primary: chỉ nhận true hoặc false",
            id="primary",
        ),
        pytest.param(
            ["a,b,2025-07-01,renamed,true,An Giang,H01,NQ"],
            "dòng 2, cột old_province_code: không phải mã tỉnh",
            id="province",
        ),
        pytest.param(
            ["a,b,2025-07-01,merged,false,H01,H01,NQ"],
            "dòng 2, cơ quan a: renamed, merged, moved phải có cơ quan kế thừa",
            id="no_primary",
        ),
        pytest.param(
            ["a,b,2025-07-01,split,true,H01,H01,NQ"],
            "split phải có từ hai cơ quan kế thừa",
            id="split_in_one",
        ),
        pytest.param(
            ["a,b,2025-07-01,dissolved,true,H01,,NQ"], "phải cùng ghi hoặc cùng", id="no_province"
        ),
        pytest.param(
            ["a,,2025-07-01,dissolved,true,H01,,NQ"],
            "không có cơ quan kế thừa thì is_primary phải là false",
            id="nobody_primary",
        ),
        pytest.param(
            ["a,b,2025-07-01,merged,true,H01,H01,NQ", "a,c,2025-07-01,split,false,H01,H01,NQ"],
            "renamed, merged, moved chỉ có một dòng",
            id="two_kinds",
        ),
        pytest.param(
            ["a,b,2025-07-01,split,true,H01,H01,NQ", "a,c,2025-07-01,split,true,H01,H01,NQ"],
            "dòng 2, 3, cơ quan a: có hai cơ quan kế thừa chính",
            id="two_primaries",
        ),
        pytest.param(
            ["a,b,2025-07-01,split,true,H01,H01,NQ", "a,c,2025-08-01,split,false,H01,H01,NQ"],
            "kết thúc vào hai ngày khác nhau",
            id="two_days",
        ),
        pytest.param(
            ["a,b,2025-07-01,split,true,H01,H01,NQ", "a,b,2025-07-01,split,false,H01,H01,NQ"],
            "một cơ quan kế thừa ghi hai lần",
            id="twice",
        ),
        pytest.param(
            ["a,b,2025-07-01,renamed,true,H01,H01,NQ", "b,c,2025-07-01,renamed,true,H01,H01,NQ"],
            "dòng 2: b kết thúc trước khi kế thừa a",
            id="ended_before",
        ),
        pytest.param(
            ["a,b,2025-07-01,renamed,true,H01,H01,NQ", "b,a,2025-08-01,renamed,true,H01,H01,NQ"],
            "dòng 3: a kết thúc trước khi kế thừa b",
            id="circle",
        ),
    ],
)
def test_register_says_what_is_wrong(lines, said):
    with pytest.raises(ContractError, match=said):
        parse(*lines)


@pytest.mark.parametrize(
    ("province", "old_count", "new_count", "district_count"),
    [("H49", 171, 54, 13), ("H01", 155, 102, 11), ("H33", 143, 102, 15), ("H57", 133, 40, 9)],
)
def test_every_agency_of_a_province_is_succeeded(
    crosswalk, province, old_count, new_count, district_count
):
    own = [one for one in list_units(crosswalk, ()) if one.province_code == province]
    assert len(own) == old_count
    agencies = []
    for unit in own:
        district = f"{province}.{unit.district_no}"
        if unit.commune_no == 1:
            agencies.append(_agency(district, "district", None, unit))
        code = f"{district}.{unit.commune_no}"
        agencies.append(_agency(code, "commune", district, unit))
    found = reorganise(province, agencies, crosswalk)

    rows = parse(*[",".join(_cells(row)) for row in found.successions])
    kinds = Counter({row.old_agency_code: row.kind_code for row in rows}.values())
    assert kinds["dissolved"] == district_count
    assert sum(kinds[kind] for kind in (*WHOLE, "split")) == old_count
    assert len(found.heirs) == len(agencies)
    made = {one.agency_code for one in found.agencies if one.agency_no < 2_000_000}
    # An Giang's communes of today are made by two of the old provinces.
    assert len(made) == new_count or province in {"H01", "H33"}
    assert {row.new_agency_code for row in rows} == made


def _agency(code: str, level: str, parent: str | None, unit) -> Agency:
    return Agency(
        agency_no=1,
        locality_no=1,
        agency_code=code,
        agency_name=code,
        level_code=level,
        parent_code=parent,
        group_code=level,
        area_code="rural",
        district_name=unit.district_name,
        commune_name=unit.commune_name if level == "commune" else "",
        receiving_code=code,
        receiving_name=code,
    )


def _cells(row: AgencySuccession) -> list[str]:
    return [
        "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        for value in row.model_dump(mode="json").values()
    ]


def test_scenario_is_no_part_of_the_default_demonstration():
    assert "reorganised-2025" not in read_scenarios()
