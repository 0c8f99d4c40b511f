"""What the marts of the agenda count, said again over the facts (see ``populations``).

Where a mart compares days and seconds of a day, or joins numbered days, this side compares moments
and counts days: a slip in one of the two shows.
"""

from collections.abc import Mapping

from motcua.explain.populations import (
    DOSSIER_COLUMNS,
    OVERDUE,
    PLACE_KEYS,
    ROWS,
    Keys,
    Mart,
    Population,
    handling_conditions,
    of_metric,
    rate,
)
from motcua.sql import quoted

RECEIVED = "counted.received_in_period_count = 1"
RESOLVED_DOSSIER = "counted.resolved_count = 1"
ONLINE = "dossiers.channel_code = 'online'"
LAST_DAY = "(select p.known_to_date from core.dim_periods as p where p.period_code = {})"
ENDED = LAST_DAY.format("counted.period_code")
DUE_SOON = (
    "counted.ii06_outcome_code = 'in_due' and counted.pending_paused_count = 0 "
    "and dossiers.due_date < (select list(d.calendar_date order by d.calendar_date)[{days} + 1] "
    "from core.dim_dates as d where d.is_working_day and d.calendar_date > {ended}) "
    "and dossiers.due_date <= (select max(d.calendar_date) from core.dim_dates as d)"
)
PAYMENT_LINES = """
    select payments.*, periods.period_code,
        case
            when payments.fee_kind_code in ('charge', 'fee') then 'charge_or_fee'
            when payments.fee_kind_code = 'financial_obligation' then 'financial_obligation'
            else 'unknown'
        end as fee_group_code
    from core.fct_payments as payments
    left join core.fct_dossiers as received on payments.dossier_key = received.dossier_key
    inner join core.dim_review_periods as periods
        on payments.province_code = periods.province_code
        and coalesce(cast(payments.paid_at as date), received.received_date)
        between periods.start_date and periods.known_to_date
    where payments.paid_amount > 0 and received.duplicate_of_dossier_key is null
"""
OF_DOSSIER = "left join core.fct_dossiers as dossiers on counted.dossier_key = dossiers.dossier_key"
PAYMENTS = f"({PAYMENT_LINES}) as counted\n{OF_DOSSIER}"
PAID = f"""(
    select period_code, province_code, dossier_key, fee_group_code,
        any_value(dossier_code) as dossier_code, any_value(locality_code) as locality_code,
        list(distinct payment_channel_code) as ways
    from ({PAYMENT_LINES}) as lines
    group by all
) as counted
{OF_DOSSIER}"""
WAITING = """(
    select online.*, periods.period_code, periods.start_date,
        periods.known_to_date + interval 1 day as ended_at,
        case
            when cast(answer_due_at as time) = time '00:00'
                then answer_due_at + interval 86399 second
            else date_trunc('second', answer_due_at)
        end as due_until_at
    from (
        select submitted.*,
            case status_code
                when '1' then null
                when '3' then coalesce(not_accepted_at, submitted_at)
                else received_at
            end as decided_at,
            case when status_code = '7' and received_at is null then closing_date end
                as withdrawn_date,
            coalesce(
                reception_due_at,
                due_days.calendar_date + to_seconds(
                    due_worked_seconds - due_days.working_second_position_no + if(
                        due_worked_seconds - due_days.working_second_position_no
                        < due_days.morning_to_second_no - due_days.morning_from_second_no,
                        due_days.morning_from_second_no,
                        due_days.afternoon_from_second_no
                        - due_days.morning_to_second_no + due_days.morning_from_second_no
                    )
                )
            ) as answer_due_at
        from (
            select sent.*, days.working_calendar_code,
                8 * 3600 + days.working_second_position_no + case
                    when cast(submitted_at as time) = time '00:00' then days.working_seconds
                    when second_no < morning_from_second_no then 0
                    when second_no < morning_to_second_no then second_no - morning_from_second_no
                    when second_no < afternoon_from_second_no
                        then morning_to_second_no - morning_from_second_no
                    when second_no < afternoon_to_second_no
                        then working_seconds - afternoon_to_second_no + second_no
                    else days.working_seconds
                end as due_worked_seconds
            from (
                select *, date_diff('second', date_trunc('day', submitted_at), submitted_at)
                    as second_no
                from core.fct_dossiers
            ) as sent
            left join core.dim_localities as senders on sent.locality_code = senders.locality_code
            left join core.dim_working_days as days
                on cast(submitted_at as date) = days.calendar_date
                and senders.working_calendar_code = days.working_calendar_code
        ) as submitted
        asof left join (select * from core.dim_working_days where is_working_day) as due_days
            on submitted.working_calendar_code = due_days.working_calendar_code
            and submitted.due_worked_seconds >= due_days.working_second_position_no
        where submitted.channel_code = 'online' and submitted.duplicate_of_dossier_key is null
    ) as online
    inner join core.dim_review_periods as periods on online.province_code = periods.province_code
) as counted
inner join core.fct_dossiers as dossiers on counted.dossier_key = dossiers.dossier_key"""
PETITIONS = """core.fct_petitions as dossiers
inner join (
    select *, known_to_date + interval 1 day as ended_at from core.dim_review_periods
) as counted on dossiers.province_code = counted.province_code"""
PETITION_COLUMNS = (
    *("dossiers.petition_code as dossier_code", "dossiers.locality_code", "dossiers.province_code"),
    *("dossiers.agency_code", "dossiers.field_code", "dossiers.received_at", "dossiers.due_at"),
    *("dossiers.answered_at", "dossiers.satisfaction_code", "dossiers._delivery_id"),
    *("dossiers._source_file", "dossiers._source_row"),
)
OVERDUE_PLACES = {
    "responsible_agency_code": "coalesce(dossiers.responsible_agency_code, 'unknown')",
    "overdue_cause_code": "coalesce(dossiers.overdue_cause_code, 'unknown')",
}
LAST_OVERDUE_DAY = (
    f"case when counted.ii06_outcome_code = 'overdue' then dossiers.closing_date else {ENDED} end"
)
OVERDUE_COLUMNS = (
    *DOSSIER_COLUMNS,
    f"date_diff('day', dossiers.due_date, {LAST_OVERDUE_DAY}) as overdue_days",
    "(select count(*) from core.dim_dates as d where d.is_working_day "
    f"and d.calendar_date > dossiers.due_date and d.calendar_date <= {LAST_OVERDUE_DAY}) "
    "as overdue_working_days",
)
BY_LAW = f"""(
    select case p.time_unit_code
            when 'day' then date_diff('day', dossiers.due_date, {LAST_OVERDUE_DAY})
            when 'working_day' then late.working_days
            when 'working_hour' then 8 * late.working_days
        end + p.committed_time_limit > p.legal_time_limit
    from core.fct_procedure_periods as p, (
        select count(*) as working_days from core.dim_dates as d where d.is_working_day
            and d.calendar_date > dossiers.due_date and d.calendar_date <= {LAST_OVERDUE_DAY}
    ) as late
    where p.province_code = counted.province_code and p.period_code = counted.period_code
        and p.procedure_code = counted.procedure_code
)"""
SCOPE_MEMBERS = {
    "level": "counted.level_code",
    "agency": "counted.agency_code",
    "field": "counted.field_code",
    "cause": OVERDUE_PLACES["overdue_cause_code"],
    "responsible": OVERDUE_PLACES["responsible_agency_code"],
}
IS_OVERDUE = f"counted.ii06_outcome_code {OVERDUE}"
UNKNOWN_PLACES = {
    name: f"coalesce(dossiers.{name}, 'unknown')"
    for name in ("agency_code", "field_code", "level_code")
}
AMOUNTS = {
    "paid_amount": "true",
    **{f"{way}_amount": f"way_code = '{way}'" for way in ("online", "transfer", "qr", "pos")},
    "cash_amount": "way_code = 'cash'",
    "unknown_amount": "way_code not in ('online', 'transfer', 'qr', 'pos', 'cash')",
}
LEVEL_OF = "(select a.level_code from core.dim_agencies as a where a.agency_code = {})"
OWNER_COLUMN = "counted.agency_code as owner_agency_code"


MOVED = (
    "dossiers.dossier_key in (select f.dossier_key from core.fct_dossier_flags as f "
    "where f.flag_code = 'due_moved_after_due')"
)


def overdue_conditions() -> dict[str, str]:
    """Give the condition of each count of the overdue mart; a letter counts to the period's end."""
    overdue = f"counted.ii06_outcome_code {OVERDUE}"
    sent = f"{overdue} and dossiers.apology_sent_at < {ENDED} + interval 1 day"
    return {
        "resolved_overdue_count": "counted.ii06_outcome_code = 'overdue'",
        "pending_overdue_count": "counted.ii06_outcome_code = 'past_due'",
        "overdue_by_law_count": f"{overdue} and {BY_LAW}",
        "overdue_by_law_unknown_count": f"{overdue} and {BY_LAW} is null",
        "apology_owed_count": overdue,
        "apology_sent_count": sent,
        "resolved_apology_sent_count": f"{sent} and counted.ii06_outcome_code = 'overdue'",
        "apology_in_time_count": f"{sent} and dossiers.apology_sent_at < dossiers.due_date",
        "second_date_missed_count": f"{overdue} and {MOVED}",
    }


def procedure_conditions() -> dict[str, str]:
    """Give the condition of each count of the mart of procedures, as of form II.06."""
    names = ("received_count", "received_in_period_count", "received_online_count")
    more = ("resolved_count", "resolved_overdue_count", "pending_count", "pending_overdue_count")
    conditions = handling_conditions({})
    return {name: conditions[name] for name in (*names, *more)}


def due_soon_conditions(keys: Keys) -> dict[str, str]:
    """Give the condition of each count of what falls overdue soon, in working days."""
    ended = LAST_DAY.format(quoted(keys["period_code"]))
    in_due = "counted.ii06_outcome_code = 'in_due'"
    return {
        **{
            f"due_within_{days}_days_count": DUE_SOON.format(days=days, ended=ended)
            for days in (3, 5, 10)
        },
        "pending_in_due_count": in_due,
        "pending_paused_count": f"{in_due} and counted.pending_paused_count = 1",
    }


def channel_conditions(keys: Keys) -> dict[str, str]:
    """Give the conditions of one metric of handing in, paying or returning."""
    fee, paid = "dossiers.has_fee", "dossiers.is_online_paid"
    cashless = f"({paid} or dossiers.is_cashless_paid)"
    helped = "dossiers.submission_help_code in ('self', 'assisted')"
    returned = "dossiers.return_channel_code"
    metrics = {
        "postal_received": rate(
            RECEIVED, "dossiers.channel_code = 'postal'", "true", "dossiers.is_channel_missing"
        ),
        "postal_returned": rate(
            RESOLVED_DOSSIER,
            f"{returned} = 'postal'",
            f"{returned} is not null",
            f"{returned} is null",
        ),
        "self_submitted": rate(
            f"{RECEIVED} and {ONLINE}",
            "dossiers.submission_help_code = 'self'",
            helped,
            f"({helped}) is not true",
        ),
    }
    for code, column in {
        "cross_boundary_received": "dossiers.is_cross_boundary",
        "inter_agency_received": "dossiers.is_inter_agency",
    }.items():
        metrics[code] = rate(RECEIVED, column, f"{column} is not null", f"{column} is null")
    for code, way in {"paid_online": paid, "paid_cashless": cashless}.items():
        unknown = f"({fee} is null or ({fee} and {way} is null))"
        metrics[code] = rate(RECEIVED, f"{fee} and {way}", f"{fee} and {way} is not null", unknown)
    return of_metric(metrics, keys)


def payment_conditions() -> dict[str, str]:
    """Give the condition of each count of dossiers that paid."""
    ways = {
        "online": "['online']",
        "counter_cashless": "['transfer', 'qr', 'pos']",
        "cash": "['cash']",
        "counter": "['cash', 'transfer', 'qr', 'pos']",
    }
    known = "['online', 'transfer', 'qr', 'pos', 'cash']"
    return {
        "dossier_count": "true",
        **{
            f"{name}_dossier_count": f"list_has_any(counted.ways, {codes})"
            for name, codes in ways.items()
        },
        "unknown_dossier_count": f"not list_has_all({known}, counted.ways)",
    }


def reception_conditions() -> dict[str, str]:
    """Give the condition of each count of the reception of online dossiers."""
    decided = "counted.decided_at >= counted.start_date and counted.decided_at < counted.ended_at"
    waits = (
        "counted.submitted_at < counted.ended_at and (counted.decided_at is null or "
        "counted.decided_at >= counted.ended_at) and (counted.decided_at is not null "
        "or counted.withdrawn_date is null or counted.withdrawn_date >= counted.ended_at)"
    )
    undated = "(counted.status_code = '3' and counted.not_accepted_at is null)"
    late = "date_trunc('second', counted.decided_at) > counted.due_until_at"
    known = f"{decided} and not {undated} and counted.due_until_at is not null"
    overdue = f"{waits} and counted.due_until_at < counted.ended_at"
    conditions = {
        "waiting_in_due_count": f"{waits} and counted.due_until_at >= counted.ended_at",
        "waiting_overdue_count": overdue,
        "unknown_count": f"({waits} and counted.due_until_at is null) or ({decided} and "
        f"({undated} or counted.due_until_at is null))",
        "numerator_count": f"({known} and {late}) or ({overdue})",
        "denominator_count": f"({known}) or ({overdue})",
    }
    for name, state in {"received": "<> '3'", "not_accepted": "= '3'"}.items():
        which = f"{known} and coalesce(counted.status_code, '') {state}"
        conditions[f"{name}_in_time_count"] = f"{which} and not {late}"
        conditions[f"{name}_late_count"] = f"{which} and {late}"
    return conditions


def petition_conditions() -> dict[str, str]:
    """Give the condition of each count of petitions."""
    came = "dossiers.received_at < counted.ended_at"
    answered = (
        f"{came} and dossiers.answered_at >= counted.start_date "
        "and dossiers.answered_at < counted.ended_at"
    )
    open_ = f"{came} and coalesce(dossiers.answered_at >= counted.ended_at, true)"
    on_time = "cast(dossiers.answered_at as date) <= cast(dossiers.due_at as date)"
    overdue = f"{open_} and cast(dossiers.due_at as date) < counted.known_to_date"
    rated = f"{answered} and dossiers.satisfaction_code is not null"
    satisfied = f"{answered} and dossiers.satisfaction_code in ('very_satisfied', 'satisfied')"
    due = f"{answered} and dossiers.due_at is not null"
    return {
        "petition_received_count": f"{came} and dossiers.received_at >= counted.start_date",
        "petition_answered_count": answered,
        "petition_on_time_count": f"{answered} and {on_time}",
        "petition_late_count": f"{answered} and not {on_time}",
        "petition_no_due_count": f"{answered} and dossiers.due_at is null",
        "petition_pending_count": open_,
        "petition_overdue_count": overdue,
        "petition_rated_count": rated,
        "petition_satisfied_count": satisfied,
        "numerator_count": f"{answered} and {on_time}",
        "denominator_count": f"({due}) or ({overdue})",
        "unknown_count": f"{answered} and dossiers.due_at is null",
    }


def flag_conditions(keys: Keys) -> dict[str, str]:
    """Give the dossiers that have a flag, and those that its share is taken over.

    The flag's code is no place of a dossier: it stands in the conditions.
    """
    flag = quoted(keys.get("flag_code", ""))
    basis = (
        "(counted.resolved_count = 1 or (select f.denominator_code from review.dim_dossier_flags "
        f"as f where f.flag_code = {flag}) <> 'resolved')"
    )
    has = (
        "exists (select 1 from core.fct_dossier_flags as f where f.dossier_key "
        f"= counted.dossier_key and f.flag_code = {flag})"
    )
    if keys.get("flag_code") == "closed_at_period_end":
        has += (
            " and exists (select 1 from core.dim_periods as p where p.period_code = "
            "counted.period_code and counted.closing_date between p.end_date - 2 and p.end_date)"
        )
    return {"dossier_count": f"{basis} and {has}", "denominator_count": basis}


def overdue(_keys: Keys) -> tuple[Population, ...]:
    return (
        Population(overdue_conditions(), places=OVERDUE_PLACES),
        Population(
            {"longest_overdue_days": IS_OVERDUE},
            places=OVERDUE_PLACES,
            columns=OVERDUE_COLUMNS,
            measures={"longest_overdue_days": "max(overdue_days)"},
            is_whole=True,
        ),
    )


def overdue_days(keys: Keys) -> tuple[Population, ...]:
    member = SCOPE_MEMBERS.get(keys["scope_code"])
    places = {
        "scope_code": None,
        "member_code": member,
        "outcome_code": "counted.ii06_outcome_code",
    }
    return (
        Population({"overdue_count": IS_OVERDUE}, places=places),
        Population(
            dict.fromkeys(("median_overdue_days", "longest_overdue_days"), IS_OVERDUE),
            places=places,
            columns=OVERDUE_COLUMNS,
            measures={
                "median_overdue_days": "median(overdue_days)",
                "longest_overdue_days": "max(overdue_days)",
            },
            is_whole=True,
        ),
    )


def overdue_dossiers(_keys: Keys) -> tuple[Population, ...]:
    return (
        Population(
            dict.fromkeys((ROWS, "overdue_days", "overdue_working_days"), IS_OVERDUE),
            places={**OVERDUE_PLACES, "outcome_code": "counted.ii06_outcome_code"},
            columns=OVERDUE_COLUMNS,
            measures={
                name: f"coalesce(sum({name}), 0)"
                for name in ("overdue_days", "overdue_working_days")
            },
        ),
    )


def late_reception(_keys: Keys) -> tuple[Population, ...]:
    place = "coalesce(dossiers.receiving_agency_code, dossiers.resolving_agency_code, 'unknown')"
    return (
        Population(reception_conditions(), source=WAITING, places={"receiving_agency_code": place}),
    )


def channels(keys: Keys) -> tuple[Population, ...]:
    return (Population(channel_conditions(keys)),)


def payments(_keys: Keys) -> tuple[Population, ...]:
    named = ("counted.dossier_code", "counted.locality_code")
    return (
        Population(
            payment_conditions(),
            source=PAID,
            places=UNKNOWN_PLACES,
            columns=(*named, *DOSSIER_COLUMNS[2:]),
        ),
        Population(
            dict.fromkeys(("payment_count", *AMOUNTS), "true"),
            source=PAYMENTS,
            places=UNKNOWN_PLACES,
            columns=(
                *named,
                "counted.payment_channel_code as way_code",
                *("counted.paid_at", "counted.paid_amount", "counted._delivery_id"),
                *("counted._source_file", "counted._source_row"),
            ),
            unit="payments",
            measures={
                name: f"coalesce(sum(paid_amount) filter (where {way}), 0)"
                for name, way in AMOUNTS.items()
            },
        ),
    )


def procedures(_keys: Keys) -> tuple[Population, ...]:
    place = {"procedure_code": "coalesce(dossiers.procedure_code, 'unknown')"}
    return (Population(procedure_conditions(), places=place),)


def due_soon(keys: Keys) -> tuple[Population, ...]:
    return (Population(due_soon_conditions(keys)),)


def petitions(_keys: Keys) -> tuple[Population, ...]:
    return (
        Population(
            petition_conditions(),
            source=PETITIONS,
            places={
                name: f"dossiers.{name}"
                for name in ("agency_code", "field_code", "level_code", "kind_code", "source_code")
            },
            columns=PETITION_COLUMNS,
            unit="petitions",
        ),
    )


def to_explain(keys: Keys) -> tuple[Population, ...]:
    conditions = flag_conditions(keys)
    level = f"coalesce({LEVEL_OF.format('counted.agency_code')}, 'unknown')"
    own = f"coalesce({LEVEL_OF.format(quoted(keys.get('agency_code', '')))}, 'unknown')"
    return (
        Population(conditions),
        Population(
            {
                "peer_agency_count": f"{conditions['denominator_count']} "
                f"and counted.agency_code <> 'unknown' and {level} = {own}"
            },
            places={"agency_code": None},
            columns=(*DOSSIER_COLUMNS, OWNER_COLUMN),
            measures={"peer_agency_count": "count(distinct owner_agency_code)"},
            is_whole=True,
        ),
    )


AGENDA: Mapping[str, Mart] = {
    "review.mart_review__overdue": Mart(
        (
            *("period_code", "province_code", "agency_code", "responsible_agency_code"),
            *("field_code", "level_code", "overdue_cause_code"),
        ),
        overdue,
    ),
    "review.mart_review__overdue_days": Mart(
        ("period_code", "province_code", "scope_code", "member_code", "outcome_code"),
        overdue_days,
        required=("period_code", "scope_code"),
    ),
    "review.mart_review__overdue_dossiers": Mart(
        (
            *("period_code", "province_code", "agency_code", "responsible_agency_code"),
            *("field_code", "level_code", "overdue_cause_code", "outcome_code", "dossier_key"),
        ),
        overdue_dossiers,
    ),
    "review.mart_review__late_reception": Mart(
        ("period_code", "province_code", "receiving_agency_code", "field_code", "level_code"),
        late_reception,
        metric_code="late_reception",
    ),
    "review.mart_review__channels": Mart(
        ("metric_code", *PLACE_KEYS), channels, required=("metric_code", "period_code")
    ),
    "review.mart_review__payments": Mart(
        (*PLACE_KEYS, "fee_group_code"), payments, required=("period_code", "fee_group_code")
    ),
    "review.mart_review__procedures": Mart(
        ("period_code", "province_code", "procedure_code", "field_code", "level_code"), procedures
    ),
    "review.mart_review__due_soon": Mart(PLACE_KEYS, due_soon, metric_code="due_soon"),
    "review.mart_review__petitions": Mart(
        (*PLACE_KEYS, "kind_code", "source_code"), petitions, metric_code="petitions_on_time"
    ),
    "review.mart_review__to_explain": Mart(
        ("period_code", "province_code", "agency_code", "flag_code"),
        to_explain,
        required=("period_code", "flag_code"),
    ),
}
"""The marts of the agenda whose cells open into dossiers, payments or petitions."""
