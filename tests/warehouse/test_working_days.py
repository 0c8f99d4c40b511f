"""Which days are worked, by the warehouse and by the demonstration: one rule, two readings."""

import pytest

from motcua.worktime.days import FIRST_DAY, LAST_DAY
from motcua.worktime.edge import read_working_days
from warehouse.compiled_sql import built

pytestmark = pytest.mark.xdist_group("compiled")


def test_the_models_and_the_demonstration_work_on_the_same_days(compiled_project):
    with built(compiled_project, compiled_project, "2024-12-31", "dim_working_days") as known:
        worked = known.execute(
            "select calendar_date from core.dim_working_days "
            "where working_calendar_code = 'standard' and is_working_day order by 1"
        ).fetchall()

    assert [day for (day,) in worked] == read_working_days(FIRST_DAY, LAST_DAY)
    assert len(worked) > 4400
