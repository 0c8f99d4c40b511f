"""What the values of a column look like: dates and their formats, truth values, persons."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from motcua.contracts import LEGAL_DOSSIER_CODE, LEGAL_PROCEDURE_CODE, fold
from motcua.datasets import type_of
from motcua.intake.casting import (
    FALSE_WORDS,
    GROUPED,
    SERIAL,
    TRUE_WORDS,
    day_order,
    is_decimal,
)
from motcua.onboarding.vocabulary import known

FITS_SHARE = 0.95
MOST_SHARE = 0.5
"""Of a column whose header leaves no doubt, values that must be read."""
PERSON_SHARE = 0.5
FREE_TEXT_WORDS = 2
_TIME = {"": "", " %H:%M:%S": r" \d{1,2}:\d\d:\d\d", " %H:%M": r" \d{1,2}:\d\d"}
_DAY = r"\d{1,2}"
_FORMS: dict[str, str] = {
    "%Y%m%d%H%M%S": r"(19|20)\d{12}",
    "%Y%m%d": r"(19|20)\d{6}",
    **{
        f"%Y-%m-%d{separator}%H:%M:%S{fraction}{zone}": (
            rf"\d{{4}}-\d\d-\d\d{separator}\d\d:\d\d:\d\d{fraction_form}{zone_form}"
        )
        for separator in (" ", "T")
        for fraction, fraction_form in (("", ""), (".%f", r"\.\d{1,6}"))
        for zone, zone_form in (("", ""), ("%z", r"(Z|[+-]\d\d:?\d\d)"))
    },
    "%Y-%m-%d %H:%M": r"\d{4}-\d\d-\d\d \d\d:\d\d",
    "%Y-%m-%d": r"\d{4}-\d\d-\d\d",
    **{
        f"{first}{mark}{second}{mark}%Y{time}": (
            rf"{_DAY}{re.escape(mark)}{_DAY}{re.escape(mark)}\d{{4}}{time_form}"
        )
        for mark in "/-."
        for first, second in (("%d", "%m"), ("%m", "%d"))
        for time, time_form in _TIME.items()
    },
}
"""strptime formats that are looked for, each with the form of its texts."""
_CODE_FORMS = {"dossier_code": LEGAL_DOSSIER_CODE, "procedure_code": LEGAL_PROCEDURE_CODE}
_NUMBER = rf"[+-]?(\d+|\d+[.,]\d+)|{GROUPED}|[+-]?\d{{1,3}}([.,]\d{{3}})+[.,]\d+"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}")
_PHONE = re.compile(r"(\+84|84|0)[ .]?\d{2,3}[ .]?\d{3}[ .]?\d{3,4}")
_IDENTITY = re.compile(r"\d{9}|0\d{11}")


def filled(texts: Sequence[str | None]) -> list[str]:
    """Give the texts that are there, trimmed."""
    return [unicodedata.normalize("NFC", text.strip()) for text in texts if text and text.strip()]


def formats_of(texts: Sequence[str], share: float = FITS_SHARE) -> tuple[str, ...]:
    """Give the formats that read such a share of texts; both orders where the days tell neither.

    Day counts of Excel need no format: intake reads them by evidence of the column.
    """
    left = [text for text in texts if not re.fullmatch(SERIAL, text)]
    formats: list[str] = []
    candidates = _candidates(left)
    while len(left) > len(texts) * (1 - FITS_SHARE):
        counts = {one: sum(_reads(one, text) for text in left) for one in candidates}
        best = max(counts.values(), default=0)
        if not best:
            break
        chosen = [one for one, count in counts.items() if count == best][:2]
        same = len(chosen) == 2 and {day_order(one) for one in chosen} == {"dmy", "mdy"}
        chosen = chosen if same else chosen[:1]
        formats += chosen
        left = [text for text in left if not any(_reads(one, text) for one in chosen)]
    is_read = bool(texts) and len(left) <= len(texts) * (1 - share)
    return _one_order(tuple(dict.fromkeys(formats))) if is_read else ()


def _candidates(texts: Sequence[str]) -> list[str]:
    """Give the formats that read a text of some shape: most columns have one or two shapes."""
    shapes = {re.sub(r"\d", "0", text): text for text in texts}
    return [
        one for one, form in _FORMS.items() if any(map(re.compile(form).fullmatch, shapes.values()))
    ]


def _one_order(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Keep one order of day and month where one of the formats was told alone."""
    orders = [day_order(one) for one in formats]
    told = {order for order in orders if order and orders.count(order) > len(orders) / 2}
    if len(told) != 1:
        return formats
    return tuple(one for one in formats if day_order(one) in (None, *told))


def _reads(written: str, text: str) -> bool:
    return bool(re.fullmatch(_FORMS[written], text)) and moment(written, text) is not None


def moment(written: str, text: str) -> dt.datetime | None:
    """Read a text by a format; null where it cannot be."""
    try:
        return dt.datetime.strptime(text.replace("Z", "+0000"), written)  # noqa: DTZ007
    except ValueError:
        return None


def is_serial(texts: Sequence[str]) -> bool:
    """Say whether a column holds day counts of Excel."""
    return _share(texts, lambda text: re.fullmatch(SERIAL, text)) >= FITS_SHARE


def fits(column: str, texts: Sequence[str], share: float = FITS_SHARE) -> bool:
    """Say whether such a share of texts can be read as a canonical column."""
    sql_type = type_of(column)
    if sql_type in ("timestamp", "date"):
        return bool(formats_of(texts, share)) or is_serial(texts)
    if sql_type == "boolean":
        words = (*TRUE_WORDS, *FALSE_WORDS)
        return _share(texts, lambda text: fold(text) in words) >= share
    if sql_type != "string":
        form = _NUMBER if is_decimal(column) else rf"[+-]?\d+|{GROUPED}"
        return _share(texts, lambda text: re.fullmatch(form, text)) >= share
    return True


def has_code_form(column: str, texts: Sequence[str]) -> bool:
    """Say whether nearly all texts have the legal form of a code (domain §3.4)."""
    form = _CODE_FORMS[column]
    return bool(texts) and _share(texts, lambda text: re.match(form, text)) >= FITS_SHARE


def code_form_of(texts: Sequence[str]) -> str | None:
    """Write the one form that all codes share: letters stay, digits may change; else null."""
    forms = {re.sub(r"\d+", r"\\d+", re.escape(text).replace(r"\-", "-")) for text in texts}
    return f"^{forms.pop()}$" if len(forms) == 1 else None


def looks_personal(texts: Sequence[str]) -> bool:
    """Say whether half of the texts look like persons, phones, e-mails or identity numbers."""
    return _share(texts, _is_personal) >= PERSON_SHARE


def is_free_text(texts: Sequence[str]) -> bool:
    """Say whether texts are words that hardly repeat: whoever writes so may name a person."""
    if len(texts) < 2 or len(set(texts)) <= len(texts) / 2:
        return False
    wordy = [text for text in texts if len(re.findall(r"[^\W\d_]{2,}", text)) >= FREE_TEXT_WORDS]
    return len(wordy) > len(texts) / 2


def _is_personal(text: str) -> bool:
    if _EMAIL.fullmatch(text) or _PHONE.fullmatch(text) or _IDENTITY.fullmatch(text):
        return True
    words = text.split()
    is_name = 2 <= len(words) <= 6 and all(word.isalpha() and word[0].isupper() for word in words)
    return is_name and words[0].capitalize() in known().surnames


def _share(texts: Sequence[str], test: object) -> float:
    return sum(bool(test(text)) for text in texts) / len(texts) if texts else 0.0
