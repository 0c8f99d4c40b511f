-- The clean dossiers of one locality: one row each, with everything that will ever happen to it.
-- Ways: 0 closed in its span, 1 carried in and closed, 2 running, 3 open past its due date,
-- 4 waits for a supplement, 5 waits for a fee, 6 stopped, 7 closed after the span,
-- 8 received after it, 9 registered, 10 not accepted.
create or replace table base as
with hashed as (
    select
        * exclude (first_no),
        first_no + k as dossier_no,
        hash(first_no + k) as h1,
        hash(first_no + k, 2) as h2,
        hash(first_no + k, 3) as h3,
        hash(first_no + k, 4) as h4,
        hash(first_no + k, 5) as h5,
        hash(first_no + k, 6) as h6,
        hash(first_no + k, 7) as h7
    from drawn
),

traits as (
    select
        *,
        way < 2 and among(k, size, overdue, 15485863) as is_overdue,
        among(k, size, online, 32452843) as is_online,
        case when "both" >= 0 then among(k, size, "both", 49979687) end as is_both,
        among(k, size, input, 67867967) as is_input,
        among(k, size, result, 86028121) as is_result,
        among(k, size, electronic, 104395301) as is_electronic,
        k = 0 or among(k, size, reused, 122949823) as is_reused
    from hashed
),

-- One step a common table: an alias used in its own list would be worked out again each time.
with_procedures as (
    select
        t.*,
        p.procedure_no,
        p.committed_days,
        p.has_fee,
        slots.day_no as drawn_no,
        way < 2 and not is_overdue and pick(h2, 0, 1000) < 6 as is_withdrawn,
        not is_overdue and pick(h2, 0, 1000) >= 992 as has_no_due
    from traits as t
    inner join slots on slots.span_no = t.span_no and slots.slot = pick(t.h4, 16, 2048)
    inner join procedures as p
        on
            p.group_no = t.group_no
            and p.position = cast(floor(
                (case when t.is_online then p.online_size else p.group_size end)
                * power(share(t.h1, 0), 2.2)
            ) as integer)
),

worked as (
    select
        *,
        case
            when is_overdue and pick(h2, 32, 100) < 70 then committed_days + 1 + pick(h2, 48, 4)
            when is_overdue then committed_days + 1 + pick(h2, 48, 25)
            when is_withdrawn then pick(h3, 0, committed_days + 3)
            when pick(h3, 16, 100) < early_percent
                then cast(floor(committed_days * power(share(h3, 32), 0.7)) as integer)
            else committed_days
        end as worked_days
    from with_procedures
),

paused as (
    select
        *,
        case
            when way < 2 and worked_days >= 2 and pick(h3, 48, 100) < 4 then 1 + pick(h4, 0, 5)
            else 0
        end as paused_days
    from worked
),

opened as (
    select
        *,
        greatest(worked_days + paused_days, case when way = 1 then 1 else 0 end) as open_days
    from paused
),

received as (
    select
        *,
        case
            when is_overdue or is_withdrawn then committed_days + paused_days
            else greatest(committed_days + paused_days, open_days)
        end as allowed_days,
        case way
            when 0 then start_no + ((drawn_no - start_no) % (end_no - open_days - start_no + 1))
            when 1 then start_no - 1 - pick(h4, 32, open_days)
            when 2 then end_no - pick(h4, 32, greatest(committed_days, 1))
            when 3 then end_no - committed_days - 1 - pick(h4, 32, 15)
            when 4 then end_no - 3 - pick(h4, 32, 20)
            when 5 then end_no - 3 - pick(h4, 32, 20)
            when 6 then end_no - 3 - pick(h4, 32, 20)
            when 7 then end_no - pick(h4, 32, greatest(committed_days, 1))
            when 8 then end_no + 1 + pick(h4, 32, 3)
        end as received_no,
        pick(h6, 0, 470) as minute
    from opened
),

ended as (
    select
        *,
        case way
            when 9 then end_no - pick(h4, 32, 3)
            when 10 then start_no + ((drawn_no - start_no) % (end_no - 2 - start_no))
            else received_no - case
                when not is_online then 0
                when pick(h5, 0, 1000) < $late_reception then 2 + pick(h5, 16, 2)
                else pick(h5, 32, 2)
            end
        end as submitted_no,
        case
            when way < 2 then received_no + open_days
            when way = 7 then end_no + 1 + pick(h5, 48, 3)
            -- What is open after the span is closed later, which only a later export can show.
            when way < 9 then end_no + 9 + pick(h5, 48, 60)
        end as finished_no,
        case when pick(h6, 48, 100) < 60 then 0 else 1 + pick(h7, 0, 3) end as returned_after
    from received
),

timed as (
    select
        *,
        cast(case
            when not is_online or way > 8 then minute
            when submitted_no = received_no then floor(minute * share(h6, 16))
            -- Eight working hours end on the next working day at the minute of submission.
            when submitted_no = received_no - 1 then minute + 1 + pick(h6, 16, 470 - minute)
            else pick(h6, 16, 470)
        end as integer) as submitted_minute,
        case
            when finished_no = received_no then minute + 1 + pick(h6, 32, 479 - minute)
            else pick(h6, 32, 480)
        end as finished_minute
    from ended
),

placed as (
    select
        *,
        case
            when returned_after = 0 then least(479, finished_minute + pick(h7, 16, 60))
            else pick(h7, 16, 480)
        end as returned_minute,
        case
            when paused_days > 0 and has_fee and pick(h4, 48, 4) = 0 then 'fee'
            when paused_days > 0 or way = 4 then 'supplement'
            when way = 5 then 'fee'
            when way = 6 then 'stop'
        end as pause_code
    from timed
),

moments as (
    select
        *,
        moment(submitted_no, submitted_minute, 0) as submitted_at,
        case when is_online then moment(submitted_no + 1, submitted_minute, 0) end
            as reception_due_at,
        moment(received_no, minute, pick(h1, 16, 20)) as received_at,
        case
            when not has_no_due
                then moment(
                    received_no + allowed_days,
                    case when allowed_days = 0 then 479 else minute end,
                    0
                )
        end as due_at,
        case
            when not has_no_due
                then moment(
                    received_no + allowed_days - paused_days,
                    case when allowed_days = paused_days then 479 else minute end,
                    0
                )
        end as first_due_at,
        moment(finished_no, finished_minute, 20 + pick(h1, 32, 20)) as finished_at,
        case
            when not is_withdrawn and pick(h7, 48, 100) < 94
                then moment(finished_no + returned_after, returned_minute, 40 + pick(h1, 48, 20))
        end as returned_at,
        case when way = 10 then moment(submitted_no + 1, pick(h5, 48, 480), 30) end
            as not_accepted_at,
        case when pause_code is not null then moment(received_no + 1, minute, 5) end as paused_at,
        case
            when paused_days > 0
                then moment(received_no + 1 + paused_days, least(minute + 3, 479), 10)
            when pause_code is not null then moment(finished_no - 1, minute, 10)
        end as resumed_at,
        case
            when is_overdue and allowed_days > 1 and pick(h5, 16, 100) < 70
                then moment(received_no + allowed_days - 1, pick(h5, 32, 480), 15)
        end as apology_sent_at
    from placed
)

select
    dossier_no,
    agency_no,
    procedure_no,
    way,
    row_number() over (
        partition by agency_no, coalesce(received_no, submitted_no)
        order by minute, dossier_no
    ) as day_sequence,
    is_overdue,
    is_withdrawn,
    is_online,
    has_fee,
    case when is_both is null then is_input else is_both or pick(h7, 32, 3) = 0 end
        as is_input_digitised,
    case when is_both is null then is_result else is_both or pick(h7, 32, 3) = 1 end
        as is_result_digitised,
    is_electronic,
    is_reused,
    h1,
    h7,
    submitted_at,
    reception_due_at,
    received_at,
    due_at,
    first_due_at,
    finished_at,
    returned_at,
    not_accepted_at,
    pause_code,
    paused_at,
    resumed_at,
    apology_sent_at,
    coalesce(received_at, submitted_at) as seen_at,
    coalesce(greatest(finished_at, returned_at), not_accepted_at) as ended_at
from moments
