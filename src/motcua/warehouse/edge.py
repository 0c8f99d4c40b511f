"""Build the warehouse into a new file, gate it, publish it by one rename, roll back.

``var/warehouse/releases/<build_id>/`` holds a published file and its Parquet marts; ``current`` is
a symbolic link to one of them, and ``marts.duckdb`` and ``marts`` lead through it. Publishing and
rolling back are one rename of ``current``: a reader sees the old release or the new one, never a
mix, and keeps what it has open. Releases may share files of Parquet by hard links: none is ever
written to again.
"""

import contextlib
import fcntl
import json
import logging
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from motcua.clock import read_clock
from motcua.contracts import read_register
from motcua.deadlines.owed import deadline_rows
from motcua.duplicates.edge import read_decisions
from motcua.errors import BuildRefusedError, PipelineError
from motcua.files import replace_link
from motcua.intake.landing.edge import write_empty_datasets
from motcua.receipts import read_receipts
from motcua.retention import run_retention
from motcua.settings import Settings
from motcua.shelf.edge import read_conclusions, read_sealed
from motcua.shelf.states import DOSSIERS, MANIFEST
from motcua.units.edge import read_agency_successions
from motcua.warehouse.comments import find_descriptions, write_statements
from motcua.warehouse.dbt import Dbt
from motcua.warehouse.gate import find_breaches, find_refusals
from motcua.warehouse.parquet.edge import Renewed, read_changed_parts, write_parquet
from motcua.warehouse.parquet.parts import read_partings
from motcua.warehouse.project import ProjectFolder, SealedPack
from motcua.warehouse.renewal import (
    INPUTS,
    RENEWAL,
    STANDING,
    STATE,
    Draft,
    Inputs,
    Renewal,
    plan_renewal,
    read_inputs,
)

logger = logging.getLogger(__name__)

SIMULATED_NOTICE = "DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC"
PUBLISHED_SCHEMAS = ("core", "review", "quality")
STORAGE_VERSION = "v1.4.0"
RESULTS = "run_results.json"
"""What dbt leaves of a run in its target."""
_BUILD = ("build", "--exclude-resource-type", "unit_test")
_RENEWED = ("--selector", "renewed")
"""What dbt makes of a project of the same text (selectors.yml)."""
_RENEWING = {"MOTCUA_IS_RENEWING": "true", "DBT_WRITE_JSON": "false"}
"""What a build that renews tells dbt. The manifest is the release's, of the same text: 2 s."""
_TOLD = """
select 'table', schema_name || '.' || table_name, coalesce(comment, '')
from duckdb_tables() where database_name = 'marts'
union all
select 'view', schema_name || '.' || view_name, coalesce(comment, '')
from duckdb_views() where database_name = 'marts' and not internal
union all
select 'column', schema_name || '.' || table_name || '.' || column_name, coalesce(comment, '')
from duckdb_columns() where database_name = 'marts' and not internal
"""
_BUILD_RESULTS = {
    "quality.fct_build_results": (
        "Mỗi dòng là kết quả của một mô hình hoặc một phép kiểm tra trong lần dựng kho này."
    ),
    "quality.fct_build_results.node_name": "Tên mô hình hoặc phép kiểm tra.",
    "quality.fct_build_results.node_type_code": "Loại: model, seed hoặc test.",
    "quality.fct_build_results.status_code": "Kết quả: success, pass hoặc warn.",
    "quality.fct_build_results.failed_count": "Số dòng không đạt phép kiểm tra.",
}


@dataclass(frozen=True, slots=True)
class Build:
    """One build: its folder under scratch, what it is as of, and dbt's invocation.

    ``renewed_from``: the release that it renewed; none: it made all anew.
    """

    build_id: str
    folder: Path
    as_of_date: date
    invocation_id: str
    renewed_from: Path | None = None

    @property
    def marts_file(self) -> Path:
        """The DuckDB file that the build made."""
        return self.folder / "marts.duckdb"

    @property
    def target(self) -> Path:
        """Dbt's artifacts."""
        return self.folder / "target"

    @property
    def changed_parts_file(self) -> Path:
        """What names the parts of tables that a renewal changed (``read_changed_parts``)."""
        return self.folder / RENEWAL / "changed_parts.parquet"

    def discard(self) -> None:
        """Delete the build."""
        shutil.rmtree(self.folder, ignore_errors=True)


def read_default_as_of_date(settings: Settings) -> date:
    """Give the latest day of export among deliveries that were taken in.

    Raises:
        PipelineError: nothing has been taken in yet.
    """
    exported = [
        receipt.exported_at[:10]
        for receipt in read_receipts(settings.receipts)
        if receipt.state_code != "refused"
    ]
    if not exported:
        raise PipelineError("build", "nothing has been taken in yet; run `motcua intake` first")
    return date.fromisoformat(max(exported))


def read_published_as_of_date(settings: Settings) -> date | None:
    """Give the day up to which the published file knows exports; null where nothing is."""
    if not settings.marts_file.exists():
        return None
    with duckdb.connect(str(settings.marts_file), read_only=True) as connection:
        row = connection.execute("select as_of_date from quality.dim_builds").fetchone()
    return row[0] if row else None


def run_build(
    settings: Settings,
    as_of_date: date | None = None,
    extra_reviews: Sequence[dict[str, str]] = (),
    name: str = "main",
    *,
    is_full: bool = False,
    dbt: Dbt | None = None,
) -> Build:
    """Run one ``dbt build`` into a new file under scratch.

    A failing test does not raise here: the gate reads the results. The folder ``build-<name>`` is
    wiped first, so that a killed build leaves nothing behind for longer than until the next. The
    build that is published renews what was published before, where that gives the same tables and
    nobody asked for all to be made anew (`motcua.warehouse.renewal`). ``dbt``: the process that is
    to run it, where the caller let it come up before; it is gone afterwards.

    Raises:
        PipelineError: nothing to build from, or dbt left no results.
    """
    folder = settings.scratch / f"build-{name}"
    build_id = uuid.uuid4().hex
    may_renew = name == "main" and not is_full
    with contextlib.ExitStack() as held:
        dbt = held.enter_context(dbt or Dbt())
        held.enter_context(_lock(settings.scratch / f"build-{name}.lock"))
        as_of_date = as_of_date or read_default_as_of_date(settings)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        draft = held.enter_context(Draft(settings, folder)) if may_renew else None
        project = ProjectFolder(folder, settings.dbt_folder)
        environment = project.environment(as_of_date, extra_reviews) | _limits(settings)
        if may_renew and project.is_parse_kept:
            dbt.read(project.kept_parse)
        write_empty_datasets(settings)
        registers = _read_registers(settings, as_of_date)
        inputs = _read_inputs(settings, as_of_date, project, registers, extra_reviews)
        renewal = plan_renewal(settings, inputs, folder, draft) if draft else None
        _lay_out(settings, project, registers, renewal)
        if renewal is None:
            _run_dbt(dbt, project, _BUILD, environment, RESULTS)
        else:
            told = environment | _RENEWING
            _run_dbt(dbt, project, (*_BUILD, *_RENEWED), told, RESULTS, is_parsed=True)
            draft.wait_for_disk()
            os.link(renewal.release / "manifest.json", project.target / "manifest.json")
        (renewal.inputs if renewal else inputs).write(folder / INPUTS)
        invocation_id = _read_invocation_id(folder)
        renewed_from = renewal.release if renewal else None
        build = Build(build_id, folder, as_of_date, invocation_id, renewed_from)
        (folder / "build.json").write_text(
            json.dumps(
                {
                    "build_id": build_id,
                    "as_of_date": as_of_date.isoformat(),
                    "invocation_id": invocation_id,
                    "renewed_from": str(build.renewed_from) if build.renewed_from else None,
                }
            ),
            "utf-8",
        )
    return build


def read_build(settings: Settings, build_id: str, name: str = "main") -> Build:
    """Find a build that another process made.

    Raises:
        PipelineError: the build is gone, or another one has taken its place.
    """
    folder = settings.scratch / f"build-{name}"
    try:
        saved = json.loads((folder / "build.json").read_text("utf-8"))
    except FileNotFoundError:
        raise PipelineError("build", f"{build_id} is gone; run the build again") from None
    if saved["build_id"] != build_id:
        raise PipelineError("build", f"{build_id} was replaced by another; run the build again")
    return Build(
        build_id,
        folder,
        date.fromisoformat(saved["as_of_date"]),
        saved["invocation_id"],
        Path(saved["renewed_from"]) if saved.get("renewed_from") else None,
    )


def run_gate(build: Build) -> None:
    """Refuse a build whose own results are not all good.

    Raises:
        BuildRefusedError: with a reason for each model or test.
    """
    manifest = _read_manifest(build)
    results = json.loads((build.target / RESULTS).read_text("utf-8"))
    is_renewed = build.renewed_from is not None
    reasons = find_refusals(manifest, results, build.invocation_id, is_renewed=is_renewed)
    reasons = reasons or find_breaches(manifest, _read_columns(build.marts_file))
    if reasons:
        raise BuildRefusedError(reasons)


def _read_columns(marts_file: Path) -> dict[str, list[tuple[str, str]]]:
    columns: dict[str, list[tuple[str, str]]] = {}
    with duckdb.connect(str(marts_file), read_only=True) as connection:
        rows = connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type "
            "from duckdb_columns() where not internal "
            "order by schema_name, table_name, column_index"
        ).fetchall()
    for name, column, data_type in rows:
        columns.setdefault(name, []).append((column, data_type))
    return columns


def run_publish(settings: Settings, build: Build) -> Path:
    """Publish a build that passes the gate, by one rename, and give the published file.

    Raises:
        BuildRefusedError: the gate says no; nothing has changed then.
    """
    run_gate(build)
    releases = settings.warehouse / "releases"
    release = releases / build.build_id
    partial = releases / f".{build.build_id}.partial"
    with _lock(settings.warehouse / "publish.lock"):
        _delete_partial_releases(releases)
        if not release.exists():
            partial.mkdir(parents=True)
            _finish(settings, build, partial / "marts")
            # A link, not a move: a task killed here finds its build whole when it runs again.
            os.link(build.marts_file, partial / "marts.duckdb")
            for artifact in ("manifest.json", RESULTS):
                shutil.copyfile(build.target / artifact, partial / artifact)
            for kept in (INPUTS, STATE, STANDING):
                shutil.copyfile(build.folder / kept, partial / kept)
            partial.replace(release)
        _point_current_to(settings, release)
        run_retention(settings, read_clock())
    build.discard()
    logger.info("published %s as of %s", release, build.as_of_date)
    return settings.marts_file


def run_rollback(settings: Settings) -> Path:
    """Publish the release before the current one again, and give its folder.

    Raises:
        PipelineError: there is none.
    """
    with _lock(settings.warehouse / "publish.lock"):
        previous = settings.warehouse / "previous"
        if not previous.exists():
            raise PipelineError("rollback", "no earlier release is kept")
        release = previous.resolve()
        _point_current_to(settings, release)
    return release


def read_has_token(settings: Settings, token: str) -> bool:
    """Say whether a dossier has this token in the published release or the one kept before it."""
    files = sorted(settings.warehouse.glob("releases/*/marts.duckdb"))
    return any(_has_token(path, token) for path in files)


def _has_token(path: Path, token: str) -> bool:
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "select count(*) from core.fct_dossiers where applicant_token = ?", [token]
        ).fetchall()
    return bool(found[0][0])


def delete_previous(settings: Settings) -> None:
    """Delete every release but the current one: there is nothing to roll back to then."""
    with _lock(settings.warehouse / "publish.lock"):
        (settings.warehouse / "previous").unlink(missing_ok=True)
        _delete_partial_releases(settings.warehouse / "releases")
        run_retention(settings.model_copy(update={"keep_releases": 1}), read_clock())


def write_docs(settings: Settings) -> Path:
    """Write dbt's documentation of the project as one static page, and give its path."""
    folder = settings.scratch / "build-docs"
    with _lock(settings.scratch / "build-docs.lock"):
        shutil.rmtree(folder, ignore_errors=True)
        as_of_date = read_default_as_of_date(settings)
        project = ProjectFolder(folder, settings.dbt_folder)
        _lay_out(settings, project, _read_registers(settings, as_of_date), None)
        shutil.copyfile(settings.marts_file, project.file)
        arguments = ["docs", "generate", "--static"]
        environment = project.environment(as_of_date) | _limits(settings)
        with Dbt() as dbt:
            _run_dbt(dbt, project, arguments, environment, "static_index.html")
        page = settings.var / "docs" / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        (folder / "target" / "static_index.html").replace(page)
        shutil.rmtree(folder)
    return page


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold an advisory lock on a file; the system lets go of it when the process ends, however."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class _Registers:
    """What people keep and decide, as a build reads it."""

    localities: list[dict[str, object]]
    deadlines: list[dict[str, object]]
    sealed_packs: list[SealedPack]
    successions: list[dict[str, object]]
    conclusions: list[dict[str, object]]
    duplicates: list[dict[str, object]]


def _read_registers(settings: Settings, as_of_date: date) -> _Registers:
    register = read_register(settings.localities)
    return _Registers(
        [locality.model_dump(mode="json") for locality in register.localities],
        deadline_rows(register, as_of_date),
        _read_sealed_packs(settings),
        [row.model_dump(mode="json") for row in read_agency_successions(settings.successions)],
        [row.model_dump(mode="json") for row in read_conclusions(settings)],
        [row.model_dump(mode="json") for row in read_decisions(settings.duplicates)],
    )


def _read_inputs(
    settings: Settings,
    as_of_date: date,
    project: ProjectFolder,
    registers: _Registers,
    extra_reviews: Sequence[dict[str, str]],
) -> Inputs:
    day = as_of_date.isoformat()
    sealed = [asdict(pack) for pack in registers.sealed_packs if pack.as_of_date <= day]
    equal = {"localities": registers.localities, "sealed": sealed, "reviews": list(extra_reviews)}
    return read_inputs(
        settings, as_of_date, project.text_sum, equal, registers.duplicates, registers.successions
    )


def _lay_out(
    settings: Settings, project: ProjectFolder, registers: _Registers, renewal: Renewal | None
) -> None:
    project.lay_out(
        renewal.landing if renewal else settings.home / "landing",
        registers.localities,
        registers.deadlines,
        registers.sealed_packs,
        registers.successions,
        registers.conclusions,
        registers.duplicates,
        renewal.release / "marts.duckdb" if renewal else None,
    )


def _read_sealed_packs(settings: Settings) -> list[SealedPack]:
    """Read what the sealed versions on the shelf counted; one that cannot be read is left out."""
    packs = []
    for folder in read_sealed(settings):
        try:
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
            packs.append(
                SealedPack(
                    folder.parent.name,
                    manifest["review_code"],
                    tuple(manifest.get("agency_codes", ())),
                    manifest["version"],
                    manifest["period_code"],
                    manifest["province_code"],
                    manifest["as_of_date"],
                    tuple(manifest["delivery_ids"]),
                    (folder / DOSSIERS).resolve(strict=True),
                )
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("%s is left out: %s; see `motcua verify`", folder, error)
    return packs


def _run_dbt(
    dbt: Dbt,
    project: ProjectFolder,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    leaves: str,
    *,
    is_parsed: bool = False,
) -> None:
    """Run a command of dbt; its lines go to our log.

    A run that could be made, well or not, leaves a file of this name.
    """
    last_lines: list[str] = []
    told = project.arguments(arguments)
    is_quiet = not logger.isEnabledFor(logging.INFO)
    for line in dbt.run(project.folder, told, environment, is_parsed=is_parsed, is_quiet=is_quiet):
        logger.info("dbt: %s", line.rstrip())
        last_lines = [*last_lines[-9:], line.strip()]
    if dbt.exit_code not in (0, 1) or not (project.target / leaves).exists():
        said = " / ".join(line for line in last_lines if line)
        raise PipelineError("dbt", f"ended with {dbt.exit_code}: {said}")
    project.keep_parse()


def _limits(settings: Settings) -> dict[str, str]:
    return {"MOTCUA_MEMORY_LIMIT": settings.memory_limit, "MOTCUA_THREADS": str(settings.threads)}


def _read_invocation_id(folder: Path) -> str:
    path = folder / "target" / RESULTS
    if not path.exists():
        raise PipelineError("dbt", "the build left no run_results.json")
    return json.loads(path.read_text("utf-8"))["metadata"]["invocation_id"]


def _connect_to_build(settings: Settings, path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(path.parent / "temp"),
            "preserve_insertion_order": False,
        }
    )
    connection.execute(f"attach '{path}' as marts (storage_version '{STORAGE_VERSION}')")
    return connection


def write_comments(settings: Settings, build: Build) -> None:
    """Describe each table and column of a build that is read and not published."""
    with _connect_to_build(settings, build.marts_file) as connection:
        _comment(connection, _read_manifest(build))
        connection.execute("checkpoint marts")


def _comment(connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> None:
    """Make the file say what its tables are; those made from simulated data say so first."""
    told = connection.execute(_TOLD).fetchall()
    ((is_simulated,),) = connection.execute(
        "select is_simulated from marts.quality.dim_builds"
    ).fetchall()
    texts = find_descriptions(manifest) | _BUILD_RESULTS
    statements = write_statements(told, texts, SIMULATED_NOTICE if is_simulated else "")
    connection.execute(f"use marts; begin; {statements} commit")


def _finish(settings: Settings, build: Build, folder: Path) -> None:
    """Add the build's own results to its file, describe all, and write its tables as Parquet.

    Of a renewed build the parts that did not change are linked.
    """
    manifest = _read_manifest(build)
    renewed = None
    if build.renewed_from:
        changed = read_changed_parts(build.changed_parts_file)
        renewed = Renewed(build.renewed_from / "marts", changed)
    with _connect_to_build(settings, build.marts_file) as connection:
        if renewed:
            connection.execute("set max_vacuum_tasks = 0")  # as macros/renewal.sql does, and why
        _add_results(connection, build)
        connection.execute("use marts")
        schemas = connection.execute(
            "select distinct schema_name from duckdb_tables() where database_name = 'marts'"
        ).fetchall()
        strangers = {schema for (schema,) in schemas} - set(PUBLISHED_SCHEMAS)
        if strangers:
            raise BuildRefusedError((f"schemas that are not published: {sorted(strangers)}",))
        with connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
            commented = pool.submit(_comment, cursor, manifest)
            write_parquet(connection, folder, read_partings(manifest), renewed)
            commented.result()
        connection.execute("checkpoint marts")


def _add_results(connection: duckdb.DuckDBPyConnection, build: Build) -> None:
    """Add the build's own results; of what it did not make again, those of the release renewed."""
    results = json.loads((build.target / RESULTS).read_text("utf-8"))["results"]
    rows = sorted(
        (
            result["unique_id"].split(".", 2)[-1],
            result["unique_id"].split(".", 1)[0],
            result["status"],
            result["failures"] or 0,
        )
        for result in results
        if not result["unique_id"].startswith("operation.")
    )
    kept = "union all from marts.quality.fct_build_results anti join made using (node_name)"
    connection.execute(
        "create or replace table marts.quality.fct_build_results as with made as (select "
        "unnest(cast(? as varchar[])) as node_name, "
        "unnest(cast(? as varchar[])) as node_type_code, "
        "unnest(cast(? as varchar[])) as status_code, "
        "unnest(cast(? as bigint[])) as failed_count) from made "
        f"{kept if build.renewed_from else ''}",
        [list(column) for column in zip(*rows, strict=True)],
    )


def _read_manifest(build: Build) -> dict[str, Any]:
    return json.loads((build.target / "manifest.json").read_text("utf-8"))


def _point_current_to(settings: Settings, release: Path) -> None:
    """Swap the link ``current`` in one rename; what it led to before becomes ``previous``."""
    current = settings.warehouse / "current"
    before = current.resolve() if current.is_symlink() else None
    replace_link(settings.warehouse / "marts.duckdb", Path("current") / "marts.duckdb")
    replace_link(settings.warehouse / "marts", Path("current") / "marts")
    if before is not None and before != release.resolve():
        replace_link(settings.warehouse / "previous", Path("releases") / before.name)
    replace_link(current, Path("releases") / release.name)


def _delete_partial_releases(releases: Path) -> None:
    for partial in releases.glob(".*.partial"):
        shutil.rmtree(partial)
