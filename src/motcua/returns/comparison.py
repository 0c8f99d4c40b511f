"""What became of the reasons of the delivery before: new, still there, mended, not sent again.

A reason of a line is known again by the dataset, the rule and the code of the line: the dossier's
code, else the dataset's own (:func:`code_sql`), of which only a hash is kept. For every dataset and
rule, with the codes of a reason as sets::

    now    = new + still
    before = still + mended + absent

``mended``: the code came now and the rule had nothing to say; ``absent``: it did not come now.
A line without a code is counted as a line and in none of the four.
"""

from motcua.datasets import DATASETS

_SEVERAL = {
    "reported_totals": ("form_code", "period_code", "agency_code", "field_code", "column_no"),
    "targets": ("metric_code", "agency_code", "level_code", "period_code"),
    "counter_surveys": ("agency_code", "item_code", "surveyed_date"),
    "reform_figures": ("figure_code", "agency_code", "period_code"),
}
"""Datasets of typed figures: only several columns together tell one line from another."""
KEY_COLUMNS = {
    "dataset_code": "string",
    "rule_code": "string",
    "severity_code": "string",
    "sentence": "string",
    "mend": "string",
    "line_hash": "string",
    "line_count": "bigint",
}
"""One row a dataset, rule and code of a delivery: what its successor is compared with."""

COUNTS_SQL = """
with known_before as (
    select before.*, came.line_hash is not null as has_come
    from keys_before as before
    left join (select distinct dataset_code, line_hash from codes_now) as came
        on before.dataset_code = came.dataset_code and before.line_hash = came.line_hash
),
paired as (
    select
        coalesce(now.dataset_code, before.dataset_code) as dataset_code,
        coalesce(now.rule_code, before.rule_code) as rule_code,
        coalesce(now.severity_code, before.severity_code) as severity_code,
        coalesce(now.sentence, before.sentence) as sentence,
        coalesce(now.mend, before.mend) as mend,
        coalesce(now.line_count, 0) as line_count,
        now.line_count is not null and now.line_hash is null as is_uncoded,
        now.line_hash is not null as is_now,
        before.line_hash is not null as is_before,
        coalesce(before.has_come, false) as has_come
    from keys_now as now
    full join known_before as before
        on now.dataset_code = before.dataset_code
        and now.rule_code = before.rule_code
        and now.line_hash = before.line_hash
)
select
    dataset_code,
    rule_code,
    max(severity_code) as severity_code,
    max(sentence) as sentence,
    max(mend) as mend,
    cast(sum(line_count) as bigint) as line_count,
    cast(sum(case when is_uncoded then line_count else 0 end) as bigint) as uncoded_count,
    count(case when is_now and not is_before then 1 end) as new_count,
    count(case when is_now and is_before then 1 end) as still_count,
    count(case when is_before and not is_now and has_come then 1 end) as mended_count,
    count(case when is_before and not is_now and not has_come then 1 end) as absent_count
from paired
group by dataset_code, rule_code
having sum(line_count) > 0 or bool_or(is_before)
order by dataset_code, severity_code, line_count desc, rule_code
"""
"""Over ``keys_now`` and ``keys_before`` (:data:`KEY_COLUMNS`) and ``codes_now (dataset_code,
line_hash)``, the codes of ``keys_before`` that came now: one row a reason, fields of
:class:`motcua.returns.model.Reason`."""


def code_columns(dataset_code: str) -> tuple[str, ...]:
    """Name the columns by which a line of a dataset is known again; the first that has a value."""
    columns = DATASETS[dataset_code].columns
    named = ("dossier_code", "agency_code") if dataset_code == "ratings" else ("dossier_code",)
    return tuple(name for name in named if name in columns) or columns[:1]


def code_sql(dataset_code: str) -> str:
    """Write the hash of a line's code; null where it has none."""
    if dataset_code in _SEVERAL:
        parts = ", ".join(
            f"coalesce(cast({name} as string), '')" for name in _SEVERAL[dataset_code]
        )
        return f"md5(concat_ws('|', {parts}))"
    listed = ", ".join(f'"{name}"' for name in code_columns(dataset_code))
    return f"md5(coalesce({listed}))"
