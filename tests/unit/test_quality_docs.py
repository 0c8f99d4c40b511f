"""Data Docs: rendered by Great Expectations, Vietnamese, only what is new, and loading nothing."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from motcua.quality.edge import read_suite, write_data_docs
from motcua.settings import REPOSITORY, Settings

DELIVERY = "0123456789abcdef"
LOADS = re.compile(r"""(?:src|href)\s*=\s*["']?([^"'\s>]+)|url\(([^)]*)\)|@import\s+(\S+)""")


def kept_result(unmet: str = "") -> dict[str, Any]:
    suite = read_suite(REPOSITORY / "expectations", "ratings")
    results = [
        {
            "success": entry["meta"]["rule_code"] != unmet,
            "expectation_config": {**entry, "kwargs": {**entry["kwargs"], "batch_id": "delivery"}},
            "result": {"observed_value": 7 if entry["meta"]["rule_code"] == unmet else 0},
            "exception_info": {
                "raised_exception": False,
                "exception_traceback": None,
                "exception_message": None,
            },
        }
        for entry in suite.spec["expectations"]
    ]
    met_count = sum(result["success"] for result in results)
    return {
        "success": not unmet,
        "suite_name": "ratings",
        "results": results,
        "statistics": {
            "evaluated_expectations": len(results),
            "successful_expectations": met_count,
            "unsuccessful_expectations": len(results) - met_count,
            "success_percent": 100 * met_count / len(results),
        },
        "meta": {"great_expectations_version": "1.24.1", "dataset_code": "ratings"},
    }


def keep(settings: Settings, result: dict[str, Any], delivery_id: str = DELIVERY) -> Path:
    path = settings.quarantine / delivery_id / "validation-ratings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    settings.receipts.mkdir(parents=True)
    receipt = {
        "delivery_name": "đợt <1>",
        "locality_name": "Huyện Châu Phú",
        "exported_at": "2024-07-03T07:30:00",
        "state_code": "accepted_in_part",
        "datasets": [
            {
                "dataset_code": "ratings",
                "rescues": [{"column_name": "rated_at", "sentence": "Đã đổi 2 ô."}],
            }
        ],
    }
    path = settings.receipts / f"{DELIVERY}.json"
    path.write_text(json.dumps(receipt, ensure_ascii=False), encoding="utf-8")
    return settings


def test_pages_name_the_delivery_and_the_rules_in_vietnamese(settings: Settings) -> None:
    keep(settings, kept_result(unmet="rated_at_present"))

    assert write_data_docs(settings) == 1

    page = (settings.data_docs / DELIVERY / "ratings.html").read_text(encoding="utf-8")
    index = (settings.data_docs / "index.html").read_text(encoding="utf-8")
    assert "Huyện Châu Phú" in page
    assert "Huyện Châu Phú" in index
    assert "đợt &lt;1&gt;" in index
    assert "Đã nhận một phần" in index
    assert "✗ 9/10" in index
    assert "ratings.rated_at: Đã đổi 2 ô." in index
    assert "Ngày đánh giá để trống. Đề nghị bổ sung ngày đánh giá rồi gửi lại." in page
    assert "Số dòng hoặc tỷ lệ mắc lỗi" in page
    for left in ("Observed Value", "Overview", "__none__", "Data asset"):
        assert left not in page


def test_pages_load_nothing_from_outside(settings: Settings) -> None:
    keep(settings, kept_result(unmet="rated_at_present"))
    write_data_docs(settings)

    for path in settings.data_docs.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        targets = {next(filter(None, groups)) for groups in LOADS.findall(text)}
        local = {"../index.html", "index.html", f"{DELIVERY}/ratings.html"}
        assert {target for target in targets if not target.startswith("#")} <= local
        assert "<script" not in text
        assert "http" not in text


def test_only_new_and_changed_results_are_rendered(settings: Settings) -> None:
    path = keep(settings, kept_result())
    assert write_data_docs(settings) == 1
    page = settings.data_docs / DELIVERY / "ratings.html"
    first = page.read_text(encoding="utf-8")
    assert write_data_docs(settings) == 0

    other = keep(settings, kept_result(), "fedcba9876543210")
    os.utime(other)
    assert write_data_docs(settings) == 1
    index = (settings.data_docs / "index.html").read_text(encoding="utf-8")
    assert "Chưa có biên nhận" in index

    later = page.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))
    assert write_data_docs(settings) == 1
    assert page.read_text(encoding="utf-8") == first


@pytest.mark.parametrize("delivery_id", ["5834719204817365", "20240703083000ab"])
def test_an_id_that_reads_as_a_number_or_a_time_is_only_a_name(settings, delivery_id) -> None:
    keep(settings, kept_result(), delivery_id)

    assert write_data_docs(settings) == 1
    assert delivery_id in (settings.data_docs / delivery_id / "ratings.html").read_text("utf-8")


def test_index_without_deliveries_says_so(settings: Settings) -> None:
    assert write_data_docs(settings) == 0
    index = (settings.data_docs / "index.html").read_text(encoding="utf-8")
    assert "Chưa có lần gửi nào được kiểm tra." in index
