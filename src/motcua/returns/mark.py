"""How a return says what it is: lines of its sheet «Tổng hợp», which intake reads back."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from motcua.contracts import fold

CONTRACT = "tra_lai"
"""The contract that reads a mended return, and so what makes a delivery a correction."""
SHEET = "Tổng hợp"
TITLE = "PHIẾU TRẢ LẠI DỮ LIỆU"
LOCALITY = "Mã địa phương"
DELIVERY = "Mã lần gửi"
EXPORTED_AT = "Thời điểm kết xuất"
IS_SIMULATED = "Dữ liệu mô phỏng"
_ANSWERS = {"có": True, "không": False}
_MOMENT = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{6}))?")


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose delivery a return is about, and when it was exported (local civil time).

    In the return of a correction ``exported_at`` stays that of the export which was corrected
    first, so that all corrections of one export sort by their arrival.
    """

    locality_code: str
    delivery_id: str
    exported_at: dt.datetime
    is_simulated: bool

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Give the lines that a return carries, each a label and a text."""
        return (
            (LOCALITY, self.locality_code),
            (DELIVERY, self.delivery_id),
            (EXPORTED_AT, moment_text(self.exported_at)),
            (IS_SIMULATED, "có" if self.is_simulated else "không"),
        )


def read_mark(rows: Sequence[Sequence[object]]) -> Mark | None:
    """Find the mark among the cells of a sheet; nothing when one of its lines is not there."""
    texts = [[str(cell).strip() for cell in row if cell not in (None, "")] for row in rows]
    told = {fold(row[0]): row[1] for row in texts if len(row) > 1}
    wanted = [told.get(fold(label)) for label in (LOCALITY, DELIVERY, EXPORTED_AT, IS_SIMULATED)]
    has_title = any(fold(cell) == fold(TITLE) for row in texts for cell in row)
    if not has_title or None in wanted:
        return None
    locality_code, delivery_id, exported, simulated = wanted
    exported_at, is_simulated = _moment(exported), _ANSWERS.get(fold(simulated))
    if exported_at is None or is_simulated is None:
        return None
    return Mark(locality_code, delivery_id, exported_at, is_simulated)


def corrected_at(mark: Mark, arrived_at: dt.datetime) -> dt.datetime:
    """Give the time of export of a correction: a little after the export that it corrects.

    One microsecond for each second from that export to the correction's arrival. So a correction
    sorts behind what it corrects, a later one behind an earlier one, and none before an export that
    was made since: mending an old line never takes the place of what a newer export says.
    """
    seconds = int((arrived_at - mark.exported_at).total_seconds())
    return mark.exported_at + dt.timedelta(microseconds=max(seconds, 1))


def moment_text(moment: dt.datetime) -> str:
    """Write a moment so that it can be read back to the microsecond: dd/mm/yyyy HH:MM:SS."""
    day = f"{moment.day:02}/{moment.month:02}/{moment.year:04}"
    rest = f".{moment.microsecond:06}" if moment.microsecond else ""
    return f"{day} {moment.hour:02}:{moment.minute:02}:{moment.second:02}{rest}"


def _moment(text: str) -> dt.datetime | None:
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    day, month, year, *clock = (int(part or 0) for part in found.groups())
    try:
        return dt.datetime(year, month, day, *clock)  # noqa: DTZ001 - local civil time
    except ValueError:
        return None
