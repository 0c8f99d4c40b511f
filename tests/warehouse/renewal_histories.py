"""Random histories of deliveries, one locality each, and a home that they reach step by step.

What is drawn keeps to what the expectation suites let through. Histories of one province share its
agencies thirty at a time, so that what twenty dossiers do together comes and goes as they change.
"""

import csv
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from motcua.approval.sealing import DOSSIERS_SQL
from motcua.datasets import DATASETS, LINEAGE
from motcua.duplicates.register import DuplicateDecision
from motcua.receipts import Receipt, write_receipt
from motcua.settings import Settings
from motcua.shelf.edge import write_act
from motcua.shelf.states import DOSSIERS, MANIFEST
from motcua.units.register import AgencySuccession
from warehouse.dbt_project_helpers import REFUSAL_COLUMNS, Delivery, receipt_of, traced_rows

Row = dict[str, object]


@dataclass(frozen=True)
class Step:
    """The days on which what arrives in a step was exported, and what people enter before it.

    In a quiet step most dossiers are left alone: half of the localities send, and what they tell of
    procedures and agencies is of few dossiers. ``sealed``: reviews of which a pack is sealed when
    the step is over, each with the agency that the pack is of, if it is not of the province.
    """

    first_day: date
    last_day: date
    has_late_successions: bool = True
    has_late_decisions: bool = True
    is_quiet: bool = False
    sealed: tuple[tuple[str, str | None], ...] = ()


STEPS = (
    Step(
        date(2024, 4, 20),
        date(2024, 5, 12),
        has_late_successions=False,
        has_late_decisions=False,
    ),
    Step(
        date(2024, 5, 10),
        date(2024, 5, 17),
        has_late_successions=False,
        has_late_decisions=False,
        sealed=(
            ("2024-CY-H01", None),
            ("2024-05-QN-H49", None),
            ("2024-05-QN-H49", "H49.10.01"),
        ),
    ),
    Step(date(2024, 5, 19), date(2024, 6, 20), has_late_decisions=False),
    Step(date(2024, 4, 25), date(2024, 6, 10), is_quiet=True),
    Step(date(2024, 6, 18), date(2024, 6, 28), sealed=(("2024-CH1-H57", None),)),
    Step(date(2024, 7, 1), date(2025, 1, 10)),
    Step(date(2025, 1, 12), date(2025, 2, 10), is_quiet=True),
)
"""Between the second and the third and between the fifth and the sixth, reviewed periods end,
agencies hand over and packs and successions are new, so that all must be made anew; between others
only deliveries, decisions and the day are. The fourth brings only what is older than what is known,
and before the last all reviewed periods are over."""
FIRST_DAY = STEPS[0].first_day
PERIODS = {"H01": "2024-CY", "H49": "2024-05-QN", "H57": "2024-CH1"}
"""The period that a registered review of each province is about."""
PROVINCES = tuple(PERIODS)
TOGETHER = 30
"""Histories that share agencies, a third of them in each province."""
BUSY_MOMENTS = {
    "H01": (datetime(2024, 5, 8, 16, 30, 5), datetime(2024, 12, 30, 16, 30, 5)),
    "H49": (datetime(2024, 5, 17, 16, 30, 5),),
    "H57": (datetime(2024, 5, 8, 16, 30, 5), datetime(2024, 6, 28, 16, 30, 5)),
}
"""Seconds in which many dossiers close, one of them in the last days of the period."""
PROCEDURES = ("1.000001", "1.000002", "1.000003", "2.000004")
FIELDS = ("dat_dai", "ho_tich", "xay_dung")
BOOLEANS = tuple(name for name in DATASETS["dossiers"].columns if name.startswith(("is_", "has_")))
DECIDED = (date(2024, 4, 1), date(2025, 1, 12), date(2024, 5, 14))
"""Days of decisions about twins, known or not when the first delivery is taken in."""
CLOSED, ENDED, WAITING = ("9", "10"), ("3", "7", "8"), ("2", "4", "5", "6")
KINDS = (
    *["dossiers"] * 7,
    *["full"] * 4,
    *("repeat", "children", "refused", "others"),
)
"""What a delivery is, as often as it stands here."""
FULL_PERIODS = (
    (None, None),
    (None, None),
    (date(2024, 2, 1), None),
    (None, date(2024, 3, 31)),
    (date(2024, 1, 15), date(2024, 4, 15)),
)


@dataclass
class History:
    """A locality, its dossiers as it last showed them, and what it has sent."""

    number: int
    last: dict[str, Row] = field(default_factory=dict)
    sent: list[Delivery] = field(default_factory=list)

    @property
    def locality_code(self) -> str:
        return f"h-{self.number:03d}"

    @property
    def province_code(self) -> str:
        return PROVINCES[self.number % 3]

    @property
    def is_hasty(self) -> bool:
        """Whether it closes most dossiers in a busy moment, so that its agency may reach twenty."""
        return self.number // 3 % 5 < 3

    @property
    def twin(self) -> int:
        """The history that holds this one's first two dossiers, too."""
        return self.number + (-3 if self.number // 3 % 2 else 3)

    @property
    def codes(self) -> list[str]:
        pair = min(self.number, self.twin)
        last = 12 if self.is_hasty else 8
        own = [f"{self.agency(1)}-240205-{self.number:03d}{one}" for one in range(2, last)]
        shared = [f"{self.agency(1)}-240205-{pair:03d}{one}" for one in range(2)]
        return [*shared, *own]

    def agency(self, number: int) -> str:
        return f"{self.province_code}.{10 + self.number // TOGETHER}.0{number}"


# Dossiers and what hangs on them -----------------------------------------------------------------


def draw_moment(chance: random.Random, first: datetime, last: datetime) -> datetime:
    """Draw a second between two; midnight says that a source tells days only."""
    day = first.date() + timedelta(chance.randrange((last.date() - first.date()).days + 1))
    at = datetime.combine(day, time(chance.choice([0, 6, 9, 14, 20]), chance.choice([0, 17])))
    return min(max(at, first), last)


def draw_closing(chance: random.Random, history: History, row: Row, at: datetime) -> datetime:
    received = row["received_at"] or at - timedelta(20)
    busy = [one for one in BUSY_MOMENTS[history.province_code] if received <= one <= at]
    if busy and chance.random() < (0.95 if history.is_hasty else 0.3):
        return busy[-1]
    due = row["due_at"]
    if due and received <= due <= at and chance.random() < 0.3:
        return due
    return draw_moment(chance, received, at)


def in_state(chance: random.Random, history: History, row: Row, at: datetime, status: str) -> Row:
    """Put a dossier into a state, with the times that belong to it."""
    row = {**row, "status_code": status}
    row |= dict.fromkeys(("finished_at", "returned_at", "not_accepted_at"))
    if status in (*CLOSED, "7") or (status == "8" and chance.random() < 0.5):
        row["finished_at"] = draw_closing(chance, history, row, at)
        if status == "10" and chance.random() < 0.5:
            row["returned_at"] = draw_moment(chance, row["finished_at"], at)
            row["finished_at"] = chance.choice([None, row["finished_at"]])
    if status == "3":
        row["not_accepted_at"] = draw_closing(chance, history, row, at)
    if status in ("1", "3", "7") and chance.random() < 0.3:
        row["received_at"] = None
    return row


def draw_status(chance: random.Random, history: History) -> str:
    closed = CLOSED * (30 if history.is_hasty else 4)
    return chance.choice((*closed, *ENDED, *WAITING, "1", "4", "4"))


def draw_first(chance: random.Random, history: History, code: str, at: datetime) -> Row:
    """Draw a dossier as it is shown first."""
    first = datetime(2023, 12, 1) if chance.random() < 0.85 else at - timedelta(30)
    received = draw_moment(chance, first, min(at, first + timedelta(140)))
    is_twin = code == history.codes[1]
    if is_twin:
        received = datetime(2024, 2, 5, 8)
    due = datetime.combine(received.date(), time(16, 30, 5)) + timedelta(chance.randrange(2, 60))
    row: Row = {
        "dossier_code": code,
        "procedure_code": PROCEDURES[0] if is_twin else chance.choice([*PROCEDURES, None]),
        "field_code": chance.choice([*FIELDS, None, None]),
        "receiving_agency_code": history.agency(1),
        "resolving_agency_code": draw_agency(chance, history),
        "level_code": chance.choice(["province", "commune", None]),
        "channel_code": chance.choice(["online", "online", "direct", "postal", None]),
        "return_channel_code": chance.choice(["postal", "direct", None]),
        "submission_help_code": chance.choice(["self", "assisted", None]),
        "service_grade_code": chance.choice(["full", "partial", None, None]),
        "applicant_type_code": chance.choice(["citizen", "business", None]),
        "applicant_token": f"token-{min(history.number, history.twin)}" if is_twin else None,
        "submitted_at": chance.choice([None, received - timedelta(hours=30)]),
        "reception_due_at": chance.choice([None, received - timedelta(hours=22)]),
        "received_at": received,
        "due_at": chance.choice([due, due, due, due, None]),
        "overdue_cause_code": chance.choice(["system", "workload", None]),
    }
    row |= {name: chance.choice([True, False, None]) for name in BOOLEANS}
    return in_state(chance, history, row, at, draw_status(chance, history))


def draw_agency(chance: random.Random, history: History) -> str | None:
    """Mostly the one agency that closes many dossiers, also by default; seldom one that ends."""
    busy = (1,) * (40 if history.is_hasty else 5)
    return chance.choice([None, *map(history.agency, (*busy, 2, 3, 4, 5))])


def correct(chance: random.Random, history: History, row: Row, at: datetime, what: str) -> Row:
    """Correct one thing of a dossier's line; dates move so that it stays one to accept."""
    if what == "status":
        return in_state(chance, history, row, at, draw_status(chance, history))
    if what == "reopened" and row["received_at"]:
        return in_state(chance, history, row, at, chance.choice(WAITING))
    if what == "due_at":
        due = row["due_at"] and row["due_at"] + timedelta(chance.choice([5, 5, 40]))
        return row | {"due_at": chance.choice([*[due] * 9, None])}
    if what == "received_at":
        earlier = timedelta(chance.choice([1, 90]))
        return row | {"received_at": row["received_at"] and row["received_at"] - earlier}
    if what == "channel_code":
        return row | {"channel_code": chance.choice(["online", "direct", None])}
    drawn = {
        "resolving_agency_code": draw_agency(chance, history),
        "receiving_agency_code": history.agency(2),
        "procedure_code": chance.choice(PROCEDURES),
        chance.choice(BOOLEANS): chance.choice([True, False, None]),
    }
    name = chance.choice(list(drawn))
    return row | {name: drawn[name]}


CORRECTED = (
    *("status", "reopened", "received_at"),
    *["due_at"] * 4,
    *["channel_code"] * 2,
    *["other"] * 3,
)


def draw_dossier(chance: random.Random, history: History, code: str, at: datetime) -> Row:
    """Draw a dossier's line: as it was shown before, corrected, or as it was at an earlier time."""
    row = history.last.get(code)
    if row is None or (row["received_at"] or at) > at:
        return draw_first(chance, history, code, at)
    corrected = (*CORRECTED, *["status"] * 6) if history.is_hasty else CORRECTED
    for what in chance.sample(corrected, chance.choice([0, 1, 1, 2, 3])):
        row = correct(chance, history, row, at, what)
    later = [row[name] for name in ("finished_at", "returned_at", "not_accepted_at")]
    if any(one and one > at for one in later):
        return in_state(chance, history, row, at, "4" if row["received_at"] else "1")
    return row


def draw_shown(chance: random.Random, history: History) -> list[str]:
    """Draw of which dossiers a delivery tells; of two twins one shows later what they share."""
    count = chance.randint(5 if history.is_hasty else 1, 6)
    if history.last:
        return chance.sample(history.codes, count)
    shared, own = history.codes[:2], history.codes[2:]
    first = shared if history.number < history.twin else []
    return [*first, *chance.sample(own, max(count - len(first), 0))]


def draw_children(
    chance: random.Random, history: History, codes: Sequence[str], at: datetime
) -> dict[str, list[Row]]:
    """Draw what hangs on some of the dossiers: one line of a key each, events also twice."""
    rows: dict[str, list[Row]] = {}
    for code in codes:
        first = at - timedelta(chance.choice([3, 30]))
        started, ended = first, chance.choice([None, draw_moment(chance, first, at)])
        due = datetime.combine(first.date(), time(16, 30, 5))
        drawn: dict[str, Row] = {
            "supplements": {
                "requested_at": started,
                "supplied_at": ended,
                "due_before_at": chance.choice([None, due - timedelta(5), due + timedelta(5)]),
                "due_after_at": None,
            },
            "pauses": {
                "pause_kind_code": chance.choice(["fee", "stop", "other"]),
                "started_at": started,
                "ended_at": ended,
            },
            "steps": {
                "step_no": chance.choice([1, 2]),
                "step_kind_code": chance.choice(["receive", "approve", None]),
                "department_code": chance.choice(["P1", None]),
                "started_at": started,
                "due_at": chance.choice([None, due]),
                "finished_at": ended,
                "is_on_site": chance.choice([True, None]),
                "is_electronic": chance.choice([True, False]),
            },
            "payments": {
                "fee_code": chance.choice(["L1", "L2"]),
                "fee_kind_code": chance.choice(["charge", "fee", "financial_obligation"]),
                "amount": chance.choice([0, 20_000, 150_000]),
                "payment_channel_code": chance.choice(["online", "cash", None]),
                "paid_at": chance.choice([None, started]),
            },
            "ratings": {
                "dossier_code": chance.choice([code, None]),
                "agency_code": chance.choice([history.agency(1), history.agency(2)]),
                "criterion_code": chance.choice(["attitude", "time"]),
                "rating_code": chance.choice(["very_satisfied", "satisfied", "unsatisfied"]),
                "rated_at": chance.choice([started, at - timedelta(1)]),
            },
            "portal_dossiers": {
                "system_code": chance.choice(["national_portal", "national_portal", "city_app"]),
                "received_at": first - timedelta(chance.choice([0, 20])),
                "due_at": chance.choice([None, due + timedelta(7)]),
                "finished_at": ended,
                "status_code": "10" if ended else "4",
            },
        }
        for name in chance.sample(list(drawn), chance.choice([0, 1, 2, 3])):
            rows.setdefault(name, []).append({"dossier_code": code, **drawn[name]})
            if name in ("payments", "ratings") and chance.random() < 0.2:
                rows[name].append(rows[name][-1])
    return rows


# What is not of one dossier ----------------------------------------------------------------------


def draw_others(
    chance: random.Random, history: History, at: datetime, *, is_quiet: bool
) -> dict[str, list[Row]]:
    """Draw some of the datasets that tell of agencies, procedures and periods."""
    agencies, procedures = ((4, 5), PROCEDURES[-2:]) if is_quiet else (range(1, 6), PROCEDURES)
    agency = history.agency(chance.choice([1, 2, 3]))
    day = at.date() - timedelta(40)
    started = at - timedelta(chance.choice([2, 20]))
    drawn: dict[str, list[Row]] = {
        "agencies": [
            {
                "agency_code": code,
                "agency_name": chance.choice([f"Cơ quan {code}", f"Phòng {code}"]),
                "level_code": chance.choice(["province", "commune", None]),
                "parent_code": chance.choice([None, history.province_code]),
                "area_code": chance.choice(["urban", "rural", None]),
                "valid_from": chance.choice([None, date(2024, 1, 1)]),
            }
            for code in map(history.agency, chance.sample(agencies, 2))
        ],
        "procedures": [
            {
                "procedure_code": code,
                "procedure_name": f"Thủ tục {code}",
                "field_code": chance.choice(FIELDS),
                "field_name": chance.choice(["Lĩnh vực", None]),
                "competence_level_code": chance.choice(["province", "commune"]),
                "service_grade_code": chance.choice(["full", "partial", "information"]),
                "legal_time_limit": 15,
                "committed_time_limit": chance.choice([None, 3, 10]),
                "time_unit_code": chance.choice(["working_day", "day"]),
                "has_fee": chance.choice([True, False]),
                "accepts_online_payment": chance.choice([True, None]),
                "announced_date": day,
                "publicised_date": day + timedelta(chance.choice([2, 20])),
                "effective_date": chance.choice([None, day + timedelta(4)]),
                "is_content_complete": chance.choice([True, False, None]),
                "valid_from": chance.choice([None, None, date(2024, 2, 1), day]),
            }
            for code in chance.sample(procedures, 2)
        ],
        "petitions": [
            {
                "petition_code": f"PA-{chance.randrange(3)}",
                "kind_code": chance.choice(["administrative_act", None]),
                "source_code": chance.choice(["hotline", "national_portal"]),
                "agency_code": agency,
                "field_code": chance.choice(FIELDS),
                "received_at": started - timedelta(10),
                "due_at": started,
                "answered_at": chance.choice([None, started, started + timedelta(1)]),
                "satisfaction_code": chance.choice([None, "satisfied"]),
            }
        ],
        "incidents": [
            {
                "system_code": "national_portal",
                "kind_code": chance.choice(["outage", "slow"]),
                "agency_code": chance.choice([None, agency]),
                "started_at": started,
                "ended_at": chance.choice([None, started + timedelta(1)]),
            }
        ],
        "targets": [
            {
                "metric_code": chance.choice(["resolved_in_time", "online_received"]),
                "agency_code": chance.choice([None, agency]),
                "period_code": PERIODS[history.province_code],
                "value": chance.choice([80, 98]),
                "source_document": "KH 01",
            }
        ],
        "reported_totals": [
            {
                "form_code": "II.06",
                "period_code": PERIODS[history.province_code],
                "agency_code": agency,
                "field_code": field_code,
                "column_no": column_no,
                "value": chance.randrange(12),
            }
            for field_code in FIELDS[:2]
            for column_no in range(3, 14)
        ],
    }
    return {name: drawn[name] for name in chance.sample(list(drawn), chance.choice([1, 2, 3]))}


# Deliveries --------------------------------------------------------------------------------------


def draw_delivery(chance: random.Random, history: History, step: Step) -> Delivery | None:
    """Draw what a locality sends in a step, if it sends: seldom what it exported long before."""
    if chance.random() < (0.5 if step.is_quiet else 0.05 if history.is_hasty else 0.3):
        return None
    is_late = chance.random() < 0.2
    days = (FIRST_DAY, step.first_day) if is_late else (step.first_day, step.last_day)
    day = days[0] + timedelta(chance.randrange((days[1] - days[0]).days + 1))
    at = datetime.combine(day, time(chance.choice([0, 8, 23])))
    if history.sent and chance.random() < 0.08:
        at = history.sent[-1].exported_at
    delivery = Delivery(
        f"{chance.getrandbits(64):016x}", at, {}, history.locality_code, history.province_code
    )
    kind = chance.choice(KINDS)
    return replace(delivery, **_draw_content(chance, history, kind, at, is_quiet=step.is_quiet))


def _draw_content(
    chance: random.Random, history: History, kind: str, at: datetime, *, is_quiet: bool
) -> dict[str, object]:
    if kind == "refused":
        return {}
    if kind == "others":
        return {"rows": draw_others(chance, history, at, is_quiet=is_quiet)}
    if kind == "repeat" and history.sent:
        return {"rows": history.sent[-1].rows}
    shown = draw_shown(chance, history)
    if kind == "children":
        children = draw_children(chance, history, shown, at)
        return {"rows": children or draw_others(chance, history, at, is_quiet=is_quiet)}
    dossiers = [draw_dossier(chance, history, code, at) for code in shown]
    history.last |= {str(row["dossier_code"]): row for row in dossiers}
    rows = {"dossiers": dossiers, **draw_children(chance, history, shown, at)}
    if chance.random() < 0.15:
        rows |= draw_others(chance, history, at, is_quiet=is_quiet)
    first, until = chance.choice(FULL_PERIODS) if kind == "full" else (None, None)
    return {
        "rows": rows,
        "refused_counts": {"dossiers": 1} if chance.random() < 0.1 else {},
        "is_full": kind == "full",
        "full_from_date": first,
        "full_to_date": until,
    }


# The home that they reach ------------------------------------------------------------------------


def lay_out_home(folder: Path, histories: Iterable[History]) -> Settings:
    """Write the register of localities into a home of its own, and give the settings of it."""
    settings = Settings(
        home=folder,
        localities=folder / "localities.yml",
        successions=folder / "agency_successions.csv",
        duplicates=folder / "dossier_duplicates.csv",
    )
    calendar = {
        "every": "half",
        "by_day": 6,
        "time": "17:00",
        "grace_hours": 12,
        "from": "2024-06-30",
        "to": "2024-12-31",
    }
    localities = [
        {
            "locality_code": one.locality_code,
            "locality_name": one.locality_code,
            "province_code": one.province_code,
            "province_name": f"Tỉnh {one.province_code}",
            "contracts": "opencps_csv",
            "calendars": "nua_nam" if one.number % 2 else [],
        }
        for one in histories
    ]
    # New dossiers count as touched: of few, more than all may be. JSON is YAML.
    settings = settings.model_copy(update={"renewed_share": 9})
    register = {"calendars": {"nua_nam": calendar}, "localities": localities}
    settings.localities.write_text(json.dumps(register), "utf-8")
    return settings


def land(settings: Settings, deliveries: Sequence[Delivery], arrived_at: datetime) -> None:
    """Add deliveries to the landing as intake does: files of their own, and their receipts last."""
    for code, dataset in DATASETS.items():
        sent = [one for one in deliveries if code in one.rows]
        types = dataset.types() | LINEAGE
        table = _table(types, [row for one in sent for row in traced_rows(code, one)])
        start = 0
        for one in sent:
            path = settings.home / "landing" / _accepted_file(code, one)
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(table.slice(start, len(one.rows[code])), path, compression="zstd")
            start += len(one.rows[code])
    for one in deliveries:
        if one.refused_counts:
            _write_refusals(settings.quarantine / one.delivery_id, one)
        write_receipt(_receipt(one, arrived_at), settings.receipts)


def _accepted_file(dataset_code: str, delivery: Delivery) -> str:
    folder = f"accepted/{dataset_code}/locality={delivery.locality_code}"
    return f"{folder}/{delivery.delivery_id}.parquet"


def _table(types: dict[str, str], rows: Sequence[Row]) -> pa.Table:
    arrays = {
        name: pa.array([row.get(name) for row in rows], _ARROW_TYPES[kind])
        for name, kind in types.items()
    }
    return pa.table(arrays)


_ARROW_TYPES = {
    "string": pa.string(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "decimal(18, 2)": pa.decimal128(18, 2),
    "decimal(18, 4)": pa.decimal128(18, 4),
}


def _write_refusals(folder: Path, delivery: Delivery) -> None:
    """Give the reason of each refused line; it stands after those that were accepted."""
    rows: list[Row] = [
        {
            "delivery_id": delivery.delivery_id,
            "dataset_code": code,
            "source_file": f"{code}.csv",
            "source_row": len(delivery.rows[code]) + 2 + line,
            "column_name": "status_code",
            "rule_code": "status_is_known",
            "severity_code": "critical",
            "sentence": "Trạng thái không đọc được.",
        }
        for code, count in delivery.refused_counts.items()
        for line in range(count)
    ]
    types = dict.fromkeys(REFUSAL_COLUMNS, "string") | {"source_row": "bigint"}
    folder.mkdir(parents=True)
    pq.write_table(_table(types, rows), folder / "refusals.parquet", compression="zstd")


def _receipt(delivery: Delivery, arrived_at: datetime) -> Receipt:
    receipt = receipt_of(delivery)
    datasets = tuple(
        one.model_copy(update={"accepted_file": _accepted_file(one.dataset_code, delivery)})
        for one in receipt.datasets
    )
    told: dict[str, object] = {
        "datasets": datasets,
        "arrived_at": arrived_at.isoformat(),
        "is_simulated": False,
    }
    if not datasets:
        told |= {
            "state_code": "refused",
            "refusal_code": "unknown_layout",
            "refusal_sentence": "Không nhận ra mẫu tệp.",
        }
    return receipt.model_copy(update=told)


def write_registers(settings: Settings, histories: Sequence[History], step: Step) -> None:
    """Write what is decided of twins and ended agencies, as far as it has been entered."""
    decisions = [
        DuplicateDecision(
            duplicate_locality_code=one.locality_code,
            duplicate_dossier_code=one.codes[shared],
            kept_locality_code=f"h-{one.twin:03d}",
            kept_dossier_code=one.codes[shared],
            decision_code="same" if shared or one.number % 7 else "different",
            decided_date=DECIDED[(one.number // 6 + shared) % len(DECIDED)],
            instrument="BB 01",
        )
        for one in histories
        if one.number < one.twin < len(histories) and (step.has_late_decisions or one.number % 5)
        for shared in ((0,) if one.number % 4 else (0, 1))
    ]
    _write_register(settings.duplicates, DuplicateDecision, decisions)
    groups = {(one.province_code, one.agency(1)): one for one in histories}.values()
    endings = [(5, "moved", date(2024, 6, 1), (1,))]
    endings += [(4, "split", date(2024, 5, 15), (2, 3))] if step.has_late_successions else []
    successions = [
        AgencySuccession(
            old_agency_code=one.agency(old),
            new_agency_code=one.agency(heir),
            effective_date=day,
            kind_code=kind,
            is_primary=heir == heirs[0],
            old_province_code=one.province_code,
            new_province_code=one.province_code,
            instrument="QĐ 01",
        )
        for one in groups
        for old, kind, day, heirs in endings
        for heir in heirs
    ]
    _write_register(settings.successions, AgencySuccession, successions)


def _write_register(path: Path, model: type, lines: Sequence) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(model.model_fields))
        writer.writeheader()
        writer.writerows(one.model_dump(mode="json") for one in lines)


def seal(settings: Settings, review_code: str, agency_code: str | None, as_of: date) -> None:
    """Put a sealed pack on the shelf: what is counted now of a province or an agency."""
    period_code, _, province_code = review_code.rpartition("-")
    shelf = settings.snapshots / (f"{review_code}_{agency_code}" if agency_code else review_code)
    folder = shelf / "v01"
    folder.mkdir(parents=True)
    scope = f"agency = '{agency_code}'" if agency_code else "true"
    keys = {"province_code": province_code, "period_code": period_code}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{settings.marts_file}' as marts (read_only)")
        connection.execute("use marts")
        connection.execute(f"create temporary macro in_scope(agency) as {scope}")
        connection.execute(f"copy ({DOSSIERS_SQL}) to '{folder / DOSSIERS}' (format parquet)", keys)
        known = connection.execute("select delivery_id from quality.fct_deliveries").fetchall()
    manifest = {
        "review_code": review_code,
        "version": 1,
        **keys,
        "agency_codes": [agency_code] if agency_code else [],
        "as_of_date": as_of.isoformat(),
        "delivery_ids": sorted(one for (one,) in known),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    write_act(shelf, 1, "sealed", "test", "")
