{{ config(materialized='table', database='memory') }}

-- A table, not a view: latest dossiers and versions both stand on it, and finding it reads every
-- dossier. Most come once and need no further look: keys are counted by a number first, and of
-- those that came once only what a later full export should hold and lacks is looked at.
{%- set columns = tracked_columns() %}

with full_deliveries as (select * from {{ ref('int_deliveries__full') }}),

repeated as (
    select {{ key_hash(['locality_code', 'dossier_code']) }} as key_hash
    from {{ ref('int_dossiers__known') }}
    group by {{ key_hash(['locality_code', 'dossier_code']) }}
    having count(*) > 1
),

missed as (
    select {{ key_hash(['dossiers.locality_code', 'dossiers.dossier_code']) }} as key_hash
    from {{ ref('int_dossiers__known') }} as dossiers
    inner join full_deliveries
        on
            dossiers.locality_code = full_deliveries.locality_code
            and {{ should_be_in("full_deliveries", "dossiers") }}
),

looked_at as (
    select key_hash
    from repeated
    union all
    select key_hash
    from missed
),

dossiers as (
    select
        locality_code,
        province_code,
        dossier_code,
        {{ columns | join(",\n        ") }},
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from {{ ref('int_dossiers__known') }}
    where
        {{ key_hash(['locality_code', 'dossier_code']) }} in (
            select looked_at.key_hash from looked_at
        )
),

lines as (
    select
        dossiers.*,
        lead(dossiers._exported_at) over known_order as next_exported_at,
        lead(dossiers._delivery_id) over known_order as next_delivery_id
    from dossiers
    window
        known_order as (
            partition by dossiers.locality_code, dossiers.dossier_code
            order by
                dossiers._exported_at nulls last,
                dossiers._delivery_id nulls last,
                dossiers._source_file nulls last,
                dossiers._source_row nulls last
        )
),

-- The first full export after a line and before the next one that should hold the dossier.
absences as (
    select
        lines.*,
        full_deliveries.exported_at as full_exported_at,
        full_deliveries.delivery_id as full_delivery_id,
        row_number() over (
            partition by
                lines.locality_code,
                lines.dossier_code,
                lines._delivery_id,
                lines._source_file,
                lines._source_row
            order by full_deliveries.exported_at nulls last, full_deliveries.delivery_id nulls last
        ) as absence_no
    from lines
    inner join full_deliveries
        on
            lines.locality_code = full_deliveries.locality_code
            and {{ should_be_in("full_deliveries", "lines") }}
            and (
                lines.next_delivery_id is null
                or lines.next_exported_at > full_deliveries.exported_at
                or (
                    lines.next_exported_at = full_deliveries.exported_at
                    and lines.next_delivery_id > full_deliveries.delivery_id
                )
            )
),

final as (
    select
        locality_code,
        province_code,
        dossier_code,
        {{ columns | join(",\n        ") }},
        false as is_missing_from_source,
        next_delivery_id is null as is_latest_line,
        coalesce(next_delivery_id <> _delivery_id, true) as is_last_of_delivery,
        _exported_at as last_shown_at,
        next_exported_at,
        _delivery_id,
        _exported_at,
        _source_file,
        _source_row
    from lines
    union all
    select
        locality_code,
        province_code,
        dossier_code,
        {{ columns | join(",\n        ") }},
        true as is_missing_from_source,
        false as is_latest_line,
        true as is_last_of_delivery,
        _exported_at as last_shown_at,
        next_exported_at,
        full_delivery_id as _delivery_id,
        full_exported_at as _exported_at,
        cast(null as string) as _source_file,
        cast(null as bigint) as _source_row
    from absences
    where absence_no = 1
)

select * from final
