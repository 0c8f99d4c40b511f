-- file: procedures
with register as (
    select
        procedure_code as "serviceCode",
        procedure_name as "serviceName",
        field_code as "domainCode",
        field_name as "domainName",
        level_name as "competenceLevel",
        department_name as "administrationName",
        grade_name as "serviceLevel",
        case when legal_days = 0 then 4 else legal_days end as "legalDuration",
        case when legal_days = 0 then 4 else committed_days end as "committedDuration",
        case when legal_days = 0 then 'hour' else 'working_day' end as "durationUnit",
        has_fee as "hasFee",
        has_fee and grade_code <> 'information' as "onlinePayment",
        issued_date as "issuedDate",
        submitted_date as "submittedDate",
        announced_date as "announcedDate",
        publicised_date as "publicisedDate",
        effective_date as "effectiveDate",
        procedure_no % 37 <> 0 as "contentComplete",
        date '2018-01-01' as "validFrom",
        cast(null as date) as "validTo",
        procedure_no
    from procedures
    where (level_code = 'province') = $is_centre
)

select * exclude (procedure_no)
from (
    select * from register
    union all
    -- Two lines under one code, and one without a code.
    select r.* replace (
        concat('3.999001.000.00.00.', $province_code) as "serviceCode",
        100000 + copy.no as procedure_no
    )
    from (select * from register order by procedure_no limit 1) as r
    cross join range(2) as copy (no)
    union all
    select * replace (cast(null as string) as "serviceCode", 100009 as procedure_no)
    from (select * from register order by procedure_no limit 1)
)
order by procedure_no
-- file: agencies
select
    agency_code as "govAgencyCode",
    agency_name as "govAgencyName",
    case level_code when 'province' then 1 when 'district' then 2 else 3 end as "level",
    parent_code as "parentCode",
    group_code as "groupCode",
    area_code as "areaCode",
    date '2018-01-01' as "validFrom",
    cast(null as date) as "validTo"
from agencies
where locality_no = $locality_no
order by agency_no
-- file: dossiers
select
    dossier_code as "dossierNo",
    s.procedure_code as "serviceCode",
    procedure_name as "serviceName",
    field_code as "domainCode",
    field_name as "domainName",
    grade_name as "serviceLevel",
    receiving_code as "receivingAgencyCode",
    receiving_name as "receivingAgencyName",
    agency_code as "govAgencyCode",
    agency_name as "govAgencyName",
    submitted_at as "submitDate",
    case when has_reception then coalesce(unreadable_date, cast(received_at as string)) end
        as "receiveDate",
    reception_due_at as "receiveDueDate",
    due_at as "dueDate",
    finished_at as "releaseDate",
    returned_at as "finishDate",
    case when status_no = 7 then received_at + interval 30 second end as "cancellingDate",
    not_accepted_at as "deniedDate",
    case
        when dirt_code = 'unknown_status' then 'archived'
        else getvariable('open_states')[status_no]
    end as "dossierStatus",
    case when status_no = 4 then concat('processing_', 1 + pick(s.h1, 4, 3)) end
        as "dossierSubStatus",
    is_online as "online",
    map {'direct': 1, 'online': 3, 'postal': 4, 'unknown': 8}[channel_code] as "originality",
    map {'direct': 0, 'postal': 2, 'online': 3}[return_channel_code] as "viaPostal",
    map {'counter': 'MCDT', 'national_portal': 'DVCQG', 'provincial_portal': 'CDVC'}[
        entry_system_code
    ] as "system",
    help_code as "submitHelp",
    case when legal_days = 0 then 4 else committed_days end as "durationCount",
    case when legal_days = 0 then 'hour' else 'working_day' end as "durationUnit",
    s.has_fee as "hasFee",
    is_online_paid as "onlinePaid",
    is_cashless_paid as "cashlessPaid",
    is_input_digitised as "inputDigitised",
    case when finished_at is not null then is_result_digitised end as "resultDigitised",
    case when finished_at is not null then is_electronic end as "electronicResult",
    is_reused as "dataReused",
    has_certified_copy as "certifiedCopy",
    case when finished_at is not null then is_electronic and pick(s.h1, 36, 100) < 60 end
        as "personalStore",
    has_population_data as "populationData",
    is_cross_boundary as "crossBoundary",
    is_inter_agency as "interAgency",
    is_verified as "identityVerified",
    ['workload', 'coordination', 'system', 'complexity', 'signing'][cause_no] as "delayReason",
    responsible_code as "delayAgencyCode",
    apology_sent_at as "apologyDate",
    person(s.h1) as "applicantName",
    case when is_business then 'business' else 'citizen' end as "applicantIdType",
    identity_no(s.h1) as "applicantIdNo",
    date '2021-01-04' + pick(s.h7, 4, 1000) as "applicantIdDate",
    street(s.h7) as "address",
    $province_name as "cityName",
    district_name as "districtName",
    commune_name as "wardName",
    person(s.h1) as "contactName",
    phone(s.h7) as "contactTelNo",
    case when is_online then email(s.h1) end as "contactEmail",
    case when pick(s.h7, 12, 100) < 9 then person(s.h7) end as "delegateName",
    case when pick(s.h7, 12, 100) < 9 then identity_no(s.h7) end as "delegateIdNo",
    case when pick(s.h7, 12, 100) < 9 then phone(s.h1) end as "delegateTelNo",
    person(s.h1) || ' - ' || field_name as "briefNote",
    case when pick(s.h7, 20, 100) < 5 then 'Liên hệ ' || phone(s.h7) end as "dossierNote"
from shown as s
inner join agencies using (agency_no)
inner join procedures using (procedure_no)
order by seen_at, dossier_no, copy_no
-- file: supplements
with asked as (
    select
        dossier_code as "dossierNo",
        paused_at as "requestDate",
        resumed_at as "supplyDate",
        first_due_at as "dueDateBefore",
        case when resumed_at is not null then due_at end as "dueDateAfter",
        'Đề nghị ' || person(h1) || ' bổ sung giấy tờ' as "requestNote",
        row_number() over (order by dossier_no) as row_no
    from shown
    where pause_code = 'supplement' and paused_at is not null and dirt_code is null
)

select * exclude (row_no)
from (
    select * from asked
    union all
    select * replace (
        "requestDate" + interval 1 minute as "requestDate",
        "requestDate" - interval 9 day as "supplyDate"
    )
    from asked
    where $has_child_dirt and row_no % 90 = 25
)
order by row_no, "supplyDate" nulls last
-- file: pauses
select
    dossier_code as "dossierNo",
    case pause_code when 'fee' then 'fee' else 'stop' end as "pauseType",
    paused_at as "startDate",
    resumed_at as "endDate"
from shown
where pause_code in ('fee', 'stop') and paused_at is not null and dirt_code is null
order by dossier_no
-- file: steps (steps)
-- Of one dossier in eight. What is done on another day than the reception begins in the morning.
with run as (
    select
        *,
        finished_at - greatest(received_at, date_trunc('day', finished_at) + interval 7 hour)
            as last_day,
        received_at + least(
            interval 10 minute, coalesce((finished_at - received_at) * 0.1, interval 10 minute)
        ) as taken_in_at
    from shown
    inner join agencies using (agency_no)
    where received_at is not null and dirt_code is null and pick(h7, 8, 8) = 0
),

placed as (
    select
        run.*,
        step.no as step_no,
        known(
            case step.no
                when 1 then received_at
                when 2 then taken_in_at
                when 3 then finished_at - last_day * 0.5
                when 4 then finished_at - last_day * 0.2
                else finished_at
            end,
            $exported_at
        ) as started_at,
        known(
            case step.no
                when 1 then taken_in_at
                when 2 then finished_at - last_day * 0.5
                when 3 then finished_at - last_day * 0.2
                when 4 then finished_at
                else returned_at
            end,
            $exported_at
        ) as ended_step_at
    from run
    cross join range(1, 6) as step (no)
)

select
    dossier_code as "dossierNo",
    step_no as "stepNo",
    ['receive', 'appraise', 'approve', 'seal', 'return'][step_no] as "stepType",
    concat(agency_code, '.0', 1 + pick(h1, 20, 3)) as "departmentCode",
    person(h1) as "actorName",
    date_trunc('second', started_at) as "startDate",
    case when step_no in (2, 3, 4) then due_at end as "dueDate",
    date_trunc('second', ended_step_at) as "finishDate",
    pick(h1, 28, 100) < 72 or step_no in (1, 5) as "onSite",
    is_online and (pick(h1, 44, 100) < 80 or step_no < 4) as "electronic",
    'Bước ' || step_no || ' của ' || person(h7) as "stepNote"
from placed
where started_at is not null
order by dossier_no, step_no
-- file: payments
with paid as (
    select
        dossier_code as "dossierNo",
        fee_code as "feeCode",
        fee_kind_code as "feeType",
        fee_amount as "amount",
        map {
            'online': 'KEYPAY', 'pos': 'POS', 'qr': 'QR', 'transfer': 'TRANSFER', 'cash': 'CASH'
        }[payment_code] as "paymentMethod",
        paid_at as "paymentDate",
        person(h1) as "payerName",
        row_number() over (order by dossier_no) as row_no
    from shown
    where has_payment
)

select * exclude (row_no)
from (
    select * from paid
    union all
    select * replace ('PLP00' as "feeCode", -"amount" as "amount")
    from paid
    where $has_child_dirt and row_no % 200 = 25
)
order by row_no, "amount" desc
-- file: ratings
with rated as (
    select
        dossier_code as "dossierNo",
        agency_code as "govAgencyCode",
        ['attitude', 'time', 'procedure'][criterion_no] as "criterion",
        rating_no as "vote",
        rated_at as "voteDate",
        case when pick(h7, 26, 100) < 4 then 'Cảm ơn ' || person(h7) end as "comment",
        row_number() over (order by dossier_no) as row_no
    from shown
    inner join agencies using (agency_no)
    where is_rated
)

select * exclude (row_no)
from (
    select * from rated
    union all
    select * replace ('queue' as "criterion", 9 as "vote")
    from rated
    where $has_child_dirt and row_no % 90 = 25
)
order by row_no, "vote"
-- file: petitions
with sent as (
    select
        petition_code as "petitionNo",
        ['act', 'rule'][1 + kind_no] as "category",
        ['DVCQG', 'CDVC', 'HOTLINE', 'FRONT'][1 + source_no] as "source",
        agency_code as "govAgencyCode",
        cast(null as string) as "domainCode",
        received_at as "receiveDate",
        due_at as "dueDate",
        answered_at as "answerDate",
        case
            when is_refused then 'denied' when answered_at is not null then 'answered'
            else 'processing'
        end as "result",
        case when is_rated then vote_no end as "vote",
        person(h8) as "citizenName",
        phone(h8) as "citizenTelNo",
        concat('Phản ánh của ', person(h8)) as "content",
        row_number() over (order by petition_code) as row_no
    from petitions
)

select * exclude (row_no)
from (
    select * from sent
    union all
    select * replace (concat("petitionNo", '-S') as "petitionNo", 9 as "vote")
    from sent
    where $has_child_dirt and row_no % 90 = 25
)
order by row_no, "petitionNo"
-- file: indices (once, centre)
select
    index_code as "indexCode",
    component_code as "componentCode",
    cast(null as string) as "govAgencyCode",
    year as "year",
    value as "value",
    rank as "rank",
    rank_of as "rankOf",
    source_document as "sourceDocument"
from indices
order by index_code, component_code
-- file: plan_tasks (once, centre)
select
    printf('KH-%02d', no) as "taskCode",
    concat('Nhiệm vụ ', no, ' của kế hoạch cải cách hành chính') as "taskName",
    year($exported_at) - case when month($exported_at) < 4 then 1 else 0 end as "year",
    a.agency_code as "leadAgencyCode",
    b.agency_code as "coordinatingAgencyCodes",
    'Báo cáo' as "product",
    make_date("year", 12, 20) as "dueDate",
    case when no <= $plan_tasks_done then make_date("year", 1 + no % 12, 1 + no % 18) end
        as "doneDate",
    case when no <= $plan_tasks_done then 'done' else 'open' end as "status"
from range(1, $plan_tasks + 1) as task (no)
inner join agencies as a on a.agency_no = 2 + no % 17
inner join agencies as b on b.agency_no = 2 + (no + 5) % 17
order by no
-- file: portal_dossiers (centre, portal_dossiers)
select
    case when pick(h7, 2, 10) < 8 then 'DVCQG' else 'BTP' end as "systemCode",
    dossier_code as "dossierNo",
    received_at as "receiveDate",
    case when pick(h7, 6, 100) < 3 then due_at + interval 1 day else due_at end as "dueDate",
    case when pick(h7, 10, 100) < 4 then null else finished_at end as "finishDate",
    case when finished_at is null or pick(h7, 10, 100) < 4 then 4 else 9 end as "status"
from shown
where is_online and received_at is not null and dirt_code is null and pick(h7, 14, 100) < 30
order by dossier_no
-- file: incidents (centre, incidents)
select
    ['AGESB', 'DVCQG', 'KEYPAY', 'CSDLDC'][1 + no % 4] as "systemCode",
    ['DVCQG', 'AGESB', 'AGESB', 'AGESB'][1 + no % 4] as "counterpartSystemCode",
    ['outage', 'integration', 'slow'][1 + no % 3] as "kind",
    cast(null as string) as "govAgencyCode",
    moment($last_day_no - 20 * no - 3, cast(30 * no as integer), 0) as "startDate",
    moment($last_day_no - 20 * no - 3, cast(30 * no + 95 as integer), 0) as "endDate"
from range(5) as incident (no)
order by no
