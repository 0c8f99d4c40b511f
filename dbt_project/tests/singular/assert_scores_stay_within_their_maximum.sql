-- A score lies between 0 and its maximum, what nobody sent has none, a decision gives 100 points.
select
    version_code,
    component_code,
    score
from {{ ref('mart_review__scorecard') }}
where
    score < 0
    or score > max_score
    or (state_code = 'no_data' and score is not null)
    or (state_code = 'scored' and score is null)
union all
select
    version_code,
    display_group_code as component_code,
    max_score as score
from {{ ref('mart_review__scorecard_groups') }}
where
    scorable_max_score > max_score
    or score > scorable_max_score
    or (display_group_code = 'total' and max_score <> 100)
