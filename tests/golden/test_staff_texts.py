"""What staff wrote into the working copy: found, kept, laid out again in the next draft."""

import copy
import dataclasses
import io
import json
import shutil
import zipfile

import duckdb
import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given
from hypothesis import settings as with_limits
from hypothesis import strategies as st

from motcua.files import write_whole
from motcua.settings import Settings
from motcua.shelf.edge import read_staff_texts, write_index
from motcua.snapshot import document, pack
from motcua.snapshot.edge import read_content, verify_pack, write_pack
from motcua.snapshot.model import Content, Section
from motcua.snapshot.numbers import clean_text
from motcua.staff.edge import write_working_copy_of
from motcua.staff.places import (
    TO_WRITE,
    UNPLACED,
    UNPLACED_TITLE,
    Place,
    bookmark,
    lay_out,
    places_of,
    read_copy,
)
from snapshot_support import quick_renderings

REVIEW = "2024-CY-H01"


@pytest.fixture(scope="module")
def content(small_file) -> Content:
    """A content without tables: it is the sections that matter."""
    with duckdb.connect(str(small_file), read_only=True) as connection:
        whole = read_content(connection, REVIEW)
    bare = tuple(dataclasses.replace(table, rows=(), notes=()) for table in whole.tables)
    sections = tuple(dataclasses.replace(one, table_codes=()) for one in whole.sections)
    return dataclasses.replace(
        whole, cube=None, charts=(), annexes=(), sections=sections, tables=bare
    )


REPORTS: dict[tuple[Section, ...], bytes] = {}


def report_of(content: Content) -> bytes:
    """Each draft of the same sections has the report of the first, laid out once."""
    if content.sections not in REPORTS:
        REPORTS[content.sections] = document.render_docx(content)
    return REPORTS[content.sections]


@pytest.fixture
def home(tmp_path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def quick_packs(monkeypatch):
    """Whole versions, without what only costs time."""
    with quick_renderings():
        monkeypatch.setattr(pack, "render_docx", report_of)
        yield


def draft_pack(home: Settings, content: Content, number: int) -> None:
    """Make a draft that says something else than the one before."""
    header = dataclasses.replace(content.header, place=f"Nơi {number}")
    made = write_pack(home, dataclasses.replace(content, header=header))
    assert (made.version, made.is_new) == (number, True)


def draft(home: Settings, content: Content, number: int) -> None:
    """Make the working copy of a version, and of the version what is read of it later."""
    shelf = home.snapshots / REVIEW
    told = {"sections": [dataclasses.asdict(section) for section in content.sections]}
    write_whole(shelf / f"v{number:02d}" / "content.json", json.dumps(told))
    header = dataclasses.replace(content.header, version=number)
    of_version = dataclasses.replace(content, header=header)
    write_working_copy_of(home, shelf, of_version, report_of(content))


def working(home: Settings, name: str = f"{REVIEW}.docx"):
    return home.snapshots / REVIEW / "lam_viec" / name


def places(content: Content) -> list[Place]:
    return [place for place in places_of(content.sections) if place]


def place_of(content: Content, title: str) -> Place:
    return next(place for place in places(content) if place.name.endswith(f". {title}"))


def control_of(report, code: str):
    return report.element.body.xpath(f'.//w:sdt[w:sdtPr/w:tag[contains(@w:val, ":{code}:")]]')[0]


def write(path, texts: dict[str, list[str]]) -> bytes:
    """Write into places as Word does: paragraphs in place of those that stand there."""
    report = Document(path)
    for code, lines in texts.items():
        inside = control_of(report, code).find(qn("w:sdtContent"))
        for old in list(inside):
            inside.remove(old)
        for line in lines:
            runs = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in line.partition(" "))
            space = ' xml:space="preserve"'
            runs = runs.replace("<w:t>", f"<w:t{space}>")
            inside.append(parse_xml(f"<w:p {nsdecls('w')}>{runs}</w:p>"))
    report.save(path)
    return path.read_bytes()


def said(path) -> dict[str, tuple[str, ...]]:
    found = read_copy(path.read_bytes())
    return {place.code: place.paragraphs for place in found.places if place.paragraphs}


def warnings(caplog) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]


def words(path) -> list[str]:
    body = Document(path).element.body
    return ["".join(line.xpath(".//w:t/text()")) for line in body.iter(qn("w:p"))]


def test_each_numbered_section_has_a_place_and_parts_have_it_instead_of_their_heading(content):
    names = [place.name for place in places(content)]

    assert len({place.code for place in places(content)}) == len(names) > 20
    assert {"II.3. Tiếp nhận", "VIII. Nhiệm vụ, giải pháp", "IX. Kiến nghị, đề xuất"} <= {*names}
    assert not any(name.startswith("II. ") for name in names)
    assert places_of(()) == ()


def test_text_in_every_place_survives_one_draft_and_two(home, content):
    draft(home, content, 1)
    laid = words(working(home))
    wrote = {place.code: [f"Lời của {place.name}", "Dòng hai"] for place in places(content)}
    edited = write(working(home), wrote)
    for number in (2, 3):
        draft(home, content, number)

        assert said(working(home)) == {code: tuple(lines) for code, lines in wrote.items()}
        assert read_copy(working(home).read_bytes()).version == number
    rows = read_staff_texts(home.snapshots / REVIEW)
    assert working(home, f"{REVIEW}.v01.docx").read_bytes() == edited
    assert (len(rows), {row.version for row in rows}) == (len(wrote), {1})
    assert all(len(row.source_sha256) == 64 and row.at for row in rows)
    assert TO_WRITE in laid
    assert TO_WRITE not in words(working(home))


@pytest.mark.usefixtures("quick_packs")
def test_a_text_stands_at_the_end_of_its_section_and_in_no_version(home, content):
    draft_pack(home, content, 1)
    place = place_of(content, "Tiếp nhận")
    write(working(home), {place.code: ["Do dân đi làm ăn xa."]})
    draft_pack(home, content, 2)
    folder = home.snapshots / REVIEW / "v02"

    lines = words(working(home))
    at = lines.index("Do dân đi làm ăn xa.")
    assert lines.index("3. Tiếp nhận") < at < lines.index("4. Giải quyết")
    assert "Do dân đi làm ăn xa." not in words(folder / f"{REVIEW}-v02.docx")
    assert "làm ăn xa" not in (folder / "content.json").read_text("utf-8")
    assert verify_pack(folder) == []
    assert not list(home.snapshots.rglob("*.parquet"))


def test_figures_and_prompts_are_not_taken_for_what_staff_wrote(home, content):
    draft(home, content, 1)
    report = Document(working(home))
    figure = report.element.body.xpath('.//w:sdt[w:sdtPr/w:tag[starts-with(@w:val, "motcua:")]]')
    next(figure[0].iter(qn("w:t"))).text = "999"
    emptied = control_of(report, place_of(content, "Giải quyết").code)
    emptied[0].append(parse_xml(f"<w:showingPlcHdr {nsdecls('w')}/>"))
    next(emptied.iter(qn("w:t"))).text = "Click or tap here to enter text."
    task = control_of(report, place_of(content, "Nhiệm vụ, giải pháp").code)
    task[-1].append(parse_xml(f"<w:p {nsdecls('w')}/>"))
    report.save(working(home))
    draft(home, content, 2)

    assert read_staff_texts(home.snapshots / REVIEW) == ()
    assert said(working(home)) == {}
    assert "999" not in "".join(words(working(home)))


def test_what_tracked_changes_delete_is_gone_and_what_they_insert_is_there(home, content):
    draft(home, content, 1)
    code = place_of(content, "Kiến nghị, đề xuất").code
    report = Document(working(home))
    line = next(control_of(report, code).iter(qn("w:p")))
    run = line[-1]
    run[0].tag = qn("w:delText")
    deleted, added = (parse_xml(f"<w:{name} {nsdecls('w')}/>") for name in ("del", "ins"))
    run.addprevious(deleted)
    deleted.append(run)
    added.append(
        parse_xml(f"<w:r {nsdecls('w')}><w:t>Đề nghị Bộ</w:t><w:tab/><w:t>sửa.</w:t></w:r>")
    )
    line.append(added)
    report.save(working(home))
    draft(home, content, 2)

    assert said(working(home)) == {code: ("Đề nghị Bộ sửa.",)}


def test_text_that_staff_delete_stays_deleted(home, content):
    draft(home, content, 1)
    code = place_of(content, "Kiến nghị, đề xuất").code
    write(working(home), {code: ["Đề nghị Bộ sửa."]})
    draft(home, content, 2)
    write(working(home), {code: [""]})
    draft(home, content, 3)

    rows = read_staff_texts(home.snapshots / REVIEW)
    assert said(working(home)) == {}
    assert [(row.version, row.paragraphs) for row in rows] == [(1, ("Đề nghị Bộ sửa.",)), (2, ())]


def test_a_place_goes_by_its_titles_whatever_its_number_becomes(home, content):
    moved = [
        dataclasses.replace(one, number="7") if one.title == "Tiếp nhận" else one
        for one in content.sections
    ]
    draft(home, content, 1)
    write(working(home), {place_of(content, "Tiếp nhận").code: ["Do mưa bão."]})
    draft(home, dataclasses.replace(content, sections=tuple(moved)), 2)

    assert said(working(home)) == {place_of(content, "Tiếp nhận").code: ("Do mưa bão.",)}
    assert UNPLACED_TITLE not in words(working(home))


def test_what_software_saved_without_controls_is_read_by_bookmarks_and_that_is_said(
    home, content, caplog
):
    """Written as in LibreOffice 7.4: into the line, by Enter, pasted, over a prompt, deleted."""
    first, last, emptied = (
        place_of(content, title).code
        for title in ("Tiếp nhận", "Kiến nghị, đề xuất", "Nhiệm vụ, giải pháp")
    )
    draft(home, content, 1)
    write(working(home), {first: ["Do mưa bão."], emptied: ["Giao Sở."]})
    draft(home, content, 2)
    working(home).write_bytes(without_controls(working(home).read_bytes()))
    report = Document(working(home))
    line = next(one for one in report.paragraphs if one.text == "Do mưa bão.")
    line.insert_paragraph_before("Trước đó:")
    line.add_run(" Và do máy.")
    prompts = [one for one in report.paragraphs if one.text == TO_WRITE]
    prompts[-1].text = "Đề nghị Bộ sửa."
    task = next(one for one in report.paragraphs if one.text == "Giao Sở.")
    task._p.getparent().remove(task._p)
    report.save(working(home))
    draft(home, content, 3)

    wrote = {first: ("Trước đó:", "Do mưa bão. Và do máy."), last: ("Đề nghị Bộ sửa.",)}
    assert said(working(home)) == wrote
    (line,) = warnings(caplog)
    count = len(places(content))
    assert f"{REVIEW}.v02.docx: phần mềm đã lưu tệp này làm mất ô ghi lời ở {count} chỗ" in line
    assert words(working(home))[0] in line
    draft(home, content, 4)
    assert said(working(home)) == wrote
    assert len(warnings(caplog)) == 1


def test_text_beside_a_control_and_in_a_copy_of_it_is_kept(home, content, caplog):
    draft(home, content, 1)
    code = place_of(content, "Tiếp nhận").code
    write(working(home), {code: ["Một.", "Hai."]})
    report = Document(working(home))
    control = control_of(report, code)
    for beside, text in ((control.addprevious, "Không."), (control.addnext, "Ba.")):
        beside(parse_xml(f"<w:p {nsdecls('w')}><w:r><w:t>{text}</w:t></w:r></w:p>"))
    control.getnext().addnext(copy.deepcopy(control))
    report.save(working(home))
    draft(home, content, 2)

    assert said(working(home)) == {code: ("Không.", "Một.", "Hai.", "Ba.")}
    assert warnings(caplog) == []


def test_a_place_that_is_gone_from_a_copy_is_named_and_has_what_was_kept(home, content, caplog):
    draft(home, content, 1)
    place = place_of(content, "Tiếp nhận")
    write(working(home), {place.code: ["Do mưa bão."]})
    draft(home, content, 2)
    report = Document(working(home))
    control = control_of(report, place.code)
    control.getparent().remove(control)
    for mark in report.element.body.xpath(f'.//w:bookmarkStart[contains(@w:name, "{place.code}")]'):
        mark.getparent().remove(mark)
    report.save(working(home))
    draft(home, content, 3)

    assert said(working(home)) == {place.code: ("Do mưa bão.",)}
    (line,) = warnings(caplog)
    assert f"{REVIEW}.v02.docx: không còn chỗ ghi lời của: II.3. Tiếp nhận." in line
    assert words(working(home))[0] in line


def test_a_section_that_vanished_is_listed_at_the_end_once_until_staff_delete_it(home, content):
    left = tuple(one for one in content.sections if one.title != "Tiếp nhận")
    fewer = dataclasses.replace(content, sections=left)
    draft(home, content, 1)
    write(working(home), {place_of(content, "Tiếp nhận").code: ["Do mưa bão.", "Do máy."]})
    for number, now in ((2, fewer), (3, fewer), (4, content)):
        draft(home, now, number)
        lines = [f"[II.3. Tiếp nhận, bản 01] {line}" for line in ("Do mưa bão.", "Do máy.")]

        assert said(working(home)) == {UNPLACED: tuple(lines)}
        assert words(working(home))[-3:-1] == lines
        assert words(working(home)).count(UNPLACED_TITLE) == 1
    write(working(home), {UNPLACED: [""]})
    draft(home, content, 5)
    assert UNPLACED_TITLE not in words(working(home))


def without_marks(data: bytes) -> bytes:
    report = Document(io.BytesIO(without_controls(data)))
    for mark in report.element.body.xpath(".//w:bookmarkStart | .//w:bookmarkEnd"):
        mark.getparent().remove(mark)
    return saved(report)


def without_controls(data: bytes) -> bytes:
    """Save as LibreOffice before 7.5 does: what stands in a control stays, the control does not."""
    report = Document(io.BytesIO(data))
    for control in list(report.element.body.iter(qn("w:sdt"))):
        for inside in list(control.find(qn("w:sdtContent"))):
            control.addprevious(inside)
        control.getparent().remove(control)
    return saved(report)


def saved(report) -> bytes:
    buffer = io.BytesIO()
    report.save(buffer)
    return buffer.getvalue()


def with_entities(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "word/document.xml":
                head, _, rest = text.partition(b"?>")
                text = head + b'?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + rest
            target.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="cut"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: b"\xd0\xcf\x11\xe0" + bytes(4096), id="encrypted"),
        pytest.param(without_marks, id="without marks"),
        pytest.param(with_entities, id="with entities"),
    ],
)
def test_a_copy_that_cannot_be_read_stays_and_the_next_lies_beside_it(home, content, spoil, caplog):
    code = place_of(content, "Kiến nghị, đề xuất").code
    draft(home, content, 1)
    write(working(home), {code: ["Đề nghị Bộ sửa."]})
    draft(home, content, 2)
    spoiled = spoil(working(home).read_bytes())
    working(home).write_bytes(spoiled)
    draft(home, content, 3)
    beside = working(home, f"{REVIEW}.v03.docx")

    assert working(home).read_bytes() == spoiled
    assert said(beside) == {code: ("Đề nghị Bộ sửa.",)}
    (line,) = warnings(caplog)
    assert line.startswith(f"{beside.parent}: {REVIEW}.docx để nguyên vì không đọc được")
    assert line.endswith(beside.name)
    assert words(beside)[0] in line

    write(beside, {code: ["Đề nghị Bộ bỏ."]})
    working(home).unlink()
    draft(home, content, 4)
    assert said(working(home)) == {code: ("Đề nghị Bộ bỏ.",)}
    assert said(beside) == {code: ("Đề nghị Bộ bỏ.",)}


@pytest.mark.parametrize("lock", [f"~${REVIEW[2:]}.docx", f".~lock.{REVIEW}.docx#"])
def test_a_copy_that_is_open_stays_and_is_read_by_the_draft_after(home, content, lock, caplog):
    first, second = (place_of(content, title).code for title in ("Tiếp nhận", "Giải quyết"))
    draft(home, content, 1)
    working(home, lock).touch()
    write(working(home), {first: ["Chưa lưu xong."]})
    draft(home, content, 2)
    beside = working(home, f"{REVIEW}.v02.docx")
    (line,) = warnings(caplog)
    assert "để nguyên vì đang mở để sửa" in line
    assert words(beside)[0] in line
    assert said(beside) == {}

    edited = write(working(home), {first: ["Do mưa bão."]})
    write(beside, {first: ["Do máy.", "Do mưa bão."], second: ["Đã giao Sở."]})
    working(home, lock).unlink()
    draft(home, content, 3)

    assert said(working(home)) == {first: ("Do mưa bão.", "Do máy."), second: ("Đã giao Sở.",)}
    assert working(home, f"{REVIEW}.v01.docx").read_bytes() == edited
    assert said(beside) == {first: ("Do máy.", "Do mưa bão."), second: ("Đã giao Sở.",)}


@pytest.mark.usefixtures("quick_packs")
def test_the_shelf_offers_the_copy_of_the_last_version_and_no_lock(home, content):
    draft_pack(home, content, 1)
    draft_pack(home, content, 2)
    working(home, f"~${REVIEW[2:]}.docx").touch()
    usual = write_index(home).read_text("utf-8")
    shutil.copyfile(working(home), working(home, f"{REVIEW}.v02.docx"))
    both = write_index(home).read_text("utf-8")

    assert f"lam_viec/{REVIEW}.docx" in usual
    assert f"{REVIEW}.v01.docx" not in usual
    assert "~$" not in usual
    assert f"lam_viec/{REVIEW}.v02.docx" in both


def test_no_copy_is_written_over_by_another(home, content):
    draft(home, content, 1)
    working(home, f"{REVIEW}.v01.docx").write_bytes(b"mine")
    draft(home, content, 2)

    assert working(home, f"{REVIEW}.v01.docx").read_bytes() == b"mine"
    assert read_copy(working(home, f"{REVIEW}.v01-2.docx").read_bytes()).version == 1


LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
LINES = st.lists(st.text(LETTERS, max_size=30).map(clean_text).filter(bool), max_size=3)


@given(first=LINES, second=LINES, end=LINES)
@with_limits(max_examples=10, deadline=None)
def test_whatever_is_laid_out_is_read_back_and_is_no_change(first, second, end):
    known = [Place("0" * 8, 'I. "A" & <B>'), Place("1" * 8, "VIII. B", TO_WRITE)]
    report = Document()
    for number, place in enumerate(known):
        report.add_paragraph(place.name * number)
        for mark in bookmark(place, number):
            report.element.body.sectPr.addprevious(mark)
    report.add_paragraph("IX. C")
    texts = {"0" * 8: first, "1" * 8: second, UNPLACED: end}
    made = lay_out(saved(report), 12, known, texts, ["Lưu ý"])
    for found, has_control in ((read_copy(made), True), (read_copy(without_controls(made)), False)):
        assert found.version == 12
        assert {one.code: list(one.paragraphs) for one in found.places if one.paragraphs} == {
            code: lines for code, lines in texts.items() if lines
        }
        assert not any(one.is_changed for one in found.places)
        assert {one.has_control for one in found.places} == {has_control}
