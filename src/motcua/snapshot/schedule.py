"""Which packs a day calls for: the reviews of 15 June and 15 December, or the one asked for."""

from collections.abc import Iterable, Mapping
from datetime import date

JUNE = 6


def choose_reviews(
    asked: Mapping[str, str | None], day: date, provinces: Iterable[str]
) -> list[dict[str, str | None]]:
    """Give the packs to make, as arguments of ``run_snapshot``.

    Args:
        asked: ``review``, ``province``, ``as_of_date`` of a run by hand; all null on the calendar.
        day: day of the run: to the end of June the first half-year is due, later the year
            (periods of NĐ 09/2019: 15/12–14/6 and 15/12–14/12).
        provinces: codes of the provinces that have localities.

    Returns:
        Mappings with ``review``, ``province_code``, ``as_of_date`` (ISO day or null).
    """
    chosen = [asked["province"]] if asked.get("province") else sorted(set(provinces))
    review = asked.get("review")
    if review and review.rpartition("-")[2] in set(provinces):
        chosen = [review.rpartition("-")[2]]
    period = review or (f"{day.year}-H1" if day.month <= JUNE else f"{day.year}-Y")
    return [
        {"review": period, "province_code": province, "as_of_date": asked.get("as_of_date")}
        for province in chosen
    ]
