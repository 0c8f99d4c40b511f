-- By how much each figure of a sealed pack has moved since, and why; the dossiers are the rows of
-- core.fct_restatements.
with restatements as (select * from {{ ref('fct_restatements') }}),

reasons as (select * from {{ ref('dim_restatement_reasons') }}),

measured as (
    {{ restated_measures("restatements") }}
),

counted as (
    select
        review_code,
        pack_no,
        measure_code,
        reason_code,
        count(case when is_in_now and not was_in then 1 end) as added_count,
        count(case when was_in and not is_in_now then 1 end) as removed_count,
        count(*) as dossier_count
    from measured
    group by review_code, pack_no, measure_code, reason_code
),

final as (
    select
        counted.review_code,
        counted.pack_no,
        counted.measure_code,
        counted.reason_code,
        reasons.reason_name,
        counted.added_count,
        counted.removed_count,
        counted.dossier_count
    from counted
    left join reasons on counted.reason_code = reasons.reason_code
)

select * from final
