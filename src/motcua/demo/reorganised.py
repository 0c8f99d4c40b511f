"""The reorganisation of 1/7/2025 in the demonstration: which agency took over from which.

Units and their succession are the crosswalk's; the codes of agencies are the demonstration's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from motcua.demo.register import Agency
from motcua.demo.scenarios import Unit
from motcua.units.crosswalk import DISTRICTS_BY, EFFECTIVE_DATE, PROVINCES_BY, UnitSuccession
from motcua.units.register import AgencySuccession

OLD_PROVINCES = {"H49": "22", "H01": "89", "H33": "91", "H57": "46"}
"""Code of a province's agencies to that of the unit before 1/7/2025."""
NEW_PROVINCES = {"H33": "H01"}
REWRITTEN = "H49"
"""The province whose source writes the new agency into dossiers that it has taken over."""
MERGED = "H33"
"""The province that is part of another since; a locality of that one sends what came after."""
MERGED_LOCALITY = 2
HEIRS_FROM, COPIES_FROM = 1_000_000, 3_000_000
"""Where the numbers of new agencies begin, and of old ones as a rewriting source shows them."""


@dataclass(frozen=True, slots=True)
class Reorganised:
    """What 1/7/2025 adds to a province's agencies."""

    agencies: tuple[Agency, ...]
    heirs: tuple[dict[str, int], ...]
    successions: tuple[AgencySuccession, ...]


def list_units(crosswalk: Sequence[UnitSuccession], known: Sequence[Unit]) -> list[Unit]:
    """Give the communes of the four provinces as they were on 30/6/2025.

    ``known`` are those of the other scenarios, a year older: they name the folders of the inbox.
    """
    slugs = {(one.province_code, one.district_name): one.district_slug for one in known}
    found: list[Unit] = []
    for province, unit_province in OLD_PROVINCES.items():
        rows = {row.old_unit_code: row for row in _communes(crosswalk, unit_province)}
        counts = dict.fromkeys(sorted({row.old_parent_code for row in rows.values()}), 0)
        for _, row in sorted(rows.items()):
            counts[row.old_parent_code] += 1
            slug = slugs.get((province, row.old_parent_name), row.old_parent_code)
            found.append(
                Unit(
                    province_code=province,
                    district_no=list(counts).index(row.old_parent_code) + 1,
                    district_name=row.old_parent_name,
                    district_slug=slug,
                    commune_no=counts[row.old_parent_code],
                    commune_name=row.old_unit_name,
                    area_code="rural" if row.old_unit_name.startswith("Xã") else "urban",
                )
            )
    return found


def reorganise(
    province_code: str, agencies: Sequence[Agency], crosswalk: Sequence[UnitSuccession]
) -> Reorganised:
    """Say who took over from each agency of a province that ended on 1/7/2025."""
    rows = _communes(crosswalk, OLD_PROVINCES[province_code])
    made = {row.new_province_code: None for row in rows}
    codes = sorted({row.new_unit_code for row in crosswalk if row.new_province_code in made
                    and row.level_code != "province"})  # fmt: skip
    places = {code: at for at, code in enumerate(codes)}
    by_name: dict[tuple[str, str], list[UnitSuccession]] = {}
    for row in rows:
        by_name.setdefault((row.old_parent_name, row.old_unit_name), []).append(row)
    template = next(one for one in agencies if one.level_code == "commune")
    own = sorted({(row.new_unit_code, row.new_unit_name) for row in rows})
    heirs = {
        code: _heir(template, province_code, places[code], name, _sender(province_code, template))
        for code, name in own
    }
    successions, pairs = [], []
    for agency in agencies:
        for succession, heir in _successors(province_code, agency, by_name, heirs, agencies):
            successions.append(succession)
            if succession.is_primary:
                pairs.append((agency, heir))
    copies = [
        replace(heir, agency_no=COPIES_FROM + old.agency_no, locality_no=-1,
                receiving_code=old.agency_code, receiving_name=old.agency_name)
        for old, heir in pairs
    ]  # fmt: skip
    merged = {heir.agency_no: heir for _, heir in pairs if heir.level_code == "province"}
    return Reorganised(
        agencies=(*heirs.values(), *merged.values(), *copies),
        heirs=tuple({"agency_no": old.agency_no, "heir_no": heir.agency_no} for old, heir in pairs),
        successions=tuple(successions),
    )


def _communes(crosswalk: Sequence[UnitSuccession], province: str) -> list[UnitSuccession]:
    return [
        row
        for row in crosswalk
        if (row.level_code, row.effective_date) == ("commune", EFFECTIVE_DATE)
        and row.old_province_code == province
    ]


def _sender(province_code: str, commune: Agency) -> int:
    """Say who sends the new communes: the centre where each district sent its own."""
    if province_code == MERGED:
        return MERGED_LOCALITY
    return 0 if province_code == "H01" else commune.locality_no


def _heir(template: Agency, province_code: str, place: int, name: str, sender: int) -> Agency:
    code = f"{NEW_PROVINCES.get(province_code, province_code)}.{101 + place}"
    name = f"UBND {name[0].lower()}{name[1:]}"
    return replace(
        template,
        agency_no=HEIRS_FROM + place,
        locality_no=sender,
        agency_code=code,
        agency_name=name,
        parent_code=None,
        area_code="rural" if "xã " in name else "urban",
        district_name="",
        commune_name=name.removeprefix("UBND "),
        receiving_code=code,
        receiving_name=name,
    )


def _successors(
    province_code: str,
    agency: Agency,
    by_name: dict[tuple[str, str], list[UnitSuccession]],
    heirs: dict[str, Agency],
    agencies: Sequence[Agency],
) -> Iterator[tuple[AgencySuccession, Agency]]:
    if agency.level_code == "province":
        if province_code in NEW_PROVINCES:
            yield _merged_department(province_code, agency)
        return
    if agency.level_code == "district":
        # Our choice, where a province rules: the commune that has the district's first one.
        first = next(one for one in agencies if one.parent_code == agency.agency_code)
        row = next(
            row for row in by_name[first.district_name, first.commune_name] if row.is_primary
        )
        heir = heirs[row.new_unit_code]
        yield _succession(province_code, agency, heir, "dissolved", True, DISTRICTS_BY), heir
        return
    for row in by_name[agency.district_name, agency.commune_name]:
        heir = heirs[row.new_unit_code]
        yield (
            _succession(province_code, agency, heir, row.kind_code, row.is_primary, row.instrument),
            heir,
        )


def _merged_department(province_code: str, agency: Agency) -> tuple[AgencySuccession, Agency]:
    """Pair a department with the one of the same number in the province that goes on."""
    code = f"000.00.{agency.agency_no:02d}.{NEW_PROVINCES[province_code]}"
    heir = replace(
        agency,
        agency_no=HEIRS_FROM * 2 + agency.agency_no,
        locality_no=-1,
        agency_code=code,
        receiving_code=code,
    )
    return _succession(province_code, agency, heir, "merged", True, PROVINCES_BY), heir


def _succession(
    province_code: str, agency: Agency, heir: Agency, kind: str, is_primary: bool, instrument: str
) -> AgencySuccession:
    return AgencySuccession(
        old_agency_code=agency.agency_code,
        new_agency_code=heir.agency_code,
        effective_date=EFFECTIVE_DATE,
        kind_code=kind,
        is_primary=is_primary,
        old_province_code=province_code,
        new_province_code=NEW_PROVINCES.get(province_code, province_code),
        instrument=instrument,
    )
