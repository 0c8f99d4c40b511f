"""Every expectation of every suite: its dirty row is found, and passes when it is taken out.

One run of a suite judges all its dirty rows at once, so that the tests stay quick; each row must be
found by its own rule and by no other.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from motcua.contracts import LEGAL_DOSSIER_CODE, LEGAL_PROCEDURE_CODE
from motcua.datasets import DATASETS
from motcua.errors import PipelineError
from motcua.quality.edge import SuiteOutcome, read_suite, run_suite
from motcua.settings import REPOSITORY

SUITES = REPOSITORY / "expectations"
EXPORTED_AT = "2024-07-03 07:30:00"
Row = dict[str, Any]

CLEAN: dict[str, Row] = {
    "procedures": {
        "procedure_name": "Đăng ký khai sinh",
        "field_code": "HT",
        "competence_level_code": "commune",
        "service_grade_code": "full",
        "legal_time_limit": 40,
        "committed_time_limit": 24,
        "issued_date": "2024-01-02",
        "announced_date": "2024-01-10",
        "publicised_date": "2024-01-11",
        "valid_from": "2024-01-15",
    },
    "agencies": {"agency_name": "Sở Tư pháp", "level_code": "province", "area_code": "urban"},
    "dossiers": {
        "procedure_code": "1.004194.000.00.00.H01",
        "resolving_agency_code": "H01.14",
        "submitted_at": "2024-03-01 07:00:00",
        "received_at": "2024-03-01 08:00:00",
        "due_at": "2024-03-11 17:00:00",
        "finished_at": "2024-03-08 10:00:00",
        "returned_at": "2024-03-08 15:00:00",
        "status_code": "10",
        "channel_code": "online",
    },
    "supplements": {
        "requested_at": "2024-03-02 08:00:00",
        "supplied_at": "2024-03-04 08:00:00",
        "due_before_at": "2024-03-11 17:00:00",
        "due_after_at": "2024-03-13 17:00:00",
    },
    "pauses": {
        "pause_kind_code": "fee",
        "started_at": "2024-03-02 08:00:00",
        "ended_at": "2024-03-04 08:00:00",
    },
    "payments": {
        "fee_kind_code": "fee",
        "amount": 8000,
        "payment_channel_code": "online",
        "paid_at": "2024-03-02 08:00:00",
    },
    "ratings": {
        "criterion_code": "attitude",
        "rating_code": "satisfied",
        "rated_at": "2024-03-08 16:00:00",
    },
    "petitions": {
        "kind_code": "administrative_act",
        "source_code": "national_portal",
        "agency_code": "H01.14",
        "received_at": "2024-03-01 08:00:00",
        "due_at": "2024-03-22 17:00:00",
        "answered_at": "2024-03-20 10:00:00",
        "outcome_code": "answered",
        "satisfaction_code": "satisfied",
    },
    "portal_dossiers": {
        "system_code": "national_portal",
        "received_at": "2024-03-01 08:00:00",
        "due_at": "2024-03-11 17:00:00",
        "finished_at": "2024-03-08 10:00:00",
        "status_code": "9",
    },
    "indices": {
        "agency_code": "H01",
        "year": 2023,
        "value": 94.07,
        "rank": 1,
        "rank_of": 63,
        "source_document": "QĐ 288/QĐ-BNV",
    },
    "plan_tasks": {
        "task_name": "Công bố thủ tục",
        "year": 2024,
        "lead_agency_code": "H01.14",
        "due_date": "2024-06-30",
        "done_date": "2024-06-20",
        "status_code": "done",
    },
    "incidents": {
        "kind_code": "outage",
        "started_at": "2024-03-01 08:00:00",
        "ended_at": "2024-03-01 09:00:00",
        "system_code": "national_portal",
    },
    "steps": {
        "step_kind_code": "receive",
        "department_code": "H01.14.02",
        "started_at": "2024-03-01 08:00:00",
        "due_at": "2024-03-04 17:00:00",
        "finished_at": "2024-03-02 10:00:00",
        "is_on_site": True,
        "is_electronic": False,
    },
    "reported_totals": {
        "form_code": "II.06",
        "period_code": "2024-Q1",
        "agency_code": "H01.14",
        "value": 5,
    },
    "targets": {
        "agency_code": "H01.14",
        "period_code": "2024-CY",
        "value": 98,
        "source_document": "KH 12/KH-UBND",
    },
    "counter_surveys": {
        "agency_code": "H01.14",
        "needed_count": 10,
        "present_count": 8,
        "degraded_count": 2,
        "surveyed_date": "2024-06-30",
    },
    "reform_figures": {
        "agency_code": "H01.14",
        "period_code": "2024-H1",
        "value": 12,
        "unit_code": "person",
        "source_document": "BC 8/BC-SNV",
    },
}

KEYS: dict[str, Callable[[int], Row]] = {
    "procedures": lambda n: {"procedure_code": f"1.{n:06d}"},
    "agencies": lambda n: {"agency_code": f"H01.{n}"},
    "dossiers": lambda n: {"dossier_code": f"H01.14-240301-{n:04d}"},
    "supplements": lambda n: {"dossier_code": f"H01.14-240301-{n:04d}"},
    "pauses": lambda n: {"dossier_code": f"H01.14-240301-{n:04d}"},
    "payments": lambda n: {"dossier_code": f"H01.14-240301-{n:04d}"},
    "ratings": lambda n: {"dossier_code": f"H01.14-240301-{n:04d}"},
    "petitions": lambda n: {"petition_code": f"PAKN-{n:04d}"},
    "portal_dossiers": lambda n: {"dossier_code": f"H01.14-240301-{n:04d}"},
    "indices": lambda n: {"index_code": "SIPAS", "component_code": f"C{n}"},
    "plan_tasks": lambda n: {"task_code": f"NV{n}"},
    "incidents": lambda n: {"counterpart_system_code": f"S{n}"},
    "steps": lambda n: {"dossier_code": f"H01.14-240301-{n:04d}", "step_no": n + 1},
    # The three clean rows are the parts of one sum, which the dirty row of its rule is.
    "reported_totals": lambda n: {"field_code": f"F{max(n, 2)}", "column_no": 4 + min(n, 2)},
    "targets": lambda n: {"metric_code": f"M{n}"},
    "counter_surveys": lambda n: {"item_code": f"I{n}"},
    "reform_figures": lambda n: {"figure_code": f"F{n}"},
}


def unread(column: str, text: str = "31/02/2024") -> Row:
    return {column: None, f"_unread_{column}": text}


NO_DATES: Row = {
    "submitted_at": None,
    "received_at": None,
    "due_at": None,
    "finished_at": None,
    "returned_at": None,
}
OTHER_PARENT = {"dossier_code": "H01.14-240301-9876"}

DIRTY: dict[str, dict[str, list[Row]]] = {
    "procedures": {
        "procedure_code_present": [{"procedure_code": None}],
        "procedure_code_form": [{"procedure_code": "TT-01"}],
        "procedure_code_unique": [{"procedure_code": "2.000815"}, {"procedure_code": "2.000815"}],
        "dates_readable": [unread("effective_date")],
        "valid_to_after_valid_from": [{"valid_to": "2024-01-14"}],
        "competence_level_code_known": [unread("competence_level_code", "thôn")],
        "service_grade_code_known": [unread("service_grade_code", "cao")],
        "procedure_name_present": [{"procedure_name": None}],
        "field_code_present": [{"field_code": None}],
        "service_grade_code_present": [{"service_grade_code": None}],
        "numbers_readable": [unread("legal_time_limit", "ba ngày")],
        "time_limits_plausible": [{"committed_time_limit": 48}],
        "legacy_level_plausible": [{"legacy_level_no": 5}],
        "announcement_in_order": [{"publicised_date": "2024-01-09"}],
        "codes_readable": [unread("time_unit_code", "tuần trăng")],
        "flags_readable": [unread("has_fee", "tùy")],
    },
    "agencies": {
        "agency_code_present": [{"agency_code": None}],
        "agency_code_unique": [{"agency_code": "H01.X"}, {"agency_code": "H01.X"}],
        "agency_name_present": [{"agency_name": None}],
        "level_code_known": [unread("level_code", "thôn")],
        "dates_readable": [unread("valid_to")],
        "valid_to_after_valid_from": [{"valid_from": "2024-01-15", "valid_to": "2024-01-14"}],
        "parent_code_is_another": [{"agency_code": "H01.Y", "parent_code": "H01.Y"}],
        "level_code_present": [{"level_code": None}],
        "parent_code_known": [{"parent_code": "H99"}],
        "area_code_known": [{"area_code": "sea"}],
    },
    "dossiers": {
        "dossier_code_present": [{"dossier_code": None}],
        "dossier_code_form": [{"dossier_code": "HS-1"}],
        "dossier_code_unique": [
            {"dossier_code": "H01.14-240301-9999"},
            {"dossier_code": "H01.14-240301-9999"},
        ],
        "submitted_at_readable": [unread("submitted_at")],
        "reception_due_at_readable": [unread("reception_due_at")],
        "received_at_readable": [unread("received_at")],
        "due_at_readable": [unread("due_at")],
        "finished_at_readable": [unread("finished_at")],
        "returned_at_readable": [unread("returned_at")],
        "not_accepted_at_readable": [unread("not_accepted_at")],
        "apology_sent_at_readable": [unread("apology_sent_at")],
        "status_code_known": [unread("status_code", "Lạ"), {"status_code": None}],
        "channel_code_known": [unread("channel_code", "fax")],
        "received_at_present": [
            {**NO_DATES, "status_code": "4"},
            {**NO_DATES, "status_code": "8"},
        ],
        "closing_date_present": [
            {"finished_at": None, "returned_at": None},
            {"finished_at": None, "returned_at": None, "status_code": "7"},
        ],
        "finished_at_after_received_at": [
            {"finished_at": "2024-02-28 10:00:00"},
            {"finished_at": "2024-03-01 07:59:00"},
        ],
        "returned_at_after_received_at": [
            {"finished_at": None, "returned_at": "2024-02-28 10:00:00"}
        ],
        "due_at_after_received_at": [{"due_at": "2024-02-29 17:00:00"}],
        "submitted_at_not_future": [
            {**NO_DATES, "submitted_at": "2024-08-01 08:00:00", "status_code": "1"}
        ],
        "received_at_not_future": [
            {
                **NO_DATES,
                "dossier_code": "H01.14-240801-0001",
                "received_at": "2024-08-01 08:00:00",
                "due_at": "2024-08-11 17:00:00",
                "status_code": "4",
            }
        ],
        "finished_at_not_future": [
            {"finished_at": "2024-07-03 07:31:00", "returned_at": None, "status_code": "9"}
        ],
        "returned_at_not_future": [{"returned_at": "2024-07-04 00:00:00"}],
        "not_accepted_at_not_future": [
            {**NO_DATES, "not_accepted_at": "2024-08-01 08:00:00", "status_code": "3"}
        ],
        "procedure_code_form": [{"procedure_code": "TT-01"}],
        "procedure_code_known": [{"procedure_code": "1.999999"}],
        "code_date_matches_received_at": [{"dossier_code": "H01.14-240115-0001"}],
        "received_at_after_submitted_at": [{"submitted_at": "2024-03-02 07:00:00"}],
        "returned_at_after_finished_at": [{"returned_at": "2024-03-07 09:00:00"}],
        "due_at_present": [{"due_at": None}],
        "open_status_has_no_finish": [{"status_code": "4", "returned_at": None}],
        "procedure_code_present": [{"procedure_code": None}],
        "resolving_agency_code_present": [{"resolving_agency_code": None}],
        "codes_readable": [unread("level_code", "thôn"), unread("overdue_cause_code", "mưa")],
        "flags_readable": [unread("has_fee", "tùy"), unread("is_identity_verified", "tùy")],
        "offsets_readable": [unread("due_at_offset_minutes", "+7")],
        "codes_known": [{"level_code": "ward"}, {"submission_help_code": "friend"}],
    },
    "supplements": {
        "dossier_code_present": [{"dossier_code": None}],
        "dossier_accepted": [OTHER_PARENT],
        "requested_at_present": [{"requested_at": None}],
        "requested_at_readable": [unread("requested_at")],
        "supplied_at_readable": [unread("supplied_at")],
        "dates_readable": [unread("due_after_at")],
        "supplement_unique": [
            {"dossier_code": "H01.14-240301-0001", "requested_at": "2024-03-03 08:00:00"},
            {"dossier_code": "H01.14-240301-0001", "requested_at": "2024-03-03 08:00:00"},
        ],
        "supplied_at_after_requested_at": [{"supplied_at": "2024-03-01 08:00:00"}],
        "requested_at_not_future": [{"requested_at": "2024-07-04 08:00:00", "supplied_at": None}],
        "supplied_at_not_future": [{"supplied_at": "2024-07-04 08:00:00"}],
        "due_after_not_earlier": [{"due_after_at": "2024-03-10 17:00:00"}],
    },
    "pauses": {
        "dossier_code_present": [{"dossier_code": None}],
        "dossier_accepted": [OTHER_PARENT],
        "started_at_present": [{"started_at": None}],
        "started_at_readable": [unread("started_at")],
        "ended_at_readable": [unread("ended_at")],
        "pause_unique": [
            {"dossier_code": "H01.14-240301-0001", "started_at": "2024-03-03 08:00:00"},
            {"dossier_code": "H01.14-240301-0001", "started_at": "2024-03-03 08:00:00"},
        ],
        "ended_at_after_started_at": [{"ended_at": "2024-03-01 08:00:00"}],
        "started_at_not_future": [{"started_at": "2024-07-04 08:00:00", "ended_at": None}],
        "pause_kind_code_known": [unread("pause_kind_code", "nghỉ")],
    },
    "payments": {
        "dossier_code_present": [{"dossier_code": None}],
        "dossier_accepted": [OTHER_PARENT],
        "amount_present": [{"amount": None}],
        "amount_readable": [unread("amount", "tám nghìn")],
        "amount_not_negative": [{"amount": -1}],
        "paid_at_readable": [unread("paid_at")],
        "paid_at_not_future": [{"paid_at": "2024-07-04 08:00:00"}],
        "fee_kind_code_known": [unread("fee_kind_code", "quà")],
        "codes_readable": [unread("payment_channel_code", "vàng")],
        "payment_repeated": [
            {"dossier_code": "H01.14-240301-0001", "amount": 5},
            {"dossier_code": "H01.14-240301-0001", "amount": 5},
        ],
    },
    "ratings": {
        "subject_present": [{"dossier_code": None}],
        "dossier_accepted": [OTHER_PARENT],
        "rating_code_present": [{"rating_code": None}],
        "rating_code_known": [unread("rating_code", "9")],
        "rated_at_present": [{"rated_at": None}],
        "rated_at_readable": [unread("rated_at")],
        "rated_at_not_future": [{"rated_at": "2024-07-04 08:00:00"}],
        "criterion_code_present": [{"criterion_code": None}],
        "codes_readable": [unread("criterion_code", "9")],
    },
    "petitions": {
        "petition_code_present": [{"petition_code": None}],
        "petition_code_unique": [{"petition_code": "PAKN-X"}, {"petition_code": "PAKN-X"}],
        "received_at_present": [{"received_at": None}],
        "received_at_readable": [unread("received_at")],
        "due_at_readable": [unread("due_at")],
        "answered_at_readable": [unread("answered_at")],
        "received_at_not_future": [
            {
                "received_at": "2024-07-04 08:00:00",
                "due_at": "2024-07-25 17:00:00",
                "answered_at": None,
                "outcome_code": "pending",
                "satisfaction_code": None,
            }
        ],
        "answered_at_not_future": [{"answered_at": "2024-07-04 08:00:00"}],
        "answered_at_after_received_at": [{"answered_at": "2024-02-28 10:00:00"}],
        "due_at_after_received_at": [{"due_at": "2024-02-28 10:00:00"}],
        "outcome_code_known": [unread("outcome_code", "lạ")],
        "satisfaction_code_known": [unread("satisfaction_code", "9")],
        "agency_code_present": [{"agency_code": None}],
        "due_at_present": [{"due_at": None}],
        "answered_at_present": [{"answered_at": None}],
        "codes_readable": [unread("source_code", "lạ")],
    },
    "portal_dossiers": {
        "system_code_present": [{"system_code": None}],
        "system_code_known": [unread("system_code", "abc")],
        "dossier_code_present": [{"dossier_code": None}],
        "dossier_code_unique": [{"dossier_code": "X-1"}, {"dossier_code": "X-1"}],
        "received_at_readable": [unread("received_at")],
        "due_at_readable": [unread("due_at")],
        "finished_at_readable": [unread("finished_at")],
        "status_code_known": [unread("status_code", "Lạ")],
        "finished_at_after_received_at": [{"finished_at": "2024-02-28 10:00:00"}],
        "due_at_after_received_at": [{"due_at": "2024-02-29 17:00:00"}],
        "received_at_not_future": [
            {"received_at": "2024-07-04 08:00:00", "due_at": None, "finished_at": None}
        ],
        "finished_at_not_future": [{"finished_at": "2024-07-04 08:00:00"}],
        "status_code_present": [{"status_code": None}],
    },
    "indices": {
        "index_code_present": [{"index_code": None}],
        "year_present": [{"year": None}],
        "year_plausible": [{"year": 1999}, {"year": 2030}],
        "figure_present": [{"value": None, "rank": None}],
        "numbers_readable": [unread("value", "chín mươi"), unread("year", "nay")],
        "value_not_negative": [{"value": -0.5}],
        "rank_plausible": [{"rank": 64}, {"rank": 0}],
        "index_unique": [{"component_code": "CX"}, {"component_code": "CX"}],
        "source_document_present": [{"source_document": None}],
    },
    "plan_tasks": {
        "task_code_present": [{"task_code": None}],
        "year_present": [{"year": None}],
        "numbers_readable": [unread("year", "nay")],
        "year_plausible": [{"year": 1999}],
        "task_code_unique": [{"task_code": "NVX"}, {"task_code": "NVX"}],
        "due_date_readable": [unread("due_date")],
        "done_date_readable": [unread("done_date")],
        "done_date_not_future": [{"done_date": "2024-07-04"}],
        "status_code_known": [unread("status_code", "gần xong")],
        "task_name_present": [{"task_name": None}],
        "lead_agency_code_present": [{"lead_agency_code": None}],
        "due_date_present": [{"due_date": None}],
    },
    "incidents": {
        "system_code_present": [{"system_code": None}],
        "system_code_known": [unread("system_code", "abc")],
        "started_at_present": [{"started_at": None}],
        "started_at_readable": [unread("started_at")],
        "ended_at_readable": [unread("ended_at")],
        "ended_at_after_started_at": [{"ended_at": "2024-03-01 07:00:00"}],
        "started_at_not_future": [{"started_at": "2024-07-04 08:00:00", "ended_at": None}],
        "ended_at_not_future": [{"ended_at": "2024-07-04 08:00:00"}],
        "incident_unique": [
            {"counterpart_system_code": "SX"},
            {"counterpart_system_code": "SX"},
        ],
        "kind_code_present": [{"kind_code": None}],
        "codes_readable": [unread("kind_code", "lạ")],
    },
    "steps": {
        "dossier_code_present": [{"dossier_code": None}],
        "dossier_accepted": [OTHER_PARENT],
        "step_no_present": [unread("step_no", "một"), {"step_no": 0}],
        "step_unique": [
            {"dossier_code": "H01.14-240301-0001", "step_no": 9},
            {"dossier_code": "H01.14-240301-0001", "step_no": 9},
        ],
        "step_kind_code_known": [unread("step_kind_code", "chờ"), {"step_kind_code": None}],
        "department_code_form": [
            {"department_code": "Nguyễn Thị Riêng"},
            {"department_code": "nguyenrieng2"},
            {"department_code": "RIENG"},
            unread("department_code", "Phòng Tư pháp"),
        ],
        "values_readable": [unread("due_at"), unread("is_on_site", "tùy")],
        "finished_at_after_started_at": [{"finished_at": "2024-02-28 10:00:00"}],
        "times_not_future": [
            {"started_at": "2024-07-04 08:00:00", "finished_at": None},
            {"finished_at": "2024-07-03 07:31:00"},
        ],
    },
    "reported_totals": {
        "form_code_present": [{"form_code": None}],
        "period_code_form": [{"period_code": None}, {"period_code": "Quý I"}],
        "agency_code_present": [{"agency_code": None}],
        "field_code_known": [{"field_code": None}, unread("field_code", "Tông cộng")],
        "value_readable": [unread("value", "năm"), {"value": -1}, {"value": 1.234}],
        "column_no_present": [{"column_no": None}, {"column_no": 0}],
        "cell_unique": [{"field_code": "FX"}, {"field_code": "FX"}],
        "value_present": [{"value": None}],
        "sums_agree": [{"field_code": "F2", "column_no": 3, "value": 14}],
    },
    "targets": {
        "metric_code_known": [unread("metric_code", "lạ"), {"metric_code": None}],
        "level_code_known": [unread("level_code", "thôn"), {"level_code": "ward"}],
        "subject_present": [{"agency_code": None}],
        "period_code_form": [{"period_code": None}, {"period_code": "2024-H3"}],
        "value_readable": [unread("value", "cao"), {"value": None}, {"value": -1}],
        "target_unique": [{"metric_code": "MX"}, {"metric_code": "MX"}],
        "source_document_present": [{"source_document": None}],
    },
    "counter_surveys": {
        "agency_code_present": [{"agency_code": None}],
        "item_code_known": [unread("item_code", "lạ"), {"item_code": None}],
        "surveyed_date_readable": [
            {"surveyed_date": None},
            unread("surveyed_date"),
            {"surveyed_date": "2024-07-04"},
        ],
        "counts_readable": [unread("needed_count", "nhiều"), {"present_count": -1}],
        "degraded_within_present": [{"degraded_count": 9}],
        "survey_unique": [{"item_code": "IX"}, {"item_code": "IX"}],
        "counts_present": [{"needed_count": None}],
    },
    "reform_figures": {
        "figure_code_known": [unread("figure_code", "lạ"), {"figure_code": None}],
        "agency_code_present": [{"agency_code": None}],
        "period_code_form": [{"period_code": "2024"}],
        "value_readable": [unread("value", "mười"), {"value": None}],
        "unit_code_known": [unread("unit_code", "rổ"), {"unit_code": None}],
        "figure_unique": [{"figure_code": "FX"}, {"figure_code": "FX"}],
        "source_document_present": [{"source_document": None}],
    },
}
ROW_COUNT = "row_count_matches_manifest"
CASES = [(dataset, rule) for dataset, rules in DIRTY.items() for rule in rules]
CASE_IDS = [f"{dataset}-{rule}" for dataset, rule in CASES]


@dataclass(frozen=True)
class Ran:
    """One run: what it gave, and which rules found which rows."""

    outcome: SuiteOutcome
    rules_by_row: dict[int, set[str]]
    columns_by_row: dict[int, set[str | None]]
    rows_by_rule: dict[str, list[int]]


def make_table(connection: duckdb.DuckDBPyConnection, dataset: str, rows: list[Row]) -> None:
    types = DATASETS[dataset].types()
    columns = {
        **{name: "varchar" if kind == "string" else kind for name, kind in types.items()},
        "_row_id": "bigint",
        "_source_file": "varchar",
        "_source_row": "bigint",
        **{
            f"_unread_{name}": "varchar"
            for name, kind in types.items()
            if kind != "string" or name.endswith("_code")
        },
    }
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f"create or replace table {dataset} ({declared})")
    for number, row in enumerate(rows):
        values = {"_row_id": number, "_source_file": "a.csv", "_source_row": number + 2, **row}
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        connection.execute(
            f"insert into {dataset} ({names}) values ({marks})", list(values.values())
        )


def make_helpers(connection: duckdb.DuckDBPyConnection, dataset: str, row_count: int) -> None:
    connection.execute(
        "create or replace table delivery as select 'ag-tinh' as locality_code, "
        "'H01' as province_code, cast($exported_at as timestamp) as exported_at, "
        "$dossier as dossier_code_form, $procedure as procedure_code_form",
        {
            "exported_at": EXPORTED_AT,
            "dossier": LEGAL_DOSSIER_CODE,
            "procedure": LEGAL_PROCEDURE_CODE,
        },
    )
    connection.execute(
        "create or replace table expected_counts as "
        "select $dataset as dataset_code, $expected as expected_row_count, $lines as line_count",
        {"dataset": dataset, "expected": 3, "lines": row_count},
    )
    connection.execute(
        "create or replace table accepted_procedures as select '1.004194' as procedure_code"
    )
    connection.execute(
        "create or replace table accepted_dossiers as "
        "select 'H01.14-240301-' || lpad(cast(n as varchar), 4, '0') as dossier_code "
        "from range(500) as numbers(n)"
    )


def rows_of(dataset: str, faults: list[Row]) -> list[Row]:
    return [
        {**CLEAN[dataset], **KEYS[dataset](number), **fault} for number, fault in enumerate(faults)
    ]


def run(dataset: str, faults: list[Row], suites: Path, line_count: int = 3) -> Ran:
    connection = duckdb.connect()
    make_helpers(connection, dataset, line_count)
    make_table(connection, dataset, rows_of(dataset, faults))
    outcome = run_suite(connection, dataset, suites)
    ran = Ran(outcome, {}, {}, {})
    for row_id, rule, column in connection.execute(
        "select _row_id, rule_code, column_name from findings order by all"
    ).fetchall():
        ran.rules_by_row.setdefault(row_id, set()).add(rule)
        ran.columns_by_row.setdefault(row_id, set()).add(column)
        ran.rows_by_rule.setdefault(rule, []).append(row_id)
    return ran


def faults_of(dataset: str) -> tuple[list[Row], dict[str, list[int]]]:
    """Three clean rows, then every dirty row of the dataset; and the rows of each rule."""
    faults: list[Row] = [{}, {}, {}]
    places: dict[str, list[int]] = {}
    for rule, rows in DIRTY[dataset].items():
        places[rule] = list(range(len(faults), len(faults) + len(rows)))
        faults += rows
    return faults, places


def suites_with(folder: Path, dataset: str, keep: Callable[[str], bool]) -> Path:
    spec = json.loads((SUITES / f"{dataset}.json").read_text(encoding="utf-8"))
    spec["expectations"] = [e for e in spec["expectations"] if keep(e["meta"]["rule_code"])]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{dataset}.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


class Runs:
    """Runs of the session, each made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[tuple[str, str], Ran] = {}

    def whole(self, dataset: str) -> Ran:
        return self._get(dataset, "whole", lambda: run(dataset, faults_of(dataset)[0], SUITES, 9))

    def clean(self, dataset: str) -> Ran:
        return self._get(dataset, "clean", lambda: run(dataset, [{}, {}, {}], SUITES))

    def without(self, dataset: str, rule: str) -> Ran:
        """Without this rule, and every second one with it."""
        parity = list(DIRTY[dataset]).index(rule) % 2
        taken_out = set(list(DIRTY[dataset])[parity::2])

        def make() -> Ran:
            suites = suites_with(
                self.folder / f"{dataset}-{parity}", dataset, lambda code: code not in taken_out
            )
            return run(dataset, faults_of(dataset)[0], suites)

        return self._get(dataset, f"without-{parity}", make)

    def _get(self, dataset: str, kind: str, make: Callable[[], Ran]) -> Ran:
        if (dataset, kind) not in self.known:
            self.known[dataset, kind] = make()
        return self.known[dataset, kind]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("suites"))


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_expectation_has_a_dirty_row_here(dataset: str) -> None:
    rules = {rule.rule_code for rule in read_suite(SUITES, dataset).rules}

    assert rules == {*DIRTY[dataset], ROW_COUNT}


@pytest.mark.parametrize("dataset", DATASETS)
def test_clean_rows_pass_every_expectation(runs: Runs, dataset: str) -> None:
    ran = runs.clean(dataset)

    assert [check.rule_code for check in ran.outcome.checks if not check.is_met] == []
    assert ran.rules_by_row == {}
    assert not ran.outcome.refuses_delivery


@pytest.mark.parametrize(("dataset", "rule"), CASES, ids=CASE_IDS)
def test_dirty_row_is_found_by_its_own_rule_alone(runs: Runs, dataset: str, rule: str) -> None:
    ran = runs.whole(dataset)
    places = faults_of(dataset)[1][rule]

    assert [ran.rules_by_row.get(place) for place in places] == [{rule}] * len(places)
    assert ran.rows_by_rule[rule] == places
    check = next(check for check in ran.outcome.checks if check.rule_code == rule)
    assert (check.is_met, check.unexpected_count) == (False, len(places))


@pytest.mark.parametrize(("dataset", "rule"), CASES, ids=CASE_IDS)
def test_taking_the_expectation_out_lets_its_row_through(
    runs: Runs, dataset: str, rule: str
) -> None:
    ran = runs.without(dataset, rule)

    assert [ran.rules_by_row.get(place) for place in faults_of(dataset)[1][rule]] == [None] * len(
        DIRTY[dataset][rule]
    )


@pytest.mark.parametrize("dataset", DATASETS)
def test_row_count_against_the_manifest_refuses_the_delivery(runs: Runs, dataset: str) -> None:
    outcome = runs.whole(dataset).outcome
    check = next(check for check in outcome.checks if check.rule_code == ROW_COUNT)

    assert (check.is_met, check.scope_code, check.severity_code) == (False, "delivery", "critical")
    assert outcome.refuses_delivery
    assert ROW_COUNT not in runs.whole(dataset).rows_by_rule


def test_one_expectation_out_and_back(tmp_path: Path) -> None:
    faults: list[Row] = [{}, {"due_at": "2024-02-29 17:00:00"}]
    rule = "due_at_after_received_at"

    without = run("dossiers", faults, suites_with(tmp_path, "dossiers", lambda code: code != rule))
    assert without.rules_by_row == {}
    put_back = run("dossiers", faults, suites_with(tmp_path, "dossiers", lambda _code: True))
    assert put_back.rules_by_row == {1: {rule}}


def test_finding_of_many_columns_names_the_column(runs: Runs) -> None:
    places = faults_of("dossiers")[1]["flags_readable"]
    columns = runs.whole("dossiers").columns_by_row

    assert [columns[place] for place in places] == [{"has_fee"}, {"is_identity_verified"}]


def test_result_is_the_same_in_every_run_and_holds_no_value_of_a_row(runs: Runs) -> None:
    first = runs.whole("dossiers").outcome.result
    again = run("dossiers", faults_of("dossiers")[0], SUITES, 9).outcome.result
    text = json.dumps(first, ensure_ascii=False)

    assert first == again
    assert text == json.dumps(again, ensure_ascii=False)
    for value in ("31/02/2024", "HS-1", "H01.14-240301-9999", "1.999999", "TT-01"):
        assert value not in text


def test_exception_in_an_expectation_is_a_pipeline_error_without_values(tmp_path: Path) -> None:
    suites = suites_with(tmp_path, "pauses", lambda code: code == "started_at_present")
    path = suites / "pauses.json"
    spec = json.loads(path.read_text(encoding="utf-8"))
    query = "select _row_id from {batch} where cast(dossier_code as integer) > 0"
    spec["expectations"][0]["kwargs"]["unexpected_rows_query"] = query
    path.write_text(json.dumps(spec), encoding="utf-8")

    with pytest.raises(PipelineError) as raised:
        run("pauses", [{}], suites)

    text = str(raised.value)
    assert "suite pauses, rule started_at_present: " in text
    assert "H01.14-240301" not in text


def test_unknown_column_in_an_expectation_is_a_pipeline_error_that_names_it(tmp_path: Path) -> None:
    suites = suites_with(tmp_path, "pauses", lambda code: code == "dossier_code_present")
    path = suites / "pauses.json"
    text = path.read_text(encoding="utf-8").replace('{"column": "dossier_code"}', '{"column": "x"}')
    path.write_text(text, encoding="utf-8")

    with pytest.raises(PipelineError, match=r"suite pauses, rule dossier_code_present: .*x"):
        run("pauses", [{}], suites)


def test_expectation_that_ge_leaves_out_is_a_pipeline_error(tmp_path: Path) -> None:
    suites = suites_with(tmp_path, "pauses", lambda code: code == "dossier_code_present")
    path = suites / "pauses.json"
    text = path.read_text(encoding="utf-8").replace("to_not_be_null", "to_be_lovely")
    path.write_text(text, encoding="utf-8")

    with pytest.raises(PipelineError, match="suite pauses: no result for dossier_code_present"):
        run("pauses", [{}], suites)


def test_absent_unread_columns_count_as_read() -> None:
    connection = duckdb.connect()
    make_helpers(connection, "pauses", 3)
    make_table(connection, "pauses", rows_of("pauses", [{}, {"pause_kind_code": "sleep"}]))
    connection.execute("alter table pauses drop column _unread_pause_kind_code")

    outcome = run_suite(connection, "pauses", SUITES)

    assert [check.rule_code for check in outcome.checks if not check.is_met] == [
        "pause_kind_code_known"
    ]
    assert connection.execute("select _row_id from findings").fetchall() == [(1,)]


def test_every_row_bad_stays_in_duckdb(tmp_path: Path) -> None:
    connection = duckdb.connect(config={"memory_limit": "300MB", "threads": 1})
    make_helpers(connection, "pauses", 3)
    make_table(connection, "pauses", [])
    connection.execute(
        "insert into pauses by name "
        "select 'X' as dossier_code, n as _row_id from range(200000) as t(n)"
    )

    outcome = run_suite(connection, "pauses", SUITES)

    counts = {check.rule_code: check.unexpected_count for check in outcome.checks}
    assert counts["dossier_accepted"] == counts["started_at_present"] == 200_000
    found = connection.execute(
        "select rule_code, count(*) from findings group by rule_code"
    ).fetchall()
    assert dict(found) == {
        rule: count for rule, count in counts.items() if count and rule != ROW_COUNT
    }


def test_no_rows_and_no_parents_pass(tmp_path: Path) -> None:
    connection = duckdb.connect()
    make_helpers(connection, "pauses", 3)
    make_table(connection, "pauses", rows_of("pauses", [OTHER_PARENT]))
    connection.execute("delete from accepted_dossiers")

    assert all(check.is_met for check in run_suite(connection, "pauses", SUITES).checks)
    connection.execute("delete from pauses")
    assert all(check.is_met for check in run_suite(connection, "pauses", SUITES).checks)


QUERIES = {
    "plain": "select _row_id from {batch} where ended_at is null or started_at is null",
    "with_subquery": "select _row_id from {batch} where started_at > "
    "(select exported_at from delivery)",
    "windowed": "select _row_id from {batch} where dossier_code is not null "
    "qualify count(*) over (partition by dossier_code) > 1",
    "in_upper_case": "select _row_id from {batch} where dossier_code is not null "
    "QUALIFY count(*) over (partition by dossier_code) > 1",
    "limited": "select _row_id from {batch} where dossier_code is not null limit 2",
    "of_another_form": "SELECT _row_id FROM {batch} WHERE ended_at IS NULL",
    "joined": "select one._row_id from {batch} as one inner join {batch} as other "
    "on one.dossier_code = other.dossier_code and one._row_id < other._row_id",
    "with_remark": "select _row_id from {batch} where ended_at is null -- still paused",
    "of_itself": "select _row_id from {batch} where dossier_code in "
    "(select dossier_code from {batch} group by dossier_code having count(*) > 1)",
    "of_no_column": "select expected_row_count from expected_counts",
}


@pytest.mark.parametrize("row_count", [0, 5])
def test_rows_are_counted_as_their_query_gives_them(tmp_path: Path, row_count: int) -> None:
    spec = json.loads((SUITES / "pauses.json").read_text(encoding="utf-8"))
    entry = next(e for e in spec["expectations"] if "unexpected_rows_query" in e["kwargs"])
    spec["expectations"] = [
        {
            **entry,
            "kwargs": {"unexpected_rows_query": query},
            "meta": {**entry["meta"], "rule_code": code, "scope": "delivery"},
        }
        for code, query in QUERIES.items()
    ]
    (tmp_path / "pauses.json").write_text(json.dumps(spec), encoding="utf-8")
    codes = ["H01.14-240301-0001", "H01.14-240301-0001", "H01.14-240301-0002"]
    rows = [
        {"dossier_code": codes[number % 3], "ended_at": None if number else "2024-03-05"}
        for number in range(row_count)
    ]
    connection = duckdb.connect()
    make_helpers(connection, "pauses", 3)
    make_table(connection, "pauses", rows_of("pauses", rows))

    counts = {
        check.rule_code: check.unexpected_count
        for check in run_suite(connection, "pauses", tmp_path).checks
    }

    assert counts == {
        code: len(connection.execute(query.format(batch="pauses")).fetchall())
        for code, query in QUERIES.items()
    }
    assert row_count == 0 or counts["windowed"] == 4


def test_broken_rule_is_named_and_no_other(tmp_path: Path) -> None:
    suites = suites_with(tmp_path, "pauses", lambda code: True)
    path = suites / "pauses.json"
    spec = json.loads(path.read_text(encoding="utf-8"))
    broken = [e for e in spec["expectations"] if "unexpected_rows_query" in e["kwargs"]][2]
    broken["kwargs"]["unexpected_rows_query"] = "select _row_id from {batch} where no_column = 1"
    path.write_text(json.dumps(spec), encoding="utf-8")

    rule = broken["meta"]["rule_code"]
    with pytest.raises(PipelineError, match=rf"suite pauses, rule {rule}: .*no_column"):
        run("pauses", [{}], suites)
