"""Fixtures that several folders share: a home of its own, and one small demonstration run whole."""

import pytest

from tests_support import Home

SMALL_SCALE = "0.004"


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the golden packs from what is made"
    )


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory):
    """`make run` on a small scale with totals of its own: the three DAGs in a real Airflow."""
    home = Home(tmp_path_factory.mktemp("demo-home"))
    result = home.run(
        "-m", "motcua.demo.walkthrough", "--scale", SMALL_SCALE, "--random-totals", "7"
    )
    return home, result.stdout
