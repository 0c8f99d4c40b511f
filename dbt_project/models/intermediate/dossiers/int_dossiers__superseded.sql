-- Lines that a later export of the same dossier replaces.
with showings as (select * from {{ ref('int_dossiers__showings') }}),

final as (
    select
        locality_code,
        dossier_code,
        next_exported_at,
        _delivery_id,
        _source_file,
        _source_row
    from showings
    where not is_missing_from_source and not is_latest_line
)

select * from final
