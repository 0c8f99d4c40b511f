-- Conservation: of every delivery and dataset, source rows are accepted rows and refused rows.
select
    delivery_id,
    dataset_code,
    line_count,
    spread_count,
    folded_count,
    source_count,
    accepted_count,
    refused_count
from {{ ref('fct_delivery_datasets') }}
where
    source_count <> accepted_count + refused_count
    or line_count + spread_count <> source_count + folded_count
