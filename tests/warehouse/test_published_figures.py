"""Figures that newspapers and the national portal printed come out of dossiers, to the digit.

The dossiers are made so that the printed parts hold; what is compared are sums of the marts. Where
a printed figure contradicts its own parts, the marts show the gap and do not hide it.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pytest

from motcua.datasets import DATASETS, LINEAGE
from warehouse.compiled_sql import built
from warehouse.dbt_project_helpers import Delivery, Warehouse

pytestmark = pytest.mark.xdist_group("compiled")
AS_OF = "2026-09-26"
EXPORTED_AT = datetime.fromisoformat("2026-09-26T20:00")
SEEDS = {
    "custom_periods": (
        "period_code,period_name,start_date,end_date,previous_period_code,"
        "same_period_last_year_code\n"
        "2020-LD,Quý I năm 2020,2019-12-01,2020-02-29,,\n"
        "2021-05-BT,Tháng 5 năm 2021,2021-05-01,2021-05-31,,\n"
    ),
    "reviews": (
        "review_code,review_name,meeting_date,period_code,province_code,scope_agency_code\n"
        "gia-lai,Gia Lai,,2025-CH2,H21,H21\n"
        "lam-dong,Lâm Đồng,,2020-LD,H36,H36\n"
        "ben-tre,Bến Tre,,2021-05-BT,H07,H07\n"
        "phu-tho,Phú Thọ,,2026-CY,H44,H44\n"
    ),
}
UNITS = {
    # Agency, dossiers, share in per cent that the portal shows as on time.
    "H44.NNMT": (83_675, 69.91),
    "H44.NV": (9_552, 34.25),
    "H44.XD": (4_495, 94.02),
    "H44.YT": (4_593, 87.11),
    "H44.CT": (2_270, 72.78),
    "H44.TC": (692, 75.43),
    "H44.KHCN": (526, 93.54),
    "H44.GDDT": (1_120, 67.68),
}
PHU_THO = {"received": 597_918, "on_time": 528_684, "completed": 490_441, "online": 589_496}


@dataclass(frozen=True)
class Bundle:
    """So many dossiers that are alike; ``closed`` is null while they are open."""

    count: int
    agency_code: str
    received: str
    due: str
    closed: str | None = None
    channel_code: str = "direct"


def gia_lai() -> list[Bundle]:
    """Land, 1/7 to 31/12/2025: online and direct, and what became of them, drawn crosswise."""
    agency, day = "H21.LAND", "2025-08-01"
    return [
        Bundle(120_060, agency, day, "2025-09-01", "2025-08-20", "online"),
        Bundle(143_610 - 120_060, agency, day, "2025-09-01", "2025-08-20"),
        Bundle(8_850, agency, day, "2025-09-01", "2025-09-02"),
        Bundle(22_010, agency, day, "2026-03-01"),
    ]


def lam_dong() -> list[Bundle]:
    """1/12/2019 to 29/2/2020, by level; what the printed total has beyond its parts has no rows."""
    day, due = "2020-01-06", "2020-02-03"
    return [
        Bundle(54_575, "H36.LEVEL_P", day, due, "2020-01-20"),
        Bundle(340_060, "H36.LEVEL_D", day, due, "2020-01-20"),
        Bundle(635_593 - 54_575 - 340_060, "H36.LEVEL_C", day, due, "2020-01-20"),
        Bundle(643_272 - 635_593, "H36.LEVEL_C", day, due, "2020-02-04"),
        Bundle(5_950, "H36.LEVEL_C", day, "2020-03-05"),
        Bundle(1_222, "H36.LEVEL_C", day, due),
    ]


def ben_tre() -> list[Bundle]:
    """May 2021: 1.070 carried over, 3.190 direct, 1.250 online and 132 by post; 4.561 resolved."""
    agency, day, due = "H07.ALL", "2021-05-04", "2021-06-30"
    return [
        Bundle(1_070, agency, "2021-04-05", due, "2021-05-10"),
        Bundle(1_250, agency, day, due, "2021-05-10", "online"),
        Bundle(132, agency, day, due, "2021-05-10", "postal"),
        Bundle(4_561 - 1_070 - 1_250 - 132, agency, day, due, "2021-05-10"),
        Bundle(3_190 - (4_561 - 1_070 - 1_250 - 132), agency, day, due),
    ]


def phu_tho() -> list[Bundle]:
    """1/1 to 26/9/2026: departments as the portal lists them, communes with all the rest."""
    day, due, in_time, late = "2026-03-02", "2026-04-01", "2026-03-20", "2026-04-02"
    bundles = []
    for agency, (count, share) in UNITS.items():
        on_time = round(count * share / 100)
        bundles.append(Bundle(on_time, agency, day, due, in_time, "online"))
        bundles.append(Bundle(count - on_time, agency, day, due, late, "online"))
    left = {name: PHU_THO[name] for name in ("received", "on_time", "completed")}
    for one in bundles:
        left["received"] -= one.count
        left["completed"] -= one.count
        left["on_time"] -= one.count if one.closed == in_time else 0
    in_due = left["received"] - left["completed"]
    direct = PHU_THO["received"] - PHU_THO["online"]
    resolved_on_time = left["on_time"] - in_due
    communes = "H44.COMMUNES"
    return [
        *bundles,
        Bundle(in_due, communes, day, "2026-10-30", None, "online"),
        Bundle(direct, communes, day, due, in_time),
        Bundle(resolved_on_time - direct, communes, day, due, in_time, "online"),
        Bundle(left["completed"] - resolved_on_time, communes, day, due, late, "online"),
    ]


TYPED = {
    ("H36.LEVEL_P", "2020-LD"): {3: 54_575},
    ("H36.LEVEL_D", "2020-LD"): {3: 340_060},
    ("H36.LEVEL_C", "2020-LD"): {3: 264_610, 10: 7_677, 11: 7_172, 12: 5_950, 13: 1_222},
    ("H07.ALL", "2021-05-BT"): {
        **{3: 5_650, 4: 1_250, 5: 3_190 + 132, 6: 1_070},
        **{7: 4_561, 11: 1_089},
    },
}
PROVINCES = {
    "gl": ("H21", gia_lai),
    "ld": ("H36", lam_dong),
    "bt": ("H07", ben_tre),
    "pt": ("H44", phu_tho),
}


def write_dossiers(landed: Warehouse, delivery: Delivery, bundles: list[Bundle]) -> None:
    """Write the bundles as the accepted rows of a delivery, each dossier a row."""
    given = {
        "dossier_code": "bundle_no || '-' || number_no",
        "receiving_agency_code": "agency_code",
        "resolving_agency_code": "agency_code",
        "field_code": "'F'",
        "channel_code": "channel_code",
        "received_at": "received || ' 08:00'",
        "due_at": "due || ' 17:00'",
        "finished_at": "closed || ' 09:00'",
        "status_code": "case when closed is null then '4' else '9' end",
        "_locality_code": f"'{delivery.locality_code}'",
        "_province_code": f"'{delivery.province_code}'",
        "_delivery_id": f"'{delivery.delivery_id}'",
        "_exported_at": f"'{delivery.exported_at}'",
        "_source_file": "'dossiers.csv'",
        "_source_row": "row_number() over ()",
    }
    types = DATASETS["dossiers"].types() | LINEAGE
    columns = ", ".join(
        f'cast({given.get(name, "null")} as {kind}) as "{name}"' for name, kind in types.items()
    )
    rows = [
        (no, *(getattr(one, name) for name in Bundle.__dataclass_fields__))
        for no, one in enumerate(bundles)
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table bundles (bundle_no int, dossier_count int, agency_code text, "
            "received text, due text, closed text, channel_code text)"
        )
        connection.executemany("insert into bundles values (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute(
            f"copy (select {columns} from bundles, "
            "lateral (select unnest(range(dossier_count)) as number_no)) "
            f"to '{landed.parquet('dossiers', delivery)}'"
        )


@pytest.fixture(scope="module")
def marts(compiled_project, tmp_path_factory):
    """Give the marts over the dossiers and typed forms of the four provinces."""
    landed = Warehouse(tmp_path_factory.mktemp("published"))
    seeds = {name: landed.folder / f"{name}.csv" for name in SEEDS}
    for name, path in seeds.items():
        path.write_text(SEEDS[name], "utf-8")
    deliveries = []
    for locality_code, (province_code, _) in PROVINCES.items():
        totals = [
            {
                "form_code": "II.06",
                "period_code": period_code,
                "agency_code": agency_code,
                "field_code": "F",
                "column_no": column_no,
                "value": value,
            }
            for (agency_code, period_code), cells in TYPED.items()
            if agency_code.startswith(province_code)
            for column_no, value in cells.items()
        ]
        rows = {"dossiers": [], "reported_totals": totals}
        delivery_id = locality_code.ljust(16, "0")
        deliveries.append(Delivery(delivery_id, EXPORTED_AT, rows, locality_code, province_code))
    landed.write(deliveries)
    for delivery in deliveries:
        write_dossiers(landed, delivery, PROVINCES[delivery.locality_code][1]())
    models = ("mart_review__handling", "mart_review__reconciliation", "mart_review__scorecard")
    with built(compiled_project, landed, AS_OF, *models, seeds=seeds) as connection:
        yield connection


def handling(marts, period_code: str, *columns: str, where: str = "true") -> tuple:
    """Sum counts of rule ii06 over a period."""
    sums = ", ".join(f"cast(sum({column}) as bigint)" for column in columns)
    return marts.execute(
        f"select {sums} from review.mart_review__handling "
        f"where rule_code = 'ii06' and period_code = ? and {where}",
        [period_code],
    ).fetchone()


def test_gia_lai_land_of_the_second_half_of_2025(marts):
    found = handling(
        marts,
        "2025-CH2",
        *("received_count", "received_online_count", "received_other_count"),
        *("resolved_count", "resolved_early_count", "resolved_overdue_count", "pending_count"),
    )

    assert found == (174_470, 120_060, 54_410, 152_460, 143_610, 8_850, 22_010)
    # The article cuts 94,195 off where we would round it.
    assert int(found[4] / found[3] * 10_000) == 9_419


def test_lam_dong_prints_8801_dossiers_more_than_its_parts_have(marts):
    cells = gaps(marts, "2020-LD")

    assert sum(cells[agency, 3][0] for agency in ("P", "D", "C")) == 659_245
    assert handling(
        marts, "2020-LD", "resolved_count", "pending_count", "pending_in_due_count"
    ) == (643_272, 7_172, 5_950)
    assert cells["C", 3][2] == 659_245 - 643_272 - 7_172 == 8_801
    assert (cells["P", 3][2], cells["D", 3][2]) == (0, 0)
    # On time and late as printed are two short of resolved as printed.
    assert cells["C", 10] == (7_677, 7_679, -2)
    assert [cells["C", column][2] for column in (11, 12, 13)] == [0, 0, 0]


def test_ben_tre_prints_eight_more_than_it_counts(marts):
    cells = {column: cell for (_, column), cell in gaps(marts, "2021-05-BT").items()}

    assert cells[3] == (5_650, 5_642, 8)
    assert cells[11] == (1_089, 1_081, 8)
    assert [cells[column][2] for column in (4, 5, 6, 7)] == [0, 0, 0, 0]
    assert cells[7][0] + cells[11][0] == cells[3][0]


def gaps(marts, period_code: str) -> dict[tuple[str, int], tuple[int, int, int]]:
    """Give typed, recomputed and unexplained of each typed cell, by agency's last letters."""
    rows = marts.execute(
        "select agency_code, column_no, reported_count, recomputed_count, "
        "reported_unexplained_dossiers from review.mart_review__reconciliation "
        "where period_code = ? and reported_count is not null",
        [period_code],
    ).fetchall()
    return {
        (agency.split("_")[-1], column): tuple(int(one) for one in cell)
        for agency, column, *cell in rows
    }


def test_phu_tho_progress_of_the_province_is_17_68(marts):
    numerator, denominator = marts.execute(
        "select sum(rate_numerator_count), sum(rate_denominator_count) "
        "from review.mart_review__handling where rule_code = 'qd766' and period_code = '2026-CY'"
    ).fetchone()
    score = marts.execute(
        "select score from review.mart_review__scorecard where component_code = 'progress' "
        "and scope_code = 'province' and period_code = '2026-CY'"
    ).fetchone()[0]

    assert (numerator, denominator) == (528_684, 597_918)
    assert round(float(score), 2) == 17.68
    assert handling(marts, "2026-CY", "resolved_count") == (490_441,)


@pytest.mark.parametrize("agency_code", UNITS)
def test_phu_tho_units_have_the_shares_that_the_portal_shows(marts, agency_code):
    count, share = UNITS[agency_code]

    (numerator, denominator) = marts.execute(
        "select numerator_count, denominator_count from review.mart_review__scorecard "
        "where component_code = 'progress' and scope_code = 'agency' "
        "and period_code = '2026-CY' and agency_code = ?",
        [agency_code],
    ).fetchone()

    assert denominator == count
    assert round(100 * numerator / denominator, 2) == share


def test_phu_tho_is_98_6_per_cent_online_and_has_nothing_by_post(marts):
    by_channel = dict(
        marts.execute(
            "select channel_code, sum(received_count) from review.mart_review__handling "
            "where rule_code = 'ii06' and period_code = '2026-CY' group by channel_code"
        ).fetchall()
    )

    assert by_channel["online"] == 589_496
    assert round(100 * by_channel["online"] / sum(by_channel.values()), 1) == 98.6
    assert by_channel.keys() == {"online", "direct"}
