-- As in the scorecard, a petition counts in the period in which it is answered, and unanswered and
-- past due at the end of each: else never answering would lift the rate.
with petitions as (select * from {{ ref('fct_petitions') }}),

periods as (select * from {{ ref('dim_review_periods') }}),

judged as (
    select
        periods.period_code,
        petitions.*,
        petitions.received_date >= periods.start_date as is_received,
        coalesce(petitions.answered_date <= periods.known_to_date, false)
        and petitions.answered_date >= periods.start_date as is_answered,
        coalesce(petitions.answered_date > periods.known_to_date, true) as is_pending,
        petitions.answered_date <= petitions.due_date as is_on_time,
        petitions.due_date < periods.known_to_date as is_past_due
    from petitions
    inner join periods
        on
            petitions.province_code = periods.province_code
            and petitions.received_date <= periods.known_to_date
            and coalesce(petitions.answered_date >= periods.start_date, true)
),

sums as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        kind_code,
        source_code,
        count(case when is_received then 1 end) as petition_received_count,
        count(case when is_answered then 1 end) as petition_answered_count,
        count(case when is_answered and is_on_time then 1 end) as petition_on_time_count,
        count(case when is_answered and not is_on_time then 1 end) as petition_late_count,
        count(case when is_answered and due_date is null then 1 end) as petition_no_due_count,
        count(case when is_pending then 1 end) as petition_pending_count,
        count(case when is_pending and is_past_due then 1 end) as petition_overdue_count,
        count(case when is_answered and satisfaction_code is not null then 1 end)
            as petition_rated_count,
        count(
            case
                when is_answered and satisfaction_code in ('very_satisfied', 'satisfied') then 1
            end
        ) as petition_satisfied_count
    from judged
    group by
        period_code, province_code, agency_code, field_code, level_code, kind_code, source_code
),

final as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        kind_code,
        source_code,
        petition_received_count,
        petition_answered_count,
        petition_on_time_count,
        petition_late_count,
        petition_no_due_count,
        petition_pending_count,
        petition_overdue_count,
        petition_rated_count,
        petition_satisfied_count,
        petition_on_time_count as numerator_count,
        petition_on_time_count + petition_late_count + petition_overdue_count as denominator_count,
        petition_no_due_count as unknown_count,
        'Phản ánh, kiến nghị có hạn, đã trả lời trong kỳ hoặc quá hạn ở cuối kỳ'
            as denominator_name
    from sums
)

select * from final
