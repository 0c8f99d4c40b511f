{{ config(meta={'renewed_by': 'dossier'}) }}
-- What came again is compared with what came before, in order of export; a repeat only extends the
-- version that it repeats. Changes are told of the columns as delivered; level and channel are
-- shown as they are counted (core.fct_dossiers).
{%- set columns = tracked_columns() %}

with showings as (select * from {{ ref('int_dossiers__showings') }}),

agencies as (select * from {{ ref('int_agencies__latest') }}),

compared as (
    select
        showings.*,
        row_number() over known_order as showing_no,
        lag(showings.is_missing_from_source) over known_order as before_is_missing_from_source,
        {{ values_before(columns, "showings.", "known_order") }}
    from showings
    where showings.is_last_of_delivery
    window
        known_order as (
            partition by showings.locality_code, showings.dossier_code
            order by showings._exported_at nulls last, showings._delivery_id nulls last
        )
),

described as (
    select
        compared.*,
        case
            when compared.showing_no > 1
                then
                    {{ changed_columns(
                        columns + ["is_missing_from_source"], "compared.", "compared.before_"
                    ) }}
        end as changed_columns
    from compared
),

counted as (
    select
        described.*,
        sum(case when described.changed_columns = '' then 0 else 1 end) over (
            partition by described.locality_code, described.dossier_code
            order by described.showing_no nulls last
            rows between unbounded preceding and current row
        ) as version_no
    from described
),

extended as (
    select
        counted.*,
        max(counted.last_shown_at) over (
            partition by counted.locality_code, counted.dossier_code, counted.version_no
        ) as version_last_shown_at
    from counted
),

versions as (
    select
        extended.*,
        lead(extended._exported_at) over (
            partition by extended.locality_code, extended.dossier_code
            order by extended.version_no nulls last
        ) as valid_to
    from extended
    where extended.changed_columns is null or extended.changed_columns <> ''
),

final as (
    select
        versions.locality_code || '|' || versions.dossier_code as dossier_key,
        cast(versions.version_no as integer) as version_no,
        versions.dossier_code,
        versions.locality_code,
        versions.province_code,
        versions._exported_at as valid_from,
        versions.valid_to,
        versions.version_last_shown_at as last_shown_at,
        versions.procedure_code,
        versions.receiving_agency_code,
        versions.resolving_agency_code,
        coalesce(versions.level_code, agencies.level_code, 'unknown') as level_code,
        coalesce(versions.channel_code, 'direct') as channel_code,
        versions.received_at,
        versions.due_at,
        versions.finished_at,
        versions.returned_at,
        versions.status_code,
        versions.is_missing_from_source,
        versions.changed_columns,
        versions._delivery_id,
        versions._source_file,
        versions._source_row
    from versions
    left join agencies
        on
            coalesce(versions.resolving_agency_code, versions.receiving_agency_code)
            = agencies.agency_code
)

select * from final
