{% macro spike_days(dossiers, periods, dates) -%}
    {#-
        The last three days of a period on which an agency closed 20 dossiers or more, and a working day of them three
        times what a working day of the period had before: a row an agency and day on which it closed any, with how
        many in the three. Only periods that are known whole; dossiers are read once, by agency and day.
    -#}
    with daily as (
        select
            province_code,
            agency_code,
            closing_date,
            count(*) as closed_count
        from {{ dossiers }}
        where
            closing_date is not null
            and agency_code <> 'unknown'
            and duplicate_of_dossier_key is null {{ in_touched_agencies() }}
        group by province_code, agency_code, closing_date
    ),

    ended as (
        select
            periods.province_code,
            periods.period_code,
            periods.start_date,
            periods.end_date,
            sum(
                case
                    when dates.is_working_day and dates.calendar_date > periods.end_date - 3 then 1
                    else 0
                end
            ) as last_working_days,
            sum(
                case
                    when dates.is_working_day and dates.calendar_date <= periods.end_date - 3 then 1
                    else 0
                end
            ) as earlier_working_days
        from {{ periods }} as periods
        inner join {{ dates }} as dates
            on
                dates.calendar_date >= periods.start_date
                and dates.calendar_date <= periods.end_date
        where periods.end_date = periods.known_to_date
        group by
            periods.province_code, periods.period_code, periods.start_date, periods.end_date
    ),

    counted as (
        select
            ended.province_code,
            ended.period_code,
            ended.end_date,
            ended.last_working_days,
            ended.earlier_working_days,
            daily.agency_code,
            sum(
                case when daily.closing_date > ended.end_date - 3 then daily.closed_count else 0 end
            ) as last_count,
            sum(
                case
                    when daily.closing_date <= ended.end_date - 3 then daily.closed_count else 0
                end
            ) as earlier_count
        from daily
        inner join ended
            on
                daily.province_code = ended.province_code
                and daily.closing_date >= ended.start_date
                and daily.closing_date <= ended.end_date
        group by
            ended.province_code,
            ended.period_code,
            ended.end_date,
            ended.last_working_days,
            ended.earlier_working_days,
            daily.agency_code
    )

    select
        daily.province_code,
        daily.agency_code,
        daily.closing_date,
        max(counted.last_count) as last_count
    from daily
    inner join counted
        on
            daily.province_code = counted.province_code
            and daily.agency_code = counted.agency_code
            and daily.closing_date > counted.end_date - 3
            and daily.closing_date <= counted.end_date
    where
        counted.last_count >= 20
        and counted.last_count * counted.earlier_working_days
        >= 3 * greatest(counted.last_working_days, 1) * counted.earlier_count
    group by daily.province_code, daily.agency_code, daily.closing_date
{%- endmacro %}
