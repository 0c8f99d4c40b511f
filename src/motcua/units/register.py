"""The register of succeeded agencies: which agency took over from which, from which day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from motcua.registers import parse_lines, refuse

WHOLE = ("renamed", "merged", "moved")
"""Kinds in which all of an agency went to one other; only these carry its past figures along."""
_NOT_A_PROVINCE = "không phải mã tỉnh; viết theo mẫu H01"
_WORDS = {
    "kind_code": "chỉ nhận renamed, merged, moved, split hoặc dissolved",
    "old_province_code": _NOT_A_PROVINCE,
    "new_province_code": _NOT_A_PROVINCE,
}


class AgencySuccession(BaseModel):
    """One agency that ended, and one that took over from it on ``effective_date``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    old_agency_code: str = Field(min_length=1)
    new_agency_code: str | None = Field(description="None: dissolved, and nobody said to whom.")
    effective_date: date = Field(description="First day of the new agency.")
    kind_code: Literal["renamed", "merged", "moved", "split", "dissolved"]
    is_primary: bool = Field(description="Takes over what was open.")
    old_province_code: str = Field(pattern=r"^[A-Z]\d{2}$")
    new_province_code: str | None = Field(pattern=r"^[A-Z]\d{2}$")
    instrument: str = Field(min_length=1, description="The document that says so.")


def parse_register(text: str, path: str) -> tuple[AgencySuccession, ...]:
    """Check the text of the register (CSV, one line a pair of agencies).

    Raises:
        ContractError: what is wrong, in Vietnamese, by line and column.
    """
    found = parse_lines(text, path, AgencySuccession, _WORDS)
    refuse(path, list(_problems(found)))
    return tuple(row for _, row in found)


def _problems(found: Sequence[tuple[int, AgencySuccession]]) -> Iterator[str]:
    """Say which lines contradict each other."""
    by_old: dict[str, list[tuple[int, AgencySuccession]]] = defaultdict(list)
    for number, row in found:
        by_old[row.old_agency_code].append((number, row))
    for code, rows in by_old.items():
        lines = ", ".join(str(number) for number, _ in rows)
        for said in _problems_of([row for _, row in rows]):
            yield f"dòng {lines}, cơ quan {code}: {said}"
        for number, row in rows:
            ends = [one.effective_date for _, one in by_old.get(row.new_agency_code or "", ())]
            if ends and min(ends) <= row.effective_date:
                yield f"dòng {number}: {row.new_agency_code} kết thúc trước khi kế thừa {code}"


def _problems_of(rows: Sequence[AgencySuccession]) -> Iterator[str]:
    """Say what is wrong with the successors of one agency, by rules that its lines must keep."""
    kinds = {row.kind_code for row in rows}
    heirs = [row.new_agency_code for row in rows]
    is_whole = bool(kinds & set(WHOLE))
    rules = {
        "kết thúc vào hai ngày khác nhau": len({row.effective_date for row in rows}) == 1,
        "một cơ quan kế thừa ghi hai lần": len(set(heirs)) == len(heirs),
        "có hai cơ quan kế thừa chính": sum(row.is_primary for row in rows) <= 1,
        "renamed, merged, moved chỉ có một dòng; split, dissolved phải ghi như nhau ở mọi dòng": (
            len(kinds) == 1 and not (is_whole and len(rows) > 1)
        ),
        "renamed, merged, moved phải có cơ quan kế thừa và is_primary là true": not is_whole
        or all(row.is_primary and row.new_agency_code for row in rows),
        "split phải có từ hai cơ quan kế thừa trở lên": "split" not in kinds
        or (len(rows) > 1 and None not in heirs),
        "new_agency_code và new_province_code phải cùng ghi hoặc cùng để trống": all(
            (row.new_agency_code is None) == (row.new_province_code is None) for row in rows
        ),
        "không có cơ quan kế thừa thì is_primary phải là false": not any(
            row.is_primary and row.new_agency_code is None for row in rows
        ),
    }
    yield from (said for said, is_kept in rules.items() if not is_kept)
