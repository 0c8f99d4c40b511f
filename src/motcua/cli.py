"""The command line: the same steps as the DAGs, without Airflow.

Exit code 0: done (a refused delivery is an outcome and is printed); 2: wrong use; 1: it failed,
with one line that says why and what to do.
"""

import itertools
import logging
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from motcua.errors import MotcuaError, PipelineError, UnknownAgencyError
from motcua.settings import Settings, read_settings

if TYPE_CHECKING:
    from motcua.onboarding.edge import Comparison

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The warehouse of a province's one-stop-shop dossiers.",
)
contract_app = typer.Typer(no_args_is_help=True, help="Draft, check, try and compare contracts.")
app.add_typer(contract_app, name="contract")
pack_app = typer.Typer(no_args_is_help=True, help="Check, approve and seal a version of a pack.")
app.add_typer(pack_app, name="pack")
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day up to which exports are known."),
]
PackFolder = Annotated[
    Path,
    typer.Argument(exists=True, file_okay=False, help="var/snapshots/REVIEW/vNN."),
]
Province = Annotated[str | None, typer.Option("--province", help="Province code, such as H01.")]


@app.callback()
def _configure(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show each step.")] = False,
) -> None:
    handler: logging.Handler = logging.StreamHandler()
    if sys.stderr.isatty():
        handler = RichHandler(console=errors, show_path=False)
    level = logging.INFO if verbose or sys.stderr.isatty() else logging.WARNING
    logging.basicConfig(level=logging.WARNING, handlers=[handler], format="%(message)s")
    logging.getLogger("motcua").setLevel(level)


@app.command()
def demo(
    scale: Annotated[float, typer.Option(min=0.0005, help="1.0 is the published volume.")] = 1.0,
    scenario: Annotated[list[str] | None, typer.Option(help="Only these scenarios.")] = None,
    random_totals: Annotated[
        int | None, typer.Option(metavar="SEED", help="Draw other totals, and write them down.")
    ] = None,
) -> None:
    """Write the demonstration deliveries into the inbox."""
    from motcua.demo import edge

    written = edge.write_demo(read_settings(), scale, scenario or None, random_totals)
    console.print(f"{len(written)} deliveries written to {read_settings().inbox}")


@app.command()
def intake() -> None:
    """Take in everything that lies in the inbox."""
    settings = read_settings()
    _take_in(settings)


@app.command()
def build(
    as_of: AsOf = None,
    full: Annotated[
        bool, typer.Option("--full", help="Make all anew, also what new deliveries do not touch.")
    ] = False,
) -> None:
    """Build the warehouse, gate it and publish it."""
    _build(read_settings(), as_of, is_full=full)


@app.command()
def snapshot(
    review: Annotated[str, typer.Argument(help="Period code (2024-CY) or review code.")],
    province: Province = None,
    as_of: AsOf = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why there is a new version after a sealed one.")
    ] = "",
    agency: Annotated[
        str, typer.Option("--agency", help="Code of the one agency that the pack is of.")
    ] = "",
    public: Annotated[
        bool, typer.Option("--public", help="Lay out the public pack of that version, too.")
    ] = False,
) -> None:
    """Make the pack of a review meeting, as a draft."""
    if agency and public:
        # Two public packs that hide by themselves could be subtracted from each other.
        raise typer.BadParameter("a public pack is of a whole province", param_hint="--public")
    settings = read_settings()
    try:
        folder = _snapshot(settings, review, province, as_of, reason, agency)
    except UnknownAgencyError as error:
        raise typer.BadParameter(str(error), param_hint="--agency") from error
    if public:
        from motcua.public.edge import write_public

        console.print(f"public pack: {write_public(settings, folder).folder}", soft_wrap=True)


@app.command()
def run(
    review: Annotated[str, typer.Argument(help="Period code (2024-CY) or review code.")],
    province: Province = None,
    as_of: AsOf = None,
) -> None:
    """Take in, build and publish, and make the pack: all three steps."""
    settings = read_settings()
    _take_in(settings)
    _build(settings, as_of)
    _snapshot(settings, review, province, as_of)


@app.command()
def rebuild() -> None:
    """Make everything again from landing/raw; figures and receipts come out the same."""
    from motcua.intake import edge

    settings = read_settings()
    edge.delete_derived(settings)
    _take_in(settings)
    _build(settings, None, is_full=True)


@app.command()
def rollback() -> None:
    """Publish the release before the current one again."""
    from motcua.warehouse import edge

    console.print(f"published again: {edge.run_rollback(read_settings())}")


@app.command()
def status() -> None:
    """Say who has sent what, what was refused, who is late and what is published."""
    from motcua import status as report
    from motcua.clock import read_clock

    settings = read_settings()
    _print_table("Deliveries", report.read_delivery_lines(settings))
    _print_table("Waiting in the inbox", report.read_inbox_lines(settings))
    _print_table("Done to read them", report.read_rescue_lines(settings))
    _print_table("Quality by month of export", report.read_quality_lines(settings))
    _print_table("Localities that sent nothing", report.read_missing_localities(settings))
    _print_table("Deadlines", report.read_deadline_lines(settings, read_clock()))
    _print_table("Published", report.read_published_lines(settings))
    _print_table("Reviews of unlike periods", report.read_comparison_lines(settings))


@app.command()
def doctor() -> None:
    """Check the installation, the settings, the disk and the locks, and say what to do."""
    from motcua import status as report

    findings = report.find_troubles(read_settings())
    for finding in findings:
        console.print(f"- {finding}")
    if findings:
        raise typer.Exit(1)
    console.print("all is well")


@app.command()
def replay(delivery_id: Annotated[str, typer.Argument(help="Such as in motcua status.")]) -> None:
    """Take one delivery in again from landing/raw, and say what that changed."""
    from motcua.onboarding import edge
    from motcua.quality.edge import write_data_docs

    settings = read_settings()
    found = edge.run_replay(delivery_id, settings)
    write_data_docs(settings)
    _print_comparison(found)


@app.command()
def erase(
    token: Annotated[str, typer.Option(help="applicant_token of the person's dossiers.")],
    reason: Annotated[str, typer.Option(help="Why, for the record; no personal value.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be redacted; change nothing.")
    ] = False,
) -> None:
    """Redact a person's values in the originals, and all that was made of them."""
    from motcua.erasure import edge
    from motcua.intake.edge import read_waiting

    settings = read_settings()
    found = edge.run_erase(settings, token, reason, is_dry=dry_run)
    _print_table("Would be redacted" if dry_run else "Redacted", found.lines)
    if not found.is_new:
        console.print("every row with this token has been redacted before")
    for place in found.remaining:
        console.print(
            f"- {place}: a number of theirs stands in lines of others; look there", soft_wrap=True
        )
    for code in read_waiting(settings):
        console.print(f"- inbox/{code}: not taken in yet, so not looked into; then erase again")
    if not dry_run:
        _forget(settings, token)


def _forget(settings: Settings, token: str) -> None:
    """Publish a warehouse without a person's token, of the same day, and keep no release with it.

    Data Docs hold no value of a row, but counts that are those of the receipts made anew.
    """
    from motcua.quality.edge import write_data_docs
    from motcua.warehouse import edge

    write_data_docs(settings)
    if not edge.read_has_token(settings, token):
        return
    # A renewed file may still hold the bytes of what was deleted from it.
    made = edge.run_build(settings, edge.read_published_as_of_date(settings), is_full=True)
    console.print(f"published {edge.run_publish(settings, made)} as of {made.as_of_date}")
    if edge.read_has_token(settings, token):
        edge.delete_previous(settings)


@app.command()
def verify(path: Annotated[Path, typer.Argument(exists=True)]) -> None:
    """Name a changed file of a pack or of a delivery in raw, or figures not as sealed in Word."""
    from motcua.approval import edge as approval
    from motcua.erasure import edge as erasure
    from motcua.snapshot import edge

    if erasure.is_delivery(path):
        said, problems = str(path), erasure.read_differences(path)
    elif path.is_dir():
        said, problems = str(path), edge.verify_pack(path)
    else:
        found = approval.verify_report(read_settings(), path)
        sealed = "sealed" if found.is_sealed else "not yet sealed"
        said, problems = f"{path}, against v{found.version:02d} ({sealed})", [*found.differences]
    for problem in problems:
        errors.print(problem, markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    console.print(f"{said}: unchanged", markup=False, soft_wrap=True)


@app.command()
def restate(
    path: Annotated[
        Path, typer.Argument(metavar="SNAPSHOT", exists=True, file_okay=False, help="Its folder.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Write all of them, as CSV.")
    ] = None,
) -> None:
    """Say which figures of a sealed pack have changed since, by how many dossiers and why."""
    from motcua.snapshot import edge

    found = edge.run_restate(read_settings(), path, out)
    title = f"{found.pack_code} v{found.version:02d}, as of {found.sealed_as_of_date}"
    lines = [
        {
            "figure": figure.name,
            "sealed": figure.sealed_count,
            f"as of {found.as_of_date}": figure.current_count,
            "difference": f"{figure.difference:+d}" if figure.difference else "0",
            "by dossiers named": "all" if figure.is_explained else figure.explained_count,
        }
        for figure in found.figures
    ]
    _print_table(title, lines)
    _print_table("Dossiers by reason", [dict(reason) for reason in found.reasons])


@app.command()
def sheets(path: PackFolder) -> None:
    """Write a sheet (DOCX) and a workbook to write back in (XLSX) for each agency of a version."""
    from motcua.sheets import edge

    folder, count = edge.run_sheets(read_settings(), path)
    console.print(f"{count} agencies: {folder}", soft_wrap=True)


@app.command()
def feedback(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Filled workbooks."),
    ],
) -> None:
    """Keep what agencies wrote into the workbooks of their sheets, for the next draft."""
    from motcua.sheets import edge

    has_faults = False
    for path in paths:
        found, faults = edge.run_feedback(read_settings(), path)
        for fault in faults:
            errors.print(f"{path}: {fault}", markup=False, soft_wrap=True)
        if not faults:
            console.print(f"{path}: {len(found)} giải trình", markup=False, soft_wrap=True)
        has_faults = has_faults or bool(faults)
    if has_faults:
        raise typer.Exit(1)


@app.command()
def conclusions(
    path: Annotated[
        Path, typer.Argument(metavar="WORKBOOK", exists=True, dir_okay=False, help="ket_luan_….")
    ],
) -> None:
    """Read back what a meeting concluded; the next one's pack shows how each was met."""
    from motcua.conclusions import edge

    taken = edge.run_conclusions(read_settings(), path)
    for fault in taken.faults:
        errors.print(fault, markup=False, soft_wrap=True)
    if taken.faults:
        raise typer.Exit(1)
    console.print(f"{taken.review_code}: {taken.line_count} conclusions kept; run `motcua build`")


@app.command()
def docs() -> None:
    """Write dbt's documentation of the project as one static page."""
    from motcua.warehouse import edge

    console.print(str(edge.write_docs(read_settings())))


@app.command()
def dictionary(
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="The workbook.")] = Path(
        "tu_dien_du_lieu.xlsx"
    ),
) -> None:
    """Write what every published table, column, metric and rule means, as a workbook."""
    from motcua.published import write_dictionary

    console.print(str(write_dictionary(read_settings().marts_file, out)))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    new: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Write the keys, as CSV.")
    ] = None,
) -> None:
    """Show what two published files differ in: tables, columns, counts and keys of rows."""
    from motcua.differing import read_differences, tell_keys, write_keys

    found = read_differences(old, new)
    if out:
        write_keys(out, found)
    if not found:
        console.print("no table differs")
        return
    _print_table("tables that differ", [one.line for one in found])
    for line in tell_keys(found):
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def explain(
    table: Annotated[str, typer.Argument(help="Such as review.mart_review__handling.")],
    column: Annotated[
        str, typer.Argument(help="A column that counts something, or rows of a list.")
    ],
    keys: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE...", help="Such as period_code=2024-CY.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Write all of them, as CSV.")
    ] = None,
) -> None:
    """Say what stands behind a number: definition, rule, SQL, dossiers, source line, tests."""
    from motcua.explain import edge
    from motcua.explain.cells import MissingKeyError, UnknownNameError, make_cell
    from motcua.explain.explanation import explain_in_lines

    try:
        explanation = edge.read_explanation(read_settings(), make_cell(table, column, keys), out)
    except (MissingKeyError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
    for line in explain_in_lines(explanation, out):
        console.print(line, markup=False, soft_wrap=True)
    if not explanation.counts.is_equal:
        raise typer.Exit(1)


@app.command()
def figures() -> None:
    """Print published against computed figures of the demonstration."""
    print_review_table(read_settings())


@contract_app.command("check")
def contract_check(path: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Validate one contract; errors name the line and the key."""
    from motcua.contracts import parse_contract

    contract = parse_contract(path.read_text(encoding="utf-8"), str(path))
    console.print(f"{contract.contract}: {', '.join(contract.datasets)}: valid")


@contract_app.command("try")
def contract_try(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    export: Annotated[Path, typer.Argument(exists=True)],
) -> None:
    """Show what a contract would make of an export; nothing is taken in."""
    from motcua.intake.trial.edge import run_contract_try

    for title, lines in run_contract_try(path, export, read_settings()).items():
        _print_table(title, lines)


@contract_app.command("draft")
def contract_draft(
    export: Annotated[Path, typer.Argument(exists=True)],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="File to write; else printed.")
    ] = None,
) -> None:
    """Propose a contract for an unknown export; what is unsure is left for you to answer."""
    from motcua.onboarding import edge

    draft = edge.run_draft(export, out.stem if out else None, read_settings())
    if out is None:
        console.print(draft.text, markup=False, soft_wrap=True)
        return
    edge.write_draft(draft, out)
    _print_table(f"Bản nháp {out}", draft.lines)


@contract_app.command("diff")
def contract_diff(
    old: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    new: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    locality: Annotated[str | None, typer.Option(help="Only what this locality sent.")] = None,
) -> None:
    """Say what a changed contract would change in what was taken in; nothing is written."""
    from motcua.onboarding import edge

    _print_comparison(edge.run_diff(old, new, locality, read_settings()))


def _print_comparison(found: "Comparison") -> None:
    _print_table("Thay đổi", found.lines)
    touched = len({line["lần gửi"] for line in found.lines})
    console.print(f"{touched} of {found.delivery_count} deliveries changed")


@pack_app.command("check")
def pack_check(path: PackFolder) -> None:
    """Read every figure from the marts again, add up every sum, look at the coverage."""
    from motcua.approval import edge

    faults = edge.run_check(read_settings(), path)
    for fault in faults:
        errors.print(fault, markup=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)
    console.print(f"{path}: đã kiểm tra")


@pack_app.command("approve")
def pack_approve(
    path: PackFolder,
    by: Annotated[str, typer.Option(help="Role or name of who approves.")],
    reason: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Approve a checked version inside the office."""
    from motcua.approval import edge

    edge.run_approve(read_settings(), path, by, reason)
    console.print(f"{path}: duyệt nội bộ")


@pack_app.command("seal")
def pack_seal(
    path: PackFolder,
    by: Annotated[str, typer.Option(help="Role or name of who seals.")],
    reason: Annotated[str, typer.Option(help="Why, where there is something to say.")] = "",
) -> None:
    """Seal the data of an approved version: it never changes again."""
    from motcua.approval import edge

    edge.run_seal(read_settings(), path, by, reason)
    console.print(f"{path}: niêm phong dữ liệu")


@pack_app.command("erratum")
def pack_erratum(
    path: PackFolder,
    figure: Annotated[str, typer.Option(help="Code of the figure, as in content.json.")],
    text: Annotated[str, typer.Option(help="What is right, and why.")],
    by: Annotated[str, typer.Option(help="Role or name of who notes it.")],
) -> None:
    """Note that a figure of a sealed version was found wrong; it stays as it is."""
    from motcua.approval import edge

    edge.run_erratum(read_settings(), path, figure, text, by)
    console.print(f"{path}: {figure}: đã ghi đính chính")


def print_review_table(settings: Settings) -> bool:
    """Print published against computed figures, and say whether all are equal."""
    from motcua.demo import edge

    if not settings.marts_file.exists():
        raise PipelineError("figures", "nothing is published yet; run `motcua build` first")
    rows = edge.read_review_table(settings)
    table = Table("figure", "published", "computed", "numerator", "denominator", "equal")
    for row in rows:
        table.add_row(
            row.label,
            row.published,
            _number(row.computed, row.decimals),
            _number(row.numerator, 0 if float(row.numerator or 0).is_integer() else row.decimals),
            _number(row.denominator, 0),
            "equal" if row.is_equal else "NOT EQUAL",
        )
    Console(width=150, highlight=False).print(table)
    return all(row.is_equal for row in rows)


def main() -> None:
    """Run the command line; our own errors become one line and exit code 1."""
    code = 0
    try:
        app()
    except MotcuaError as error:
        errors.print(f"motcua: {error}", markup=False, soft_wrap=True)
        code = 1
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    leave(code)


def leave(code: int) -> None:
    """End the process at once.

    With Great Expectations and DuckDB's dialect both loaded, the interpreter's own shutdown prints
    pages about leaked instances that mean nothing to the person who reads them.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _take_in(settings: Settings) -> None:
    from motcua import workers

    if len([*itertools.islice(settings.inbox.glob("*/*"), 2)]) > 1:
        # Several deliveries take processes of their own, whose imports run beside ours.
        workers.prepare()
    from motcua.intake import edge
    from motcua.quality.edge import write_data_docs

    lines = [
        {
            "delivery": f"{receipt.locality_code}/{receipt.delivery_name}",
            "state": receipt.state_code,
            "accepted": sum(dataset.accepted_count for dataset in receipt.datasets),
            "refused": sum(dataset.refused_count for dataset in receipt.datasets),
            "reason": receipt.refusal_sentence or "",
        }
        for receipt in edge.run_intake_all(settings)
    ]
    if lines:
        write_data_docs(settings)
    _print_table("Taken in", lines)


def _build(settings: Settings, as_of: datetime | None, *, is_full: bool = False) -> None:
    from motcua.warehouse.dbt import Dbt

    dbt = Dbt()  # comes up while the rest is imported
    from motcua.warehouse import edge

    made = edge.run_build(settings, as_of.date() if as_of else None, is_full=is_full, dbt=dbt)
    console.print(f"published {edge.run_publish(settings, made)} as of {made.as_of_date}")


def _snapshot(
    settings: Settings,
    review: str,
    province: str | None,
    as_of: datetime | None,
    reason: str = "",
    agency: str = "",
) -> Path:
    from motcua.snapshot import edge

    day = as_of.date() if as_of else None
    pack = edge.run_snapshot(settings, review, province, day, reason, agency)
    console.print(f"pack {pack.pack_code} v{pack.version:02d}: {pack.folder}")
    return pack.folder


def _number(value: float | None, decimals: int) -> str:
    from motcua.snapshot.numbers import format_decimal

    return "-" if value is None else format_decimal(value, decimals)


def _print_table(title: str, lines: list[dict[str, object]]) -> None:
    if not lines:
        console.print(f"{title}: none")
        return
    table = Table(title=title)
    for name in lines[0]:
        # Folded, not cut: a name that cannot be read whole cannot be looked for.
        table.add_column(name, overflow="fold")
    for line in lines:
        table.add_row(*(str(value) for value in line.values()))
    console.print(table)


if __name__ == "__main__":
    main()
