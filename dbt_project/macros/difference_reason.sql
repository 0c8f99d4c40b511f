{% macro difference_reason() -%}
    {#- Why a dossier is not what ii06 says it is; each reason is a row of code_lists. -#}
    case
        when outcome_code = 'set_aside' and status_code = '7' then 'withdrawn_set_aside'
        when outcome_code = 'set_aside' then 'released_at_edge'
        when
            base_outcome_code in ('early', 'on_time', 'overdue')
            and outcome_code in ('in_due', 'past_due')
            then 'released_at_edge'
        when
            base_outcome_code in ('in_due', 'past_due')
            and outcome_code not in ('in_due', 'past_due')
            then
                case
                    when differing.rule_code = 'qd766' then 'stop_ends_handling'
                    else 'released_in_any_state'
                end
        when outcome_code in ('early', 'on_time') then 'supplement_time_taken_off'
        when differing.rule_code <> 'qd766' and outcome_code = 'overdue' then 'hour_after_due'
        when asked_count > 1 and outcome_code = 'past_due' then 'asked_again'
        when differing.due_date is null then 'over_legal_limit'
        when outcome_code = 'overdue' then 'withdrawn_is_compared'
        when pending_paused_count = 1 then 'pause_does_not_help'
        when differing.rule_code <> 'qd766' and outcome_code = 'past_due' then 'due_by_end'
    end
{%- endmacro %}
