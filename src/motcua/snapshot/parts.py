"""The tables of the pack besides form II.06 and the summary."""

from collections.abc import Mapping, Sequence
from datetime import date

from motcua.snapshot import numbers
from motcua.snapshot.handling import LEVEL_NAMES, UNKNOWN_LEVEL, flat_rows, grouped_rows
from motcua.snapshot.lines import Measure, numbered_rows
from motcua.snapshot.lines import cells as measured
from motcua.snapshot.lines import columns as measure_columns
from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Kind,
    Row,
    Table,
    count_cell,
    date_cell,
    score_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOTHING_HAPPENED, clean_text

GRADES = {"full": "Toàn trình", "partial": "Một phần", "information": "Cung cấp thông tin"}
METRIC_NAMES = {
    "online_received": "Tiếp nhận trực tuyến trên tiếp nhận trong kỳ",
    "online_resolved": "Nộp trực tuyến trên đã giải quyết",
    "full_online_received": "Tiếp nhận trực tuyến của dịch vụ công toàn trình",
    "partial_online_received": "Tiếp nhận trực tuyến của dịch vụ công một phần",
    "input_digitised": "Số hóa thành phần hồ sơ",
    "result_digitised": "Số hóa kết quả giải quyết",
    "input_and_result_digitised": "Số hóa cả thành phần và kết quả",
    "result_electronic": "Cấp kết quả điện tử",
    "data_reused": "Khai thác, tái sử dụng dữ liệu số hóa",
    "postal_received": "Tiếp nhận qua bưu chính công ích",
    "postal_returned": "Trả kết quả qua bưu chính công ích",
    "paid_online": "Thanh toán trực tuyến",
    "paid_cashless": "Thanh toán không dùng tiền mặt",
    "cross_boundary_received": "Tiếp nhận phi địa giới",
    "inter_agency_received": "Tiếp nhận hồ sơ liên thông",
    "self_submitted": "Hồ sơ trực tuyến người dân tự nộp",
    "late_reception": "Tiếp nhận hồ sơ trực tuyến muộn",
    "petitions_on_time": "Phản ánh, kiến nghị trả lời đúng hạn",
}
ONLINE = ("online_received", "online_resolved", "full_online_received")
PARTIAL_ONLINE = "partial_online_received"
"""Shown beside the full ones, and neither good nor bad: fewer may be more of the full ones."""
DIGITISATION = (
    "input_digitised",
    "result_digitised",
    "input_and_result_digitised",
    "result_electronic",
    "data_reused",
)
POSTAL = ("postal_received", "postal_returned")
PAID = ("paid_online", "paid_cashless")
ACROSS = ("cross_boundary_received", "inter_agency_received")
LATE_RECEPTION, PETITIONS_ON_TIME = "late_reception", "petitions_on_time"
_CHANNELS = {
    "direct": "Trực tiếp",
    "online": "Trực tuyến",
    "postal": "Bưu chính công ích",
    "other": "Hình thức khác",
}
_STATES = {
    "accepted": "Nhận đủ",
    "accepted_in_part": "Nhận một phần",
    "refused": "Từ chối cả lần gửi",
}
_RATINGS = {
    "very_satisfied": "Rất hài lòng",
    "satisfied": "Hài lòng",
    "neutral": "Bình thường",
    "not_satisfied": "Không hài lòng",
    "dissatisfied": "Không hài lòng",
    "very_dissatisfied": "Rất không hài lòng",
}
_CRITERIA = {
    "overall": "Đánh giá chung",
    "attitude": "Thái độ phục vụ",
    "time": "Thời gian giải quyết",
    "procedure": "Thủ tục, giấy tờ",
    "facilities": "Cơ sở vật chất",
}
_DATASETS = {
    "procedures": "Thủ tục",
    "agencies": "Cơ quan",
    "dossiers": "Hồ sơ",
    "supplements": "Yêu cầu bổ sung",
    "pauses": "Tạm dừng",
    "steps": "Bước xử lý",
    "payments": "Phí, lệ phí",
    "ratings": "Đánh giá",
    "petitions": "Phản ánh, kiến nghị",
    "portal_dossiers": "Hồ sơ trên hệ thống khác",
    "reported_totals": "Số liệu biểu mẫu",
    "indices": "Chỉ số năm",
    "targets": "Chỉ tiêu giao",
    "plan_tasks": "Nhiệm vụ kế hoạch",
    "incidents": "Sự cố",
    "counter_surveys": "Cơ sở vật chất",
    "reform_figures": "Số liệu khác",
    "delivery": "Cả lần gửi",
}


def _text(code: str, title: str, width: int, group: str = "") -> Column:
    return Column(code, title, group, kind="text", width=width)


def _number(
    code: str, title: str, group: str = "", kind: Kind = "count", width: int = 13
) -> Column:
    return Column(code, title, group, kind=kind, width=width)


_ORDER = _text("order", "TT", 7)


def metric_name(code: str, metrics: Mapping[str, Record]) -> str:
    """Name a metric as the marts do, else by its short name here."""
    found = metrics.get(code)
    return (found and found["metric_name"]) or METRIC_NAMES.get(code, code)


def coverage_table(localities: Records, end_date: date, complete: Sequence[str]) -> Table:
    """List who had to send figures, and up to when they are known."""
    rows = numbered_rows(
        localities,
        lambda record: (
            text_cell(record["locality_name"]),
            text_cell("Có" if record["is_expected"] else "Không"),
            count_cell(record["taken_count"]),
            count_cell(record["refused_count"]),
            date_cell(record["last_exported_at"]),
            text_cell(_locality_state(record, complete)),
        ),
    )
    return Table(
        code="coverage",
        title="Độ phủ số liệu: địa phương, đơn vị gửi số liệu",
        sheet="Độ phủ",
        unit="Đơn vị tính: lần gửi",
        columns=(
            _ORDER,
            _text("locality", "Địa phương, đơn vị gửi", 44),
            _text("expected", "Phải gửi", 10),
            _number("taken", "Số lần gửi được nhận"),
            _number("refused", "Số lần gửi bị từ chối"),
            _number("last", "Lần khai thác gần nhất", kind="date"),
            _text("state", "Tình trạng", 32),
        ),
        rows=rows,
        notes=(
            "Đủ số liệu khi có lần khai thác sau ngày cuối kỳ "
            f"({numbers.format_date(end_date)}) và có hồ sơ của kỳ.",
        ),
        empty_sentence=f"Danh sách địa phương gửi số liệu: {NO_DATA}.",
    )


def _locality_state(record: Record, complete: Sequence[str]) -> str:
    if record["locality_code"] in complete:
        return "Đủ số liệu đến hết kỳ"
    if record["taken_count"]:
        return "Chưa có số liệu đến hết kỳ"
    return "Chưa gửi số liệu"


def channel_name(record: Record) -> str:
    """Name a channel as the pack does, else as the marts do."""
    return _CHANNELS.get(record["channel_code"], record["channel_name"])


def channels_table(records: Records) -> Table:
    """Lay out how dossiers came in."""
    named = tuple(
        {**record, "channel_name": channel_name(record)}
        for record in records
        if record["received_in_period_count"] or record["resolved_count"]
    )
    received = sum(record["received_in_period_count"] for record in named)

    def cells(members: Sequence[Record]) -> tuple[Cell, ...]:
        count = sum(record["received_in_period_count"] for record in members)
        resolved = sum(record["resolved_count"] for record in members)
        return (count_cell(count), share_cell(count, received), count_cell(resolved))

    return Table(
        code="channels",
        title="Hồ sơ theo kênh tiếp nhận",
        sheet="Kênh tiếp nhận",
        unit="Đơn vị tính: hồ sơ",
        columns=(
            _ORDER,
            _text("channel", "Kênh tiếp nhận", 36),
            _number("received", "Tiếp nhận trong kỳ"),
            _number("share", "Tỷ trọng", kind="share"),
            _number("resolved", "Đã giải quyết"),
        ),
        rows=flat_rows(named, "channel_name", cells),
        notes=("Hồ sơ không ghi kênh được tính là trực tiếp, như Cổng Dịch vụ công quốc gia.",),
        empty_sentence=f"Kênh tiếp nhận: {NO_DATA}.",
    )


def services_table(services: Records) -> Table:
    """Lay out procedures by grade of service, for each level of competence."""
    current = [record for record in services if record["period_role"] == "current"]
    order = list(LEVEL_NAMES)
    levels = {record["competence_level_code"]: record for record in current}
    codes = sorted(levels, key=lambda code: (order.index(code) if code in order else 9, code or ""))
    lines = tuple(
        {
            "name": levels[code]["level_name"] or LEVEL_NAMES.get(code, UNKNOWN_LEVEL),
            "records": [r for r in current if r["competence_level_code"] == code],
        }
        for code in codes
    )
    columns = [
        _ORDER,
        _text("level", "Cấp có thẩm quyền", 24),
        _number("total", "Tổng số TTHC", width=12),
    ]
    for grade, name in GRADES.items():
        columns += [
            _number(f"{grade}_count", "Số TTHC", name, width=13),
            _number(f"{grade}_share", "Tỷ lệ", name, "share", 16),
        ]
    columns += [
        _number("online_services", "Tổng số", "Dịch vụ công trực tuyến", width=12),
        _number("with_dossier", "Có phát sinh hồ sơ", "Dịch vụ công trực tuyến", width=14),
    ]
    return Table(
        code="services",
        title="Thủ tục hành chính theo mức độ cung cấp dịch vụ công",
        sheet="Dịch vụ công",
        unit="Đơn vị tính: thủ tục hành chính",
        columns=tuple(columns),
        rows=flat_rows(lines, "name", _services_cells),
        notes=(
            "Dịch vụ công trực tuyến = toàn trình + một phần; cung cấp thông tin không phải là "
            "dịch vụ công trực tuyến, nên tổng số TTHC khác tổng số dịch vụ công trực tuyến.",
        ),
        empty_sentence=f"Thủ tục hành chính theo mức độ dịch vụ công: {NO_DATA}.",
    )


def _services_cells(lines: Sequence[Record]) -> tuple[Cell, ...]:
    records = [record for line in lines for record in line["records"]]
    total = sum(record["procedure_count"] for record in records)
    online = [record for record in records if record["service_grade_code"] in {"full", "partial"}]
    cells = [count_cell(total)]
    for grade in GRADES:
        count = sum(r["procedure_count"] for r in records if r["service_grade_code"] == grade)
        cells += [count_cell(count), share_cell(count, total)]
    cells.append(count_cell(sum(record["procedure_count"] for record in online)))
    cells.append(count_cell(sum(record["with_dossier_count"] for record in online)))
    return tuple(cells)


def rates_table(
    code: str, wanted: Sequence[str], records: Records, metrics: Mapping[str, Record]
) -> Table:
    """Lay out rates by agency: both counts and the rate of each metric that there is data for."""
    known = [
        metric
        for metric in wanted
        if any(r["metric_code"] == metric and r["denominator_count"] for r in records)
    ]
    titles = {
        "online": ("Hồ sơ trực tuyến theo cơ quan", "Trực tuyến"),
        "digitisation": ("Số hóa và kết quả điện tử theo cơ quan", "Số hóa"),
        "self_submitted": ("Hồ sơ trực tuyến người dân tự nộp theo cơ quan", "Tự nộp"),
        "postal_paid": ("Bưu chính công ích, thanh toán theo cơ quan", "Bưu chính, thanh toán"),
    }
    title, sheet = titles[code]
    columns = [_text("order", "TT", 5), _text("agency", "Cơ quan", 34)]
    for metric in known:
        name = metric_name(metric, metrics)
        columns += [
            _number(f"{metric}_numerator", "Tử số", name, width=9),
            _number(f"{metric}_denominator", "Mẫu số", name, width=9),
            _number(f"{metric}_rate", "Tỷ lệ", name, "share", width=9),
        ]
    agencies = _fold_metrics(records, known)

    def cells(members: Sequence[Record]) -> tuple[Cell, ...]:
        return tuple(cell for metric in known for cell in _rate_cells(members, metric))

    absent = [metric_name(metric, metrics) for metric in wanted if metric not in known]
    return Table(
        code=code,
        title=title,
        sheet=sheet,
        unit="Đơn vị tính: hồ sơ",
        columns=tuple(columns),
        rows=grouped_rows(agencies, cells) if known else (),
        notes=tuple(f"{name}: {NO_DATA}." for name in absent),
        empty_sentence=f"{title}: {NO_DATA}.",
    )


def _fold_metrics(records: Records, known: Sequence[str]) -> Records:
    """Bring the lines of an agency, one a metric, into one."""
    agencies: dict[tuple[str, str], dict[str, object]] = {}
    for record in records:
        if record["metric_code"] in known:
            key = (record["level_code"], record["agency_code"])
            agency = agencies.setdefault(key, {**record, "by_metric": {}})
            agency["by_metric"][record["metric_code"]] = record  # type: ignore[index]
    return tuple(agencies.values())


def _rate_cells(members: Sequence[Record], metric: str) -> tuple[Cell, ...]:
    found = [m["by_metric"][metric] for m in members if metric in m["by_metric"]]
    numerator = sum(record["numerator_count"] for record in found)
    denominator = sum(record["denominator_count"] for record in found)
    unknown = sum(record["unknown_count"] for record in found)
    return (
        count_cell(numerator),
        count_cell(denominator),
        share_cell(numerator, denominator, unknown),
    )


def areas_table(records: Records) -> Table:
    """Lay out online reception by the area that the agency lies in."""
    measures = (
        Measure("numerator_count", "Tiếp nhận trực tuyến"),
        Measure("denominator_count", "Tiếp nhận trong kỳ"),
        Measure("numerator_count", "Tỷ lệ", "denominator_count", "unknown_count"),
    )
    return Table(
        code="online_areas",
        title="Tiếp nhận trực tuyến theo địa bàn của cơ quan",
        sheet="Trực tuyến, địa bàn",
        unit="Đơn vị tính: hồ sơ",
        columns=(_ORDER, _text("area", "Địa bàn", 36), *measure_columns(measures)),
        rows=flat_rows(records, "area_name", lambda members: measured(members, measures)),
        empty_sentence=f"Tiếp nhận trực tuyến theo địa bàn: {NO_DATA}.",
    )


def indices_table(records: Records) -> Table:
    """Lay out the yearly indices, which are carried as published and never computed."""
    rows = numbered_rows(
        records,
        lambda record: (
            text_cell(record["index_name"] or record["index_code"]),
            text_cell(record["component_name"] or record["component_code"] or "Chỉ số chung"),
            text_cell(record["year"]),
            text_cell(record["agency_name"]),
            score_cell(record["value"]),
            text_cell(_rank(record)),
            text_cell(record["source_document"]),
        ),
    )
    return Table(
        code="indices",
        title="Chỉ số năm do cơ quan khác công bố (dẫn lại, không tính từ hồ sơ)",
        sheet="Chỉ số năm",
        unit="Đơn vị tính: theo từng chỉ số",
        columns=(
            _ORDER,
            _text("index", "Chỉ số", 34),
            _text("component", "Thành phần", 30),
            _text("year", "Năm", 11),
            _text("agency", "Cơ quan", 24),
            _number("value", "Giá trị", kind="score"),
            _text("rank", "Xếp hạng", 12),
            _text("source", "Nguồn", 40),
        ),
        rows=rows,
        notes=("Số dẫn lại nguyên văn từ nguồn đã ghi; hệ thống không tính và không kiểm chứng.",),
        empty_sentence=f"Chỉ số năm (PAR, SIPAS, PAPI, PCI, DDCI): {NO_DATA}.",
    )


def _rank(record: Record) -> str:
    if record["rank"] is None:
        return ""
    return f"{record['rank']}/{record['rank_of']}" if record["rank_of"] else str(record["rank"])


def plan_tasks_table(records: Records) -> Table:
    """Lay out the tasks of the year's reform plan by lead agency."""
    current = tuple(record for record in records if record["period_role"] == "current")

    def cells(members: Sequence[Record]) -> tuple[Cell, ...]:
        done = sum(record["numerator_count"] for record in members)
        tasks = sum(record["denominator_count"] for record in members)
        overdue = sum(record["overdue_count"] for record in members)
        return (count_cell(tasks), count_cell(done), share_cell(done, tasks), count_cell(overdue))

    year = f" năm {current[0]['year']}" if current else ""
    return Table(
        code="plan_tasks",
        title=f"Nhiệm vụ kế hoạch cải cách hành chính{year} theo cơ quan chủ trì",
        sheet="Nhiệm vụ kế hoạch",
        unit="Đơn vị tính: nhiệm vụ",
        columns=(
            _ORDER,
            _text("agency", "Cơ quan chủ trì", 44),
            _number("tasks", "Số nhiệm vụ"),
            _number("done", "Đã hoàn thành"),
            _number("rate", "Tỷ lệ hoàn thành", kind="share"),
            _number("overdue", "Quá hạn"),
        ),
        rows=flat_rows(current, "agency_name", cells),
        empty_sentence=f"Nhiệm vụ kế hoạch cải cách hành chính: {NO_DATA}.",
    )


def plan_open_table(records: Records, tasks: Records) -> Table:
    """List the tasks of the year's plan that are not done, overdue ones first.

    Args:
        records: those tasks.
        tasks: the counts of the plan, which tell whether there is one.
    """
    title = "Nhiệm vụ kế hoạch cải cách hành chính chưa hoàn thành"
    has_plan = any(record["period_role"] == "current" for record in tasks)
    return Table(
        code="plan_open",
        title=title,
        sheet="Nhiệm vụ chưa xong",
        unit="Mỗi dòng một nhiệm vụ",
        columns=(
            _ORDER,
            _text("task", "Nhiệm vụ", 40),
            _text("agency", "Chủ trì", 28),
            _number("due", "Hạn", kind="date", width=18),
            _text("product", "Sản phẩm", 28),
            _text("state", "Trạng thái", 14),
        ),
        rows=numbered_rows(
            records,
            lambda record: (
                text_cell(record["task_name"]),
                text_cell(record["agency_name"]),
                date_cell(record["due_date"]),
                text_cell(record["product"]),
                text_cell("Quá hạn" if record["is_overdue"] else "Đang thực hiện"),
            ),
        ),
        notes=("Tình trạng tại ngày khai thác; nhiệm vụ không ghi hạn không tính là quá hạn.",),
        empty_sentence=f"{title}: {NOTHING_HAPPENED if has_plan else NO_DATA}.",
        is_list=True,
    )


def ratings_table(records: Records) -> Table:
    """Lay out ratings at the counter and online; they are not SIPAS."""
    order = list(_RATINGS)
    records = tuple(
        sorted(
            records,
            key=lambda r: (
                r["criterion_code"],
                order.index(r["rating_code"]) if r["rating_code"] in order else len(order),
            ),
        )
    )
    totals: dict[str, int] = {}
    for record in records:
        code = record["criterion_code"]
        totals[code] = totals.get(code, 0) + record["numerator_count"]
    rows = numbered_rows(
        records,
        lambda record: (
            text_cell(_CRITERIA.get(record["criterion_code"], record["criterion_code"])),
            text_cell(_RATINGS.get(record["rating_code"], record["rating_code"])),
            count_cell(record["numerator_count"]),
            count_cell(totals[record["criterion_code"]]),
            share_cell(record["numerator_count"], totals[record["criterion_code"]]),
        ),
    )
    return Table(
        code="ratings",
        title="Đánh giá tại quầy và trực tuyến (không phải chỉ số SIPAS)",
        sheet="Đánh giá",
        unit="Đơn vị tính: lượt đánh giá",
        columns=(
            _ORDER,
            _text("criterion", "Tiêu chí", 36),
            _text("rating", "Mức đánh giá", 26),
            _number("count", "Số lượt"),
            _number("total", "Tổng số lượt của tiêu chí"),
            _number("share", "Tỷ lệ", kind="share"),
        ),
        rows=rows,
        empty_sentence=f"Đánh giá tại quầy và trực tuyến: {NO_DATA}.",
    )


def deliveries_table(records: Records) -> Table:
    """List every delivery that the figures stand on, by the beginning of its SHA-256 sum."""

    def counts(members: Sequence[Record]) -> tuple[Cell, ...]:
        names = ("source_count", "accepted_count", "refused_count")
        return tuple(count_cell(sum(r[name] or 0 for r in members)) for name in names)

    rows = numbered_rows(
        records,
        lambda record: (
            text_cell(record["locality_name"]),
            text_cell(record["delivery_name"]),
            date_cell(record["exported_at"]),
            text_cell(_STATES.get(record["state_code"], record["state_code"])),
            *counts([record]),
            text_cell(record["delivery_id"]),
        ),
    )
    if rows:
        blank = text_cell("")
        head = (blank, text_cell("Tổng cộng"), blank, blank, blank)
        rows = (*rows, Row("total", (*head, *counts(records), blank)))
    return Table(
        code="deliveries",
        title="Nhật ký giao nhận số liệu",
        sheet="Giao nhận số liệu",
        unit="Đơn vị tính: dòng số liệu",
        columns=(
            _ORDER,
            _text("locality", "Địa phương, đơn vị gửi", 34),
            _text("name", "Tên lần gửi", 34),
            _number("exported", "Ngày khai thác", kind="date"),
            _text("state", "Kết quả", 20),
            _number("source", "Số dòng gửi"),
            _number("accepted", "Nhận"),
            _number("refused", "Từ chối"),
            _text("sum", "Mã lần gửi (16 ký tự đầu của SHA-256)", 24),
        ),
        rows=rows,
        notes=(
            "Số dòng gửi = nhận + từ chối, tính trên mọi bảng của lần gửi (hồ sơ, thủ tục, phí…).",
        ),
        empty_sentence=f"Nhật ký giao nhận số liệu: {NO_DATA}.",
    )


def refusals_table(records: Records) -> Table:
    """Sum up why lines were refused."""
    rows = numbered_rows(
        records,
        lambda record: (
            text_cell(_DATASETS.get(record["dataset_code"], record["dataset_code"])),
            text_cell(clean_text(record["sentence"] or record["rule_code"])),
            count_cell(record["refusal_count"]),
            count_cell(record["delivery_count"]),
        ),
    )
    return Table(
        code="refusals",
        title="Lý do từ chối dòng số liệu",
        sheet="Lý do từ chối",
        unit="Đơn vị tính: lượt vi phạm (một dòng có thể vi phạm nhiều quy tắc)",
        columns=(
            _ORDER,
            _text("dataset", "Bảng số liệu", 22),
            _text("sentence", "Quy tắc không đạt", 70),
            _number("count", "Số lượt"),
            _number("deliveries", "Số lần gửi"),
        ),
        rows=rows,
        empty_sentence="Không có dòng số liệu nào bị từ chối.",
    )
