"""How online dossiers were received, and what was asked for again, withdrawn or stopped late."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.handling import grouped_rows
from motcua.snapshot.lines import ORDER, Measure, cells, columns, summed
from motcua.snapshot.marts import Marts, Records
from motcua.snapshot.model import Column, Figure, Paragraph, Table, count_cell, share_cell
from motcua.snapshot.numbers import NO_DATA, NOTHING_HAPPENED
from motcua.snapshot.sentences import fill, say

Figures = Mapping[str, Figure]

_ENDED_LATE = "ended_after_due"
_MEASURES = (
    Measure("denominator_count", "Phải tiếp nhận hoặc trả lời", width=12),
    Measure("received_in_time_count", "Đúng hạn", group="Đã tiếp nhận", width=10),
    Measure("received_late_count", "Muộn", group="Đã tiếp nhận", width=10),
    Measure("not_accepted_in_time_count", "Đúng hạn", group="Không tiếp nhận", width=10),
    Measure("not_accepted_late_count", "Muộn", group="Không tiếp nhận", width=10),
    Measure("waiting_overdue_count", "Quá hạn", group="Đang chờ tiếp nhận", width=10),
    Measure("waiting_in_due_count", "Còn hạn", group="Đang chờ tiếp nhận", width=10),
    Measure("unknown_count", "Không rõ", width=9),
    Measure("numerator_count", "Muộn, tổng số", width=10),
    Measure("numerator_count", "Tỷ lệ muộn", "denominator_count", "unknown_count", width=10),
)
_LATE = (
    "Hồ sơ trực tuyến tiếp nhận muộn: {late_reception_share} "
    "({late_reception_numerator}/{late_reception_denominator}), gồm đã tiếp nhận muộn "
    "{reception_late}, từ chối muộn {reception_not_accepted_late}, đang chờ quá hạn tiếp nhận "
    "{reception_waiting_overdue}. Không tiếp nhận, tính chung, {reception_not_accepted} hồ sơ; "
    "đang chờ còn hạn {reception_waiting_in_due} hồ sơ."
)
_HOURS = (
    "Hạn tiếp nhận lấy theo nguồn; nguồn không ghi thì là tám giờ làm việc sau khi nộp, theo lịch "
    "làm việc của địa phương. So sánh cả giờ."
)
_SUPPLEMENTS = (
    "Yêu cầu bổ sung: {supplements_asked} hồ sơ, trong đó từ hai lần trở lên "
    "{supplements_asked_again} ({supplements_asked_again_share})."
)
_ENDED = (
    "Rút {resolved_withdrawn} hồ sơ, trong đó rút sau hạn {withdrawn_after_due}; rút, dừng hoặc "
    "không tiếp nhận sau ngày hẹn trả, tính chung {ended_after_due} hồ sơ."
)
_WITHDRAWN = (
    "Rút {resolved_withdrawn} hồ sơ, trong đó rút sau hạn {withdrawn_after_due}; dừng sau hạn: "
    "{no_data}."
)


def figures(marts: Marts) -> Iterator[Figure]:
    """Give the figures of reception, supplements and late ends; none where nobody sent them."""
    if marts.late_reception:
        yield from _reception_figures(marts.late_reception)
    for record in marts.supplements:
        asked, again = record["asked_count"], record["asked_again_count"]
        yield Figure("supplements_asked", "Hồ sơ bị yêu cầu bổ sung", count_cell(asked))
        yield Figure("supplements_asked_again", "Bổ sung từ hai lần", count_cell(again))
        share = share_cell(again, asked)
        yield Figure("supplements_asked_again_share", "Phần bổ sung từ hai lần", share)
    flagged = [record for record in marts.to_explain if record["flag_code"] == _ENDED_LATE]
    if flagged:
        count = count_cell(summed(flagged, "dossier_count"))
        yield Figure("ended_after_due", flagged[0]["flag_name"], count)


def _reception_figures(agencies: Records) -> Iterator[Figure]:
    refused = summed(agencies, "not_accepted_in_time_count")
    refused_late = summed(agencies, "not_accepted_late_count")
    counts = {
        "late": ("Tiếp nhận muộn", summed(agencies, "received_late_count")),
        "not_accepted_late": ("Từ chối tiếp nhận muộn", refused_late),
        "not_accepted": ("Không tiếp nhận", refused + refused_late),
        "waiting_overdue": ("Chờ quá hạn tiếp nhận", summed(agencies, "waiting_overdue_count")),
        "waiting_in_due": ("Chờ còn hạn tiếp nhận", summed(agencies, "waiting_in_due_count")),
    }
    for code, (name, count) in counts.items():
        yield Figure(f"reception_{code}", f"Hồ sơ trực tuyến: {name.lower()}", count_cell(count))


def late_sentences(known: Figures) -> tuple[Paragraph, ...]:
    """Say how many online dossiers were received late, and what late is."""
    name = "Tiếp nhận hồ sơ trực tuyến muộn"
    if "reception_late" not in known or "late_reception_share" not in known:
        return (say("late_reception", f"{name}: {NO_DATA}."),)
    if not known["late_reception_denominator"].cell.value:
        return (say("late_reception", f"{name}: {NOTHING_HAPPENED}."),)
    return (fill("late_reception", _LATE, known), say("reception_hours", _HOURS))


def ended_sentences(known: Figures) -> tuple[Paragraph, ...]:
    """Say what was asked for again and what was withdrawn or stopped after its due date."""
    supplements = say("supplements", f"Yêu cầu bổ sung: {NO_DATA}.")
    if "supplements_asked" in known:
        supplements = fill("supplements", _SUPPLEMENTS, known)
        if not known["supplements_asked"].cell.value:
            supplements = say("supplements", f"Yêu cầu bổ sung: {NOTHING_HAPPENED}.")
    template = _ENDED if "ended_after_due" in known else _WITHDRAWN
    return (supplements, fill("ended", template, known, no_data=NO_DATA))


def table(agencies: Records) -> Table:
    """Lay out how each agency received its online dossiers."""
    return Table(
        code="late_reception",
        title="Tiếp nhận hồ sơ trực tuyến theo cơ quan tiếp nhận",
        sheet="Tiếp nhận muộn",
        unit="Đơn vị tính: hồ sơ trực tuyến",
        columns=(
            ORDER,
            Column("agency", "Cơ quan tiếp nhận", kind="text", width=36),
            *columns(_MEASURES),
        ),
        rows=grouped_rows(agencies, lambda members: cells(members, _MEASURES)),
        notes=(
            "Muộn = tiếp nhận muộn + từ chối muộn + đang chờ quá hạn; phải tiếp nhận hoặc trả "
            "lời = đã tiếp nhận + không tiếp nhận + đang chờ quá hạn. Đang chờ còn hạn và không rõ "
            "không nằm trong tỷ lệ.",
            _HOURS,
        ),
        empty_sentence=f"Tiếp nhận hồ sơ trực tuyến muộn: {NO_DATA}.",
    )
