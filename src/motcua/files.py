"""Files: written whole or not at all, CSV that no cell can misuse, sums of several."""

import csv
import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

_COPIED_AT_ONCE = 1 << 30
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write beside a file and put it in its place by a rename; give its path.

    One process at a time may write a file so: its caller holds the lock of what lies there. What a
    killed one left is written over by the next.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    partial.replace(path)
    return path


def replace_link(link: Path, target: Path) -> None:
    """Make a symbolic link, or turn one to another target, by a rename: it is there throughout."""
    partial = link.with_name(f".{link.name}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    partial.replace(link)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file; a file system that can share what two files hold alike need not read it."""
    try:
        with source.open("rb") as read, target.open("wb") as written:
            while os.copy_file_range(read.fileno(), written.fileno(), _COPIED_AT_ONCE):
                pass
        is_whole = target.stat().st_size == source.stat().st_size
    except OSError:
        is_whole = False
    if not is_whole:
        # Of two file systems, or of one that does not do so; a true fault is told here.
        shutil.copyfile(source, target)


def write_csv(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows under a header; a text that a spreadsheet would take for a formula is quoted."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(names)
        writer.writerows([_inert(value) for value in row] for row in rows)


def sum_of_files(files: Iterable[tuple[str, Path]]) -> str:
    """Give one SHA-256 of files under the names that they go by, in the order given."""
    sha = hashlib.sha256()
    for name, path in files:
        sha.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return sha.hexdigest()


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
