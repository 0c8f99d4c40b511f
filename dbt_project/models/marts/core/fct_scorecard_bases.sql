{%- set sums = [
    'received_count', 'received_in_period_count', 'received_online_count',
    'carried_over_count', 'resolved_count', 'resolved_early_count', 'resolved_on_time_count',
    'resolved_overdue_count', 'pending_count', 'pending_in_due_count', 'pending_overdue_count',
    'received_with_fee_count', 'received_paid_online_count', 'received_fee_unknown_count',
    'input_and_result_digitised_count', 'input_and_result_unknown_count',
    'result_electronic_count', 'result_electronic_unknown_count',
    'data_reused_count', 'data_reused_unknown_count',
    'certified_e_copy_count', 'certified_e_copy_unknown_count',
    'result_stored_count', 'result_stored_unknown_count',
    'population_connected_count', 'population_connected_unknown_count'
] -%}
{%- set other_sums = [
    'judged_by_766_count', 'in_time_by_766_count', 'listed_count', 'listed_only_count'
] -%}
{%- set zeros = ['0'] * (sums | length) -%}
{%- set keys =
    'province_code, period_code, locality_code, level_code, agency_code, procedure_code,'
    ~ ' field_code'
-%}
-- What the components of decision 766 count, summed once: the dossiers of each procedure and field
-- of an agency, those of them on the national portal's list, and those that people rated badly.
-- The large fact is read in three places, few columns each: one reading kept for all is not small.
with portal_dossiers as (select * from {{ ref('fct_portal_dossiers') }}),

ratings as (select * from {{ ref('fct_ratings') }}),

periods as (select * from {{ ref('int_periods__reviewed') }}),

covered as (select * from {{ ref('int_deliveries__covered') }}),

-- What counts under another code is not counted again because a list has both.
duplicates as (
    select dossier_key
    from {{ ref('fct_dossiers') }}
    where duplicate_of_dossier_key is not null
),

counted as (
    select
        {{ keys }},
        {% for name in sums -%}
            {{ sum_of_changed(name) }} as {{ name }},
        {% endfor -%}
        {{ sum_of_changed(
            "case when " ~ is_judged_by_rule("'qd766'", 'qd766_outcome_code', 'false')
            ~ " then 1 else 0 end"
        ) }} as judged_by_766_count,
        {{ sum_of_changed(
            "case when " ~ is_on_time_by_rule("'qd766'", 'qd766_outcome_code')
            ~ " then 1 else 0 end"
        ) }} as in_time_by_766_count,
        0 as listed_count,
        0 as listed_only_count,
        0 as disliked_count
    from {{ changed_rows(ref('fct_dossier_periods')) }}
    group by {{ keys }}
    {{ and_counted_before(
        [keys] + sums + ["judged_by_766_count", "in_time_by_766_count", "0", "0", "0"]
    ) }}
),

-- A list speaks of the dossiers of the locality that sends it.
listed as (
    select
        portal_dossiers.province_code,
        periods.period_code,
        portal_dossiers.locality_code,
        coalesce(dossier_periods.level_code, 'unknown') as level_code,
        coalesce(dossier_periods.agency_code, 'unknown') as agency_code,
        dossier_periods.procedure_code,
        coalesce(dossier_periods.field_code, 'unknown') as field_code,
        {% for name in sums -%}
            0 as {{ name }},
        {% endfor -%}
        0 as judged_by_766_count,
        0 as in_time_by_766_count,
        count(dossier_periods.dossier_key) as listed_count,
        count(*) - count(dossier_periods.dossier_key) as listed_only_count,
        0 as disliked_count
    from portal_dossiers
    inner join periods
        on
            portal_dossiers.province_code = periods.province_code
            and portal_dossiers.received_date >= periods.start_date
            and portal_dossiers.received_date <= periods.known_to_date
    left join {{ ref('fct_dossier_periods') }} as dossier_periods
        on
            portal_dossiers.dossier_key = dossier_periods.dossier_key
            and periods.period_code = dossier_periods.period_code
            and dossier_periods.received_in_period_count = 1
    left join duplicates on portal_dossiers.dossier_key = duplicates.dossier_key
    where
        portal_dossiers.system_code = 'national_portal'
        and duplicates.dossier_key is null {{ and_of_touched_locality(
            'portal_dossiers', 'periods.period_code'
        ) }}
    group by
        portal_dossiers.province_code,
        periods.period_code,
        portal_dossiers.locality_code,
        coalesce(dossier_periods.level_code, 'unknown'),
        coalesce(dossier_periods.agency_code, 'unknown'),
        dossier_periods.procedure_code,
        coalesce(dossier_periods.field_code, 'unknown')
),

badly_rated as (
    select distinct
        ratings.dossier_key,
        periods.period_code
    from ratings
    inner join periods
        on
            ratings.province_code = periods.province_code
            and cast(ratings.rated_at as date) >= periods.start_date
            and cast(ratings.rated_at as date) <= periods.known_to_date
    where
        ratings.rating_code in (
            'not_satisfied', 'dissatisfied', 'very_dissatisfied'
        ) {{ and_of_touched_locality('ratings', 'periods.period_code') }}
),

disliked as (
    select
        dossier_periods.province_code,
        dossier_periods.period_code,
        dossier_periods.locality_code,
        dossier_periods.level_code,
        dossier_periods.agency_code,
        dossier_periods.procedure_code,
        dossier_periods.field_code,
        {% for name in sums -%}
            0 as {{ name }},
        {% endfor -%}
        0 as judged_by_766_count,
        0 as in_time_by_766_count,
        0 as listed_count,
        0 as listed_only_count,
        count(*) as disliked_count
    from badly_rated
    inner join {{ ref('fct_dossier_periods') }} as dossier_periods
        on
            badly_rated.dossier_key = dossier_periods.dossier_key
            and badly_rated.period_code = dossier_periods.period_code
    group by
        dossier_periods.province_code,
        dossier_periods.period_code,
        dossier_periods.locality_code,
        dossier_periods.level_code,
        dossier_periods.agency_code,
        dossier_periods.procedure_code,
        dossier_periods.field_code
),

together as (
    select * from counted
    union all
    select * from listed
    union all
    select * from disliked
    {{ and_kept_localities(
        [keys] + zeros + ["0", "0", "listed_count", "listed_only_count", "disliked_count"],
        "listed_count + listed_only_count + disliked_count > 0"
    ) }}
),

summed as (
    select
        {{ keys }},
        {% for name in sums + other_sums -%}
            cast(sum({{ name }}) as bigint) as {{ name }},
        {% endfor -%}
        cast(sum(disliked_count) as bigint) as disliked_count
    from together
    group by {{ keys }}
    {{ having_counted("received_count + listed_count + listed_only_count + disliked_count") }}
),

sent as (
    select
        locality_code,
        period_code,
        max(case when dataset_code = 'portal_dossiers' then 1 else 0 end) as portal_dossiers,
        max(case when dataset_code = 'ratings' then 1 else 0 end) as ratings,
        max(case when dataset_code = 'petitions' then 1 else 0 end) as petitions
    from covered
    group by locality_code, period_code
),

flagged as (
    select
        summed.*,
        coalesce(sent.portal_dossiers = 1, false) as is_portal_sent,
        coalesce(sent.ratings = 1, false) as is_rating_sent,
        coalesce(sent.petitions = 1, false) as is_petition_sent
    from summed
    left join sent
        on
            summed.locality_code = sent.locality_code
            and summed.period_code = sent.period_code
),

final as (
    select
        province_code,
        period_code,
        locality_code,
        level_code,
        agency_code,
        procedure_code,
        field_code,
        received_count,
        received_in_period_count,
        received_online_count,
        carried_over_count,
        resolved_count,
        resolved_early_count,
        resolved_on_time_count,
        resolved_overdue_count,
        pending_count,
        pending_in_due_count,
        pending_overdue_count,
        judged_by_766_count,
        in_time_by_766_count,
        received_with_fee_count,
        received_paid_online_count,
        received_fee_unknown_count,
        input_and_result_digitised_count,
        input_and_result_unknown_count,
        result_electronic_count,
        result_electronic_unknown_count,
        data_reused_count,
        data_reused_unknown_count,
        certified_e_copy_count,
        certified_e_copy_unknown_count,
        result_stored_count,
        result_stored_unknown_count,
        population_connected_count,
        population_connected_unknown_count,
        listed_count,
        listed_only_count,
        disliked_count,
        is_portal_sent,
        is_rating_sent,
        is_petition_sent
    from flagged
)

select * from final
