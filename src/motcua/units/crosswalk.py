"""Make the crosswalk of administrative units from the tables of `vietnamadminunits`.

The package pairs communes by name without accents. Where provinces that merged had communes of one
name, it gives each the successors of the other: ``corrections.csv`` takes those links back, and
names each other commune that the official table of conversion pairs otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from motcua.errors import PipelineError

EFFECTIVE_DATE = "2025-07-01"
PROVINCES_BY = "Nghị quyết số 202/2025/QH15"
DISTRICTS_BY = "Nghị quyết số 203/2025/QH15"
COUNTS = {
    "old_communes": 10_035,
    "new_communes": 3_321,
    "old_provinces": 63,
    "new_provinces": 34,
    "old_districts": 696,
    "split_communes": 441,
    "districts_that_are_communes": 5,
}
"""What the crosswalk of 1/7/2025 must hold."""
Row = Mapping[str, object]
Kind = Literal["renamed", "merged", "split", "dissolved", "moved"]


@dataclass(frozen=True, slots=True, order=True)
class UnitSuccession:
    """One old unit and one unit that succeeded it (none where it was dissolved).

    ``renamed`` is one to one, whatever the name and the code; ``moved`` is under another parent.
    """

    level_code: str
    old_unit_code: str
    old_unit_name: str
    old_parent_code: str
    old_parent_name: str
    old_province_code: str
    old_province_name: str
    new_unit_code: str
    new_unit_name: str
    new_parent_code: str
    new_parent_name: str
    new_province_code: str
    new_province_name: str
    effective_date: str
    kind_code: Kind
    is_primary: bool
    instrument: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The package's tables: units before and since 1/7/2025, and its pairs by name."""

    legacy: Sequence[Row]
    current: Sequence[Row]
    undivided: Mapping[str, Mapping[str, Sequence[str]]]
    divided: Mapping[str, Mapping[str, Sequence[Row]]]


def list_successions(
    tables: Tables, corrections: Sequence[Mapping[str, str]], instruments: Mapping[str, str]
) -> tuple[UnitSuccession, ...]:
    """Give the crosswalk of 1/7/2025: provinces, districts, communes, in order.

    Args:
        tables: What the package holds.
        corrections: ``old_unit_code, new_unit_code, change_code`` (``drop`` or ``add``).
        instruments: Code of a new province to the resolution on its communes.
    """
    current = {(row["provinceKey"], row["wardKey"]): row for row in tables.current}
    legacy = {_key(row): row for row in tables.legacy}
    links = {
        (row["wardCode"] or row["districtCode"], new["wardCode"]): (row, new, is_default)
        for key, new_key, is_default in _pairs(tables)
        for row, new in [(legacy[key], current[new_key])]
    }
    _correct(links, corrections, tables)
    communes = _with_kinds(
        _local(row, new, is_default, instruments) for row, new, is_default in links.values()
    )
    provinces = _with_kinds(_provinces(links.values()))
    districts = {row["districtCode"]: row for row in tables.legacy if row["wardCode"]}
    dissolved = [_dissolved(row) for row in districts.values()]
    return tuple(sorted((*communes, *provinces, *dissolved)))


def check_successions(found: Iterable[UnitSuccession]) -> None:
    """Refuse a crosswalk of 1/7/2025 that lost a unit, or names no or two primary successors.

    Raises:
        PipelineError: it is not what :data:`COUNTS` says.
    """
    rows = [row for row in found if row.effective_date == EFFECTIVE_DATE]
    counts = _counts(rows)
    wrong = [
        f"{name} {counts[name]}, not {count}"
        for name, count in COUNTS.items()
        if counts[name] != count
    ]
    heirs, owed = Counter[tuple[str, str]](), {}
    for row in rows:
        unit = row.level_code, row.old_unit_code
        heirs[unit] += row.is_primary
        owed[unit] = int(row.kind_code != "dissolved")
    wrong += [
        f"{level} {code} has {heirs[level, code]} primary successors"
        for (level, code), count in owed.items()
        if heirs[level, code] != count
    ]
    if wrong:
        raise PipelineError("crosswalk of units", "; ".join(wrong[:5]))


def _counts(rows: Sequence[UnitSuccession]) -> dict[str, int]:
    by_level = {
        level: [row for row in rows if row.level_code == level]
        for level in ("province", "district", "commune")
    }
    districts, communes = by_level["district"], by_level["commune"]
    turned = [row for row in districts if row.new_unit_code]
    return {
        "old_communes": len({row.old_unit_code for row in communes}),
        "new_communes": len({row.new_unit_code for row in (*communes, *turned)}),
        "old_provinces": len({row.old_unit_code for row in by_level["province"]}),
        "new_provinces": len({row.new_unit_code for row in by_level["province"]}),
        "old_districts": len({row.old_unit_code for row in districts}),
        "split_communes": len({row.old_unit_code for row in communes if row.kind_code == "split"}),
        "districts_that_are_communes": len(turned),
    }


def _key(row: Row) -> str:
    return f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"


def _pairs(tables: Tables) -> Iterator[tuple[str, tuple[str, str], bool]]:
    """Give old key, new key, and whether the new one is the package's default for the old."""
    for province, wards in tables.undivided.items():
        for ward, keys in wards.items():
            for key in keys:
                yield key, (province, ward), True
    for province, wards in tables.divided.items():
        for key, successors in wards.items():
            for one in successors:
                yield key, (province, str(one["newWardKey"])), bool(one["isDefaultNewWard"])


def _correct(
    links: dict[tuple[object, object], tuple[Row, Row, bool]],
    corrections: Sequence[Mapping[str, str]],
    tables: Tables,
) -> None:
    """Take back and add links; what is left alone, or without a default, is the default.

    Raises:
        KeyError: a correction names a link or a unit that is not there.
    """
    legacy = {row["wardCode"]: row for row in tables.legacy}
    current = {row["wardCode"]: row for row in tables.current}
    for one in corrections:
        old, new = one["old_unit_code"], one["new_unit_code"]
        if one["change_code"] == "drop":
            del links[old, new]
        else:
            links[old, new] = (legacy[old], current[new], False)
    for code in {one["old_unit_code"] for one in corrections}:
        own = sorted(key for key in links if key[0] == code)
        if not any(links[key][2] for key in own):
            links[own[0]] = (*links[own[0]][:2], True)


def _local(row: Row, new: Row, is_default: bool, instruments: Mapping[str, str]) -> UnitSuccession:
    """Pair a commune, or one of the five island districts without communes, with a new commune."""
    level = "commune" if row["wardCode"] else "district"
    kind = "ward" if row["wardCode"] else "district"
    province = str(new["provinceCode"])
    return UnitSuccession(
        level_code=level,
        old_unit_code=str(row[f"{kind}Code"]),
        old_unit_name=str(row[kind]),
        old_parent_code=str(row["districtCode"] if row["wardCode"] else row["provinceCode"]),
        old_parent_name=str(row["district"] if row["wardCode"] else row["province"]),
        old_province_code=str(row["provinceCode"]),
        old_province_name=str(row["province"]),
        new_unit_code=str(new["wardCode"]),
        new_unit_name=str(new["ward"]),
        new_parent_code=province,
        new_parent_name=str(new["province"]),
        new_province_code=province,
        new_province_name=str(new["province"]),
        effective_date=EFFECTIVE_DATE,
        kind_code="renamed",
        is_primary=is_default,
        instrument=instruments[province],
    )


def _provinces(links: Iterable[tuple[Row, Row, bool]]) -> Iterator[UnitSuccession]:
    pairs = {(row["provinceCode"], new["provinceCode"]): (row, new) for row, new, _ in links}
    for row, new in pairs.values():
        yield UnitSuccession(
            level_code="province",
            old_unit_code=str(row["provinceCode"]),
            old_unit_name=str(row["province"]),
            old_parent_code="",
            old_parent_name="",
            old_province_code=str(row["provinceCode"]),
            old_province_name=str(row["province"]),
            new_unit_code=str(new["provinceCode"]),
            new_unit_name=str(new["province"]),
            new_parent_code="",
            new_parent_name="",
            new_province_code=str(new["provinceCode"]),
            new_province_name=str(new["province"]),
            effective_date=EFFECTIVE_DATE,
            kind_code="renamed",
            is_primary=True,
            instrument=PROVINCES_BY,
        )


def _dissolved(row: Row) -> UnitSuccession:
    """Say that a district ended; no unit succeeds it: its work passed to communes and province."""
    return UnitSuccession(
        level_code="district",
        old_unit_code=str(row["districtCode"]),
        old_unit_name=str(row["district"]),
        old_parent_code=str(row["provinceCode"]),
        old_parent_name=str(row["province"]),
        old_province_code=str(row["provinceCode"]),
        old_province_name=str(row["province"]),
        new_unit_code="",
        new_unit_name="",
        new_parent_code="",
        new_parent_name="",
        new_province_code="",
        new_province_name="",
        effective_date=EFFECTIVE_DATE,
        kind_code="dissolved",
        is_primary=False,
        instrument=DISTRICTS_BY,
    )


def _with_kinds(found: Iterable[UnitSuccession]) -> list[UnitSuccession]:
    """Say how each unit was succeeded: split, merged with others, or one to one."""
    rows = list(found)
    heirs = Counter((row.level_code, row.old_unit_code) for row in rows)
    parts = Counter(row.new_unit_code for row in rows)
    kinds: list[UnitSuccession] = []
    for row in rows:
        kind: Kind = "renamed"
        if heirs[row.level_code, row.old_unit_code] > 1:
            kind = "split"
        elif parts[row.new_unit_code] > 1:
            kind = "merged"
        kinds.append(replace(row, kind_code=kind))
    return kinds
