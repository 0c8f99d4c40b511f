"""How a figure is written in Vietnamese: 899.364; 99,77 %; dd/mm/yyyy. Formatted here only."""

import datetime
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

NOTHING_HAPPENED = "không phát sinh"
NO_DATA = "chưa có dữ liệu"
NOT_COMPARABLE = "–"


def format_count(value: int) -> str:
    """Write a whole number with a point between thousands: 899.364."""
    return f"{value:,}".replace(",", ".")


def format_decimal(value: Decimal | float, decimals: int = 2) -> str:
    """Write a number with a decimal comma, rounded half up: 94,07."""
    text = f"{_rounded(value, decimals):,}"
    return text.translate(str.maketrans(",.", ".,"))


def format_percent(value: Decimal | float, decimals: int = 2) -> str:
    """Write a share between 0 and 1 as a percentage: 99,77 %."""
    return f"{format_decimal(_exact(value) * 100, decimals)} %"


def format_share(numerator: int, denominator: int, decimals: int = 2) -> str:
    """Write one count as a share of another; 0/0 is no rate but «không phát sinh»."""
    if denominator == 0:
        return NOTHING_HAPPENED
    return format_percent(Decimal(numerator) / Decimal(denominator), decimals)


def format_points(difference: Decimal | float, decimals: int = 2) -> str:
    """Write the change of a rate (0.0035) in percentage points: tăng 0,35 điểm phần trăm."""
    points = _rounded(_exact(difference) * 100, decimals)
    if points == 0:
        return "không đổi"
    return f"{_direction(points)} {format_decimal(abs(points), decimals)} điểm phần trăm"


def format_points_between(now: Decimal, before: Decimal) -> str:
    """Write the change between two rates as they are printed, so that the printed ones agree."""
    return format_points(_rounded(now, 4) - _rounded(before, 4))


def format_growth(now: int, before: int) -> str:
    """Write the change of a count in percent of the earlier one: tăng 16,67 %."""
    if before == 0:
        return NOT_COMPARABLE
    change = Decimal(now - before) / Decimal(before)
    if _rounded(change * 100, 2) == 0:
        return "không đổi"
    return f"{_direction(change)} {format_percent(abs(change))}"


def format_date(value: datetime.date) -> str:
    """Write a day as dd/mm/yyyy."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def format_moment(value: datetime.datetime) -> str:
    """Write a moment as HH:MM dd/mm/yyyy."""
    return f"{value.hour:02d}:{value.minute:02d} {format_date(value)}"


def roman(number: int) -> str:
    """Number the groups of a form: I, II, III, IV."""
    digits = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, letter in digits:
        while number >= value:
            text += letter
            number -= value
    return text


def clean_text(text: str) -> str:
    """Bring foreign text to NFC, without control characters and with single spaces."""
    composed = unicodedata.normalize("NFC", text)
    kept = (" " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in composed)
    return " ".join("".join(kept).split())


def _direction(change: Decimal) -> str:
    return "tăng" if change > 0 else "giảm"


def _exact(value: Decimal | float) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _rounded(value: Decimal | float, decimals: int) -> Decimal:
    return _exact(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
