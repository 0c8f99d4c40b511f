"""Propose how a table of an export becomes a canonical dataset, and say how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from motcua.contracts import TODO, fold
from motcua.datasets import DATASETS, type_of
from motcua.intake.casting import day_order
from motcua.onboarding import forms, vocabulary
from motcua.onboarding.vocabulary import Match

CERTAIN, POSSIBLE, UNKNOWN = "chắc chắn", "có thể", "chưa biết"
LEAST_MATCHED = 2
NAME_BONUS = 1.5
MAX_CODES = 30
EXAMPLE_LENGTH = 40
REPEATED_SHARE = 0.9
KNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of an export with one header, as texts; and how a contract says where they stand.

    ``place`` are the keys of a layout that reading has found out (format, sheet, header_row …).
    """

    file_name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    place: Mapping[str, object]
    lists: tuple[str, ...] = ()
    parent_headers: tuple[str, ...] = ()

    def texts(self, header: str) -> list[str]:
        """Give the filled values of a column, trimmed."""
        number = self.headers.index(header)
        return forms.filled([row[number] if number < len(row) else None for row in self.rows])


@dataclass(frozen=True, slots=True)
class Column:
    """What becomes of a source column: mapped, personal, ignored or not classed.

    ``example`` is never of a column that is or may be personal.
    """

    source: str
    kind: str
    targets: tuple[str, ...] = ()
    confidence: str = UNKNOWN
    note: str = ""
    example: str = ""
    formats: tuple[str, ...] = ()
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayoutDraft:
    """A dataset as proposed: its columns, and what only all of them together tell."""

    dataset_code: str
    table: Table
    columns: tuple[Column, ...]
    has_items: Mapping[str, str] = field(default_factory=dict)
    lists_unclassed: tuple[str, ...] = ()
    parent_columns: Mapping[str, str] = field(default_factory=dict)
    one_row_per: str | None = None
    code_form: str | None = None

    def mapped(self) -> dict[str, Column]:
        """Give the mapped columns by their source."""
        return {one.source: one for one in self.columns if one.kind == "mapped"}

    def formats(self) -> tuple[str, ...]:
        """Give the formats of all date columns; the order that one column tells is the file's."""
        found = list(dict.fromkeys(one for column in self.columns for one in column.formats))
        told = {_only_order(column.formats) for column in self.columns} - {None}
        if len(told) == 1:
            return tuple(one for one in found if day_order(one) in (None, *told))
        return tuple(found)


def dataset_of(table: Table, hint: str) -> str | None:
    """Say which dataset a table is: the one whose columns it has most of; null where none fits.

    Args:
        table: The table.
        hint: Name of the file, sheet or nested list, whose words count too.
    """
    hinted = set(vocabulary.words_of(hint))
    scores = {
        code: sum(vocabulary.named(header, code).is_exact for header in table.headers)
        + NAME_BONUS * any(set(vocabulary.words_of(name)) <= hinted for name in names.names)
        for code, names in vocabulary.known().datasets.items()
    }
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] >= LEAST_MATCHED and _has_key(table, best) else None


def _has_key(table: Table, code: str) -> bool:
    key = "agency_code" if code == "ratings" else DATASETS[code].columns[0]
    headers = (*table.headers, *table.parent_headers)
    has_key = any(key in vocabulary.match(header, code).targets for header in headers)
    return has_key or key == "dossier_code"


def known_count(headers: Sequence[str]) -> int:
    """Count the headers that a dataset knows, of the dataset that knows most: finds header rows."""
    named = [header for header in headers if header]
    return max(
        sum(
            vocabulary.named(header, code).is_exact
            or vocabulary.is_personal(header)
            or vocabulary.is_ignored(header, code)
            for header in named
        )
        for code in vocabulary.known().datasets
    )


def draft_layout(code: str, table: Table) -> LayoutDraft:
    """Propose what becomes of each column of a table in a dataset."""
    columns = [_column(code, table, header) for header in table.headers if header]
    columns = _without_rivals(columns)
    if not any(_key_of(code) in one.targets for one in columns):
        columns = [_by_code_form(code, table, one) for one in columns]
        columns = _without_rivals(columns)
    draft = LayoutDraft(code, table, tuple(columns), *_lists(code, table))
    return replace(_with_key(draft), parent_columns=_parents(table))


def _key_of(code: str) -> str:
    return DATASETS[code].columns[0]


def _column(code: str, table: Table, header: str) -> Column:
    """Class a column: a person's, before all; then by its header; then by its values."""
    texts = table.texts(header)
    last = vocabulary.parts_of(header)[-1]
    found = vocabulary.match(header, code)
    if vocabulary.is_personal(header) and not found.is_exact:
        return Column(header, "personal", confidence=CERTAIN)
    if vocabulary.is_ignored(header, code):
        return Column(header, "ignored", confidence=CERTAIN)
    if found.is_exact and not (_may_name(code, found) and forms.looks_personal(texts)):
        return _mapped(code, header, found, texts)
    if vocabulary.speaks_of_a_person(last) or forms.looks_personal(texts):
        return _in_doubt(header)
    mapped = _mapped(code, header, found, texts) if found.targets else None
    if mapped is None or mapped.kind != "mapped":
        by_values = _by_values(code, header, texts)
        mapped = _mapped(code, header, by_values, texts) if by_values else mapped
    if mapped and mapped.kind == "mapped":
        return mapped
    if vocabulary.speaks_of_a_person(header) or forms.is_free_text(texts):
        return _in_doubt(header)
    return mapped or Column(header, "unclassed", note=_form_note(texts))


def _may_name(code: str, found: Match) -> bool:
    """Say whether a canonical column could hold a person: texts could, dates and the key not."""
    return any(type_of(one) == "string" and one != _key_of(code) for one in found.targets)


def _by_values(code: str, header: str, texts: Sequence[str]) -> Match | None:
    """Know a closed list by its values, where the header has something of its name too."""
    values = set(texts)
    found = []
    for column in DATASETS[code].columns:
        if not vocabulary.has_list(code, column) or type_of(column) == "boolean":
            continue
        known = [one for one in values if vocabulary.code_of(column, header, one)]
        if len(known) >= LEAST_MATCHED and len(known) >= len(values) * KNOWN_SHARE:
            likeness = vocabulary.likeness(header, code, column)
            found.append((likeness, vocabulary.columns_beside(code, column)))
    best = max((likeness for likeness, _ in found), default=0.0)
    meant = [columns for likeness, columns in found if likeness == best]
    return Match(meant[0], share=best) if best and len(meant) == 1 else None


def _in_doubt(header: str) -> Column:
    note = "tên cột hoặc giá trị giống dữ liệu cá nhân"
    return Column(header, "personal", confidence=POSSIBLE, note=note)


def _mapped(code: str, header: str, found: Match, texts: Sequence[str]) -> Column:
    """Map a column where its values agree; where they do not, leave it to the engineer."""
    codes = {
        one: _codes(one, header, texts)
        for one in found.targets
        if _has_list(code, one, header, texts)
    }
    share = forms.MOST_SHARE if found.is_exact else forms.FITS_SHARE
    targets = [
        one for one in found.targets if one in codes or not texts or forms.fits(one, texts, share)
    ]
    is_wide = any(list(meant.values()).count(TODO) > MAX_CODES for meant in codes.values())
    if not targets or is_wide:
        seen = "quá nhiều giá trị khác nhau" if is_wide else "giá trị không đúng kiểu"
        return Column(header, "unclassed", note=f"giống {', '.join(found.targets)} nhưng {seen}")
    formats = forms.formats_of(texts, share) if any(map(_is_day, targets)) else ()
    is_whole = all(one in codes or forms.fits(one, texts) for one in targets)
    doubts = _doubts(found, texts, codes, formats)
    if codes and any(map(_may_be_personal, texts)):
        doubts.append("có giá trị không nêu ở đây vì giống dữ liệu cá nhân")
    if texts and not is_whole:
        doubts.append("có ô không đọc được")
    confidence = POSSIBLE if doubts else CERTAIN
    column = Column(
        header, "mapped", tuple(targets), confidence, "; ".join(doubts), "", formats, codes
    )
    return replace(column, example=_example(column, texts))


def _doubts(
    found: Match,
    texts: Sequence[str],
    codes: Mapping[str, Mapping[str, str]],
    formats: Sequence[str],
) -> list[str]:
    """Say why a mapping is not certain."""
    told = {
        "tên cột chỉ gần giống": not found.is_exact,
        "không có giá trị nào để đối chiếu": not texts,
        "có giá trị chưa biết mã": any(TODO in meant.values() for meant in codes.values()),
        "chưa rõ ngày hay tháng đứng trước": bool(
            any(map(day_order, formats)) and _only_order(formats) is None
        ),
    }
    return [doubt for doubt, is_so in told.items() if is_so]


def _has_list(code: str, column: str, header: str, texts: Sequence[str]) -> bool:
    """Say whether a column's values are to be looked up; plain yes and no are not."""
    if not vocabulary.has_list(code, column):
        return False
    if type_of(column) == "boolean":
        return not forms.fits(column, texts) and any(
            vocabulary.code_of(column, header, text) for text in texts
        )
    return bool(texts)


def _codes(column: str, header: str, texts: Sequence[str]) -> dict[str, str]:
    """Give the code of each value seen, and of those that the same source is known to have.

    A value that may be a person's is left out, so that no draft holds it.
    """
    values = [text for text in sorted(set(texts)) if not _may_be_personal(text)]
    seen = {text: vocabulary.code_of(column, header, text) or TODO for text in values}
    folded = set(map(fold, seen))
    others = vocabulary.codes_beside(column, header, seen)
    return seen | {text: code for text, code in others.items() if fold(text) not in folded}


def _may_be_personal(text: str) -> bool:
    """Say whether a value that should be a code is a person's, or too long to be one."""
    return forms.looks_personal([text]) or len(text) > EXAMPLE_LENGTH


def _example(column: Column, texts: Sequence[str]) -> str:
    """Show a value and what it became, where it can be no person's."""
    is_text = all(type_of(one) == "string" and one not in column.codes for one in column.targets)
    text = next((text for text in texts if not forms.looks_personal([text])), "")
    if not text or (is_text and column.confidence != CERTAIN):
        return ""
    read = [moment for one in column.formats if (moment := forms.moment(one, text))]
    became = [meant[text] for meant in column.codes.values() if text in meant]
    shown = [str(one) for one in (*read[:1], *became)]
    return " → ".join([text[:EXAMPLE_LENGTH], *shown])


def _form_note(texts: Sequence[str]) -> str:
    """Tell the form of values that nobody has classed, never a value."""
    if not texts:
        return "không có giá trị nào"
    if forms.formats_of(texts):
        return "giá trị là ngày"
    kind = "số" if all(text.replace(".", "").isdecimal() for text in texts) else "chữ"
    return f"giá trị là {kind}, {len(set(texts))} giá trị khác nhau trong {len(texts)} ô"


def _without_rivals(columns: Sequence[Column]) -> list[Column]:
    """Leave a canonical column to the surest of those that claim it."""
    taken: dict[str, str] = {}
    for one in sorted(columns, key=lambda one: one.confidence != CERTAIN):
        for target in one.targets:
            taken.setdefault(target, one.source)
    kept = []
    for one in columns:
        own = tuple(target for target in one.targets if taken[target] == one.source)
        if one.targets and not own:
            others = ", ".join(f"«{taken[target]}»" for target in one.targets)
            one = Column(one.source, "unclassed", note=f"cột {others} đã giống hơn")
        kept.append(replace(one, targets=own) if own else one)
    return kept


def _by_code_form(code: str, table: Table, column: Column) -> Column:
    """Know the key by its legal form where no header is like it."""
    key = _key_of(code)
    if column.kind != "unclassed" or key not in ("dossier_code", "procedure_code"):
        return column
    if not forms.has_code_form(key, table.texts(column.source)):
        return column
    note = "nhận ra theo dạng mã, không theo tên cột"
    return Column(column.source, "mapped", (key,), POSSIBLE, note)


def _lists(code: str, table: Table) -> tuple[dict[str, str], tuple[str, ...]]:
    """Say which boolean each nested list fills, and which lists nobody has classed."""
    names = vocabulary.known().datasets[code]
    has_items = {
        column: one
        for column, spellings in names.has_items.items()
        for one in table.lists
        if vocabulary.words_of(one) in map(vocabulary.words_of, spellings)
    }
    left = [
        one
        for one in table.lists
        if one not in has_items.values() and not vocabulary.is_ignored(one, code)
    ]
    return has_items, tuple(left)


def _parents(table: Table) -> dict[str, str]:
    """Say where an item of a nested list finds the dossier that it belongs to."""
    for header in table.parent_headers:
        found = vocabulary.match(header, "dossiers")
        if found.is_exact and "dossier_code" in found.targets:
            return {header: "dossier_code"}
    return {}


def _with_key(draft: LayoutDraft) -> LayoutDraft:
    """Say what the dossier codes tell: their own form, and lines that repeat a dossier."""
    key = next((one for one in draft.columns if "dossier_code" in one.targets), None)
    if draft.dataset_code != "dossiers" or key is None:
        return draft
    texts = draft.table.texts(key.source)
    repeats = bool(texts) and len(set(texts)) < len(texts) * REPEATED_SHARE
    form = None
    if texts and not forms.has_code_form("dossier_code", texts):
        form = forms.code_form_of(texts) or TODO
    return replace(draft, one_row_per=key.source if repeats else None, code_form=form)


def _is_day(column: str) -> bool:
    return type_of(column) in ("timestamp", "date")


def _only_order(formats: Sequence[str]) -> str | None:
    orders = {order for one in formats if (order := day_order(one))}
    return orders.pop() if len(orders) == 1 else None
