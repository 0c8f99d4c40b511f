"""Which packs a day calls for: the reviews of 15 June and 15 December, or the one asked for."""

from collections.abc import Iterable, Mapping
from datetime import date

JUNE = 6


def choose_reviews(
    asked: Mapping[str, str | None],
    day: date,
    provinces: Iterable[str],
    published_as_of: date | None,
) -> list[dict[str, str | None]]:
    """Give the packs to make, as arguments of ``run_snapshot``.

    Args:
        asked: ``review``, ``province``, ``as_of_date`` of a run by hand; all null on the calendar.
        day: day of the run: to the end of June the first half-year is due, later the year
            (periods of NĐ 09/2019: 15/12–14/6 and 15/12–14/12).
        provinces: codes of the provinces that have localities.
        published_as_of: day up to which the published warehouse knows exports; a run of the
            calendar makes no pack of a period that begins after it, or with nothing published.

    Returns:
        Mappings with ``review``, ``province_code``, ``as_of_date`` (ISO day or null).
    """
    chosen = [asked["province"]] if asked.get("province") else sorted(set(provinces))
    review = asked.get("review")
    period_start = date(day.year - 1, 12, 15)
    if not review and (published_as_of is None or published_as_of < period_start):
        return []
    if review and review.rpartition("-")[2] in set(provinces):
        chosen = [review.rpartition("-")[2]]
    period = review or (f"{day.year}-H1" if day.month <= JUNE else f"{day.year}-Y")
    return [
        {"review": period, "province_code": province, "as_of_date": asked.get("as_of_date")}
        for province in chosen
    ]
