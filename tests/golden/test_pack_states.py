"""A version from draft to sealed: who may do what, what the seal holds, what comes after it."""

import dataclasses
import json
import shutil
import subprocess
import types

import duckdb
import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import html

from motcua.approval.edge import (
    run_approve,
    run_check,
    run_check_all,
    run_erratum,
    run_seal,
    run_seal_all,
    verify_report,
)
from motcua.errors import PipelineError
from motcua.public import edge as public
from motcua.public.disclosure import Hidden
from motcua.receipts import write_receipt
from motcua.settings import Settings
from motcua.shelf.edge import read_acts, read_errata, read_other_errata, read_sealed
from motcua.snapshot import edge
from motcua.snapshot.edge import read_pack_content, run_restate, run_snapshot, verify_pack
from motcua.snapshot.history import with_other_errata
from motcua.snapshot.model import figures_sha256
from snapshot_support import make_receipt, quick_renderings

REVIEW = "2024-CY-H01"
DOSSIERS = """
delete from core.fct_dossier_periods where province_code = 'H01' and period_code = '2024-CY';
insert into core.fct_dossier_periods by name
select
    'x-' || number as dossier_key, 'H01' as province_code, '2024-CY' as period_code,
    ['ag-tinh', 'ag-tri-ton', 'ag-cho-moi'][1 + number % 3] as locality_code,
    'P1' as procedure_code, 'G01' as field_code,
    1 as received_count, 1 as received_in_period_count, 0 as received_online_count,
    cast(number < total.resolved as integer) as resolved_count, 0 as resolved_overdue_count,
    cast(number >= total.resolved as integer) as pending_count, 0 as pending_in_due_count,
    0 as pending_overdue_count, 0 as pending_paused_count
from (
    select sum(received_count) as received, sum(resolved_count) as resolved
    from review.mart_review__handling
    where rule_code = 'ii06' and province_code = 'H01' and period_code = '2024-CY'
) as total
cross join range(cast(total.received as bigint)) as numbers (number);
alter table core.fct_dossiers add column dossier_code varchar;
create or replace table review.dim_rules (rule_code varchar, rule_name varchar, version varchar);
insert into review.dim_rules values ('ii06', 'Biểu II.06', '2020');
comment on column review.dim_rules.version is 'Phiên bản của quy tắc, ''như'' văn bản ghi.';
"""
"""As many dossiers as the handling mart counts, so that the seal's own sum comes out."""
RESTATED = """
create or replace table review.dim_sealed_packs as
    select '2024-CY-H01' as review_code, 1 as pack_no, date '2025-01-10' as as_of_date;
create or replace table review.dim_restatement_reasons as
    select 'vanished' as reason_code, 'Nguồn không còn' as reason_name, 6 as position_no;
create table core.fct_restatements as
    select
        '2024-CY-H01' as review_code, 1 as pack_no, 'vanished' as reason_code,
        'ag-tinh' as locality_code, 'x-' || number as dossier_code, delivery_id as _delivery_id
    from range(2) as numbers (number)
    cross join (select min(delivery_id) as delivery_id from quality.fct_deliveries) as deliveries;
create or replace table review.mart_review__restatements as
    select '2024-CY-H01' as review_code, 1 as pack_no, 'resolved' as measure_code,
        'vanished' as reason_code, 'Nguồn không còn' as reason_name, 0 as added_count,
        2 as removed_count, 2 as dossier_count;
update review.mart_review__handling set resolved_count = resolved_count - 2
where rowid = (
    select min(rowid) from review.mart_review__handling
    where rule_code = 'ii06' and province_code = 'H01' and period_code = '2024-CY'
);
"""
"""What a build since the seal says: two dossiers less, and why."""


@pytest.fixture(scope="module")
def quick():
    with quick_renderings():
        yield


@pytest.fixture(scope="module")
def drafted(tmp_path_factory, small_file, quick):
    """A home with one draft."""
    settings = Settings(home=tmp_path_factory.mktemp("drafted"))
    settings.warehouse.mkdir(parents=True)
    shutil.copyfile(small_file, settings.marts_file)
    with duckdb.connect(str(settings.marts_file)) as connection:
        connection.execute(DOSSIERS)
        codes = "select delivery_id, locality_code, province_code from quality.fct_deliveries"
        for row in connection.execute(codes).fetchall():
            write_receipt(make_receipt(*row), settings.receipts)
    run_snapshot(settings, REVIEW)
    return settings


@pytest.fixture(scope="module")
def approved(tmp_path_factory, drafted):
    """A home with one approved version."""
    settings = copied(drafted, tmp_path_factory.mktemp("approved"))
    assert run_check(settings, version(settings)) == ()
    run_approve(settings, version(settings), "Chánh Văn phòng", "Đã họp rà soát")
    return settings


@pytest.fixture(scope="module")
def sealed(tmp_path_factory, approved):
    """A home with one sealed version."""
    settings = copied(approved, tmp_path_factory.mktemp("sealed"))
    run_seal(settings, version(settings), "Văn thư")
    return settings


@pytest.fixture
def draft(drafted, tmp_path) -> Settings:
    return copied(drafted, tmp_path)


@pytest.fixture
def seal(sealed, tmp_path) -> Settings:
    return copied(sealed, tmp_path)


def copied(settings: Settings, folder) -> Settings:
    shutil.copytree(settings.home, folder, dirs_exist_ok=True)
    return Settings(home=folder)


def version(settings: Settings, number: int = 1):
    return settings.snapshots / REVIEW / f"v{number:02d}"


def change_marts(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.marts_file)) as connection:
        connection.execute(sql)


ONE_TASK_LESS = "update review.mart_review__plan_tasks set numerator_count = numerator_count - 1"


def test_each_act_is_a_row_and_the_state_stands_in_every_file(sealed):
    acts = read_acts(sealed.snapshots / REVIEW)
    folder = version(sealed)

    assert [(act.state_code, act.by, act.reason) for act in acts] == [
        ("draft", "hệ thống", ""),
        ("checked", "hệ thống", ""),
        ("approved", "Chánh Văn phòng", "Đã họp rà soát"),
        ("sealed", "Văn thư", ""),
    ]
    assert (folder / f"{REVIEW}-v01.html").read_text() == "Phiên bản 01 (niêm phong dữ liệu)"
    assert json.loads((folder / "manifest.json").read_text())["state_code"] == "sealed"
    assert "Văn phòng" not in (folder / "content.json").read_text()
    assert verify_pack(folder) == []
    assert not any(file.stat().st_mode & 0o222 for file in folder.iterdir())


@pytest.fixture
def quick_public(monkeypatch):
    """Lay out no counts and no renderings: it is the state of public packs that matters."""
    nothing = types.SimpleNamespace(cells={}, relations=())
    monkeypatch.setattr(public, "Counts", lambda _: nothing)
    monkeypatch.setattr(public, "protect", lambda *_: Hidden(frozenset(), frozenset()))
    monkeypatch.setattr(public, "public_content", lambda content, *_: content)
    monkeypatch.setattr(public, "open_tables", lambda *_: ())
    for name in ("render_docx", "render_pdf", "render_xlsx", "render_html"):
        monkeypatch.setattr(public, name, lambda content: content.header.version_line.encode())


def public_states(settings: Settings) -> list[str]:
    return [act.state_code for act in read_acts(settings.snapshots / REVIEW / "cong_khai")]


@pytest.mark.usefixtures("quick_public")
def test_each_act_brings_the_public_pack_along(draft):
    folder = public.write_public(draft, version(draft)).folder
    run_check_all(draft, [str(version(draft))])
    run_seal_all(draft, [str(version(draft))], "admin", "Đã họp")

    page = (folder / f"{REVIEW}-v01-cong-khai.html").read_text()
    assert public_states(draft) == ["draft", "checked", "approved", "sealed"]
    assert page == "Phiên bản 01 (niêm phong dữ liệu)"
    assert json.loads((folder / "manifest.json").read_text())["state_code"] == "sealed"
    assert verify_pack(folder) == verify_pack(version(draft)) == []


def test_no_act_makes_a_public_pack_that_nobody_asked_for(sealed):
    assert not (sealed.snapshots / REVIEW / "cong_khai").exists()


def finish_by_hand(settings: Settings) -> None:
    run_seal(settings, version(settings), "Văn thư")


def finish_by_dag(settings: Settings) -> None:
    run_seal_all(settings, [str(version(settings))], "admin", "Đã họp")


@pytest.mark.usefixtures("quick_public")
@pytest.mark.parametrize("finish", [finish_by_hand, finish_by_dag])
def test_a_seal_that_stopped_before_its_public_pack_is_finished(
    approved, tmp_path, monkeypatch, finish
):
    home = copied(approved, tmp_path)
    public.write_public(home, version(home))
    with monkeypatch.context() as patch:
        patch.setattr(public, "write_folder", stop)
        with pytest.raises(PipelineError, match="disk full"):
            run_seal(home, version(home), "Văn thư")
    stopped = (read_acts(home.snapshots / REVIEW)[-1].state_code, public_states(home))
    finish(home)

    assert stopped == ("sealed", ["approved"])
    assert public_states(home) == ["approved", "sealed"]
    assert [act.state_code for act in read_acts(home.snapshots / REVIEW)].count("sealed") == 1
    with pytest.raises(PipelineError, match="never changes"):
        run_seal(home, version(home), "Văn thư")


def stop(*_: object) -> None:
    raise PipelineError("public", "disk full")


def test_no_step_is_left_out(draft):
    with pytest.raises(PipelineError, match="is draft"):
        run_approve(draft, version(draft), "Chánh Văn phòng", "vội")
    with pytest.raises(PipelineError, match="pack check"):
        run_seal(draft, version(draft), "Văn thư")
    run_check(draft, version(draft))
    for by, reason in (("", "vì"), ("Chánh Văn phòng", " ")):
        with pytest.raises(PipelineError, match="must not be empty"):
            run_approve(draft, version(draft), by, reason)
    with pytest.raises(PipelineError, match="pack approve"):
        run_seal(draft, version(draft), "Văn thư")


def test_a_check_names_the_figure_that_the_marts_no_longer_have(draft):
    change_marts(draft, ONE_TASK_LESS)

    faults = run_check(draft, version(draft))

    assert "Nhiệm vụ đã hoàn thành: bản này ghi «66», kho có «64»" in faults
    assert [act.state_code for act in read_acts(draft.snapshots / REVIEW)] == ["draft"]
    with pytest.raises(PipelineError, match="Nhiệm vụ đã hoàn thành"):
        run_check_all(draft, [str(version(draft))])


def test_a_damaged_version_goes_no_further(draft):
    victim = version(draft) / f"{REVIEW}-v01.docx"
    victim.chmod(0o644)
    victim.write_bytes(b"edited")

    with pytest.raises(PipelineError, match=victim.name):
        run_check(draft, version(draft))


def test_figures_that_moved_after_the_check_are_not_sealed(approved, tmp_path):
    home = copied(approved, tmp_path)
    change_marts(home, ONE_TASK_LESS)

    with pytest.raises(PipelineError, match="make a new draft"):
        run_seal(home, version(home), "Văn thư")
    assert read_acts(home.snapshots / REVIEW)[-1].state_code == "approved"


def test_the_dag_checks_and_seals_and_goes_on_where_it_stopped(draft):
    """One locality is missing and named; one dossier is counted twice until that is mended."""
    change_marts(draft, "delete from quality.fct_deliveries where locality_code = 'ag-tri-ton'")
    one = "update core.fct_dossier_periods set pending_count = {} where dossier_key = 'x-17000'"
    change_marts(draft, one.format(2))
    paths = [str(run_snapshot(draft, REVIEW).folder)]
    run_check_all(draft, paths)
    with pytest.raises(PipelineError, match="the dossiers sum up to"):
        run_seal_all(draft, paths, "admin", "Đã họp")
    stopped = read_acts(draft.snapshots / REVIEW)[-1].state_code
    change_marts(draft, one.format(1))
    for _ in range(2):
        run_check_all(draft, paths)
        run_seal_all(draft, paths, "admin", "Đã họp")

    acts = [act.state_code for act in read_acts(draft.snapshots / REVIEW) if act.version == 2]
    assert stopped == "approved"
    assert acts == ["draft", "checked", "approved", "sealed"]
    assert "Huyện Tri Tôn (chưa gửi)" in (version(draft, 2) / "content.json").read_text()


def test_a_seal_holds_dossiers_marts_rules_code_and_deliveries(sealed):
    folder = version(sealed)
    content = json.loads((folder / "content.json").read_text())
    told = json.loads((folder / "provenance.json").read_text())

    dossiers = duckdb.sql(f"from '{folder / 'dossiers.parquet'}'")
    assert dossiers.shape[0] == content["figures"]["received"]["cell"]["value"]
    assert dossiers.columns[:2] == ["dossier_code", "dossier_key"]
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as connection:
        storage = "select tags['storage_version'] from duckdb_databases() where not internal"
        assert connection.execute(storage).fetchall() == [("v1.4.0+",)]
        provinces = "select distinct province_code from review.mart_review__handling"
        assert connection.execute(provinces).fetchall() == [("H01",)]
        assert connection.execute("select count(*) > 0 from review.dim_metrics").fetchone()[0]
        periods = "select distinct period_code from review.mart_review__handling order by all"
        assert connection.execute(periods).fetchall() == [("2023-CY",), ("2024-CY",)]
        comments = "select comment from duckdb_columns() where column_name = 'version'"
        assert (
            "Phiên bản của quy tắc, 'như' văn bản ghi." in connection.execute(comments).fetchone()
        )
        tables = "select count(*) from duckdb_tables() where table_name like 'fct_dossier%'"
        assert connection.execute(tables).fetchone() == (0,)
    assert [rule["rule_code"] for rule in told["rules"]] == ["ii06"]
    assert told["code"]["package_version"]
    assert {one["delivery_id"] for one in told["deliveries"]} == set(content["delivery_ids"])
    assert all(file["sha256"] for one in told["deliveries"] for file in one["files"])


def sha256sum(folder) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_standard_tools_and_ours_name_the_file_of_a_changed_byte(seal):
    folder = version(seal)
    listed = [line.split()[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sound = sha256sum(folder)
    victim = folder / "dossiers.parquet"
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.chmod(0o644)
    victim.write_bytes(bytes(data))

    assert sound.returncode == 0
    assert {*listed, "SHA256SUMS"} == {file.name for file in folder.iterdir()}
    assert "dossiers.parquet: FAILED" in sha256sum(folder).stdout
    assert [fault.split(":")[0] for fault in verify_pack(folder)] == ["dossiers.parquet"]


def test_sums_written_again_are_seen_by_the_journal(seal):
    content = edge.read_pack_content(version(seal))
    edge.write_version(seal, content, {})

    assert sha256sum(version(seal)).returncode == 0
    assert not list(seal.scratch.glob("*/"))
    assert any("states.jsonl" in fault for fault in verify_pack(version(seal)))


def test_instructions_open_in_notepad_and_name_both_tools(sealed):
    data = (version(sealed) / "HUONG_DAN_KIEM_TRA.txt").read_bytes()
    text = data.decode("utf-8-sig")

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert "sha256sum -c SHA256SUMS" in text
    assert f"certutil -hashfile {REVIEW}-v01.docx SHA256" in text


def test_a_sealed_version_never_changes(seal):
    before = {file.name: file.read_bytes() for file in version(seal).iterdir()}
    for step in (
        lambda: run_check(seal, version(seal)),
        lambda: run_approve(seal, version(seal), "ai đó", "vì"),
        lambda: run_seal(seal, version(seal), "ai đó"),
    ):
        with pytest.raises(PipelineError, match="never changes"):
            step()

    assert run_snapshot(seal, REVIEW).is_new is False
    assert {file.name: file.read_bytes() for file in version(seal).iterdir()} == before


def test_a_new_version_after_a_seal_needs_a_reason_and_tells_what_changed(seal):
    change_marts(seal, ONE_TASK_LESS)
    with pytest.raises(PipelineError, match="needs --reason"):
        run_snapshot(seal, REVIEW)
    made = run_snapshot(seal, REVIEW, reason="Sở Nội vụ sửa nhiệm vụ")
    again = run_snapshot(seal, REVIEW)

    told = json.loads((made.folder / "differences.json").read_text())
    content = edge.read_pack_content(made.folder)
    assert (made.version, again.version, again.is_new) == (2, 2, False)
    assert (told["base_version"], told["reason"]) == (1, "Sở Nội vụ sửa nhiệm vụ")
    by_code = {change["code"]: change for change in told["changes"]}
    assert (by_code["plan_done"]["before"], by_code["plan_done"]["after"]) == ("66", "64")
    assert any(change["table_code"] == "plan_tasks" for change in told["changes"])
    rows = [[cell.text for cell in row.cells] for row in content.table("changes").rows]
    assert ["1", "Nhiệm vụ đã hoàn thành", "plan_done", "66", "64"] in rows
    assert content.history[0].paragraphs[1].text == "Nhiệm vụ đã hoàn thành: 66 → 64."
    assert (
        "bản 01 đã niêm phong; lý do: Sở Nội vụ sửa nhiệm vụ"
        in content.history[0].paragraphs[0].text
    )
    assert run_check(seal, made.folder) == ()
    assert json.loads((made.folder / "differences.json").read_text()) == told


def test_a_draft_after_a_draft_opens_with_what_has_changed(draft):
    change_marts(draft, ONE_TASK_LESS)
    made = run_snapshot(draft, REVIEW)

    content = edge.read_pack_content(made.folder)
    said = [paragraph.text for paragraph in content.history[0].paragraphs]
    told = json.loads((made.folder / "differences.json").read_text())
    assert said[0].startswith("Lập lại sau bản 01 chưa niêm phong. Số liệu thay đổi: ")
    assert said[1] == "Nhiệm vụ đã hoàn thành: 66 → 64."
    assert (told["base_version"], told["is_base_sealed"]) == (1, False)
    assert "So với bản 01 chưa niêm phong" in (draft.snapshots / "index.html").read_text()
    assert run_check(draft, made.folder) == ()


def test_an_erratum_is_noted_of_a_sealed_figure_and_told_by_the_next_draft(seal):
    with pytest.raises(PipelineError, match="no figure"):
        run_erratum(seal, version(seal), "nothing", "sai", "Văn thư")
    run_erratum(seal, version(seal), "plan_done", "Đúng là 65;\n một việc chưa xong", "Văn thư")
    with pytest.raises(PipelineError, match="needs --reason"):
        run_snapshot(seal, REVIEW)
    made = run_snapshot(seal, REVIEW, reason="Đính chính")

    content = edge.read_pack_content(made.folder)
    cells = [cell.text for cell in content.table("errata").rows[0].cells[:5]]
    assert cells == ["1", "Nhiệm vụ đã hoàn thành", "01", "66", "Đúng là 65; một việc chưa xong"]
    assert content.table("changes").rows == ()
    assert "Đúng là 65" in (seal.snapshots / "index.html").read_text()
    assert verify_pack(version(seal)) == []
    assert len(read_errata(seal.snapshots / REVIEW)) == 1


def test_errata_of_a_provinces_other_packs_stand_on_a_page_and_make_no_version(seal):
    run_erratum(seal, version(seal), "plan_done", "Đúng là 65", "Văn thư")
    made = read_other_errata(seal, "2025-CY-H01")
    shelf = seal.snapshots / "2023-CY-H01"
    shelf.mkdir()
    shutil.copyfile(seal.snapshots / REVIEW / "errata.jsonl", shelf / "errata.jsonl")
    content = read_pack_content(version(seal))
    told = with_other_errata(content, read_other_errata(seal, REVIEW))

    assert [(code, erratum.text) for code, erratum in made] == [(REVIEW, "Đúng là 65")]
    assert read_other_errata(seal, "2024-CY-H49") == ()
    assert [row.cells[2].text for row in told.table("other_errata").rows] == ["2023-CY-H01, bản 01"]
    assert figures_sha256(told) == figures_sha256(dataclasses.replace(told, history=()))
    assert figures_sha256(told) == figures_sha256(content)


def test_an_erratum_of_a_draft_is_refused(draft):
    with pytest.raises(PipelineError, match="not sealed"):
        run_erratum(draft, version(draft), "plan_done", "sai", "Văn thư")


def test_what_a_killed_step_left_is_mended(draft):
    folder = version(draft)
    folder.rename(folder.with_name(".v01.old"))

    assert run_check(draft, folder) == ()
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def working_copy(settings: Settings):
    return settings.snapshots / REVIEW / "lam_viec" / f"{REVIEW}.docx"


def controls(document, code: str) -> list:
    tag = f'.//w:sdt[w:sdtPr/w:tag[@w:val="motcua:{code}"]]'
    return document.element.body.xpath(tag)


def test_the_working_copy_is_as_sealed_and_kept_beside_the_next(seal):
    path = working_copy(seal)
    found = verify_report(seal, path)
    report = Document(path)
    report.add_paragraph("Nguyên nhân: thiếu 12 người, 99,99 % là do máy.")
    report.save(path)
    change_marts(seal, ONE_TASK_LESS)
    before = path.read_bytes()
    run_snapshot(seal, REVIEW, reason="vì")

    kept = path.with_name(f"{REVIEW}.v01.docx")
    assert (found.version, found.is_sealed, found.differences) == (1, True, ())
    assert kept.read_bytes() == before
    assert verify_report(seal, kept).differences == ()
    assert any("«64»" in line for line in verify_report(seal, path).differences)


def test_figures_that_staff_changed_or_deleted_are_listed(seal):
    path = working_copy(seal)
    report = Document(path)
    for text in controls(report, "resolved_overdue")[0].iter(qn("w:t")):
        text.text = "1"
    gone = controls(report, "plan_share")[0]
    gone.getparent().remove(gone)
    cell = report.element.body.xpath(".//w:tbl[w:tblPr/w:tblCaption]//w:sdt//w:t")[0]
    cell.text, printed = "0", cell.text
    last = report.element.body.xpath('.//w:tbl[.//w:tblCaption[contains(@w:val, "giao nhận")]]')
    last[-1].getparent().remove(last[-1])
    report.save(path)

    lines = verify_report(seal, path).differences

    assert len(lines) == 4
    assert lines[0].startswith("Mười chỉ tiêu của kỳ: ")
    assert lines[0].endswith(f"bản Word ghi «0», bản niêm phong ghi «{printed}»")
    assert "Quá hạn: bản Word ghi «1», bản niêm phong ghi «" in lines[1]
    assert lines[2] == "bảng «Nhật ký giao nhận số liệu»: thiếu cả bảng"
    assert lines[3] == "Tỷ lệ hoàn thành: thiếu, bản niêm phong ghi «100,00 %»"


def test_a_file_without_codes_of_figures_is_refused(seal, tmp_path):
    other, broken, bare = (tmp_path / f"{name}.docx" for name in ("other", "broken", "bare"))
    Document().save(other)
    broken.write_bytes(b"PK nothing")
    report = Document()
    report.core_properties.keywords = REVIEW
    report.save(bare)
    said = {other: "is not of a review", broken: "is not a Word document", bare: "lost the codes"}
    for path, words in said.items():
        with pytest.raises(PipelineError, match=words):
            verify_report(seal, path)


def test_the_command_line_does_the_same_and_ends_with_its_code(seal, monkeypatch):
    from typer.testing import CliRunner

    from motcua.cli import app

    monkeypatch.setenv("MOTCUA_HOME", str(seal.home))
    folder, copy = str(version(seal)), str(working_copy(seal))
    told = ["--figure", "plan_done", "--text", "Đúng là 65", "--by", "Văn thư"]
    done = CliRunner().invoke(app, ["pack", "erratum", folder, *told])
    same = CliRunner().invoke(app, ["verify", copy])
    refused = CliRunner().invoke(app, ["pack", "check", folder])
    unnamed = CliRunner().invoke(app, ["pack", "approve", folder, "--by", "Chánh Văn phòng"])

    assert (done.exit_code, same.exit_code, unnamed.exit_code) == (0, 0, 2)
    assert "against v01 (sealed): unchanged" in same.stdout
    assert isinstance(refused.exception, PipelineError)


def test_the_shelf_lists_every_version_with_links_that_lead_somewhere(seal):
    change_marts(seal, ONE_TASK_LESS)
    run_snapshot(seal, REVIEW, reason="Sửa <nhiệm vụ>")
    text = (seal.snapshots / "index.html").read_text()
    page = html.fromstring(text)
    rows = page.xpath("//tbody/tr")

    assert [row.xpath("./th")[0].text for row in rows] == ["02", "01"]
    assert [row.xpath('.//span[@class="state"]')[0].text for row in rows] == [
        "Dự thảo",
        "Niêm phong dữ liệu",
    ]
    assert "66 → 64" in rows[0].text_content()
    assert "Sửa &lt;nhiệm vụ&gt;" in text
    links = [link for link in page.xpath("//a/@href") if not link.startswith("#")]
    assert len(links) > 10
    assert all((seal.snapshots / link).is_file() for link in links)
    assert "http" not in text
    assert page.xpath("//html/@lang") == ["vi"]


def test_no_word_stands_for_a_legal_seal_or_signature(sealed):
    folder = version(sealed)
    said = [folder / "content.json", folder / "HUONG_DAN_KIEM_TRA.txt"]
    text = "".join(path.read_text() for path in [*said, sealed.snapshots / "index.html"])

    for words in ("đóng dấu", "ký số", "phê duyệt", "con dấu", "chữ ký"):
        assert words not in text.casefold()


def test_a_sealed_version_is_restated_from_what_was_published_since(seal, tmp_path):
    change_marts(seal, RESTATED)
    listed = tmp_path / "dossiers.csv"

    found = run_restate(seal, version(seal), listed)

    moved = {
        one.code: (one.difference, one.is_explained) for one in found.figures if one.difference
    }
    assert moved == {"resolved": (-2, True)}
    assert {one.code for one in found.figures} >= {"received", "pending", "pending_overdue"}
    (reason,) = found.reasons
    assert (reason["reason_name"], reason["dossier_count"]) == ("Nguồn không còn", 2)
    assert reason["delivery_names"]
    lines = listed.read_text("utf-8").splitlines()
    assert lines[0].startswith("review_code,pack_no,reason_code")
    assert [line.split(",")[4] for line in lines[1:]] == ["x-0", "x-1"]


def test_only_what_is_sealed_and_as_it_was_sealed_is_restated(approved, seal):
    with pytest.raises(PipelineError, match="is approved; only a sealed version"):
        run_restate(approved, version(approved))
    (version(seal) / "dossiers.parquet").chmod(0o644)
    (version(seal) / "dossiers.parquet").write_bytes(b"edited")
    with pytest.raises(PipelineError, match=r"not as it was sealed: dossiers\.parquet"):
        run_restate(seal, version(seal))


def test_builds_read_sealed_versions_only(approved, sealed, draft):
    assert read_sealed(Settings(home=draft.home / "nothing")) == []
    assert read_sealed(draft) == read_sealed(approved) == []
    assert read_sealed(sealed) == [version(sealed)]
