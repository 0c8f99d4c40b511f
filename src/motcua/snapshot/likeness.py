"""Whether the periods that a review compares are alike: of one scheme and as long as each other."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.marts import Record
from motcua.snapshot.model import Paragraph
from motcua.snapshot.sentences import bare_name, say, small

CODE = "unlike"
"""The code of the sentence."""
DAYS_APART = 3
"""By how many days months, quarters and halves of one scheme differ at most (28 and 31 days)."""
SCHEMES = {
    "nd09": "chốt ngày 14 theo Nghị định 09/2019/NĐ-CP",
    "calendar": "theo năm dương lịch",
    "custom": "kỳ tự đặt",
}
_COMPARED = {"previous": "kỳ trước", "same": "cùng kỳ"}


def sentence(review: Record) -> str:
    """Warn where a period compared is of another scheme or length; empty where all are alike.

    Args:
        review: of each period ``<which>_scheme_code``, ``<which>_start_date`` and
            ``<which>_known_to_date``, of the earlier ones ``<which>_period_name`` (None: there is
            no such period); ``<which>_`` is nothing, ``previous_`` or ``same_``. A period is as
            long as it is known: one that had not ended is shorter.
    """
    unlike = {which: told for which in _COMPARED if (told := tuple(_differences(review, which)))}
    if not unlike:
        return ""
    differences = dict.fromkeys(one for told in unlike.values() for one in told)
    periods = [f"kỳ này {_described(review, '')}"]
    for which in unlike:
        name = small(bare_name(review[f"{which}_period_name"]))
        periods.append(f"{_COMPARED[which]} – {name} {_described(review, f'{which}_')}")
    return (
        f"Lưu ý: so sánh chỉ để tham khảo, các kỳ không cùng {' và '.join(differences)}: "
        f"{'; '.join(periods)}."
    )


def paragraph(review: Record) -> Paragraph | None:
    """Give the warning as a sentence of the report; None where the periods are alike."""
    text = sentence(review)
    return say(CODE, text) if text else None


def _differences(review: Record, which: str) -> Iterator[str]:
    if not review[f"{which}_period_name"]:
        return
    if review[f"{which}_scheme_code"] != review["scheme_code"]:
        yield "cách chia kỳ"
    if abs(_days(review, f"{which}_") - _days(review, "")) > DAYS_APART:
        yield "độ dài"


def _described(review: Mapping[str, object], which: str) -> str:
    scheme = review[f"{which}scheme_code"]
    return f"({SCHEMES.get(scheme, scheme)}, {_days(review, which)} ngày)"


def _days(review: Record, which: str) -> int:
    return (review[f"{which}known_to_date"] - review[f"{which}start_date"]).days + 1
