{{ config(materialized='view') }}

-- A view: agencies that the warehouse knows under both forms of one code. Nothing is merged by it:
-- no text read says that a unit kept its numbers when codes were given anew, so whether the two are
-- one agency is for the register of successions to say, with its document.
with agencies as (select * from {{ ref('dim_agencies') }}),

successions as (select * from {{ ref('dim_agency_successions') }}),

final as (
    select
        old_forms.agency_code as old_form_code,
        new_forms.agency_code as new_form_code,
        old_forms.province_code,
        old_forms.agency_name as old_form_name,
        new_forms.agency_name as new_form_name,
        case
            when old_forms.is_registered and new_forms.is_registered
                then lower(trim(old_forms.agency_name)) = lower(trim(new_forms.agency_name))
        end as is_same_name,
        case
            when old_forms.level_code <> 'unknown' and new_forms.level_code <> 'unknown'
                then old_forms.level_code = new_forms.level_code
        end as is_same_level,
        case when successions.kind_code is null then 'proposed' else 'in_register' end
            as state_code,
        case
            when successions.kind_code is null
                then
                    old_forms.agency_code
                    || ','
                    || new_forms.agency_code
                    || ',<ngày dùng mã mới>,renamed,true,'
                    || old_forms.province_code
                    || ','
                    || new_forms.province_code
                    || ',<văn bản>'
        end as register_line
    from agencies as old_forms
    inner join agencies as new_forms on old_forms.new_form_code = new_forms.agency_code
    left join successions
        on
            (
                old_forms.agency_code = successions.old_agency_code
                and new_forms.agency_code = successions.new_agency_code
            )
            or (
                old_forms.agency_code = successions.new_agency_code
                and new_forms.agency_code = successions.old_agency_code
            )
    where old_forms.agency_code = old_forms.old_form_code
)

select * from final
