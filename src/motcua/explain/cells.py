"""What a cell of a review mart asks of a row of a fact, and the SQL of both sides.

The marts count groups of facts; here each count is a condition on one row of a fact, so that what
is found is a second opinion on the cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from motcua.explain.agenda import AGENDA
from motcua.explain.carried import CARRIED
from motcua.explain.comparing import COMPARING
from motcua.explain.names import MissingKeyError, UnknownNameError
from motcua.explain.populations import (
    DEFAULT_RULE,
    DIGITISATION_MARTS,
    HANDLING,
    HANDLING_KEYS,
    ROWS,
    Mart,
    Population,
    handling,
)
from motcua.explain.reconciling import RECONCILING
from motcua.explain.register import REGISTER
from motcua.explain.results import RESULTS
from motcua.explain.scoring import SCORING
from motcua.sql import quoted

TABLES: Mapping[str, Mart] = {
    HANDLING: Mart(HANDLING_KEYS, handling),
    **DIGITISATION_MARTS,
    **AGENDA,
    **COMPARING,
    **REGISTER,
    **SCORING,
    **CARRIED,
    **RESULTS,
    **RECONCILING,
}
_NO_PLACE = ("rule_code", "metric_code", "flag_code")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a mart: the sum of a column over the rows that the keys select.

    Attributes:
        told: what the one row that the cell is says of what it counts (``Mart.told_by_row``).
    """

    table: str
    column: str
    keys: Mapping[str, str]
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_keys(self) -> dict[str, str]:
        return {**self.keys, **self.told}

    @property
    def population(self) -> Population:
        return population_of(self.table, self.column, self.all_keys)

    @property
    def measure(self) -> str:
        """The aggregate over the rows found that the cell must equal."""
        return self.population.measures.get(self.column, "count(*)")


def population_of(table: str, column: str, keys: Mapping[str, str]) -> Population:
    """Give what a column counts.

    Raises:
        UnknownNameError: the column counts nothing, or a key names nothing known.
    """
    populations = TABLES[table].populations(keys)
    for population in populations:
        if column in population.conditions:
            return population
    known = [name for population in populations for name in population.conditions]
    raise UnknownNameError("column", column, known)


def make_cell(table: str, column: str, pairs: Sequence[str]) -> Cell:
    """Read what the command line names.

    Args:
        table: such as ``review.mart_review__handling``; the schema may be left out.
        column: a column of the mart that counts something, or ``rows`` of a list.
        pairs: ``key=value``; keys left out are summed over, the rule is ``ii06`` if none is given.

    Raises:
        UnknownNameError: the table, the column, a key, or a metric.
        MissingKeyError: a key over which the cell may not be summed is not given.
    """
    table = table if "." in table else f"review.{table}"
    if table not in TABLES:
        raise UnknownNameError("table", table, sorted(TABLES))
    mart = TABLES[table]
    keys = dict(_pair(pair, mart.keys) for pair in pairs)
    if "rule_code" in mart.keys and "rule_code" not in mart.required:
        keys.setdefault("rule_code", DEFAULT_RULE)
    _require(mart.required, keys)
    population = population_of(table, column, keys)
    if population.is_whole:
        _require(mart.keys, keys)
    return Cell(table, column, {name: keys[name] for name in mart.keys if name in keys})


def told_cell(cell: Cell, values: Sequence[object]) -> Cell:
    """Give the cell with what its row says of it, in the order of ``Mart.told_by_row``."""
    names = TABLES[cell.table].told_by_row
    told = dict(zip(names, values, strict=True))
    return replace(cell, told={name: str(value) for name, value in told.items() if value})


def cell_sql(cell: Cell) -> str:
    """Read the cell from its mart: one row, its sum and how many rows of the mart it adds."""
    value = "count(*)" if cell.column == ROWS else f"sum({cell.column})"
    return (
        f"select {value} as value, count(*) as row_count\n"
        f"from {cell.table}\n"
        f"where {_equalities(cell.keys)}"
    )


def found_sql(cell: Cell) -> str:
    """Select what the cell counts from the facts, one row a thing, in any order."""
    population = cell.population
    columns = ",\n    ".join(population.columns)
    places = [
        f"{place} = {quoted(value)}"
        for name, value in cell.all_keys.items()
        if (place := _place(population, name))
    ]
    where = "\n    and ".join([*places, f"({population.conditions[cell.column]})"])
    return f"select\n    {columns}\nfrom {population.source}\nwhere {where}"


def dossiers_sql(cell: Cell) -> str:
    """Select what the cell counts, by code: what a reader may run again."""
    return f"{found_sql(cell)}\norder by 1, 2"


def _place(population: Population, name: str) -> str | None:
    default = None if name in _NO_PLACE else f"counted.{name}"
    return population.places.get(name, default)


def _require(names: Sequence[str], keys: Mapping[str, str]) -> None:
    for name in names:
        if name not in keys:
            raise MissingKeyError(name)


def _pair(pair: str, known: Sequence[str]) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or name not in known:
        raise UnknownNameError("key", name, [f"{key}=…" for key in known])
    return name, value


def _equalities(keys: Mapping[str, str]) -> str:
    return "\n    and ".join(f"{name} = {quoted(value)}" for name, value in keys.items())
