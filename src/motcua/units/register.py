"""The register of succeeded agencies: which agency took over from which, from which day."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from motcua.errors import ContractError

WHOLE = ("renamed", "merged", "moved")
"""Kinds in which all of an agency went to one other; only these carry its past figures along."""


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
        ContractError: what is wrong, by line or agency.
    """
    found: list[AgencySuccession] = []
    for number, line in enumerate(csv.DictReader(io.StringIO(text)), 2):
        try:
            found.append(
                AgencySuccession.model_validate({name: cell or None for name, cell in line.items()})
            )
        except ValidationError as error:
            first = error.errors()[0]
            what = ".".join(map(str, first["loc"])) or "line"
            raise ContractError(path, f"line {number}, {what}: {first['msg']}") from None
    problems = list(_problems(found))
    if problems:
        raise ContractError(path, "; ".join(problems[:5]))
    return tuple(found)


def _problems(found: Sequence[AgencySuccession]) -> Iterator[str]:
    by_old: dict[str, list[AgencySuccession]] = defaultdict(list)
    for row in found:
        by_old[row.old_agency_code].append(row)
    for code, rows in by_old.items():
        yield from (f"{code}: {said}" for said in _problems_of(rows))
        for row in rows:
            ends = [one.effective_date for one in by_old.get(row.new_agency_code or "", ())]
            if ends and min(ends) <= row.effective_date:
                yield f"{row.new_agency_code} ends before it takes over from {code}"


def _problems_of(rows: Sequence[AgencySuccession]) -> Iterator[str]:
    """Say what is wrong with the successors of one agency, by rules that its lines must keep."""
    kinds = {row.kind_code for row in rows}
    heirs = [row.new_agency_code for row in rows]
    is_whole = bool(kinds & set(WHOLE))
    rules = {
        "ends on two days": len({row.effective_date for row in rows}) == 1,
        "one successor twice": len(set(heirs)) == len(heirs),
        "two primary successors": sum(row.is_primary for row in rows) <= 1,
        "is one to one in one line, split or dissolved in all": len(kinds) == 1
        and not (is_whole and len(rows) > 1),
        "names the one primary successor": not is_whole
        or all(row.is_primary and row.new_agency_code for row in rows),
        "a split names its successors": "split" not in kinds
        or (len(rows) > 1 and None not in heirs),
        "a successor has a province, and none has none": all(
            (row.new_agency_code is None) == (row.new_province_code is None) for row in rows
        ),
        "no successor cannot be the primary one": not any(
            row.is_primary and row.new_agency_code is None for row in rows
        ),
    }
    yield from (said for said, is_kept in rules.items() if not is_kept)
