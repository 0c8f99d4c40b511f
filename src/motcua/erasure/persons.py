"""Which rows of a layout are a person's, and what in them is personal."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from motcua.contracts import Layout, fold
from motcua.erasure.texts import LEAST_LETTERS

_TELLING = re.compile(r"\S+@\S+|\+?\d([ .-]?\d){8,12}")
"""An address of e-mail, or a number of 9 to 13 digits: identity, telephone, not a date."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Source columns of a layout that matter here, as the contract spells them.

    ``tokens`` make the token, or are it where ``gives_token``; ``codes`` and ``parent_codes`` (with
    nested items: of the record around) hold the dossier's code; ``personal`` are folded.
    """

    tokens: tuple[str, ...]
    codes: tuple[str, ...]
    parent_codes: tuple[str, ...]
    personal: frozenset[str]
    gives_token: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What says whose a row is: the text that its token is made of, and its dossier's code."""

    key: str
    code: str


@dataclass(slots=True)
class Person:
    """A person as far as the originals have told: the texts behind the token, dossiers, values."""

    token: str
    keys: set[str] = field(default_factory=set)
    codes: set[tuple[str, str]] = field(default_factory=set)
    values: set[str] = field(default_factory=set)

    @property
    def telling(self) -> set[str]:
        """Texts that point at this person wherever they stand: numbers, addresses of e-mail."""
        found = {value for value in self.values if _TELLING.fullmatch(value)} | self.keys
        return {text.strip() for text in found if len(text.strip()) >= LEAST_LETTERS}

    def owns(self, fields: Fields, locality_code: str, row: Row) -> bool:
        """Say whether a row is the person's: by its token, or without one by its dossier."""
        if row.key:
            return row.key.strip() == self.token if fields.gives_token else row.key in self.keys
        return (locality_code, row.code) in self.codes


def fields_of(layout: Layout) -> Fields:
    """Read from a layout what matters here."""
    given = [name for name, targets in _sources(layout) if "applicant_token" in targets]
    made = [name for name, use in layout.personal.items() if use == "token"]
    return Fields(
        tuple(given or made),
        _filling(layout.columns, "dossier_code"),
        _filling(layout.parent_columns, "dossier_code"),
        frozenset(map(fold, (*layout.personal, *given))),
        bool(given),
    )


def joined(fields: Fields, others: Iterable[Fields]) -> Fields:
    """Add what other layouts of the same records call personal."""
    personal = fields.personal.union(*(other.personal for other in others))
    return Fields(fields.tokens, fields.codes, fields.parent_codes, personal, fields.gives_token)


def first_text(texts: Iterable[object]) -> str:
    """Give the first of some values that is no blank text, as it stands; else an empty text."""
    return next((str(text) for text in texts if text is not None and str(text).strip(" ")), "")


def places_of(names: Sequence[str], headers: Sequence[str]) -> list[int]:
    """Give the first place of each name among headers, in the order of the names."""
    folded = [fold(header) for header in headers]
    return [folded.index(fold(name)) for name in names if fold(name) in folded]


def personal_places(fields: Fields, headers: Sequence[str]) -> frozenset[int]:
    """Give every place whose header is personal; a header may stand twice."""
    return frozenset(
        place for place, header in enumerate(headers) if fold(header) in fields.personal
    )


def _sources(layout: Layout) -> Iterable[tuple[str, Sequence[str]]]:
    return [*layout.columns.items(), *layout.parent_columns.items()]


def _filling(columns: Mapping[str, Sequence[str]], target: str) -> tuple[str, ...]:
    return tuple(name for name, targets in columns.items() if target in targets)
