"""What must hold of a pack before it is checked and sealed, as sentences that say what does not."""

from collections.abc import Iterator, Sequence

from motcua.snapshot.framing import complete_codes
from motcua.snapshot.identities import breaks
from motcua.snapshot.listing import Change, changes
from motcua.snapshot.maps import redrawn
from motcua.snapshot.marts import Marts
from motcua.snapshot.model import Content, RowKind, Table, to_json

WHOLE = ("toàn tỉnh", "toàn thành phố", "toàn địa bàn")
"""What a sentence may say only when every expected locality is in."""
_ROW_KINDS: tuple[RowKind, ...] = ("body", "group", "total")
_MANY = 20


def find_faults(content: Content, read: Content, marts: Marts) -> tuple[str, ...]:
    """Say everything that keeps a version from being checked; nothing where all is well.

    Args:
        content: what the version says.
        read: what the marts say of the same review as of the same date now.
        marts: the rows that ``read`` was built from.
    """
    return (
        *difference_faults(changes(content, read)),
        *cube_faults(content, read),
        *sum_faults(content),
        *map_faults(content),
        *coverage_faults(content, marts),
    )


def difference_faults(found: Sequence[Change]) -> tuple[str, ...]:
    """Say which figures are not those of the marts, the first twenty by name."""
    lines = [
        f"{change.name}: bản này ghi «{change.before or 'không có'}», "
        f"kho có «{change.after or 'không có'}»"
        for change in found[:_MANY]
    ]
    if len(found) > _MANY:
        lines.append(f"và {len(found) - _MANY} số khác nữa khác với kho")
    return tuple(lines)


def cube_faults(content: Content, read: Content) -> tuple[str, ...]:
    """Say whether the counts that the page filters are not those of the marts."""
    if content.cube is None or content.cube == read.cube:
        return ()
    return ("Số đếm mà trang HTML dùng để lọc, hoặc mã hồ sơ quá hạn, khác với kho",)


def map_faults(content: Content) -> tuple[str, ...]:
    """Say whether a map shows other figures than the version's own table of agencies."""
    if redrawn(content) == content.maps:
        return ()
    return ("Bản đồ không khớp với biểu II.06 theo cơ quan của bản này",)


def sum_faults(content: Content) -> tuple[str, ...]:
    """Say which lines do not balance and which totals are not the sums of their lines."""
    return tuple(
        fault for table in content.tables for fault in (*_unbalanced(table), *_wrong_totals(table))
    )


def coverage_faults(content: Content, marts: Marts) -> tuple[str, ...]:
    """Say which locality that is missing the first page does not name, and what says too much."""
    named = content.coverage.sentence
    faults = [
        f"trang đầu không nêu {name} là chưa có số liệu đến hết kỳ"
        for name in missing_localities(marts)
        if name not in named
    ]
    if content.coverage.is_whole and faults:
        faults.append("độ phủ ghi là đủ mà còn thiếu địa phương")
    if missing_localities(marts) or content.coverage.missing:
        said = to_json(content).decode()
        faults += [
            f"còn địa phương thiếu mà có câu viết «{word}»" for word in WHOLE if word in said
        ]
    return tuple(faults)


def missing_localities(marts: Marts) -> tuple[str, ...]:
    """Name the expected localities whose figures are not known to the period's end."""
    complete = complete_codes(marts)
    return tuple(
        record["locality_name"]
        for record in marts.localities
        if record["is_expected"] and record["locality_code"] not in complete
    )


def _unbalanced(table: Table) -> Iterator[str]:
    """Check the identities that the forms print: II.06 (TT 01/2020/TT-VPCP) and 07a/BTP."""
    yield from (f"{table.title}, {one}" for one in breaks(table))


def _wrong_totals(table: Table) -> Iterator[str]:
    """Compare totals with their groups and groups with their lines, where they show a count."""
    rows = {kind: [row for row in table.rows if row.kind == kind] for kind in _ROW_KINDS}
    for position, column in enumerate(table.columns):
        sums = {
            kind: sum(_number(row.cells[position].value) for row in found)
            for kind, found in rows.items()
            if found and (kind == "body" or all(r.cells[position].kind == "count" for r in found))
        }
        if column.kind == "count" and len(set(sums.values())) > 1:
            yield f"{table.title}, cột {column.title}: tổng cộng và các dòng không khớp"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
