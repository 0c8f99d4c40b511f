-- Form II.07b as far as the register knows it: how many procedures, by level. Whether a procedure
-- is received at the one-stop desk, and its internal process, stand in no register that is sent.
with services as (select * from {{ ref('mart_review__services') }}),

final as (
    select
        period_code,
        province_code,
        field_code,
        cast(sum(procedure_count) as bigint) as procedure_count,
        {% for level_code in ['province', 'district', 'commune'] -%}
            {{ sum_where("procedure_count", "competence_level_code = '" ~ level_code ~ "'") }}
                as {{ level_code }}_procedure_count,
        {% endfor -%}
        {{ sum_where(
            "procedure_count", "competence_level_code not in ('province', 'district', 'commune')"
        ) }} as other_procedure_count,
        cast(sum(with_dossier_count) as bigint) as with_dossier_count
    from services
    group by period_code, province_code, field_code
)

select * from final
