"""A folder in which dbt runs: the project as links, a build's own file, artifacts and scratch.

Every path in it is the same for every build, and what differs (the day, the reviews asked for) is
read when SQL is compiled. So one parse of the project serves all builds until a file of it changes;
it is kept beside the project (``target/``), named by a sum of the project's files and by the
versions of what parsed it.
"""

import contextlib
import functools
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb

from motcua.files import replace_link, sum_of_files

PARSE = "partial_parse.msgpack"
ENGINES = ("dbt-core", "dbt-common", "dbt-adapters", "dbt-duckdb", "duckdb")
"""Packages on whose version it depends what a build makes."""
_TOP_FILES = ("dbt_project.yml", "selectors.yml")
_NO_DOSSIERS = """
select
    '' as dossier_code,
    '' as dossier_key,
    '' as locality_code,
    '' as agency_code,
    '' as channel_code,
    '' as ii06_outcome_code,
    cast(0 as tinyint) as received_in_period_count
where false
"""
"""The columns that models read of the dossiers of sealed packs, without a row."""


@dataclass(frozen=True, slots=True)
class SealedPack:
    """What its manifest says of a sealed pack, and the file of the dossiers that it counted.

    ``pack_code`` is the review's code and, of an agency's pack, the agency's; ``agency_codes`` are
    whose dossiers it counted, none: the province's.
    """

    pack_code: str
    review_code: str
    agency_codes: tuple[str, ...]
    version: int
    period_code: str
    province_code: str
    as_of_date: str
    delivery_ids: tuple[str, ...]
    dossiers: Path


@dataclass(frozen=True)
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
        sealed_packs: Sequence[SealedPack] = (),
        successions: Sequence[Mapping[str, object]] = (),
        conclusions: Sequence[Mapping[str, object]] = (),
        duplicates: Sequence[Mapping[str, object]] = (),
        published: Path | None = None,
    ) -> None:
        """Link project, landing and sealed packs; write registers, what was owed and concluded.

        ``published``: the file that the build renews; none: it makes all anew.
        """
        (self.folder / "temp").mkdir(parents=True, exist_ok=True)
        for name in (*_TOP_FILES, "dbt_project"):
            replace_link(self.folder / name, self.project / name)
        replace_link(self.folder / "landing", landing)
        self._lay_out_published(published)
        (self.folder / "localities.json").write_text(json.dumps(localities), "utf-8")
        (self.folder / "deadlines.json").write_text(json.dumps(deadlines), "utf-8")
        (self.folder / "agency_successions.json").write_text(json.dumps(successions), "utf-8")
        (self.folder / "conclusions.json").write_text(json.dumps(conclusions), "utf-8")
        (self.folder / "dossier_duplicates.json").write_text(json.dumps(duplicates), "utf-8")
        self._lay_out_sealed(sealed_packs)

    def arguments(self, arguments: Sequence[str]) -> list[str]:
        """Give dbt's arguments: these, and where the project and its kept parse are."""
        return [
            *arguments,
            *("--project-dir", str(self.folder)),
            *("--profiles-dir", str(self.folder / "dbt_project")),
            *(("--partial-parse-file-path", str(self.kept_parse)) if self.is_parse_kept else ()),
            *("--no-version-check", "--no-use-colors", "--log-level-file", "none"),
            "--no-populate-cache",
        ]

    @functools.cached_property
    def kept_parse(self) -> Path:
        """Where a parse is kept, by what it is of: dbt mends one of another project wrongly."""
        engines = "".join(f"{name} {version(name)} " for name in ENGINES)
        told = hashlib.sha256((engines + self.text_sum).encode()).hexdigest()
        return self.project / "target" / f"parse-{told[:16]}.msgpack"

    @property
    def is_parse_kept(self) -> bool:
        """Whether a parse of the project as it is was kept."""
        return self.kept_parse.exists()

    def environment(
        self, as_of_date: date, extra_reviews: Sequence[Mapping[str, str]] = ()
    ) -> dict[str, str]:
        """Give dbt's environment beside our own; each review has its code, period, province."""
        return {
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
            "MOTCUA_AS_OF_DATE": as_of_date.isoformat(),
            "MOTCUA_EXTRA_REVIEWS": json.dumps(list(extra_reviews)),
            "MOTCUA_IS_RENEWING": "false",  # whatever our own environment says
        }

    def keep_parse(self) -> None:
        """Keep the parse for builds to come, if dbt made one and the project's folder lets us."""
        made = self.target / PARSE
        if not made.exists():
            return
        kept = self.kept_parse
        partial = kept.with_name(f".{PARSE}.{os.getpid()}.partial")
        with contextlib.suppress(OSError):
            partial.parent.mkdir(exist_ok=True)
            shutil.copyfile(made, partial)
            partial.replace(kept)
            for other in {*kept.parent.glob("*parse*.msgpack")} - {kept}:
                other.unlink(missing_ok=True)

    def _lay_out_published(self, published: Path | None) -> None:
        """Link the published file, or make an empty one: the profile attaches it by its name."""
        path = self.folder / "published.duckdb"
        path.unlink(missing_ok=True)
        if published:
            path.symlink_to(published.resolve())
        else:
            duckdb.connect(str(path)).close()

    def _lay_out_sealed(self, packs: Sequence[SealedPack]) -> None:
        told = [
            {field.name: getattr(pack, field.name) for field in fields(pack)[:-1]}
            | {"agency_codes": "".join(f"|{code}|" for code in pack.agency_codes)}
            for pack in packs
        ]
        (self.folder / "sealed_packs.json").write_text(json.dumps(told), "utf-8")
        for pack in packs:
            self._dossiers_of(pack.pack_code, pack.version).symlink_to(pack.dossiers)
        # So that there is a file to read before anything is sealed.
        with duckdb.connect() as connection:
            empty = self._dossiers_of("_none", 0)
            connection.execute(f"copy ({_NO_DOSSIERS}) to '{empty}' (format parquet)")

    def _dossiers_of(self, pack_code: str, version: int) -> Path:
        folder = self.folder / "sealed" / f"pack_code={pack_code}" / f"pack_no={version}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "dossiers.parquet"
        path.unlink(missing_ok=True)
        return path

    @functools.cached_property
    def text_sum(self) -> str:
        """Give a sum of the project's text, as it was when it was first asked for."""
        files = sorted((self.project / "dbt_project").rglob("*"))
        tops = [self.project / name for name in _TOP_FILES]
        paths = filter(Path.is_file, [*tops, *files])
        return sum_of_files((path.relative_to(self.project).as_posix(), path) for path in paths)
