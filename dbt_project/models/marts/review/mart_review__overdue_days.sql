-- A median cannot be summed: it is taken for each scope that a meeting reads.
{%- set members = {
    'level': 'level_code', 'agency': 'agency_code', 'field': 'field_code',
    'cause': 'overdue_cause_code', 'responsible': 'responsible_agency_code'
} %}
with overdue_dossiers as (select * from {{ ref('mart_review__overdue_dossiers') }}),

scoped as (
    select
        period_code,
        province_code,
        'province' as scope_code,
        'all' as member_code,
        outcome_code,
        overdue_days
    from overdue_dossiers
    {% for scope_code, column_name in members.items() -%}
        union all
        select
            period_code,
            province_code,
            '{{ scope_code }}' as scope_code,
            {{ column_name }} as member_code,
            outcome_code,
            overdue_days
        from overdue_dossiers
    {% endfor %}
),

final as (
    select
        period_code,
        province_code,
        scope_code,
        member_code,
        outcome_code,
        count(*) as overdue_count,
        median(overdue_days) as median_overdue_days,
        max(overdue_days) as longest_overdue_days
    from scoped
    group by period_code, province_code, scope_code, member_code, outcome_code
)

select * from final
