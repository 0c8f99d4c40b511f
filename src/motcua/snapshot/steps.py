"""Steps of handling: how long dossiers lie at each, and those with all five at one place."""

from collections.abc import Iterator, Mapping

from motcua.snapshot.lines import ORDER, numbered_rows
from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Table,
    count_cell,
    days_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA
from motcua.snapshot.sentences import fill, say

TABLE = "steps"
_WHOLE = "five_steps"
_EMPTY = f"Năm bước tại chỗ, năm bước trên môi trường điện tử: {NO_DATA}."
_PLACES = {"on_site": "năm bước tại chỗ", "electronic": "năm bước trên môi trường điện tử"}
_SENTENCE = (
    "Trong số {five_steps} hồ sơ xong đủ năm bước trong kỳ: năm bước tại chỗ "
    "{five_steps_on_site_share} ({five_steps_on_site}/{five_steps_on_site_known} hồ sơ, "
    "{five_steps_on_site_procedures} thủ tục); năm bước trên môi trường điện tử "
    "{five_steps_electronic_share} ({five_steps_electronic}/{five_steps_electronic_known} hồ sơ, "
    "{five_steps_electronic_procedures} thủ tục). Thời gian ở từng bước nêu ở bảng."
)


def figures(steps: Records) -> Iterator[Figure]:
    """Count dossiers with all five steps done; none where nobody sent steps."""
    if not steps:
        return
    nothing: Record = dict.fromkeys(steps[0], 0)
    whole = next((record for record in steps if record["step_kind_code"] == _WHOLE), nothing)
    yield Figure(_WHOLE, "Hồ sơ xong đủ năm bước", count_cell(whole["step_count"]))
    for place, name in _PLACES.items():
        met, known = whole[f"{place}_count"], _known(whole, place)
        code = f"{_WHOLE}_{place}"
        yield Figure(code, f"Hồ sơ {name}", count_cell(met))
        yield Figure(f"{code}_known", f"Hồ sơ có ghi {name} hay không", count_cell(known))
        yield Figure(f"{code}_share", f"Tỷ lệ hồ sơ {name}", _share(whole, place))
        procedures = count_cell(whole[f"{place}_procedure_count"])
        yield Figure(f"{code}_procedures", f"Thủ tục có hồ sơ {name}", procedures)


def sentence(known: Mapping[str, Figure]) -> Paragraph:
    """Say how many dossiers went through all five steps on site, and electronically."""
    return fill("steps", _SENTENCE, known) if _WHOLE in known else say("steps", _EMPTY)


def table(steps: Records) -> Table:
    """Lay out each kind of step, and dossiers with all five last."""
    rows = numbered_rows(
        steps,
        lambda record: (
            text_cell(record["step_kind_name"]),
            count_cell(record["step_count"]),
            count_cell(record["open_step_count"]),
            _mean(record, "taken_working_hours"),
            _mean(record, "taken_hours"),
            count_cell(record["late_step_count"]),
            _share(record, "on_site"),
            _share(record, "electronic"),
        ),
    )
    return Table(
        code=TABLE,
        title="Thời gian ở từng bước giải quyết",
        sheet="Năm bước",
        unit="Đơn vị tính: bước (dòng cuối: hồ sơ); giờ",
        columns=(
            ORDER,
            Column("kind", "Bước", kind="text", width=24),
            Column("finished", "Xong trong kỳ", width=10),
            Column("open", "Còn làm ở cuối kỳ", width=10),
            Column("working_hours", "Giờ làm việc", "Bình quân một bước", kind="days", width=10),
            Column("hours", "Theo đồng hồ", "Bình quân một bước", kind="days", width=10),
            Column("late", "Quá hạn của bước", width=10),
            Column("on_site_share", "Tại chỗ", kind="share", width=10),
            Column("electronic_share", "Điện tử", kind="share", width=10),
        ),
        rows=rows,
        notes=(
            "Chỉ của hồ sơ mà nguồn gửi các bước. Giờ làm việc theo lịch của địa phương; bình quân "
            "của các bước ghi cả lúc bắt đầu và kết thúc. Dòng «cả năm bước» là hồ sơ, thời gian "
            "là tổng của năm bước; không cộng với các dòng trên.",
        ),
        empty_sentence=_EMPTY,
    )


def _known(record: Record, place: str) -> int:
    known: int = record["step_count"] - record[f"{place}_unknown_count"]
    return known


def _share(record: Record, place: str) -> Cell:
    unknown = record[f"{place}_unknown_count"]
    return share_cell(record[f"{place}_count"], _known(record, place), unknown)


def _mean(record: Record, name: str) -> Cell:
    count = record["timed_step_count"]
    return days_cell(record[name] / count if count else None)
