"""What a pack says of other versions: its differences from the one before it, and errata."""

import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime

from motcua.shelf.states import Erratum
from motcua.snapshot import sentences
from motcua.snapshot.listing import Change
from motcua.snapshot.model import (
    CHANGES,
    ERRATA,
    OTHER_ERRATA,
    Column,
    Content,
    Row,
    Section,
    Table,
    date_cell,
    text_cell,
)
from motcua.snapshot.numbers import format_count

_CHANGES = "Thay đổi so với bản trước"
_ERRATA = "Đính chính số liệu đã niêm phong"
_OTHER_ERRATA = "Đính chính bộ tài liệu của các kỳ họp khác"
_GONE = "không có"
_FIRST = 3
"""Figures that the first page names: it holds the ten indicators too."""
_ORDER = Column("order", "TT", kind="text", width=7)


def with_changes(
    content: Content, base: int, reason: str, found: Sequence[Change], *, is_sealed: bool = True
) -> Content:
    """Give the content with its differences from an earlier version, and why there is a new one.

    The first page names the first figures that moved, and how many others did.

    Args:
        content: what the new version says.
        base: the version that it is compared with.
        reason: why there is a new one; may be empty after a draft.
        found: what differs.
        is_sealed: whether the version compared with is sealed.
    """
    state = "đã niêm phong" if is_sealed else "chưa niêm phong"
    why = f"; lý do: {reason.rstrip(' .')}" if reason else ""
    said = f"Lập lại sau bản {base:02d} {state}{why}."
    figures = [change for change in found if not change.table_code]
    what = "Không số nào thay đổi."
    if found:
        what = (
            f"Số liệu thay đổi: {format_count(len(figures))} số của lời văn, "
            f"{format_count(len(found) - len(figures))} ô của các bảng; xem phụ lục «{_CHANGES}»."
        )
    lines = (
        sentences.say(CHANGES, f"{said} {what}"),
        *(
            sentences.say(
                f"{CHANGES}_{number}",
                f"{change.name}: {change.before or _GONE} → {change.after or _GONE}.",
            )
            for number, change in enumerate(figures[:_FIRST], start=1)
        ),
    )
    return _with(content, Section("", _CHANGES, lines), changes_table(found, base))


def with_errata(content: Content, found: Sequence[Erratum]) -> Content:
    """Give the content with the errata of the review's sealed versions."""
    if not found:
        return content
    said = "Có số liệu của bản đã niêm phong được đính chính"
    sentence = sentences.say(ERRATA, f"{said}: xem phụ lục «{_ERRATA}».")
    return _with(content, Section("", "Đính chính", (sentence,)), errata_table(found))


def with_other_errata(content: Content, found: Sequence[tuple[str, Erratum]]) -> Content:
    """Give the content with the errata of the province's other reviews, each by its review."""
    if not found:
        return content
    said = "Có số liệu của kỳ họp khác đã niêm phong được đính chính"
    sentence = sentences.say(OTHER_ERRATA, f"{said}: xem phụ lục «{_OTHER_ERRATA}».")
    section = Section("", "Đính chính kỳ họp khác", (sentence,))
    return _with(content, section, other_errata_table(found))


def changes_table(found: Sequence[Change], base: int | None = None) -> Table:
    """Lay out the sentences' figures that changed; changes of tables' cells are counted."""
    figures = [change for change in found if not change.table_code]
    rows = tuple(
        Row(
            "body",
            (
                text_cell(number),
                text_cell(change.name),
                text_cell(change.code),
                text_cell(_GONE if change.before is None else change.before),
                text_cell(_GONE if change.after is None else change.after),
            ),
        )
        for number, change in enumerate(figures, start=1)
    )
    cells = len(found) - len(figures)
    note = (
        f"Ngoài ra {format_count(cells)} ô của các bảng thay đổi; liệt kê đủ trong tệp "
        "differences.json."
    )
    nothing = (
        "đây là bản đầu tiên" if base is None else f"không số nào của lời văn khác bản {base:02d}"
    )
    return Table(
        code=CHANGES,
        title=_CHANGES,
        sheet="Thay đổi",
        unit="Như in ở mỗi bản",
        columns=(
            _ORDER,
            Column("figure", "Số liệu", kind="text", width=60),
            Column("code", "Mã số liệu", kind="text", width=26),
            Column("before", f"Bản {base:02d}" if base else "Trước", kind="text", width=28),
            Column("after", "Bản này", kind="text", width=28),
        ),
        rows=rows,
        notes=(note,) if cells else (),
        empty_sentence=f"{_CHANGES}: {nothing}.",
    )


def errata_table(found: Sequence[Erratum]) -> Table:
    """Lay out the figures of sealed versions that were found wrong later."""
    named = [(f"{erratum.version:02d}", erratum) for erratum in found]
    return _errata_table(ERRATA, _ERRATA, "Đính chính", ("Bản", 7), named)


def other_errata_table(found: Sequence[tuple[str, Erratum]]) -> Table:
    """Lay out the errata of other reviews, each with the review and the version that it is of."""
    named = [(f"{review}, bản {erratum.version:02d}", erratum) for review, erratum in found]
    return _errata_table(
        OTHER_ERRATA, _OTHER_ERRATA, "Đính chính kỳ khác", ("Kỳ họp, bản", 24), named
    )


def _errata_table(
    code: str, title: str, sheet: str, of: tuple[str, int], found: Sequence[tuple[str, Erratum]]
) -> Table:
    rows = tuple(
        Row(
            "body",
            (
                text_cell(number),
                text_cell(erratum.figure_name),
                text_cell(name),
                text_cell(erratum.printed),
                text_cell(erratum.text),
                date_cell(datetime.fromisoformat(erratum.at)),
            ),
        )
        for number, (name, erratum) in enumerate(found, start=1)
    )
    return Table(
        code=code,
        title=title,
        sheet=sheet,
        unit="Như in ở bản đã niêm phong",
        columns=(
            _ORDER,
            Column("figure", "Số liệu", kind="text", width=44),
            Column("version", of[0], kind="text", width=of[1]),
            Column("printed", "Đã in", kind="text", width=20),
            Column("text", "Đính chính", kind="text", width=50),
            Column("noted", "Ngày ghi", kind="date", width=13),
        ),
        rows=rows,
        empty_sentence=f"{title}: không có.",
    )


def differences_json(
    base_version: int, reason: str, found: Sequence[Change], *, is_sealed: bool = True
) -> bytes:
    """Write every difference from an earlier version, cells of tables too."""
    told = {
        "base_version": base_version,
        "is_base_sealed": is_sealed,
        "reason": reason,
        "changes": [dataclasses.asdict(change) for change in found],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _with(content: Content, section: Section, table: Table) -> Content:
    tables = tuple(table if other.code == table.code else other for other in content.tables)
    return dataclasses.replace(content, history=(*content.history, section), tables=tables)
