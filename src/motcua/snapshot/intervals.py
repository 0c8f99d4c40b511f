"""Whether a rate has changed by more than chance: score intervals of one and of two proportions.

Wilson (1927) for one proportion; Newcombe (1998), method 10, for the difference of two
independent ones. Both hold for few cases and at 0 and 1, where the textbook interval does not.
"""

from math import sqrt

Z_95 = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


def proportion_interval(count: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """Give the Wilson score interval of count/total, each end from 0 to 1.

    ``count`` is from 0 to ``total``, and ``total`` is above 0.
    """
    share = count / total
    middle = share + z * z / (2 * total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)


def difference_interval(
    now: tuple[int, int], before: tuple[int, int], z: float = Z_95
) -> tuple[float, float]:
    """Give Newcombe's interval of the difference of two proportions, now minus before.

    Args:
        now: count and total of the later proportion, as above.
        before: count and total of the earlier one.
        z: normal quantile of the interval.
    """
    (now_low, now_high), (low, high) = (
        proportion_interval(*now, z),
        proportion_interval(*before, z),
    )
    share, earlier = now[0] / now[1], before[0] / before[1]
    down = sqrt((share - now_low) ** 2 + (high - earlier) ** 2)
    up = sqrt((now_high - share) ** 2 + (earlier - low) ** 2)
    return share - earlier - down, share - earlier + up


def direction(now: tuple[int, int], before: tuple[int, int]) -> int:
    """Tell whether a proportion rose (1) or fell (-1) by more than chance, or neither (0)."""
    low, high = difference_interval(now, before)
    return int(low > 0) - int(high < 0)
