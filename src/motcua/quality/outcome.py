"""Turn Great Expectations' answer into checks and a result that is the same in every run."""

import re
from dataclasses import dataclass
from typing import Any

from motcua.errors import PipelineError
from motcua.quality.suites import Rule, Suite
from motcua.receipts import Check

_KEPT_COUNTS = (
    "observed_value",
    "element_count",
    "missing_count",
    "missing_percent",
    "unexpected_count",
    "unexpected_percent",
    "unexpected_percent_nonmissing",
    "unexpected_percent_total",
)
_NAMES_NO_VALUE = re.compile(r"(Binder|Catalog|Parser|Syntax) Error: [^\n]*")
_ERROR_CLASS = re.compile(r"\b(?:\w+ )?\w*(?:Error|Exception)\b")


@dataclass(frozen=True, slots=True)
class SuiteOutcome:
    """What a suite found: its checks, whether the delivery is refused whole, and GE's own JSON."""

    checks: tuple[Check, ...]
    refuses_delivery: bool
    result: dict[str, Any]


def outcome_of(suite: Suite, answer: dict[str, Any]) -> SuiteOutcome:
    """Read Great Expectations' answer; an expectation that raised is a :class:`PipelineError`."""
    results = _by_rule_code(suite, answer)
    for rule in suite.rules:
        _raise_if_raised(suite.dataset_code, rule, results[rule.rule_code])
    checks = tuple(
        _check(suite.dataset_code, rule, results[rule.rule_code]) for rule in suite.rules
    )
    refuses = any(
        not check.is_met and check.severity_code == "critical" and check.scope_code == "delivery"
        for check in checks
    )
    return SuiteOutcome(checks, refuses, _plain_result(suite, answer, results))


def _by_rule_code(suite: Suite, answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    results = {
        result["expectation_config"]["meta"]["rule_code"]: result for result in answer["results"]
    }
    unanswered = [rule.rule_code for rule in suite.rules if rule.rule_code not in results]
    if unanswered:
        # Great Expectations only logs an expectation whose type or arguments it does not know.
        reason = f"no result for {unanswered[0]}: type or arguments unknown to Great Expectations"
        raise PipelineError(f"suite {suite.dataset_code}", reason)
    return results


def _raise_if_raised(dataset_code: str, rule: Rule, result: dict[str, Any]) -> None:
    info = result.get("exception_info") or {}
    infos = [info] if "raised_exception" in info else list(info.values())
    for one in infos:
        if one.get("raised_exception"):
            reason = without_values(one.get("exception_message") or "")
            raise PipelineError(f"suite {dataset_code}, rule {rule.rule_code}", reason)


def without_values(message: str) -> str:
    """Keep what names tables and columns; of other messages only the kind, as they quote values."""
    naming = _NAMES_NO_VALUE.search(message)
    if naming:
        return naming.group()
    kind = _ERROR_CLASS.search(message)
    return f"{kind.group() if kind else 'an exception'} while Great Expectations ran it"


def _check(dataset_code: str, rule: Rule, result: dict[str, Any]) -> Check:
    return Check(
        dataset_code=dataset_code,
        rule_code=rule.rule_code,
        expectation_type=rule.expectation_type,
        severity_code=rule.severity_code,
        scope_code=rule.scope_code,
        is_met=result["success"],
        unexpected_count=_unexpected_count(result),
        sentence=rule.sentence,
    )


def _unexpected_count(result: dict[str, Any]) -> int:
    if result["success"]:
        return 0
    counts = result["result"]
    if "unexpected_count" in counts:
        return counts["unexpected_count"]
    is_row_query = result["expectation_config"]["type"] == "unexpected_rows_expectation"
    return counts["observed_value"] if is_row_query else 1


def _plain_result(
    suite: Suite, answer: dict[str, Any], results: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Leave out clock, run ids and row values; order the results as the suite does."""
    metas = {entry["meta"]["rule_code"]: entry["meta"] for entry in suite.spec["expectations"]}
    return {
        "success": answer["success"],
        "suite_name": answer["suite_name"],
        "results": [
            _plain_one(results[rule.rule_code], metas[rule.rule_code]) for rule in suite.rules
        ],
        "statistics": answer["statistics"],
        "meta": {
            "great_expectations_version": answer["meta"]["great_expectations_version"],
            "dataset_code": suite.dataset_code,
        },
    }


def _plain_one(result: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    config = result["expectation_config"]
    counts = {key: value for key, value in result["result"].items() if key in _KEPT_COUNTS}
    return {
        "success": result["success"],
        "expectation_config": {
            "type": config["type"],
            "kwargs": {key: config["kwargs"][key] for key in sorted(config["kwargs"])},
            "meta": meta,
            "severity": config["severity"],
        },
        "result": counts,
        "exception_info": {
            "raised_exception": False,
            "exception_traceback": None,
            "exception_message": None,
        },
    }
