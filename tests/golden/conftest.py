"""A small published file as docs/architecture.md §4 names it, made in a temporary folder."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from motcua.settings import Settings
from motcua.shelf.states import Erratum
from motcua.snapshot.edge import read_content
from motcua.snapshot.history import with_changes, with_errata
from motcua.snapshot.listing import changes
from motcua.snapshot.model import Content, count_cell

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
create table core.fct_dossiers (dossier_key varchar, submission_help_code varchar);
create table core.dim_dates (calendar_date date, is_working_day boolean);
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
    definition varchar
);
create table review.mart_review__handling (
    rule_code varchar, period_code varchar, province_code varchar, agency_code varchar,
    field_code varchar, level_code varchar, channel_code varchar, received_count bigint,
    received_in_period_count bigint, received_online_count bigint, received_other_count bigint,
    carried_over_count bigint, resolved_count bigint, resolved_early_count bigint,
    resolved_on_time_count bigint, resolved_overdue_count bigint, pending_count bigint,
    pending_in_due_count bigint, pending_overdue_count bigint, resolved_no_due_count bigint,
    resolved_withdrawn_count bigint, withdrawn_after_due_count bigint, pending_paused_count bigint
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
select cast(day as date), isodow(day) < 6
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
insert into core.fct_dossiers
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
     'đã giải quyết trong kỳ', '(Trước hạn + đúng hạn) trên đã giải quyết; so ngày.'),
    ('online_received', 'Tỷ lệ tiếp nhận trực tuyến', 'tiếp nhận trực tuyến', 'tiếp nhận trong kỳ',
     'Hồ sơ nộp trực tuyến trên tổng tiếp nhận trong kỳ.');
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
    ("online", "full_online_received", 0.91),
    ("digitisation", "input_digitised", 0.8302),
    ("digitisation", "result_digitised", 0.8302),
    ("digitisation", "input_and_result_digitised", 0.8),
    ("digitisation", "result_electronic", 0.8385),
    ("digitisation", "data_reused", 0.31),
)


def _handling(seed: int, channel: str) -> tuple[int, ...]:
    """Give the sixteen measures of one cell of the mart, with every identity of the form kept."""
    early, on_time, overdue = 40 + seed % 37, 60 + seed % 11, seed % 4
    in_due, pending_overdue, carried = seed % 6, seed % 3, seed % 5
    resolved, pending = early + on_time + overdue, in_due + pending_overdue
    new = resolved + pending - carried
    online = new if channel == "online" else 0
    return (
        *(resolved + pending, new, online, new - online, carried),
        *(resolved, early, on_time, overdue, pending, in_due, pending_overdue),
        *(seed % 7, seed % 5, seed % 2, in_due // 2),
    )


def fill_handling(connection: duckdb.DuckDBPyConnection, agencies: tuple, fields: tuple) -> None:
    """Fill agencies, fields, the handling mart and the marts of rates for 2024 and 2023."""
    connection.executemany(
        "insert into core.dim_agencies values (?, ?, ?, null, ?, null, null, 'H01')",
        [(code, name, level, parent) for code, name, level, parent in agencies],
    )
    connection.executemany("insert into core.dim_fields values (?, ?)", list(fields))
    handling, rates = [], {"online": [], "digitisation": []}
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
     '6 × tỷ lệ', 'QĐ 766');
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
insert into review.mart_review__handling values
    ('ii06', '2011-CY', 'X01', 'unknown', 'General', 'unknown', 'online',
     1250, 1200, 1200, 0, 50, 1148, 0, 878, 270, 102, 90, 12, 0, 0, 0, 0),
    ('ii06', '2011-CY', 'X01', 'unknown', 'Experts', 'unknown', 'other',
     5, 5, 0, 5, 0, 5, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0);
insert into review.mart_review__digitisation values
    ('input_digitised', '2011-CY', 'X01', 'unknown', 'General', 'unknown', 0, 0, 1153, 'resolved');
"""


def make_marts(path: Path, agencies: tuple = AGENCIES, fields: tuple = FIELDS) -> Path:
    """Write the published file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA)
        connection.execute(FRAME)
        fill_handling(connection, agencies, fields)
        connection.execute(PARTS)
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
    plan_done = content.figures["plan_done"]
    before = dataclasses.replace(plan_done, cell=count_cell(65))
    sealed = dataclasses.replace(content, figures={**content.figures, "plan_done": before})
    erratum = Erratum(
        version=1,
        figure_code="plan_done",
        figure_name=plan_done.name,
        printed="65",
        text="Đúng là 66: một nhiệm vụ hoàn thành ngày 30/12 chưa được ghi nhận.",
        by="Văn thư",
        at="2025-02-03T08:00:00+07:00",
    )
    noted = with_errata(content, (erratum,))
    return with_changes(noted, 1, "Sở Nội vụ báo cáo lại", changes(sealed, content))


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
