"""`make run`: demo deliveries, the three DAGs in a real Airflow, the figures, the packs."""

import argparse
import contextlib
import logging
import os
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from motcua import workers
from motcua.errors import MotcuaError
from motcua.orchestration import prepare_airflow, run_dag
from motcua.settings import Settings, read_settings

PACKS = (("2024-CY", "H01"), ("2024-05-QN", "H49"))
"""The packs that `make run` leaves: review period and province."""


def main() -> int:
    """Walk from deliveries to packs and say how it went; 0 when every figure is equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--random-totals", type=int, metavar="SEED")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    settings = read_settings()
    try:
        are_equal = walk(settings, arguments.scale, arguments.random_totals)
    except MotcuaError as error:
        _say(f"failed: {error}")
        _say(f"what Airflow said: {_log_path(settings)}")
        return 1
    return 0 if are_equal else 1


def walk(settings: Settings, scale: float, random_totals_seed: int | None) -> bool:
    """Do the steps of `make run` and say whether every figure came out equal."""
    from motcua.cli import print_review_table
    from motcua.demo import edge as demo
    from motcua.snapshot.edge import verify_pack

    log_path = _log_path(settings)
    start = time.monotonic()
    with _printing_to(log_path), ThreadPoolExecutor(1) as aside:
        workers.prepare()
        preparing = aside.submit(prepare_airflow, settings)
        deliveries = demo.write_demo(settings, scale, None, random_totals_seed)
        preparing.result()
    _say(f"1. {len(deliveries)} demo deliveries in {settings.inbox}", start)
    _say(f"2. Airflow ready (SQLite, in this process; it logs to {log_path})")

    for number, dag_id in enumerate(("intake_exports", "build_warehouse"), start=3):
        start = time.monotonic()
        with _printing_to(log_path):
            run_dag(dag_id)
        _say(f"{number}. {dag_id}: success", start)
    for review, province in PACKS:
        start = time.monotonic()
        with _printing_to(log_path):
            run_dag("review_snapshot", {"review": review, "province": province})
        _say(f"5. review_snapshot {review} {province}: success", start)

    are_equal = print_review_table(settings)
    for review, province in PACKS:
        folder = max((settings.snapshots / f"{review}-{province}").glob("v*"))
        problems = verify_pack(folder)
        _say(f"pack: {folder} ({'unchanged' if not problems else '; '.join(problems)})")
        are_equal = are_equal and not problems
    _say(f"warehouse: {settings.marts_file}")
    _say(f"Data Docs: {settings.data_docs / 'index.html'}")
    peak = sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    _say(f"peak memory of this process and its largest child: {peak / 2**20:.2f} GiB")
    _say("every figure equal" if are_equal else "NOT every figure equal: see the table")
    return are_equal


def _log_path(settings: Settings) -> Path:
    return settings.var / "make_run.log"


@contextlib.contextmanager
def _printing_to(path: Path) -> Iterator[None]:
    """Send what this process and its children print meanwhile to the end of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    console = [(number, os.dup(number)) for number in (1, 2)]
    with path.open("ab") as log:
        for number, _ in console:
            os.dup2(log.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, kept in console:
            os.dup2(kept, number)
            os.close(kept)


def _say(text: str, start: float | None = None) -> None:
    took = "" if start is None else f" ({time.monotonic() - start:.1f} s)"
    sys.stdout.write(f"{text}{took}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    from motcua.cli import leave

    leave(main())
