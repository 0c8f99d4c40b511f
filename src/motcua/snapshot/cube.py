"""The handling of the period by agency, field, level and channel, for who filters and sums."""

from collections.abc import Iterable

from motcua.snapshot import handling, parts
from motcua.snapshot.marts import HANDLING_MEASURES, Marts, Record
from motcua.snapshot.model import DIMENSIONS, Cube, Measure, Member
from motcua.snapshot.queries import DOSSIER_LIMIT

_TITLES = {column.code: (column.group, column.title) for column in handling.MEASURE_COLUMNS} | {
    "received_in_period_count": ("", "Tiếp nhận trong kỳ")
}
LISTED = ("resolved_overdue_count", "pending_overdue_count")
"""The measures whose dossiers the cube names."""
_KEYS = tuple(f"{name}_code" for name in DIMENSIONS)


def cube(marts: Marts) -> Cube | None:
    """Lay the handling mart out for the period; None where it has no row."""
    if not marts.cube_rows:
        return None
    dimensions = (
        _agencies(marts),
        _members((r["field_code"], r["field_name"]) for r in marts.handling_by_field),
        _members(
            (found[0]["level_code"], name)
            for name, found in handling.by_level(marts.handling_by_agency)
        ),
        _members((r["channel_code"], parts.channel_name(r)) for r in marts.handling_by_channel),
    )
    places = [{member.code: at for at, member in enumerate(members)} for members in dimensions]
    definitions = {r["measure_code"]: r["definition"] for r in marts.cube_definitions}
    rows = tuple(
        (
            *(place[record[key]] for place, key in zip(places, _KEYS, strict=True)),
            *(record[measure] for measure in HANDLING_MEASURES),
        )
        for record in marts.cube_rows
    )
    return Cube(
        measures=tuple(
            Measure(code, *_TITLES[code], definitions.get(code, "")) for code in HANDLING_MEASURES
        ),
        dimensions=dimensions,
        rows=rows,
        dossiers=_dossiers(marts),
        dossier_limit=DOSSIER_LIMIT,
    )


def _agencies(marts: Marts) -> tuple[Member, ...]:
    """Name each agency once, though it may stand under two levels."""
    once = list({r["agency_code"]: r for r in marts.handling_by_agency}.values())
    codes = [record["agency_code"] for record in once]
    return _members(zip(codes, handling.agency_names(once), strict=True))


def _members(pairs: Iterable[tuple[str, str]]) -> tuple[Member, ...]:
    return tuple(Member(code, name) for code, name in dict(pairs).items())


def _dossiers(marts: Marts) -> tuple[tuple[int, int, str], ...]:
    """Place each dossier in the row that counts it; what no row counts is left out."""
    rows = {_place(record): at for at, record in enumerate(marts.cube_rows)}
    return tuple(
        (
            rows[_place(record)],
            HANDLING_MEASURES.index(record["measure_code"]),
            record["dossier_code"],
        )
        for record in marts.cube_dossiers
        if _place(record) in rows
    )


def _place(record: Record) -> tuple[str, ...]:
    return tuple(record[key] for key in _KEYS)
