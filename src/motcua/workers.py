"""Processes that work side by side, and the order that they keep where it matters.

They are forked from one process that has imported what they need, Great Expectations above all, so
that none pays for it again.
"""

import gc
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.synchronize import Event

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["motcua.preloaded"])
_over: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """The place of one piece of work among those done side by side; alone, it waits for none."""

    number: int = 0

    def wait(self) -> None:
        """Wait until every one before this is over."""
        if self.number:
            _over[self.number - 1].wait()

    def end(self) -> None:
        """Let the next go on, not before those ahead of this one are over."""
        self.wait()
        if _over:
            _over[self.number].set()


def prepare() -> None:
    """Begin the imports, and do not wait for them: whoever opens a pool later waits less."""
    forkserver.ensure_running()


def open_pool(workers: int, turn_count: int = 0) -> ProcessPoolExecutor:
    """Open a pool of processes that know so many turns."""
    turns = [CONTEXT.Event() for _ in range(turn_count)]
    return ProcessPoolExecutor(workers, CONTEXT, _begin, (turns,))


def _begin(turns: Sequence[Event]) -> None:
    global _over  # events reach a process when it begins, and in no other way
    _over = turns
    # What was imported before the fork stays: looking through it for garbage is in vain.
    gc.freeze()
    # Who stops a run stops its first process; the others end with it, and leave no work behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)
