"""Read a review from the marts, write its pack, verify a pack. Rules are in the modules beside."""

import contextlib
import fcntl
import json
import logging
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict

from motcua.errors import PipelineError
from motcua.settings import Settings
from motcua.snapshot import queries
from motcua.snapshot.content import build_content, with_version
from motcua.snapshot.marts import Marts, Record, Records
from motcua.snapshot.model import Content, figures_sha256
from motcua.snapshot.numbers import clean_text
from motcua.snapshot.pack import MANIFEST, MANIFEST_SUM, compare_pack, pack_files, review_code_of

logger = logging.getLogger(__name__)

_VERSION = re.compile(r"v(\d{2,})")


class Pack(BaseModel):
    """A pack on disk; ``is_new`` is false where the last version already says the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    review_code: str
    version: int
    folder: Path
    is_new: bool


def run_snapshot(
    settings: Settings,
    review: str,
    province_code: str | None = None,
    as_of_date: date | None = None,
) -> Pack:
    """Make the pack of a review, as of a date, and give where it lies.

    The published file is read when it holds the review as of that date; else a build of its own
    is made, gated, read and discarded. What the last version already says is not written again.

    Args:
        settings: where things lie.
        review: a period's code beside ``province_code``, or a review's full code.
        province_code: the province, such as H01.
        as_of_date: the day up to which exports are known; without it, that of the published file.

    Raises:
        PipelineError: no such review, or nothing to read it from.
        BuildRefusedError: the build made for it does not pass the gate.
    """
    review_code = review_code_of(review, province_code)
    content = _read_published(settings, review_code, as_of_date)
    if content is None:
        content = _read_own_build(settings, review_code, as_of_date)
    return write_pack(settings, content)


def read_content(connection: duckdb.DuckDBPyConnection, review_code: str) -> Content:
    """Read everything that the pack of a review says, as its first version.

    Raises:
        PipelineError: the marts have no such review.
    """
    return build_content(read_marts(connection, review_code))


def read_marts(connection: duckdb.DuckDBPyConnection, review_code: str) -> Marts:
    """Read the rows of a review from the marts.

    Raises:
        PipelineError: the marts have no such review.
    """
    found = _read(connection, queries.REVIEW, {"review_code": review_code})
    if not found:
        raise PipelineError("snapshot", f"review {review_code} is not in review.dim_reviews")
    review = found[0]
    _note_what_is_wanted(connection, review)
    read = _Reader(connection)
    return Marts(
        review=review,
        localities=read(queries.LOCALITIES),
        locality_dossiers=read.if_there(queries.LOCALITY_DOSSIERS),
        deliveries=read(queries.DELIVERIES),
        refusals=read(queries.REFUSALS),
        metrics=read(queries.METRICS),
        handling_totals=read(queries.HANDLING_TOTALS),
        handling_by_agency=read(queries.HANDLING_BY_AGENCY),
        handling_by_field=read(queries.HANDLING_BY_FIELD),
        handling_by_channel=read(queries.HANDLING_BY_CHANNEL),
        deadlines=read(queries.DEADLINES),
        submission_help=read(queries.SUBMISSION_HELP),
        procedures=read(queries.PROCEDURES),
        rates=read(queries.rates("mart_review__online"))
        + read(queries.rates("mart_review__digitisation")),
        rates_by_agency=read(queries.rates_by_agency("mart_review__online"))
        + read(queries.rates_by_agency("mart_review__digitisation")),
        services=read(queries.SERVICES),
        ratings=read(queries.RATINGS),
        indices=read(queries.INDICES),
        plan_tasks=read(queries.PLAN_TASKS),
        scorecard_components=read(queries.SCORECARD_COMPONENTS),
        scorecard_groups=read(queries.SCORECARD_GROUPS),
        scorecard_totals=read(queries.SCORECARD_TOTALS),
    )


def write_pack(settings: Settings, content: Content) -> Pack:
    """Write the next version of a pack, unless the last says the same and is undamaged."""
    review_code = content.header.review_code
    shelf = settings.snapshots / review_code
    with _lock(settings.scratch / f"snapshot-{review_code}.lock"):
        last = _last_version(shelf)
        if last and _says_the_same(shelf / _folder_name(last), content):
            logger.info("%s: nothing new to say since version %02d", review_code, last)
            return Pack(
                review_code=review_code,
                version=last,
                folder=shelf / _folder_name(last),
                is_new=False,
            )
        version = last + 1
        folder = shelf / _folder_name(version)
        _write_whole(settings.scratch / f"snapshot-{review_code}", folder, content, version)
    logger.info("%s: wrote version %02d to %s", review_code, version, folder)
    return Pack(review_code=review_code, version=version, folder=folder, is_new=True)


def verify_pack(path: Path) -> list[str]:
    """Re-compute the sums of a pack: one line for each thing that is not as written."""
    if not path.is_dir():
        return [f"{path}: không phải thư mục gói số liệu / not the folder of a pack"]
    found = {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }
    return compare_pack(found)


class _Reader:
    """Runs queries on tables that may not be there: no table, no rows."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        rows = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
        ).fetchall()
        self._tables = {name for (name,) in rows}

    def __call__(self, sql: str) -> Records:
        return self.if_there(sql) or ()

    def if_there(self, sql: str) -> Records | None:
        """Run a query; None where the marts do not have a table that it needs."""
        needed = set(re.findall(r"\b(?:core|review|quality)\.\w+", sql))
        missing = sorted(needed - self._tables)
        if missing:
            logger.warning("a part stays empty, the marts have no %s", ", ".join(missing))
            return None
        return _read(self._connection, sql)


def _read(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any] | None = None
) -> Records:
    cursor = connection.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return tuple(
        dict(zip(names, (_clean(value) for value in row), strict=True)) for row in cursor.fetchall()
    )


def _clean(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _note_what_is_wanted(connection: duckdb.DuckDBPyConnection, review: Record) -> None:
    names = (
        "province_code",
        "rule_code",
        "as_of_date",
        "end_date",
        "known_to_date",
        "period_code",
    )
    connection.execute(queries.WANTED, {name: review[name] for name in names})
    connection.execute(
        queries.WANTED_PERIODS,
        {
            "period_code": review["period_code"],
            "end_date": review["end_date"],
            "previous_code": review["previous_period_code"],
            "previous_end": review["previous_end_date"],
            "same_code": review["same_period_last_year_code"],
            "same_end": review["same_end_date"],
        },
    )


def _read_published(
    settings: Settings, review_code: str, as_of_date: date | None
) -> Content | None:
    """Read the review from the published file, when that holds it as of the date asked for."""
    if not settings.marts_file.exists():
        return None
    with _connect(settings, settings.marts_file) as connection:
        published = connection.execute("select as_of_date from quality.dim_builds").fetchone()
        known = connection.execute(
            "select 1 from review.dim_reviews where review_code = $code", {"code": review_code}
        ).fetchone()
        is_as_of = as_of_date is None or (published is not None and published[0] == as_of_date)
        return read_content(connection, review_code) if known and is_as_of else None


def _read_own_build(settings: Settings, review_code: str, as_of_date: date | None) -> Content:
    """Build the warehouse for this review alone, read it and discard it."""
    from motcua.warehouse.edge import run_build, run_gate

    period_code, _, province_code = review_code.rpartition("-")
    extra = {
        "review_code": review_code,
        "period_code": period_code,
        "province_code": province_code,
    }
    logger.info("%s is not published as of that date; building for it", review_code)
    build = run_build(
        settings, as_of_date=as_of_date, extra_reviews=[extra], name=f"snapshot-{review_code}"
    )
    try:
        run_gate(build)
        with _connect(settings, build.marts_file) as connection:
            return read_content(connection, review_code)
    finally:
        build.discard()


@contextlib.contextmanager
def _connect(settings: Settings, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    config = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    with duckdb.connect(str(path.resolve()), read_only=True, config=config) as connection:
        yield connection


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _folder_name(version: int) -> str:
    return f"v{version:02d}"


def _last_version(shelf: Path) -> int:
    names: Sequence[str] = [entry.name for entry in shelf.iterdir()] if shelf.is_dir() else ()
    return max((int(match[1]) for name in names if (match := _VERSION.fullmatch(name))), default=0)


def _says_the_same(folder: Path, content: Content) -> bool:
    """Tell whether a version is undamaged and its figures have the same sum."""
    if verify_pack(folder):
        logger.warning("%s is damaged; see `motcua verify`", folder)
        return False
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    return bool(manifest["figures_sha256"] == figures_sha256(content))


def _write_whole(partial: Path, folder: Path, content: Content, version: int) -> None:
    """Write a pack into a folder of its own, read-only, and put it in place by one rename."""
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, data in pack_files(with_version(content, version)).items():
        path = partial / name
        path.write_bytes(data)
        path.chmod(0o444)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial.rename(folder)


__all__ = [
    "MANIFEST",
    "MANIFEST_SUM",
    "Pack",
    "read_content",
    "read_marts",
    "run_snapshot",
    "verify_pack",
    "write_pack",
]
