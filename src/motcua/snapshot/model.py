"""The content model: everything a pack says, as one frozen value that every renderer lays out.

A renderer decides where a cell stands, never what it says: each cell carries its value and the
text that people read.
"""

import dataclasses
import datetime
import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from pydantic import TypeAdapter

from motcua.snapshot import numbers

CHANGES, RESTATED, ERRATA = "changes", "restated", "errata"
OTHER_ERRATA = "other_errata"
DIMENSIONS = ("agency", "field", "level", "channel")
"""What the handling of the period may be looked at by, in the order of ``Cube.dimensions``."""
ANSWERS = "answers"
HISTORY = (CHANGES, RESTATED, ERRATA, OTHER_ERRATA, ANSWERS)
"""The tables that tell of other versions; what they hold are no figures of this one."""
_UNSUMMED = frozenset((CHANGES, RESTATED, OTHER_ERRATA))
"""Of these, what alone makes no new version."""
SIMULATED_BANNER = "DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC"

PRINTED_LINES = 200
"""Lines of a list on paper: some ten pages on their side, what a person still leafs through."""
PAGE_LINES = 2_000
"""Lines of a list on the page in a browser: under two megabytes of the fifteen that it may have."""

Kind = Literal["text", "count", "share", "score", "days", "date"]
RowKind = Literal["body", "group", "total"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its kind, its value (None: there is none) and its text, formatted once.

    ``counts`` are numerator and denominator of a rate.
    """

    kind: Kind
    value: str | int | float | None
    text: str
    counts: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: heading, the group heading above it, and what is printed below it.

    Where its ``kind`` is count, its lines add up to their group's line and to the total.
    """

    code: str
    title: str
    group: str = ""
    number: str = ""
    formula: str = ""
    kind: Kind = "count"
    width: int = 13


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. A group line holds the subtotal of the body lines below it.

    ``of`` are the codes of what the line counts, by the names of ``DIMENSIONS``; empty where it
    counts by something else, or everything.
    """

    kind: RowKind
    cells: tuple[Cell, ...]
    of: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the pack; without rows, ``empty_sentence`` stands in its place.

    One that ``is_list`` is shown by its first lines where it is printed (``shortened``).
    """

    code: str
    title: str
    sheet: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    empty_sentence: str = ""
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline indicator: two counts, the result, how many do not say, two earlier results."""

    code: str
    name: str
    numerator: Cell
    denominator: Cell
    result: Cell
    unknown: Cell
    previous: Cell
    previous_change: str
    same: Cell
    same_change: str
    definition: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: what it is of, how long it is, what is written at its end."""

    label: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One bar chart and the table whose figures it shows; ``full_value``: a full bar, if fixed."""

    code: str
    title: str
    caption: str
    table_code: str
    bars: tuple[Bar, ...]
    full_value: float | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """One unit on a map: its figure as it is read, the number of its class, where it lies.

    ``geometry`` is a MultiPolygon of GeoJSON in one line: indented, its coordinates would take
    longer than all the rest.
    """

    agency_code: str
    name: str
    text: str
    class_no: int
    geometry: str


@dataclass(frozen=True, slots=True)
class AreaClass:
    """One class of a map: its number, its limits and how many units it has, the units."""

    class_no: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Map:
    """One map and the table whose figures it shows; each area is in one of its classes."""

    code: str
    title: str
    caption: str
    table_code: str
    classes: tuple[AreaClass, ...]
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a sentence: words, or the text of the figure whose code it has."""

    text: str
    figure_code: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One sentence of the report: words and figures in the order that they are read."""

    code: str
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The sentence as people read it."""
        return "".join(run.text for run in self.runs)

    @property
    def figure_codes(self) -> tuple[str, ...]:
        """The codes of ``Content.figures`` that fill it, in order, each once."""
        codes = (run.figure_code for run in self.runs if run.figure_code)
        return tuple(dict.fromkeys(codes))


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered section of the report: its sentences, then its tables; ``level`` 2 is in one."""

    number: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    table_codes: tuple[str, ...] = ()
    level: int = 1


@dataclass(frozen=True, slots=True)
class Annex:
    """One annex: its tables; one of them holds the definitions.

    From the table ``apart_from`` on, what has lines stands on a page of its own under ``apart``.
    """

    number: int
    title: str
    table_codes: tuple[str, ...] = ()
    holds_definitions: bool = False
    apart_from: str = ""
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that sentences use: code, its cell and what it is."""

    code: str
    name: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Header:
    """What stands on every page: whose figures, of which period, as of when, which version.

    ``agency_code``, ``agency_name`` and ``scope_line`` are empty in the pack of a whole province.
    """

    title: str
    review_code: str
    review_name: str
    province_code: str
    province_name: str
    issuer_lines: tuple[str, ...]
    issuer_abbreviation: str
    signatory_title: str
    place: str
    period_code: str
    period_name: str
    period_line: str
    as_of_date: str
    as_of_line: str
    version: int
    version_line: str
    state_code: str
    rule_code: str
    rule_line: str
    is_simulated: bool
    banner: str
    agency_code: str = ""
    agency_name: str = ""
    scope_line: str = ""

    @property
    def pack_code(self) -> str:
        """What names the pack's folder and files: the review's code and, of one, the agency's."""
        return pack_code(self.review_code, self.agency_code)

    @property
    def frame(self) -> tuple[str, ...]:
        """The lines of the frame in order, without the banner."""
        lines = (self.period_line, self.as_of_line, self.version_line, self.rule_line)
        return (self.scope_line, *lines) if self.scope_line else lines


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whose figures these are: localities expected, and those not known to the period's end."""

    expected_count: int
    complete_count: int
    missing: tuple[str, ...]
    is_whole: bool
    scope: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Note:
    """One definition or decided rule."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Member:
    """One value of a dimension: an agency, a field, a level, a channel."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One count of the handling mart: heading, the heading above it, the mart's definition."""

    code: str
    group: str
    title: str
    definition: str


@dataclass(frozen=True, slots=True)
class Cube:
    """The handling of the period as finely as its mart counts it, for whoever filters and sums.

    A row holds its member's position in each of ``dimensions`` (``DIMENSIONS``, in that order),
    then one count for each of ``measures``. A dossier is the position of the row that counts it,
    the position of the measure and its code: those overdue, longest first, at most
    ``dossier_limit``.
    """

    measures: tuple[Measure, ...]
    dimensions: tuple[tuple[Member, ...], ...]
    rows: tuple[tuple[int, ...], ...]
    dossiers: tuple[tuple[int, int, str], ...]
    dossier_limit: int


@dataclass(frozen=True, slots=True)
class Given:
    """A target that one agency or one level was given, as people read it, and whether it is met.

    Of ``agency_code`` and ``level_code`` the one that the target is not of is ``all``.
    """

    metric_code: str
    agency_code: str
    level_code: str
    target: str
    state: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter for the chair as the notice of conclusions takes it over; staff give the rest.

    ``agency_code`` and ``metric_code`` are empty where no one agency has most, or no metric tells.
    """

    text: str
    agency_code: str
    agency_name: str
    metric_code: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the pack says; ``summary`` stands on the first page, below the table ``ten``.

    ``history`` stands under it and comes not from the marts: what changed since the last sealed
    version and which figures were found wrong since, with the tables of ``HISTORY``.
    ``agency_codes`` are whose dossiers count: those of an agency's pack; empty: of the province.
    ``given`` are the targets of agencies and levels, for the sheets of agencies; ``goals`` are the
    metrics by which a conclusion can be measured. ``maps`` hold what they draw, so that a version
    is laid out again without the file of boundaries.
    """

    header: Header
    coverage: Coverage
    headlines: tuple[Headline, ...]
    missing_headlines: str
    summary: tuple[Section, ...]
    history: tuple[Section, ...]
    figures: Mapping[str, Figure]
    sections: tuple[Section, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    definitions: tuple[Note, ...]
    decisions: tuple[Note, ...]
    delivery_ids: tuple[str, ...]
    cube: Cube | None = None
    annexes: tuple[Annex, ...] = ()
    agency_codes: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    matters: tuple[Matter, ...] = ()
    goals: tuple[Member, ...] = ()
    maps: tuple[Map, ...] = ()

    @property
    def first_page(self) -> tuple[Section, ...]:
        """What stands on the first page below its table."""
        return (*self.summary, *self.history)

    def table(self, code: str) -> Table:
        """Give the table of a code."""
        return next(table for table in self.tables if table.code == code)


def pack_code(review_code: str, agency_code: str) -> str:
    """Name the pack of a review, or that of one agency in it; ``agency_code`` is empty for none."""
    return f"{review_code}@{agency_code}" if agency_code else review_code


def shortened(content: Content, line_count: int) -> Content:
    """Give the content with the first lines of each list, which then says how many there are."""
    return dataclasses.replace(
        content, tables=tuple(_first_lines(table, line_count) for table in content.tables)
    )


def _first_lines(table: Table, line_count: int) -> Table:
    lines = [row for row in table.rows if row.kind != "total"]
    if not table.is_list or len(lines) <= line_count:
        return table
    note = (
        f"In {numbers.format_count(line_count)} dòng đầu trong "
        f"{numbers.format_count(len(lines))} dòng; danh sách đủ ở tệp XLSX, trang «{table.sheet}»."
    )
    totals = [row for row in table.rows if row.kind == "total"]
    rows = (*lines[:line_count], *totals)
    return dataclasses.replace(table, rows=rows, notes=(note, *table.notes))


def text_cell(text: object) -> Cell:
    """Make a cell of words; None becomes an empty one."""
    written = "" if text is None else str(text)
    return Cell("text", written or None, written)


def count_cell(value: int | None) -> Cell:
    """Make a cell of a whole number."""
    return Cell(
        "count", value, numbers.NOT_COMPARABLE if value is None else numbers.format_count(value)
    )


def share_cell(numerator: int, denominator: int, unknown: int = 0) -> Cell:
    """Make a cell of a rate; over zero it says whether nothing happened or nobody said."""
    if denominator == 0:
        text = numbers.NO_DATA if unknown else numbers.NOTHING_HAPPENED
        return Cell("share", None, text, None if unknown else (numerator, denominator))
    text = numbers.format_share(numerator, denominator)
    return Cell("share", numerator / denominator, text, (numerator, denominator))


def rate_cell(numerator: Decimal, denominator: Decimal) -> Cell:
    """Make a cell of a rate of two quantities, such as days; it may be negative."""
    if denominator == 0:
        return Cell("share", None, numbers.NOTHING_HAPPENED)
    rate = numerator / denominator
    return Cell("share", float(rate), numbers.format_percent(rate))


def absent_cell(text: str = numbers.NOT_COMPARABLE) -> Cell:
    """Make a cell for a figure that there is no data for."""
    return Cell("share", None, text)


def score_cell(value: Decimal | float | None) -> Cell:
    """Make a cell of a carried figure such as an index."""
    if value is None:
        return Cell("score", None, numbers.NO_DATA)
    return Cell("score", float(value), numbers.format_decimal(value))


def quantity_cell(value: Decimal | None) -> Cell:
    """Make a cell of a quantity that has decimals only where it is not whole."""
    if value is None:
        return Cell("score", None, numbers.NOT_COMPARABLE)
    return count_cell(int(value)) if value == int(value) else score_cell(value)


def amount_cell(value: Decimal | int) -> Cell:
    """Make a cell of an amount in dong, which has no smaller part."""
    return count_cell(int(Decimal(value).to_integral_value(ROUND_HALF_UP)))


def days_cell(days: Decimal | float | None) -> Cell:
    """Make a cell of days; the median of an even number of dossiers may be a half."""
    if days is None:
        return Cell("days", None, numbers.NOT_COMPARABLE)
    if days == int(days):
        return count_cell(int(days))
    return Cell("days", float(days), numbers.format_decimal(days, 1))


def date_cell(value: datetime.date | None) -> Cell:
    """Make a cell of a day; its value is written as yyyy-mm-dd."""
    if value is None:
        return Cell("date", None, numbers.NOT_COMPARABLE)
    day = value.date() if isinstance(value, datetime.datetime) else value
    return Cell("date", day.isoformat(), numbers.format_date(day))


def to_json(content: Content) -> bytes:
    """Write the content as JSON, the same bytes for the same content.

    The cube stands in one line: indented, its counts would take longer than all the rest.
    """
    bare = _plain(dataclasses.replace(content, cube=None))
    text = json.dumps(bare, ensure_ascii=False, indent=1, sort_keys=True)
    if content.cube:
        text = text.replace('\n "cube": null', f'\n "cube": {_cube_json(content.cube)}', 1)
    return f"{text}\n".encode()


def _cube_json(cube: Cube) -> str:
    named = {field.name: getattr(cube, field.name) for field in dataclasses.fields(cube)}
    return json.dumps(
        named, default=dataclasses.asdict, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )


def to_compact_json(content: Content) -> bytes:
    """Write the content as JSON for a program: ten times as fast as for a reader."""
    return json.dumps(_plain(content), ensure_ascii=False, sort_keys=True).encode()


def _plain(content: Content) -> dict[str, Any]:
    return _adapter().dump_python(content, mode="json")


@functools.cache
def _adapter() -> TypeAdapter[Content]:
    return TypeAdapter(Content)


def from_json(data: bytes) -> Content:
    """Read the content that ``to_json`` wrote.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return _adapter().validate_json(data)


def figures_sha256(content: Content) -> str:
    """Sum what the content says apart from its version, its state and what changed since another.

    Two contents with one sum have nothing to tell apart, so that no new version is made. An erratum
    does make one.
    """
    header = dataclasses.replace(content.header, version=0, version_line="", state_code="")
    bare = dataclasses.replace(
        content,
        header=header,
        history=(),
        tables=tuple(table for table in content.tables if table.code not in _UNSUMMED),
    )
    return hashlib.sha256(to_compact_json(bare)).hexdigest()
