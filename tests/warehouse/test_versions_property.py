"""Versions of dossiers over random histories of deliveries, stated again in plain Python.

Nothing of the project's rules is imported. The histories lie side by side, one locality each, and
the compiled models judge all of them at once, as of several dates.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from warehouse.compiled_sql import built
from warehouse.dbt_project_helpers import Delivery, Warehouse

pytestmark = pytest.mark.xdist_group("compiled")
FIRST_DAY = date(2024, 3, 1)
AS_OF_DATES = tuple(FIRST_DAY + timedelta(days) for days in (5, 11, 30))
TRACKED = {
    "procedure_code": ("1.000001", "1.000002", None),
    "receiving_agency_code": ("H01.01", "H01.02"),
    "resolving_agency_code": ("H01.01", None),
    "level_code": ("province", None),
    "channel_code": ("online", "direct", None),
    "received_at": (*(datetime(2024, month, 5, 8) for month in (1, 2, 3)), None),
    "due_at": (*(datetime(2024, 3, day, 17) for day in (1, 9, 20)), None),
    "finished_at": (datetime(2024, 3, 2, 9), None),
    "returned_at": (datetime(2024, 3, 3, 9), None),
    "status_code": ("4", "9", "10"),
}
COUNTED_AS = {"level_code": "unknown", "channel_code": "direct"}
"""How versions show what no source said."""
PERIODS = (
    (None, None),
    (date(2024, 1, 5), date(2024, 2, 4)),
    (date(2024, 2, 1), None),
    (None, date(2024, 2, 5)),
)


# Histories drawn at random -----------------------------------------------------------------------


def draw_row(chance: random.Random, code: str, before: dict | None) -> dict:
    """Give a dossier's line: often the one before, or that with a column or two changed."""
    row = before or {name: chance.choice(values) for name, values in TRACKED.items()}
    changed = chance.choice([0, 0, 1, 1, 2]) if before else 0
    for name in chance.sample(list(TRACKED), changed):
        row = {**row, name: chance.choice(TRACKED[name])}
    return {**row, "dossier_code": code}


def draw_history(number: int, chance: random.Random) -> list[Delivery]:
    codes = [f"H01.01-240105-{one:04d}" for one in range(chance.randint(1, 4))]
    moments = [
        datetime.combine(FIRST_DAY, datetime.min.time())
        + timedelta(days=chance.randrange(18), hours=chance.choice([0, 8, 23]))
        for _ in range(chance.randint(2, 7))
    ]
    if chance.random() < 0.3:
        moments[-1] = moments[0]
    last: dict[str, dict] = {}
    deliveries = []
    for at in moments:
        rows = []
        for code in codes:
            for _ in range(chance.choice([0, 1, 1, 1, 2] if rows else [0, 1, 1])):
                last[code] = draw_row(chance, code, last.get(code))
                rows.append(last[code])
        is_full = chance.random() < 0.45
        first, until = chance.choice(PERIODS) if is_full else (None, None)
        deliveries.append(
            Delivery(
                f"{chance.getrandbits(64):016x}",
                at,
                {"dossiers": rows},
                locality_code=f"h-{number:03d}",
                refused_counts={"dossiers": 1} if chance.random() < 0.15 else {},
                is_full=is_full,
                full_from_date=first,
                full_to_date=until,
            )
        )
    chance.shuffle(deliveries)
    return deliveries


# What is to be known of them, in plain Python ----------------------------------------------------


@dataclass
class Version:
    """One version, as far as it is known."""

    values: dict
    is_missing: bool
    valid_from: datetime
    last_shown_at: datetime
    delivery_id: str
    source_row: int | None
    changed: str | None
    valid_to: datetime | None = None


@dataclass
class Book:
    """What a locality's deliveries say, one after the other."""

    versions: dict[str, list[Version]] = field(default_factory=dict)

    def show(self, delivery: Delivery, code: str, row: dict, line: int) -> None:
        values = {name: row[name] for name in TRACKED}
        known = self.versions.setdefault(code, [])
        changed = None
        if known:
            last = known[-1]
            names = [name for name in TRACKED if values[name] != last.values[name]]
            names += ["is_missing_from_source"] if last.is_missing else []
            if not names:
                last.last_shown_at = delivery.exported_at
                return
            last.valid_to = delivery.exported_at
            changed = ",".join(sorted(names))
        at = delivery.exported_at
        known.append(Version(values, False, at, at, delivery.delivery_id, line, changed))

    def miss(self, delivery: Delivery, code: str) -> None:
        last = self.versions[code][-1]
        received = last.values["received_at"] and last.values["received_at"].date()
        first, until = delivery.full_from_date, delivery.full_to_date
        if last.is_missing or ((first or until) and received is None):
            return
        if (first and received < first) or (until and received > until):
            return
        last.valid_to = delivery.exported_at
        self.versions[code].append(
            replace(
                last,
                is_missing=True,
                valid_from=delivery.exported_at,
                valid_to=None,
                delivery_id=delivery.delivery_id,
                source_row=None,
                changed="is_missing_from_source",
            )
        )


def versions_of(deliveries: list[Delivery], as_of: date) -> dict[tuple, tuple]:
    book = Book()
    for delivery in sorted(deliveries, key=lambda one: (one.exported_at, one.delivery_id)):
        if delivery.exported_at.date() > as_of:
            continue
        shown = {
            row["dossier_code"]: (row, line)
            for line, row in enumerate(delivery.rows["dossiers"], 2)
        }
        for code, (row, line) in shown.items():
            book.show(delivery, code, row, line)
        if delivery.is_full and not delivery.refused_counts:
            for code in book.versions.keys() - shown.keys():
                book.miss(delivery, code)
    return {
        (deliveries[0].locality_code, code, number): (
            *(version.values[name] or COUNTED_AS.get(name) for name in TRACKED),
            version.is_missing,
            version.changed,
            version.valid_from,
            version.valid_to,
            version.last_shown_at,
            version.delivery_id,
            version.source_row,
        )
        for code, versions in book.versions.items()
        for number, version in enumerate(versions, 1)
    }


# The comparison ----------------------------------------------------------------------------------


def assert_equal_to_the_model(compiled: Warehouse, folder, count: int, seed: int) -> None:
    chance = random.Random(seed)
    histories = [draw_history(number, chance) for number in range(count)]
    landed = Warehouse(folder)
    landed.write_together("dossiers", [one for history in histories for one in history])
    met = set()
    for as_of in AS_OF_DATES:
        with built(compiled, landed, str(as_of), "fct_dossier_versions", "fct_dossiers") as found:
            versions = found.execute(
                "select locality_code, dossier_code, version_no, "
                f"{', '.join(TRACKED)}, is_missing_from_source, changed_columns, valid_from, "
                "valid_to, last_shown_at, _delivery_id, _source_row from core.fct_dossier_versions"
            ).fetchall()
            missing = found.execute(
                "select locality_code, dossier_code, is_missing_from_source from core.fct_dossiers"
            ).fetchall()
        expected = {
            key: version
            for history in histories
            for key, version in versions_of(history, as_of).items()
        }
        got = {row[:3]: row[3:] for row in versions}
        assert len(got) == len(versions)
        unequal = {
            key: (got.get(key), expected.get(key))
            for key in got.keys() | expected.keys()
            if got.get(key) != expected.get(key)
        }
        assert unequal == {}
        last = {key[:2]: version[len(TRACKED)] for key, version in sorted(expected.items())}
        assert {row[:2]: row[2] for row in missing} == last
        met |= {version[len(TRACKED) + 1] for version in expected.values()}
    assert {None, "due_at", "is_missing_from_source"} < met
    assert any(name and "is_missing_from_source," in name for name in met)


def test_versions_of_thirty_histories_are_those_of_the_model(compiled_project, tmp_path):
    assert_equal_to_the_model(compiled_project, tmp_path, 30, 5)


@pytest.mark.soak
def test_versions_of_five_hundred_histories_are_those_of_the_model(compiled_project, tmp_path):
    assert_equal_to_the_model(compiled_project, tmp_path, 500, 55)
