"""What is overdue: by field, cause and responsible office, the list of dossiers, apologies."""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot.handling import agency_names
from motcua.snapshot.lines import ORDER, numbered_rows, summed
from motcua.snapshot.marts import Marts, Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Row,
    Table,
    count_cell,
    date_cell,
    days_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOTHING_HAPPENED
from motcua.snapshot.ranking import ranked
from motcua.snapshot.sentences import fill, say

Figures = Mapping[str, Figure]

_TOP = 10
_OUTCOMES = {"overdue": "Đã giải quyết quá hạn", "past_due": "Đang giải quyết quá hạn"}
_DAYS_COLUMNS = tuple(
    Column(f"{outcome}_{code}", title, group, kind=kind, width=11)
    for outcome, group in _OUTCOMES.items()
    for code, title, kind in (
        ("count", "Số hồ sơ", "count"),
        ("median", "Trung vị số ngày", "days"),
        ("longest", "Dài nhất, ngày", "days"),
    )
)
_CALENDAR_DAYS = (
    "Ngày quá hạn đếm theo lịch, từ ngày hẹn trả đến ngày có kết quả, chưa có thì đến ngày cuối kỳ."
)
_UNIT = "Đơn vị tính: hồ sơ; ngày theo lịch"

_DAYS = (
    "Hồ sơ đã giải quyết quá hạn chậm trung vị {overdue_median_days} ngày, dài nhất "
    "{overdue_longest_days} ngày theo lịch"
)
_PAST_DUE_DAYS = (
    "Hồ sơ đang giải quyết quá hạn chậm trung vị {past_due_median_days} ngày, dài nhất "
    "{past_due_longest_days} ngày theo lịch"
)
_LAND = (
    "Riêng lĩnh vực đất đai: tổng nhận giải quyết {land_received} hồ sơ, đã giải quyết "
    "{land_resolved}, quá hạn {land_overdue}, trước và đúng hạn {land_in_time_share} "
    "({land_in_time}/{land_resolved}); đang giải quyết quá hạn {land_pending_overdue}. Quá hạn của "
    "lĩnh vực này chiếm {land_overdue_share} số hồ sơ giải quyết quá hạn "
    "({land_overdue}/{resolved_overdue})."
)
_APOLOGIES = (
    "Văn bản xin lỗi: phải có {apologies_owed}, đã ghi nhận {apologies_sent} "
    "({apologies_sent_share}), trong đó gửi trước ngày hẹn trả {apologies_in_time}. Đã hẹn "
    "lại sau khi qua hẹn mà vẫn quá ngày hẹn lại, thấy qua các lần xuất: {second_dates_missed} hồ "
    "sơ."
)
_BY_LAW = (
    "Trong {apologies_owed} hồ sơ quá hạn so với ngày hẹn trả (thời hạn cam kết), "
    "{overdue_by_law} hồ sơ quá cả thời hạn theo quy định của pháp luật, {overdue_by_law_unknown} "
    "hồ sơ chưa xác định được vì thiếu thời hạn của thủ tục."
)
_CAUSES = (
    "Trong {overdue_all} hồ sơ quá hạn (đã và đang giải quyết), {overdue_cause_known} hồ sơ có ghi "
    "nhận nguyên nhân, {overdue_cause_unknown} hồ sơ chưa xác định nguyên nhân "
    "({overdue_cause_unknown_share}). Nguyên nhân do cơ quan giải quyết ghi nhận, không suy diễn."
)


def figures(marts: Marts) -> Iterator[Figure]:
    """Give the figures of what is overdue; none where the marts have none."""
    whole = _scope(marts.overdue_days, "province")
    for record in whole:
        outcome = record["outcome_code"]
        name = _OUTCOMES[outcome]
        median = days_cell(record["median_overdue_days"])
        yield Figure(f"{outcome}_median_days", f"{name}: trung vị số ngày", median)
        longest = days_cell(record["longest_overdue_days"])
        yield Figure(f"{outcome}_longest_days", f"{name}: dài nhất, ngày", longest)
    yield from _land_figures(marts.handling_by_field)
    if marts.overdue_by_agency:
        yield from _apology_figures(marts.overdue_by_agency)
        yield from _by_law_figures(marts.overdue_by_agency)
        yield from _cause_figures(marts.overdue_causes)


def _land_figures(fields: Records) -> Iterator[Figure]:
    land = [record for record in fields if "đất đai" in record["field_name"].casefold()]
    if not land:
        return
    received, resolved = summed(land, "received_count"), summed(land, "resolved_count")
    overdue = summed(land, "resolved_overdue_count")
    yield Figure("land_received", "Đất đai: tổng nhận giải quyết", count_cell(received))
    yield Figure("land_resolved", "Đất đai: đã giải quyết", count_cell(resolved))
    yield Figure("land_overdue", "Đất đai: giải quyết quá hạn", count_cell(overdue))
    in_time = count_cell(resolved - overdue)
    yield Figure("land_in_time", "Đất đai: giải quyết trước và đúng hạn", in_time)
    share = share_cell(resolved - overdue, resolved)
    yield Figure("land_in_time_share", "Đất đai: tỷ lệ trước và đúng hạn", share)
    pending = count_cell(summed(land, "pending_overdue_count"))
    yield Figure("land_pending_overdue", "Đất đai: đang giải quyết quá hạn", pending)
    of_all = share_cell(overdue, summed(fields, "resolved_overdue_count"))
    yield Figure("land_overdue_share", "Đất đai: phần trong số quá hạn", of_all)


def _apology_figures(agencies: Records) -> Iterator[Figure]:
    owed, sent = summed(agencies, "apology_owed_count"), summed(agencies, "apology_sent_count")
    yield Figure("apologies_owed", "Văn bản xin lỗi phải có", count_cell(owed))
    yield Figure("apologies_sent", "Văn bản xin lỗi đã ghi nhận", count_cell(sent))
    yield Figure("apologies_sent_share", "Tỷ lệ văn bản xin lỗi", share_cell(sent, owed))
    in_time = count_cell(summed(agencies, "apology_in_time_count"))
    yield Figure("apologies_in_time", "Văn bản xin lỗi gửi trước ngày hẹn trả", in_time)
    missed = count_cell(summed(agencies, "second_date_missed_count"))
    yield Figure("second_dates_missed", "Quá cả ngày hẹn lại", missed)


def _by_law_figures(agencies: Records) -> Iterator[Figure]:
    beyond = count_cell(summed(agencies, "overdue_by_law_count"))
    yield Figure("overdue_by_law", "Quá cả thời hạn theo quy định", beyond)
    unknown = count_cell(summed(agencies, "overdue_by_law_unknown_count"))
    yield Figure("overdue_by_law_unknown", "Chưa rõ thời hạn theo quy định", unknown)


def _cause_figures(causes: Records) -> Iterator[Figure]:
    whole = summed(causes, "overdue_count")
    unknown = summed(
        (record for record in causes if record["overdue_cause_code"] == "unknown"), "overdue_count"
    )
    yield Figure("overdue_all", "Hồ sơ quá hạn, đã và đang giải quyết", count_cell(whole))
    known = count_cell(whole - unknown)
    yield Figure("overdue_cause_known", "Quá hạn có ghi nhận nguyên nhân", known)
    yield Figure("overdue_cause_unknown", "Quá hạn chưa xác định nguyên nhân", count_cell(unknown))
    share = share_cell(unknown, whole)
    yield Figure("overdue_cause_unknown_share", "Phần chưa xác định nguyên nhân", share)


def absence(totals: Records) -> str:
    """Say why there is nothing overdue to show: nothing was, else nobody gave the data.

    Args:
        totals: sums of the handling mart by ``period_role``.
    """
    for record in totals:
        if record["period_role"] == "current":
            late = record["resolved_overdue_count"] + record["pending_overdue_count"]
            return NO_DATA if late else NOTHING_HAPPENED
    return NO_DATA


def days_sentence(known: Figures) -> Paragraph | None:
    """Say the median and the longest number of days; None where nothing is overdue."""
    codes = {"overdue_median_days": _DAYS, "past_due_median_days": _PAST_DUE_DAYS}
    parts = [template for code, template in codes.items() if code in known]
    return fill("overdue_days", f"{'. '.join(parts)}.", known) if parts else None


def by_law_sentence(known: Figures) -> Paragraph | None:
    """Say how much of it passed the legal limit, too; None where nothing is overdue."""
    return fill("overdue_by_law", _BY_LAW, known) if "overdue_by_law" in known else None


def land_sentence(known: Figures) -> Paragraph | None:
    """Say how land stands, apart from the other fields; None where no field is land."""
    if "land_resolved" not in known:
        return None
    if not known["land_resolved"].cell.value:
        return say("land", f"Lĩnh vực đất đai: hồ sơ đã giải quyết trong kỳ {NOTHING_HAPPENED}.")
    if not known["resolved_overdue"].cell.value:
        template = _LAND.split(" Quá hạn của", maxsplit=1)[0]
        return fill("land", template, known)
    return fill("land", _LAND, known)


def apologies_sentence(known: Figures, totals: Records) -> Paragraph:
    """Say which apologies are owed and which were sent."""
    if "apologies_owed" in known:
        return fill("apologies", _APOLOGIES, known)
    return say("apologies", f"Văn bản xin lỗi: {absence(totals)}.")


def causes_sentence(known: Figures) -> Paragraph | None:
    """Say how many causes were recorded; None where nothing is overdue."""
    return fill("causes", _CAUSES, known) if "overdue_all" in known else None


def fields_table(days: Records, fields: Records, absent: str) -> Table:
    """Lay out the ten fields with most dossiers resolved overdue, with their days."""
    top = [record["field_code"] for record in ranked(fields, "resolved_overdue_count", _TOP)]
    members = {record["member_code"] for record in _scope(days, "field")}
    chosen = [code for code in top if code in members]
    return _days_table(
        "overdue_fields",
        "Lĩnh vực có nhiều hồ sơ giải quyết quá hạn nhất, số ngày quá hạn",
        "Quá hạn theo lĩnh vực",
        "Lĩnh vực",
        _by_member(_scope(days, "field"), chosen),
        notes=("Không xếp lĩnh vực dưới 30 hồ sơ đã giải quyết.", _CALENDAR_DAYS),
        absent=absent,
    )


def causes_table(days: Records, absent: str) -> Table:
    """Lay out what is overdue by the cause that was recorded."""
    found = _scope(days, "cause")
    return _days_table(
        "overdue_causes",
        "Hồ sơ quá hạn theo nguyên nhân được ghi nhận",
        "Nguyên nhân quá hạn",
        "Nguyên nhân",
        _by_member(found),
        total=_scope(days, "province"),
        notes=(
            "Nguyên nhân do cơ quan ghi nhận; không ghi nhận là chưa xác định.",
            _CALENDAR_DAYS,
        ),
        absent=absent,
    )


def responsible_table(days: Records, absent: str) -> Table:
    """Lay out what is overdue by the office that the source names as responsible."""
    return _days_table(
        "overdue_responsible",
        "Hồ sơ quá hạn theo cơ quan chịu trách nhiệm như nguồn ghi",
        "Quá hạn, trách nhiệm",
        "Cơ quan chịu trách nhiệm",
        _by_member(_scope(days, "responsible")),
        total=_scope(days, "province"),
        notes=("Nguồn không ghi là chưa xác định, không suy ra từ cơ quan đang giữ hồ sơ.",),
        absent=absent,
        is_list=True,
    )


def _scope(days: Records, scope_code: str) -> Records:
    return tuple(record for record in days if record["scope_code"] == scope_code)


def _by_member(
    records: Sequence[Record], chosen: Sequence[str] | None = None
) -> list[tuple[str, list[Record]]]:
    """Bring the two lines of a member, resolved and pending, together under its name."""
    members: dict[str, list[Record]] = {}
    for record in records:
        members.setdefault(record["member_code"], []).append(record)
    found = [members[code] for code in (members if chosen is None else chosen)]
    names = agency_names(
        [
            {**lines[0], "agency_name": lines[0]["member_name"], "agency_code": code}
            for lines, code in ((lines, lines[0]["member_code"]) for lines in found)
        ]
    )
    return list(zip(names, found, strict=True))


def _days_table(
    code: str,
    title: str,
    sheet: str,
    of_what: str,
    members: Sequence[tuple[str, list[Record]]],
    *,
    total: Records = (),
    notes: tuple[str, ...],
    absent: str,
    is_list: bool = False,
) -> Table:
    rows = [
        Row("body", (text_cell(number), text_cell(name), *_days_cells(lines)))
        for number, (name, lines) in enumerate(members, start=1)
    ]
    if rows and total:
        rows.append(Row("total", (text_cell(""), text_cell("Chung"), *_days_cells(total))))
    return Table(
        code=code,
        title=title,
        sheet=sheet,
        unit=_UNIT,
        columns=(ORDER, Column("name", of_what, kind="text", width=40), *_DAYS_COLUMNS),
        rows=tuple(rows),
        notes=notes,
        empty_sentence=f"{title}: {absent}.",
        is_list=is_list,
    )


def _days_cells(lines: Sequence[Record]) -> tuple[Cell, ...]:
    found = {record["outcome_code"]: record for record in lines}
    cells: list[Cell] = []
    for outcome in _OUTCOMES:
        record = found.get(outcome)
        cells += [
            count_cell(record["overdue_count"] if record else 0),
            days_cell(record["median_overdue_days"] if record else None),
            days_cell(record["longest_overdue_days"] if record else None),
        ]
    return tuple(cells)


def shortcomings_table(agencies: Records, causes: Records, handling: Records, absent: str) -> Table:
    """Lay out the ten agencies with most dossiers overdue: how many, why as recorded, who answers.

    Args:
        agencies: what is overdue, by level and agency.
        causes: the same by agency and recorded cause.
        handling: what was resolved, by level and agency: those of few dossiers are not ranked.
        absent: why there is nothing to show, where there is nothing.
    """
    resolved: dict[str, int] = {}
    for record in handling:
        code = record["agency_code"]
        resolved[code] = resolved.get(code, 0) + record["resolved_count"]
    whole = [
        {**record, "resolved_count": resolved.get(record["agency_code"], 0)}
        for record in _whole_agencies(agencies)
    ]
    top = ranked(whole, "apology_owed_count", _TOP)
    named = agency_names(top)
    rows = tuple(
        Row(
            "body",
            (
                text_cell(number),
                text_cell(name),
                count_cell(record["resolved_overdue_count"]),
                count_cell(record["pending_overdue_count"]),
                text_cell(_causes_of(record["agency_code"], causes)),
                count_cell(record["apology_owed_count"]),
                count_cell(record["apology_sent_count"]),
                text_cell(""),
            ),
        )
        for number, (name, record) in enumerate(zip(named, top, strict=True), start=1)
    )
    return Table(
        code="overdue_agencies",
        title="Cơ quan có nhiều hồ sơ quá hạn nhất, nguyên nhân được ghi nhận",
        sheet="Cơ quan quá hạn",
        unit="Đơn vị tính: hồ sơ",
        columns=(
            ORDER,
            Column("agency", "Cơ quan giải quyết", kind="text", width=30),
            Column("resolved", "Đã giải quyết quá hạn", width=10),
            Column("pending", "Đang giải quyết quá hạn", width=10),
            Column("causes", "Nguyên nhân do cơ quan ghi nhận", kind="text", width=56),
            Column("apologies_owed", "Phải có", "Văn bản xin lỗi", width=9),
            Column("apologies_sent", "Đã ghi nhận", "Văn bản xin lỗi", width=9),
            Column("head", "Trách nhiệm người đứng đầu (chức danh)", kind="text", width=20),
        ),
        rows=rows,
        notes=(
            "Không xếp cơ quan dưới 30 hồ sơ đã giải quyết. Cột trách nhiệm để trống: người soạn "
            "thảo ghi chức danh, không ghi tên người.",
        ),
        empty_sentence=f"Cơ quan từ 30 hồ sơ có nhiều hồ sơ quá hạn nhất: {absent}.",
    )


def _whole_agencies(agencies: Records) -> list[Record]:
    """Bring the lines of an agency, one a level of its dossiers, into one."""
    found: dict[str, dict[str, object]] = {}
    for record in agencies:
        code = record["agency_code"]
        if code not in found:
            found[code] = dict(record)
            continue
        for name, value in record.items():
            if name.endswith("_count"):
                found[code][name] += value  # type: ignore[operator]
    return list(found.values())


def _causes_of(agency_code: str, causes: Records) -> str:
    """Name the causes of an agency with the number of dossiers of each."""
    return "; ".join(
        f"{record['overdue_cause_name']}: {count_cell(record['overdue_count']).text}"
        for record in causes
        if record["agency_code"] == agency_code
    )


def dossiers_table(dossiers: Records, days: Records, absent: str) -> Table:
    """List the overdue dossiers by code, longest overdue first."""
    rows = numbered_rows(
        dossiers,
        lambda record: (
            text_cell(record["dossier_code"]),
            text_cell(record["procedure_name"] or NO_DATA),
            date_cell(record["received_date"]),
            date_cell(record["due_date"]),
            date_cell(record["result_date"]),
            count_cell(record["overdue_days"]),
            count_cell(record["overdue_working_days"]),
            text_cell(record["agency_name"]),
            text_cell(record["overdue_cause_name"]),
            date_cell(record["apology_sent_date"]),
        ),
    )
    whole = summed(_scope(days, "province"), "overdue_count")
    cut = (f"Danh sách nêu {len(rows)} hồ sơ quá hạn lâu nhất trong {whole} hồ sơ.",)
    return Table(
        code="overdue_dossiers",
        title="Danh sách hồ sơ quá hạn",
        sheet="Hồ sơ quá hạn",
        unit="Mỗi dòng một hồ sơ; chỉ ghi mã hồ sơ",
        columns=(
            ORDER,
            Column("code", "Mã hồ sơ", kind="text", width=27),
            Column("procedure", "Thủ tục hành chính", kind="text", width=36),
            Column("received", "Ngày tiếp nhận", kind="date", width=11),
            Column("due", "Ngày hẹn trả", kind="date", width=11),
            Column("result", "Ngày có kết quả", kind="date", width=11),
            Column("days", "Ngày lịch", "Số ngày quá hạn", kind="days", width=7),
            Column("working_days", "Ngày làm việc", "Số ngày quá hạn", kind="days", width=7),
            Column("agency", "Cơ quan đang giữ", kind="text", width=26),
            Column("cause", "Nguyên nhân được ghi nhận", kind="text", width=18),
            Column("apology", "Ngày gửi thư xin lỗi", kind="date", width=11),
        ),
        rows=rows,
        notes=(
            *(cut if len(rows) < whole else ()),
            "Tình trạng tại ngày cuối kỳ; dấu – là chưa có kết quả hoặc không ghi nhận thư xin "
            "lỗi.",
        ),
        empty_sentence=f"Hồ sơ quá hạn: {absent}.",
        is_list=True,
    )
