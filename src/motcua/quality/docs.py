"""Shape what Data Docs show: the suites of each delivery, and one result as its page wants it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_STATES = {
    "accepted": "Đã nhận",
    "accepted_in_part": "Đã nhận một phần",
    "refused": "Bị từ chối",
}
_SEVERITIES = {"critical": "lỗi", "warning": "cảnh báo"}
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SUITE_LINK = re.compile(r'<a href="[^"]*/expectations/[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_WORDS = {
    "Overview": "Tổng quan",
    "Statistics": "Thống kê",
    "Expectation Suite:": "Bộ điều kiện:",
    "Status:": "Kết quả:",
    "Succeeded": "Đạt",
    "Failed": "Không đạt",
    "Evaluated Expectations": "Số điều kiện",
    "Successful Expectations": "Đạt",
    "Unsuccessful Expectations": "Không đạt",
    "Success Percent": "Tỷ lệ đạt",
    "Table-Level Expectations": "Điều kiện của cả bảng và của từng dòng",
    "Status": "Kết quả",
    "Expectation": "Lỗi được tìm và cách sửa",
    "Observed Value": "Số dòng hoặc tỷ lệ mắc lỗi",
    "Info": "Thông tin",
    "Great Expectations Version": "Phiên bản Great Expectations",
    "Run Name": "Lần gửi",
    "Run Time": "Lúc chạy",
    "__none__": "không ghi",
}
# A whole text between two tags, so that no sentence of ours is touched.
_WORD = re.compile(r">(\s*)(" + "|".join(map(re.escape, _WORDS)) + r")(\s*)<")
_NO_ASSET = re.compile(r"Data asset: \w+\s*<br>")
_UNEXPECTED = re.compile(r">(\s*)(\D{0,2}[\d.]+)% unexpected(\s*)<")


@dataclass(frozen=True, slots=True)
class SuiteState:
    """What one suite found in one delivery, in numbers."""

    dataset_code: str
    is_met: bool
    met_count: int
    rule_count: int


@dataclass(frozen=True, slots=True)
class DeliveryDocs:
    """One line of the index."""

    delivery_id: str
    delivery_name: str
    locality_name: str
    exported_at: str
    state: str
    suites: tuple[SuiteState, ...]
    rescues: tuple[str, ...] = ()


def suite_state(result: Mapping[str, Any]) -> SuiteState:
    """Read a kept result."""
    statistics = result["statistics"]
    return SuiteState(
        dataset_code=result["suite_name"],
        is_met=result["success"],
        met_count=statistics["successful_expectations"],
        rule_count=statistics["evaluated_expectations"],
    )


def delivery_docs(
    delivery_id: str, receipt: Mapping[str, Any], suites: tuple[SuiteState, ...]
) -> DeliveryDocs:
    """Name a delivery by its receipt; one without a receipt keeps its id."""
    return DeliveryDocs(
        delivery_id=delivery_id,
        delivery_name=receipt.get("delivery_name", delivery_id),
        locality_name=receipt.get("locality_name", ""),
        exported_at=str(receipt.get("exported_at", "")).replace("T", " "),
        state=_STATES.get(receipt.get("state_code", ""), "Chưa có biên nhận"),
        suites=suites,
        rescues=tuple(_rescue_lines(receipt)),
    )


def _rescue_lines(receipt: Mapping[str, Any]) -> Iterator[str]:
    for dataset in receipt.get("datasets", ()):
        for rescue in dataset.get("rescues", ()):
            place = ".".join(filter(None, (dataset["dataset_code"], rescue["column_name"])))
            yield f"{place}: {rescue['sentence']}"


def page_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """Say each expectation in the words of its rule.

    The run stays without a name: Great Expectations reads one as a time where it can, and fails on
    an id of digits alone.
    """
    return {**result, "results": [_in_words(one) for one in result["results"]]}


def page_words(html: str) -> str:
    """Put GE's page into Vietnamese, without its dead links and random ids."""
    html = _SUITE_LINK.sub(r"\1", html)
    html = _NO_ASSET.sub("", html)
    html = _RANDOM_ID.sub("info", html)
    html = _UNEXPECTED.sub(r">\1\2 %\3<", html)
    return _WORD.sub(lambda match: f">{match[1]}{_WORDS[match[2]]}{match[3]}<", html)


def _in_words(one: Mapping[str, Any]) -> dict[str, Any]:
    config = one["expectation_config"]
    meta = config["meta"]
    severity = _SEVERITIES[config["severity"]]
    words = f"{meta['sentence_vi']} {meta['mend_vi']} [{severity}, {meta['rule_code']}]"
    # Great Expectations substitutes names behind a dollar sign.
    described = {**config, "description": words.replace("$", "$$")}
    return {**one, "expectation_config": described}
