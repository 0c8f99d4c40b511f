"""What a workbook's own XML says before a reader opens it, and tables of an HTML page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.intake import htmltables, workbooks, worksheets
from motcua.intake.workbooks import SheetFacts

ROWS = (
    b"<worksheet><sheetData>"
    b'<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>1</v></c></row>'
    b'<row r="2" hidden="1"><c r="A2"><f>B9</f></c></row>'
    b"<row r='9' hidden='true'><c r='AB9'><f>B9</f><v>3</v></c><c r='AC9' s='1'/></row>"
    b"</sheetData></worksheet>"
)


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_facts_of_a_sheet_do_not_depend_on_how_it_is_read(size):
    blocks = [ROWS[start : start + size] for start in range(0, len(ROWS), size)]

    assert workbooks.facts_of_xlsx(blocks) == SheetFacts(9, 29, frozenset({2, 9}), 1)


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        pytest.param(b"", SheetFacts(), id="nothing"),
        pytest.param(b"<row><c/><c/></row><row><c/></row>", SheetFacts(2, 2), id="no places named"),
        pytest.param(b'<x:row r="5"><x:c r="B5"/></x:row>', SheetFacts(5, 2), id="a prefix"),
        pytest.param(b'<row r="1048576"><c r="XFD1048576"/></row>', SheetFacts(1048576, 16384),
                     id="the far corner"),
        pytest.param(b'<row r="1"><c r="A1"/><c r="AB1"/></row><row r="2"><c r="ZZ2" s="1"/></row>',
                     SheetFacts(2, 702), id="beyond Z, the farthest last"),
        pytest.param(b'<row r="1"><c r="AB1"/><c r="A1"/><c r="B1"><v>x:c</v></c></row>',
                     SheetFacts(1, 28), id="out of order"),
        pytest.param(b'<row r="1"><c r="AB1"/><c s="1" r="AD1"/></row>', SheetFacts(1, 30),
                     id="attributes in another order"),
        pytest.param(b'<row r="1"><c r="AA1"/></row><row>' + b"<c/>" * 30 + b"</row>",
                     SheetFacts(2, 30), id="named and unnamed"),
        pytest.param(b'<row r="1"><c r="AA1"/></row><row>' + b'<c r="5"/>' * 30 + b"</row>",
                     SheetFacts(2, 30), id="names that name no column"),
    ],
)  # fmt: skip
def test_span_of_a_sheet_is_what_a_reader_would_lay_out(xml, expected):
    assert workbooks.facts_of_xlsx([xml]) == expected


def test_span_of_an_open_document_ends_at_its_last_value():
    cell = b'<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    filler = b'<table:table-cell table:number-columns-repeated="16384"/>'
    row = b"<table:table-row>" + cell + cell + filler + b"</table:table-row>"
    rest = (
        b'<table:table-row table:number-rows-repeated="1048570">' + filler + b"</table:table-row>"
    )
    held = row.replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="7">')

    assert workbooks.facts_of_ods([row, row, rest]) == SheetFacts(2, 2)
    assert workbooks.facts_of_ods([row, held]) == SheetFacts(8, 2)
    wide = row.replace(b"string", b'string" table:number-columns-repeated="900', 1)
    assert workbooks.facts_of_ods([wide]) == SheetFacts(1, 901)


@given(number=st.integers(1, 18_278))
def test_column_letters_count_from_a(number):
    letters, rest = b"", number
    while rest:
        rest, place = divmod(rest - 1, 26)
        letters = bytes([65 + place]) + letters

    assert workbooks.column_number(letters) == number


@given(rows=st.lists(st.lists(st.text("ab <&é"), max_size=4), max_size=4))
def test_cells_of_a_page_come_back(rows):
    import html

    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )

    (table,) = htmltables.read_tables(f"<p>x<table>{body}</table>y")

    assert table.rows == [[" ".join(cell.split()) for cell in row] for row in rows]


def test_spans_of_a_page_are_merged_ranges():
    page = (
        "<table><tr><th rowspan=2>A<th colspan=2>B<tr><th>C<th>D"
        "<tr><td>1<td>2<td>3<table><tr><td>in</table></table><table></table>"
    )

    first, second = htmltables.read_tables(page)

    assert first.rows == [["A", "B", ""], ["", "C", "D"], ["1", "2", "3in"]]
    assert first.merged == [((0, 0), (1, 0)), ((0, 1), (0, 2))]
    assert second.rows == []


@given(text=st.text())
def test_any_text_is_a_page(text):
    htmltables.read_tables(f"<table><td>{text}")


@pytest.mark.parametrize(
    ("cells", "is_so"),
    [
        (["(1)", "(2)", "(3)"], True),
        (["1", "2", "3", "4"], True),
        (["(1)", "(2)", "(3)=(1)+(2)"], True),
        (["1", "2"], False),
        (["1", "3", "2"], False),
        (["1", "H01.14-240102-0001", "3"], False),
    ],
)
def test_row_that_numbers_the_columns_counts_from_one(cells, is_so):
    assert worksheets.is_numbering(cells) == is_so


@pytest.mark.parametrize(
    ("cell", "mark", "text"),
    [(1.5, ",", "1,5"), (1.234, ".", "1.2340"), (1.234, ",", "1,2340"), (3.0, ",", "3")],
)
def test_decimals_of_a_number_are_no_grouped_thousands(cell, mark, text):
    assert worksheets.cell_text(cell, mark) == text
