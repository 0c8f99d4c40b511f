"""What people decided about two dossiers of two systems: one dossier, or two."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from motcua.registers import parse_lines, refuse

DossierKey = tuple[str, str]
"""Locality and dossier code."""

_Code = Annotated[str, Field(min_length=1)]
_WORDS = {"decision_code": "chỉ nhận same (là một hồ sơ) hoặc different (là hai hồ sơ)"}


class DuplicateDecision(BaseModel):
    """One decision: the first dossier is the second one again (``same``), or is not."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    duplicate_locality_code: _Code
    duplicate_dossier_code: _Code
    kept_locality_code: _Code
    kept_dossier_code: _Code
    decision_code: Literal["same", "different"]
    decided_date: date
    instrument: _Code

    @property
    def duplicate(self) -> DossierKey:
        """The dossier that is out of every count, if the decision says so."""
        return (self.duplicate_locality_code, self.duplicate_dossier_code)

    @property
    def kept(self) -> DossierKey:
        """The dossier that counts."""
        return (self.kept_locality_code, self.kept_dossier_code)


def parse_decisions(text: str, path: str) -> tuple[DuplicateDecision, ...]:
    """Check the text of the register (CSV, one line a pair of dossiers).

    Raises:
        ContractError: what is wrong, in Vietnamese, by line and column.
    """
    found = parse_lines(text, path, DuplicateDecision, _WORDS)
    refuse(path, list(_problems(found)))
    return tuple(decision for _, decision in found)


def _problems(found: Sequence[tuple[int, DuplicateDecision]]) -> Iterator[str]:
    """Say which lines contradict each other: a dossier goes out once, and into one that stays."""
    pairs = Counter(frozenset((one.duplicate, one.kept)) for _, one in found)
    out = Counter(one.duplicate for _, one in found if one.decision_code == "same")
    for number, one in found:
        if one.duplicate == one.kept:
            yield f"dòng {number}: hai bên là cùng một hồ sơ"
        elif pairs[frozenset((one.duplicate, one.kept))] > 1:
            yield f"dòng {number}: cặp hồ sơ này có nhiều dòng, chỉ giữ dòng đang có hiệu lực"
        elif one.decision_code == "same" and out[one.duplicate] > 1:
            yield f"dòng {number}: hồ sơ trùng được ghi vào nhiều hồ sơ giữ lại"
        elif one.decision_code == "same" and one.kept in out:
            yield f"dòng {number}: hồ sơ giữ lại đã bị loại ở dòng khác; ghi hồ sơ cuối cùng"
