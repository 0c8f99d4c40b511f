"""The canonical datasets: which columns each has, and of which type (design §6).

This module is the only list of canonical columns: contracts are checked against it, intake casts by
it, the empty Parquet files that give dbt its schema are made from it, and a test compares staging
models with it.
A column's type follows from its name, as the house style reads names.
"""

from dataclasses import dataclass

_TYPE_BY_ENDING = (
    ("_at", "timestamp"),
    ("_date", "date"),
    ("_count", "integer"),
    ("_no", "integer"),
    ("_limit", "integer"),
    ("_offset_minutes", "integer"),
)
_TYPE_BY_NAME = {
    "valid_from": "date",
    "valid_to": "date",
    "year": "integer",
    "rank": "integer",
    "rank_of": "integer",
    "amount": "decimal(18, 2)",
    "value": "decimal(18, 4)",
}


def type_of(column: str) -> str:
    """Give the SQL type of a canonical column from its name."""
    if column in _TYPE_BY_NAME:
        return _TYPE_BY_NAME[column]
    if column.startswith(("is_", "has_", "accepts_")):
        return "boolean"
    for ending, sql_type in _TYPE_BY_ENDING:
        if column.endswith(ending):
            return sql_type
    return "string"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One canonical dataset: its code, what one row is, its columns in order."""

    code: str
    row: str
    columns: tuple[str, ...]

    def types(self) -> dict[str, str]:
        """Column name to SQL type, in order."""
        return {column: type_of(column) for column in self.columns}


def _dataset(code: str, row: str, columns: str) -> Dataset:
    return Dataset(code, row, tuple(columns.split()))


_ALL = (
    _dataset(
        "procedures",
        "a procedure as announced",
        """procedure_code procedure_name field_code field_name competence_level_code
        service_grade_code legacy_level_no legal_time_limit committed_time_limit time_unit_code
        has_fee accepts_online_payment issued_date submitted_for_announcement_date announced_date
        publicised_date effective_date is_content_complete valid_from valid_to""",
    ),
    _dataset(
        "agencies",
        "an agency",
        """agency_code agency_name level_code parent_code group_code area_code
        valid_from valid_to""",
    ),
    _dataset(
        "dossiers",
        "a dossier as one delivery shows it",
        """dossier_code procedure_code procedure_name field_code field_name receiving_agency_code
        resolving_agency_code level_code channel_code return_channel_code entry_system_code
        submission_help_code service_grade_code applicant_type_code submitted_at reception_due_at
        received_at due_at finished_at returned_at not_accepted_at received_at_offset_minutes
        due_at_offset_minutes finished_at_offset_minutes status_code source_status
        overdue_cause_code responsible_agency_code apology_sent_at has_fee is_online_paid
        is_cashless_paid is_input_digitised is_result_digitised is_result_electronic is_data_reused
        has_certified_e_copy is_result_in_personal_store is_population_data_connected
        is_cross_boundary is_inter_agency is_identity_verified applicant_token""",
    ),
    _dataset(
        "supplements",
        "one request for supplements",
        "dossier_code requested_at supplied_at due_before_at due_after_at",
    ),
    _dataset(
        "pauses",
        "a dated interval in which the clock stands",
        "dossier_code pause_kind_code started_at ended_at",
    ),
    _dataset(
        "steps",
        "one processing step; its department by code, never who did it",
        """dossier_code step_no step_kind_code department_code started_at due_at finished_at
        is_on_site is_electronic""",
    ),
    _dataset(
        "payments",
        "one fee",
        "dossier_code fee_code fee_kind_code amount payment_channel_code paid_at",
    ),
    _dataset(
        "ratings",
        "one rating at the counter or online",
        "dossier_code agency_code criterion_code rating_code rated_at",
    ),
    _dataset(
        "petitions",
        "one petition (phản ánh, kiến nghị), never a complaint or denunciation",
        """petition_code kind_code source_code agency_code field_code received_at due_at
        answered_at outcome_code satisfaction_code""",
    ),
    _dataset(
        "portal_dossiers",
        "a dossier as another system shows it",
        "system_code dossier_code received_at due_at finished_at status_code",
    ),
    _dataset(
        "reported_totals",
        "a cell of a form that the locality typed itself",
        "form_code period_code agency_code field_code column_no value",
    ),
    _dataset(
        "indices",
        "a yearly index figure, carried, never computed",
        "index_code component_code agency_code year value rank rank_of source_document",
    ),
    _dataset(
        "targets",
        "a target given",
        "metric_code agency_code level_code period_code value source_document",
    ),
    _dataset(
        "plan_tasks",
        "a task of the reform plan",
        """task_code task_name year lead_agency_code coordinating_agency_codes product due_date
        done_date status_code""",
    ),
    _dataset(
        "incidents",
        "an outage or integration fault",
        "system_code counterpart_system_code kind_code agency_code started_at ended_at",
    ),
    _dataset(
        "counter_surveys",
        "how many of an item a one-stop counter needs and has",
        "agency_code item_code needed_count present_count degraded_count surveyed_date",
    ),
    _dataset(
        "reform_figures",
        "a reform figure that an agency reports itself, never mixed with computed ones",
        "figure_code agency_code period_code value unit_code source_document",
    ),
)

DATASETS: dict[str, Dataset] = {dataset.code: dataset for dataset in _ALL}
"""Every dataset that intake takes, in the order in which a delivery's datasets are checked."""

LINEAGE = {
    "_locality_code": "string",
    "_province_code": "string",
    "_delivery_id": "string",
    "_exported_at": "timestamp",
    "_source_file": "string",
    "_source_row": "bigint",
}
"""Columns that every accepted row has besides its own."""

STATUS_CODES = {
    "1": "registered",
    "2": "received",
    "3": "not_accepted",
    "4": "processing",
    "5": "awaiting_supplement",
    "6": "awaiting_payment",
    "7": "withdrawn",
    "8": "stopped",
    "9": "finished",
    "10": "returned",
}
"""The national list of dossier states (domain §3.2); ``status_code`` holds the code as text."""
CHANNEL_CODES = ("direct", "online", "postal", "other")
LEVEL_CODES = ("province", "district", "commune")
SERVICE_GRADE_CODES = ("full", "partial", "information")
APPLICANT_TYPE_CODES = ("citizen", "business", "state_agency", "organisation")
