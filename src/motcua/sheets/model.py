"""What the sheet of an agency says: read off a pack's content, nothing is counted again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from motcua.shelf.states import GROUP
from motcua.snapshot.cube import LISTED
from motcua.snapshot.following import TABLE as CONCLUSIONS
from motcua.snapshot.listing import cell_codes, row_labels
from motcua.snapshot.model import Cell, Content, Given, Row, Table, absent_cell, share_cell
from motcua.snapshot.numbers import NO_DATA, NOT_COMPARABLE, NOTHING_HAPPENED, format_count
from motcua.snapshot.summary import TEN

FORM = "ii06_agencies"
"""The table whose lines of agencies each get a sheet."""
UNKNOWN = "unknown"
SHOWN_DOSSIERS = 16
"""Codes that still leave the sheet on one page."""
GROUPS = {
    "resolved_overdue_count": "Hồ sơ đã giải quyết quá hạn",
    "pending_overdue_count": "Hồ sơ đang giải quyết quá hạn",
}
"""What an agency explains as a whole, by the measure that counts it."""

_RATES = {
    "resolved_in_time": (FORM, "resolved_in_time_rate"),
    "online_received": ("online", "online_received_rate"),
    "full_online_received": ("online", "full_online_received_rate"),
    "late_reception": ("late_reception", "numerator_count_rate"),
    "paid_online": ("postal_paid", "paid_online_rate"),
    "input_digitised": ("digitisation", "input_digitised_rate"),
    "result_electronic": ("digitisation", "result_electronic_rate"),
    "petitions_on_time": ("petitions", "numerator_count_rate"),
    "scorecard": ("scorecard_agencies", "score"),
}
"""Where each of the ten indicators stands by agency: table and column."""
_OVERDUE = (FORM, "pending_overdue_count", "pending_count")
"""The one of the ten that no table has as a rate: numerator and denominator of form II.06."""


@dataclass(frozen=True, slots=True)
class Line:
    """One of the ten indicators: of the agency, of all of its level, and what was asked."""

    code: str
    name: str
    counts: str
    result: str
    level_counts: str
    level_result: str
    target: str
    state: str


@dataclass(frozen=True, slots=True)
class Contestable:
    """A figure of the agency as the pack shows it, by the code that every version has for it."""

    code: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """One group of overdue dossiers: how many, and those codes that the pack names."""

    code: str
    name: str
    count: int
    text: str
    dossiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one agency is sent before the meeting; ``conclusions`` are the last meeting's on it."""

    agency_code: str
    name: str
    level_name: str
    lines: tuple[Line, ...]
    figures: tuple[Contestable, ...]
    overdue: tuple[Overdue, ...]
    conclusions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """A line of a table: its row, the codes of its cells, its label."""

    table: Table
    row: Row
    codes: tuple[str, ...]
    label: str

    def cell(self, column: str) -> tuple[Cell, str, str] | None:
        """Give a cell, its code and its heading; None where the table has no such column."""
        for position, found in enumerate(self.table.columns):
            if found.code == column:
                title = f"{found.group} – {found.title}" if found.group else found.title
                return self.row.cells[position], self.codes[position], title
        return None


def sheets_of(content: Content) -> tuple[Sheet, ...]:
    """Make the sheet of each agency in the order of form II.06; one of no known agency has none."""
    tables = {table.code for table in content.tables}
    places = {code: _places(content.table(code)) for code, _ in _RATES.values() if code in tables}
    dossiers = _dossiers(content)
    return tuple(
        _sheet(content, of, places, dossiers)
        for of in places.get(FORM, {})
        if dict(of).get("agency", UNKNOWN) != UNKNOWN
    )


def conclusions_of(content: Content, agency_code: str) -> tuple[str, ...]:
    """Give what the last meeting concluded on an agency, each with its result and state."""
    table = content.table(CONCLUSIONS)
    places = {column.code: place for place, column in enumerate(table.columns)}
    found = []
    for row in table.rows:
        if ("agency", agency_code) in row.of:
            said, result, state = (
                row.cells[places[code]].text for code in ("content", "result", "state")
            )
            found.append(f"{said} ({result}, {state})")
    return tuple(found)


def _places(table: Table) -> dict[tuple[tuple[str, str], ...], _Place]:
    """Give the lines of a table that count an agency or a level, by what they count."""
    rows = zip(table.rows, cell_codes(table), row_labels(table), strict=True)
    return {row.of: _Place(table, row, codes, label) for row, codes, label in rows if row.of}


def _sheet(
    content: Content,
    of: tuple[tuple[str, str], ...],
    places: Mapping[str, Mapping[tuple[tuple[str, str], ...], _Place]],
    dossiers: Mapping[tuple[str, str], tuple[str, ...]],
) -> Sheet:
    level, agency = of
    own = {code: found[of] for code, found in places.items() if of in found}
    common = {code: found[(level,)] for code, found in places.items() if (level,) in found}
    return Sheet(
        agency_code=agency[1],
        name=own[FORM].row.cells[1].text,
        level_name=common[FORM].row.cells[1].text,
        lines=tuple(
            _line(code, name, own, common, _given(content.given, code, agency[1], level[1]))
            for code, name in TEN.items()
        ),
        figures=tuple(_contestable(own)),
        overdue=tuple(
            _overdue(own[FORM], code, name, dossiers.get((agency[1], code), ()))
            for code, name in GROUPS.items()
        ),
        conclusions=conclusions_of(content, agency[1]),
    )


def _overdue(place: _Place, measure: str, name: str, dossiers: tuple[str, ...]) -> Overdue:
    found = place.cell(measure)
    code, text = (found[1], found[0].text) if found else ("", NOT_COMPARABLE)
    return Overdue(f"{GROUP}{code}", name, _count(place, measure), text, dossiers)


def _line(
    code: str,
    name: str,
    own: Mapping[str, _Place],
    common: Mapping[str, _Place],
    given: tuple[str, str],
) -> Line:
    counts, result = _shown(code, own, common)
    level_counts, level_result = _shown(code, common, common)
    return Line(code, name, counts, result, level_counts, level_result, *given)


def _shown(
    code: str, places: Mapping[str, _Place], common: Mapping[str, _Place]
) -> tuple[str, str]:
    """Give both counts and the result of an indicator, as they are read.

    An agency without a line where others of its level have one had nothing to count there.
    """
    cell = _overdue_cell(places) if code == "pending_overdue" else _rate_cell(code, places)
    if cell is None:
        is_counted = code != "scorecard" and _rate_cell(code, common) is not None
        return NOT_COMPARABLE, NOTHING_HAPPENED if is_counted else NO_DATA
    if code == "scorecard":
        return _out_of(places), cell.text
    counts = "/".join(map(format_count, cell.counts)) if cell.counts else NOT_COMPARABLE
    return counts, cell.text


def _out_of(places: Mapping[str, _Place]) -> str:
    """Give a score over what could be scored."""
    table, column = _RATES["scorecard"]
    found = [places[table].cell(name) for name in (column, "scorable")]
    texts = [cell.text for cell, _, _ in filter(None, found) if cell.value is not None]
    return "/".join(texts) if len(texts) == len(found) else NOT_COMPARABLE


def _rate_cell(code: str, places: Mapping[str, _Place]) -> Cell | None:
    table, column = _RATES[code]
    found = places[table].cell(column) if table in places else None
    return found[0] if found else None


def _overdue_cell(places: Mapping[str, _Place]) -> Cell | None:
    table, numerator, denominator = _OVERDUE
    if table not in places:
        return absent_cell(NO_DATA)
    return share_cell(_count(places[table], numerator), _count(places[table], denominator))


def _count(place: _Place, column: str) -> int:
    found = place.cell(column)
    return int(found[0].value or 0) if found else 0


def _given(given: Sequence[Given], code: str, agency: str, level: str) -> tuple[str, str]:
    """Give the target of an agency and its state; that of its level has none for one agency."""
    for one in given:
        if (one.metric_code, one.agency_code) == (code, agency):
            return one.target, one.state
    for one in given:
        if (one.metric_code, one.level_code) == (code, level):
            return f"{one.target}, giao chung cho cấp", NOT_COMPARABLE
    return NOT_COMPARABLE, "Chưa giao"


def _contestable(own: Mapping[str, _Place]) -> Iterator[Contestable]:
    """Give every figure of form II.06, then the rates that stand in other tables."""
    for column in own[FORM].table.columns:
        yield from _figure(own[FORM], column.code)
    for table, column in _RATES.values():
        if table != FORM and table in own:
            yield from _figure(own[table], column)


def _figure(place: _Place, column: str) -> Iterator[Contestable]:
    found = place.cell(column)
    if found and found[1]:
        cell, code, title = found
        yield Contestable(code, f"{place.table.title}: {title}", cell.text)


def _dossiers(content: Content) -> dict[tuple[str, str], tuple[str, ...]]:
    """Give the codes of overdue dossiers by agency and measure, longest overdue first."""
    cube = content.cube
    if cube is None:
        return {}
    found: dict[tuple[str, str], list[str]] = {}
    for row, measure, code in cube.dossiers:
        agency = cube.dimensions[0][cube.rows[row][0]].code
        found.setdefault((agency, cube.measures[measure].code), []).append(code)
    return {key: tuple(codes) for key, codes in found.items() if key[1] in LISTED}
