"""Match what an export calls its columns to what its contract calls them."""

import csv
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from motcua.contracts import Layout, fold
from motcua.datasets import DATASETS

PART_SEPARATOR = " / "
LIKE_A_VALUE = re.compile(r"\d{6}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d\d-\d\d|.{120}", re.DOTALL)
"""What a column's name does not hold: a long number, a date, a paragraph."""
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """The place of each source column of the contract, and what only one side knows."""

    positions: Mapping[str, int]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def read_columns(layout: Layout) -> tuple[str, ...]:
    """Every source column to read for a layout, as the contract spells it, in a fixed order."""
    tokens = [name for name, use in layout.personal.items() if use == "token"]
    looked_at = [rule.column for rule in layout.by_presence.values()]
    numbered = layout.unpivot.columns if layout.unpivot else ()
    return tuple(
        dict.fromkeys([*layout.columns, *numbered, *looked_at, *layout.one_row_per, *tokens])
    )


def match_headers(headers: Sequence[str], layout: Layout) -> HeaderMatch:
    """Pair each column of the contract with its place, ignoring case, spacing and Unicode form."""
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        places.setdefault(fold(header), place)
    wanted = read_columns(layout)
    known = {fold(name) for name in (*wanted, *layout.personal, *layout.ignored)}
    positions = {name: places[fold(name)] for name in wanted if fold(name) in places}
    missing = tuple(name for name in wanted if name not in positions)
    unknown = [
        (place, header.strip())
        for place, header in enumerate(headers, 1)
        if header.strip() and fold(header) not in known
    ]
    return HeaderMatch(positions, missing, tellable(unknown, headers))


def tellable(unknown: Sequence[tuple[int, str]], headers: Iterable[str]) -> tuple[str, ...]:
    """Name unknown columns; by their place only where the header holds values, not names.

    A line of data that stands where the header should may hold what no receipt may.
    """
    holds_values = any(map(LIKE_A_VALUE.search, headers))
    names = [f"cột {place}" if holds_values else name for place, name in unknown]
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """Where the header of a CSV file stands: its names, delimiter, and the lines up to its end.

    ``following`` is the first record after it, with the lines up to that record's end.
    """

    names: tuple[str, ...]
    delimiter: str
    line_count: int
    shift: int
    following: tuple[tuple[str, ...], int]


def find_csv_header(lines: Sequence[str], layout: Layout) -> CsvHeader:
    """Find the header among the first lines of a file.

    Where most columns of the layout are not in the place and with the delimiter that the contract
    says, the place and delimiter that most of them fit are taken instead.

    Raises:
        csv.Error: The lines are no CSV.
    """
    first = layout.header_row - 1
    declared = _csv_header(lines, first, layout.delimiter, layout)
    wanted = layout.header_count()
    fit = len(match_headers(declared.names, layout).positions)
    if fit * 2 >= wanted:
        return declared
    candidates = [
        _csv_header(lines, place, delimiter, layout)
        for delimiter in dict.fromkeys((layout.delimiter, *DELIMITERS))
        for place in range(len(lines))
        if lines[place].count(delimiter)
    ]
    best = max(
        candidates,
        key=lambda one: len(match_headers(one.names, layout).positions),
        default=declared,
    )
    return best if len(match_headers(best.names, layout).positions) * 2 >= wanted else declared


def _csv_header(lines: Sequence[str], first: int, delimiter: str, layout: Layout) -> CsvHeader:
    reader = csv.reader(lines[first:], delimiter=delimiter)
    rows = list(itertools.islice(reader, layout.header_rows))
    line_count = first + reader.line_num
    following = tuple(next(reader, ()))
    return CsvHeader(
        join_header_rows(rows),
        delimiter,
        line_count,
        first - (layout.header_row - 1),
        (following, first + reader.line_num),
    )


def missing_keys(dataset_code: str, layout: Layout, present: set[str]) -> tuple[str, ...]:
    """Name the source columns that the export must have and has not: its key's, and numbered ones.

    A numbered column that is not found would be a column of blanks, so that none may be absent.
    """
    numbered = layout.unpivot.spellings().values() if layout.unpivot else ()
    lost = tuple(spellings[0] for spellings in numbered if present.isdisjoint(spellings))
    columns = DATASETS[dataset_code].columns
    keys = ("dossier_code", "agency_code") if dataset_code == "ratings" else columns[:1]
    of_key = [name for name, targets in layout.sources().items() if set(targets) & set(keys)]
    made = layout.made_sources().keys()
    if not of_key or any(name in present or name in made for name in of_key):
        return lost
    return (*of_key, *lost)


def join_header_rows(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Make one name a column of several header rows; a repeated or empty part is left out."""
    width = max((len(row) for row in rows), default=0)
    names = []
    for place in range(width):
        parts = [row[place].strip() if place < len(row) else "" for row in rows]
        names.append(PART_SEPARATOR.join(dict.fromkeys(part for part in parts if part)))
    return tuple(names)
