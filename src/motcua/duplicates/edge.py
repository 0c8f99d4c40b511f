"""Read the register of decided duplicates."""

from pathlib import Path

from motcua.duplicates.register import DuplicateDecision, parse_decisions
from motcua.errors import ContractError


def read_decisions(path: Path) -> tuple[DuplicateDecision, ...]:
    """Read the register, checked.

    Raises:
        ContractError: what is wrong, in Vietnamese; also where there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise ContractError(str(path), "không đọc được tệp; phải là CSV, mã UTF-8") from None
    return parse_decisions(text, str(path))
