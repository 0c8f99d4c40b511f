"""The content of the public pack: of the internal one the chosen tables, small counts hidden."""

import dataclasses
from collections.abc import Iterator, Sequence

from motcua.public.counts import (
    AGENCIES,
    CHANNEL_COLUMNS,
    CHANNEL_TOTAL,
    CHANNELS,
    FIELDS,
    FORM,
    HEADLINES,
    TOTAL,
    Key,
    channel_lines,
    form_lines,
    headline_line,
)
from motcua.public.disclosure import Hidden
from motcua.shelf.states import STATE_NAMES
from motcua.snapshot.model import (
    Annex,
    Cell,
    Column,
    Content,
    Header,
    Headline,
    Note,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    absent_cell,
    count_cell,
    text_cell,
)
from motcua.snapshot.sentences import small
from motcua.snapshot.summary import TEN

MARK = "*"
"""What stands in the place of a hidden figure."""
TITLE = "SỐ LIỆU CÔNG KHAI VỀ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
RATE = "resolved_in_time_rate"
RATE_COUNTS = ("resolved_early_count", "resolved_on_time_count", "resolved_count")
DECIDED = (
    "Hồ sơ được tính",
    "Hồ sơ rút",
    "Dừng, chờ bổ sung, chờ nghĩa vụ tài chính",
    "Không có ngày hẹn trả",
    "Ngày hay giờ",
    "Kết thúc sau kỳ",
    "Thiếu kênh tiếp nhận",
    "Đơn vị giải thể",
    "Thông tin không gửi",
    "0/0",
)
"""The decided rules that the public figures stand on."""
_GROUP_NAMES = {
    AGENCIES: "biểu II.06 theo từng cơ quan",
    FIELDS: "biểu II.06 theo lĩnh vực",
    CHANNELS: "hồ sơ theo kênh tiếp nhận",
    "levels": "biểu II.06 theo cấp",
    TOTAL: "dòng tổng cộng của biểu II.06",
}
_SCORE = (
    "Điểm Bộ chỉ số 766, số của các kỳ trước và các biểu khác của bộ tài liệu nội bộ không nằm "
    "trong bản này. Bản này không có danh sách hồ sơ, không có mã hồ sơ."
)


def public_content(content: Content, hidden: Hidden, min_count: int) -> Content:
    """Give what the public pack of a content says.

    Args:
        content: what the internal version says.
        hidden: which of its counts are hidden, which lines are left out.
        min_count: the smallest count that is shown.
    """
    masking = _Masking(content, hidden, min_count)
    lines = masking.headlines()
    # Every field by name: what a content comes to hold later is not public by itself.
    return Content(
        header=_header(content.header),
        coverage=content.coverage,
        headlines=lines,
        missing_headlines=masking.left_out_sentence(),
        summary=(),
        history=(),
        figures={},
        sections=(Section("I", "Phạm vi công khai", tuple(masking.paragraphs())),),
        charts=(),
        tables=(
            masking.headlines_table(lines),
            masking.form_table(content.table(AGENCIES)),
            masking.form_table(content.table(FIELDS)),
            masking.channels_table(),
        ),
        definitions=tuple(_definitions(content)),
        decisions=tuple(note for note in content.decisions if note.term in DECIDED),
        delivery_ids=(),
        cube=None,
        annexes=(
            Annex(1, "Biểu II.06 theo cơ quan", (AGENCIES,)),
            Annex(2, "Biểu II.06 theo lĩnh vực", (FIELDS,)),
            Annex(3, "Hồ sơ theo kênh tiếp nhận", (CHANNELS,)),
            Annex(4, "Định nghĩa chỉ tiêu và quy tắc đếm", holds_definitions=True),
        ),
    )


class _Masking:
    """Lays tables out again with marks in the place of hidden figures."""

    def __init__(self, content: Content, hidden: Hidden, min_count: int) -> None:
        self._content = content
        self._hidden = hidden
        self._note = (
            f"Dấu «{MARK}»: số từ 1 đến {min_count - 1} không công bố để không nhận ra hồ sơ của "
            "một người; một số ô khác ẩn kèm để không ai tính lại được các số ấy từ tổng hay hiệu. "
            "Số 0 luôn được công bố."
        )

    def headlines(self) -> tuple[Headline, ...]:
        """Give the indicators that are made public."""
        found = {line.code: line for line in self._content.headlines}
        return tuple(self._headline(found[code]) for code in HEADLINES if self._is_in(code, found))

    def _is_in(self, code: str, found: dict[str, Headline]) -> bool:
        return code in found and headline_line(code) not in self._hidden.groups

    def _headline(self, line: Headline) -> Headline:
        name = headline_line(line.code)
        keys = [(name, "numerator_count"), (name, "denominator_count")]
        return dataclasses.replace(
            line,
            name=TEN[line.code],
            numerator=self._shown(line.numerator, keys[:1]),
            denominator=self._shown(line.denominator, keys[1:]),
            result=self._shown(line.result, keys),
            unknown=count_cell(0),
            previous=absent_cell(""),
            previous_change="",
            same=absent_cell(""),
            same_change="",
        )

    def headlines_table(self, lines: Sequence[Headline]) -> Table:
        """Lay the indicators out."""
        cells = (
            (text_cell(number), text_cell(line.name), line.numerator, line.denominator, line.result)
            for number, line in enumerate(lines, start=1)
        )
        rows = tuple(
            Row("body", each, (("metric", line.code),))
            for each, line in zip(cells, lines, strict=True)
        )
        table = Table(
            code="ten",
            title="Các chỉ tiêu chính của kỳ",
            sheet="Chỉ tiêu",
            unit="Tử số, mẫu số: hồ sơ; phản ánh, kiến nghị: lượt",
            columns=(
                Column("order", "TT", kind="text", width=7),
                Column("name", "Chỉ tiêu", kind="text", width=46),
                Column("numerator_count", "Tử số", width=15),
                Column("denominator_count", "Mẫu số", width=15),
                Column("rate", "Kết quả", kind="share", width=15),
            ),
            rows=rows,
            empty_sentence="Các chỉ tiêu chính: không công khai được.",
        )
        return self._noted(table)

    def form_table(self, table: Table) -> Table:
        """Lay form II.06 out again."""
        codes = [column.code for column in table.columns]
        wanted = (*codes[:2], *FORM, RATE)
        places = [codes.index(code) for code in wanted]
        rows = tuple(
            dataclasses.replace(
                row,
                cells=tuple(
                    self._form_cell(line, code, row.cells[place])
                    for code, place in zip(wanted, places, strict=True)
                ),
            )
            for line, row in zip(form_lines(table), table.rows, strict=True)
            if self._is_shown(table, row)
        )
        columns = tuple(table.columns[place] for place in places)
        return self._noted(dataclasses.replace(table, columns=columns, rows=rows))

    def _form_cell(self, line: str, code: str, cell: Cell) -> Cell:
        counts = {RATE: RATE_COUNTS}.get(code, (code,) if code in FORM else ())
        return self._shown(cell, [(line, count) for count in counts])

    def _is_shown(self, table: Table, row: Row) -> bool:
        group = {"total": TOTAL, "group": "levels"}.get(row.kind, table.code)
        return group not in self._hidden.groups

    def channels_table(self) -> Table:
        """Lay out again what came in by channel."""
        table = self._content.table(CHANNELS)
        if CHANNELS in self._hidden.groups:
            return self._noted(dataclasses.replace(table, rows=()))
        codes = [column.code for column in table.columns]
        total = (CHANNEL_TOTAL, CHANNEL_COLUMNS["received"])
        rows = []
        for line, row in zip(channel_lines(table), table.rows, strict=True):
            cells = list(row.cells)
            for column, measure in CHANNEL_COLUMNS.items():
                place = codes.index(column)
                cells[place] = self._shown(cells[place], [(line, measure)])
            of_rate = [(line, CHANNEL_COLUMNS["received"]), total]
            cells[codes.index("share")] = self._shown(cells[codes.index("share")], of_rate)
            rows.append(dataclasses.replace(row, cells=tuple(cells)))
        return self._noted(dataclasses.replace(table, rows=tuple(rows)))

    def left_out_sentence(self) -> str:
        """Name the lines that cannot be made public at all."""
        names = [name for group, name in _GROUP_NAMES.items() if group in self._hidden.groups]
        names += [TEN[code] for code in HEADLINES if headline_line(code) in self._hidden.groups]
        return f"Không công khai được vì số quá nhỏ: {'; '.join(names)}." if names else ""

    def paragraphs(self) -> Iterator[Paragraph]:
        """Say what is public, what is not, and why."""
        header = self._content.header
        told = (
            f"Bản này công khai số liệu tổng hợp của {small(header.period_name)}, lấy từ phiên bản "
            f"{header.version:02d} của bộ tài liệu số liệu {header.review_code}, gồm "
            "các chỉ tiêu chính, biểu II.06 theo cơ quan và theo lĩnh vực, hồ sơ theo kênh tiếp "
            "nhận.",
            self._note,
            self.left_out_sentence(),
            _SCORE,
            "Dữ liệu mở kèm theo (CSV, Parquet) được mô tả trong tệp datapackage.json.",
        )
        for position, text in enumerate(filter(None, told), start=1):
            yield Paragraph(f"public_{position}", (Run(text),))

    def _noted(self, table: Table) -> Table:
        """Give a table its note where it holds a mark."""
        if not table.rows:
            sentence = f"{table.title}: không công khai được vì số quá nhỏ."
            return dataclasses.replace(table, notes=(), empty_sentence=sentence)
        marked = any(cell.text == MARK for row in table.rows for cell in row.cells)
        return dataclasses.replace(table, notes=(*table.notes, *([self._note] if marked else [])))

    def _shown(self, cell: Cell, keys: Sequence[Key]) -> Cell:
        """Give a cell, or the mark where a count is hidden that it stands on."""
        if any(key in self._hidden.cells for key in keys):
            return Cell(cell.kind, None, MARK)
        return cell


def _header(header: Header) -> Header:
    state = STATE_NAMES[header.state_code]  # type: ignore[index]
    return dataclasses.replace(
        header,
        title=TITLE,
        version_line=f"Bản công khai của phiên bản {header.version:02d} ({state})",
    )


def _definitions(content: Content) -> Iterator[Note]:
    """Give the definitions of the indicators, then those of the form's columns."""
    found = {line.code: line for line in content.headlines}
    for code in HEADLINES:
        if code in found and found[code].definition:
            yield Note(TEN[code], found[code].definition)
    for measure in content.cube.measures if content.cube else ():
        if measure.code in FORM and measure.definition:
            name = f"{measure.group} – {measure.title}" if measure.group else measure.title
            yield Note(name, measure.definition)
