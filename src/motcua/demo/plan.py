"""What to plant: totals of each scenario, spread over agencies, fields and the ways of a dossier.

Everything here is arithmetic on small lists. The rows are made by SQL from the cells that come out.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from motcua.demo.register import (
    LEVELS,
    Agency,
    Group,
    Locality,
    Procedure,
    list_agencies,
    list_groups,
    list_localities,
    list_procedures,
)
from motcua.demo.scenarios import Reference, Scenario, Span, Unit, seeded
from motcua.demo.spreading import spread
from motcua.demo.workdays import span_bounds

# Ways of a dossier: closed in its span; carried in and closed; six kinds of open at the end;
# received after the end; never received.
WITHIN, CARRIED = 0, 1
RUNNING, LATE, SUPPLEMENT, FEE, STOPPED, CLOSED_AFTER = range(2, 8)
AFTER, REGISTERED, NOT_ACCEPTED = 8, 9, 10
_OPEN_SHARES = {
    RUNNING: 0.55,
    LATE: 0.06,
    SUPPLEMENT: 0.16,
    FEE: 0.05,
    STOPPED: 0.03,
    CLOSED_AFTER: 0.15,
}
_SIZES = {"urban": 1.8, "rural": 1.0, "mountain": 0.4}
Totals = dict[str, tuple[float, int | None]]


@dataclass(slots=True)
class Cell:
    """Dossiers of one agency, group and way: how many, and how many bear each trait."""

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
    """An agency's dossiers of one group: their share of all, and how long such dossiers take."""

    agency: Agency
    group_no: int
    weight: float
    patience: float
    is_focus: bool


def lay_out(
    scenario: Scenario,
    reference: Reference,
    units: Sequence[Unit],
    days: Sequence[date],
    first_no: int,
) -> Plan:
    """Lay a scenario out: agencies, procedures, cells, and the totals that its rows add up to."""
    own = [unit for unit in units if unit.province_code == scenario.province_code]
    agencies = list_agencies(scenario, reference, own)
    groups = list_groups(scenario, reference)
    procedures = list_procedures(scenario, reference, groups)
    strata = _strata(scenario, groups, agencies, procedures)
    bounds = [span_bounds(days, span) for span in scenario.spans]
    cells = tuple(_cells(scenario, strata, bounds, first_no))
    by_no = {agency.agency_no: agency for agency in agencies}
    focus = {at for at, group in enumerate(groups) if group.field.code in scenario.focus}
    for span_no, span in enumerate(scenario.spans):
        part = [cell for cell in cells if cell.span_no == span_no]
        _plant_overdue(scenario, span, part, focus)
        _plant_online(scenario, span, part, by_no)
        _plant_digital(span, part)
    totals = _totals(scenario, cells, by_no, focus)
    return Plan(scenario, list_localities(scenario, own), agencies, procedures, cells, totals)


def _strata(
    scenario: Scenario,
    groups: Sequence[Group],
    agencies: Sequence[Agency],
    procedures: Sequence[Procedure],
) -> list[_Stratum]:
    draw = seeded(scenario.title)
    days: dict[int, list[int]] = {}
    for procedure in procedures:
        days.setdefault(procedure.group_no, []).append(procedure.committed_days)
    sizes = {one.agency_no: draw.uniform(0.5, 1.5) * _SIZES[one.area_code] for one in agencies}
    found: list[_Stratum] = []
    for level in LEVELS:
        raw = [
            (agency, group_no, weight * (1.0 if level == "province" else sizes[agency.agency_no]))
            for agency in agencies
            for group_no, group in enumerate(groups)
            if group_no in days and (weight := _weight(agency, group, level))
        ]
        whole = math.fsum(weight for _, _, weight in raw)
        for agency, group_no, weight in raw:
            share = scenario.levels[level] * weight / whole
            patience = 1 + sum(days[group_no]) / len(days[group_no])
            is_focus = groups[group_no].field.code in scenario.focus
            found.append(_Stratum(agency, group_no, share, patience, is_focus))
    return sorted(
        found, key=lambda one: (one.agency.locality_no, one.agency.agency_no, one.group_no)
    )


def _weight(agency: Agency, group: Group, level: str) -> float:
    """Weight of a group among an agency's dossiers; a department works its own fields only."""
    if agency.level_code != level or group.level != level:
        return 0
    if level == "province" and group.field.department != agency.agency_no:
        return 0
    return getattr(group.field, level)


def _cells(
    scenario: Scenario,
    strata: Sequence[_Stratum],
    bounds: Sequence[tuple[int, int]],
    first_no: int,
) -> Iterator[Cell]:
    for span_no in range(len(scenario.spans)):
        for way, sizes in _sizes(scenario, strata, span_no).items():
            for stratum, size in zip(strata, sizes, strict=True):
                if size:
                    slow = scenario.slow_focus if stratum.is_focus else 0
                    yield Cell(
                        stratum.agency.locality_no,
                        span_no,
                        way,
                        stratum.agency.agency_no,
                        stratum.group_no,
                        first_no,
                        size,
                        round(scenario.early * (1 - slow) * 100),
                        *bounds[span_no],
                    )
                    first_no += size


def _sizes(
    scenario: Scenario, strata: Sequence[_Stratum], span_no: int
) -> Mapping[int, Sequence[int]]:
    """Dossiers of each way in a span, stratum by stratum."""
    span = scenario.spans[span_no]
    plain = [stratum.weight for stratum in strata]
    slow = [stratum.weight * stratum.patience for stratum in strata]
    sizes = {
        WITHIN: spread(span.resolved - span.carried, plain),
        CARRIED: spread(span.carried, slow),
        NOT_ACCEPTED: spread(round(span.resolved * 0.004) + 1, plain),
    }
    if span_no == len(scenario.spans) - 1:
        # What is open at the end of an earlier span is what the next one carries.
        kinds = spread(span.open, list(_OPEN_SHARES.values()))
        sizes |= {way: spread(one, slow) for way, one in zip(_OPEN_SHARES, kinds, strict=True)}
        sizes[AFTER] = spread(round(span.resolved * 0.003) + 1, plain)
        sizes[REGISTERED] = spread(round(span.resolved * 0.002) + 1, plain)
    return sizes


def _plant_overdue(scenario: Scenario, span: Span, cells: Sequence[Cell], focus: set[int]) -> None:
    resolved = _resolved(cells)
    tastes = _tastes(span, resolved)
    overdue = span.resolved - span.in_time
    inside = [cell for cell in resolved if cell.group_no in focus]
    outside = [cell for cell in resolved if cell.group_no not in focus]
    focused = min(round(overdue * scenario.focus_share), sum(cell.size for cell in inside))
    for part, count in ((inside, focused), (outside, overdue - focused)):
        _give(part, "overdue", count, [cell.size * tastes[cell.agency_no] ** 3 for cell in part])


def _plant_online(
    scenario: Scenario, span: Span, cells: Sequence[Cell], agencies: Mapping[int, Agency]
) -> None:
    tastes = _tastes(span, cells)

    def give(part: Sequence[Cell], share: float) -> None:
        weights = []
        for cell in part:
            agency = agencies[cell.agency_no]
            far = scenario.mountain_online if agency.area_code == "mountain" else 1.0
            near = 1.0 if agency.level_code == "province" else 0.85
            weights.append(cell.size * far * near * tastes[cell.agency_no])
        _give(part, "online", round(share * sum(cell.size for cell in part)), weights)

    is_basis = {
        "resolved": lambda cell: cell.way in (WITHIN, CARRIED),
        "received_at_centre": lambda cell: _is_received_at_centre(cell, agencies),
    }[span.online_basis]
    give([cell for cell in cells if is_basis(cell)], span.online)
    give([cell for cell in cells if not is_basis(cell)], span.online * 0.7)


def _plant_digital(span: Span, cells: Sequence[Cell]) -> None:
    resolved = _resolved(cells)
    tastes = _tastes(span, resolved)
    weights = [cell.size * tastes[cell.agency_no] for cell in resolved]
    for name in ("both", "input", "result", "electronic", "reused"):
        share = getattr(span, name)
        if share is not None:
            _give(resolved, name, round(share * span.resolved), weights)


def _resolved(cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.way in (WITHIN, CARRIED)]


def _is_received_at_centre(cell: Cell, agencies: Mapping[int, Agency]) -> bool:
    """Whether the cell's dossiers were received by the centre in their (last) span."""
    return cell.way in (WITHIN, *_OPEN_SHARES) and agencies[cell.agency_no].level_code == "province"


def _tastes(span: Span, cells: Sequence[Cell]) -> dict[int, float]:
    """How readily each agency does what is asked: no two are alike."""
    numbers = sorted({cell.agency_no for cell in cells})
    return {no: seeded(f"{span.code}-{no}").uniform(0.75, 1.25) for no in numbers}


def _give(cells: Sequence[Cell], name: str, count: int, weights: Sequence[float]) -> None:
    """Say how many dossiers of each cell bear a trait, ``count`` of them together."""
    shares = spread(count, weights, [cell.size for cell in cells])
    for cell, share in zip(cells, shares, strict=True):
        setattr(cell, name, share)


def _totals(
    scenario: Scenario, cells: Sequence[Cell], agencies: Mapping[int, Agency], focus: set[int]
) -> Totals:
    """Numerator and denominator of every figure that was planted, by figure code."""
    totals: Totals = {}
    for span_no, span in enumerate(scenario.spans):
        part = [cell for cell in cells if cell.span_no == span_no]
        own = _handling_totals(span, _resolved(part), focus) | _digital_totals(span, part)
        if span.online_basis == "received_at_centre" and span is scenario.spans[-1]:
            centre = [cell for cell in part if _is_received_at_centre(cell, agencies)]
            online = sum(cell.online for cell in centre)
            own["online_centre"] = (online, sum(cell.size for cell in centre))
        if span is scenario.spans[-1]:
            own |= _register_totals(scenario, agencies)
        totals |= {f"{span.code}_{name}": pair for name, pair in own.items()}
    return totals


def _handling_totals(span: Span, resolved: Sequence[Cell], focus: set[int]) -> Totals:
    overdue = span.resolved - span.in_time
    late_in_focus = sum(cell.overdue for cell in resolved if cell.group_no in focus)
    return {
        "received": (span.resolved + span.open, None),
        "received_in_period": (span.resolved + span.open - span.carried, None),
        "resolved": (span.resolved, None),
        "in_time": (span.in_time, None),
        "overdue": (overdue, None),
        "in_time_rate": (span.in_time, span.resolved),
        "overdue_rate": (overdue, span.resolved),
        "overdue_in_focus": (late_in_focus, overdue),
    }


def _digital_totals(span: Span, cells: Sequence[Cell]) -> Totals:
    resolved = _resolved(cells)
    # Where both flags are planted together, each alone follows from the draw.
    names = ["electronic", *(("both",) if span.both is not None else ("input", "result"))]
    if span.online_basis == "resolved":
        names.append("online")
    units = len({cell.agency_no for cell in resolved})
    counts = {name: sum(getattr(cell, name) for cell in resolved) for name in names}
    found: Totals = {name: (count, span.resolved) for name, count in counts.items()}
    return found | {"reuse_units": (units, units)}


def _register_totals(scenario: Scenario, agencies: Mapping[int, Agency]) -> Totals:
    counts = scenario.procedures
    information = counts.total - counts.full - counts.partial
    found: Totals = {
        "procedures": (counts.total, None),
        "procedures_full": (counts.full, counts.total),
        "procedures_partial": (counts.partial, counts.total),
        "procedures_information": (information, counts.total),
        "online_services": (counts.full + counts.partial, None),
    }
    for one in scenario.indices:
        found[f"{one.index_code}_{one.component_code}"] = (one.value, None)
    if scenario.plan_tasks:
        found["plan_tasks"] = (scenario.plan_tasks_done or 0, scenario.plan_tasks)
    for group in ("department", "district", "commune"):
        found[f"{group}s"] = (sum(one.group_code == group for one in agencies.values()), None)
    return found


def records(rows: Sequence[object]) -> list[dict[str, object]]:
    """Give dataclass rows as plain records."""
    names = [field.name for field in fields(rows[0])]
    return [{name: getattr(row, name) for name in names} for row in rows]
