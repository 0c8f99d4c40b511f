"""The edge of a trial: what a contract would make of an export; nothing is taken in."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from motcua.contracts import (
    Layout,
    parse_contract,
)
from motcua.datasets import DATASETS
from motcua.intake import deliveries
from motcua.intake.arrivals.edge import data_files, list_files, open_files, read_manifest
from motcua.intake.decoding import edge as decoding
from motcua.intake.decoding.edge import Probe
from motcua.intake.deliveries import Manifest, Plan
from motcua.intake.judging.edge import job_of, open_connection, read_plan_probes
from motcua.intake.refusals import DeliveryRefusedError
from motcua.settings import Settings

TRY_ROWS = 5


def run_contract_try(
    contract_path: Path, export_path: Path, settings: Settings
) -> dict[str, list[dict[str, object]]]:
    """Say what a contract would make of an export; nothing is taken in and nothing is kept.

    Returns:
        Titles with lines: how headers match, counts, values that cannot be read, the first rows
        (no personal column).
    """
    contract = parse_contract(contract_path.read_text(encoding="utf-8"), str(contract_path))
    scratch = settings.scratch / f"try-{os.getpid()}"
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        files = open_files(export_path.name, list_files(export_path), scratch, settings)
        manifest = read_manifest(files)
        plan = deliveries.plan_files(contract, data_files(files))
        if plan is None:
            raise DeliveryRefusedError("layout_unknown", export_path.name, "tên tệp")
        probes = read_plan_probes(plan, scratch, settings)
        with open_connection(settings, scratch) as connection:
            return _try_lines(connection, plan, probes, manifest, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _try_lines(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    probes: Mapping[str, tuple[Probe, ...]],
    manifest: Manifest,
    scratch: Path,
) -> dict[str, list[dict[str, object]]]:
    shown: dict[str, list[dict[str, object]]] = {}
    for number in ("token_inner", "token_outer"):
        connection.execute(f"set variable {number} = cast('' as blob)")
    for code in probes:
        layout = plan.contract.datasets[code]
        decoded = decoding.decode_dataset(connection, job_of(plan, probes, code, scratch))
        shown[f"{code}: columns"] = _match_lines(_read_names(layout, probes[code]), probes[code])
        names = [probe.file.name for probe in probes[code]]
        shown[f"{code}: counts"] = [
            {
                "lines": decoded.line_count,
                "in the manifest": deliveries.expected_count(manifest, layout, names),
                "folded": decoded.folded_count,
                "left out": decoded.left_out_count,
                "unreadable": len(decoded.refused_lines),
            }
        ]
        shown[f"{code}: values not read"] = _unread_lines(connection, code)
        shown[f"{code}: first rows"] = _first_rows(connection, code)
    if plan.unknown_files:
        shown["files that no layout takes"] = [{"file": name} for name in plan.unknown_files]
    return shown


def _read_names(layout: Layout, probes: Sequence[Probe]) -> dict[str, Sequence[str]]:
    """Give the columns of a layout with what they fill; of a number the spellings that are there.

    A number of which no spelling is there is told by its first.
    """
    names: dict[str, Sequence[str]] = {**layout.columns}
    present = {name for probe in probes for name in probe.match.positions}
    for number, spellings in (layout.unpivot.spellings() if layout.unpivot else {}).items():
        found = [name for name in spellings if name in present] or spellings[:1]
        names |= dict.fromkeys(found, (f"{layout.unpivot.value} ({number})",))
    return names


def _match_lines(
    columns: Mapping[str, Sequence[str]], probes: Sequence[Probe]
) -> list[dict[str, object]]:
    missing = {name for probe in probes for name in probe.match.missing}
    lines: list[dict[str, object]] = [
        {
            "source column": source,
            "canonical column": ", ".join(targets),
            "state": "missing" if source in missing else "read",
        }
        for source, targets in columns.items()
    ]
    unknown = dict.fromkeys(name for probe in probes for name in probe.match.unknown)
    lines += [
        {"source column": name, "canonical column": "", "state": "unknown"} for name in unknown
    ]
    return lines


def _unread_lines(connection: duckdb.DuckDBPyConnection, code: str) -> list[dict[str, object]]:
    columns = [name for name in connection.table(code).columns if name.startswith("_unread_")]
    counted = ", ".join(f'count("{name}")' for name in columns)
    counts = connection.execute(f"select {counted} from {code}").fetchall()[0] if columns else ()
    return [
        {"canonical column": name.removeprefix("_unread_"), "rows": count}
        for name, count in zip(columns, counts, strict=True)
        if count
    ]


def _first_rows(connection: duckdb.DuckDBPyConnection, code: str) -> list[dict[str, object]]:
    """Give the first rows, one line a column that has a value, the applicant's token left out."""
    columns = [column for column in DATASETS[code].columns if column != "applicant_token"]
    listed = ", ".join(f'"{column}"' for column in columns)
    rows = connection.execute(
        f"select {listed} from {code} order by _row_id limit {TRY_ROWS}"
    ).fetchall()
    return [
        {
            "canonical column": column,
            **{f"row {number}": row[place] for number, row in enumerate(rows, 1)},
        }
        for place, column in enumerate(columns)
        if any(row[place] is not None for row in rows)
    ]
