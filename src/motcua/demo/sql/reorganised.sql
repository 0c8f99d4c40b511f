-- What was received, or submitted, since 1/7/2025 is the new agency's, under codes of its own.
create or replace table base as
with placed as (
    select b.* replace (
        case when seen_at >= date '2025-07-01' then coalesce(heir_no, b.agency_no) else b.agency_no end
            as agency_no
    )
    from base as b
    left join heirs on b.agency_no = heirs.agency_no
)

select * replace (
    row_number() over (
        partition by agency_no, cast(seen_at as date)
        order by seen_at, dossier_no
    ) as day_sequence
)
from placed
