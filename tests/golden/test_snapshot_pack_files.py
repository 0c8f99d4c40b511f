"""A pack on disk: versions, seal, coverage, foreign text, missing parts, time."""

import datetime
import hashlib
import io
import json
import re
import shutil
import zipfile

import duckdb
import openpyxl
import pytest
from lxml import html

from motcua.errors import PipelineError
from motcua.settings import Settings
from motcua.snapshot.edge import (
    open_marts,
    read_content,
    run_snapshot,
    verify_pack,
    write_pack,
)
from motcua.snapshot.framing import SIMULATED_BANNER
from motcua.snapshot.page import render_html
from motcua.snapshot.workbook import render_xlsx
from snapshot_support import quick_renderings

KINDS = ("docx", "html", "pdf", "pptx", "xlsx")


@pytest.fixture
def quick():
    with quick_renderings():
        yield


@pytest.fixture(scope="module")
def written(tmp_path_factory, small_file):
    """A version with all its renderings, and the settings of its home."""
    settings = Settings(home=tmp_path_factory.mktemp("written"))
    settings.warehouse.mkdir(parents=True)
    shutil.copyfile(small_file, settings.marts_file)
    return run_snapshot(settings, "2024-CY", "H01"), settings


def test_pack_holds_its_renderings_and_a_manifest_that_is_right(written):
    pack, settings = written

    manifest = json.loads((pack.folder / "manifest.json").read_text())
    assert pack.folder == settings.snapshots / "2024-CY-H01" / "v01"
    assert (pack.version, pack.is_new, manifest["as_of_date"]) == (1, True, "2025-01-10")
    assert {entry["name"].rpartition(".")[2] for entry in manifest["files"]} == {
        *KINDS,
        "json",
        "txt",
    }
    for entry in manifest["files"]:
        data = (pack.folder / entry["name"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
        assert entry["byte_count"] == len(data)
    assert len(manifest["delivery_ids"]) == 3
    assert verify_pack(pack.folder) == []
    assert not any(file.stat().st_mode & 0o222 for file in pack.folder.iterdir())
    assert not list(settings.scratch.glob("snapshot-*/"))


def test_nothing_new_to_say_makes_no_version(settings, quick):
    first = run_snapshot(settings, "2024-CY-H01")
    second = run_snapshot(settings, "2024-CY-H01", as_of_date=datetime.date(2025, 1, 10))

    assert (second.version, second.folder, second.is_new) == (1, first.folder, False)


def test_changed_figure_makes_a_version_beside_the_first(settings, quick):
    first = run_snapshot(settings, "2024-CY-H01")
    with duckdb.connect(str(settings.marts_file)) as connection:
        connection.execute(
            "update review.mart_review__plan_tasks set numerator_count = numerator_count - 1"
        )
    second = run_snapshot(settings, "2024-CY-H01")

    assert (second.version, second.is_new) == (2, True)
    assert verify_pack(first.folder) == verify_pack(second.folder) == []


@pytest.mark.parametrize("kind", [*KINDS, "json"])
def test_one_changed_byte_is_named(written, kind, tmp_path):
    stem = "content" if kind == "json" else "2024-CY-H01-v01"
    folder = shutil.copytree(written[0].folder, tmp_path / "v01")
    path = folder / f"{stem}.{kind}"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)

    faults = verify_pack(folder)

    assert [fault.split(":")[0] for fault in faults] == [path.name]


def test_damaged_version_is_left_and_a_new_one_written(settings, quick):
    first = run_snapshot(settings, "2024-CY-H01")
    (first.folder / "content.json").unlink()

    assert run_snapshot(settings, "2024-CY-H01").version == 2


def test_folder_that_is_not_there_is_a_fault(tmp_path):
    assert len(verify_pack(tmp_path / "nowhere")) == 1


def test_unknown_review_is_refused(marts):
    with pytest.raises(PipelineError, match="2099-CY-H01"):
        read_content(marts, "2099-CY-H01")


def test_review_as_of_another_day_gets_a_build_of_its_own(settings, quick, monkeypatch):
    from motcua.warehouse import edge

    asked = []

    class Build:
        marts_file = settings.marts_file

        def discard(self):
            asked.append("discarded")

    def run_build(settings, as_of_date, extra_reviews, name):
        asked.append((as_of_date, list(extra_reviews)))
        return Build()

    monkeypatch.setattr(edge, "run_build", run_build)
    monkeypatch.setattr(edge, "run_gate", lambda build: asked.append("gated"))
    monkeypatch.setattr(edge, "write_comments", lambda _, build: asked.append("described"))
    day = datetime.date(2025, 1, 7)
    run_snapshot(settings, "2024-CY", "H01", as_of_date=day)

    extra = {"review_code": "2024-CY-H01", "period_code": "2024-CY", "province_code": "H01"}
    assert asked == [(day, [extra]), "gated", "described", "discarded"]


def whole_text(content) -> str:
    return html.fromstring(render_html(content).decode()).text_content()


def test_whole_province_is_said_only_with_every_locality(marts, content):
    assert "toàn tỉnh" in whole_text(content)

    marts.execute("delete from quality.fct_deliveries where locality_code = 'ag-tri-ton'")
    partial = read_content(marts, "2024-CY-H01")

    assert partial.coverage.missing == ("Huyện Tri Tôn (chưa gửi)",)
    assert "2/3" in partial.coverage.sentence
    assert "toàn tỉnh" not in json.dumps([str(partial)], ensure_ascii=False)


def test_locality_that_exported_before_the_end_is_missing(marts):
    marts.execute(
        "update quality.fct_deliveries set exported_at = '2024-12-31 23:59:00' "
        "where locality_code = 'ag-tri-ton'"
    )

    coverage = read_content(marts, "2024-CY-H01").coverage

    assert coverage.missing == ("Huyện Tri Tôn (mới có đến 31/12/2024)",)
    assert not coverage.is_whole


def test_form_that_was_sent_after_the_end_makes_no_locality_complete(marts):
    marts.execute(
        "update quality.fct_deliveries set exported_at = '2024-12-31 23:59:00' "
        "where locality_code = 'ag-tri-ton';"
        "insert into quality.fct_deliveries by name select * replace ('form' as delivery_id, "
        "timestamp '2025-01-09 08:00:00' as exported_at) from quality.fct_deliveries "
        "where locality_code = 'ag-tri-ton';"
        "insert into quality.fct_delivery_datasets values ('form', 'reported_totals')"
    )

    coverage = read_content(marts, "2024-CY-H01").coverage

    assert coverage.missing == ("Huyện Tri Tôn (mới có đến 31/12/2024)",)
    assert not coverage.is_whole


def test_locality_without_a_dossier_of_the_period_is_missing(marts):
    marts.execute("delete from core.fct_dossier_periods where locality_code = 'ag-tri-ton'")

    content = read_content(marts, "2024-CY-H01")

    assert content.coverage.missing == ("Huyện Tri Tôn (không có hồ sơ của kỳ)",)
    assert "toàn tỉnh" not in str(content)


def test_locality_that_need_not_send_is_named_apart(marts):
    marts.execute(
        "update core.dim_localities set is_expected = false where locality_code = 'ag-tri-ton'"
    )

    coverage = read_content(marts, "2024-CY-H01").coverage

    assert "2/2" in coverage.sentence
    assert "ngoài danh sách phải gửi: Huyện Tri Tôn" in coverage.sentence


def test_earlier_period_without_a_resolved_dossier_is_no_comparison(marts):
    marts.execute(
        "update review.mart_review__handling set received_count = received_count - resolved_count, "
        "resolved_count = 0, resolved_early_count = 0, resolved_on_time_count = 0, "
        "resolved_overdue_count = 0 where period_code = '2023-CY'"
    )

    content = read_content(marts, "2024-CY-H01")

    lines = {line.code: line for line in content.headlines}
    assert lines["online_received"].previous.text == "chưa có dữ liệu"
    assert lines["resolved_in_time"].same.text == "chưa có dữ liệu"
    assert "same_received_growth" not in content.figures


def test_delivery_after_the_as_of_date_is_not_known(marts):
    marts.execute("update quality.dim_builds set as_of_date = '2025-01-05'")

    content = read_content(marts, "2024-CY-H01")

    assert content.delivery_ids == ("11aa11bb22cc33dd",)
    assert len(content.coverage.missing) == 2


def test_simulated_figures_carry_the_banner_everywhere(content):
    workbook = openpyxl.load_workbook(io.BytesIO(render_xlsx(content)))

    assert whole_text(content).count(SIMULATED_BANNER) >= 2
    for sheet in workbook:
        assert SIMULATED_BANNER in (sheet["A1"].value or sheet["B1"].value)
        assert SIMULATED_BANNER in sheet.oddHeader.left.text


def test_foreign_log_without_services_and_answers_has_a_pack(settings):
    pack = run_snapshot(settings, "2011-CY-X01")

    text = (pack.folder / "2011-CY-X01-v01.html").read_text()
    assert SIMULATED_BANNER not in text
    assert "toàn tỉnh" not in text
    assert "1.153" in text
    assert "Dịch vụ công trực tuyến" not in text
    for kind in ("docx", "xlsx"):
        with zipfile.ZipFile(pack.folder / f"2011-CY-X01-v01.{kind}") as archive:
            parts = b"".join(archive.read(name) for name in archive.namelist())
        assert SIMULATED_BANNER.encode() not in parts


def test_null_answers_are_no_data_and_not_nothing_happened(marts):
    content = read_content(marts, "2011-CY-X01")

    assert "input_digitised" not in {line.code for line in content.headlines}
    assert "Số hóa thành phần hồ sơ" in content.missing_headlines
    assert content.table("digitisation").rows == ()


def test_review_without_any_data_says_so_in_one_line_a_part(settings):
    pack = run_snapshot(settings, "2023-CY-X01")

    content = json.loads((pack.folder / "content.json").read_text())
    silent = [table for table in content["tables"] if not table["rows"]]
    assert {"ii06_agencies", "services", "online", "indices"} <= {t["code"] for t in silent}
    assert all(table["empty_sentence"].count("\n") == 0 for table in silent)


def test_marts_without_a_table_leave_its_part_empty(marts):
    marts.execute("drop table review.mart_review__ratings")
    marts.execute("drop table review.mart_review__indices")

    content = read_content(marts, "2024-CY-H01")

    assert content.table("ratings").rows == content.table("indices").rows == ()


def test_formula_in_foreign_text_stays_text(content):
    sheet = openpyxl.load_workbook(io.BytesIO(render_xlsx(content)))["II.06 cơ quan"]
    cells = [cell for row in sheet for cell in row if str(cell.value).startswith("=cmd")]

    assert [cell.value for cell in cells] == ["=cmd('calc')!A1"]
    with zipfile.ZipFile(io.BytesIO(render_xlsx(content))) as archive:
        parts = [archive.read(name) for name in archive.namelist() if "sheet" in name]
    assert not any(b"<f>" in part for part in parts)


def test_markup_in_foreign_text_is_escaped(content):
    page = render_html(content).decode()

    assert "<mới>" not in page
    assert "&lt;mới&gt;" in page


def test_page_needs_no_network(content):
    page = render_html(content).decode()
    bare = page.replace('xmlns="http://www.w3.org/2000/svg"', "").replace(
        'xmlns:xlink="http://www.w3.org/1999/xlink"', ""
    )

    assert not re.search(r"https?:|//[a-z]|\bimport\b|@import|<link|<iframe|src=|url\((?!#)", bare)


def test_names_are_in_vietnamese_order(content):
    fields = [row.cells[1].text for row in content.table("ii06_fields").rows[:-1]]
    communes = [
        row.cells[1].text
        for row in content.table("ii06_agencies").rows
        if row.kind == "body" and row.cells[1].text.startswith("UBND xã")
    ]

    assert fields[0] == "Ân xá"
    assert fields[-3:] == ["Đăng ký kinh doanh & đầu tư <mới>", "Đất đai", "Hộ tịch"]
    assert communes == [
        "UBND xã An Thạnh",
        "UBND xã Bình Hòa (UBND huyện Chợ Mới)",
        "UBND xã Bình Hòa (UBND huyện Tri Tôn)",
        "UBND xã Đa Phước",
    ]


def test_few_dossiers_are_not_ranked(marts):
    marts.execute(
        "update review.mart_review__handling set resolved_overdue_count = 1, resolved_count = 1, "
        "resolved_early_count = 0, resolved_on_time_count = 0"
    )

    charts = {chart.code for chart in read_content(marts, "2024-CY-H01").charts}

    assert "overdue_agencies" not in charts


def test_page_of_a_large_province_is_below_15_megabytes(big_settings):
    with open_marts(big_settings, "2024-CY-H01", None) as connection:
        page = render_html(read_content(connection, "2024-CY-H01"))

    assert 1_000_000 < len(page) < 15_000_000


def test_index_of_a_later_year_is_not_shown(content):
    names = {row.cells[1].text for row in content.table("indices").rows}

    assert names == {"Chỉ số SIPAS", "Số hóa trên Cổng DVCQG"}


def test_pack_is_written_whole_or_not_at_all(settings, content, monkeypatch):
    from motcua.snapshot import edge

    monkeypatch.setattr(edge, "pack_files", lambda content: {"a.txt": b"a", "b.txt": None})
    with pytest.raises(TypeError):
        write_pack(settings, content)

    assert not (settings.snapshots / "2024-CY-H01").exists()
