"""A small published file as docs/architecture.md §4 names it, made in a temporary folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from motcua.settings import Settings
from motcua.snapshot.edge import read_content
from motcua.snapshot.model import Content
from snapshot_support import make_told

SCHEMA = """
create schema core;
create schema review;
create schema quality;
create table quality.dim_builds (as_of_date date, is_simulated boolean, rule_code varchar);
create table quality.fct_deliveries (
    delivery_id varchar, locality_code varchar, province_code varchar, delivery_name varchar,
    contract_code varchar, exported_at timestamp, arrived_at timestamp, is_simulated boolean,
    state_code varchar, refusal_code varchar, refusal_sentence varchar, source_count bigint,
    accepted_count bigint, refused_count bigint
);
create table quality.fct_refusals (
    delivery_id varchar, dataset_code varchar, source_file varchar, source_sheet varchar,
    source_row bigint, column_name varchar, value_class_code varchar, rule_code varchar,
    severity_code varchar, sentence varchar, mend varchar, finding_count bigint
);
create table core.dim_localities (
    locality_code varchar, locality_name varchar, province_code varchar, province_name varchar,
    is_expected boolean
);
create table core.dim_provinces (province_code varchar, province_name varchar);
create table core.dim_periods (
    period_code varchar, period_name varchar, scheme_code varchar, period_kind_code varchar,
    start_date date, end_date date, known_to_date date, previous_period_code varchar,
    same_period_last_year_code varchar
);
create table core.dim_agencies (
    agency_code varchar, agency_name varchar, level_code varchar, level_name varchar,
    parent_code varchar, group_code varchar, area_code varchar, province_code varchar
);
create table core.dim_fields (field_code varchar, field_name varchar);
create table core.dim_levels (level_code varchar, level_name varchar);
create table core.dim_channels (channel_code varchar, channel_name varchar);
create table core.fct_dossier_periods (
    dossier_key varchar, locality_code varchar, province_code varchar, period_code varchar,
    procedure_code varchar, field_code varchar, due_date date, received_count integer,
    received_in_period_count integer, received_online_count integer, resolved_count integer,
    resolved_overdue_count integer, pending_count integer, pending_in_due_count integer,
    pending_overdue_count integer, pending_paused_count integer
);
create table core.fct_dossiers (
    dossier_key varchar, submission_help_code varchar, received_date date, closing_date date,
    duplicate_of_dossier_key varchar
);
create table core.dim_dates (calendar_date date, working_day_position_no integer);
create table core.dim_procedures (
    province_code varchar, procedure_code varchar, procedure_name varchar
);
create table review.dim_reviews (
    review_code varchar, review_name varchar, meeting_date date, period_code varchar,
    previous_period_code varchar, same_period_last_year_code varchar, province_code varchar,
    scope_agency_code varchar, as_of_date date
);
create table review.dim_metrics (
    metric_code varchar, metric_name varchar, numerator_name varchar, denominator_name varchar,
    goal_code varchar, definition varchar
);
create table review.mart_review__handling (
    rule_code varchar, period_code varchar, province_code varchar, agency_code varchar,
    field_code varchar, level_code varchar, channel_code varchar, received_count bigint,
    received_in_period_count bigint, received_online_count bigint, received_other_count bigint,
    carried_over_count bigint, resolved_count bigint, resolved_early_count bigint,
    resolved_on_time_count bigint, resolved_overdue_count bigint, pending_count bigint,
    pending_in_due_count bigint, pending_overdue_count bigint, resolved_no_due_count bigint,
    resolved_withdrawn_count bigint, withdrawn_after_due_count bigint, pending_paused_count bigint,
    pending_stopped_count bigint
);
create table review.mart_review__online (
    metric_code varchar, period_code varchar, province_code varchar, agency_code varchar,
    field_code varchar, level_code varchar, numerator_count bigint, denominator_count bigint,
    unknown_count bigint, denominator_name varchar
);
create table review.mart_review__digitisation as from review.mart_review__online;
create table review.mart_review__services (
    period_code varchar, province_code varchar, competence_level_code varchar, field_code varchar,
    service_grade_code varchar, procedure_count bigint, procedure_total_count bigint,
    with_dossier_count bigint, denominator_name varchar
);
create table review.mart_review__ratings (
    period_code varchar, province_code varchar, agency_code varchar, criterion_code varchar,
    rating_code varchar, numerator_count bigint, denominator_count bigint, denominator_name varchar
);
create table review.mart_review__indices (
    province_code varchar, agency_code varchar, index_code varchar, component_code varchar,
    year integer, index_name varchar, component_name varchar, value decimal(18, 4), rank integer,
    rank_of integer, source_document varchar
);
create table review.mart_review__plan_tasks (
    province_code varchar, year integer, lead_agency_code varchar, numerator_count bigint,
    denominator_count bigint, overdue_count bigint, denominator_name varchar
);
create table core.fct_plan_tasks (
    province_code varchar, task_code varchar, task_name varchar, year integer,
    lead_agency_code varchar, product varchar, due_date date, is_done boolean, is_overdue boolean
);
create table review.dim_scorecard_components (
    version_code varchar, component_code varchar, component_name varchar, group_name varchar,
    display_group_code varchar, display_group_name varchar, position_no integer,
    numerator_name varchar, denominator_name varchar, formula varchar, source_document varchar
);
create table review.mart_review__scorecard (
    version_code varchar, period_code varchar, province_code varchar, scope_code varchar,
    component_code varchar, state_code varchar, numerator_count bigint, denominator_count bigint,
    unknown_count bigint, max_score decimal(9, 6), score decimal(9, 6)
);
create table review.mart_review__scorecard_groups (
    version_code varchar, period_code varchar, province_code varchar, scope_code varchar,
    level_code varchar, agency_code varchar, display_group_code varchar,
    max_score decimal(9, 6), scorable_max_score decimal(9, 6), score decimal(9, 6),
    lowest_grade_name varchar, highest_grade_name varchar
);
create table core.dim_codes (
    list_code varchar, code varchar, code_name varchar, position_no integer
);
create table core.fct_supplements (
    dossier_key varchar, province_code varchar, requested_at timestamp
);
create table review.mart_review__counter_surveys (
    period_code varchar, province_code varchar, agency_code varchar, item_code varchar,
    needed_count bigint, present_count bigint, degraded_count bigint, surveyed_date date
);
create table review.mart_review__channels as from review.mart_review__online;
create table review.mart_review__procedures (
    period_code varchar, province_code varchar, procedure_code varchar, field_code varchar,
    level_code varchar, procedure_name varchar, received_count bigint, resolved_count bigint,
    resolved_overdue_count bigint, pending_overdue_count bigint
);
create table review.mart_review__overdue (
    period_code varchar, province_code varchar, agency_code varchar, level_code varchar,
    overdue_cause_code varchar, overdue_cause_name varchar, resolved_overdue_count bigint,
    pending_overdue_count bigint, apology_owed_count bigint, apology_sent_count bigint,
    apology_in_time_count bigint, resolved_apology_sent_count bigint,
    overdue_by_law_count bigint, overdue_by_law_unknown_count bigint,
    second_date_missed_count bigint
);
create table review.mart_review__overdue_days (
    period_code varchar, province_code varchar, scope_code varchar, member_code varchar,
    outcome_code varchar, overdue_count bigint, median_overdue_days double,
    longest_overdue_days integer
);
create table review.mart_review__overdue_dossiers (
    period_code varchar, dossier_key varchar, dossier_code varchar, province_code varchar,
    agency_code varchar, procedure_name varchar, overdue_cause_name varchar, received_date date,
    due_date date, result_date date, apology_sent_date date, overdue_days integer,
    overdue_working_days integer, overdue_cause_code varchar default 'unknown',
    responsible_agency_code varchar default 'unknown', field_code varchar default 'none',
    level_code varchar default 'none', channel_code varchar default 'none',
    outcome_code varchar default 'overdue'
);
create table review.mart_review__late_reception (
    period_code varchar, province_code varchar, receiving_agency_code varchar, level_code varchar,
    received_in_time_count bigint, received_late_count bigint, not_accepted_in_time_count bigint,
    not_accepted_late_count bigint, waiting_in_due_count bigint, waiting_overdue_count bigint,
    unknown_count bigint, numerator_count bigint, denominator_count bigint, denominator_name varchar
);
create table review.mart_review__payments (
    period_code varchar, province_code varchar, fee_group_code varchar, dossier_count bigint,
    online_dossier_count bigint, counter_cashless_dossier_count bigint, cash_dossier_count bigint,
    unknown_dossier_count bigint, paid_amount decimal(18, 2), online_amount decimal(18, 2),
    transfer_amount decimal(18, 2), qr_amount decimal(18, 2), pos_amount decimal(18, 2),
    cash_amount decimal(18, 2), unknown_amount decimal(18, 2), counter_dossier_count bigint,
    agency_code varchar, level_code varchar
);
create table review.mart_review__time_cuts (
    period_code varchar, province_code varchar, competence_level_code varchar, field_code varchar,
    time_unit_code varchar, procedure_count bigint, limit_count bigint, cut_count bigint,
    cut_by_third_count bigint, cut_by_half_count bigint, lengthened_count bigint,
    legal_days decimal(18, 3), committed_days decimal(18, 3), summed_cut_rate decimal(18, 9)
);
create table review.mart_review__petitions (
    period_code varchar, province_code varchar, agency_code varchar, level_code varchar,
    kind_code varchar, source_code varchar, petition_received_count bigint,
    petition_answered_count bigint, petition_on_time_count bigint, petition_late_count bigint,
    petition_pending_count bigint, petition_overdue_count bigint, petition_rated_count bigint,
    petition_satisfied_count bigint, numerator_count bigint, denominator_count bigint,
    unknown_count bigint, denominator_name varchar
);
create table review.mart_review__incidents (
    period_code varchar, province_code varchar, agency_code varchar, system_code varchar,
    counterpart_system_code varchar, kind_code varchar, incident_count bigint,
    open_incident_count bigint, incident_hours double, incident_working_hours double,
    due_dossier_count bigint, overdue_dossier_count bigint
);
create table review.mart_review__steps (
    period_code varchar, province_code varchar, agency_code varchar, procedure_code varchar,
    step_kind_code varchar, step_count bigint, open_step_count bigint, timed_step_count bigint,
    taken_hours double, taken_working_hours double, late_step_count bigint, on_site_count bigint,
    on_site_unknown_count bigint, electronic_count bigint, electronic_unknown_count bigint
);
create table review.mart_review__targets (
    metric_code varchar, period_code varchar, province_code varchar, scope_code varchar,
    level_code varchar, agency_code varchar, metric_name varchar, target_percent decimal(18, 4),
    source_document varchar, state_code varchar, numerator_count bigint, denominator_count bigint
);
create table review.mart_review__reform_figures (
    province_code varchar, figure_code varchar, agency_code varchar, period_code varchar,
    figure_name varchar, value decimal(18, 4), unit_code varchar, unit_name varchar,
    source_document varchar
);
create table review.dim_dossier_flags (
    flag_code varchar, flag_name varchar, definition varchar, position_no integer
);
create table review.mart_review__to_explain (
    period_code varchar, province_code varchar, agency_code varchar, flag_code varchar,
    flag_name varchar, dossier_count bigint, denominator_count bigint, denominator_name varchar,
    peer_median_rate double, peer_agency_count bigint
);
create table review.mart_review__procedure_counts (
    period_code varchar, province_code varchar, field_code varchar, procedure_count bigint,
    province_procedure_count bigint, district_procedure_count bigint,
    commune_procedure_count bigint, other_procedure_count bigint, with_dossier_count bigint
);
create table review.mart_review__due_soon (
    period_code varchar, province_code varchar, agency_code varchar, field_code varchar,
    level_code varchar, due_within_3_days_count bigint, due_within_5_days_count bigint,
    due_within_10_days_count bigint, pending_in_due_count bigint, pending_paused_count bigint
);
create table review.mart_review__comparison (
    period_code varchar, province_code varchar, agency_code varchar, level_code varchar,
    numerator_count bigint, denominator_count bigint, low_rate double, high_rate double,
    best_rank bigint, worst_rank bigint, rank_of bigint, mix_adjusted_in_time_rate double,
    level_in_time_rate double
);
create table review.mart_review__points (
    version_code varchar, period_code varchar, province_code varchar, component_code varchar,
    scope_code varchar, member_code varchar, missed_count bigint, denominator_count bigint,
    max_score decimal(9, 6), score decimal(9, 6), lost_points decimal(9, 6), points_per_miss double
);
create table review.mart_review__reconciliation (
    period_code varchar, province_code varchar, agency_code varchar, field_code varchar,
    column_no integer, reported_count bigint, recomputed_count bigint,
    reported_gap_dossiers bigint, rule_gap_dossiers bigint, late_arrival_count bigint,
    reported_unexplained_dossiers bigint, portal_compared_count bigint, portal_count bigint,
    portal_gap_dossiers bigint, only_on_portal_count bigint, added_by_portal_count bigint,
    portal_lacks_count bigint, removed_by_portal_count bigint, portal_unexplained_dossiers bigint
);
create table review.mart_review__announcements (
    period_code varchar, province_code varchar, procedure_code varchar, procedure_name varchar,
    field_code varchar, effective_date date, submitted_for_announcement_date date,
    announced_date date, publicised_date date, announcement_code varchar,
    announcement_late_days integer, publication_code varchar, publication_late_days integer
);
create table review.mart_review__conclusions (
    review_code varchar, position_no integer, concluded_review_code varchar, province_code varchar,
    content varchar, lead_agency_code varchar, metric_name varchar, goal_code varchar,
    target_percent decimal(18, 4), due_date date, concluded_date date, state_code varchar,
    numerator_count bigint, denominator_count bigint
);
create table review.mart_review__portal_differences (
    period_code varchar, dossier_key varchar, province_code varchar, reason_code varchar
);
create table review.dim_restatement_reasons (reason_code varchar, position_no integer);
create table review.dim_sealed_packs (review_code varchar, pack_no integer, as_of_date date);
create table review.mart_review__restatements (
    review_code varchar, pack_no integer, measure_code varchar, reason_code varchar,
    reason_name varchar, added_count bigint, removed_count bigint, dossier_count bigint
);
"""

FRAME = """
insert into quality.dim_builds values ('2025-01-10', true, 'ii06');
insert into core.dim_provinces values ('H01', 'An Giang'), ('X01', 'WABO');
insert into core.dim_localities values
    ('ag-tinh', 'Trung tâm Phục vụ hành chính công tỉnh An Giang', 'H01', 'An Giang', true),
    ('ag-tri-ton', 'Huyện Tri Tôn', 'H01', 'An Giang', true),
    ('ag-cho-moi', 'Huyện Chợ Mới', 'H01', 'An Giang', true),
    ('wabo', 'Gemeente', 'X01', 'WABO', true);
insert into core.dim_dates
select cast(day as date), count(*) filter (where isodow(day) < 6) over (order by day)
from generate_series(date '2024-01-01', date '2025-12-31', interval 1 day) as days (day);
insert into core.dim_procedures values
    ('H01', 'P1', 'Cấp giấy chứng nhận quyền sử dụng đất'), ('H01', 'P2', 'Đăng ký khai sinh');
insert into core.fct_dossier_periods by name
select
    code || '-' || number as dossier_key, locality_code, 'H01' as province_code, period_code,
    procedure_code, field_code,
    cast('2024-12-20' as date) + cast(3 * number as integer) as due_date,
    1 as received_count, cast(number % 9 > 0 as integer) as received_in_period_count,
    cast(number % 9 > 0 and number % 2 = 0 as integer) as received_online_count,
    cast(number >= 12 as integer) as resolved_count,
    cast(number % 10 = 3 and number >= 12 as integer) as resolved_overdue_count,
    cast(number < 12 as integer) as pending_count,
    cast(number between 4 and 11 as integer) as pending_in_due_count,
    cast(number < 4 as integer) as pending_overdue_count,
    cast(number = 5 as integer) as pending_paused_count
from (
    values
    ('a', 'ag-tinh', '2024-CY', 'P1', 'G01'), ('b', 'ag-tri-ton', '2024-CY', 'P2', 'G02'),
    ('c', 'ag-cho-moi', '2024-CY', 'unknown', 'G03'), ('d', 'ag-tinh', '2023-CY', 'P1', 'G01'),
    ('e', 'ag-tri-ton', '2023-CY', 'P2', 'G02')
) as localities (code, locality_code, period_code, procedure_code, field_code)
cross join range(50) as numbers (number);
insert into core.fct_dossier_periods by name
select 'wabo' as locality_code, 'X01' as province_code, '2011-CY' as period_code,
    'unknown' as procedure_code, 1 as resolved_count, 1 as received_in_period_count,
    1 as received_count, 0 as pending_count, 0 as received_online_count;
insert into review.mart_review__procedures
select
    dossiers.period_code, dossiers.province_code, dossiers.procedure_code, dossiers.field_code,
    'province', any_value(procedures.procedure_name), sum(received_count), sum(resolved_count),
    sum(resolved_overdue_count), sum(pending_overdue_count)
from core.fct_dossier_periods as dossiers
left join core.dim_procedures as procedures using (province_code, procedure_code)
group by all;
insert into core.fct_supplements
select dossier_key, province_code, timestamp '2024-11-01 08:00:00' + to_days(request)
from core.fct_dossier_periods cross join range(3) as requests (request)
where period_code = '2024-CY' and dossier_key like '%1' and (request = 0 or dossier_key like 'a%');
insert into core.fct_dossiers (dossier_key, submission_help_code)
select dossier_key, if(dossier_key like '%4', 'assisted', if(dossier_key like '%8', null, 'self'))
from core.fct_dossier_periods;
insert into core.dim_periods values
    ('2024-CY', 'Năm 2024 (dương lịch)', 'calendar', 'year', '2024-01-01', '2024-12-31',
     '2024-12-31', '2023-CY', '2023-CY'),
    ('2023-CY', 'Năm 2023 (dương lịch)', 'calendar', 'year', '2023-01-01', '2023-12-31',
     '2023-12-31', null, null),
    ('2011-CY', 'Năm 2011 (dương lịch)', 'calendar', 'year', '2011-01-01', '2011-12-31',
     '2011-12-31', null, null);
insert into core.dim_levels values
    ('province', 'Cấp tỉnh'), ('district', 'Cấp huyện'), ('commune', 'Cấp xã'),
    ('unknown', 'Chưa xác định cấp');
insert into core.dim_channels values
    ('direct', 'Trực tiếp'), ('online', 'Trực tuyến'), ('postal', 'Bưu chính công ích'),
    ('other', 'Hình thức khác');
insert into review.dim_reviews values
    ('2024-CY-H01', 'Hội nghị rà soát công tác CCHC năm 2024 tỉnh An Giang', '2025-03-17',
     '2024-CY', '2023-CY', '2023-CY', 'H01', null, '2025-01-10'),
    ('2011-CY-X01', 'Review 2011', null, '2011-CY', null, null, 'X01', null, '2025-01-10'),
    ('2023-CY-X01', 'Empty review', null, '2023-CY', null, null, 'X01', null, '2025-01-10');
insert into review.dim_metrics values
    ('resolved_in_time', 'Tỷ lệ giải quyết trước và đúng hạn', 'giải quyết trước hạn và đúng hạn',
     'đã giải quyết trong kỳ', 'at_least', '(Trước hạn + đúng hạn) trên đã giải quyết; so ngày.'),
    ('pending_overdue', 'Tỷ lệ đang giải quyết quá hạn', 'đang giải quyết quá hạn',
     'đang giải quyết', 'at_most', 'Quá hạn trên đang giải quyết.'),
    ('online_received', 'Tỷ lệ tiếp nhận trực tuyến', 'tiếp nhận trực tuyến', 'tiếp nhận trong kỳ',
     'at_least', 'Hồ sơ nộp trực tuyến trên tổng tiếp nhận trong kỳ.');
insert into quality.fct_deliveries values
    ('00aa11bb22cc33dd', 'ag-tinh', 'H01', 'nam-2024.zip', 'opencps_csv', '2025-01-10 07:30:00',
     '2025-01-10 08:00:00', true, 'accepted_in_part', null, null, 1200, 1180, 20),
    ('11aa11bb22cc33dd', 'ag-tri-ton', 'H01', 'nam-2024', 'opencps_csv', '2025-01-05 07:30:00',
     '2025-01-05 08:00:00', true, 'accepted', null, null, 800, 800, 0),
    ('22aa11bb22cc33dd', 'ag-cho-moi', 'H01', 'nam-2024.csv', 'opencps_csv', '2025-01-06 07:30:00',
     '2025-01-06 08:00:00', true, 'accepted', null, null, 900, 900, 0),
    ('33aa11bb22cc33dd', 'wabo', 'X01', 'receipt.csv', 'wabo', '2012-01-17 07:30:00',
     '2012-01-18 08:00:00', false, 'accepted', null, null, 1434, 1434, 0);
create table quality.fct_delivery_datasets as
select delivery_id, 'dossiers' as dataset_code from quality.fct_deliveries;
insert into quality.fct_refusals values
    ('00aa11bb22cc33dd', 'dossiers', 'hoso.csv', null, 17, 'finished_at', 'date',
     'finished_not_before_received', 'critical', 'Ngày kết thúc trước ngày tiếp nhận.',
     'Sửa ngày.', 1);
"""

AGENCIES = (
    ("H01.01", "Sở Tài nguyên và Môi trường", "province", None),
    ("H01.02", "Sở Xây dựng", "province", None),
    ("H01.03", "=cmd('calc')!A1", "province", None),
    ("H01.20", "UBND huyện Tri Tôn", "district", None),
    ("H01.21", "UBND huyện Chợ Mới", "district", None),
    ("H01.20.01", "UBND xã Bình Hòa", "commune", "H01.20"),
    ("H01.21.01", "UBND xã Bình Hòa", "commune", "H01.21"),
    ("H01.21.02", "UBND xã Đa Phước", "commune", "H01.21"),
    ("H01.21.03", "UBND xã An Thạnh", "commune", "H01.21"),
)
FIELDS = (
    ("G01", "Đất đai"),
    ("G02", "Hộ tịch"),
    ("G03", "Chứng thực"),
    ("G04", "Đăng ký kinh doanh & đầu tư <mới>"),
    ("G05", "Ân xá"),
)
METRICS = (
    ("online", "online_received", 0.853),
    ("online", "online_resolved", 0.84),
    ("online", "full_online_received", 0.25),
    ("online", "partial_online_received", 0.05),
    ("digitisation", "input_digitised", 0.8302),
    ("digitisation", "result_digitised", 0.8302),
    ("digitisation", "input_and_result_digitised", 0.8),
    ("digitisation", "result_electronic", 0.8385),
    ("digitisation", "data_reused", 0.31),
    ("channels", "postal_received", 0.02),
    ("channels", "postal_returned", 0.031),
    ("channels", "paid_online", 0.455),
    ("channels", "paid_cashless", 0.61),
    ("channels", "cross_boundary_received", 0.004),
    ("channels", "inter_agency_received", 0.07),
    ("channels", "self_submitted", 0.63),
)


def _handling(seed: int, channel: str) -> tuple[int, ...]:
    """Give the seventeen measures of one cell of the mart, with every identity of the form kept."""
    early, on_time, overdue = 40 + seed % 37, 60 + seed % 11, seed % 4
    in_due, pending_overdue, carried = seed % 6, seed % 3, seed % 5
    resolved, pending = early + on_time + overdue, in_due + pending_overdue
    new = resolved + pending - carried
    online = new if channel == "online" else 0
    return (
        *(resolved + pending, new, online, new - online, carried),
        *(resolved, early, on_time, overdue, pending, in_due, pending_overdue),
        *(seed % 7, seed % 5, seed % 2, in_due // 2, in_due // 4),
    )


def fill_handling(connection: duckdb.DuckDBPyConnection, agencies: tuple, fields: tuple) -> None:
    """Fill agencies, fields, the handling mart and the marts of rates for 2024 and 2023."""
    connection.executemany(
        "insert into core.dim_agencies values (?, ?, ?, null, ?, null, null, 'H01')",
        [(code, name, level, parent) for code, name, level, parent in agencies],
    )
    connection.executemany("insert into core.dim_fields values (?, ?)", list(fields))
    handling, rates = [], {"online": [], "digitisation": [], "channels": []}
    for number, (agency, _, level, _) in enumerate(agencies):
        for position, (field, _) in enumerate(fields):
            for year in (2023, 2024):
                seed = number * 13 + position * 7 + year
                keys = (f"{year}-CY", "H01", agency, field, level)
                handling += [
                    ("ii06", *keys, channel, *_handling(seed, channel))
                    for channel in ("direct", "online", "postal")
                ]
                total = 300 + seed % 50
                for mart, made in rates.items():
                    made += [
                        (metric, *keys, round(total * share), total, seed % 3, "đã giải quyết")
                        for owner, metric, share in METRICS
                        if owner == mart
                    ]
    _insert(connection, "review.mart_review__handling", handling)
    for mart, rows in rates.items():
        _insert(connection, f"review.mart_review__{mart}", rows)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list) -> None:
    import pyarrow

    columns = [
        name
        for (name,) in connection.execute(f"select column_name from (describe {table})").fetchall()
    ]
    values = dict(zip(columns, zip(*rows, strict=True), strict=True))
    arrow = pyarrow.table({name: list(column) for name, column in values.items()})
    connection.register("incoming", arrow)
    connection.execute(f"insert into {table} select * from incoming")
    connection.unregister("incoming")


PARTS = """
insert into review.mart_review__services values
    ('2024-CY', 'H01', 'province', 'G01', 'full', 500, 1200, 400, 'TTHC'),
    ('2024-CY', 'H01', 'province', 'G01', 'partial', 300, 1200, 200, 'TTHC'),
    ('2024-CY', 'H01', 'province', 'G01', 'information', 400, 1200, 0, 'TTHC'),
    ('2024-CY', 'H01', 'district', 'G02', 'full', 159, 424, 100, 'TTHC'),
    ('2024-CY', 'H01', 'district', 'G02', 'partial', 91, 424, 60, 'TTHC'),
    ('2024-CY', 'H01', 'district', 'G02', 'information', 174, 424, 0, 'TTHC'),
    ('2024-CY', 'H01', 'commune', 'G02', 'full', 100, 300, 100, 'TTHC'),
    ('2024-CY', 'H01', 'commune', 'G02', 'partial', 50, 300, 40, 'TTHC'),
    ('2024-CY', 'H01', 'commune', 'G02', 'information', 150, 300, 0, 'TTHC');
insert into review.mart_review__ratings values
    ('2024-CY', 'H01', 'H01.01', 'overall', 'satisfied', 900, 1000, 'lượt'),
    ('2024-CY', 'H01', 'H01.01', 'overall', 'dissatisfied', 100, 1000, 'lượt');
insert into review.mart_review__indices values
    ('H01', 'H01', 'sipas', null, 2023, 'Chỉ số SIPAS', null, 82.5, 21, 63, 'QĐ của Bộ Nội vụ'),
    ('H01', 'H01', 'portal_digitisation', null, 2024, 'Số hóa trên Cổng DVCQG', null, 80.1, null,
     null, 'Báo An Giang 17/3/2025'),
    ('H01', 'H01', 'pci', null, 2030, 'PCI', null, 99, 1, 63, 'tương lai');
insert into review.mart_review__plan_tasks values
    ('H01', 2024, 'H01.01', 40, 40, 0, 'nhiệm vụ'), ('H01', 2024, 'H01.02', 26, 26, 0, 'nhiệm vụ'),
    ('H01', 2023, 'H01.01', 50, 52, 1, 'nhiệm vụ');
insert into core.fct_plan_tasks values
    ('H01', 'NV1', 'Rà soát quy trình nội bộ', 2024, 'H01.01', 'Quyết định', '2024-03-31', true,
     false),
    ('H01', 'NV2', 'Sửa danh mục thủ tục', 2024, 'H01.02', 'Quyết định', null, false, false),
    ('H01', 'NV3', 'Kiểm tra Bộ phận Một cửa', 2024, 'H01.02', 'Báo cáo', '2024-09-30', false,
     true),
    ('H01', 'NV4', 'Việc của năm trước', 2023, 'H01.02', 'Báo cáo', '2023-09-30', false, true);
insert into review.dim_scorecard_components values
    ('2022-06', 'progress', 'Hồ sơ xử lý trước và đúng hạn', 'Tiến độ, kết quả giải quyết',
     'progress', 'Tiến độ giải quyết', 1, 'Hồ sơ đúng hạn', 'Hồ sơ', '20 × tỷ lệ', 'QĐ 766'),
    ('2022-06', 'online_services', 'TTHC cung cấp dịch vụ công trực tuyến',
     'Cung cấp dịch vụ trực tuyến', 'online_services', 'Dịch vụ công trực tuyến', 2,
     'TTHC trực tuyến', 'TTHC', '2 × tỷ lệ / 80 %', 'QĐ 766'),
    ('2022-06', 'dossiers_paid_online', 'Hồ sơ thanh toán trực tuyến',
     'Cung cấp dịch vụ trực tuyến', 'online_payment', 'Thanh toán trực tuyến', 3,
     'Hồ sơ thanh toán', 'Hồ sơ có phí', '6 × tỷ lệ', 'QĐ 766'),
    ('2022-06', 'petitions_on_time', 'Phản ánh, kiến nghị xử lý đúng hạn', 'Mức độ hài lòng',
     'satisfaction', 'Mức độ hài lòng', 4, 'Trả lời đúng hạn', 'Phản ánh, kiến nghị',
     '6 × tỷ lệ', 'QĐ 766'),
    ('2022-06', 'petition_satisfaction', 'Hài lòng trong xử lý phản ánh, kiến nghị',
     'Mức độ hài lòng', 'satisfaction', 'Mức độ hài lòng', 5, 'Lượt hài lòng', 'Lượt đánh giá',
     '6 × tỷ lệ', 'QĐ 766'),
    ('2022-06', 'dossier_satisfaction', 'Hài lòng trong tiếp nhận, giải quyết', 'Mức độ hài lòng',
     'satisfaction', 'Mức độ hài lòng', 6, 'Hồ sơ không bị trừ', 'Hồ sơ', '6 × r / 90 %',
     'QĐ 766');
insert into review.mart_review__scorecard values
    ('2022-06', '2024-CY', 'H01', 'province', 'progress', 'scored', 528684, 597918, 0, 20,
     17.684164),
    ('2022-06', '2024-CY', 'H01', 'province', 'online_services', 'scored', 52, 89, 3, 2, 1.460674),
    ('2022-06', '2024-CY', 'H01', 'province', 'dossiers_paid_online', 'by_zero_rule', 0, 0, 0, 6,
     null),
    ('2022-06', '2024-CY', 'H01', 'province', 'petitions_on_time', 'by_zero_rule', 0, 0, 0, 6, 6),
    ('2022-06', '2024-CY', 'H01', 'province', 'petition_satisfaction', 'no_data', null, null, null,
     6, null),
    ('2022-06', '2024-CY', 'H01', 'agency', 'progress', 'scored', 1, 1, 0, 20, 20);
insert into review.mart_review__scorecard_groups values
    ('2022-06', '2024-CY', 'H01', 'province', 'all', 'all', 'progress', 20, 20, 17.684164, null,
     null),
    ('2022-06', '2024-CY', 'H01', 'province', 'all', 'all', 'online_services', 2, 2, 1.460674,
     null, null),
    ('2022-06', '2024-CY', 'H01', 'province', 'all', 'all', 'online_payment', 6, 0, null, null,
     null),
    ('2022-06', '2024-CY', 'H01', 'province', 'all', 'all', 'satisfaction', 12, 6, 6, null, null),
    ('2022-06', '2024-CY', 'H01', 'province', 'all', 'all', 'total', 40, 28, 25.144838, 'Yếu',
     'Trung bình'),
    ('2022-06', '2024-CY', 'H01', 'level', 'province', 'all', 'total', 40, 40, 36, 'Tốt', 'Tốt'),
    ('2022-06', '2024-CY', 'H01', 'agency', 'province', 'H01.01', 'total', 40, 40, 35.5, 'Tốt',
     'Tốt'),
    ('2022-06', '2024-CY', 'H01', 'agency', 'commune', 'H01.20.01', 'total', 40, 0, null, 'Yếu',
     'Xuất sắc'),
    ('2022-06', '2024-CY', 'H01', 'agency', 'commune', 'H01.21.01', 'total', 40, 38, 30, 'Khá',
     'Khá');
insert into core.dim_codes values
    ('overdue_cause', 'workload', 'Khối lượng công việc', 1),
    ('overdue_cause', 'unknown', 'Chưa xác định', 6),
    ('area', 'urban', 'Đô thị', 1), ('area', 'mountain', 'Miền núi', 3),
    ('fee_group', 'charge_or_fee', 'Phí, lệ phí', 1),
    ('fee_group', 'financial_obligation', 'Nghĩa vụ tài chính', 2),
    ('petition_kind', 'administrative_act', 'Hành vi hành chính', 1),
    ('petition_kind', 'administrative_rule', 'Quy định hành chính', 2),
    ('petition_source', 'hotline', 'Đường dây nóng', 3),
    ('incident_kind', 'outage', 'Ngừng hoạt động', 1), ('step_kind', 'receive', 'Tiếp nhận', 1),
    ('step_kind', 'appraise', 'Thẩm định', 2),
    ('step_kind', 'five_steps', 'Cả năm bước của hồ sơ', 7), ('target_state', 'reached', 'Đạt', 1),
    ('target_state', 'not_reached', 'Chưa đạt', 2), ('target_state', 'not_given', 'Chưa giao', 3),
    ('reform_figure', 'units_reduced', 'Đầu mối giảm', 1),
    ('reform_figure', 'people_trained', 'Lượt người được tập huấn', 3);
update core.dim_agencies
set area_code = if(level_code = 'commune', 'mountain', 'urban') where agency_code <> 'H01.02';
insert into review.mart_review__overdue values
    ('2024-CY', 'H01', 'H01.01', 'province', 'workload', 'Khối lượng công việc', 9, 4, 13, 5, 2, 3,
     6, 1, 2),
    ('2024-CY', 'H01', 'H01.01', 'province', 'unknown', 'Chưa xác định', 3, 0, 3, 0, 0, 0, 1, 0, 1),
    ('2024-CY', 'H01', 'H01.01', 'district', 'unknown', 'Chưa xác định', 1, 0, 1, 1, 0, 1, 0, 0, 0),
    ('2024-CY', 'H01', 'H01.20.01', 'commune', 'unknown', 'Chưa xác định', 2, 1, 3, 0, 0, 0, 0,
     2, 0);
insert into review.mart_review__overdue_days values
    ('2024-CY', 'H01', 'province', 'all', 'overdue', 15, 3.5, 35),
    ('2024-CY', 'H01', 'province', 'all', 'past_due', 5, 19, 20),
    ('2024-CY', 'H01', 'field', 'G01', 'overdue', 11, 4.5, 35),
    ('2024-CY', 'H01', 'field', 'G01', 'past_due', 5, 19, 20),
    ('2024-CY', 'H01', 'field', 'G02', 'overdue', 4, 1, 2),
    ('2024-CY', 'H01', 'cause', 'workload', 'overdue', 9, 5, 35),
    ('2024-CY', 'H01', 'cause', 'workload', 'past_due', 4, 18.5, 20),
    ('2024-CY', 'H01', 'cause', 'unknown', 'overdue', 6, 2, 9),
    ('2024-CY', 'H01', 'cause', 'unknown', 'past_due', 1, 19, 19),
    ('2024-CY', 'H01', 'responsible', 'H01.02', 'overdue', 2, 5, 6),
    ('2024-CY', 'H01', 'responsible', 'unknown', 'overdue', 13, 3, 35),
    ('2024-CY', 'H01', 'responsible', 'unknown', 'past_due', 5, 19, 20);
insert into review.mart_review__overdue_dossiers by name
select
    '2024-CY' as period_code,
    'd' || number as dossier_key,
    'H01.01-24' || lpad(cast(number as varchar), 4, '0') as dossier_code,
    'H01' as province_code,
    if(number < 16, 'H01.01', 'H01.20.01') as agency_code,
    if(number = 7, null, 'Cấp giấy chứng nhận') as procedure_name,
    if(number < 13, 'Khối lượng công việc', 'Chưa xác định') as overdue_cause_name,
    date '2024-03-01' as received_date,
    date '2024-04-01' as due_date,
    if(number < 15, date '2024-05-06', null) as result_date,
    if(number < 6, date '2024-03-29', null) as apology_sent_date,
    if(number = 9, null, 35 - cast(number as integer)) as overdue_days,
    if(number = 9, null, 25 - cast(number as integer)) as overdue_working_days
from range(20) as numbers (number);
insert into review.mart_review__late_reception values
    ('2024-CY', 'H01', 'H01.01', 'province', 800, 60, 10, 4, 3, 6, 2, 70, 880, 'Hồ sơ'),
    ('2024-CY', 'H01', 'H01.20', 'district', 500, 0, 0, 0, 0, 0, 0, 0, 500, 'Hồ sơ'),
    ('2024-CY', 'H01', 'H01.20.01', 'commune', 0, 0, 0, 0, 1, 0, 0, 0, 0, 'Hồ sơ'),
    ('2023-CY', 'H01', 'H01.01', 'province', 700, 20, 0, 0, 0, 0, 0, 20, 720, 'Hồ sơ');
insert into review.mart_review__payments values
    ('2024-CY', 'H01', 'charge_or_fee', 900, 410, 300, 240, 10, 123456789.00, 50000000.00,
     20000000.00, 10000000.00, 3456789.00, 39999000.50, 0.50, 500, 'H01.01', 'province'),
    ('2024-CY', 'H01', 'financial_obligation', 90, 40, 0, 50, 0, 9000000000.00, 4000000000.00, 0,
     0, 0, 5000000000.00, 0, 50, 'H01.01', 'province');
insert into review.mart_review__time_cuts values
    ('2024-CY', 'H01', 'province', 'G01', 'working_day', 500, 480, 300, 120, 30, 2, 9600.5, 7200.25,
     110.5),
    ('2024-CY', 'H01', 'province', 'G02', 'day', 10, 10, 4, 2, 1, 0, 300, 240, 1.6),
    ('2024-CY', 'H01', 'commune', 'G02', 'working_day', 40, 0, 0, 0, 0, 0, 0, 0, 0);
insert into review.mart_review__petitions values
    ('2024-CY', 'H01', 'H01.01', 'province', 'administrative_act', 'hotline', 50, 48, 44, 3, 6, 2,
     30, 27, 44, 49, 1, 'Phản ánh'),
    ('2024-CY', 'H01', 'H01.20.01', 'commune', 'administrative_rule', 'other', 5, 4, 4, 0, 1, 0, 0,
     0, 4, 4, 0, 'Phản ánh'),
    ('2023-CY', 'H01', 'H01.01', 'province', 'administrative_act', 'hotline', 50, 48, 30, 18, 2, 0,
     30, 27, 30, 48, 0, 'Phản ánh');
insert into review.mart_review__incidents values
    ('2024-CY', 'H01', 'all', 'AGESB', 'DVCQG', 'outage', 2, 1, 3.1666666, 1.5, 45, 3),
    ('2024-CY', 'H01', 'H01.01', 'KEYPAY', 'none', 'slow', 1, 0, 2, 2, 12, 0);
insert into review.mart_review__steps values
    ('2024-CY', 'H01', 'H01.01', 'P1', 'receive', 40, 0, 40, 12, 10, 0, 40, 0, 30, 0),
    ('2024-CY', 'H01', 'H01.01', 'P2', 'receive', 10, 1, 8, 4, 2, 1, 8, 2, 5, 5),
    ('2024-CY', 'H01', 'H01.01', 'P1', 'appraise', 38, 2, 38, 900, 300.5, 3, 30, 0, 20, 0),
    ('2024-CY', 'H01', 'H01.01', 'P1', 'five_steps', 30, 0, 30, 1500, 500, 3, 20, 5, 12, 0),
    ('2024-CY', 'H01', 'H01.01', 'P2', 'five_steps', 5, 0, 5, 100, 40, 0, 2, 0, 0, 0);
insert into review.mart_review__targets values
    ('resolved_in_time', '2024-CY', 'H01', 'province', 'all', 'all', 'Tỷ lệ trước và đúng hạn', 98,
     '12/KH-UBND', 'reached', 990, 1000),
    ('online_received', '2024-CY', 'H01', 'province', 'all', 'all', 'Tỷ lệ tiếp nhận trực tuyến',
     95.5, '12/KH-UBND', 'not_reached', 853, 1000),
    ('paid_online', '2024-CY', 'H01', 'province', 'all', 'all', 'Tỷ lệ thanh toán trực tuyến', null,
     null, 'not_given', 455, 1000),
    ('online_received', '2024-CY', 'H01', 'level', 'commune', 'all', 'Tỷ lệ tiếp nhận trực tuyến',
     60, '13/KH-UBND', 'reached', 85, 100),
    ('online_received', '2024-CY', 'H01', 'agency', 'all', 'H01.01', 'Tỷ lệ tiếp nhận trực tuyến',
     90, '13/KH-UBND', 'not_reached', 80, 100),
    ('paid_online', '2024-CY', 'H01', 'agency', 'all', 'H01.01', 'Tỷ lệ thanh toán trực tuyến',
     null, null, 'not_given', 80, 100);
insert into review.mart_review__reform_figures values
    ('H01', 'units_reduced', 'H01', '2024-CY', 'Đầu mối giảm', 12, 'unit', 'đơn vị', '1/BC-SNV'),
    ('H01', 'people_trained', 'H01.01', '2024-CY', 'Lượt người được tập huấn', 300, 'turn', 'lượt',
     '2/BC-STNMT'),
    ('H01', 'people_trained', 'H01.20', '2024-CY', 'Lượt người được tập huấn', 120, 'turn', 'lượt',
     '3/BC-UBND'),
    ('H01', 'reform_spending', 'H01.20', '2024-CY', 'Kinh phí cải cách hành chính', 97.5, 'percent',
     '%', '3/BC-UBND');
insert into review.mart_review__counter_surveys values
    ('2024-CY', 'H01', 'H01.01', 'computer', 20, 18, 3, '2024-09-01'),
    ('2024-CY', 'H01', 'H01.20', 'computer', 10, 8, 1, '2024-06-01'),
    ('2024-CY', 'H01', 'H01.20', 'seat', 0, 0, 0, '2024-06-01'),
    ('2023-CY', 'H01', 'H01.20', 'computer', 10, 99, 0, '2023-06-01');
insert into review.dim_dossier_flags values
    ('reopened', 'Đã kết thúc rồi mở lại', 'Một lần xuất ghi đã xong, lần sau ghi đang giải quyết.',
     6),
    ('ended_after_due', 'Rút, dừng hoặc không tiếp nhận sau ngày hẹn trả', 'Ngày sau ngày hẹn trả.',
     7);
insert into review.mart_review__to_explain values
    ('2024-CY', 'H01', 'H01.01', 'reopened', 'Đã kết thúc rồi mở lại', 4, 900, 'Tổng nhận', 0.001,
     17),
    ('2024-CY', 'H01', 'H01.02', 'reopened', 'Đã kết thúc rồi mở lại', 0, 800, 'Tổng nhận', 0.001,
     17),
    ('2024-CY', 'H01', 'H01.20.01', 'ended_after_due',
     'Rút, dừng hoặc không tiếp nhận sau ngày hẹn trả', 2, 50, 'Tổng nhận', null, 0);
insert into review.mart_review__procedure_counts values
    ('2024-CY', 'H01', 'G01', 1200, 1200, 0, 0, 0, 600),
    ('2024-CY', 'H01', 'G02', 724, 0, 424, 299, 1, 300);
insert into review.mart_review__due_soon values
    ('2024-CY', 'H01', 'H01.01', 'G01', 'province', 2, 3, 6, 12, 2),
    ('2024-CY', 'H01', 'H01.20', 'G02', 'district', 1, 1, 3, 9, 0),
    ('2024-CY', 'H01', 'H01.20', 'G03', 'district', 0, 0, 0, 4, 4);
insert into review.mart_review__comparison values
    ('2024-CY', 'H01', 'H01.01', 'province', 990, 1000, 0.9818, 0.9946, 1, 1, 2, 0.9871, 0.965),
    ('2024-CY', 'H01', 'H01.02', 'province', 940, 1000, 0.9235, 0.9531, 2, 2, 2, 0.9412, 0.965),
    ('2024-CY', 'H01', 'H01.20.01', 'commune', 27, 29, 0.7804, 0.9809, null, null, null, null,
     0.931),
    ('2024-CY', 'H01', 'H01.21.01', 'commune', 0, 0, null, null, null, null, null, null, 0.931);
insert into review.mart_review__points values
    ('2022-06', '2024-CY', 'H01', 'progress', 'province', 'all', 69234, 597918, 20, 17.684164,
     2.315836, 0.0000334494),
    ('2022-06', '2024-CY', 'H01', 'petitions_on_time', 'province', 'all', 0, 50, 6, 6, 0, 0.12),
    ('2022-06', '2024-CY', 'H01', 'progress', 'field', 'G01', 60000, 597918, 20, 17.684164,
     2.006964, 0.0000334494),
    ('2022-06', '2024-CY', 'H01', 'progress', 'field', 'G09', 9234, 597918, 20, 17.684164,
     0.308872, 0.0000334494),
    ('2022-06', '2024-CY', 'H01', 'progress', 'agency', 'H01.20.01', 50000, 597918, 20, 17.684164,
     1.67247, 0.0000334494),
    ('2022-06', '2024-CY', 'H01', 'progress', 'cause', 'unknown', 39234, 597918, 20, 17.684164,
     1.312354, 0.0000334494),
    ('2022-06', '2024-CY', 'H01', 'progress', 'cause', 'workload', 30000, 597918, 20, 17.684164,
     1.003482, 0.0000334494),
    ('2022-06', '2024-CY', 'H01', 'progress', 'cause', 'flood', 1, 597918, 20, 17.684164,
     0.000033, 0.0000334494),
    ('2022-06', '2024-CY', 'H01', 'dossier_satisfaction', 'cause', 'disliked', 70, 900, 6, 5.2,
     0.466667, 0.0066666667),
    ('2022-06', '2024-CY', 'H01', 'dossier_satisfaction', 'cause', 'workload', 50, 900, 6, 5.2,
     0.333333, 0.0066666667);
insert into review.mart_review__reconciliation values
    ('2024-CY', 'H01', 'H01.01', 'G01', 3, 1010, 1000, 10, 7, 2, 5, 1000, 996, -4, 3, 0, 9, 0, 2),
    ('2024-CY', 'H01', 'H01.01', 'G01', 7, 900, 893, 7, 7, 0, 0, 893, 893, 0, 0, 0, 0, 0, 0),
    ('2024-CY', 'H01', 'H01.01', 'G01', 4, 500, 500, 0, 0, 0, 0, null, null, null, 0, 0, 0, 0, 0),
    ('2024-CY', 'H01', 'H01.20', 'G02', 3, null, 700, null, null, null, null, 700, 698, -2, 0, 0,
     2, 0, 0);
insert into core.dim_codes values
    ('portal_difference', 'portal_lacks', 'Cổng không có hồ sơ này', 1),
    ('portal_difference', 'only_on_portal', 'Chỉ Cổng có hồ sơ này', 2);
insert into review.mart_review__portal_differences
select '2024-CY', 'k' || n, 'H01', if(n < 11, 'portal_lacks', 'only_on_portal')
from range(14) as lines (n);
insert into review.mart_review__announcements values
    ('2024-CY', 'H01', 'P1', 'Cấp giấy chứng nhận quyền sử dụng đất', 'G01', '2024-03-15',
     '2024-03-01', '2024-03-12', '2024-03-29', 'late', 2, 'late', 8),
    ('2024-CY', 'H01', 'P2', 'Đăng ký khai sinh', 'G02', '2024-06-14', '2024-05-20', '2024-06-03',
     '2024-06-05', 'on_time', 0, 'on_time', 0),
    ('2024-CY', 'H01', 'P3', 'Chứng thực', 'G02', null, null, '2024-06-03', null, 'unknown', null,
     'none', null),
    ('2024-CY', 'H01', 'P4', 'Chứng thực bản sao', 'G02', '2024-01-02', '2023-12-01', '2023-12-28',
     '2024-01-11', 'none', 3, 'late', 4);
insert into core.dim_codes values
    ('conclusion_state', 'reached', 'Đạt', 1), ('conclusion_state', 'not_reached', 'Chưa đạt', 2),
    ('conclusion_state', 'not_measured', 'Không đo được', 3);
insert into review.mart_review__conclusions values
    ('2024-CY-H01', 1, '2023-CY-H01', 'H01', 'Giải quyết dứt điểm hồ sơ đất đai quá hạn', 'H01.01',
     'Tỷ lệ đang giải quyết quá hạn', 'at_most', 5, '2024-06-30', '2024-01-20', 'not_reached', 12,
     90),
    ('2024-CY-H01', 2, '2023-CY-H01', 'H01', 'Nâng tỷ lệ tiếp nhận trực tuyến', 'H01',
     'Tỷ lệ tiếp nhận trực tuyến', 'at_least', 80, null, '2024-01-20', 'reached', 853, 1000),
    ('2024-CY-H01', 3, '2023-CY-H01', 'H01', 'Bố trí thêm máy tính cho Bộ phận Một cửa', 'H01.20',
     null, null, null, '2024-12-31', '2024-01-20', 'not_measured', 0, 0);
insert into review.dim_sealed_packs values
    ('2024-CY-H01', 1, '2025-01-05'), ('2024-CY-H01', 2, '2025-01-07');
insert into review.dim_restatement_reasons values ('due_date', 1), ('arrived_late', 7);
insert into review.mart_review__restatements values
    ('2024-CY-H01', 1, 'resolved', 'due_date', 'Ngày hẹn trả khác với lúc niêm phong', 99, 0, 99),
    ('2024-CY-H01', 2, 'resolved_overdue', 'due_date', 'Ngày hẹn trả khác với lúc niêm phong', 2, 7,
     9),
    ('2024-CY-H01', 2, 'received', 'arrived_late', 'Hồ sơ đến kho sau lúc niêm phong', 12, 0, 12);
insert into review.mart_review__handling values
    ('ii06', '2011-CY', 'X01', 'unknown', 'General', 'unknown', 'online',
     1250, 1200, 1200, 0, 50, 1148, 0, 878, 270, 102, 90, 12, 0, 0, 0, 0, 0),
    ('ii06', '2011-CY', 'X01', 'unknown', 'Experts', 'unknown', 'other',
     5, 5, 0, 5, 0, 5, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0);
insert into review.mart_review__digitisation values
    ('input_digitised', '2011-CY', 'X01', 'unknown', 'General', 'unknown', 0, 0, 1153, 'resolved');
"""
SCOPES = """
create table review.mart_review__rule_points as
    select
        'ii06' as base_rule_code, 'qd766' as rule_code, '2024-CY' as period_code,
        'H01' as province_code, 12 as flipped_count, 900 as base_numerator_count,
        1000 as base_denominator_count, 910 as numerator_count, 1020 as denominator_count;
create table review.dim_rules as
    select 'qd766' as rule_code, 'Bộ chỉ số 766' as rule_name, '2022' as version;
alter table review.mart_review__comparison add column resolved_in_time_rate double;
update review.mart_review__comparison
set resolved_in_time_rate = numerator_count / nullif(denominator_count, 0);
alter table review.mart_review__points add column score_if_met decimal(9, 6);
update review.mart_review__points set score_if_met = max_score;
alter table review.mart_review__portal_differences add column agency_code varchar default 'H01.01';
alter table core.fct_dossier_periods add column agency_code varchar;
update core.fct_dossier_periods set agency_code = case locality_code
    when 'ag-tinh' then 'H01.01' when 'ag-tri-ton' then 'H01.20' else 'H01.21' end;
alter table core.fct_dossiers add column province_code varchar;
alter table core.fct_dossiers add column locality_code varchar;
alter table core.fct_dossiers add column receiving_agency_code varchar;
alter table review.mart_review__scorecard add column agency_code varchar default 'all';
update review.mart_review__scorecard set agency_code = 'H01.01' where scope_code = 'agency';
insert into core.dim_agencies values
    ('H01.04', 'Sở Ngoại vụ', 'province', null, null, null, null, 'H01'),
    ('H01.21.09', 'UBND xã Đa Phước An', 'commune', null, 'H01.21', null, null, 'H01');
alter table core.dim_agencies add column current_agency_code varchar;
alter table core.dim_agencies add column succession_state_code varchar default 'current';
update core.dim_agencies set
    current_agency_code
    = if(agency_code in ('H01.21.02', 'H01.21.03'), 'H01.21.09', agency_code),
    succession_state_code = case agency_code
        when 'H01.21.02' then 'replaced' when 'H01.21.03' then 'replaced'
        when 'H01.20.01' then 'split' when 'H01.20' then 'dissolved' else 'current'
    end;
create table review.mart_review__handling_current_map as
select
    handling.* exclude (agency_code),
    coalesce(agencies.current_agency_code, handling.agency_code) as agency_code,
    coalesce(nullif(agencies.succession_state_code, 'replaced'), 'current') as succession_state_code
from review.mart_review__handling as handling
left join core.dim_agencies as agencies on handling.agency_code = agencies.agency_code;
create table quality.dim_dossier_duplicates (
    dossier_key varchar, other_dossier_key varchar, province_code varchar, agency_code varchar,
    other_agency_code varchar, confidence_code varchar, state_code varchar
);
insert into quality.dim_dossier_duplicates values
    ('a|1', 'b|1', 'H01', 'H01.01', 'H01.20', 'high', 'same'),
    ('a|2', 'b|2', 'H01', 'H01.01', 'H01.20', 'none', 'same'),
    ('a|3', 'b|3', 'H01', 'H01.01', 'H01.02', 'high', 'undecided'),
    ('a|4', 'b|4', 'H01', 'H01.02', 'H01.20', 'medium', 'undecided'),
    ('a|5', 'b|5', 'H01', 'H01.02', 'H01.20', 'low', 'undecided'),
    ('a|6', 'b|6', 'H01', 'H01.02', 'H01.20', 'low', 'different'),
    ('a|7', 'b|7', null, null, 'H01.20', 'none', 'without_effect'),
    ('a|8', 'b|8', 'X01', 'unknown', 'unknown', 'high', 'undecided');
"""
"""Whose each row is, for the packs of agencies; Sở Ngoại vụ has no dossier at all."""


def make_marts(path: Path, agencies: tuple = AGENCIES, fields: tuple = FIELDS) -> Path:
    """Write the published file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA)
        connection.execute(FRAME)
        fill_handling(connection, agencies, fields)
        connection.execute(PARTS)
        connection.execute(SCOPES)
    return path


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_marts(tmp_path_factory.mktemp("marts") / "marts.duckdb")


@pytest.fixture
def settings(tmp_path: Path, small_file: Path) -> Settings:
    made = Settings(home=tmp_path)
    made.warehouse.mkdir(parents=True)
    shutil.copyfile(small_file, made.marts_file)
    return made


@pytest.fixture
def marts(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, open for changes before it is read."""
    with duckdb.connect(str(settings.marts_file)) as connection:
        yield connection


@pytest.fixture
def content(marts: duckdb.DuckDBPyConnection) -> Content:
    return read_content(marts, "2024-CY-H01")


@pytest.fixture
def told(content: Content) -> Content:
    """What a version says that comes after a sealed one, of which a figure was wrong."""
    return make_told(content)


@pytest.fixture
def big_settings(tmp_path: Path) -> Settings:
    """A province of 200 agencies and 60 fields."""
    made = Settings(home=tmp_path)
    agencies = tuple(
        (f"H01.{number:03d}", f"UBND xã Số {number}", "commune", None) for number in range(200)
    )
    fields = tuple((f"F{number:02d}", f"Lĩnh vực {number}") for number in range(60))
    make_marts(made.marts_file, agencies, fields)
    return made
