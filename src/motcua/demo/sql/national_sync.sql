-- file: thutuc
with register as (
    select
        procedure_code as "MaTTHC",
        procedure_name as "TenTTHC",
        field_code as "MaLinhVuc",
        field_name as "TenLinhVuc",
        level_code as "CapThucHien",
        department_name as "CoQuanCongBo",
        legacy_level_no as "MucDo",
        case when legal_days = 0 then 4 else legal_days end as "ThoiHanQuyDinh",
        case when legal_days = 0 then 4 else committed_days end as "ThoiHanCamKet",
        case when legal_days = 0 then 'Giờ làm việc' else 'Ngày làm việc' end as "DonViThoiHan",
        cast(has_fee as integer) as "CoPhiLePhi",
        cast(has_fee and grade_code <> 'information' as integer) as "ThanhToanTrucTuyen",
        strftime(issued_date, '%Y%m%d') as "NgayBanHanhVBQPPL",
        strftime(submitted_date, '%Y%m%d') as "NgayTrinhCongBo",
        strftime(announced_date, '%Y%m%d') as "NgayCongBo",
        strftime(publicised_date, '%Y%m%d') as "NgayCongKhai",
        strftime(effective_date, '%Y%m%d') as "NgayHieuLuc",
        cast(procedure_no % 37 <> 0 as integer) as "DuNoiDung",
        '20180101' as "HieuLucTu",
        cast(null as string) as "HieuLucDen",
        procedure_no
    from procedures
    where (level_code = 'province') = $is_centre
)

select * exclude (procedure_no)
from (
    select * from register
    union all
    -- Two records under one code, and one without a code.
    select r.* replace (
        concat('3.999001.000.00.00.', $province_code) as "MaTTHC",
        100000 + copy.no as procedure_no
    )
    from (select * from register order by procedure_no limit 1) as r
    cross join range(2) as copy (no)
    union all
    select * replace (cast(null as string) as "MaTTHC", 100009 as procedure_no)
    from (select * from register order by procedure_no limit 1)
)
order by procedure_no
-- file: coquan
select
    agency_code as "MaCoQuan",
    agency_name as "TenCoQuan",
    level_code as "CapCoQuan",
    parent_code as "MaCoQuanCha",
    group_code as "NhomCoQuan",
    area_code as "KhuVuc",
    '20180101' as "HieuLucTu",
    cast(null as string) as "HieuLucDen"
from agencies
where locality_no = $locality_no
order by agency_no
-- file: hoso
select
    dossier_code as "MaHoSo",
    s.procedure_code as "MaTTHC",
    procedure_name as "TenTTHC",
    field_code as "MaLinhVuc",
    field_name as "TenLinhVuc",
    legacy_level_no as "MucDo",
    map {'direct': '1', 'online': '2', 'postal': '3', 'unknown': '7'}[channel_code]
        as "KenhThucHien",
    map {'direct': '1', 'online': '2', 'postal': '3'}[return_channel_code] as "HinhThuc",
    map {
        'counter': 'MCDT', 'city_app': 'HUES', 'national_portal': 'DVCQG', 'provincial_portal': 'CDVC'
    }[entry_system_code] as "NoiNopHoSo",
    map {'unknown': 'KXD', 'assisted': 'HoTro', 'self': 'TuNop'}[help_code] as "HinhThucNop",
    case when is_business then '2' else '1' end as "LoaiDoiTuong",
    written(submitted_at) as "NgayNopHoSo",
    written(reception_due_at) as "HanTiepNhan",
    case when has_reception then coalesce(unreadable_date, written(received_at)) end
        as "NgayTiepNhan",
    written(due_at) as "NgayHenTra",
    written(finished_at) as "NgayKetThucXuLy",
    written(returned_at) as "NgayTra",
    written(not_accepted_at) as "NgayTuChoi",
    case when dirt_code = 'unknown_status' then '99' else cast(status_no as string) end
        as "TrangThaiHoSo",
    receiving_code as "MaDonViTiepNhan",
    agency_code as "MaDonViXuLy",
    agency_name as "DonViXuLy",
    cast(s.has_fee as integer) as "CoPhiLePhi",
    case when is_online_paid then 1 + pick(s.h1, 32, 2) else 0 end as "DuocThanhToanTrucTuyen",
    cast(is_cashless_paid as integer) as "ThanhToanKhongTienMat",
    cast(is_input_digitised as integer) as "HoSoCoThanhPhanSoHoa",
    case when finished_at is not null then cast(is_electronic as integer) end as "KetQuaDienTu",
    cast(is_reused as integer) as "DuocTaiSuDung",
    cast(is_verified as integer) as "TaiKhoanDuocXacThucVoiVNeID",
    cast(is_cross_boundary as integer) as "PhiDiaGioi",
    cast(is_inter_agency as integer) as "LienThong",
    ['KLCV', 'PHLT', 'HTPM', 'PHUCTAP', 'KYDUYET'][cause_no] as "NguyenNhanQuaHan",
    responsible_code as "DonViGayChamTre",
    written(apology_sent_at) as "NgayXinLoi",
    person(s.h1) as "ChuHoSo",
    {'LoaiDinhDanh': 1, 'SoDinhDanh': identity_no(s.h1)} as "DinhDanhCHS",
    phone(s.h7) as "SoDienThoai",
    case when is_online then email(s.h1) end as "Email",
    concat(street(s.h7), ', ', commune_name, ', ', district_name) as "DiaChi",
    person(s.h1) || ' - ' || field_name as "TrichYeuHoSo",
    cast(null as string) as "GhiChu",
    case when has_population_data then [{'MaCSDL': 'CSDLQGDC'}] else [] end as "DSKetNoiCSDL",
    case
        when pause_code is distinct from 'supplement' or paused_at is null or dirt_code is not null
            then []
        when $has_child_dirt and pick(s.h7, 20, 80) = 1 then [
            asked(paused_at, resumed_at, first_due_at, due_at, person(s.h7)),
            asked(
                paused_at + interval 1 minute,
                paused_at - interval 9 day,
                first_due_at,
                due_at,
                person(s.h7)
            )
        ]
        else [asked(paused_at, resumed_at, first_due_at, due_at, person(s.h7))]
    end as "DanhSachHoSoBoSung",
    case
        when pause_code in ('fee', 'stop') and paused_at is not null and dirt_code is null then [{
            'LyDo': case pause_code when 'fee' then 'NVTC' else 'DUNG' end,
            'NgayBatDau': written(paused_at),
            'NgayKetThuc': written(resumed_at)
        }]
        else []
    end as "DanhSachTamDung",
    case
        when has_payment then [{
            'MaPhiLePhi': fee_code,
            'TenPhiLePhi': 'Phí, lệ phí ' || lower(field_name),
            'LoaiPhiLePhi': map {'charge': '1', 'fee': '2', 'financial_obligation': '3'}[
                fee_kind_code
            ],
            'HinhThucThu': map {
                'online': 'TT', 'pos': 'POS', 'qr': 'QR', 'transfer': 'CK', 'cash': 'TM'
            }[payment_code],
            'Gia': if($has_child_dirt and pick(s.h7, 24, 200) = 1, -fee_amount, fee_amount),
            'NgayThu': written(paid_at)
        }]
        else []
    end as "DanhSachLePhi",
    case
        when finished_at is not null and is_result_digitised then [{
            'TenGiayTo': 'Kết quả ' || lower(field_name),
            'GiayToId': dossier_no % 1000000,
            'MaGiayToKetQua': concat('KQ', procedure_no)
        }]
        else []
    end as "DanhSachGiayToKetQua"
from shown as s
inner join agencies using (agency_no)
inner join procedures using (procedure_no)
order by seen_at, dossier_no, copy_no
-- file: danhgia
with rated as (
    select
        dossier_code as "MaHoSo",
        agency_code as "MaDonVi",
        ['THAIDO', 'THOIGIAN', 'THUTUC'][criterion_no] as "TieuChi",
        ['RẤT HÀI LÒNG', 'HÀI LÒNG', 'KHÔNG HÀI LÒNG'][rating_no] as "MucDoHaiLong",
        written(rated_at) as "NgayDanhGia",
        case when pick(h7, 26, 100) < 4 then 'Cảm ơn ' || person(h7) end as "GopY",
        row_number() over (order by dossier_no) as row_no
    from shown
    inner join agencies using (agency_no)
    where is_rated
)

select * exclude (row_no)
from (
    select * from rated
    union all
    select * replace ('KHAC' as "TieuChi", 'RẤT TỐT' as "MucDoHaiLong")
    from rated
    where $has_child_dirt and row_no % 90 = 25
)
order by row_no, "MucDoHaiLong"
-- file: pakn
with sent as (
    select
        petition_code as "MaPAKN",
        ['Hành vi hành chính', 'Quy định hành chính'][1 + kind_no] as "LoaiPAKN",
        ['DVCQG', 'CDVC', 'DDN', 'MTTQ'][1 + source_no] as "NguonPAKN",
        agency_code as "MaDonViXuLy",
        cast(null as string) as "MaLinhVuc",
        written(received_at) as "NgayTiepNhan",
        written(due_at) as "HanTraLoi",
        written(answered_at) as "NgayTraLoi",
        case
            when is_refused then 'Từ chối' when answered_at is not null then 'Đã trả lời'
            else 'Đang xử lý'
        end as "KetQuaXuLy",
        case when is_rated then ['Rất hài lòng', 'Hài lòng', 'Không hài lòng'][vote_no] end
            as "MucDoHaiLong",
        person(h8) as "NguoiGui",
        phone(h8) as "SoDienThoai",
        concat('Phản ánh của ', person(h8)) as "NoiDung",
        row_number() over (order by petition_code) as row_no
    from petitions
)

select * exclude (row_no)
from (
    select * from sent
    union all
    select * replace (concat("MaPAKN", '-S') as "MaPAKN", 'RẤT TỐT' as "MucDoHaiLong")
    from sent
    where $has_child_dirt and row_no % 90 = 25
)
order by row_no, "MaPAKN"
-- file: chiso (once, centre)
select
    index_code as "MaChiSo",
    component_code as "ThanhPhan",
    cast(null as string) as "MaDonVi",
    year as "Nam",
    value as "GiaTri",
    rank as "XepHang",
    rank_of as "TrenTong",
    source_document as "NguonVanBan"
from indices
order by index_code, component_code
-- file: hosocong (centre, portal_dossiers)
select
    case when pick(h7, 2, 10) < 6 then 'DVCQG' else 'HUES' end as "MaHeThong",
    dossier_code as "MaHoSo",
    written(received_at) as "NgayTiepNhan",
    written(if(pick(h7, 6, 100) < 6, due_at + interval 1 day, due_at)) as "NgayHenTra",
    case when pick(h7, 10, 100) < 12 then null else written(finished_at) end as "NgayKetThucXuLy",
    case when finished_at is null or pick(h7, 10, 100) < 12 then '4' else '9' end as "TrangThaiHoSo"
from shown
-- A quarter of what should be on the portal is not.
where is_online and received_at is not null and dirt_code is null and pick(h7, 14, 100) < 75
order by dossier_no
-- file: suco (incidents)
select
    ['MCDT', 'HUES', 'KHOCSDL', 'MANG'][1 + no % 4] as "MaHeThong",
    ['DVCQG', 'MCDT', 'MCDT', 'MCDT'][1 + no % 4] as "HeThongLienQuan",
    ['outage', 'integration', 'slow'][1 + no % 3] as "LoaiSuCo",
    agency_code as "MaDonVi",
    written(moment($last_day_no - 4 * (no % 9) - 3, 20 * (no % 12), 0)) as "BatDau",
    written(moment($last_day_no - 4 * (no % 9) - 3, 20 * (no % 12) + 140, 0)) as "KetThuc"
from (
    select agency_code, row_number() over (order by area_code <> 'mountain', agency_no) as no
    from agencies
    where locality_no = $locality_no and level_code in ('commune', 'province')
)
where no <= 24
order by no
