"""How a column is written is told by its own values: never by one cell, never by a guess."""

import datetime as dt
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake_support import csv_text, line, make_home
from motcua.contracts import fold
from motcua.intake.casting import ONLY_MARK
from motcua.intake.evidence import noon_rescue
from motcua.status import read_rescue_lines

DAY_FIRST = "%d/%m/%Y %H:%M"
MONTH_FIRST = "%m/%d/%Y %H:%M"


@pytest.fixture
def intake(tmp_path):
    home = make_home(tmp_path)
    home.write_contract()
    return home


def received(*texts):
    """Give an export whose dates of reception are written so, and whose due dates are absent."""
    return csv_text(0, *(line(place, received=text, due="") for place, text in enumerate(texts)))


def rescues_of(receipt):
    return [
        (one.rescue_code, one.column_name, one.affected_count)
        for dataset in receipt.datasets
        for one in dataset.rescues
    ]


BOTH = {"timestamp_formats": [DAY_FIRST, MONTH_FIRST]}


@pytest.mark.parametrize(
    ("texts", "dates", "told"),
    [
        pytest.param(
            ["03/04/2024 08:00", "25/04/2024 08:00"],
            [dt.date(2024, 4, 3), dt.date(2024, 4, 25)],
            ("day_before_month", "received_at", 1),
            id="day first",
        ),
        pytest.param(
            ["03/04/2024 08:00", "04/25/2024 08:00", "04/26/2024 08:00"],
            [dt.date(2024, 3, 4), dt.date(2024, 4, 25), dt.date(2024, 4, 26)],
            ("month_before_day", "received_at", 2),
            id="month first",
        ),
    ],
)
def test_order_of_day_and_month_is_the_column_s(intake, texts, dates, told):
    intake.write_contract(layout=BOTH)
    intake.drop("dossiers.csv", received(*texts))

    receipt = intake.take_in_one()

    assert receipt.state_code == "accepted"
    assert [row[0] for row in intake.accepted(receipt, "cast(received_at as date)")] == dates
    assert rescues_of(receipt) == [told]


@pytest.mark.parametrize(
    ("layout", "texts", "code"),
    [
        pytest.param(BOTH, ["03/04/2024 08:00"] * 3, "date_order_undecidable", id="no evidence"),
        pytest.param(
            BOTH, ["25/04/2024 08:00", "04/25/2024 08:00"], "date_order_undecidable", id="both"
        ),
        pytest.param(
            {"timestamp_formats": DAY_FIRST},
            ["03/04/2024 08:00", "04/25/2024 08:00"],
            "date_order_contradicted",
            id="against the contract",
        ),
    ],
)
def test_order_that_cannot_be_known_refuses_the_delivery(intake, layout, texts, code):
    intake.write_contract(layout=layout)
    intake.drop("dossiers.csv", received(*texts))

    receipt = intake.take_in_one()

    assert (receipt.state_code, receipt.refusal_code) == ("refused", code)
    assert "received_at" in receipt.refusal_sentence


def test_single_odd_cell_does_not_turn_a_column(intake):
    intake.write_contract(layout={"timestamp_formats": DAY_FIRST})
    intake.drop(
        "dossiers.csv", received("13/04/2024 08:00", "14/04/2024 08:00", "04/25/2024 08:00")
    )

    receipt = intake.take_in_one()

    assert intake.refusals(receipt) == [(4, "value_unread")]
    assert receipt.datasets[0].accepted_count == 2


def test_day_counts_of_excel_are_read_and_told(intake):
    intake.drop("dossiers.csv", received("45292.5", "45293", "2024-01-03 08:00:00", "99999"))

    receipt = intake.take_in_one()

    assert rescues_of(receipt) == [("excel_serial_date", "received_at", 2)]
    assert intake.accepted(receipt, "strftime(received_at, '%d %H')") == [
        ("01 12",),
        ("02 00",),
        ("03 08",),
    ]
    assert intake.refusals(receipt) == [(5, "value_unread")]


PROCEDURES = {
    "procedures": {
        "files": "procedures*",
        "format": "csv",
        "columns": {"Mã": "procedure_code", "Ngày": "legal_time_limit"},
    }
}


@pytest.mark.parametrize(
    ("texts", "expected", "told"),
    [
        pytest.param(["1.234", "7"], [1234, 7], 1, id="points"),
        pytest.param(["1,234", "7"], [1234, 7], 0, id="commas, the contract's own grouping"),
        pytest.param(["12.345.678"], [12345678], 1, id="twice"),
        pytest.param(["1.500", "2.5"], None, 0, id="beside a fraction: not guessed"),
    ],
)
def test_whole_numbers_may_be_grouped_by_either_mark(intake, texts, expected, told):
    intake.write_contract(datasets=PROCEDURES, refused_share_limit=1)
    lines = [f'1.{place:06},"{text}"' for place, text in enumerate(texts)]
    intake.drop_zip(
        "a.zip",
        {"procedures.csv": "\n".join(["Mã,Ngày", *lines, ""]), "dossiers.csv": csv_text(1)},
    )

    receipt = intake.take_in_one()

    procedures = next(one for one in receipt.datasets if one.dataset_code == "procedures")
    assert [one.affected_count for one in procedures.rescues] == ([told] if told else [])
    if expected is None:
        assert procedures.accepted_count == 0
    else:
        found = intake.accepted(receipt, "legal_time_limit", "procedures")
        assert [value for (value,) in found] == expected


@pytest.mark.parametrize(
    ("counts", "is_found"),
    [
        pytest.param((1000, 0, 40, 2), True, id="hole at 12, spike at 0"),
        pytest.param((1000, 3, 40, 2), False, id="noon is there"),
        pytest.param((1000, 0, 4, 0), False, id="too few"),
        pytest.param((1000, 0, 9, 0), False, id="too small a share"),
        pytest.param((1000, 0, 40, 60), False, id="a system that works at night"),
        pytest.param((0, 0, 0, 0), False, id="no time of the day"),
    ],
)
def test_noon_written_as_midnight_is_told_of_a_column(counts, is_found):
    found = noon_rescue("received_at", counts)

    assert (found is not None) == is_found
    assert found is None or found.affected_count == counts[2]


def test_status_says_what_was_done_to_read_a_delivery(intake):
    intake.drop("dossiers.csv", received("45292.5", "45293"))
    intake.take_in()

    (told,) = read_rescue_lines(intake.settings)

    assert (told["delivery"], told["column"]) == ("dossiers.csv", "received_at")
    assert told["done"].startswith("Đã đổi 2 ô")


def test_noon_fault_is_reported_and_changes_no_value(intake):
    hours = [8, 9, 10, 11, 0, 0, 0, 0, 0, 13, 14, 15]
    intake.drop("dossiers.csv", received(*(f"2024-01-02 {hour:02}:20:00" for hour in hours)))

    receipt = intake.take_in_one()

    assert rescues_of(receipt) == [("noon_as_midnight", "received_at", 5)]
    assert [row[0] for row in intake.accepted(receipt, "hour(received_at)")] == hours


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoà", "Hòa"), ("HOÀ  giải", "hòa giải"), ("Thuỷ", "Thủy"), ("khoẻ", "khỏe")],
)
def test_tone_may_stand_on_either_vowel(one, other):
    assert fold(one) == fold(other)


def test_values_match_whatever_the_place_of_the_tone(intake):
    values = {"channel_code": {"Khoẻ hòa": "online"}}
    intake.write_contract(layout={"values": values})
    intake.drop(
        "dossiers.csv", csv_text(0, line(1, channel="khỏe HOÀ"), line(2, channel="Khoẻ hòa"))
    )

    assert intake.accepted(intake.take_in_one(), "channel_code") == [("online",), ("online",)]


PAYMENTS = {
    "payments": {
        "files": "payments*",
        "format": "csv",
        "columns": {"Mã": "dossier_code", "Tiền": "amount"},
    }
}


def amounts_of(intake, name, content):
    intake.drop_zip("a.zip", {name: content, "dossiers.csv": csv_text(1)})
    receipt = intake.take_in_one()
    payments = next(one for one in receipt.datasets if one.dataset_code == "payments")
    if not payments.accepted_file:
        return [], payments
    rows = intake.accepted(receipt, "_source_row, amount", "payments")
    return rows, payments


MONEY = st.integers(1, 1999).map(lambda number: Decimal(1000 * number)) | st.decimals(
    -(10**9), 10**9, places=2
)


def notations(value: Decimal, mark: str) -> list[str]:
    """Write a number in each way that has this decimal mark; whole ones without decimals too."""
    grouped = [f"{value:,}", f"{value}"]
    if value == value.to_integral_value():
        grouped += [f"{int(value):,}", f"{int(value)}"]
    swap = str.maketrans(",.", ".,") if mark == "," else {}
    return [text.translate(swap) for text in grouped]


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data(), st.sampled_from([".", ","]))
def test_number_of_an_undeclared_mark_is_read_as_written_or_not_at_all(tmp_path, data, mark):
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    folder.mkdir()
    intake = make_home(folder)
    intake.write_contract(datasets=PAYMENTS, refused_share_limit=1)
    values = data.draw(st.lists(MONEY, min_size=1, max_size=20))
    texts = [data.draw(st.sampled_from(notations(value, mark))) for value in values]
    lines = [f'{place},"{text}"' for place, text in enumerate(texts)]

    rows, payments = amounts_of(intake, "payments.csv", "\n".join(["Mã,Tiền", *lines, ""]))

    assert dict(rows) == {row: values[row - 2] for row, _ in rows}
    is_said = any(re.fullmatch(ONLY_MARK[mark], text) for text in texts)
    assert payments.refused_count == 0 or not is_said


def test_number_that_the_file_holds_as_a_number_needs_no_evidence_and_gives_none(intake):
    layout = {**PAYMENTS["payments"], "files": "payments*", "format": "xlsx"}
    intake.write_contract(datasets={"payments": layout}, refused_share_limit=1)
    book = openpyxl.Workbook()
    for row in (("Mã", "Tiền"), ("a", 94.125), ("b", 12.5), ("c", "50.000"), ("d", 7)):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)

    rows, payments = amounts_of(intake, "payments.xlsx", stream.getvalue())

    assert rows == [(2, Decimal("94.13")), (3, Decimal("12.50")), (5, Decimal(7))]
    assert payments.refused_count == 1


def test_number_of_json_needs_no_evidence(intake):
    layout = {**PAYMENTS["payments"], "format": "jsonl"}
    intake.write_contract(datasets={"payments": layout}, refused_share_limit=1)
    numbers = ("94.125", '"50.000"', "50000", '"1.250.000"', "null", "12.5")
    lines = [f'{{"Mã": "{place}", "Tiền": {text}}}' for place, text in enumerate(numbers)]

    rows, payments = amounts_of(intake, "payments.jsonl", "\n".join([*lines, ""]))

    amounts = [Decimal("94.13"), Decimal(50000), Decimal(50000), Decimal(1250000), None]
    assert [value for _, value in rows] == [*amounts, Decimal("12.50")]
    assert payments.refused_count == 0
