"""Dbt's process: it comes up before it is told what to run, and its faults are told."""

import shutil
import time
from pathlib import Path

import pytest

from motcua.warehouse import dbt
from motcua.warehouse.dbt import Dbt

PROJECT = """
name: small
profile: small
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = """
small: {target: t, outputs: {t: {type: duckdb, path: ":memory:", threads: 1}}}
"""


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT, "utf-8")
    (folder / "profiles.yml").write_text(PROFILE, "utf-8")
    (folder / "models" / "one.sql").write_text("select 1 as one", "utf-8")
    return folder


def wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} was not written within a minute")


@pytest.mark.parametrize("is_parsed", [True, False])
def test_what_was_parsed_before_is_run_where_the_caller_says_so(project, is_parsed):
    anew = "--no-partial-parse"
    with Dbt() as running:
        running.parse(project, [anew], {})
        wait_for(project / "target" / "perf_info.json")  # what a parse writes last
        shutil.rmtree(project / "models")
        lines = list(running.run(project, ["ls", anew], {}, is_parsed=is_parsed))

    assert ("small.one\n" in lines) is is_parsed
    assert running.exit_code == 0


def test_error_of_the_caller_is_not_hidden_by_a_process_that_could_not_come_up(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(dbt, "_SCRIPT", "raise SystemExit(1)")
    running = Dbt()
    running._process.wait()

    def fail() -> None:
        with running:
            running.parse(tmp_path, [], {})
            raise KeyError("the reason")

    with pytest.raises(KeyError, match="the reason"):
        fail()


def test_nothing_is_imported_from_the_folder_in_which_the_command_was_given(
    project, tmp_path, monkeypatch
):
    (tmp_path / "json.py").write_text("raise SystemExit('another json')", "utf-8")
    monkeypatch.chdir(tmp_path)
    with Dbt() as running:
        lines = list(running.run(project, ["ls"], {}))

    assert "small.one\n" in lines
