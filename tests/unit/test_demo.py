import hashlib
import json
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from motcua.contracts import Layout, read_contracts, read_localities
from motcua.demo import edge
from motcua.demo.figures import Figure, compare
from motcua.demo.plan import lay_out
from motcua.demo.scenarios import scaled
from motcua.demo.spreading import spread
from motcua.demo.workdays import working_days
from motcua.errors import PipelineError
from motcua.settings import REPOSITORY, Settings

pytestmark = pytest.mark.xdist_group("demo_files")
DEMO_CONTRACTS = ("opencps_csv", "national_sync", "igate_xlsx")
NOT_SENT = {("national_sync", "steps")}
"""Datasets that a contract knows and the demonstration sends none of by it."""
CONTRACTS = read_contracts(REPOSITORY / "landing" / "contracts")
REFUSED = ("thieu-dong", "loi-ngay", "tong-hop-thu-cong", "gui-loi")
MOMENTS = [
    "submitted_at",
    "reception_due_at",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "not_accepted_at",
    "apology_sent_at",
]
FORMATS = {
    "opencps_csv": "%Y-%m-%d %H:%M:%S",
    "national_sync": "%Y%m%d%H%M%S",
    "igate_xlsx": "%d/%m/%Y %H:%M:%S",
}


def written(home: Path, scale: float = 0.01, **options: object) -> Path:
    place = Settings(home=home, threads=2)
    edge.write_demo(place, scale, **options)
    return place.inbox


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def database(inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Every line of the good deliveries under canonical names, and the clean dossiers as last sent.

    At this scale a clean dossier has four digits of sequence, a dirty one five.
    """
    unpacked = tmp_path_factory.mktemp("unpacked")
    connection = duckdb.connect()
    known = read_localities(REPOSITORY / "landing" / "localities.yml")
    parts = []
    for manifest, folder in sorted(_good_deliveries(inbox, unpacked)):
        locality = known[folder.parent.name]
        contract = CONTRACTS[locality.contracts[0]]
        values = json.loads(manifest)
        exported_at = datetime.fromisoformat(values["exported_at"]).replace(tzinfo=None)
        source = _source(contract.contract, folder, len(parts))
        columns = _selected(contract.datasets["dossiers"], FORMATS[contract.contract])
        parts.append(
            f"""
            select
                '{locality.province_code}' as province_code,
                '{folder.parent.name}' as locality_code,
                timestamp '{exported_at}' as exported_at,
                {columns}
            from {source}
            """
        )
    form = r"-\d{6}-\d{4}$"
    union = " union all by name ".join(parts)
    connection.execute(
        f"""
        create table lines as
        select *, coalesce(regexp_matches(dossier_code, '{form}'), false) as is_clean
        from ({union})
        """
    )
    connection.execute(
        """
        create table dossiers as
        select * from lines
        where is_clean
        qualify 1 = row_number() over (
            partition by province_code, dossier_code order by exported_at desc
        )
        """
    )
    return connection


def _good_deliveries(inbox: Path, unpacked: Path):
    for path in sorted(inbox.glob("*/*")):
        if any(word in path.name for word in REFUSED):
            continue
        folder = path
        if path.suffix == ".zip":
            folder = unpacked / path.parent.name / path.stem
            with zipfile.ZipFile(path) as pack:
                pack.extractall(folder)
        yield (folder / "manifest.json").read_text(), folder


def _source(contract: str, folder: Path, number: int) -> str:
    if contract == "opencps_csv":
        return f"read_csv('{folder}/dossiers.csv', all_varchar = true)"
    if contract == "national_sync":
        return f"read_json('{folder}/hoso.jsonl', format = 'newline_delimited', sample_size = -1)"
    headers, rows = _sheet(folder / "hoso.xlsx", "Hồ sơ")
    records = [dict(zip(headers, row, strict=True)) for row in rows]
    path = folder.parent.parent.parent / f"{number}.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return f"read_json('{path}', sample_size = -1)"


def _sheet(path: Path, name: str) -> tuple[list[str], list[list[str]]]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)
    groups, headers = "", []
    for upper, lower in zip(rows[4], rows[5], strict=True):
        groups = upper or groups
        headers.append(f"{groups} / {lower}" if lower else upper)
    at_total = next(at for at, row in enumerate(rows) if row[1] == "TỔNG CỘNG")
    return headers[1:], [row[1:] for row in rows[7:at_total]]


def _selected(layout: Layout, form: str) -> str:
    found = []
    for source, targets in layout.columns.items():
        for target in targets:
            text = f'cast("{source}" as varchar)'
            if target in MOMENTS:
                text = f"try_strptime({text}, '{form}')"
            elif target in layout.values:
                pairs = ", ".join(
                    f"'{word}': '{code}'" for word, code in layout.values[target].items()
                )
                text = f"map {{{pairs}}}[lower({text})]"
            found.append(f"{text} as {target}")
    found += [
        f"cast(len({source}) > 0 as varchar) as {target}"
        for target, source in layout.has_items.items()
    ]
    return ", ".join(found)


def _handling(
    database: duckdb.DuckDBPyConnection, province: str, start: date, end: date
) -> dict[str, int]:
    """Count by the rule ii06, in SQL of its own."""
    query = """
        with known as (
            select
                *,
                cast(received_at as date) as received_date,
                case
                    when status_code in ('7', '9', '10')
                        then cast(coalesce(finished_at, returned_at) as date)
                end as closing_date,
                is_input_digitised in ('true', '1', 'có') as has_input,
                is_result_digitised in ('true', 'có') as has_result,
                is_result_electronic in ('true', '1', 'có') as is_electronic,
                channel_code = 'online' as is_online,
                receiving_agency_code = 'H49.01' as is_centre
            from dossiers
            where
                province_code = $province
                and status_code not in ('1', '3')
                and received_at is not null
        ),

        states as (
            select
                *,
                closing_date between $start and $end as is_resolved,
                received_date <= $end
                    and (closing_date is null or closing_date >= $start) as is_in,
                received_date between $start and $end as is_new,
                coalesce(status_code <> '7' and closing_date > cast(due_at as date), false)
                    as is_late
            from known
        )

        select
            count(*) filter (is_in) as received,
            count(*) filter (is_new) as received_in_period,
            count(*) filter (is_resolved) as resolved,
            count(*) filter (is_resolved and not is_late) as in_time,
            count(*) filter (is_resolved and is_late) as overdue,
            count(*) filter (is_resolved and is_online) as online,
            count(*) filter (is_resolved and has_input and has_result) as "both",
            count(*) filter (is_resolved and has_input) as input,
            count(*) filter (is_resolved and has_result) as result,
            count(*) filter (is_resolved and is_electronic) as electronic,
            count(*) filter (is_new and is_centre) as received_at_centre,
            count(*) filter (is_new and is_centre and is_online) as online_centre
        from states
    """
    given = {"province": province, "start": start, "end": end}
    result = database.execute(query, given)
    return dict(zip((column[0] for column in result.description), result.fetchone(), strict=True))


def test_figures_counted_from_the_files_are_the_planted_totals(inbox, database):
    totals = json.loads((inbox / "_demo_totals.json").read_text())["scenarios"]
    checked = 0
    for name, scenario in edge.read_scenarios().items():
        for span in scenario.spans:
            found = _handling(database, scenario.province_code, span.start, span.end)
            for code, (numerator, denominator) in totals[name].items():
                measure = code.removeprefix(f"{span.code}_")
                if (
                    measure in found
                    and code.startswith(f"{span.code}_")
                    and measure != "online_centre"
                ):
                    assert found[measure] == numerator, code
                    assert denominator in (None, found["resolved"]), code
                    checked += 1
            if f"{span.code}_online_centre" in totals[name]:
                pair = totals[name][f"{span.code}_online_centre"]
                assert pair == [found["online_centre"], found["received_at_centre"]]
    assert checked > 40


def test_at_scale_one_the_planted_totals_are_the_published_figures():
    reference, units, days = edge._read_reference(), edge._read_units(), working_days()
    plans = {
        name: lay_out(scaled(scenario, 1.0, None), reference, units, days, 0)
        for name, scenario in edge.read_scenarios().items()
    }
    for figure in edge.read_figures():
        numerator, denominator = plans[figure.scenario].totals[figure.code]
        assert compare(figure, numerator, denominator, None).is_equal, figure.code


def test_every_kind_of_dirt_is_there_and_never_under_the_code_of_a_clean_row(database):
    def count(condition: str) -> int:
        return database.execute(f"select count(*) from lines where {condition}").fetchone()[0]

    assert count("coalesce(dossier_code, '') = ''") > 0
    assert count("dossier_code like 'HS/%'") > 0
    assert count("received_at is null and status_code in ('9', '10')") > 1
    assert count("finished_at < received_at") > 0
    assert count("due_at < received_at") > 0
    assert count("status_code is null and source_status is not null") > 0
    assert count("channel_code is null") > 0
    assert count("finished_at > exported_at") > 0
    assert count("status_code in ('9', '10') and finished_at is null") > 0
    assert count("procedure_code like '3.999999.%'") > 0
    assert count("procedure_code = 'TTHC-01'") > 0
    twice = """
        select count(*) from (
            select exported_at, locality_code, dossier_code from lines
            where dossier_code is not null and dossier_code not like 'HS/%'
            group by all having count(*) > 1
        )
    """
    assert database.execute(twice).fetchone()[0] > 0
    assert count("is_clean and received_at is null and status_code not in ('1', '3')") == 0
    assert 0.015 < count("not is_clean") / count("true") < 0.04


def test_clean_rows_hold_what_the_suites_ask(database):
    wrong = """
        select count(*) from lines
        where is_clean and (
            finished_at < received_at or returned_at < finished_at
            or due_at < received_at or received_at < submitted_at
            or greatest(finished_at, returned_at, received_at, submitted_at, not_accepted_at)
                >= exported_at
            or (status_code in ('7', '9', '10')) <> (finished_at is not null)
            or (status_code = '3' and not_accepted_at is null)
            or status_code is null or channel_code is null or procedure_code is null
            or strptime(split_part(dossier_code, '-', 2), '%y%m%d')
                <> date_trunc('day', coalesce(received_at, submitted_at))
        )
    """
    assert database.execute(wrong).fetchone()[0] == 0


def test_online_dossiers_are_received_late_as_seldom_as_the_scenarios_say(database):
    late, online = database.execute(
        """
        select count(case when received_at > reception_due_at then 1 end), count(*)
        from lines
        where is_clean and reception_due_at is not null and received_at is not null
        """
    ).fetchone()
    assert 0.005 < late / online < 0.03


def test_a_clean_code_is_one_dossier_of_one_locality(database):
    twice = """
        select count(*) from (
            select exported_at, locality_code, dossier_code from lines
            where is_clean group by all having count(*) > 1
        )
    """
    moved = """
        select count(*) from (
            select province_code, dossier_code from lines
            where is_clean group by all having count(distinct locality_code) > 1
        )
    """
    assert database.execute(twice).fetchone()[0] == 0
    assert database.execute(moved).fetchone()[0] == 0


def test_an_open_dossier_comes_again_in_its_later_state(database):
    query = """
        select count(*)
        from lines as a
        inner join lines as b
            on a.dossier_code = b.dossier_code and a.locality_code = b.locality_code
        where
            a.is_clean and a.exported_at < b.exported_at
            and a.finished_at is null and b.finished_at is not null
    """
    assert database.execute(query).fetchone()[0] > 50


def test_no_time_lies_outside_working_hours(database):
    days = working_days()
    for column in MOMENTS:
        query = f"""
            select count(*) from dossiers
            where {column} is not null and (
                not list_contains($days, cast({column} as date))
                or not (
                    cast({column} as time) between time '07:00' and time '11:30'
                    or cast({column} as time) between time '13:30' and time '17:00'
                )
            )
        """
        if column != "apology_sent_at" or column in _columns(database):
            assert database.execute(query, {"days": days}).fetchone()[0] == 0, column


def _columns(database: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in database.execute("describe dossiers").fetchall()]


def test_tet_is_no_working_day():
    assert date(2024, 2, 12) not in working_days()
    assert date(2024, 5, 4) in working_days()  # a Saturday worked for 29 April


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("small"), 0.002)


@pytest.mark.soak
def test_two_runs_write_the_same_bytes_whatever_else_they_write(small, tmp_path):
    def sums(folder: Path) -> dict[str, str]:
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.glob("*/**/*"))
            if path.is_file() and path.parts[len(folder.parts)] not in ("tth-tinh", "tth-huyen")
        }

    again = written(
        tmp_path,
        0.002,
        scenarios=["huong-thuy-2021", "an-giang-2024", "quang-ninh-2024", "quang-ninh-2022"],
    )
    assert sums(again) == sums(small)
    assert not list((tmp_path / "var" / "scratch").iterdir())


def test_manifests_count_the_records_and_say_simulated(inbox, tmp_path):
    deliveries = list(_good_deliveries(inbox, tmp_path))
    assert len(deliveries) == 45
    for manifest, folder in deliveries:
        values = json.loads(manifest)
        assert values["is_simulated"] is True
        for one in values["files"]:
            path = folder / one["name"]
            if path.suffix == ".xlsx":
                assert len(_sheet(path, one["sheet"])[1]) == one["row_count"]
            else:
                lines = sum(1 for _ in path.open(encoding="utf-8"))
                assert lines - (path.suffix == ".csv") == one["row_count"], path


def test_registers_know_every_procedure_of_clean_dossiers(inbox):
    query = """
        select count(*) from read_csv('{0}/dossiers.csv', all_varchar = true) as d
        anti join read_csv('{0}/procedures.csv', all_varchar = true) as p using (serviceCode)
        where regexp_matches(d.dossierNo, '-\\d{{6}}-\\d{{4}}$')
    """
    for folder in sorted(inbox.glob("ag-*/agesb-2024h?")):
        assert duckdb.execute(query.format(folder)).fetchall()[0][0] == 0
    grades = """
        select serviceLevel, count(distinct serviceCode)
        from read_csv('{}/ag-*/agesb-2024h?/procedures.csv', all_varchar = true)
        where serviceCode not like '3.999%' group by all order by all
    """
    counted = dict(duckdb.execute(grades.format(inbox)).fetchall())
    assert counted == {"Cung cấp thông tin": 724, "Một phần": 441, "Toàn trình": 759}


def test_contracts_know_every_column_of_the_deliveries(inbox, tmp_path):
    known = read_localities(REPOSITORY / "landing" / "localities.yml")
    seen = set()
    for _, folder in _good_deliveries(inbox, tmp_path):
        contract = CONTRACTS[known[folder.parent.name].contracts[0]]
        for code, layout in contract.datasets.items():
            for path in sorted(one for pattern in layout.files for one in folder.glob(pattern)):
                headers = _headers(path, layout)
                named = {
                    *layout.columns,
                    *layout.personal,
                    *layout.ignored,
                    *layout.has_items.values(),
                }
                assert not set(headers) - named, (path, set(headers) - named)
                if headers:
                    assert not named - set(headers), (path, named - set(headers))
                    seen.add((contract.contract, code))
    assert seen == {
        (name, code)
        for name in CONTRACTS
        if name in {"opencps_csv", "national_sync", "igate_xlsx"}
        for code in CONTRACTS[name].datasets
        if (name, code) not in NOT_SENT
    }


def _headers(path: Path, layout: Layout) -> list[str]:
    if path.suffix == ".xlsx":
        return _sheet(path, layout.sheet)[0]
    with path.open(encoding="utf-8") as lines:
        if path.suffix == ".csv":
            return next(lines).strip().split(",")
        records = map(json.loads, lines)
        if layout.explode:
            return next((list(item) for record in records for item in record[layout.explode]), [])
        return list(next(records, {}))


def test_deliveries_that_must_be_refused_are_there(inbox):
    folder = inbox / "ag-long-xuyen" / "agesb-2024h1-thieu-dong"
    counts = {
        one["name"]: one["row_count"]
        for one in json.loads((folder / "manifest.json").read_text())["files"]
    }
    assert sum(1 for _ in (folder / "dossiers.csv").open()) - 1 < counts["dossiers.csv"]
    spoiled = (inbox / "ag-chau-doc" / "agesb-2024h2-loi-ngay" / "dossiers.csv").read_text()
    assert spoiled.count(",30/02/2024,") > 20
    assert (inbox / "ag-tri-ton" / "tong-hop-thu-cong.csv").exists()
    assert not zipfile.is_zipfile(inbox / "qn-huyen" / "dongbo-20240402-gui-loi.zip")


def test_personal_values_can_be_told_by_their_form(inbox):
    text = (inbox / "ag-tinh" / "agesb-2024h1" / "dossiers.csv").read_text(encoding="utf-8")
    assert re.search(r",0\d{11},", text)
    assert re.search(r",09\d{8},", text)


def test_the_smallest_scale_still_writes_every_delivery(inbox, small):
    assert [path.relative_to(small) for path in sorted(small.glob("*/*"))] == [
        path.relative_to(inbox) for path in sorted(inbox.glob("*/*"))
    ]


def test_other_totals_are_drawn_by_seed(tmp_path):
    folder = written(tmp_path, 0.002, scenarios=["huong-thuy-2021"], random_totals_seed=1)
    noted = json.loads((folder / "_demo_totals.json").read_text())
    assert noted["random_totals_seed"] == 1
    scenario = edge.read_scenarios()["huong-thuy-2021"]
    planted, first, second, again = (scaled(scenario, 0.002, seed) for seed in (None, 1, 2, 1))
    assert first == again
    assert len({str(planted), str(first), str(second)}) == 3
    assert noted["scenarios"]["huong-thuy-2021"]["ht21_resolved"] == [first.spans[1].resolved, None]
    for drawn in (planted, first, second):
        assert drawn.spans[1].carried == drawn.spans[0].open
        assert all(
            span.carried < span.resolved and span.in_time < span.resolved for span in drawn.spans
        )


@pytest.mark.parametrize("scale", [0.001, -1], ids=["too small", "negative"])
def test_a_scale_that_cannot_be_is_refused(tmp_path, scale):
    with pytest.raises(PipelineError, match="scale"):
        edge.write_demo(Settings(home=tmp_path), scale)


def test_an_unknown_scenario_is_named(tmp_path):
    with pytest.raises(PipelineError, match="atlantis"):
        edge.write_demo(Settings(home=tmp_path), 0.01, ["atlantis"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.01, 1e6), st.integers(0, 5000)), min_size=1, max_size=40),
    st.data(),
)
def test_spread_adds_up_and_respects_caps(pairs, data):
    weights, caps = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    total = data.draw(st.integers(0, sum(caps)))
    shares = spread(total, weights, caps)
    assert sum(shares) == total
    assert all(0 <= share <= cap for share, cap in zip(shares, caps, strict=True))


def figure(**changes: object) -> Figure:
    base = {
        "code": "a",
        "scenario": "s",
        "label": "l",
        "printed": "p",
        "value": 99.77,
        "decimals": 2,
        "kind": "rate",
        "query": "q",
    }
    return Figure.model_validate(base | changes)


@pytest.mark.parametrize(
    ("changes", "pair", "planted", "expected"),
    [
        pytest.param({}, (899364, 901402), None, True, id="equal when rounded as printed"),
        pytest.param({}, (899000, 901402), None, False, id="not equal"),
        pytest.param({}, (None, None), None, False, id="no row"),
        pytest.param({}, (0, 0), None, False, id="no denominator"),
        pytest.param({"comparator": "above", "value": 85}, (851, 1000), None, True, id="above"),
        pytest.param({"comparator": "above", "value": 85}, (85, 100), None, False, id="not above"),
        pytest.param({}, (7, 9), (7, 9), True, id="planted counts"),
        pytest.param({}, (7, 9), (7, 10), False, id="planted denominator differs"),
        pytest.param({"kind": "value"}, (80.1, None), (80.1, None), True, id="carried value"),
    ],
)  # fmt: skip
def test_a_figure_is_compared_as_it_was_printed(changes, pair, planted, expected):
    assert compare(figure(**changes), *pair, planted).is_equal is expected


def test_the_year_sent_again_needs_dossiers_enough_and_leaves_nothing_half_written(tmp_path):
    with pytest.raises(PipelineError, match="larger scale"):
        written(tmp_path, 0.002, scenarios=["restated-2024"])

    assert list((tmp_path / "landing" / "inbox").iterdir()) == []
