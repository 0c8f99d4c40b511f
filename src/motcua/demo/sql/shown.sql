-- What one delivery shows: the clean dossiers as they stood at the export, and dirty copies under
-- codes of their own (a sequence from 99001, which no clean dossier reaches).
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
            case
                when resumed_at < $exported_at or pause_code is null or way > 3 then due_at
                else first_due_at
            end as due_at
        ),
        case
            when not_accepted_at < $exported_at then 3
            when received_at is null then 1
            when finished_at < $exported_at and is_withdrawn then 7
            when returned_at < $exported_at then 10
            when finished_at < $exported_at then 9
            when
                paused_at < $exported_at and coalesce(resumed_at, $exported_at) >= $exported_at
                then case pause_code when 'supplement' then 5 when 'fee' then 6 else 8 end
            when received_at > $exported_at - interval 1 day then 2
            else 4
        end as status_no
    from base
    where
        seen_at < $exported_at
        and (
            $previous_at is null
            or seen_at >= $previous_at
            or ended_at is null
            or ended_at >= $previous_at
        )
),

dirt as (
    select
        *,
        row_number() over (order by hash(dossier_no, $delivery_no)) as dirt_no
    from states
    where
        status_no in (9, 10)
        and not is_overdue
        and finished_at > received_at + interval 1 day
        and due_at > received_at + interval 1 day
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
            99000 + row_number() over (
                partition by agency_no, cast(received_at as date)
                order by dossier_no
            ) as day_sequence,
            case dirt_code
                when 'finished_before_received' then received_at - interval 3 day
                when 'future_date' then $exported_at + interval 21 day
                when 'no_closing_date' then null
                else finished_at
            end as finished_at,
            case
                when dirt_code in ('finished_before_received', 'future_date', 'no_closing_date')
                    then null
                else returned_at
            end as returned_at,
            case dirt_code
                when 'due_before_received' then received_at - interval 2 day
                else due_at
            end as due_at
        )
    from soiled
),

told as (
    select
        e.* exclude (h1),
        hash(dossier_no) as h1,
        is_overdue and finished_at is not null as is_closed_late,
        received_at + interval 25 second as paid_at,
        returned_at + interval 5 second as rated_at
    from every as e
)

-- A duplicate is written twice, under a code that no clean dossier has.
select
    t.*,
    copy.no as copy_no,
    case
        when dirt_code = 'missing_code' then null
        when dirt_code = 'illegal_code' then concat('HS/', t.dossier_no % 1000000)
        else concat(
            agency_code, '-', strftime(seen_at, '%y%m%d'), '-',
            case when day_sequence < 1000 then right(concat('000', day_sequence), 4)
                else cast(day_sequence as string) end
        )
    end as dossier_code,
    case
        when dirt_code = 'unknown_procedure' then concat('3.999999.000.00.00.', $province_code)
        when dirt_code = 'illegal_procedure' then 'TTHC-01'
        else procedure_code
    end as procedure_code,
    case
        when dirt_code = 'unreadable_date'
            then concat(if(day_sequence % 2 = 0, '30/02/', '32/01/'), year(seen_at))
    end as unreadable_date,
    dirt_code is distinct from 'no_reception' as has_reception,
    case
        when dirt_code = 'unknown_channel' then 'unknown'
        when is_online then 'online'
        when pick(t.h1, 40, 1000) < $postal * 1000 then 'postal'
        else 'direct'
    end as channel_code,
    case
        when pick(t.h1, 8, 1000) < $postal * 1000 then 'postal'
        when is_online and pick(t.h1, 24, 100) < 40 then 'online'
        else 'direct'
    end as return_channel_code,
    case
        when not is_online then 'counter'
        when $has_city_app and pick(t.h1, 12, 100) > 80 then 'city_app'
        when pick(t.h1, 12, 100) < 45 then 'national_portal'
        else 'provincial_portal'
    end as entry_system_code,
    case
        when not is_online then 'unknown'
        when pick(t.h1, 20, 100) < 35 then 'assisted'
        else 'self'
    end as help_code,
    pick(t.h7, 8, 100) >= 88 as is_business,
    t.has_fee and is_online and pick(t.h1, 28, 100) < $cashless * 100 as is_online_paid,
    t.has_fee and pick(t.h1, if(is_online, 28, 30), 100) < $cashless * 100 as is_cashless_paid,
    t.has_fee and dirt_code is null and paid_at < $exported_at as has_payment,
    case
        when field_code = 'G13-TN01' and pick(t.h1, 14, 3) = 0 then 'financial_obligation'
        when pick(t.h1, 16, 3) = 0 then 'charge'
        else 'fee'
    end as fee_kind_code,
    (1 + pick(t.h1, 22, 60)) * 5000 as fee_amount,
    concat('PLP', t.procedure_no % 90 + 10) as fee_code,
    case
        when is_online_paid then 'online'
        when is_cashless_paid then ['pos', 'qr', 'transfer'][1 + pick(t.h1, 32, 3)]
        else 'cash'
    end as payment_code,
    dirt_code is null and rated_at < $exported_at and pick(t.h1, 2, 100) < 3 as is_rated,
    1 + pick(t.h1, 6, 3) as criterion_no,
    case
        when pick(t.h1, 26, 1000) < 700 then 1
        when pick(t.h1, 26, 1000) < 985 then 2
        else 3
    end as rating_no,
    case when is_closed_late and pick(t.h1, 10, 100) < 60 then 1 + pick(t.h1, 14, 5) end as cause_no,
    case when is_closed_late and pick(t.h1, 18, 100) < 30 then receiving_code end
        as responsible_code,
    pick(t.h1, 34, 100) < 6 as has_certified_copy,
    pick(t.h1, 38, 100) < 72 as has_population_data,
    pick(t.h1, 42, 1000) < 5 as is_cross_boundary,
    pick(t.h1, 44, 100) < 7 as is_inter_agency,
    is_online and pick(t.h1, 46, 100) < 88 as is_verified
from told as t
inner join agencies using (agency_no)
inner join procedures as p using (procedure_no)
inner join range(2) as copy (no) on copy.no = 0 or t.dirt_code = 'duplicate_code'
