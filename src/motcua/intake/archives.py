"""Decide whether an archive may be unpacked, from its table of contents alone."""

import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from motcua.intake.refusals import DeliveryRefusedError, over, writable
from motcua.settings import Settings

RATIO_FLOOR_BYTES = 64 * 1024**2
"""Small members may be as repetitive as they like; the ratio counts from here."""


@dataclass(slots=True)
class Budget:
    """What a delivery may still unpack, all its archives and those inside them together."""

    file_limit: int
    byte_limit: int
    ratio_limit: int
    depth_limit: int
    file_count: int = 0
    byte_count: int = 0


def budget_of(settings: Settings) -> Budget:
    """Make the budget of one delivery."""
    return Budget(
        settings.max_archive_files,
        settings.max_archive_bytes,
        settings.max_archive_ratio,
        settings.max_archive_depth,
    )


def safe_members(
    name: str, members: Sequence[zipfile.ZipInfo], budget: Budget, depth: int = 1
) -> tuple[zipfile.ZipInfo, ...]:
    """Give the members to unpack and take them off the budget, or refuse the archive.

    Args:
        name: The archive's name, for the sentence.
        members: Its table of contents.
        budget: What may still be unpacked.
        depth: 1 for an archive of the delivery, 2 for one inside it, and so on.

    Raises:
        DeliveryRefusedError: A member is unsafe, encrypted, or the whole is too large.
    """
    files = tuple(member for member in members if not member.is_dir())
    for member in members:
        _check_member(name, member, budget.ratio_limit)
    names = [member.filename for member in files]
    if len(set(names)) < len(names):
        raise DeliveryRefusedError("zip_unsafe", name)
    budget.file_count += len(files)
    budget.byte_count += sum(member.file_size for member in files)
    for value, limit, what, setting in (
        (depth, budget.depth_limit, "lớp tệp nén lồng nhau", "MAX_ARCHIVE_DEPTH"),
        (budget.file_count, budget.file_limit, "tệp", "MAX_ARCHIVE_FILES"),
        (budget.byte_count, budget.byte_limit, "byte", "MAX_ARCHIVE_BYTES"),
    ):
        if value > limit:
            raise DeliveryRefusedError("zip_too_large", name, over(what, limit, setting))
    return tuple(member for member in files if not is_clutter(member.filename))


def member_name(member: zipfile.ZipInfo) -> str:
    """Give a member's name; one written in UTF-8 without saying so was read as DOS letters."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return writable(member.filename)
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return writable(member.filename)


def is_clutter(name: str) -> bool:
    """Say whether a file is what a desktop leaves in folders, not data."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(
        part.startswith(".") or part.lower() in ("thumbs.db", "desktop.ini") for part in parts
    )


def _check_member(name: str, member: zipfile.ZipInfo, ratio_limit: int) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    kind = stat.S_IFMT(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]:
        raise DeliveryRefusedError("zip_unsafe", name)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or "\x00" in member.filename:
        raise DeliveryRefusedError("zip_unsafe", name)
    if member.flag_bits & 0x1:
        raise DeliveryRefusedError("zip_encrypted", name)
    if member.file_size > max(RATIO_FLOOR_BYTES, ratio_limit * max(member.compress_size, 1)):
        detail = over("lần so với khi nén", ratio_limit, "MAX_ARCHIVE_RATIO")
        raise DeliveryRefusedError("zip_too_large", name, detail)
