import datetime
import unicodedata
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.snapshot import numbers

counts = st.integers(min_value=0, max_value=10**12)


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        pytest.param(899_364, 901_402, "99,77 %", id="the published rate"),
        pytest.param(2_038, 901_402, "0,23 %", id="small"),
        pytest.param(1, 800, "0,13 %", id="a tie goes up"),
        pytest.param(66, 66, "100,00 %", id="whole"),
        pytest.param(0, 7, "0,00 %", id="none of some"),
        pytest.param(0, 0, "không phát sinh", id="none of none"),
    ],
)
def test_share_is_written_as_vietnamese_reads_it(numerator, denominator, text):
    assert numbers.format_share(numerator, denominator) == text


@given(counts)
def test_count_reads_back_as_itself(value):
    text = numbers.format_count(value)

    assert int(text.replace(".", "")) == value
    assert all(len(group) == 3 for group in text.split(".")[1:])
    assert 1 <= len(text.split(".", maxsplit=1)[0]) <= 3


@given(counts, st.integers(min_value=1, max_value=10**12))
def test_share_is_the_nearest_hundredth_of_a_percent(numerator, denominator):
    text = numbers.format_share(numerator, denominator).removesuffix(" %")
    written = Fraction(text.replace(".", "").replace(",", "."))

    assert abs(written - Fraction(numerator, denominator) * 100) <= Fraction(1, 200) + Fraction(
        1, 10**12
    ) * (1 + numerator // denominator)
    assert len(text.split(",")[1]) == 2


@given(st.integers(min_value=0, max_value=10**7), st.integers(min_value=1, max_value=10**7))
def test_share_and_its_value_are_written_alike(numerator, denominator):
    """A spreadsheet holds the value, a document the text: both must show the same digits."""
    if numerator * 200_000 % denominator:  # not a tie at the last digit
        assert numbers.format_percent(numerator / denominator) == numbers.format_share(
            numerator, denominator
        )


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (Decimal("0.0035"), "tăng 0,35 điểm phần trăm"),
        (Decimal("-0.121"), "giảm 12,10 điểm phần trăm"),
        (Decimal("0.00001"), "không đổi"),
    ],
)
def test_change_of_a_rate_is_in_points(difference, text):
    assert numbers.format_points(difference) == text


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [(22_515, 19_298, "tăng 16,67 %"), (90, 100, "giảm 10,00 %"), (5, 5, "không đổi"), (5, 0, "–")],
)
def test_change_of_a_count_is_in_percent(now, before, text):
    assert numbers.format_growth(now, before) == text


@given(st.dates())
def test_day_is_written_with_its_day_first(day):
    text = numbers.format_date(day)

    assert text == f"{text[:2]}/{text[3:5]}/{text[6:]}"
    assert datetime.date(int(text[6:]), int(text[3:5]), int(text[:2])) == day


@given(st.text())
def test_foreign_text_is_composed_and_free_of_control_characters(text):
    clean = numbers.clean_text(text)

    assert clean == unicodedata.normalize("NFC", clean)
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in clean)


def test_groups_are_numbered_in_roman():
    assert [numbers.roman(n) for n in (1, 4, 9, 14)] == ["I", "IV", "IX", "XIV"]
