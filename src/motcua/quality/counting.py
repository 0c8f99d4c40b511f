"""How Great Expectations counts the rows of an SQL rule here: all rules of a suite in one query.

Its own UnexpectedRowsExpectation asks twice for each rule, once for the count and once for rows
that nobody here reads. On a small delivery that was half of what a suite cost. Import this module
where Great Expectations is imported.
"""

import re
from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.compatibility import pydantic
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations import core
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider

_COUNT = "unexpected_rows_query.bundled_row_count"
# Most rules are one condition on a row: all of these are counted in one pass over the table.
_PLAIN = re.compile(r"select _row_id from \{batch\} where (?P<condition>[^{}]+)")
_MORE_THAN_A_CONDITION = re.compile(
    r"\b(except|group|having|intersect|limit|order|over|qualify|union|window)\b|--|/[*]", re.I
)


class UnexpectedRowCount(QueryMetricProvider):
    """The number of rows that a rule's query gives, as one column of a suite's one query."""

    metric_name = _COUNT
    value_keys = ("unexpected_rows_query",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(
        cls,  # noqa: N805 - the library hands the class on by this name
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_others: Any,
    ) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        selectable, compute, accessor = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        query = metric_value_kwargs["unexpected_rows_query"]
        plain = _PLAIN.fullmatch(query)
        if plain and not _MORE_THAN_A_CONDITION.search(query):
            count = f"count(case when {plain.group('condition')}\nthen 1 end)"
        else:
            substituted = cls._get_substituted_batch_subquery_from_query_and_batch_selectable(
                query, selectable, execution_engine
            )
            # The aggregate makes of the answer one row, also where the table has none or many.
            count = f"(select count(*) from ({substituted}\n) as unexpected) + 0 * count(*)"
        return sa.literal_column(count), compute, accessor


class UnexpectedRowsExpectation(core.UnexpectedRowsExpectation):
    """Great Expectations' own of this name, which asks for the count alone.

    It takes the place of the library's in this process, so that a suite's JSON holds nothing that
    the library does not know.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = (_COUNT,)

    _read: ExpectationConfiguration | None = pydantic.PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """The library makes it anew each of the fifty times that it reads it in a validation."""
        if self._read is None:
            self._read = super().configuration
        return self._read

    def _validate(
        self,
        metrics: dict[str, Any],
        **_others: Any,
    ) -> dict[str, Any]:
        count = metrics[_COUNT]
        return {"success": count == 0, "result": {"observed_value": count}}
