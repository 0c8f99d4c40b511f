"""The edge of opening: archives, texts in any encoding, workbooks of any kind, within the limits.

What is opened here is somebody else's: nothing is followed, expanded or allocated before its size
is known, and what cannot be opened is a refusal, never an error.
"""

import contextlib
import errno
import fnmatch
import hashlib
import itertools
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from motcua.contracts import Layout, fold
from motcua.errors import PipelineError
from motcua.intake import archives, encodings, htmltables, workbooks, worksheets
from motcua.intake.deliveries import SourceFile
from motcua.intake.refusals import DeliveryRefusedError, over
from motcua.intake.rescues import encoding_code, rescue
from motcua.receipts import Rescue
from motcua.settings import Settings

BLOCK_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 20
HEAD_BYTES = 1 << 12
_MARK = re.compile(rb"\xcc[\x80-\xbf]|\xcd[\x80-\xaf]")
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
)
ODS_CONTENT = "content.xml"
XLSX_PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet, or a table of a page that calls itself a workbook: its cells as they came."""

    name: str | None
    rows: Sequence[Sequence[worksheets.Cell]]
    merged: worksheets.Merged
    is_visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    is_html: bool = False
    is_from_1904: bool = False


# Archives


def write_members(
    archive: Path, name: str, folder: Path, budget: archives.Budget, depth: int = 1
) -> list[SourceFile]:
    """Unpack an archive and those inside it under numbers, so that no member's name is a path."""
    unpacked = unpack(archive, name, folder, budget, depth)
    return [one for _, file in unpacked for one in _opened(file, folder, budget, depth)]


def unpack(
    archive: Path, name: str, folder: Path, budget: archives.Budget, depth: int = 1
) -> list[tuple[zipfile.ZipInfo, SourceFile]]:
    """Unpack one archive: each member that is data, with the file that it now is."""
    found: list[tuple[zipfile.ZipInfo, SourceFile]] = []
    with _refusing("zip_unreadable", name), zipfile.ZipFile(archive) as opened:
        members = archives.safe_members(name, opened.infolist(), budget, depth)
        for number, member in enumerate(members):
            suffix = Path(member.filename).suffix.lower()
            ending = suffix if suffix.isascii() and suffix.isprintable() else ""
            path = folder / f"{archive.stat().st_ino}-{number}{ending[:16]}"
            with opened.open(member) as source, path.open("wb") as target:
                _copy_bounded(source, target, member.file_size, name)
            found.append((member, SourceFile(archives.member_name(member), path)))
    return found


@contextlib.contextmanager
def _refusing(code: str, name: str, detail: str = "") -> Iterator[None]:
    """Refuse an archive that is broken; a fault of the disk stays one."""
    try:
        yield
    except (*BROKEN_ZIP, UnicodeDecodeError):
        raise DeliveryRefusedError(code, name, detail) from None
    except OSError as error:
        # A place before the file's beginning, which a broken table of contents can name.
        if error.errno != errno.EINVAL:
            raise
        raise DeliveryRefusedError(code, name, detail) from None


def _opened(
    file: SourceFile, folder: Path, budget: archives.Budget, depth: int
) -> list[SourceFile]:
    if file.path.suffix != ".zip":
        return [file]
    inner = write_members(file.path, file.name, folder, budget, depth + 1)
    return [SourceFile(f"{file.name}/{one.name}", one.path) for one in inner]


def _copy_bounded(source: zipfile.ZipExtFile, target: object, size: int, name: str) -> None:
    """Copy a member, never more than its table of contents says."""
    left = size
    while block := source.read(BLOCK_BYTES):
        left -= len(block)
        if left < 0:
            raise DeliveryRefusedError("zip_too_large", name, "lớn hơn kích thước đã khai")
        target.write(block)


# Texts


def write_utf8(
    file: SourceFile, declared: str, scratch: Path, *, keeps_mark: bool = True
) -> tuple[Path, tuple[Rescue, ...]]:
    """Give the file itself when it is UTF-8, else a copy in UTF-8, and what was done.

    Args:
        file: The file.
        declared: What the contract says; bytes that say otherwise win.
        scratch: Folder of the copy.
        keeps_mark: A byte order mark of UTF-8 may stay.
    """
    if not encodings.is_known(declared):
        raise PipelineError("contract", f"encoding {declared!r} is not known")
    encoding = read_encoding(file, declared)
    name = encoding.casefold()
    if encodings.codec_of(encoding) == "utf-8" or (name == "utf-8-sig" and keeps_mark):
        return file.path, ()
    path = scratch / f"{hashlib.sha256(str(file.path).encode()).hexdigest()[:16]}.utf8"
    count = 0
    try:
        with (
            file.path.open(encoding=encodings.codec_of(encoding), newline="") as source,
            path.open("w", encoding="utf-8", newline="") as target,
        ):
            while lines := source.readlines(BLOCK_BYTES):
                count += sum(not line.isascii() for line in lines)
                target.writelines(encodings.letters_of(line, encoding) for line in lines)
    except (UnicodeError, EOFError):
        raise DeliveryRefusedError("encoding_unreadable", file.name, declared) from None
    told = () if name == "utf-8-sig" else (rescue(encoding_code(encoding), count),)
    return path, told


def read_encoding(file: SourceFile, declared: str) -> str:
    """Say how a file is encoded: as declared, unless its bytes say otherwise."""
    return encodings.sniff(_read_sample(file.path), declared)


def read_head_lines(
    path: Path, line_count: int, length_limit: int, errors: str = "surrogateescape"
) -> list[str]:
    """Read the first lines of a text, each with its end; ``errors`` is the codec's."""
    with path.open(encoding="utf-8-sig", errors=errors, newline="") as stream:
        lines = iter(lambda: stream.readline(length_limit), "")
        return list(itertools.islice(lines, line_count))


def read_last_lines(path: Path) -> list[str]:
    """Read the lines at the end of a text."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - (HEAD_BYTES << 2), 0))
        return stream.read().decode("utf-8", "replace").splitlines()


def _read_sample(path: Path) -> bytes:
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE_BYTES)
    if len(sample) == SAMPLE_BYTES and b"\n" in sample:
        return sample[: sample.rfind(b"\n") + 1]
    return sample


def read_marked_line_count(path: Path) -> int:
    """Count the lines of a UTF-8 text whose letters and accents are apart."""
    with path.open("rb") as stream:
        return sum(bool(_MARK.search(line)) for line in stream)


# Workbooks


def read_grids(file: SourceFile, layout: Layout, settings: Settings) -> list[Grid]:
    """Read the sheets of a workbook that a layout may mean; none when it has none of them."""
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    kind = workbooks.kind_of(head)
    if file.path.stat().st_size > settings.max_workbook_bytes:
        detail = over("byte", settings.max_workbook_bytes, "MAX_WORKBOOK_BYTES")
        raise DeliveryRefusedError("file_too_large", file.name, detail)
    if kind == "html":
        return _html_grids(file, layout, settings)
    if kind == "other":
        raise DeliveryRefusedError("file_unreadable", file.name, "Excel")
    return _calamine_grids(file, layout, settings, kind)


def _html_grids(file: SourceFile, layout: Layout, settings: Settings) -> list[Grid]:
    encoding = read_encoding(file, layout.encoding)
    try:
        text = file.path.read_bytes().decode(encodings.codec_of(encoding), "replace")
    except UnicodeError:
        raise DeliveryRefusedError("file_unreadable", file.name, "HTML") from None
    tables = htmltables.read_tables(encodings.letters_of(text, encoding))
    for table in tables:
        width = max(map(len, table.rows), default=0)
        facts = workbooks.SheetFacts(len(table.rows), width)
        _check_size(file, facts, settings)
    return [Grid(None, table.rows, table.merged, is_html=True) for table in tables]


def _calamine_grids(file: SourceFile, layout: Layout, settings: Settings, kind: str) -> list[Grid]:
    try:
        with _refusing("file_unreadable", file.name, "Excel"):
            return _read_sheets(file, layout, settings, kind)
    except PasswordError:
        raise DeliveryRefusedError("workbook_encrypted", file.name) from None
    except CalamineError:
        code = "workbook_encrypted" if _is_encrypted(file.path, kind) else "file_unreadable"
        raise DeliveryRefusedError(code, file.name, "Excel") from None
    except BaseException as error:
        # A reader written in Rust tells of a broken file that it did not expect by a panic.
        if type(error).__name__ != "PanicException":
            raise
        raise DeliveryRefusedError("file_unreadable", file.name, "Excel") from None


def _read_sheets(file: SourceFile, layout: Layout, settings: Settings, kind: str) -> list[Grid]:
    if kind == "zip":
        check_parts(file, settings)
    with file.path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as opened:
        wanted = _wanted_sheets(opened, layout)
        facts = _facts_by_sheet(file, wanted) if kind == "zip" else {}
        return [
            _grid(file, opened, name, facts.get(name), is_visible, settings)
            for name, is_visible in wanted.items()
        ]


def _wanted_sheets(opened: CalamineWorkbook, layout: Layout) -> dict[str, bool]:
    """Name the sheets that the layout means, each with whether it is visible."""
    sheets = {
        sheet.name: sheet.visible == SheetVisibleEnum.Visible
        for sheet in opened.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
    }
    if layout.sheet is None:
        visible = {name: True for name, is_visible in sheets.items() if is_visible}
        return visible or sheets
    wanted = fold(layout.sheet)
    exact = {name: is_visible for name, is_visible in sheets.items() if fold(name) == wanted}
    return exact or {
        name: is_visible
        for name, is_visible in sheets.items()
        if fnmatch.fnmatchcase(fold(name), wanted)
    }


def _grid(
    file: SourceFile,
    opened: CalamineWorkbook,
    name: str,
    facts: workbooks.SheetFacts | None,
    is_visible: bool,
    settings: Settings,
) -> Grid:
    if facts:
        _check_size(file, facts, settings)
        if facts.bare_formula_count:
            detail = str(facts.bare_formula_count)
            raise DeliveryRefusedError("formula_without_value", file.name, detail)
    sheet = opened.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    width = max(map(len, rows), default=0)
    _check_size(file, workbooks.SheetFacts(len(rows), width), settings)
    known = facts or workbooks.SheetFacts()
    return Grid(
        name,
        rows,
        sheet.merged_cell_ranges or (),
        is_visible,
        known.hidden_rows,
        is_from_1904=known.is_from_1904,
    )


def _check_size(file: SourceFile, facts: workbooks.SheetFacts, settings: Settings) -> None:
    broken = workbooks.oversize(facts, settings.max_columns, settings.max_sheet_cells)
    if broken:
        raise DeliveryRefusedError("file_too_large", file.name, broken)


def _facts_by_sheet(file: SourceFile, wanted: Iterable[str]) -> dict[str, workbooks.SheetFacts]:
    """Look through the sheets of a zipped workbook before a reader lays them out."""
    with zipfile.ZipFile(file.path) as opened:
        if ODS_CONTENT in opened.namelist():
            facts = workbooks.facts_of_ods(_blocks(opened, ODS_CONTENT))
            return dict.fromkeys(wanted, facts)
        try:
            workbook, relations = (opened.read(part) for part in XLSX_PARTS)
            paths = workbooks.sheet_paths(workbook, relations)
            is_from_1904 = workbooks.counts_from_1904(workbook)
            return {
                name: replace(
                    workbooks.facts_of_xlsx(_blocks(opened, paths[name])),
                    is_from_1904=is_from_1904,
                )
                for name in wanted
            }
        except KeyError:
            raise DeliveryRefusedError("file_unreadable", file.name, "Excel") from None


def check_parts(file: SourceFile, settings: Settings) -> None:
    """Refuse a zipped workbook that is too large, or whose XML declares what no office does.

    It may be another file of an office suite, of which the same is true.

    Raises:
        DeliveryRefusedError: it is so, encrypted, or its table of contents is not to be trusted.
        zipfile.BadZipFile: it is no archive.
    """
    with zipfile.ZipFile(file.path) as opened:
        members = opened.infolist()
        _check_members(file, members, settings)
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                with opened.open(member) as part:
                    if workbooks.declares_entities(part.read(HEAD_BYTES)):
                        raise DeliveryRefusedError("workbook_unsafe", file.name)


def _check_members(
    file: SourceFile, members: Sequence[zipfile.ZipInfo], settings: Settings
) -> None:
    try:
        archives.safe_members(file.name, members, archives.budget_of(settings))
    except DeliveryRefusedError as refusal:
        code = "file_too_large" if refusal.code == "zip_too_large" else "file_unreadable"
        code = "workbook_encrypted" if refusal.code == "zip_encrypted" else code
        raise DeliveryRefusedError(code, file.name, refusal.detail or "Excel") from None
    if sum(member.file_size for member in members) > settings.max_workbook_bytes:
        detail = over("byte", settings.max_workbook_bytes, "MAX_WORKBOOK_BYTES")
        raise DeliveryRefusedError("file_too_large", file.name, detail)


def _blocks(opened: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    with opened.open(path) as part:
        while block := part.read(BLOCK_BYTES):
            yield block


def _is_encrypted(path: Path, kind: str) -> bool:
    """Know a protected xlsx file, which is an old container with one encrypted package in it."""
    if kind != "xls":
        return False
    with contextlib.suppress(OSError):
        return OLE_ENCRYPTED in path.read_bytes()
    return False
