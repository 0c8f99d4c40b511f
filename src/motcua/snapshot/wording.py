"""The report's sentences: Vietnamese templates filled from figures, never from anything else."""

import string
from collections.abc import Mapping

from motcua.snapshot.model import Figure, Paragraph


def fill(code: str, template: str, figures: Mapping[str, Figure], **words: str) -> Paragraph:
    """Fill a template from figures (by code) and words, and note which figures it used."""
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    used = tuple(dict.fromkeys(name for name in names if name not in words))
    text = template.format_map({**{name: figures[name].cell.text for name in used}, **words})
    return Paragraph(code, text[:1].upper() + text[1:], used)


def say(code: str, text: str) -> Paragraph:
    """Make a sentence that holds no figure."""
    return Paragraph(code, text)


RECEIVED = (
    "{period}, {scope} tiếp nhận {received_in_period} hồ sơ: trực tuyến {received_online} "
    "({received_online_share}), trực tiếp và bưu chính {received_other}; từ kỳ trước chuyển sang "
    "{carried_over} hồ sơ; tổng số nhận giải quyết {received} hồ sơ."
)
RECEIVED_SAME = (
    "So với cùng kỳ ({same_period}: {same_received_in_period} hồ sơ tiếp nhận), số tiếp nhận "
    "{same_received_growth}."
)
RESOLVED = (
    "Đã giải quyết {resolved} hồ sơ: trước hạn {resolved_early}, đúng hạn {resolved_on_time}, "
    "quá hạn {resolved_overdue}; tỷ lệ trước và đúng hạn {resolved_in_time_share} "
    "({resolved_in_time}/{resolved}). Trong đó: rút {resolved_withdrawn} hồ sơ, không xác định hạn "
    "{resolved_no_due} hồ sơ."
)
PENDING = (
    "Đang giải quyết {pending} hồ sơ: trong hạn {pending_in_due} (trong đó tạm dừng "
    "{pending_paused}), quá hạn {pending_overdue}."
)
SERVICES = (
    "Có {procedures} thủ tục hành chính: toàn trình {services_full} ({services_full_share}), "
    "một phần {services_partial} ({services_partial_share}), cung cấp thông tin "
    "{services_information} ({services_information_share}); "
    "tổng số dịch vụ công trực tuyến {online_services}."
)
PLAN = (
    "Kế hoạch cải cách hành chính: hoàn thành {plan_done}/{plan_total} nhiệm vụ ({plan_share}), "
    "quá hạn {plan_overdue}."
)
