"""The report's sentences: Vietnamese templates filled from figures, never from anything else.

A sentence is a row of runs, words or one figure by its code, so each number leads back to its
cell. Parts of a sentence whose figures nobody sent are left out or say so in words.
"""

import re
import string
from collections.abc import Iterator, Mapping, Sequence

from motcua.snapshot import numbers
from motcua.snapshot.marts import Record
from motcua.snapshot.model import Figure, Paragraph, Run
from motcua.snapshot.numbers import NO_DATA, NOTHING_HAPPENED

Figures = Mapping[str, Figure]

_NAMED_SCHEMES = frozenset(("nd09", "calendar"))

_RECEIVED = (
    "{period}, {scope} tiếp nhận {received_in_period} hồ sơ: trực tuyến {received_online} "
    "({received_online_share}), trực tiếp {received_direct} ({received_direct_share}), dịch vụ "
    "bưu chính công ích {received_postal} ({received_postal_share})"
)
_RECEIVED_OTHERWISE = ", hình thức khác {received_otherwise} ({received_otherwise_share})"
_CARRIED_OVER = "; kỳ trước chuyển sang {carried_over} hồ sơ; tổng nhận giải quyết {received} hồ sơ"
_NOTHING_RECEIVED = f"{{period}}, {{scope}}: tiếp nhận trong kỳ {NOTHING_HAPPENED}"
_RESOLVED = (
    "Đã giải quyết {resolved} hồ sơ: trước hạn {resolved_early}, đúng hạn {resolved_on_time}, "
    "quá hạn {resolved_overdue}; tỷ lệ trước và đúng hạn {resolved_in_time_share} "
    "({resolved_in_time}/{resolved}). Trong đó: rút {resolved_withdrawn} hồ sơ, không xác định hạn "
    "{resolved_no_due} hồ sơ."
)
_PENDING = (
    "Đang giải quyết {pending} hồ sơ: trong hạn {pending_in_due} (trong đó tạm dừng chờ bổ sung, "
    "nghĩa vụ tài chính {pending_paused}), quá hạn {pending_overdue}."
)
_OVERDUE_DAYS = (
    " Số ngày làm việc quá hạn: trung vị {pending_overdue_median}, dài nhất "
    "{pending_overdue_longest}."
)
_DUE_SOON = (
    " Sắp đến hạn (không tính hồ sơ tạm dừng) trong 3 ngày làm việc: {pending_due_3} hồ sơ, "
    "trong 5 ngày: {pending_due_5}, trong 10 ngày: {pending_due_10}."
)
_SERVICES = (
    "Có {procedures} thủ tục hành chính: toàn trình {services_full} ({services_full_share}), "
    "một phần {services_partial} ({services_partial_share}), cung cấp thông tin "
    "{services_information} ({services_information_share}); tổng số dịch vụ công trực tuyến "
    "{online_services}"
)
_SERVICES_IDLE = (
    ", trong đó {online_services_idle} dịch vụ không phát sinh hồ sơ ({online_services_idle_share})"
)
_PLAN = (
    "Kế hoạch cải cách hành chính: hoàn thành {plan_done}/{plan_total} nhiệm vụ ({plan_share}), "
    "quá hạn {plan_overdue}."
)
_OVERDUE_UNRANKED = (
    "Hồ sơ giải quyết quá hạn: {resolved_overdue} hồ sơ; không xếp lĩnh vực dưới 30 hồ sơ."
)
_HELP = (
    "Trong {submitted_online} hồ sơ tiếp nhận trực tuyến: người dân, doanh nghiệp tự nộp "
    "{submitted_self} ({submitted_self_share}), được hỗ trợ nộp {submitted_assisted} "
    "({submitted_assisted_share}), không rõ {submitted_unknown} ({submitted_unknown_share})."
)


def fill(code: str, template: str, figures: Figures, **words: str) -> Paragraph:
    """Fill a template from figures (by code) and words; the first letter is a capital."""
    runs: list[Run] = []
    for text, name, _, _ in string.Formatter().parse(template):
        runs.append(Run(text))
        if name is not None:
            is_words = name in words
            runs.append(Run(words[name]) if is_words else Run(figures[name].cell.text, name))
    first, *rest = [run for run in runs if run.text]
    return Paragraph(code, (Run(first.text[:1].upper() + first.text[1:], first.figure_code), *rest))


def say(code: str, text: str) -> Paragraph:
    """Make a sentence that holds no figure."""
    return Paragraph(code, (Run(text),))


def period_words(review: Record) -> str:
    """Name the period with its first and last day: trong 6 tháng đầu năm 2024 (từ ngày …)."""
    start, end = (numbers.format_date(review[name]) for name in ("start_date", "end_date"))
    name = bare_name(review["period_name"])
    named = "kỳ"
    if name and review["scheme_code"] in _NAMED_SCHEMES:
        named = small(name)
    return f"trong {named} (từ ngày {start} đến ngày {end})"


def plan(figures: Figures) -> Paragraph | None:
    """Say how far the year's plan is done; None where nobody sent it."""
    return fill("plan", _PLAN, figures) if "plan_done" in figures else None


def received(figures: Figures, review: Record, scope: str) -> Paragraph:
    """Say what came in by channel, what was carried over and the sum of both."""
    template = _RECEIVED
    if not figures["received_in_period"].cell.value:
        template = _NOTHING_RECEIVED
    elif figures["received_otherwise"].cell.value:
        template += _RECEIVED_OTHERWISE
    return fill(
        "received",
        f"{template}{_CARRIED_OVER}.",
        figures,
        period=period_words(review),
        scope=scope,
    )


def same_period(figures: Figures, review: Record, absent: Sequence[str]) -> Paragraph:
    """Compare with the same period of last year; name who has no figures of it."""
    if "same_received_in_period" not in figures:
        return say("same_period", "So với cùng kỳ năm trước: chưa có dữ liệu cùng kỳ để so sánh.")
    parts = [*_grown("tiếp nhận", "received_in_period", figures)]
    parts += _grown("đã giải quyết", "resolved", figures)
    parts += _moved("tỷ lệ trước và đúng hạn", "resolved_in_time", figures)
    template = f"So với cùng kỳ ({{same}}): {'; '.join(parts)}."
    if absent:
        template += " Cùng kỳ chưa có số liệu của: {absent}; so sánh chỉ để tham khảo."
    same = small(bare_name(review["same_period_name"])) or "năm trước"
    return fill("same_period", template, figures, same=same, absent=", ".join(absent))


def _grown(what: str, code: str, figures: Figures) -> Iterator[str]:
    """Compare a count with that of last year; from zero there is no percentage."""
    if f"same_{code}" not in figures:
        return
    if figures[f"same_{code}"].cell.value:
        yield f"{what} {{same_{code}_growth}} (cùng kỳ {{same_{code}}} hồ sơ)"
    else:
        yield f"{what} cùng kỳ {NOTHING_HAPPENED}"


def _moved(what: str, code: str, figures: Figures) -> Iterator[str]:
    """Compare a rate with that of last year, in percentage points."""
    if f"{code}_same_points" in figures:
        yield f"{what} {{{code}_same_points}} (cùng kỳ {{{code}_same_share}})"


def resolved(figures: Figures) -> Paragraph:
    """Say what was resolved, in time and not."""
    if not figures["resolved"].cell.value:
        return say("resolved", f"Hồ sơ đã giải quyết trong kỳ: {NOTHING_HAPPENED}.")
    return fill("resolved", _RESOLVED, figures)


def pending(figures: Figures) -> Paragraph:
    """Say what is still open at the period's end, how late it is and what falls due soon."""
    if not figures["pending"].cell.value:
        return say("pending", f"Hồ sơ đang giải quyết cuối kỳ: {NOTHING_HAPPENED}.")
    template = _PENDING
    if "pending_overdue_median" in figures:
        template += _OVERDUE_DAYS
    if "pending_due_3" in figures:
        template += _DUE_SOON
    return fill("pending", template, figures)


def levels(figures: Figures, names: Mapping[str, str]) -> Paragraph | None:
    """Say what each level received and resolved; None where there is but one.

    Args:
        figures: every figure by its code.
        names: level's name by its code, as ordered in the form.
    """
    parts = [
        f"{{name_{code}}} tiếp nhận {{level_{code}_received}}, giải quyết {{level_{code}_resolved}}"
        + (
            f", trước và đúng hạn {{level_{code}_share}}"
            if figures[f"level_{code}_resolved"].cell.value
            else ""
        )
        for code in names
        if f"level_{code}_received" in figures
    ]
    if len(parts) <= 1:
        return None
    words = {f"name_{code}": small(name) for code, name in names.items()}
    return fill("levels", f"Theo cấp: {'; '.join(parts)}.", figures, **words)


def leading_fields(figures: Figures, names: Sequence[str]) -> Paragraph | None:
    """Name the fields with most dossiers, most first; None where none can be ranked."""
    parts = [
        f"{{name_{n}}} {{leading_field_{n}}} hồ sơ ({{leading_field_{n}_share}})"
        for n in range(1, len(names) + 1)
    ]
    if not parts:
        return None
    words = {f"name_{n}": name for n, name in enumerate(names, start=1)}
    template = (
        f"Lĩnh vực có nhiều hồ sơ nhất: {'; '.join(parts)} (tỷ trọng trong tổng nhận giải quyết)."
    )
    return fill("leading_fields", template, figures, **words)


def overdue_fields(figures: Figures, names: Sequence[str]) -> Paragraph:
    """Name the fields with most overdue dossiers, most first."""
    if "resolved" not in figures:
        return say("overdue", f"Hồ sơ giải quyết quá hạn: {NO_DATA}.")
    if not figures["resolved_overdue"].cell.value:
        return say("overdue", f"Hồ sơ giải quyết quá hạn: {NOTHING_HAPPENED}.")
    if not names:
        return fill("overdue", _OVERDUE_UNRANKED, figures)
    parts = [
        f"{{name_{n}}} {{overdue_field_{n}}} hồ sơ ({{overdue_field_{n}_share}})"
        for n in range(1, len(names) + 1)
    ]
    template = (
        "Hồ sơ giải quyết quá hạn ({resolved_overdue} hồ sơ) nhiều nhất ở các lĩnh vực: "
        f"{'; '.join(parts)} (tỷ trọng trong số hồ sơ quá hạn; không xếp lĩnh vực dưới 30 hồ sơ)."
    )
    words = {f"name_{n}": name for n, name in enumerate(names, start=1)}
    return fill("overdue", template, figures, **words)


def services(figures: Figures) -> Paragraph | None:
    """Say how many procedures have which grade of service; None where nobody sent them."""
    if "procedures" not in figures:
        return None
    idle = _SERVICES_IDLE if figures["online_services"].cell.value else ""
    return fill("services", f"{_SERVICES}{idle}.", figures)


def submission_help(figures: Figures) -> Paragraph:
    """Say who sent the online dossiers in; where no source says, say that."""
    if "submitted_self" not in figures:
        return say("submission_help", f"Người dân tự nộp, được hỗ trợ nộp hồ sơ: {NO_DATA}.")
    return fill("submission_help", _HELP, figures)


def rate(code: str, name: str, figures: Figures) -> Paragraph:
    """Say a rate with its two counts, its change on last year, and how many do not say."""
    if f"{code}_share" not in figures:
        return say(code, f"{name}: {NO_DATA}.")
    template = f"{{name}}: {{{code}_share}}"
    if figures[f"{code}_denominator"].cell.value:
        template += f" ({{{code}_numerator}}/{{{code}_denominator}})"
    template += "".join(f", {part}" for part in _moved("so với cùng kỳ", code, figures))
    if f"{code}_unknown" in figures:
        template += f"; {{{code}_unknown}} hồ sơ nguồn không gửi thông tin"
    return fill(code, f"{template}.", figures, name=name)


def turn(code: str, name: str, role: str, compared: str, figures: Figures) -> Paragraph:
    """Say how a rate moved since an earlier period (``role``: same or previous)."""
    template = (
        f"{{name}}: {{{code}_share}} ({{{code}_numerator}}/{{{code}_denominator}}), "
        f"{{{code}_{role}_points}} so với {{compared}} ({{{code}_{role}_share}})."
    )
    return fill(f"turn_{code}", template, figures, name=name, compared=compared)


def bare_name(name: str | None) -> str:
    """Give a period's name without what stands in brackets behind it."""
    return re.sub(r"\s*\(.*\)$", "", name or "")


def small(name: str) -> str:
    """Write a name as it stands inside a sentence."""
    return name[:1].lower() + name[1:]
