"""The agenda's parts: every figure is that of its mart, and every table stands somewhere once."""

import collections
import dataclasses
import io
import re
from pathlib import Path

import duckdb
import openpyxl
import pytest
from docx import Document

from motcua.approval.checking import sum_faults
from motcua.forms import read_form_file
from motcua.settings import FORM_07A
from motcua.snapshot.document import render_docx
from motcua.snapshot.edge import read_content
from motcua.snapshot.identities import breaks
from motcua.snapshot.marts import (
    DUE_SOON_MEASURES,
    OVERDUE_MEASURES,
    PAYMENT_MEASURES,
    PETITION_MEASURES,
    PROCEDURE_MEASURES,
    RECEPTION_MEASURES,
    TIME_CUT_MEASURES,
)
from motcua.snapshot.model import Content, Table, figures_sha256, shortened
from motcua.snapshot.workbook import render_xlsx

REVIEW = "2024-CY-H01"
OF_REVIEW = "province_code = 'H01' and period_code = '2024-CY'"


@pytest.fixture(scope="module")
def content(small_file: Path) -> Content:
    """What a pack says of the small file, read once; a test that changes ``marts`` reads again."""
    with duckdb.connect(str(small_file), read_only=True) as connection:
        return read_content(connection, REVIEW)


def shown(content: Content, code: str, kind: str) -> list[dict[str, object]]:
    """Give the values of the lines of one kind by column."""
    table = content.table(code)
    return [
        {c.code: cell.value for c, cell in zip(table.columns, row.cells, strict=True)}
        for row in table.rows
        if row.kind == kind
    ]


def add_up(rows: list[dict[str, object]], column: str) -> float:
    return sum(row[column] or 0 for row in rows)


def test_tasks_that_are_not_done_are_listed_overdue_ones_first(content):
    rows = [[cell.text for cell in row.cells] for row in content.table("plan_open").rows]

    assert rows == [
        ["1", "Kiểm tra Bộ phận Một cửa", "Sở Xây dựng", "30/09/2024", "Báo cáo", "Quá hạn"],
        ["2", "Sửa danh mục thủ tục", "Sở Xây dựng", "–", "Quyết định", "Đang thực hiện"],
    ]


SUMS = {
    "late_reception": ("mart_review__late_reception", RECEPTION_MEASURES),
    "payments": ("mart_review__payments", PAYMENT_MEASURES[:5]),
    "payment_amounts": ("mart_review__payments", PAYMENT_MEASURES[5:]),
    "petitions_kinds": ("mart_review__petitions", PETITION_MEASURES),
    "petitions_sources": ("mart_review__petitions", PETITION_MEASURES),
    "petitions": ("mart_review__petitions", PETITION_MEASURES),
    "time_cuts": ("mart_review__time_cuts", TIME_CUT_MEASURES),
    "procedure_counts": ("mart_review__procedure_counts", PROCEDURE_MEASURES),
    "due_soon": ("mart_review__due_soon", DUE_SOON_MEASURES[:3]),
    "procedures_leading": ("mart_review__procedures", ("received_count", "resolved_count")),
}


def faults(marts, content: Content) -> list[str]:
    """Name each column whose lines do not add up to what its mart holds."""
    found = []
    for code, (mart, measures) in SUMS.items():
        rows = shown(content, code, "body")
        for measure in measures:
            if measure in rows[0]:
                what = f"select sum(round({measure})) from review.{mart} where {OF_REVIEW}"
                if code == "procedures_leading":
                    what += " and procedure_code <> 'unknown'"
                if measure in {"legal_days", "committed_days"}:
                    what = what.replace("round", "")
                (wanted,) = marts.execute(what).fetchone()
                if abs(add_up(rows, measure) - float(wanted)) > 0.001:
                    found.append(f"{code}.{measure}")
    return found


def test_lines_add_up_to_what_the_marts_hold(marts, content):
    assert faults(marts, content) == []


@pytest.mark.parametrize("mart", sorted({mart for mart, _ in SUMS.values()}))
def test_a_mart_that_moved_is_seen_in_each_of_its_columns(marts, content, mart):
    of_mart = {code: m for code, (name, m) in SUMS.items() if name == mart}
    measures = sorted({measure for each in of_mart.values() for measure in each})
    marts.execute(
        f"update review.{mart} set {', '.join(f'{m} = {m} + 1' for m in measures)} "
        f"where {OF_REVIEW} and rowid = (select min(rowid) from review.{mart} where {OF_REVIEW})"
    )
    shown_columns = {
        f"{code}.{measure}"
        for code, each in of_mart.items()
        for measure in each
        if measure in shown(content, code, "body")[0]
    }

    assert shown_columns
    assert set(faults(marts, content)) == shown_columns
    assert faults(marts, read_content(marts, REVIEW)) == []


def test_sentences_say_what_the_marts_hold(marts, content):
    wanted = {
        "reception_late": "sum(received_late_count) from review.mart_review__late_reception",
        "reception_waiting_overdue": "sum(waiting_overdue_count) "
        "from review.mart_review__late_reception",
        "late_reception_numerator": "sum(numerator_count) from review.mart_review__late_reception",
        "apologies_owed": "sum(apology_owed_count) from review.mart_review__overdue",
        "apologies_sent": "sum(apology_sent_count) from review.mart_review__overdue",
        "second_dates_missed": "sum(second_date_missed_count) from review.mart_review__overdue",
        "cut_procedures": "sum(cut_count) from review.mart_review__time_cuts",
        "cut_limits": "sum(limit_count) from review.mart_review__time_cuts",
        "petitions_received": "sum(petition_received_count) from review.mart_review__petitions",
        "petitions_on_time_numerator": "sum(numerator_count) from review.mart_review__petitions",
        "incidents": "sum(incident_count) from review.mart_review__incidents",
        "paid_online_numerator": "sum(numerator_count) from "
        "(from review.mart_review__channels where metric_code = 'paid_online')",
        "targets_reached": "count(*) from (from review.mart_review__targets "
        "where scope_code = 'province' and state_code = 'reached')",
        "matter_waiting_overdue": "sum(waiting_overdue_count) "
        "from review.mart_review__late_reception",
        "matter_apologies_unsent": "sum(apology_owed_count - apology_sent_count) "
        "from review.mart_review__overdue",
        "pending_due_3": "sum(due_within_3_days_count) from review.mart_review__due_soon",
        "pending_due_10": "sum(due_within_10_days_count) from review.mart_review__due_soon",
        "reported_unexplained": "sum(reported_unexplained_dossiers) from "
        "(from review.mart_review__reconciliation where column_no = 3)",
        "portal_gap": "sum(portal_gap_dossiers) from "
        "(from review.mart_review__reconciliation where column_no = 3)",
        "portal_differing": "count(*) from review.mart_review__portal_differences",
        "announcement_all": "count(*) from (from review.mart_review__announcements "
        "where announcement_code <> 'none')",
        "publication_late": "count(*) from (from review.mart_review__announcements "
        "where publication_code = 'late')",
        "points_1_missed": "max(missed_count) from "
        "(from review.mart_review__points where scope_code = 'province')",
        "comparison_ranked": "count(*) from "
        "(from review.mart_review__comparison where denominator_count >= 30)",
        "ended_after_due": "sum(dossier_count) from (from review.mart_review__to_explain "
        "where flag_code = 'ended_after_due')",
    }
    for code, query in wanted.items():
        (value,) = marts.execute(f"select {query} where {OF_REVIEW}").fetchone()
        assert content.figures[code].cell.value == value, code


def test_supplements_are_counted_by_dossier(marts, content):
    asked, again = marts.execute(
        "select count(*), count(*) filter (where n > 1) from (select dossier_key, count(*) as n "
        "from core.fct_supplements where province_code = 'H01' group by dossier_key)"
    ).fetchone()

    assert again > 0
    assert content.figures["supplements_asked"].cell.value == asked
    assert content.figures["supplements_asked_again"].cell.value == again


def test_overdue_measures_reach_the_table_of_agencies(content):
    (first, *_) = shown(content, "overdue_agencies", "body")

    assert len(OVERDUE_MEASURES) == 9
    assert [first[name] for name in ("resolved", "pending", "apologies_owed")] == [13, 4, 17]
    assert first["causes"] == "Khối lượng công việc: 13; Chưa xác định: 4"


def test_annexes_have_the_numbers_of_the_outline(content):
    assert [annex.number for annex in content.annexes] == list(range(1, 20))
    assert all(annex.table_codes or annex.holds_definitions for annex in content.annexes)
    assert [annex.number for annex in content.annexes if annex.holds_definitions] == [18]


def test_points_are_shown_by_cause_with_bad_ratings_apart(content):
    rows = [[cell.text for cell in row.cells[1:]] for row in content.table("points_causes").rows]
    causes = [row[1] for row in rows]

    assert causes[:2] == ["Chưa xác định", "Khối lượng công việc"]
    assert causes[2] == "flood"
    assert causes[3] == "Đánh giá không hài lòng (không phải hồ sơ quá hạn)"
    assert [row[2:] for row in rows[3:]] == [["70", "0,47"], ["50", "0,33"]]
    assert len({row[0] for row in rows}) == 2
    assert [s.number for s in content.sections if "points_causes" in s.table_codes] == ["V"]


def test_overdue_by_law_stands_beside_overdue_by_promise(content):
    said = {p.code: p.text for section in content.sections for p in section.paragraphs}

    assert said["overdue_by_law"].startswith("Trong 20 hồ sơ quá hạn so với ngày hẹn trả")
    assert "7 hồ sơ quá cả thời hạn theo quy định" in said["overdue_by_law"]
    assert "3 hồ sơ chưa xác định được" in said["overdue_by_law"]


def test_agencies_with_none_are_counted_where_nothing_is_unsaid(marts):
    for agency, unknown in (("H01.01", 0), ("H01.02", 1)):
        marts.execute(
            "update review.mart_review__digitisation set numerator_count = 0, unknown_count = ? "
            "where agency_code = ? and metric_code = 'input_digitised'",
            [unknown, agency],
        )
    content = read_content(marts, REVIEW)
    said = {p.code: p.text for section in content.sections for p in section.paragraphs}

    assert "số hóa thành phần hồ sơ 1/9" in said["without_any"]
    assert "tiếp nhận trực tuyến 0/9" in said["without_any"]


def test_form_of_the_ministry_adds_up_and_stands_in_its_annex(content):
    (annex,) = [annex for annex in content.annexes if annex.number == 4]
    first, second = (content.table(code) for code in annex.table_codes)
    handled = shown(content, "ii06_agencies", "total")[0]
    total = shown(content, first.code, "total")[0]

    assert not [fault for table in (first, second) for fault in breaks(table)]
    assert (total["column_3"], total["column_15"]) == (
        handled["received_count"],
        handled["pending_count"],
    )
    assert total["column_13"] + total["column_14"] == handled["resolved_overdue_count"]
    assert shown(content, second.code, "total")[0]["column_28"] is None


def test_changed_template_changes_the_form(marts, content):
    columns = read_form_file(FORM_07A)
    other = dataclasses.replace(columns[1], heading="Tại quầy", terms=columns[0].terms)
    read = read_content(marts, REVIEW, form=(columns[0], other, *columns[2:]))
    before, after = (one.table("form_07a") for one in (content, read))

    assert (before.columns[3].title, after.columns[3].title) == ("Trực tiếp", "Tại quầy")
    assert figures_sha256(read) != figures_sha256(content)
    assert any("(3) = " in note for note in after.notes)
    assert sum_faults(read)


def test_every_table_stands_on_paper_once(content):
    places = collections.Counter(
        code for part in (*content.sections, *content.annexes) for code in part.table_codes
    )

    assert set(places.values()) == {1}
    without_lines = {table.code for table in content.tables if not table.rows}
    assert {table.code for table in content.tables} - without_lines == {
        *places,
        "ten",
    } - without_lines


@pytest.mark.parametrize("review_code", ["2011-CY-X01", "2023-CY-X01"])
def test_part_without_data_is_one_line(marts, review_code):
    content = read_content(marts, review_code)
    said = "\n".join(p.text for section in content.sections for p in section.paragraphs)

    for name in (
        "Cắt giảm thời gian giải quyết",
        "Tiếp nhận hồ sơ trực tuyến muộn",
        "Thanh toán phí, lệ phí, nghĩa vụ tài chính",
        "Sự cố hệ thống, kết nối",
        "Phản ánh, kiến nghị",
        "Chỉ tiêu giao",
        "Cơ sở vật chất Bộ phận Một cửa",
        "Kiểm tra, tập huấn, đối thoại",
    ):
        if review_code == "2011-CY-X01" or name != "Tiếp nhận hồ sơ trực tuyến muộn":
            assert f"{name}: chưa có dữ liệu." in said, name
    assert all(len(table.empty_sentence) > 10 for table in content.tables if not table.rows)


def test_parts_without_a_mart_are_left_empty(marts):
    marts.execute("drop table review.mart_review__overdue")
    marts.execute("drop table review.mart_review__payments")
    content = read_content(marts, REVIEW)

    assert content.table("payments").rows == ()
    assert content.table("overdue_agencies").rows == ()
    assert content.table("overdue_causes").rows


def test_a_long_list_is_cut_in_print_and_whole_in_the_workbook(marts):
    marts.execute(
        "insert into review.mart_review__overdue_dossiers by name select '2024-CY' as period_code, "
        "'l' || n as dossier_key, 'H01.02-' || n as dossier_code, 'H01' as province_code, "
        "'H01.02' as agency_code, 'Cấp phép' as procedure_name, "
        "'Chưa xác định' as overdue_cause_name, date '2024-01-01' as received_date, "
        "date '2024-02-01' as due_date, n as overdue_days, n as overdue_working_days "
        "from range(40, 300) as lines (n)"
    )
    content = read_content(marts, REVIEW)
    whole = content.table("overdue_dossiers")
    (printed,) = [
        table._tbl
        for table in Document(io.BytesIO(render_docx(content))).tables
        if table._tbl.xpath(".//w:t[text()='H01.02-299']")
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(render_xlsx(content)))[whole.sheet]

    assert len(whole.rows) == 280
    assert whole.rows[0].cells[1].text == "H01.02-299"
    assert len(printed.xpath("./w:tr[not(w:trPr/w:tblHeader)]")) == 200
    assert sum(str(row[1].value).startswith("H01.") for row in sheet) == 280
    assert shortened(content, 200).table("overdue_dossiers").notes[0] == (
        "In 200 dòng đầu trong 280 dòng; danh sách đủ ở tệp XLSX, trang «Hồ sơ quá hạn»."
    )


def test_what_is_no_list_is_never_cut(content):
    cut = shortened(content, 1)

    for table, other in zip(content.tables, cut.tables, strict=True):
        if not table.is_list:
            assert other == table
        assert totals(table) == totals(other)


def totals(table: Table) -> list[object]:
    return [row for row in table.rows if row.kind == "total"]


def test_only_the_last_sealed_version_is_restated(content):
    rows = shown(content, "restated", "body")

    assert [(row["added"], row["removed"], row["moved"]) for row in rows] == [
        (2, 7, -5),
        (12, 0, 12),
    ]
    assert "bản 02" in content.table("restated").notes[0]


def test_nothing_restated_and_nothing_sealed_are_told_apart(marts):
    marts.execute("delete from review.mart_review__restatements")
    assert "không có hồ sơ nào" in read_content(marts, REVIEW).table("restated").empty_sentence
    marts.execute("delete from review.dim_sealed_packs")
    assert "chưa có bản nào" in read_content(marts, REVIEW).table("restated").empty_sentence


def test_flags_are_questions_and_name_only_whom_they_concern(content):
    table = content.table("to_explain")
    words = " ".join(cell.text for row in table.rows for cell in row.cells) + " ".join(table.notes)
    (first, *_) = shown(content, "to_explain", "group")

    assert "Sở Xây dựng" not in words
    assert (first["dossiers"], first["denominator"]) == (4, 1700)
    assert not re.search(r"vi phạm|gian|sửa số|che giấu", words)
    assert "không phải kết luận" in table.notes[0]


def test_first_page_says_target_document_and_state(content):
    table = content.table("ten")
    by_name = {row.cells[1].text: [cell.text for cell in row.cells[-2:]] for row in table.rows}

    assert by_name["Giải quyết trước và đúng hạn trên đã giải quyết"] == [
        "từ 98,00 % (12/KH-UBND)",
        "Đạt",
    ]
    assert by_name["Tiếp nhận trực tuyến trên tiếp nhận trong kỳ"] == [
        "từ 95,50 % (12/KH-UBND)",
        "Chưa đạt",
    ]
    assert by_name["Thanh toán trực tuyến"] == ["–", "Chưa giao"]
    assert len(by_name) == 10


def test_self_reported_figures_say_whose_they_are_and_are_never_added(content):
    rows = {row["figure"]: row for row in shown(content, "reform_figures", "body")}
    said = "\n".join(p.text for section in content.sections for p in section.paragraphs)

    assert rows["Kinh phí cải cách hành chính"]["agencies"] is None
    assert rows["Lượt người được tập huấn"]["agencies"] == 420
    assert rows["Lượt người được tập huấn"]["province"] is None
    assert (
        "chưa kiểm chứng từ hồ sơ): lượt người được tập huấn 420 lượt (cộng của 2 cơ quan)" in said
    )
    assert "đầu mối giảm 12 đơn vị (tỉnh báo cáo)" in said


def test_the_last_survey_of_each_office_up_to_the_end_counts(content):
    rows = {row["item"]: row for row in shown(content, "counter_surveys", "body")}

    assert [rows["Máy tính"][f"{n}_count"] for n in ("agency", "needed", "present")] == [2, 30, 26]
    assert rows["Ghế chờ"]["present_count_rate"] is None


def test_what_was_restated_alone_makes_no_new_version(marts, content):
    marts.execute("delete from review.mart_review__restatements")
    read = read_content(marts, REVIEW)

    assert read.table("restated") != content.table("restated")
    assert figures_sha256(read) == figures_sha256(content)
    marts.execute("update review.mart_review__overdue set apology_sent_count = 0")
    assert figures_sha256(read_content(marts, REVIEW)) != figures_sha256(content)


def test_parts_and_rest_of_a_gap_make_it_up_in_every_line(content):
    for row in shown(content, "reconciled_forms", "body"):
        gap = row["reported_count"] - row["recomputed_count"]
        parts = row["rule_gap_dossiers"] - row["late_arrival_count"]
        assert gap == row["reported_gap_dossiers"] == parts + row["reported_unexplained_dossiers"]
    lines = shown(content, "reconciled_portal", "body")
    for row in lines:
        more = row["only_on_portal_count"] + row["added_by_portal_count"]
        less = row["portal_lacks_count"] + row["removed_by_portal_count"]
        gap = row["portal_count"] - row["portal_compared_count"]
        rest = row["portal_unexplained_dossiers"]
        assert gap == row["portal_gap_dossiers"] == more - less + rest
    assert len(lines) == 2, "the portal's list does not tell column 4"


def test_cells_of_an_agency_agree_are_explained_or_keep_a_rest(content):
    rows = {row["agency"]: row for row in shown(content, "reconciled_agencies", "body")}
    office, district = rows["Sở Tài nguyên và Môi trường"], rows["UBND huyện Tri Tôn"]
    reported = ("cell", "equal", "explained", "open")

    assert [office[f"reported_{n}_count"] for n in reported] == [3, 1, 1, 1]
    assert [district[f"reported_{n}_count"] for n in reported] == [0, 0, 0, 0]
    assert [district[f"portal_{n}_count"] for n in reported] == [1, 0, 1, 0]


def test_agencies_are_ranked_only_where_their_intervals_part(content):
    rows = {row["agency"]: row for row in shown(content, "comparison", "body")}

    assert rows["Sở Xây dựng"]["rank"] == "2/2"
    assert rows["UBND xã Bình Hòa"]["rank"] == "–"
    assert rows["UBND xã Bình Hòa"]["adjusted"] is None
    assert len(rows) == 3, "who resolved nothing is not compared"
    assert content.figures["comparison_above"].cell.value == 1
    assert content.figures["comparison_below"].cell.value == 1


def test_a_rank_that_may_be_several_shows_both_ends(marts):
    marts.execute("update review.mart_review__comparison set worst_rank = 2 where best_rank = 1")
    rows = shown(read_content(marts, REVIEW), "comparison", "body")

    assert rows[0]["rank"] == "1–2/2"


def test_points_are_those_of_members_with_dossiers_enough(content):
    (field,) = shown(content, "points_fields", "body")
    (agency,) = shown(content, "points_agencies", "body")
    whole = shown(content, "points_components", "body")

    assert (field["member"], field["missed"], field["points"]) == ("Đất đai", 60000, 2.006964)
    assert agency["member"] == "UBND xã Bình Hòa (UBND huyện Tri Tôn)"
    assert [(row["missed"], row["points"]) for row in whole] == [(69234, 2.315836), (0, 0)]
    assert [row["tenth"] for row in whole] == [2990, None]


def test_fields_due_soon_are_listed_most_first_without_those_of_none(content):
    assert [row["field"] for row in shown(content, "due_soon", "body")] == ["Đất đai", "Hộ tịch"]


def test_what_was_late_in_another_period_is_not_said_late_in_this(content):
    rows = shown(content, "announcements_late", "body")
    days = [(row["code"], row["announcement_days"], row["publication_days"]) for row in rows]

    assert days == [("P1", 2, 8), ("P4", None, 4)]
    land, civil = shown(content, "announcements_fields", "body")
    assert [civil[f"announcement_{n}_count"] for n in ("all", "on_time", "late", "unknown")] == [
        *(2, 1, 0, 1)
    ]
    assert (land["announcement_late_count"], land["publication_late_count"]) == (1, 1)


def test_nothing_announced_and_no_register_are_told_apart(marts):
    def said() -> str:
        sections = read_content(marts, REVIEW).sections
        return next(p.text for s in sections for p in s.paragraphs if p.code == "announced")

    marts.execute("delete from review.mart_review__announcements")
    assert said().endswith("trong kỳ: không phát sinh.")
    marts.execute("delete from review.mart_review__procedure_counts")
    assert said().endswith("trong kỳ: chưa có dữ liệu.")


def test_a_delivery_refused_whole_is_named_in_vietnamese(marts):
    marts.execute("update quality.fct_refusals set dataset_code = 'delivery'")
    (row,) = read_content(marts, REVIEW).table("refusals").rows

    assert row.cells[1].text == "Cả lần gửi"


def test_order_of_the_lines_in_the_marts_moves_no_figure(marts):
    for mart, hours in (
        ("steps", ("taken_hours", "taken_working_hours")),
        ("incidents", ("incident_hours", "incident_working_hours")),
    ):
        named = ", ".join(f"n * {name} + 1.0 / n as {name}" for name in hours)
        marts.execute(
            f"insert into review.mart_review__{mart} select lines.* replace ({named}) "
            f"from review.mart_review__{mart} as lines, range(3, 40) as numbers (n)"
        )
    before = figures_sha256(read_content(marts, REVIEW))
    for mart in ("steps", "incidents"):
        marts.execute(
            f"create or replace table review.mart_review__{mart} as "
            f"select * from review.mart_review__{mart} order by rowid desc"
        )

    assert figures_sha256(read_content(marts, REVIEW)) == before
