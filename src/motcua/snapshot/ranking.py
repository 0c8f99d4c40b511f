"""Which lines may be ranked, and the first of them."""

from collections.abc import Sequence

from motcua.snapshot.marts import Record

RANKED_FROM = 30
"""Fewer dossiers than these are not ranked."""


def ranked(records: Sequence[Record], measure: str, limit: int) -> list[Record]:
    """Rank lines by a count, most first; those of fewer than thirty resolved are left out."""
    able = [r for r in records if r["resolved_count"] >= RANKED_FROM and r[measure] > 0]
    return sorted(able, key=lambda record: -record[measure])[:limit]
