"""The states of a version: draft, checked, approved, sealed. Each step is an act kept as a row.

«Duyệt nội bộ» and «niêm phong dữ liệu» are acts inside an office and stand for nothing else: no
number, date or signature of a document comes from them.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

StateCode = Literal["draft", "checked", "approved", "sealed"]

MANIFEST = "manifest.json"
"""The file of a version that lists its files with their sums."""
DOSSIERS = "dossiers.parquet"
"""The file of a sealed version that holds the dossiers it counted."""
DIFFERENCES = "differences.json"
"""The file of a version that lists what differs from the last sealed one."""
STATE_NAMES: dict[StateCode, str] = {
    "draft": "dự thảo",
    "checked": "đã kiểm tra",
    "approved": "duyệt nội bộ",
    "sealed": "niêm phong dữ liệu",
}
"""Every state in its order, as people read it."""
_WHAT_TO_DO: dict[StateCode, str] = {
    "draft": "run `motcua pack check` first",
    "checked": "run `motcua pack approve --by ROLE --reason TEXT` first",
    "approved": "run `motcua pack seal --by ROLE`",
    "sealed": "a sealed version never changes; `motcua snapshot --reason TEXT` makes a new one",
}


class Act(BaseModel):
    """One row of ``states.jsonl``: a version came into a state, by whom, when and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    state_code: StateCode
    by: str
    at: str
    reason: str
    manifest_sha256: str


class Erratum(BaseModel):
    """One row of ``errata.jsonl``: a figure of a sealed version that was found wrong later."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    figure_code: str
    figure_name: str
    printed: str
    text: str
    by: str
    at: str


class Answer(BaseModel):
    """One row of ``giai_trinh.jsonl``: what an agency wrote back on a figure or a group.

    ``claimed`` is empty where it only explains. An answer read later takes the place of an earlier
    one of the same agency on the same figure; the rows stay.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    agency_code: str
    agency_name: str
    figure_code: str
    figure_name: str
    printed: str
    claimed: str
    text: str
    source_file: str
    source_sha256: str
    source_sheet: str
    source_row: int
    at: str


GROUP = "nhom-"
"""What stands before a figure's code where an answer is on the dossiers that the figure counts."""


def latest_answers(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Give the last answer of each agency on each figure, in the order of the first ones."""
    last = {(one.agency_code, one.figure_code): one for one in answers}
    return tuple(last.values())


class StaffText(BaseModel):
    """One row of ``staff.jsonl``: what staff wrote in a place of a version's working copy.

    The last row of a place counts; one without paragraphs says that nothing is there any more. The
    place goes by ``section_code``, ``section_name`` is what it was called in that version.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    section_code: str
    section_name: str
    paragraphs: tuple[str, ...]
    source_sha256: str
    at: str


class Conclusion(BaseModel):
    """One row of ``conclusions.jsonl``: what a meeting concluded, as staff wrote it.

    ``target_percent`` is a decimal as text, days are ISO; None is what was left blank.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    review_code: str
    period_code: str
    province_code: str
    position_no: int
    content: str
    lead_agency_code: str
    coordinating_agencies: str | None
    metric_code: str | None
    target_percent: str | None
    due_date: str | None
    concluded_date: str


def state_of(acts: Sequence[Act], version: int) -> StateCode:
    """Give the state of a version; one that no act speaks of is a draft."""
    return next((act.state_code for act in reversed(acts) if act.version == version), "draft")


def last_sealed(acts: Sequence[Act]) -> int | None:
    """Give the last version that is sealed."""
    return max((act.version for act in acts if act.state_code == "sealed"), default=None)


def why_not(acts: Sequence[Act], version: int, wanted: StateCode) -> str:
    """Say why a version cannot come into a state, and what to do; empty where it can.

    A step leads from one state to the next; a check may be repeated until the approval.
    """
    order = list(STATE_NAMES)
    state = state_of(acts, version)
    if order.index(wanted) - order.index(state) == 1 or state == wanted == "checked":
        return ""
    return f"version {version:02d} is {state}, so it cannot become {wanted}: {_WHAT_TO_DO[state]}"
