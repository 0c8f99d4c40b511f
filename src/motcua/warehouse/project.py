"""A folder in which dbt runs: the project as links, a build's own file, artifacts and scratch.

Every path in it is the same for every build, and what differs (the day, the reviews asked for) is
read when SQL is compiled. So one parse of the project serves all builds until a file of it changes;
it is kept beside the project (``target/``), where dbt looks for it.
"""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

PARSE = "partial_parse.msgpack"


@dataclass(frozen=True, slots=True)
class ProjectFolder:
    """A folder laid out for dbt, and the folder of the project that it leads to."""

    folder: Path
    project: Path

    @property
    def file(self) -> Path:
        """The DuckDB file that a build makes."""
        return self.folder / "marts.duckdb"

    @property
    def target(self) -> Path:
        """Dbt's artifacts."""
        return self.folder / "target"

    def lay_out(
        self,
        landing: Path,
        localities: Sequence[Mapping[str, object]],
        deadlines: Sequence[Mapping[str, object]],
    ) -> None:
        """Link the project and the landing, and write the localities and what they owed."""
        (self.folder / "temp").mkdir(parents=True, exist_ok=True)
        for name, path in (
            ("dbt_project.yml", self.project / "dbt_project.yml"),
            ("dbt_project", self.project / "dbt_project"),
            ("landing", landing),
        ):
            (self.folder / name).unlink(missing_ok=True)
            (self.folder / name).symlink_to(path)
        (self.folder / "localities.json").write_text(json.dumps(localities), "utf-8")
        (self.folder / "deadlines.json").write_text(json.dumps(deadlines), "utf-8")

    def command(self, arguments: Sequence[str]) -> list[str]:
        """Give the command that runs dbt in the folder."""
        kept = self._kept_parse
        return [
            sys.executable,
            "-c",
            "from dbt.cli.main import cli; cli()",
            *arguments,
            *("--project-dir", str(self.folder)),
            *("--profiles-dir", str(self.folder / "dbt_project")),
            *(("--partial-parse-file-path", str(kept)) if kept.exists() else ()),
            *("--no-version-check", "--no-use-colors", "--log-level-file", "none"),
        ]

    def environment(
        self, as_of_date: date, extra_reviews: Sequence[Mapping[str, str]] = ()
    ) -> dict[str, str]:
        """Give the environment of that command; each review has its code, period and province."""
        return {
            **os.environ,
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
            "MOTCUA_AS_OF_DATE": as_of_date.isoformat(),
            "MOTCUA_EXTRA_REVIEWS": json.dumps(list(extra_reviews)),
        }

    def keep_parse(self) -> None:
        """Keep the parse for builds to come, if dbt made one and the project's folder lets us."""
        made = self.target / PARSE
        if not made.exists():
            return
        partial = self._kept_parse.with_name(f".{PARSE}.{os.getpid()}.partial")
        with contextlib.suppress(OSError):
            partial.parent.mkdir(exist_ok=True)
            shutil.copyfile(made, partial)
            partial.replace(self._kept_parse)

    @property
    def _kept_parse(self) -> Path:
        return self.project / "target" / PARSE
