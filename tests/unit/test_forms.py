"""Form 07a/BTP: the file that staff may change, and what the pack lays out by it."""

import dataclasses

import pytest

from motcua import status
from motcua.errors import SettingsError
from motcua.forms import COUNTS, parse_form, read_form, read_form_file
from motcua.settings import FORM_07A, Settings
from motcua.snapshot.btp_form import TABLES
from motcua.snapshot.content import build_content
from motcua.snapshot.identities import breaks
from motcua.snapshot.marts import OVERDUE_MEASURES, PAYER_MEASURES, RECEPTION_MEASURES, Marts
from motcua.snapshot.model import Table
from snapshot_support import handling_line, make_marts

HEAD = "number,part,group,heading,formula,identity,remark\n"
KEYS = {"agency_code": "a", "level_code": "province", "field_code": "land"}
FORM = parse_form(
    (
        HEAD + "3,1,Nhận,Tổng,received_count,(3)=(4)+(5)+(6)+(7),\n"
        "4,1,Nhận,Trực tiếp,received_direct_count + received_channel_other_count,,\n"
        "5,1,Nhận,Toàn trình,received_full_online_count,,\n"
        "6,1,Nhận,Khác,received_online_grade_other_count + received_partial_online_count,,\n"
        "7,1,Nhận,Kỳ trước,carried_over_count,,\n"
        "8,2,,Biên lai,,,chưa có nguồn\n"
        "9,2,,Bản giấy,result_electronic_told_count - result_electronic_count,,\n"
        "10,2,,Chờ quá hạn,waiting_overdue_count,,\n"
        "11,2,,Thu tại quầy,paid_counter_dossier_count,,\n"
        "12,2,,Chưa xin lỗi,apology_owed_count - apology_sent_count,,\n"
    ).encode(),
    "f.csv",
)


def agency(code: str, **counts) -> dict:
    line = handling_line({**KEYS, "channel_code": "online"}, (40, 30, 5), (6, 1), 9)
    more = {"received_direct_count": 0, "received_postal_count": 0}
    more |= {"received_channel_other_count": 0, "pending_stopped_count": 2}
    return {**line, **more, "agency_code": code, "agency_name": code, **counts}


def rate(metric: str, code: str, numerator: int, denominator: int, unknown: int = 0) -> dict:
    counts = {"numerator_count": numerator, "denominator_count": denominator}
    place = {"level_code": "province", "agency_code": code, "agency_name": code}
    return {"metric_code": metric, **place, **counts, "unknown_count": unknown}


def told(code: str, measures: tuple, **counts) -> dict:
    place = {"level_code": "commune", "level_name": "Cấp xã", "agency_code": code}
    return {**place, "agency_name": code, **dict.fromkeys(measures, 0), **counts}


def laid_out(form=FORM, **rows) -> tuple[Table, ...]:
    """Lay out the form of two agencies, of whom every dataset was sent unless said otherwise."""
    lines = (agency("a"), agency("b"))
    given = {
        "handling_by_agency": lines,
        "rates_by_agency": (
            rate("full_online_received", "a", 50, 70),
            rate("full_online_received", "b", 0, 20, 50),
            rate("partial_online_received", "a", 3, 70),
            rate("result_electronic", "a", 60, 70, 5),
            rate("result_electronic", "b", 0, 0, 75),
        ),
        "overdue_by_agency": (told("a", OVERDUE_MEASURES, apology_owed_count=6),),
        "late_reception": (told("b", RECEPTION_MEASURES, waiting_overdue_count=4),),
        "payments_by_agency": (told("z", PAYER_MEASURES, counter_dossier_count=8),),
    }
    made: Marts = dataclasses.replace(make_marts(), **{**given, **rows}, form_07a=form)
    content = build_content(made)
    return tuple(content.table(code) for code in TABLES)


def texts(table: Table, name: str) -> list[str]:
    return next([c.text for c in row.cells[2:]] for row in table.rows if row.cells[1].text == name)


def test_file_of_the_project_is_read_and_names_every_column_of_its_identities():
    columns = read_form(Settings())

    assert [column.number for column in columns] == list(range(3, 31))
    assert {column.part for column in columns} == {1, 2}
    assert [c.number for c in columns if not c.terms] == [28, 29]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("3,1,,A,resolved_cuont,,", r"f.csv, line 2, formula: resolved_cuont is none of received"),
        ("3,1,,A,resolved_count * 2,,", "line 2, formula: String should match"),
        ("3,1,,A,,,", "line 2, remark: a column without formula must say why"),
        ("3,3,,A,resolved_count,,", "line 2, part: "),
        ("3,1,,,resolved_count,,", "line 2, heading: "),
        ("3,1,,A,resolved_count,(3)=(4),", r"column 3, identity: part 1 has no \(4\)"),
        ("3,1,,A,resolved_count,(3)=4,", "line 2, identity: "),
        ("4,1,,A,resolved_count,,", "columns must be numbered 3, 4 and so on"),
        ("3,1,A,resolved_count,,", "line 2: has 6 cells, not 7"),
        ("", "columns must be numbered"),
    ],
)
def test_fault_of_the_file_is_said_with_its_line(lines, said):
    with pytest.raises(SettingsError, match=said):
        parse_form(f"{HEAD}{lines}\n".encode(), "f.csv")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"number;part\n", "line 1: must be number,part"),
        ("số".encode("utf-16"), "is not CSV in UTF-8"),
        (b"x" * (2**20 + 1), "more than 1048576 bytes"),
    ],
    ids=["other_headings", "other_encoding", "too_large"],
)
def test_what_is_no_form_is_refused(data, said):
    with pytest.raises(SettingsError, match=said):
        parse_form(data, "f.csv")


def test_mark_of_byte_order_and_empty_lines_are_no_fault():
    data = b"\xef\xbb\xbf" + FORM_07A.read_bytes() + b"\r\n,,,,,,\r\n"

    assert parse_form(data, "f.csv") == read_form_file(FORM_07A)


def test_doctor_names_a_form_that_cannot_be_read(tmp_path):
    settings = Settings(home=tmp_path, form_07a=tmp_path / "none.csv")

    assert [one for one in status.find_troubles(settings) if "MOTCUA_FORM_07A" in one]
    assert not [one for one in status.find_troubles(Settings(home=tmp_path)) if "07A" in one]


def test_columns_are_those_of_the_file_in_its_order():
    first, second = laid_out()

    assert [(c.number, c.title) for c in first.columns[2:4]] == [
        ("(3)", "Tổng"),
        ("(4)", "Trực tiếp"),
    ]
    assert first.columns[2].formula == "(3)=(4)+(5)+(6)+(7)"
    assert "Cột (8): chưa có nguồn." in second.notes


def test_changed_line_of_the_file_changes_the_form():
    data = FORM_07A.read_text("utf-8").replace(
        "Trực tiếp,received_direct_count", "Tại quầy,resolved_count"
    )
    before, after = (
        laid_out(form)[0] for form in (read_form_file(FORM_07A), parse_form(data.encode(), "f"))
    )

    assert (before.columns[3].title, after.columns[3].title) == ("Trực tiếp", "Tại quầy")
    assert (texts(before, "a")[1], texts(after, "a")[1]) == ("0", "75")


def test_cells_sum_the_counts_of_their_formula():
    first, second = laid_out()

    assert texts(first, "a") == ["82", "0", "50", "23", "9"]
    assert texts(first, "Tổng cộng") == ["164", "0", "50", "96", "18"]
    assert texts(second, "a") == ["", "10", "0", "0", "6"]


def test_what_nobody_told_is_empty_and_no_zero():
    first, second = laid_out()

    assert texts(first, "b") == ["82", "0", "", "73", "9"]
    assert texts(second, "b") == ["", "", "4", "0", "0"]
    assert texts(laid_out(late_reception=(), payments_by_agency=())[1], "b") == [
        "",
        "",
        "",
        "",
        "0",
    ]


def test_reception_stands_in_the_line_of_the_agency_and_payment_alone_in_one_of_its_own():
    _, second = laid_out()

    names = [row.cells[1].text for row in second.rows if row.kind == "body"]
    assert names == ["a", "b", "z"]
    assert texts(second, "z")[2:4] == ["0", "8"]


def test_line_that_keeps_no_identity_is_named_below_the_table_and_by_the_check():
    line = agency("a", received_direct_count=7)
    first, _ = laid_out(handling_by_agency=(line, agency("b")))

    assert "Không khớp, Cấp tỉnh, a: (3) = 82, (4)+(5)+(6)+(7) = 89." in first.notes
    assert len(list(breaks(first))) == 3
    assert not list(breaks(laid_out()[0]))


def test_every_named_count_can_be_summed():
    lines = "".join(f"{n},1,,{c},{c},,\n" for n, c in enumerate(COUNTS, start=3))
    metrics = (
        *("full_online_received", "partial_online_received", "cross_boundary_received"),
        *("result_electronic", "input_digitised", "result_digitised", "data_reused"),
        *("postal_returned", "self_submitted"),
    )
    rates = tuple(rate(metric, "a", 1, 2) for metric in metrics)
    first, _ = laid_out(parse_form((HEAD + lines).encode(), "f"), rates_by_agency=rates)

    assert "" not in texts(first, "a")
