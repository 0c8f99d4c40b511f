"""What a locality gets back, and what becomes of it when it is mended and sent in again."""

import datetime as dt
import itertools
import json
import random

import duckdb
import openpyxl
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_support import COLUMNS, LOCALITY, csv_text, fake_suite, line, make_home
from motcua import status
from motcua.contracts import read_contracts
from motcua.datasets import DATASETS
from motcua.intake import edge as intake_edge
from motcua.intake.arrivals import edge as arrivals
from motcua.intake.refusals import value_class
from motcua.returns import comparison, edge, mark
from motcua.returns.mark import Mark, corrected_at, read_mark
from motcua.returns.model import Reason
from motcua.returns.texts import HIDDEN, MAX_LENGTH, cell_text, faulty_text
from motcua.settings import Settings

SHEET = "Hồ sơ"
HEAD = 5
BAD_DATE = line(10, received="31/02/2024")
BAD_CHANNEL = line(11, channel="Bồ câu")
EXPORTED = "2024-07-03T07:30:00+07:00"
ARRIVED = dt.datetime(2024, 7, 10, 8)


FEW = settings(max_examples=30, deadline=None)


@pytest.fixture
def intake(tmp_path, monkeypatch):
    """A home where each delivery arrives a minute after the one before."""
    minutes = itertools.count()

    def read_clock():
        return ARRIVED + dt.timedelta(minutes=next(minutes))

    monkeypatch.setattr(arrivals, "read_clock", read_clock)
    home = make_home(tmp_path)
    home.write_contract(refused_share_limit=0.9)
    return home


def manifest(exported_at=EXPORTED, **more):
    return json.dumps({"exported_at": exported_at, "is_simulated": True, **more})


def send(home, *lines, exported_at=EXPORTED, name="a.zip"):
    members = {"dossiers.csv": csv_text(3, *lines), "manifest.json": manifest(exported_at)}
    home.drop_zip(name, members)
    (receipt,) = home.take_in()
    return receipt


def files_of(home, receipt, ending):
    folder = home.settings.returns / LOCALITY
    return sorted(folder.glob(f"tra_lai_{LOCALITY}_*_{receipt.delivery_id[:8]}.{ending}"))


def workbook_of(home, receipt):
    (path,) = files_of(home, receipt, "xlsx")
    return openpyxl.load_workbook(path)


def table_of(sheet, head=HEAD):
    """Give the lines of a sheet as dictionaries by heading."""
    heads = [cell.value for cell in sheet[head]]
    rows = sheet.iter_rows(min_row=head + 1, values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows if row[1] is not None]


def cell_of(sheet, row, heading):
    heads = [cell.value for cell in sheet[HEAD]]
    return sheet.cell(HEAD + row, heads.index(heading) + 1)


def counts_of(home, receipt):
    """Give new, still, mended and not sent again of each reason."""
    names = ("Mới", "Vẫn còn", "Đã sửa", "Không gửi lại")
    rows = table_of(workbook_of(home, receipt)["Lý do"], head=4)
    return [tuple(row[name] for name in names) for row in rows if row["Tập dữ liệu"] == SHEET]


def mend(home, receipt, changes, name="da-sua.xlsx"):
    """Change cells of a return, by line and heading, and drop it in the inbox."""
    workbook = workbook_of(home, receipt)
    for (row, heading), value in changes.items():
        cell_of(workbook[SHEET], row, heading).value = value
    workbook.save(home.inbox / name)


def test_lines_come_back_with_place_reason_and_marked_cell(intake):
    receipt = send(intake, BAD_DATE, BAD_CHANNEL)
    workbook = workbook_of(intake, receipt)
    first, second = table_of(workbook[SHEET])

    assert workbook.sheetnames == ["Tổng hợp", "Lý do", SHEET]
    assert first["Mã hồ sơ"] == "H01.01-240102-00010"
    assert (first["Tệp nguồn"], first["Dòng nguồn"]) == ("dossiers.csv", 5)
    assert first["Ngày tiếp nhận"] == "31/02/2024"
    assert first["Ngày hẹn trả"] == dt.datetime(2024, 1, 10, 17)
    assert second["Kênh tiếp nhận"] == "Bồ câu"
    fills = {
        heading: cell_of(workbook[SHEET], 1, heading).fill.fill_type
        for heading in ("Ngày tiếp nhận", "Ngày hẹn trả", "Mã hồ sơ")
    }
    assert fills == {"Ngày tiếp nhận": "solid", "Ngày hẹn trả": None, "Mã hồ sơ": None}
    texts = [str(cell) for row in workbook["Tổng hợp"].iter_rows(values_only=True) for cell in row]
    assert any("DỮ LIỆU MÔ PHỎNG" in text for text in texts)


def test_clean_delivery_gets_nothing_back(intake):
    assert files_of(intake, send(intake), "*") == []


def test_refused_delivery_gets_its_reason_and_is_not_correctable(intake):
    intake.drop("dossiers.zip", b"no archive")
    (receipt,) = intake.take_in()
    (path,) = files_of(intake, receipt, "docx")
    text = "\n".join(one.text for one in Document(path).paragraphs)

    assert receipt.state_code == "refused"
    assert workbook_of(intake, receipt).sheetnames == ["Tổng hợp", "Lý do"]
    assert receipt.refusal_sentence in text
    assert "gửi lại toàn bộ" in text


def test_mended_return_is_accepted_as_a_correction(intake):
    first = send(intake, BAD_DATE, BAD_CHANNEL)
    mend(intake, first, {(1, "Ngày tiếp nhận"): "02/01/2024 08:00"})
    (second,) = intake.take_in()

    assert (second.contract_code, second.state_code) == ("tra_lai", "accepted_in_part")
    assert second.is_simulated
    assert first.exported_at < second.exported_at < "2024-07-03T07:32"
    assert intake.accepted(second, "dossier_code, channel_code, received_at, procedure_name") == [
        ("H01.01-240102-00010", "online", dt.datetime(2024, 1, 2, 8), "Thủ tục 10")
    ]
    assert intake.refusals(second) == [(7, "value_unread")]
    assert counts_of(intake, second) == [(0, 1, 1, 0)]


def test_correction_of_a_correction_sorts_behind_it(intake):
    first = send(intake, BAD_DATE, BAD_CHANNEL)
    mend(intake, first, {(1, "Ngày tiếp nhận"): dt.datetime(2024, 1, 2, 8)})
    (second,) = intake.take_in()
    mend(intake, second, {(1, "Kênh tiếp nhận"): "trực tiếp"})
    (third,) = intake.take_in()

    assert third.state_code == "accepted"
    assert first.exported_at < second.exported_at < third.exported_at
    assert third.exported_at[:19] == second.exported_at[:19]


def test_values_are_the_same_after_the_way_there_and_back(intake):
    chance = random.Random(7)
    moments = [
        dt.datetime(1800 + chance.randrange(300), 3, 1) + dt.timedelta(seconds=second)
        for second in chance.sample(range(40 * 86_400), 200)
    ]
    flags = [chance.choice(["", "0", "1"]) for _ in moments]
    lines = [
        line(10 + number, channel="?1", due=str(moment), digitised=flag)
        for number, (moment, flag) in enumerate(zip(moments, flags, strict=True))
    ]
    intake.write_contract(refused_share_limit=1)
    first = send(intake, *lines)
    mend(intake, first, {(row + 1, "Kênh tiếp nhận"): "Bưu chính công ích" for row in range(200)})
    (second,) = intake.take_in()
    rows = intake.accepted(second, "channel_code, due_at, is_input_digitised")

    answers = {"": None, "0": False, "1": True}
    assert rows == [
        ("postal", moment, answers[flag]) for moment, flag in zip(moments, flags, strict=True)
    ]


def test_correction_leans_on_what_its_export_had_accepted(intake):
    seen = []

    def suite(connection, dataset_code, suites_folder):
        seen.extend(
            connection.execute(
                "select exported_at, list(dossier_code order by dossier_code) "
                "from delivery cross join accepted_dossiers group by exported_at"
            ).fetchall()
        )
        return fake_suite(connection, dataset_code, suites_folder)

    mend(intake, send(intake, BAD_DATE), {(1, "Ngày tiếp nhận"): "02/01/2024"})
    intake.take_in(suite)

    codes = [f"H01.01-240102-{number:05}" for number in range(3)]
    assert seen == [(dt.datetime(2024, 7, 3, 7, 30), codes)]


def test_unchanged_return_is_refused_and_can_be_mended_again(intake):
    first = send(intake, BAD_DATE)
    mend(intake, first, {})
    (second,) = intake.take_in()
    mend(intake, second, {(1, "Ngày tiếp nhận"): "02/01/2024"})
    (third,) = intake.take_in()

    assert (second.state_code, second.refusal_code) == ("refused", "too_many_refused")
    assert third.state_code == "accepted"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param({"locality": "ag-khac"}, "return_of_other", id="another locality's"),
        pytest.param({"label": "Mã"}, "layout_unknown", id="its mark is spoilt"),
    ],
)
def test_return_that_is_not_this_locality_s_own_is_refused(intake, spoil, code):
    first = send(intake, BAD_DATE)
    workbook = workbook_of(intake, first)
    for row in workbook[mark.SHEET].iter_rows():
        if row[0].value == mark.LOCALITY:
            row[1].value = spoil.get("locality", row[1].value)
            row[0].value = spoil.get("label", row[0].value)
    workbook.save(intake.inbox / "da-sua.xlsx")
    (second,) = intake.take_in()

    assert second.refusal_code == code


def test_return_of_an_export_refused_whole_is_not_taken_for_the_export(intake):
    intake.write_contract(refused_share_limit=0.2)
    first = send(intake, BAD_DATE, BAD_CHANNEL)
    mend(intake, first, {(1, "Ngày tiếp nhận"): "02/01/2024"})
    (second,) = intake.take_in()

    assert (first.refusal_code, second.refusal_code) == ("too_many_refused", "return_of_refused")


def test_workbook_with_a_summary_sheet_of_its_own_is_no_return(intake):
    layout = {"files": ["*.xlsx"], "format": "xlsx", "sheet": SHEET, "header_row": 1}
    intake.write_contract(layout=layout, refused_share_limit=0.9)
    workbook = openpyxl.Workbook()
    workbook.active.title = mark.SHEET
    workbook.active.append([mark.LOCALITY, LOCALITY])
    sheet = workbook.create_sheet(SHEET)
    for row in csv_text(3).splitlines():
        sheet.append(row.split(","))
    workbook.save(intake.inbox / "goc.xlsx")
    (receipt,) = intake.take_in()

    assert (receipt.contract_code, receipt.state_code) == ("plain", "accepted")


def test_the_next_export_says_what_is_new_mended_and_still_there(intake):
    late = line(12, due="?1")
    send(intake, BAD_DATE, BAD_CHANNEL, line(13, due="?2"))
    again = send(
        intake, BAD_DATE, line(11), late, exported_at="2024-08-03T07:30:00+07:00", name="b.zip"
    )

    # 10 is still there, 11 mended, 12 new, 13 not sent again.
    assert counts_of(intake, again) == [(1, 1, 1, 1)]


def test_a_correction_is_not_what_the_next_export_is_compared_with(intake):
    first = send(intake, BAD_DATE, BAD_CHANNEL)
    mend(intake, first, {(1, "Ngày tiếp nhận"): "02/01/2024"})
    intake.take_in()
    again = send(
        intake, BAD_DATE, BAD_CHANNEL, exported_at="2024-08-03T07:30:00+07:00", name="b.zip"
    )

    assert counts_of(intake, again) == [(0, 2, 0, 0)]


def test_made_again_from_raw_a_return_has_the_same_bytes(intake):
    first = send(intake, BAD_DATE, BAD_CHANNEL)
    mend(intake, first, {(1, "Ngày tiếp nhận"): "02/01/2024"})
    intake.take_in()
    send(intake, line(11), line(12, due="?"), exported_at="2024-08-03T07:30:00+07:00", name="b.zip")
    landing = intake.settings.home / "landing"

    def made():
        kept = [*landing.rglob("*.json"), *landing.rglob("*.parquet")]
        paths = [*kept, *intake.settings.returns.rglob("*.*")]
        return {path: path.read_bytes() for path in paths if path.is_file()}

    before = made()
    intake_edge.delete_derived(intake.settings)
    assert not intake.settings.returns.exists()
    intake.take_in()

    assert sum(path.suffix == ".xlsx" for path in before) == 3
    assert made() == before


def test_line_that_could_not_be_read_is_told_by_its_place(intake):
    receipt = send(intake, "a line of no sense", BAD_DATE)
    workbook = workbook_of(intake, receipt)
    rows = [list(row) for row in workbook[SHEET].iter_rows(min_row=HEAD + 1, values_only=True)]
    heads = [cell.value for cell in workbook[SHEET][HEAD]]

    assert [row[heads.index("Dòng nguồn")] for row in rows] == [5, 6]
    assert "không đọc được" in rows[0][heads.index("Lý do")]
    # The line has no code: it is counted as a line, not as new.
    reasons = table_of(workbook["Lý do"], head=4)
    uncoded = [row["Trong đó không có mã"] for row in reasons if row["Tập dữ liệu"] == SHEET]
    assert sorted(uncoded) == [0, 1]


def test_lines_beyond_the_limit_are_counted_not_shown(intake):
    small = intake.with_settings(max_return_lines=2)
    lines = [line(number, received="?1") for number in range(10, 17)]
    receipt = send(small, *lines)
    sheet = workbook_of(small, receipt)[SHEET]

    assert len(table_of(sheet)) == 2
    assert "Còn 5 dòng nữa" in sheet["A4"].value


def test_foreign_text_is_never_a_formula(intake):
    hostile = ["=1+1", "+84", "-1", "@SUM(A1)", "=cmd|'/c calc'!A0", "a\x07b\x1bc", "{=1}"]
    lines = [line(10 + n, received="?1", procedure=text) for n, text in enumerate(hostile)]
    workbook = workbook_of(intake, send(intake, *lines))
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    shown = [row["Tên thủ tục"] for row in table_of(workbook[SHEET])]

    assert all(cell.data_type != "f" for cell in cells)
    assert shown == [*hostile[:5], "a b c", "{=1}"]
    assert cell_of(workbook[SHEET], 1, "Tên thủ tục").quotePrefix


def test_nothing_personal_is_in_a_return(intake):
    # A contract that takes a person's name for a token: the column is personal all the same.
    columns = COLUMNS | {"Họ tên": "applicant_token"}
    layout = {"columns": columns, "personal": {"CCCD": "drop"}}
    intake.write_contract(layout=layout, refused_share_limit=0.9)
    receipt = send(
        intake,
        BAD_DATE,
        # Columns shifted by one: a name stands where a date should, a number where a code should.
        line(11, received="Trần Thị Kín", due="079123456789"),
        line(12, channel="kin@thu.example"),
    )
    texts = [
        str(cell)
        for sheet in workbook_of(intake, receipt)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    (letter,) = files_of(intake, receipt, "docx")
    texts += [one.text for one in Document(letter).paragraphs]

    for personal in ("Nguyễn Văn Riêng", "0791234", "Trần Thị Kín", "079123456789", "@thu.example"):
        assert not any(personal in text for text in texts), personal
    assert texts.count(HIDDEN) == 3


def test_letter_is_one_page_of_blanks_to_fill_and_the_five_reasons(intake):
    receipt = send(intake, BAD_DATE, BAD_CHANNEL)
    (path,) = files_of(intake, receipt, "docx")
    document = Document(path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]

    assert any("Số:          /…" in text for text in cells)
    assert any("ngày      tháng      năm" in text for text in cells)
    assert any("(để trống)" in text for text in cells)
    assert any("tra_lai_" in one.text for one in document.paragraphs)


def test_every_code_that_a_shipped_contract_gives_has_a_word(request):
    contracts = read_contracts(request.config.rootpath / "landing" / "contracts")
    words = contracts.pop(edge.CONTRACT).datasets
    missing = {
        (code, column, value)
        for contract in contracts.values()
        for code, layout in contract.datasets.items()
        for column, values in layout.values.items()
        for value in values.values()
        if value not in words[code].values.get(column, {}).values()
        and value not in ("true", "false")
        and column not in ("field_code",)
    }

    assert missing == set()


def test_the_contract_of_returns_has_every_column_that_is_not_personal():
    contract = edge.read_contract(Settings())

    for code, dataset in DATASETS.items():
        layout = contract.datasets[code]
        wanted = [name for name in dataset.columns if value_class(name) != "personal"]
        assert list(layout.targets()) == wanted or set(layout.targets()) == set(wanted), code
        assert layout.header_row == HEAD
    assert contract.is_correction


@FEW
@given(
    moment=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1)),
    waits=st.lists(st.integers(0, 10**8), min_size=2, max_size=2, unique=True),
    is_simulated=st.booleans(),
)
def test_mark_is_read_back_and_corrections_sort_by_arrival(moment, waits, is_simulated):
    one = Mark("ag-test", "0123456789abcdef", moment, is_simulated)
    rows = [[mark.TITLE], [None, ""], *([None, label, text] for label, text in one.lines())]
    first, second = (
        corrected_at(one, moment + dt.timedelta(seconds=2 + wait)) for wait in sorted(waits)
    )

    assert read_mark(rows) == one
    assert moment < first < second < moment + dt.timedelta(minutes=2)


@FEW
@given(st.text())
def test_any_text_becomes_one_line_of_a_bounded_length(text):
    shown = cell_text(text)

    assert len(shown) <= MAX_LENGTH
    assert shown.isprintable() or not any(sign in shown for sign in "\n\r\t\0\x1b")
    assert faulty_text(text, may_be_words=True) in (shown, HIDDEN)


KEYS = st.sets(st.tuples(st.sampled_from("ab"), st.sampled_from(["r", "s"]), st.integers(0, 5)))


def count(connection, now, before, came):
    for name, keys in (("keys_now", now), ("keys_before", before)):
        columns = ", ".join(f"{key} {kind}" for key, kind in comparison.KEY_COLUMNS.items())
        connection.execute(f"create or replace table {name} ({columns})")
        for dataset, rule, code in keys:
            connection.execute(
                f"insert into {name} values (?, ?, 'critical', 'x', null, ?, 1)",
                [dataset, rule, None if code == 0 else str(code)],
            )
    connection.execute("create or replace table codes_now (dataset_code string, line_hash string)")
    for dataset, code in came:
        connection.execute("insert into codes_now values (?, ?)", [dataset, str(code)])
    rows = connection.execute(comparison.COUNTS_SQL).fetchall()
    return {(one.dataset_code, one.rule_code): one for one in (Reason(*row) for row in rows)}


@FEW
@given(now=KEYS, before=KEYS, others=st.sets(st.tuples(st.sampled_from("ab"), st.integers(1, 5))))
def test_new_still_mended_and_absent_are_sets(now, before, others):
    came = others | {(dataset, code) for dataset, _, code in now if code}
    counted = count(duckdb.default_connection(), now, before, came)

    for key in {one[:2] for one in now | before}:
        mine, earlier = (
            {code for *about, code in keys if tuple(about) == key and code}
            for keys in (now, before)
        )
        arrived = {code for dataset, code in came if dataset == key[0]}
        expected = (
            len(mine - earlier),
            len(mine & earlier),
            len((earlier - mine) & arrived),
            len(earlier - mine - arrived),
        )
        one = counted.get(key)
        got = (one.new_count, one.still_count, one.mended_count, one.absent_count) if one else None
        assert got == expected or (got is None and not any(expected)), key
        if one:
            assert one.line_count == one.new_count + one.still_count + one.uncoded_count


def test_status_shows_quality_by_month_once_it_is_published(tmp_path):
    told = Settings(home=tmp_path)
    nothing = status.read_quality_lines(told)
    told.marts_file.parent.mkdir(parents=True)
    duckdb.connect(str(told.marts_file)).close()
    older = status.read_quality_lines(told)
    with duckdb.connect(str(told.marts_file)) as connection:
        connection.execute("create schema quality")
        connection.execute(
            "create table quality.fct_locality_quality as select 'ag-test' as locality_code, "
            "date '2024-07-01' as exported_month_date, 2 as delivery_count, "
            "1 as refused_delivery_count, 15 as source_count, 12 as accepted_count, "
            "3 as refused_count, 2 as warned_count, 2 as corrected_count"
        )
    (one,) = status.read_quality_lines(told)

    assert (nothing, older) == ([], [])
    assert list(one.values()) == ["ag-test", "2024-07", 2, 1, 15, 12, 3, 2, 2]
