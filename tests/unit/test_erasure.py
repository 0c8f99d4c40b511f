"""A data subject's request: the person's values leave the originals and all that came of them."""

import csv
import datetime as dt
import hashlib
import hmac
import io
import json
import re
import shutil
import stat
import zipfile

import duckdb
import openpyxl
import openpyxl.comments
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from intake_support import (
    HEADER,
    LOCALITY,
    Home,
    csv_text,
    fake_suite,
    legacy_bytes,
    line,
    make_home,
)
from motcua import cli
from motcua.contracts import fold
from motcua.erasure import edge, texts
from motcua.erasure.persons import Person
from motcua.errors import ErasureError, PipelineError, SettingsError
from motcua.intake import edge as intake
from motcua.receipts import read_receipt
from motcua.redactions import read_redactions
from motcua.settings import Settings
from motcua.status import find_troubles
from motcua.warehouse import edge as warehouse

KEY = "khóa thử"
IDENTITY = "079199912345"
NAME = "Trần Thị Đặc Biệt"
CODE = "H01.01-240102-90001"
OWN = {"code": CODE, "name": NAME, "identity": IDENTITY}
VALUES = (NAME, IDENTITY)
CODECS = ("utf-8", "utf-16-le", "cp1258")


def token_of(identity):
    return hmac.new(KEY.encode(), fold(identity).encode(), hashlib.sha256).hexdigest()


TOKEN = token_of(IDENTITY)


@pytest.fixture
def home(tmp_path):
    made = make_home(tmp_path).with_settings(hmac_key=KEY)
    made.write_contract(layout={"personal": {"Họ tên": "drop", "CCCD": "token"}})
    return made


def erase(home, token=TOKEN, **options):
    return edge.run_erase(home.settings, token, "đơn số 12", run_suite=fake_suite, **options)


def originals(home):
    return sorted(path for path in home.settings.raw.glob("*/*/files/**/*") if path.is_file())


def contents_in(content):
    """Give bytes, and what is packed in them however deep."""
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from contents_in(archive.read(name))


def spellings(value):
    yield from (value.encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))
    yield from (legacy_bytes(value, font) for font in ("tcvn3", "vni", "cp1258"))
    yield json.dumps(value).strip('"').encode()
    yield value.encode("ascii", "xmlcharrefreplace")


def places_of(home, values=VALUES):
    """Name every file of the home that holds one of the values, packed or not."""
    sought = [spelling for value in values for spelling in spellings(value)]
    found = []
    for path in sorted(home.settings.home.rglob("*")):
        if path.is_file():
            contents = contents_in(path.read_bytes())
            is_parquet = path.suffix == ".parquet" and path.name != "empty.parquet"
            texts = [*contents, *(_parquet_bytes(path) if is_parquet else ())]
            if any(one in content for content in texts for one in sought):
                found.append(path.relative_to(home.settings.home).as_posix())
    return found


def _parquet_bytes(path):
    yield str(pq.read_table(path).to_pylist()).encode()


def tree(home):
    """Give every file of the home but those that tell of the redaction itself."""
    landing = home.settings.home / "landing"
    return {
        path.relative_to(landing).as_posix(): path.read_bytes()
        for path in sorted(landing.rglob("*"))
        if path.is_file()
    }


def rows_of(home, dataset="dossiers"):
    pattern = f"{home.settings.accepted}/{dataset}/locality={LOCALITY}/*.parquet"
    return duckdb.sql(f"select * from '{pattern}' order by all").fetchall()


def cleared(rows, token=TOKEN):
    return sorted(
        [tuple(None if value == token else value for value in row) for row in rows], key=str
    )


def counts_of(receipt):
    return [(one.line_count, one.accepted_count, one.refused_count) for one in receipt.datasets]


# One delivery of each format


def drop_csv(home, encoding="utf-8", mark=b""):
    text = csv_text(3, line(1, **OWN), line(4))
    home.drop(
        "dossiers.csv",
        mark
        + (
            legacy_bytes(text, encoding)
            if encoding in ("tcvn3", "vni", "cp1258")
            else text.encode(encoding)
        ),
    )


RECORD = {
    "Mã hồ sơ": CODE,
    "Kênh": "Trực tuyến",
    "Tiếp nhận": "2024-01-02 08:00:00",
    "Người": {"Họ tên": NAME, "CCCD": IDENTITY},
    "Thủ tục": 'Thủ tục "x", {1}',
}


def records():
    others = [
        RECORD
        | {
            "Mã hồ sơ": f"H01.01-240102-0000{n}",
            "Người": {"Họ tên": f"Lê {n}", "CCCD": f"0791234{n:05}"},
        }
        for n in range(3)
    ]
    return [others[0], RECORD, *others[1:]]


JSON_LAYOUT = {
    "columns": {
        "Mã hồ sơ": "dossier_code",
        "Kênh": "channel_code",
        "Tiếp nhận": "received_at",
        "Thủ tục": "procedure_name",
    },
    "personal": {"Người.Họ tên": "drop", "Người.CCCD": "token"},
}


def drop_jsonl(home, encoding="utf-8", mark=b""):
    home.write_contract(layout={"format": "jsonl", **JSON_LAYOUT})
    text = "".join(json.dumps(one, ensure_ascii=False) + "\r\n" for one in records())
    home.drop("dossiers.jsonl", mark + text.encode(encoding))


def drop_json(home):
    home.write_contract(layout={"format": "json", "records": "duLieu", **JSON_LAYOUT})
    text = json.dumps({"gì": NAME[:3], "duLieu": records()}, ensure_ascii=True, indent=2)
    home.drop("dossiers.json", text)


def book_bytes(own=OWN, more=()):
    made = openpyxl.Workbook()
    made.active.title = "Hồ sơ"
    rows = [["Mã hồ sơ", "Họ tên", "CCCD", "Kênh", "Tiếp nhận", "Hẹn trả", "Số hóa", "Thủ tục"]]
    rows += [
        text.split(",")
        for text in (line(0), line(1, **own), line(2), line(3, name="Lê Khác", procedure=NAME[:5]))
    ]
    for row in rows:
        made.active.append(row)
    for one in more:
        one(made)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def with_shared_strings(content):
    """Put the texts of a workbook's cells into one list, as Excel does."""
    texts, changed = {}, {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def shared(found):
        number = texts.setdefault(found[2], len(texts))
        return b'<c r="%b" t="s"><v>%d</v></c>' % (found[1], number)

    pattern = rb'<c r="([A-Z]+\d+)" t="inlineStr"><is>(.*?)</is></c>'
    for name in parts:
        if name.startswith("xl/worksheets/"):
            changed[name] = re.sub(pattern, shared, parts[name])
    strings = b"".join(b"<si>%b</si>" % text for text in texts)
    changed["xl/sharedStrings.xml"] = b"<sst>" + strings + b"</sst>"
    types = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
        b'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    relations = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Target="sharedStrings.xml" Type="http://schemas.'
        b'openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>',
    )
    changed |= {"[Content_Types].xml": types, "xl/_rels/workbook.xml.rels": relations}
    return zipped(parts | changed)


def zipped(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def drop_shared_book(home):
    drop_book(home)
    home.drop("dossiers.xlsx", with_shared_strings(book_bytes()))


def drop_book(home):
    home.write_contract(
        layout={"format": "xlsx", "sheet": "Hồ sơ", "personal": {"Họ tên": "drop", "CCCD": "token"}}
    )
    home.drop("dossiers.xlsx", book_bytes())


def drop_parquet(home):
    home.write_contract(
        layout={"format": "parquet", "personal": {"Họ tên": "drop", "CCCD": "token"}}
    )
    names = ["Mã hồ sơ", "Họ tên", "CCCD", "Kênh", "Tiếp nhận", "Hẹn trả", "Số hóa", "Thủ tục"]
    rows = [text.split(",") for text in (line(0), line(1, **OWN), line(2))]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, row_group_size=2)
    home.drop("dossiers.parquet", stream.getvalue())


def drop_zip(home):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dossiers-2.csv", csv_text(2, line(7, **OWN)))
    home.drop_zip("gửi.zip", {"dossiers-1.csv": csv_text(3), "thêm.zip": inner.getvalue()})


def drop_folder(home):
    home.drop("gửi/dossiers-1.csv", csv_text(3, line(5, **OWN)))
    home.drop("gửi/dossiers-2.csv", csv_text(2))


FORMATS = {
    "csv": drop_csv,
    "csv_with_mark": lambda home: drop_csv(home, mark=b"\xef\xbb\xbf"),
    "csv_utf16": lambda home: drop_csv(home, "utf-16-le", b"\xff\xfe"),
    "csv_utf16_big_end": lambda home: drop_csv(home, "utf-16-be"),
    "csv_windows_1258": lambda home: drop_csv(home, "cp1258"),
    "csv_tcvn3": lambda home: drop_csv(home, "tcvn3"),
    "csv_vni": lambda home: drop_csv(home, "vni"),
    "jsonl": drop_jsonl,
    "jsonl_utf16": lambda home: drop_jsonl(home, "utf-16-le", b"\xff\xfe"),
    "json": drop_json,
    "xlsx": drop_book,
    "xlsx_shared_strings": drop_shared_book,
    "parquet": drop_parquet,
    "zip_in_zip": drop_zip,
    "folder": drop_folder,
}


IN_EVERY_RUN = ("csv_utf16", "jsonl", "xlsx_shared_strings", "zip_in_zip")
CASES = [
    pytest.param(drop, id=name, marks=() if name in IN_EVERY_RUN else pytest.mark.soak)
    for name, drop in FORMATS.items()
]


@pytest.mark.parametrize("drop", CASES)
def test_values_are_gone_everywhere_and_nothing_else_is(home, drop):
    drop(home)
    receipt = home.take_in_one()
    before = rows_of(home)
    assert places_of(home)
    assert sum(TOKEN in row for row in before) == 1

    found = erase(home)

    (after,) = [read_receipt(path) for path in home.settings.receipts.iterdir()]
    assert places_of(home) == []
    assert rows_of(home) == cleared(before)
    assert counts_of(after) == counts_of(receipt)
    assert (after.delivery_id, after.state_code) == (receipt.delivery_id, receipt.state_code)
    assert [line["cells"] for line in found.lines] == [2]
    assert found.remaining == []
    told = {one.file_name: one for one in after.files}
    for one in receipt.files:
        assert (told[one.file_name].sha256, told[one.file_name].byte_count) == (
            one.sha256,
            one.byte_count,
        )
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o444 for path in originals(home))
    assert not list(home.settings.home.rglob("*.partial"))


# Once, twice, half, again


def test_cells_go_lines_stay_and_the_record_says_how_much_and_never_what(home):
    own = line(1, name=f'"{NAME}\nhai dòng"', identity=f'"{IDENTITY}"', code=CODE, procedure="a;b")
    content = csv_text(0, line(0), own, line(2)).replace("\n", "\r\n")
    home.drop("dossiers.csv", content)
    receipt = home.take_in_one()
    came = tree(home)
    assert [line["cells"] for line in erase(home, is_dry=True).lines] == [2]
    assert tree(home) == came

    erase(home)

    (original,) = originals(home)
    left = content.replace(f"{NAME}\r\nhai dòng", "\r\n").replace(IDENTITY, "").encode()
    assert original.read_bytes() == left
    (row,) = duckdb.sql(
        f"select applicant_token, _source_row from '{home.settings.accepted}/dossiers/*/*.parquet' "
        f"where dossier_code = '{CODE}'"
    ).fetchall()
    assert row == (None, 3)
    (told,) = read_redactions(original.parents[1])
    assert (told.token, told.reason, told.file_name) == (TOKEN, "đơn số 12", "dossiers.csv")
    assert (told.cell_count, told.old_sha256) == (2, hashlib.sha256(content.encode()).hexdigest())
    assert told.new_sha256 == hashlib.sha256(left).hexdigest()
    (file,) = read_receipt(home.settings.receipts / f"{receipt.delivery_id}.json").files
    assert (file.sha256, file.redacted_sha256) == (told.old_sha256, told.new_sha256)


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


def killed_after(step):
    def killing(*arguments, **named):
        step(*arguments, **named)
        raise Killed

    return killing


def test_killed_again_rebuilt_and_the_same_bytes_once_more_end_the_same(home, monkeypatch):
    drop_csv(home)
    home.take_in_one()
    (original,) = originals(home)
    came = original.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(edge, "_put", killed_after(edge._put))
        with pytest.raises(Killed):
            erase(home)
    with pytest.raises(ErasureError, match="waits to be finished"):
        erase(home, is_dry=True)
    assert [one for one in find_troubles(home.settings) if "motcua erase" in one]

    assert erase(home).is_new is False
    assert not [one for one in find_troubles(home.settings) if "motcua erase" in one]
    before = tree(home)

    assert places_of(home) == []
    assert [one.cell_count for one in read_redactions(original.parents[1])] == [2]
    home.drop("dossiers.csv", came)
    home.drop("other-name.csv", came)
    assert home.take_in() == []
    assert places_of(home) == []
    assert tree(home) == before
    intake.delete_derived(home.settings)
    home.take_in()
    assert tree(home) == before

    erase(home, token_of("079123400002"))

    first, second = read_redactions(original.parents[1])
    assert first.new_sha256 == second.old_sha256
    (receipt,) = [read_receipt(path) for path in home.settings.receipts.iterdir()]
    assert receipt.files[0].sha256 == first.old_sha256
    assert receipt.files[0].redacted_sha256 == second.new_sha256
    assert places_of(home, [*VALUES, "079123400002", "Nguyễn Văn Riêng 2"]) == []


STEPS = [
    *(("before", name) for name in ("_stage_original", "_prove", "_write_journal", "_put")),
    *(("after", name) for name in ("_stage_original", "_write_journal", "_put", "_record")),
    ("before", "_check_accepted"),
]


def drop_two(home):
    drop_folder(home)
    home.take_in()
    home.drop("dossiers-3.csv", csv_text(1, line(8, **OWN)))
    home.take_in()


@pytest.fixture(scope="module")
def erased(tmp_path_factory):
    """What a run that nobody killed leaves."""
    folder = tmp_path_factory.mktemp("erased")
    home = make_home(folder).with_settings(hmac_key=KEY)
    home.write_contract(layout={"personal": {"Họ tên": "drop", "CCCD": "token"}})
    drop_two(home)
    shutil.copytree(folder, folder.with_name("before"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(edge, "read_clock", lambda: dt.datetime(2026, 1, 2, 3, 4, 5))
        erase(home)
    return folder.with_name("before"), tree(home)


@pytest.mark.soak
@pytest.mark.parametrize(("when", "step"), STEPS, ids=["-".join(step) for step in STEPS])
def test_killed_at_a_step_and_run_again_ends_the_same(erased, tmp_path, monkeypatch, when, step):
    before, whole = erased
    folder = tmp_path / "copy"
    shutil.copytree(before, folder)
    home = moved_home(folder)
    monkeypatch.setattr(edge, "read_clock", lambda: dt.datetime(2026, 1, 2, 3, 4, 5))
    wrapped = getattr(edge, step)

    def killing(*arguments, **named):
        if when == "after":
            wrapped(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(edge, step, killing)
        with pytest.raises(Killed):
            erase(home)
    erase(home)

    assert tree(home) == whole


def moved_home(folder):
    places = {name: folder / name for name in ("home", "contracts", "suites")}
    settings = Settings(**places, localities=folder / "localities.yml", hmac_key=KEY)
    return Home(settings, settings.inbox / LOCALITY)


# What cannot be done


def other_datasets(home, **changes):
    payments = {
        "files": ["payments*"],
        "format": "csv",
        "columns": {"Mã hồ sơ": "dossier_code", "Mã phí": "fee_code"},
        "personal": {"Người nộp": "drop"},
    }
    layout = {"personal": {"Họ tên": "drop", "CCCD": "token"}} | changes
    home.write_contract(layout=layout, datasets={"payments": payments})


def test_rows_without_a_token_are_the_persons_by_the_dossier(home):
    other_datasets(home)
    fees = f"Mã hồ sơ,Mã phí,Người nộp\n{CODE},LP,Chồng Bà Biệt\nH01.01-240102-00000,LP,Lê Khác\n"
    home.drop("gửi/dossiers.csv", csv_text(1, line(1, **OWN)))
    home.drop("gửi/payments.csv", fees)
    home.drop("sau/dossiers.csv", csv_text(2, line(1, **OWN | {"identity": "", "name": "B. Biệt"})))
    home.take_in()

    found = erase(home)

    assert places_of(home, [*VALUES, "Chồng Bà Biệt", "B. Biệt"]) == []
    assert len(places_of(home, ["Lê Khác"])) == 1
    assert sorted(line["cells"] for line in found.lines) == [1, 1, 2]


def test_nested_items_of_the_persons_dossier_lose_their_values_too(home):
    nested = {
        "files": ["dossiers*"],
        "format": "jsonl",
        "explode": "Bổ sung",
        "parent_columns": {"Mã hồ sơ": "dossier_code"},
        "columns": {"Ngày": "requested_at"},
        "personal": {"Nội dung": "drop"},
    }
    home.write_contract(layout={"format": "jsonl", **JSON_LAYOUT}, datasets={"supplements": nested})
    items = [{"Ngày": "2024-01-03", "Nội dung": "giấy của bà Biệt"}, {"Ngày": "2024-01-04"}]
    others = [{"Ngày": "2024-01-03", "Nội dung": "giấy của ông Khác"}]
    listed = [one | {"Bổ sung": items if one is RECORD else others} for one in records()]
    home.drop("dossiers.jsonl", "".join(json.dumps(one, indent=None) + "\n" for one in listed))
    home.take_in_one()
    before = rows_of(home, "supplements")

    found = erase(home)

    assert [line["cells"] for line in found.lines] == [3]
    assert places_of(home, [*VALUES, "giấy của bà Biệt"]) == []
    assert len(places_of(home, ["giấy của ông Khác"])) == 1
    assert rows_of(home, "supplements") == before


def test_broken_line_loses_the_values_and_a_number_in_anothers_line_is_told(home):
    broken = line(2, **OWN) + ",thừa"
    other = line(4, name=f"thay {IDENTITY}")
    home.drop("dossiers.csv", csv_text(9, line(1, **OWN), broken, other))
    receipt = home.take_in_one()

    found = erase(home)

    (after,) = [read_receipt(path) for path in home.settings.receipts.iterdir()]
    assert counts_of(after) == counts_of(receipt) == [(12, 11, 1)]
    assert found.remaining == [f"{LOCALITY}/{receipt.delivery_id}: dossiers.csv"]
    text = originals(home)[0].read_text()
    assert text.count(IDENTITY) == 1
    assert other in text
    assert NAME not in text


def page(home):
    rows = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in text.split(','))}</tr>"
        for text in (HEADER, line(0), line(1, **OWN))
    )
    home.drop("dossiers.xls", f"<html><table>{rows}</table></html>")


def with_comment(home):
    def comment(made):
        made.active["A3"].comment = openpyxl.comments.Comment(f"gọi {IDENTITY}", "x")

    home.drop("dossiers.xlsx", book_bytes(more=[comment]))


def with_formula(home):
    def formula(made):
        made.active["B3"] = 5

    content = book_bytes(more=[formula])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    old = b'<c r="B3" t="n"><v>5</v></c>'
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, b'<c r="B3"><f>2+3</f><v>5</v></c>')
    home.drop("dossiers.xlsx", zipped(parts))


def with_stranger(home):
    home.drop("gửi/dossiers.xlsx", book_bytes())
    home.drop("gửi/ghi chú.txt", f"gọi lại số {IDENTITY}")


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        pytest.param(page, "a workbook that is html, not xlsx", id="html"),
        pytest.param(with_comment, "xl/comments", id="comment"),
        pytest.param(with_formula, "is a formula", id="formula"),
        pytest.param(with_stranger, "no contract reads them", id="unknown-file"),
    ],
)
def test_what_cannot_be_redacted_is_named_and_nothing_is_changed(home, drop, said):
    home.write_contract(
        layout={
            "files": ["dossiers*"],
            "format": "xlsx",
            "sheet": "Hồ sơ",
            "personal": {"Họ tên": "drop", "CCCD": "token"},
        }
    )
    drop(home)
    home.take_in_one()
    before = tree(home)

    with pytest.raises(ErasureError, match=said):
        erase(home)
    assert tree(home) == before


def test_figures_that_would_change_stop_it(home, monkeypatch):
    drop_csv(home)
    home.take_in_one()
    before = tree(home)
    monkeypatch.setattr(edge.persons, "personal_places", lambda fields, names: frozenset({2, 7}))

    with pytest.raises(ErasureError, match=r"dossiers would change.*motcua replay"):
        erase(home)
    assert tree(home) == before


def test_request_that_cannot_be_right_is_refused(home):
    drop_csv(home)
    home.take_in_one()
    before = tree(home)

    with pytest.raises(SettingsError, match="64 hexadecimal digits"):
        erase(home, "079199912345")
    with pytest.raises(SettingsError, match="--reason"):
        edge.run_erase(home.settings, TOKEN, " ", run_suite=fake_suite)
    with pytest.raises(ErasureError, match="holds a value of the person"):
        edge.run_erase(home.settings, TOKEN, f"bà {IDENTITY} xin", run_suite=fake_suite)
    with pytest.raises(ErasureError, match="no row in raw has this token"):
        erase(home.with_settings(hmac_key="khác"))
    with pytest.raises(SettingsError, match="MOTCUA_HMAC_KEY"):
        erase(home.with_settings(hmac_key=None))
    assert tree(home) == before


def test_verify_names_a_changed_original(home):
    home.drop("gửi/dossiers-1.csv", csv_text(2, line(1, **OWN)))
    home.drop("gửi/dossiers-2.csv", csv_text(2))
    home.take_in_one()
    erase(home)
    one, two = originals(home)
    folder = one.parents[1]
    two.chmod(0o644)
    two.write_text("khác")

    assert edge.read_differences(folder) == ["dossiers-2.csv: not as received"]
    one.chmod(0o644)
    one.write_text("khác")
    with pytest.raises(PipelineError, match="not as its last redaction left it"):
        edge.read_differences(folder)


def test_verify_takes_the_folder_of_a_delivery(home):
    home.drop("dossiers.csv", csv_text(2))
    home.take_in_one()
    (original,) = originals(home)

    said = CliRunner().invoke(cli.app, ["verify", str(original.parents[1])])

    assert (said.exit_code, said.output) == (0, f"{original.parents[1]}: unchanged\n")


def release(home, name, token):
    folder = home.settings.warehouse / "releases" / name
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute("create schema core")
        connection.execute("create table core.fct_dossiers as select ? as applicant_token", [token])


def test_release_before_goes_when_it_holds_the_token(home):
    release(home, "old", TOKEN)
    release(home, "new", None)
    for link, name in (("current", "new"), ("previous", "old")):
        (home.settings.warehouse / link).symlink_to(f"releases/{name}")
    assert warehouse.read_has_token(home.settings, TOKEN)

    warehouse.delete_previous(home.settings)

    assert not warehouse.read_has_token(home.settings, TOKEN)
    left = sorted(path.name for path in home.settings.warehouse.iterdir())
    assert left == ["current", "publish.lock", "releases"]
    assert [path.name for path in (home.settings.warehouse / "releases").iterdir()] == ["new"]


@pytest.mark.parametrize(
    ("value", "is_telling"),
    [
        ("079199912345", True),
        ("+84 912.345.678", True),
        ("a.b@c.vn", True),
        ("2015-03-12", False),
        ("2015-03-12 08:15:00", False),
        ("12 Trần Phú", False),
    ],
)
def test_numbers_and_addresses_tell_of_a_person_and_dates_do_not(value, is_telling):
    assert (value in Person("", values={value}).telling) is is_telling


# The rules alone


CELL = st.text('ab,;"\r\n đ', max_size=6)


@given(st.lists(CELL, min_size=2, max_size=5), st.sets(st.integers(0, 4)), st.sampled_from(",;\t"))
def test_cells_are_emptied_and_the_others_are_as_they_were(cells, places, delimiter):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    text = stream.getvalue()

    changed, values = texts.emptied_cells(text, places, delimiter)

    (read,) = csv.reader(io.StringIO(changed, newline=""), delimiter=delimiter, strict=True)
    filled = [
        place for place in sorted(places) if place < len(cells) and cells[place].strip('" \t\r\n')
    ]
    assert values == [cells[place] for place in filled]
    assert [one for place, one in enumerate(read) if place not in filled] == [
        one for place, one in enumerate(cells) if place not in filled
    ]
    assert not any(read[place].strip() for place in filled)
    assert breaks(changed) == breaks(text)


def breaks(text):
    return re.findall(r"\r\n|\r|\n", text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a"\\{,đ', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, JSON, st.sampled_from([None, 1]), st.booleans())
def test_values_of_json_become_null_and_the_others_are_as_they_were(own, other, indent, is_ascii):
    record = {"Người": {"tên": own}, "khác": other}
    text = json.dumps(record, indent=indent, ensure_ascii=is_ascii)
    node = texts.scan_json(text)

    changed, values = texts.emptied_nodes(text, texts.nodes_at(node, "người.Tên"))

    kept = own if own in ("", [], {}) else None
    assert json.loads(changed) == {"Người": {"tên": kept}, "khác": other}
    assert changed.count("\n") == text.count("\n")
    assert values == list(texts.leaves(own)) or kept is not None
