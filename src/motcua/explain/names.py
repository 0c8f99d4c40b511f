"""What `motcua explain` says of a name that it does not know, or misses."""

from collections.abc import Sequence

from motcua.errors import MotcuaError


class UnknownNameError(MotcuaError):
    """A table, column, key or code that `motcua explain` does not know: what, and what it knows."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        super().__init__(kind, name, tuple(known))
        self.kind = kind
        self.name = name
        self.known = tuple(known)

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} is not known; known: {', '.join(self.known)}"


class MissingKeyError(MotcuaError):
    """A key without which a cell would add what may not be added."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"give {self.key}=…: counts of two of them may not be added up"
