"""Dbt's process: it comes up before it is told what to run, and its faults are told."""

import shutil

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


@pytest.fixture
def parse(project):
    with Dbt() as running:
        list(running.run(project, ["parse"], {}))
    return project / "target" / "partial_parse.msgpack"


@pytest.mark.parametrize("is_parsed", [True, False])
def test_a_parse_that_was_read_is_run_where_the_caller_says_so(project, parse, is_parsed):
    shutil.rmtree(project / "models")
    with Dbt() as running:
        running.read(parse)
        anew = ["ls", "--no-partial-parse"]
        lines = list(running.run(project, anew, {}, is_parsed=is_parsed))

    assert ("small.one\n" in lines) is is_parsed
    assert running.exit_code == 0


@pytest.mark.parametrize("content", [None, b"", b"\xc1 no parse"])
def test_a_parse_that_cannot_be_read_is_made_again(project, content):
    parse = project / "kept.msgpack"
    if content is not None:
        parse.write_bytes(content)
    with Dbt() as running:
        running.read(parse)
        lines = list(running.run(project, ["ls"], {}, is_parsed=True))

    assert "small.one\n" in lines


@pytest.mark.parametrize("is_quiet", [True, False])
def test_only_warnings_are_said_where_the_caller_says_so(project, is_quiet):
    (project / "models" / "two.sql").write_text("select 1 as one,,", "utf-8")
    (project / "tests").mkdir()
    warned = "{{ config(severity='warn') }} select * from {{ ref('one') }}"
    (project / "tests" / "assert_none.sql").write_text(warned, "utf-8")
    with Dbt() as running:
        lines = "".join(running.run(project, ["build"], {}, is_quiet=is_quiet))

    assert ("START" in lines) is not is_quiet
    assert "WARN 1 assert_none" in lines
    assert "Parser Error" in lines
    assert running.exit_code == 1


def test_error_of_the_caller_is_not_hidden_by_a_process_that_could_not_come_up(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(dbt, "_SCRIPT", "raise SystemExit(1)")
    running = Dbt()
    running._process.wait()

    def fail() -> None:
        with running:
            running.read(tmp_path)
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
