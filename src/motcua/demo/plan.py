"""What to plant: totals of each scenario, spread over agencies, fields and the ways a dossier can go.

Everything here is arithmetic on small lists. The rows themselves are made by SQL from the cells that come out of it.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import product
from typing import Literal

import holidays
from pydantic import BaseModel, ConfigDict, Field

WITHIN, CARRIED, RUNNING, LATE, SUPPLEMENT, FEE, STOPPED, CLOSED_AFTER, AFTER, REGISTERED, NOT_ACCEPTED = range(11)
"""Ways of a dossier: closed in its span; carried in and closed; six kinds of open at the end; received after it; never received."""
_OPEN_SHARES = {RUNNING: 0.55, LATE: 0.06, SUPPLEMENT: 0.16, FEE: 0.05, STOPPED: 0.03, CLOSED_AFTER: 0.15}
LEVELS = ("province", "district", "commune")
LEVEL_NAMES = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
GRADE_NAMES = {"full": "Toàn trình", "partial": "Một phần", "information": "Cung cấp thông tin"}
_GRADE_LEVELS = {"full": 4, "partial": 3, "information": 2}
_FIRST_DAY, _LAST_DAY = date(2019, 6, 1), date(2025, 12, 31)
_MONTH_WEIGHTS = (0.9, 0.75, 1.12, 1.0, 1.05, 1.1, 1.05, 1.1, 1.0, 1.02, 1.0, 0.95)
_WEEKDAY_WEIGHTS = (1.2, 1.05, 1.0, 0.97, 0.88, 0.6, 0.6)
SLOT_COUNT = 2048


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Frozen):
    """One review period of a scenario with the totals planted in it."""

    code: str
    period: str
    start: date
    end: date
    resolved: int
    in_time: int
    carried: int
    open: int
    online: float
    online_basis: Literal["resolved", "received_at_centre"]
    both: float | None = None
    input: float = 0.9
    result: float = 0.88
    electronic: float
    reused: float


class ProcedureCounts(_Frozen):
    """How many procedures a register holds: by grade, and by level of competence (the rest is the province's)."""

    total: int
    full: int
    partial: int
    district: int
    commune: int


class Index(_Frozen):
    """A yearly figure that is carried, never computed."""

    index_code: str
    component_code: str
    year: int
    value: float
    rank: int | None = None
    rank_of: int | None = None
    source_document: str


class Scenario(_Frozen):
    """One published situation, by its numbers."""

    title: str
    province_code: str
    province_name: str
    contract: Literal["opencps_csv", "national_sync", "igate_xlsx"]
    codes: Literal["old", "new"]
    folder: str
    localities: Literal["by_district", "by_level", "one_district"]
    district_slug: str | None = None
    procedures: ProcedureCounts
    levels: Mapping[str, float]
    spans: tuple[Span, ...]
    exports: tuple[datetime, ...]
    focus: tuple[str, ...]
    focus_share: float
    early: float
    slow_focus: float = Field(0.0, description="Share of focus dossiers that take their whole time.")
    postal: float = 0.03
    cashless: float = 0.5
    mountain_online: float = 0.6
    late_reception: float = 0.01
    late_announcement: float = 0.1
    indices: tuple[Index, ...] = ()
    plan_tasks: int = 0
    plan_tasks_done: int | None = None
    extras: tuple[str, ...] = ()


class FieldOfWork(_Frozen):
    """A field (lĩnh vực): its share of the dossiers of each level, its time limits, what its procedures are about."""

    code: str
    name: str
    days: tuple[int, int]
    fee: float
    department: int
    province: float = 0
    district: float = 0
    commune: float = 0
    objects: tuple[str, ...]


class Department(_Frozen):
    """A department of the province."""

    number: int
    name: str


class Reference(_Frozen):
    """Names that the demonstration is built from."""

    departments: tuple[Department, ...]
    fields: tuple[FieldOfWork, ...]
    actions: tuple[str, ...]
    family_names: tuple[str, ...]
    middle_names: tuple[str, ...]
    given_names: tuple[str, ...]
    streets: tuple[str, ...]


class Unit(_Frozen):
    """A commune and its district, as of the legacy unit data set."""

    province_code: str
    district_no: int
    district_name: str
    district_slug: str
    commune_no: int
    commune_name: str
    area_code: str


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency and the locality that sends its dossiers."""

    agency_no: int
    locality_no: int
    agency_code: str
    agency_name: str
    level_code: str
    parent_code: str | None
    group_code: str
    area_code: str
    district_name: str
    commune_name: str
    receiving_code: str
    receiving_name: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure of the province's register; ``position`` orders those of its group, online services first."""

    procedure_no: int
    group_no: int
    position: int
    group_size: int
    online_size: int
    procedure_code: str
    procedure_name: str
    field_code: str
    field_name: str
    level_code: str
    level_name: str
    department_name: str
    grade_code: str
    grade_name: str
    legacy_level_no: int
    legal_days: int
    committed_days: int
    has_fee: bool
    issued_date: date
    submitted_date: date
    announced_date: date
    publicised_date: date
    effective_date: date


@dataclass(slots=True)
class Cell:
    """So many dossiers of one agency, group of procedures and way, with how many of them bear each trait."""

    locality_no: int
    span_no: int
    way: int
    agency_no: int
    group_no: int
    first_no: int
    size: int
    early_percent: int
    start_no: int
    end_no: int
    overdue: int = 0
    online: int = 0
    input: int = 0
    result: int = 0
    both: int = -1
    electronic: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Locality:
    """Who sends, in a scenario."""

    locality_no: int
    locality_code: str
    locality_name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario laid out: everything the SQL needs."""

    scenario: Scenario
    localities: tuple[Locality, ...]
    agencies: tuple[Agency, ...]
    procedures: tuple[Procedure, ...]
    cells: tuple[Cell, ...]
    totals: Mapping[str, tuple[float, int | None]]


@dataclass(frozen=True, slots=True)
class _Stratum:
    agency: Agency
    group_no: int
    weight: float
    patience: float
    is_focus: bool


def spread(total: int, weights: Sequence[float], caps: Sequence[int] | None = None) -> list[int]:
    """Share ``total`` out by weight in whole numbers that add up exactly, none above its cap."""
    shares = [0] * len(weights)
    free = [at for at, weight in enumerate(weights) if weight > 0 and (caps is None or caps[at] > 0)]
    left = total
    while caps is not None and free:
        unit = left / sum(weights[at] for at in free)
        full = [at for at in free if weights[at] * unit >= caps[at]]
        if not full:
            break
        for at in full:
            shares[at] = min(caps[at], left)
            left -= shares[at]
        taken = set(full)
        free = [at for at in free if at not in taken]
    whole = math.fsum(weights[at] for at in free)
    gone, before = 0.0, 0
    for at in free:
        gone += weights[at]
        upto = min(left, math.floor(left * gone / whole + 0.5))
        shares[at], before = upto - before, upto
    return shares


def scaled(scenario: Scenario, scale: float, seed: int | None) -> Scenario:
    """Give the scenario at another scale, and with other totals when a seed is given; what must add up still does."""
    draw = random.Random(f"{seed}-{scenario.title}") if seed is not None else None
    counts = scenario.procedures
    changes: dict[str, object] = {"plan_tasks_done": scenario.plan_tasks}
    spans: list[Span] = []
    for span in scenario.spans:
        carried = spans[-1].open if spans else None
        spans.append(_scaled_span(span, scale, draw, carried))
    if draw:
        full = round(counts.full * draw.uniform(0.7, 1.2))
        partial = round(counts.partial * draw.uniform(0.7, 1.2))
        changes["procedures"] = counts.model_copy(update={"full": full, "partial": partial})
        changes["indices"] = tuple(
            index.model_copy(update={"value": round(index.value - draw.uniform(0, 4), 2)})
            for index in scenario.indices
        )
        changes["plan_tasks_done"] = scenario.plan_tasks - (draw.randint(1, 9) if scenario.plan_tasks else 0)
    return scenario.model_copy(update={**changes, "spans": tuple(spans)})


def _scaled_span(span: Span, scale: float, draw: random.Random | None, carried: int | None) -> Span:
    size, lateness = (draw.uniform(0.75, 1.2), draw.uniform(0.4, 2.5)) if draw else (1.0, 1.0)
    resolved = max(12, round(span.resolved * scale * size))
    overdue = max(1, round((span.resolved - span.in_time) * scale * size * lateness))
    opened = max(2, round(span.open * scale * size))
    changes: dict[str, object] = {
        "resolved": resolved,
        "in_time": resolved - overdue,
        "open": opened,
        "carried": carried if carried is not None else max(1, round(span.carried * scale * size)),
    }
    if draw:
        for name in ("online", "both", "input", "result", "electronic", "reused"):
            share = getattr(span, name)
            changes[name] = None if share is None else min(0.99, share * draw.uniform(0.8, 1.08))
    return span.model_copy(update=changes)


def working_days() -> list[date]:
    """Every working day of the years that the demonstration knows, in order (holidays, Tết, swapped days)."""
    calendar = holidays.country_holidays("VN", years=range(_FIRST_DAY.year, _LAST_DAY.year + 1))
    count = (_LAST_DAY - _FIRST_DAY).days + 1
    every = (_FIRST_DAY + timedelta(days=at) for at in range(count))
    return [day for day in every if calendar.is_working_day(day)]


def span_slots(days: Sequence[date], start_no: int, end_no: int) -> list[int]:
    """Working days of a span, each as often as the season and the day of the week ask."""
    weights = [
        _MONTH_WEIGHTS[day.month - 1] * _WEEKDAY_WEIGHTS[day.weekday()] for day in days[start_no - 1 : end_no]
    ]
    times = spread(SLOT_COUNT, weights)
    return [start_no + at for at, count in enumerate(times) for _ in range(count)]


def span_bounds(days: Sequence[date], span: Span) -> tuple[int, int]:
    """First and last working day of a span, numbered from 1."""
    inside = [no for no, day in enumerate(days, 1) if span.start <= day <= span.end]
    return inside[0], inside[-1]


def lay_out(
    scenario: Scenario, reference: Reference, units: Sequence[Unit], days: Sequence[date], first_no: int
) -> Plan:
    """Lay a scenario out: agencies, procedures, cells and the totals that the rows will add up to."""
    draw = random.Random(scenario.title)
    own = [unit for unit in units if unit.province_code == scenario.province_code]
    localities = _localities(scenario, own)
    agencies = _agencies(scenario, reference, own)
    groups = [
        (field, level)
        for level in LEVELS
        for field in reference.fields
        if getattr(field, level) > 0 and scenario.levels.get(level, 0) > 0
    ]
    procedures = _procedures(scenario, reference, groups)
    strata = _strata(scenario, groups, agencies, procedures, draw)
    cells = _cells(scenario, strata, [span_bounds(days, span) for span in scenario.spans], first_no)
    by_no = {agency.agency_no: agency for agency in agencies}
    for span_no, span in enumerate(scenario.spans):
        _plant(scenario, span, [cell for cell in cells if cell.span_no == span_no], strata, by_no)
    focus = {at for at, (field, _) in enumerate(groups) if field.code in scenario.focus}
    totals = _totals(scenario, cells, by_no, focus)
    return Plan(scenario, localities, agencies, procedures, tuple(cells), totals)


def _localities(scenario: Scenario, units: Sequence[Unit]) -> tuple[Locality, ...]:
    prefix = {"H01": "ag", "H49": "qn", "H57": "tth"}[scenario.province_code]
    districts = dict.fromkeys((unit.district_no, unit.district_slug, unit.district_name) for unit in units)
    centre = Locality(0, f"{prefix}-tinh", f"Trung tâm Phục vụ hành chính công {_lowered(scenario.province_name)}")
    if scenario.localities == "by_level":
        name = f"Các huyện, thị xã, thành phố của {_lowered(scenario.province_name)}"
        return centre, Locality(1, f"{prefix}-huyen", name)
    found = tuple(Locality(no, f"{prefix}-{slug}", name) for no, slug, name in districts)
    if scenario.localities == "one_district":
        return tuple(one for one in found if one.locality_code == f"{prefix}-{scenario.district_slug}")
    return (centre, *found)


def _lowered(name: str) -> str:
    return name[0].lower() + name[1:]


def _agencies(scenario: Scenario, reference: Reference, units: Sequence[Unit]) -> tuple[Agency, ...]:
    province = scenario.province_code
    is_new = scenario.codes == "new"

    def code(first: int, second: int = 0) -> str:
        if is_new:
            return f"{province}.{first:02d}" + (f".{second:02d}" if second else "")
        return f"000.{second:02d}.{first:02d}.{province}"

    found: list[Agency] = []
    name = _lowered(scenario.province_name)
    centre = (code(1), f"Trung tâm Phục vụ hành chính công {name}")
    if scenario.localities != "one_district":
        found.append(Agency(1, 0, *centre, "province", None, "service_centre", "urban", "", "", *centre))
        for at in reference.departments:
            found.append(
                Agency(at.number, 0, code(at.number), at.name, "province", None, "department", "urban", "", "", *centre)
            )
    seen: set[int] = set()
    for unit in units:
        if scenario.localities == "one_district" and unit.district_slug != scenario.district_slug:
            continue
        first = 30 + unit.district_no
        locality = 1 if scenario.localities == "by_level" else unit.district_no
        if unit.district_no not in seen:
            seen.add(unit.district_no)
            own = (code(first), f"UBND {_lowered(unit.district_name)}")
            area = "mountain" if unit.area_code == "mountain" else "rural" if "Huyện" in unit.district_name else "urban"
            found.append(
                Agency(first, locality, *own, "district", None, "district", area, unit.district_name, "", *own)
            )
        own = (code(first, unit.commune_no), f"UBND {_lowered(unit.commune_name)}, {_lowered(unit.district_name)}")
        found.append(
            Agency(
                first * 100 + unit.commune_no, locality, *own, "commune", code(first), "commune", unit.area_code,
                unit.district_name, unit.commune_name, *own,
            )  # fmt: skip
        )
    return tuple(found)


def _procedures(
    scenario: Scenario, reference: Reference, groups: Sequence[tuple[FieldOfWork, str]]
) -> tuple[Procedure, ...]:
    counts = scenario.procedures
    by_level = {"district": counts.district, "commune": counts.commune}
    by_level["province"] = counts.total - sum(by_level.values())
    sizes = [0] * len(groups)
    for level in LEVELS:
        places = [at for at, (_, own) in enumerate(groups) if own == level]
        for at, size in zip(places, spread(by_level[level], [len(groups[at][0].objects) for at in places]), strict=True):
            sizes[at] = size
    full = spread(counts.full, [size * (1 + (at % 5) / 5) for at, size in enumerate(sizes)], sizes)
    rest = [size - own for size, own in zip(sizes, full, strict=True)]
    partial = spread(counts.partial, [size * (1 + (at % 3) / 3) for at, size in enumerate(rest)], rest)
    departments = {at.number: at.name for at in reference.departments}
    found: list[Procedure] = []
    for group_no, (field, level) in enumerate(groups):
        block = reference.fields.index(field) * len(LEVELS) + LEVELS.index(level)
        names = [f"{action} {thing}" for thing, action in product(field.objects, reference.actions)]
        # Objects in turn, so that the much used first procedures of a group are about different things.
        names = [names[at] for at in sorted(range(len(names)), key=lambda at: (at % len(reference.actions), at))]
        for position in range(sizes[group_no]):
            grade = "full" if position < full[group_no] else "information"
            if full[group_no] <= position < full[group_no] + partial[group_no]:
                grade = "partial"
            found.append(
                _procedure(
                    scenario, len(found), group_no, block, position, (sizes[group_no], full[group_no] + partial[group_no]),
                    field, level, names[position], grade, departments[field.department],
                )  # fmt: skip
            )
    return tuple(found)


def _procedure(
    scenario: Scenario, no: int, group_no: int, block: int, position: int, sizes: tuple[int, int],
    field: FieldOfWork, level: str, name: str, grade: str, department: str,
) -> Procedure:  # fmt: skip
    draw = random.Random(f"{field.code}-{level}-{position}")
    low, high = field.days
    legal = round(low + (high - low) * draw.random())
    cut = draw.uniform(1 / 3, 1 / 2) if scenario.contract == "igate_xlsx" else draw.choice((0, 0, 0.2, 0.3))
    number = (block * 200 + position + 1) * 7919 % 1_000_000  # 7919 has no factor of a million: no number twice
    issued = date(2018, 1, 8) + timedelta(days=draw.randrange(0, 700))
    if draw.random() < 0.08:
        issued = scenario.spans[-1].start + timedelta(days=draw.randrange(0, 60))
    is_late = draw.random() < scenario.late_announcement
    announced = issued + timedelta(days=52 if is_late else draw.randrange(15, 33))
    return Procedure(
        procedure_no=no,
        group_no=group_no,
        position=position,
        group_size=sizes[0],
        online_size=sizes[1] or sizes[0],
        procedure_code=f"{1 + position % 2}.{number:06d}.000.00.00.{scenario.province_code}",
        procedure_name=f"{name} ({LEVEL_NAMES[level].lower()})",
        field_code=field.code,
        field_name=field.name,
        level_code=level,
        level_name=LEVEL_NAMES[level],
        department_name=department,
        grade_code=grade,
        grade_name=GRADE_NAMES[grade],
        legacy_level_no=_GRADE_LEVELS[grade],
        legal_days=legal,
        committed_days=max(min(legal, 1), round(legal * (1 - cut))),
        has_fee=draw.random() < field.fee,
        issued_date=issued,
        submitted_date=issued + timedelta(days=35 if is_late else 9),
        announced_date=announced,
        publicised_date=announced + timedelta(days=9 if is_late else 3),
        effective_date=issued + timedelta(days=45),
    )


def _strata(
    scenario: Scenario,
    groups: Sequence[tuple[FieldOfWork, str]],
    agencies: Sequence[Agency],
    procedures: Sequence[Procedure],
    draw: random.Random,
) -> list[_Stratum]:
    days: dict[int, list[int]] = {}
    for procedure in procedures:
        days.setdefault(procedure.group_no, []).append(procedure.committed_days)
    sizes = {
        agency.agency_no: draw.uniform(0.5, 1.5) * (1.8 if agency.area_code == "urban" else 0.4 if agency.area_code == "mountain" else 1.0)
        for agency in agencies
    }
    found: list[_Stratum] = []
    for level in LEVELS:
        places = [at for at, (_, own) in enumerate(groups) if own == level]
        working = [agency for agency in agencies if agency.level_code == level and agency.group_code != "service_centre"]
        weight = {at: getattr(groups[at][0], level) for at in places}
        raw = [
            (agency, at, weight[at] * (1.0 if level == "province" else sizes[agency.agency_no]))
            for agency in working
            for at in places
            if at in days and (level != "province" or groups[at][0].department == agency.agency_no)
        ]
        whole = math.fsum(one[2] for one in raw)
        found += [
            _Stratum(
                agency, at, scenario.levels[level] * one / whole,
                1 + sum(days[at]) / len(days[at]), groups[at][0].code in scenario.focus,
            )  # fmt: skip
            for agency, at, one in raw
        ]
    found.sort(key=lambda stratum: (stratum.agency.locality_no, stratum.agency.agency_no, stratum.group_no))
    return found


def _cells(
    scenario: Scenario, strata: Sequence[_Stratum], bounds: Sequence[tuple[int, int]], first_no: int
) -> list[Cell]:
    cells: list[Cell] = []
    plain = [stratum.weight for stratum in strata]
    slow = [stratum.weight * stratum.patience for stratum in strata]
    for span_no, span in enumerate(scenario.spans):
        is_last = span_no == len(scenario.spans) - 1
        sizes = {
            WITHIN: spread(span.resolved - span.carried, plain),
            CARRIED: spread(span.carried, slow),
            NOT_ACCEPTED: spread(round(span.resolved * 0.004) + 1, plain),
        }
        if is_last:
            kinds = spread(span.open, list(_OPEN_SHARES.values()))
            sizes |= {way: spread(kind, slow) for way, kind in zip(_OPEN_SHARES, kinds, strict=True)}
            sizes[AFTER] = spread(round(span.resolved * 0.003) + 1, plain)
            sizes[REGISTERED] = spread(round(span.resolved * 0.002) + 1, plain)
        for way, counts in sizes.items():
            for stratum, size in zip(strata, counts, strict=True):
                if size:
                    early = scenario.early * ((1 - scenario.slow_focus) if stratum.is_focus else 1)
                    cells.append(
                        Cell(
                            stratum.agency.locality_no, span_no, way, stratum.agency.agency_no, stratum.group_no,
                            first_no, size, round(early * 100), *bounds[span_no],
                        )  # fmt: skip
                    )
                    first_no += size
    return cells


def _plant(
    scenario: Scenario,
    span: Span,
    cells: Sequence[Cell],
    strata: Sequence[_Stratum],
    agencies: Mapping[int, Agency],
) -> None:
    """Say how many dossiers of each cell bear each trait, so that the span's totals come out exactly."""
    draw = random.Random(span.code)
    focus = {(stratum.agency.agency_no, stratum.group_no) for stratum in strata if stratum.is_focus}
    tastes = {no: draw.uniform(0.75, 1.25) for no in agencies}
    resolved = [cell for cell in cells if cell.way in (WITHIN, CARRIED)]
    overdue = span.resolved - span.in_time
    in_focus = [cell for cell in resolved if (cell.agency_no, cell.group_no) in focus]
    others = [cell for cell in resolved if (cell.agency_no, cell.group_no) not in focus]
    focused = min(round(overdue * scenario.focus_share), sum(cell.size for cell in in_focus))
    for part, count in ((in_focus, focused), (others, overdue - focused)):
        _give(part, "overdue", count, [cell.size * tastes[cell.agency_no] ** 3 for cell in part])

    def likings(part: Sequence[Cell]) -> list[float]:
        found = []
        for cell in part:
            agency = agencies[cell.agency_no]
            area = scenario.mountain_online if agency.area_code == "mountain" else 1.0
            found.append(cell.size * area * tastes[cell.agency_no] * (1.0 if agency.level_code == "province" else 0.85))
        return found

    basis = resolved
    if span.online_basis == "received_at_centre":
        basis = [cell for cell in cells if _is_received_at_centre(cell, agencies)]
    _give(basis, "online", round(span.online * sum(cell.size for cell in basis)), likings(basis))
    chosen = set(map(id, basis))
    rest = [cell for cell in cells if id(cell) not in chosen]
    _give(rest, "online", round(span.online * 0.7 * sum(cell.size for cell in rest)), likings(rest))
    for name in ("both", "input", "result", "electronic", "reused"):
        share = getattr(span, name)
        if share is not None:
            _give(resolved, name, round(share * span.resolved), [cell.size * tastes[cell.agency_no] for cell in resolved])


def _is_received_at_centre(cell: Cell, agencies: Mapping[int, Agency]) -> bool:
    # What is open at the end of the last span was received in it; of earlier spans it is carried by the next.
    ways = (WITHIN, RUNNING, LATE, SUPPLEMENT, FEE, STOPPED, CLOSED_AFTER)
    return cell.way in ways and agencies[cell.agency_no].level_code == "province"


def _give(cells: Sequence[Cell], name: str, count: int, weights: Sequence[float]) -> None:
    for cell, share in zip(cells, spread(count, weights, [cell.size for cell in cells]), strict=True):
        setattr(cell, name, share)


def _totals(
    scenario: Scenario, cells: Sequence[Cell], agencies: Mapping[int, Agency], focus: set[int]
) -> dict[str, tuple[float, int | None]]:
    """Numerator and denominator of every figure that was planted, by figure code."""
    totals: dict[str, tuple[float, int | None]] = {}
    for span_no, span in enumerate(scenario.spans):
        own = [cell for cell in cells if cell.span_no == span_no]
        resolved = [cell for cell in own if cell.way in (WITHIN, CARRIED)]
        code = span.code
        totals[f"{code}_received"] = (span.resolved + span.open, None)
        totals[f"{code}_received_in_period"] = (span.resolved + span.open - span.carried, None)
        totals[f"{code}_resolved"] = (span.resolved, None)
        totals[f"{code}_in_time"] = (span.in_time, None)
        totals[f"{code}_overdue"] = (span.resolved - span.in_time, None)
        totals[f"{code}_in_time_rate"] = (span.in_time, span.resolved)
        totals[f"{code}_overdue_rate"] = (span.resolved - span.in_time, span.resolved)
        # Where both are planted together, each alone follows from the draw.
        for name in ("both", "electronic") if span.both is not None else ("input", "result", "electronic"):
            if getattr(span, name) is not None:
                totals[f"{code}_{name}"] = (sum(getattr(cell, name) for cell in resolved), span.resolved)
        units = {cell.agency_no for cell in resolved}
        totals[f"{code}_reuse_units"] = (len(units), len(units))
        if span.online_basis == "resolved":
            totals[f"{code}_online"] = (sum(cell.online for cell in resolved), span.resolved)
        elif span_no == len(scenario.spans) - 1:
            centre = [cell for cell in own if _is_received_at_centre(cell, agencies)]
            totals[f"{code}_online_centre"] = (sum(cell.online for cell in centre), sum(cell.size for cell in centre))
        late_in_focus = sum(cell.overdue for cell in resolved if cell.group_no in focus)
        totals[f"{code}_overdue_in_focus"] = (late_in_focus, span.resolved - span.in_time)
    counts = scenario.procedures
    code = scenario.spans[-1].code
    grades = {"full": counts.full, "partial": counts.partial}
    grades["information"] = counts.total - sum(grades.values())
    totals[f"{code}_procedures"] = (counts.total, None)
    for grade, count in grades.items():
        totals[f"{code}_procedures_{grade}"] = (count, counts.total)
    totals[f"{code}_online_services"] = (counts.full + counts.partial, None)
    for index in scenario.indices:
        totals[f"{code}_{index.index_code}_{index.component_code}"] = (index.value, None)
    if scenario.plan_tasks:
        totals[f"{code}_plan_tasks"] = (scenario.plan_tasks_done or 0, scenario.plan_tasks)
    for group, name in (("department", "departments"), ("district", "districts"), ("commune", "communes")):
        totals[f"{code}_{name}"] = (sum(one.group_code == group for one in agencies.values()), None)
    return totals


def records(rows: Sequence[object]) -> list[dict[str, object]]:
    """Give dataclass rows as plain records."""
    names = [field.name for field in fields(rows[0])]
    return [{name: getattr(row, name) for name in names} for row in rows]
