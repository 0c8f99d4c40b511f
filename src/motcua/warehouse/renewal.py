"""Find out whether a build may renew what is published, and what of it deliveries since touch.

A build stands on deliveries, registers, reviews, the day and the project's own text. Where all but
deliveries and the day are as they were, a dossier of which no line came, and that no other reason
below reaches, is in the new file as it was in the old one. A build that renews starts from a copy
of that file and reads only the lines of *touched* dossiers, of whatever delivery. Whenever that
cannot be said for sure, all is made anew: for that each reason is one line in the log.

A dossier is touched when a delivery that was not known brings a line of it, or is a full export
that should hold it; when its procedure or an agency of it is told otherwise than before; when a
decision about it, or about its twin, came into force; and when it is in a period that still runs,
since such a period ends with the day.
"""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Self

import duckdb

from motcua.datasets import DATASETS
from motcua.files import copy_file
from motcua.receipts import Receipt, read_receipt
from motcua.settings import Settings
from motcua.sql import quoted
from motcua.warehouse.project import ENGINES

logger = logging.getLogger(__name__)

INPUTS = "inputs.json"
"""What a release was made of, beside its file."""
STATE = "names.parquet"
"""Which names lines of dossiers give to codes, beside a release's file: those of all lines."""
STANDING = "standing.duckdb"
"""What is not published and holds no row of a delivery (macros/renewal.sql): beside it, too."""
RENEWAL = "renewal"
"""Where in a build's folder lies what a renewing build reads."""
_OF_DOSSIERS = tuple(code for code, one in DATASETS.items() if "dossier_code" in one.columns)
"""Datasets of which a row may belong to a dossier."""
_OF_KEY = "split_part(dossier_key, '|', 1), substring(dossier_key, strpos(dossier_key, '|') + 1)"
"""Locality and code of a dossier, of its key."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a build is made of.

    ``sums``: by name, a sum of what must be equal for a renewal. ``deliveries``: of each its day of
    export and a mark of its receipt and rows. ``decisions``: duplicates in force, as keys.
    ``succession_dates``: days on which agencies hand over. ``renewal_no``: builds since all was
    made anew; ``touched_count``: dossiers that they touched, each as often as it was.
    """

    as_of_date: date
    sums: dict[str, str]
    deliveries: dict[str, tuple[str, str]]
    decisions: list[tuple[str, str, str]]
    succession_dates: list[str]
    renewal_no: int = 0
    touched_count: int = 0

    def write(self, path: Path) -> None:
        """Write them as JSON."""
        told = {name: getattr(self, name) for name in self.__slots__}
        path.write_text(json.dumps(told | {"as_of_date": self.as_of_date.isoformat()}), "utf-8")

    @classmethod
    def read(cls, path: Path) -> "Inputs":
        """Read what ``write`` wrote.

        Raises:
            OSError, ValueError, TypeError, KeyError: there is none, or it cannot be read.
        """
        told = json.loads(path.read_text("utf-8"))
        return cls(
            date.fromisoformat(told.pop("as_of_date")),
            told.pop("sums"),
            {key: (day, mark) for key, (day, mark) in told.pop("deliveries").items()},
            [(one, other, code) for one, other, code in told.pop("decisions")],
            **told,
        )


@dataclass(frozen=True, slots=True)
class Renewal:
    """A renewal laid out: the release that it starts from, what it is made of, what it reads."""

    release: Path
    inputs: Inputs
    landing: Path


def read_inputs(
    settings: Settings,
    as_of_date: date,
    project_sum: str,
    registers: Mapping[str, object],
    decisions: Sequence[Mapping[str, object]],
    successions: Sequence[Mapping[str, object]],
) -> Inputs:
    """Read what a build as of a day is made of; registers by name, as the build will read them."""
    engines = {name: version(name) for name in ENGINES}
    told = {"project": project_sum, "engines": engines, "successions": successions, **registers}
    return Inputs(
        as_of_date,
        {name: _sum_of(value) for name, value in told.items()},
        {receipt.delivery_id: marked for receipt, marked in _read_deliveries(settings)},
        sorted(_in_force(decisions, as_of_date)),
        sorted({str(one["effective_date"]) for one in successions}),
    )


class Draft:
    """A copy of the published file in a build's folder, to be renewed, made beside other work.

    It is begun before anybody knows whether it is wanted, and over at the end of a ``with``.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.release = (settings.warehouse / "current").resolve()
        self._file = folder / "marts.duckdb"
        self._pool = ThreadPoolExecutor(1)
        self._copied = self._pool.submit(copy_file, self.release / "marts.duckdb", self._file)
        # Onto the disk, too, while dbt comes up: else what it writes first would wait for that.
        self._flushed = self._pool.submit(self._flush)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until nothing is written any more."""
        self._flushed.cancel()
        self._pool.shutdown()

    def wait(self) -> None:
        """Wait until all is copied.

        Raises:
            OSError: it could not be.
        """
        self._copied.result()

    def wait_for_disk(self) -> None:
        """Wait until all is on the disk.

        Raises:
            OSError: it could not be written there.
        """
        self._flushed.result()

    def discard(self) -> None:
        """Delete it."""
        self._flushed.cancel()
        self._copied.exception()
        self._file.unlink(missing_ok=True)

    def _flush(self) -> None:
        with self._file.open("rb") as handle:
            os.fsync(handle.fileno())


def plan_renewal(settings: Settings, inputs: Inputs, folder: Path, draft: Draft) -> Renewal | None:
    """Lay out a renewal in the build's folder; null, with the reason in the log, where all is new.

    Raises:
        duckdb.Error: a file of the landing or the published one cannot be read.
        OSError: the published one cannot be copied.
    """
    release = draft.release
    before = _read_before(release)
    reason = _reason_against(settings, release, before, inputs)
    if before is None or reason:
        logger.info("all is made anew: %s", reason)
        draft.discard()
        return None
    new = sorted(_newly_known(before, inputs))
    work = folder / RENEWAL
    work.mkdir(parents=True)
    with _connect(settings, folder) as connection:
        connection.execute(f"attach {quoted(str(release / 'marts.duckdb'))} as old (read_only)")
        planning = _Planning(settings, connection, before, inputs, new)
        touched, dossiers = planning.find_touched()
        # What all of them touched: the file keeps the room of rows that went.
        renewed = before.touched_count + touched
        if renewed > settings.renewed_share * dossiers:
            said = "all is made anew: %d touched dossiers and %d before them, of %d"
            logger.info(said, touched, before.touched_count, dossiers)
            draft.discard()
            shutil.rmtree(work)
            return None
        planning.write_touched(work)
        landing = planning.write_landing(work / "landing")
    shutil.copyfile(release / STATE, work / STATE)
    shutil.copyfile(release / STANDING, folder / STANDING)
    draft.wait()
    logger.info(
        "%s is renewed: %d deliveries touch %d of %d dossiers", release, len(new), touched, dossiers
    )
    inputs = replace(inputs, renewal_no=before.renewal_no + 1, touched_count=renewed)
    return Renewal(release, inputs, landing)


def _connect(settings: Settings, folder: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(folder / "temp"),
            "preserve_insertion_order": False,
        }
    )


def _read_before(release: Path) -> Inputs | None:
    """Read what a release was made of; null where it does not say."""
    try:
        return Inputs.read(release / INPUTS)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _reason_against(
    settings: Settings, release: Path, before: Inputs | None, inputs: Inputs
) -> str | None:
    """Say why nothing published can be renewed; null where it can."""
    if before is None:
        return "nothing is published that says what it was made of"
    if not all((release / name).exists() for name in ("marts.duckdb", STATE, STANDING)):
        return "the published release is not whole"
    if before.renewal_no >= settings.renewals_in_a_row:
        return f"{before.renewal_no} builds have renewed since the last one that did not"
    reasons = (*_reasons_of_inputs(before, inputs), *_reasons_of_days(release, before, inputs))
    return reasons[0] if reasons else None


def _reasons_of_inputs(before: Inputs, inputs: Inputs) -> Iterator[str]:
    """Say what is not as it was, of all that must be."""
    others = {name for name in before.sums | inputs.sums if _differs(before, inputs, name)}
    if others:
        yield f"{', '.join(sorted(others))} changed"
    for delivery_id, (_, mark) in before.deliveries.items():
        if inputs.deliveries.get(delivery_id, ("", ""))[1] != mark:
            yield f"delivery {delivery_id} is not what it was"


def _reasons_of_days(release: Path, before: Inputs, inputs: Inputs) -> Iterator[str]:
    """Say what turned between the two days that reaches more than single dossiers."""
    since, until = before.as_of_date.isoformat(), inputs.as_of_date.isoformat()
    if until < since:
        yield f"{since} is published, a later day"
    if any(since < day <= until for day in inputs.succession_dates):
        yield "an agency has handed over since"
    if _has_turn_of_period(release / "marts.duckdb", since, until):
        yield "a period that a review reads has begun or ended since"


def _differs(before: Inputs, inputs: Inputs, name: str) -> bool:
    return before.sums.get(name) != inputs.sums.get(name)


def _has_turn_of_period(marts_file: Path, since: str, until: str) -> bool:
    """Say whether a period that reviews read begins or ends after one day and up to another."""
    with duckdb.connect(str(marts_file.resolve()), read_only=True) as connection:
        found = connection.execute(
            """
            select count(*)
            from review.dim_reviews as reviews
            inner join core.dim_periods as periods
                on periods.period_code in (
                    reviews.period_code,
                    reviews.previous_period_code,
                    reviews.same_period_last_year_code
                )
            where
                (periods.start_date > $since and periods.start_date <= $until)
                or (periods.end_date > $since and periods.end_date <= $until)
            """,
            {"since": date.fromisoformat(since), "until": date.fromisoformat(until)},
        ).fetchall()
    return bool(found[0][0])


def _newly_known(before: Inputs, inputs: Inputs) -> Iterator[str]:
    """Name the deliveries that the published release did not know and this build knows."""
    since, until = before.as_of_date.isoformat(), inputs.as_of_date.isoformat()
    for delivery_id, (day, _) in inputs.deliveries.items():
        if delivery_id not in before.deliveries or since < day <= until:
            yield delivery_id


def _read_deliveries(settings: Settings) -> Iterator[tuple[Receipt, tuple[str, str]]]:
    """Read each receipt, with its day of export and a mark of its text and of its rows' files."""
    files: dict[str, list[str]] = {}
    for code in DATASETS:
        for folder in sorted((settings.accepted / code).glob("locality=*")):
            with os.scandir(folder) as entries:
                for entry in entries:
                    stat = entry.stat()
                    told = f"{code} {stat.st_size} {stat.st_mtime_ns}"
                    files.setdefault(entry.name.removesuffix(".parquet"), []).append(told)
    for path in sorted(settings.receipts.glob("*.json")):
        text = path.read_text("utf-8")
        receipt = Receipt.model_validate_json(text)
        told = [text, *sorted(files.get(receipt.delivery_id, ()))]
        yield receipt, (receipt.exported_at[:10], _sum_of(told))


def _in_force(
    decisions: Sequence[Mapping[str, object]], as_of_date: date
) -> Iterator[tuple[str, str, str]]:
    for one in decisions:
        if str(one["decided_date"]) <= as_of_date.isoformat():
            yield (
                f"{one['duplicate_locality_code']}|{one['duplicate_dossier_code']}",
                f"{one['kept_locality_code']}|{one['kept_dossier_code']}",
                str(one["decision_code"]),
            )


def _sum_of(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


class _Planning:
    """Touched dossiers, found and laid out on one connection, on which the release is `old`."""

    def __init__(
        self,
        settings: Settings,
        connection: duckdb.DuckDBPyConnection,
        before: Inputs,
        inputs: Inputs,
        new: Sequence[str],
    ) -> None:
        self._settings = settings
        self._connection = connection
        self._before = before
        self._inputs = inputs
        self._new = new
        receipts = [read_receipt(settings.receipts / f"{one}.json") for one in new]
        self._full = [one for one in receipts if one.is_full and one.state_code != "refused"]
        self._places = {one.delivery_id: one.locality_code for one in receipts}

    def find_touched(self) -> tuple[int, int]:
        """Fill the table `touched`; give how many dossiers it names and how many there are."""
        run = self._connection.execute
        run("create table found (locality_code varchar, dossier_code varchar, is_sent boolean)")
        for code in _OF_DOSSIERS:
            files = self._files(code, self._places.items())
            if files:
                run(
                    "insert into found select distinct _locality_code, dossier_code, true "
                    f"from {_lines(files)}"
                )
        for receipt in self._full:
            self._add_what_should_be_in(receipt)
        self._add_of_changed_procedures()
        self._add_of_changed_agencies()
        self._add_of_decisions()
        self._add_of_running_periods()
        run(
            "create table touched as select locality_code, dossier_code, "
            "locality_code || '|' || coalesce(dossier_code, '') as dossier_key, "
            "bool_or(is_sent) as is_sent from found group by all"
        )
        counts = run(
            "select (select count(*) from touched), (select count(*) from old.core.fct_dossiers)"
        ).fetchall()
        return counts[0]

    def write_touched(self, work: Path) -> None:
        """Write what dbt reads of it: dossiers, new deliveries, periods that still run."""
        self._connection.execute(
            f"copy (select dossier_key, is_sent from touched) to '{work}/dossiers.parquet'"
        )
        self._connection.execute(
            f"copy (select unnest($new::varchar[]) as delivery_id) to '{work}/deliveries.parquet'",
            {"new": list(self._new)},
        )
        self._connection.execute(
            f"copy (select province_code, period_code from running) to '{work}/periods.parquet'"
        )

    def write_landing(self, landing: Path) -> Path:
        """Lay out a landing with the lines of touched dossiers only, else as it is; give it."""
        settings = self._settings
        (landing / "accepted").mkdir(parents=True)
        (landing / "receipts").symlink_to(settings.receipts)
        (landing / "quarantine").mkdir()
        for name in ("_none", *self._new):
            if (settings.quarantine / name).exists():
                (landing / "quarantine" / name).symlink_to(settings.quarantine / name)
        named = self._connection.execute("select distinct locality_code from touched").fetchall()
        places = {place for (place,) in named}
        for code in DATASETS:
            if code not in _OF_DOSSIERS:
                (landing / "accepted" / code).symlink_to(settings.accepted / code)
                continue
            folder = landing / "accepted" / code / "locality=_touched"
            folder.mkdir(parents=True)
            (folder.parent / "locality=_none").symlink_to(
                settings.accepted / code / "locality=_none"
            )
            files = [
                str(path)
                for place in sorted(places)
                for path in (settings.accepted / code / f"locality={place}").glob("*.parquet")
            ]
            if files:
                self._connection.execute(
                    f"copy (select lines.* from {_lines(files)} as lines semi join touched "
                    "on lines._locality_code = touched.locality_code "
                    "and lines.dossier_code is not distinct from touched.dossier_code) "
                    f"to '{folder}/lines.parquet' (format parquet)"
                )
        return landing

    def _files(self, code: str, places: Sequence[tuple[str, str]]) -> list[str]:
        paths = (
            self._settings.accepted / code / f"locality={place}" / f"{delivery_id}.parquet"
            for delivery_id, place in places
        )
        return [str(path) for path in paths if path.exists()]

    def _add_what_should_be_in(self, receipt: Receipt) -> None:
        """Add dossiers that a full export should hold: those that it lacks are gone from source."""
        window = {
            "place": receipt.locality_code,
            "first": receipt.full_from_date and date.fromisoformat(receipt.full_from_date),
            "last": receipt.full_to_date and date.fromisoformat(receipt.full_to_date),
        }
        for table in ("fct_dossiers", "fct_compared_versions"):
            self._connection.execute(
                f"insert into found select locality_code, dossier_code, true from old.core.{table} "
                "where locality_code = $place "
                "and ($first::date is null or received_at::date >= $first) "
                "and ($last::date is null or received_at::date <= $last)",
                window,
            )

    def _add_of_changed_procedures(self) -> None:
        """Add dossiers of procedures of which a new line says another thing than its neighbours.

        A line that repeats what the line before it and the one after it say, of the same version,
        changes no version. A version that begins between the two days changes which is current.
        """
        columns = ", ".join(
            name for name in DATASETS["procedures"].columns if name != "procedure_code"
        )
        keys = "_province_code", "procedure_code"
        begins = (
            f"valid_from > date '{self._before.as_of_date}' "
            f"and valid_from <= date '{self._inputs.as_of_date}'"
        )
        # A line without a date may begin on the day that another one gives.
        is_mixed = " and ".join(
            f"bool_or(valid_from is {which}) over (partition by {', '.join(keys)})"
            for which in ("null", "not null")
        )
        self._compare_lines(
            "procedures",
            "changed_procedures",
            keys,
            ("valid_from",),
            f"row({columns})",
            f"coalesce({begins}, false) or (is_new and {is_mixed})",
        )
        if self._is_empty("changed_procedures"):
            return
        self._connection.execute(
            "insert into found select dossiers.locality_code, dossiers.dossier_code, true "
            "from old.core.fct_dossiers as dossiers semi join changed_procedures as changed "
            "on dossiers.province_code = changed._province_code "
            "and dossiers.procedure_code = changed.procedure_code"
        )

    def _add_of_changed_agencies(self) -> None:
        """Add dossiers of agencies of which a new line gives another level than its neighbours."""
        self._compare_lines(
            "agencies", "changed_agencies", ("agency_code",), (), "row(level_code)", "false"
        )
        if self._is_empty("changed_agencies"):
            return
        for table in ("fct_dossiers", "fct_compared_versions"):
            self._connection.execute(
                "insert into found select dossiers.locality_code, dossiers.dossier_code, true "
                f"from old.core.{table} as dossiers where "
                "dossiers.receiving_agency_code in (select agency_code from changed_agencies) "
                "or dossiers.resolving_agency_code in (select agency_code from changed_agencies)"
            )
        self._connection.execute(
            f"insert into found select {_OF_KEY}, true from old.core.fct_dossier_periods "
            "where agency_code in (select agency_code from changed_agencies) "
            "or taken_over_from_agency_code in (select agency_code from changed_agencies)"
        )

    def _compare_lines(
        self,
        code: str,
        into: str,
        keys: Sequence[str],
        of_one: Sequence[str],
        told: str,
        also: str,
    ) -> None:
        """Make a table of the keys of which new lines of a register say something new.

        Lines are compared within key and ``of_one``, in order of export. ``also``: which lines say
        something new beside.
        """
        shown = ", ".join(keys)
        files = [str(path) for path in (self._settings.accepted / code).glob("*/*.parquet")]
        self._connection.execute(
            f"""
            create table {into} as
            with known as (
                select *, _delivery_id in (select unnest($new::varchar[])) as is_new
                from {_lines(files)}
                where cast(_exported_at as date) <= date '{self._inputs.as_of_date}'
            ),

            lines as (
                select
                    {shown},
                    is_new,
                    {told} as told,
                    lead(told) over known_order as next_told,
                    lag(told) over known_order as last_told,
                    row_number() over known_order as line_no,
                    count(*) over (partition by {", ".join((*keys, *of_one))}) as line_count,
                    {also} as is_other
                from known
                window known_order as (
                    partition by {", ".join((*keys, *of_one))}
                    order by _exported_at, _delivery_id, _source_file, _source_row
                )
            )
            select distinct {shown} from lines
            where
                is_other
                or (
                    is_new
                    and (
                        line_count = 1
                        or (line_no > 1 and told is distinct from last_told)
                        or (line_no < line_count and told is distinct from next_told)
                    )
                )
            """,
            {"new": list(self._new)},
        )

    def _add_of_decisions(self) -> None:
        """Add dossiers of decisions that came into force, and twins of what is touched so far."""
        now = set(self._inputs.decisions)
        changed = now ^ set(self._before.decisions)
        keys = {key for one, other, _ in changed for key in (one, other)}
        pairs = [(one, other) for one, other, _ in now]
        known = [key for pair in pairs for key in pair]
        keys |= {
            key
            for (key,) in self._connection.execute(
                "select distinct locality_code || '|' || dossier_code as dossier_key from found "
                "where dossier_key in (select unnest($known::varchar[]))",
                {"known": known},
            ).fetchall()
        }
        size = -1
        while size < len(keys):
            size = len(keys)
            keys |= {key for pair in pairs if keys & set(pair) for key in pair}
        self._connection.execute(
            f"insert into found select {_OF_KEY}, true "
            "from (select unnest($keys::varchar[]) as dossier_key)",
            {"keys": sorted(keys)},
        )

    def _add_of_running_periods(self) -> None:
        """Add dossiers in periods whose last known day moves on, and what comes into them."""
        self._connection.execute(f"create table running as {self._running()}")
        if self._is_empty("running"):
            return
        self._connection.execute(
            f"insert into found select {_OF_KEY}, false from old.core.fct_dossier_periods "
            "semi join running using (period_code)"
        )
        self._connection.execute(
            "insert into found select locality_code, dossier_code, false "
            "from old.core.fct_dossiers as told semi join running "
            "on told.province_code = running.province_code "
            "and told.received_date > running.known_to_date"
        )

    def _is_empty(self, table: str) -> bool:
        """Say whether nothing is to be looked for: a search for nothing reads as much."""
        return self._connection.execute(f"select * from {table} limit 1").fetchall() == []

    def _running(self) -> str:
        """Periods that had not ended on the published day: none where the day does not move."""
        if self._before.as_of_date == self._inputs.as_of_date:
            return "select * from old.core.dim_review_periods where false"
        return "select * from old.core.dim_review_periods where known_to_date < end_date"


def _lines(files: Sequence[str]) -> str:
    listed = ", ".join(quoted(path) for path in files)
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
