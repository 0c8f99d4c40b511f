"""What the meeting is asked to conclude: made from figures, the term left blank for staff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from motcua.snapshot.handling import agency_names
from motcua.snapshot.lines import summed
from motcua.snapshot.marts import Marts, Record, Records
from motcua.snapshot.model import Figure, Matter, Paragraph, count_cell
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.ranking import RANKED_FROM
from motcua.snapshot.sentences import fill, say

_MOST = 5
_UNKNOWN = "unknown"
TITLE = "Việc đề nghị Chủ tịch kết luận"
_OF_AGENCY = "Việc đề nghị kết luận"


@dataclass(frozen=True, slots=True)
class _Matter:
    """One thing to conclude on: words around its count, unit, lines by agency and their count.

    ``metric_code`` is what tells at the next meeting whether it was done; empty: nothing does.
    """

    code: str
    words: str
    unit: str
    lines: Sequence[Record]
    measure: str
    metric_code: str = ""


def title(marts: Marts) -> str:
    """Say what is asked: of the province's chairman, or in an agency's own meeting."""
    return _OF_AGENCY if marts.scope else TITLE


def figures(marts: Marts) -> Iterator[Figure]:
    """Give the count of each matter and that of the agency that has most of it."""
    resolved = _by_agency(marts.handling_by_agency, "resolved_count")
    for matter in _matters(marts):
        name = matter.words.format(count="…")
        total = count_cell(summed(matter.lines, matter.measure))
        yield Figure(f"matter_{matter.code}", name, total)
        if most := _most(matter, resolved):
            yield Figure(f"matter_{matter.code}_agency", f"{name}: {most[0]}", count_cell(most[1]))


def sentences(marts: Marts, known: Mapping[str, Figure], prefix: str) -> tuple[Paragraph, ...]:
    """Write at most five matters, those with most dossiers first as listed; none: say so.

    Args:
        marts: the rows of the review.
        known: every figure by its code.
        prefix: what the sentences' codes begin with, as they stand in two places.
    """
    resolved = _by_agency(marts.handling_by_agency, "resolved_count")
    told = []
    for matter in _matters(marts)[:_MOST]:
        template = matter.words.format(count=f"{{matter_{matter.code}}}")
        most = _most(matter, resolved)
        if most is None:
            template += "; cơ quan: xem phụ lục"
        elif most[1] < summed(matter.lines, matter.measure):
            template += f"; nhiều nhất: {{agency}} ({{matter_{matter.code}_agency}} {matter.unit})"
        else:
            template += "; cơ quan: {agency}"
        template += "; thời hạn: (để trống)."
        agency = most[0] if most else ""
        told.append(fill(f"{prefix}_{matter.code}", template, known, agency=agency))
    if told:
        return tuple(told)
    if "resolved" not in known:
        return (say(f"{prefix}_none", f"{title(marts)}: {NO_DATA}."),)
    return (say(f"{prefix}_none", "Số liệu của kỳ không nêu việc nào cần kết luận."),)


def matters(marts: Marts, known: Mapping[str, Figure]) -> tuple[Matter, ...]:
    """Give the matters as the draft notice of conclusions takes them over."""
    resolved = _by_agency(marts.handling_by_agency, "resolved_count")
    found = []
    for matter in _matters(marts)[:_MOST]:
        most = _most(matter, resolved)
        text = matter.words.format(count=known[f"matter_{matter.code}"].cell.text)
        code, name = (most[2], most[0]) if most else ("", "")
        found.append(Matter(text, code, name, matter.metric_code))
    return tuple(found)


def _matters(marts: Marts) -> list[_Matter]:
    """Give the matters in the order of their weight; those of which there is nothing are left out.

    Open dossiers first, then people who wait for a word, then what nobody has accounted for.
    """
    unsent = tuple(
        {**record, "unsent_count": record["apology_owed_count"] - record["apology_sent_count"]}
        for record in marts.overdue_by_agency
    )
    unknown = tuple(
        record for record in marts.overdue_causes if record["overdue_cause_code"] == "unknown"
    )
    every = (
        _Matter(
            "pending_overdue",
            "Giải quyết dứt điểm {count} hồ sơ đang quá hạn",
            "hồ sơ",
            marts.handling_by_agency,
            "pending_overdue_count",
            "pending_overdue",
        ),
        _Matter(
            "waiting_overdue",
            "Tiếp nhận hoặc trả lời {count} hồ sơ trực tuyến đang chờ quá hạn tiếp nhận",
            "hồ sơ",
            marts.late_reception,
            "waiting_overdue_count",
            "late_reception",
        ),
        _Matter(
            "petitions_overdue",
            "Trả lời {count} phản ánh, kiến nghị đang quá hạn",
            "phản ánh, kiến nghị",
            marts.petitions_by_agency,
            "petition_overdue_count",
            "petitions_on_time",
        ),
        _Matter(
            "apologies_unsent",
            "Gửi văn bản xin lỗi đối với {count} hồ sơ quá hạn chưa ghi nhận có văn bản",
            "hồ sơ",
            unsent,
            "unsent_count",
        ),
        _Matter(
            "causes_unknown",
            "Xác định nguyên nhân của {count} hồ sơ quá hạn chưa ghi nhận nguyên nhân",
            "hồ sơ",
            unknown,
            "overdue_count",
        ),
        _Matter(
            "received_late",
            "Khắc phục việc tiếp nhận muộn, đã có {count} hồ sơ trực tuyến tiếp nhận muộn",
            "hồ sơ",
            marts.late_reception,
            "received_late_count",
            "late_reception",
        ),
    )
    return [matter for matter in every if summed(matter.lines, matter.measure)]


def _most(matter: _Matter, resolved: Mapping[str, tuple[str, int]]) -> tuple[str, int, str] | None:
    """Name the one agency that has most, if one alone has and it has dossiers enough; its code."""
    counts = {
        code: count
        for code, (_, count) in _by_agency(matter.lines, matter.measure).items()
        if count and code != _UNKNOWN and resolved.get(code, ("", 0))[1] >= RANKED_FROM
    }
    most = max(counts.values(), default=0)
    codes = [code for code, count in counts.items() if count == most]
    return (resolved[codes[0]][0], most, codes[0]) if len(codes) == 1 else None


def _by_agency(lines: Records | Sequence[Record], measure: str) -> dict[str, tuple[str, int]]:
    """Sum a count by agency: its name (one that no other has) and the sum."""
    counts: dict[str, int] = {}
    firsts: dict[str, Record] = {}
    for record in lines:
        code = record["agency_code"]
        counts[code] = counts.get(code, 0) + record[measure]
        firsts.setdefault(code, record)
    named = [record for record in firsts.values() if "agency_name" in record]
    names = dict(zip((r["agency_code"] for r in named), agency_names(named), strict=True))
    return {code: (names.get(code, code), count) for code, count in counts.items()}
