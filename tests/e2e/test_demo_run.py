"""What `make run` promises, on a small scale with totals drawn by a seed."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests_support import contents_of, fingerprint

pytestmark = pytest.mark.xdist_group("demo")
HANDLING = "select sum(resolved_count) from review.mart_review__handling where rule_code = 'ii06'"
PUBLISHED = "core", "review", "quality"


def test_every_planted_figure_comes_out_of_the_marts(demo_run):
    _, printed = demo_run

    assert "every figure equal" in printed
    assert "NOT EQUAL" not in printed
    assert printed.count(": success (") == 4
    assert len(printed.splitlines()) < 70  # Airflow's own lines are in var/make_run.log


def test_a_wrong_figure_would_be_seen(copied_demo):
    totals = copied_demo.settings.inbox / "_demo_totals.json"
    planted = json.loads(totals.read_text("utf-8"))
    planted["scenarios"]["an-giang-2024"]["ag24_resolved"][0] += 1
    totals.write_text(json.dumps(planted), "utf-8")
    result = copied_demo.motcua("figures", check=True)

    assert "NOT EQUAL" in result.stdout


def test_some_forty_deliveries_from_three_provinces(demo_run):
    home, _ = demo_run
    receipts = home.receipts()

    assert len(receipts) >= 38
    assert {receipt["province_code"] for receipt in receipts} == {"H01", "H49", "H57"}
    assert {receipt["state_code"] for receipt in receipts} >= {"accepted_in_part", "refused"}


def test_nothing_is_lost_between_source_and_marts(demo_run):
    home, _ = demo_run

    for receipt in home.receipts():
        for dataset in receipt["datasets"]:
            assert dataset["line_count"] == dataset["folded_count"] + dataset["source_count"]
            assert (
                dataset["source_count"] == dataset["accepted_count"] + dataset["refused_count"]
            ), receipt["delivery_name"]
    assert home.query(
        "select count(*) from review.mart_review__handling "
        "where received_count <> resolved_count + pending_count + set_aside_count "
        "or received_in_period_count <> received_online_count + received_other_count "
        "or received_count <> received_in_period_count + carried_over_count "
        "or resolved_count "
        "<> resolved_early_count + resolved_on_time_count + resolved_overdue_count "
        "or pending_count <> pending_in_due_count + pending_overdue_count"
    ) == [(0,)]


def test_every_refused_row_names_file_line_and_reason(demo_run):
    home, _ = demo_run
    # A delivery that is refused whole has one line without file and row: dataset «delivery».
    assert home.query(
        "select count(*) from quality.fct_refusals where rule_code is null or sentence is null "
        "or (dataset_code <> 'delivery' and (source_file is null or source_row is null))"
    ) == [(0,)]
    assert home.query("select count(distinct rule_code) >= 10 from quality.fct_refusals") == [
        (True,)
    ]


def test_everything_made_from_the_demo_says_so(demo_run):
    home, _ = demo_run
    comments = home.query(
        "select comment from duckdb_tables() where schema_name in ('core', 'review', 'quality') "
        "union all select comment from duckdb_views() where not internal"
    )

    assert comments
    assert all("DỮ LIỆU MÔ PHỎNG" in comment for (comment,) in comments)


def test_the_published_file_holds_three_schemas_described_column_by_column(demo_run):
    home, _ = demo_run
    schemas = home.query("select distinct schema_name from duckdb_tables()")
    bare = home.query(
        "select table_name, column_name from duckdb_columns() "
        "where comment is null and not internal"
    )

    assert {schema for (schema,) in schemas} == set(PUBLISHED)
    assert bare == []
    views = home.query("select schema_name, view_name from duckdb_views() where not internal")
    assert sorted(views) == [
        ("core", "fct_dossier_versions"),
        ("quality", "dim_agency_aliases"),
        ("quality", "fct_due_date_counts"),
        ("quality", "fct_due_date_differences"),
        ("review", "mart_review__handling_current_map"),
        ("review", "mart_review__portal_differences"),
        ("review", "mart_review__steps"),
        ("review", "mart_review__transfers"),
    ]
    assert home.query("select count(distinct dossier_key) from core.fct_dossier_versions") == (
        home.query("select count(*) from core.fct_dossiers")
    )


def test_the_published_file_names_no_path_of_this_machine(demo_run):
    home, _ = demo_run
    needle = str(home.path).encode()

    assert needle not in home.settings.marts_file.read_bytes()


def test_parquet_beside_the_file_holds_the_same_rows(demo_run):
    home, _ = demo_run
    marts = home.settings.warehouse / "marts"
    published = fingerprint(home.settings.marts_file)
    path_by_table = {table: marts / f"{table.replace('.', '/')}.parquet" for table in published}

    assert {
        table: duckdb.execute(
            f"select count(*), coalesce(sum(hash(one)), 0) from '{path}' as one"
        ).fetchall()[0]
        for table, path in path_by_table.items()
    } == published
    parts = path_by_table["core.fct_dossier_periods"].glob("*.parquet")
    assert {path.stem for path in parts} == {
        ".".join(part)
        for part in home.query(
            "select distinct period_code, locality_code from core.fct_dossier_periods"
        )
    }


def test_the_same_deliveries_a_second_time_are_taken_in_no_more(copied_demo):
    home = copied_demo
    receipts = {path.name: path.read_bytes() for path in home.settings.receipts.glob("*.json")}
    home.motcua("demo", "--scale", "0.004", "--random-totals", "7")
    home.motcua("intake")

    assert {
        path.name: path.read_bytes() for path in home.settings.receipts.glob("*.json")
    } == receipts


@pytest.mark.soak
def test_taking_originals_in_again_gives_the_same_bytes(demo_run, tmp_path):
    home, _ = demo_run
    copy = type(home)(tmp_path)
    localities = ("ag-an-phu", "qn-tinh", "tth-huong-thuy")
    for locality in localities:
        shutil.copytree(home.settings.raw / locality, copy.settings.raw / locality)
    copy.motcua("intake")
    made = [
        *copy.settings.receipts.glob("*.json"),
        *(path for one in localities for path in copy.settings.accepted.glob(f"*/*={one}/*")),
        *copy.settings.returns.glob("*/*"),
    ]

    assert len(made) > 50
    for path in made:
        assert path.read_bytes() == (home.path / path.relative_to(copy.path)).read_bytes(), path


@pytest.mark.soak
def test_rebuilding_from_raw_gives_the_same_marts(demo_run, tmp_path):
    home, _ = demo_run
    copy = type(home)(tmp_path)
    shutil.copytree(home.settings.raw, copy.settings.raw, symlinks=True)
    copy.motcua("rebuild")

    assert fingerprint(copy.settings.marts_file) == fingerprint(home.settings.marts_file)
    assert [path.read_bytes() for path in sorted(copy.settings.receipts.glob("*.json"))] == [
        path.read_bytes() for path in sorted(home.settings.receipts.glob("*.json"))
    ]


def read_personal_values(home) -> set[bytes]:
    """Names, numbers, phones and addresses that the demo really wrote into some of its files."""
    columns = {"applicantName", "applicantIdNo", "contactTelNo", "address", "briefNote"}
    paths = sorted(home.settings.raw.glob("ag-*/*/files/**/dossiers*.csv"))
    values: set[bytes] = set()
    with duckdb.connect() as connection:
        for path in paths[:3]:
            relation = connection.read_csv(str(path), all_varchar=True, header=True)
            assert columns <= set(relation.columns)
            for column in sorted(columns):
                rows = relation.project(f'"{column}"').distinct().limit(40).fetchall()
                values |= {value.encode() for (value,) in rows if value and len(value) >= 9}
    return values


def find_leaks(values: set[bytes], paths: Iterable[Path], scratch: Path) -> list[tuple[Path, str]]:
    """Name the files that hold one of the values, and one that each holds.

    Hundreds of values in hundreds of megabytes are grep's; only a file that it finds is looked at.
    """
    given = scratch / "values.txt"
    given.write_bytes(b"\n".join(sorted(values)))
    leaks = []
    for path in paths:
        content = b"\n".join(contents_of(path))
        found = subprocess.run(
            ["grep", "-a", "-F", "-o", "-m", "1", "-f", str(given)],
            input=content,
            capture_output=True,
            check=False,
        )
        assert found.returncode in (0, 1), found.stderr
        if found.returncode == 0:
            leaks.append((path, found.stdout.decode().splitlines()[0]))
    return leaks


def test_no_personal_value_leaves_the_landing(demo_run, tmp_path):
    home, _ = demo_run
    values = read_personal_values(home)
    assert len(values) > 200
    kept = (home.settings.inbox, home.settings.raw)
    paths = [
        path
        for path in sorted(home.path.rglob("*"))
        if path.is_file() and not any(path.is_relative_to(zone) for zone in kept)
    ]

    assert find_leaks({*values, b"@thu.example"}, paths, tmp_path) == []
    assert len(list(home.settings.returns.glob("*/tra_lai_*.xlsx"))) > 40


def test_the_leak_search_looks_into_workbooks(demo_run, tmp_path):
    home, _ = demo_run
    value = sorted(read_personal_values(home))[0]
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = value.decode()
    workbook.save(tmp_path / "leak.xlsx")

    assert find_leaks({value, b"x" * 9}, [tmp_path / "leak.xlsx"], tmp_path) == [
        (tmp_path / "leak.xlsx", value.decode())
    ]


def test_the_leak_search_finds_what_is_there(demo_run, tmp_path):
    home, _ = demo_run
    paths = sorted(home.settings.raw.glob("ag-*/*/files/**/dossiers*.csv"))

    found = {path for path, _ in find_leaks(read_personal_values(home), paths, tmp_path)}
    assert set(paths[:3]) <= found


def test_a_duckdb_1_4_client_reads_the_published_file(demo_run, tmp_path, request):
    home, _ = demo_run
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    subprocess.run(
        [
            *(str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
            *("-r", str(request.path.with_name("older-client.lock"))),
        ],
        check=True,
    )
    program = (
        "import duckdb, json, sys\n"
        "c = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print(json.dumps([duckdb.__version__, "
        f"c.execute({HANDLING!r}).fetchone()[0]], "
        "default=int))"
    )
    out = subprocess.run(
        [str(python), "-c", program, str(home.settings.marts_file)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    version, resolved = json.loads(out)

    assert version.startswith("1.4.")
    assert [(resolved,)] == home.query(HANDLING)


def test_packs_are_left_and_a_changed_byte_is_named(demo_run, tmp_path):
    home, _ = demo_run
    pack = max((home.settings.snapshots / "2024-CY-H01").glob("v*"))
    copy = tmp_path / pack.name
    shutil.copytree(pack, copy)
    victim = next(copy.glob("*.xlsx"))
    victim.chmod(0o644)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))
    result = home.motcua("verify", str(copy), check=False)

    assert {path.suffix for path in pack.iterdir()} >= {
        *(".xlsx", ".docx", ".pdf", ".pptx", ".html", ".json")
    }
    assert home.motcua("verify", str(pack)).returncode == 0
    assert result.returncode == 1
    assert victim.name in result.stderr + result.stdout


def test_the_page_names_every_overdue_dossier_that_the_pack_counts(demo_run):
    from motcua.snapshot.edge import read_content

    home, _ = demo_run
    with duckdb.connect(str(home.settings.marts_file), read_only=True) as connection:
        for review in ("2024-CY-H01", "2024-05-QN-H49"):
            cube = read_content(connection, review).cube
            codes = [measure.code for measure in cube.measures]
            named = Counter((row, codes[measure]) for row, measure, _ in cube.dossiers)
            counted = {
                (at, code): row[4 + codes.index(code)]
                for at, row in enumerate(cube.rows)
                for code in ("resolved_overdue_count", "pending_overdue_count")
            }
            assert named
            assert named == Counter({place: count for place, count in counted.items() if count})


@pytest.mark.soak
def test_a_pack_as_of_an_earlier_day_has_a_build_of_its_own_and_publishes_nothing(copied_demo):
    home = copied_demo
    published = home.settings.marts_file.resolve()
    home.motcua("snapshot", "2024-CH1", "--province", "H01", "--as-of", "2024-07-15")
    (pack,) = (home.settings.snapshots / "2024-CH1-H01").glob("v*")
    page = next(pack.glob("*.html")).read_text("utf-8")

    assert "15/7/2024" in page or "15/07/2024" in page
    assert home.settings.marts_file.resolve() == published
    assert not list(home.settings.scratch.glob("build-snapshot-*/"))
    assert home.motcua("verify", str(pack)).returncode == 0


@pytest.mark.parametrize("page", ["index.html"])
def test_data_docs_open_offline(demo_run, page):
    home, _ = demo_run
    text = (home.settings.data_docs / page).read_text("utf-8")

    assert not re.search(r"""(src|href)=["']https?://""", text)
