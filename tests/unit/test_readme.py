import re

import pytest

from motcua.settings import Settings


@pytest.fixture
def readme(request) -> str:
    return (request.config.rootpath / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_listed(readme, name):
    assert f"| `MOTCUA_{name.upper()}` |" in readme


def test_every_command_is_listed(readme):
    from motcua.cli import app

    commands = {command.name or command.callback.__name__ for command in app.registered_commands}

    assert commands
    for command in commands:
        assert re.search(rf"`motcua {command}\b", readme), command
