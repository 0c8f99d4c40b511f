"""What the page says of a figure when somebody asks: definition, both counts, where it stands."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from motcua.snapshot.cube import LISTED
from motcua.snapshot.model import DIMENSIONS, Cell, Column, Content, Cube, Figure, Table
from motcua.snapshot.summary import TEN

HANDLING_TABLES = ("ii06_agencies", "ii06_fields")
"""The tables that count by the rows of the cube, so that its dossiers stand behind their cells."""

RATES = (
    (
        "resolved_in_time",
        "Trước và đúng hạn trên đã giải quyết",
        ("resolved_early_count", "resolved_on_time_count"),
        "resolved_count",
    ),
    (
        "online_received",
        "Trực tuyến trên tiếp nhận trong kỳ",
        ("received_online_count",),
        "received_in_period_count",
    ),
    (
        "pending_overdue",
        "Quá hạn trên đang giải quyết",
        ("pending_overdue_count",),
        "pending_count",
    ),
)
"""Rates of what is chosen: headline indicator, heading, counts of numerator, of denominator."""

_ASPECT = re.compile(
    r"_((same|previous)_(share|points)|numerator|denominator|unknown|share|rate|\d+)$"
)
_Texts = Mapping[str, str]


def page_data(content: Content) -> dict[str, Any]:
    """Give what the scripts of the page work on, as JSON would have it."""
    known = _definitions(content)
    header = content.header
    return {
        "frame": {
            "Quy tắc đếm": header.rule_line.removeprefix("Quy tắc đếm: "),
            "Kỳ số liệu": header.period_line.removeprefix("Kỳ số liệu: "),
            "Khai thác": header.as_of_line.removeprefix("Khai thác: "),
            "Phiên bản": header.version_line.removeprefix("Phiên bản "),
            **({"Lưu ý": header.banner} if header.banner else {}),
        },
        "scope": content.coverage.scope,
        "figures": {
            figure.code: _figure(figure, known, content.cube) for figure in content.figures.values()
        },
        "tables": {
            table.code: _table(table, known, content.cube) for table in content.tables if table.rows
        },
        "cube": content.cube and _cube(content.cube, known),
    }


def is_asked(code: str, cell: Cell) -> bool:
    """Tell whether there is anything to say of a cell: it is a figure and not «no data»."""
    return bool(code) and (cell.value is not None or cell.counts is not None)


def _definitions(content: Content) -> dict[str, str]:
    """Give every definition of the pack by the codes and names that ask for it."""
    known = {note.term: note.text for note in content.definitions}
    for measure in content.cube.measures if content.cube else ():
        known[measure.code] = measure.definition
    for line in content.headlines:
        known |= {line.code: line.definition, line.name: line.definition}
        known |= {TEN[line.code]: line.definition} if line.code in TEN else {}
    return known


def _first(known: _Texts, names: Iterable[str]) -> str:
    return next((known[name] for name in names if known.get(name)), "")


def _figure(figure: Figure, known: _Texts, cube: Cube | None) -> dict[str, Any]:
    bare = _ASPECT.sub("", figure.code)
    names = (figure.code, f"{figure.code}_count", bare, f"{bare}_count", figure.name)
    said: dict[str, Any] = {"name": figure.name, "definition": _first(known, names)}
    if figure.cell.counts:
        said["counts"] = figure.cell.counts
    if cube and figure.code in (bare, f"{bare}_numerator", f"{bare}_share"):
        said |= _measure(cube, f"{bare}_count")
    return said


def _measure(cube: Cube, code: str) -> dict[str, int]:
    """Name the measure whose dossiers the cube holds, by its position."""
    if code not in LISTED or not cube.dossiers:
        return {}
    return {"measure": [measure.code for measure in cube.measures].index(code)}


def _table(table: Table, known: _Texts, cube: Cube | None) -> dict[str, Any]:
    labels = {row.cells[1].text for row in table.rows}
    lines = {label: _first(known, (label, f"766: {label}")) for label in sorted(labels)}
    return {
        "title": table.title,
        "unit": table.unit,
        "notes": table.notes,
        "lines": {label: text for label, text in lines.items() if text},
        "columns": [_column(table, column, known, cube) for column in table.columns],
    }


def _column(table: Table, column: Column, known: _Texts, cube: Cube | None) -> dict[str, Any]:
    bare = _ASPECT.sub("", column.code)
    names = (column.code, bare, f"{bare}_count", column.group, column.title)
    said: dict[str, Any] = {
        "name": f"{column.group} – {column.title}" if column.group else column.title,
        "definition": _first(known, names),
        "formula": column.formula,
    }
    if cube and table.code in HANDLING_TABLES:
        said |= {"isOfDossiers": column.kind == "count", **_measure(cube, column.code)}
    return said


def _cube(cube: Cube, known: _Texts) -> dict[str, Any]:
    return {
        "measures": {measure.code: at for at, measure in enumerate(cube.measures)},
        "titles": [(measure.group, measure.title) for measure in cube.measures],
        "definitions": [measure.definition for measure in cube.measures],
        "dimensions": {
            name: [[member.code, member.name] for member in members]
            for name, members in zip(DIMENSIONS, cube.dimensions, strict=True)
        },
        "rows": cube.rows,
        "dossiers": cube.dossiers,
        "rates": [
            {"title": title, "parts": parts, "whole": whole, "definition": _first(known, (code,))}
            for code, title, parts, whole in RATES
        ],
        "limit": cube.dossier_limit,
        "listed": [_measure(cube, code)["measure"] for code in LISTED] if cube.dossiers else [],
    }
