"""Whose numbers `motcua explain` opens, said over the facts and not over the marts.

The marts count groups; here each count is a condition on one row of a fact (``counted``, mostly a
dossier in a period, and ``dossiers``, the dossier itself), so that the number of rows found is a
second opinion on the cell.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from motcua.explain.names import UnknownNameError

PLACE_KEYS = ("period_code", "province_code", "agency_code", "field_code", "level_code")
DEFAULT_RULE = "ii06"
OPENCPS_RULES = ("opencps_engine", "opencps_session")
IN_TIME = "in ('early', 'on_time')"
RESOLVED = "in ('early', 'on_time', 'overdue')"
PENDING = "in ('in_due', 'past_due')"
OVERDUE = "in ('overdue', 'past_due')"
LINEAGE = ("_delivery_id", "_source_file", "_source_row")
NO_DUPLICATE = (
    "not exists (select 1 from core.fct_dossiers as twice "
    "where twice.dossier_key = {}.dossier_key and twice.duplicate_of_dossier_key is not null)"
)
"""Whether a line (``{}``) is of a dossier that was not decided to be another one once more.

The one that is kept has the lines that count; a line of no dossier known here counts, too.
"""
DOSSIER_COLUMNS = tuple(
    f"dossiers.{name}"
    for name in (
        *("dossier_code", "locality_code", "province_code", "agency_code", "field_code"),
        *("level_code", "channel_code", "procedure_code", "status_code", "received_at", "due_at"),
        *("finished_at", "returned_at", *LINEAGE),
    )
)
DOSSIERS_IN_PERIODS = (
    "core.fct_dossier_periods as counted\n"
    "inner join core.fct_dossiers as dossiers on counted.dossier_key = dossiers.dossier_key"
)
ROWS = "rows"
"""What a cell of a list is called: how many of its lines have the keys."""

Keys = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Population:
    """What some columns of a mart count, and where that is found.

    Attributes:
        conditions: the SQL condition of each column on one row of the source.
        source: the FROM clause; ``counted`` is a thing in a period, ``dossiers`` the thing itself.
        places: SQL of the keys that ``counted`` has under no name of their own; None where a key
            does not narrow what is counted.
        columns: what is listed of each: first its code, then mostly its locality; with lineage the
            line that it was read from can be named.
        unit: what is counted.
        measures: an aggregate over the rows found, of the columns that are not their number.
        is_whole: the mart's values may not be added up; a cell names every key.
    """

    conditions: Mapping[str, str]
    source: str = DOSSIERS_IN_PERIODS
    places: Mapping[str, str | None] = field(default_factory=dict)
    columns: tuple[str, ...] = DOSSIER_COLUMNS
    unit: str = "dossiers"
    measures: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Mart:
    """A review mart that is explained.

    Attributes:
        keys: what a cell may name, in the mart's order; all of its grain.
        populations: what its columns count, for the keys of a cell.
        required: keys over which no count may be summed.
        told_by_row: columns of the one row that a cell is which say what it counts.
        metric_code: the metric that defines the mart's rate, where the keys name none.
    """

    keys: tuple[str, ...]
    populations: Callable[[Keys], tuple[Population, ...]]
    required: tuple[str, ...] = ("period_code",)
    told_by_row: tuple[str, ...] = ()
    metric_code: str | None = None


HANDLING = "review.mart_review__handling"
HANDLING_KEYS = ("rule_code", *PLACE_KEYS, "channel_code")


def handling(keys: Keys) -> tuple[Population, ...]:
    return (Population(handling_conditions(keys)),)


def handling_conditions(keys: Keys) -> dict[str, str]:
    """Give the condition of each count of the handling mart under one rule."""
    rule = keys.get("rule_code", DEFAULT_RULE)
    outcome = outcome_column(rule)
    counted = f"{outcome} <> 'not_counted'"
    received = "counted.received_in_period_count = 1"
    if rule in OPENCPS_RULES:
        received += " and counted.received_at_start_count = 0"
    withdrawn = f"{outcome} {RESOLVED} and dossiers.status_code = '7'"
    on_time = f"{outcome} {IN_TIME}"
    return {
        "received_count": counted,
        "received_in_period_count": f"{counted} and {received}",
        "received_online_count": f"{counted} and {received} and dossiers.channel_code = 'online'",
        "received_other_count": f"{counted} and {received} and dossiers.channel_code <> 'online'",
        "carried_over_count": f"{counted} and not ({received})",
        "resolved_count": f"{outcome} {RESOLVED}",
        "resolved_early_count": f"{outcome} = 'early'",
        "resolved_on_time_count": f"{outcome} = 'on_time'",
        "resolved_overdue_count": f"{outcome} = 'overdue'",
        "pending_count": f"{outcome} {PENDING}",
        "pending_in_due_count": f"{outcome} = 'in_due'",
        "pending_overdue_count": f"{outcome} = 'past_due'",
        "set_aside_count": f"{outcome} = 'set_aside'",
        "resolved_no_due_count": f"{outcome} {RESOLVED} and dossiers.due_date is null",
        "resolved_withdrawn_count": withdrawn,
        "withdrawn_after_due_count": f"{withdrawn} and dossiers.closing_date > dossiers.due_date",
        "pending_paused_count": f"{outcome} {PENDING} and counted.pending_paused_count = 1",
        "pending_stopped_count": f"{outcome} {PENDING} and counted.pending_stopped_count = 1",
        "channel_missing_count": f"{counted} and {received} and dossiers.is_channel_missing",
        "rate_numerator_count": f"{on_time} or {outcome} = 'in_due'"
        if rule == "qd766"
        else on_time,
        "rate_denominator_count": {"qd766": counted, "press": f"{counted} and {received}"}.get(
            rule, f"{outcome} {RESOLVED}"
        ),
    }


def outcome_column(rule: str) -> str:
    """Name the outcome of a dossier under a rule; ``press`` counts the outcomes of ii06."""
    return f"counted.{DEFAULT_RULE if rule == 'press' else rule}_outcome_code"


def rate(population: str, met: str, known: str, unknown: str) -> dict[str, str]:
    """Give the conditions of one metric: what is met and what is known, of a population."""
    return {
        "numerator_count": f"{population} and {met}",
        "denominator_count": f"{population} and {known}",
        "unknown_count": f"{population} and {unknown}",
    }


def online_conditions(keys: Keys) -> dict[str, str]:
    online = "dossiers.channel_code = 'online'"
    missing = "dossiers.is_channel_missing"
    grade = "dossiers.service_grade_code"
    received, resolved = "counted.received_in_period_count = 1", "counted.resolved_count = 1"
    metrics = {
        "online_received": rate(received, online, "true", missing),
        "online_resolved": rate(resolved, online, "true", missing),
        **{
            f"{code}_online_received": rate(
                received,
                f"{online} and {grade} = '{code}'",
                f"not ({online} and {grade} is null)",
                f"{online} and {grade} is null",
            )
            for code in ("full", "partial")
        },
    }
    return of_metric(metrics, keys)


def digitisation_conditions(keys: Keys) -> dict[str, str]:
    facts = {
        "input_digitised": "dossiers.is_input_digitised",
        "result_digitised": "dossiers.is_result_digitised",
        "input_and_result_digitised": "(dossiers.is_input_digitised"
        " and dossiers.is_result_digitised)",
        "result_electronic": "dossiers.is_result_electronic",
        "data_reused": "dossiers.is_data_reused",
    }
    metrics = {
        metric: rate("counted.resolved_count = 1", fact, f"{fact} is not null", f"{fact} is null")
        for metric, fact in facts.items()
    }
    return of_metric(metrics, keys)


def of_metric(metrics: Mapping[str, dict[str, str]], keys: Keys) -> dict[str, str]:
    metric = keys["metric_code"]
    if metric not in metrics:
        raise UnknownNameError("metric_code", metric, list(metrics))
    return metrics[metric]


def online(keys: Keys) -> tuple[Population, ...]:
    return (Population(online_conditions(keys)),)


def digitisation(keys: Keys) -> tuple[Population, ...]:
    return (Population(digitisation_conditions(keys)),)


DIGITISATION_MARTS: Mapping[str, Mart] = {
    "review.mart_review__online": Mart(
        ("metric_code", *PLACE_KEYS), online, required=("metric_code", "period_code")
    ),
    "review.mart_review__digitisation": Mart(
        ("metric_code", *PLACE_KEYS), digitisation, required=("metric_code", "period_code")
    ),
}
