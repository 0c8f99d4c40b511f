"""Sharing a whole number out by weight."""

import math
from collections.abc import Sequence


def spread(total: int, weights: Sequence[float], caps: Sequence[int] | None = None) -> list[int]:
    """Share ``total`` out by weight in whole numbers that add up exactly, none above its cap."""
    shares = [0] * len(weights)
    free = [
        at for at, weight in enumerate(weights) if weight > 0 and (caps is None or caps[at] > 0)
    ]
    left = total
    while caps is not None and free:
        unit = left / sum(weights[at] for at in free)
        full = [at for at in free if weights[at] * unit >= caps[at]]
        if not full:
            break
        for at in full:
            shares[at] = min(caps[at], left)
            left -= shares[at]
        taken = set(full)
        free = [at for at in free if at not in taken]
    whole = math.fsum(weights[at] for at in free)
    gone, before = 0.0, 0
    for at in free:
        gone += weights[at]
        upto = min(left, math.floor(left * gone / whole + 0.5))
        shares[at], before = upto - before, upto
    return shares
