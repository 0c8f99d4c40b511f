"""Keys of JSON records: which ones a layout takes, and the SQL that reads just those."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from motcua.contracts import Contract, Layout, fold
from motcua.intake.casting import NATIVE_END, decimal_sources
from motcua.intake.headers import HeaderMatch, read_columns, tellable
from motcua.sql import quoted

Record = Mapping[str, object]
ITEMS = "\0items"


@dataclass(frozen=True, slots=True)
class Sample:
    """The first records of a file, their keys as they are spelled, and these with dotted paths."""

    records: tuple[Record, ...]
    own_keys: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a sample of records told: keys as they are spelled, and how they match the layout."""

    keys: tuple[str, ...]
    match: HeaderMatch
    has_items: bool


def sample_of(records: Sequence[Record]) -> Sample:
    """Look through the first records of a file once, whichever layouts read it."""
    own_keys = dict.fromkeys(key for record in records for key in record)
    return Sample(tuple(records), tuple(own_keys), tuple(dict.fromkeys(_paths(records))))


def shape_of(sample: Sample, layout: Layout, contract: Contract) -> Shape:
    """Match the keys of a sample of records to a layout.

    A key may come for the first time after the sample, so a key that the sample lacks is read by
    the contract's own spelling; ``missing`` still names it.
    """
    own = sample_of(list(_items(sample.records, layout.explode))) if layout.explode else sample
    keys = tuple(dict.fromkeys([*own.keys, *sample.keys]))
    spelled = {fold(key): key for key in reversed(keys)}
    wanted = tuple(dict.fromkeys([*read_columns(layout), *layout.parent_columns]))
    missing = tuple(name for name in wanted if fold(name) not in spelled)
    known = _known(layout, contract)
    unknown = [key for key in own.own_keys if fold(key) not in known]
    named = tellable(list(enumerate(unknown, 1)), keys)
    match = HeaderMatch(dict.fromkeys(wanted, 0), missing, named)
    return Shape(keys, match, bool(own.records))


def relation_sql(
    records: str,
    layout: Layout,
    sources: Sequence[str],
    keys: Iterable[str],
    *,
    counts_bad_records: bool,
) -> str:
    """Write the relation of text columns ``s0, s1, …`` over a relation ``rec`` of JSON texts.

    ``_state`` is 0 for a record, 1 for a blank line, 2 for what is no JSON object.

    Args:
        records: SQL of the relation with the column ``rec``.
        layout: The layout; with ``explode``, a row is an item of that list and ``_line`` is its
            record's line.
        sources: The source columns, in the order of the text columns; a name with the ending of
            ``ITEMS`` asks whether that list has items.
        keys: Keys and dotted paths as the export spells them.
        counts_bad_records: With ``explode``, give a record that cannot be read as one bad item.
    """
    spelled = {fold(key): key for key in reversed(list(keys))}
    decimals = decimal_sources(layout)
    if layout.explode is None:
        texts, spec = _texts("j", sources, spelled, decimals)
        return (
            f"select {_state('rec', 'j')} as _state, {', '.join(texts)} "
            f"from (select rec, try(json_transform(rec, {quoted(spec)})) as j from ({records}))"
        )
    parents = [name for name in sources if name in layout.parent_columns]
    own = [name for name in sources if name not in layout.parent_columns]
    parent_texts, parent_spec = _texts("p", parents, spelled, decimals)
    own_texts, own_spec = _texts("j", own, spelled, decimals)
    by_name = dict(zip([*parents, *own], [*parent_texts, *own_texts], strict=True))
    texts = [
        f"{by_name[name].rsplit(' as ', 1)[0]} as s{number}" for number, name in enumerate(sources)
    ]
    nested = f"try(json_extract(rec, {quoted(_pointer(_spelling(layout.explode, spelled)))}))"
    bad = "case when trim(coalesce(rec, '')) = '' then [] else ['!'] end"
    items = (
        f"case when p is null then {bad if counts_bad_records else '[]'} "
        "when l is null or json_type(l) = 'NULL' then [] "
        "when json_type(l) = 'ARRAY' then cast(json_extract(l, '$[*]') as varchar[]) "
        "else ['!'] end"
    )
    parsed = f"try(json_transform(rec, {quoted(parent_spec)}))"
    record_rows = (
        f"select _line, case when left(ltrim(coalesce(rec, '')), 1) = '{{' then {parsed} end as p, "
        f"{nested} as l, rec from (select rec, row_number() over () as _line from ({records}))"
    )
    item_rows = f"select _line, p, unnest({items}) as item from ({record_rows})"
    parsed_items = (
        f"select _line, p, item, try(json_transform(item, {quoted(own_spec)})) as j "
        f"from ({item_rows})"
    )
    return (
        f"select {_state('item', 'j')} as _state, _line, {', '.join(texts)} from ({parsed_items})"
    )


def missing_names(shape_missing: Iterable[str], *, has_sample: bool) -> set[str]:
    """Give the names that are surely absent: without a sample, none is."""
    return set(shape_missing) if has_sample else set()


def _state(text: str, parsed: str) -> str:
    return (
        f"case when trim(coalesce({text}, '')) = '' then 1 "
        f"when left(ltrim({text}), 1) = '{{' and {parsed} is not null then 0 else 2 end"
    )


def _texts(
    relation: str,
    sources: Sequence[str],
    spelled: Mapping[str, str],
    decimals: frozenset[str],
) -> tuple[list[str], str]:
    """Write one text column a source, and the structure that reads them all."""
    texts = []
    spec: dict[str, object] = {"_none": "VARCHAR"} if not sources else {}
    for number, source in enumerate(sources):
        name, asked = source.removesuffix(ITEMS), source.endswith(ITEMS)
        key = _spelling(name, spelled)
        path = [key] if not _is_path(key) else key.split(".")
        _plant(spec, path, "JSON" if asked or name in decimals else "VARCHAR")
        value = relation
        for step in path:
            value = f"struct_extract({value}, {quoted(step)})"
        if asked or name in decimals:
            value = _has_items(value) if asked else _number_text(value)
        texts.append(f"{value} as s{number}")
    return texts, json.dumps(spec, ensure_ascii=False)


def _has_items(value: str) -> str:
    return (
        f"case json_type({value}) "
        f"when 'ARRAY' then cast(json_array_length({value}) > 0 as varchar) "
        "when 'OBJECT' then 'true' end"
    )


def _number_text(value: str) -> str:
    """Write a number of JSON as text that says nothing of marks; a text stays as it is."""
    text = f"json_extract_string({value}, '$')"
    return (
        f"case when json_type({value}) in ('DOUBLE', 'BIGINT', 'UBIGINT') "
        f"then concat({text}, {quoted(NATIVE_END)}) else {text} end"
    )


def _plant(spec: dict[str, object], path: Sequence[str], kind: str) -> None:
    for step in path[:-1]:
        inner = spec.get(step)
        if not isinstance(inner, dict):
            inner = spec[step] = {}
        spec = inner
    spec.setdefault(path[-1], kind)


def _spelling(name: str, spelled: Mapping[str, str]) -> str:
    return spelled.get(fold(name), name)


def _is_path(key: str) -> bool:
    return "." in key.strip(".")


def _pointer(key: str) -> str:
    steps = key.split(".") if _is_path(key) else [key]
    return "$" + "".join(f'."{step}"' for step in steps)


def _paths(records: Iterable[Record]) -> Iterable[str]:
    for record in records:
        for key, value in record.items():
            yield key
            if isinstance(value, Mapping):
                yield from (f"{key}.{inner}" for inner in _paths([value]))


def _items(records: Iterable[Record], nested: str) -> Iterable[Record]:
    for record in records:
        for key, value in record.items():
            if fold(key) == fold(nested) and isinstance(value, list):
                yield from (item for item in value if isinstance(item, Mapping))


def _known(layout: Layout, contract: Contract) -> set[str]:
    """Give the folded keys that the contract speaks of, in any of its datasets."""
    names: list[str] = []
    for other in contract.datasets.values():
        lists = [other.explode] if other.explode else []
        names += [*other.has_items.values(), *lists]
        if other is layout or not other.explode:
            names += [*read_columns(other), *other.personal, *other.ignored, *other.parent_columns]
    return {fold(name) for full in names for name in (full, full.split(".")[0])}
