"""A contract is proposed for an export that nobody has seen, sure only of what is known."""

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from exports_support import EXPORTS
from intake_support import LOCALITY, VALUES, csv_text, fake_suite, line, make_home
from motcua.contracts import fold, parse_contract, read_contracts
from motcua.datasets import DATASETS
from motcua.errors import ContractError, MotcuaError, PipelineError, SettingsError
from motcua.intake.trial.edge import run_contract_try
from motcua.onboarding import drafting, edge, forms, vocabulary, writing
from motcua.onboarding.drafting import CERTAIN, POSSIBLE, Table
from motcua.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = {
    name: one
    for name, one in read_contracts(REPOSITORY / "landing" / "contracts").items()
    if not one.is_correction
}
EXAMPLE = REPOSITORY / "tests" / "fixtures" / "onboarding" / "so_theo_doi_2024-06.csv"
QUICK = settings(max_examples=40, deadline=None)


@pytest.fixture
def home(tmp_path):
    return Settings(home=tmp_path / "home", hmac_key=None)


def draft_of(export, home):
    """Give the dossiers of a draft by source column, and the draft."""
    draft = edge.run_draft(export, None, home)
    (layout,) = [one for one in draft.layouts if one.dataset_code == "dossiers"]
    return {one.source: one for one in layout.columns}, draft


def answered(text):
    """Answer a draft's questions as an engineer would who takes no doubtful value or column."""
    text = re.sub(r"\n +\S.*: TODO .*", "", text)
    return re.sub(r"\n +unclassed:(\n +- .*)+", "", text)


# The vocabulary


@pytest.mark.parametrize(
    ("contract", "code"),
    [(name, code) for name, one in SHIPPED.items() for code in one.datasets],
)
def test_header_of_a_shipped_contract_means_what_the_contract_says(contract, code):
    layout = SHIPPED[contract].datasets[code]

    for source, targets in layout.columns.items():
        found = vocabulary.match(source, code)
        assert (set(found.targets), found.is_exact) == (set(targets), True), source
    for source in layout.personal:
        found = vocabulary.match(source, code)
        assert vocabulary.is_personal(source), source
        assert not found.is_exact, source
    for source in layout.ignored:
        is_list = source.startswith("DanhSach")
        assert vocabulary.is_ignored(source, code) or is_list, source


def test_vocabulary_names_only_what_there_is():
    known = vocabulary.known()

    assert set(known.datasets) == set(DATASETS)
    for code, names in known.datasets.items():
        assert {*names.columns, *names.has_items} <= set(DATASETS[code].columns), code
    columns = {column for dataset in DATASETS.values() for column in dataset.columns}
    assert set(known.values) <= columns
    for column in vocabulary.known().values:
        coded = [codes for one in SHIPPED.values() for codes in _codes_of(one, column)]
        for codes in coded:
            for source, value, code in codes:
                assert vocabulary.code_of(column, source, value) == code


def _codes_of(contract, column):
    for layout in contract.datasets.values():
        sources = [source for source, targets in layout.columns.items() if column in targets]
        codes = layout.values.get(column, {})
        yield [(sources[0], value, code) for value, code in codes.items()] if sources else []


@QUICK
@given(st.sampled_from(list(SHIPPED["igate_xlsx"].datasets["dossiers"].columns)))
def test_header_is_the_same_without_accents_in_capitals_and_in_one_word(header):
    header = header.split(" / ")[-1]
    bare = vocabulary.plain(header)
    joined = "".join(word.capitalize() for word in re.findall(r"\w+", bare))

    assert vocabulary.words_of(bare.upper()) == vocabulary.words_of(header)
    assert vocabulary.words_of(joined) == vocabulary.words_of(header)
    assert vocabulary.words_of(bare.replace(" ", "_")) == vocabulary.words_of(header)


@pytest.mark.parametrize(
    ("header", "targets", "is_exact"),
    [
        pytest.param("Mã TTHC", ("procedure_code",), True, id="abbreviation"),
        pytest.param("Ngày không tiếp nhận hồ sơ", ("not_accepted_at",), False, id="negated"),
        pytest.param("Sở hồ sơ", ("dossier_code",), False, id="other accents are no certainty"),
        pytest.param("Ngày cấp", (), False, id="unknown date"),
        pytest.param("Ngày", (), False, id="too little"),
        pytest.param("", (), False, id="empty"),
    ],
)
def test_header_is_matched_by_its_words_and_never_by_a_tie(header, targets, is_exact):
    found = vocabulary.match(header, "dossiers")

    assert (found.targets, found.is_exact) == (targets, is_exact)


# Values


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        pytest.param(["20240131101500"], ("%Y%m%d%H%M%S",), id="national"),
        pytest.param(["31/01/2024 10:15", "01/02/2024 08:00"], ("%d/%m/%Y %H:%M",), id="day first"),
        pytest.param(["01/31/2024", "02/01/2024"], ("%m/%d/%Y",), id="month first"),
        pytest.param(["03/04/2024"], ("%d/%m/%Y", "%m/%d/%Y"), id="undecided: both are listed"),
        pytest.param(
            ["31/01/2024 10:15", "30/01/2024 10:15", "02/03/2024"],
            ("%d/%m/%Y %H:%M", "%d/%m/%Y"),
            id="with and without time",
        ),
        pytest.param(["2024-01-31T10:15:00.5+07:00"], ("%Y-%m-%dT%H:%M:%S.%f%z",), id="offset"),
        pytest.param(["45322", "45323"], (), id="day counts need none"),
        pytest.param(["31/02/2024"] * 3, (), id="no such day"),
        pytest.param(["hôm qua"], (), id="no date"),
        pytest.param([], (), id="nothing"),
    ],
)
def test_formats_are_those_that_read_the_column(texts, formats):
    assert forms.formats_of(texts) == formats


NAMES = st.sampled_from(["Nguyễn Thị Riêng", "TRẦN VĂN RIÊNG", "Lê Riêng", "Hồ Thị Bích Riêng"])
PHONES = st.from_regex(r"0[35789]\d{8}", fullmatch=True)
IDENTITIES = st.from_regex(r"0\d{11}|[1-9]\d{8}", fullmatch=True).filter(str.isascii)
EMAILS = st.from_regex(r"[a-z]{3,8}@[a-z]{3,8}\.vn", fullmatch=True)


@settings(max_examples=20, deadline=None)
@given(st.data(), st.sampled_from([NAMES, PHONES, IDENTITIES, EMAILS]))
def test_person_is_known_by_the_form_of_values_and_never_shown(data, form):
    values = data.draw(st.lists(form, min_size=2, max_size=12))
    header = data.draw(st.sampled_from(["Cột 7", "Tên thủ tục", "Lĩnh vực", "x", "Tình trạng"]))
    rows = tuple((f"H01.35-240603-{n:04}", value) for n, value in enumerate(values))
    table = Table("a.csv", ("Mã hồ sơ", header), rows, {"format": "csv"})

    layout = drafting.draft_layout("dossiers", table)

    column = layout.columns[1]
    assert (column.kind, column.example, column.codes) == ("personal", "", {})
    text = writing.write_contract("a", "a.csv", [layout], [])
    assert not any(value in text + str(writing.explain([layout])) for value in values)


@pytest.mark.parametrize(
    ("header", "texts", "kind"),
    [
        pytest.param(
            "Cột A", ["a b c d", "một hai ba", "câu khác hẳn"], "personal", id="free text"
        ),
        pytest.param("Cột A", ["1", "2", "1"], "unclassed", id="numbers"),
        pytest.param("Địa chỉ nhận kết quả", [], "personal", id="by its words, without values"),
        pytest.param("Người nộp / Cột A", ["1", "2"], "personal", id="by the group above it"),
        pytest.param("Ngày tiếp nhận", ["x", "y", "z"], "unclassed", id="values are no dates"),
    ],
)
def test_column_in_doubt_is_not_guessed(header, texts, kind):
    table = Table("a.csv", (header,), tuple((text,) for text in texts), {"format": "csv"})

    (column,) = drafting.draft_layout("dossiers", table).columns

    assert (column.kind, column.targets, column.example) == (kind, (), "")


def test_two_columns_that_claim_one_leave_it_to_the_surer():
    headers = ("Ngày tiếp nhận thực", "Ngày tiếp nhận")
    table = Table("a.csv", headers, (("31/01/2024", "31/01/2024"),), {"format": "csv"})

    other, sure = drafting.draft_layout("dossiers", table).columns

    assert (sure.targets, sure.confidence) == (("received_at",), CERTAIN)
    assert (other.kind, other.targets) == ("unclassed", ())
    assert "«Ngày tiếp nhận»" in other.note


def test_person_among_the_values_of_a_closed_list_is_not_listed():
    values = ["Trực tuyến"] * 4 + ["Nguyễn Thị Riêng", "Qua Zalo", "qua người nhà " * 4]
    rows = tuple((f"H01.35-240603-{n:04}", value) for n, value in enumerate(values))
    table = Table("a.csv", ("Mã hồ sơ", "Kênh tiếp nhận"), rows, {"format": "csv"})

    column = drafting.draft_layout("dossiers", table).columns[1]

    codes = column.codes["channel_code"]
    assert [value for value, code in codes.items() if code == "TODO"] == ["Qua Zalo"]
    assert "giống dữ liệu cá nhân" in column.note


# Whole exports


def test_headers_that_were_reworded_are_mapped_or_left_open(home):
    columns, draft = draft_of(EXAMPLE, home)

    mapped = {name: one.targets for name, one in columns.items() if one.kind == "mapped"}
    assert mapped == {
        "Mã số hồ sơ": ("dossier_code",),
        "Mã TTHC": ("procedure_code",),
        "Tên TTHC": ("procedure_name",),
        "Mã đơn vị giải quyết": ("resolving_agency_code",),
        "Kênh nộp hồ sơ": ("channel_code",),
        "Ngày giờ tiếp nhận": ("received_at",),
        "Ngày hẹn trả KQ": ("due_at",),
        "Ngày có kết quả": ("finished_at",),
        "Ngày trả KQ thực tế": ("returned_at",),
        "Tình trạng xử lý": ("status_code", "source_status"),
        "Số hóa đầu vào": ("is_input_digitised",),
    }
    sure = [name for name in mapped if columns[name].confidence == CERTAIN]
    assert sure == [
        *("Mã TTHC", "Tên TTHC", "Mã đơn vị giải quyết", "Ngày hẹn trả KQ", "Ngày có kết quả"),
        "Số hóa đầu vào",
    ]
    personal = [name for name, one in columns.items() if one.kind == "personal"]
    assert personal == ["Họ tên người nộp", "Số CCCD/CMND", "Điện thoại liên hệ", "Cán bộ thụ lý"]
    left = [name for name, one in columns.items() if one.kind == "unclassed"]
    assert left == ["Lĩnh vực giải quyết", "Mã tra cứu"]
    assert columns["Kênh nộp hồ sơ"].codes["channel_code"]["Qua Zalo"] == "TODO"
    assert not re.search(r"Riêng|0890840|09120", draft.text + str(draft.lines))


REWORDED = {
    "Số biên nhận hồ sơ": ("dossier_code", "H01.35-240603-000{n}"),
    "Mã số TTHC": ("procedure_code", "1.004194.000.00.00.H01"),
    "Tên thủ tục hành chính": ("procedure_name", "Cấp bản sao trích lục"),
    "Tên lĩnh vực": ("field_name", "Hộ tịch"),
    "Hình thức tiếp nhận hồ sơ": ("channel_code", "Trực tuyến|Trực tiếp"),
    "Thời điểm tiếp nhận": ("received_at", "1{n}/06/2024 08:00"),
    "Hạn trả kết quả": ("due_at", "2{n}/06/2024 17:00"),
    "Ngày hoàn thành xử lý": ("finished_at", "1{n}/06/2024 10:00"),
    "Ngày trả kết quả cho công dân": ("returned_at", "1{n}/06/2024 11:00"),
    "Ngày nộp trực tuyến": ("submitted_at", "1{n}/06/2024 07:00"),
    "Tình trạng hồ sơ": ("status_code", "Đang xử lý|Đã trả kết quả"),
    "Đã số hóa kết quả giải quyết": ("is_result_digitised", "Có|Không"),
    "Loại đối tượng nộp": ("applicant_type_code", "Cá nhân|Doanh nghiệp"),
    "Mã đơn vị thụ lý": ("resolving_agency_code", "H01.35"),
    "Ngày yêu cầu nộp phí": (None, "1{n}/06/2024 07:00"),
    "Ngày sinh chủ hồ sơ": (None, "01/01/198{n}"),
    "Người liên hệ": (None, "Nguyễn Văn Riêng"),
}
"""Headers that the vocabulary does not hold, written by hand without looking at it."""


def test_layout_in_other_words_is_mapped_in_part_and_nowhere_wrong():
    values = [text.split("|") for _, text in REWORDED.values()]
    rows = tuple(tuple(texts[n % len(texts)].format(n=n) for texts in values) for n in range(1, 7))
    table = Table("a.csv", tuple(REWORDED), rows, {"format": "csv"})

    columns = drafting.draft_layout("dossiers", table).columns

    mapped = {one.source: one.targets[0] for one in columns if one.targets}
    assert mapped == {source: REWORDED[source][0] for source in mapped}
    assert len(mapped) == 9
    kinds = {one.source: one.kind for one in columns if not one.targets}
    assert [name for name, kind in kinds.items() if kind == "personal"] == [
        *("Ngày sinh chủ hồ sơ", "Người liên hệ")
    ]


def test_draft_is_refused_until_its_questions_are_answered(home):
    text = edge.run_draft(EXAMPLE, "x", home).text

    with pytest.raises(ContractError) as caught:
        parse_contract(text, "x.yml")
    told = str(caught.value)
    assert "Mã tra cứu" in told
    assert parse_contract(answered(text), "x.yml").contract == "x"
    values_only = re.sub(r"\n +unclassed:(\n +- .*)+", "", text)
    with pytest.raises(ContractError, match="Qua Zalo"):
        parse_contract(values_only, "x.yml")


PLAIN = {
    "Mã hồ sơ": ("dossier_code",),
    "Ngày tiếp nhận": ("received_at",),
    "Ngày hẹn trả": ("due_at",),
    "Tên thủ tục": ("procedure_name",),
}
LAYOUTS = [
    *("csv_plain/semicolons.csv", "csv_plain/tcvn3_font.csv", "csv_plain/windows_1258.csv"),
    *("csv_plain/title_lines_above_header.csv", "csv_plain/total_row_at_the_end.csv"),
    *("csv_plain/column_number_row.csv", "csv_plain/nested.zip"),
    *("csv_plain/decomposed_accents.csv", "book_plain/section_rows.xlsx"),
    *("book_plain/real.xls", "book_plain/open_document.ods", "book_plain/html.xls"),
    "book_months/several_sheets.xlsx",
]


@pytest.mark.parametrize("export", LAYOUTS)
def test_layout_that_intake_can_open_is_drafted_and_then_read_whole(export, home, tmp_path):
    columns, draft = draft_of(EXPORTS / export, home)

    mapped = {name: one.targets for name, one in columns.items() if one.kind == "mapped"}
    assert {name: mapped.get(name) for name in PLAIN} == PLAIN
    assert all(
        one.kind == "personal" for name, one in columns.items() if name in ("Họ tên", "Số CCCD")
    )
    path = tmp_path / "drafted.yml"
    path.write_text(answered(draft.text), "utf-8")
    tried = run_contract_try(path, EXPORTS / export, home)
    odd = [{"canonical column": "received_at", "rows": 1}] if "several" in export else []
    assert tried["dossiers: values not read"] == odd
    assert tried["dossiers: counts"][0]["unreadable"] == 0
    states = {one["source column"]: one["state"] for one in tried["dossiers: columns"]}
    assert "missing" not in states.values()
    unknown = {fold(name) for name, state in states.items() if state == "unknown"}
    assert unknown <= {"kênh", "số hóa"}


def test_header_of_merged_rows_is_drafted_with_both(home):
    columns, draft = draft_of(EXPORTS / "book_printed" / "merged_headers.xlsx", home)

    assert columns["Thời gian / Tiếp nhận"].kind == "unclassed"
    due = columns["Thời gian / Hẹn trả"]
    assert (due.targets, due.confidence) == (("due_at",), POSSIBLE)
    layout = yaml.safe_load(draft.text)["datasets"]["dossiers"]
    assert (layout["header_row"], layout["header_rows"]) == (4, 2)


RECORD = {
    "MaHoSo": "H01.35-240603-0001",
    "ChuHoSo": {"Ten": "Nguyễn Văn Riêng"},
    "NgayTiepNhan": "20240603081500",
    "KenhThucHien": "2",
    "DanhSachHoSoBoSung": [{"NgayBoSung": "20240604081500", "NoiDungBoSung": "Thiếu giấy"}],
    "DSKetNoiCSDL": [{"MaCSDL": "x"}],
    "DanhSachMoi": [{"a": "1"}],
}


@pytest.mark.parametrize("form", ["jsonl", "list", "key"])
def test_nested_lists_of_json_become_datasets(form, home, tmp_path):
    records = [RECORD, {**RECORD, "MaHoSo": "H01.35-240603-0002"}]
    texts = {
        "jsonl": "\n".join(json.dumps(one) for one in records),
        "list": json.dumps(records, indent=1),
        "key": json.dumps({"trang": 1, "duLieu": records}),
    }
    export = tmp_path / ("hoso.jsonl" if form == "jsonl" else "hoso.json")
    export.write_text(texts[form], "utf-8")

    draft = edge.run_draft(export, None, home)

    written = yaml.safe_load(draft.text)["datasets"]
    assert list(written) == ["dossiers", "supplements"]
    dossiers, supplements = written["dossiers"], written["supplements"]
    assert dossiers["has_items"] == {"is_population_data_connected": "DSKetNoiCSDL"}
    assert dossiers["unclassed"] == ["DanhSachMoi"]
    assert dossiers["personal"] == {"ChuHoSo.Ten": "drop"}
    assert dossiers["values"]["channel_code"]["3"] == "postal", "codes of the source, not seen yet"
    assert supplements["parent_columns"] == {"MaHoSo": "dossier_code"}
    assert supplements["columns"] == {"NgayBoSung": "requested_at"}
    assert (dossiers["format"], dossiers.get("records")) == {
        "jsonl": ("jsonl", None),
        "list": ("json", None),
        "key": ("json", "duLieu"),
    }[form]
    path = tmp_path / "drafted.yml"
    path.write_text(answered(draft.text), "utf-8")
    tried = run_contract_try(path, export, home)
    assert [tried[f"{code}: counts"][0]["lines"] for code in written] == [2, 2]


def test_single_record_is_a_line_or_a_document_by_the_file_s_name(home, tmp_path):
    for name in ("hoso.jsonl", "hoso.json"):
        (tmp_path / name).write_text(json.dumps(RECORD), "utf-8")

    draft = edge.run_draft(tmp_path / "hoso.jsonl", None, home)

    assert [one.dataset_code for one in draft.layouts] == ["dossiers", "supplements"]
    with pytest.raises(MotcuaError):
        edge.run_draft(tmp_path / "hoso.json", None, home)


def test_folder_and_parquet_are_drafted(home, tmp_path):
    table = pa.table({"Mã hồ sơ": ["H01.35-240603-0001"], "Ngày tiếp nhận": ["2024-06-03"]})
    folder = tmp_path / "export"
    folder.mkdir()
    pq.write_table(table, folder / "hoso-2024-06.parquet")
    (folder / "agencies.csv").write_text("Mã đơn vị,Tên đơn vị\nH01.35,Sở A\n", "utf-8")
    (folder / "ghi chu.txt").write_text("không phải bảng", "utf-8")

    draft = edge.run_draft(folder, None, home)

    written = yaml.safe_load(draft.text)["datasets"]
    assert written["dossiers"]["files"] == "hoso-*.parquet"
    assert written["agencies"]["columns"] == {
        "Mã đơn vị": "agency_code",
        "Tên đơn vị": "agency_name",
    }
    assert "# Không nhận ra, không đưa vào: ghi chu.txt" in draft.text
    assert parse_contract(answered(draft.text), "x.yml")


def test_order_that_one_column_tells_is_the_file_s(home, tmp_path):
    export = tmp_path / "hoso.csv"
    export.write_text(
        "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả\nH01.35-240603-0001,03/06/2024,13/06/2024\n", "utf-8"
    )

    _, draft = draft_of(export, home)

    layout = yaml.safe_load(draft.text)["datasets"]["dossiers"]
    assert layout["timestamp_formats"] == ["%d/%m/%Y"]
    assert "Ngày tiếp nhận: received_at  # có thể: chưa rõ ngày hay tháng" in draft.text


def test_lines_of_one_dossier_and_codes_of_another_form_are_told(home, tmp_path):
    export = tmp_path / "nhat_ky.csv"
    lines = [f"case-{n // 3},2024-06-03 08:00:00,Bước {n}" for n in range(12)]
    export.write_text("\n".join(["Mã hồ sơ,Ngày tiếp nhận,Cột lạ", *lines]), "utf-8")

    _, draft = draft_of(export, home)

    written = yaml.safe_load(draft.text)
    assert written["code_forms"] == {"dossier_code": r"^case-\d+$"}
    assert written["datasets"]["dossiers"]["one_row_per"] == ["Mã hồ sơ"]
    assert "# chưa có cột nào cho status_code, due_at, finished_at" in draft.text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.csv", b"x,y\n1,2\n", id="no dataset"),
        pytest.param("a.csv", b"", id="empty"),
        pytest.param("a.dbf", b"\x03abc", id="no kind that is read"),
        pytest.param("a.xlsx", b"PK\x03\x04 cut", id="broken workbook"),
        pytest.param("a.json", b"{", id="broken json"),
        pytest.param("a.parquet", b"PAR1", id="broken parquet"),
        pytest.param("a.zip", b"PK\x03\x04", id="broken archive"),
    ],
)
def test_export_that_says_nothing_is_an_error_of_one_line(name, content, home, tmp_path):
    export = tmp_path / name
    export.write_bytes(content)

    with pytest.raises(MotcuaError) as caught:
        edge.run_draft(export, None, home)

    assert "\n" not in str(caught.value)
    assert not list(home.scratch.iterdir())


def test_draft_never_writes_over_a_contract(home, tmp_path):
    draft = edge.run_draft(EXAMPLE, None, home)
    path = tmp_path / "x.yml"
    edge.write_draft(draft, path)

    with pytest.raises(PipelineError, match="exists already"):
        edge.write_draft(draft, path)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("so_theo_doi_2024-06.csv", "so_theo_doi_*.csv"),
        ("hoso.jsonl", "hoso.jsonl"),
        ("HS 01.06.2024 (2).xlsx", "HS * (*).xlsx"),
        ("a[1].csv", "a[[]*[]].csv"),
    ],
)
def test_pattern_of_a_name_leaves_its_digits_open(name, pattern):
    assert writing.pattern_of(name) == pattern


# What a changed contract would change


@pytest.fixture
def taken_in(tmp_path):
    intake = make_home(tmp_path)
    intake.write_contract(refused_share_limit=0.95)
    intake.drop("dossiers-1.csv", csv_text(3, line(7, channel="Qua Zalo")))
    intake.drop("dossiers-2.csv", csv_text(2, line(9, channel="Trực tiếp")))
    intake.take_in()
    return intake


def write_changed(intake, **changes):
    """Write the contract otherwise, beside the one in use, and give its path."""
    original = (intake.settings.contracts / "plain.yml").read_bytes()
    intake.write_contract(refused_share_limit=0.95, **changes)
    path = intake.settings.home / "plain.yml"
    (intake.settings.contracts / "plain.yml").rename(path)
    (intake.settings.contracts / "plain.yml").write_bytes(original)
    return path


def tree(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


MORE = {"channel_code": {**VALUES["channel_code"], "Qua Zalo": "other", "Trực tiếp": "other"}}


def test_diff_counts_rows_and_values_and_writes_nothing(taken_in):
    new = write_changed(taken_in, layout={"values": MORE})
    before = tree(taken_in.settings.home)

    found = edge.run_diff(
        taken_in.settings.contracts / "plain.yml", new, None, taken_in.settings, fake_suite
    )
    none = edge.run_diff(new, new, LOCALITY, taken_in.settings, fake_suite)

    assert tree(taken_in.settings.home) == before
    assert (found.delivery_count, none.delivery_count, none.lines) == (2, 2, [])
    shown = sorted((one["nhận"], one["không nhận"], one["thay đổi"]) for one in found.lines)
    assert shown == [
        ("3", "0", "channel_code: 1"),
        ("3 → 4", "1 → 0", "dòng chỉ có sau: 1"),
        ("accepted_in_part plain → accepted plain", "", ""),
    ]


def test_diff_tells_a_delivery_that_would_be_refused(taken_in):
    new = write_changed(taken_in, layout={"columns": {"Số": "dossier_code"}, "values": {}})
    path = taken_in.settings.contracts / "plain.yml"

    found = edge.run_diff(path, new, None, taken_in.settings, fake_suite)

    fates = {one["nhận"] for one in found.lines if one["tập dữ liệu"] == "lần gửi"}
    assert "accepted plain → refused layout_unknown" in fates


def test_diff_wants_a_locality_that_sends_by_the_contract(taken_in):
    path = taken_in.settings.contracts / "plain.yml"

    with pytest.raises(SettingsError, match="no-one"):
        edge.run_diff(path, path, "no-one", taken_in.settings, fake_suite)
    other = write_changed(taken_in, contract="other")
    with pytest.raises(SettingsError, match="other"):
        edge.run_diff(other, path, None, taken_in.settings, fake_suite)


def test_replay_makes_one_delivery_anew_and_no_other(taken_in):
    receipts = {path.stem: path.read_bytes() for path in taken_in.settings.receipts.glob("*.json")}
    part = next(one for one, text in receipts.items() if b"accepted_in_part" in text)
    same = edge.run_replay(part, taken_in.settings, fake_suite)
    taken_in.write_contract(refused_share_limit=0.95, layout={"values": MORE})

    found = edge.run_replay(part, taken_in.settings, fake_suite)

    assert same.lines == []
    assert [one["nhận"] for one in found.lines][1:] == ["3 → 4"]
    now = {path.stem: path.read_bytes() for path in taken_in.settings.receipts.glob("*.json")}
    assert {one for one in now if now[one] != receipts[one]} == {part}
    assert json.loads(now[part])["state_code"] == "accepted"
    assert not list(taken_in.settings.scratch.iterdir())


def test_replay_wants_a_delivery_of_raw(taken_in):
    with pytest.raises(SettingsError, match="0123456789abcdef"):
        edge.run_replay("0123456789abcdef", taken_in.settings, fake_suite)
    with pytest.raises(SettingsError, match="no '\\*'"):
        edge.run_replay("*", taken_in.settings, fake_suite)
