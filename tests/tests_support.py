"""What tests share: a home of their own, with the environment that points there."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

REPOSITORY = Path(__file__).resolve().parent.parent


def last_line(text: str) -> dict:
    """The JSON that a program printed as its last line."""
    return json.loads(text.strip().splitlines()[-1])


def contents_of(path: Path) -> Iterator[bytes]:
    """Give the bytes of a file, and of what is packed in it: workbooks and letters are archives."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def copy_dbt(folder: Path) -> None:
    """Copy the dbt project into a folder that is not there yet."""
    folder.mkdir()
    for name in ("dbt_project.yml", "selectors.yml"):
        shutil.copyfile(REPOSITORY / name, folder / name)
    shutil.copytree(REPOSITORY / "dbt_project", folder / "dbt_project")


def spoil_dbt(folder: Path, sql: str = "select 1 as found") -> Path:
    """Copy the dbt project into a folder, with a singular test more that has no parent model."""
    copy_dbt(folder)
    singular = folder / "dbt_project" / "tests" / "singular"
    singular.mkdir(exist_ok=True)
    (singular / "assert_nothing_is_found.sql").write_text(sql, "utf-8")
    return folder


@dataclass(frozen=True)
class Home:
    """A folder with its own landing zones and var, and the environment that points there."""

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "MOTCUA_HOME": str(self.path)}

    @property
    def settings(self):
        from motcua.settings import Settings

        return Settings(home=self.path)

    def run(self, *arguments: str, check: bool = True, **extra: str):
        """Run a Python module or script of the project against this home."""
        result = subprocess.run(
            [sys.executable, *arguments],
            env={**self.environment, **extra},
            cwd=self.path,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and result.returncode != 0:
            raise AssertionError(f"{arguments}: {result.stdout[-3000:]}\n{result.stderr[-3000:]}")
        return result

    def motcua(self, *arguments: str, **extra: str):
        return self.run("-m", "motcua.cli", *arguments, **extra)

    def query(self, sql: str) -> list[tuple]:
        import duckdb

        with duckdb.connect(str(self.settings.marts_file), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def receipts(self) -> list[dict]:
        folder = self.settings.receipts
        return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def fingerprint(marts_file: Path) -> dict[str, tuple[int, int]]:
    """Give of every published table its number of rows and the sum of their hashes."""
    with duckdb.connect(str(marts_file), read_only=True) as connection:
        tables = connection.sql(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
        return {
            table: connection.execute(
                f"select count(*), coalesce(sum(hash(one)), 0) from {table} as one"
            ).fetchone()
            for (table,) in tables
        }
