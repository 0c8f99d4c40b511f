"""Decide whether an archive may be unpacked, from its table of contents alone."""

import stat
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath

from motcua.intake.refusals import DeliveryRefusedError

MAX_MEMBERS = 2_000
MAX_TOTAL_BYTES = 40 * 1024**3
MAX_RATIO = 1_000
RATIO_FLOOR_BYTES = 64 * 1024**2
"""Small members may be as repetitive as they like; the ratio counts from here."""


def safe_members(name: str, members: Sequence[zipfile.ZipInfo]) -> tuple[zipfile.ZipInfo, ...]:
    """Give the members to unpack, or refuse the archive.

    Args:
        name: The archive's name, for the sentence.
        members: Its table of contents.

    Raises:
        DeliveryRefusedError: A member is unsafe, encrypted, or the whole is too large.
    """
    files = tuple(member for member in members if not member.is_dir())
    for member in members:
        _check_member(name, member)
    names = [member.filename for member in files]
    if len(set(names)) < len(names):
        raise DeliveryRefusedError("zip_unsafe", name)
    if len(files) > MAX_MEMBERS:
        raise DeliveryRefusedError("zip_too_large", name, f"hơn {MAX_MEMBERS} tệp")
    if sum(member.file_size for member in files) > MAX_TOTAL_BYTES:
        raise DeliveryRefusedError("zip_too_large", name, f"hơn {MAX_TOTAL_BYTES // 1024**3} GB")
    return tuple(member for member in files if not is_clutter(member.filename))


def is_clutter(name: str) -> bool:
    """Say whether a file is what a desktop leaves in folders, not data."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(
        part.startswith(".") or part.lower() in ("thumbs.db", "desktop.ini") for part in parts
    )


def _check_member(name: str, member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    kind = stat.S_IFMT(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]:
        raise DeliveryRefusedError("zip_unsafe", name)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or "\x00" in member.filename:
        raise DeliveryRefusedError("zip_unsafe", name)
    if member.flag_bits & 0x1:
        raise DeliveryRefusedError("zip_encrypted", name)
    if member.file_size > max(RATIO_FLOOR_BYTES, MAX_RATIO * max(member.compress_size, 1)):
        raise DeliveryRefusedError("zip_too_large", name, f"tỷ lệ nén hơn {MAX_RATIO} lần")
