"""The public pack on disk: what it holds, what it must not, its seal, an attack on its files."""

import csv
import functools
import io
import json
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from lxml import html
from pyarrow import parquet
from pypdf import PdfReader

from attack_support import attack, read_published, recovered
from motcua.errors import PipelineError
from motcua.public import edge
from motcua.public.content import DECIDED, MARK
from motcua.public.disclosure import protect
from motcua.settings import Settings
from motcua.shelf.edge import read_acts, write_act
from motcua.snapshot.content import with_state
from motcua.snapshot.edge import verify_pack, write_folder
from motcua.snapshot.framing import SIMULATED_BANNER
from motcua.snapshot.model import Content, to_json
from motcua.snapshot.notes import DECISIONS
from public_support import DOSSIER, LINES, make_content

REVIEW = "2024-CH1-H01"


def lay_out(settings: Settings, content: Content, version: int = 1, state: str = "draft") -> Path:
    """Put a version on the shelf of which only the content is there."""
    content = with_state(content, version, state)
    folder = settings.snapshots / REVIEW / f"v{version:02d}"
    write_folder(settings, content, {"content.json": to_json(content)}, folder, {})
    write_act(folder.parent, version, state, "Văn thư", "")
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The settings, the internal version, the public pack; nobody changes them."""
    settings = Settings(home=tmp_path_factory.mktemp("public"), public_licence="CC-BY-4.0")
    folder = lay_out(settings, make_content())
    return settings, folder, edge.write_public(settings, folder)


@pytest.fixture
def without_paper(monkeypatch):
    """Nothing is laid out on paper, which takes most of the time."""
    monkeypatch.setattr(edge, "render_pdf", lambda _: b"")
    monkeypatch.setattr(edge, "render_docx", lambda _: b"")


@pytest.fixture
def folder(published):
    return published[2].folder


def records(folder, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def rendering(folder, kind: str):
    return next(folder.glob(f"*.{kind}"))


def test_public_pack_lies_beside_its_version_with_sums_of_its_own(published):
    settings, internal, public = published
    manifest = json.loads((public.folder / "manifest.json").read_text("utf-8"))

    assert public.folder == internal.parent / "cong_khai" / "v01"
    assert verify_pack(public.folder) == []
    assert verify_pack(internal) == []
    assert (manifest["audience_code"], manifest["state_code"], manifest["min_count"]) == (
        "public",
        "draft",
        5,
    )
    assert manifest["delivery_ids"] == []
    assert not list(settings.scratch.glob("*/"))
    assert edge.write_public(settings, internal).is_new is False


def test_changed_byte_of_a_public_pack_is_named(published, tmp_path):
    copy = tmp_path / "v01"
    shutil.copytree(published[2].folder, copy)
    victim = copy / "ii06_co_quan.csv"
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes().replace(b"*", b"7", 1))

    assert [fault.split(":")[0] for fault in verify_pack(copy)] == ["ii06_co_quan.csv"]


def test_shelf_links_every_file_of_the_public_pack(published):
    settings, _, public = published
    page = html.fromstring((settings.snapshots / "index.html").read_text("utf-8"))
    links = {link for link in page.xpath("//a/@href") if "cong_khai" in link}
    listed = json.loads((public.folder / "manifest.json").read_text("utf-8"))["files"]

    assert links == {f"{REVIEW}/cong_khai/v01/{each['name']}" for each in listed}
    assert page.xpath(f"//h4[@id='{REVIEW}-public']")


def test_no_hidden_figure_of_the_files_can_be_worked_out(folder):
    found = read_published(folder)

    assert len(found.hidden()) > 20
    assert recovered(attack([found], 5), 5) == []


@pytest.mark.usefixtures("without_paper")
def test_without_complementary_cells_the_attack_works(tmp_path, monkeypatch):
    """The attack is seen to succeed: else its silence would say nothing."""
    monkeypatch.setattr(edge, "protect", functools.partial(protect, is_complementary=False))
    settings = Settings(home=tmp_path)
    found = read_published(edge.write_public(settings, lay_out(settings, make_content())).folder)

    assert len(recovered(attack([found], 5), 5)) > 5


TABLES = {
    "chi_tieu": ("Chỉ tiêu", "ten"),
    "ii06_co_quan": ("II.06 cơ quan", "ii06_agencies"),
    "ii06_linh_vuc": ("II.06 lĩnh vực", "ii06_fields"),
    "kenh_tiep_nhan": ("Kênh tiếp nhận", "channels"),
}


@pytest.mark.parametrize("name", TABLES)
def test_workbook_page_and_report_hide_what_the_data_files_hide(folder, name):
    """Cell by cell, so that no rendering says more; a figure in CSV is that of the workbook."""
    sheet, code = TABLES[name]
    expected = [figures_of(record) for record in records(folder, name)]
    marks = [[text == MARK for text in line] for line in expected]
    width, height = len(expected[0]), len(expected)
    workbook = openpyxl.load_workbook(rendering(folder, "xlsx"))
    cells = [row[2 : 2 + width] for row in workbook[sheet].iter_rows(values_only=True)]
    page = html.fromstring(rendering(folder, "html").read_bytes())
    lines = page.xpath(
        f"//section[@id='{code}']//tr[td and not(@class='marks') and not(th/button)]"
    )
    document = Document(str(rendering(folder, "docx")))
    words = [
        [[_words(cell) for cell in row.cells] for row in table.rows] for table in document.tables
    ]

    assert [
        row for row in ([text_of(value) for value in row] for row in cells) if row in expected
    ] == expected
    assert [[plain(td) == MARK for td in line.xpath("td")][-width:] for line in lines][
        -height:
    ] == marks
    assert marks in [
        [[c == MARK for c in row[-width:]] for row in rows[-height:]] for rows in words
    ]
    assert not name.startswith("ii06") or any(map(any, marks))


def _words(cell) -> str:
    """The words of a cell, those in content controls as well."""
    return "".join(str(found) for found in cell._tc.xpath(".//w:t/text()"))


def test_paper_has_as_many_marks_as_the_data_files(folder):
    text = text_in(rendering(folder, "pdf"))
    marks = [
        value for name in TABLES for record in records(folder, name) for value in record.values()
    ].count(MARK)

    assert text.count(MARK) - text.count(f"«{MARK}»") == marks > 20


def figures_of(record: dict[str, str]) -> list[str]:
    """The figures of a line of data as they stand in a row of the workbook."""
    found = {
        name: text_of(float(text)) if text not in {"", MARK} else text
        for name, text in record.items()
        if name.endswith(("_count", "rate"))
    }
    order = list(found)
    if "channel_code" in record:
        order = ["received_in_period_count", "received_in_period_rate", "resolved_count"]
    return [found[name] for name in order]


def text_of(value: object) -> str:
    if isinstance(value, int | float):
        return f"{float(value):.9g}"
    return "" if value is None else str(value)


def plain(cell) -> str:
    """The text of a cell of the page, after making sure that nothing else in it holds a figure."""
    text = cell.text_content().strip()
    assert text != MARK or not (cell.get("data-value") or cell.xpath(".//@data-counts"))
    return text


def test_parquet_is_the_csv_with_nulls_in_place_of_marks(folder):
    for path in sorted(folder.glob("*.csv")):
        table = parquet.read_table(path.with_suffix(".parquet"))
        expected = [
            {
                name: None if text in {MARK, ""} else text.removeprefix("'")
                for name, text in record.items()
            }
            for record in records(folder, path.stem)
        ]
        found = [
            {name: None if value in {None, ""} else str(value) for name, value in row.items()}
            for row in table.to_pylist()
        ]
        assert found == expected
        assert path.read_bytes().count(b"\r\n") == len(expected) + 1


def test_data_package_describes_each_file_in_vietnamese(folder):
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))
    data = {path.name for path in folder.glob("*.csv")} | {p.name for p in folder.glob("*.parquet")}

    assert {each["path"] for each in described["resources"]} == data
    assert described["licenses"] == [{"name": "CC-BY-4.0"}]
    assert SIMULATED_BANNER in described["description"]
    assert described["is_simulated"] is True
    for each in described["resources"]:
        fields = [field["name"] for field in each["schema"]["fields"]]
        assert all(field["title"] for field in each["schema"]["fields"])
        assert set(each["schema"]["primaryKey"]) < set(fields)
        assert MARK in each["schema"]["missingValues"]
        if each["format"] == "csv":
            assert list(records(folder, each["path"].removesuffix(".csv"))[0]) == fields


def test_no_dossier_and_no_line_of_the_internal_annexes_is_public(published):
    """Codes of dossiers, lists of them or of what is to be explained: none stands in any file."""
    _, internal, public = published
    words = (DOSSIER, "overdue_dossiers", "to_explain", "Phụ lục 9", "Phụ lục 17")

    assert DOSSIER in (internal / "content.json").read_text("utf-8")
    for path in public.folder.iterdir():
        text = text_in(path)
        assert not [word for word in words if word in text], path.name


def text_in(path) -> str:
    if path.suffix == ".pdf":
        return "".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix in {".docx", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())
    if path.suffix == ".parquet":
        return str(parquet.read_table(io.BytesIO(path.read_bytes())).to_pylist())
    return path.read_text("utf-8-sig")


def test_every_file_says_that_it_is_simulated_and_why_figures_are_hidden(folder):
    for path in folder.iterdir():
        if path.name in {"manifest.json", "SHA256SUMS", "HUONG_DAN_KIEM_TRA.txt"}:
            continue
        text = text_in(path)
        assert "DỮ LIỆU MÔ PHỎNG" in text, path.name
        if path.suffix in {".pdf", ".docx", ".xlsx", ".html"}:
            assert "từ 1 đến 4 không công bố" in " ".join(text.split()), path.name


@pytest.mark.usefixtures("without_paper")
def test_public_pack_follows_the_state_of_its_version_and_sealed_it_stays(tmp_path):
    settings = Settings(home=tmp_path)
    content = make_content()
    drafted = edge.write_public(settings, lay_out(settings, content))
    internal = lay_out(settings, content, state="sealed")
    sealed = edge.write_public(settings, internal)
    again = edge.write_public(settings, internal)

    manifest = json.loads((sealed.folder / "manifest.json").read_text("utf-8"))
    acts = read_acts(sealed.folder.parent)
    assert [act.state_code for act in acts] == ["draft", "sealed"]
    assert (drafted.is_new, sealed.is_new, again.is_new) == (True, True, False)
    assert manifest["state_code"] == "sealed"
    assert "niêm phong dữ liệu" in rendering(sealed.folder, "html").read_text("utf-8")
    write_folder(settings, content, {"chi_tieu.csv": b"x"}, sealed.folder, {})
    assert any("states.jsonl" in fault for fault in verify_pack(sealed.folder))


@pytest.mark.usefixtures("without_paper")
def test_later_version_hides_what_the_earlier_one_hid(tmp_path):
    """One dossier more makes a small count large; shown, it would tell what the earlier hid."""
    settings = Settings(home=tmp_path)
    first = edge.write_public(settings, lay_out(settings, make_content()))
    more = [(*line[:3], (line[3][0], line[3][1], line[3][2] and 7), *line[4:]) for line in LINES]
    second = edge.write_public(settings, lay_out(settings, make_content(more), 2))
    packs = [read_published(pack.folder) for pack in (first, second)]

    assert packs[0].hidden() <= packs[1].hidden()
    found = attack(packs, 5)
    assert found is None or not recovered(found, 5)


@pytest.mark.usefixtures("without_paper")
def test_damaged_versions_get_no_public_pack(tmp_path):
    settings = Settings(home=tmp_path)
    content = make_content()
    first = edge.write_public(settings, lay_out(settings, content))
    spoil(first.folder / "chi_tieu.csv")
    second = lay_out(settings, content, 2)
    with pytest.raises(PipelineError, match="cong_khai/v01 is damaged"):
        edge.write_public(settings, second)
    spoil(second / "content.json")
    with pytest.raises(PipelineError, match="/v02 is damaged"):
        edge.write_public(settings, second)

    assert not (second.parent / "cong_khai" / "v02").exists()


def spoil(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")


def test_rules_that_the_public_pack_keeps_are_all_there():
    assert set(DECIDED) <= {note.term for note in DECISIONS}
