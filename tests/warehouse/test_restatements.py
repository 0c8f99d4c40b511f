"""A year sent again: exactly what was planted in it is named, and explains every figure."""

import json
from datetime import date

import pytest

from intake_support import fake_suite
from motcua.approval.sealing import DOSSIERS_SQL
from motcua.demo.edge import RESTATED, RESTATED_NAME, write_demo
from motcua.intake.edge import run_intake
from motcua.settings import Settings
from motcua.snapshot.model import Cell, Figure
from motcua.snapshot.queries import WHOLE_SCOPE
from motcua.snapshot.restatement import MEASURES, compare_figures
from motcua.warehouse.project import SealedPack
from warehouse.compiled_sql import built
from warehouse.dbt_project_helpers import Warehouse

pytestmark = pytest.mark.xdist_group("compiled")
SEALED_AS_OF = date(2025, 1, 6)
REVIEW, PERIOD = "2024-CY-H01", "2024-CY"
FIGURES = f"""
    select
        count(*), sum(received_in_period_count), sum(resolved_count), sum(resolved_early_count),
        sum(resolved_on_time_count), sum(resolved_overdue_count), sum(pending_count),
        sum(pending_in_due_count), sum(pending_overdue_count)
    from core.fct_dossier_periods where period_code = '{PERIOD}'
"""


@pytest.fixture(scope="module")
def landed(compiled_project, tmp_path_factory):
    """The scenario taken in, and the manifest of a pack sealed before the year was sent again."""
    folder = tmp_path_factory.mktemp("restated")
    settings = Settings(home=folder)
    write_demo(settings, 0.01, [RESTATED])
    planted = json.loads((settings.inbox / RESTATED_NAME).read_text("utf-8"))
    receipts = run_intake(settings, planted.pop("locality_code"), fake_suite)
    known = [one for one in receipts if one.exported_at[:10] <= SEALED_AS_OF.isoformat()]
    assert (len(receipts), len(known)) == (3, 2)
    warehouse = Warehouse(folder)
    locality = {"locality_code": receipts[0].locality_code, "province_code": "H01"}
    warehouse.lay_out([locality])
    dossiers = folder / "dossiers.parquet"
    keys = {"province_code": "H01", "period_code": PERIOD}
    wanted = ("fct_dossier_periods", "fct_dossiers")
    with built(compiled_project, warehouse, SEALED_AS_OF.isoformat(), *wanted) as then:
        then.execute(WHOLE_SCOPE)
        then.execute(f"copy ({DOSSIERS_SQL}) to '{dossiers}' (format parquet)", keys)
        sealed = dict(zip(MEASURES, then.execute(FIGURES).fetchone(), strict=True))
    pack = SealedPack(
        pack_code=REVIEW,
        review_code=REVIEW,
        agency_codes=(),
        version=1,
        **keys,
        as_of_date=SEALED_AS_OF.isoformat(),
        delivery_ids=tuple(one.delivery_id for one in known),
        dossiers=dossiers,
    )
    warehouse.lay_out([locality], (pack,))
    (resent,) = {one.delivery_id for one in receipts} - {one.delivery_id for one in known}
    return warehouse, planted, resent, sealed


def test_exactly_what_was_planted_is_named_and_explains_every_figure(compiled_project, landed):
    warehouse, planted, resent, sealed = landed
    assert {reason: len(codes) for reason, codes in planted.items()} == {
        "due_date": 120,
        "status": 40,
        "vanished": 15,
    }
    wanted = ("fct_restatements", "mart_review__restatements", "fct_dossiers")
    with built(compiled_project, warehouse, "2025-02-10", *wanted) as now:
        named = now.execute(
            "select reason_code, list(dossier_code order by dossier_code)"
            " from core.fct_restatements group by reason_code"
        ).fetchall()
        brought = now.execute("select distinct _delivery_id from core.fct_restatements").fetchall()
        outcomes = now.execute(
            "select distinct reason_code, sealed_outcome_code = outcome_code"
            " from core.fct_restatements"
        ).fetchall()
        missing = now.execute(
            "select list(dossier_code order by dossier_code)"
            " from core.fct_dossiers where is_missing_from_source"
        ).fetchone()
        current = dict(zip(MEASURES, now.execute(FIGURES).fetchone(), strict=True))
        explained = now.execute(
            "select measure_code, sum(added_count) - sum(removed_count) as explained_count"
            " from review.mart_review__restatements group by measure_code"
        ).fetchall()
    assert dict(named) == planted
    assert brought == [(resent,)]
    assert sorted(outcomes) == [("due_date", False), ("status", False), ("vanished", True)]
    assert missing == (planted["vanished"],)

    content = {
        code: Figure(code, code, Cell("count", count, str(count))) for code, count in sealed.items()
    }
    rows = [{"measure_code": code, "explained_count": count} for code, count in explained]
    figures = compare_figures(content, current, rows)
    assert [figure.code for figure in figures if not figure.is_explained] == []
    moved = {figure.code: figure.difference for figure in figures if figure.difference}
    assert moved["resolved"] == -40
    assert moved["pending"] == 40
    assert "received" not in moved


def test_what_nobody_sent_again_is_not_named(compiled_project, landed):
    warehouse, _, _, _ = landed
    with built(compiled_project, warehouse, "2025-01-06", "fct_restatements") as found:
        assert found.execute("select count(*) from core.fct_restatements").fetchone() == (0,)
