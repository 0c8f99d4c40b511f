"""A cell of the demonstration's marts opens into as many dossiers as it says."""

import csv
import hashlib
import json
import random
import re
import shutil
import time
from pathlib import Path

import duckdb
import pytest

from motcua.explain.cells import TABLES, make_cell
from motcua.explain.edge import read_counts, read_explanation, read_told
from motcua.explain.names import UnknownNameError

pytestmark = pytest.mark.xdist_group("demo")
CELLS = 200
OF_EACH = 3
OF_KINDS = 24
KINDS = {"component_code", "metric_code"}
CELL = (
    *("explain", "review.mart_review__handling", "resolved_overdue_count"),
    *("period_code=2024-CY", "province_code=H01"),
)
MADE_AGAIN = ("reconciliation", "conclusions", "reform_figures", "counter_surveys", "restatements")
PLANTED = (
    # Dossiers that changed hands.
    "update core.fct_dossier_periods set taken_over_from_agency_code = 'H01.99' "
    "where province_code = 'H01' and hash(dossier_key) % 40 = 0",
    "insert into core.fct_reform_figures by name select 'ag-tinh' as locality_code, "
    "'H01' as province_code, code as figure_code, 'H01' as agency_code, "
    "'2024-CY' as period_code, length(code) as value from core.dim_codes "
    "where list_code = 'reform_figure'",
    # Three desks, each surveyed in three years: the last survey of a period is what counts.
    "insert into core.fct_counter_surveys by name select 'ag-tinh' as locality_code, "
    "'H01' as province_code, agency_code, item_code, years + 5 as needed_count, "
    "years + 2 as present_count, nullif(years, 2) as degraded_count, "
    "make_date(2022 + years, 6, 1) as surveyed_date, '_' as _delivery_id, "
    "'khao_sat.xlsx' as _source_file, years as _source_row "
    "from (select distinct agency_code from review.mart_review__handling "
    "where province_code = 'H01' and period_code = '2024-CY' order by all limit 3), "
    "unnest(['computer', 'seat']) as items (item_code), unnest([1, 2, 3]) as each (years)",
    # One office typed its form before its dossiers had come, off by one in some cells.
    "insert into core.fct_reported_totals by name select 'ag-tinh' as locality_code, "
    "'H01' as province_code, 'II.06' as form_code, period_code, agency_code, field_code, "
    "column_no, recomputed_count + column_no % 2 as value, "
    "(select min(valid_from) from core.fct_dossier_versions) - interval 1 day "
    "as _exported_at, 'bieu.xlsx' as _source_file, column_no as _source_row "
    "from review.mart_review__reconciliation where period_code = '2024-CY' "
    "and agency_code = (select max_by(agency_code, recomputed_count) "
    "from review.mart_review__reconciliation where period_code = '2024-CY' and column_no = 7)",
    # Last year's meeting concluded on each metric, for the province and for one agency.
    "insert into core.fct_conclusions by name select '2023-CY-H01' as review_code, "
    "'2023-CY' as period_code, 'H01' as province_code, "
    "row_number() over (order by metric_code, lead_agency_code) as position_no, metric_code, "
    "lead_agency_code, 50 as target_percent, date '2024-02-01' as concluded_date "
    "from review.dim_metrics, (select 'H01' as lead_agency_code union all "
    "select max_by(agency_code, received_count) from review.mart_review__handling "
    "where period_code = '2024-CY' and province_code = 'H01')",
    # A pack that was sealed with other outcomes than today's.
    "insert into core.fct_restatements by name select '2024-CY-H01' as review_code, 1 as pack_no, "
    "dossier_key, locality_code, province_code, agency_code, 'status' as reason_code, "
    "ii06_timestamp_outcome_code as sealed_outcome_code, qd766_outcome_code as outcome_code, "
    "hash(dossier_key) % 2 = 0 as is_sealed_as_received_in_period, "
    "received_in_period_count = 1 as is_received_in_period, _delivery_id "
    "from core.fct_dossier_periods where province_code = 'H01' and period_code = '2024-CY'",
)
"""What the demonstration has none of; each reaches its marts by their own compiled SQL."""


@pytest.fixture(scope="module")
def planted(demo_run, tmp_path_factory):
    home, _ = demo_run
    path = tmp_path_factory.mktemp("planted") / "marts.duckdb"
    shutil.copyfile(home.settings.marts_file, path)
    manifest = json.loads((home.settings.warehouse / "current" / "manifest.json").read_text())
    with duckdb.connect(str(path)) as connection:
        for sql in PLANTED:
            connection.execute(sql)
        for name in (f"mart_review__{mart}" for mart in MADE_AGAIN):
            sql = manifest["nodes"][f"model.motcua.{name}"]["compiled_code"]
            connection.execute(f"delete from review.{name}")
            connection.execute(f"insert into review.{name} by name ({sql})")
        yield connection


def draw_cells(connection) -> list:
    """Draw rows of each mart, its columns in turn, and keys to sum over."""
    chance = random.Random(CELLS)
    cells = []
    for table, mart in sorted(TABLES.items()):
        keys = ", ".join(mart.keys)
        rows = connection.execute(f"select {keys} from {table} order by all").fetchall()
        drawn = draw_of_mart(connection, table, chance.sample(rows, len(rows)), chance)
        cells += drawn
    return cells


def draw_of_mart(connection, table: str, rows: list, chance: random.Random) -> list:
    """Give enough cells for each column, more of marts whose rows count different things."""
    mart, cells = TABLES[table], []
    for number, row in enumerate(rows):
        pairs = {name: str(value) for name, value in zip(mart.keys, row, strict=True)}
        is_whole = {
            column: population.is_whole
            for population in mart.populations(pairs)
            for column in population.conditions
        }
        if number == (OF_KINDS if KINDS & set(mart.keys) else max(OF_EACH, len(is_whole))):
            break
        column = sorted(is_whole)[number % len(is_whole)]
        fixed = {"rule_code", *mart.required, *(mart.keys if is_whole[column] else ())}
        kept = [key for key in mart.keys if key in fixed or chance.random() < 0.4]
        cell = make_cell(table, column, [f"{key}={pairs[key]}" for key in kept])
        cells.append(read_told(connection, cell))
    assert {cell.column for cell in cells} == set(is_whole), table
    return cells


def test_what_is_found_of_200_cells_comes_to_what_the_cells_say(planted):
    cells = draw_cells(planted)
    counts = [read_counts(planted, cell) for cell in cells]

    unequal = [
        (cell, found) for cell, found in zip(cells, counts, strict=True) if not found.is_equal
    ]
    assert unequal == []
    assert len(cells) >= CELLS
    assert {cell.table for cell in cells} == set(TABLES)
    assert len({cell.keys["rule_code"] for cell in cells if "rule_code" in cell.keys}) == 6
    assert sum(bool(found.value) for found in counts) > CELLS / 3


def test_gaps_of_a_typed_form_are_found_row_by_row(planted):
    keys = ("period_code", "province_code", "agency_code", "field_code", "column_no")
    rows = planted.execute(
        f"select {', '.join(keys)} from review.mart_review__reconciliation "
        "where reported_count is not null "
        "order by reported_count desc, field_code, column_no limit 12"
    ).fetchall()
    gaps = ("late_arrival_count", "reported_gap_dossiers", "reported_unexplained_dossiers")

    for column in ("reported_count", *gaps):
        values = []
        for row in rows:
            pairs = [f"{key}={value}" for key, value in zip(keys, row, strict=True)]
            cell = read_told(planted, make_cell("mart_review__reconciliation", column, pairs))
            found = read_counts(planted, cell)
            assert found.is_equal, cell
            values.append(found.value)
        assert any(values), column


def test_command_names_file_line_and_sum_of_the_original(demo_run, tmp_path):
    home, _ = demo_run
    out = tmp_path / "dossiers.csv"

    began = time.monotonic()
    printed = home.run("-m", "motcua.cli", *CELL, "--out", str(out)).stdout
    took = time.monotonic() - began

    code, file_name, line = re.search(r"(\S+) was read from (\S+), line (\d+)", printed).groups()
    original = Path(re.search(r"original (\S+)", printed)[1])
    assert code in original.read_text("utf-8-sig").splitlines()[int(line) - 1]
    assert original.name == file_name
    assert hashlib.sha256(original.read_bytes()).hexdigest() in printed
    assert re.search(
        r"\n  pass  one row of mart_review__handling a rule_code, period_code", printed
    )
    assert re.search(r"\n  pass  assert_handling_balances\n", printed)
    with out.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert f"{len(rows)} dossiers, equal to the cell" in printed
    assert f"= {len(rows)}, of" in printed
    assert "pass  assert_handling_balances" in printed
    assert "Ví dụ:" in printed
    assert took < 20  # 3 s on a machine that does nothing else


def test_unknown_value_is_said_with_what_is_known(demo_run):
    home, _ = demo_run
    cell = make_cell("mart_review__handling", "resolved_count", ["period_code=1999-CY"])

    with pytest.raises(UnknownNameError) as raised:
        read_explanation(home.settings, cell)

    assert "period_code '1999-CY' is not known; known: " in str(raised.value)


def test_cell_that_its_dossiers_do_not_bear_out_is_said(copied_demo):
    with duckdb.connect(str(copied_demo.settings.marts_file)) as connection:
        connection.execute(
            "update review.mart_review__handling set resolved_overdue_count = 1000 + rowid"
        )

    result = copied_demo.run("-m", "motcua.cli", *CELL, check=False)

    assert result.returncode == 1
    assert "NOT EQUAL to the cell" in result.stdout
