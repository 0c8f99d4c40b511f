with last_versions as (
    {{ last_versions(
        ref('stg_landing__portal_dossiers'),
        keys=['system_code'],
        values=['received_at', 'due_at', 'finished_at', 'status_code']
    ) }}
),

final as (
    select
        locality_code || '|' || dossier_code as dossier_key,
        dossier_code,
        locality_code,
        province_code,
        system_code,
        status_code,
        cast(received_at as date) as received_date,
        cast(due_at as date) as due_date,
        case when status_code in ('7', '9', '10') then cast(finished_at as date) end
            as closing_date,
        _delivery_id,
        _source_file,
        _source_row
    from last_versions
)

select * from final
