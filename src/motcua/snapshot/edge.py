"""Read a review from the marts, write its pack, verify a pack. Rules are in the modules beside."""

import contextlib
import hashlib
import json
import logging
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from motcua.boundaries import Boundary, read_boundaries
from motcua.conclusions.edge import write_drafts
from motcua.errors import PipelineError, UnknownAgencyError
from motcua.files import write_csv
from motcua.forms import FormColumn, read_form, read_form_file
from motcua.settings import FORM_07A, Settings
from motcua.shelf.edge import (
    folder_name,
    lock_review,
    put_in_place,
    read_acts,
    read_answers,
    read_errata,
    read_other_errata,
    read_place,
    read_seal_faults,
    read_versions,
    write_act,
    write_index,
)
from motcua.shelf.states import DIFFERENCES, MANIFEST, last_sealed
from motcua.snapshot import queries, restatement
from motcua.snapshot.answering import with_answers
from motcua.snapshot.content import build_content, with_office, with_state
from motcua.snapshot.history import (
    differences_json,
    with_changes,
    with_errata,
    with_other_errata,
)
from motcua.snapshot.listing import changes
from motcua.snapshot.maps import with_map
from motcua.snapshot.marts import Marts, Record, Records, Scope
from motcua.snapshot.model import Content, figures_sha256, from_json, pack_code
from motcua.snapshot.numbers import clean_text
from motcua.snapshot.pack import (
    CONTENT,
    compare_pack,
    pack_files,
    review_code_of,
    stem_of,
    sum_files,
)
from motcua.snapshot.restatement import Restatement
from motcua.staff.edge import write_working_copy_of

logger = logging.getLogger(__name__)

_FOLDER_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")

_RATE_MARTS = ("mart_review__online", "mart_review__digitisation", "mart_review__channels")
_AGENDA = {
    "handling_maps": queries.HANDLING_MAPS,
    "duplicates": queries.DUPLICATES,
    "plan_open": queries.PLAN_OPEN,
    "online_by_area": queries.ONLINE_BY_AREA,
    "late_reception": queries.LATE_RECEPTION,
    "overdue_days": queries.OVERDUE_DAYS,
    "overdue_by_agency": queries.OVERDUE_BY_AGENCY,
    "overdue_causes": queries.OVERDUE_CAUSES,
    "overdue_dossiers": queries.OVERDUE_DOSSIERS,
    "supplements": queries.SUPPLEMENTS,
    "payments": queries.PAYMENTS,
    "payments_by_agency": queries.PAYMENTS_BY_AGENCY,
    "time_cuts": queries.TIME_CUTS,
    "petitions_by_kind": queries.PETITIONS_BY_KIND,
    "petitions_by_source": queries.PETITIONS_BY_SOURCE,
    "petitions_by_agency": queries.PETITIONS_BY_AGENCY,
    "incidents": queries.INCIDENTS,
    "steps": queries.STEPS,
    "targets": queries.TARGETS,
    "reform_figures": queries.REFORM_FIGURES,
    "counter_surveys": queries.COUNTER_SURVEYS,
    "to_explain": queries.TO_EXPLAIN,
    "rule_points": queries.RULE_POINTS,
    "lowest_agencies": queries.LOWEST_AGENCIES,
    "sealed_packs": queries.SEALED_PACKS,
    "restatements": queries.RESTATEMENTS,
    "procedure_counts": queries.PROCEDURE_COUNTS,
    "due_soon": queries.DUE_SOON,
    "comparison": queries.COMPARISON,
    "points": queries.POINTS,
    "reconciliation": queries.RECONCILIATION,
    "reconciled_agencies": queries.RECONCILED_AGENCIES,
    "portal_differences": queries.PORTAL_DIFFERENCES,
    "announcements_by_field": queries.ANNOUNCEMENTS_BY_FIELD,
    "announced_late": queries.ANNOUNCED_LATE,
    "conclusions": queries.CONCLUSIONS,
}
"""What the agenda's parts are read by: field of the marts' rows → query."""

_NAMED = 5

MACHINE = "hệ thống"
"""Who makes drafts and checks, where nobody else is named."""


class Pack(BaseModel):
    """A pack on disk; ``is_new`` is false where the last version already says the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pack_code: str
    version: int
    folder: Path
    is_new: bool


def run_snapshot(
    settings: Settings,
    review: str,
    province_code: str | None = None,
    as_of_date: date | None = None,
    reason: str = "",
    agency_code: str = "",
) -> Pack:
    """Make the pack of a review, as of a date, and give where it lies.

    The published file is read when it holds the review as of that date; else a build of its own
    is made, gated, read and discarded. What the last version already says is not written again.

    Args:
        settings: where things lie.
        review: a period's code beside ``province_code``, or a review's full code.
        province_code: the province, such as H01.
        as_of_date: the day up to which exports are known; without it, that of the published file.
        reason: why there is a new version of a review that has a sealed one.
        agency_code: the agency that the pack is of, with what is below it; empty: the province.

    Raises:
        PipelineError: no such review, nothing to read it from, or a reason is wanted.
        UnknownAgencyError: the province has no such agency.
        BuildRefusedError: the build made for it does not pass the gate.
        SettingsError: the file of boundaries or that of form 07a/BTP is not what it must be.
    """
    review_code = review_code_of(review, province_code)
    boundaries, form = read_boundaries(settings), read_form(settings)
    with open_marts(settings, review_code, as_of_date) as connection:
        content = read_content(connection, review_code, agency_code, boundaries, form)
    office = (settings.issuer, settings.issuer_abbreviation, settings.signatory_title)
    pack = write_pack(settings, with_office(content, *office), reason)
    write_index(settings)
    return pack


@contextlib.contextmanager
def open_marts(
    settings: Settings, review_code: str, as_of_date: date | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open marts that hold a review as of a date, read-only: the published ones, else own ones.

    Raises:
        PipelineError: nothing to build from.
        BuildRefusedError: the build made for it does not pass the gate.
    """
    with contextlib.ExitStack() as stack:
        path = settings.marts_file.resolve()
        if not _is_published(settings, review_code, as_of_date):
            path = stack.enter_context(_own_build(settings, review_code, as_of_date))
        yield stack.enter_context(_connect(settings, path))


def read_content(
    connection: duckdb.DuckDBPyConnection,
    review_code: str,
    agency_code: str = "",
    boundaries: Sequence[Boundary] = (),
    form: Sequence[FormColumn] | None = None,
) -> Content:
    """Read everything that the pack of a review says, as its first version.

    With boundaries it has a map of those units that are the pack's. ``form`` is as for
    ``read_marts``.

    Raises:
        PipelineError: the marts have no such review.
        UnknownAgencyError: the review's province has no such agency.
    """
    content = build_content(read_marts(connection, review_code, agency_code, form))
    if not boundaries:
        return content
    units = _read(connection, queries.UNITS)
    known = {unit["agency_code"] for unit in units}
    if unknown := sorted(one.agency_code for one in boundaries if one.agency_code not in known):
        named = ", ".join(unknown[:_NAMED])
        logger.warning("%d boundaries have the code of no agency: %s", len(unknown), named)
    return with_map(
        content, boundaries, {unit["agency_code"] for unit in units if unit["is_in_pack"]}
    )


def read_marts(
    connection: duckdb.DuckDBPyConnection,
    review_code: str,
    agency_code: str = "",
    form: Sequence[FormColumn] | None = None,
) -> Marts:
    """Read the rows of a review from the marts: the province's, or those of one agency.

    ``form`` is the template of form 07a/BTP; None: the one that the project comes with.

    Raises:
        PipelineError: the marts have no such review.
        UnknownAgencyError: the review's province has no such agency.
    """
    found = _read(connection, queries.REVIEW, {"review_code": review_code})
    if not found:
        raise PipelineError("snapshot", f"review {review_code} is not in review.dim_reviews")
    review = found[0]
    scope = _note_what_is_wanted(connection, review, agency_code)
    read = _Reader(connection)
    return Marts(
        scope=scope,
        form_07a=tuple(read_form_file(FORM_07A) if form is None else form),
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
        rates=tuple(
            record
            for query in (
                *map(queries.rates, _RATE_MARTS),
                queries.rates(
                    "mart_review__late_reception", "late_reception", "receiving_agency_code"
                ),
                queries.rates("mart_review__petitions", "petitions_on_time"),
            )
            for record in read(query)
        ),
        rates_by_agency=tuple(
            record for table in _RATE_MARTS for record in read(queries.rates_by_agency(table))
        ),
        services=read(queries.SERVICES),
        ratings=read(queries.RATINGS),
        indices=read(queries.INDICES),
        plan_tasks=read(queries.PLAN_TASKS),
        scorecard_components=read(queries.SCORECARD_COMPONENTS),
        scorecard_groups=read(queries.SCORECARD_GROUPS),
        scorecard_totals=read(queries.SCORECARD_TOTALS),
        cube_rows=read(queries.CUBE_ROWS),
        cube_definitions=read(queries.CUBE_DEFINITIONS),
        cube_dossiers=read(queries.CUBE_DOSSIERS),
        **{name: read(query) for name, query in _AGENDA.items()},
    )


def write_pack(settings: Settings, content: Content, reason: str = "") -> Pack:
    """Write the next version of a pack, unless the last says the same and is undamaged.

    Its working copy has what staff wrote in the one of the last version.

    Raises:
        PipelineError: a version of the review is sealed, and no reason is given for another.
    """
    code = content.header.pack_code
    with lock_review(settings, code) as shelf:
        last = max(read_versions(shelf), default=0)
        content = with_errata(content, read_errata(shelf))
        content = with_answers(content, read_answers(shelf))
        content = with_other_errata(
            content, read_other_errata(settings, content.header.review_code)
        )
        if last and _says_the_same(shelf / folder_name(last), content):
            logger.info("%s: nothing new to say since version %02d", code, last)
            folder = shelf / folder_name(last)
            return Pack(pack_code=code, version=last, folder=folder, is_new=False)
        content, differences = _since_the_last(shelf, content, last, clean_text(reason))
        content = with_state(content, last + 1, "draft")
        folder = write_version(settings, content, differences)
        write_act(shelf, last + 1, "draft", MACHINE, clean_text(reason))
        report = folder / f"{stem_of(content)}.docx"
        write_working_copy_of(settings, shelf, content, report.read_bytes())
        if not content.header.agency_code:
            write_drafts(shelf, content)
    logger.info("%s: wrote version %02d to %s", code, last + 1, folder)
    return Pack(pack_code=code, version=last + 1, folder=folder, is_new=True)


def write_version(settings: Settings, content: Content, more: Mapping[str, bytes | Path]) -> Path:
    """Write a version whole, read-only, and put it in place of what lies there; give its folder.

    Args:
        settings: where things lie.
        content: what every rendering lays out.
        more: files that are not laid out from the content, by name: bytes, or a file to move in.
    """
    header = content.header
    folder = settings.snapshots / header.pack_code / folder_name(header.version)
    return write_folder(settings, content, {**pack_files(content), **more}, folder, {})


def write_folder(
    settings: Settings,
    content: Content,
    files: Mapping[str, bytes | Path],
    folder: Path,
    told: Mapping[str, object],
) -> Path:
    """Write files with their sums, read-only, and put them in place of a folder; give it.

    Args:
        settings: where things lie.
        content: what the files are laid out from.
        files: bytes, or a file to move in, by name.
        folder: where they go.
        told: what the manifest says besides.
    """
    partial = settings.scratch / f"snapshot-{content.header.pack_code}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, data in files.items():
        if isinstance(data, Path):
            data.replace(partial / name)
        else:
            (partial / name).write_bytes(data)
    sums = {file.name: _sum_file(file) for file in partial.iterdir()}
    for name, data in sum_files(content, sums, told).items():
        (partial / name).write_bytes(data)
    for file in partial.iterdir():
        file.chmod(0o444)
    put_in_place(partial, folder)
    return folder


def read_pack_content(folder: Path) -> Content:
    """Read the content of a pack on disk.

    Raises:
        PipelineError: there is none that can be read.
    """
    try:
        return from_json((folder / CONTENT).read_bytes())
    except (OSError, ValidationError) as error:
        raise PipelineError("pack", f"{folder / CONTENT} cannot be read: {error}") from error


def verify_pack(path: Path) -> list[str]:
    """Re-compute the sums of a pack: one line for each thing that is not as written."""
    if not path.is_dir():
        return [f"{path}: không phải thư mục gói số liệu / not the folder of a pack"]
    found = {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }
    return compare_pack(found) or read_seal_faults(path)


def _since_the_last(
    shelf: Path, content: Content, last: int, reason: str
) -> tuple[Content, dict[str, bytes | Path]]:
    """Give the content with its differences from the version before it, and their file.

    That is the last sealed one; where none is sealed, the last, if it is undamaged.
    """
    sealed = last_sealed(read_acts(shelf))
    base = sealed or last
    if not sealed and (not last or verify_pack(shelf / folder_name(last))):
        return content, {}
    if sealed and not reason:
        code = content.header.pack_code
        raise PipelineError(
            "snapshot", f"{code} v{sealed:02d} is sealed; a new version needs --reason TEXT"
        )
    found = changes(read_pack_content(shelf / folder_name(base)), content)
    is_sealed = bool(sealed)
    told = {DIFFERENCES: differences_json(base, reason, found, is_sealed=is_sealed)}
    return with_changes(content, base, reason, found, is_sealed=is_sealed), {**told}


def run_restate(settings: Settings, folder: Path, out: Path | None = None) -> Restatement:
    """Say which figures of a sealed version have changed since, by which dossiers and why.

    The published file is read when it was built since the seal; else a build of its own is made,
    gated, read and discarded. With ``out``, all dossiers are written there as CSV.

    Raises:
        PipelineError: not a version on the shelf, not sealed or not as it was sealed, or newer
            than what is taken in.
        BuildRefusedError: the build made for it does not pass the gate.
    """
    code, version = read_place(settings, folder)
    faults = verify_pack(folder)
    if faults:
        raise PipelineError("restate", f"{folder} is not as it was sealed: {faults[0]}")
    content = read_pack_content(folder)
    if content.header.state_code != "sealed":
        what = f"{folder} is {content.header.state_code}; only a sealed version holds its dossiers"
        raise PipelineError("restate", what)
    pack = {"review_code": code, "version": version}
    with contextlib.ExitStack() as stack:
        path = settings.marts_file.resolve()
        if not _is_compared(settings, pack):
            path = stack.enter_context(_own_build(settings, content.header.review_code, None))
        connection = stack.enter_context(_connect(settings, path))
        return _read_restatement(connection, content, pack, out)


def _is_compared(settings: Settings, pack: Record) -> bool:
    """Tell whether the published file was built with a pack, so that it speaks of it."""
    if not settings.marts_file.exists():
        return False
    with _connect(settings, settings.marts_file) as connection:
        return bool(_Reader(connection).if_there(restatement.PACK, pack))


def _read_restatement(
    connection: duckdb.DuckDBPyConnection, content: Content, pack: Record, out: Path | None
) -> Restatement:
    header = content.header
    found = _read(connection, restatement.PACK, pack)
    if not found:
        what = f"the pack is as of {header.as_of_date}, what is taken in is older"
        raise PipelineError("restate", what)
    if out:
        moved = _read(connection, restatement.DOSSIERS, pack)
        write_csv(out, list(moved[0]) if moved else (), (list(row.values()) for row in moved))
    period = {
        "period_code": header.period_code,
        "province_code": header.province_code,
        "agency_codes": list(content.agency_codes),
    }
    return Restatement(
        pack_code=header.pack_code,
        version=header.version,
        sealed_as_of_date=header.as_of_date,
        as_of_date=str(found[0]["as_of_date"]),
        figures=restatement.compare_figures(
            content.figures,
            _read(connection, restatement.NOW, period)[0],
            _read(connection, restatement.EXPLAINED, pack),
        ),
        reasons=_read(connection, restatement.REASONS, pack),
    )


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

    def if_there(self, sql: str, parameters: Record | None = None) -> Records | None:
        """Run a query; None where the marts do not have a table that it needs."""
        needed = set(re.findall(r"\b(?:core|review|quality)\.\w+", sql))
        missing = sorted(needed - self._tables)
        if missing:
            logger.warning("a part stays empty, the marts have no %s", ", ".join(missing))
            return None
        return _read(self._connection, sql, parameters)


def _read(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Record | None = None
) -> Records:
    cursor = connection.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return tuple(
        dict(zip(names, (_clean(value) for value in row), strict=True)) for row in cursor.fetchall()
    )


def _clean(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _note_what_is_wanted(
    connection: duckdb.DuckDBPyConnection, review: Record, agency_code: str
) -> Scope | None:
    """Lay out what the queries ask for; give the agency that they are then scoped to."""
    names = (
        "province_code",
        "rule_code",
        "as_of_date",
        "end_date",
        "known_to_date",
        "period_code",
        "review_code",
    )
    wanted = {name: review[name] for name in names} | {
        "agency_code": agency_code or None,
        "pack_code": pack_code(review["review_code"], agency_code),
    }
    connection.execute(queries.WANTED, wanted)
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
    connection.execute(queries.WANTED_AGENCIES)
    connection.execute(queries.AGENCY_SCOPE if agency_code else queries.WHOLE_SCOPE)
    return _read_scope(connection, review, agency_code) if agency_code else None


def _read_scope(connection: duckdb.DuckDBPyConnection, review: Record, agency_code: str) -> Scope:
    found = _read(connection, queries.AGENCY)
    if not found:
        raise UnknownAgencyError(agency_code, review["province_code"])
    if not _FOLDER_CODE.fullmatch(agency_code):
        raise PipelineError("snapshot", f"agency code {agency_code!r} cannot name a folder")
    members = _read(connection, queries.SCOPE)
    return Scope(
        agency_code=agency_code,
        **found[0],
        agency_codes=tuple(member["agency_code"] for member in members),
        is_sender_known=bool(members[0]["is_sender_known"]),
    )


def _is_published(settings: Settings, review_code: str, as_of_date: date | None) -> bool:
    """Tell whether the published file holds a review as of the date asked for."""
    if not settings.marts_file.exists():
        return False
    with _connect(settings, settings.marts_file) as connection:
        published = connection.execute("select as_of_date from quality.dim_builds").fetchone()
        known = connection.execute(
            "select 1 from review.dim_reviews where review_code = $code", {"code": review_code}
        ).fetchone()
    is_as_of = as_of_date is None or (published is not None and published[0] == as_of_date)
    return known is not None and is_as_of


@contextlib.contextmanager
def _own_build(settings: Settings, review_code: str, as_of_date: date | None) -> Iterator[Path]:
    """Build the warehouse for this review alone, give its file and discard it."""
    from motcua.warehouse.edge import run_build, run_gate, write_comments

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
        write_comments(settings, build)
        yield build.marts_file
    finally:
        build.discard()


@contextlib.contextmanager
def _connect(settings: Settings, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    config = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    with duckdb.connect(str(path.resolve()), read_only=True, config=config) as connection:
        yield connection


def _says_the_same(folder: Path, content: Content) -> bool:
    """Tell whether a version is undamaged and its figures have the same sum."""
    if verify_pack(folder):
        logger.warning("%s is damaged; see `motcua verify`", folder)
        return False
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    return bool(manifest["figures_sha256"] == figures_sha256(content))


def _sum_file(path: Path) -> tuple[int, str]:
    with path.open("rb") as handle:
        return path.stat().st_size, hashlib.file_digest(handle, "sha256").hexdigest()


__all__ = [
    "MANIFEST",
    "Pack",
    "open_marts",
    "read_content",
    "read_marts",
    "read_pack_content",
    "run_restate",
    "run_snapshot",
    "verify_pack",
    "write_folder",
    "write_pack",
    "write_version",
]
