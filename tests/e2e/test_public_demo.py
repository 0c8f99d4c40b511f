"""The public packs of the whole small demonstration: most of its counts are small."""

import shutil

import pytest

from attack_support import attack, read_published, recovered
from motcua.public.edge import write_public
from motcua.settings import Settings
from motcua.snapshot.edge import verify_pack

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.soak]


@pytest.mark.parametrize("review", ["2024-CY-H01", "2024-05-QN-H49"])
def test_nothing_hidden_in_a_public_pack_of_the_demonstration_is_recovered(
    demo_run, tmp_path, review
):
    home, _ = demo_run
    settings = Settings(home=tmp_path)
    shutil.copytree(home.settings.snapshots / review, settings.snapshots / review)
    pack = write_public(settings, max((settings.snapshots / review).glob("v*")))
    found = read_published(pack.folder)

    assert verify_pack(pack.folder) == []
    assert len(found.hidden()) > 500
    assert recovered(attack([found], 5), 5) == []
