"""Room for the frames of Python calls, so that no loop stands at the edge of its memory.

CPython keeps the frames of a thread in pieces of 16 KiB, asks the kernel for the next piece when
one is full and gives it back with the first frame that leaves it (``pystate.c``, "data stack"). A
loop whose calls cross that edge asks and gives back with every call: taking one delivery in did so
sixty thousand times. A frame that is said to be large gets a piece as large, and the frames of
what it calls lie in the rest of it.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")
_ROOM = 1 << 16
"""Slots of eight bytes; the memory is asked for, and taken only as far as it is written."""


def with_room(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let a function's calls, however deep up to some thousands, lie in one piece of memory."""

    @functools.wraps(function)
    def called(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        return function(*args, **kwargs)

    called.__code__ = called.__code__.replace(co_stacksize=_ROOM)
    return called
