"""A cell of the demonstration's marts opens into as many dossiers as it says."""

import csv
import hashlib
import random
import re
import time
from pathlib import Path

import duckdb
import pytest

from motcua.explain.cells import TABLES, UnknownNameError, make_cell
from motcua.explain.edge import read_counts, read_explanation
from tests_support import Home

pytestmark = pytest.mark.xdist_group("demo")
CELLS = 200
OF_EACH = 24
METRICS = {
    "review.mart_review__online": "online_received",
    "review.mart_review__digitisation": "input_digitised",
    "review.mart_review__channels": "postal_received",
}
CELL = (
    *("explain", "review.mart_review__handling", "resolved_overdue_count"),
    *("period_code=2024-CY", "province_code=H01"),
)


def draw_cells(home: Home) -> list:
    """Draw rows of each mart, its columns in turn, and keys to sum over."""
    chance = random.Random(CELLS)
    cells = []
    for table, population in sorted(TABLES.items()):
        keys = population.keys
        rows = home.query(f"select {', '.join(keys)} from {table} order by all")
        for number, row in enumerate(chance.sample(rows, min(OF_EACH, len(rows)))):
            pairs = dict(zip(keys, row, strict=True))
            columns = sorted(population.conditions(pairs))
            column = columns[number % len(columns)]
            fixed = {"rule_code", *population.required}
            kept = [key for key in keys if key in fixed or chance.random() < 0.4]
            cells.append(make_cell(table, column, [f"{key}={pairs[key]}" for key in kept]))
    return cells


def test_dossiers_of_200_cells_are_as_many_as_the_cells_say(demo_run):
    home, _ = demo_run
    cells = draw_cells(home)

    with duckdb.connect(str(home.settings.marts_file), read_only=True) as connection:
        counts = [read_counts(connection, cell) for cell in cells]

    every = [
        len(population.conditions({"metric_code": METRICS.get(table, "")}))
        for table, population in TABLES.items()
    ]
    rules = {cell.keys["rule_code"] for cell in cells if "rule_code" in cell.keys}
    columns = {(cell.table, cell.column) for cell in cells}
    unequal = [
        cell
        for cell, (value, _, dossier_count) in zip(cells, counts, strict=True)
        if value != dossier_count
    ]
    assert len(cells) >= CELLS
    assert len(rules) == 6
    assert {table for table, _ in columns} == set(TABLES)
    assert len(columns) == sum(every)
    assert unequal == []
    assert sum(value > 0 for value, _, _ in counts) > CELLS / 4


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
