"""What the intake tests share: a home with a locality and a contract, a suite easy to steer."""

import json
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from motcua.intake import edge, encodings
from motcua.receipts import Check, Receipt
from motcua.settings import Settings

LOCALITY = "ag-test"
COLUMNS = {
    "Mã hồ sơ": "dossier_code",
    "Kênh": "channel_code",
    "Tiếp nhận": "received_at",
    "Hẹn trả": "due_at",
    "Số hóa": "is_input_digitised",
    "Thủ tục": "procedure_name",
}
PERSONAL = {"Họ tên": "drop", "CCCD": "drop"}
VALUES = {"channel_code": {"Trực tuyến": "online", "Trực tiếp": "direct"}}
HEADER = "Mã hồ sơ,Họ tên,CCCD,Kênh,Tiếp nhận,Hẹn trả,Số hóa,Thủ tục"


def line(number: int, **other: str) -> str:
    """One CSV line of the test layout."""
    values = {
        "code": f"H01.01-240102-{number:05}",
        "name": f"Nguyễn Văn Riêng {number}",
        "identity": f"0791234{number:05}",
        "channel": "Trực tuyến",
        "received": "2024-01-02 08:00:00",
        "due": "2024-01-10 17:00:00",
        "digitised": "1",
        "procedure": f"Thủ tục {number}",
    } | other
    return ",".join(values.values())


def csv_text(count: int, *more: str) -> str:
    """Text of an export with ``count`` clean lines and some more."""
    return "\n".join([HEADER, *(line(number) for number in range(count)), *more]) + "\n"


def legacy_bytes(text: str, encoding: str) -> bytes:
    """Write a text as software of before Unicode did: TCVN3, VNI or Windows-1258."""
    if encoding in encodings.FONTS:
        return encodings.in_font(text, encoding).encode("latin-1")
    return "".join(map(_tone_apart, text)).encode(encoding)


def _tone_apart(letter: str) -> str:
    marks = unicodedata.normalize("NFD", letter)
    tone = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tone)) + tone


@dataclass(frozen=True, slots=True)
class FakeOutcome:
    """What a suite found, without Great Expectations."""

    checks: tuple[Check, ...] = ()
    refuses_delivery: bool = False
    result: dict[str, Any] = field(default_factory=dict)


def fake_suite(
    connection: duckdb.DuckDBPyConnection, dataset_code: str, suites_folder: Path
) -> FakeOutcome:
    """Refuse rows whose dates or channel could not be read, and nothing else."""
    connection.execute(
        "create or replace table findings (_row_id bigint, rule_code string, column_name string, "
        "severity_code string, sentence string)"
    )
    unread = [
        name for name in connection.table(dataset_code).columns if name.startswith("_unread_")
    ]
    for name in unread:
        connection.execute(
            f"insert into findings select _row_id, 'value_unread', '{name[8:]}', 'critical', 'x' "
            f"from {dataset_code} where {name} is not null"
        )
    return FakeOutcome()


@dataclass(frozen=True, slots=True)
class Home:
    """A home of its own: settings, one locality, its inbox."""

    settings: Settings
    inbox: Path

    def drop(self, name: str, content: str | bytes) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def drop_zip(self, name: str, members: Mapping[str, str | bytes]) -> Path:
        path = self.inbox / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    def take_in(self, run_suite: Callable[..., Any] = fake_suite) -> list[Receipt]:
        return edge.run_intake(self.settings, LOCALITY, run_suite)

    def with_settings(self, **changes: Any) -> "Home":
        """Give the same home under other settings, such as a limit."""
        return Home(Settings(**{**self.settings.model_dump(), **changes}), self.inbox)

    def take_in_one(self) -> Receipt:
        (receipt,) = self.take_in()
        return receipt

    def accepted(self, receipt: Receipt, columns: str = "*", dataset: str = "dossiers") -> list:
        (path,) = [
            self.settings.home / "landing" / one.accepted_file
            for one in receipt.datasets
            if one.dataset_code == dataset
        ]
        return duckdb.sql(f"select {columns} from '{path}' order by _source_row").fetchall()

    def refusals(self, receipt: Receipt, columns: str = "source_row, rule_code") -> list:
        path = self.settings.quarantine / receipt.delivery_id / "refusals.parquet"
        return duckdb.sql(f"select {columns} from '{path}' order by all").fetchall()

    def write_contract(self, name: str = "plain", **changes: Any) -> None:
        layout = {
            "files": ["dossiers*"],
            "format": "csv",
            "columns": COLUMNS,
            "personal": PERSONAL,
            "values": VALUES,
        } | changes.pop("layout", {})
        datasets = {"dossiers": layout} | changes.pop("datasets", {})
        content = {
            "contract": name,
            "title": "Thử",
            "refused_share_limit": 0.95,
            "datasets": datasets,
        } | changes
        path = self.settings.contracts / f"{name}.yml"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def make_home(folder: Path) -> Home:
    """Make a home with one locality and one contract."""
    contracts = folder / "contracts"
    contracts.mkdir()
    localities = folder / "localities.yml"
    localities.write_text(
        f"localities: [{{locality_code: {LOCALITY}, locality_name: Thử, province_code: H01, "
        "province_name: An Giang, contracts: [plain]}]\n",
        encoding="utf-8",
    )
    settings = Settings(
        home=folder / "home",
        contracts=contracts,
        localities=localities,
        suites=folder / "suites",
        hmac_key=None,
    )
    inbox = settings.inbox / LOCALITY
    inbox.mkdir(parents=True)
    home = Home(settings, inbox)
    home.write_contract(refused_share_limit=0.2)
    return home
