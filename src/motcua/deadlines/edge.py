"""The edge of deadlines: read what was due, tell of what passed unmet."""

import json
import logging
import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from motcua.clock import read_clock
from motcua.contracts import read_register
from motcua.deadlines.owed import Deadline, Expected, judge, list_deadlines, next_deadlines
from motcua.deadlines.reminder import reminder_line, write_reminder
from motcua.files import write_whole
from motcua.receipts import read_receipts
from motcua.settings import Settings

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 30


def read_expected(settings: Settings, now: datetime) -> list[Expected]:
    """Say of each deadline up to now which delivery met it."""
    deadlines = list_deadlines(read_register(settings.localities), now)
    return judge(deadlines, read_receipts(settings.receipts), now.date())


def read_next_deadlines(settings: Settings, now: datetime) -> dict[str, Deadline]:
    """Give each locality's next deadline, by its code."""
    return next_deadlines(read_register(settings.localities), now)


def run_reminders(settings: Settings, now: datetime | None = None) -> int:
    """Tell once of each deadline that has passed unmet: in the log, and by e-mail if configured.

    An e-mail that could not be sent is logged, and all is told again next time. A locality with
    something that has not been taken in yet is left for then.

    Returns:
        How many deadlines have been told of for good.
    """
    from motcua.intake.edge import read_waiting

    now = now or read_clock()
    told = _read_told(settings)
    missing = [one.deadline for one in read_expected(settings, now) if one.is_missing]
    untold = [deadline for deadline in missing if deadline.key not in told]
    if not untold:
        return 0
    waiting = set(read_waiting(settings))
    untold = [one for one in untold if one.locality.locality_code not in waiting]
    for deadline in untold:
        logger.warning("Quá hạn gửi: %s", reminder_line(deadline))
    if not untold or not _send(settings, untold, now):
        return 0
    _write_told(settings, told | {deadline.key: now.isoformat() for deadline in untold})
    return len(untold)


def mail_problem(settings: Settings) -> str | None:
    """Say what the settings of the mail server lack, if one is named."""
    if settings.smtp_host and not (settings.mail_from and settings.mail_to):
        return "MOTCUA_SMTP_HOST needs MOTCUA_MAIL_FROM and MOTCUA_MAIL_TO; set both"
    return None


def _send(settings: Settings, deadlines: Sequence[Deadline], now: datetime) -> bool:
    """Send one message about all, and say whether nothing is left to send."""
    if not settings.smtp_host:
        return True
    try:
        if problem := mail_problem(settings):
            logger.error("reminder not sent, tried again next time: %s", problem)
            return False
        message = write_reminder(deadlines, now, settings.mail_from, settings.mail_to)
        _hand_over(settings, message)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        # The class alone: what a server answers may repeat addresses.
        logger.error(  # noqa: TRY400 - no traceback, it is expected to happen
            "reminder not sent, tried again next time: %s", type(error).__name__
        )
        return False
    return True


def _hand_over(settings: Settings, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    place = (settings.smtp_host, settings.smtp_port)
    server = (
        smtplib.SMTP_SSL(*place, timeout=PATIENCE_SECONDS, context=context)
        if settings.smtp_security == "tls"
        else smtplib.SMTP(*place, timeout=PATIENCE_SECONDS)
    )
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        refused = server.send_message(message)
    if refused:
        logger.error("%s of the addresses in MOTCUA_MAIL_TO were refused", len(refused))


def _read_told(settings: Settings) -> dict[tuple[str, str], str]:
    """Give when each deadline was told of, by locality and due moment."""
    if not settings.reminded.exists():
        return {}
    lines = map(json.loads, settings.reminded.read_text("utf-8").splitlines())
    return {(line["locality_code"], line["due_at"]): line["told_at"] for line in lines}


def _write_told(settings: Settings, told: dict[tuple[str, str], str]) -> None:
    """Write the record anew, whole or not at all."""
    lines = [
        json.dumps({"locality_code": code, "due_at": due_at, "told_at": told_at}) + "\n"
        for (code, due_at), told_at in told.items()
    ]
    write_whole(settings.reminded, "".join(lines))
