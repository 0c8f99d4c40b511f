"""Spoilt deliveries: whatever arrives gets a receipt in time, and no line is lost.

The corpus is spoilt at random from a seed: bytes, cells, headers, parts of archives. A number of
the message is enough to make the delivery again: `spoilt(number)`.
"""

import faulthandler
import io
import random
import resource
import time
import zipfile
from pathlib import Path

import pytest

from exports_support import EXPECTED, EXPORTS, clerk_suite, settings_for
from intake_support import LOCALITY
from motcua.intake import edge

SEED = 20240703
QUICK_COUNT = 40
SOAK_COUNT = 5_000
SECONDS_LIMIT = 30
MEMORY_LIMIT_KIB = 2 << 20
SLOW = ("million_empty_rows", "ten_thousand_columns", "bomb")
NAMES = [name for name in EXPECTED if not any(slow in name for slow in SLOW)]
TOKENS = (
    b"", b'"', b"\0", b"\xff", b",", b";", b"\t", b"\n", b"\r\n", b"(1)", b"=1+1", b"31/02/2024",
    b"99999", b"1E+11", b"\xef\xbb\xbf", b"\xff\xfe", b"<table>", b"{", b"[", b"]", b"\\u0000",
    "TỔNG CỘNG".encode(), "Mã hồ sơ".encode(), "hoà".encode(), b"9" * 400, b"\xcc\x81" * 9,
)  # fmt: skip


def spoilt(number: int) -> tuple[str, bytes]:
    """Give the export (its place in the corpus) and the bytes of one spoilt delivery."""
    draw = random.Random(f"{SEED}-{number}")
    name = draw.choice(NAMES)
    content = (EXPORTS / name).read_bytes()
    if content.startswith(b"PK") and draw.random() < 0.7:
        return name, _spoil_part(draw, content)
    for _ in range(draw.randint(1, 4)):
        content = _spoil(draw, content)
    return name, content


def _spoil(draw: random.Random, content: bytes) -> bytes:
    kind = draw.choice(("flip", "cut", "drop", "repeat", "token", "cells", "lines"))
    if kind == "lines":
        lines = content.splitlines(keepends=True)
        draw.shuffle(lines)
        return b"".join(lines)
    start = draw.randrange(len(content) + 1)
    end = min(len(content), start + draw.choice((1, 2, 8, 64, 512)))
    if kind == "cut":
        return content[:start]
    if kind == "drop":
        return content[:start] + content[end:]
    if kind == "repeat":
        return content[:end] + content[start:end] * draw.randint(1, 5) + content[end:]
    if kind == "flip":
        noise = bytes(draw.randrange(256) for _ in range(end - start))
        return content[:start] + noise + content[end:]
    if kind == "cells":
        cells = content.split(b",")
        cells[draw.randrange(len(cells))] = draw.choice(TOKENS)
        return b",".join(cells)
    return content[:start] + draw.choice(TOKENS) + content[start:]


def _spoil_part(draw: random.Random, content: bytes) -> bytes:
    """Spoil one part of an archive or a workbook, and pack it again."""
    stream = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            parts = {name: source.read(name) for name in source.namelist()}
    except (zipfile.BadZipFile, RuntimeError):
        return _spoil(draw, content)
    chosen = draw.choice(list(parts))
    parts[chosen] = _spoil(draw, parts[chosen])
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return stream.getvalue()


def _take_in(folder: Path, number: int) -> None:
    name, content = spoilt(number)
    settings = settings_for(
        folder,
        name,
        max_archive_bytes=64 << 20,
        max_workbook_bytes=64 << 20,
        max_sheet_cells=1_000_000,
    )
    inbox = settings.inbox / LOCALITY
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / f"{number}-{Path(name).name}").write_bytes(content)
    known = {path.stem for path in settings.receipts.glob("*.json")}
    started = time.monotonic()

    receipts = edge.run_intake(settings, LOCALITY, clerk_suite)

    told = f"spoilt({number}) of {name}"
    assert time.monotonic() - started < SECONDS_LIMIT, told
    kept = {path.name for path in (settings.raw / LOCALITY).iterdir()}
    assert kept == known | {receipt.delivery_id for receipt in receipts}, told
    assert not list(inbox.iterdir()), told
    for receipt in receipts:
        assert "Riêng" not in receipt.model_dump_json(), told
        for one in receipt.datasets:
            lines = one.line_count + one.spread_count
            assert lines == one.folded_count + one.source_count, told
            assert one.source_count == one.accepted_count + one.refused_count, told


def _run(folder: Path, count: int) -> None:
    faulthandler.dump_traceback_later(SECONDS_LIMIT * 4, repeat=True)
    try:
        for number in range(count):
            try:
                _take_in(folder, number)
            except Exception as error:
                message = f"spoilt({number}) of {spoilt(number)[0]}: {error!r}"
                raise AssertionError(message) from error
    finally:
        faulthandler.cancel_dump_traceback_later()


def test_spoilt_deliveries_get_a_receipt_and_lose_no_line(tmp_path):
    _run(tmp_path, QUICK_COUNT)


@pytest.mark.soak
def test_many_spoilt_deliveries_get_a_receipt_and_lose_no_line(tmp_path):
    _run(tmp_path, SOAK_COUNT)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MEMORY_LIMIT_KIB
