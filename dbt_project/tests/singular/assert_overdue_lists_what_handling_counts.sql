-- The list of overdue dossiers, and its sums, are the overdue dossiers of form II.06.
with together as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        resolved_overdue_count,
        pending_overdue_count
    from {{ ref('mart_review__handling') }}
    where rule_code = 'ii06'
    union all
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        -resolved_overdue_count as resolved_overdue_count,
        -pending_overdue_count as pending_overdue_count
    from {{ ref('mart_review__overdue') }}
)

select
    period_code,
    province_code,
    agency_code,
    field_code,
    level_code
from together
group by period_code, province_code, agency_code, field_code, level_code
having sum(resolved_overdue_count) <> 0 or sum(pending_overdue_count) <> 0
