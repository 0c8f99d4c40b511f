"""Write a proposed contract as YAML: what is sure plain, what is not with a comment or a TODO."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

import yaml

from motcua.contracts import TODO
from motcua.datasets import DATASETS, type_of
from motcua.onboarding import vocabulary
from motcua.onboarding.drafting import CERTAIN, Column, LayoutDraft

HEADING = """\
# Bản nháp lập từ «{name}». Cột không có ghi chú là {certain}; chỗ nào ghi «có thể» hãy xem lại.
# Việc phải làm: trả lời mọi TODO; chuyển từng cột dưới `unclassed` sang `columns`, `personal`
# hoặc `ignored` rồi bỏ khóa `unclassed`; chạy `motcua contract check` và `motcua contract try`.
"""
NEEDED = {"dossiers": ("dossier_code", "status_code", "received_at", "due_at", "finished_at")}
_LINE_WIDTH = 10_000


def contract_name(text: str) -> str:
    """Make a contract's name of a file's: lower case, no accents, underscores."""
    name = re.sub(r"[^a-z0-9]+", "_", vocabulary.plain(text).lower()).strip("_")
    return re.sub(r"_?\d{4,}(_\d+)*$", "", name) or name or "contract"


def pattern_of(name: str) -> str:
    """Make a pattern of a file's name: its digits, which another month changes, become a star."""
    path = PurePosixPath(unicodedata.normalize("NFC", name))
    return starred(path.stem) + path.suffix


def starred(name: str) -> str:
    """Put a star for the digits of a name."""
    escaped = re.sub(r"([\[\]*?])", r"[\1]", name)
    return re.sub(r"\d+([-_. ]?\d+)*", "*", escaped)


def explain(drafts: Sequence[LayoutDraft]) -> list[dict[str, object]]:
    """Give a line a column: what it becomes, how sure that is, an example where it can be shown."""
    return [
        {
            "tập dữ liệu": draft.dataset_code,
            "cột nguồn": one.source,
            "trở thành": ", ".join(one.targets) or _KINDS[one.kind],
            "độ tin cậy": one.confidence,
            "ví dụ": one.example,
            "ghi chú": one.note,
        }
        for draft in drafts
        for one in draft.columns
    ]


_KINDS = {
    "personal": "cá nhân (bỏ đi)",
    "ignored": "không lấy",
    "unclassed": "TODO: kỹ sư phân loại",
}


def write_contract(
    name: str, source: str, drafts: Sequence[LayoutDraft], unread: Sequence[str]
) -> str:
    """Write the contract.

    Args:
        name: Name of the contract.
        source: Name of the export that it was drafted from.
        drafts: A layout a dataset; several tables of one dataset are one layout already.
        unread: Files and sheets that are no dataset, for a comment.
    """
    lines = [HEADING.format(name=_one_line(source), certain=CERTAIN).rstrip("\n")]
    lines += [f"# Không nhận ra, không đưa vào: {_one_line(one)}" for one in unread]
    lines += [f"contract: {_scalar(name)}", f"title: {_scalar(f'Mẫu dữ liệu của {source}')}"]
    form = next((draft.code_form for draft in drafts if draft.code_form), None)
    if form:
        lines += ["# có thể: mã hồ sơ không theo dạng chung của quốc gia; đây là dạng đã thấy"]
        lines += ["code_forms:", f"  dossier_code: {_scalar(form)}"]
    lines.append("datasets:")
    exploded = {str(draft.table.place.get("explode")) for draft in drafts}
    for draft in drafts:
        lines += [f"  {draft.dataset_code}:"]
        lines += [f"    {line}" for line in _layout_lines(draft, exploded)]
    return "\n".join(lines) + "\n"


def _layout_lines(draft: LayoutDraft, exploded: set[str]) -> list[str]:
    place = {"files": pattern_of(draft.table.file_name), **draft.table.place}
    if draft.parent_columns:
        place["parent_columns"] = dict(draft.parent_columns)
    lines = [f"{key}: {_scalar(value)}" for key, value in place.items()]
    if lacking := _lacking(draft):
        lines.append(f"# chưa có cột nào cho {', '.join(lacking)}: xem defaults, by_presence")
    if draft.one_row_per:
        lines.append("# có thể: mã hồ sơ lặp lại ở nhiều dòng, mỗi hồ sơ lấy một dòng")
        lines.append(f"one_row_per: {_scalar([draft.one_row_per])}")
    formats = draft.formats()
    kinds = {type_of(target) for one in draft.columns for target in one.targets}
    for key, kind in (("timestamp_formats", "timestamp"), ("date_formats", "date")):
        if formats and kind in kinds:
            lines.append(f"{key}: {_scalar(list(formats))}")
    lines += _column_lines("columns", draft.mapped().values(), _targets)
    lines += _plain_lines("has_items", draft.has_items)
    lines += _value_lines(draft)
    lines += _column_lines("personal", _of_kind(draft, "personal"), lambda _: "drop")
    lists = [one for one in draft.table.lists if one in exploded]
    ignored = [*(one.source for one in _of_kind(draft, "ignored")), *_listed(draft, lists)]
    if ignored:
        lines.append(f"ignored: {_scalar(ignored)}")
    left = [one for one in draft.lists_unclassed if one not in exploded]
    lines += _unclassed_lines(_of_kind(draft, "unclassed"), left)
    return lines


def _lacking(draft: LayoutDraft) -> list[str]:
    """Name the columns without which dossiers are refused or count for nothing."""
    filled = {target for one in draft.columns for target in one.targets}
    return [one for one in NEEDED.get(draft.dataset_code, ()) if one not in filled]


def _listed(draft: LayoutDraft, lists: Sequence[str]) -> list[str]:
    known = [
        one
        for one in draft.table.lists
        if vocabulary.is_ignored(one, draft.dataset_code) and one not in lists
    ]
    return [] if "explode" in draft.table.place else known


def _of_kind(draft: LayoutDraft, kind: str) -> list[Column]:
    return [one for one in draft.columns if one.kind == kind]


def _targets(column: Column) -> object:
    return column.targets[0] if len(column.targets) == 1 else list(column.targets)


def _column_lines(key: str, columns: Iterable[Column], value_of: object) -> list[str]:
    lines = [
        f"  {_scalar(one.source)}: {_scalar(value_of(one))}"
        + ("" if one.confidence == CERTAIN else f"  # {one.confidence}: {_one_line(one.note)}")
        for one in columns
    ]
    return [f"{key}:", *lines] if lines else ([f"{key}: {{}}"] if key == "columns" else [])


def _plain_lines(key: str, values: Mapping[str, str]) -> list[str]:
    lines = [f"  {_scalar(name)}: {_scalar(value)}" for name, value in values.items()]
    return [f"{key}:", *lines] if lines else []


def _value_lines(draft: LayoutDraft) -> list[str]:
    lines = []
    for one in draft.columns:
        for column, codes in one.codes.items():
            if column not in one.targets:
                continue
            lines.append(f"  {column}:")
            for value, code in codes.items():
                asked = "  # mã nào?" if code == TODO else ""
                lines.append(f"    {_scalar(value)}: {_scalar(code)}{asked}")
    return ["values:", *lines] if lines else []


def _unclassed_lines(columns: Sequence[Column], lists: Sequence[str]) -> list[str]:
    lines = [f"  - {_scalar(one.source)}  # {_one_line(one.note)}" for one in columns]
    lines += [f"  - {_scalar(one)}  # danh sách lồng bên trong" for one in lists]
    return ["unclassed:", *lines] if lines else []


def _scalar(value: object) -> str:
    """Write a value on one line as YAML does."""
    text = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, width=_LINE_WIDTH, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def in_order(drafts: Iterable[LayoutDraft]) -> list[LayoutDraft]:
    """Order layouts as datasets are checked."""
    return sorted(drafts, key=lambda draft: list(DATASETS).index(draft.dataset_code))
