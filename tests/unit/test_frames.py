"""A loop asks the kernel for no memory with each of its calls, however deep it stands."""

import resource
import threading

from motcua.frames import with_room

CALLS = 1_000
DEPTHS = range(0, 400, 2)


def _leaf():
    return None


def _page_faults(depth):
    """Count the pages of memory that a loop of calls takes anew at a depth."""
    if depth:
        return _page_faults(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        _leaf()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def _worst():
    return max(map(_page_faults, DEPTHS))


def _in_a_thread(function):
    """Run in a thread of its own, whose memory for frames is empty at first."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_a_loop_takes_memory_once_at_every_depth():
    assert _in_a_thread(with_room(_worst)) < CALLS / 10


def test_without_room_a_loop_takes_memory_with_every_call_at_some_depth():
    assert _in_a_thread(_worst) >= CALLS
