"""`make bench`: the pipeline against the floor, at 901.402 dossiers and at more.

The floor is DuckDB alone, in a process of its own: it reads the same An Giang CSV files, casts them
by the same contract, writes Parquet and counts `ii06`. The pipeline is what users run: intake with
Great Expectations, dbt build, gate, publish. Both read the same bytes, written just before.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import psutil

from motcua.contracts import Layout, read_contracts
from motcua.datasets import DATASETS
from motcua.receipts import read_receipts
from motcua.settings import Settings, read_settings

PUBLISHED_ROWS = 901_402
SAMPLE_SECONDS = 0.1
WORKBOOKS = "huong-thuy-2021"
"""The scenario that sends workbooks."""
WORKBOOK_ROWS = 10_000
"""Rows of its largest workbook at scale 1, at the least."""
MORE_EXPORTED_DATE = "2025-01-20"
"""When one delivery more is exported: after all the others."""
FLOOR_FILE = "floor.json"
BOOLEAN_TRUE = "('true', '1', 'x', 'có')"


@dataclass(frozen=True, slots=True)
class Measure:
    """One timed process tree: seconds by the clock, of processors; peak resident memory in GiB.

    Of processors are those of processes that their own parents waited for: not those of a pool.
    """

    name: str
    seconds: float
    processor_seconds: float
    peak_gib: float


def main() -> int:
    """Measure and print; the figures are also written to ``var/bench/<rows>.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, action="append", help="resolved dossiers; repeatable")
    parser.add_argument("--workbook", type=int, metavar="ROWS", help="one workbook of so many rows")
    parser.add_argument(
        "--more", type=int, metavar="ROWS", help="then one delivery more, of so many dossiers"
    )
    parser.add_argument("--keep", action="store_true", help="keep the bench's home")
    parser.add_argument("--step", choices=("floor",), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    settings = read_settings()
    if arguments.step == "floor":
        run_floor(settings)
        return 0
    if arguments.workbook:
        measure_workbook(settings, arguments.workbook)
        return 0
    results = [
        (rows, measure(settings, rows, more=arguments.more, keep=arguments.keep))
        for rows in sorted({PUBLISHED_ROWS, *(arguments.rows or ())})
    ]
    if len(results) > 1:
        (small_rows, small), (large_rows, large) = results[0], results[-1]
        _say(
            f"growth from {small_rows} to {large_rows} rows ({large_rows / small_rows:.1f} x): "
            f"floor {large[0].seconds / small[0].seconds:.1f} x, "
            f"pipeline {_total(large) / _total(small):.1f} x"
        )
    return 0


def measure(settings: Settings, rows: int, *, more: int | None, keep: bool) -> list[Measure]:
    """Write the deliveries, time the floor and the pipeline's steps, print and keep the figures.

    ``more``: dossiers of one delivery that is taken in and published afterwards.
    """
    home = settings.var / "bench" / f"home-{rows}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    environment = {**os.environ, "MOTCUA_HOME": str(home)}
    motcua = str(Path(sys.executable).parent / "motcua")
    _say(f"== {rows} resolved dossiers of An Giang")
    _watch(
        "deliveries",
        [motcua, "demo", "--scenario", "an-giang-2024", "--scale", repr(rows / PUBLISHED_ROWS)],
        environment,
    )
    inbox = home / "landing" / "inbox"
    byte_count = sum(path.stat().st_size for path in inbox.rglob("*.csv"))
    _say(f"   {byte_count / 2**20:.0f} MiB of CSV in {len(list(inbox.glob('*/*')))} deliveries")
    measures = [
        _watch("floor", [sys.executable, "-m", "motcua.bench", "--step", "floor"], environment),
        _watch("intake", [motcua, "intake"], environment),
        _watch("build and publish", [motcua, "build"], environment),
    ]
    total, floor = _total(measures), measures[0].seconds
    peak = max(one.peak_gib for one in measures[1:])
    _say(
        f"   pipeline {total:.1f} s = {total / floor:.1f} x the floor of {floor:.1f} s; "
        f"peak memory {peak:.2f} GiB"
    )
    plain = json.loads((home / "var" / FLOOR_FILE).read_text("utf-8"))["read_and_write_seconds"]
    intake = measures[1]
    _say(
        f"   intake {intake.seconds:.1f} s = {intake.seconds / plain:.1f} x reading and writing "
        f"alone ({plain:.1f} s); peak memory {intake.peak_gib:.2f} GiB"
    )
    path = settings.var / "bench" / f"{rows}.json"
    path.write_text(json.dumps([asdict(one) for one in measures], indent=1) + "\n", "utf-8")
    if more:
        _measure_more(home, more, measures[1:], environment)
    if not keep:
        shutil.rmtree(home)
    return measures


def _measure_more(
    home: Path, rows: int, all_of_it: list[Measure], environment: dict[str, str]
) -> None:
    """Take in and publish one delivery more, and print what share that is of what all took.

    Against the build that makes all anew alone, and against taking all in and building it.
    """
    motcua = str(Path(sys.executable).parent / "motcua")
    write_one_more(home, rows)
    time.sleep(read_settings().settle_seconds)  # else the intake would wait for that
    measures = [
        _watch("intake of one more", [motcua, "intake"], environment),
        _watch("build and publish of it", [motcua, "build"], environment),
    ]
    build = all_of_it[-1]
    seconds, total = (sum(one.seconds for one in some) for some in (measures, all_of_it))
    used = sum(one.processor_seconds for one in measures)
    _say(
        f"   one delivery of {rows} dossiers: {seconds:.1f} s = {100 * seconds / build.seconds:.1f}"
        f" % of the full build ({build.seconds:.1f} s), {100 * seconds / total:.1f} % of taking all"
        f" in and building it ({total:.1f} s)"
    )
    _say(
        f"   {used:.1f} s of processors = {100 * used / build.processor_seconds:.1f} % of those of "
        f"the full build ({build.processor_seconds:.1f} s)"
    )


def write_one_more(home: Path, rows: int) -> Path:
    """Write a delivery of a locality that sent before: half of it dossiers that are known already.

    The known ones are those received last, each closed an hour later than was told; the others are
    the same under numbers that were not given. What belongs to a dossier comes along with it.
    """
    first = min((home / "landing" / "raw").glob("*/*/files/dossiers.csv"))
    place = first.parents[2].name
    sent = max((home / "landing" / "raw" / place).glob("*/files"), key=_last_received)
    folder = home / "landing" / "inbox" / place / f"agesb-more-{rows}"
    folder.mkdir(parents=True)
    connection = duckdb.connect(config={"preserve_insertion_order": True})
    read = "read_csv('{}', all_varchar = true, header = true)"
    connection.execute(
        "create table known as select dossierNo, "
        "regexp_replace(dossierNo, '\\d+-\\d+$', '') || '250120-' "
        "|| lpad(cast(row_number() over () as varchar), 5, '0') as other "
        f"from (select dossierNo from {read.format(sent / 'dossiers.csv')} "
        "where finishDate is not null and try_cast(receiveDate as timestamp) is not null "
        f"group by dossierNo order by max(receiveDate) desc limit {rows // 2})"
    )
    for path in sorted(sent.glob("*.csv")):
        source = read.format(path)
        names = [row[0] for row in connection.execute(f"describe from {source}").fetchall()]
        if "dossierNo" in names:
            later = "cast(cast(finishDate as timestamp) + interval 1 hour as varchar) as finishDate"
            told = f"* replace ({later})" if "finishDate" in names else "*"
            source = (
                f"(select {told} from {source} semi join known using (dossierNo) union all "
                f"select lines.* replace (known.other as dossierNo) from {source} as lines "
                "inner join known using (dossierNo))"
            )
        connection.execute(f"copy (from {source}) to '{folder / path.name}' (header)")
    manifest = {"exported_at": f"{MORE_EXPORTED_DATE} 08:00:00", "is_simulated": True}
    (folder / "manifest.json").write_text(json.dumps(manifest) + "\n", "utf-8")
    return folder


def _last_received(files: Path) -> str:
    found = duckdb.sql(
        "select max(try_cast(receiveDate as timestamp)) "
        f"from read_csv('{files / 'dossiers.csv'}', all_varchar = true)"
    ).fetchall()
    return str(found[0][0])


def measure_workbook(settings: Settings, rows: int) -> Measure:
    """Time the intake of one iGate-like workbook of at least so many rows, and print it."""
    home = settings.var / "bench" / f"home-workbook-{rows}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    environment = {**os.environ, "MOTCUA_HOME": str(home)}
    motcua = str(Path(sys.executable).parent / "motcua")
    scale = repr(rows / WORKBOOK_ROWS)
    _watch("deliveries", [motcua, "demo", "--scenario", WORKBOOKS, "--scale", scale], environment)
    inbox = home / "landing" / "inbox"
    sent = sorted(inbox.glob("*/*"), key=lambda one: sum(p.stat().st_size for p in one.rglob("*")))
    for one in sent[:-1]:
        shutil.rmtree(one)
    measured = _watch("intake", [motcua, "intake"], environment)
    (receipt,) = read_receipts(home / "landing" / "receipts")
    (lines,) = [one.line_count for one in receipt.datasets if one.dataset_code == "dossiers"]
    _say(f"   a workbook of {lines} lines: {measured.seconds:.1f} s, {measured.peak_gib:.2f} GiB")
    shutil.rmtree(home)
    return measured


def run_floor(settings: Settings) -> None:
    """Read, cast, write and count with DuckDB alone; keep how long it took without the count."""
    start = time.monotonic()
    contract = read_contracts(settings.contracts)["opencps_csv"]
    folder = settings.scratch / "floor"
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(folder),
        }
    )
    for dataset_code, layout in contract.datasets.items():
        pattern = f"{settings.inbox}/*/*/{layout.files[0]}"
        if not list(settings.inbox.glob(f"*/*/{layout.files[0]}")):
            continue
        casts = ",\n".join(_floor_casts(dataset_code, layout))
        connection.execute(
            f"copy (select {casts} from read_csv('{pattern}', all_varchar = true, header = true, "
            f"delim = '{layout.delimiter}', quote = '\"', union_by_name = true)) "
            f"to '{folder / dataset_code}.parquet' (format parquet, compression zstd)"
        )
    kept = json.dumps({"read_and_write_seconds": time.monotonic() - start})
    (settings.var / FLOOR_FILE).write_text(kept + "\n", "utf-8")
    counts = connection.sql(FLOOR_COUNTS.format(path=folder / "dossiers.parquet")).fetchall()
    _say(f"   floor counted {sum(row[-1] for row in counts)} resolved in {len(counts)} cells")
    shutil.rmtree(folder)


FLOOR_COUNTS = """
    with closed as (
        select
            *,
            case
                when status_code in ('done', 'cancelled', 'unresolved', 'releasing', '7', '9', '10')
                    then cast(coalesce(finished_at, returned_at) as date)
            end as closing_date
        from read_parquet('{path}')
    )

    select
        coalesce(resolving_agency_code, receiving_agency_code) as agency_code,
        field_code,
        channel_code,
        count(*) filter (where cast(received_at as date) between date '2024-01-01'
            and date '2024-12-31') as received_in_period_count,
        count(*) filter (where closing_date > cast(due_at as date)) as resolved_overdue_count,
        count(*) filter (where closing_date between date '2024-01-01'
            and date '2024-12-31') as resolved_count
    from closed
    group by all
"""


def _floor_casts(dataset_code: str, layout: Layout) -> list[str]:
    """Cast each mapped column to its canonical type, the plain way."""
    types = DATASETS[dataset_code].types()
    formats = {"timestamp": layout.timestamp_formats, "date": layout.date_formats}
    casts: dict[str, str] = {}
    for source, targets in layout.columns.items():
        for target in targets:
            kind = types[target]
            if kind in formats:
                text = f"try_strptime(\"{source}\", '{formats[kind][0]}')::{kind}"
            elif kind == "boolean":
                text = f'lower("{source}") in {BOOLEAN_TRUE}'
            elif kind == "string":
                text = f'"{source}"'
            else:
                text = f'try_cast("{source}" as {kind})'
            casts.setdefault(target, f"{text} as {target}")
    return list(casts.values())


def _watch(name: str, command: list[str], environment: dict[str, str]) -> Measure:
    """Run a command and measure its whole process tree.

    First what was written before goes onto the disk: else a step would wait for the one before it.
    """
    os.sync()
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = psutil.Popen(command, env=environment)
    peak = [0]
    watcher = threading.Thread(target=_sample, args=(process, peak), daemon=True)
    watcher.start()
    if process.wait() != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    measured = Measure(name, time.monotonic() - start, used, peak[0] / 2**30)
    _say(f"   {name}: {measured.seconds:.1f} s, peak {measured.peak_gib:.2f} GiB")
    return measured


def _sample(process: psutil.Popen, peak: list[int]) -> None:
    while True:
        total = 0
        try:
            for one in (process, *process.children(recursive=True)):
                total += one.memory_info().rss
        except psutil.NoSuchProcess:
            if not process.is_running():
                return
        peak[0] = max(peak[0], total)
        time.sleep(SAMPLE_SECONDS)


def _total(measures: list[Measure]) -> float:
    return sum(one.seconds for one in measures[1:])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
