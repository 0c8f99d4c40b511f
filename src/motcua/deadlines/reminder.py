"""The reminder that goes out when deadlines have passed: Vietnamese, about localities only."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from motcua.deadlines.owed import Deadline


def reminder_line(deadline: Deadline) -> str:
    """Say which delivery is missing."""
    return (
        f"{deadline.locality.locality_name} ({deadline.locality.locality_code}), "
        f"{deadline.locality.province_name}: kỳ số liệu đến hết ngày "
        f"{deadline.period_end_date:%d/%m/%Y}, hạn gửi {deadline.due_at:%H:%M ngày %d/%m/%Y}"
    )


def write_reminder(
    deadlines: Sequence[Deadline], now: datetime, sender: str, receivers: str
) -> EmailMessage:
    """Write one message about all deadlines that have passed since the last."""
    count = len({deadline.locality.locality_code for deadline in deadlines})
    message = EmailMessage()
    message["Subject"] = f"Motcua: {count} địa phương chưa gửi dữ liệu đúng hạn"
    message["From"] = sender
    message["To"] = receivers
    lines = "\n".join(f"- {reminder_line(deadline)}" for deadline in deadlines)
    message.set_content(
        f"Đến {now:%H:%M ngày %d/%m/%Y}, kho dữ liệu hồ sơ một cửa chưa tiếp nhận được lần gửi nào "
        f"cho các kỳ số liệu đã quá hạn sau:\n\n{lines}\n\n"
        "Lần gửi bị từ chối cả không tính là đã gửi; lý do nằm trong bảng trả lại của địa phương.\n"
        "Mỗi hạn gửi chỉ nhắc một lần. Xem lại bằng lệnh: motcua status\n"
    )
    return message
