"""Files of boundaries and a content with a map, made by hand."""

import json
from pathlib import Path
from typing import Any

from motcua.boundaries import parse_boundaries
from motcua.snapshot.maps import with_map
from motcua.snapshot.model import Content
from public_support import LINES, make_content

THREE_SQUARES = Path(__file__).parent / "fixtures" / "boundaries" / "three_squares.geojson"
CODES = ("d1", "d2", "p1", "p2", "none")
"""Below 90 percent, over 98, between 95 and 98, two dossiers, no figures at all."""
FEW = tuple(line for line in LINES if line[:3] != ("p2", "land", "direct"))


def square(west: float, south: float = 10.0, side: float = 0.2) -> list[list[float]]:
    """Give the ring of a square, against the clock."""
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code: Any, ring: list[list[float]], **properties: Any) -> dict[str, Any]:
    """Make a feature of one ring."""
    return {
        "type": "Feature",
        "properties": {"agency_code": code, **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: dict[str, Any]) -> bytes:
    """Write features as a file."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def make_mapped() -> Content:
    """Make a content with the map of five squares in a row, one for each of ``CODES``."""
    squares = (
        feature(code, square(105 + 0.2 * position), agency_name=f"Đơn vị {code}")
        for position, code in enumerate(CODES)
    )
    boundaries = parse_boundaries(collection(*squares), "squares.geojson")
    return with_map(make_content(FEW), boundaries, CODES)
