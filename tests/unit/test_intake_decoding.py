"""From files to canonical rows: every format keeps every line, and points at it."""

import datetime as dt
import hashlib
import hmac
import json
import unicodedata

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake_support import COLUMNS, HEADER, PERSONAL, VALUES, csv_text, fake_suite, line, make_home
from motcua.errors import SettingsError
from motcua.intake import edge
from motcua.intake.decoding import edge as decoding
from motcua.intake.trial.edge import run_contract_try
from motcua.settings import Settings


@pytest.fixture
def intake(tmp_path):
    home = make_home(tmp_path)
    home.write_contract(refused_share_limit=0.95)
    return home


def moment(text):
    return dt.datetime.fromisoformat(text)


def is_conserved(receipt):
    return all(
        one.line_count == one.folded_count + one.source_count
        and one.source_count == one.accepted_count + one.refused_count
        for one in receipt.datasets
    )


RAGGED = [
    pytest.param(["only,two"], [4], id="too few cells"),
    pytest.param([line(7) + ",more"], [4], id="too many cells"),
    pytest.param(
        [line(7, procedure='"two\nlines"'), "only,two"], [6], id="after a value of two lines"
    ),
    pytest.param(["", "only,two", "", line(8)], [5], id="between blank lines"),
    pytest.param(["only,two", line(8), "x", line(9), "y"], [4, 6, 8], id="several"),
    pytest.param([line(7, procedure='"unb"x')], [4], id="text after a quote"),
    pytest.param(['"two\nlines",x', line(8)], [4, 5], id="a record of two lines"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("more", "bad_lines"), RAGGED)
def test_line_that_cannot_be_parsed_is_refused_with_its_number(intake, more, bad_lines, newline):
    content = csv_text(2, *more).replace("\n", newline)
    intake.drop("dossiers.csv", content)

    receipt = intake.take_in_one()

    (dossiers,) = receipt.datasets
    assert is_conserved(receipt)
    assert intake.refusals(receipt) == [(number, "line_unreadable") for number in bad_lines]
    written = content.split(newline)
    for code, row in intake.accepted(receipt, "dossier_code, _source_row"):
        assert written[row - 1].startswith(code)
    assert dossiers.refused_count == len(bad_lines)


def test_mixed_newlines_and_broken_bytes_are_read_line_by_line(intake):
    lines = [HEADER, line(0) + "\r", line(1), line(2, procedure="h\udcffng"), line(3) + "\r", ""]
    intake.drop("dossiers.csv", "\n".join(lines).encode("utf-8", "surrogateescape"))

    receipt = intake.take_in_one()

    assert is_conserved(receipt)
    assert intake.refusals(receipt) == [(4, "line_unreadable")]
    assert intake.accepted(receipt, "_source_row") == [(2,), (3,), (5,)]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param([line(7, procedure='"open'), line(8), line(9)], id="to the end"),
        pytest.param([line(7, name='"open'), line(8), line(9, procedure='q"')], id="to a quote"),
    ],
)
def test_quote_that_never_closes_takes_no_other_line_with_it(intake, more):
    intake.drop("dossiers.csv", csv_text(3, *more))

    receipt = intake.take_in_one()

    assert is_conserved(receipt)
    assert intake.refusals(receipt) == [(5, "line_unreadable")]
    assert intake.accepted(receipt, "_source_row") == [(2,), (3,), (4,), (6,), (7,)]


def test_several_files_of_a_dataset_are_read_in_order_of_name(intake):
    intake.drop_zip(
        "a.zip",
        {
            "dossiers-b.csv": csv_text(3, "ragged"),
            "dossiers-a.csv": HEADER.replace("Thủ tục,", "").replace(",Thủ tục", "")
            + "\n"
            + line(50).rsplit(",", 1)[0]
            + "\n",
            "notes.txt": "x",
            "__MACOSX/._dossiers-a.csv": "x",
        },
    )

    receipt = intake.take_in_one()

    assert receipt.unknown_files == ("notes.txt",)
    assert intake.refusals(receipt, "source_file, source_row") == [("dossiers-b.csv", 5)]
    rows = intake.accepted(receipt, "_source_file, _source_row, dossier_code, procedure_name")
    assert sorted(rows) == [
        ("dossiers-a.csv", 2, "H01.01-240102-00050", None),
        ("dossiers-b.csv", 2, "H01.01-240102-00000", "Thủ tục 0"),
        ("dossiers-b.csv", 3, "H01.01-240102-00001", "Thủ tục 1"),
        ("dossiers-b.csv", 4, "H01.01-240102-00002", "Thủ tục 2"),
    ]


def test_headers_match_whatever_their_form_and_unknown_ones_are_named(intake):
    header = unicodedata.normalize("NFD", HEADER.upper()).replace(",", " ,") + ",Mới"
    intake.drop("dossiers.csv", f"\ufeff{header}\n{line(1)},x\n")

    receipt = intake.take_in_one()

    assert receipt.state_code == "accepted"
    assert receipt.unknown_columns == ("Mới",)


def test_line_of_data_in_the_header_is_not_told(intake):
    header = HEADER + ",Nguyễn Văn Riêng,079123400001"
    intake.drop("dossiers.csv", f"{header}\n{line(1)},x,y\n")

    receipt = intake.take_in_one()

    assert receipt.state_code == "accepted"
    assert receipt.unknown_columns == ("cột 9", "cột 10")


def test_text_is_trimmed_and_composed(intake):
    name = unicodedata.normalize("NFD", "Đất đai")
    intake.drop("dossiers.csv", csv_text(0, line(1, procedure=f"  {name} ", channel="TRỰC  tuyến")))

    assert intake.accepted(intake.take_in_one(), "procedure_name, channel_code") == [
        ("Đất đai", "online")
    ]


def test_other_encoding_and_delimiter(intake):
    intake.write_contract(layout={"encoding": "utf-16", "delimiter": ";"})
    intake.drop("dossiers.csv", csv_text(2).replace(",", ";").encode("utf-16"))

    assert intake.accepted(intake.take_in_one(), "procedure_name") == [
        ("Thủ tục 0",),
        ("Thủ tục 1",),
    ]


def test_total_and_number_rows_of_csv_are_left_out_and_counted(intake):
    intake.write_contract(layout={"column_number_row": True, "total_row_words": ["Tổng cộng"]})
    numbers = ",".join(f"({number})" for number in range(1, 9))
    total = "TỔNG CỘNG: 2" + "," * 7
    intake.drop("dossiers.csv", f"{HEADER}\n{numbers}\n{line(1)}\n{line(2)}\n{total}\n")

    receipt = intake.take_in_one()

    assert (receipt.datasets[0].line_count, receipt.datasets[0].left_out_count) == (2, 1)
    assert intake.accepted(receipt, "_source_row") == [(3,), (4,)]


def test_row_id_is_the_order_of_the_file_under_parallel_reading(intake):
    count = 90_000
    intake.drop("dossiers.csv", csv_text(count))
    orders = []

    def looking(connection, dataset_code, suites_folder):
        orders.extend(
            connection.execute(
                "select count(*), count(*) filter ("
                "dossier_code = printf('H01.01-240102-%05d', _row_id) "
                "and _source_row = _row_id + 2) from dossiers"
            ).fetchall()
        )
        return fake_suite(connection, dataset_code, suites_folder)

    intake.take_in(looking)

    assert orders == [(count, count)]


def test_unread_text_stands_beside_its_column_until_judged(intake):
    seen = []

    def looking(connection, dataset_code, suites_folder):
        columns = (
            "_unread_received_at, _unread_due_at, _unread_channel_code, _unread_is_input_digitised"
        )
        seen.extend(connection.execute(f"select {columns} from dossiers").fetchall())
        names = connection.table("dossiers").columns
        seen.append(("_unread_finished_at" in names, "_unread_dossier_code" in names))
        return fake_suite(connection, dataset_code, suites_folder)

    intake.drop(
        "dossiers.csv",
        csv_text(1, line(1, received="31/02", channel="fax", digitised="maybe"), line(2, due=" ")),
    )
    intake.take_in(looking)

    assert seen == [
        (None, None, None, None),
        ("31/02", None, "fax", "maybe"),
        (None, None, None, None),
        (True, False),
    ]


# JSON

JSON_LAYOUT = {
    "files": ["dossiers*"],
    "format": "jsonl",
    "columns": {
        "MaHoSo": "dossier_code",
        "NgayTiepNhan": "received_at",
        "ThuTuc.Ma": "procedure_code",
    },
    "has_items": {"is_result_digitised": "KetQua"},
    "timestamp_formats": ["%Y%m%d%H%M%S"],
    "personal": {"ChuHoSo": "drop"},
    "values": {},
}
SUPPLEMENTS = {
    "files": ["dossiers*"],
    "format": "jsonl",
    "explode": "BoSung",
    "parent_columns": {"MaHoSo": "dossier_code"},
    "columns": {"NgayBoSung": "requested_at"},
    "timestamp_formats": ["%Y%m%d%H%M%S"],
}


def record(number, **other):
    return json.dumps(
        {
            "MaHoSo": f"H01.01-240102-{number:05}",
            "ChuHoSo": {"Ten": "Nguyễn Văn Riêng"},
            "NgayTiepNhan": "20240102080000",
            "ThuTuc": {"Ma": "1.000001"},
            "BoSung": [],
            "KetQua": [],
        }
        | other,
        ensure_ascii=False,
    )


def json_contract(intake, **changes):
    both = {"dossiers": JSON_LAYOUT | changes, "supplements": SUPPLEMENTS | changes}
    intake.write_contract(datasets=both, refused_share_limit=0.95)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_json_lines_with_nested_lists(intake, newline):
    json_contract(intake)
    lines = [
        record(1, BoSung=[{"NgayBoSung": "20240103080000"}, {"NgayBoSung": "?"}, 5]),
        "",
        '{"MaHoSo": "cut',
        record(2, KetQua=[{"Ten": "x"}], BoSung=None),
        "[1]",
        record(3, KetQua=None, BoSung=[{"NgayBoSung": "20240104080000"}], Moi=1),
        "",
        record(4, BoSung={"NgayBoSung": "20240104080000"}),
    ]
    intake.drop("dossiers.jsonl", "\ufeff" + newline.join(lines))

    receipt = intake.take_in_one()

    assert is_conserved(receipt)
    counts = {one.dataset_code: (one.line_count, one.accepted_count) for one in receipt.datasets}
    assert counts == {"dossiers": (6, 4), "supplements": (5, 2)}
    assert intake.refusals(receipt, "dataset_code, source_row, rule_code") == [
        ("dossiers", 3, "line_unreadable"),
        ("dossiers", 5, "line_unreadable"),
        ("supplements", 1, "line_unreadable"),
        ("supplements", 1, "value_unread"),
        ("supplements", 8, "line_unreadable"),
    ]
    columns = "_source_row, procedure_code, is_result_digitised"
    assert intake.accepted(receipt, columns) == [
        (1, "1.000001", False),
        (4, "1.000001", True),
        (6, "1.000001", None),
        (8, "1.000001", False),
    ]
    assert intake.accepted(receipt, "dossier_code, _source_row", "supplements") == [
        ("H01.01-240102-00001", 1),
        ("H01.01-240102-00003", 6),
    ]
    assert receipt.unknown_columns == ("Moi",)


def test_json_file_is_looked_through_once_whatever_reads_it(intake, monkeypatch):
    looked_through = []
    read = decoding.jsonpaths.sample_of

    def counted(records):
        looked_through.append(len(records))
        return read(records)

    monkeypatch.setattr(decoding.jsonpaths, "sample_of", counted)
    json_contract(intake)
    items = [{"NgayBoSung": "20240103080000"}]
    intake.drop("dossiers.jsonl", "\n".join([record(1, BoSung=items), record(2), record(3)]))

    receipt = intake.take_in_one()

    assert [one.line_count for one in receipt.datasets] == [3, 1]
    assert looked_through == [3, 1], "the records once, and the items of the nested list"


def test_json_line_with_broken_bytes_is_refused(intake):
    json_contract(intake)
    lines = [record(1).encode(), b'{"MaHoSo": "\xff\xfe"}', record(2).encode()]
    intake.drop("dossiers.jsonl", b"\n".join(lines))

    receipt = intake.take_in_one()

    assert is_conserved(receipt)
    assert intake.refusals(receipt) == [(2, "line_unreadable")]
    assert intake.accepted(receipt, "_source_row") == [(1,), (3,)]


@pytest.mark.parametrize("records", [None, "duLieu"], ids=["list", "list under a key"])
def test_json_document(intake, records):
    json_contract(intake, format="json", **({"records": records} if records else {}))
    listed = [
        json.loads(record(number, BoSung=[{"NgayBoSung": "20240103080000"}])) for number in range(3)
    ]
    intake.drop("dossiers.json", json.dumps({records: listed} if records else listed))

    receipt = intake.take_in_one()

    assert is_conserved(receipt)
    assert [one.accepted_count for one in receipt.datasets] == [3, 3]
    assert intake.accepted(receipt, "_source_row") == [(1,), (2,), (3,)]


@pytest.mark.parametrize("text", ['[{"MaHoSo": "x"}, {', '{"other": []}'], ids=["cut", "no list"])
def test_bad_json_document_is_refused(intake, text):
    json_contract(intake, format="json", records="duLieu")
    intake.drop("dossiers.json", text)

    assert intake.take_in_one().refusal_code == "file_unreadable"


# Workbooks


def write_book(path, sheet_name="Hồ sơ", noise=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = sheet_name
    sheet["B2"] = "SỔ THEO DÕI"
    for cell, text in {"B4": "Mã hồ sơ", "C4": "Thời gian", "E4": "Họ tên", "F4": "Kênh"}.items():
        sheet[cell] = text
    sheet["C5"], sheet["D5"] = "Tiếp nhận", "Hẹn trả"
    for merged in ("B4:B5", "C4:D4", "E4:E5", "F4:F5"):
        sheet.merge_cells(merged)
    for place, number in enumerate("12345", start=2):
        sheet.cell(6, place, f"({number})")
    received, due = moment("2024-01-02T08:00"), "10/01/2024"
    rows = [
        (f"H01.01-240102-{number:05}", received, due, "Riêng", "Trực tiếp") for number in range(3)
    ]
    for number, row in enumerate([*rows[:2], (), rows[2], *noise], start=7):
        for place, value in enumerate(row, start=2):
            sheet.cell(number, place, value)
    sheet.cell(12, 2, "Tổng cộng: 3")
    book.save(path)


SHEET_LAYOUT = {
    "files": ["*.xlsx"],
    "format": "xlsx",
    "sheet": "Hồ sơ",
    "header_row": 4,
    "header_rows": 2,
    "column_number_row": True,
    "total_row_words": ["TỔNG CỘNG"],
    "columns": {
        "Mã hồ sơ": "dossier_code",
        "Thời gian / Tiếp nhận": "received_at",
        "Thời gian / Hẹn trả": "due_at",
        "Kênh": "channel_code",
    },
    "date_formats": ["%d/%m/%Y"],
    "personal": {"Họ tên": "drop"},
}


def test_workbook_with_merged_headers_totals_and_a_blank_first_column(intake):
    intake.write_contract(layout=SHEET_LAYOUT)
    write_book(intake.inbox / "so.xlsx", noise=[("?", "hôm qua", None, "x", "Trực tiếp")])

    receipt = intake.take_in_one()

    assert receipt.unknown_columns == ()
    (one,) = receipt.datasets
    assert (one.line_count, one.left_out_count, one.accepted_count) == (4, 2, 3)
    assert intake.refusals(receipt, "source_sheet, source_row, column_name") == [
        ("Hồ sơ", 11, "received_at")
    ]
    assert intake.accepted(receipt, "_source_row, received_at, due_at, channel_code") == [
        (row, moment("2024-01-02T08:00"), moment("2024-01-10T00:00"), "direct")
        for row in (7, 8, 10)
    ]


@pytest.mark.parametrize("fault", ["renamed sheet", "no workbook"])
def test_bad_workbook_is_refused(intake, fault):
    intake.write_contract(layout=SHEET_LAYOUT)
    write_book(intake.inbox / "so.xlsx", sheet_name="Hồ sơ 1")
    if fault == "no workbook":
        (intake.inbox / "so.xlsx").write_bytes(b"PK\x03\x04 but not more")

    code = intake.take_in_one().refusal_code

    assert code == ("layout_unknown" if fault == "renamed sheet" else "file_unreadable")


# Parquet


def test_parquet_with_typed_columns(intake):
    intake.write_contract(layout={"files": ["*.parquet"], "format": "parquet"})
    utc = dt.datetime(2024, 1, 2, 1, tzinfo=dt.UTC)
    table = pa.table(
        {
            "Mã hồ sơ": ["H01.01-240102-00001"] * 3,
            "Kênh": ["Trực tuyến", "fax", None],
            "Tiếp nhận": pa.array([utc] * 3, pa.timestamp("us", "UTC")),
            "Hẹn trả": pa.array([dt.date(2024, 1, 10)] * 3),
            "Số hóa": [True, False, None],
        }
    )
    pq.write_table(table, intake.inbox / "dossiers.parquet")
    (intake.inbox / "bad.parquet").write_bytes(b"PAR1 cut")

    bad, receipt = intake.take_in()

    assert bad.refusal_code == "file_unreadable"
    assert is_conserved(receipt)
    local = moment("2024-01-02T08:00")
    assert intake.accepted(receipt, "_source_row, received_at, due_at, is_input_digitised") == [
        (1, local, moment("2024-01-10T00:00"), True),
        (3, local, moment("2024-01-10T00:00"), None),
    ]


# What a contract can say


def test_lines_of_one_entity_are_folded_and_disagreeing_ones_refused(intake):
    intake.write_contract(layout={"one_row_per": ["Mã hồ sơ"]}, refused_share_limit=0.95)
    lines = [
        line(1),
        line(1),
        line(2),
        line(3),
        line(3, due="2024-01-11 17:00:00"),
        line(1, name="khác"),
    ]
    intake.drop("dossiers.csv", csv_text(0, *lines))

    receipt = intake.take_in_one()

    (one,) = receipt.datasets
    assert (one.line_count, one.folded_count, one.source_count, one.refused_count) == (6, 2, 4, 2)
    assert intake.refusals(receipt) == [(5, "lines_disagree"), (6, "lines_disagree")]
    assert intake.accepted(receipt, "_source_row") == [(2,), (4,)]


def test_code_by_presence_and_default(intake):
    intake.write_contract(
        layout={
            "by_presence": {"status_code": {"column": "Hẹn trả", "present": "9", "absent": "4"}},
            "defaults": {"channel_code": "direct"},
        }
    )
    intake.drop("dossiers.csv", csv_text(1, line(1, due="", channel="")))

    assert intake.accepted(intake.take_in_one(), "status_code, channel_code") == [
        ("9", "online"),
        ("4", "direct"),
    ]


def test_token_is_the_keyed_hash_of_the_folded_value(intake):
    intake.write_contract(layout={"personal": PERSONAL | {"CCCD": "token"}})
    keyed = Settings(**{**intake.settings.model_dump(), "hmac_key": "khóa" * 30})
    intake.drop("dossiers.csv", csv_text(0, line(1, identity=" AbC  1"), line(2, identity="")))

    with pytest.raises(SettingsError, match="MOTCUA_HMAC_KEY"):
        intake.take_in()
    (receipt,) = edge.run_intake(keyed, "ag-test", fake_suite)

    expected = hmac.new(("khóa" * 30).encode(), b"abc 1", hashlib.sha256).hexdigest()
    assert intake.accepted(receipt, "applicant_token") == [(expected,), (None,)]


def test_first_contract_that_fits_is_taken(intake):
    localities = intake.settings.localities
    localities.write_text(localities.read_text().replace("[plain]", "[other, plain]"))
    intake.write_contract("other", layout={"columns": {"Số": "dossier_code"}, "values": {}})
    intake.drop("dossiers.csv", csv_text(1))

    assert intake.take_in_one().contract_code == "plain"


def test_contract_is_tried_without_taking_anything_in(intake, tmp_path):
    export = tmp_path / "dossiers.csv"
    export.write_text(csv_text(2, line(8, channel="fax"), "ragged").replace("Thủ tục\n", "Lạ\n"))

    shown = run_contract_try(intake.settings.contracts / "plain.yml", export, intake.settings)

    assert {
        "source column": "Thủ tục",
        "canonical column": "procedure_name",
        "state": "missing",
    } in (shown["dossiers: columns"])
    assert shown["dossiers: values not read"] == [{"canonical column": "channel_code", "rows": 1}]
    assert shown["dossiers: counts"][0]["unreadable"] == 1
    assert "Riêng" not in str(shown)
    assert not list(intake.settings.scratch.iterdir())
    assert not intake.settings.raw.exists()


def test_written_parquet_is_ordered_and_compressed(intake):
    intake.drop("dossiers.csv", csv_text(1000, line(5, channel="fax")))

    receipt = intake.take_in_one()

    path = intake.settings.home / "landing" / receipt.datasets[0].accepted_file
    rows = duckdb.sql(f"select _source_row from '{path}'").fetchall()
    assert rows == sorted(rows)
    codecs = duckdb.sql(f"select distinct compression from parquet_metadata('{path}')").fetchall()
    assert codecs == [("ZSTD",)]


def test_fixture_columns_cover_the_contract():
    assert set(HEADER.split(",")) == {*COLUMNS, *PERSONAL}
    assert set(VALUES) <= set(COLUMNS.values())
