"""Find where the records of a CSV file begin, independent of the reader that decodes them."""

from collections.abc import Iterable
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
