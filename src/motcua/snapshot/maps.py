"""The map of a review: what was resolved in time, by unit, in classes with fixed limits."""

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from motcua.boundaries import Boundary
from motcua.snapshot.model import Area, AreaClass, Cell, Content, Map, Row
from motcua.snapshot.numbers import NO_DATA, clean_text, format_count, format_percent
from motcua.snapshot.ranking import RANKED_FROM

LIMITS = (98, 95, 90)
"""Percent from which a class begins, best first; from 98 on is what Lâm Đồng asked for in 2025
(domain §1.6), the others are ours. Fixed, so that one period's map is read beside another's."""
NO_CLASS = 0
_TABLE = "ii06_agencies"
_TITLE = "Bản đồ tỷ lệ giải quyết trước và đúng hạn theo đơn vị"
_CAPTION = (
    "Số hồ sơ trước và đúng hạn trên số đã giải quyết trong kỳ của chính cơ quan, không gồm cơ "
    f"quan trực thuộc; không xếp cơ quan dưới {RANKED_FROM} hồ sơ. Ranh giới theo tệp do nơi lập "
    "cung cấp."
)
_NOBODY = "không có đơn vị nào"


def with_map(
    content: Content, boundaries: Sequence[Boundary], agency_codes: Collection[str]
) -> Content:
    """Give the content with the map of the units that have a boundary and are among the agencies.

    Without a unit that may be ranked there is no map.

    Args:
        content: what the pack says.
        boundaries: of units, of this province or others.
        agency_codes: whose units may be drawn: all of the province, or of the pack's agency.
    """
    rows = {dict(row.of).get("agency"): row for row in content.table(_TABLE).rows}
    areas = tuple(
        _area(boundary, rows.get(boundary.agency_code))
        for boundary in boundaries
        if boundary.agency_code in agency_codes
    )
    if not any(area.class_no for area in areas):
        return content
    drawn = Map("resolved_in_time", _TITLE, _CAPTION, _TABLE, tuple(_classes(areas)), areas)
    return dataclasses.replace(content, maps=(drawn,))


def redrawn(content: Content) -> tuple[Map, ...]:
    """Give the maps of a content as its tables say them, of the units that they show."""
    shown = [area for drawn in content.maps for area in drawn.areas]
    boundaries = [Boundary(area.agency_code, area.name, area.geometry) for area in shown]
    bare = dataclasses.replace(content, maps=())
    return with_map(bare, boundaries, {area.agency_code for area in shown}).maps


def class_no(counts: tuple[int, int] | None) -> int:
    """Give the class of a rate: 1 is the best, ``NO_CLASS`` that of too few dossiers or none.

    Counts are compared whole, so that a limit belongs to the class that begins with it.
    """
    if counts is None or counts[1] < RANKED_FROM:
        return NO_CLASS
    numerator, denominator = counts
    return 1 + sum(numerator * 100 < limit * denominator for limit in LIMITS)


def labels() -> tuple[str, ...]:
    """Say the limits of every class, by its number."""
    best, *others = (format_percent(Decimal(limit) / 100, 0) for limit in LIMITS)
    between = zip((best, *others), others, strict=False)
    return (
        f"Dưới {RANKED_FROM} hồ sơ hoặc không có số liệu",
        f"Từ {best} trở lên",
        *(f"Từ {lower} đến dưới {upper}" for upper, lower in between),
        f"Dưới {others[-1]}",
    )


def _area(boundary: Boundary, row: Row | None) -> Area:
    share = row.cells[-1] if row else None
    number = class_no(share.counts if share else None)
    name = row.cells[1].text if row else clean_text(boundary.agency_name) or boundary.agency_code
    return Area(boundary.agency_code, name, _said(share, number), number, boundary.geometry)


def _said(share: Cell | None, number: int) -> str:
    """Write what a unit reached with both counts; of too few dossiers, how many they are."""
    if share is None or share.counts is None:
        return NO_DATA
    numerator, denominator = share.counts
    if number:
        return f"{share.text} ({format_count(numerator)}/{format_count(denominator)})"
    return f"{format_count(denominator)} hồ sơ" if denominator else share.text


def _classes(areas: Sequence[Area]) -> Iterator[AreaClass]:
    """Lay out every class, also one that no unit is in, the one without figures last."""
    said = labels()
    for number in (*range(1, len(said)), NO_CLASS):
        members = [area for area in areas if area.class_no == number]
        yield AreaClass(
            number,
            f"{said[number]}: {format_count(len(members))} đơn vị",
            "; ".join(f"{area.name} {area.text}" for area in members) or _NOBODY,
        )
