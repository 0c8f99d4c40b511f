"""The counts of a pack that are made public, and every sum of them that an outsider knows."""

from collections.abc import Iterator

from motcua.errors import PipelineError
from motcua.public.disclosure import Cell
from motcua.snapshot.model import Content, Headline, Row, Table

Key = tuple[str, str]
"""A count: the line that it stands in, the column."""

AGENCIES, FIELDS, CHANNELS = "ii06_agencies", "ii06_fields", "channels"
TOTAL = "total"
CHANNEL_TOTAL = "channels_total"
HEADLINES = (
    "resolved_in_time",
    "pending_overdue",
    "online_received",
    "full_online_received",
    "late_reception",
    "paid_online",
    "input_digitised",
    "result_electronic",
    "petitions_on_time",
)
"""Nine of the ten indicators of the first page; the tenth, a score, is a sum of rates of others."""
FORM = (
    "received_count",
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
)
"""Columns (3) to (13) of form II.06."""
CHANNEL_COLUMNS = {"received": "received_in_period_count", "resolved": "resolved_count"}
"""The counts of the table by channel: column → measure."""
_IDENTITIES = (
    {"received_count": 1, "resolved_count": -1, "pending_count": -1},
    {
        "received_count": 1,
        "received_online_count": -1,
        "received_other_count": -1,
        "carried_over_count": -1,
    },
    {
        "resolved_count": 1,
        "resolved_early_count": -1,
        "resolved_on_time_count": -1,
        "resolved_overdue_count": -1,
    },
    {"pending_count": 1, "pending_in_due_count": -1, "pending_overdue_count": -1},
)
"""The sums that every line of the form keeps."""
_OF_HANDLING = {
    "resolved_in_time": (("resolved_early_count", "resolved_on_time_count"), ("resolved_count",)),
    "pending_overdue": (("pending_overdue_count",), ("pending_count",)),
    "online_received": (
        ("received_online_count",),
        ("received_online_count", "received_other_count"),
    ),
}
"""Indicators whose two counts are sums of the form's last line."""
_WITHIN = {
    "full_online_received": (
        ("received_online_count",),
        ("received_online_count", "received_other_count"),
    ),
    "paid_online": ((), ("received_online_count", "received_other_count")),
    "input_digitised": ((), ("resolved_count",)),
    "result_electronic": ((), ("resolved_count",)),
}
"""Indicators whose numerator, denominator is no more than a sum of the form's last line."""
_ARRIVED = ("received_online_count", "received_other_count")
_COSTS = {AGENCIES: 1.0, FIELDS: 1.0, CHANNELS: 8.0, "levels": 20.0, TOTAL: 100.0}
_HEADLINE_COST = 50.0


class Counts:
    """The counts of a content as ``motcua.public.disclosure`` takes them."""

    def __init__(self, content: Content) -> None:
        self.cells: dict[Key, Cell] = {}
        self.relations: list[dict[Key, int]] = []
        self._add_form(content.table(AGENCIES))
        self._add_form(content.table(FIELDS))
        self._add_channels(content)
        for line in content.headlines:
            if line.code in HEADLINES:
                self._add_headline(line)

    def _add_form(self, table: Table) -> None:
        """Add the lines of form II.06: each keeps its sums, and each column adds up."""
        codes = [column.code for column in table.columns]
        names = form_lines(table)
        for name, row in zip(names, table.rows, strict=True):
            for measure in FORM:
                value = row.cells[codes.index(measure)].value
                self._add((name, measure), value, _group(table, row))
            for identity in _IDENTITIES:
                self.relations.append({(name, m): factor for m, factor in identity.items()})
        for above, below in _sums_of(table, names):
            for measure in FORM:
                parts = {(name, measure): -1 for name in below}
                self.relations.append({(above, measure): 1, **parts})

    def _add_channels(self, content: Content) -> None:
        """Add what came in and was resolved by channel, and what printed counts could tell of it.

        Nobody prints what of a channel was carried over or is pending; it is what its received and
        resolved dossiers leave to be so.
        """
        table = content.table(CHANNELS)
        codes = [column.code for column in table.columns]
        names = channel_lines(table)
        for name, row in zip(names, table.rows, strict=True):
            for column, measure in CHANNEL_COLUMNS.items():
                self._add((name, measure), row.cells[codes.index(column)].value, CHANNELS)
        if names:
            self._relate((CHANNEL_TOTAL, "received_in_period_count"), _ARRIVED)
            self._relate((CHANNEL_TOTAL, "resolved_count"), ("resolved_count",))
            self._relate(("channel:online", "received_in_period_count"), _ARRIVED[:1])
        body = [name for name in names if name != CHANNEL_TOTAL]
        for measure in CHANNEL_COLUMNS.values():
            parts = {(name, measure): -1 for name in body}
            self._hold({(CHANNEL_TOTAL, measure): 1, **parts})
        self._add_unseen_channels(_unseen_of_channels(content))

    def _add_unseen_channels(self, found: dict[str, dict[str, int]]) -> None:
        for code, counts in found.items():
            for measure, value in counts.items():
                self._add_unseen((f"channel:{code}", measure), value)
            shown = [
                ((f"channel:{code}", measure), factor)
                for measure, factor in (("received_in_period_count", 1), ("resolved_count", -1))
            ]
            self._hold(
                {
                    **{key: factor for key, factor in shown if key in self.cells},
                    (f"channel:{code}", "carried_over_count"): 1,
                    (f"channel:{code}", "pending_count"): -1,
                }
            )
        for measure in ("carried_over_count", "pending_count") if found else ():
            parts = {(f"channel:{code}", measure): -1 for code in found}
            self._hold({(TOTAL, measure): 1, **parts})

    def _add_headline(self, line: Headline) -> None:
        """Add both counts of an indicator and the one that is their difference."""
        name = headline_line(line.code)
        above, below = (name, "numerator_count"), (name, "denominator_count")
        numerator, denominator = int(line.numerator.value or 0), int(line.denominator.value or 0)
        self._add(above, numerator, name)
        self._add(below, denominator, name)
        self._add_unseen((name, "rest"), denominator - numerator)
        self.relations.append({below: 1, above: -1, (name, "rest"): -1})
        if line.code in _OF_HANDLING:
            for key, measures in zip((above, below), _OF_HANDLING[line.code], strict=True):
                self._relate(key, measures)
        for key, measures in zip((above, below), _WITHIN.get(line.code, ((), ())), strict=True):
            if measures:
                self._bound(key, measures)

    def _relate(self, key: Key, measures: tuple[str, ...]) -> None:
        """Note that a count is a sum of the form's last line."""
        self._hold({key: 1, **{(TOTAL, measure): -1 for measure in measures}})

    def _bound(self, key: Key, measures: tuple[str, ...]) -> None:
        """Note that a count is no more than a sum of the form's last line."""
        if (TOTAL, measures[0]) not in self.cells:
            return
        left = sum(self.cells[TOTAL, measure].value for measure in measures)
        rest = (key[0], f"outside_{key[1]}")
        self._add_unseen(rest, left - self.cells[key].value)
        self._hold({key: 1, rest: 1, **{(TOTAL, measure): -1 for measure in measures}})

    def _hold(self, relation: dict[Key, int]) -> None:
        if all(key in self.cells for key in relation):
            self.relations.append(relation)

    def _add(self, key: Key, value: object, group: str) -> None:
        cost = _COSTS.get(group, _HEADLINE_COST)
        cell = Cell(int(str(value)), group=group, cost=cost)
        known = self.cells.setdefault(key, cell)
        if known.value != cell.value:
            raise PipelineError("public", f"{key} is {known.value} and {cell.value}")

    def _add_unseen(self, key: Key, value: int) -> None:
        if value < 0:
            raise PipelineError("public", f"{key} is {value}")
        self.cells[key] = Cell(value, group="", is_shown=False)


def form_lines(table: Table) -> list[str]:
    """Name the lines of form II.06: ``total``, ``level:…``, ``agency:…:…`` or ``field:…``."""
    return [_form_line(row) for row in table.rows]


def channel_lines(table: Table) -> list[str]:
    """Name the lines of the table by channel."""
    return [
        CHANNEL_TOTAL if row.kind == "total" else f"channel:{dict(row.of)['channel']}"
        for row in table.rows
    ]


def headline_line(code: str) -> str:
    """Name the line of an indicator."""
    return f"headline:{code}"


def _form_line(row: Row) -> str:
    of = dict(row.of)
    if row.kind == "total":
        return TOTAL
    if "field" in of:
        return f"field:{of['field']}"
    if row.kind == "group":
        return f"level:{of['level']}"
    return f"agency:{of['level']}:{of['agency']}"


def _group(table: Table, row: Row) -> str:
    """Name the lines that are left out with one: levels and the total stand for themselves."""
    return {"total": TOTAL, "group": "levels"}.get(row.kind, table.code)


def _sums_of(table: Table, names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Give each line that sums others, and those."""
    if not table.rows:
        return
    heads = [n for n, row in zip(names, table.rows, strict=True) if row.kind == "group"]
    body = [n for n, row in zip(names, table.rows, strict=True) if row.kind == "body"]
    for head in heads:
        level = head.removeprefix("level:")
        yield head, [name for name in body if name.startswith(f"agency:{level}:")]
    yield TOTAL, heads or body


def _unseen_of_channels(content: Content) -> dict[str, dict[str, int]]:
    """Sum what of each channel was carried over and is pending, from the cube."""
    cube = content.cube
    if cube is None:
        return {}
    at = len(cube.dimensions)
    places = {
        measure.code: at + position
        for position, measure in enumerate(cube.measures)
        if measure.code in {"carried_over_count", "pending_count"}
    }
    return {
        member.code: {
            measure: sum(row[place] for row in cube.rows if row[at - 1] == number)
            for measure, place in places.items()
        }
        for number, member in enumerate(cube.dimensions[at - 1])
    }
