"""Find where the records of a CSV file begin, independent of the reader that decodes them."""

import collections
import contextlib
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

NEWLINE, QUOTE, RETURN = 10, 34, 13


@dataclass(frozen=True, slots=True)
class Records:
    """Records of a file after its header: where each begins (byte), and on which line (from 1)."""

    starts: np.ndarray
    lines: np.ndarray


def find_records(blocks: Iterable[bytes], header_lines: int) -> Records:
    """Find the records by the newlines that stand outside quotes; blank lines are no records."""
    starts = [np.zeros(1, dtype=np.int64)]
    lines = [np.zeros(1, dtype=np.int64)]
    is_blank = [np.zeros(0, dtype=bool)]
    position, line_count, quote_count = 0, 0, 0
    last_start, before = 0, NEWLINE
    for block in blocks:
        data = np.frombuffer(block, dtype=np.uint8)
        newlines = np.flatnonzero(data == NEWLINE)
        quotes = np.flatnonzero(data == QUOTE)
        outside = (np.searchsorted(quotes, newlines) + quote_count) % 2 == 0
        ends = newlines[outside]
        numbers = line_count + np.flatnonzero(outside) + 1
        before_end = np.where(ends > 0, data[np.maximum(ends - 1, 0)], before)
        sizes = np.diff(ends + position, prepend=last_start - 1) - 1
        is_blank.append((sizes == 0) | ((sizes == 1) & (before_end == RETURN)))
        starts.append(ends + position + 1)
        lines.append(numbers)
        if len(ends):
            last_start = int(ends[-1]) + position + 1
        position += len(data)
        line_count += len(newlines)
        quote_count += len(quotes)
        before = int(data[-1]) if len(data) else before
    first, first_line = np.concatenate(starts), np.concatenate(lines) + 1
    blank = np.append(np.concatenate(is_blank), position - last_start <= 0)
    keep = ~blank & (first_line > header_lines)
    return Records(first[keep], first_line[keep])


@dataclass(frozen=True, slots=True)
class LooseRecord:
    """A record as a person would read it: its first line (from 1), its cells, its whole text.

    ``cells`` is empty for the header and for blank lines, null for a line that is no whole record.
    """

    line: int
    cells: Sequence[str] | None
    text: str


def loose_records(
    stream: Iterable[str], header_lines: int, delimiter: str, width: int
) -> Iterator[LooseRecord]:
    """Give the records of a text in order; their texts together are the text.

    Of a record that is not whole only its first line is given up, so that a quote which never
    closes does not take the lines after it along.
    """
    lines = _Lines(stream)
    for _ in range(header_lines):
        next(lines, None)
    first, text = lines.take()
    yield LooseRecord(first, (), text)
    while True:
        yield from _whole_records(lines, delimiter, width)
        if not lines.has_read:
            return
        first, text = lines.give_up_first()
        yield LooseRecord(first, None, text)


def _whole_records(lines: "_Lines", delimiter: str, width: int) -> Iterator[LooseRecord]:
    """Give records up to the first that is not whole, whose lines stay read and not taken."""
    with contextlib.suppress(csv.Error):
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            if row and not (len(row) == width and is_utf8(row)):
                return
            first, text = lines.take()
            yield LooseRecord(first, row, text)


class _Lines:
    """Lines of a file that can be given back: those read since the last record was taken."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = iter(stream)
        self._again: collections.deque[str] = collections.deque()
        self._read: list[str] = []
        self._taken = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._stream)
        self._read.append(line)
        return line.replace("\0", "\ufffd")

    @property
    def has_read(self) -> bool:
        """Say whether lines were read that no record has taken."""
        return bool(self._read)

    def take(self) -> tuple[int, str]:
        """Take what was read as one record: the number of its first line, from 1, and its text."""
        first, text = self._taken + 1, "".join(self._read)
        self._taken += len(self._read)
        self._read.clear()
        return first, text

    def give_up_first(self) -> tuple[int, str]:
        """Take the first line that was read alone, and give the others back."""
        self._again.extendleft(reversed(self._read[1:]))
        del self._read[1:]
        return self.take()


def is_utf8(row: Sequence[str]) -> bool:
    """Say whether cells can be written as UTF-8: no byte in them was unreadable."""
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return False
    return True
