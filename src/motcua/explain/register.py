"""What the marts of the register of procedures count: one row a procedure in force in a period."""

from collections.abc import Mapping

from motcua.explain.populations import LINEAGE, ROWS, Keys, Mart, Population

PROCEDURES = "core.fct_procedure_periods as counted"
PROCEDURE_COLUMNS = tuple(
    f"counted.{name}"
    for name in (
        *("procedure_code", "province_code", "procedure_name", "field_code"),
        *("competence_level_code", "service_grade_code", "legal_time_limit"),
        *("committed_time_limit", "time_unit_code", "announced_date", "publicised_date"),
        *LINEAGE,
    )
)
RECEIVED_DOSSIER = (
    "exists (select 1 from core.fct_dossier_periods as d "
    "where d.province_code = counted.province_code and d.period_code = counted.period_code "
    "and d.procedure_code = counted.procedure_code and d.received_in_period_count = 1)"
)
OF_LEVEL = "counted.competence_level_code = '{}'"
OTHER_LEVEL = "counted.competence_level_code not in ('province', 'district', 'commune')"
MEASURED = "counted.legal_time_limit > 0 and counted.committed_time_limit is not null"
CUT = f"{MEASURED} and counted.committed_time_limit"
TIME_UNIT = (
    "case coalesce(counted.time_unit_code, 'unknown') when 'working_hour' then 'working_day' "
    "else coalesce(counted.time_unit_code, 'unknown') end"
)
PER_DAY = "case when time_unit_code = 'working_hour' then 8 else 1 end"
ANNOUNCED = "(counted.is_announced_in_period or counted.is_publicised_in_period)"


def of_register(
    conditions: Mapping[str, str],
    *,
    places: Mapping[str, str | None] | None = None,
    measures: Mapping[str, str] | None = None,
    columns: tuple[str, ...] = PROCEDURE_COLUMNS,
    is_whole: bool = False,
) -> Population:
    """Give a population of procedures."""
    return Population(
        conditions,
        source=PROCEDURES,
        places=places or {},
        columns=columns,
        unit="procedures",
        measures=measures or {},
        is_whole=is_whole,
    )


def services(_keys: Keys) -> tuple[Population, ...]:
    return (
        of_register({"procedure_count": "true", "with_dossier_count": RECEIVED_DOSSIER}),
        of_register(
            {"procedure_total_count": "true"}, places={"service_grade_code": None}, is_whole=True
        ),
    )


def procedure_counts(_keys: Keys) -> tuple[Population, ...]:
    levels = ("province", "district", "commune")
    return (
        of_register(
            {
                "procedure_count": "true",
                **{f"{level}_procedure_count": OF_LEVEL.format(level) for level in levels},
                "other_procedure_count": OTHER_LEVEL,
                "with_dossier_count": RECEIVED_DOSSIER,
            }
        ),
    )


def announcements(_keys: Keys) -> tuple[Population, ...]:
    days = ("announcement_late_days", "publication_late_days")
    return (
        of_register(
            {
                ROWS: ANNOUNCED,
                **{name: f"{ANNOUNCED} and counted.{name} is not null" for name in days},
            },
            measures={name: f"sum({name})" for name in days},
            columns=(*PROCEDURE_COLUMNS, *(f"counted.{name}" for name in days)),
        ),
    )


def time_cuts(_keys: Keys) -> tuple[Population, ...]:
    days = {"legal_days": "legal_time_limit", "committed_days": "committed_time_limit"}
    return (
        of_register(
            {
                "procedure_count": "true",
                "limit_count": MEASURED,
                "cut_count": f"{CUT} < counted.legal_time_limit",
                "cut_by_third_count": f"{CUT} * 3 <= counted.legal_time_limit * 2",
                "cut_by_half_count": f"{CUT} * 2 <= counted.legal_time_limit",
                "lengthened_count": f"{CUT} > counted.legal_time_limit",
                **dict.fromkeys((*days, "summed_cut_rate"), MEASURED),
            },
            places={"time_unit_code": TIME_UNIT},
            measures={
                **{
                    name: f"coalesce(sum(cast({limit} as decimal(18, 3)) / {PER_DAY}), 0)"
                    for name, limit in days.items()
                },
                "summed_cut_rate": (
                    "coalesce(sum((legal_time_limit - committed_time_limit) / legal_time_limit), 0)"
                ),
            },
        ),
    )


LEVEL_KEYS = ("period_code", "province_code", "competence_level_code", "field_code")
REGISTER: Mapping[str, Mart] = {
    "review.mart_review__services": Mart((*LEVEL_KEYS, "service_grade_code"), services),
    "review.mart_review__procedure_counts": Mart(
        ("period_code", "province_code", "field_code"), procedure_counts
    ),
    "review.mart_review__announcements": Mart((*LEVEL_KEYS, "procedure_code"), announcements),
    "review.mart_review__time_cuts": Mart((*LEVEL_KEYS, "time_unit_code"), time_cuts),
}
"""Marts of the register of procedures."""
