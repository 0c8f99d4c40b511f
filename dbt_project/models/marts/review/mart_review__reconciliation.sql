{%- set is_portal_kept =
    is_renewing() and not is_portal_list_touched(ref('fct_scorecard_bases'))
-%}
{%- set has_forms = not is_renewing() or is_there(
    "select * from " ~ ref('fct_reported_totals') ~ " where form_code = 'II.06'"
) -%}
{%- set portal_measures = {
    'portal_lacks': 'portal_lacks_count',
    'only_on_portal': 'only_on_portal_count',
    'added': 'added_by_portal_count',
    'removed': 'removed_by_portal_count',
    'unexplained': 'portal_unexplained_dossiers'
} -%}
{%- set portal_columns = ii06_columns().copy() -%}
{%- do portal_columns.pop(4) -%}
{%- do portal_columns.pop(5) -%}
{%- set place = 'period_code, province_code, agency_code, field_code' -%}
{%- set rules = rule_codes() | reject('equalto', 'press') | list -%}
{%- set ours = is_in_ii06_column(
    'column_no', 'outcome_code', 'is_received_in_period', 'cast(null as boolean)'
) -%}
{%- set late_ours = is_in_ii06_column(
    'column_no', 'outcome_code', 'is_received_in_period', 'is_online'
) -%}
{%- set theirs = is_in_ii06_column(
    'column_no', 'portal_outcome_code', 'is_portal_received_in_period', 'cast(null as boolean)'
) -%}
-- Form II.06 as typed, as recomputed, and as the national portal would have it, cell by cell. Every
-- gap is taken apart, and what is left of it stands in a column of its own.
-- Typed: an office counts by one rule, taken to be the one whose figures are nearest to its form;
-- then dossiers that reached the warehouse after the form was made. Portal: dossier by dossier.
with reported_totals as (select * from {{ ref('fct_reported_totals') }}),

handling as (select * from {{ ref('mart_review__handling') }}),

versions as (select * from {{ ref('fct_compared_versions') }}),

bases as (select * from {{ ref('fct_scorecard_bases') }}),

differences as (
    select * from {{ ref('mart_review__portal_differences') }}
    where {{ "false" if is_portal_kept else "true" }}
),

reported as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        column_no,
        sum(value) as reported_count
    from reported_totals
    where form_code = 'II.06'
    group by {{ place }}, column_no
),

forms as (
    select
        period_code,
        agency_code,
        max(_exported_at) as typed_at
    from reported_totals
    where form_code = 'II.06'
    group by period_code, agency_code
),

counted as (
    select
        rule_code,
        period_code,
        province_code,
        agency_code,
        field_code,
        {{ sums_of(ii06_columns().values()) }}
    from handling
    where
        rule_code = 'ii06'
        or (
            rule_code <> 'press'
            and (period_code, agency_code) in (
                select
                    forms.period_code,
                    forms.agency_code
                from forms
            )
        )
    group by rule_code, {{ place }}
),

recomputed as (
    {% for column_no, measure in ii06_columns().items() -%}
        select
            rule_code,
            {{ place }},
            {{ column_no }} as column_no,
            {{ measure }} as dossier_count
        from counted
        {{ "union all" if not loop.last }}
    {% endfor %}
),

-- Each typed cell beside the same cell under each rule.
by_rule as (
    {% for rule_code in rules -%}
        select
            {{ loop.index }} as position_no,
            '{{ rule_code }}' as rule_code,
            {{ place }},
            column_no,
            reported_count,
            0 as dossier_count
        from reported
        union all
    {% endfor -%}
    select
        0 as position_no,
        rule_code,
        {{ place }},
        column_no,
        cast(null as decimal(18, 4)) as reported_count,
        dossier_count
    from recomputed
    where
        (period_code, agency_code) in (
            select
                forms.period_code,
                forms.agency_code
            from forms
        )
),

cells as (
    select
        max(position_no) as position_no,
        rule_code,
        {{ place }},
        column_no,
        sum(reported_count) as reported_count,
        sum(dossier_count) as dossier_count
    from by_rule
    group by rule_code, {{ place }}, column_no
    having sum(reported_count) is not null
),

distances as (
    select
        period_code,
        agency_code,
        rule_code,
        row_number() over (
            partition by period_code, agency_code
            order by
                sum(abs(reported_count - dossier_count)) nulls last,
                max(position_no) nulls last
        ) as rank_no
    from cells
    group by period_code, agency_code, rule_code
),

nearest as (
    select
        cells.period_code,
        cells.province_code,
        cells.agency_code,
        cells.field_code,
        cells.column_no,
        cells.rule_code,
        cells.dossier_count
    from cells
    inner join distances
        on
            cells.period_code = distances.period_code
            and cells.agency_code = distances.agency_code
            and cells.rule_code = distances.rule_code
    where distances.rank_no = 1
),

-- What was last shown before any form was made, was first shown before it: most go no further.
first_shown as (
    select
        dossiers.dossier_key,
        dossiers._exported_at as shown_at
    from {{ ref('fct_dossiers') }} as dossiers
    where
        {{ "" if has_forms else "false and " -}}
        dossiers._exported_at > (select min(forms.typed_at) from forms)
        and dossiers.dossier_key not in (select versions.dossier_key from versions)
    union all
    select
        versions.dossier_key,
        versions.valid_from as shown_at
    from versions
    where versions.version_no = 1
),

-- Dossiers first shown after the form was made, counted before they are laid out by column:
-- dossiers are many, kinds of them few.
late_kinds as (
    select
        dossier_periods.period_code,
        dossier_periods.province_code,
        dossier_periods.agency_code,
        dossier_periods.field_code,
        dossier_periods.ii06_outcome_code as outcome_code,
        dossier_periods.received_in_period_count = 1 as is_received_in_period,
        dossier_periods.channel_code = 'online' as is_online,
        count(*) as dossier_count
    from {{ ref('fct_dossier_periods') }} as dossier_periods
    inner join forms
        on
            dossier_periods.period_code = forms.period_code
            and dossier_periods.agency_code = forms.agency_code
    inner join first_shown
        on
            dossier_periods.dossier_key = first_shown.dossier_key
            and forms.typed_at < first_shown.shown_at
    group by
        dossier_periods.period_code,
        dossier_periods.province_code,
        dossier_periods.agency_code,
        dossier_periods.field_code,
        dossier_periods.ii06_outcome_code,
        dossier_periods.received_in_period_count = 1,
        dossier_periods.channel_code = 'online'
),

late as (
    {% for column_no in ii06_columns() -%}
        select
            {{ place }},
            {{ column_no }} as column_no,
            outcome_code,
            is_received_in_period,
            is_online,
            dossier_count
        from late_kinds
        {{ "union all" if not loop.last }}
    {% endfor %}
),

-- The list does not say how a dossier came in: columns 4 and 5 are not the portal's to tell.
compared as (
    select
        {{ place }},
        {{ sums_of(portal_columns.values()) }}
    from bases
    where is_portal_sent and received_count > 0
    group by {{ place }}
),

moved_kinds as (
    select
        {{ place }},
        outcome_code,
        is_received_in_period,
        portal_outcome_code,
        is_portal_received_in_period,
        reason_code,
        count(*) as dossier_count
    from differences
    group by
        {{ place }},
        outcome_code,
        is_received_in_period,
        portal_outcome_code,
        is_portal_received_in_period,
        reason_code
),

moved as (
    {% for column_no in portal_columns -%}
        select
            {{ place }},
            {{ column_no }} as column_no,
            outcome_code,
            is_received_in_period,
            portal_outcome_code,
            is_portal_received_in_period,
            reason_code,
            dossier_count
        from moved_kinds
        {{ "union all" if not loop.last }}
    {% endfor %}
),

judged as (
    select
        {{ place }},
        column_no,
        reason_code,
        dossier_count,
        {{ ours }} as is_ours,
        {{ theirs }} as is_theirs
    from moved
),

measured as (
    select
        {{ place }},
        column_no,
        'reported' as measure_code,
        reported_count as dossier_count
    from reported
    union all
    select
        {{ place }},
        column_no,
        'recomputed' as measure_code,
        dossier_count
    from recomputed
    where rule_code = 'ii06'
    union all
    select
        {{ place }},
        column_no,
        'nearest' as measure_code,
        dossier_count
    from nearest
    union all
    select
        {{ place }},
        column_no,
        'late' as measure_code,
        case when {{ late_ours }} then dossier_count else 0 end as dossier_count
    from late
    union all
    select
        {{ place }},
        column_no,
        case
            when reason_code in ('portal_lacks', 'only_on_portal', 'unexplained') then reason_code
            when is_theirs then 'added'
            else 'removed'
        end as measure_code,
        case when is_theirs then dossier_count else -dossier_count end as dossier_count
    from judged
    where is_ours <> is_theirs
    {% for measure_code, name in portal_measures.items() if is_portal_kept -%}
        union all
        select
            {{ place }},
            column_no,
            '{{ measure_code }}' as measure_code,
            {{ name }} as dossier_count
        from published.{{ this.schema }}.{{ this.identifier }}
        where {{ name }} <> 0
    {% endfor %}
    {% for column_no, measure in portal_columns.items() -%}
        union all
        select
            {{ place }},
            {{ column_no }} as column_no,
            'compared' as measure_code,
            {{ measure }} as dossier_count
        from compared
    {% endfor %}
),

summed as (
    select
        {{ place }},
        column_no,
        cast(sum(case when measure_code = 'reported' then dossier_count end) as bigint)
            as reported_count,
        {{ sum_where("dossier_count", "measure_code = 'recomputed'") }} as recomputed_count,
        {{ sum_where("dossier_count", "measure_code = 'nearest'") }} as nearest_count,
        {{ sum_where("dossier_count", "measure_code = 'late'") }} as late_arrival_count,
        cast(sum(case when measure_code = 'compared' then dossier_count end) as bigint)
            as compared_count,
        {% for measure_code, name in portal_measures.items() if measure_code != 'unexplained' -%}
            {{ sum_where("abs(dossier_count)", "measure_code = '" ~ measure_code ~ "'") }}
                as {{ name }},
        {% endfor -%}
        {{ sum_where("dossier_count", "measure_code = 'unexplained'") }}
            as portal_unexplained_dossiers
    from measured
    group by {{ place }}, column_no
),

-- A cell in which only the portal counts something is compared, with none of ours.
told as (
    select
        summed.*,
        summed.only_on_portal_count
        + summed.added_by_portal_count
        - summed.portal_lacks_count
        - summed.removed_by_portal_count
        + summed.portal_unexplained_dossiers as portal_gap_dossiers,
        coalesce(
            summed.compared_count,
            case
                when summed.only_on_portal_count + summed.added_by_portal_count > 0 then 0
            end
        ) as listed_count
    from summed
),

final as (
    select
        told.period_code,
        told.province_code,
        told.agency_code,
        told.field_code,
        told.column_no,
        told.reported_count,
        told.recomputed_count,
        told.listed_count + told.portal_gap_dossiers as portal_count,
        told.reported_count - told.recomputed_count as reported_gap_dossiers,
        distances.rule_code as nearest_rule_code,
        case
            when told.reported_count is not null then told.nearest_count - told.recomputed_count
        end as rule_gap_dossiers,
        case when told.reported_count is not null then told.late_arrival_count end
            as late_arrival_count,
        told.reported_count - told.nearest_count + told.late_arrival_count
            as reported_unexplained_dossiers,
        told.listed_count as portal_compared_count,
        case when told.listed_count is not null then told.portal_gap_dossiers end
            as portal_gap_dossiers,
        told.portal_lacks_count,
        told.only_on_portal_count,
        told.added_by_portal_count,
        told.removed_by_portal_count,
        told.portal_unexplained_dossiers
    from told
    left join distances
        on
            told.period_code = distances.period_code
            and told.agency_code = distances.agency_code
            and distances.rank_no = 1
    where told.listed_count is not null or distances.rule_code is not null
)

select * from final
