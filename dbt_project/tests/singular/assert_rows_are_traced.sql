-- Every row of a fact names a delivery that was taken in, with its file and line.
with traced as (
    select
        'fct_dossiers' as fact_name,
        _delivery_id,
        count(*) as row_count,
        count(_source_file) as file_count,
        count(_source_row) as line_count
    from {{ ref('fct_dossiers') }}
    group by _delivery_id
    union all
    select
        'fct_dossier_periods' as fact_name,
        _delivery_id,
        count(*) as row_count,
        count(*) as file_count,
        count(*) as line_count
    from {{ ref('fct_dossier_periods') }}
    group by _delivery_id
)

select
    traced.fact_name,
    traced._delivery_id,
    traced.row_count
from traced
left join {{ ref('fct_deliveries') }} as deliveries
    on traced._delivery_id = deliveries.delivery_id
where
    deliveries.delivery_id is null
    or deliveries.state_code = 'refused'
    or traced.file_count <> traced.row_count
    or traced.line_count <> traced.row_count
