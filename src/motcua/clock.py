"""The clock, read by edges only."""

from datetime import datetime
from zoneinfo import ZoneInfo

from motcua.intake.casting import LOCAL_ZONE


def read_clock() -> datetime:
    """Give the local civil time to the second, without a zone, as receipts have it."""
    return datetime.now(ZoneInfo(LOCAL_ZONE)).replace(tzinfo=None, microsecond=0)
