"""Processes that work side by side, and how the one ends that they are forked from."""

import subprocess
import sys

ENDING = "import atexit; atexit.register(print, 'shut down'); import motcua.preloaded"


def test_the_process_that_others_are_forked_from_ends_without_a_word():
    ended = subprocess.run(
        [sys.executable, "-c", ENDING], capture_output=True, text=True, check=True
    )

    assert (ended.stdout, ended.stderr) == ("", "")
