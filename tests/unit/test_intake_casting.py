"""What a source's text becomes: dates, codes, numbers, headers, ids."""

import datetime as dt
import unicodedata
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.contracts import Layout, fold, tone_placed
from motcua.datasets import DATASETS
from motcua.intake import deliveries
from motcua.intake.casting import Reading, casts_of, folded_sql, rows_sql, view_sql
from motcua.intake.deliveries import Manifest, SourceFile, delivery_id_of
from motcua.intake.headers import join_header_rows, match_headers, missing_keys
from motcua.intake.records import find_records
from motcua.intake.refusals import LINE_SENTENCES, SENTENCES, DeliveryRefusedError, value_class
from motcua.intake.worksheets import cell_text

CONNECTION = duckdb.connect()
QUICK = settings(max_examples=60, deadline=None)


def cast(column, *texts, zone="Asia/Ho_Chi_Minh", native=False, marks=True, serial=(), **layout):
    """Cast texts to one canonical column, and give (value, unread text) of each."""
    dataset = next(one for one in DATASETS.values() if column in one.columns)
    layout = Layout(files="x", format="csv", columns={"a": [column]}, **layout)
    reading = Reading(zone, native, marks, serial_columns=frozenset(serial))
    casts = casts_of(dataset, layout, {"a": "s0"}, reading)
    CONNECTION.execute("create or replace table texts (n integer, s0 varchar)")
    CONNECTION.executemany("insert into texts values (?, ?)", list(enumerate(texts)))
    made = rows_sql("select * from texts", casts, ["n"])
    shown = view_sql(dataset, casts, layout.values, "'f'", "1").replace("rowid", "n")
    CONNECTION.execute(f"create or replace view made as select {shown} from ({made})")
    watched = f"_unread_{column}" in CONNECTION.table("made").columns
    unread = f"_unread_{column}" if watched else "null"
    rows = CONNECTION.execute(f'select "{column}", {unread} from made order by _row_id').fetchall()
    return rows[0] if len(rows) == 1 else rows


def moment(text):
    return dt.datetime.fromisoformat(text)


FEW = settings(max_examples=8, deadline=None)
"""For examples that are lists: each costs a query."""
MOMENTS = st.datetimes(moment("1900-01-01"), moment("2100-01-01"))


@FEW
@given(st.lists(st.datetimes(moment("1999-01-01"), moment("2090-01-01")), min_size=2, max_size=40))
def test_day_count_of_excel_is_the_moment_that_it_counts(values):
    values = [value.replace(microsecond=0) for value in values]
    first = moment("1899-12-30")
    texts = [f"{(value - first) / dt.timedelta(days=1):.8f}" for value in values]

    made = cast("received_at", *texts, serial=["received_at"])

    assert made == [(value, None) for value in values]


@FEW
@given(st.lists(MOMENTS, min_size=2, max_size=40))
def test_time_is_read_back_by_its_format(values):
    values = [value.replace(microsecond=0) for value in values]
    for written in ("%Y%m%d%H%M%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S"):
        texts = [value.strftime(written) for value in values]
        made = cast("received_at", *texts, timestamp_formats=[written])
        assert made == [(value, None) for value in values]


@FEW
@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=20), min_size=2))
def test_what_is_no_time_is_kept_as_unread_and_never_guessed(texts):
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    for text, (value, unread) in zip(texts, cast("received_at", *texts), strict=True):
        assert (value is None) or (unread is None)
        if value is None and text.strip():
            assert unread is not None
            assert unread in text


@pytest.mark.parametrize(
    ("zone", "text", "value", "minutes"),
    [
        ("Asia/Ho_Chi_Minh", "2024-01-02 08:00:00", "2024-01-02T08:00", None),
        ("Asia/Ho_Chi_Minh", "2024-01-02 01:00:00Z", "2024-01-02T08:00", None),
        ("Asia/Ho_Chi_Minh", "2024-01-02 03:00:00+02:00", "2024-01-02T08:00", None),
        ("UTC", "2024-01-02 20:00:00", "2024-01-03T03:00", None),
        ("Europe/Amsterdam", "2011-07-01 12:00:00", "2011-07-01T17:00", None),
        ("as_written", "2011-12-06 13:41:31.788000+01:00", "2011-12-06T13:41:31.788", 60),
        ("as_written", "2011-10-11 13:42:22-0330", "2011-10-11T13:42:22", -210),
        ("as_written", "2011-10-11 13:42:22Z", "2011-10-11T13:42:22", 0),
        ("as_written", "2011-10-11 13:42:22", "2011-10-11T13:42:22", None),
    ],
)
def test_zone_and_offset(zone, text, value, minutes):
    formats = ["%Y-%m-%d %H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S%z"]

    assert cast("received_at", text, zone=zone, timestamp_formats=formats) == (moment(value), None)
    if zone == "as_written":
        offsets = CONNECTION.execute("select received_at_offset_minutes from made").fetchall()
        assert offsets == [(minutes,)]


def test_date_of_a_timestamp_column_and_of_native_cells():
    assert cast("due_date", "05/06/2024", date_formats="%d/%m/%Y") == (dt.date(2024, 6, 5), None)
    native = {"date_formats": "%d/%m/%Y", "native": True}
    assert cast("due_date", "2024-06-05 00:00:00", **native) == (dt.date(2024, 6, 5), None)
    assert cast("due_date", "2024-02-30") == (None, "2024-02-30")


@FEW
@given(st.lists(st.decimals(-(10**11), 10**11, places=2), min_size=2))
def test_number_is_read_back_in_both_notations(values):
    grouped = [f"{value:,}" for value in values]
    swapped = [text.translate(str.maketrans(",.", ".,")) for text in grouped]
    expected = [(value, None) for value in values]
    assert cast("amount", *grouped) == expected
    assert cast("amount", *map(str, values)) == expected
    assert cast("amount", *swapped, decimal_mark=",") == expected


@pytest.mark.parametrize("text", ["12.5", "1.234", "12a", "1 2", "", " ", "9" * 12])
def test_what_is_no_whole_number_is_not_rounded(text):
    assert cast("year", text) == (None, text.strip() or None)


def test_booleans():
    words = ("1", "true", "Có", "X", "0", "false", "KHÔNG", "có lẽ", None, " ")
    values = [True] * 4 + [False] * 3 + [None] * 3

    made = cast("has_fee", *words)

    assert [value for value, _ in made] == values
    assert [unread for _, unread in made] == [None] * 7 + ["có lẽ", None, None]
    assert cast("has_fee", "2", values={"has_fee": {"2": "true"}}) == (True, None)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("word", ["Trực tuyến", "e-mail", "Bưu chính"])
def test_value_map_folds_case_space_and_form(word, form):
    codes = {"trực tuyến": "online", "E-Mail": "other", "bưu  chính": "postal"}
    written = unicodedata.normalize(form, f" {word.upper().replace(' ', '  ')} ")
    value, unread = cast("channel_code", written, values={"channel_code": codes})
    assert value == {fold(key): code for key, code in codes.items()}[fold(word)]
    assert unread is None


@pytest.mark.parametrize("word", ["Hoà giải, uỷ quyền", "HÒA GIẢI,  ỦY QUYỀN"])
def test_value_map_takes_a_tone_in_either_place(word):
    codes = {"Hoà giải, ủy quyền": "other"}
    assert cast("channel_code", word, values={"channel_code": codes}) == ("other", None)
    assert cast("channel_code", "Hoá giải, uỷ quyền", values={"channel_code": codes}) == (
        None,
        "Hoá giải, uỷ quyền",
    )


@QUICK
@given(st.text(st.sampled_from("hoòaàeèuùyỳ "), max_size=8))
def test_each_way_to_place_tones_folds_to_the_same(text):
    ways = tone_placed(fold(text))
    assert len(set(ways)) == len(ways)
    assert {fold(way) for way in ways} == {fold(text)}
    assert unicodedata.normalize("NFC", " ".join(text.split())) in ways


def test_code_that_the_map_lacks_is_unread():
    assert cast("channel_code", "fax", values={"channel_code": {"mail": "postal"}}) == (None, "fax")


@QUICK
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))
def test_fold_in_sql_and_python_agree_on_vietnamese(text):
    vietnamese = "".join(letter for letter in text if letter.isascii()) + "Đường Ấp ỮỆ"
    if any(letter in vietnamese for letter in "\x1c\x1d\x1e\x1f\x0b\x0c\x85"):
        return
    folded = CONNECTION.execute(f"select {folded_sql('$1')}", [vietnamese]).fetchall()
    assert folded == [(fold(vietnamese),)]


# Headers, ids, records


@QUICK
@given(st.lists(st.sampled_from(["Mã hồ sơ", "Kênh", "Lạ", "Họ tên"]), unique=True))
def test_header_matches_in_any_order_case_and_form(headers):
    layout = Layout(
        files="x",
        format="csv",
        columns={"mã hồ sơ": "dossier_code", "KÊNH": "channel_code"},
        personal={"Họ Tên": "drop"},
    )
    written = [unicodedata.normalize("NFD", f" {header.upper()}") for header in headers]

    match = match_headers(written, layout)

    assert {headers[place] for place in match.positions.values()} == {"Mã hồ sơ", "Kênh"} & {
        *headers
    }
    assert len(match.unknown) == headers.count("Lạ")
    assert ("mã hồ sơ" in match.missing) == ("Mã hồ sơ" not in headers)
    missing = missing_keys("dossiers", layout, set(match.positions))
    assert bool(missing) == ("Mã hồ sơ" not in headers)


def test_header_rows_join_by_their_parts():
    rows = [["Mã", "Giải quyết", "Giải quyết", ""], ["Mã", "Ngày", "Nơi", "Khác"]]

    assert join_header_rows(rows) == ("Mã", "Giải quyết / Ngày", "Giải quyết / Nơi", "Khác")


SUMS = st.lists(st.tuples(st.text(max_size=5), st.text("0123456789abcdef", min_size=4, max_size=4)))


@QUICK
@given(SUMS, st.randoms())
def test_id_is_the_content_not_its_order(sums, random):
    shuffled = random.sample(sums, len(sums))
    first = delivery_id_of("a", sums, is_single=False)
    assert first == delivery_id_of("a", shuffled, is_single=False)
    assert first != delivery_id_of("b", sums, is_single=False)
    if sums:
        changed = [(sums[0][0], "x"), *sums[1:]]
        assert first != delivery_id_of("a", changed, is_single=False)
    assert len(first) == 16


def test_name_counts_in_a_folder_only():
    one, other = [("a.csv", "00")], [("b.csv", "00")]

    assert delivery_id_of("a", one, is_single=True) == delivery_id_of("a", other, is_single=True)
    assert delivery_id_of("a", one, is_single=False) != delivery_id_of("a", other, is_single=False)


CELLS = st.lists(st.sampled_from(["a", "bb", 'q""q', "x\ny", "", "é"]), min_size=2, max_size=3)


@QUICK
@given(st.lists(CELLS, max_size=12), st.integers(1, 40), st.booleans(), st.booleans())
def test_records_are_found_whatever_the_block(rows, size, crlf, ends):
    newline = b"\r\n" if crlf else b"\n"
    written = [",".join(f'"{cell}"' for cell in row).encode() for row in [["h", "h"], *rows]]
    content = newline.join(written) + (newline if ends else b"")
    blocks = [content[at : at + size] for at in range(0, len(content), size)]

    found = find_records(blocks, 1)

    starts = [content.index(b"\n") + 1] if rows else []
    for one in written[1:-1]:
        starts.append(starts[-1] + len(one) + len(newline))
    assert found.starts.tolist() == starts
    assert found.lines.tolist() == [content[:start].count(b"\n") + 1 for start in starts]


def test_blank_lines_are_no_records():
    found = find_records([b"h\n\n1\n\r\n2\n\n"], 1)

    assert found.lines.tolist() == [3, 5]


def test_cells_of_a_sheet_become_text():
    cells = [None, "", True, 3.0, 3.5, 12, dt.date(2024, 1, 2), moment("2024-01-02T03:04:05"), "x"]

    assert [cell_text(cell) for cell in cells] == [
        *(None, None, "true", "3", "3.5", "12"),
        *("2024-01-02", "2024-01-02 03:04:05", "x"),
    ]


@pytest.mark.parametrize("code", SENTENCES)
def test_each_refusal_names_the_file_and_what_to_do(code):
    sentence = str(DeliveryRefusedError(code, "tệp.csv", "chi tiết"))

    assert "«tệp.csv»" in sentence
    assert code == "checks_not_met" or "Hãy " in sentence


def test_each_line_refusal_says_what_to_do():
    assert all("Hãy " in mend for _, mend in LINE_SENTENCES.values())


def test_class_of_a_value_follows_from_its_column():
    columns = ["due_at", "has_fee", "amount", "field_code", "field_name", "applicant_token", None]

    assert [value_class(column) for column in columns] == [
        *("date", "boolean", "number", "code", "text", "personal", "text")
    ]


def test_expected_count_of_a_sheet():
    layout = Layout(files="*.xlsx", format="xlsx", sheet="A", columns={"a": "dossier_code"})
    files = [
        {"name": "X.xlsx", "sheet": "B", "row_count": 1},
        {"name": "X.xlsx", "sheet": "A", "row_count": 5},
    ]
    manifest = Manifest.model_validate({"files": files})

    assert deliveries.expected_count(manifest, layout, ["dir/x.xlsx"]) == 5
    assert deliveries.expected_count(manifest, layout, ["y.xlsx"]) is None
    every = layout.model_copy(update={"sheet": "*"})
    assert deliveries.expected_count(manifest, every, ["x.xlsx"]) == 6


def test_export_time_of_a_file_name():
    from motcua.contracts import Contract

    rule = {"source": "file_name", "pattern": r"_(\d{8})", "format": "%Y%m%d"}
    contract = Contract(contract="x", title="x", exported_at=rule, datasets={})
    arrived = moment("2026-01-01T00:00")

    found = deliveries.exported_at_of(contract, Manifest(), "hs_20240703.csv", arrived)
    other = deliveries.exported_at_of(contract, Manifest(), "hs_20241399.csv", arrived)

    assert found == (moment("2024-07-03"), "file_name")
    assert other == (arrived, "arrival")


def test_plan_names_files_that_no_layout_takes():
    from motcua.contracts import Contract

    layout = {"files": ["hồ sơ*.csv"], "format": "csv", "columns": {"a": "dossier_code"}}
    contract = Contract(contract="x", title="x", datasets={"dossiers": layout})
    names = ["d/" + unicodedata.normalize("NFD", "Hồ sơ 1.CSV"), "b.txt"]

    plan = deliveries.plan_files(contract, [SourceFile(name, Path(name)) for name in names])

    assert plan is not None
    assert [file.name for file in plan.files["dossiers"]] == names[:1]
    assert plan.unknown_files == ("b.txt",)
