"""What a cell of a review mart asks of a dossier, said over the facts and not over the mart.

The marts count groups of ``core.fct_dossier_periods``; here each count is a condition on one
dossier in one period (``counted``) and on the dossier itself (``dossiers``), so that the number of
dossiers found is a second opinion on the cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from motcua.explain.agenda import AGENDA
from motcua.explain.names import MissingKeyError, UnknownNameError
from motcua.explain.populations import (
    DEFAULT_RULE,
    PLACE_KEYS,
    Population,
    digitisation_conditions,
    handling_conditions,
    online_conditions,
)
from motcua.sql import quoted

TABLES: Mapping[str, Population] = {
    "review.mart_review__handling": Population(
        ("rule_code", *PLACE_KEYS, "channel_code"), handling_conditions
    ),
    "review.mart_review__online": Population(
        ("metric_code", *PLACE_KEYS), online_conditions, required=("metric_code", "period_code")
    ),
    "review.mart_review__digitisation": Population(
        ("metric_code", *PLACE_KEYS),
        digitisation_conditions,
        required=("metric_code", "period_code"),
    ),
    **AGENDA,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a mart: the sum of a count over the rows that the keys select."""

    table: str
    column: str
    keys: Mapping[str, str]

    @property
    def place(self) -> dict[str, str]:
        """The keys that dossiers have too, without rule, metric and flag."""
        names = {"rule_code", "metric_code", "flag_code"}
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
    population = TABLES[table]
    known = population.keys
    keys = dict(_pair(pair, known) for pair in pairs)
    if "rule_code" in known:
        keys.setdefault("rule_code", DEFAULT_RULE)
    for required in population.required:
        if required not in keys:
            raise MissingKeyError(required)
    columns = population.conditions(keys)
    if column not in columns:
        raise UnknownNameError("column", column, list(columns))
    return Cell(table, column, {name: keys[name] for name in known if name in keys})


def cell_sql(cell: Cell) -> str:
    """Read the cell from its mart: one row, its sum and how many rows of the mart it adds."""
    return (
        f"select cast(sum({cell.column}) as bigint) as value, count(*) as row_count\n"
        f"from {cell.table}\n"
        f"where {_equalities(cell.keys)}"
    )


def dossiers_sql(cell: Cell) -> str:
    """Select what the cell counts from the facts, one row a dossier (or petition), by code."""
    population = TABLES[cell.table]
    columns = ",\n    ".join(population.columns)
    places = [
        f"{population.places.get(name, f'counted.{name}')} = {quoted(value)}"
        for name, value in cell.place.items()
    ]
    where = "\n    and ".join([*places, f"({population.conditions(cell.keys)[cell.column]})"])
    return (
        f"select\n    {columns}\nfrom {population.source}\nwhere {where}\n"
        "order by dossier_code, locality_code"
    )


def _pair(pair: str, known: Sequence[str]) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or name not in known:
        raise UnknownNameError("key", name, [f"{key}=…" for key in known])
    return name, value


def _equalities(keys: Mapping[str, str]) -> str:
    return "\n    and ".join(f"{name} = {quoted(value)}" for name, value in keys.items())
