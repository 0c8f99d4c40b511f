from datetime import date

import pytest

from motcua.snapshot.schedule import choose_reviews

NOTHING = {"review": None, "province": None, "as_of_date": None}


@pytest.mark.parametrize(
    ("day", "review"),
    [(date(2025, 6, 15), "2025-H1"), (date(2025, 12, 15), "2025-Y")],
    ids=["June: the half-year", "December: the year"],
)
def test_the_calendar_calls_for_each_province_once(day, review):
    chosen = choose_reviews(NOTHING, day, ["H49", "H01", "H01"], day)

    assert [(one["review"], one["province_code"]) for one in chosen] == [
        (review, "H01"),
        (review, "H49"),
    ]


@pytest.mark.parametrize("published", [None, date(2024, 12, 14)])
def test_the_calendar_makes_no_pack_of_a_period_that_nothing_is_known_of(published):
    assert choose_reviews(NOTHING, date(2025, 6, 15), ["H01"], published) == []


@pytest.mark.parametrize(
    "asked",
    [{"review": "2024-CY", "province": "H01"}, {"review": "2024-CY-H01"}],
    ids=["period and province", "review code"],
)
def test_a_review_asked_for_is_made_as_of_the_day_asked(asked):
    chosen = choose_reviews(
        {**NOTHING, **asked, "as_of_date": "2024-12-31"}, date(2025, 1, 1), ["H01", "H49"], None
    )

    assert len(chosen) == 1
    assert chosen[0]["province_code"] == "H01"
    assert chosen[0]["as_of_date"] == "2024-12-31"
