"""What agencies are asked to explain, and what has changed in figures that were sealed.

Neutral words only: a flag is a question to whoever knows the dossier, never a finding.
"""

from collections.abc import Mapping, Sequence

from motcua.snapshot.handling import agency_names
from motcua.snapshot.lines import ORDER, numbered_rows, summed
from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import (
    RESTATED,
    Cell,
    Column,
    Figure,
    Row,
    Table,
    count_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOT_COMPARABLE, format_date, format_percent, roman

_RESTATED = "Số liệu đã niêm phong nay được đếm khác"


def flags_table(flagged: Records) -> Table:
    """Lay out the agencies with flagged dossiers below each flag, beside what is usual."""
    rows: list[Row] = []
    by_flag: dict[str, list[Record]] = {}
    for record in flagged:
        by_flag.setdefault(record["flag_code"], []).append(record)
    for position, members in enumerate(by_flag.values(), start=1):
        rows.append(_flag_row(position, members))
        rows += _agency_rows([record for record in members if record["dossier_count"]])
    return Table(
        code="to_explain",
        title="Hồ sơ đề nghị cơ quan giải trình",
        sheet="Cần giải trình",
        unit="Đơn vị tính: hồ sơ; chỉ dùng trong bản nội bộ",
        columns=(
            ORDER,
            Column("flag", "Dấu hiệu, cơ quan", kind="text", width=46),
            Column("dossiers", "Số hồ sơ"),
            Column("denominator", "Trên tổng số", kind="score"),
            Column("rate", "Tỷ lệ", kind="share"),
            Column("usual", "Trung vị của các cơ quan cùng cấp", kind="share", width=16),
            Column("peers", "Số cơ quan cùng cấp", kind="score"),
            Column("explanation", "Giải trình của cơ quan", kind="text", width=30),
        ),
        rows=tuple(rows),
        notes=(
            "Là đề nghị giải trình, không phải kết luận về sai phạm: mỗi dấu hiệu đều có thể có lý "
            "do hợp lệ. Một hồ sơ có thể có nhiều dấu hiệu nên không cộng các dấu hiệu.",
            *(f"{m[0]['flag_name']}: {m[0]['definition']}" for m in by_flag.values()),
        ),
        empty_sentence=f"Hồ sơ đề nghị cơ quan giải trình: {NO_DATA}.",
        is_list=True,
    )


def _flag_row(position: int, members: Sequence[Record]) -> Row:
    """Sum a flag over all agencies; who has none is in the sum of what could be flagged."""
    count, whole = summed(members, "dossier_count"), summed(members, "denominator_count")
    return Row(
        "group",
        (
            text_cell(roman(position)),
            text_cell(
                f"{members[0]['flag_name']} (trên: {members[0]['denominator_name'].lower()})"
            ),
            count_cell(count),
            count_cell(whole),
            share_cell(count, whole),
            text_cell(""),
            text_cell(""),
            text_cell(""),
        ),
    )


def _agency_rows(members: Sequence[Record]) -> list[Row]:
    return [
        Row(
            "body",
            (
                text_cell(number),
                text_cell(name),
                count_cell(record["dossier_count"]),
                count_cell(record["denominator_count"]),
                share_cell(record["dossier_count"], record["denominator_count"]),
                _usual_cell(record["peer_median_rate"]),
                count_cell(record["peer_agency_count"]),
                text_cell(""),
            ),
        )
        for number, (name, record) in enumerate(
            zip(agency_names(members), members, strict=True), start=1
        )
    ]


def _usual_cell(rate: float | None) -> Cell:
    if rate is None:
        return Cell("share", None, NOT_COMPARABLE)
    return Cell("share", float(rate), format_percent(rate))


def restated_table(sealed: Records, restated: Records, known: Mapping[str, Figure]) -> Table:
    """Lay out by how much each figure of the last sealed version has moved since, and why."""
    last = max(sealed, key=lambda record: record["pack_no"], default=None)
    since = () if last is None else tuple(r for r in restated if r["pack_no"] == last["pack_no"])
    rows = numbered_rows(
        since,
        lambda record: (
            text_cell(_figure_name(record, known)),
            text_cell(record["reason_name"] or record["reason_code"]),
            count_cell(record["added_count"]),
            count_cell(record["removed_count"]),
            count_cell(record["added_count"] - record["removed_count"]),
        ),
    )
    return Table(
        code=RESTATED,
        title=_RESTATED,
        sheet="Đếm khác lúc niêm phong",
        unit="Đơn vị tính: hồ sơ",
        columns=(
            ORDER,
            Column("figure", "Số liệu", kind="text", width=44),
            Column("reason", "Lý do", kind="text", width=56),
            Column("added", "Thêm vào"),
            Column("removed", "Bớt ra"),
            Column("moved", "Tăng, giảm"),
        ),
        rows=rows,
        notes=() if last is None else (_since(last),),
        empty_sentence=(
            f"{_RESTATED}: chưa có bản nào được niêm phong."
            if last is None
            else f"{_RESTATED}: không có hồ sơ nào. {_since(last)}"
        ),
    )


def _since(last: Record) -> str:
    return (
        f"So với bản {last['pack_no']:02d} đã niêm phong (số liệu biết đến hết ngày "
        f"{format_date(last['as_of_date'])}); từng hồ sơ: motcua restate."
    )


def _figure_name(record: Record, known: Mapping[str, Figure]) -> str:
    figure = known.get(record["measure_code"])
    return figure.name if figure else str(record["measure_code"])
