"""Lay a content out as a report in the layout of Decree 30/2020/NĐ-CP. Deterministic bytes."""

import datetime
import io

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.text.paragraph import CT_P
from docx.section import Section as WordSection
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from motcua.office import FONT
from motcua.snapshot.charts import Drawing, render_png, spoken
from motcua.snapshot.decree import (
    BODY_SIZE,
    banner_run,
    set_up_page,
    set_up_text,
    with_fixed_times,
    write_head,
    write_signature,
)
from motcua.snapshot.model import (
    PRINTED_LINES,
    Annex,
    Content,
    Note,
    Paragraph,
    Section,
    Table,
    shortened,
)
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.widths import TEXT_WIDTH_MM, WIDE_WIDTH_MM
from motcua.snapshot.word_table import control_around, table_element
from motcua.staff.places import TO_WRITE, Place, bookmark, places_of

_FIRST_LINE = Mm(10)
_BODY_TABLE = 19
_ANNEX_TABLE = 19
_WIDE_TABLE = 16
_MANY_COLUMNS = 14
_DENSE = "Summary"


def render_docx(content: Content) -> bytes:
    """Write the report of a content; of long lists the first lines."""
    document = Document()
    report = _Report(document, shortened(content, PRINTED_LINES))
    report.set_up()
    report.write_summary()
    report.start_report()
    report.write_heading_block()
    for section, place in zip(content.sections, places_of(content.sections), strict=True):
        report.write_section(section, place)
    report.write_signature_block()
    report.write_charts()
    report.write_annexes()
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_times(buffer.getvalue())


class _Report:
    """Writes one report; each method adds a part at the end of the document."""

    def __init__(self, document: Document, content: Content) -> None:  # type: ignore[valid-type]
        self._document = document
        self._content = content
        self._mark_count = 0

    def set_up(self) -> None:
        """Set fonts, margins, page numbers and the document's properties."""
        header = self._content.header
        properties = self._document.core_properties
        moment = datetime.datetime.fromisoformat(f"{header.as_of_date}T00:00:00+00:00")
        properties.created = properties.modified = moment
        properties.author = properties.last_modified_by = ""
        properties.title = f"{header.title} – {header.pack_code}"
        properties.comments = header.banner
        properties.keywords = header.pack_code
        properties.language = "vi-VN"
        set_up_text(self._document)
        for level in (1, 2):
            self._set_up_heading(level)
        self._set_up_dense()
        set_up_page(self._document.sections[0], is_first=True)
        self._write_running_lines(self._document.sections[0])

    def _set_up_heading(self, level: int) -> None:
        style = self._document.styles[f"Heading {level}"]
        style.font.name = FONT
        style.font.size = BODY_SIZE
        style.font.bold = True
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for attribute in list(fonts.attrib):
            del fonts.attrib[attribute]
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        style.paragraph_format.space_before = Pt(12)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.keep_with_next = True

    def _set_up_dense(self) -> None:
        """Make the style of the summary's lines: the page must hold them all."""
        style = self._document.styles.add_style(_DENSE, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self._document.styles["Normal"]
        style.font.size = Pt(11)
        style.paragraph_format.space_after = Pt(1)
        style.paragraph_format.line_spacing = 1

    def _write_running_lines(self, section: WordSection) -> None:
        """Number pages at the top, not on the first; print banner and frame."""
        number = section.header.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        number.add_run()._r.extend(_page_field())
        for footer in (section.footer, section.first_page_footer):
            self._write_footer(footer.paragraphs[0])
        if self._content.header.banner:
            first = section.first_page_header.paragraphs[0]
            first.alignment = WD_ALIGN_PARAGRAPH.CENTER
            banner_run(first, self._content.header.banner)
            banner_run(section.header.add_paragraph(), self._content.header.banner)
            section.header.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _write_footer(self, paragraph: WordParagraph) -> None:
        header = self._content.header
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(" · ".join((header.period_name, *header.frame)))
        run.font.size = Pt(8.5)
        run.italic = True

    def start_report(self) -> None:
        """Begin the report on a page of its own, numbered from 1: it can go without the summary."""
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        margins = section._sectPr.find(qn("w:pgMar"))
        margins.addnext(parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>'))

    def write_heading_block(self) -> None:
        """Write issuer and motto side by side, the blank number and date, and the title."""
        header = self._content.header
        write_head(self._document, header, "BC")
        self._centred_paragraph("BÁO CÁO", bold=True, size=15, before=18)
        self._centred_paragraph(header.title, bold=True)
        self._centred_paragraph(f"{header.review_name}", bold=True)
        for line in header.frame:
            self._centred_paragraph(line, italic=True, size=11.5, after=0)

    def write_summary(self) -> None:
        """Write the page that lies on top: coverage, ten indicators, what got better or worse."""
        header = self._content.header
        self._centred_paragraph("TÓM TẮT", bold=True, size=15)
        self._centred_paragraph(header.title, bold=True)
        self._centred_paragraph(header.review_name, bold=True)
        for line in header.frame:
            self._centred_paragraph(line, italic=True, size=11.5, after=0)
        paragraph = self._paragraph("")
        paragraph.paragraph_format.space_before = Pt(8)
        paragraph.add_run("Độ phủ: ").bold = True
        paragraph.add_run(self._content.coverage.sentence)
        self._write_table(self._content.table("ten"), TEXT_WIDTH_MM, _BODY_TABLE)
        for section in self._content.first_page:
            self._dense(self._paragraph("")).add_run(section.title).bold = True
            for sentence in section.paragraphs:
                self._dense(self._sentence(sentence, before="– "))

    def _dense(self, paragraph: WordParagraph) -> WordParagraph:
        """Set a line in the style of the summary."""
        paragraph.style = self._document.styles[_DENSE]
        return paragraph

    def write_section(self, section: Section, place: Place | None) -> None:
        """Write one numbered section: sentences, then tables; mark the place that staff write in.

        It is at the end, or where a sentence stands that they write over.
        """
        title = section.title.upper() if section.level == 1 else section.title
        self._heading(f"{section.number}. {title}", section.level)
        written_over = None
        for sentence in section.paragraphs:
            paragraph = self._sentence(sentence)
            paragraph.paragraph_format.first_line_indent = _FIRST_LINE
            if sentence.text == TO_WRITE:
                written_over = paragraph._p
        for code in section.table_codes:
            table = self._content.table(code)
            if table.rows:
                self._table_title(f"Bảng: {table.title}", table.unit)
                self._write_table(table, TEXT_WIDTH_MM, _BODY_TABLE)
        if place:
            self._mark(place, written_over)

    def _mark(self, place: Place, written_over: CT_P | None) -> None:
        """Set the bookmark of a place around a paragraph, or here around nothing."""
        start, end = bookmark(place, self._mark_count)
        self._mark_count += 1
        self._document.element.body.sectPr.addprevious(end)
        (end if written_over is None else written_over).addprevious(start)

    def write_signature_block(self) -> None:
        """Leave room for recipients and signature."""
        write_signature(self._document, self._content.header.signatory_title)

    def write_charts(self) -> None:
        """Write charts and maps on pages of their own, as pictures that say what they show."""
        if self._content.charts or self._content.maps:
            self._centred_heading("BIỂU ĐỒ", is_on_new_page=True)
        for chart in self._content.charts:
            self._write_drawing(chart)
        for drawn in self._content.maps:
            self._write_drawing(drawn)
            for one in drawn.classes:
                line = self._paragraph("")
                line.alignment = WD_ALIGN_PARAGRAPH.LEFT
                line.add_run(f"{one.label}. ").bold = True
                line.add_run(one.text)

    def _write_drawing(self, drawn: Drawing) -> None:
        title = self._paragraph("")
        title.alignment = WD_ALIGN_PARAGRAPH.LEFT
        title.paragraph_format.keep_with_next = True
        title.add_run(drawn.title).bold = True
        title.add_run(f"\n{drawn.caption}").italic = True
        picture = self._document.add_picture(io.BytesIO(render_png(drawn)))
        if picture.width > Mm(TEXT_WIDTH_MM):
            picture.height = int(picture.height * Mm(TEXT_WIDTH_MM) / picture.width)
            picture.width = Mm(TEXT_WIDTH_MM)
        picture._inline.docPr.set("descr", spoken(drawn))

    def write_annexes(self) -> None:
        """Write the annexes in a landscape section, each on a page of its own."""
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        for restart in section._sectPr.findall(qn("w:pgNumType")):
            section._sectPr.remove(restart)
        section.orientation = WD_ORIENT.LANDSCAPE
        set_up_page(section, is_first=False)
        for annex in self._content.annexes:
            self._write_annex(annex)

    def _write_annex(self, annex: Annex) -> None:
        """Write one annex; those that hold but a line follow each other on a page."""
        tables = [self._content.table(code) for code in annex.table_codes]
        is_long = annex.holds_definitions or any(table.rows for table in tables)
        title = f"Phụ lục {annex.number}. {annex.title}"
        self._centred_heading(title, is_on_new_page=is_long and annex.number > 1)
        for position, table in enumerate(tables):
            if table.code == annex.apart_from and any(one.rows for one in tables[position:]):
                apart = f"Phụ lục {annex.number} (tiếp). {annex.apart}"
                self._centred_heading(apart, is_on_new_page=True)
            if table.rows:
                self._table_title(table.title, table.unit)
            wide = len(table.columns) > _MANY_COLUMNS
            self._write_table(table, WIDE_WIDTH_MM, _WIDE_TABLE if wide else _ANNEX_TABLE)
        if annex.holds_definitions:
            self._write_definitions()

    def _write_definitions(self) -> None:
        if not self._content.definitions:
            self._paragraph(f"Định nghĩa chỉ tiêu: {NO_DATA}.")
        for note in self._content.definitions:
            self._write_note(note)
        self._heading("Quy tắc đếm đã chọn, chờ tỉnh quyết định khác")
        for note in self._content.decisions:
            self._write_note(note)

    def _write_note(self, note: Note) -> None:
        paragraph = self._paragraph("")
        paragraph.add_run(f"{note.term}: ").bold = True
        paragraph.add_run(note.text)
        for run in paragraph.runs:
            run.font.size = Pt(11.5)

    def _write_table(self, table: Table, width_mm: float, half_points: int) -> None:
        """Write a table and its notes, or the one line that stands in its place."""
        if table.rows:
            element = table_element(table, width_mm, half_points)
            self._document.add_paragraph()._p.addprevious(element)
            self._document.paragraphs[-1].paragraph_format.space_after = Pt(0)
        else:
            self._paragraph(table.empty_sentence)
        for note in table.notes:
            run = self._paragraph(note).runs[0]
            run.italic = True
            run.font.size = Pt(10.5)

    def _table_title(self, title: str, unit: str) -> None:
        paragraph = self._paragraph("")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.keep_with_next = True
        paragraph.add_run(title).bold = True
        run = paragraph.add_run(f" ({unit})")
        run.italic = True
        run.font.size = Pt(11)

    def _heading(self, text: str, level: int = 1) -> None:
        self._document.add_heading(text, level=level)

    def _centred_heading(self, text: str, *, is_on_new_page: bool) -> None:
        heading = self._document.add_heading(text, level=1)
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        heading.paragraph_format.page_break_before = is_on_new_page

    def _sentence(self, sentence: Paragraph, before: str = "") -> WordParagraph:
        """Write a sentence; each figure stands in a content control that has its code."""
        paragraph = self._paragraph(before)
        for run in sentence.runs:
            written = paragraph.add_run(run.text)._r
            if run.figure_code:
                figure = self._content.figures[run.figure_code]
                control = parse_xml(control_around("", run.figure_code, figure.name, nsdecls("w")))
                written.addprevious(control)
                control[-1].append(written)
        return paragraph

    def _paragraph(self, text: str) -> WordParagraph:
        paragraph = self._document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        if text:
            paragraph.add_run(text)
        return paragraph

    def _centred_paragraph(
        self,
        text: str,
        *,
        bold: bool = False,
        italic: bool = False,
        size: float = 13,
        before: float = 0,
        after: float = 4,
    ) -> None:
        paragraph = self._document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.space_after = Pt(after)
        run = paragraph.add_run(text)
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _page_field() -> list:  # type: ignore[type-arg]
    spaces = nsdecls("w")
    return [
        parse_xml(f'<w:fldChar {spaces} w:fldCharType="begin"/>'),
        parse_xml(f'<w:instrText {spaces} xml:space="preserve"> PAGE </w:instrText>'),
        parse_xml(f'<w:fldChar {spaces} w:fldCharType="end"/>'),
    ]
