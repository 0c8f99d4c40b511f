{{ config(meta={'renewed_by': 'dossier'}) }}
-- Dossiers that a sealed pack counted otherwise than they are counted now, and those that it
-- counted and that are gone from their source.
with sealed as (
    select * from {{ ref('int_dossiers__sealed') }}
    {{ of_touched_dossiers() }}
),

sealed_deliveries as (select * from {{ ref('int_deliveries__sealed') }}),

since_packs as (select * from {{ ref('int_dossiers__since_packs') }}),

packs as (select * from {{ ref('dim_sealed_packs') }}),

dossier_periods as (
    select * from {{ ref('fct_dossier_periods') }}
    {{ of_touched_dossiers() }}
),

dossiers as (select * from {{ ref('fct_dossiers') }}),

versions as (select * from {{ ref('fct_compared_versions') }}),

counted_now as (
    select
        packs.review_code,
        packs.pack_no,
        dossier_periods.dossier_key,
        dossier_periods.locality_code,
        dossier_periods.province_code,
        dossier_periods.agency_code,
        dossier_periods.channel_code,
        packs.scope_agency_codes = ''
        or contains(packs.scope_agency_codes, '|' || dossier_periods.agency_code || '|')
            as is_in_scope,
        packs.scope_agency_codes <> '' as is_of_agencies,
        dossier_periods.ii06_outcome_code as outcome_code,
        dossier_periods.received_in_period_count = 1 as is_received_in_period
    from dossier_periods
    inner join packs
        on
            dossier_periods.period_code = packs.period_code
            and dossier_periods.province_code = packs.province_code
),

counted as (
    select
        coalesce(sealed.review_code, counted_now.review_code) as review_code,
        coalesce(sealed.pack_no, counted_now.pack_no) as pack_no,
        coalesce(sealed.dossier_key, counted_now.dossier_key) as dossier_key,
        coalesce(counted_now.locality_code, sealed.locality_code) as locality_code,
        coalesce(counted_now.province_code, sealed.province_code) as province_code,
        coalesce(counted_now.agency_code, sealed.agency_code) as agency_code,
        sealed.dossier_code as sealed_dossier_code,
        sealed.outcome_code as sealed_outcome_code,
        sealed.is_received_in_period as is_sealed_as_received_in_period,
        case when counted_now.is_in_scope then counted_now.outcome_code end as outcome_code,
        counted_now.is_in_scope and counted_now.is_received_in_period as is_received_in_period,
        coalesce(sealed.channel_code <> counted_now.channel_code, false) as has_other_channel,
        coalesce(sealed.agency_code <> counted_now.agency_code, false) as has_other_agency,
        sealed.dossier_key is null and counted_now.is_of_agencies as is_new_to_agencies,
        coalesce(sealed.outcome_code, 'not_counted')
        = coalesce(
            case when counted_now.is_in_scope then counted_now.outcome_code end, 'not_counted'
        )
        and coalesce(sealed.is_received_in_period, false)
        = coalesce(counted_now.is_in_scope and counted_now.is_received_in_period, false)
            as is_counted_the_same
    from sealed
    full outer join counted_now
        on
            sealed.dossier_key = counted_now.dossier_key
            and sealed.review_code = counted_now.review_code
            and sealed.pack_no = counted_now.pack_no
    -- Of an agency's pack, what others have now matters only where the pack counted it.
    where sealed.dossier_key is not null or counted_now.is_in_scope
),

changed as (
    select counted.*
    from counted
    where
        not counted.is_counted_the_same
        or counted.has_other_channel
        or counted.has_other_agency
        or counted.dossier_key in (
            select versions.dossier_key
            from versions
            where versions.is_missing_from_source and versions.valid_to is null
        )
),

-- With each version that exports have shown of it, and whether the pack knew who brought that.
traced as (
    select
        changed.*,
        coalesce(dossiers.dossier_code, changed.sealed_dossier_code) as dossier_code,
        coalesce(dossiers.is_missing_from_source, false) as is_missing_from_source,
        dossiers.duplicate_of_dossier_key is not null as is_duplicate,
        coalesce(since_packs.was_missing, false) as was_missing,
        since_packs.has_other_status,
        since_packs.has_other_due_date,
        since_packs.has_other_closing_date,
        since_packs.changed_columns,
        changed.is_new_to_agencies
        and coalesce(since_packs.changed_columns like '%agency_code%', false)
            as has_come_to_agency,
        versions.version_no,
        versions.changed_columns as brought_columns,
        sealed_deliveries.delivery_id is null as is_unknown_to_pack,
        changed.sealed_outcome_code is not null
        or since_packs.dossier_key is not null
        or (versions.dossier_key is null and sealed_deliveries.delivery_id is not null)
            as is_dossier_known_to_pack,
        coalesce(versions._delivery_id, dossiers._delivery_id) as _delivery_id
    from changed
    left join dossiers on changed.dossier_key = dossiers.dossier_key
    left join since_packs
        on
            changed.dossier_key = since_packs.dossier_key
            and changed.review_code = since_packs.review_code
            and changed.pack_no = since_packs.pack_no
    left join versions on changed.dossier_key = versions.dossier_key
    left join sealed_deliveries
        on
            coalesce(versions._delivery_id, dossiers._delivery_id) = sealed_deliveries.delivery_id
            and changed.review_code = sealed_deliveries.review_code
            and changed.pack_no = sealed_deliveries.pack_no
),

explained as (
    select
        traced.*,
        {{ restatement_reason("traced") }} as reason_code
    from traced
),

-- The last delivery, unknown to the pack, that changed what the reason names comes first.
placed as (
    select
        explained.*,
        row_number() over (
            partition by explained.review_code, explained.pack_no, explained.dossier_key
            order by
                explained.is_unknown_to_pack desc nulls last,
                {{ is_change_of("explained.reason_code", "explained.brought_columns") }} desc
                nulls last,
                explained.version_no desc nulls last
        ) as place_no
    from explained
    where explained.reason_code is not null
),

final as (
    select
        review_code,
        pack_no,
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        agency_code,
        reason_code,
        case when is_dossier_known_to_pack then coalesce(changed_columns, '') end
            as changed_columns,
        coalesce(sealed_outcome_code, 'not_counted') as sealed_outcome_code,
        coalesce(outcome_code, 'not_counted') as outcome_code,
        is_sealed_as_received_in_period,
        is_received_in_period,
        is_missing_from_source,
        case when is_unknown_to_pack then _delivery_id end as _delivery_id
    from placed
    where place_no = 1
)

select * from final
