"""Write the sheets of a version's agencies beside the packs; keep what agencies write back."""

import dataclasses
import hashlib
import re
import shutil
from pathlib import Path

from motcua.contracts import Layout
from motcua.errors import PipelineError
from motcua.files import write_whole
from motcua.intake.deliveries import SourceFile
from motcua.intake.opening import edge as opening
from motcua.intake.refusals import DeliveryRefusedError
from motcua.intake.worksheets import cell_text
from motcua.settings import Settings
from motcua.sheets.answers import Filled, Mark, Rows, read_filled, read_mark
from motcua.sheets.letter import render_letter, told_lines
from motcua.sheets.model import Sheet, sheets_of
from motcua.sheets.workbook import FIGURES, GROUPS, MARK, render_workbook
from motcua.shelf.edge import (
    folder_name,
    lock_review,
    read_answers,
    read_now,
    read_place,
    read_versions,
    write_answers,
)
from motcua.shelf.states import Answer, latest_answers
from motcua.snapshot.edge import read_pack_content, verify_pack
from motcua.snapshot.numbers import clean_text

FOLDER = "phieu"
_UNSAFE = re.compile(r"[^0-9A-Za-z._-]")


def run_sheets(settings: Settings, path: Path) -> tuple[Path, int]:
    """Write a DOCX and an XLSX for each agency of a version; give their folder and how many.

    Args:
        settings: where things lie.
        path: the folder of a version, ``var/snapshots/<review_code>/v<NN>``.

    Raises:
        PipelineError: it is no version of a province's pack, or damaged.
    """
    pack_code, version = read_place(settings, path)
    damage = verify_pack(path)
    if damage:
        raise PipelineError("sheets", f"{path} is damaged: {'; '.join(damage)}")
    content = read_pack_content(path)
    if content.header.agency_code:
        what = f"{path} is of one agency; sheets are made of the province's pack"
        raise PipelineError("sheets", what)
    sheets = sheets_of(content)
    with lock_review(settings, pack_code) as shelf:
        answers = latest_answers(read_answers(shelf))
        folder = shelf / FOLDER / folder_name(version)
        shutil.rmtree(folder, ignore_errors=True)
        for number, sheet in enumerate(sheets, start=1):
            stem = f"{number:03d}_{_UNSAFE.sub('_', sheet.agency_code)}"
            told = told_lines([one for one in answers if one.agency_code == sheet.agency_code])
            write_whole(folder / f"{stem}.docx", render_letter(sheet, content.header, told))
            write_whole(folder / f"{stem}.xlsx", render_workbook(sheet, content.header))
    return folder, len(sheets)


def run_feedback(settings: Settings, path: Path) -> tuple[list[Filled], list[str]]:
    """Keep what an agency wrote into its workbook; with a fault, keep nothing and name each one.

    Bytes that were read before are not kept twice.

    Raises:
        PipelineError: the version that it is of is damaged.
    """
    try:
        pages = {name: _read_cells(path, name, settings) for name in (MARK, FIGURES, GROUPS)}
    except DeliveryRefusedError as error:
        return [], [str(error)]
    mark = read_mark(pages[MARK])
    if mark is None:
        return [], [f"trang «{MARK}»: không phải phiếu giải trình do hệ thống lập"]
    sheet = _read_sheet(settings, mark)
    if sheet is None:
        what = f"không có bản {mark.version:02d} của {mark.pack_code} có cơ quan {mark.agency_code}"
        return [], [f"trang «{MARK}»: {what}"]
    found, faults = read_filled(pages, sheet)
    if faults:
        return [], faults
    digest, now = hashlib.sha256(path.read_bytes()).hexdigest(), read_now()
    answers = [
        Answer(
            version=mark.version,
            agency_code=mark.agency_code,
            agency_name=sheet.name,
            figure_code=one.code,
            figure_name=one.name,
            printed=one.printed,
            claimed=one.claimed,
            text=one.text,
            source_file=path.name,
            source_sha256=digest,
            source_sheet=one.sheet,
            source_row=one.row,
            at=now,
        )
        for one in found
    ]
    with lock_review(settings, mark.pack_code) as shelf:
        write_answers(shelf, answers)
    return found, []


def _read_cells(path: Path, name: str, settings: Settings) -> Rows:
    """Read a sheet of somebody else's workbook, within the limits of intake, as clean text."""
    layout = Layout(files=(path.name,), format="xlsx", sheet=name, columns={})
    grids = opening.read_grids(SourceFile(path.name, path), layout, settings)
    return [
        [clean_text(cell_text(cell) or "") for cell in row] for grid in grids for row in grid.rows
    ]


def _read_sheet(settings: Settings, mark: Mark) -> Sheet | None:
    """Give what the agency was sent, of all levels that it stands under; None if nothing was."""
    shelf = settings.snapshots / mark.pack_code
    is_known = any(entry.name == mark.pack_code for entry in settings.snapshots.glob("*/"))
    if not is_known or mark.version not in read_versions(shelf):
        return None
    folder = shelf / folder_name(mark.version)
    if damage := verify_pack(folder):
        raise PipelineError("feedback", f"{folder} is damaged: {'; '.join(damage)}")
    found = [s for s in sheets_of(read_pack_content(folder)) if s.agency_code == mark.agency_code]
    if not found:
        return None
    return dataclasses.replace(
        found[0],
        figures=tuple(figure for sheet in found for figure in sheet.figures),
        overdue=tuple(group for sheet in found for group in sheet.overdue),
    )
