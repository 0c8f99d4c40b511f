"""Boundaries of units, as the file of ``MOTCUA_BOUNDARIES`` gives them: GeoJSON (RFC 7946).

The file is foreign: it is read up to a limit of bytes and checked whole before anything is drawn.
"""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from motcua.errors import SettingsError
from motcua.settings import Settings

SETTING = "MOTCUA_BOUNDARIES"
DECIMALS = 4
"""Of a degree: eleven metres, less than a drawing on paper shows."""
_TOLD = 3
_RING_LENGTH = 4

Point = tuple[float, float]


def _without_height(position: object) -> object:
    """Leave out what follows longitude and latitude (RFC 7946, section 3.1.1)."""
    return position[:2] if isinstance(position, list) else position


def _closed(ring: list[Point]) -> list[Point]:
    if ring[0] != ring[-1]:
        raise PydanticCustomError("open_ring", "the ring must end where it begins")
    return ring


_Position = Annotated[
    tuple[
        Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)],
        Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)],
    ],
    BeforeValidator(_without_height),
]
_Ring = Annotated[list[_Position], Field(min_length=_RING_LENGTH), AfterValidator(_closed)]
_Rings = Annotated[list[_Ring], Field(min_length=1)]
_Code = Annotated[str, Field(min_length=1, max_length=100)]


class _Foreign(BaseModel):
    """Members that the standard does not name are allowed by it, and not read."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class _Polygon(_Foreign):
    type: Literal["Polygon"]
    coordinates: _Rings


class _MultiPolygon(_Foreign):
    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[_Rings], Field(min_length=1)]


class _Properties(_Foreign):
    agency_code: _Code
    agency_name: Annotated[str, Field(max_length=300)] | None = None


class _Feature(_Foreign):
    type: Literal["Feature"]
    properties: _Properties
    geometry: Annotated[_Polygon | _MultiPolygon, Field(discriminator="type")]


class _Collection(_Foreign):
    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Boundary:
    """The boundary of one unit; ``geometry`` is a MultiPolygon in one line of GeoJSON.

    Its coordinates have ``DECIMALS``, outer rings go clockwise and holes against it.
    """

    agency_code: str
    agency_name: str
    geometry: str


def read_boundaries(settings: Settings) -> tuple[Boundary, ...]:
    """Read the boundaries that the setting names; none where it names no file.

    Raises:
        SettingsError: the file cannot be read, is too large, or is not what it must be.
    """
    path = settings.boundaries
    if path is None:
        return ()
    limit = settings.boundaries_max_bytes
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise SettingsError(SETTING, f"{path} cannot be read: {error.strerror}") from error
    if len(data) > limit:
        reason = f"{path} has more than MOTCUA_BOUNDARIES_MAX_BYTES ({limit.human_readable()})"
        raise SettingsError(SETTING, reason)
    return parse_boundaries(data, str(path))


def parse_boundaries(data: bytes, path: str) -> tuple[Boundary, ...]:
    """Check the bytes of a GeoJSON file and give one boundary a feature, in their order.

    Raises:
        SettingsError: names file, feature (the first is 1) and property.
    """
    try:
        found = _Collection.model_validate_json(data.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        raise _error(path, [f"{_place(one['loc'])}: {one['msg']}" for one in told]) from None
    boundaries = tuple(map(_boundary, found.features))
    if problems := list(_problems(boundaries)):
        raise _error(path, problems)
    return boundaries


def _error(path: str, problems: list[str]) -> SettingsError:
    more = len(problems) - _TOLD
    told = "; ".join(problems[:_TOLD])
    return SettingsError(SETTING, f"{path}: {told}{f'; and {more} more' if more > 0 else ''}")


def _place(location: tuple[int | str, ...]) -> str:
    """Name the feature and what is in it."""
    if location[:1] == ("features",) and len(location) > 1:
        rest = ".".join(map(str, location[2:]))
        return f"feature {int(location[1]) + 1}{', ' if rest else ''}{rest}"
    return ".".join(map(str, location)) or "file"


def _problems(boundaries: tuple[Boundary, ...]) -> Iterator[str]:
    first: dict[str, int] = {}
    for number, boundary in enumerate(boundaries, start=1):
        earlier = first.setdefault(boundary.agency_code, number)
        if earlier != number:
            yield f"feature {number}, properties.agency_code: feature {earlier} has the same"
        if boundary.geometry == _geometry([]):
            yield f"feature {number}, geometry: too small to be drawn"


def _boundary(feature: _Feature) -> Boundary:
    shape = feature.geometry
    polygons = [shape.coordinates] if isinstance(shape, _Polygon) else shape.coordinates
    drawn = [rings for rings in map(_drawn, polygons) if rings]
    return Boundary(
        agency_code=feature.properties.agency_code,
        agency_name=feature.properties.agency_name or "",
        geometry=_geometry(drawn),
    )


def _geometry(polygons: list[list[list[Point]]]) -> str:
    return json.dumps({"type": "MultiPolygon", "coordinates": polygons}, separators=(",", ":"))


def _drawn(rings: list[list[Point]]) -> list[list[Point]]:
    """Give the rings of a polygon as they are drawn; none where its outer ring has no area."""
    outer, *holes = (_rounded(ring) for ring in rings)
    if not _is_seen(outer):
        return []
    return [_turned(outer, 1), *(_turned(hole, -1) for hole in holes if _is_seen(hole))]


def _rounded(ring: list[Point]) -> list[Point]:
    """Round a ring and leave out points that are then the one before; neighbours still meet."""
    points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
    return [points[0], *(point for before, point in pairwise(points) if point != before)]


def _is_seen(ring: list[Point]) -> bool:
    return len(ring) >= _RING_LENGTH and _doubled_area(ring) != 0


def _turned(ring: list[Point], sign: int) -> list[Point]:
    """Turn a ring clockwise (1) or against it (-1), as who draws on the sphere tells its inside."""
    return ring if _doubled_area(ring) * sign < 0 else ring[::-1]


def _doubled_area(ring: list[Point]) -> float:
    """Give twice the area of a ring, in whole steps of the last decimal; below 0: clockwise."""
    steps = [(round(x * 10**DECIMALS), round(y * 10**DECIMALS)) for x, y in ring]
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(steps))
