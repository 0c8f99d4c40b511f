"""What a pack reads from the marts, as plain rows: all that the content is built from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from motcua.forms import FormColumn

Record = Mapping[str, Any]
Records = tuple[Record, ...]

HANDLING_MEASURES = (
    "received_count",
    "received_in_period_count",
    "received_online_count",
    "received_other_count",
    "carried_over_count",
    "resolved_count",
    "resolved_early_count",
    "resolved_on_time_count",
    "resolved_overdue_count",
    "pending_count",
    "pending_in_due_count",
    "pending_overdue_count",
    "resolved_no_due_count",
    "resolved_withdrawn_count",
    "withdrawn_after_due_count",
    "pending_paused_count",
)
MAP_MEASURES = ("received_count", "resolved_count", "in_time_count", "pending_count")
"""What is told of an agency on either map; a record has each as ``then_`` and ``now_``."""
FORM_MEASURES = (
    "received_direct_count",
    "received_postal_count",
    "received_channel_other_count",
    "pending_stopped_count",
)
"""What form 07a/BTP counts by agency besides what form II.06 does."""
OVERDUE_MEASURES = (
    "resolved_overdue_count",
    "pending_overdue_count",
    "overdue_by_law_count",
    "overdue_by_law_unknown_count",
    "apology_owed_count",
    "apology_sent_count",
    "resolved_apology_sent_count",
    "apology_in_time_count",
    "second_date_missed_count",
)
RECEPTION_MEASURES = (
    "received_in_time_count",
    "received_late_count",
    "not_accepted_in_time_count",
    "not_accepted_late_count",
    "waiting_in_due_count",
    "waiting_overdue_count",
    "unknown_count",
    "numerator_count",
    "denominator_count",
)
PAYMENT_MEASURES = (
    "dossier_count",
    "online_dossier_count",
    "counter_cashless_dossier_count",
    "cash_dossier_count",
    "unknown_dossier_count",
    "paid_amount",
    "online_amount",
    "transfer_amount",
    "qr_amount",
    "pos_amount",
    "cash_amount",
    "unknown_amount",
)
PAYER_MEASURES = ("dossier_count", "online_dossier_count", "counter_dossier_count")
TIME_CUT_MEASURES = (
    "procedure_count",
    "limit_count",
    "cut_count",
    "cut_by_third_count",
    "cut_by_half_count",
    "lengthened_count",
    "legal_days",
    "committed_days",
    "summed_cut_rate",
)
PROCEDURE_MEASURES = (
    "procedure_count",
    "province_procedure_count",
    "district_procedure_count",
    "commune_procedure_count",
    "other_procedure_count",
    "with_dossier_count",
)
DUE_SOON_MEASURES = (
    "due_within_3_days_count",
    "due_within_5_days_count",
    "due_within_10_days_count",
    "pending_in_due_count",
    "pending_paused_count",
)
PETITION_MEASURES = (
    "petition_received_count",
    "petition_answered_count",
    "petition_on_time_count",
    "petition_late_count",
    "petition_pending_count",
    "petition_overdue_count",
    "petition_rated_count",
    "petition_satisfied_count",
    "numerator_count",
    "denominator_count",
    "unknown_count",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The agency that a pack is of.

    ``agency_codes`` are its own and those of what is below it. Where nobody ever sent a dossier of
    them, it is not known who sends them: not ``is_sender_known``.
    """

    agency_code: str
    agency_name: str
    level_code: str
    level_name: str | None
    parent_name: str | None
    agency_codes: tuple[str, ...]
    is_sender_known: bool

    @property
    def name(self) -> str:
        """Name the agency, and whether others are below it."""
        below = len(self.agency_codes) - 1
        return f"{self.agency_name} và {below} cơ quan trực thuộc" if below else self.agency_name


@dataclass(frozen=True, slots=True)
class Marts:
    """The rows of one review; ``period_role`` of a row is current, previous or same.

    ``form_07a`` is no row: the template that form 07a/BTP is laid out by.
    ``scope`` is the agency whose dossiers they count, None where they are the province's.
    """

    review: Record
    localities: Records
    locality_dossiers: Records | None
    deliveries: Records
    refusals: Records
    metrics: Records
    handling_totals: Records
    handling_by_agency: Records
    handling_by_field: Records
    handling_by_channel: Records
    deadlines: Records
    submission_help: Records
    procedures: Records
    rates: Records
    rates_by_agency: Records
    services: Records
    ratings: Records
    indices: Records
    plan_tasks: Records
    plan_open: Records
    scorecard_components: Records
    scorecard_groups: Records
    scorecard_totals: Records
    online_by_area: Records
    late_reception: Records
    overdue_days: Records
    overdue_by_agency: Records
    overdue_causes: Records
    overdue_dossiers: Records
    supplements: Records
    payments: Records
    time_cuts: Records
    petitions_by_kind: Records
    petitions_by_source: Records
    petitions_by_agency: Records
    incidents: Records
    targets: Records
    reform_figures: Records
    counter_surveys: Records
    to_explain: Records
    sealed_packs: Records
    restatements: Records
    procedure_counts: Records
    due_soon: Records
    comparison: Records
    points: Records
    reconciliation: Records
    reconciled_agencies: Records
    portal_differences: Records
    announcements_by_field: Records
    announced_late: Records
    conclusions: Records
    handling_maps: Records = ()
    duplicates: Records = ()
    steps: Records = ()
    rule_points: Records = ()
    lowest_agencies: Records = ()
    cube_rows: Records = ()
    cube_definitions: Records = ()
    cube_dossiers: Records = ()
    payments_by_agency: Records = ()
    form_07a: tuple[FormColumn, ...] = ()
    scope: Scope | None = None
