"""Registers that people keep as CSV files: one line an entry, faults told in Vietnamese."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from motcua.errors import ContractError

FAULTS_TOLD = 5
Entry = TypeVar("Entry", bound=BaseModel)
_BEYOND = "beyond"
_NOT_A_DATE = "không phải ngày; viết theo mẫu 2025-07-31"
_SAID = {
    "bool_parsing": "chỉ nhận true hoặc false",
    "date_from_datetime_parsing": _NOT_A_DATE,
    "date_parsing": _NOT_A_DATE,
}


def read_text(path: Path) -> str:
    """Read the text of a register.

    Raises:
        ContractError: there is no such file, or it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise ContractError(str(path), "không đọc được tệp; phải là CSV, mã UTF-8") from None


def parse_lines(
    text: str, path: str, model: type[Entry], words: Mapping[str, str]
) -> list[tuple[int, Entry]]:
    """Read each line as a model whose fields are the columns; give it with its number, from 2.

    Args:
        text: of the file, the columns' names in its first line.
        path: what the file is called in errors.
        model: of a line; a cell is given without spaces around it, an empty one as None.
        words: column to what is said where its value cannot be taken, if not said of its type.

    Raises:
        ContractError: what is wrong, by line and column.
    """
    reader = csv.DictReader(io.StringIO(text), restkey=_BEYOND)
    columns = tuple(model.model_fields)
    if tuple(reader.fieldnames or ()) != columns:
        raise ContractError(path, f"dòng 1: các cột phải là {','.join(columns)}")
    found: list[tuple[int, Entry]] = []
    faults: list[str] = []
    for line in reader:
        try:
            found.append((reader.line_num, model.model_validate(_cells(line))))
        except ValidationError as error:
            faults += [f"dòng {reader.line_num}, {said}" for said in _said(error, words)]
    refuse(path, faults)
    return found


def refuse(path: str, faults: Sequence[str]) -> None:
    """Tell the first faults of a register and how many more there are, if there are any.

    Raises:
        ContractError: there are.
    """
    if not faults:
        return
    more = len(faults) - FAULTS_TOLD
    told = [*faults[:FAULTS_TOLD], *([f"và {more} lỗi khác"] if more > 0 else [])]
    raise ContractError(path, "; ".join(told))


def _cells(line: Mapping[str, object]) -> dict[str, object]:
    return {
        name: (cell.strip() or None) if isinstance(cell, str) else cell
        for name, cell in line.items()
    }


def _said(error: ValidationError, words: Mapping[str, str]) -> Iterator[str]:
    for fault in error.errors():
        column = str(fault["loc"][0])
        if column == _BEYOND:
            yield "có nhiều ô hơn số cột"
        elif fault["input"] is None:
            yield f"cột {column}: đang để trống"
        else:
            said = words.get(column) or _SAID.get(fault["type"], "không đọc được")
            yield f"cột {column}: {said}"
