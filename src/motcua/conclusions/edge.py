"""Lay out what staff fill after a meeting, and take it back. Rules are in the modules beside."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict
from python_calamine import CalamineError, CalamineWorkbook

from motcua.conclusions.book import LINES, SHEET, book_name, render_book
from motcua.conclusions.notice import notice_name, render_notice
from motcua.conclusions.reading import Known, read_book, review_code_of
from motcua.errors import PipelineError
from motcua.settings import Settings
from motcua.shelf.edge import lock_review, write_conclusions, write_working_copy
from motcua.snapshot.model import Content

_MOST_BYTES = 20 * 2**20
"""What the workbook may unpack to: it holds some forty lines."""
_MOST_ROWS = LINES + 1_000
_REVIEW = """
select reviews.period_code, reviews.province_code
from review.dim_reviews as reviews where reviews.review_code = $review_code
"""
_AGENCIES = "select agency_code from core.dim_agencies where province_code = $province_code"
_METRICS = "select metric_code from review.dim_metrics where goal_code in ('at_least', 'at_most')"


class Taken(BaseModel):
    """What became of a workbook: its review, lines kept, or faults and nothing kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    review_code: str
    line_count: int
    faults: tuple[str, ...]


def write_drafts(shelf: Path, content: Content) -> None:
    """Lay out the draft notice and the workbook of a review, unless staff have them already."""
    review_code = content.header.review_code
    write_working_copy(shelf, book_name(review_code), render_book(content))
    write_working_copy(shelf, notice_name(review_code), render_notice(content))


def run_conclusions(settings: Settings, path: Path) -> Taken:
    """Keep what a filled workbook says in place of what was kept of its review before.

    With a fault nothing is kept; the next build reads what is.

    Raises:
        PipelineError: it is no such workbook, or the published marts know no such review.
    """
    grid = _read_grid(path)
    review_code = review_code_of(grid)
    found = read_book(grid, _read_known(settings, review_code))
    if not found.faults:
        with lock_review(settings, review_code) as shelf:
            write_conclusions(shelf, found.conclusions)
    return Taken(review_code=review_code, line_count=len(found.conclusions), faults=found.faults)


def _read_grid(path: Path) -> Sequence[Sequence[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise PipelineError("conclusions", f"{path} is larger than such a workbook can be")
        book = CalamineWorkbook.from_path(path)
        return book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False, nrows=_MOST_ROWS)
    except (zipfile.BadZipFile, CalamineError) as error:
        raise PipelineError(
            "conclusions", f"{path} is no workbook with the sheet «{SHEET}»"
        ) from error


def _read_known(settings: Settings, review_code: str) -> Known:
    if not settings.marts_file.exists():
        raise PipelineError("conclusions", "nothing is published yet; run `motcua build` first")
    with duckdb.connect(str(settings.marts_file.resolve()), read_only=True) as connection:
        review = connection.execute(_REVIEW, {"review_code": review_code}).fetchone()
        if review is None:
            raise PipelineError("conclusions", "the workbook names no review that is published")
        period_code, province_code = review
        agencies = connection.execute(_AGENCIES, {"province_code": province_code}).fetchall()
        metrics = connection.execute(_METRICS).fetchall()
    return Known(
        review_code=review_code,
        period_code=period_code,
        province_code=province_code,
        agency_codes={province_code, *(code for (code,) in agencies)},
        metric_codes={code for (code,) in metrics},
    )
