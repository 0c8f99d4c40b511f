"""What the marts of the agenda count, said again over the facts (see ``populations``).

Where a mart compares days and seconds of a day, or joins numbered days, this side compares moments
and counts days: a slip in one of the two shows.
"""

from collections.abc import Mapping

from motcua.explain.populations import (
    DOSSIER_COLUMNS,
    PLACE_KEYS,
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
    "and (select count(*) from core.dim_dates as d where d.is_working_day "
    f"and d.calendar_date > {ENDED} and d.calendar_date <= dossiers.due_date) <= {{}} "
    "and dossiers.due_date <= (select max(d.calendar_date) from core.dim_dates as d)"
)
PAID = """(
    select periods.period_code, payments.province_code, payments.dossier_key,
        any_value(payments.dossier_code) as dossier_code,
        any_value(payments.locality_code) as locality_code,
        case
            when payments.fee_kind_code in ('charge', 'fee') then 'charge_or_fee'
            when payments.fee_kind_code = 'financial_obligation' then 'financial_obligation'
            else 'unknown'
        end as fee_group_code,
        list(distinct payments.payment_channel_code) as ways
    from core.fct_payments as payments
    left join core.fct_dossiers as received on payments.dossier_key = received.dossier_key
    inner join core.dim_review_periods as periods
        on payments.province_code = periods.province_code
        and coalesce(cast(payments.paid_at as date), received.received_date)
        between periods.start_date and periods.known_to_date
    where payments.paid_amount > 0
    group by all
) as counted
left join core.fct_dossiers as dossiers on counted.dossier_key = dossiers.dossier_key"""
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
        where submitted.channel_code = 'online'
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


def overdue_conditions(_keys: Mapping[str, str]) -> dict[str, str]:
    """Give the condition of each count of the overdue mart; a letter counts to the period's end."""
    overdue = "counted.ii06_outcome_code in ('overdue', 'past_due')"
    sent = f"{overdue} and dossiers.apology_sent_at < {ENDED} + interval 1 day"
    return {
        "resolved_overdue_count": "counted.ii06_outcome_code = 'overdue'",
        "pending_overdue_count": "counted.ii06_outcome_code = 'past_due'",
        "apology_owed_count": overdue,
        "apology_sent_count": sent,
        "apology_in_time_count": f"{sent} and dossiers.apology_sent_at < dossiers.due_date",
    }


def procedure_conditions(_keys: Mapping[str, str]) -> dict[str, str]:
    """Give the condition of each count of the mart of procedures, as of form II.06."""
    names = ("received_count", "received_in_period_count", "received_online_count")
    more = ("resolved_count", "resolved_overdue_count", "pending_count", "pending_overdue_count")
    conditions = handling_conditions({})
    return {name: conditions[name] for name in (*names, *more)}


def due_soon_conditions(_keys: Mapping[str, str]) -> dict[str, str]:
    """Give the condition of each count of what falls overdue soon, in working days."""
    in_due = "counted.ii06_outcome_code = 'in_due'"
    return {
        **{f"due_within_{days}_days_count": DUE_SOON.format(days) for days in (3, 5, 10)},
        "pending_in_due_count": in_due,
        "pending_paused_count": f"{in_due} and counted.pending_paused_count = 1",
    }


def channel_conditions(keys: Mapping[str, str]) -> dict[str, str]:
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


def payment_conditions(_keys: Mapping[str, str]) -> dict[str, str]:
    """Give the condition of each count of dossiers that paid."""
    ways = {
        "online": "['online']",
        "counter_cashless": "['transfer', 'qr', 'pos']",
        "cash": "['cash']",
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


def reception_conditions(_keys: Mapping[str, str]) -> dict[str, str]:
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


def petition_conditions(_keys: Mapping[str, str]) -> dict[str, str]:
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


def flag_conditions(keys: Mapping[str, str]) -> dict[str, str]:
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
    return {"dossier_count": f"{basis} and {has}", "denominator_count": basis}


AGENDA: Mapping[str, Population] = {
    "review.mart_review__overdue": Population(
        (
            *("period_code", "province_code", "agency_code", "responsible_agency_code"),
            *("field_code", "level_code", "overdue_cause_code"),
        ),
        overdue_conditions,
        places={
            "responsible_agency_code": "coalesce(dossiers.responsible_agency_code, 'unknown')",
            "overdue_cause_code": "coalesce(dossiers.overdue_cause_code, 'unknown')",
        },
    ),
    "review.mart_review__late_reception": Population(
        ("period_code", "province_code", "receiving_agency_code", "field_code", "level_code"),
        reception_conditions,
        source=WAITING,
        metric_code="late_reception",
        places={
            "receiving_agency_code": "coalesce(dossiers.receiving_agency_code, "
            "dossiers.resolving_agency_code, 'unknown')",
        },
    ),
    "review.mart_review__channels": Population(
        ("metric_code", *PLACE_KEYS),
        channel_conditions,
        required=("metric_code", "period_code"),
    ),
    "review.mart_review__payments": Population(
        (*PLACE_KEYS, "fee_group_code"),
        payment_conditions,
        source=PAID,
        places={
            name: f"coalesce(dossiers.{name}, 'unknown')"
            for name in ("agency_code", "field_code", "level_code")
        },
        required=("period_code", "fee_group_code"),
        columns=(
            *("counted.dossier_code", "counted.locality_code"),
            *(f"dossiers.{name}" for name in DOSSIER_COLUMNS[2:]),
        ),
    ),
    "review.mart_review__procedures": Population(
        ("period_code", "province_code", "procedure_code", "field_code", "level_code"),
        procedure_conditions,
        places={"procedure_code": "coalesce(dossiers.procedure_code, 'unknown')"},
    ),
    "review.mart_review__due_soon": Population(
        PLACE_KEYS, due_soon_conditions, metric_code="due_soon"
    ),
    "review.mart_review__petitions": Population(
        (*PLACE_KEYS, "kind_code", "source_code"),
        petition_conditions,
        source=PETITIONS,
        places={
            name: f"dossiers.{name}"
            for name in ("agency_code", "field_code", "level_code", "kind_code", "source_code")
        },
        columns=PETITION_COLUMNS,
        metric_code="petitions_on_time",
        unit="petitions",
    ),
    "review.mart_review__to_explain": Population(
        ("period_code", "province_code", "agency_code", "flag_code"),
        flag_conditions,
        required=("period_code", "flag_code"),
    ),
}
"""The marts of the agenda whose cells open into dossiers, or petitions."""
