"""A real log, dropped in the inbox with its contract alone, goes through the DAGs to a pack."""

import csv
import json
import os
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from tests_support import Home

HERE = Path(__file__).resolve().parent
LOG = Path(os.environ.get("MOTCUA_WABO_LOG", HERE / "../../../shared/real/wabo_receipt.csv"))
LOCALITIES = """
localities:
  - locality_code: wabo
    locality_name: Wabo
    province_code: X01
    province_name: Wabo
    contracts: wabo_receipt
"""

pytestmark = [
    pytest.mark.xdist_group("real_log"),
    pytest.mark.skipif(
        not LOG.exists(), reason=f"the WABO receipt log (DOI in its contract) is not at {LOG}"
    ),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The home after the three DAGs, and what became of them."""
    home = Home(tmp_path_factory.mktemp("wabo"))
    register = home.path / "localities.yml"
    register.write_text(LOCALITIES, "utf-8")
    inbox = home.settings.inbox / "wabo"
    inbox.mkdir(parents=True)
    (inbox / LOG.name).write_bytes(LOG.read_bytes())
    printed = home.run(
        *(str(HERE / "run_dag.py"), "intake_exports", "build_warehouse", "review_snapshot"),
        *("--conf", json.dumps({"review": "2011-CY", "province": "X01"})),
        MOTCUA_LOCALITIES=str(register),
    ).stdout
    ran = [json.loads(line)["state"] for line in printed.splitlines() if line.startswith("{")]
    return home, ran


def read_cases() -> list[dict[str, str]]:
    """The log's cases, one row each, read without a line of the project."""
    with LOG.open(encoding="utf-8", newline="") as handle:
        return list({row["case:concept:name"]: row for row in csv.DictReader(handle)}.values())


def day_of(text: str) -> date | None:
    return datetime.fromisoformat(text).date() if text else None


def test_the_three_dags_end_well(published):
    _, ran = published

    assert ran == ["success", "success", "success"]


def test_the_whole_log_is_counted_by_local_dates_as_published(published):
    home, _ = published
    counts = home.query(
        "select channel_code, sum(resolved_early_count + resolved_on_time_count), "
        "sum(resolved_overdue_count), sum(pending_count) from review.mart_review__handling "
        "where period_code = '2010-2012-NL' and rule_code = 'ii06' group by all order by 1"
    )

    assert [(code, *map(int, numbers)) for code, *numbers in counts] == [
        ("direct", 78, 29, 2),
        ("online", 878, 270, 102),
        ("other", 14, 8, 0),
        ("postal", 37, 15, 1),
    ]


def test_hours_make_67_dossiers_overdue_that_dates_do_not(published):
    home, _ = published
    due = {case["case:concept:name"]: case["case:enddate_planned"] for case in read_cases()}
    ended = {case["case:concept:name"]: case["case:enddate"] for case in read_cases()}
    flipped = {
        code
        for code in due
        if ended[code]
        and due[code]
        and day_of(ended[code]) <= day_of(due[code])
        and datetime.fromisoformat(ended[code]) > datetime.fromisoformat(due[code])
    }
    pending_due_on_the_last_day = {
        code for code in due if not ended[code] and day_of(due[code]) == date(2012, 1, 31)
    }
    where = "where period_code = '2010-2012-NL' and province_code = 'X01'"

    overdue = home.query(
        f"select rule_code, sum(resolved_overdue_count) from review.mart_review__handling {where} "
        "and rule_code in ('ii06', 'ii06_timestamp') group by rule_code order by rule_code"
    )
    named = home.query(
        "select dossier_code, base_outcome_code, outcome_code, reason_code "
        f"from review.mart_review__rule_differences {where} and rule_code = 'ii06_timestamp'"
    )
    moved = home.query(
        "select flipped_count, round(moved_points, 1) "
        f"from review.mart_review__rule_points {where} and base_rule_code = 'ii06' "
        "and rule_code = 'ii06_timestamp'"
    )

    assert overdue == [("ii06", 322), ("ii06_timestamp", 389)]
    assert len(flipped) == 67
    assert {tuple(row) for row in named} == {
        *((code, "on_time", "overdue", "hour_after_due") for code in flipped),
        *((code, "in_due", "past_due", "due_by_end") for code in pending_due_on_the_last_day),
    }
    assert moved == [(len(named), -5.0)]


def test_the_pack_of_2011_says_what_the_log_says(published):
    home, _ = published
    expected: Counter[str] = Counter()
    for case in read_cases():
        received, ended = day_of(case["case:startdate"]), day_of(case["case:enddate"])
        due = day_of(case["case:enddate_planned"])
        if received.year > 2011 or (ended and ended.year < 2011):
            continue
        expected["received_count"] += 1
        is_resolved = ended is not None and ended.year == 2011
        expected["resolved_count"] += is_resolved
        expected["resolved_overdue_count"] += is_resolved and due is not None and ended > due
    (pack,) = (home.settings.snapshots / "2011-CY-X01").glob("v*")
    shown = " ".join(path.read_text("utf-8") for path in pack.glob("*.html"))
    computed = home.query(
        "select sum(received_count), sum(resolved_count), sum(resolved_overdue_count) "
        "from review.mart_review__handling where period_code = '2011-CY' and rule_code = 'ii06'"
    )

    assert expected["resolved_overdue_count"] > 0
    assert computed == [tuple(expected.values())]
    for number in expected.values():
        assert f"{number:,}".replace(",", ".") in shown
