-- Petitions about the agencies of one locality, as they stand at the export: drawn for each agency and
-- working day of the last year, so that every export draws the same ones.
create or replace table petitions as
with drawn as (
    select
        agency_code,
        concat('PAKN-', agency_code, '-', day.no) as petition_code,
        day.no as day_no,
        hash(agency_no, day.no, 11) as h8
    from agencies
    cross join range($last_day_no - 259, $last_day_no + 1) as day (no)
    where locality_no = $locality_no and pick(hash(agency_no, day.no, 10), 0, 40) = 0
),

dated as (
    select
        *,
        moment(day_no, pick(h8, 0, 470), 0) as received_at,
        -- Fifteen working days to answer; six in a hundred come later.
        moment(day_no + 15, 479, 0) as due_at,
        moment(
            day_no + case when pick(h8, 9, 100) < 6 then 16 else 1 end + pick(h8, 20, 13),
            pick(h8, 32, 470),
            0
        ) as closed_at
    from drawn
),

answered as (
    select
        *,
        known(closed_at, $exported_at) as answered_at,
        pick(h8, 5, 2) as kind_no,
        pick(h8, 14, 4) as source_no,
        closed_at < $exported_at and pick(h8, 26, 100) < 4 as is_refused,
        closed_at < $exported_at and pick(h8, 26, 100) between 4 and 60 as is_rated,
        case
            when pick(h8, 40, 100) < 30 then 1
            when pick(h8, 40, 100) < 92 then 2
            else 3
        end as vote_no
    from dated
    where received_at < $exported_at
)

select * from answered
