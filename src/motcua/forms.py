"""Form 07a/BTP as the file of ``MOTCUA_FORM_07A`` lays it out: columns, formulas, identities.

The circular's number and the exact heading are unsure, so that staff change the file, not code:
one line a column, its formula a sum of the named counts of ``COUNTS``.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from motcua.errors import SettingsError
from motcua.settings import Settings

SETTING = "MOTCUA_FORM_07A"
PARTS = (1, 2)
"""The tables that the form is printed as: one would not fit on paper."""
FIRST_NUMBER = 3
"""What stands before are order and agency."""
COUNTS = (
    *("received_count", "received_in_period_count", "received_direct_count"),
    *("received_online_count", "received_full_online_count", "received_partial_online_count"),
    *("received_online_grade_other_count", "received_postal_count"),
    *("received_channel_other_count", "cross_boundary_count", "carried_over_count"),
    *("resolved_count", "resolved_early_count", "resolved_on_time_count"),
    *("resolved_overdue_count", "resolved_no_due_count", "resolved_withdrawn_count"),
    *("withdrawn_after_due_count", "pending_count", "pending_in_due_count"),
    *("pending_overdue_count", "pending_paused_count", "pending_stopped_count"),
    *("apology_owed_count", "apology_sent_count", "resolved_apology_sent_count"),
    *("paid_dossier_count", "paid_online_dossier_count", "paid_counter_dossier_count"),
    *("received_late_count", "waiting_in_due_count", "waiting_overdue_count"),
    *("not_accepted_in_time_count", "not_accepted_late_count"),
    *("result_electronic_count", "result_electronic_told_count"),
    *("input_digitised_count", "result_digitised_count", "data_reused_count"),
    *("returned_postal_count", "self_submitted_count"),
)
"""What a formula may name; ``docs/architecture.md`` says which mart each comes from."""
_HEADINGS = ("number", "part", "group", "heading", "formula", "identity", "remark")
_FORMULA = re.compile(r"[a-z_]+(\s*[+-]\s*[a-z_]+)*")
_IDENTITY = re.compile(r"\(\d+\)(=\(\d+\)(\+\(\d+\))*)+")
_TERM = re.compile(r"([+-]?)\s*([a-z_]+)")
_NUMBER = re.compile(r"\((\d+)\)")
_MAX_BYTES = 2**20

Terms = tuple[tuple[int, str], ...]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    number: int = Field(ge=FIRST_NUMBER)
    part: int = Field(ge=PARTS[0], le=PARTS[-1])
    group: str
    heading: str = Field(min_length=1)
    formula: str = Field(pattern=rf"^({_FORMULA.pattern})?$")
    identity: str = Field(pattern=rf"^({_IDENTITY.pattern})?$")
    remark: str


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of the form.

    Attributes:
        number: its number in the form, from 3 on.
        part: the table that it is printed in.
        group: the heading above it; empty: none.
        heading: its own.
        terms: the counts that it is the sum of, each with its sign; none: it has no source.
        identity: what must hold of it, such as ``(3)=(4)+(5)``, in columns of its part.
        remark: printed below the table; of a column without source it says so.
    """

    number: int
    part: int
    group: str
    heading: str
    terms: Terms
    identity: str
    remark: str


def read_form(settings: Settings) -> tuple[FormColumn, ...]:
    """Read the form that the setting names.

    Raises:
        SettingsError: the file cannot be read or is not what it must be.
    """
    return read_form_file(settings.form_07a)


def read_form_file(path: Path) -> tuple[FormColumn, ...]:
    """Read the form in a file.

    Raises:
        SettingsError: the file cannot be read or is not what it must be.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(SETTING, f"{path} cannot be read: {error.strerror}") from error
    return parse_form(data, str(path))


def parse_form(data: bytes, path: str) -> tuple[FormColumn, ...]:
    """Check the bytes of a form (CSV, UTF-8) and give its columns in their order.

    Raises:
        SettingsError: names file, line (the headings are 1) and what is wrong.
    """
    if len(data) > _MAX_BYTES:
        raise SettingsError(SETTING, f"{path} has more than {_MAX_BYTES} bytes")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(SETTING, f"{path} is not CSV in UTF-8: {error}") from error
    if not lines or tuple(lines[0]) != _HEADINGS:
        raise SettingsError(SETTING, f"{path}, line 1: must be {','.join(_HEADINGS)}")
    columns = tuple(
        _column(line, f"{path}, line {number}")
        for number, line in enumerate(lines[1:], start=2)
        if any(line)
    )
    for problem in _problems(columns):
        raise SettingsError(SETTING, f"{path}: {problem}")
    return columns


def identity_sides(identity: str) -> tuple[tuple[str, ...], ...]:
    """Give the numbers of the columns on each side: ``(3)=(4)+(5)`` is ((3), (4) and (5)).

    Empty where the text is none of this shape.
    """
    if not _IDENTITY.fullmatch(identity):
        return ()
    return tuple(tuple(_NUMBER.findall(side)) for side in identity.split("="))


def _column(line: Sequence[str], place: str) -> FormColumn:
    if len(line) != len(_HEADINGS):
        raise SettingsError(SETTING, f"{place}: has {len(line)} cells, not {len(_HEADINGS)}")
    try:
        found = _Line.model_validate(dict(zip(_HEADINGS, line, strict=True)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise SettingsError(SETTING, f"{place}, {where}: {first['msg']}") from None
    terms = tuple((-1 if sign == "-" else 1, name) for sign, name in _TERM.findall(found.formula))
    if unknown := [name for _, name in terms if name not in COUNTS]:
        known = ", ".join(COUNTS)
        raise SettingsError(SETTING, f"{place}, formula: {unknown[0]} is none of {known}")
    if not terms and not found.remark:
        raise SettingsError(SETTING, f"{place}, remark: a column without formula must say why")
    return FormColumn(
        found.number, found.part, found.group, found.heading, terms, found.identity, found.remark
    )


def _problems(columns: Sequence[FormColumn]) -> Iterator[str]:
    numbers = [column.number for column in columns]
    if numbers != list(range(FIRST_NUMBER, FIRST_NUMBER + len(columns))) or not columns:
        yield f"columns must be numbered {FIRST_NUMBER}, {FIRST_NUMBER + 1} and so on"
    parts = {str(column.number): column.part for column in columns}
    for column in columns:
        for side in identity_sides(column.identity):
            if missing := [number for number in side if parts.get(number) != column.part]:
                yield f"column {column.number}, identity: part {column.part} has no ({missing[0]})"
