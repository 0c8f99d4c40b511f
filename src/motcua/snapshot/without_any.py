"""Agencies that resolved or received dossiers, and none of them online, digitised or electronic."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.marts import Records
from motcua.snapshot.model import Figure, Paragraph, count_cell
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.sentences import fill, say

_WHAT = {
    "online_received": "tiếp nhận trực tuyến",
    "input_digitised": "số hóa thành phần hồ sơ",
    "result_digitised": "số hóa kết quả",
    "result_electronic": "cấp kết quả điện tử",
}
_SUBJECT = "Cơ quan có hồ sơ mà không có hồ sơ nào được"


def figures(rates: Records) -> Iterator[Figure]:
    """Count the agencies of which something is told, and those with none of it.

    Where the source left dossiers of an agency unsaid, nobody knows that it has none.
    """
    for metric, name in _WHAT.items():
        agencies: dict[str, list[int]] = {}
        for record in rates:
            if record["metric_code"] == metric:
                sums = agencies.setdefault(record["agency_code"], [0, 0, 0])
                for position, count in enumerate(("numerator", "denominator", "unknown")):
                    sums[position] += record[f"{count}_count"]
        told = [sums for sums in agencies.values() if sums[1]]
        none = [sums for sums in told if not sums[0] and not sums[2]]
        if told:
            yield Figure(f"{metric}_told_agencies", f"Cơ quan: {name}", count_cell(len(told)))
            code, whole = f"{metric}_none_agencies", f"Cơ quan không có: {name}"
            yield Figure(code, whole, count_cell(len(none)))


def sentence(known: Mapping[str, Figure]) -> Paragraph:
    """Say of how many agencies no dossier is online, digitised or electronic."""
    parts = [
        f"{name} {{{metric}_none_agencies}}/{{{metric}_told_agencies}}"
        for metric, name in _WHAT.items()
        if f"{metric}_told_agencies" in known
    ]
    if not parts:
        return say("without_any", f"{_SUBJECT} số hóa, cấp kết quả điện tử: {NO_DATA}.")
    return fill("without_any", f"{_SUBJECT}: {'; '.join(parts)}.", known)
