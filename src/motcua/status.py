"""What `motcua status` and `motcua doctor` say: read from receipts, the register and the disk."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import ByteSize

from motcua.boundaries import read_boundaries
from motcua.clock import read_clock
from motcua.contracts import Contract, read_contracts, read_localities
from motcua.deadlines.edge import mail_problem, read_expected, read_next_deadlines
from motcua.deadlines.owed import Deadline, Expected
from motcua.duplicates.edge import read_decisions
from motcua.errors import MotcuaError
from motcua.forms import read_form
from motcua.receipts import read_receipts
from motcua.retention import REMEDIES, find_outdated, read_sizes
from motcua.settings import Settings
from motcua.units.edge import read_agency_successions

FREE_BYTES_WANTED = 5 * 2**30
KEY_BYTES_WANTED = 32
"""A key as long as the sum that HMAC-SHA256 makes (RFC 2104, section 3)."""

Lines = list[dict[str, object]]

_QUALITY = {
    "locality": "locality_code",
    "month": "strftime(exported_month_date, '%Y-%m')",
    "deliveries": "delivery_count",
    "refused whole": "refused_delivery_count",
    "lines": "source_count",
    "accepted": "accepted_count",
    "refused": "refused_count",
    "warned": "warned_count",
    "corrected": "corrected_count",
}
_HAS_QUALITY_SQL = "select 1 from duckdb_tables() where table_name = 'fct_locality_quality'"
_QUALITY_SQL = (
    f"select {', '.join(_QUALITY.values())} from quality.fct_locality_quality "
    "order by locality_code, exported_month_date"
)
_COMPARISONS_SQL = """
select
    reviews.review_code,
    periods.scheme_code,
    periods.start_date,
    periods.known_to_date,
    previous.period_name as previous_period_name,
    previous.scheme_code as previous_scheme_code,
    previous.start_date as previous_start_date,
    previous.known_to_date as previous_known_to_date,
    same.period_name as same_period_name,
    same.scheme_code as same_scheme_code,
    same.start_date as same_start_date,
    same.known_to_date as same_known_to_date
from review.dim_reviews as reviews
inner join core.dim_periods as periods on reviews.period_code = periods.period_code
left join core.dim_periods as previous on reviews.previous_period_code = previous.period_code
left join core.dim_periods as same on reviews.same_period_last_year_code = same.period_code
where periods.start_date <= periods.known_to_date
order by reviews.review_code
"""


def read_delivery_lines(settings: Settings) -> Lines:
    """Give a line per delivery, by locality and time of export."""
    receipts = sorted(
        read_receipts(settings.receipts), key=lambda one: (one.locality_code, one.exported_at)
    )
    return [
        {
            "locality": receipt.locality_code,
            "delivery": receipt.delivery_name,
            "id": receipt.delivery_id,
            "exported": receipt.exported_at,
            "state": receipt.state_code,
            "accepted": sum(dataset.accepted_count for dataset in receipt.datasets),
            "refused": sum(dataset.refused_count for dataset in receipt.datasets),
            "reason": receipt.refusal_sentence or "",
        }
        for receipt in receipts
    ]


def read_rescue_lines(settings: Settings) -> Lines:
    """Give a line per thing that was done to read a delivery, in the words its sender reads."""
    return [
        {
            "locality": receipt.locality_code,
            "delivery": receipt.delivery_name,
            "dataset": dataset.dataset_code,
            "column": rescue.column_name or "",
            "done": rescue.sentence,
        }
        for receipt in read_receipts(settings.receipts)
        for dataset in receipt.datasets
        for rescue in dataset.rescues
    ]


def read_missing_localities(settings: Settings) -> Lines:
    """Give a line per expected locality of which nothing has been accepted."""
    sent = {
        receipt.locality_code
        for receipt in read_receipts(settings.receipts)
        if receipt.state_code != "refused"
    }
    return [
        {"locality": locality.locality_code, "name": locality.locality_name}
        for locality in read_localities(settings.localities).values()
        if locality.is_expected and locality.locality_code not in sent
    ]


def read_inbox_lines(settings: Settings) -> Lines:
    """Give a line per thing in the inbox, with what it waits for."""
    from motcua.intake.arrivals.edge import read_inbox

    return [
        {"locality": code, "delivery": name, "waits for": reason}
        for code, name, reason in read_inbox(settings)
    ]


def read_deadline_lines(settings: Settings, now: datetime) -> Lines:
    """Give a line per locality that owes deliveries, those who are late now first."""
    expected = read_expected(settings, now)
    coming = read_next_deadlines(settings, now)
    last = {one.deadline.locality.locality_code: one for one in expected}
    missing = Counter(one.deadline.locality.locality_code for one in expected if one.is_missing)
    owing = [
        locality
        for locality in read_localities(settings.localities).values()
        if locality.locality_code in {*last, *coming}
    ]
    owing.sort(key=lambda one: -_days_missing(last.get(one.locality_code)))
    return [
        {
            "locality": locality.locality_code,
            "name": locality.locality_name,
            "last due": _moment(last[code].deadline if code in last else None),
            "state": _state_of(last.get(code)),
            "never sent": missing[code],
            "next due": _moment(coming.get(code)),
        }
        for locality in owing
        for code in [locality.locality_code]
    ]


def _days_missing(expected: Expected | None) -> int:
    return expected.late_days if expected and expected.is_missing else 0


def _moment(deadline: Deadline | None) -> str:
    return f"{deadline.due_at:%Y-%m-%d %H:%M}" if deadline else ""


def _state_of(expected: Expected | None) -> str:
    if expected is None:
        return ""
    if expected.is_missing:
        return f"missing for {expected.late_days} days"
    return f"{expected.late_days} days late" if expected.is_late else "on time"


def read_published_lines(settings: Settings) -> Lines:
    """Give what is published: file, as-of date, dossiers; nothing where nothing is."""
    if not settings.marts_file.exists():
        return []
    import duckdb

    with duckdb.connect(str(settings.marts_file), read_only=True) as connection:
        as_of_date, is_simulated = connection.execute(
            "select as_of_date, is_simulated from quality.dim_builds"
        ).fetchone()
        (dossier_count,) = connection.execute("select count(*) from core.fct_dossiers").fetchone()
    return [
        {
            "file": settings.marts_file,
            "as of": as_of_date,
            "dossiers": dossier_count,
            "simulated": is_simulated,
        }
    ]


def read_quality_lines(settings: Settings) -> Lines:
    """Give a line per locality and month of export: how good its deliveries were, as published."""
    if not settings.marts_file.exists():
        return []
    import duckdb

    with duckdb.connect(str(settings.marts_file), read_only=True) as connection:
        # A release from before this table has none of it.
        has_table = connection.execute(_HAS_QUALITY_SQL).fetchall()
        rows = connection.execute(_QUALITY_SQL).fetchall() if has_table else []
    return [dict(zip(_QUALITY, row, strict=True)) for row in rows]


def read_comparison_lines(settings: Settings) -> Lines:
    """Give a line per published review that compares unlike periods, as its pack says it."""
    if not settings.marts_file.exists():
        return []
    import duckdb

    from motcua.snapshot.likeness import sentence

    with duckdb.connect(str(settings.marts_file), read_only=True) as connection:
        found = connection.execute(_COMPARISONS_SQL)
        names = [column[0] for column in found.description]
        reviews = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [
        {"review": review["review_code"], "warning": warning}
        for review in reviews
        if (warning := sentence(review))
    ]


def find_troubles(settings: Settings) -> list[str]:
    """Give one sentence per trouble, each with what to do."""
    return [
        *_find_file_troubles(settings),
        *_find_register_troubles(settings),
        *_find_pack_file_troubles(settings),
        *_find_key_troubles(settings),
        *_find_mail_troubles(settings),
        *_find_disk_troubles(settings.home),
        *_find_retention_troubles(settings),
        *_find_budget_troubles(settings),
        *_find_inbox_troubles(settings),
        *_find_erasure_troubles(settings),
    ]


def _find_erasure_troubles(settings: Settings) -> Iterator[str]:
    from motcua.erasure.edge import is_unfinished

    if is_unfinished(settings):
        yield f"{settings.raw}: an erasure was not finished; run `motcua erase` as before"


def _find_file_troubles(settings: Settings) -> Iterator[str]:
    try:
        contracts = read_contracts(settings.contracts)
        for locality in read_localities(settings.localities).values():
            for name in set(locality.contracts) - set(contracts):
                yield (
                    f"{settings.localities}: {locality.locality_code} names contract {name!r}, "
                    f"which {settings.contracts} does not hold; add it or correct the name"
                )
    except (MotcuaError, OSError) as error:
        yield f"{error}; correct the file and run again"


def _find_register_troubles(settings: Settings) -> Iterator[str]:
    for read, path in (
        (read_agency_successions, settings.successions),
        (read_decisions, settings.duplicates),
    ):
        try:
            read(path)
        except MotcuaError as error:
            yield f"{error}; correct the register, nothing is built with it"


def _find_pack_file_troubles(settings: Settings) -> Iterator[str]:
    for read in (read_boundaries, read_form):
        try:
            read(settings)
        except MotcuaError as error:
            yield f"{error}; correct the file or the setting, no pack is made with it"


def _find_key_troubles(settings: Settings) -> Iterator[str]:
    """Name the contracts that make tokens where the key is absent or too short to keep them so."""
    try:
        contracts = read_contracts(settings.contracts)
    except (MotcuaError, OSError):
        return  # told by _find_file_troubles
    key = settings.hmac_key.get_secret_value().encode() if settings.hmac_key else b""
    needing = [name for name, contract in contracts.items() if _makes_tokens(contract)]
    if needing and len(key) < KEY_BYTES_WANTED:
        yield (
            f"MOTCUA_HMAC_KEY has {len(key)} bytes, and {', '.join(needing)} "
            f"make applicant tokens; set one of {KEY_BYTES_WANTED} bytes or more "
            "(docs/operations.md says how to change it)"
        )


def _makes_tokens(contract: Contract) -> bool:
    return any("token" in layout.personal.values() for layout in contract.datasets.values())


def _find_mail_troubles(settings: Settings) -> Iterator[str]:
    if problem := mail_problem(settings):
        yield problem


def _find_retention_troubles(settings: Settings) -> Iterator[str]:
    """Name what is kept longer than the settings say: nothing has been published since."""
    found = Counter(outdated.setting for outdated in find_outdated(settings, read_clock()))
    for setting, count in found.items():
        yield f"{count} files or folders are past {setting}; `motcua build` deletes them"


def _find_budget_troubles(settings: Settings) -> Iterator[str]:
    """Name the three largest folders, with what to do, where the home is over its budget."""
    if settings.disk_budget is None:
        return
    sizes = read_sizes(settings)
    held = sum(sizes.values())
    if held <= settings.disk_budget:
        return
    largest = "; ".join(
        f"{folder} {_words(size)}: {REMEDIES.get(folder, 'see what is in it')}"
        for folder, size in list(sizes.items())[:3]
    )
    yield (
        f"{settings.home} holds {_words(held)}, over MOTCUA_DISK_BUDGET of "
        f"{_words(settings.disk_budget)}; largest: {largest}"
    )


def _words(byte_count: int) -> str:
    return ByteSize(byte_count).human_readable()


def _find_disk_troubles(home: Path) -> Iterator[str]:
    free = shutil.disk_usage(home).free
    if free < FREE_BYTES_WANTED:
        yield f"{home}: only {free / 2**30:.1f} GiB free; make room, a build wants 5 GiB"
    try:
        probe = home / "var" / ".doctor"
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.write_text("", "utf-8")
        probe.unlink()
    except OSError as error:
        yield f"{home}/var cannot be written: {error.strerror}; correct its owner or mount"


def _find_inbox_troubles(settings: Settings) -> Iterator[str]:
    if not settings.inbox.exists() or not settings.localities.exists():
        return
    known = set(read_localities(settings.localities))
    for folder in sorted(settings.inbox.iterdir()):
        if folder.is_dir() and folder.name not in known and folder.name[0] not in "._":
            yield (
                f"{folder}: no locality of that code in {settings.localities}; "
                "add a line there or move the folder"
            )
