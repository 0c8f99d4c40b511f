"""What an outsider can work out of public packs: reads published files only, knows no code of ours.

Every hidden count is an unknown of at least 1, since 0 is shown. Known of it are the sums of form
II.06, the sums of lines, what an indicator says of the form's last line, printed rates, and what
an earlier version printed. Linear programs give the least and the greatest value of each unknown.
"""

import csv
import json
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

MARK = "*"
ALL = "all"
PARTS = {
    "received_count": ("received_online_count", "received_other_count", "carried_over_count"),
    "resolved_count": ("resolved_early_count", "resolved_on_time_count", "resolved_overdue_count"),
    "pending_count": ("pending_in_due_count", "pending_overdue_count"),
}
ARRIVED = ("received_online_count", "received_other_count")
LAST_LINE = {
    ("resolved_in_time", "numerator_count"): ("resolved_early_count", "resolved_on_time_count"),
    ("resolved_in_time", "denominator_count"): ("resolved_count",),
    ("pending_overdue", "numerator_count"): ("pending_overdue_count",),
    ("pending_overdue", "denominator_count"): ("pending_count",),
    ("online_received", "numerator_count"): ("received_online_count",),
    ("online_received", "denominator_count"): ARRIVED,
}
NO_MORE_THAN = {
    ("full_online_received", "numerator_count"): ("received_online_count",),
    ("full_online_received", "denominator_count"): ARRIVED,
    ("paid_online", "denominator_count"): ARRIVED,
    ("input_digitised", "denominator_count"): ("resolved_count",),
    ("result_electronic", "denominator_count"): ("resolved_count",),
}
Key = tuple
Sum = Mapping[Key, int]


@dataclass
class Published:
    """What one pack prints: figures by line and column (None: hidden), sums equal, sums ≤ 0."""

    figures: dict[Key, int | None] = field(default_factory=dict)
    equal: list[Sum] = field(default_factory=list)
    at_most: list[Sum] = field(default_factory=list)

    def hidden(self) -> set[Key]:
        return {key for key, value in self.figures.items() if value is None}

    def keep(self, sums: list[Sum], sum_: Sum) -> None:
        """Take a sum all of whose figures have a place in the pack."""
        if all(key in self.figures for key in sum_):
            sums.append(sum_)


def read_published(folder: Path) -> Published:
    """Read the CSV files of a pack, and every sum that an outsider knows of them."""
    found = Published()
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))
    paths = [each["path"] for each in described["resources"] if each["format"] == "csv"]
    for path in paths:
        with (folder / path).open(encoding="utf-8", newline="") as handle:
            _take(found, path.removesuffix(".csv"), list(csv.DictReader(handle)))
    for (metric, column), parts in LAST_LINE.items():
        found.keep(found.equal, _sum((f"metric {metric}", column), _of_total(parts)))
    for (metric, column), parts in NO_MORE_THAN.items():
        found.keep(found.at_most, _sum((f"metric {metric}", column), _of_total(parts)))
    return found


def _take(found: Published, file: str, records: list[dict[str, str]]) -> None:
    lines = [_line(file, record) for record in records]
    for line, record in zip(lines, records, strict=True):
        for column, text in record.items():
            if column.endswith("_count"):
                found.figures[line, column] = None if text == MARK else int(text)
    if file == "chi_tieu":
        for line in lines:
            sum_ = {(line, "numerator_count"): 1, (line, "denominator_count"): -1}
            found.keep(found.at_most, sum_)
    elif file == "kenh_tiep_nhan":
        _take_channels(found, lines)
    else:
        _take_form(found, lines, records)


def _line(file: str, record: Mapping[str, str]) -> str:
    if file == "chi_tieu":
        return f"metric {record['metric_code']}"
    if file == "kenh_tiep_nhan":
        return f"channel {record['channel_code']}"
    if file == "ii06_linh_vuc":
        return "total" if record["field_code"] == ALL else f"field {record['field_code']}"
    if record["agency_code"] != ALL:
        return f"agency {record['level_code']} {record['agency_code']}"
    return "total" if record["level_code"] == ALL else f"level {record['level_code']}"


def _take_channels(found: Published, lines: list[str]) -> None:
    body = [line for line in lines if line != f"channel {ALL}"]
    for column, parts in (
        ("received_in_period_count", ARRIVED),
        ("resolved_count", ("resolved_count",)),
    ):
        total = (f"channel {ALL}", column)
        found.keep(found.equal, _sum(total, [(line, column) for line in body]))
        found.keep(found.equal, _sum(total, _of_total(parts)))
    online = ("channel online", "received_in_period_count")
    found.keep(found.equal, _sum(online, _of_total(("received_online_count",))))


def _take_form(found: Published, lines: list[str], records: list[dict[str, str]]) -> None:
    for line in lines:
        for whole, parts in PARTS.items():
            found.keep(found.equal, _sum((line, whole), [(line, part) for part in parts]))
        found.keep(
            found.equal,
            _sum((line, "received_count"), [(line, "resolved_count"), (line, "pending_count")]),
        )
    for line, record in zip(lines, records, strict=True):
        _take_rate(found, line, record["resolved_in_time_rate"])
    columns = {column for _, column in found.figures if column in _form_columns()}
    for head, body in _heads(lines):
        for column in sorted(columns):
            found.keep(found.equal, _sum((head, column), [(each, column) for each in body]))


def _take_rate(found: Published, line: str, text: str) -> None:
    """A rate that stands beside a known denominator gives the sum of its numerator."""
    whole = found.figures[line, "resolved_count"]
    if text in {"", MARK} or whole is None:
        return
    in_time = round(float(text) * whole)
    found.figures[line, "in_time"] = in_time
    parts = [(line, "resolved_early_count"), (line, "resolved_on_time_count")]
    found.keep(found.equal, _sum((line, "in_time"), parts))


def _heads(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    levels = [line for line in lines if line.startswith("level ")]
    agencies = [line for line in lines if line.startswith("agency ")]
    for level in levels:
        body = [each for each in agencies if each.split()[1] == level.split()[1]]
        if body:
            yield level, body
    yield "total", levels or [line for line in lines if line.startswith("field ")]


def _form_columns() -> set[str]:
    return {*PARTS, *(part for parts in PARTS.values() for part in parts)}


def _of_total(columns: Iterable[str]) -> list[Key]:
    return [("total", column) for column in columns]


def _sum(whole: Key, parts: Iterable[Key]) -> Sum:
    return {whole: 1, **dict.fromkeys(parts, -1)}


@dataclass(frozen=True)
class Bounds:
    """What is known of a hidden figure."""

    low: float
    high: float

    @property
    def is_one_number(self) -> bool:
        return math.ceil(self.low - 1e-6) == math.floor(self.high + 1e-6)


def attack(versions: list[Published], min_count: int, *, is_all_same: bool = False):
    """Bound every hidden figure of packs: {(version, key): bounds}; None: they contradict.

    Of several versions, an outsider takes what both hide for unchanged; and, where ``is_all_same``,
    what one hides and another printed for what was printed. Bounds are only as wide as they must
    be to tell that a figure is open: two whole numbers, and the threshold within reach.
    """
    known: dict[Key, int] = {}
    equal: list[Sum] = []
    at_most: list[Sum] = []
    found: dict[Key, None] = {}
    for number, pack in enumerate(versions):
        name = {key: _name(versions, number, key, is_all_same=is_all_same) for key in pack.figures}
        for key, value in pack.figures.items():
            found[name[key]] = None
            if value is not None:
                known.setdefault(name[key], value)
        equal += [{name[key]: factor for key, factor in sum_.items()} for sum_ in pack.equal]
        at_most += [{name[key]: factor for key, factor in sum_.items()} for sum_ in pack.at_most]
    names = {name: place for place, name in enumerate(each for each in found if each not in known)}
    return _bounds(names, known, equal, at_most, min_count)


def _name(versions: list[Published], number: int, key: Key, *, is_all_same: bool) -> Key:
    """One name for figures that are taken for the same; the version's own for others."""
    is_hidden = [version.figures.get(key, 0) is None for version in versions]
    if (is_all_same and any(is_hidden)) or all(is_hidden):
        return ("every", *key)
    return (number, *key)


def _matrix(sums: list[Sum], names: Mapping[Key, int], known: Mapping[Key, int]):
    """Give factors of unknowns, and what the known leave."""
    entries, rest = [], []
    for sum_ in sums:
        open_names = [(names[key], factor) for key, factor in sum_.items() if key not in known]
        left = -sum(known[key] * factor for key, factor in sum_.items() if key in known)
        if open_names:
            entries += [(len(rest), place, factor) for place, factor in open_names]
            rest.append(left)
    lines, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
    return csr_array((factors, (lines, columns)), shape=(len(rest), len(names))), np.array(rest)


class _Solver:
    """Linear programs over the unknowns; keeps the least and the greatest value of each seen."""

    def __init__(self, names, known, equal, at_most) -> None:
        sums, sides = _matrix(equal, names, known)
        less, limits = _matrix(at_most, names, known)
        self._given = {"A_eq": sums, "b_eq": sides, "A_ub": less, "b_ub": limits}
        self.low, self.high = np.full(len(names), np.inf), np.full(len(names), -np.inf)

    def solve(self, price: np.ndarray) -> bool:
        """Find one table; False: what is taken for known contradicts itself."""
        answer = linprog(price, **self._given, bounds=(1, 1e9), method="highs")
        if answer.status == 2:
            return False
        assert answer.status == 0, answer.message
        self.low = np.minimum(self.low, answer.x)
        self.high = np.maximum(self.high, answer.x)
        return True

    def is_open(self, place: int, min_count: int) -> bool:
        """Two whole numbers have been seen, and one that is not small."""
        low, high = math.ceil(self.low[place] - 1e-6), math.floor(self.high[place] + 1e-6)
        return high > low and high >= min_count


def _bounds(names, known, equal, at_most, min_count):
    if not names:
        return {}
    solver = _Solver(names, known, equal, at_most)
    drawn = random.Random(1)
    for _ in range(8):
        if not solver.solve(np.array([drawn.uniform(-1, 1) for _ in names])):
            return None
    for place in range(len(names)):
        for sign in (1, -1):
            if not solver.is_open(place, min_count):
                price = np.zeros(len(names))
                price[place] = sign
                solver.solve(price)
    return {name: Bounds(solver.low[place], solver.high[place]) for name, place in names.items()}


def recovered(found: Mapping[Key, Bounds], min_count: int) -> list[Key]:
    """Name the hidden figures that are one number, or known to be small."""
    return [
        name
        for name, bounds in found.items()
        if bounds.is_one_number or bounds.high < min_count - 1e-6
    ]
