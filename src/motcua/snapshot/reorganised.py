"""Handling by the map of the period beside handling by the map of the as-of date.

Who was divided, or ended without an heir to all of it, keeps its own line on both maps and says so:
nobody guesses its shares.
"""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot.handling import agency_names, by_level
from motcua.snapshot.lines import ORDER
from motcua.snapshot.marts import MAP_MEASURES, Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Row,
    Table,
    absent_cell,
    count_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, roman
from motcua.snapshot.sentences import fill

TABLE = "handling_maps"
_MAPS = {"then": "Theo bản đồ của kỳ", "now": "Theo bản đồ ngày khai thác"}
_MARKED = {
    "split": "Đã bị chia, không quy đổi",
    "dissolved": "Đã kết thúc, không quy đổi",
}
_TITLE = "Kết quả giải quyết theo bản đồ của kỳ và theo bản đồ ngày khai thác"
_SENTENCE = (
    "Bản đồ đơn vị đã đổi: {maps_replaced} cơ quan có hồ sơ của kỳ nay do cơ quan khác nhận toàn "
    "bộ; {maps_marked} cơ quan bị chia hoặc đã kết thúc, số liệu giữ ở cơ quan cũ và không quy "
    "đổi. Hai cách tính đặt cạnh nhau ở phụ lục 1."
)


def figures(records: Records) -> Iterator[Figure]:
    """Count agencies whose figures stand elsewhere today, and those that nobody converts."""
    if not _has_changed(records):
        return
    replaced = sum(_is_on(record, "then") and not _is_on(record, "now") for record in records)
    marked = sum(record["succession_state_code"] in _MARKED for record in records)
    yield Figure("maps_replaced", "Cơ quan nay do cơ quan khác nhận toàn bộ", count_cell(replaced))
    yield Figure("maps_marked", "Cơ quan bị chia, đã kết thúc", count_cell(marked))


def sentence(known: Mapping[str, Figure]) -> Paragraph | None:
    """Say how many agencies the maps differ by; None where they are one."""
    return fill("maps", _SENTENCE, known) if "maps_replaced" in known else None


def table(records: Records) -> Table:
    """Lay agencies out by level with both maps' counts; no lines where the maps are one."""
    columns = [ORDER, Column("agency", "Cơ quan", kind="text", width=34)]
    for code, title in _MAPS.items():
        columns += [
            Column(f"{code}_received_count", "Tổng nhận", title, width=11),
            Column(f"{code}_resolved_count", "Đã giải quyết", title, width=11),
            Column(f"{code}_in_time_count", "Trước và đúng hạn", title, width=11),
            Column(f"{code}_in_time_rate", "Tỷ lệ", title, kind="share", width=10),
            Column(f"{code}_pending_count", "Đang giải quyết", title, width=11),
        ]
    columns.append(Column("state", "Thay đổi", kind="text", width=26))
    return Table(
        code=TABLE,
        title=_TITLE,
        sheet="Hai bản đồ",
        unit="Đơn vị tính: hồ sơ",
        columns=tuple(columns),
        rows=tuple(_rows(records)) if _has_changed(records) else (),
        notes=(
            "Theo bản đồ ngày khai thác, số của cơ quan cũ đứng ở cơ quan đã nhận toàn bộ; dấu – "
            "là cơ quan không có trên bản đồ ấy. Cơ quan bị chia hoặc đã kết thúc giữ nguyên dòng "
            "của mình, có ghi ở cột «Thay đổi»; không ai ước lượng phần của từng nơi nhận.",
            "Hai tổng khác nhau khi cơ quan của bản đồ này có phần nằm ngoài phạm vi của bộ tài "
            "liệu trên bản đồ kia.",
        ),
        empty_sentence=(
            f"{_TITLE}: hai bản đồ là một, không cơ quan nào có hồ sơ của kỳ đã thay đổi."
            if records
            else f"{_TITLE}: {NO_DATA}."
        ),
    )


def _rows(records: Records) -> Iterator[Row]:
    blank = text_cell("")
    for position, (name, members) in enumerate(by_level(records), start=1):
        yield Row("group", (text_cell(roman(position)), text_cell(name), *_sums(members), blank))
        for number, (agency, record) in enumerate(
            zip(agency_names(members), members, strict=True), start=1
        ):
            cells = (text_cell(number), text_cell(agency), *_sums([record]))
            yield Row("body", (*cells, text_cell(_change(record))))
    yield Row("total", (blank, text_cell("Tổng cộng"), *_sums(records), blank))


def _sums(members: Sequence[Record]) -> tuple[Cell, ...]:
    return tuple(cell for code in _MAPS for cell in _sums_on(members, code))


def _sums_on(members: Sequence[Record], code: str) -> Iterator[Cell]:
    """Sum one map's counts of lines; a map that has none of them has no counts, not zeros."""
    found = [record for record in members if _is_on(record, code)]
    received, resolved, in_time, pending = (
        sum(record[f"{code}_{name}"] for record in found) if found else None
        for name in MAP_MEASURES
    )
    yield count_cell(received)
    yield count_cell(resolved)
    yield count_cell(in_time)
    yield absent_cell() if resolved is None else share_cell(in_time, resolved)
    yield count_cell(pending)


def _is_on(record: Record, code: str) -> bool:
    return record[f"{code}_{MAP_MEASURES[0]}"] is not None


def _is_same(record: Record) -> bool:
    return all(record[f"then_{name}"] == record[f"now_{name}"] for name in MAP_MEASURES)


def _has_changed(records: Records) -> bool:
    return any(
        not _is_same(record) or record["succession_state_code"] in _MARKED for record in records
    )


def _change(record: Record) -> str:
    if record["succession_state_code"] in _MARKED:
        return _MARKED[record["succession_state_code"]]
    if not _is_on(record, "now"):
        return f"Nay: {record['current_agency_name']}"
    if not _is_on(record, "then"):
        return "Nhận số của cơ quan cũ"
    return "" if _is_same(record) else "Gồm cả cơ quan đã nhập vào"
