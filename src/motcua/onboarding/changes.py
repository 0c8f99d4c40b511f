"""What differs between two receipts of one delivery, and between the rows that they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from motcua.datasets import DATASETS
from motcua.receipts import DatasetCount, Receipt
from motcua.sql import quoted

Line = dict[str, object]
_PLACE = "_source_file, _source_row, _number"


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Accepted rows of one dataset on one side only, and changed values by column."""

    only_before_count: int = 0
    only_after_count: int = 0
    changed_counts: Mapping[str, int] | None = None


def comparison_sql(before: str, after: str, dataset_code: str) -> str:
    """Write the query that compares the accepted rows of two Parquet files.

    A row is known by its file and line; of several in one line, by its turn. The counts come in
    the order: rows before only, rows after only, then changed values by canonical column.
    """
    changed = [
        f'count(case when o._number is not null and n._number is not null and o."{column}" '
        f'is distinct from n."{column}" then 1 end)'
        for column in DATASETS[dataset_code].columns
    ]
    counted = [
        "count(case when n._number is null then 1 end)",
        "count(case when o._number is null then 1 end)",
        *changed,
    ]
    return (
        f"select {', '.join(counted)} from ({_numbered(before)}) as o "
        f"full join ({_numbered(after)}) as n using ({_PLACE})"
    )


def _numbered(path: str) -> str:
    turn = "partition by _source_file, _source_row order by file_row_number"
    read = f"read_parquet({quoted(path)}, file_row_number = true)"
    return f"select *, row_number() over ({turn}) as _number from {read}"


def row_changes(dataset_code: str, counts: Sequence[int]) -> RowChanges:
    """Name the counts that :func:`comparison_sql` gives."""
    only_before, only_after, *changed = counts
    by_column = dict(zip(DATASETS[dataset_code].columns, changed, strict=True))
    return RowChanges(only_before, only_after, {name: n for name, n in by_column.items() if n})


def lines_of(before: Receipt | None, after: Receipt, rows: Mapping[str, RowChanges]) -> list[Line]:
    """Give a line for the delivery where its fate changed, and one a dataset that changed."""
    old = {one.dataset_code: one for one in before.datasets} if before else {}
    new = {one.dataset_code: one for one in after.datasets}
    lines = []
    if _fate(before) != _fate(after):
        shown = f"{_fate(before)} → {_fate(after)}"
        lines.append(_line(after, "lần gửi", shown, "", ""))
    for code in [code for code in DATASETS if code in {*old, *new}]:
        accepted = _arrow(old.get(code), new.get(code), "accepted_count")
        refused = _arrow(old.get(code), new.get(code), "refused_count")
        changed = _changed(rows.get(code, RowChanges()))
        if "→" in accepted + refused or changed:
            lines.append(_line(after, code, accepted, refused, changed))
    return lines


def _line(receipt: Receipt, what: str, accepted: str, refused: str, changed: str) -> Line:
    return {
        "nơi gửi": receipt.locality_code,
        "lần gửi": receipt.delivery_id,
        "tập dữ liệu": what,
        "nhận": accepted,
        "không nhận": refused,
        "thay đổi": changed,
    }


def _fate(receipt: Receipt | None) -> str:
    if receipt is None:
        return "chưa nhận"
    return " ".join(filter(None, (receipt.state_code, receipt.refusal_code, receipt.contract_code)))


def _arrow(before: DatasetCount | None, after: DatasetCount | None, count: str) -> str:
    old, new = (getattr(one, count) if one else 0 for one in (before, after))
    return str(new) if old == new else f"{old} → {new}"


def _changed(rows: RowChanges) -> str:
    counted = {
        "dòng chỉ có trước": rows.only_before_count,
        "dòng chỉ có sau": rows.only_after_count,
        **(rows.changed_counts or {}),
    }
    return ", ".join(f"{name}: {count}" for name, count in counted.items() if count)
