"""Read the register of decided duplicates."""

from pathlib import Path

from motcua.duplicates.register import DuplicateDecision, parse_decisions
from motcua.registers import read_text


def read_decisions(path: Path) -> tuple[DuplicateDecision, ...]:
    """Read the register, checked.

    Raises:
        ContractError: what is wrong, in Vietnamese; also where there is no such file.
    """
    return parse_decisions(read_text(path), str(path))
