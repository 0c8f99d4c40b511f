-- A locality sends its year again: due dates moved to the day of closing, closed dossiers open again,
-- some no longer there. Only dossiers of the year that this counts otherwise.
create or replace table planted as
with eligible as (
    select
        dossier_no,
        dossier_code,
        row_number() over (order by hash(dossier_no, 11)) as place
    from shown
    where
        status_no in (9, 10)
        and year(received_at) = $restated_year
        and year(finished_at) = $restated_year
        and cast(finished_at as date) <> cast(due_at as date)
)

select
    dossier_no,
    dossier_code,
    case
        when place <= $moved_count then 'due_date'
        when place <= $moved_count + $reopened_count then 'status'
        else 'vanished'
    end as reason_code
from eligible
where place <= $moved_count + $reopened_count + $vanished_count;

create or replace table shown as
select
    s.* replace (
        case
            when reason_code = 'due_date' then date_trunc('day', finished_at) + interval 17 hour
            else due_at
        end as due_at,
        case when reason_code = 'status' then 4 else status_no end as status_no,
        case when reason_code is distinct from 'status' then finished_at end as finished_at,
        case when reason_code is distinct from 'status' then returned_at end as returned_at
    )
from shown as s
left join planted using (dossier_no)
where reason_code is distinct from 'vanished'
