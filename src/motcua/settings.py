"""Settings: one class, read from the environment (``MOTCUA_…``). The README lists each one."""

from pathlib import Path
from typing import Literal

from pydantic import ByteSize, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[2]
FORM_07A = REPOSITORY / "landing" / "forms" / "bieu_07a_btp.csv"
"""The template of form 07a/BTP that the project comes with."""


class Settings(BaseSettings):
    """Where things lie and how much of the machine a run may use; an empty variable is not set."""

    # Else MOTCUA_BOUNDARIES= would be the folder that a command happens to run in.
    model_config = SettingsConfigDict(
        env_prefix="MOTCUA_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(REPOSITORY, description="Folder that holds landing/ (zones) and var/.")
    contracts: Path = Field(
        REPOSITORY / "landing" / "contracts", description="Folder of contract files."
    )
    localities: Path = Field(
        REPOSITORY / "landing" / "localities.yml", description="Register of who sends what, when."
    )
    successions: Path = Field(
        REPOSITORY / "landing" / "agency_successions.csv",
        description="Register of agencies that ended, and of those that took over from them.",
    )
    duplicates: Path = Field(
        REPOSITORY / "landing" / "dossier_duplicates.csv",
        description="Register of what was decided about dossiers that two systems hold.",
    )
    form_07a: Path = Field(
        FORM_07A, description="CSV of the columns of form 07a/BTP, as packs lay it out."
    )
    boundaries: Path | None = Field(
        None, description="GeoJSON file of the units that a pack's map draws; none: no map."
    )
    boundaries_max_bytes: ByteSize = Field(
        ByteSize(5 * 2**20), description="Bytes that the file of boundaries may have."
    )
    suites: Path = Field(
        REPOSITORY / "expectations", description="Folder of expectation suites, one JSON a dataset."
    )
    dbt_folder: Path = Field(
        REPOSITORY, description="Folder of dbt_project.yml, selectors.yml, dbt_project/."
    )
    memory_limit: str = Field(
        "2GB",
        pattern=r"^[\d.]+ ?[KMGT]i?B$",
        description="Memory that DuckDB may use in one step, in all its connections.",
    )
    localities_at_once: int = Field(
        2,
        ge=1,
        description="Localities that `motcua intake` takes in side by side, and processes that "
        "render Data Docs.",
    )
    deliveries_at_once: int = Field(
        2, ge=1, description="Deliveries of a locality that are taken in side by side."
    )
    threads: int = Field(
        2, ge=1, description="Threads that DuckDB may use in one step, in all its connections."
    )
    settle_seconds: float = Field(
        2,
        ge=0,
        description="Seconds for which no file of a delivery in the inbox may change before it is "
        "taken in.",
    )
    incomplete_hours: float = Field(
        24,
        ge=0,
        description="Hours that a folder may wait for a file that its manifest names.",
    )
    max_archive_files: int = Field(
        2_000, ge=1, description="Files that the archives of one delivery may hold together."
    )
    max_archive_bytes: ByteSize = Field(
        ByteSize(40 * 2**30), description="Bytes that the archives of one delivery may unpack to."
    )
    max_archive_ratio: int = Field(
        1_000, ge=1, description="Times that a file over 64 MiB may be larger than it is packed."
    )
    max_archive_depth: int = Field(
        3, ge=1, description="Archives inside archives that are unpacked; 1 is none inside another."
    )
    max_columns: int = Field(2_000, ge=1, description="Columns that a file or sheet may have.")
    max_sheet_cells: int = Field(
        20_000_000, ge=1, description="Cells of the table that a sheet spans, empty ones too."
    )
    max_workbook_bytes: ByteSize = Field(
        ByteSize(2**30), description="Bytes that a workbook may unpack to."
    )
    max_return_lines: int = Field(
        5_000, ge=1, description="Lines that one sheet of a return may show."
    )
    renewals_in_a_row: int = Field(
        50,
        ge=0,
        description="Builds in a row that may renew what is published, before one makes all anew.",
    )
    renewed_share: float = Field(
        0.25,
        ge=0,
        le=1,
        description="Share of dossiers that builds may touch before one makes all anew.",
    )
    keep_releases: int = Field(
        2, ge=2, description="Published releases that are kept, the current one among them."
    )
    keep_returns_days: int = Field(
        730, ge=1, description="Days after its arrival that a delivery's return is kept."
    )
    keep_checks_days: int = Field(
        730, ge=1, description="Days after it that its checks' results and Data Docs are kept."
    )
    disk_budget: ByteSize | None = Field(
        None, description="Bytes that landing/ and var/ may hold before `motcua doctor` says so."
    )
    smtp_host: str = Field("", description="Mail server that reminders go through; empty: none.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to the mail server is kept from others."
    )
    smtp_user: str = Field("", description="Name at the mail server; empty: no login.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    mail_from: str = Field("", description="Address that reminders come from.")
    mail_to: str = Field("", description="Addresses that reminders go to, with commas between.")
    airflow_port: int = Field(8080, description="Port of Airflow's page and API under `make up`.")
    issuer: str = Field(
        "", description="Office that issues a pack, its lines with `|` between; empty: the province"
    )
    issuer_abbreviation: str = Field(
        "", description="What stands behind the blank number of the report, such as `UBND`."
    )
    signatory_title: str = Field(
        "", description="Title over the blank signature, such as `CHÁNH VĂN PHÒNG`."
    )
    public_min_count: int = Field(
        5, ge=2, description="Smallest count that a public pack shows, apart from 0."
    )
    public_licence: str = Field(
        "", description="Licence that a public pack states, such as `CC-BY-4.0`; empty: none."
    )
    hmac_key: SecretStr | None = Field(
        None, description="Key of applicant tokens; needed only by contracts that make one."
    )

    def memory_share(self, parts: int) -> str:
        """Give one of so many equal parts of the memory limit, as DuckDB writes it."""
        number = self.memory_limit.rstrip("KMGTiB ")
        return f"{float(number) / parts:g}{self.memory_limit[len(number) :].strip()}"

    def thread_share(self, parts: int) -> int:
        """Give the threads of one of so many connections that work side by side."""
        return max(1, self.threads // parts)

    @property
    def inbox(self) -> Path:
        """Where localities drop deliveries: ``landing/inbox/<locality_code>/``."""
        return self.home / "landing" / "inbox"

    @property
    def raw(self) -> Path:
        """Originals, write-once: ``landing/raw/<locality_code>/<delivery_id>/``."""
        return self.home / "landing" / "raw"

    @property
    def accepted(self) -> Path:
        """Accepted rows: ``landing/accepted/<dataset>/locality=<code>/<delivery_id>.parquet``."""
        return self.home / "landing" / "accepted"

    @property
    def quarantine(self) -> Path:
        """Reasons of refusal: ``landing/quarantine/<delivery_id>/refusals.parquet``."""
        return self.home / "landing" / "quarantine"

    @property
    def receipts(self) -> Path:
        """Receipts: ``landing/receipts/<delivery_id>.json``."""
        return self.home / "landing" / "receipts"

    @property
    def var(self) -> Path:
        """Everything a run makes besides the landing zones."""
        return self.home / "var"

    @property
    def scratch(self) -> Path:
        """Working files of a running task; empty when nothing runs."""
        return self.var / "scratch"

    @property
    def warehouse(self) -> Path:
        """Folder of the published file, its predecessor and the Parquet marts."""
        return self.var / "warehouse"

    @property
    def marts_file(self) -> Path:
        """The published DuckDB file that analysts open."""
        return self.warehouse / "marts.duckdb"

    @property
    def snapshots(self) -> Path:
        """Packs: ``var/snapshots/<review_code>/v<NN>/``."""
        return self.var / "snapshots"

    @property
    def returns(self) -> Path:
        """What localities get back: ``var/returns/<locality_code>/tra_lai_….xlsx``, ``.docx``."""
        return self.var / "returns"

    @property
    def reminded(self) -> Path:
        """Deadlines that were told of when they passed, one JSON line each."""
        return self.var / "reminded.jsonl"

    @property
    def data_docs(self) -> Path:
        """Static Data Docs of Great Expectations."""
        return self.var / "data_docs"


def read_settings() -> Settings:
    """Read the settings from the environment, at the edge that needs them."""
    return Settings()
