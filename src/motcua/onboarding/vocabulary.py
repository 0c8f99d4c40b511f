"""What known systems and papers call things, and how a header or a value is compared with that."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from motcua.contracts import fold
from motcua.intake.headers import PART_SEPARATOR

Words = tuple[str, ...]
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_TURNING = frozenset({"khong", "chua", "not", "han", "hen", "due"})
"""Words that turn a name into another's: not received, due for return."""
CLOSE_SHARE = 0.6


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(_Frozen):
    """What one dataset and its columns are called."""

    names: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    has_items: Mapping[str, tuple[str, ...]] = {}
    ignored: tuple[str, ...] = ()


class Meanings(_Frozen):
    """The closed list of a canonical column: words of every source, codes of one header's.

    ``only_in`` names the datasets in which the list is closed; all of them when left out.
    """

    only_in: tuple[str, ...] = ()
    words: Mapping[str, str] = {}
    coded: Mapping[str, Mapping[str, str]] = {}


class Vocabulary(_Frozen):
    """The content of ``vocabulary.yml``."""

    abbreviations: Mapping[str, str]
    datasets: Mapping[str, Names]
    ignored: tuple[str, ...]
    personal: tuple[str, ...]
    personal_words: tuple[str, ...]
    surnames: tuple[str, ...]
    values: Mapping[str, Meanings]


@dataclass(frozen=True, slots=True)
class Match:
    """Canonical columns that a header may mean: by its exact words, or by most of them."""

    targets: tuple[str, ...] = ()
    is_exact: bool = False
    share: float = 0.0


@functools.cache
def known() -> Vocabulary:
    """Give the vocabulary that comes with the package."""
    text = files("motcua.onboarding").joinpath("vocabulary.yml").read_text(encoding="utf-8")
    return Vocabulary.model_validate(yaml.safe_load(text))


def plain(text: str) -> str:
    """Take accents and case off a text."""
    marked = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in marked if not unicodedata.combining(sign))


@functools.lru_cache(maxsize=16384)
def words_of(header: str) -> Words:
    """Take a header apart into plain words: camelCase, punctuation and abbreviations undone."""
    pieces = " ".join(piece.lower() for piece in _PIECE.findall(plain(header)))
    text = f" {pieces} "
    for short, full in _abbreviations():
        text = text.replace(f" {short} ", f" {full} ")
    return tuple(dict.fromkeys(text.split()))


@functools.cache
def _abbreviations() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(known().abbreviations.items(), key=lambda pair: -len(pair[0])))


def parts_of(header: str) -> tuple[str, ...]:
    """Give the ways to read a header of several rows: all parts, then its last part alone."""
    return tuple(dict.fromkeys((header, header.split(PART_SEPARATOR)[-1])))


@functools.cache
def _spellings(dataset_code: str) -> dict[Words, dict[str, list[str]]]:
    """By words, each canonical column with the spellings that mean it."""
    found: dict[Words, dict[str, list[str]]] = {}
    for column, spellings in known().datasets[dataset_code].columns.items():
        for spelling in spellings:
            found.setdefault(words_of(spelling), {}).setdefault(column, []).append(spelling)
    return found


@functools.lru_cache(maxsize=16384)
def match(header: str, dataset_code: str) -> Match:
    """Say what a header means in a dataset: by its very words, else by most of them."""
    found = named(header, dataset_code)
    if found.targets:
        return found
    spellings = _spellings(dataset_code)
    return max(
        (_close(words_of(part), spellings) for part in parts_of(header)),
        key=lambda one: one.share,
    )


def named(header: str, dataset_code: str) -> Match:
    """Say what a header means whose very words a dataset has; accents may still differ."""
    spellings = _spellings(dataset_code)
    for part in parts_of(header):
        found = spellings.get(words_of(part))
        if found:
            same = [one for one, spelled in found.items() if _has_accents_of(part, spelled)]
            written = [one for one in same if fold(part) in map(fold, found[one])]
            return Match(tuple(written or same or found), bool(same), 1.0)
    return Match()


def _close(words: Words, spellings: Mapping[Words, Mapping[str, list[str]]]) -> Match:
    """Give the columns of the one spelling that shares most words; none where two do."""
    shares = {
        other: _shared(words, other)
        for other in spellings
        if set(words) & _TURNING == set(other) & _TURNING
    }
    best = max(shares.values(), default=0.0)
    meant = {tuple(spellings[other]) for other, share in shares.items() if share == best}
    if best < CLOSE_SHARE or len(meant) != 1:
        return Match()
    return Match(meant.pop(), share=best)


def likeness(header: str, dataset_code: str, column: str) -> float:
    """Say how many of their words a header and the best spelling of a column share."""
    spellings = known().datasets[dataset_code].columns.get(column, ())
    return max(
        (
            _shared(words_of(part), words_of(spelling))
            for part in parts_of(header)
            for spelling in spellings
        ),
        default=0.0,
    )


def columns_beside(dataset_code: str, column: str) -> tuple[str, ...]:
    """Give a column with those that some spelling of it always fills too, such as source_status."""
    together = [set(columns) for columns in _spellings(dataset_code).values() if column in columns]
    always = set.intersection(*together) if together else {column}
    return (column, *sorted(always - {column}))


def _shared(words: Words, others: Words) -> float:
    return len(set(words) & set(others)) / max(len(set(words) | set(others)), 1)


def _has_accents_of(header: str, spellings: Iterable[str]) -> bool:
    """Say whether accents, where both have them, are those of a spelling: Sở is not Số."""
    return any(not _differs(header, spelling) for spelling in spellings)


def _differs(header: str, spelling: str) -> bool:
    """Say whether a word of the header stands in the spelling with other accents only."""
    named = re.findall(r"\w+", fold(spelling))
    accented = {plain(one) for one in named if not one.isascii()}
    return any(
        one not in named and not one.isascii() and plain(one) in accented
        for one in re.findall(r"\w+", fold(header))
    )


def is_ignored(header: str, dataset_code: str | None) -> bool:
    """Say whether a header is one that is known and not taken."""
    return any(words_of(part) in _ignored(dataset_code) for part in parts_of(header))


@functools.cache
def _ignored(dataset_code: str | None) -> frozenset[Words]:
    own = known().datasets[dataset_code].ignored if dataset_code else ()
    return frozenset(map(words_of, (*known().ignored, *own)))


@functools.cache
def _personal() -> frozenset[Words]:
    return frozenset(map(words_of, known().personal))


@functools.cache
def _personal_words() -> tuple[str, ...]:
    return tuple(f" {' '.join(words_of(word))} " for word in known().personal_words)


def is_personal(header: str) -> bool:
    """Say whether a header is one of a person's data."""
    return any(words_of(part) in _personal() for part in parts_of(header))


def speaks_of_a_person(header: str) -> bool:
    """Say whether words of a person's data stand anywhere in a header."""
    text = f" {' '.join(words_of(header))} "
    return any(word in text for word in _personal_words())


def has_list(dataset_code: str, column: str) -> bool:
    """Say whether the values of a column are a closed list in a dataset."""
    meanings = known().values.get(column)
    return bool(meanings and (not meanings.only_in or dataset_code in meanings.only_in))


def code_of(column: str, header: str, value: str) -> str | None:
    """Give the code that a value means in a closed list; null where nobody has said it."""
    coded = _coded(column, header)
    return _meant(coded, value) or _meant(known().values[column].words, value)


def codes_beside(column: str, header: str, seen: Iterable[str]) -> Mapping[str, str]:
    """Give what a source that writes so is known to write too: its codes, or Vietnamese words."""
    coded = _coded(column, header)
    if coded or all(map(str.isascii, seen)):
        return coded
    words = known().values[column].words
    return {word: code for word, code in words.items() if not word.isascii()}


def _coded(column: str, header: str) -> Mapping[str, str]:
    wanted = [words_of(part) for part in parts_of(header)]
    coded = known().values[column].coded
    return next((coded[one] for one in coded if words_of(one) in wanted), {})


def _meant(codes: Mapping[str, str], value: str) -> str | None:
    return {fold(word): code for word, code in codes.items()}.get(fold(value))
