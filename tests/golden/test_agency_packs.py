"""The pack of one agency: the same content model, counted over its dossiers and those below it."""

import json

import duckdb
import pytest
from typer.testing import CliRunner

from motcua import cli
from motcua.approval.edge import run_approve, run_check, run_seal
from motcua.errors import PipelineError, UnknownAgencyError
from motcua.receipts import write_receipt
from motcua.shelf.edge import read_place
from motcua.snapshot import pack
from motcua.snapshot.edge import read_content, run_restate, run_snapshot, verify_pack
from motcua.snapshot.marts import HANDLING_MEASURES
from motcua.snapshot.model import to_json
from snapshot_support import make_receipt, quick_renderings

REVIEW = "2024-CY-H01"
DISTRICT, COMMUNE, IDLE = "H01.20", "H01.20.01", "H01.04"
OF_PROVINCE = ("toàn tỉnh", "giao cho tỉnh", "Tỉnh báo cáo", "Cả tỉnh", "Chủ tịch")


def summed(marts, agencies: tuple[str, ...]) -> dict[str, int]:
    names = ", ".join(f"sum({name})::bigint as {name}" for name in HANDLING_MEASURES)
    cursor = marts.execute(
        f"select {names} from review.mart_review__handling where rule_code = 'ii06'"
        " and period_code = '2024-CY' and list_contains($agencies, agency_code)",
        {"agencies": list(agencies)},
    )
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def sentence(content, code: str) -> str:
    return next(
        p.text for section in content.sections for p in section.paragraphs if p.code == code
    )


@pytest.mark.parametrize(
    ("agency", "counted"),
    [
        pytest.param("H01.01", ("H01.01",), id="department"),
        pytest.param(DISTRICT, (DISTRICT, COMMUNE), id="district_with_its_communes"),
        pytest.param(COMMUNE, (COMMUNE,), id="commune"),
    ],
)
def test_a_pack_counts_its_agency_and_what_is_below_it(marts, agency, counted):
    content = read_content(marts, REVIEW, agency)

    expected = summed(marts, counted)
    found = {name: content.figures[name.removesuffix("_count")].cell.value for name in expected}
    assert found == expected
    assert content.agency_codes == counted
    assert {dict(row.of).get("agency") for row in content.table("ii06_agencies").rows} - {
        None
    } == set(counted)
    assert sum(row[4] for row in content.cube.rows) == expected["received_count"]


@pytest.mark.soak
def test_packs_of_all_agencies_add_up_to_the_provinces(marts):
    whole = read_content(marts, REVIEW)
    top = ("H01.01", "H01.02", "H01.03", DISTRICT, "H01.21", IDLE)
    parts = [read_content(marts, REVIEW, agency) for agency in top]

    for code in ("received", "resolved", "resolved_overdue", "online_received_numerator"):
        assert (
            sum(part.figures[code].cell.value for part in parts) == whole.figures[code].cell.value
        )


def test_sentences_name_the_agency_and_never_the_province(marts):
    content = read_content(marts, REVIEW, DISTRICT)

    said = to_json(content).decode()
    assert "UBND huyện Tri Tôn và 1 cơ quan trực thuộc tiếp nhận" in sentence(content, "received")
    assert content.header.frame[0] == "Phạm vi: UBND huyện Tri Tôn và 1 cơ quan trực thuộc"
    assert content.header.issuer_lines == ("ỦY BAN NHÂN DÂN", "HUYỆN TRI TÔN")
    assert [word for word in OF_PROVINCE if word in said] == []


def test_coverage_speaks_of_who_sends_the_agencys_dossiers(marts):
    marts.execute("delete from quality.fct_deliveries where locality_code = 'ag-tri-ton'")
    district = read_content(marts, REVIEW, DISTRICT)
    department = read_content(marts, REVIEW, "H01.01")

    assert district.coverage.missing == ("Huyện Tri Tôn (chưa gửi)",)
    assert "(theo số liệu đã gửi)" in sentence(district, "received")
    assert department.coverage.missing == ()
    assert department.coverage.sentence.startswith("Xét nơi đã gửi hồ sơ của Sở Tài nguyên")


def test_an_agency_without_dossiers_has_none_only_where_nobody_is_missing(marts):
    whole = read_content(marts, REVIEW, IDLE)
    marts.execute("delete from quality.fct_deliveries where locality_code = 'ag-tri-ton'")
    missing = read_content(marts, REVIEW, IDLE)

    assert "tiếp nhận trong kỳ không phát sinh" in sentence(whole, "received")
    assert whole.table("ten").rows[0].cells[2].text == "0/0"
    assert whole.table("ten").rows[0].cells[3].text == "không phát sinh"
    assert whole.coverage.sentence.startswith("Kho chưa nhận hồ sơ nào của Sở Ngoại vụ")
    assert sentence(missing, "received") == "Kết quả giải quyết: chưa có dữ liệu."
    assert missing.coverage.missing == ("Huyện Tri Tôn (chưa gửi)",)


def test_a_target_of_the_agency_is_judged_by_all_that_its_pack_counts(marts):
    marts.execute(
        "insert into review.mart_review__targets values"
        " ('paid_online', '2024-CY', 'H01', 'agency', 'all', 'H01.20', 'Thanh toán trực tuyến', 80,"
        " '9/QĐ', 'reached', 90, 100),"
        " ('paid_online', '2024-CY', 'H01', 'agency', 'all', 'H01.20.01', 'Thanh toán trực tuyến',"
        " null, null, 'not_given', 10, 100)"
    )
    content = read_content(marts, REVIEW, DISTRICT)

    (line,) = [row for row in content.table("targets").rows if row.kind == "body"][:1]
    assert [cell.text for cell in line.cells[2:]] == [
        *("100", "200", "50,00 %", "từ 80,00 %", "9/QĐ", "Chưa đạt")
    ]
    paid = next(row for row in content.table("ten").rows if "Thanh toán" in row.cells[1].text)
    assert paid.cells[6].text == "từ 80,00 % (9/QĐ)"
    assert paid.cells[7].text == "Chưa đạt"


def test_days_overdue_are_those_of_the_agencys_own_dossiers(marts):
    content = read_content(marts, REVIEW, COMMUNE)

    median, count = marts.execute(
        "select median(overdue_days), count(*) from review.mart_review__overdue_dossiers"
        f" where agency_code = '{COMMUNE}'"
    ).fetchone()
    assert content.figures["overdue_median_days"].cell.value == median
    assert len(content.table("overdue_dossiers").rows) == count


@pytest.mark.parametrize("agency", ["H01.99", "unknown", "H01", "'; drop table x"])
def test_an_unknown_agency_is_refused(marts, agency):
    with pytest.raises(UnknownAgencyError, match="không có cơ quan mã"):
        read_content(marts, REVIEW, agency)


def test_a_code_that_leaves_its_folder_is_refused(marts):
    marts.execute(
        "insert into core.dim_agencies (agency_code, agency_name, level_code, province_code)"
        " values ('../x', 'Cơ quan', 'province', 'H01')"
    )

    with pytest.raises(PipelineError, match="cannot name a folder"):
        read_content(marts, REVIEW, "../x")


def test_the_command_says_in_one_line_that_it_knows_no_such_agency(settings, monkeypatch):
    monkeypatch.setattr(cli, "read_settings", lambda: settings)

    result = CliRunner().invoke(cli.app, ["snapshot", REVIEW, "--agency", "H01.99"])

    assert result.exit_code == 2
    assert "không có cơ quan mã" in result.output
    assert not settings.snapshots.exists()


@pytest.fixture
def quick(monkeypatch):
    with quick_renderings():
        monkeypatch.setattr(pack, "render_docx", lambda content: content.header.frame[0].encode())
        monkeypatch.setattr("motcua.snapshot.edge.write_working_copy_of", lambda *_: None)
        yield


RULES = """
alter table core.fct_dossiers add column dossier_code varchar;
create or replace table review.dim_rules (rule_code varchar, rule_name varchar, version varchar);
delete from core.fct_dossier_periods where agency_code in ('H01.20', 'H01.20.01');
insert into core.fct_dossier_periods by name
select
    'x-' || number as dossier_key, 'ag-tri-ton' as locality_code, 'H01' as province_code,
    '2024-CY' as period_code, 'P1' as procedure_code, 'G01' as field_code,
    if(number % 2 = 0, 'H01.20', 'H01.20.01') as agency_code, 1 as received_count,
    1 as received_in_period_count, 0 as received_online_count,
    cast(number < total.resolved as integer) as resolved_count, 0 as resolved_overdue_count,
    cast(number >= total.resolved as integer) as pending_count, 0 as pending_in_due_count,
    0 as pending_overdue_count, 0 as pending_paused_count
from (
    select sum(received_count) as received, sum(resolved_count) as resolved
    from review.mart_review__handling
    where rule_code = 'ii06' and agency_code like 'H01.20%' and period_code = '2024-CY'
) as total
cross join range(cast(total.received as bigint)) as numbers (number);
create or replace table review.dim_restatement_reasons as
    select 'agency' as reason_code, 'Cơ quan khác' as reason_name, 1 as position_no;
create table core.fct_restatements as
    select '2024-CY-H01@H01.20' as review_code, 1 as pack_no, 'agency' as reason_code,
        'ag-tri-ton' as locality_code, 'x-1' as dossier_code, 'none' as _delivery_id;
"""


def test_a_pack_has_a_shelf_of_its_own_and_goes_through_every_state(settings, quick):
    with duckdb.connect(str(settings.marts_file)) as connection:
        connection.execute(RULES)
        codes = "select delivery_id, locality_code, province_code from quality.fct_deliveries"
        for row in connection.execute(codes).fetchall():
            write_receipt(make_receipt(*row), settings.receipts)
    made = run_snapshot(settings, REVIEW, agency_code=DISTRICT)
    folder = settings.snapshots / f"{REVIEW}@{DISTRICT}" / "v01"
    assert (made.folder, made.version) == (folder, 1)
    assert run_check(settings, folder) == ()
    run_approve(settings, folder, "Chánh Văn phòng", "Đã họp")
    run_seal(settings, folder, "Văn thư")

    manifest = json.loads((folder / "manifest.json").read_text())
    assert read_place(settings, folder) == (f"{REVIEW}@{DISTRICT}", 1)
    assert (manifest["review_code"], manifest["agency_code"]) == (REVIEW, DISTRICT)
    assert manifest["agency_codes"] == [DISTRICT, COMMUNE]
    assert verify_pack(folder) == []
    assert "Phạm vi" in (folder / f"{REVIEW}@{DISTRICT}-v01.docx").read_text()
    dossiers = duckdb.sql(f"select distinct agency_code from '{folder / 'dossiers.parquet'}'")
    assert sorted(dossiers.fetchall()) == [(DISTRICT,), (COMMUNE,)]
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as connection:
        agencies = "select distinct agency_code from review.mart_review__handling order by all"
        assert connection.execute(agencies).fetchall() == [(DISTRICT,), (COMMUNE,)]
    index = (settings.snapshots / "index.html").read_text()
    assert "UBND huyện Tri Tôn" in index
    assert run_snapshot(settings, REVIEW, agency_code=DISTRICT).is_new is False
    with duckdb.connect(str(settings.marts_file)) as connection:
        connection.execute(
            "insert into review.dim_sealed_packs values ('2024-CY-H01@H01.20', 1, '2025-01-10')"
        )
    found = run_restate(settings, folder)
    assert {figure.difference for figure in found.figures if figure.code == "received"} == {0}
    assert [reason["reason_code"] for reason in found.reasons] == ["agency"]
