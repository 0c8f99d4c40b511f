"""Agencies of a level beside each other: an interval of the rate, a rank only where they part."""

from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot.handling import agency_names, by_level
from motcua.snapshot.lines import ORDER, summed
from motcua.snapshot.marts import Record, Records
from motcua.snapshot.model import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Row,
    Table,
    absent_cell,
    count_cell,
    share_cell,
    text_cell,
)
from motcua.snapshot.numbers import NO_DATA, NOT_COMPARABLE, format_percent, roman
from motcua.snapshot.ranking import RANKED_FROM
from motcua.snapshot.sentences import fill

_SENTENCE = (
    "So với mức chung của cơ quan cùng cấp, trong {comparison_ranked} cơ quan từ 30 hồ sơ đã giải "
    "quyết có {comparison_above} cơ quan trước và đúng hạn cao hơn, {comparison_below} cơ quan "
    "thấp hơn vượt khoảng tin cậy; các cơ quan còn lại chưa đủ căn cứ nói là hơn hay kém."
)


def figures(records: Records) -> Iterator[Figure]:
    """Count the agencies that may be compared, and those surely above or below their level."""
    ranked = [record for record in records if record["denominator_count"] >= RANKED_FROM]
    if not ranked:
        return
    above = sum(record["low_rate"] > record["level_in_time_rate"] for record in ranked)
    below = sum(record["high_rate"] < record["level_in_time_rate"] for record in ranked)
    name = "Cơ quan từ 30 hồ sơ đã giải quyết"
    yield Figure("comparison_ranked", name, count_cell(len(ranked)))
    yield Figure("comparison_above", f"{name}: cao hơn mức chung của cấp", count_cell(above))
    yield Figure("comparison_below", f"{name}: thấp hơn mức chung của cấp", count_cell(below))


def sentence(known: Mapping[str, Figure]) -> Paragraph | None:
    """Say how many agencies are surely above or below their level; None where none is compared."""
    return fill("comparison", _SENTENCE, known) if "comparison_ranked" in known else None


def table(records: Records) -> Table:
    """Lay agencies out below their level, whose line is what all of them reach together."""
    rows: list[Row] = []
    for position, (name, members) in enumerate(by_level(records), start=1):
        head = (text_cell(roman(position)), text_cell(name))
        blank = text_cell("")
        rows.append(Row("group", (*head, *_counts(members), blank, blank, blank, blank)))
        rows += [
            Row(
                "body",
                (text_cell(number), text_cell(agency), *_cells(record)),
                (("agency", record["agency_code"]),),
            )
            for number, (agency, record) in enumerate(
                zip(agency_names(members), members, strict=True), start=1
            )
        ]
    title = "So sánh cơ quan cùng cấp về giải quyết trước và đúng hạn"
    return Table(
        code="comparison",
        title=title,
        sheet="So sánh cơ quan",
        unit="Đơn vị tính: hồ sơ",
        columns=(
            ORDER,
            Column("agency", "Cơ quan giải quyết", kind="text", width=36),
            Column("in_time", "Trước và đúng hạn", width=12),
            Column("resolved", "Đã giải quyết", width=12),
            Column("rate", "Tỷ lệ", kind="share", width=11),
            Column("interval", "Khoảng tin cậy 95 %", kind="text", width=20),
            Column("rank", "Hạng trong cấp", kind="text", width=14),
            Column("adjusted", "Theo cơ cấu lĩnh vực chung", kind="share", width=14),
            Column("level", "Mức chung của cấp", kind="share", width=12),
        ),
        rows=tuple(rows),
        notes=(
            "Khoảng tin cậy Wilson. Hạng chỉ là một số khi khoảng tin cậy tách khỏi mọi cơ quan "
            "cùng cấp, nếu không là hai đầu mà hạng có thể nằm; dưới 30 hồ sơ không xếp hạng.",
            "Theo cơ cấu lĩnh vực chung: tỷ lệ mà cơ quan sẽ có nếu hồ sơ của cơ quan chia theo "
            "lĩnh vực như của cả cấp.",
        ),
        empty_sentence=f"{title}: {NO_DATA}.",
    )


def _counts(members: Sequence[Record]) -> tuple[Cell, ...]:
    in_time, resolved = summed(members, "numerator_count"), summed(members, "denominator_count")
    return (count_cell(in_time), count_cell(resolved), share_cell(in_time, resolved))


def _cells(record: Record) -> tuple[Cell, ...]:
    low, high = record["low_rate"], record["high_rate"]
    interval = NOT_COMPARABLE
    if low is not None:
        interval = f"{format_percent(low)} – {format_percent(high)}"
    return (
        *_counts([record]),
        text_cell(interval),
        text_cell(_rank(record)),
        _rate_cell(record["mix_adjusted_in_time_rate"]),
        _rate_cell(record["level_in_time_rate"]),
    )


def _rank(record: Record) -> str:
    """Give the rank, or between which it lies, of how many; nothing for those not ranked."""
    if record["rank_of"] is None:
        return NOT_COMPARABLE
    best, worst = record["best_rank"], record["worst_rank"]
    place = str(best) if best == worst else f"{best}–{worst}"
    return f"{place}/{record['rank_of']}"


def _rate_cell(rate: float | None) -> Cell:
    return absent_cell() if rate is None else Cell("share", rate, format_percent(rate))
