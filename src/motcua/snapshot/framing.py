"""The frame of every page and the coverage box: whose figures, which period, as of when."""

import datetime
import re

from motcua.shelf.states import STATE_NAMES, StateCode
from motcua.snapshot import numbers
from motcua.snapshot.marts import Marts, Record, Scope
from motcua.snapshot.model import SIMULATED_BANNER, Coverage, Header
from motcua.snapshot.notes import RULE_NAMES

ABBREVIATION = "…"
SIGNATORY_TITLE = "QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ"
TITLE = "SỐ LIỆU HỌP RÀ SOÁT CÔNG TÁC CẢI CÁCH HÀNH CHÍNH"

_NATIONAL_CODE = re.compile(r"H\d{2}")
_CITY = "thành phố"
_PROVINCE = "tỉnh"
_COMMITTEE = "UBND "


def header(marts: Marts, version: int = 1) -> Header:
    """Work out the frame."""
    review = marts.review
    name = review["province_name"] or review["province_code"]
    is_simulated = _is_simulated(marts)
    scope = marts.scope
    return Header(
        title=TITLE,
        review_code=review["review_code"],
        review_name=review["review_name"] or review["review_code"],
        province_code=review["province_code"],
        province_name=name,
        issuer_lines=_issuer_lines(review["province_code"], name, scope),
        issuer_abbreviation=ABBREVIATION,
        signatory_title=SIGNATORY_TITLE,
        place=_bare_name(name),
        period_code=review["period_code"],
        period_name=review["period_name"] or review["period_code"],
        period_line=_period_line(review),
        as_of_date=review["as_of_date"].isoformat(),
        as_of_line=(
            f"Khai thác: số liệu biết đến hết ngày {numbers.format_date(review['as_of_date'])}"
        ),
        version=version,
        version_line=version_line(version, "draft"),
        state_code="draft",
        rule_code=review["rule_code"],
        rule_line=f"Quy tắc đếm: {RULE_NAMES.get(review['rule_code'], review['rule_code'])}",
        is_simulated=is_simulated,
        banner=SIMULATED_BANNER if is_simulated else "",
        agency_code=scope.agency_code if scope else "",
        agency_name=scope.agency_name if scope else "",
        scope_line=f"Phạm vi: {scope.name}" if scope else "",
    )


def version_line(version: int, state_code: StateCode) -> str:
    """Say the version and its state."""
    return f"Phiên bản {version:02d} ({STATE_NAMES[state_code]})"


def complete_codes(marts: Marts) -> tuple[str, ...]:
    """Give the localities that exported after the period's last day, and dossiers of the period."""
    end = marts.review["end_date"]
    return tuple(
        record["locality_code"]
        for record in marts.localities
        if record["last_exported_at"] is not None
        and _day(record["last_exported_at"]) > end
        and _has_dossiers(marts, record["locality_code"])
    )


def absent_before(marts: Marts, role: str) -> tuple[str, ...]:
    """Name the localities with dossiers of this period and none of an earlier one."""
    now, before = _locality_codes(marts, "current"), _locality_codes(marts, role)
    return tuple(
        record["locality_name"]
        for record in marts.localities
        if record["locality_code"] in now - before
    )


def _has_dossiers(marts: Marts, locality_code: str) -> bool:
    """Tell whether a locality sent dossiers of the period; where that cannot be read, it did."""
    if marts.locality_dossiers is None:
        return True
    return locality_code in _locality_codes(marts, "current")


def _locality_codes(marts: Marts, role: str) -> set[str]:
    return {
        record["locality_code"]
        for record in marts.locality_dossiers or ()
        if record["period_role"] == role
    }


def coverage(marts: Marts) -> Coverage:
    """Say whose figures these are; name each locality whose do not reach the period's end."""
    expected = [record for record in marts.localities if record["is_expected"]]
    complete = complete_codes(marts)
    missing = tuple(
        _missing_name(record, marts.review["end_date"])
        for record in expected
        if record["locality_code"] not in complete
    )
    is_whole = bool(expected) and not missing
    return Coverage(
        expected_count=len(expected),
        complete_count=len(expected) - len(missing),
        missing=missing,
        is_whole=is_whole,
        scope=_scope(marts, is_whole=is_whole),
        sentence=_coverage_sentence(marts, missing),
    )


def _others(marts: Marts, complete: tuple[str, ...]) -> tuple[str, ...]:
    """Name the localities that sent figures of the period without being asked to."""
    return tuple(
        record["locality_name"]
        for record in marts.localities
        if record["locality_code"] in complete and not record["is_expected"]
    )


def _coverage_sentence(marts: Marts, missing: tuple[str, ...]) -> str:
    expected = sum(1 for record in marts.localities if record["is_expected"])
    others = _others(marts, complete_codes(marts))
    sent = (
        f"Số liệu đến hết kỳ của {expected - len(missing)}/{expected} địa phương, đơn vị"
        if expected
        else "Không có danh sách địa phương, đơn vị phải gửi số liệu"
    )
    if marts.scope:
        sent = f"{_senders(marts.scope)}. {sent}"
    parts = [sent]
    if others:
        parts.append(f"có số liệu đến hết kỳ, ngoài danh sách phải gửi: {', '.join(others)}")
    if missing:
        parts.append(f"chưa có: {', '.join(missing)}")
    return f"{'; '.join(parts)}."


def _senders(scope: Scope) -> str:
    """Say whose figures an agency's coverage speaks of."""
    if scope.is_sender_known:
        return f"Xét nơi đã gửi hồ sơ của {scope.name}"
    return (
        f"Kho chưa nhận hồ sơ nào của {scope.name}, nên không biết nơi nào gửi; xét mọi nơi của "
        "địa bàn"
    )


def _missing_name(record: Record, end: datetime.date) -> str:
    if record["last_exported_at"] is None:
        return f"{record['locality_name']} (chưa gửi)"
    day = _day(record["last_exported_at"])
    if day > end:
        return f"{record['locality_name']} (không có hồ sơ của kỳ)"
    return f"{record['locality_name']} (mới có đến {numbers.format_date(day)})"


def _is_simulated(marts: Marts) -> bool:
    """Tell whether any delivery behind these figures is a demonstration; else ask the build."""
    if marts.deliveries:
        return any(record["is_simulated"] for record in marts.deliveries)
    return bool(marts.review["is_simulated"])


def _period_line(review: Record) -> str:
    start, end = review["start_date"], review["end_date"]
    line = f"Kỳ số liệu: từ ngày {numbers.format_date(start)} đến ngày {numbers.format_date(end)}"
    if review["known_to_date"] < end:
        return f"{line} (kỳ chưa kết thúc lúc khai thác)"
    return line


def _scope(marts: Marts, *, is_whole: bool) -> str:
    """Name who did what the sentences tell: an agency, the province, or who sent figures of it."""
    if marts.scope:
        return marts.scope.name if is_whole else f"{marts.scope.name} (theo số liệu đã gửi)"
    if not is_whole:
        return "các địa phương, đơn vị đã gửi số liệu"
    return _whole_name(marts.review)


def _whole_name(review: Record) -> str:
    name = review["province_name"] or ""
    if not _NATIONAL_CODE.fullmatch(review["province_code"]):
        return "toàn địa bàn"
    return "toàn thành phố" if name.casefold().startswith(_CITY) else "toàn tỉnh"


def _issuer_lines(code: str, name: str, scope: Scope | None) -> tuple[str, ...]:
    """Name who issues the report: an agency, below the province's committee or as a committee."""
    whole = _committee_lines(code, name)
    if scope is None:
        return whole
    if scope.agency_name.startswith(_COMMITTEE):
        return ("ỦY BAN NHÂN DÂN", scope.agency_name.removeprefix(_COMMITTEE).upper())
    return (" ".join(whole), scope.agency_name.upper())


def _committee_lines(code: str, name: str) -> tuple[str, ...]:
    if not _NATIONAL_CODE.fullmatch(code):
        return (name.upper(),)
    unit = name if name.casefold().startswith((_CITY, _PROVINCE)) else f"{_PROVINCE} {name}"
    return ("ỦY BAN NHÂN DÂN", unit.upper())


def _bare_name(name: str) -> str:
    return re.sub(rf"^({_PROVINCE}|{_CITY})\s+", "", name, flags=re.IGNORECASE)


def _day(value: datetime.date) -> datetime.date:
    return value.date() if isinstance(value, datetime.datetime) else value
