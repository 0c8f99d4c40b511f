"""The scenarios: published situations by their numbers, at any scale or with others drawn."""

import random
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
    """How many procedures a register holds, by grade and level (what is left is the province's)."""

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
    slow_focus: float = Field(
        0.0, description="Share of focus dossiers that take their whole time."
    )
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
    """A field (lĩnh vực): its share of each level's dossiers, its time limits, its objects."""

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


def seeded(key: str) -> random.Random:
    """Give a generator that draws the same for the same key, anywhere."""
    return random.Random(key)  # noqa: S311 -- a demonstration, not a secret


def scaled(scenario: Scenario, scale: float, seed: int | None) -> Scenario:
    """Give the scenario at another scale, with other totals if there is a seed; sums still hold."""
    draw = seeded(f"{seed}-{scenario.title}") if seed is not None else None
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
        changes["plan_tasks_done"] = scenario.plan_tasks - (
            draw.randint(1, 9) if scenario.plan_tasks else 0
        )
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
