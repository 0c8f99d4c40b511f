-- What one delivery shows: the clean dossiers as they stood at the export, and dirty copies under codes of their own.
create or replace table shown as
with states as (
    select
        * replace (
            known(finished_at, $exported_at) as finished_at,
            known(returned_at, $exported_at) as returned_at,
            known(not_accepted_at, $exported_at) as not_accepted_at,
            known(paused_at, $exported_at) as paused_at,
            known(resumed_at, $exported_at) as resumed_at,
            known(apology_sent_at, $exported_at) as apology_sent_at,
            case when resumed_at < $exported_at or pause_code is null or way > 3 then due_at else first_due_at end as due_at
        ),
        case
            when not_accepted_at < $exported_at then 3
            when received_at is null then 1
            when finished_at < $exported_at and is_withdrawn then 7
            when returned_at < $exported_at then 10
            when finished_at < $exported_at then 9
            when paused_at < $exported_at and coalesce(resumed_at, $exported_at) >= $exported_at
                then case pause_code when 'supplement' then 5 when 'fee' then 6 else 8 end
            when received_at > $exported_at - interval 1 day then 2
            else 4
        end as status_no,
        case
            when is_online then 'online'
            when pick(h1, 40, 1000) < $postal * 1000 then 'postal'
            else 'direct'
        end as channel_code
    from base
    where
        seen_at < $exported_at
        and ($previous_at is null or seen_at >= $previous_at or ended_at is null or ended_at >= $previous_at)
),

dirt as (
    select
        *,
        row_number() over (order by hash(dossier_no, $delivery_no)) as dirt_no
    from states
    where status_no in (9, 10) and not is_overdue and finished_at > received_at + interval 1 day and due_at > received_at + interval 1 day
    qualify dirt_no <= $dirt_count
),

soiled as (
    select
        * exclude (dirt_no),
        $kinds[(dirt_no + $delivery_no * 5) % len($kinds) + 1] as dirt_code
    from dirt
),

every as (
    select
        *,
        cast(null as string) as dirt_code
    from states
    union all
    select
        * replace (
            dossier_no + 500000000 as dossier_no,
            99000 + row_number() over (partition by agency_no, cast(received_at as date) order by dossier_no) as day_sequence,
            case dirt_code
                when 'finished_before_received' then received_at - interval 3 day
                when 'future_date' then $exported_at + interval 21 day
                when 'no_closing_date' then null
                else finished_at
            end as finished_at,
            case
                when dirt_code in ('finished_before_received', 'future_date', 'no_closing_date') then null
                else returned_at
            end as returned_at,
            case when dirt_code = 'due_before_received' then received_at - interval 2 day else due_at end as due_at
        )
    from soiled
)

-- A duplicate is written twice, under a code that no clean dossier has.
select
    e.* exclude (h1),
    hash(e.dossier_no) as h1,
    copy.no as copy_no,
    case
        when dirt_code = 'missing_code' then null
        when dirt_code = 'illegal_code' then concat('HS/', e.dossier_no % 1000000)
        else concat(
            agency_code, '-', strftime(seen_at, '%y%m%d'), '-',
            case when day_sequence < 10000 then printf('%04d', day_sequence) else cast(day_sequence as string) end
        )
    end as dossier_code,
    case
        when dirt_code = 'unknown_procedure' then concat('3.999999.000.00.00.', $province_code)
        when dirt_code = 'illegal_procedure' then 'TTHC-01'
        else procedure_code
    end as procedure_code,
    case when dirt_code = 'unreadable_date' then concat(case when day_sequence % 2 = 0 then '30/02/' else '32/01/' end, year(seen_at)) end as unreadable_date,
    dirt_code is distinct from 'no_reception' as has_reception
from every as e
inner join agencies using (agency_no)
inner join procedures as p using (procedure_no)
inner join range(2) as copy (no) on copy.no = 0 or e.dirt_code = 'duplicate_code'
