"""Fixtures that several folders share: a home of its own, and one small demonstration run whole."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests_support import Home

SMALL_SCALE = "0.004"
# What a test drops is whole; tests of settling ask for their own time.
os.environ.setdefault("MOTCUA_SETTLE_SECONDS", "0")


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the golden packs from what is made"
    )


def pytest_collection_modifyitems(items):
    """Put long tests first, so that no process waits for another's last one.

    Groups begin before all others, and one of them makes the demonstration; whoever needs it
    elsewhere comes when it is there. The many short ones fill what is left at the end.
    """
    items.sort(key=_turn)


def _turn(item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    if folder in ("golden", "unit"):
        return 2
    return int("demo_run" in item.fixturenames)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory):
    """`make run` on a small scale with totals of its own: the three DAGs in a real Airflow.

    Made once for all of pytest's processes, whichever comes first. A test that changes what is in
    it works on a copy (``copied_demo``).
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-home"
    printed = folder / "printed.txt"
    home = Home(folder)
    with FileLock(folder.with_suffix(".lock")):
        if not printed.exists():
            folder.mkdir()
            result = home.run(
                "-m", "motcua.demo.walkthrough", "--scale", SMALL_SCALE, "--random-totals", "7"
            )
            printed.write_text(result.stdout, "utf-8")
    return home, printed.read_text("utf-8")


@pytest.fixture
def copied_demo(demo_run, tmp_path) -> Home:
    """A copy of the demonstration's landing and published warehouse that a test may spoil."""
    source, _ = demo_run
    home = Home(tmp_path)
    shutil.copytree(source.path / "landing", home.path / "landing", symlinks=True)
    shutil.copytree(source.settings.warehouse, home.settings.warehouse, symlinks=True)
    return home
