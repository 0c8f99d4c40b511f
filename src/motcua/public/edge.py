"""Lay out the public pack of a version of a review, beside it on the shelf.

``var/snapshots/<review_code>/cong_khai/v<NN>/`` is the public pack of ``v<NN>``, with sums and a
journal of its own, so that it can be given away alone.
"""

import csv
import json
import logging
from collections.abc import Mapping
from pathlib import Path

import duckdb

from motcua.errors import PipelineError
from motcua.files import write_csv
from motcua.public.content import public_content
from motcua.public.counts import Counts
from motcua.public.disclosure import Earlier, Hidden, protect
from motcua.public.open_data import (
    DATAPACKAGE,
    SHAPES,
    OpenTable,
    datapackage,
    open_tables,
    parquet_bytes,
    printed_keys,
)
from motcua.settings import Settings
from motcua.shelf.edge import (
    PUBLIC,
    folder_name,
    lock_review,
    read_acts,
    read_place,
    read_versions,
    write_act,
    write_index,
)
from motcua.shelf.states import MANIFEST, state_of
from motcua.snapshot import queries
from motcua.snapshot.document import render_docx
from motcua.snapshot.edge import (
    MACHINE,
    Pack,
    read_pack_content,
    verify_pack,
    write_folder,
)
from motcua.snapshot.model import Content, figures_sha256
from motcua.snapshot.pack import INSTRUCTIONS, instructions, stem_of
from motcua.snapshot.page import render_html
from motcua.snapshot.paper import render_pdf
from motcua.snapshot.workbook import render_xlsx

logger = logging.getLogger(__name__)

_CLOSING = "Nơi có Motcua thì gõ motcua verify <thư mục> để kiểm tra thư mục này.\n"


def write_public(settings: Settings, folder: Path) -> Pack:
    """Write the public pack of a version, in the state of the version; sealed, it never changes.

    Args:
        settings: where things lie, what the smallest count is.
        folder: the internal version.

    Raises:
        PipelineError: the version is not on the shelf or damaged, as is an earlier one that has a
            public pack; or small counts cannot be protected.
    """
    review_code, version = read_place(settings, folder)
    with lock_review(settings, review_code) as shelf:
        place = shelf / PUBLIC / folder_name(version)
        content = _read_version(shelf, version)
        if content.header.agency_code:
            what = f"{folder} is of one agency; the public pack is of a whole province"
            raise PipelineError("public", what)
        if state_of(read_acts(shelf / PUBLIC), version) == "sealed":
            return Pack(pack_code=review_code, version=version, folder=place, is_new=False)
        state = state_of(read_acts(shelf), version)
        counts = Counts(content)
        earlier = [
            _read_earlier(shelf, one) for one in read_versions(shelf / PUBLIC) if one != version
        ]
        hidden = protect(counts.cells, counts.relations, settings.public_min_count, earlier)
        public = public_content(content, hidden, settings.public_min_count)
        is_new = not _says_the_same(place, public)
        if is_new:
            _write(settings, content, public, place)
            write_act(shelf / PUBLIC, version, state, MACHINE, "")
            _log(review_code, version, hidden)
    write_index(settings)
    return Pack(pack_code=review_code, version=version, folder=place, is_new=is_new)


def _write(settings: Settings, content: Content, public: Content, place: Path) -> None:
    """Lay a public pack out and put it in its place."""
    stem = f"{stem_of(public)}-cong-khai"
    texts, titles = _read_texts(settings, content)
    tables = list(open_tables(public, texts, titles))
    scratch = settings.scratch / f"public-{public.header.review_code}"
    scratch.mkdir(parents=True, exist_ok=True)
    files: dict[str, bytes | Path] = {
        DATAPACKAGE: datapackage(
            public, tables, settings.public_licence, settings.public_min_count
        ),
        f"{stem}.docx": render_docx(public),
        f"{stem}.html": render_html(public),
        f"{stem}.pdf": render_pdf(public),
        f"{stem}.xlsx": render_xlsx(public),
        INSTRUCTIONS: instructions(stem, _CLOSING),
    }
    for table in tables:
        files[f"{table.file}.parquet"] = parquet_bytes(table)
        files[f"{table.file}.csv"] = _write_csv(scratch, table)
    told = {"audience_code": "public", "min_count": settings.public_min_count}
    write_folder(settings, public, files, place, told)
    scratch.rmdir()


def _write_csv(scratch: Path, table: OpenTable) -> Path:
    path = scratch / f"{table.file}.csv"
    write_csv(path, [field.name for field in table.fields], table.rows)
    return path


def _read_version(shelf: Path, version: int) -> Content:
    """Read what an undamaged version says."""
    folder = shelf / folder_name(version)
    damage = verify_pack(folder)
    if damage:
        raise PipelineError("public", f"{folder} is damaged: {'; '.join(damage)}")
    return read_pack_content(folder)


def _read_earlier(shelf: Path, version: int) -> Earlier:
    """Read what an earlier public pack printed, and from its version what it did not."""
    folder = shelf / PUBLIC / folder_name(version)
    damage = verify_pack(folder)
    if damage:
        raise PipelineError("public", f"{folder} is damaged: {'; '.join(damage)}")
    printed = set()
    for shape in SHAPES.values():
        path = folder / f"{shape.file}.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as handle:
                printed |= set(printed_keys(shape.file, list(csv.DictReader(handle))))
    values = {key: cell.value for key, cell in Counts(_read_version(shelf, version)).cells.items()}
    return Earlier(values, frozenset(values) - printed)


def _read_texts(
    settings: Settings, content: Content
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Read what the marts say of their columns, else what the version kept; and short names."""
    measures = content.cube.measures if content.cube else ()
    texts = {measure.code: measure.definition for measure in measures}
    titles = {
        measure.code: " – ".join(filter(None, (measure.group, measure.title)))
        for measure in measures
    }
    if settings.marts_file.exists():
        with duckdb.connect(str(settings.marts_file.resolve()), read_only=True) as connection:
            found = connection.execute(queries.CUBE_DEFINITIONS).fetchall()
        texts = {**dict(found), **texts}
    return texts, titles


def _says_the_same(place: Path, public: Content) -> bool:
    """Tell whether an undamaged public pack lies there that has these figures and this state."""
    if not place.exists() or verify_pack(place):
        return False
    manifest = json.loads((place / MANIFEST).read_text("utf-8"))
    return bool(
        manifest["figures_sha256"] == figures_sha256(public)
        and manifest["state_code"] == public.header.state_code
    )


def _log(review_code: str, version: int, hidden: Hidden) -> None:
    logger.info("%s v%02d: %d figures are not public", review_code, version, len(hidden.cells))
    for name in sorted(hidden.groups):
        logger.warning("%s v%02d: %s cannot be made public", review_code, version, name)
