{%- set is_added = is_added_to() -%}
{%- set and_side = 'and payments.side = dossiers.side' -%}
{%- set by_side = ', lines.side' -%}
{%- set keys =
    'period_code, province_code, agency_code, field_code, level_code, fee_group_code'
-%}
{%- set counts = [
    'dossier_count', 'online_dossier_count', 'counter_cashless_dossier_count',
    'cash_dossier_count', 'counter_dossier_count', 'unknown_dossier_count', 'payment_count'
] -%}
{%- set amounts = [
    'paid_amount', 'online_amount', 'transfer_amount', 'qr_amount', 'pos_amount', 'cash_amount'
] -%}
-- What was paid in a period and how, charges and fees apart from obligations on land. A dossier
-- that paid in two ways counts in both, once in dossier_count; lines of no amount are free.
with payments as ({{ with_side(ref('fct_payments'), is_added) }}),

dossiers as ({{ with_side(ref('fct_dossiers'), is_added) }}),

periods as (select * from {{ ref('dim_review_periods') }}),

lines as (
    select
        {{ side_of('payments', is_added) }} as side,
        payments.dossier_key,
        payments.province_code,
        coalesce(dossiers.agency_code, 'unknown') as agency_code,
        coalesce(dossiers.field_code, 'unknown') as field_code,
        coalesce(dossiers.level_code, 'unknown') as level_code,
        case
            when payments.fee_kind_code in ('charge', 'fee') then 'charge_or_fee'
            when payments.fee_kind_code = 'financial_obligation' then 'financial_obligation'
            else 'unknown'
        end as fee_group_code,
        payments.payment_channel_code,
        payments.payment_channel_code in ('transfer', 'qr', 'pos') as is_counter_cashless,
        payments.payment_channel_code not in ('online', 'transfer', 'qr', 'pos', 'cash')
            as is_unknown_channel,
        payments.paid_amount,
        coalesce(cast(payments.paid_at as date), dossiers.received_date) as paid_date
    from payments
    left join dossiers
        on payments.dossier_key = dossiers.dossier_key {{ and_side if is_added }}
    where payments.paid_amount > 0 and dossiers.duplicate_of_dossier_key is null
),

by_dossier as (
    select
        {{ side_of('lines', is_added) }} as side,
        lines.dossier_key,
        periods.period_code,
        lines.fee_group_code,
        -- Of one dossier they are one: grouped by the key alone, fewer texts are hashed.
        max(lines.province_code) as province_code,
        max(lines.agency_code) as agency_code,
        max(lines.field_code) as field_code,
        max(lines.level_code) as level_code,
        count(*) as payment_count,
        bool_or(lines.payment_channel_code = 'online') as is_online,
        bool_or(lines.is_counter_cashless) as is_counter_cashless,
        bool_or(lines.payment_channel_code = 'cash') as is_cash,
        bool_or(lines.is_unknown_channel) as is_unknown_channel,
        sum(lines.paid_amount) as paid_amount,
        {% for channel_code in ['online', 'transfer', 'qr', 'pos', 'cash'] -%}
            sum(
                case
                    when lines.payment_channel_code = '{{ channel_code }}' then lines.paid_amount
                    else 0
                end
            ) as {{ channel_code }}_amount,
        {% endfor -%}
        sum(case when lines.is_unknown_channel then lines.paid_amount else 0 end)
            as unknown_amount
    from lines
    inner join periods
        on
            lines.province_code = periods.province_code
            and lines.paid_date >= periods.start_date
            and lines.paid_date <= periods.known_to_date
    group by lines.dossier_key, periods.period_code, lines.fee_group_code {{ by_side if is_added }}
),

by_side as (
    select
        side,
        {{ keys }},
        count(*) as dossier_count,
        count(case when is_online then 1 end) as online_dossier_count,
        count(case when is_counter_cashless then 1 end) as counter_cashless_dossier_count,
        count(case when is_cash then 1 end) as cash_dossier_count,
        count(case when is_counter_cashless or is_cash then 1 end) as counter_dossier_count,
        count(case when is_unknown_channel then 1 end) as unknown_dossier_count,
        sum(payment_count) as payment_count,
        sum(paid_amount) as paid_amount,
        sum(online_amount) as online_amount,
        sum(transfer_amount) as transfer_amount,
        sum(qr_amount) as qr_amount,
        sum(pos_amount) as pos_amount,
        sum(cash_amount) as cash_amount,
        sum(unknown_amount) as unknown_amount
    from by_dossier
    group by side, {{ keys }}
    {{ and_counted_before(["1", keys] + counts + amounts + ["unknown_amount"], is_added) }}
),

final as (
    select
        period_code,
        province_code,
        agency_code,
        field_code,
        level_code,
        fee_group_code,
        {% for name in counts -%}
            cast(sum(side * {{ name }}) as bigint) as {{ name }},
        {% endfor -%}
        {% for name in amounts -%}
            cast(sum(side * {{ name }}) as decimal(18, 2)) as {{ name }},
        {% endfor -%}
        cast(sum(side * unknown_amount) as decimal(18, 2)) as unknown_amount
    from by_side
    group by {{ keys }}
    having sum(side * dossier_count) > 0
)

select * from final
