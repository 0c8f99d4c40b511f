"""What localities owe by their calendars, who met it, and the one time that it is told."""

import itertools
import json
import logging
import socketserver
import threading
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua import status
from motcua.contracts import Calendar, Localities, parse_localities
from motcua.deadlines import edge
from motcua.deadlines.owed import deadline_rows, judge, list_deadlines, next_deadlines
from motcua.errors import ContractError
from motcua.receipts import write_receipt
from motcua.settings import Settings
from receipts_support import receipt

MONTHLY = '{every: month, by_day: 5, time: "17:00", from: 2024-06-30, to: 2024-08-31}'
LATER = '{every: quarter, by_day: 10, time: "08:00", from: 2024-09-30}'
EARLIEST, LATEST = date(2019, 1, 1), date(2027, 12, 31)
NOON = datetime(2024, 8, 6, 12)


def register_text(owes="hang_thang", monthly=MONTHLY):
    return (
        f"calendars:\n  hang_thang: {monthly}\n  hang_quy: {LATER}\nlocalities:\n"
        "  - {locality_code: ag-test, locality_name: Huyện Thử, province_code: H01, "
        f"province_name: Tỉnh An Giang, contracts: x, calendars: {owes}}}\n"
        "  - {locality_code: ag-free, locality_name: Thị xã Khác, province_code: H01, "
        "province_name: Tỉnh An Giang, contracts: x}\n"
    )


def register(**more):
    return parse_localities(register_text(**more), "l.yml")


# The register


@pytest.mark.parametrize(
    ("more", "words"),
    [
        pytest.param({"owes": "hang_nam"}, ["line 5", "calendars", "hang_nam"], id="unknown"),
        pytest.param(
            {
                "monthly": MONTHLY.replace("08-31", "09-30"),
                "owes": "[hang_quy, hang_thang]",
            },
            ["line 5", "calendars", "must end"],
            id="two at a time",
        ),
        pytest.param(
            {"monthly": MONTHLY.replace(", to: 2024-08-31", ""), "owes": "[hang_thang, hang_quy]"},
            ["must end"],
            id="one without end before another",
        ),
        pytest.param({"owes": "[hang_quy, hang_quy]"}, ["must end"], id="twice the same"),
        pytest.param(
            {"monthly": MONTHLY.replace('"17:00"', "17:00")},
            ["line 2", "calendars.hang_thang.time", "quotation marks"],
            id="time without quotation marks",
        ),
        pytest.param({"monthly": MONTHLY.replace("17:", "25:")}, ["line 2", "time"], id="hour 25"),
        pytest.param({"monthly": MONTHLY.replace("5,", "31,")}, ["line 2", "by_day"], id="day 31"),
        pytest.param({"monthly": MONTHLY.replace("every", "each")}, ["line 2", "each"], id="key"),
        pytest.param(
            {"monthly": MONTHLY.replace("to: 2024", "to: 2023")}, ["line 2", "before from"], id="to"
        ),
    ],
)
def test_a_wrong_calendar_names_line_and_key(more, words):
    with pytest.raises(ContractError) as caught:
        register(**more)
    assert all(word in str(caught.value) for word in ["l.yml", *words])


def test_the_shipped_register_is_valid_and_owes():
    shipped = Settings().localities
    assert list_deadlines(parse_localities(shipped.read_text("utf-8"), "l.yml"), NOON)


# Deadlines


def test_deadlines_follow_the_calendars_one_after_another():
    found = list_deadlines(register(owes="[hang_thang, hang_quy]"), datetime(2025, 1, 10, 8))

    assert [(one.period_end_date, one.exported_before_date, one.due_at) for one in found] == [
        (date(2024, 6, 30), date(2024, 7, 31), datetime(2024, 7, 5, 17)),
        (date(2024, 7, 31), date(2024, 8, 31), datetime(2024, 8, 5, 17)),
        (date(2024, 8, 31), date(2024, 9, 30), datetime(2024, 9, 5, 17)),
        (date(2024, 9, 30), date(2024, 12, 31), datetime(2024, 10, 10, 8)),
        (date(2024, 12, 31), date(2025, 3, 31), datetime(2025, 1, 10, 8)),
    ]


def test_after_the_last_period_owed_every_later_export_is_its():
    last = list_deadlines(register(), datetime(2030, 1, 1))[-1]

    assert (last.period_end_date, last.exported_before_date) == (date(2024, 8, 31), None)


@pytest.mark.parametrize(
    ("every", "by_day", "ends", "due"),
    [
        ("half", 15, date(2024, 6, 14), datetime(2024, 6, 15, 17)),
        ("half", 14, date(2024, 6, 14), datetime(2024, 7, 14, 17)),
        ("year", 3, date(2024, 12, 14), datetime(2025, 1, 3, 17)),
        ("month", 28, date(2024, 1, 14), datetime(2024, 1, 28, 17)),
    ],
)
def test_periods_of_decree_09_end_on_the_14th(every, by_day, ends, due):
    given = f'every: {every}, scheme: nd09, by_day: {by_day}, time: "17:00", from: 2024-01-01'
    first = list_deadlines(register(monthly=f"{{{given}}}"), datetime(2026, 1, 1))[0]

    assert (first.period_end_date, first.due_at) == (ends, due)


def test_two_periods_due_at_one_moment_are_one_deadline():
    other = '  nd: {every: month, scheme: nd09, by_day: 15, time: "17:00", from: 2024-09-14}\n'
    text = register_text(owes="[hang_thang, nd]").replace("localities:", f"{other}localities:")
    text = text.replace("by_day: 5", "by_day: 15")
    found = list_deadlines(parse_localities(text, "l.yml"), datetime(2024, 9, 30))

    assert [(one.period_end_date, one.due_at) for one in found][-1] == (
        date(2024, 9, 14),
        datetime(2024, 9, 15, 17),
    )
    assert len({one.key for one in found}) == len(found)


CALENDARS = st.fixed_dictionaries(
    {
        "every": st.sampled_from(["month", "quarter", "half", "year"]),
        "scheme": st.sampled_from(["calendar", "nd09"]),
        "by_day": st.integers(1, 28),
        "time": st.times().map(lambda one: f"{one:%H:%M}"),
        "grace_hours": st.integers(0, 72),
        "from": st.dates(EARLIEST, LATEST),
    }
).map(Calendar.model_validate)


@settings(max_examples=60, deadline=None)
@given(by=CALENDARS, until=st.datetimes(datetime(2019, 1, 1), datetime(2027, 12, 31)))
def test_a_deadline_is_the_first_such_day_after_its_period_and_none_is_left_out(by, until):
    locality = register().localities[0].model_copy(update={"calendars": ("a",)})
    known = Localities(calendars={"a": by}, localities=[locality])
    found = list_deadlines(known, until)
    apart = {"month": 1, "quarter": 3, "half": 6, "year": 12}[by.every]

    for one in found:
        days = [one.period_end_date + timedelta(n) for n in range(1, 32)]
        due_date = next(day for day in days if day.day == by.by_day)
        assert one.due_at == datetime.combine(due_date, time.fromisoformat(by.time)) <= until
        assert one.counted_to_at - one.due_at == timedelta(hours=by.grace_hours)
        assert one.period_end_date >= by.from_date
        assert (one.period_end_date + timedelta(0 if by.scheme == "nd09" else 1)).day == (
            14 if by.scheme == "nd09" else 1
        )
    for one, following in itertools.pairwise(found):
        assert one.exported_before_date == following.period_end_date
    months = [one.period_end_date.year * 12 + one.period_end_date.month for one in found]
    assert all(later - earlier == apart for earlier, later in itertools.pairwise(months))
    coming = next_deadlines(known, until)["ag-test"]
    assert coming.due_at > until
    if found:
        assert found[-1].exported_before_date == coming.period_end_date
    else:
        assert (coming.period_end_date - max(by.from_date, until.date())).days <= 366


def test_the_models_read_what_was_due_up_to_the_end_of_the_day():
    rows = deadline_rows(register(), date(2024, 7, 5))

    assert rows == [
        {
            "locality_code": "ag-test",
            "province_code": "H01",
            "period_end_date": "2024-06-30",
            "exported_before_date": "2024-07-31",
            "due_at": "2024-07-05T17:00:00",
            "counted_to_at": "2024-07-05T17:00:00",
        }
    ]


# What became of them: the same rules hold in SQL (tests/warehouse/test_deadlines_property.py)


@pytest.mark.parametrize(
    ("sent", "late", "missing", "days"),
    [
        pytest.param([{}], False, False, 0, id="on time"),
        pytest.param([{"arrived_at": "2024-07-05T17:00:00"}], False, False, 0, id="last moment"),
        pytest.param([{"arrived_at": "2024-07-05T17:00:01"}], True, False, 1, id="second after"),
        pytest.param([{"arrived_at": "2024-07-08T00:00:00"}], True, False, 3, id="late"),
        pytest.param([], False, True, 26, id="never"),
        pytest.param([{"state_code": "refused"}], False, True, 26, id="refused"),
        pytest.param([{"contract_code": "tra_lai"}], False, True, 26, id="correction"),
        pytest.param([{"exported_at": "2024-06-29T23:59:59"}], False, True, 26, id="too early"),
        pytest.param([{"exported_at": "2024-07-31T00:00:00"}], False, True, 26, id="next period"),
        pytest.param([{"locality_code": "ag-free"}], False, True, 26, id="another's"),
        pytest.param(
            [{"is_simulated": True, "arrived_at": "2026-11-22T08:00:00"}], False, False, 0, id="sim"
        ),
    ],
)
def test_a_deadline_is_met_late_or_missed(sent, late, missing, days):
    until = datetime(2024, 7, 31, 12)
    (one,) = judge(
        list_deadlines(register(), until), [receipt(**more) for more in sent], until.date()
    )

    assert (one.is_late, one.is_missing, one.late_days) == (late, missing, days)


# Telling of it


@pytest.fixture
def home(tmp_path):
    """A home whose one owing locality missed June and sent July in time."""
    register = tmp_path / "localities.yml"
    register.write_text(register_text(), "utf-8")
    told = Settings(home=tmp_path, localities=register, smtp_security="none", hmac_key=None)
    write_receipt(receipt(exported_at="2024-08-01T08:00:00"), told.receipts)
    return told


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server of the few commands that matter, which keeps what it was given."""

    allow_reuse_address = True

    def __init__(self, refused=()):
        self.letters, self.refused = [], refused
        super().__init__(("127.0.0.1", 0), _Session)


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 mailbox")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.say("354 go on")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.letters.append(message_from_bytes(letter, policy=policy.default))
            elif word == b"RCPT" and any(one in line.decode() for one in self.server.refused):
                self.say("550 no such person")
                continue
            self.say("221 bye" if word == b"QUIT" else "250 fine")
            if word == b"QUIT":
                return

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mailbox():
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def by_mail(home, server):
    host, port = server.server_address
    update = {"smtp_host": host, "smtp_port": port}
    update |= {"mail_from": "kho@example.vn", "mail_to": "mot@example.vn, hai@example.vn"}
    return home.model_copy(update=update)


def test_a_missed_deadline_is_logged_once(home, caplog):
    assert edge.run_reminders(home, NOON) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "Quá hạn gửi: Huyện Thử (ag-test), Tỉnh An Giang: kỳ số liệu đến hết ngày 30/06/2024, "
        "hạn gửi 17:00 ngày 05/07/2024"
    ]
    caplog.clear()

    assert edge.run_reminders(home, NOON + timedelta(hours=1)) == 0
    assert caplog.records == []


def test_the_next_deadline_is_told_of_when_it_passes_and_not_before(home):
    edge.run_reminders(home, NOON)

    assert edge.run_reminders(home, datetime(2024, 9, 5, 16, 59, 59)) == 0
    assert edge.run_reminders(home, datetime(2024, 9, 5, 17)) == 1
    told = [json.loads(line) for line in home.reminded.read_text("utf-8").splitlines()]
    assert [line["due_at"] for line in told] == ["2024-07-05T17:00:00", "2024-09-05T17:00:00"]


def test_a_message_goes_out_in_vietnamese_once_for_all(home, mailbox):
    mailed = by_mail(home, mailbox)
    edge.run_reminders(mailed, datetime(2024, 9, 6, 2))
    edge.run_reminders(mailed, datetime(2024, 9, 7, 2))

    (letter,) = mailbox.letters
    assert letter["Subject"] == "Motcua: 1 địa phương chưa gửi dữ liệu đúng hạn"
    assert (letter["From"], letter["To"]) == ("kho@example.vn", "mot@example.vn, hai@example.vn")
    text = letter.get_content()
    assert "Đến 02:00 ngày 06/09/2024" in text
    assert "- Huyện Thử (ag-test), Tỉnh An Giang: kỳ số liệu đến hết ngày 30/06/2024" in text
    assert "31/08/2024, hạn gửi 17:00 ngày 05/09/2024" in text
    assert "31/07/2024" not in text


def test_a_mail_server_that_is_down_loses_nothing(home, mailbox, caplog):
    mailed = by_mail(home, mailbox)
    with Mailbox() as gone:
        down = by_mail(home, gone)

    assert edge.run_reminders(down, NOON) == 0
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.ERROR]
    assert not home.reminded.exists()
    assert edge.run_reminders(mailed, NOON) == 1
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(("refused", "told"), [(["hai@"], 1), (["hai@", "mot@"], 0)])
def test_a_refused_address_is_told_of_without_naming_it(home, mailbox, caplog, refused, told):
    mailbox.refused = refused

    assert edge.run_reminders(by_mail(home, mailbox), NOON) == told
    assert len(mailbox.letters) == told
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.ERROR]
    assert "@" not in caplog.text


def test_a_half_set_mail_server_is_a_trouble_and_loses_nothing(home, caplog):
    half = home.model_copy(update={"smtp_host": "127.0.0.1"})

    assert edge.run_reminders(half, NOON) == 0
    assert not home.reminded.exists()
    assert "MOTCUA_MAIL_FROM" in caplog.text
    assert any("MOTCUA_MAIL_TO" in trouble for trouble in status.find_troubles(half))


def test_what_lies_in_the_inbox_is_waited_for(home):
    drop = home.inbox / "ag-test" / "a.zip"
    drop.parent.mkdir(parents=True)
    drop.write_bytes(b"x")

    assert edge.run_reminders(home, NOON) == 0
    drop.unlink()
    assert edge.run_reminders(home, NOON) == 1


def test_status_names_who_is_late_now_how_often_and_what_comes_next(home):
    write_receipt(receipt("b" * 16, "2024-07-01T08:00:00", locality_code="ag-free"), home.receipts)
    (met,) = status.read_deadline_lines(home, NOON)
    (late,) = status.read_deadline_lines(home, datetime(2024, 9, 8, 9))

    assert met == {
        "locality": "ag-test",
        "name": "Huyện Thử",
        "last due": "2024-08-05 17:00",
        "state": "on time",
        "never sent": 1,
        "next due": "2024-09-05 17:00",
    }
    assert (late["state"], late["never sent"], late["next due"]) == ("missing for 3 days", 2, "")
