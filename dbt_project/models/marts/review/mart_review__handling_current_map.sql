{{ config(materialized='view') }}

{{ on_current_map(
    ref('mart_review__handling'),
    ['rule_code', 'period_code', 'field_code', 'channel_code'],
    handling_counts()
) }}

select * from final
