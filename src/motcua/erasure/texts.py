"""Empty the values of a person in texts, and leave every other byte and every line in place."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from motcua.contracts import fold

_NEWLINES = re.compile(r"\r\n|\r|\n")
_STRUCTURE = re.compile(r"[^\"'\\\r\n{}\[\]:,;|\t]")
"""What may go from a line that is no whole record: all but what could be its structure."""
_JSON_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)', re.DOTALL)
LEAST_LETTERS = 4
"""A shorter value stands in too many others to be looked for inside a line."""


def emptied_cells(text: str, places: Collection[int], delimiter: str) -> tuple[str, list[str]]:
    """Empty the cells at places (from 0) of one whole CSV record.

    A quoted cell keeps its quotes and its line breaks, so that no line after it moves.

    Returns:
        The text, and the values that were there.
    """
    cell = re.compile(rf'"(?:[^"]|"")*"|[^{re.escape(delimiter)}\r\n]*')
    pieces: list[str] = []
    values: list[str] = []
    position = place = 0
    while True:
        found = cell.match(text, position)
        written, position = (found[0], found.end()) if found else ("", position)
        if place in places and written.strip('" \t\r\n'):
            values.append(_unquoted(written))
            written = f'"{_breaks_of(written)}"' if written.startswith('"') else ""
        pieces.append(written)
        if not text.startswith(delimiter, position):
            return "".join([*pieces, text[position:]]), values
        pieces.append(delimiter)
        position, place = position + len(delimiter), place + 1


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def _breaks_of(text: str) -> str:
    """Give the line breaks of a text, apart: a return and a line feed would be one."""
    return " ".join(_NEWLINES.findall(text))


def without_values(line: str, values: Iterable[str]) -> tuple[str, int]:
    """Take values out of a line that is no whole record; how many places of it held one.

    What may be structure (quotes, delimiters, braces) stays, so that the line is as broken as it
    was.
    """
    count = 0
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= LEAST_LETTERS and value in line:
            count += line.count(value)
            line = line.replace(value, _STRUCTURE.sub("", value))
    return line, count


@dataclass(slots=True)
class Node:
    """A value of a JSON text: where it stands, and what is in it."""

    start: int
    end: int = 0
    members: list[tuple[str, "Node"]] = field(default_factory=list)
    items: list["Node"] = field(default_factory=list)
    is_list: bool = False


def scan_json(text: str) -> Node:
    """Find where each value of a JSON text stands. The text must be JSON: parse it before."""
    position = 0
    root = Node(0, is_list=True)
    open_nodes, key = [root], ""
    while found := _JSON_TOKEN.match(text, position):
        sign, start, position = found[1], found.start(1), found.end()
        top = open_nodes[-1]
        if sign in "}]":
            open_nodes.pop().end = position
        elif sign not in ",:":
            if sign[0] == '"' and not top.is_list and _is_key(text, position):
                key = json.loads(sign)
                continue
            node = Node(start, position, is_list=sign == "[")
            if top.is_list:
                top.items.append(node)
            else:
                top.members.append((key, node))
            if sign in "{[":
                open_nodes.append(node)
    return root.items[0]


def _is_key(text: str, position: int) -> bool:
    found = _JSON_TOKEN.match(text, position)
    return bool(found) and found[1] == ":"


def nodes_at(node: Node, path: str) -> list[Node]:
    """Give the values at a dotted path (names folded); a key may hold the dots itself."""
    wanted = fold(path)
    found = []
    for key, value in node.members:
        name = fold(key)
        if name == wanted:
            found.append(value)
        elif wanted.startswith(f"{name}."):
            found += nodes_at(value, wanted[len(name) + 1 :])
    return found


def value_at(record: Mapping[str, object], path: str) -> object:
    """Give the value at a dotted path of a parsed record; null where there is none."""
    if path in record:
        return record[path]
    wanted = fold(path)
    for key, value in record.items():
        name = fold(key)
        if name == wanted:
            return value
        if isinstance(value, Mapping) and wanted.startswith(f"{name}."):
            inner = value_at(value, wanted[len(name) + 1 :])
            if inner is not None:
                return inner
    return None


def emptied_nodes(text: str, nodes: Iterable[Node]) -> tuple[str, list[str]]:
    """Put null in the place of values of a JSON text; line breaks in them stay."""
    values = []
    for node in sorted({(one.start, one.end) for one in nodes}, reverse=True):
        start, end = node
        parsed = json.loads(text[start:end])
        if parsed is None or parsed == "" or parsed == [] or parsed == {}:
            continue
        values += list(leaves(parsed))
        text = f"{text[:start]}null{_breaks_of(text[start:end])}{text[end:]}"
    return text, values


def leaves(value: object) -> Iterable[str]:
    """Give the texts and numbers in a parsed JSON value, as texts."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return [text for one in value for text in leaves(one)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


def parsed_json(text: str) -> object:
    """Parse a JSON text, numbers as they are written; null for what is no JSON."""
    try:
        return json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None


def stands_in(text: str, values: Iterable[str]) -> bool:
    """Say whether a text holds one of the values as a word of its own."""
    return any(
        re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) for value in values if value in text
    )


def spellings(value: str) -> set[bytes]:
    """Give the bytes that a value can be in a file: as letters, or as XML and JSON escape them."""
    letters = (value.encode(codec, "replace") for codec in ("utf-8", "utf-16-le", "utf-16-be"))
    escaped = (value.encode("ascii", "xmlcharrefreplace"), json.dumps(value)[1:-1].encode())
    return {*letters, *escaped}
