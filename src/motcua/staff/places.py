"""The places of a report that staff write in: where they are, what they hold, how they look.

The report of a version marks each place by a bookmark, which nobody sees. Its working copy has a
content control there, whose tag says of which version it is, which place it is and the sum of what
was laid out in it: so what staff wrote is known by the file alone. A bookmark around the control
says the same, as LibreOffice before 7.5 drops controls when it saves. A place goes by the titles
of its section, not by its number, which may become another's.
"""

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
_MARK = re.compile(rf"{BOOKMARK}(\d{{2,}})_([0-9a-f]{{8}}|unplaced)_([0-9a-f]{{8}})")
_ALIAS_LENGTH = 64
_NO_WIDTH = "\N{WORD JOINER}"
"""A character that nobody sees."""
_Lines = dict[tuple[object, object], str]
"""The text of each paragraph of a place, by its control (None: it stands in none) and itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place: its code, the section that it is of, what stands there until somebody writes."""

    code: str
    name: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a place of a working copy holds.

    ``is_changed``: it is not what was laid out there. ``has_control``: the control is still there;
    else the place was found by its bookmark alone.
    """

    code: str
    paragraphs: tuple[str, ...]
    is_changed: bool
    has_control: bool


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
    notes: Sequence[str] = (),
) -> bytes:
    """Make the working copy of a version's report.

    Args:
        report: the DOCX of the version.
        version: its number.
        places: those that it has, by their bookmarks.
        texts: paragraphs by the code of their place; those of ``UNPLACED`` come at the end.
        notes: what staff must know of the copies before; they stand above everything else.
    """
    document = Document(io.BytesIO(report))
    body = document.element.body
    first = body[0]
    by_code = {place.code: place for place in places}
    for start in list(body.iter(qn("w:bookmarkStart"))):
        code = start.get(qn("w:name"), "").removeprefix(BOOKMARK)
        if code in by_code:
            _set_control(_take_out(start), by_code[code], version, texts.get(code, ()))
    if texts.get(UNPLACED):
        heading = document.add_heading(UNPLACED_TITLE, level=1)
        heading.paragraph_format.page_break_before = True
        document.add_paragraph(_UNPLACED_NOTE)
        place = Place(UNPLACED, UNPLACED_TITLE)
        start, _ = bookmark(place, len(places))
        body.sectPr.addprevious(start)
        document.add_paragraph()
        _set_control(start, place, version, texts[UNPLACED])
    for note in notes:
        paragraph = document.add_paragraph()
        paragraph.add_run(note).bold = True
        first.addprevious(paragraph._p)
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_times(buffer.getvalue())


def read_copy(data: bytes) -> Copy | None:
    """Read the places of a working copy; None where it has none (any more).

    Text that tracked changes delete is not there, text that they insert is. What cannot be opened
    raises whatever the reader of DOCX raises.
    """
    body = Document(io.BytesIO(data)).element.body
    controls = {
        control: match
        for control in body.iter(qn("w:sdt"))
        if (match := _TAG.fullmatch(_tag_of(control)))
    }
    marks = _marks(body)
    told = [*controls.values(), *marks.values()]
    if not told:
        return None
    lines = _lines(body, controls, marks)
    with_control = {match[2] for match in controls.values()}
    found = []
    for code, laid in {match[2]: match[3] for match in told}.items():
        paragraphs = _paragraphs(lines[code])
        is_changed = _digest(paragraphs) != laid
        found.append(Found(code, paragraphs, is_changed, code in with_control))
    return Copy(max(int(match[1]) for match in told), tuple(found))


def _marks(body) -> dict[str, re.Match[str]]:  # type: ignore[no-untyped-def]
    """Give what the bookmarks of places say, by their ids; one without its end says nothing."""
    ends = {end.get(qn("w:id")) for end in body.iter(qn("w:bookmarkEnd"))}
    return {
        start.get(qn("w:id")): match
        for start in body.iter(qn("w:bookmarkStart"))
        if (match := _MARK.fullmatch(start.get(qn("w:name"), ""))) and start.get(qn("w:id")) in ends
    }


def _lines(body, controls, marks) -> dict[str, _Lines]:  # type: ignore[no-untyped-def]
    """Collect the text of each place: of the control that it stands in, else of the open bookmark.

    Only one bookmark is open at a time: where staff moved things about, the one opened last.
    """
    lines: dict[str, _Lines] = defaultdict(lambda: defaultdict(str))
    opened = None
    start, end, text, *spaces = map(
        qn, ("w:bookmarkStart", "w:bookmarkEnd", "w:t", "w:tab", "w:br")
    )
    for element in body.iter(start, end, text, *spaces):
        number = element.get(qn("w:id"))
        if element.tag == start:
            opened = number if number in marks else opened
        elif element.tag == end:
            opened = None if number == opened else opened
        else:
            control = next((one for one in element.iterancestors() if one in controls), None)
            place = marks.get(opened) if control is None else controls[control]
            if place and not _shows_prompt(control):
                paragraph = next(element.iterancestors(qn("w:p")))
                written = (element.text or "") if element.tag == text else " "
                lines[place[2]][control, paragraph] += written
    return lines


def _paragraphs(lines: _Lines) -> tuple[str, ...]:
    """Give what a place holds, without blank lines, prompts and controls that were copied whole."""
    cleaned = {key: clean_text(text) for key, text in lines.items()}
    said = {key: line for key, line in cleaned.items() if line and line not in _PROMPTS.values()}
    held: dict[object, list[str]] = defaultdict(list)
    for (control, _), line in said.items():
        held[control].append(line)
    kept = {tuple(own): control for control, own in reversed(held.items())}.values()
    return tuple(line for (control, _), line in said.items() if control in kept)


def _shows_prompt(control) -> bool:  # type: ignore[no-untyped-def]
    """Tell whether a control shows the words that Word puts into an empty one."""
    return control is not None and _property(control, "showingPlcHdr") is not None


def bookmark(place: Place, number: int) -> tuple:  # type: ignore[type-arg]
    """Make the two ends of a place's bookmark; ``number`` is another for each of a document."""
    return _ends(BOOKMARK + place.code, number)


def _ends(name: str, number: object) -> tuple:  # type: ignore[type-arg]
    spaces = nsdecls("w")
    start = f'<w:bookmarkStart {spaces} w:id="{number}" w:name="{name}"/>'
    return parse_xml(start), parse_xml(f'<w:bookmarkEnd {spaces} w:id="{number}"/>')


def _take_out(start):  # type: ignore[no-untyped-def]
    """Remove what a bookmark encloses, and its end; give its start."""
    number = start.get(qn("w:id"))
    enclosed = start.getnext()
    while enclosed.tag != qn("w:bookmarkEnd") or enclosed.get(qn("w:id")) != number:
        start.getparent().remove(enclosed)
        enclosed = start.getnext()
    start.getparent().remove(enclosed)
    return start


def _set_control(start, place: Place, version: int, paragraphs: Sequence[str]) -> None:  # type: ignore[no-untyped-def]
    """Put the control of a place where its bookmark begins, and a bookmark around it.

    That begins at the end of the paragraph before and ends in the one after, so that it holds
    whatever is typed, pasted or deleted between them.
    """
    told = f"{version:02d}:{place.code}:{_digest(paragraphs)}"
    control = _control(place, told, paragraphs)
    start.addprevious(control)
    start.getparent().remove(start)
    first, last = _ends(BOOKMARK + told.replace(":", "_"), start.get(qn("w:id")))
    before = control.getprevious()
    if not before.text:
        # LibreOffice drops the bookmark of an empty paragraph behind a table.
        before.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>{_NO_WIDTH}</w:t></w:r>"))
    before.append(first)
    after = control.getnext()
    after.insert(0 if after.pPr is None else 1, last)


def _control(place: Place, told: str, paragraphs: Sequence[str]):  # type: ignore[no-untyped-def]
    """Make the control of a place around its paragraphs, its prompt, or an empty line."""
    control = parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtPr><w:alias w:val={quoteattr(place.name[:_ALIAS_LENGTH])}/>"
        f'<w:tag w:val="motcua-text:{told}"/></w:sdtPr><w:sdtContent/></w:sdt>'
    )
    for line in paragraphs or (place.prompt,):
        paragraph = parse_xml(
            f'<w:p {nsdecls("w")}><w:pPr><w:ind w:firstLine="567"/><w:jc w:val="both"/></w:pPr>'
            '<w:r><w:t xml:space="preserve"/></w:r></w:p>'
        )
        paragraph[-1][0].text = line
        control[-1].append(paragraph)
    return control


def _tag_of(control) -> str:  # type: ignore[no-untyped-def]
    found = _property(control, "tag")
    return "" if found is None else found.get(qn("w:val"), "")


def _property(control, name: str):  # type: ignore[no-untyped-def]
    return control.find(f"{qn('w:sdtPr')}/{qn(f'w:{name}')}")


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]
