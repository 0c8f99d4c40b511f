-- Sixteen bits of a hash as a number below `below`, or as a share of one.
create or replace macro pick(h, shift, below) as
    cast(((h >> shift) & 65535) % cast(below as ubigint) as integer);
create or replace macro share(h, shift) as cast((h >> shift) & 65535 as double) / 65536.0;
-- Exactly `quota` of the numbers 0 to size - 1: `prime` shares no factor with a smaller size.
create or replace macro among(k, size, quota, prime) as (k * prime + prime % 1009) % size < quota;
-- A moment of working day `day_no`: minute 0 is 7:00, 269 is 11:29, 270 is 13:30, 479 is 16:59.
create or replace macro moment(day_no, minute, second) as make_timestamp(
    getvariable('midnights')[day_no]
    + ((case when minute < 270 then 420 + minute else 540 + minute end) * 60 + second)
    * cast(1000000 as bigint)
);
create or replace macro known(happened_at, exported_at) as
    case when happened_at < exported_at then happened_at end;
-- Invented persons: nobody real is meant.
create or replace macro one_of(names, h, shift) as
    getvariable(names)[1 + pick(h, shift, len(getvariable(names)))];
create or replace macro person(h) as concat(
    one_of('family_names', h, 0), ' ',
    one_of('middle_names', h, 11), ' ',
    one_of('given_names', h, 22)
);
create or replace macro identity_no(h) as
    concat('0', cast(10000000000 + (h >> 3) % 89999999999 as string));
create or replace macro phone(h) as concat('09', cast(10000000 + (h >> 5) % 89999999 as string));
create or replace macro email(h) as
    concat('nguoi.dan.', cast((h >> 7) % 100000000 as string), '@thu.example');
create or replace macro street(h) as
    concat('Số ', cast(1 + pick(h, 9, 480) as string), ' đường ', one_of('streets', h, 30));
-- Dates as the national synchronisation and as the workbook write them; yes and no of the workbook.
create or replace macro written(instant) as strftime(instant, '%Y%m%d%H%M%S');
create or replace macro local(instant) as strftime(instant, '%d/%m/%Y %H:%M:%S');
create or replace macro yes_no(flag) as case when flag then 'Có' when not flag then 'Không' end;
create or replace macro asked(asked_at, supplied_at, due_before_at, due_after_at, officer) as {
    'NguoiYeuCauBoSung': officer,
    'NoiDungBoSung': 'Bổ sung giấy tờ còn thiếu',
    'NgayBoSung': written(asked_at),
    'NgayTiepNhanBoSung': written(supplied_at),
    'TrangThaiBoSung': case when supplied_at is null then 0 else 1 end,
    'NgayHenTraTruoc': written(due_before_at),
    'NgayHenTraMoi': case when supplied_at is not null then written(due_after_at) end
};
