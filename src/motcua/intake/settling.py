"""Whether a delivery in the inbox is whole, or somebody still writes it: by what its files show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Look:
    """Size and time of change (nanoseconds) of each file of a delivery, at one moment."""

    files: Mapping[str, tuple[int, int]]

    @property
    def changed_ns(self) -> int:
        """When a file was last changed."""
        return max((changed for _, changed in self.files.values()), default=0)


def seconds_to_wait(looks: Iterable[Look], now_ns: int, settle_seconds: float) -> float:
    """Say after how many seconds to look again, so that nothing changed for the time to settle.

    A file from the future (a clock was set back) is watched for the whole time.
    """
    waits = [0.0]
    for look in looks:
        age = (now_ns - look.changed_ns) / NANOSECONDS
        if age < settle_seconds:
            waits.append(settle_seconds - max(age, 0.0))
    return max(waits)


def is_awaited(look: Look, named: Iterable[str], now_ns: int, hours: float) -> bool:
    """Say whether a folder waits for a file that its manifest names.

    Args:
        look: What the folder holds.
        named: Names of the files that it lacks.
        now_ns: The moment, in nanoseconds.
        hours: How long after the last change it may lack them; then it is taken as it is.
    """
    return any(named) and now_ns - look.changed_ns < hours * 3600 * NANOSECONDS
