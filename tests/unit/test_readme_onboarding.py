"""The README's walk from an unknown export to accepted rows does what the README says."""

import json
import re
import shlex
import shutil
import subprocess

import duckdb
import pytest
from typer.testing import CliRunner

from motcua.cli import app
from tests_support import REPOSITORY

BLOCK = re.compile(r"^```sh onboarding\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def commands():
    """Read the commands of the walk, a line that ends in a backslash joined with the next."""
    text = "".join(BLOCK.findall((REPOSITORY / "README.md").read_text("utf-8")))
    return text.replace("\\\n", "").splitlines()


@pytest.fixture
def walk(tmp_path, monkeypatch):
    """Give a function that runs one command of the README in a home of its own."""
    shutil.copytree(REPOSITORY / "landing" / "contracts", tmp_path / "landing" / "contracts")
    shutil.copy(REPOSITORY / "landing" / "localities.yml", tmp_path / "landing")
    (tmp_path / "tests").symlink_to(REPOSITORY / "tests")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path))
    monkeypatch.setenv("MOTCUA_CONTRACTS", str(tmp_path / "landing" / "contracts"))
    monkeypatch.setenv("MOTCUA_LOCALITIES", str(tmp_path / "landing" / "localities.yml"))
    monkeypatch.setenv("COLUMNS", "300")

    def run(command):
        if command.startswith("motcua "):
            result = CliRunner().invoke(app, shlex.split(command)[1:])
            assert result.exit_code == 0, f"{command}: {result.output} {result.exception!r}"
            return result.output
        done = subprocess.run(["bash", "-ec", command], check=True, capture_output=True, text=True)
        return done.stdout

    return run, tmp_path


def test_walk_of_the_readme_onboards_a_locality(walk):
    run, home = walk
    walked = commands()

    printed = {command: run(command) for command in walked}

    assert [command.split()[1] for command in walked if command.startswith("motcua")] == [
        *("contract", "contract", "contract", "intake", "status", "contract")
    ]
    assert "Riêng" not in "".join(printed.values())
    assert "0890840" not in "".join(printed.values())
    (path,) = (home / "landing" / "receipts").glob("*.json")
    receipt = json.loads(path.read_text("utf-8"))
    (dossiers,) = receipt["datasets"]
    assert (receipt["contract_code"], receipt["state_code"]) == ("vi_du", "accepted")
    assert (dossiers["accepted_count"], dossiers["refused_count"]) == (8, 0)
    assert receipt["unknown_columns"] == []
    accepted = home / "landing" / dossiers["accepted_file"]
    rows = duckdb.sql(
        f"select status_code, channel_code, field_name from '{accepted}' order by dossier_code"
    ).fetchall()
    assert rows[3:5] == [("10", "other", "Hộ tịch"), ("8", "direct", "Hộ tịch")]
    diff = printed[walked[-1]]
    assert "status_code: 1" in diff
    assert "1 of 1 deliveries changed" in diff
