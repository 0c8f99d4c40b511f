"""Write the SQL that turns a source's text into canonical columns, in one pass.

A source relation gives the text columns ``s0, s1, …``. Each canonical column becomes one
expression over them, and one list column ``_unread`` keeps the text of values that were there and
could not be read (null for a row that was read).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from motcua.contracts import TONE_PLACEMENTS, Layout, fold, tone_placed
from motcua.datasets import Dataset, type_of
from motcua.sql import quoted

LOCAL_ZONE = "Asia/Ho_Chi_Minh"
NATIVE_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d")
"""How date cells of workbooks and Parquet columns are written as text before they are cast."""
TRUE_WORDS = ("1", "true", "có", "x", "yes", "đúng")
FALSE_WORDS = ("0", "false", "không", "no", "sai")
SERIAL = r"(3[6-9]|[4-6]\d)\d{3}([.,]\d+)?"
"""A day count of Excel from 1998 to 2091, with the time of the day as a fraction."""
GROUPED = r"[+-]?\d{1,3}(\.\d{3})+|[+-]?\d{1,3}(,\d{3})+"
"""A whole number whose thousands are grouped."""


def _only(mark: str, other: str) -> str:
    return (
        rf"[+-]?((\d+|\d{{1,3}}([{other}]\d{{3}})+)[{mark}](\d{{1,2}}|\d{{4,}})"
        rf"|(0\d*|\d{{4,}})[{mark}]\d{{3}}|\d{{1,3}}([{other}]\d{{3}})+[{mark}]\d{{3}}"
        rf"|\d{{1,3}}([{other}]\d{{3}}){{2,}})"
    )


ONLY_MARK = {".": _only(".", ","), ",": _only(",", ".")}
"""A number that can be read with this decimal mark only."""
EITHER_MARK = r"[+-]?[1-9]\d{0,2}[.,]\d{3}"
"""Fifty thousand or fifty, as the column has it: a group of thousands or three decimals."""
NATIVE_END = "e0"
"""What a number that the file holds as a number ends with as text: it says nothing of marks."""
UNKNOWN_MARK, NO_MARK = "?", ""
OFFSET = r"(?::\d{2}(?:\.\d+)?|\d{14})\s*(Z|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True, slots=True)
class Cast:
    """One canonical column: its value, and the text it was read from where that can fail."""

    column: str
    value: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How the source's text is to be understood.

    ``day_orders`` names the columns whose dates are read in one order of day and month only, and
    ``trial_columns`` those of them that are read so to see whether it is the right one.
    ``number_marks`` gives the decimal mark that a column of decimals was found to have, or
    ``UNKNOWN_MARK`` to leave every number with a mark unread, or ``NO_MARK`` where none is found.
    """

    zone: str
    native_dates: bool
    has_marks: bool
    day_orders: Mapping[str, str] = field(default_factory=dict)
    trial_columns: frozenset[str] = frozenset()
    serial_columns: frozenset[str] = frozenset()
    grouped_columns: frozenset[str] = frozenset()
    number_marks: Mapping[str, str] = field(default_factory=dict)


def folded_sql(text: str) -> str:
    """Fold a value in SQL as :func:`motcua.contracts.fold` does in Python."""
    folded = _evened(text)
    for new, old in TONE_PLACEMENTS.items():
        folded = f"replace({folded}, {quoted(new)}, {quoted(old)})"
    return folded


def _evened(text: str) -> str:
    """Fold all but where the tones stand."""
    return f"lower(nfc_normalize(trim(regexp_replace({text}, '[\\s\\x{{00A0}}]+', ' ', 'g'))))"


def casts_of(
    dataset: Dataset, layout: Layout, texts: Mapping[str, str], reading: Reading
) -> tuple[Cast, ...]:
    """Give the casts of the canonical columns that the export can fill; the others stay null.

    Args:
        dataset: The canonical dataset.
        layout: The layout of the dataset in the source.
        texts: SQL of the source's text, by the source's column as the contract spells it.
        reading: Zone, and what is known of the text.
    """
    by_target: dict[str, list[str]] = {}
    for source, targets in layout.sources().items():
        for target in targets if source in texts else ():
            by_target.setdefault(target, []).append(texts[source])
    casts = []
    for column in dataset.columns:
        text = _first(by_target.get(column, []))
        casts += _column_casts(column, text, layout, texts, reading)
        offset = f"{column}_offset_minutes"
        if text and reading.zone == "as_written" and offset in dataset.columns:
            casts.append(Cast(offset, _offset_minutes(text), None))
    return tuple({cast.column: cast for cast in casts}.values())


def _column_casts(
    column: str, text: str | None, layout: Layout, texts: Mapping[str, str], reading: Reading
) -> list[Cast]:
    value, can_fail = _value(column, text, layout, reading) if text else (None, False)
    if column == "applicant_token":
        value = value or _token(texts, layout)
    for fallback in _fallbacks(column, layout, texts):
        value = f"case when {_blank(text)} then {fallback} else {value} end" if text else fallback
    if value is None:
        return []
    return [Cast(column, value, text if can_fail else None)]


def _fallbacks(column: str, layout: Layout, texts: Mapping[str, str]) -> list[str]:
    """Give what stands in for no value: a code by presence of another column, or a default."""
    if column in layout.by_presence:
        rule = layout.by_presence[column]
        present, absent = (quoted(code) if code else "null" for code in (rule.present, rule.absent))
        seen = texts.get(rule.column)
        return [f"case when {_blank(seen)} then {absent} else {present} end" if seen else absent]
    if column in layout.defaults:
        return [f"cast({quoted(layout.defaults[column])} as {type_of(column)})"]
    return []


def _value(column: str, text: str, layout: Layout, reading: Reading) -> tuple[str, bool]:
    sql_type = type_of(column)
    if sql_type == "boolean":
        return _boolean(text, layout.values.get(column, {})), True
    if column in layout.values:
        return _mapped(
            text, {word: quoted(code) for word, code in layout.values[column].items()}
        ), True
    if sql_type == "timestamp":
        return _timestamp(column, text, layout, reading), True
    if sql_type == "date":
        formats = _formats(column, (layout.date_formats, layout.timestamp_formats), reading)
        parsed = _with_serial(column, text, _parse(text, formats), reading)
        return f"cast({parsed} as date)", True
    if sql_type != "string":
        return _number(column, text, layout.decimal_mark, reading), True
    return (f"nfc_normalize({_trimmed(text)})" if reading.has_marks else _trimmed(text)), False


def _first(texts: Sequence[str]) -> str | None:
    if len(texts) < 2:
        return texts[0] if texts else None
    return f"coalesce({', '.join(_trimmed(text) for text in texts)})"


def _trimmed(text: str) -> str:
    return f"nullif(trim({text}), '')"


def _blank(text: str | None) -> str:
    return f"(trim({text}) = '' or {text} is null)"


def _mapped(text: str, codes: Mapping[str, str]) -> str:
    """Look a value up as written first, and folded only where that failed: folding a text costs.

    So does planning it, in every delivery anew. The words to compare with are therefore written
    with their tones in either place, rather than the tones of the text put in one.
    """
    by_fold = {fold(word).lower(): code for word, code in codes.items()}
    placed = {way: code for word, code in by_fold.items() for way in tone_placed(word)}
    exact, slow = _branches(codes), _branches(placed)
    found = f"case {text} {exact} else case {_evened(text)} {slow} end end"
    return f"case when {text} is null then null else {found} end"


def _branches(codes: Mapping[str, str]) -> str:
    return " ".join(f"when {quoted(word)} then {code}" for word, code in codes.items())


def _boolean(text: str, values: Mapping[str, str]) -> str:
    words = dict.fromkeys(TRUE_WORDS, "true") | dict.fromkeys(FALSE_WORDS, "false")
    own = {word: "true" if fold(code) in TRUE_WORDS else "false" for word, code in values.items()}
    return _mapped(text, own | {word: code for word, code in words.items() if word not in own})


def is_decimal(column: str) -> bool:
    """Say whether a canonical column holds numbers with decimals."""
    return type_of(column).startswith("decimal")


def decimal_sources(layout: Layout) -> frozenset[str]:
    """Name the source columns that fill columns of decimals and no other."""
    found = {name for name, targets in layout.sources().items() if all(map(is_decimal, targets))}
    if layout.unpivot and is_decimal(layout.unpivot.value):
        found |= set(layout.unpivot.columns)
    return frozenset(found)


def day_sources(layout: Layout) -> frozenset[str]:
    """Name the source columns that fill columns of dates or timestamps."""
    return frozenset(
        name
        for name, targets in layout.sources().items()
        if any(type_of(target) in ("date", "timestamp") for target in targets)
    )


def _number(column: str, text: str, declared: str | None, reading: Reading) -> str:
    sql_type = type_of(column)
    if not is_decimal(column):
        if column in reading.grouped_columns:
            plain = f"replace(replace(trim({text}), ',', ''), '.', '')"
            return _number_of_form(text, rf"[+-]?\d+|{GROUPED}", plain, sql_type)
        other = "," if declared != "," else "."
        form = rf"[+-]?(\d+|\d{{1,3}}([{other}]\d{{3}})+)"
        return _number_of_form(text, form, _without_groups(text, declared or "."), sql_type)
    mark = declared or reading.number_marks.get(column, NO_MARK)
    forms = [r"\d+", rf"\d+([.]\d+)?{NATIVE_END}", *_forms_of(mark)]
    native = f"case when ends_with(trim({text}), {quoted(NATIVE_END)}) then trim({text})"
    plain = f"{native} else {_without_groups(text, mark or '.')} end"
    return _number_of_form(text, f"[+-]?({'|'.join(forms)})", plain, sql_type)


def _forms_of(mark: str) -> tuple[str, ...]:
    """Give the forms of numbers with a mark; without a found one, those that only a point has."""
    if mark == UNKNOWN_MARK:
        return ()
    if mark == NO_MARK:
        return (ONLY_MARK["."].removeprefix("[+-]?"),)
    other = "," if mark == "." else "."
    return (rf"(\d+|\d{{1,3}}([{other}]\d{{3}})+)([{mark}]\d+)?",)


def _without_groups(text: str, mark: str) -> str:
    other = "," if mark != "," else "."
    return f"replace(replace(trim({text}), {quoted(other)}, ''), {quoted(mark)}, '.')"


def _number_of_form(text: str, form: str, plain: str, sql_type: str) -> str:
    return (
        f"case when regexp_full_match(trim({text}), {quoted(form)}) "
        f"then try_cast({plain} as {sql_type}) end"
    )


def day_order(written: str) -> str | None:
    """Say in which order a strptime format has day and month before the year, if it has so."""
    found = re.match(r"%-?([dm])[/. -]%-?([dm])[/. -]%[yY]", written)
    if not found or found[1] == found[2]:
        return None
    return "dmy" if found[1] == "d" else "mdy"


def _formats(column: str, listed: Sequence[Iterable[str]], reading: Reading) -> tuple[str, ...]:
    """Give the formats of a column: of two orders of day and month only the one that it has."""
    native = NATIVE_FORMATS if reading.native_dates else ()
    formats = dict.fromkeys(written for formats in listed for written in formats)
    order = reading.day_orders.get(column)
    if column in reading.trial_columns:
        return tuple(written for written in formats if day_order(written) == order)
    if order:
        formats = {name: None for name in formats if day_order(name) in (None, order)}
    return tuple(dict.fromkeys([*formats, *native]))


def _parse(text: str, formats: Sequence[str]) -> str:
    listed = ", ".join(quoted(written) for written in formats)
    return f"try_strptime({text}, [{listed}])"


def _with_serial(column: str, text: str, parsed: str, reading: Reading) -> str:
    """Read a day count of Excel (from 30/12/1899, its own leap year fault included) as a date."""
    if column not in reading.serial_columns:
        return parsed
    seconds = f"round(try_cast(replace(trim({text}), ',', '.') as double) * 86400)"
    moment = f"timestamp '1899-12-30' + to_seconds(cast({seconds} as bigint))"
    serial = f"case when regexp_full_match(trim({text}), {quoted(SERIAL)}) then {moment} end"
    return f"coalesce({parsed}, {serial})"


def _timestamp(column: str, text: str, layout: Layout, reading: Reading) -> str:
    formats = _formats(column, (layout.timestamp_formats, layout.date_formats), reading)
    with_offset = any("%z" in written for written in formats)
    if not with_offset:
        parsed = _with_serial(column, text, _parse(text, formats), reading)
        return _to_local(parsed, reading.zone)
    walls = tuple(dict.fromkeys(written.replace("%z", "").strip() for written in formats))
    offset = f"regexp_extract({text}, {quoted(OFFSET)}, 1)"
    wall = _parse(f"left({text}, length({text}) - length({offset}))", walls)
    if reading.zone == "as_written":
        return wall
    instant = f"{wall} - to_minutes({_offset_minutes(text)})"
    return (
        f"case when {offset} = '' then {_to_local(wall, reading.zone)} "
        f"else {_to_local(instant, 'UTC')} end"
    )


def _to_local(wall: str, zone: str) -> str:
    if zone in (LOCAL_ZONE, "as_written"):
        return wall
    return f"timezone({quoted(LOCAL_ZONE)}, timezone({quoted(zone)}, {wall}))"


def _offset_minutes(text: str) -> str:
    offset = f"regexp_extract({text}, {quoted(OFFSET)}, 1)"
    digits = f"replace({offset}, ':', '')"
    minutes = (
        f"(cast({digits}[2:3] as integer) * 60 + cast({digits}[4:5] as integer)) "
        f"* case when {digits}[1] = '-' then -1 else 1 end"
    )
    return f"case when {offset} = 'Z' then 0 when {offset} <> '' then {minutes} end"


def _token(texts: Mapping[str, str], layout: Layout) -> str | None:
    """Write the token of the first of the layout's columns for it that has a value."""
    sources = [
        texts[name] for name, use in layout.personal.items() if use == "token" and name in texts
    ]
    text = _first(sources)
    if text is None:
        return None
    return token_sql(text)


def token_sql(text: str) -> str:
    """Write HMAC-SHA256 (RFC 2104) of a text, folded; its padded keys are variables."""
    # Of nothing but spaces and line breaks, which a redacted cell may keep, there is no token.
    folded = f"nullif({folded_sql(text)}, '')"
    inner = f"unhex(sha256(getvariable('token_inner') || encode({folded})))"
    return f"sha256(getvariable('token_outer') || {inner})"


def rows_sql(source: str, casts: Sequence[Cast], carried: Sequence[str] = ()) -> str:
    """Write the query over a source relation that gives the canonical rows.

    Args:
        source: SQL of the relation with the text columns.
        casts: The columns to make.
        carried: Columns of the source relation that are handed on unchanged.
    """
    fallible = [cast for cast in casts if cast.text is not None]
    inner = [f'{cast.value} as "{cast.column}"' for cast in casts]
    texts = list(dict.fromkeys(cast.text for cast in fallible))
    inner += [f"{text} as _t{number}" for number, text in enumerate(texts)]
    place = {text: f"_t{number}" for number, text in enumerate(texts)}
    unread = "cast(null as varchar[])"
    if fallible:
        bad = [f'("{cast.column}" is null and {place[cast.text]} is not null)' for cast in fallible]
        items = [
            f"case when \"{cast.column}\" is null then nullif(trim({place[cast.text]}), '') end"
            for cast in fallible
        ]
        unread = f"case when {' or '.join(bad)} then [{', '.join(items)}] end"
    outer = [f'"{cast.column}"' for cast in casts]
    chosen = ", ".join([*outer, f"{unread} as _unread", *carried])
    return f"select {chosen} from (select {', '.join([*inner, *carried])} from ({source}))"


def view_sql(
    dataset: Dataset, casts: Sequence[Cast], mapped: Iterable[str], file_sql: str, row_sql: str
) -> str:
    """Write the query that shows the stored rows as the dataset's table (architecture §3).

    Columns that the export does not have, and their ``_unread_`` columns, are constants and cost
    nothing.
    """
    stored = {cast.column for cast in casts}
    places = [cast.column for cast in casts if cast.text is not None]
    unread = {column: f"_unread[{number}]" for number, column in enumerate(places, start=1)}
    shown = [
        f'"{column}"' if column in stored else f'cast(null as {sql_type}) as "{column}"'
        for column, sql_type in dataset.types().items()
    ]
    kept = set(mapped)
    watched = [name for name, kind in dataset.types().items() if kind != "string" or name in kept]
    shown += [
        "rowid as _row_id",
        f"{file_sql} as _source_file",
        f"cast({row_sql} as bigint) as _source_row",
        *(f'{unread.get(name, "cast(null as string)")} as "_unread_{name}"' for name in watched),
    ]
    return ",\n".join(shown)
