"""Who sends, which agencies work, which procedures they have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from motcua.demo.scenarios import FieldOfWork, Reference, Scenario, Unit, seeded
from motcua.demo.spreading import spread

LEVELS = ("province", "district", "commune")
LEVEL_NAMES = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
GRADE_NAMES = {"full": "Toàn trình", "partial": "Một phần", "information": "Cung cấp thông tin"}
GRADES = tuple(GRADE_NAMES)
_GRADE_LEVELS = {"full": 4, "partial": 3, "information": 2}
_CENTRE = "Trung tâm Phục vụ hành chính công"
_PREFIXES = {"H01": "ag", "H33": "kg", "H49": "qn", "H57": "tth"}


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
    """A procedure of the register; ``position`` orders its group, online services first."""

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


@dataclass(frozen=True, slots=True)
class Group:
    """A field at one level of competence; ``block`` is its place among all of them."""

    field: FieldOfWork
    level: str
    block: int


@dataclass(frozen=True, slots=True)
class Locality:
    """Who sends, in a scenario."""

    locality_no: int
    locality_code: str
    locality_name: str


def list_localities(scenario: Scenario, units: Sequence[Unit]) -> tuple[Locality, ...]:
    """Give the localities that send a scenario's deliveries."""
    prefix = _PREFIXES[scenario.province_code]
    province = _lowered(scenario.province_name)
    keys = [(unit.district_no, unit.district_slug, unit.district_name) for unit in units]
    districts = tuple(
        Locality(number, f"{prefix}-{slug}", name) for number, slug, name in dict.fromkeys(keys)
    )
    centre = Locality(0, f"{prefix}-tinh", f"{_CENTRE} {province}")
    if scenario.localities == "by_level":
        name = f"Các huyện, thị xã, thành phố của {province}"
        return centre, Locality(1, f"{prefix}-huyen", name)
    if scenario.localities == "one_district":
        only = f"{prefix}-{scenario.district_slug}"
        return tuple(one for one in districts if one.locality_code == only)
    return (centre, *districts)


def list_agencies(
    scenario: Scenario, reference: Reference, units: Sequence[Unit]
) -> tuple[Agency, ...]:
    """Give the agencies of a scenario: the centre, departments, districts, communes."""
    if scenario.localities == "one_district":
        own = [unit for unit in units if unit.district_slug == scenario.district_slug]
        return tuple(_districts_and_communes(scenario, own))
    provincial = _centre_and_departments(scenario, reference)
    return (*provincial, *_districts_and_communes(scenario, units))


def _centre_and_departments(scenario: Scenario, reference: Reference) -> Iterator[Agency]:
    centre = Agency(
        agency_no=1,
        locality_no=0,
        agency_code=_code(scenario, 1),
        agency_name=f"{_CENTRE} {_lowered(scenario.province_name)}",
        level_code="province",
        parent_code=None,
        group_code="service_centre",
        area_code="urban",
        district_name="",
        commune_name="",
        receiving_code=_code(scenario, 1),
        receiving_name=f"{_CENTRE} {_lowered(scenario.province_name)}",
    )
    yield centre
    for one in reference.departments:
        yield replace(
            centre,
            agency_no=one.number,
            agency_code=_code(scenario, one.number),
            agency_name=one.name,
            group_code="department",
        )


def _districts_and_communes(scenario: Scenario, units: Sequence[Unit]) -> Iterator[Agency]:
    seen: set[int] = set()
    for unit in units:
        first = 30 + unit.district_no
        if unit.district_no not in seen:
            seen.add(unit.district_no)
            yield _local_agency(scenario, unit, first, 0)
        yield _local_agency(scenario, unit, first, unit.commune_no)


def _local_agency(scenario: Scenario, unit: Unit, first: int, second: int) -> Agency:
    code = _code(scenario, first, second)
    name = f"UBND {_lowered(unit.district_name)}"
    area = "rural" if "Huyện" in unit.district_name else "urban"
    if second:
        name = f"UBND {_lowered(unit.commune_name)}, {_lowered(unit.district_name)}"
    return Agency(
        agency_no=first * 100 + second if second else first,
        locality_no=1 if scenario.localities == "by_level" else unit.district_no,
        agency_code=code,
        agency_name=name,
        level_code="commune" if second else "district",
        parent_code=_code(scenario, first) if second else None,
        group_code="commune" if second else "district",
        area_code=unit.area_code if second or unit.area_code == "mountain" else area,
        district_name=unit.district_name,
        commune_name=unit.commune_name if second else "",
        receiving_code=code,
        receiving_name=name,
    )


def _code(scenario: Scenario, first: int, second: int = 0) -> str:
    """Give an agency code: read left to right in the new form, right to left in the old."""
    if scenario.codes == "new":
        return f"{scenario.province_code}.{first:02d}" + (f".{second:02d}" if second else "")
    return f"000.{second:02d}.{first:02d}.{scenario.province_code}"


def _lowered(name: str) -> str:
    return name[0].lower() + name[1:]


def list_groups(scenario: Scenario, reference: Reference) -> list[Group]:
    """Give the fields at each level of competence that has dossiers in the scenario."""
    return [
        Group(field, level, reference.fields.index(field) * len(LEVELS) + LEVELS.index(level))
        for level in LEVELS
        for field in reference.fields
        if getattr(field, level) > 0 and scenario.levels[level] > 0
    ]


def list_procedures(
    scenario: Scenario, reference: Reference, groups: Sequence[Group]
) -> tuple[Procedure, ...]:
    """Give the register of a scenario: so many of each grade and each level as it says."""
    counts = scenario.procedures
    by_level = {"district": counts.district, "commune": counts.commune}
    by_level["province"] = counts.total - sum(by_level.values())
    sizes = [0] * len(groups)
    for level in LEVELS:
        places = [at for at, group in enumerate(groups) if group.level == level]
        shares = spread(by_level[level], [len(groups[at].field.objects) for at in places])
        for at, size in zip(places, shares, strict=True):
            sizes[at] = size
    full = spread(counts.full, [size * (1 + at % 5 / 5) for at, size in enumerate(sizes)], sizes)
    rest = [size - own for size, own in zip(sizes, full, strict=True)]
    partial = spread(counts.partial, [one * (1 + at % 3 / 3) for at, one in enumerate(rest)], rest)
    departments = {one.number: one.name for one in reference.departments}
    found: list[Procedure] = []
    for group_no, group in enumerate(groups):
        online = (full[group_no], full[group_no] + partial[group_no])
        size = sizes[group_no]
        department = departments[group.field.department]
        draft = _Draft(group_no, group, size, online[1] or size, department)
        names = _names(group, reference)
        for position in range(size):
            grade = GRADES[sum(position >= bound for bound in online)]
            found.append(_procedure(scenario, draft, len(found), position, names[position], grade))
    return tuple(found)


def _names(group: Group, reference: Reference) -> list[str]:
    """Names of a group's procedures, about each object in turn: the first ones are used most."""
    return [
        f"{action} {thing} ({LEVEL_NAMES[group.level].lower()})"
        for action, thing in product(reference.actions, group.field.objects)
    ]


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the procedures of one group share."""

    group_no: int
    group: Group
    size: int
    online_size: int
    department_name: str


def _procedure(
    scenario: Scenario, draft: _Draft, number: int, position: int, name: str, grade: str
) -> Procedure:
    field, level = draft.group.field, draft.group.level
    draw = seeded(f"{field.code}-{level}-{position}")
    low, high = field.days
    legal = round(low + (high - low) * draw.random())
    is_cut_deep = scenario.contract == "igate_xlsx"
    cut = draw.uniform(1 / 3, 1 / 2) if is_cut_deep else draw.choice((0, 0, 0.2, 0.3))
    # 7919 has no factor of a million, so no number comes twice.
    national = (draft.group.block * 200 + position + 1) * 7919 % 1_000_000
    issued = date(2018, 1, 8) + timedelta(days=draw.randrange(0, 700))
    if draw.random() < 0.08:
        issued = scenario.spans[-1].start + timedelta(days=draw.randrange(0, 60))
    is_late = draw.random() < scenario.late_announcement
    announced = issued + timedelta(days=52 if is_late else draw.randrange(15, 33))
    return Procedure(
        procedure_no=number,
        group_no=draft.group_no,
        position=position,
        group_size=draft.size,
        online_size=draft.online_size,
        procedure_code=f"{1 + position % 2}.{national:06d}.000.00.00.{scenario.province_code}",
        procedure_name=name,
        field_code=field.code,
        field_name=field.name,
        level_code=level,
        level_name=LEVEL_NAMES[level],
        department_name=draft.department_name,
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
