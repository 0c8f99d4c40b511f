"""Rows of marts made by hand, for tests of what a pack says about them."""

import contextlib
import dataclasses
import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from motcua.receipts import Receipt, ReceivedFile
from motcua.shelf.states import Answer, Erratum
from motcua.snapshot import document, pack, slides
from motcua.snapshot.answering import with_answers
from motcua.snapshot.history import with_changes, with_errata, with_other_errata
from motcua.snapshot.listing import changes
from motcua.snapshot.marts import HANDLING_MEASURES, Marts
from motcua.snapshot.model import Content, count_cell, figures_sha256

REVIEW = {
    "review_code": "2024-CH1-H01",
    "review_name": "Hội nghị",
    "meeting_date": None,
    "period_code": "2024-CH1",
    "previous_period_code": "2023-CH2",
    "same_period_last_year_code": "2023-CH1",
    "province_code": "H01",
    "province_name": "An Giang",
    "period_name": "6 tháng đầu năm 2024 (theo năm dương lịch)",
    "period_kind_code": "half",
    "scheme_code": "calendar",
    "start_date": datetime.date(2024, 1, 1),
    "end_date": datetime.date(2024, 6, 30),
    "known_to_date": datetime.date(2024, 6, 30),
    "previous_period_name": "6 tháng cuối năm 2023 (theo năm dương lịch)",
    "previous_scheme_code": "calendar",
    "previous_start_date": datetime.date(2023, 7, 1),
    "previous_end_date": datetime.date(2023, 12, 31),
    "previous_known_to_date": datetime.date(2023, 12, 31),
    "same_period_name": "6 tháng đầu năm 2023 (theo năm dương lịch)",
    "same_scheme_code": "calendar",
    "same_start_date": datetime.date(2023, 1, 1),
    "same_end_date": datetime.date(2023, 6, 30),
    "same_known_to_date": datetime.date(2023, 6, 30),
    "as_of_date": datetime.date(2024, 7, 10),
    "is_simulated": False,
    "rule_code": "ii06",
}
LEVELS = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
FIELDS = {"land": "Đất đai", "civil": "Hộ tịch"}


@contextlib.contextmanager
def quick_renderings() -> Iterator[None]:
    """Leave out the renderings that only cost time; lay out each report once."""
    reports = {}

    def render_docx(content: Content) -> bytes:
        figures = figures_sha256(content)
        if figures not in reports:
            reports[figures] = document.render_docx(content)
        return reports[figures]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack, "render_docx", render_docx)
        for name in ("render_pdf", "render_xlsx", "render_html"):
            patch.setattr(pack, name, lambda content: content.header.version_line.encode())
        patch.setattr(slides, "render_pptx", lambda content: content.header.version_line.encode())
        yield


def handling_line(
    keys: Mapping[str, Any], resolved: Sequence[int], pending: Sequence[int], carried: int
) -> dict[str, Any]:
    """Make a line of the handling mart in which every identity of the form holds.

    Args:
        keys: level_code, field_code, channel_code.
        resolved: early, on time, overdue.
        pending: in due, overdue.
        carried: dossiers carried over, cut to those that there are.
    """
    received = sum(resolved) + sum(pending)
    new = received - min(carried, received)
    online = new if keys["channel_code"] == "online" else 0
    measures = (
        *(received, new, online, new - online, received - new),
        *(sum(resolved), *resolved, sum(pending), *pending),
        *(resolved[1], 0, 0, pending[0]),
    )
    level, field = keys["level_code"], keys["field_code"]
    return {
        **keys,
        "level_name": LEVELS[level],
        "agency_code": f"A-{level}",
        "agency_name": f"Cơ quan {LEVELS[level]}",
        "parent_name": None,
        "field_name": FIELDS[field],
        "channel_name": keys["channel_code"],
        **dict(zip(HANDLING_MEASURES, measures, strict=True)),
    }


def _summed(lines: Sequence[Mapping[str, Any]], key: str) -> tuple[dict[str, Any], ...]:
    sums: dict[str, dict[str, Any]] = {}
    for line in lines:
        found = sums.setdefault(line[key], {**line, **dict.fromkeys(HANDLING_MEASURES, 0)})
        for name in HANDLING_MEASURES:
            found[name] += line[name]
    return tuple(sums.values())


def locality(code: str, exported: datetime.date | None) -> dict[str, Any]:
    """Make a locality that must send figures and last did on a day."""
    return {
        "locality_code": code,
        "locality_name": f"Huyện {code}",
        "is_expected": True,
        "taken_count": int(exported is not None),
        "refused_count": 0,
        "last_exported_at": exported,
    }


def make_marts(
    now: Sequence[Mapping[str, Any]] = (),
    same: Sequence[Mapping[str, Any]] = (),
    **others: Any,
) -> Marts:
    """Make the rows of a review from lines of the handling mart, this period's and last year's."""
    totals = tuple(
        {**line, "period_role": role}
        for role, lines in (("current", now), ("same", same))
        for line in _summed([{**line, "all": role} for line in lines], "all")
    )
    given: dict[str, Any] = {
        "review": REVIEW,
        "localities": (locality("một", datetime.date(2024, 7, 2)),),
        "locality_dossiers": None,
        "handling_totals": totals,
        "handling_by_agency": _summed(now, "agency_code"),
        "handling_by_field": _summed(now, "field_code"),
        "handling_by_channel": _summed(now, "channel_code"),
        "cube_rows": tuple(now),
        "scope": None,
        **others,
    }
    return Marts(**{name: given.get(name, ()) for name in Marts.__slots__})


def make_told(content: Content) -> Content:
    """Give what a version says after a sealed one, of which a figure was wrong and contested."""
    plan_done = content.figures["plan_done"]
    before = dataclasses.replace(plan_done, cell=count_cell(65))
    sealed = dataclasses.replace(content, figures={**content.figures, "plan_done": before})
    erratum = Erratum(
        version=1,
        figure_code="plan_done",
        figure_name=plan_done.name,
        printed="65",
        text="Đúng là 66: một nhiệm vụ hoàn thành ngày 30/12 chưa được ghi nhận.",
        by="Văn thư",
        at="2025-02-03T08:00:00+07:00",
    )
    answer = Answer(
        version=1,
        agency_code="H01.02",
        agency_name="Sở Xây dựng",
        figure_code="plan_done",
        figure_name=plan_done.name,
        printed="65",
        claimed="67",
        text="Một nhiệm vụ xong ngày 31/12 & <chưa ghi>.",
        source_file="giai_trinh.xlsx",
        source_sha256="0" * 64,
        source_sheet="Số liệu",
        source_row=5,
        at="2025-02-04T08:00:00+07:00",
    )
    noted = with_answers(with_errata(content, (erratum,)), (answer,))
    other = erratum.model_copy(update={"text": "Kỳ trước in thiếu một nhiệm vụ."})
    noted = with_other_errata(noted, (("2023-CY-H01", other),))
    return with_changes(noted, 1, "Sở Nội vụ báo cáo lại", changes(sealed, content))


def make_receipt(delivery_id: str, locality_code: str, province_code: str) -> Receipt:
    """Make the receipt of a delivery of one file."""
    return Receipt(
        delivery_id=delivery_id,
        locality_code=locality_code,
        locality_name=locality_code,
        province_code=province_code,
        delivery_name="nam-2024.zip",
        contract_code="opencps_csv",
        contract_sha256="c" * 64,
        suites_sha256="d" * 64,
        arrived_at="2025-01-10T08:00:00",
        exported_at="2025-01-10T07:30:00",
        exported_at_source="manifest",
        is_simulated=True,
        state_code="accepted",
        refusal_code=None,
        refusal_sentence=None,
        files=(ReceivedFile(file_name="hoso.csv", byte_count=7, sha256="f" * 64),),
        datasets=(),
        checks=(),
        unknown_columns=(),
    )
