"""Agencies that end, on any day: owners against a plain model, and the scenario of 1/7/2025."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

import duckdb
import pytest

from intake_support import fake_suite
from motcua.demo.edge import LOCALITIES_NAME, REORGANISED, SUCCESSIONS_NAME, write_demo
from motcua.intake.edge import run_intake
from motcua.settings import Settings
from motcua.units.register import AgencySuccession, parse_register
from motcua.warehouse.edge import run_build, run_gate
from warehouse.compiled_sql import built
from warehouse.dbt_project_helpers import Delivery, Warehouse

pytestmark = pytest.mark.xdist_group("compiled")
AS_OF = date(2022, 12, 31)
PERIODS = {
    "2021-CH1": (date(2021, 1, 1), date(2021, 6, 30)),
    "2021-CH2": (date(2021, 7, 1), date(2021, 12, 31)),
    "2022-CH1": (date(2022, 1, 1), date(2022, 6, 30)),
}
"""Periods in a row that the register's reviews of Quảng Ninh read."""
WANTED = (
    *("fct_dossier_periods", "fct_dossiers", "dim_review_periods", "dim_periods"),
    *("mart_review__handling", "mart_review__handling_current_map", "mart_review__transfers"),
    "dim_agency_successions",
)
HEADER = ",".join(AgencySuccession.model_fields)


def draw_register(chance: random.Random) -> tuple[AgencySuccession, ...]:
    """Two provinces whose agencies end on any day, some of their heirs a year later again."""
    days = [date(2021, 1, 1) + timedelta(chance.randrange(400)) for _ in range(3)]
    lines = [HEADER, "H33.99,H49.90,2021-07-01,merged,true,H33,H49,NQ 0"]
    for number in range(12):
        province = "H33" if number % 3 == 0 else "H49"
        old, day = f"{province}.{number}", chance.choice([*days, date(2021, 7, 1)])
        kind = chance.choice(["renamed", "moved", "split", "split", "dissolved", "dissolved", ""])
        heirs = {"split": 3, "dissolved": chance.randrange(3), "": 0}.get(kind, 1)
        primary = chance.choice([0, 0, 1, -1]) if kind in {"split", "dissolved"} else 0
        for at in range(heirs):
            is_primary = str(at == primary).lower()
            lines.append(
                f"{old},H49.{20 + number + at},{day},{kind},{is_primary},{province},H49,NQ"
            )
        if kind == "dissolved" and not heirs:
            lines.append(f"{old},,{day},dissolved,false,{province},,NQ")
    later = date(2022, 3, 1)
    for number in range(0, 12, 2):
        old = f"H49.{20 + number}"
        pair = [(50 + number, "true"), (51 + number, "false")]
        lines += [
            f"{old},H49.{heir},{later},split,{is_primary},H49,H49,NQ"
            for heir, is_primary in (pair if number % 4 else reversed(pair))
        ]
    return parse_register("\n".join(lines), "successions.csv")


def owner_of(rows: tuple[AgencySuccession, ...], agency: str, receiver: str, day: date) -> str:
    for row in rows:
        is_back = (row.new_agency_code, row.old_agency_code) == (agency, receiver)
        if is_back and day < row.effective_date:
            return receiver
    while heirs := [
        row.new_agency_code
        for row in rows
        if row.old_agency_code == agency and row.is_primary and row.effective_date <= day
    ]:
        (agency,) = heirs
    return agency


def draw_dossiers(
    chance: random.Random, register: tuple[AgencySuccession, ...], province: str
) -> list[dict]:
    agencies = sorted(
        {row.old_agency_code for row in register}
        | {row.new_agency_code for row in register if row.new_agency_code}
    )
    rows = []
    for number in range(300):
        received = date(2020, 12, 1) + timedelta(chance.randrange(560))
        closed = received + timedelta(chance.choice([0, 3, 40, 200, 500]))
        is_open = closed > AS_OF or chance.random() < 0.1
        receiver, resolver = chance.choice(agencies), chance.choice([None, None, *agencies])
        if chance.random() < 0.3:
            # A source that writes the heir into what it shows, closed about the day itself.
            pair = chance.choice([row for row in register if row.new_agency_code])
            receiver, resolver = pair.old_agency_code, pair.new_agency_code
            closed = pair.effective_date + timedelta(chance.choice([-1, 0, 1]))
            received, is_open = closed - timedelta(chance.choice([0, 5, 40])), False
        rows.append(
            {
                "dossier_code": f"{province}-{number}",
                "receiving_agency_code": receiver,
                "resolving_agency_code": resolver,
                "level_code": chance.choice(["district", "commune"]),
                "status_code": "4" if is_open else "10",
                "received_at": datetime.combine(received, datetime.min.time()),
                "finished_at": None if is_open else datetime.combine(closed, datetime.min.time()),
                "due_at": datetime.combine(received, datetime.min.time()) + timedelta(20),
            }
        )
    return rows


def expected_rows(dossiers: dict[str, list[dict]], rows: tuple[AgencySuccession, ...]):
    """Owner, its province and whom it took over from, by dossier and period."""
    provinces = {row.new_agency_code: row.new_province_code for row in rows}
    provinces |= {row.old_agency_code: row.old_province_code for row in rows}
    found = {}
    for sender, one in [(sender, one) for sender, own in dossiers.items() for one in own]:
        received = one["received_at"].date()
        closed = one["finished_at"] and one["finished_at"].date()
        receiver = one["receiving_agency_code"]
        agency = one["resolving_agency_code"] or receiver
        for period, (start, end) in PERIODS.items():
            if received > end or (received < start and closed and closed < start):
                continue
            asked = closed if closed and closed <= end else end
            entered = received if received >= start else start - timedelta(1)
            owner, origin = (owner_of(rows, agency, receiver, day) for day in (asked, entered))
            is_own = owner == agency
            found[one["dossier_code"], period] = (
                owner,
                sender if is_own else provinces[owner],
                origin if origin != owner else None,
            )
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_owners_are_those_of_a_plain_model_and_carry_over_is_proved(
    compiled_project, tmp_path, seed
):
    chance = random.Random(seed)
    register = draw_register(chance)
    dossiers = {province: draw_dossiers(chance, register, province) for province in ("H33", "H49")}
    landed = Warehouse(tmp_path)
    landed.write(
        [
            Delivery(
                province.lower() * 4 + "0000",
                datetime.combine(AS_OF, datetime.min.time()),
                {"dossiers": rows},
                locality_code=province.lower(),
                province_code=province,
            )
            for province, rows in dossiers.items()
        ]
    )
    landed.lay_out(
        [
            {"locality_code": one.lower(), "province_code": one, "province_name": one}
            for one in dossiers
        ],
        (),
        tuple(row.model_dump(mode="json") for row in register),
    )
    with built(compiled_project, landed, AS_OF.isoformat(), *WANTED) as found:
        got = {
            (code, period): rest
            for code, period, *rest in found.execute(
                "select split_part(dossier_key, '|', 2), period_code, agency_code, province_code, "
                "taken_over_from_agency_code from core.fct_dossier_periods "
                f"where period_code in {tuple(PERIODS)}"
            ).fetchall()
        }
        expected = expected_rows(dossiers, register)
        assert {key: tuple(row) for key, row in got.items()} == expected
        assert len({row[2] for row in expected.values()}) > 5
        carried = _test_sql(compiled_project, "assert_transfers_carry_what_was_pending")
        assert found.execute(carried).fetchall() == []
        assert _sums(found, "mart_review__handling") == _sums(
            found, "mart_review__handling_current_map"
        )
        # The check is one that can fail.
        found.execute("update core.fct_dossier_periods set taken_over_from_agency_code = null")
        assert found.execute(carried).fetchall() != []


def _test_sql(compiled: Warehouse, name: str) -> str:
    (sql,) = [
        node["compiled_code"]
        for node in compiled.manifest()["nodes"].values()
        if node["name"] == name
    ]
    return sql


def _sums(found: duckdb.DuckDBPyConnection, mart: str) -> list[tuple]:
    return found.execute(
        "select rule_code, period_code, sum(received_count), sum(resolved_count), "
        f"sum(pending_count), sum(rate_numerator_count) from review.{mart} "
        "group by all order by all"
    ).fetchall()


@pytest.fixture(scope="module")
def reorganised(tmp_path_factory):
    """The scenario taken in and built, with the reviews on both sides of 1/7/2025."""
    home = tmp_path_factory.mktemp("reorganised")
    inbox = home / "landing" / "inbox"
    settings = Settings(
        home=home, localities=inbox / LOCALITIES_NAME, successions=inbox / SUCCESSIONS_NAME
    )
    write_demo(
        settings.model_copy(update={"localities": Settings().localities}), 0.03, [REORGANISED]
    )
    for folder in sorted(one.name for one in inbox.iterdir() if one.is_dir()):
        receipts = run_intake(settings, folder, fake_suite)
        assert {one.state_code for one in receipts} == {"accepted"}, folder
    reviews = [
        {"review_code": f"{period}-{province}", "period_code": period, "province_code": province}
        for period, province in (
            *(("2025-CH2", "H01"), ("2025-CH2", "H49"), ("2025-CH2", "H57")),
            ("2025-H2", "H01"),
        )
    ]
    build = run_build(settings, extra_reviews=reviews)
    run_gate(build)
    with duckdb.connect(str(build.folder / "marts.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.soak
def test_scenario_has_the_agencies_of_both_maps(reorganised):
    ended = Counter(
        reorganised.execute(
            "select province_code from core.dim_agencies where level_code = 'commune' "
            "and succession_state_code in ('replaced', 'split')"
        ).fetchall()
    )
    assert ended == {("H49",): 171, ("H01",): 155, ("H33",): 143, ("H57",): 133}
    made = reorganised.execute(
        "select province_code, count(*) from core.dim_agencies where level_code = 'commune' "
        "and succession_state_code = 'current' group by all order by all"
    ).fetchall()
    assert made == [("H01", 102), ("H49", 54), ("H57", 40)]


@pytest.mark.soak
def test_scenario_hands_open_dossiers_on_and_loses_none(reorganised):
    before = dict(
        reorganised.execute(
            "select case province_code when 'H33' then 'H01' else province_code end as merged, "
            "sum(pending_count) from review.mart_review__handling "
            "where rule_code = 'ii06' and period_code = '2025-CH1' group by all"
        ).fetchall()
    )
    after = dict(
        reorganised.execute(
            "select province_code, sum(carried_over_count) from review.mart_review__handling "
            "where rule_code = 'ii06' and period_code = '2025-CH2' group by all"
        ).fetchall()
    )
    assert before == after
    assert min(before.values()) > 0
    taken = reorganised.execute(
        "select province_code, sum(transferred_count) from review.mart_review__transfers "
        "where period_code = '2025-CH2' group by all order by all"
    ).fetchall()
    assert [province for province, _ in taken] == ["H01", "H49", "H57"]
    kept = reorganised.execute(
        "select count(*) from core.fct_dossiers where agency_code = receiving_agency_code"
    ).fetchone()
    rewritten = reorganised.execute(
        "select distinct province_code from core.fct_dossiers "
        "where agency_code <> receiving_agency_code and level_code <> 'province'"
    ).fetchall()
    assert kept > (0,)
    assert rewritten == [("H49",)]


@pytest.mark.soak
def test_scenario_ends_the_district_level_and_shows_three_in_the_first_sixteen_days(reorganised):
    def levels(period: str, where: str = "true") -> set[str]:
        query = (
            "select distinct level_code from core.fct_dossier_periods "
            f"where period_code = '{period}' and {where}"
        )
        return {level for (level,) in reorganised.execute(query).fetchall()}

    three = {"province", "district", "commune"}
    assert levels("2025-CH1") == three
    assert levels("2025-CH2") == {"province", "commune"}
    assert levels("2025-H2", "closing_date <= date '2025-06-30'") == three
    later = "coalesce(closing_date > date '2025-06-30', true)"
    assert levels("2025-H2", later) == {"province", "commune"}


@pytest.mark.soak
def test_scenario_has_a_series_on_either_map(reorganised):
    assert _sums(reorganised, "mart_review__handling") == _sums(
        reorganised, "mart_review__handling_current_map"
    )
    marked = reorganised.execute(
        "select distinct succession_state_code, level_code "
        "from review.mart_review__handling_current_map "
        "where period_code = '2025-CH1' and succession_state_code <> 'current' order by all"
    ).fetchall()
    assert marked == [("dissolved", "district"), ("split", "commune")]
    both = reorganised.execute(
        "select count(distinct period_code) from review.mart_review__handling_current_map "
        "where level_code = 'commune' and succession_state_code = 'current' "
        "and period_code in ('2025-CH1', '2025-CH2') group by agency_code"
    ).fetchall()
    assert Counter(both)[(2,)] > 180
