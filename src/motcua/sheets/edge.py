"""Write the sheets of a version's agencies beside the packs, outside every seal."""

import re
import shutil
from pathlib import Path

from motcua.errors import PipelineError
from motcua.files import write_whole
from motcua.settings import Settings
from motcua.sheets.letter import render_letter
from motcua.sheets.model import sheets_of
from motcua.sheets.workbook import render_workbook
from motcua.shelf.edge import folder_name, lock_review, read_place
from motcua.snapshot.edge import read_pack_content, verify_pack

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
        folder = shelf / FOLDER / folder_name(version)
        shutil.rmtree(folder, ignore_errors=True)
        for number, sheet in enumerate(sheets, start=1):
            stem = f"{number:03d}_{_UNSAFE.sub('_', sheet.agency_code)}"
            write_whole(folder / f"{stem}.docx", render_letter(sheet, content.header))
            write_whole(folder / f"{stem}.xlsx", render_workbook(sheet, content.header))
    return folder, len(sheets)
