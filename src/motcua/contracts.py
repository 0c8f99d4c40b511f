"""Contracts and the register of localities: what a source layout looks like and who sends it.

A contract is one YAML file in ``landing/contracts``. Reading one checks it whole: unknown keys,
unknown datasets and columns, a column that is both mapped and personal. Errors name the file, the
line and the key.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from motcua.datasets import DATASETS
from motcua.errors import ContractError
from motcua.worktime.edge import read_working_calendars

LEGAL_DOSSIER_CODE = r"^(\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(\.\d{1,3}){0,2})-\d{6}-\d{4,5}$"
"""Legal form: agency code (old or new), date of reception, sequence of the day (domain §3.4)."""
LEGAL_PROCEDURE_CODE = r"^[123]\.\d{6}(\.000\.00\.00\.[A-Z]\d{2}|\.H\d{2})?$"
"""Legal form of a procedure code (domain §3.4)."""
TODO = "TODO"
"""What a draft has where only a person knows the answer."""
TONE_PLACEMENTS: Mapping[str, str] = {
    new: old
    for group in (
        "oàòa oáóa oảỏa oãõa oạọa",
        "oèòe oéóe oẻỏe oẽõe oẹọe",
        "uỳùy uýúy uỷủy uỹũy uỵụy",
    )
    for new, old in ((pair[:2], pair[2:]) for pair in group.split())
}
"""The two ways to place a tone on oa, oe and uy (Hoà and Hòa), as the one that we compare by."""
TITLE, CELL_NUMBER, CELL = "title: ", "cell: number", "cell: value"
"""How the sources that no header names are called: what a title says, a numbered column's cells."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TONE_PLACED = re.compile("|".join(TONE_PLACEMENTS))
_NEW_PLACEMENTS = {old: new for new, old in TONE_PLACEMENTS.items()}
_PLACEABLE = re.compile(f"({'|'.join(_NEW_PLACEMENTS)})")


@functools.lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold a header or a value for comparison: NFC, case, runs of space, the tone's place.

    Accents stay.
    """
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return _TONE_PLACED.sub(lambda found: TONE_PLACEMENTS[found[0]], folded)


def tone_placed(folded: str) -> tuple[str, ...]:
    """Give every way to place the tones of a folded text, itself first."""
    parts = _PLACEABLE.split(folded)
    choices = [(part, *filter(None, (_NEW_PLACEMENTS.get(part),))) for part in parts]
    return tuple("".join(chosen) for chosen in itertools.product(*choices))


def _fits(pattern: str, written: str) -> bool:
    """Say whether a pattern is one, and has the groups that what is written of it names."""
    try:
        groups = re.compile(pattern).groups
    except re.error:
        return False
    return all(int(number) <= groups for number in re.findall(r"\\(\d)", written))


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class ExportedAt(_Frozen):
    """Where the time of export is read: the manifest, the file's name, else the time of arrival."""

    source: Literal["manifest", "file_name", "arrival"] = "manifest"
    pattern: str | None = Field(
        None, description="Regular expression with one group, for file_name."
    )
    format: str | None = Field(None, description="strptime format of the group, for file_name.")

    @model_validator(mode="after")
    def _file_name_has_a_pattern(self) -> "ExportedAt":
        if self.source == "file_name" and not (self.pattern and self.format):
            message = "file_name needs pattern and format"
            raise ValueError(message)
        return self


class ByPresence(_Frozen):
    """A code that the source says only by filling a column or leaving it empty."""

    column: str = Field(description="Source column looked at.")
    present: str | None = Field(None, description="Code where the column has a value.")
    absent: str | None = Field(None, description="Code where it has none.")


class Unpivot(_Frozen):
    """Numbered columns of a printed form that become rows: one row a line and number."""

    number: str = Field(description="Canonical column that takes the column's number.")
    value: str = Field(description="Canonical column that takes the cell.")
    columns: Mapping[str, Annotated[int, Field(ge=1)]] = Field(
        min_length=1,
        description="Source column: its number on the form; spellings of one share the number.",
    )

    def spellings(self) -> dict[int, tuple[str, ...]]:
        """Give the source columns by their number, in the order of the contract."""
        found: dict[int, tuple[str, ...]] = {}
        for name, number in self.columns.items():
            found[number] = (*found.get(number, ()), name)
        return found


class Layout(_Frozen):
    """How one dataset is written in the source: files, header, columns, values, personal data."""

    files: Names = Field(
        description="Shell patterns matched against a file's name in the delivery."
    )
    format: Literal["csv", "xlsx", "json", "jsonl", "parquet"]
    encoding: str = Field(
        "utf-8", description="A codec's name, or tcvn3 or vni; bytes that say otherwise win."
    )
    delimiter: str = ","
    sheet: str | None = Field(
        None,
        description="Sheet name or shell pattern ('Tháng *': every such sheet); "
        "when left out, the first visible sheet.",
    )
    header_row: int = Field(1, ge=1, description="Line of the (first) header row, from 1.")
    header_rows: int = Field(1, ge=1, le=5, description="Header rows; merged ones join with ' / '.")
    records: str | None = Field(None, description="json: key that holds the list of records.")
    explode: str | None = Field(
        None, description="json, jsonl: nested list; one row is one item of it."
    )
    parent_columns: Mapping[str, Names] = Field(
        default_factory=dict,
        description="With explode: columns taken from the record around the item.",
    )
    unpivot: Unpivot | None = Field(
        None, description="xlsx: numbered columns that become rows, as on printed forms."
    )
    titles: Mapping[str, Mapping[str, str]] = Field(
        default_factory=dict,
        description="xlsx: canonical column: regular expression, searched in the rows above the "
        "header (the cells of a row joined by spaces), to what it gives (\\1: its first group).",
    )
    column_number_row: bool = Field(False, description="Drop the '(1)(2)(3)' row under the header.")
    total_row_words: Names = Field(
        (), description="Rows whose first cell starts so are totals, not data."
    )
    one_row_per: Names = Field((), description="Source columns of the entity when lines repeat it.")
    columns: Mapping[str, Names] = Field(description="Source column to canonical column(s).")
    has_items: Mapping[str, str] = Field(
        default_factory=dict,
        description="Boolean canonical column, true when this nested list has items.",
    )
    values: Mapping[str, Mapping[str, str]] = Field(
        default_factory=dict, description="Canonical column: source value (folded) to code."
    )
    defaults: Mapping[str, str] = Field(
        default_factory=dict, description="Canonical column: code where the source has none."
    )
    by_presence: Mapping[str, ByPresence] = Field(
        default_factory=dict,
        description="Canonical column: code by whether a source column has a value.",
    )
    decimal_mark: Literal[".", ","] | None = Field(
        None,
        description="Mark before the decimals of numbers; when left out, each column's own values "
        "decide.",
    )
    timestamp_formats: Names = Field(
        ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
        description="strptime formats; where both dd/MM and MM/dd stand here (or in date_formats), "
        "each column's own values decide.",
    )
    date_formats: Names = ("%Y-%m-%d",)
    personal: Mapping[str, Literal["drop", "token"]] = Field(
        default_factory=dict,
        description="Personal source columns: dropped, or made into applicant_token.",
    )
    ignored: Names = Field((), description="Source columns that are known and not taken.")
    unclassed: Names = Field(
        (), description="Source columns that nobody has classed yet: none may be left."
    )

    @model_validator(mode="after")
    def _no_column_twice(self) -> "Layout":
        personal = {fold(name) for name in self.personal}
        looked_at = [rule.column for rule in self.by_presence.values()]
        numbered = self.unpivot.columns if self.unpivot else ()
        read = (*self.ignored, *self.columns, *self.parent_columns, *self.one_row_per)
        read = (*read, *looked_at, *numbered)
        both = sorted({name for name in read if fold(name) in personal})
        if both:
            message = f"personal and also mapped or ignored: {', '.join(both)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _every_column_is_classed(self) -> "Layout":
        if self.unclassed:
            message = (
                f"unclassed: {', '.join(self.unclassed)}: put each under columns, personal or "
                "ignored"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _no_question_is_open(self) -> "Layout":
        asked = [
            f"values.{column}.{value}"
            for column, codes in self.values.items()
            for value, code in codes.items()
            if code == TODO
        ]
        if asked:
            message = f"TODO is no code: {', '.join(asked)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _nested_lists_are_json(self) -> "Layout":
        nested = bool(self.explode or self.has_items or self.parent_columns or self.records)
        if nested and self.format not in ("json", "jsonl"):
            message = f"records, explode, parent_columns and has_items need json, not {self.format}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _forms_are_sheets(self) -> "Layout":
        if (self.unpivot or self.titles) and self.format != "xlsx":
            message = f"unpivot and titles need xlsx, not {self.format}"
            raise ValueError(message)
        if self.unpivot and self.one_row_per:
            message = "unpivot makes several rows of a line, one_row_per one of several"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _titles_are_patterns(self) -> "Layout":
        for column, patterns in self.titles.items():
            for pattern, written in patterns.items():
                if not _fits(pattern, written):
                    message = f"titles.{column}: {pattern!r} cannot give {written!r}"
                    raise ValueError(message)
        return self

    def made_sources(self) -> dict[str, tuple[str, ...]]:
        """Canonical columns by what no column of the source holds: titles, numbers and cells."""
        made = {f"{TITLE}{column}": (column,) for column in self.titles}
        if self.unpivot:
            made |= {CELL_NUMBER: (self.unpivot.number,), CELL: (self.unpivot.value,)}
        return made

    def sources(self) -> dict[str, tuple[str, ...]]:
        """Canonical columns by what they are read from; of several the first with a value."""
        return {**self.columns, **self.parent_columns, **self.made_sources()}

    def width(self) -> int:
        """Rows that a line becomes: one for each numbered column, else one."""
        return len(self.unpivot.spellings()) if self.unpivot else 1

    def header_count(self) -> int:
        """Columns that a header of this layout has, each counted once however it is spelt."""
        return len(self.columns) + (self.width() if self.unpivot else 0)

    def targets(self) -> tuple[str, ...]:
        """Every canonical column that this layout fills."""
        mapped = [name for names in self.sources().values() for name in names]
        token = ["applicant_token"] if "token" in self.personal.values() else []
        others = [*self.has_items, *self.defaults, *self.by_presence, *token]
        return tuple(dict.fromkeys([*mapped, *others]))


class Contract(_Frozen):
    """One source layout: its datasets, its clock, and how much may be refused."""

    contract: str = Field(description="Name of the contract: its file's name without .yml.")
    title: str = Field(description="What people call the source, in Vietnamese.")
    exported_at: ExportedAt = ExportedAt()
    is_full: bool = Field(
        False,
        description="A delivery holds every dossier of its sender, unless its manifest denies it.",
    )
    time_zone: str = Field("Asia/Ho_Chi_Minh", description="Zone of the source, or as_written.")
    refused_share_limit: float = Field(
        0.2,
        ge=0,
        le=1,
        description="A dataset refused beyond this share refuses the delivery whole.",
    )
    code_forms: Mapping[str, str] = Field(
        default_factory=dict,
        description="dossier_code, procedure_code: regular expression of the source's own form.",
    )
    is_correction: bool = Field(
        False,
        description="Deliveries are mended returns: any dataset may be absent, none refuses all.",
    )
    datasets: Mapping[str, Layout]

    @model_validator(mode="after")
    def _code_forms_are_answered(self) -> "Contract":
        if TODO in self.code_forms.values():
            message = "code_forms: TODO is no form"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _datasets_and_columns_are_canonical(self) -> "Contract":
        for code, layout in self.datasets.items():
            if code not in DATASETS:
                message = (
                    f"datasets.{code}: not a canonical dataset; known are {', '.join(DATASETS)}"
                )
                raise ValueError(message)
            unknown = [
                name
                for name in (*layout.targets(), *layout.values)
                if name not in DATASETS[code].columns
            ]
            if unknown:
                message = (
                    f"datasets.{code}: not canonical columns: {', '.join(dict.fromkeys(unknown))}"
                )
                raise ValueError(message)
        return self

    def code_form(self, column: str) -> str:
        """Give the regular expression that codes of this column must match."""
        legal = {"dossier_code": LEGAL_DOSSIER_CODE, "procedure_code": LEGAL_PROCEDURE_CODE}
        return self.code_forms.get(column, legal[column])


def _quoted(value: object) -> object:
    if isinstance(value, int):  # YAML reads 17:00 without quotation marks as minutes, 1020
        message = 'a time stands in quotation marks, such as "17:00"'
        raise ValueError(message)  # noqa: TRY004 - pydantic tells this kind with its line
    return value


class Calendar(_Frozen):
    """When deliveries are owed: one for each period that ends between ``from`` and ``to``.

    A period's delivery is exported when the period is over and arrives by the day and time after
    its end; a day that nobody works on stays the day.
    """

    every: Literal["month", "quarter", "half", "year"] = Field(description="Length of a period.")
    scheme: Literal["calendar", "nd09"] = Field(
        "calendar",
        description="Periods end with a month, or on its 14th (decree 09/2019, article 12).",
    )
    by_day: int = Field(
        ge=1, le=28, description="Due on the first day of this number after the period's end."
    )
    time: Annotated[str, BeforeValidator(_quoted)] = Field(
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Local civil time of the due day."
    )
    grace_hours: int = Field(
        0,
        ge=0,
        le=72,
        description="Hours after that in which an arrival is still in time: arrivals are noted "
        "when intake runs, which is once a night.",
    )
    from_date: date = Field(alias="from", description="Earliest end of a period that is owed.")
    to_date: date | None = Field(None, alias="to", description="Latest one; left out: no end.")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Calendar":
        if self.to_date is not None and self.to_date < self.from_date:
            message = f"to: {self.to_date} is before from: {self.from_date}"
            raise ValueError(message)
        return self


class Locality(_Frozen):
    """Who sends: one folder of the inbox."""

    locality_code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    locality_name: str
    province_code: str = Field(pattern=r"^[A-Z]\d{2}$")
    province_name: str
    contracts: Names = Field(description="Contracts tried in this order.")
    is_expected: bool = Field(True, description="Counted when a review asks who has not sent.")
    calendars: Names = Field(
        (), description="Calendars by which it owes deliveries, one after another; none: nothing."
    )
    working_calendar_code: str = Field(
        "standard",
        pattern=r"^[a-z][a-z0-9_]{0,62}$",
        description="Its days and hours of work, by name in the seed working_hours.",
    )


class Localities(_Frozen):
    """The register of localities, and the calendars that they share."""

    calendars: Mapping[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")], Calendar] = Field(
        default_factory=dict
    )
    localities: tuple[Locality, ...]

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "Localities":
        codes = [locality.locality_code for locality in self.localities]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            message = f"locality_code twice: {', '.join(twice)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _calendars_are_known_and_follow_each_other(self) -> "Localities":
        problems = [
            InitErrorDetails(
                type=PydanticCustomError("calendar", "{said}", {"said": said}),
                loc=("localities", number, "calendars"),
                input=locality.calendars,
            )
            for number, locality in enumerate(self.localities)
            for said in self._calendar_problems(locality)
        ]
        if problems:
            raise ValidationError.from_exception_data(type(self).__name__, problems)
        return self

    def _calendar_problems(self, locality: Locality) -> Iterator[str]:
        known = [name for name in locality.calendars if name in self.calendars]
        for name in locality.calendars:
            if name not in self.calendars:
                yield f"no calendar {name!r}; known are {', '.join(self.calendars) or 'none'}"
        in_order = sorted(known, key=lambda name: self.calendars[name].from_date)
        for first, second in itertools.pairwise(in_order):
            end = self.calendars[first].to_date
            if end is None or end >= self.calendars[second].from_date:
                yield f"{first!r} must end (to) before {second!r} begins (from)"


@functools.lru_cache(maxsize=64)
def parse_contract(text: str, path: str) -> Contract:
    """Check the text of a contract; a :class:`ContractError` names file, line and key.

    The same text is read once a process: YAML is slow, and an erasure asks for every delivery.
    """
    return _parse(text, path, Contract)


def parse_localities(text: str, path: str) -> Localities:
    """Check the text of the register of localities."""
    return _parse(text, path, Localities)


def read_contracts(folder: Path) -> dict[str, Contract]:
    """Read every contract of a folder, by name."""
    found = {}
    for path in sorted(folder.glob("*.yml")):
        contract = parse_contract(path.read_text(encoding="utf-8"), str(path))
        if contract.contract != path.stem:
            raise ContractError(str(path), f"contract: must be the file's name, {path.stem!r}")
        found[contract.contract] = contract
    return found


def check_working_calendars(register: Localities, path: str, known: Collection[str]) -> None:
    """Refuse a locality whose calendar has no hours of work: none of its durations would count.

    Raises:
        ContractError: names file, localities and the codes known, in Vietnamese.
    """
    wrong = [
        f"địa phương {locality.locality_code}: không có lịch làm việc "
        f"{locality.working_calendar_code}"
        for locality in register.localities
        if locality.working_calendar_code not in known
    ]
    if wrong:
        hint = f"seed working_hours chỉ có: {', '.join(known)}"
        raise ContractError(path, "; ".join([*wrong, hint]))


def read_register(path: Path) -> Localities:
    """Read the register of localities with its calendars."""
    register = parse_localities(path.read_text(encoding="utf-8"), str(path))
    check_working_calendars(register, str(path), read_working_calendars())
    return register


def read_localities(path: Path) -> dict[str, Locality]:
    """Read the localities of the register, by code."""
    return {locality.locality_code: locality for locality in read_register(path).localities}


def _parse(text: str, path: str, model: type[BaseModel]) -> "BaseModel":
    try:
        values = yaml.load(text, _Loader)  # noqa: S506 - the safe loader, in C where it is built
    except yaml.YAMLError as error:
        raise ContractError(path, f"not YAML: {' '.join(str(error).split())}") from None
    try:
        return model.model_validate(values)
    except ValidationError as error:
        tree = yaml.compose(text, Loader=_Loader)
        lines = [
            f"line {_line_of(tree, problem['loc'])}, "
            f"{'.'.join(map(str, problem['loc'])) or 'file'}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise ContractError(path, "; ".join(lines)) from None


def _line_of(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Give the line of the deepest node of ``location`` that the YAML tree has, from 1."""
    line = 1
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if str(step) not in pairs:
                break
            key, node = pairs[str(step)]
            line = key.start_mark.line + 1
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value)
        ):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
