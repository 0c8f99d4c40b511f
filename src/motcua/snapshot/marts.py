"""What a pack reads from the marts, as plain rows: all that the content is built from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Marts:
    """The rows of one review; ``period_role`` of a row is current, previous or same."""

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
    scorecard_components: Records
    scorecard_groups: Records
    scorecard_totals: Records
    cube_rows: Records = ()
    cube_definitions: Records = ()
    cube_dossiers: Records = ()
