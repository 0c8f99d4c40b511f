-- Facts that an agency is asked to explain; none of them says that anything was done wrong. A
-- decided duplicate is asked about once, under the dossier that counts.
with dossiers as (select * from {{ ref('fct_dossiers') }}),

versions as (
    select * from {{ ref('fct_compared_versions') }}
    {{ of_senders() }}
),

supplements as (
    select * from {{ ref('fct_supplements') }}
    {{ of_senders() }}
),

dates as (select * from {{ ref('dim_dates') }}),

flags as (select * from {{ ref('dim_dossier_flags') }}),

periods as (select * from {{ ref('dim_review_periods') }}),

-- Seconds first, of all agencies together: few have twenty, and only those are looked into. Each
-- reader of the fact has its own columns of it: one wide reading kept for all does not fit.
crowded as (
    select date_trunc('second', {{ closing_moment() }}) as second_at
    from {{ ref('fct_dossiers') }}
    where
        {{ closing_moment() }} is not null
        and agency_code <> 'unknown'
        and duplicate_of_dossier_key is null {{ in_touched_agencies() }}
    group by date_trunc('second', {{ closing_moment() }})
    having count(*) >= 20
),

together as (
    select
        agency_code,
        date_trunc('second', {{ closing_moment() }}) as second_at,
        count(*) as closed_count
    from {{ ref('fct_dossiers') }}
    where
        agency_code <> 'unknown'
        and duplicate_of_dossier_key is null
        and date_trunc('second', {{ closing_moment() }}) in (
            select crowded.second_at from crowded
        ) {{ in_touched_agencies() }}
    group by agency_code, date_trunc('second', {{ closing_moment() }})
    having count(*) >= 20
),

spike_days as (
    {{ spike_days(ref('fct_dossiers'), 'periods', 'dates') }}
),

known as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        agency_code,
        due_at,
        _delivery_id
    from {{ ref('fct_dossiers') }}
    where duplicate_of_dossier_key is null {{ in_touched_agencies() }}
),

timed as (
    select
        dossier_key,
        dossier_code,
        locality_code,
        province_code,
        agency_code,
        due_at,
        due_date,
        closing_date,
        _delivery_id,
        {{ closing_moment() }} as closed_at,
        date_trunc('second', {{ closing_moment() }}) as second_at,
        {{ second_of_day(closing_moment()) }} as second_of_day,
        case
            when status_code = '3' then not_accepted_at
            when status_code in ('7', '8') then coalesce(finished_at, returned_at)
        end as ended_at
    from dossiers
    where
        status_code in ('3', '7', '8', '9', '10')
        and duplicate_of_dossier_key is null {{ in_touched_agencies() }}
),

judged as (
    select
        timed.*,
        together.closed_count,
        spike_days.last_count,
        coalesce(timed.closed_at = timed.due_at, false) as is_at_due_second,
        -- When somebody may be at a desk, not when deadlines run (dim_working_days).
        timed.closed_at is not null
        and (
            coalesce(dates.weekday_no > 5 and not dates.is_working_day, false)
            or timed.second_of_day < 7 * 3600
            or timed.second_of_day > 18 * 3600
        ) as is_outside_hours,
        coalesce(cast(timed.ended_at as date) > timed.due_date, false) as is_ended_after_due
    from timed
    left join dates on timed.closing_date = dates.calendar_date
    left join together
        on timed.agency_code = together.agency_code and timed.second_at = together.second_at
    left join spike_days
        on
            timed.agency_code = spike_days.agency_code
            and timed.province_code = spike_days.province_code
            and timed.closing_date = spike_days.closing_date
),

shown_by_line as (
    select
        judged.dossier_key,
        flags.flag_code,
        judged.dossier_code,
        judged.locality_code,
        judged.province_code,
        judged.agency_code,
        coalesce(
            judged.closed_at, judged.ended_at, cast(judged.closing_date as timestamp)
        ) as noted_at,
        judged.due_at,
        case flags.flag_code
            when 'closed_together' then judged.closed_count
            when 'closed_at_period_end' then judged.last_count
            else 1
        end as noted_count,
        judged._delivery_id
    from judged
    inner join flags
        on
            (flags.flag_code = 'closed_at_due_second' and judged.is_at_due_second)
            or (flags.flag_code = 'closed_together' and judged.closed_count is not null)
            or (flags.flag_code = 'closed_outside_hours' and judged.is_outside_hours)
            or (flags.flag_code = 'closed_at_period_end' and judged.last_count is not null)
            or (flags.flag_code = 'ended_after_due' and judged.is_ended_after_due)
    where
        judged.is_at_due_second
        or judged.is_outside_hours
        or judged.is_ended_after_due
        or judged.closed_count is not null
        or judged.last_count is not null
),

compared as (
    select
        dossier_key,
        valid_from,
        due_at,
        status_code,
        _delivery_id,
        lag(due_at) over known_order as before_due_at,
        lag(last_shown_at) over known_order as before_last_shown_at,
        lag(status_code) over known_order as before_status_code
    from versions
    window known_order as (partition by dossier_key order by version_no nulls last)
),

changes as (
    select
        compared.*,
        coalesce(compared.due_at > compared.before_due_at, false) as is_due_later,
        coalesce(compared.before_due_at < compared.before_last_shown_at, false) as was_past_due,
        coalesce(compared.before_status_code in ('7', '9', '10'), false)
        and coalesce(compared.status_code in ('2', '4', '5', '6'), false) as is_reopened
    from compared
),

asked as (
    select
        dossier_key,
        requested_at,
        due_before_at,
        row_number() over (partition by dossier_key order by requested_at nulls last) as asked_no
    from supplements
    where requested_at is not null
),

changes_flagged as (
    select
        flags.flag_code,
        changes.dossier_key,
        min(changes.valid_from) as first_at,
        max(changes.valid_from) as last_at,
        count(*) as noted_count,
        min_by(changes._delivery_id, changes.valid_from) as first_delivery_id,
        max_by(changes._delivery_id, changes.valid_from) as last_delivery_id
    from changes
    inner join flags
        on
            (
                flags.flag_code = 'due_moved_after_due'
                and changes.is_due_later
                and changes.was_past_due
            )
            or (flags.flag_code = 'due_moved_again' and changes.is_due_later)
            or (flags.flag_code = 'reopened' and changes.is_reopened)
    where changes.is_due_later or changes.is_reopened
    group by flags.flag_code, changes.dossier_key
),

-- A second move is noted when it came, the others when they first were seen.
shown_by_history as (
    select
        flag_code,
        dossier_key,
        case when flag_code = 'due_moved_again' then last_at else first_at end as noted_at,
        noted_count,
        case when flag_code = 'due_moved_again' then last_delivery_id else first_delivery_id end
            as _delivery_id,
        cast(null as timestamp) as due_before_at
    from changes_flagged
    where flag_code <> 'due_moved_again' or noted_count > 1
    union all
    select
        'supplement_after_due' as flag_code,
        dossier_key,
        requested_at as noted_at,
        1 as noted_count,
        cast(null as string) as _delivery_id,
        due_before_at
    from asked
    where asked_no = 1
),

final as (
    select
        dossier_key,
        flag_code,
        dossier_code,
        locality_code,
        province_code,
        agency_code,
        noted_at,
        due_at,
        cast(noted_count as bigint) as noted_count,
        _delivery_id
    from shown_by_line
    union all
    select
        shown_by_history.dossier_key,
        shown_by_history.flag_code,
        known.dossier_code,
        known.locality_code,
        known.province_code,
        known.agency_code,
        shown_by_history.noted_at,
        known.due_at,
        cast(shown_by_history.noted_count as bigint) as noted_count,
        coalesce(shown_by_history._delivery_id, known._delivery_id) as _delivery_id
    from known
    inner join shown_by_history on known.dossier_key = shown_by_history.dossier_key
    where
        shown_by_history.flag_code <> 'supplement_after_due'
        or cast(shown_by_history.noted_at as date)
        >= cast(coalesce(shown_by_history.due_before_at, known.due_at) as date)
)

select * from final
{{ and_kept_agencies() }}
