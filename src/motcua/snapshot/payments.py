"""What was paid and how: fees apart from the financial obligations of land."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.handling import flat_rows
from motcua.snapshot.lines import ORDER, Measure, cells, columns, listed_rows
from motcua.snapshot.marts import Records
from motcua.snapshot.model import (
    Column,
    Figure,
    Paragraph,
    Table,
    amount_cell,
    count_cell,
    share_cell,
)
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.sentences import fill, say

_WAYS = {
    "online": "thanh toán trực tuyến",
    "counter_cashless": "không dùng tiền mặt tại quầy",
    "cash": "tiền mặt",
}
_DOSSIERS = (
    Measure("dossier_count", "Hồ sơ có thu tiền"),
    *(
        measure
        for code, name in (
            ("online", "Trực tuyến"),
            ("counter_cashless", "Không dùng tiền mặt tại quầy"),
            ("cash", "Tiền mặt"),
        )
        for measure in (
            Measure(f"{code}_dossier_count", "Hồ sơ", group=name),
            Measure(f"{code}_dossier_count", "Tỷ lệ", "dossier_count", group=name),
        )
    ),
    Measure("unknown_dossier_count", "Nguồn không ghi"),
)
_AMOUNTS = (
    Measure("paid_amount", "Tổng số tiền", width=18),
    Measure("online_amount", "Trực tuyến", width=18),
    Measure("transfer_amount", "Chuyển khoản", group="Tại quầy", width=18),
    Measure("qr_amount", "Mã QR", group="Tại quầy", width=18),
    Measure("pos_amount", "Máy POS", group="Tại quầy", width=18),
    Measure("cash_amount", "Tiền mặt", group="Tại quầy", width=18),
    Measure("unknown_amount", "Nguồn không ghi", width=16),
)
_GROUP = Column("group", "Nhóm khoản thu", kind="text", width=26)
_EMPTY = f"Thanh toán phí, lệ phí, nghĩa vụ tài chính: {NO_DATA}."


def figures(payments: Records) -> Iterator[Figure]:
    """Give the figures of each group of fees."""
    for record in payments:
        code, name = f"paid_{record['code']}", record["code_name"]
        whole = record["dossier_count"]
        yield Figure(f"{code}_dossiers", f"{name}: hồ sơ có thu tiền", count_cell(whole))
        yield Figure(f"{code}_amount", f"{name}: số tiền", amount_cell(record["paid_amount"]))
        for way, title in _WAYS.items():
            count = record[f"{way}_dossier_count"]
            yield Figure(f"{code}_{way}", f"{name}: {title}", count_cell(count))
            yield Figure(f"{code}_{way}_share", f"{name}: {title}", share_cell(count, whole))


def sentences(known: Mapping[str, Figure], payments: Records) -> tuple[Paragraph, ...]:
    """Say of each group of fees how it was paid."""
    if not payments:
        return (say("payments", _EMPTY),)
    return tuple(
        fill(f"payments_{record['code']}", _template(record["code"]), known, name=name)
        for record in payments
        for name in [record["code_name"]]
    )


def _template(code: str) -> str:
    ways = ", ".join(
        f"{title} {{paid_{code}_{way}}} ({{paid_{code}_{way}_share}})"
        for way, title in _WAYS.items()
    )
    return (
        f"{{name}}: {{paid_{code}_dossiers}} hồ sơ có thu tiền, {ways}; số tiền đã thu "
        f"{{paid_{code}_amount}} đồng."
    )


def dossiers_table(payments: Records) -> Table:
    """Lay out dossiers by group of fees and way of paying."""
    return Table(
        code="payments",
        title="Hồ sơ có thu tiền theo hình thức thanh toán",
        sheet="Thanh toán",
        unit="Đơn vị tính: hồ sơ",
        columns=(ORDER, _GROUP, *columns(_DOSSIERS)),
        rows=listed_rows(payments, "code_name", _DOSSIERS),
        notes=(
            "Hồ sơ thanh toán bằng hai cách nằm ở cả hai cột; hồ sơ có cả hai nhóm khoản thu nằm ở "
            "cả hai dòng, nên không cộng các dòng.",
        ),
        empty_sentence=_EMPTY,
    )


def amounts_table(payments: Records) -> Table:
    """Lay out amounts by group of fees and way of paying."""
    return Table(
        code="payment_amounts",
        title="Số tiền đã thu theo hình thức thanh toán",
        sheet="Số tiền đã thu",
        unit="Đơn vị tính: đồng",
        columns=(ORDER, _GROUP, *columns(_AMOUNTS)),
        rows=flat_rows(payments, "code_name", lambda members: cells(members, _AMOUNTS)),
        notes=("Khoản thu 0 đồng không tính. Nghĩa vụ tài chính không phải phí, lệ phí.",),
        empty_sentence=f"Số tiền đã thu: {NO_DATA}.",
    )
