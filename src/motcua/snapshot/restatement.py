"""What has become of the figures of a sealed pack: then, now, and by how many named dossiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from motcua.snapshot.model import Figure

MEASURES = (
    "received",
    "received_in_period",
    "resolved",
    "resolved_early",
    "resolved_on_time",
    "resolved_overdue",
    "pending",
    "pending_in_due",
    "pending_overdue",
)
"""Figures of a pack that are looked at again: their codes in content.json and in the mart."""

PACK = """
select builds.as_of_date
from review.dim_sealed_packs as packs
cross join quality.dim_builds as builds
where packs.review_code = $review_code and packs.pack_no = $version
"""
NOW = f"""
select {", ".join(f"coalesce(sum({code}_count), 0)::bigint as {code}" for code in MEASURES)}
from review.mart_review__handling
where
    rule_code = 'ii06' and period_code = $period_code and province_code = $province_code
    and (len($agency_codes::varchar[]) = 0 or agency_code in $agency_codes::varchar[])
"""
EXPLAINED = """
select measure_code, cast(sum(added_count) - sum(removed_count) as bigint) as explained_count
from review.mart_review__restatements
where review_code = $review_code and pack_no = $version
group by measure_code
"""
REASONS = """
select
    reasons.reason_code,
    reasons.reason_name,
    count(*) as dossier_count,
    string_agg(distinct deliveries.delivery_name, ', ' order by deliveries.delivery_name)
        as delivery_names
from core.fct_restatements as restatements
inner join review.dim_restatement_reasons as reasons
    on restatements.reason_code = reasons.reason_code
left join quality.fct_deliveries as deliveries
    on restatements._delivery_id = deliveries.delivery_id
where restatements.review_code = $review_code and restatements.pack_no = $version
group by reasons.reason_code, reasons.reason_name, reasons.position_no
order by reasons.position_no
"""
DOSSIERS = """
select * from core.fct_restatements
where review_code = $review_code and pack_no = $version
order by reason_code, locality_code, dossier_code
"""


@dataclass(frozen=True, slots=True)
class RestatedFigure:
    """A figure of the pack as sealed and as counted now; counts of dossiers."""

    code: str
    name: str
    sealed_count: int
    current_count: int
    explained_count: int

    @property
    def difference(self) -> int:
        """What has been added since; negative where it has become less."""
        return self.current_count - self.sealed_count

    @property
    def is_explained(self) -> bool:
        """Whether the dossiers named make up the whole difference."""
        return self.difference == self.explained_count


@dataclass(frozen=True, slots=True)
class Restatement:
    """A pack looked at again: its figures, and the dossiers by reason."""

    pack_code: str
    version: int
    sealed_as_of_date: str
    as_of_date: str
    figures: tuple[RestatedFigure, ...]
    reasons: tuple[Mapping[str, Any], ...]


def compare_figures(
    sealed: Mapping[str, Figure], now: Mapping[str, int], explained: Sequence[Mapping[str, Any]]
) -> tuple[RestatedFigure, ...]:
    """Lay the figures of a pack's content beside those of the marts.

    Args:
        sealed: figures of the pack's content, by code.
        now: the same codes, counted now.
        explained: ``measure_code`` and ``explained_count``; a figure that is not there has none.
    """
    by_code = {row["measure_code"]: row["explained_count"] for row in explained}
    return tuple(
        RestatedFigure(
            code,
            sealed[code].name,
            int(sealed[code].cell.value or 0),
            now[code],
            by_code.get(code, 0),
        )
        for code in MEASURES
        if code in sealed
    )
