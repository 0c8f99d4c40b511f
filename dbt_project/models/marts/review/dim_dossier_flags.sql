with flags as (select * from {{ ref('dossier_flags') }}),

final as (
    select
        flag_code,
        flag_name,
        denominator_code,
        denominator_name,
        definition,
        cast(position_no as integer) as position_no
    from flags
)

select * from final
