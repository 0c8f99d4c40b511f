-- What is otherwise now in the last line of a dossier than in the last line that a sealed pack
-- knew. A pack knows the deliveries that its manifest names, whatever was exported before it and
-- arrived since. A dossier that came once has nothing to compare.
{%- set columns = tracked_columns() %}

with showings as (select * from {{ ref('int_dossiers__showings') }}),

sealed_deliveries as (select * from {{ ref('int_deliveries__sealed') }}),

known as (
    select
        sealed_deliveries.review_code,
        sealed_deliveries.pack_no,
        showings.*,
        max(case when showings.is_missing_from_source then showings._exported_at end) over (
            partition by
                sealed_deliveries.review_code,
                sealed_deliveries.pack_no,
                showings.locality_code,
                showings.dossier_code
        ) as missing_at,
        row_number() over (
            partition by
                sealed_deliveries.review_code,
                sealed_deliveries.pack_no,
                showings.locality_code,
                showings.dossier_code
            order by
                showings.is_missing_from_source asc nulls last,
                showings._exported_at desc nulls last,
                showings._delivery_id desc nulls last,
                showings._source_file desc nulls last,
                showings._source_row desc nulls last
        ) as line_no
    from showings
    inner join sealed_deliveries on showings._delivery_id = sealed_deliveries.delivery_id
),

final as (
    select
        known.review_code,
        known.pack_no,
        known.locality_code || '|' || known.dossier_code as dossier_key,
        coalesce(known.missing_at > known._exported_at, false) as was_missing,
        {{ status_class("known.status_code") }}
        <> {{ status_class("latest.status_code") }} as has_other_status,
        {{ is_other("cast(known.due_at as date)", "cast(latest.due_at as date)") }}
            as has_other_due_date,
        {{ is_other(closing_date("known"), closing_date("latest")) }} as has_other_closing_date,
        {{ changed_columns(columns, "latest.", "known.") }} as changed_columns
    from known
    inner join showings as latest
        on
            known.dossier_code = latest.dossier_code
            and known.locality_code = latest.locality_code
            and latest.is_latest_line
    where known.line_no = 1 and not known.is_missing_from_source
)

select * from final
