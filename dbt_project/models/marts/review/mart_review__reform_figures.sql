-- Figures that agencies report of themselves, carried as typed: no dossier stands behind them.
with reform_figures as (select * from {{ ref('fct_reform_figures') }}),

codes as (select * from {{ ref('dim_codes') }}),

final as (
    select
        reform_figures.province_code,
        reform_figures.figure_code,
        reform_figures.agency_code,
        reform_figures.period_code,
        coalesce(figures.code_name, reform_figures.figure_code) as figure_name,
        reform_figures.value,
        reform_figures.unit_code,
        coalesce(units.code_name, reform_figures.unit_code) as unit_name,
        reform_figures.source_document
    from reform_figures
    left join codes as figures
        on
            reform_figures.figure_code = figures.code
            and figures.list_code = 'reform_figure'
    left join codes as units
        on
            reform_figures.unit_code = units.code
            and units.list_code = 'unit'
)

select * from final
