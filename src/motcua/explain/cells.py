"""What a cell of a review mart asks of a dossier, said over the facts and not over the mart.

The marts count groups of ``core.fct_dossier_periods``; here each count is a condition on one
dossier in one period (``counted``) and on the dossier itself (``dossiers``), so that the number of
dossiers found is a second opinion on the cell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from motcua.errors import MotcuaError
from motcua.sql import quoted

PLACE_KEYS = ("period_code", "province_code", "agency_code", "field_code", "level_code")
DEFAULT_RULE = "ii06"
OPENCPS_RULES = ("opencps_engine", "opencps_session")
IN_TIME = "in ('early', 'on_time')"
RESOLVED = "in ('early', 'on_time', 'overdue')"
PENDING = "in ('in_due', 'past_due')"
DOSSIER_COLUMNS = (
    *("dossier_code", "locality_code", "province_code", "agency_code", "field_code", "level_code"),
    *("channel_code", "procedure_code", "status_code", "received_at", "due_at", "finished_at"),
    *("returned_at", "_delivery_id", "_source_file", "_source_row"),
)


class UnknownNameError(MotcuaError):
    """A table, column, key or code that `motcua explain` does not know: what, and what it knows."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        super().__init__(kind, name, tuple(known))
        self.kind = kind
        self.name = name
        self.known = tuple(known)

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} is not known; known: {', '.join(self.known)}"


class MissingKeyError(MotcuaError):
    """A key without which a cell would add what may not be added."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"give {self.key}=…: counts of two of them may not be added up"


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a mart: the sum of a count over the rows that the keys select."""

    table: str
    column: str
    keys: Mapping[str, str]

    @property
    def place(self) -> dict[str, str]:
        """The keys that dossiers have too, without rule and metric."""
        names = {"rule_code", "metric_code"}
        return {name: value for name, value in self.keys.items() if name not in names}


def make_cell(table: str, column: str, pairs: Sequence[str]) -> Cell:
    """Read what the command line names.

    Args:
        table: such as ``review.mart_review__handling``; the schema may be left out.
        column: a column of the mart that counts dossiers.
        pairs: ``key=value``; keys left out are summed over, the rule is ``ii06`` if none is given.

    Raises:
        UnknownNameError: the table, the column, a key, or a metric.
        MissingKeyError: the period, or the metric of a mart of metrics, is not given.
    """
    table = table if "." in table else f"review.{table}"
    if table not in TABLES:
        raise UnknownNameError("table", table, sorted(TABLES))
    known, conditions = TABLES[table]
    keys = dict(_pair(pair, known) for pair in pairs)
    if "rule_code" in known:
        keys.setdefault("rule_code", DEFAULT_RULE)
    for required in ("metric_code", "period_code"):
        if required in known and required not in keys:
            raise MissingKeyError(required)
    columns = conditions(keys)
    if column not in columns:
        raise UnknownNameError("column", column, list(columns))
    return Cell(table, column, {name: keys[name] for name in known if name in keys})


def cell_sql(cell: Cell) -> str:
    """Read the cell from its mart: one row, its sum and how many rows of the mart it adds."""
    return (
        f"select cast(sum({cell.column}) as bigint) as value, count(*) as row_count\n"
        f"from {cell.table}\n"
        f"where {_equalities(cell.keys, '')}"
    )


def dossiers_sql(cell: Cell) -> str:
    """Select the dossiers of the cell from the facts, one row a dossier, by code."""
    _, conditions = TABLES[cell.table]
    columns = ",\n    ".join(f"dossiers.{name}" for name in DOSSIER_COLUMNS)
    return (
        f"select\n    {columns}\n"
        "from core.fct_dossier_periods as counted\n"
        "inner join core.fct_dossiers as dossiers on counted.dossier_key = dossiers.dossier_key\n"
        f"where {_equalities(cell.place, 'counted.')}\n"
        f"    and ({conditions(cell.keys)[cell.column]})\n"
        "order by dossiers.dossier_code, dossiers.locality_code"
    )


def _pair(pair: str, known: Sequence[str]) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or name not in known:
        raise UnknownNameError("key", name, [f"{key}=…" for key in known])
    return name, value


def _equalities(keys: Mapping[str, str], prefix: str) -> str:
    return "\n    and ".join(f"{prefix}{name} = {quoted(value)}" for name, value in keys.items())


def _handling_conditions(keys: Mapping[str, str]) -> dict[str, str]:
    """Give the condition of each count of the handling mart under one rule."""
    rule = keys.get("rule_code", DEFAULT_RULE)
    outcome = f"counted.{DEFAULT_RULE if rule == 'press' else rule}_outcome_code"
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
        "channel_missing_count": f"{counted} and {received} and dossiers.is_channel_missing",
        "rate_numerator_count": f"{on_time} or {outcome} = 'in_due'"
        if rule == "qd766"
        else on_time,
        "rate_denominator_count": {"qd766": counted, "press": f"{counted} and {received}"}.get(
            rule, f"{outcome} {RESOLVED}"
        ),
    }


def _rate(population: str, met: str, known: str, unknown: str) -> dict[str, str]:
    """Give the conditions of one metric: what is met and what is known, of a population."""
    return {
        "numerator_count": f"{population} and {met}",
        "denominator_count": f"{population} and {known}",
        "unknown_count": f"{population} and {unknown}",
    }


def _online_conditions(keys: Mapping[str, str]) -> dict[str, str]:
    online = "dossiers.channel_code = 'online'"
    missing = "dossiers.is_channel_missing"
    grade = "dossiers.service_grade_code"
    received, resolved = "counted.received_in_period_count = 1", "counted.resolved_count = 1"
    metrics = {
        "online_received": _rate(received, online, "true", missing),
        "online_resolved": _rate(resolved, online, "true", missing),
        "full_online_received": _rate(
            received,
            f"{online} and {grade} = 'full'",
            f"not ({online} and {grade} is null)",
            f"{online} and {grade} is null",
        ),
    }
    return _of_metric(metrics, keys)


def _digitisation_conditions(keys: Mapping[str, str]) -> dict[str, str]:
    facts = {
        "input_digitised": "dossiers.is_input_digitised",
        "result_digitised": "dossiers.is_result_digitised",
        "input_and_result_digitised": "(dossiers.is_input_digitised"
        " and dossiers.is_result_digitised)",
        "result_electronic": "dossiers.is_result_electronic",
        "data_reused": "dossiers.is_data_reused",
    }
    metrics = {
        metric: _rate("counted.resolved_count = 1", fact, f"{fact} is not null", f"{fact} is null")
        for metric, fact in facts.items()
    }
    return _of_metric(metrics, keys)


def _of_metric(metrics: Mapping[str, dict[str, str]], keys: Mapping[str, str]) -> dict[str, str]:
    metric = keys["metric_code"]
    if metric not in metrics:
        raise UnknownNameError("metric_code", metric, list(metrics))
    return metrics[metric]


Conditions = Callable[[Mapping[str, str]], dict[str, str]]
TABLES: dict[str, tuple[tuple[str, ...], Conditions]] = {
    "review.mart_review__handling": (
        ("rule_code", *PLACE_KEYS, "channel_code"),
        _handling_conditions,
    ),
    "review.mart_review__online": (("metric_code", *PLACE_KEYS), _online_conditions),
    "review.mart_review__digitisation": (("metric_code", *PLACE_KEYS), _digitisation_conditions),
}
