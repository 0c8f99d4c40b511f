"""Write the demonstration deliveries, and hold the published figures against the marts."""

import csv
import json
import logging
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import duckdb
import xlsxwriter
import yaml

from motcua.demo.figures import Figure, Reviewed, compare, parse_figures
from motcua.demo.plan import Plan, lay_out, records
from motcua.demo.register import Locality
from motcua.demo.reorganised import (
    COPIES_FROM,
    MERGED,
    MERGED_LOCALITY,
    REWRITTEN,
    list_units,
    reorganise,
)
from motcua.demo.scenarios import Index, Reference, Scenario, Unit, scaled
from motcua.demo.workdays import span_bounds, span_slots, working_days
from motcua.errors import PipelineError
from motcua.settings import Settings
from motcua.units.edge import read_successions
from motcua.units.register import AgencySuccession

logger = logging.getLogger(__name__)

TOTALS_NAME = "_demo_totals.json"
DIRT_KINDS = (
    "missing_code",
    "illegal_code",
    "unreadable_date",
    "no_reception",
    "finished_before_received",
    "due_before_received",
    "unknown_status",
    "unknown_channel",
    "future_date",
    "duplicate_code",
    "no_closing_date",
    "unknown_procedure",
    "illegal_procedure",
)
"""What is wrong with a dirty dossier; each one is in the deliveries of every scenario."""
DIRT_SHARE = 0.025
_HERE = Path(__file__).parent
_OPENCPS_STATES = [
    "new",
    "receiving",
    "denied",
    "processing",
    "waiting",
    "paying",
    "cancelled",
    "pausing",
    "releasing",
    "done",
]
_IGATE_STATES = [
    "Mới đăng ký",
    "Được tiếp nhận",
    "Không được tiếp nhận",
    "Đang xử lý",
    "Yêu cầu bổ sung giấy tờ",
    "Chờ thực hiện nghĩa vụ tài chính",
    "Công dân yêu cầu rút hồ sơ",
    "Dừng xử lý",
    "Đã xử lý xong",
    "Đã trả kết quả",
]
_DRAW = """
    create or replace table drawn as
    select *, unnest(range(size)) as k from cells where locality_no = $1
"""
_COUNT_SHOWN = """
    select count(*) from base
    where seen_at < $1 and ($2 is null or seen_at >= $2 or ended_at is null or ended_at >= $2)
"""
RESTATED = "restated-2024"
RESTATED_NAME = "_demo_restated.json"
_RESTATED_COUNTS = {"moved_count": 120, "reopened_count": 40, "vanished_count": 15}
_RESTATED_YEAR = 2024
_RESTATED_LOCALITY = "ag-chau-phu"
_RESENT_AT = datetime(2025, 2, 10, 8, 15)  # noqa: DTZ001 -- local civil time
REORGANISED = "reorganised-2025"
SUCCESSIONS_NAME, LOCALITIES_NAME = "_demo_successions.csv", "_demo_localities.yml"
_REORGANISED_LOCALITIES = """
  - {locality_code: kg-tinh, locality_name: Trung tâm Phục vụ hành chính công tỉnh Kiên Giang, province_code: H33, province_name: Tỉnh Kiên Giang, contracts: national_sync, is_expected: false}
  - {locality_code: kg-huyen, locality_name: 'Các huyện, thành phố của tỉnh Kiên Giang', province_code: H33, province_name: Tỉnh Kiên Giang, contracts: national_sync, is_expected: false}
  - {locality_code: ag-kien-giang, locality_name: 'Các xã, phường, đặc khu của tỉnh Kiên Giang cũ', province_code: H01, province_name: Tỉnh An Giang, contracts: national_sync, is_expected: false}
"""  # noqa: E501
_SENDS_STEPS = "ag-tri-ton"
"""The locality, a small one, that sends the steps of its dossiers."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One delivery to write: whose, as of when, and what it may hold."""

    plan: Plan
    locality: Locality
    number: int
    name: str
    exported_at: datetime
    previous_at: datetime | None
    is_first_after: bool
    folder: Path
    is_clean: bool = False
    resent_at: datetime | None = None
    is_rewritten: bool = False

    @property
    def is_centre(self) -> bool:
        return self.locality.locality_no == 0

    @property
    def has_steps(self) -> bool:
        return self.locality.locality_code == _SENDS_STEPS


def read_scenarios() -> dict[str, Scenario]:
    """Read the planted numbers, by name of scenario."""
    return _read_scenarios("scenarios.yml")


def _read_scenarios(name: str) -> dict[str, Scenario]:
    values = yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
    return {name: Scenario.model_validate(value) for name, value in values.items()}


def read_figures() -> tuple[Figure, ...]:
    """Read the published figures and the queries that compute them."""
    return parse_figures((_HERE / "published_figures.yml").read_text(encoding="utf-8"))


def write_demo(
    settings: Settings,
    scale: float = 1.0,
    scenarios: Sequence[str] | None = None,
    random_totals_seed: int | None = None,
) -> list[Path]:
    """Write the demonstration deliveries into the inbox and give their paths.

    Args:
        settings: Where the inbox lies and how much of the machine may be used.
        scale: Every count times this; 1.0 makes about 1,4 million dossiers. At least 0.002.
        scenarios: Names of scenarios to write; all of them when left out, but for restated-2024,
            which sends a year of one locality of An Giang again, and reorganised-2025, four
            provinces on both sides of 1/7/2025; each is for a home of its own.
        random_totals_seed: Draws other totals than the published ones, the same for the same seed.

    Returns:
        The deliveries, in the order in which they were written.
    """
    known = read_scenarios()
    chosen = list(known) if not scenarios else [name for name in known if name in scenarios]
    _check_wanted(scale, scenarios or (), [*known, RESTATED, REORGANISED])
    settings.inbox.mkdir(parents=True, exist_ok=True)
    reference, units, days = _read_reference(), _read_units(), working_days()
    waiting: list[Future[Path]] = []
    totals: dict[str, object] = {}
    with _workplace(settings) as (connection, scratch), ThreadPoolExecutor(1) as packer:
        _load_reference(connection, reference, days)
        for number, name in enumerate(known):
            if name not in chosen:
                continue
            scenario = scaled(known[name], scale, random_totals_seed)
            plan = lay_out(scenario, reference, units, days, (number + 1) * 1_000_000_000)
            totals[name] = {code: list(pair) for code, pair in sorted(plan.totals.items())}
            waiting += _write_scenario(connection, plan, days, settings.inbox, scratch, packer)
            logger.info("scenario %s drawn", name)
        if RESTATED in (scenarios or ()):
            scenario = scaled(known["an-giang-2024"], scale, random_totals_seed)
            plan = lay_out(scenario, reference, units, days, (len(known) + 1) * 1_000_000_000)
            waiting += _write_restated(connection, plan, days, settings.inbox, scratch, packer)
        if REORGANISED in (scenarios or ()):
            waiting += _write_reorganised(
                connection, settings, (reference, units, days), scratch, packer, scale
            )
        written = [one.result() for one in waiting]
    written += _write_refused_ones(settings.inbox, chosen)
    _write_json(
        settings.inbox / TOTALS_NAME,
        {"scale": scale, "random_totals_seed": random_totals_seed, "scenarios": totals},
    )
    return written


def _check_wanted(scale: float, wanted: Sequence[str], known: Sequence[str]) -> None:
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        what = f"unknown scenario {', '.join(unknown)}; known are {', '.join(known)}"
        raise PipelineError("motcua demo", what)
    if scale < 0.002:
        raise PipelineError("motcua demo", "scale is below 0.002")


def write_an_giang_rows(settings: Settings, row_count: int) -> list[Path]:
    """Write An Giang's deliveries alone, with so many resolved dossiers, for the bench."""
    resolved = read_scenarios()["an-giang-2024"].spans[0].resolved
    return write_demo(settings, row_count / resolved, ["an-giang-2024"])


def read_review_table(settings: Settings) -> list[Reviewed]:
    """Compute every published figure from the published marts and say which are equal.

    Where the deliveries were made at another scale or with random totals, the planted totals stand
    in for the published figures.
    """
    planted = json.loads((settings.inbox / TOTALS_NAME).read_text(encoding="utf-8"))
    is_published = planted["scale"] == 1.0 and planted["random_totals_seed"] is None
    with duckdb.connect(str(settings.marts_file), read_only=True) as connection:
        found = []
        for figure in read_figures():
            totals = planted["scenarios"].get(figure.scenario)
            if totals is not None:
                row = connection.execute(figure.query).fetchone()
                numerator, denominator = (*(row or ()), None, None)[:2]
                pair = None if is_published else tuple(totals[figure.code])
                found.append(compare(figure, numerator, denominator, pair))
        return found


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet of a workbook to write."""

    name: str
    headers: tuple[str, ...]
    rows: list[tuple[str | None, ...]]


@contextmanager
def _workplace(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    settings.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.scratch, prefix="demo-") as folder:
        options = {
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(Path(folder) / "spill"),
        }
        with duckdb.connect(":memory:", config=options) as connection:
            yield connection, Path(folder)


def _read_reference() -> Reference:
    return Reference.model_validate(
        yaml.safe_load((_HERE / "reference.yml").read_text(encoding="utf-8"))
    )


def _read_units() -> list[Unit]:
    with (_HERE / "units.csv").open(encoding="utf-8", newline="") as lines:
        return [Unit.model_validate(line) for line in csv.DictReader(lines)]


def _read_sections(name: str) -> dict[str, tuple[set[str], str]]:
    """Read a layout's queries: file name to what it is for (words in brackets) and its SQL."""
    found = {}
    for section in (
        (_HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8").split("-- file: ")[1:]
    ):
        title, query = section.split("\n", 1)
        file_name, _, words = title.partition(" (")
        found[file_name.strip()] = (
            {word.strip() for word in words.rstrip(")").split(",") if word},
            query,
        )
    return found


def _load_reference(
    connection: duckdb.DuckDBPyConnection, reference: Reference, days: Sequence[date]
) -> None:
    lists: dict[str, object] = {
        "open_states": _OPENCPS_STATES,
        "igate_states": _IGATE_STATES,
        "midnights": [(day - date(1970, 1, 1)).days * 86_400_000_000 for day in days],
    }
    lists |= {
        name: list(getattr(reference, name))
        for name in ("family_names", "middle_names", "given_names", "streets")
    }
    for name, values in lists.items():
        connection.execute(f"set variable {name} = $values", {"values": values})
    connection.execute((_HERE / "sql" / "macros.sql").read_text(encoding="utf-8"))


def _load(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    rows: Sequence[Mapping[str, object]],
    folder: Path,
) -> None:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, default=str), encoding="utf-8")
    connection.execute(
        f"create or replace table {name} as select * from read_json('{path}', sample_size = -1)"
    )


def _load_plan(
    connection: duckdb.DuckDBPyConnection, plan: Plan, days: Sequence[date], folder: Path
) -> None:
    slots = [
        {"span_no": span_no, "slot": slot, "day_no": day_no}
        for span_no, span in enumerate(plan.scenario.spans)
        for slot, day_no in enumerate(span_slots(days, *span_bounds(days, span)))
    ]
    _load(connection, "agencies", records(plan.agencies), folder)
    _load(connection, "procedures", records(plan.procedures), folder)
    _load(connection, "cells", records(plan.cells), folder)
    _load(connection, "slots", slots, folder)
    _load(
        connection,
        "indices",
        [index.model_dump() for index in plan.scenario.indices]
        or [dict.fromkeys(Index.model_fields)],
        folder,
    )
    connection.execute("delete from indices where index_code is null")


def _write_scenario(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    days: Sequence[date],
    inbox: Path,
    scratch: Path,
    packer: ThreadPoolExecutor,
) -> list[Future[Path]]:
    scenario = plan.scenario
    _load_plan(connection, plan, days, scratch)
    waiting: list[Future[Path]] = []
    number = 0
    for locality in plan.localities:
        _draw(connection, scenario, locality)
        for at, exported_at in enumerate(scenario.exports):
            previous_at = scenario.exports[at - 1] if at else None
            name = f"{scenario.folder}-{_label(exported_at)}"
            delivery = _Delivery(
                plan, locality, number, name, exported_at, previous_at,
                _is_first_after(scenario, at), scratch / f"{locality.locality_code}-{name}",
            )  # fmt: skip
            number += 1
            last_day_no = sum(day <= exported_at.date() for day in days)
            finish = _write_files(
                connection, delivery, last_day_no, len(plan.localities) * len(scenario.exports)
            )
            waiting.append(packer.submit(finish, inbox / locality.locality_code / name))
    return waiting


def _write_restated(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    days: Sequence[date],
    inbox: Path,
    scratch: Path,
    packer: ThreadPoolExecutor,
) -> list[Future[Path]]:
    """Write one locality's year, then the same year sent again whole, with what is planted in it.

    Raises:
        PipelineError: at this scale the locality has too few dossiers to plant all in.
    """
    scenario = plan.scenario
    _load_plan(connection, plan, days, scratch)
    (locality,) = [one for one in plan.localities if one.locality_code == _RESTATED_LOCALITY]
    _draw(connection, scenario, locality)
    before = (None, *scenario.exports[:-1])
    sendings = [*zip(scenario.exports, before, (None,) * len(before), strict=True)]
    sendings.append((scenario.exports[-1], None, _RESENT_AT))
    finished = {}
    for number, (exported_at, previous_at, resent_at) in enumerate(sendings):
        name = f"{scenario.folder}-{_label(exported_at)}{'-gui-lai' if resent_at else ''}"
        delivery = _Delivery(
            plan, locality, number, name, exported_at, previous_at, False,
            scratch / f"{locality.locality_code}-{name}", True, resent_at,
        )  # fmt: skip
        last_day_no = sum(day <= exported_at.date() for day in days)
        finished[name] = _write_files(connection, delivery, last_day_no, len(sendings))
    planted = connection.execute(
        "select reason_code, list(dossier_code order by dossier_code) from planted group by all"
    ).fetchall()
    if sum(len(codes) for _, codes in planted) < sum(_RESTATED_COUNTS.values()):
        raise PipelineError("motcua demo", f"{RESTATED} needs a larger scale, such as 0.01")
    _write_json(inbox / RESTATED_NAME, {"locality_code": _RESTATED_LOCALITY} | dict(planted))
    return [
        packer.submit(finish, inbox / locality.locality_code / name)
        for name, finish in finished.items()
    ]


def _write_reorganised(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    known: tuple[Reference, Sequence[Unit], Sequence[date]],
    scratch: Path,
    packer: ThreadPoolExecutor,
    scale: float,
) -> list[Future[Path]]:
    """Write four provinces on both sides of 1/7/2025, and the registers that they need."""
    reference, units, days = known
    crosswalk = read_successions()
    units = list_units(crosswalk, units)
    successions: list[AgencySuccession] = []
    waiting: list[Future[Path]] = []
    for number, scenario in enumerate(_read_scenarios("reorganised.yml").values(), 1):
        plan = lay_out(scaled(scenario, scale, None), reference, units, days, number * 10**9)
        added = reorganise(scenario.province_code, plan.agencies, crosswalk)
        successions += added.successions
        plan = replace(plan, agencies=(*plan.agencies, *added.agencies))
        _load_plan(connection, plan, days, scratch)
        _load(connection, "heirs", added.heirs, scratch)
        for finish, target in _write_halves(connection, plan, days, scratch):
            waiting.append(packer.submit(finish, settings.inbox / target))
        logger.info("scenario %s: %s drawn", REORGANISED, scenario.province_code)
    with (settings.inbox / SUCCESSIONS_NAME).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(AgencySuccession.model_fields), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.model_dump(mode="json") for row in successions)
    register = settings.localities.read_text(encoding="utf-8").rstrip("\n")
    (settings.inbox / LOCALITIES_NAME).write_text(
        register + _REORGANISED_LOCALITIES, encoding="utf-8"
    )
    return waiting


def _write_halves(
    connection: duckdb.DuckDBPyConnection, plan: Plan, days: Sequence[date], scratch: Path
) -> Iterator[tuple[Callable[[Path], Path], str]]:
    """Write what each locality sends of both halves; of a merged province, what came after, too."""
    scenario, number = plan.scenario, 0
    is_merged = scenario.province_code == MERGED
    connection.execute("drop table if exists later")

    def write(
        locality: Locality, exported_at: datetime, previous_at: datetime | None
    ) -> tuple[Callable[[Path], Path], str]:
        nonlocal number
        number += 1
        name = f"{scenario.folder}-{_label(exported_at)}"
        delivery = _Delivery(
            plan, locality, number, name, exported_at, previous_at, False,
            scratch / f"{locality.locality_code}-{name}", True, None,
            scenario.province_code == REWRITTEN and previous_at is not None,
        )  # fmt: skip
        last_day_no = sum(day <= exported_at.date() for day in days)
        return _write_files(
            connection, delivery, last_day_no, 8
        ), f"{locality.locality_code}/{name}"

    for locality in plan.localities:
        _draw(connection, scenario, locality)
        connection.execute((_HERE / "sql" / "reorganised.sql").read_text(encoding="utf-8"))
        if is_merged:
            since = "from base where seen_at >= date '2025-07-01'"
            connection.execute(f"create or replace table later as select * {since}")
            connection.execute(f"delete {since}")
        for at, exported_at in enumerate(scenario.exports):
            yield write(locality, exported_at, scenario.exports[at - 1] if at else None)
    if is_merged:
        # What its communes received since; its departments' dossiers are those of the province.
        connection.execute("create or replace table base as select * from later")
        heir = Locality(MERGED_LOCALITY, "ag-kien-giang", scenario.province_name)
        yield write(heir, scenario.exports[-1], None)


def _draw(connection: duckdb.DuckDBPyConnection, scenario: Scenario, locality: Locality) -> None:
    """Make the dossiers of a locality, with everything that will ever happen to them."""
    # A table of its own: what is drawn from a few cells in one query would run on one thread.
    connection.execute(_DRAW, [locality.locality_no])
    base = (_HERE / "sql" / "base.sql").read_text(encoding="utf-8")
    connection.execute(base, {"late_reception": round(scenario.late_reception * 1000)})


def _is_first_after(scenario: Scenario, at: int) -> bool:
    """Whether an export is the first one after the last span's end: it brings what is sent once."""
    end = scenario.spans[-1].end
    return scenario.exports[at].date() > end and (at == 0 or scenario.exports[at - 1].date() <= end)


def _label(exported_at: datetime) -> str:
    halves = {1: f"{exported_at.year - 1}h2", 7: f"{exported_at.year}h1"}
    return halves.get(exported_at.month, f"{exported_at:%Y%m%d}")


def _write_files(
    connection: duckdb.DuckDBPyConnection,
    delivery: _Delivery,
    last_day_no: int,
    delivery_count: int,
) -> Callable[[Path], Path]:
    """Write the files of one delivery into scratch; what is given back puts it into the inbox."""
    scenario = delivery.plan.scenario
    given: dict[str, object] = {
        "exported_at": delivery.exported_at,
        "previous_at": delivery.previous_at,
        "delivery_no": delivery.number,
        "locality_no": delivery.locality.locality_no,
        "province_code": scenario.province_code,
        "province_name": scenario.province_name,
        "is_centre": delivery.is_centre,
        "postal": scenario.postal,
        "cashless": scenario.cashless,
        "kinds": list(DIRT_KINDS),
        "plan_tasks": scenario.plan_tasks,
        "plan_tasks_done": scenario.plan_tasks_done,
        "last_day_no": last_day_no,
        "has_city_app": scenario.province_code == "H57",
    }
    (count,) = connection.execute(
        _COUNT_SHOWN,
        [delivery.exported_at, delivery.previous_at],
    ).fetchone()
    wanted = max(round(count * DIRT_SHARE), -(-len(DIRT_KINDS) // delivery_count))
    # So few that no contract refuses the delivery for them.
    given["dirt_count"] = 0 if delivery.is_clean else min(wanted, count // 8)
    given["has_child_dirt"] = count >= 1000 and not delivery.is_clean
    for name in ("shown", "petitions"):
        _run(connection, (_HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8"), given)
    if delivery.resent_at:
        for query in (_HERE / "sql" / "restated.sql").read_text(encoding="utf-8").split(";"):
            _run(connection, query, _RESTATED_COUNTS | {"restated_year": _RESTATED_YEAR})
    if delivery.is_rewritten:
        query = (_HERE / "sql" / "rewritten.sql").read_text(encoding="utf-8")
        _run(connection, query, {"copies_from": COPIES_FROM})
    delivery.folder.mkdir(parents=True)
    queries = {
        name: query
        for name, (words, query) in _read_sections(scenario.contract).items()
        if _is_wanted(words, delivery)
    }
    if scenario.contract == "igate_xlsx":
        sheets = [
            _read_sheet(connection, name, query, given) for name, query in reversed(queries.items())
        ]
        files = [
            {"name": "hoso.xlsx", "sheet": sheet.name, "row_count": len(sheet.rows)}
            for sheet in sheets
        ]
        finish = partial(_deliver_workbook, delivery, sheets)
    else:
        files = [_copy(connection, name, query, given, delivery) for name, query in queries.items()]
        finish = partial(
            _deliver_zip if scenario.contract == "national_sync" else _deliver_folder,
            delivery.folder,
        )
    manifest = {
        "exported_at": f"{(delivery.resent_at or delivery.exported_at).isoformat()}+07:00",
        "is_simulated": True,
        "files": files,
    }
    if delivery.resent_at:
        first, last = f"{_RESTATED_YEAR}-01-01", f"{_RESTATED_YEAR}-12-31"
        manifest |= {"is_full": True, "period": {"from": first, "to": last}}
    _write_json(delivery.folder / "manifest.json", manifest)
    return finish


def _is_wanted(words: set[str], delivery: _Delivery) -> bool:
    """Whether a file belongs in the delivery: some come once, or from one locality only."""
    extras = words - {"once", "centre", "steps"}
    return (
        ("once" not in words or delivery.is_first_after)
        and ("centre" not in words or delivery.is_centre)
        and ("steps" not in words or delivery.has_steps)
        and extras <= set(delivery.plan.scenario.extras)
    )


def _run(
    connection: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, object]
) -> duckdb.DuckDBPyConnection:
    used = set(re.findall(r"\$(\w+)", query))
    return connection.execute(query, {name: value for name, value in given.items() if name in used})


def _copy(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    query: str,
    given: Mapping[str, object],
    delivery: _Delivery,
) -> dict[str, object]:
    is_csv = delivery.plan.scenario.contract == "opencps_csv"
    path = delivery.folder / f"{name}.{'csv' if is_csv else 'jsonl'}"
    form = "format csv, header true" if is_csv else "format json"
    (count,) = _run(connection, f"copy ({query}) to '{path}' ({form})", given).fetchone()
    return {"name": path.name, "row_count": count}


def _read_sheet(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, given: Mapping[str, object]
) -> _Sheet:
    found = _run(connection, query, given)
    return _Sheet(name, tuple(column[0] for column in found.description), found.fetchall())


def _deliver_workbook(delivery: _Delivery, sheets: Sequence[_Sheet], target: Path) -> Path:
    """Write the workbook as clerks know it: titles, merged headings, column numbers, a total."""
    with xlsxwriter.Workbook(delivery.folder / "hoso.xlsx", {"constant_memory": True}) as book:
        book.set_properties({"created": delivery.exported_at, "author": "iGate"})
        bold = book.add_format({"bold": True})
        for one in sheets:
            sheet = book.add_worksheet(one.name)
            sheet.write_string(0, 1, delivery.plan.scenario.province_name.upper(), bold)
            sheet.write_string(
                1, 1, f"DANH SÁCH {one.name.upper()} - {delivery.locality.locality_name}", bold
            )
            sheet.write_string(2, 1, f"Thời điểm xuất: {delivery.exported_at:%d/%m/%Y %H:%M}")
            _write_header(sheet, ["STT", *one.headers], bold)
            for at, row in enumerate(one.rows, 7):
                sheet.write_number(at, 1, at - 6)
                for column, value in enumerate(row, 2):
                    if value is not None:
                        sheet.write_string(at, column, value)
            sheet.write_string(len(one.rows) + 7, 1, "TỔNG CỘNG", bold)
            sheet.write_number(len(one.rows) + 7, 2, len(one.rows))
    return _deliver_folder(delivery.folder, target)


def _write_header(
    sheet: xlsxwriter.worksheet.Worksheet, headers: Sequence[str], bold: object
) -> None:
    """Write two rows of headings, groups merged across, others down; then '(1)(2)(3)'."""
    last = len(headers)
    names = [header.partition(" / ") for header in headers]
    # Row by row, as the workbook is streamed: a merged cell is written by its first cell alone.
    for column, (name, _, below) in enumerate(names, 1):
        is_first = column == 1 or not below or names[column - 2][0] != name
        if is_first:
            sheet.write_string(4, column, name, bold)
            until = column
            while below and until < last and names[until][0] == name:
                until += 1
            if until > column or not below:
                sheet.merge.append([4, column, 4 if below else 5, until])
    for column, (_, _, below) in enumerate(names, 1):
        if below:
            sheet.write_string(5, column, below, bold)
    for column in range(1, last + 1):
        sheet.write_string(6, column, f"({column})")


def _deliver_folder(folder: Path, target: Path) -> Path:
    """Put a finished delivery into the inbox by renaming it whole."""
    coming = target.with_name(f"{target.name}.partial")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(coming, ignore_errors=True)
    shutil.move(folder, coming)
    shutil.rmtree(target, ignore_errors=True)
    return coming.replace(target)


def _deliver_zip(folder: Path, target: Path) -> Path:
    """Zip a finished delivery, the same bytes every time, and put it into the inbox."""
    target = target.with_name(f"{target.name}.zip")
    coming = target.with_name(f"{target.name}.partial")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(coming, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, pack.open(entry, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
    shutil.rmtree(folder)
    return coming.replace(target)


def _write_refused_ones(inbox: Path, chosen: Sequence[str]) -> list[Path]:
    """Add deliveries that must be refused whole; their good twins are sent too."""
    written: list[Path] = []
    if "an-giang-2024" in chosen:
        twin = inbox / "ag-long-xuyen" / "agesb-2024h1"
        lines = (twin / "dossiers.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:61]
        written.append(_write_twin(twin, "agesb-2024h1-thieu-dong", lines, len(lines) + 14))
        twin = inbox / "ag-chau-doc" / "agesb-2024h2"
        header, *lines = (
            (twin / "dossiers.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:61]
        )
        at = header.split(",").index("finishDate") - 1
        spoiled = [_spoil(line, at) if number % 2 else line for number, line in enumerate(lines)]
        written.append(_write_twin(twin, "agesb-2024h2-loi-ngay", [header, *spoiled], len(spoiled)))
        path = inbox / "ag-tri-ton" / "tong-hop-thu-cong.csv"
        path.write_text(
            "So ho so;Ngay nhan;Ngay tra\nTT-01;02/01/2024;05/01/2024\nTT-02;03/01/2024;\n",
            encoding="utf-8",
        )
        written.append(path)
    if "quang-ninh-2024" in chosen:
        twin = inbox / "qn-huyen" / "dongbo-20240402.zip"
        path = twin.with_name("dongbo-20240402-gui-loi.zip")
        with twin.open("rb") as source:
            path.write_bytes(source.read(min(200_000, twin.stat().st_size * 3 // 5)))
        written.append(path)
    return written


def _spoil(line: str, at: int) -> str:
    cells = next(csv.reader([line]))
    cells[at] = "30/02/2024"
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells) + "\n"


def _write_twin(twin: Path, name: str, lines: Sequence[str], row_count: int) -> Path:
    folder = twin.with_name(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "dossiers.csv").write_text("".join(lines), encoding="utf-8")
    shutil.copyfile(twin / "procedures.csv", folder / "procedures.csv")
    manifest = json.loads((twin / "manifest.json").read_text(encoding="utf-8"))
    counts = {one["name"]: one["row_count"] for one in manifest["files"]} | {
        "dossiers.csv": row_count
    }
    manifest["files"] = [
        {"name": one, "row_count": counts[one]} for one in ("dossiers.csv", "procedures.csv")
    ]
    _write_json(folder / "manifest.json", manifest)
    return folder


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
