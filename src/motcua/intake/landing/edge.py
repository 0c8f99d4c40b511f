"""The landing as intake writes it: who may write, how rows become Parquet, shapes without rows.

A build stands on the shapes, too, and on nothing else of intake.
"""

import contextlib
import fcntl
import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from motcua.datasets import DATASETS, LINEAGE
from motcua.files import write_whole
from motcua.intake.model import REFUSAL_COLUMNS
from motcua.settings import Settings
from motcua.sql import quoted

ROW_GROUP_ROWS = 122_880


@contextlib.contextmanager
def locked(settings: Settings, locality_code: str) -> Iterator[None]:
    """Hold a locality: one process at a time takes its deliveries in or changes them."""
    path = settings.var / "locks" / f"intake-{locality_code}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def copy_sql(query: str, path: Path) -> str:
    """Write the statement that puts the rows of a query into a Parquet file."""
    return (
        f"copy ({query}) to {quoted(str(path))} "
        f"(format parquet, compression zstd, compression_level 1, row_group_size {ROW_GROUP_ROWS})"
    )


def write_empty_datasets(settings: Settings) -> None:
    """Write an empty Parquet file per dataset, and one of refusals: a schema is always there."""
    paths = [settings.accepted / code / "locality=_none" / "empty.parquet" for code in DATASETS]
    paths.append(settings.quarantine / "_none" / "refusals.parquet")
    settings.receipts.mkdir(parents=True, exist_ok=True)
    contents = dict(zip(paths, _empty_files(), strict=True))
    changed = {
        path: content
        for path, content in contents.items()
        if not path.exists() or path.read_bytes() != content
    }
    with locked(settings, "_none") if changed else contextlib.nullcontext():
        for path, content in changed.items():
            write_whole(path, content)


@functools.cache
def _empty_files() -> tuple[bytes, ...]:
    """Make an empty Parquet file of each dataset's shape, and of refusals' the last."""
    shapes = [*(dataset.types() | LINEAGE for dataset in DATASETS.values()), REFUSAL_COLUMNS]
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "empty.parquet"
        contents = []
        for shape in shapes:
            columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in shape.items())
            connection.execute(copy_sql(f"select {columns} where false", path))
            contents.append(path.read_bytes())
        return tuple(contents)
