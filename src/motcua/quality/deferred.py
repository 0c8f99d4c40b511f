"""Leave out, while Great Expectations is imported, what it imports and never uses here.

A third of its import time is scipy and altair, for expectations that no suite of ours has. Each
stands aside as a module that is imported on its first use; geometry (shapely) is optional to Great
Expectations and counts as absent.
"""

import gc
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_DEFERRED = ("scipy", "scipy.stats", "altair")
_ABSENT = ("shapely.geometry",)


class _Deferred(ModuleType):
    """Stands for a module until one of its names is asked for."""

    __path__: list[str] = []  # noqa: RUF012 - a package without folders, as the import system reads it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def heavy_imports_deferred() -> Iterator[None]:
    """Defer the heavy modules inside the block; later imports by others get the real ones.

    Garbage is not looked for meanwhile: an import makes next to none, and looking takes a tenth of
    its time. What was imported stays, so it is not looked through afterwards either.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    placed: dict[str, ModuleType | None] = {
        name: _Deferred(name) for name in _DEFERRED if name not in sys.modules
    }
    placed.update((name, None) for name in _ABSENT if name not in sys.modules)
    sys.modules.update(placed)  # type: ignore[arg-type]
    if placed.get("scipy") and placed.get("scipy.stats"):
        placed["scipy"].stats = placed["scipy.stats"]
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.enable()
        for name, module in placed.items():
            if sys.modules.get(name) is module:
                sys.modules.pop(name, None)
