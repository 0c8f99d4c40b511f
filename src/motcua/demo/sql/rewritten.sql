-- A source that writes the new agency into what it has taken over; the receiving one stays.
update shown set agency_no = $copies_from + agency_no
where
    seen_at < date '2025-07-01'
    and coalesce(finished_at >= date '2025-07-01', true)
    and agency_no in (select heirs.agency_no from heirs)
