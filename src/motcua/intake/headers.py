"""Match what an export calls its columns to what its contract calls them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from motcua.contracts import Layout, fold
from motcua.datasets import DATASETS

PART_SEPARATOR = " / "


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
    return tuple(dict.fromkeys([*layout.columns, *looked_at, *layout.one_row_per, *tokens]))


def match_headers(headers: Sequence[str], layout: Layout) -> HeaderMatch:
    """Pair each column of the contract with its place, ignoring case, spacing and Unicode form."""
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        places.setdefault(fold(header), place)
    wanted = read_columns(layout)
    known = {fold(name) for name in (*wanted, *layout.personal, *layout.ignored)}
    positions = {name: places[fold(name)] for name in wanted if fold(name) in places}
    missing = tuple(name for name in wanted if name not in positions)
    unknown = [header.strip() for header in headers if header.strip() and fold(header) not in known]
    return HeaderMatch(positions, missing, tuple(dict.fromkeys(unknown)))


def missing_keys(dataset_code: str, layout: Layout, present: set[str]) -> tuple[str, ...]:
    """Name the source columns of the dataset's key that the export does not have."""
    columns = DATASETS[dataset_code].columns
    keys = ("dossier_code", "agency_code") if dataset_code == "ratings" else columns[:1]
    sources = {**layout.columns, **layout.parent_columns}
    of_key = [name for name, targets in sources.items() if set(targets) & set(keys)]
    if not of_key or any(name in present for name in of_key):
        return ()
    return tuple(of_key)


def join_header_rows(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Make one name a column of several header rows; a repeated or empty part is left out."""
    width = max((len(row) for row in rows), default=0)
    names = []
    for place in range(width):
        parts = [row[place].strip() if place < len(row) else "" for row in rows]
        names.append(PART_SEPARATOR.join(dict.fromkeys(part for part in parts if part)))
    return tuple(names)
