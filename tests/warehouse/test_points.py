"""Points lost are what the scorecard gives back when the dossiers that miss a component meet it."""

import random

import pytest

from warehouse.compiled_sql import built, make_again

pytestmark = pytest.mark.xdist_group("compiled")
AS_OF = "2025-01-31"
SCORED = ("fct_scorecard_bases", "fct_scorecard_counts", "mart_review__scorecard")
OF_RESOLVED = {
    "electronic_results": "result_electronic",
    "reused_data": "data_reused",
    "stored_results": "result_stored",
    "population_connected_dossiers": "population_connected",
    "digitised_dossiers": "input_and_result",
}
MET = {"digitised_dossiers": "input_and_result_digitised_count"}
MEMBERS = "('province', 'all'), ('field', 'f1'), ('agency', 'a2')"
CHANGES = {
    "progress": "qd766_outcome_code = 'on_time'",
    "online_dossiers": "received_online_count = received_in_period_count",
    "electronic_results": "result_electronic_count = resolved_count "
    "- result_electronic_unknown_count",
    "digitised_dossiers": "input_and_result_digitised_count = resolved_count "
    "- input_and_result_unknown_count",
}
"""What makes the dossiers of a component meet it; what nobody knows of stays unknown."""
SHARES = {"electronic_results": 0.6, "reused_data": 0.9, "digitised_dossiers": 0.77}


def dossiers(chance: random.Random, count: int) -> list[dict]:
    """Give dossiers of three agencies and fields; reuse is past its threshold, digitising near."""
    rows = []
    for number in range(count):
        outcome = chance.choice(["early", "on_time", "overdue", "in_due", "past_due"])
        resolved = int(outcome in {"early", "on_time", "overdue"})
        received, online = chance.random() < 0.8, chance.random() < 0.3
        row = {
            "dossier_key": f"l|{number}",
            "locality_code": "l",
            "province_code": "H57",
            "period_code": "2024-CH1",
            "level_code": "commune",
            "agency_code": f"a{chance.randrange(3)}",
            "field_code": f"f{chance.randrange(3)}",
            "procedure_code": f"p{chance.randrange(4)}",
            "qd766_outcome_code": outcome,
            "received_count": 1,
            "received_in_period_count": int(received),
            "received_online_count": int(received and online),
            "resolved_count": resolved,
        }
        for component, stem in OF_RESOLVED.items():
            known = chance.random() < 0.9
            met = chance.random() < SHARES.get(component, 0.5)
            row[MET.get(component, f"{stem}_count")] = int(resolved and known and met)
            row[f"{stem}_unknown_count"] = int(resolved and not known)
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def scored(compiled_project):
    """Give a database with 300 dossiers, and their points."""
    with built(compiled_project, compiled_project, AS_OF, "mart_review__points") as connection:
        table = "marts.core.fct_dossier_periods"
        columns = [row[0] for row in connection.sql(f"describe {table}").fetchall()]
        blank = {name: 0 if name.endswith("_count") else None for name in columns}
        for row in dossiers(random.Random(766), 300):
            marks = ", ".join(f"${name}" for name in columns)
            connection.execute(f"insert into {table} values ({marks})", blank | row)
        make_again(connection, compiled_project, AS_OF, *SCORED, "mart_review__points")
        yield connection


def counted(connection, component_code: str) -> tuple[int, float]:
    """Give how many dossiers of the province meet a component, and its score."""
    met_count, score = connection.execute(
        "select numerator_count, score from review.mart_review__scorecard "
        "where period_code = '2024-CH1' and province_code = 'H57' and scope_code = 'province' "
        "and component_code = ?",
        [component_code],
    ).fetchone()
    return met_count, float(score)


@pytest.mark.parametrize("component_code", CHANGES)
def test_dossiers_that_meet_it_give_back_what_the_mart_says(
    scored, compiled_project, component_code
):
    rows = scored.execute(
        "select scope_code, member_code, missed_count, score_if_met, lost_points "
        "from review.mart_review__points "
        f"where component_code = ? and (scope_code, member_code) in ({MEMBERS})",
        [component_code],
    ).fetchall()
    met_count, score = counted(scored, component_code)
    assert len(rows) == 3
    for scope_code, member_code, missed_count, score_if_met, lost_points in rows:
        condition = "true" if scope_code == "province" else f"{scope_code}_code = '{member_code}'"
        scored.execute("begin")
        scored.execute(
            f"update core.fct_dossier_periods set {CHANGES[component_code]} where {condition}"
        )
        make_again(scored, compiled_project, AS_OF, *SCORED)
        found = counted(scored, component_code)
        scored.execute("rollback")

        assert missed_count > 0
        assert found == (met_count + missed_count, float(score_if_met))
        assert float(lost_points) == pytest.approx(float(score_if_met) - score, abs=1e-9)
