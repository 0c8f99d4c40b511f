"""What people decided about two dossiers of two systems: one dossier, or two."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from motcua.errors import ContractError

DossierKey = tuple[str, str]
"""Locality and dossier code."""

_Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_FAULTS_NAMED = 5
_SAID = {
    "none_required": "phải để trống",
    "literal_error": "chỉ nhận same (là một hồ sơ) hoặc different (là hai hồ sơ)",
    "date_from_datetime_parsing": "không phải ngày; viết theo mẫu 2025-07-31",
    "date_parsing": "không phải ngày; viết theo mẫu 2025-07-31",
    "string_type": "đang để trống",
    "string_too_short": "đang để trống",
}


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


COLUMNS = tuple(DuplicateDecision.model_fields)


def parse_decisions(text: str, path: str) -> tuple[DuplicateDecision, ...]:
    """Check the text of the register (CSV, one line a pair of dossiers).

    Raises:
        ContractError: what is wrong, in Vietnamese, by line and column.
    """
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ContractError(path, f"dòng 1: các cột phải là {','.join(COLUMNS)}")
    found: list[tuple[int, DuplicateDecision]] = []
    faults: list[str] = []
    for line in reader:
        try:
            found.append((reader.line_num, DuplicateDecision.model_validate(_cells(line))))
        except ValidationError as error:
            faults += [f"dòng {reader.line_num}, {said}" for said in _said(error)]
    faults += _problems(found)
    if faults:
        more = len(faults) - _FAULTS_NAMED
        told = [*faults[:_FAULTS_NAMED], *([f"và {more} lỗi khác"] if more > 0 else [])]
        raise ContractError(path, "; ".join(told))
    return tuple(decision for _, decision in found)


def _cells(line: dict[str | None, object]) -> dict[str, object]:
    """Give the cells by column; what stands beyond the last column goes by a name of its own."""
    return {name or "cột thừa": cell for name, cell in line.items()}


def _said(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        column = ".".join(map(str, fault["loc"]))
        if fault["type"] == "extra_forbidden":
            yield "có nhiều ô hơn số cột"
        else:
            yield f"cột {column}: {_SAID.get(fault['type'], 'không đọc được')}"


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
