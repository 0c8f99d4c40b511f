"""The places of a report that staff write in: where they are, what they hold, how they look.

The report of a version marks each place by a bookmark, which nobody sees. Its working copy has a
content control there, whose tag says of which version it is, which place it is and the sum of what
was laid out in it: so what staff wrote is known by the file alone. A place goes by the titles of
its section, not by its number, which may become another's.
"""

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from motcua.snapshot.decree import with_fixed_times
from motcua.snapshot.model import Section
from motcua.snapshot.numbers import clean_text

BOOKMARK = "motcua_text_"
"""What the name of the bookmark of a place begins with; its code follows."""
UNPLACED = "unplaced"
"""The place, at the end of a working copy, of what has no other place any more."""
UNPLACED_TITLE = "Nội dung cũ chưa có chỗ"
TO_WRITE = "(Người soạn thảo bổ sung.)"
"""The sentence of a report that staff write over."""

_UNPLACED_NOTE = (
    "Lời đã ghi ở các bản trước, nay mục đó không còn. Chuyển lên chỗ cần dùng hoặc xóa đi; số "
    "trong lời ghi là số của bản ghi lời đó."
)
_PROMPTS = {
    "VII": "(Nguyên nhân, trách nhiệm của người đứng đầu: người soạn thảo ghi ở đây.)",
    "VIII": TO_WRITE,
    "IX": TO_WRITE,
}
_TAG = re.compile(r"motcua-text:(\d{2,}):([0-9a-f]{8}|unplaced):([0-9a-f]{8})")
_ALIAS_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Place:
    """One place: its code, the section that it is of, what stands there until somebody writes."""

    code: str
    name: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a place of a working copy holds; ``is_changed``: it is not what was laid out there."""

    code: str
    name: str
    paragraphs: tuple[str, ...]
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """A working copy: the version that it is of and its places in order."""

    version: int
    places: tuple[Found, ...]


def places_of(sections: Sequence[Section]) -> tuple[Place | None, ...]:
    """Give the place of each section; None for one that is but the heading above its parts."""
    places: list[Place | None] = []
    above = None
    for section, after in pairwise((*sections, None)):
        above = section if above is None or section.level == 1 else above
        is_heading = section.level == 1 and after is not None and after.level > 1
        places.append(None if is_heading else _place(section, above))
    return tuple(places)


def _place(section: Section, above: Section) -> Place:
    code = _digest((above.title, "" if section is above else section.title))
    number = section.number if section is above else f"{above.number}.{section.number}"
    return Place(code, f"{number}. {section.title}", _PROMPTS.get(section.number, ""))


def lay_out(
    report: bytes,
    version: int,
    places: Sequence[Place],
    texts: Mapping[str, Sequence[str]],
) -> bytes:
    """Make the working copy of a version's report.

    Args:
        report: the DOCX of the version.
        version: its number.
        places: those that it has, by their bookmarks.
        texts: paragraphs by the code of their place; those of ``UNPLACED`` come at the end.
    """
    document = Document(io.BytesIO(report))
    body = document.element.body
    by_code = {place.code: place for place in places}
    for start in list(body.iter(qn("w:bookmarkStart"))):
        code = start.get(qn("w:name"), "").removeprefix(BOOKMARK)
        if code in by_code:
            _take_out(start).addprevious(_control(by_code[code], version, texts.get(code, ())))
            start.getparent().remove(start)
    if texts.get(UNPLACED):
        heading = document.add_heading(UNPLACED_TITLE, level=1)
        heading.paragraph_format.page_break_before = True
        document.add_paragraph(_UNPLACED_NOTE)
        place = Place(UNPLACED, UNPLACED_TITLE)
        body.sectPr.addprevious(_control(place, version, texts[UNPLACED]))
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_times(buffer.getvalue())


def read_copy(data: bytes) -> Copy | None:
    """Read the places of a working copy; None where it has none (any more).

    Text that tracked changes delete is not there, text that they insert is. What cannot be opened
    raises whatever the reader of DOCX raises.
    """
    held: dict[str, dict[tuple[str, ...], None]] = defaultdict(dict)
    told: dict[str, tuple[str, str]] = {}
    versions = []
    for control in Document(io.BytesIO(data)).element.body.iter(qn("w:sdt")):
        match = _TAG.fullmatch(_value(control, "tag"))
        if match:
            version, code, laid = match.groups()
            versions.append(int(version))
            told.setdefault(code, (clean_text(_value(control, "alias")) or code, laid))
            # A control that was copied whole says the same again.
            held[code][_paragraphs(control)] = None
    if not versions:
        return None
    found = []
    for code, (name, laid) in told.items():
        paragraphs = tuple(line for lines in held[code] for line in lines)
        found.append(Found(code, name, paragraphs, is_changed=_digest(paragraphs) != laid))
    return Copy(max(versions), tuple(found))


def bookmark(place: Place, number: int) -> tuple:  # type: ignore[type-arg]
    """Make the two ends of a place's bookmark; ``number`` is another for each of a document."""
    spaces = nsdecls("w")
    start = f'<w:bookmarkStart {spaces} w:id="{number}" w:name="{BOOKMARK}{place.code}"/>'
    end = f'<w:bookmarkEnd {spaces} w:id="{number}"/>'
    return parse_xml(start), parse_xml(end)


def _take_out(start):  # type: ignore[no-untyped-def]
    """Remove what a bookmark encloses, and its end; give its start."""
    number = start.get(qn("w:id"))
    enclosed = start.getnext()
    while enclosed.tag != qn("w:bookmarkEnd") or enclosed.get(qn("w:id")) != number:
        start.getparent().remove(enclosed)
        enclosed = start.getnext()
    start.getparent().remove(enclosed)
    return start


def _control(place: Place, version: int, paragraphs: Sequence[str]):  # type: ignore[no-untyped-def]
    """Make the control of a place around its paragraphs, its prompt, or an empty line."""
    tag = f"motcua-text:{version:02d}:{place.code}:{_digest(paragraphs)}"
    control = parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtPr><w:alias w:val={quoteattr(place.name[:_ALIAS_LENGTH])}/>"
        f'<w:tag w:val="{tag}"/></w:sdtPr><w:sdtContent/></w:sdt>'
    )
    for line in paragraphs or (place.prompt,):
        paragraph = parse_xml(
            f'<w:p {nsdecls("w")}><w:pPr><w:ind w:firstLine="567"/><w:jc w:val="both"/></w:pPr>'
            '<w:r><w:t xml:space="preserve"/></w:r></w:p>'
        )
        paragraph[-1][0].text = line
        control[-1].append(paragraph)
    return control


def _paragraphs(control) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    """Give what a place holds, without blank lines and prompts, ours and Word's own."""
    if control.find(f"{qn('w:sdtPr')}/{qn('w:showingPlcHdr')}") is not None:
        return ()
    lines = (clean_text("".join(_texts(line))) for line in control.iter(qn("w:p")))
    return tuple(line for line in lines if line and line not in _PROMPTS.values())


def _texts(paragraph) -> Iterator[str]:  # type: ignore[no-untyped-def]
    for part in paragraph.iter(qn("w:t"), qn("w:tab"), qn("w:br")):
        yield (part.text or "") if part.tag == qn("w:t") else " "


def _value(control, name: str) -> str:  # type: ignore[no-untyped-def]
    found = control.find(f"{qn('w:sdtPr')}/{qn(f'w:{name}')}")
    return "" if found is None else found.get(qn("w:val"), "")


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]
