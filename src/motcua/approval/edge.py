"""Bring a version from draft to sealed, note errata, compare a working copy. Rules lie beside."""

import contextlib
import logging
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict

from motcua.approval.checking import coverage_faults, cube_faults, find_faults
from motcua.approval.sealing import (
    COUNTED_SQL,
    DOSSIERS_SQL,
    MARTS,
    PROVENANCE,
    RULES_SQL,
    TABLES_SQL,
    copy_statements,
    is_kept,
    provenance,
)
from motcua.approval.word import compare_report, read_report
from motcua.errors import PipelineError
from motcua.forms import read_form
from motcua.receipts import Receipt, read_receipts
from motcua.settings import REPOSITORY, Settings
from motcua.shelf.edge import (
    PUBLIC,
    folder_name,
    lock_review,
    read_acts,
    read_place,
    read_versions,
    write_act,
    write_erratum,
    write_index,
)
from motcua.shelf.states import DIFFERENCES, DOSSIERS, StateCode, last_sealed, state_of, why_not
from motcua.snapshot.content import build_content, with_state
from motcua.snapshot.edge import (
    MACHINE,
    open_marts,
    read_marts,
    read_pack_content,
    verify_pack,
    write_version,
)
from motcua.snapshot.listing import changes, shown_figures
from motcua.snapshot.marts import Marts
from motcua.snapshot.model import Content
from motcua.snapshot.numbers import clean_text
from motcua.snapshot.pack import stem_of
from motcua.warehouse.edge import STORAGE_VERSION

logger = logging.getLogger(__name__)


class Comparison(BaseModel):
    """A report that staff edited against a version: one line for each figure that differs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    is_sealed: bool
    differences: tuple[str, ...]


def run_check(settings: Settings, path: Path, by: str = MACHINE) -> tuple[str, ...]:
    """Check a version against the marts; give what is wrong, or note it as checked.

    Raises:
        PipelineError: the version is damaged or past being checked, or nothing to read it from.
        BuildRefusedError: the build made for it does not pass the gate.
    """
    with _step(settings, path, "checked") as content:
        with _open_marts_of(settings, content) as connection:
            marts = _read_marts_of(settings, connection, content)
        faults = find_faults(content, build_content(marts), marts)
        if not faults:
            _write_state(settings, content, "checked", by, "")
    return faults


def run_approve(settings: Settings, path: Path, by: str, reason: str) -> None:
    """Note that a checked version is approved inside the office.

    Raises:
        PipelineError: the version is damaged or not checked, or nobody and no reason is named.
    """
    with _step(settings, path, "approved") as content:
        _write_state(settings, content, "approved", by, _wanted("--reason", reason))


def run_seal(settings: Settings, path: Path, by: str, reason: str = "") -> None:
    """Seal an approved version: its dossiers, its marts and where it comes from go into it.

    Its public pack is sealed with it. Where only that is left to do, as after a kill between the
    two, only that is done.

    Raises:
        PipelineError: the version is damaged or not approved, the marts say something else by
            now, a missing locality is not named, a delivery has no receipt, or its public pack
            cannot be laid out.
        BuildRefusedError: the build made for it does not pass the gate.
    """
    if _state_of(settings, path) == "sealed" and _bring_public(settings, path):
        return
    with _step(settings, path, "sealed") as content, _scratch(settings, "seal", path) as folder:
        with _open_marts_of(settings, content) as connection:
            marts = _read_marts_of(settings, connection, content)
            _refuse_unless_true(content, build_content(marts), marts)
            files = _write_data(settings, connection, content, marts.review, folder)
        _write_state(settings, content, "sealed", by, reason, files)


def run_check_all(settings: Settings, paths: Iterable[str]) -> None:
    """Check versions that are not approved yet, for the DAG.

    Raises:
        PipelineError: as ``run_check``, or something is wrong with one of them.
    """
    faults = [
        f"{path}: {fault}"
        for path in paths
        if _state_of(settings, Path(path)) in {"draft", "checked"}
        for fault in run_check(settings, Path(path))
    ]
    if faults:
        raise PipelineError("pack", "; ".join(faults))


def run_seal_all(settings: Settings, paths: Iterable[str], by: str, reason: str) -> None:
    """Approve and seal versions in one go, for the DAG; what is done already is not done again.

    Raises:
        PipelineError: as ``run_approve`` and ``run_seal``.
        BuildRefusedError: as ``run_seal``.
    """
    for path in map(Path, paths):
        if _state_of(settings, path) not in {"approved", "sealed"}:
            run_approve(settings, path, by, reason)
        if _state_of(settings, path) != "sealed":
            run_seal(settings, path, by, reason)
        else:
            _bring_public(settings, path)


def run_erratum(settings: Settings, path: Path, figure_code: str, text: str, by: str) -> None:
    """Note that a figure of a sealed version was found wrong, and what is right.

    Raises:
        PipelineError: the version is not sealed or is damaged, or shows no such figure.
    """
    review_code, version = read_place(settings, path)
    with lock_review(settings, review_code) as shelf:
        _refuse_damage(path)
        content = read_pack_content(path)
        if content.header.state_code != "sealed":
            raise PipelineError("pack", f"{path} is not sealed; make a new draft instead")
        figure = shown_figures(content).get(figure_code)
        if figure is None:
            raise PipelineError("pack", f"{figure_code} is no figure of {path}: see content.json")
        told = (figure.code, figure.name, figure.text)
        write_erratum(shelf, version, told, _wanted("--text", text), _wanted("--by", by))
    write_index(settings)


def verify_report(settings: Settings, path: Path) -> Comparison:
    """Compare the figures of a report that staff edited with the last sealed version.

    Where nothing is sealed yet, the last version stands in.

    Raises:
        PipelineError: it is no report of a review on the shelf, its figures have lost their
            codes, or the version is damaged.
    """
    review_code, found = read_report(path.read_bytes(), str(path))
    shelf = settings.snapshots / review_code
    versions = read_versions(shelf) if review_code else []
    if not versions:
        raise PipelineError("verify", f"{path} is not of a review under {settings.snapshots}")
    if not found:
        raise PipelineError(
            "verify",
            f"{path} has lost the codes of its figures: what saved it drops the tags of content "
            "controls, as LibreOffice before 7.5 does; edit a copy of the report in Word",
        )
    sealed = last_sealed(read_acts(shelf))
    version = sealed or versions[-1]
    folder = shelf / folder_name(version)
    _refuse_damage(folder)
    content = read_pack_content(folder)
    report = folder / f"{stem_of(content)}.docx"
    _, expected = read_report(report.read_bytes(), str(report))
    return Comparison(
        version=version,
        is_sealed=sealed is not None,
        differences=tuple(compare_report(found, expected, content)),
    )


@contextlib.contextmanager
def _step(settings: Settings, path: Path, wanted: StateCode) -> Iterator[Content]:
    """Hold a version that may come into a state, undamaged; write the page of packs after it."""
    review_code, version = read_place(settings, path)
    with lock_review(settings, review_code) as shelf:
        if version not in read_versions(shelf):
            raise PipelineError("pack", f"{path} is not there")
        refusal = why_not(read_acts(shelf), version, wanted)
        if refusal:
            raise PipelineError("pack", f"{review_code} {refusal}")
        _refuse_damage(path)
        yield read_pack_content(path)
    _bring_public(settings, path)
    write_index(settings)


def _bring_public(settings: Settings, path: Path) -> bool:
    """Lay the public pack of a version, where it has one, out again in the version's new state.

    Tells whether there was something to do. It holds the shelf itself.
    """
    review_code, version = read_place(settings, path)
    shelf = settings.snapshots / review_code
    if version not in read_versions(shelf / PUBLIC):
        return False
    if state_of(read_acts(shelf / PUBLIC), version) == state_of(read_acts(shelf), version):
        return False
    from motcua.public.edge import write_public  # SciPy, which the other acts do without

    logger.info("%s v%02d: the public pack follows", review_code, version)
    write_public(settings, path)
    return True


@contextlib.contextmanager
def _scratch(settings: Settings, step: str, path: Path) -> Iterator[Path]:
    """Give an empty folder for a step of a version; it is gone afterwards."""
    review_code, _ = read_place(settings, path)
    folder = settings.scratch / f"{step}-{review_code}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _state_of(settings: Settings, path: Path) -> StateCode:
    review_code, version = read_place(settings, path)
    return state_of(read_acts(settings.snapshots / review_code), version)


def _refuse_damage(path: Path) -> None:
    damage = verify_pack(path)
    if damage:
        raise PipelineError("pack", f"{path} is damaged: {'; '.join(damage)}")


@contextlib.contextmanager
def _open_marts_of(settings: Settings, content: Content) -> Iterator[duckdb.DuckDBPyConnection]:
    header = content.header
    as_of_date = date.fromisoformat(header.as_of_date)
    with open_marts(settings, header.review_code, as_of_date) as connection:
        yield connection


def _read_marts_of(
    settings: Settings, connection: duckdb.DuckDBPyConnection, content: Content
) -> Marts:
    header, form = content.header, read_form(settings)
    return read_marts(connection, header.review_code, header.agency_code, form)


def _refuse_unless_true(content: Content, read: Content, marts: Marts) -> None:
    """Refuse a seal over figures that the marts no longer have, or over a gap nobody names."""
    found = changes(content, read)
    if found:
        raise PipelineError(
            "pack",
            f"{len(found)} figures are not those of the marts any more, such as {found[0].name}; "
            "make a new draft with `motcua snapshot`",
        )
    if moved := cube_faults(content, read):
        raise PipelineError("pack", f"{moved[0]}; make a new draft with `motcua snapshot`")
    gaps = coverage_faults(content, marts)
    if gaps:
        raise PipelineError("pack", f"{'; '.join(gaps)}; take in what is missing, or name it")


def _write_state(
    settings: Settings,
    content: Content,
    state_code: StateCode,
    by: str,
    reason: str,
    more: dict[str, Path] | None = None,
) -> None:
    """Lay a version out again in its new state, and note the act."""
    by = _wanted("--by", by)
    header = content.header
    shelf = settings.snapshots / header.pack_code
    kept: dict[str, bytes | Path] = {**(more or {})}
    differences = shelf / folder_name(header.version) / DIFFERENCES
    if differences.exists():
        kept[DIFFERENCES] = differences.read_bytes()
    write_version(settings, with_state(content, header.version, state_code), kept)
    write_act(shelf, header.version, state_code, by, clean_text(reason))


def _wanted(option: str, text: str) -> str:
    """Clean what a person must say of an act, and refuse an act of which it is not said."""
    cleaned = clean_text(text)
    if not cleaned:
        raise PipelineError("pack", f"{option} must not be empty")
    return cleaned


def _write_data(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    content: Content,
    review: Any,
    folder: Path,
) -> dict[str, Path]:
    """Write the data of a sealed version into a folder; give the files by name."""
    header = content.header
    files = {name: folder / name for name in (DOSSIERS, MARTS, PROVENANCE)}
    keys = {"province_code": header.province_code, "period_code": header.period_code}
    connection.execute(
        f"copy ({DOSSIERS_SQL}) to '{files[DOSSIERS]}' (format parquet, compression zstd)", keys
    )
    counted = connection.execute(COUNTED_SQL, {"dossiers": str(files[DOSSIERS])})
    names = [column[0] for column in counted.description or ()]
    for code, count in zip(names, counted.fetchone() or (), strict=True):
        figure = content.figures.get(code)
        if figure is not None and figure.cell.value != count:
            raise PipelineError(
                "pack", f"the dossiers sum up to {count}, {figure.name} is {figure.cell.text}"
            )
    rules = connection.execute(RULES_SQL)
    columns = [column[0] for column in rules.description or ()]
    rows = [dict(zip(columns, row, strict=True)) for row in rules.fetchall()]
    receipts = _read_receipts(settings, content.delivery_ids)
    files[PROVENANCE].write_bytes(provenance(rows, _read_code_version(), receipts))
    (source,) = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchone() or ("",)
    _copy_marts(settings, Path(source), files[MARTS], content, review)
    return files


def _copy_marts(
    settings: Settings, source: Path, target: Path, content: Content, review: Any
) -> None:
    """Copy the review's marts into a file of their own that older clients read."""
    codes = ("period_code", "previous_period_code", "same_period_last_year_code")
    values = {
        "province_code": content.header.province_code,
        "review_code": content.header.review_code,
        "periods": [review[code] for code in codes if review[code]],
        "delivery_ids": list(content.delivery_ids),
        "agency_codes": list(content.agency_codes),
    }
    config = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    with duckdb.connect(config=config) as connection:
        connection.execute(f"attach '{source}' as marts (read_only)")
        connection.execute(f"attach '{target}' as sealed (storage_version '{STORAGE_VERSION}')")
        for schema, table, comment, names, comments in connection.execute(TABLES_SQL).fetchall():
            if is_kept(schema, table):
                connection.execute(f"create schema if not exists sealed.{schema}")
                named = dict(zip(names, comments, strict=True))
                for statement in copy_statements(schema, table, comment, named):
                    used = {
                        name: value for name, value in values.items() if f"${name}" in statement
                    }
                    connection.execute(statement, used)
        connection.execute("detach sealed")


def _read_receipts(settings: Settings, delivery_ids: tuple[str, ...]) -> list[Receipt]:
    found = {receipt.delivery_id: receipt for receipt in read_receipts(settings.receipts)}
    missing = [name for name in delivery_ids if name not in found]
    if missing:
        raise PipelineError(
            "pack", f"no receipt of delivery {missing[0]}; run `motcua rebuild` to make it again"
        )
    return [found[name] for name in delivery_ids]


def _read_code_version() -> dict[str, Any]:
    """Say by which code the pack was made: the commit where there is one, and the package."""
    version: dict[str, Any] = {"package_version": metadata.version("motcua")}
    if (REPOSITORY / ".git").exists() and shutil.which("git"):
        version["git_commit"] = _git("rev-parse", "HEAD")
        version["has_local_changes"] = bool(_git("status", "--porcelain"))
    return version


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(REPOSITORY), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return result.stdout.strip()
