"""Forms that an office types: titles that say the period, numbered columns that become rows."""

import csv
import json
import re

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports_support import EXPORTS, SHIPPED
from intake_support import LOCALITY, csv_text, fake_suite, line, make_home
from motcua.contracts import Layout, read_contracts
from motcua.datasets import DATASETS
from motcua.intake.worksheets import read_sheet, read_titles
from motcua.quality.edge import read_suite
from motcua.returns import comparison
from motcua.settings import REPOSITORY

CONTRACTS = read_contracts(SHIPPED)
TITLES = CONTRACTS["bieu_ii06_xlsx"].datasets["reported_totals"].titles
QUICK = settings(max_examples=60, deadline=None)
ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}
FORM = {
    "files": ["*.xlsx"],
    "format": "xlsx",
    "sheet": "Biểu *",
    "header_row": 2,
    "header_rows": 2,
    "decimal_mark": ",",
    "titles": {"agency_code": {r"đơn vị.*?(H\d\d\.\d\d)": r"\1"}},
    "columns": {"Lĩnh vực": "field_code"},
    "unpivot": {
        "number": "column_no",
        "value": "value",
        "columns": {"Nhận / Tổng": 3, "Nhận / Tổng số": 3, "Nhận / Qua mạng": 4},
    },
    "defaults": {"form_code": "X", "period_code": "2024-Y"},
}


@pytest.fixture
def intake(tmp_path):
    return make_home(tmp_path)


def said(*rows):
    return read_titles(rows, TITLES)


# What stands above the heading


@QUICK
@given(
    st.sampled_from("1234"),
    st.integers(2000, 2099),
    st.sampled_from(["Quý {}/{}", "QUÝ {} NĂM {}", "qúy {} - năm {}", "Quý  {}/Năm {}"]),
    st.sampled_from([str, ROMAN.get]),
    st.sampled_from([(), ("(Từ ngày 15/12/2023 đến ngày 14/3/2024)",)]),
)
def test_quarter_is_read_however_it_is_typed(quarter, year, form, written, more):
    period = form.format(written(quarter), year)

    assert said(["Kỳ báo cáo:", None, period, *more]) == {"period_code": f"{year}-Q{quarter}"}
    assert said(["", 7], [f"Kỳ  báo cáo: {period}"]) == {"period_code": f"{year}-Q{quarter}"}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Kỳ báo cáo: 6 tháng đầu năm 2024", "2024-H1"),
        ("Kỳ báo cáo: 6 tháng cuối năm 2024", "2024-H2"),
        ("Kỳ báo cáo: Năm 2024 (từ 15/12/2023)", "2024-Y"),
        ("KỲ BÁO CÁO NĂM 2024", "2024-Y"),
        ("Kỳ báo cáo: 2024-CH1", "2024-CH1"),
        ("Kỳ báo cáo: Quý ... năm ...", None),
        ("Kỳ báo cáo: Quý V/2024", None),
        ("Ngày 15 tháng 3 năm 2024", None),
    ],
)
def test_period_is_read_or_left_open(title, code):
    assert said([title]).get("period_code") == code


def test_office_is_known_by_its_code_alone():
    assert said(["Đơn vị báo cáo:", "Sở Tư pháp (H01.14)"]) == {"agency_code": "H01.14"}
    assert said(["Đơn vị báo cáo: Sở Tư pháp"], ["Đơn vị nhận: UBND tỉnh (H01)"]) == {}


def test_period_of_a_suite_is_one_that_the_warehouse_has():
    seeds = REPOSITORY / "dbt_project" / "seeds"
    with (seeds / "period_shapes.csv").open(encoding="utf-8", newline="") as shapes:
        codes = [f"2024-{row['shape_code']}" for row in csv.DictReader(shapes)]
    with (seeds / "custom_periods.csv").open(encoding="utf-8", newline="") as periods:
        codes += [row["period_code"] for row in csv.DictReader(periods)]
    forms = []
    for dataset in ("reported_totals", "targets", "reform_figures"):
        spec = read_suite(REPOSITORY / "expectations", dataset).spec["expectations"]
        (rule,) = [one for one in spec if one["meta"]["rule_code"] == "period_code_form"]
        forms += re.findall(r"'(\[.*\+\))'", rule["kwargs"]["unexpected_rows_query"])

    assert len(forms) == 3
    for code in codes:
        assert all(re.fullmatch(form, code) for form in forms), code


# Numbered columns


FIGURES = st.sampled_from([0, 7, 1234.0, "1.234", "-", "(5)"])
WORDS = st.sampled_from(["", "KÝ TÊN", "Lê Thị Riêng", "5 hồ sơ"])


@QUICK
@given(st.lists(st.tuples(st.one_of(FIGURES, WORDS), st.one_of(FIGURES, WORDS)), max_size=8))
def test_every_line_with_a_figure_is_kept_and_every_other_is_counted(cells):
    layout = Layout.model_validate(FORM)
    head = [["Lĩnh vực", "Nhận", "Nhận"], ["", "Tổng", "Qua mạng"]]
    rows = [[], *head, *(["Đất đai", *pair] for pair in cells)]

    sheet = read_sheet(rows, [], layout)

    kept = [pair for pair in cells if any(is_figure(cell) for cell in pair)]
    assert [tuple(row[1:]) for _, row in sheet.rows] == kept
    assert sheet.left_out_count == len(cells) - len(kept)
    assert [number for number, _ in sheet.rows] == [
        number for number, pair in enumerate(cells, 4) if any(is_figure(cell) for cell in pair)
    ]


def is_figure(cell):
    return cell != "" and not any(letter.isalpha() for letter in str(cell))


def write_form(path, *sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, (agency, heading, rows) in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Biểu {number}")
        for one in (
            [f"Đơn vị: Sở {number} ({agency})"],
            ["Lĩnh vực", "Nhận", None, "Ghi thêm"],
            [None, heading, "Qua mạng", None],
            *rows,
        ):
            sheet.append(list(one))
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B2:C2")
    book.save(path)


def test_each_numbered_cell_is_a_row_of_its_line(intake):
    intake.write_contract(datasets={"reported_totals": FORM})
    first = [("HT", 5, "1.200"), ("A. Nhóm", None, None), ("TP", None, "4")]
    write_form(
        intake.inbox / "x.xlsx",
        ("H01.02", "Tổng", first),
        ("H01.03", "Tổng số", [("HT", 7, 6), ("TỔNG CỘNG", 7, 6), (None, "KÝ TÊN", "Lê Riêng")]),
    )

    receipt = intake.take_in_one()

    (one,) = receipt.datasets
    assert (one.line_count, one.spread_count, one.source_count) == (3, 3, 6)
    assert (one.left_out_count, one.accepted_count, one.refused_count) == (3, 6, 0)
    assert receipt.unknown_columns == ("Ghi thêm",)
    columns = "_source_file, _source_row, agency_code, field_code, column_no, value"
    assert sorted(intake.accepted(receipt, columns, "reported_totals"), key=str) == [
        ("x.xlsx [Biểu 1]", 4, "H01.02", "HT", 3, 5),
        ("x.xlsx [Biểu 1]", 4, "H01.02", "HT", 4, 1200),
        ("x.xlsx [Biểu 1]", 6, "H01.02", "TP", 3, None),
        ("x.xlsx [Biểu 1]", 6, "H01.02", "TP", 4, 4),
        ("x.xlsx [Biểu 2]", 4, "H01.03", "HT", 3, 7),
        ("x.xlsx [Biểu 2]", 4, "H01.03", "HT", 4, 6),
    ]
    assert "Riêng" not in receipt.model_dump_json()


def test_refused_cell_is_told_by_its_line_and_the_others_are_taken(intake):
    intake.write_contract(datasets={"reported_totals": FORM})
    write_form(intake.inbox / "x.xlsx", ("H01.02", "Tổng", [("HT", "năm", 4), ("TP", 2, 1)]))

    receipt = intake.take_in_one()

    (one,) = receipt.datasets
    assert (one.accepted_count, one.refused_count) == (3, 1)
    assert intake.refusals(receipt, "source_row, column_name") == [(4, "value")]


def test_manifest_counts_the_lines_of_a_form(intake):
    intake.write_contract(datasets={"reported_totals": FORM})
    folder = intake.inbox / "gui"
    folder.mkdir()
    write_form(folder / "x.xlsx", ("H01.02", "Tổng", [("HT", 5, 4), ("TP", 2, 1)]))
    manifest = {"files": [{"name": "x.xlsx", "row_count": 4}]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    counted = []

    def keep_counts(connection, dataset_code, suites_folder):
        counted.extend(connection.execute("from expected_counts").fetchall())
        return fake_suite(connection, dataset_code, suites_folder)

    intake.take_in(keep_counts)

    assert counted == [("reported_totals", 4, 2)]


def test_numbered_column_that_is_not_there_refuses_the_form(intake):
    intake.write_contract(datasets={"reported_totals": FORM})
    write_form(intake.inbox / "x.xlsx", ("H01.02", "Cộng dồn", [("HT", 5, 4)]))

    receipt = intake.take_in_one()

    assert receipt.refusal_code == "layout_unknown"
    assert "thiếu cột Nhận / Tổng" in receipt.refusal_sentence


# Steps


STEPS = {
    "opencps_csv": (
        "steps.csv",
        "dossierNo,stepNo,stepType,departmentCode,actorName,startDate,finishDate,onSite,stepNote\n"
        "H01.01-240102-00001,1,receive,H01.01.02,Lê Riêng,2024-01-02 08:00:00,,1,gọi chị Riêng\n",
    ),
    "national_sync": (
        "tiendo.jsonl",
        '{"MaHoSo": "H01.01-240102-00001", "SoThuTu": "1", "LoaiBuoc": "tiepnhan", "PhongBanXuLy": '
        '"H01.01.02", "NguoiXuLy": "Lê Riêng", "ChucDanh": "Phó phòng", "NoiDungXuLy": "chị Riêng",'
        ' "NgayBatDau": "20240102080000", "ThoiDiemXuLy": "", "TaiCho": "1"}\n',
    ),
}


@pytest.mark.parametrize("contract", STEPS)
def test_step_is_taken_without_who_did_it(intake, contract):
    layout = CONTRACTS[contract].datasets["steps"].model_dump(mode="json", exclude_defaults=True)
    intake.write_contract(datasets={"steps": layout})
    name, text = STEPS[contract]
    intake.drop_zip("a.zip", {"dossiers.csv": csv_text(2, line(5)), name: text})

    receipt = intake.take_in_one()

    columns = "step_no, step_kind_code, department_code, is_on_site, finished_at"
    assert intake.accepted(receipt, columns, "steps") == [(1, "receive", "H01.01.02", True, None)]
    written = [*intake.settings.accepted.rglob("*.parquet"), *intake.settings.receipts.iterdir()]
    assert written
    for path in written:
        assert "Riêng".encode() not in path.read_bytes(), path.name
    assert not {"actor", "name", "person"} & set("_".join(DATASETS["steps"].columns).split("_"))


# The return


def test_cell_of_another_period_is_another_line():
    """A cell refused in the first quarter is not mended by the form of the second."""
    keys = ", ".join(f"'{value}'" for value in ("II.06", "2024-Q1", "H01.14", "F1"))
    rows = f"values ({keys}, 3), ({keys.replace('Q1', 'Q2')}, 3), ({keys}, 4), ({keys}, null)"
    names = "form_code, period_code, agency_code, field_code, column_no"
    hashes = duckdb.sql(
        f"select {comparison.code_sql('reported_totals')} from ({rows}) as cells ({names})"
    ).fetchall()

    assert len(set(hashes)) == 4
    assert None not in [value for (value,) in hashes]


def test_cell_comes_back_and_is_taken_when_mended(intake):
    settings_now = intake.settings.model_copy(update={"contracts": SHIPPED})
    home = type(intake)(settings_now, intake.inbox)
    settings_now.localities.write_text(
        f"localities: [{{locality_code: {LOCALITY}, locality_name: Thử, province_code: H01, "
        "province_name: An Giang, contracts: [bieu_ii06_xlsx]}]\n",
        encoding="utf-8",
    )
    form = EXPORTS / "bieu_ii06_xlsx" / "ii06_text_in_a_cell.xlsx"
    home.drop(form.name, form.read_bytes())
    first = home.take_in_one()
    (path,) = (settings_now.returns / LOCALITY).glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Số liệu biểu mẫu"]
    heads = [cell.value for cell in sheet[5]]
    row = dict(zip(heads, (cell.value for cell in sheet[6]), strict=True))
    sheet.cell(6, heads.index("Số liệu") + 1).value = 10
    book.save(home.inbox / "da-sua.xlsx")

    second = home.take_in_one()

    words = [str(cell) for one in book for line in one.iter_rows(values_only=True) for cell in line]
    assert not any("Riêng" in word for word in words)
    assert (row["Dòng nguồn"], row["Cột số"], row["Mã kỳ"]) == (10, 3, "2024-Q1")
    assert first.state_code == "accepted_in_part"
    assert (second.contract_code, second.state_code) == ("tra_lai", "accepted")
    columns = "period_code, agency_code, field_code, column_no, value"
    assert home.accepted(second, columns, "reported_totals") == [
        ("2024-Q1", "H01.14", "G16-TP02", 3, 10)
    ]
