-- file: Thủ tục
with register as (
    select
        procedure_code as "Mã thủ tục",
        procedure_name as "Tên thủ tục",
        field_code as "Mã lĩnh vực",
        field_name as "Lĩnh vực",
        level_name as "Cấp thực hiện",
        cast(legacy_level_no as string) as "Mức độ",
        cast(if(legal_days = 0, 4, legal_days) as string) as "Thời hạn giải quyết / Theo quy định",
        cast(if(legal_days = 0, 2, committed_days) as string)
            as "Thời hạn giải quyết / Đã cắt giảm",
        if(legal_days = 0, 'Giờ làm việc', 'Ngày làm việc') as "Thời hạn giải quyết / Đơn vị tính",
        yes_no(has_fee) as "Thu phí, lệ phí",
        strftime(announced_date, '%d/%m/%Y') as "Ngày công bố",
        procedure_no
    from procedures
    where level_code <> 'province'
)

select * exclude (procedure_no)
from (
    select * from register
    union all
    select r.* replace (
        concat('3.999001.000.00.00.', $province_code) as "Mã thủ tục",
        100000 + copy.no as procedure_no
    )
    from (select * from register order by procedure_no limit 1) as r
    cross join range(2) as copy (no)
)
order by procedure_no
-- file: Đơn vị
select
    agency_code as "Mã đơn vị",
    agency_name as "Tên đơn vị",
    case level_code when 'district' then 'Cấp huyện' else 'Cấp xã' end as "Cấp",
    parent_code as "Đơn vị cấp trên",
    group_code as "Nhóm",
    map {'urban': 'Đô thị', 'rural': 'Nông thôn', 'mountain': 'Miền núi'}[area_code] as "Khu vực"
from agencies
where locality_no = $locality_no
order by agency_no
-- file: Hồ sơ
select
    dossier_code as "Thông tin hồ sơ / Số hồ sơ",
    s.procedure_code as "Thông tin hồ sơ / Mã thủ tục",
    procedure_name as "Thông tin hồ sơ / Tên thủ tục",
    field_code as "Thông tin hồ sơ / Mã lĩnh vực",
    field_name as "Thông tin hồ sơ / Lĩnh vực",
    cast(legacy_level_no as string) as "Thông tin hồ sơ / Mức độ",
    person(s.h1) as "Người nộp / Họ và tên",
    identity_no(s.h1) as "Người nộp / Số CMND-CCCD",
    phone(s.h7) as "Người nộp / Điện thoại",
    concat(street(s.h7), ', ', commune_name) as "Người nộp / Địa chỉ",
    if(is_business, 'Doanh nghiệp', 'Cá nhân') as "Người nộp / Đối tượng",
    map {
        'direct': 'Trực tiếp', 'online': 'Trực tuyến', 'postal': 'Bưu chính công ích', 'unknown': 'Fax'
    }[channel_code] as "Tiếp nhận / Hình thức nộp",
    local(submitted_at) as "Tiếp nhận / Ngày nộp",
    case when has_reception then coalesce(unreadable_date, local(received_at)) end
        as "Tiếp nhận / Ngày tiếp nhận",
    local(due_at) as "Tiếp nhận / Ngày hẹn trả",
    agency_code as "Giải quyết / Mã đơn vị",
    agency_name as "Giải quyết / Đơn vị giải quyết",
    if(dirt_code = 'unknown_status', 'Lưu kho', getvariable('igate_states')[status_no])
        as "Giải quyết / Trạng thái",
    local(finished_at) as "Giải quyết / Ngày có kết quả",
    local(returned_at) as "Giải quyết / Ngày trả kết quả",
    local(not_accepted_at) as "Giải quyết / Ngày từ chối",
    local(case when pause_code = 'supplement' then paused_at end) as "Bổ sung / Ngày yêu cầu",
    local(case when pause_code = 'supplement' then resumed_at end) as "Bổ sung / Ngày bổ sung",
    yes_no(is_input_digitised) as "Số hóa / Thành phần hồ sơ",
    case when finished_at is not null then yes_no(is_result_digitised) end as "Số hóa / Kết quả",
    case when finished_at is not null then yes_no(is_electronic) end as "Số hóa / Kết quả điện tử",
    yes_no(is_reused) as "Số hóa / Tái sử dụng"
from shown as s
inner join agencies using (agency_no)
inner join procedures using (procedure_no)
order by seen_at, dossier_no, copy_no
