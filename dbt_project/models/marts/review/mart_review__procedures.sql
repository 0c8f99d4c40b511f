-- Lists of the ten with most dossiers, or most overdue, are queries of this table.
with bases as (select * from {{ ref('fct_scorecard_bases') }}),

procedures as (select * from {{ ref('dim_procedures') }}),

counted as (
    select
        period_code,
        province_code,
        coalesce(procedure_code, 'unknown') as procedure_code,
        field_code,
        level_code,
        cast(sum(received_count) as bigint) as received_count,
        cast(sum(received_in_period_count) as bigint) as received_in_period_count,
        cast(sum(received_online_count) as bigint) as received_online_count,
        cast(sum(resolved_count) as bigint) as resolved_count,
        cast(sum(resolved_overdue_count) as bigint) as resolved_overdue_count,
        cast(sum(pending_count) as bigint) as pending_count,
        cast(sum(pending_overdue_count) as bigint) as pending_overdue_count
    from bases
    where received_count > 0
    group by
        period_code, province_code, coalesce(procedure_code, 'unknown'), field_code, level_code
),

final as (
    select
        counted.period_code,
        counted.province_code,
        counted.procedure_code,
        coalesce(procedures.procedure_name, 'Chưa xác định') as procedure_name,
        counted.field_code,
        counted.level_code,
        counted.received_count,
        counted.received_in_period_count,
        counted.received_online_count,
        counted.resolved_count,
        counted.resolved_overdue_count,
        counted.pending_count,
        counted.pending_overdue_count
    from counted
    left join procedures
        on
            counted.province_code = procedures.province_code
            and counted.procedure_code = procedures.procedure_code
)

select * from final
