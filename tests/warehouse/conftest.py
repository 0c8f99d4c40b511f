"""One parse of the dbt project, with compiled SQL, for the tests that only read it."""

from datetime import datetime

import pytest

from warehouse.dbt_project_helpers import Delivery, Warehouse


@pytest.fixture(scope="session")
def compiled_project(tmp_path_factory):
    warehouse = Warehouse(tmp_path_factory.mktemp("compiled"))
    warehouse.write(
        [Delivery("a" * 16, datetime.fromisoformat("2024-07-02T08:00"), {"dossiers": []})]
    )
    result = warehouse.run("2024-07-02", "compile")
    assert result.returncode == 0, result.stdout[-3000:]
    return warehouse
