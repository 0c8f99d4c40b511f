"""Outages and faults of connections, and the dossiers that fell due meanwhile."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.lines import ORDER, numbered_rows, summed
from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import (
    Column,
    Figure,
    Paragraph,
    Table,
    count_cell,
    days_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.sentences import fill, say

_SENTENCE = (
    "Trong kỳ ghi nhận {incidents} sự cố hệ thống, kết nối; chưa khắc phục ở cuối kỳ "
    "{incidents_open}; số hồ sơ đến hạn trong các ngày có sự cố nêu ở bảng."
)
_ALL, _NONE = "all", "none"


def figures(incidents: Records) -> Iterator[Figure]:
    """Count the outages; none where nobody sent any."""
    if incidents:
        yield Figure("incidents", "Sự cố", count_cell(summed(incidents, "incident_count")))
        still_open = count_cell(summed(incidents, "open_incident_count"))
        yield Figure("incidents_open", "Sự cố chưa khắc phục", still_open)


def sentence(known: Mapping[str, Figure]) -> Paragraph:
    """Say how many outages there were."""
    if "incidents" not in known:
        return say("incidents", f"Sự cố hệ thống, kết nối: {NO_DATA}.")
    return fill("incidents", _SENTENCE, known)


def table(incidents: Records) -> Table:
    """Lay outages out by system, counterpart and kind."""
    rows = numbered_rows(
        incidents,
        lambda record: (
            text_cell(_systems(record)),
            text_cell(record["kind_name"]),
            text_cell("Mọi cơ quan" if record["agency_code"] == _ALL else record["agency_name"]),
            count_cell(record["incident_count"]),
            count_cell(record["open_incident_count"]),
            days_cell(record["incident_hours"]),
            days_cell(record["incident_working_hours"]),
            count_cell(record["due_dossier_count"]),
            count_cell(record["overdue_dossier_count"]),
        ),
    )
    return Table(
        code="incidents",
        title="Sự cố hệ thống, kết nối trong kỳ",
        sheet="Sự cố",
        unit="Đơn vị tính: sự cố; giờ; hồ sơ",
        columns=(
            ORDER,
            Column("system", "Hệ thống (kết nối với)", kind="text", width=28),
            Column("kind", "Loại", kind="text", width=18),
            Column("agency", "Cơ quan", kind="text", width=18),
            Column("incidents", "Số sự cố", width=9),
            Column("open", "Chưa khắc phục", width=9),
            Column("hours", "Theo đồng hồ", "Số giờ", kind="days", width=9),
            Column("working_hours", "Giờ làm việc", "Số giờ", kind="days", width=9),
            Column("due", "Hồ sơ đến hạn", width=10),
            Column("overdue", "Trong đó quá hạn", width=10),
        ),
        rows=rows,
        notes=(
            "Giờ làm việc là phần nằm trong giờ làm việc theo lịch chung, trừ ngày nghỉ. Hồ sơ đến "
            "hạn trong các ngày có sự cố; một hồ sơ có thể ở nhiều dòng nên không cộng. Quá hạn "
            "không có nghĩa là do sự cố.",
        ),
        empty_sentence=f"Sự cố hệ thống, kết nối: {NO_DATA}.",
    )


def _systems(record: Record) -> str:
    system, counterpart = record["system_code"], record["counterpart_system_code"]
    return system if counterpart == _NONE else f"{system} – {counterpart}"
