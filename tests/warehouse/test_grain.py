"""A published table holds one row a key of its grain, or its build stops."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from motcua.warehouse.project import ProjectFolder
from tests_support import copy_dbt
from warehouse.dbt_project_helpers import Delivery, Warehouse

TABLES = {
    "dim_good": "select 'a' as one_code, cast(null as varchar) as two_code "
    "union all select 'a', 'b' union all select 'b', null",
    "dim_twice": "select 'a' as one_code, 'b' as two_code union all select 'a', 'b'",
    "dim_null_twice": "select 'a' as one_code, cast(null as varchar) as two_code "
    "union all select 'a', null",
    "dim_without_key": "select cast(null as varchar) as one_code, 'b' as two_code",
}
"""Tables whose grain is `one_code, two_code`, of which the second may be null."""
CONTRACT = """
  - name: {name}
    description: Mỗi dòng một cặp mã.
    config: {{meta: {{grain: [one_code, two_code], null_in_grain: [two_code]}}}}
    columns:
      - {{name: one_code, data_type: string, description: Mã.}}
      - {{name: two_code, data_type: string, description: Mã.}}
"""


@dataclass(frozen=True)
class WarehouseOfAnotherProject(Warehouse):
    @property
    def project(self) -> ProjectFolder:
        return ProjectFolder(self.folder / "build", self.folder / "project")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grain")
    copy_dbt(folder / "project")
    models = folder / "project" / "dbt_project" / "models" / "marts" / "core"
    for name, sql in TABLES.items():
        (models / f"{name}.sql").write_text(f"{sql}\n", "utf-8")
    contracts = "".join(CONTRACT.format(name=name) for name in TABLES)
    (models / "_grain__models.yml").write_text(f"models:{contracts}", "utf-8")
    warehouse = WarehouseOfAnotherProject(folder)
    day = datetime.fromisoformat("2024-07-02T08:00")
    warehouse.write([Delivery("a" * 16, day, {"dossiers": []})])
    warehouse.run("2024-07-02", "build", "--select", *TABLES)
    return warehouse.told()


def test_a_table_with_one_row_a_key_is_made(results):
    assert results["dim_good"] == ("success", "OK")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("dim_twice", "(a, b, 2)"),
        ("dim_null_twice", "(a, null, 2)"),
        ("dim_without_key", "(null, b, 1)"),
    ],
)
def test_a_table_that_breaks_its_grain_stops_with_the_keys(results, name, key):
    status, message = results[name]
    assert status == "error"
    assert f"core.{name} must have one row a one_code, two_code; not so" in message
    assert message.split(": ")[-1].splitlines()[0] == key
