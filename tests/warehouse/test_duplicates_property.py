"""One dossier in two systems: what is proposed, and that what is decided counts once.

Proposals are stated again in plain Python. That a decided duplicate is in no count is shown by
building the same landing without its lines: every table that counts dossiers must come out equal.
"""

import itertools
import random
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest

from motcua.duplicates.register import parse_decisions
from warehouse.compiled_sql import built
from warehouse.dbt_project_helpers import Delivery, Warehouse

pytestmark = pytest.mark.xdist_group("compiled")
AS_OF = date(2025, 3, 1)
FIRST_DAY = date(2024, 1, 2)
COUNTING = (
    "core.fct_dossier_periods",
    "core.fct_dossier_flags",
    "core.fct_scorecard_bases",
    "review.mart_review__handling",
    "review.mart_review__late_reception",
    "review.mart_review__payments",
    "review.mart_review__ratings",
)
PROPOSED = (
    "select dossier_key, other_dossier_key, is_same_code, is_same_procedure, is_same_applicant, "
    "is_same_received_date, is_same_due_date, confidence_code, state_code, duplicate_dossier_key "
    "from quality.dim_dossier_duplicates"
)


# A landing drawn at random -----------------------------------------------------------------------


def draw_code(chance: random.Random) -> str:
    """Give a code that meets others often, in either form; some tell nothing of agency and day."""
    agency, number = chance.choice(["01", "01", "02"]), chance.randint(1, 2)
    day = chance.choice(["240105", "240105", "240106"])
    return chance.choice(
        [
            f"H01.{agency}-{day}-{number:04d}",
            f"000.00.{agency}.H01-{day}-{number:04d}",
            f"000.07.{agency}.H01-{day}-{number:04d}",
            f"H01.{agency}.07-{day}-{number:04d}",
            f"HS{number}",
        ]
    )


def draw_row(chance: random.Random, code: str) -> dict:
    received = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(
        days=chance.choice([0, 0, 1, 40]), hours=chance.randrange(24)
    )
    finished = received + timedelta(days=chance.choice([3, 20, 400]))
    is_closed = chance.random() < 0.6
    return {
        "dossier_code": code,
        "procedure_code": chance.choice(
            ["1.000001", "1.000001", "1.000001.000.00.00.H01", "1.000002", None]
        ),
        "receiving_agency_code": "H01.01",
        "resolving_agency_code": chance.choice(["H01.01", "H01.02", None]),
        "channel_code": chance.choice(["online", "direct", None]),
        "applicant_token": chance.choice(["t1", "t2", "t3", None]),
        "submitted_at": received - timedelta(hours=5),
        "received_at": chance.choice([received, received, received, None]),
        "due_at": chance.choice([received + timedelta(days=10), None]),
        "finished_at": finished if is_closed else None,
        "status_code": chance.choice(["9", "10", "7"]) if is_closed else chance.choice("134"),
    }


def draw_deliveries(number: int, chance: random.Random) -> list[Delivery]:
    """Give a few localities that only know each other: codes and tokens carry their number."""
    deliveries = []
    for position in range(chance.randint(2, 3)):
        rows = [draw_row(chance, draw_code(chance)) for _ in range(chance.randint(1, 6))]
        rows = list({row["dossier_code"]: row for row in rows}.values())
        for row in rows:
            row["dossier_code"] += f"x{number}"
            row["applicant_token"] = row["applicant_token"] and f"{row['applicant_token']}x{number}"
        deliveries.append(
            Delivery(
                f"{chance.getrandbits(64):016x}",
                datetime(2025, chance.choice([1, 2, 2, 4]), 1, 8),
                {
                    "dossiers": rows,
                    "payments": [draw_payment(chance, row) for row in rows],
                    "ratings": [draw_rating(chance, row) for row in rows],
                    "portal_dossiers": [draw_listed(row) for row in rows if chance.random() < 0.6],
                },
                locality_code=f"l-{number:03d}-{position}",
            )
        )
    return deliveries


def draw_payment(chance: random.Random, row: dict) -> dict:
    return {
        "dossier_code": row["dossier_code"],
        "fee_code": "f",
        "fee_kind_code": "fee",
        "amount": chance.choice([0, 10_000]),
        "payment_channel_code": chance.choice(["online", "cash"]),
        "paid_at": row["submitted_at"],
    }


def draw_rating(chance: random.Random, row: dict) -> dict:
    return {
        "dossier_code": row["dossier_code"],
        "criterion_code": "overall",
        "rating_code": chance.choice(["satisfied", "not_satisfied"]),
        "rated_at": row["submitted_at"],
    }


def draw_listed(row: dict) -> dict:
    names = ("dossier_code", "received_at", "due_at", "finished_at", "status_code")
    return {"system_code": "national_portal", **{name: row[name] for name in names}}


def draw_register(deliveries: list[Delivery], chance: random.Random) -> list[dict]:
    """Decide of some pairs, by the register's own rules; some of a day still to come."""
    keys = [
        (d.locality_code, row["dossier_code"]) for d in deliveries for row in d.rows["dossiers"]
    ]
    keys += [("l-nobody", f"never sent by {deliveries[0].locality_code}")]
    out: set[tuple] = set()
    kept_ones: set[tuple] = set()
    lines = {}
    for _ in range(chance.randint(0, len(keys))):
        duplicate, kept = chance.sample(keys, 2)
        is_same = chance.random() < 0.7
        if frozenset((duplicate, kept)) in lines:
            continue
        if is_same and ({duplicate, kept} & out or duplicate in kept_ones):
            continue
        if is_same:
            out.add(duplicate)
            kept_ones.add(kept)
        decided = AS_OF + timedelta(chance.choice([-30, 0, 0, 1]))
        decision = "same" if is_same else "different"
        lines[frozenset((duplicate, kept))] = (*duplicate, *kept, decision, str(decided), "x")
    return list(lines.values())


# What is to be known of it, in plain Python ------------------------------------------------------


def key_of(locality_code: str, dossier_code: str) -> str:
    return f"{locality_code}|{dossier_code}"


def known_dossiers(deliveries: list[Delivery]) -> dict[str, dict]:
    return {
        key_of(delivery.locality_code, row["dossier_code"]): {
            **row,
            "locality_code": delivery.locality_code,
        }
        for delivery in deliveries
        if delivery.exported_at.date() <= AS_OF
        for row in delivery.rows["dossiers"]
    }


def code_in_new_form(code: str) -> str:
    agency, *rest = code.split("-")
    if agency.startswith("000."):
        _, unit, parent, province = agency.split(".")
        agency = ".".join(part for part in (province, parent, unit) if part != "00")
    return "-".join((agency, *rest))


def same_or_unknown(one, other):
    return None if one is None or other is None else one == other


def evidence(one: dict, other: dict) -> tuple:
    procedures = [row["procedure_code"] and row["procedure_code"][:8] for row in (one, other)]
    received = [row["received_at"] and row["received_at"].date() for row in (one, other)]
    due = [row["due_at"] and row["due_at"].date() for row in (one, other)]
    return (
        code_in_new_form(one["dossier_code"]) == code_in_new_form(other["dossier_code"]),
        same_or_unknown(*procedures),
        same_or_unknown(one["applicant_token"], other["applicant_token"]),
        same_or_unknown(*received),
        same_or_unknown(*due),
    )


def confidence(told: tuple, *, is_proposed: bool) -> str:
    is_code, is_procedure, _, is_received, is_due = told
    if is_code:
        return ("low", "medium", "high")[bool(is_procedure) + bool(is_received)]
    if is_proposed:
        return "medium" if is_due else "low"
    return "none"


def proposed_pairs(dossiers: dict[str, dict]) -> set[tuple[str, str]]:
    groups = defaultdict(list)
    for key, row in dossiers.items():
        if not row["dossier_code"].startswith("HS"):
            groups["code", code_in_new_form(row["dossier_code"])].append(key)
        if row["applicant_token"] and row["procedure_code"] and row["received_at"]:
            procedure, day = row["procedure_code"][:8], row["received_at"].date()
            groups["person", row["applicant_token"], procedure, day].append(key)
    return {
        (one, other)
        for (kind, *_), members in groups.items()
        if len(members) <= 5
        for one, other in itertools.combinations(sorted(members), 2)
        if kind == "code" or dossiers[one]["locality_code"] != dossiers[other]["locality_code"]
    }


def effective(register, dossiers: dict[str, dict]) -> dict[str, str]:
    """Give the dossiers that are out of every count, and which each is."""
    return {
        key_of(*one.duplicate): key_of(*one.kept)
        for one in register
        if one.decision_code == "same"
        and one.decided_date <= AS_OF
        and {key_of(*one.duplicate), key_of(*one.kept)} <= dossiers.keys()
    }


def expected_rows(register, dossiers: dict[str, dict]) -> set[tuple]:
    proposed = proposed_pairs(dossiers)
    out = effective(register, dossiers)
    decided = {
        tuple(sorted((key_of(*one.duplicate), key_of(*one.kept)))): one
        for one in register
        if one.decided_date <= AS_OF
    }
    rows = set()
    for pair in proposed | decided.keys():
        one, other = (dossiers.get(key) for key in pair)
        told = evidence(one, other) if one and other else (None,) * 5
        decision = decided.get(pair)
        state, duplicate = "undecided", None
        if decision:
            key = key_of(*decision.duplicate)
            is_out = out.get(key) == key_of(*decision.kept) and decision.decision_code == "same"
            is_done = is_out or decision.decision_code == "different"
            state = decision.decision_code if is_done else "without_effect"
            duplicate = key if is_out else None
        rows.add((*pair, *told, confidence(told, is_proposed=pair in proposed), state, duplicate))
    return rows


# The comparison ----------------------------------------------------------------------------------


def land(folder, deliveries: list[Delivery], duplicates: tuple[dict, ...] = ()) -> Warehouse:
    landed = Warehouse(folder)
    for dataset_code in ("dossiers", "payments", "ratings", "portal_dossiers"):
        landed.write_together(dataset_code, deliveries)
    register = {
        one.locality_code: {
            "locality_code": one.locality_code,
            "locality_name": one.locality_code,
            "province_code": "H01",
            "province_name": "An Giang",
            "is_expected": True,
        }
        for one in deliveries
    }
    landed.lay_out(list(register.values()), duplicates=duplicates)
    return landed


def without(deliveries: list[Delivery], out: set[str]) -> list[Delivery]:
    """Give the deliveries without the lines of some dossiers, and what hangs on them."""
    return [
        Delivery(
            delivery.delivery_id,
            delivery.exported_at,
            {
                code: [
                    row
                    for row in rows
                    if key_of(delivery.locality_code, row["dossier_code"]) not in out
                ]
                for code, rows in delivery.rows.items()
            },
            locality_code=delivery.locality_code,
        )
        for delivery in deliveries
    ]


def counted(found) -> dict[str, list[tuple]]:
    return {name: found.sql(f"select * from {name} order by all").fetchall() for name in COUNTING}


def assert_counted_once(compiled: Warehouse, folder, count: int, seed: int) -> None:
    chance = random.Random(seed)
    worlds = [draw_deliveries(number, chance) for number in range(count)]
    deliveries = [one for world in worlds for one in world]
    lines = [line for world in worlds for line in draw_register(world, chance)]
    head = (
        "duplicate_locality_code,duplicate_dossier_code,kept_locality_code,kept_dossier_code,"
        "decision_code,decided_date,instrument"
    )
    register = parse_decisions("\n".join([head, *map(",".join, lines)]), "trung.csv")
    dossiers = known_dossiers(deliveries)
    out = effective(register, dossiers)
    wanted = ("dim_dossier_duplicates", *(name.split(".")[1] for name in COUNTING))
    told = tuple(one.model_dump(mode="json") for one in register)
    with built(compiled, land(folder / "a", deliveries, told), str(AS_OF), *wanted) as found:
        rows = found.sql(PROPOSED).fetchall()
        once = counted(found)
        flagged = dict(
            found.sql(
                "select dossier_key, duplicate_of_dossier_key from core.fct_dossiers "
                "where duplicate_of_dossier_key is not null"
            ).fetchall()
        )
        (kept,) = found.execute("select count(*) from core.fct_dossiers").fetchone()
    assert len(rows) == len(set(rows))
    assert set(rows) == expected_rows(register, dossiers)
    assert flagged == out
    assert kept == len(dossiers)
    bare = land(folder / "b", without(deliveries, out.keys()))
    with built(compiled, bare, str(AS_OF), *wanted[1:]) as found:
        never_sent = counted(found)
    for name in COUNTING:
        assert once[name] == never_sent[name], name
        assert once[name], name
    states = {row[-2] for row in rows}
    assert states == {"undecided", "same", "different", "without_effect"}
    assert {row[-3] for row in rows} == {"high", "medium", "low", "none"}


def test_twenty_landings_count_what_was_decided_once(compiled_project, tmp_path):
    assert_counted_once(compiled_project, tmp_path, 20, 8)


@pytest.mark.soak
def test_five_hundred_landings_count_what_was_decided_once(compiled_project, tmp_path):
    assert_counted_once(compiled_project, tmp_path, 500, 88)
