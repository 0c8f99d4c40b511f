"""The figures in a report that staff edit in Word, and which of them are not as sealed."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from motcua.errors import PipelineError
from motcua.snapshot.listing import Shown, shown_figures
from motcua.snapshot.model import Content
from motcua.snapshot.word_table import FIGURE_TAG

Found = tuple[str, str]
"""Code and text of one figure of a document."""


def read_report(data: bytes, name: str) -> tuple[str, list[Found]]:
    """Give the review that a report says it is of, and its figures in order.

    What stands outside the content controls is the staff's own and is not read. Text that tracked
    changes delete is not there, text that they insert is.

    Raises:
        PipelineError: it is no DOCX.
    """
    try:
        document = Document(io.BytesIO(data))
    except (OpcError, zipfile.BadZipFile, KeyError, SyntaxError, ValueError) as error:
        raise PipelineError("verify", f"{name} is not a Word document: {error}") from error
    return document.core_properties.keywords.strip(), list(_figures(document.element.body))


def compare_report(found: Sequence[Found], sealed: Sequence[Found], content: Content) -> list[str]:
    """Say which figures of a report are not as sealed: one line each, a missing table in one.

    Args:
        found: the figures of the report.
        sealed: those of the report in the sealed version.
        content: what the sealed version says.
    """
    shown = shown_figures(content)
    wanted = dict(sealed)
    lines = [
        f"{shown[code].name}: bản Word ghi «{text}», bản niêm phong ghi «{wanted[code]}»"
        if code in wanted
        else f"«{text}»: bản niêm phong không có số này"
        for code, text in found
        if wanted.get(code) != text
    ]
    expected = Counter(code for code, _ in sealed)
    gone = expected - Counter(code for code, _ in found)
    whole = _whole_tables(gone, expected, shown)
    lines += [f"bảng «{content.table(code).title}»: thiếu cả bảng" for code in whole]
    return lines + [
        f"{shown[code].name}: thiếu, bản niêm phong ghi «{wanted[code]}»"
        for code in gone
        if shown[code].table_code not in whole
    ]


def _whole_tables(
    gone: Mapping[str, int], expected: Mapping[str, int], shown: Mapping[str, Shown]
) -> list[str]:
    """Give the tables of which no figure is left."""
    left = {shown[code].table_code for code, count in expected.items() if count > gone.get(code, 0)}
    lost = dict.fromkeys(shown[code].table_code for code in gone)
    return [code for code in lost if code and code not in left]


def _figures(body) -> Iterator[Found]:  # type: ignore[no-untyped-def]
    for control in body.iter(qn("w:sdt")):
        tag = control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
        value = "" if tag is None else tag.get(qn("w:val"), "")
        if value.startswith(FIGURE_TAG):
            words = "".join(part.text or "" for part in control.iter(qn("w:t"))).split()
            if words:
                yield value.removeprefix(FIGURE_TAG), " ".join(words)
