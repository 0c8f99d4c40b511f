"""SQL text around a suite: what is checked, the macros that rules ask, and the findings."""

import re
from collections.abc import Iterable, Sequence

from motcua.quality.suites import Rule
from motcua.sql import quoted, quoted_or_null

CODE_FORMS = ("dossier_code", "procedure_code")
"""Columns whose form the contract gives; suites ask the macro ``has_<column>_form(code)``."""
_COLUMN_NAME = re.compile(r"\bcolumn_name\b")


def view_sql(view: str, dataset_code: str, missing_columns: Sequence[str]) -> str:
    """Show the dataset with every ``_unread_`` column that its suite speaks of."""
    added = "".join(f", cast(null as varchar) as {column}" for column in missing_columns)
    return f"create or replace temp view {view} as select *{added} from {dataset_code}"


def macro_sql(column: str, form: str | None) -> str:
    """Make a form known as a constant, or DuckDB would compile the expression anew for each row."""
    return (
        f"create or replace temp macro has_{column}_form(code) as "
        f"regexp_full_match(code, {quoted_or_null(form)})"
    )


def export_macro_sql(exported_at: str) -> str:
    """Make known what lies after the export; one dated without a time is taken at its day's end."""
    exported = f"timestamp {quoted(exported_at)}"
    return (
        "create or replace temp macro is_after_export(moment) as "
        f"moment > {exported} and (cast(moment as date) > cast({exported} as date) "
        f"or cast({exported} as time) <> time '00:00:00')"
    )


def tables_sql(rules: Sequence[Rule]) -> Iterable[str]:
    """Make the empty findings: narrow rows and the rules' words apart, joined by a view.

    A delivery of a million bad rows then costs a dozen bytes a finding, not a sentence.
    """
    yield (
        "create or replace table finding_rows "
        "(_row_id bigint, rule_no smallint, column_name varchar)"
    )
    told = (
        (rule.rule_code, rule.column_name, rule.severity_code, rule.sentence, rule.mend)
        for rule in rules
    )
    values = [
        f"({number}::smallint, {', '.join(map(quoted_or_null, texts))})"
        for number, texts in enumerate(told)
    ]
    # One line more, which no row has: a suite may have no rule.
    values.append(f"(-1::smallint, {', '.join(['null::varchar'] * 5)})")
    yield (
        f"create or replace table finding_rules as from (values {', '.join(values)}) as rule "
        "(rule_no, rule_code, column_name, severity_code, sentence, mend)"
    )
    yield (
        "create or replace view findings as select found._row_id, rule.rule_code, "
        "coalesce(found.column_name, rule.column_name) as column_name, rule.severity_code, "
        "rule.sentence, rule.mend "
        "from finding_rows as found inner join finding_rules as rule using (rule_no)"
    )


def insert_sql(rule_no: int, query: str) -> str:
    """Take the row ids of one rule from the query by which Great Expectations judged it.

    A query that names ``column_name`` says by it where each row is wrong.
    """
    # Asking DuckDB what columns a query has costs as much as running it on most deliveries.
    column_name = "column_name" if _COLUMN_NAME.search(query) else "null"
    return (
        f"insert into finding_rows select distinct _row_id, {rule_no}, {column_name} "
        f"from ({query}\n) as unexpected where _row_id is not null"
    )


def row_query(rule: Rule, table: str) -> str | None:
    """Give the query of an UnexpectedRowsExpectation as Great Expectations runs it."""
    return rule.query and rule.query.format(batch=table).rstrip("; \n")
