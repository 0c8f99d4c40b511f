"""What a sealed version holds beside its renderings: dossiers, the review's marts, where from.

Everything is codes, counts and names of offices: the marts never hold personal data.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from motcua.receipts import Receipt
from motcua.sql import quoted

MARTS = "marts.duckdb"
PROVENANCE = "provenance.json"

DOSSIERS_SQL = """
select dossiers.dossier_code, periods.*
from core.fct_dossier_periods as periods
left join core.fct_dossiers as dossiers on periods.dossier_key = dossiers.dossier_key
where
    periods.province_code = $province_code
    and periods.period_code = $period_code
    and in_scope(periods.agency_code)
order by periods.dossier_key
"""
"""The dossiers of the review: in its period received, carried over, resolved or pending.

Whose is said by the macro ``in_scope``, as for every query of a pack (``motcua.snapshot.queries``).
"""
COUNTED_SQL = """
select
    coalesce(sum(received_count), 0) as received,
    coalesce(sum(resolved_count), 0) as resolved,
    coalesce(sum(pending_count), 0) as pending
from read_parquet($dossiers)
"""
RULES_SQL = "select * from review.dim_rules order by rule_code"
TABLES_SQL = """
select
    tables.schema_name,
    tables.table_name,
    tables.comment,
    list(columns.column_name order by columns.column_index) as names,
    list(columns.comment order by columns.column_index) as comments
from duckdb_tables() as tables
inner join duckdb_columns() as columns
    on
        tables.database_name = columns.database_name
        and tables.schema_name = columns.schema_name
        and tables.table_name = columns.table_name
where tables.database_name = 'marts'
group by tables.schema_name, tables.table_name, tables.comment
order by tables.schema_name, tables.table_name
"""
_OF_THE_BUILD = frozenset(("dim_builds", "fct_deliveries", "fct_delivery_datasets"))
"""Of the schema ``quality``, the tables that say where the figures come from."""


def is_kept(schema: str, table: str) -> bool:
    """Tell whether a table of the marts goes into the sealed file: no fact, every definition."""
    return {
        "core": table.startswith("dim_"),
        "review": True,
        "quality": table in _OF_THE_BUILD,
    }.get(schema, False)


def copy_statements(
    schema: str, table: str, comment: str | None, columns: Mapping[str, str | None]
) -> Iterator[str]:
    """Write the statements that copy a table of ``marts`` into ``sealed`` with its comments.

    Rows of other provinces, of periods that the review does not compare with and of other reviews
    stay out, of an agency's pack those of other agencies too. Parameters: ``province_code``,
    ``review_code``, ``periods``, ``delivery_ids``, ``agency_codes`` (empty: every agency).
    """
    conditions = {
        "province_code": "province_code = $province_code",
        "review_code": "review_code = $review_code",
        "delivery_id": "list_contains($delivery_ids, delivery_id)",
    }
    if schema == "review":
        conditions["agency_code"] = (
            "(len($agency_codes::varchar[]) = 0 or list_contains($agency_codes, agency_code))"
        )
    if table != "dim_periods":
        conditions["period_code"] = "list_contains($periods, period_code)"
    chosen = [text for name, text in conditions.items() if name in columns]
    where = f" where {' and '.join(chosen)}" if chosen else ""
    name = f"sealed.{schema}.{table}"
    yield f"create table {name} as select * from marts.{schema}.{table}{where} order by all"
    if comment:
        yield f"comment on table {name} is {quoted(comment)}"
    for column, text in columns.items():
        if text:
            yield f"comment on column {name}.{column} is {quoted(text)}"


def provenance(
    rules: Sequence[Mapping[str, Any]],
    code: Mapping[str, Any],
    receipts: Sequence[Receipt],
) -> bytes:
    """Write by which rules, which code and from which deliveries a version was made.

    Args:
        rules: the rows of ``review.dim_rules``.
        code: version of the package, commit, whether files differed from it.
        receipts: one for each delivery that the figures stand on.
    """
    told = {
        "rules": [dict(rule) for rule in rules],
        "code": dict(code),
        "deliveries": [
            {
                "delivery_id": receipt.delivery_id,
                "locality_code": receipt.locality_code,
                "locality_name": receipt.locality_name,
                "delivery_name": receipt.delivery_name,
                "exported_at": receipt.exported_at,
                "arrived_at": receipt.arrived_at,
                "contract_sha256": receipt.contract_sha256,
                "suites_sha256": receipt.suites_sha256,
                "files": [file.model_dump() for file in receipt.files],
            }
            for receipt in receipts
        ],
    }
    text = json.dumps(told, ensure_ascii=False, indent=1, default=str)
    return f"{text}\n".encode()
