"""Which counts of a published set must be hidden so that no small one can be worked out.

Cell suppression as statistical offices do it (Hundepool et al., Statistical Disclosure Control,
2012, chapter 4; the cells beside the small ones by the linear programs of Kelly, Golden and Assad,
1992). A count from 1 to the threshold − 1 is hidden, 0 is shown. So many others are hidden, too,
that for each hidden small count there is a table of whole numbers that agrees with everything
shown, has at least 1 in each hidden place, and the threshold itself in that one.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, hstack

from motcua.errors import PipelineError

Relation = Mapping[Hashable, int]
"""A sum of cells that is zero: cell → factor."""

_HIDDEN_COST = 1e-3
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of a published set.

    Attributes:
        value: the count.
        group: the lines that are left out together where they cannot be protected.
        cost: what hiding it costs beside other cells.
        is_shown: false for a count that nobody prints and that printed ones could give away.
    """

    value: int
    group: str
    cost: float = 1.0
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier version of the same set had: its counts, and which of them it hid."""

    values: Mapping[Hashable, int]
    hidden: frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden: cells, and the groups that are left out whole."""

    cells: frozenset[Hashable]
    groups: frozenset[str] = frozenset()


def protect(
    cells: Mapping[Hashable, Cell],
    relations: Sequence[Relation],
    min_count: int,
    earlier: Sequence[Earlier] = (),
    *,
    is_complementary: bool = True,
) -> Hidden:
    """Choose what to hide of a set of counts.

    What an earlier version hid stays hidden. What it printed and has not changed is known, so it
    protects nothing.

    Args:
        cells: every count, none of them negative.
        relations: every sum that an outsider knows to be zero; true of the values.
        min_count: the smallest count that may be shown, 2 or more.
        earlier: earlier versions of the same set.
        is_complementary: whether cells beside the small ones are hidden, too; without them a test
            sees what is recovered then.

    Raises:
        PipelineError: a relation does not hold, or small counts cannot be protected even with
            everything left out that was not printed before.
    """
    search = _Search(cells, relations, min_count, earlier)
    if is_complementary:
        search.run()
    return search.found()


@dataclass(slots=True)
class _Search:
    """The state of a search; arrays hold one place a cell, in the order of ``keys``."""

    cells: Mapping[Hashable, Cell]
    relations: Sequence[Relation]
    min_count: int
    earlier: Sequence[Earlier]
    keys: list[Hashable] = field(init=False)
    sums: csc_array = field(init=False)
    pairs: csc_array = field(init=False)
    values: np.ndarray = field(init=False)
    lowest: np.ndarray = field(init=False)
    costs: np.ndarray = field(init=False)
    small: np.ndarray = field(init=False)
    known: np.ndarray = field(init=False)
    hidden: np.ndarray = field(init=False)
    unseen: np.ndarray = field(init=False)
    high: np.ndarray = field(init=False)
    is_moved: np.ndarray = field(init=False)
    groups: dict[str, np.ndarray] = field(init=False)
    left_out: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.keys = list(self.cells)
        self.values = self._each(cell.value for cell in self.cells.values())
        self.costs = np.array([cell.cost for cell in self.cells.values()])
        self.sums = self._matrix()
        self.pairs = csc_array(hstack([self.sums, -self.sums]))
        wrong = np.flatnonzero(self.sums @ self.values)
        if wrong.size:
            names = sorted(map(str, self.relations[int(wrong[0])]))
            raise PipelineError("public", f"the counts do not add up: {', '.join(names)}")
        self.unseen = self._each(not cell.is_shown for cell in self.cells.values())
        self.small = (self.values > 0) & (self.values < self.min_count)
        self.known = self._each(
            any(self._is_known(key, v) for v in self.earlier) for key in self.keys
        )
        before = self._each(any(key in v.hidden for v in self.earlier) for key in self.keys)
        self.hidden = self.unseen | self.small | before
        self.lowest = self._each(
            min([cell.value, *(v.values[key] for v in self.earlier if key in v.hidden)])
            for key, cell in self.cells.items()
        )
        self.high, self.is_moved = self.values.copy(), np.zeros(len(self.keys), dtype=bool)
        places: dict[str, list[int]] = {}
        for place, cell in enumerate(self.cells.values()):
            if cell.is_shown:
                places.setdefault(cell.group, []).append(place)
        self.groups = {name: np.array(found) for name, found in places.items()}

    def run(self) -> None:
        """Hide more until every hidden cell is protected."""
        while True:
            lacking = [place for place in np.flatnonzero(self.hidden) if self._target(place)]
            if not lacking:
                return
            for place in sorted(lacking, key=lambda one: (self.values[one], one)):
                self._protect(int(place))

    def found(self) -> Hidden:
        """Give what is hidden of what would be shown."""
        cells = (self.keys[place] for place in np.flatnonzero(self.hidden))
        shown = frozenset(key for key in cells if self.cells[key].is_shown)
        return Hidden(shown, frozenset(self.left_out))

    def _protect(self, place: int) -> None:
        """Find the table that a cell lacks, and hide what is different in it."""
        while target := self._target(place):
            moved = self._cheapest(place, target - int(self.values[place]))
            if moved is None:
                self._leave_out_more(place)
            else:
                self.hidden |= moved != 0
                self.is_moved |= moved != 0
                self.high = np.maximum(self.high, self.values + moved)

    def _target(self, place: int) -> int:
        """Give the value that a cell must be able to have, as long as no table shows it; else 0."""
        if self.known[place]:
            return 0
        if self.small[place]:
            return self.min_count if self.high[place] < self.min_count else 0
        is_open = self.is_moved[place] or self.unseen[place]
        return 0 if is_open else int(self.values[place]) + 1

    def _cheapest(self, place: int, step: int) -> np.ndarray | None:
        """Solve for the cheapest change of the table that adds a step to a cell; None: none is."""
        is_movable = ~self.known & ((self.values > 0) | self.unseen)
        floor = np.where(self.unseen, 0, 1)
        up = np.where(is_movable, np.inf, 0.0)
        down = np.where(is_movable, np.maximum(self.lowest - floor, 0), 0.0)
        least = np.zeros(2 * len(self.keys))
        least[place], up[place], down[place] = step, step, 0.0
        price = np.where(self.hidden, _HIDDEN_COST, self.costs)
        return self._solve(np.concatenate([price, price]), least, np.concatenate([up, down]))

    def _solve(self, price: np.ndarray, least: np.ndarray, most: np.ndarray) -> np.ndarray | None:
        """Solve in fractions, and where the answer has some, in whole numbers."""
        used = np.flatnonzero(most > 0)
        for integrality in (0, 1):
            answer = milp(
                price[used],
                constraints=LinearConstraint(self.pairs[:, used], 0, 0),
                bounds=Bounds(least[used], most[used]),
                integrality=integrality,
                options={"time_limit": _SECONDS, "mip_rel_gap": 0.2},
            )
            if answer.x is None:
                return None
            moves = np.zeros(len(most), dtype=np.int64)
            moves[used] = np.round(answer.x)
            change = moves[: len(self.keys)] - moves[len(self.keys) :]
            if not (self.sums @ change).any():
                return change
        return None

    def _leave_out_more(self, place: int) -> None:
        """Leave out a cell's group, else another one, so that a zero of it need not be zero."""
        own = self.cells[self.keys[place]].group
        for name in (own, *self.groups):
            if name in self.groups and name not in self.left_out:
                self.left_out.add(name)
                self.hidden[self.groups[name]] = self.unseen[self.groups[name]] = True
                return
        raise PipelineError(
            "public",
            "small counts cannot be protected beside what earlier versions printed, so no public "
            "version of these figures can be made",
        )

    def _is_known(self, key: Hashable, version: Earlier) -> bool:
        """Tell whether an earlier version printed a count as it is now."""
        return key not in version.hidden and version.values.get(key) == self.cells[key].value

    def _matrix(self) -> csc_array:
        places = {key: place for place, key in enumerate(self.keys)}
        entries = [
            (number, places[key], factor)
            for number, relation in enumerate(self.relations)
            for key, factor in relation.items()
        ]
        lines, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(self.relations), len(self.keys))
        return csc_array((factors, (lines, columns)), shape=shape, dtype=np.int64)

    def _each(self, values: Iterable[int | bool]) -> np.ndarray:
        found = list(values)
        return np.array(found) if found else np.zeros(0, dtype=np.int64)
