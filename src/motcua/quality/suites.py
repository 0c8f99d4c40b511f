"""Read a suite's JSON text: what Great Expectations runs, and what it says to people."""

import json
import re
from dataclasses import dataclass
from typing import Any

from motcua.datasets import DATASETS
from motcua.errors import PipelineError

UNREAD = "_unread_"
"""Prefix of the columns that hold what could not be read (architecture §3)."""
_SEVERITIES = ("critical", "warning")
_SCOPES = ("row", "delivery")
_RULE_CODE = re.compile(r"[a-z][a-z0-9_]*")
_UNREAD_COLUMN = re.compile(rf"\b{UNREAD}[a-z0-9_]+\b")


@dataclass(frozen=True, slots=True)
class Rule:
    """One expectation as people meet it; Great Expectations alone decides whether it is met."""

    rule_code: str
    expectation_type: str
    severity_code: str
    scope_code: str
    column_name: str | None
    sentence: str
    mend: str
    query: str | None


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite of one dataset: the JSON for Great Expectations and its rules in order."""

    dataset_code: str
    spec: dict[str, Any]
    rules: tuple[Rule, ...]
    unread_columns: tuple[str, ...]


def parse_suite(text: str, dataset_code: str) -> Suite:
    """Check the text of a suite; a fault in it is ours, so it is a :class:`PipelineError`."""
    step = f"expectations/{dataset_code}.json"
    try:
        spec = json.loads(text)
    except json.JSONDecodeError as error:
        raise PipelineError(step, f"line {error.lineno}: {error.msg}") from None
    rules = tuple(_rule(entry, step, dataset_code) for entry in spec.get("expectations", ()))
    codes = [rule.rule_code for rule in rules]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise PipelineError(step, f"rule_code twice: {', '.join(twice)}")
    return Suite(dataset_code, spec, rules, tuple(sorted(set(_UNREAD_COLUMN.findall(text)))))


def _rule(entry: dict[str, Any], step: str, dataset_code: str) -> Rule:
    meta = entry.get("meta") or {}
    rule = Rule(
        rule_code=meta.get("rule_code") or "",
        expectation_type=entry.get("type") or "",
        severity_code=entry.get("severity") or "",
        scope_code=meta.get("scope") or "",
        column_name=meta.get("column"),
        sentence=meta.get("sentence_vi") or "",
        mend=meta.get("mend_vi") or "",
        query=(entry.get("kwargs") or {}).get("unexpected_rows_query"),
    )
    for fault in _faults(rule, dataset_code):
        raise PipelineError(step, f"{rule.rule_code or 'expectation without rule_code'}: {fault}")
    return rule


def _faults(rule: Rule, dataset_code: str) -> list[str]:
    columns = (None, *DATASETS[dataset_code].columns)
    checks = {
        "meta.rule_code must be lower snake": _RULE_CODE.fullmatch(rule.rule_code),
        "type is missing": rule.expectation_type,
        "severity must be critical or warning": rule.severity_code in _SEVERITIES,
        "meta.scope must be row or delivery": rule.scope_code in _SCOPES,
        "meta.column must be a canonical column or null": rule.column_name in columns,
        "meta.sentence_vi is missing": rule.sentence.strip(),
        "meta.mend_vi is missing": rule.mend.strip(),
    }
    return [fault for fault, holds in checks.items() if not holds]
