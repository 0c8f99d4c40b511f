"""Settings as the environment gives them."""

import pytest

from motcua.settings import Settings, read_settings


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_empty_variable_is_not_set(monkeypatch, name):
    monkeypatch.delenv(f"MOTCUA_{name.upper()}", raising=False)
    unset = getattr(read_settings(), name)
    monkeypatch.setenv(f"MOTCUA_{name.upper()}", "")
    assert getattr(read_settings(), name) == unset
