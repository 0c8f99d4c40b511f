"""A landing of a few rows, written as intake writes it, and dbt run on it."""

import json
import subprocess
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from motcua.datasets import DATASETS, LINEAGE
from motcua.receipts import DatasetCount, Receipt, write_receipt
from motcua.warehouse.dbt import Dbt
from motcua.warehouse.project import ProjectFolder, SealedPack
from motcua.warehouse.renewal import STANDING

REPOSITORY = Path(__file__).resolve().parents[2]
REFUSAL_COLUMNS = (
    "delivery_id",
    "dataset_code",
    "source_file",
    "source_sheet",
    "source_row",
    "column_name",
    "value_class_code",
    "rule_code",
    "severity_code",
    "sentence",
    "mend",
)


@dataclass(frozen=True)
class Delivery:
    """What one locality sent at one time: rows of each dataset, canonical column to value."""

    delivery_id: str
    exported_at: datetime
    rows: dict[str, list[dict]]
    locality_code: str = "ag-tinh"
    province_code: str = "H01"
    refused_counts: dict[str, int] = field(default_factory=dict)
    is_full: bool = False
    full_from_date: date | None = None
    full_to_date: date | None = None


@dataclass(frozen=True)
class Warehouse:
    """A folder with a landing, and what dbt made of it."""

    folder: Path

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def project(self) -> ProjectFolder:
        return ProjectFolder(self.folder / "build", REPOSITORY)

    @property
    def file(self) -> Path:
        return self.project.file

    @property
    def target(self) -> Path:
        return self.project.target

    def write(self, deliveries: list[Delivery]) -> None:
        """Write the landing: empty files, accepted rows, receipts, the register of localities."""
        with duckdb.connect() as connection:
            self._write_empty(connection)
            for delivery in deliveries:
                self._write_delivery(connection, delivery)
        self._write_register(deliveries)

    def write_together(self, dataset_code: str, deliveries: list[Delivery]) -> None:
        """Write one dataset of many deliveries into one file, which is read much faster."""
        rows = [row for one in deliveries for row in traced_rows(dataset_code, one)]
        types = DATASETS[dataset_code].types() | LINEAGE
        path = self.landing / "accepted" / dataset_code / "locality=all" / "all.parquet"
        with duckdb.connect() as connection:
            self._write_empty(connection)
            _write_rows(connection, path, types, rows)
        for delivery in deliveries:
            write_receipt(receipt_of(delivery), self.landing / "receipts")
        self._write_register(deliveries)

    def _write_register(self, deliveries: list[Delivery]) -> None:
        register = {
            delivery.locality_code: {
                "locality_code": delivery.locality_code,
                "locality_name": delivery.locality_code,
                "province_code": delivery.province_code,
                "province_name": f"Tỉnh {delivery.province_code}",
                "is_expected": True,
            }
            for delivery in deliveries
        }
        self.lay_out(list(register.values()))

    def lay_out(
        self,
        localities: list[dict],
        sealed_packs: tuple[SealedPack, ...] = (),
        successions: tuple[dict, ...] = (),
        duplicates: tuple[dict, ...] = (),
    ) -> None:
        """Lay out the folder in which dbt runs."""
        self.project.lay_out(
            self.landing, localities, [], sealed_packs, successions, duplicates=duplicates
        )

    def run(self, as_of_date: str, *arguments: str, extra_reviews: tuple = ()):
        """Run dbt as the builder does, into a new file, and give what it printed."""
        for made in (self.file, self.project.folder / STANDING):
            made.unlink(missing_ok=True)
        told = self.project.arguments(arguments or ("build",))
        environment = self.project.environment(date.fromisoformat(as_of_date), extra_reviews)
        with Dbt() as dbt:
            lines = "".join(dbt.run(self.project.folder, told, environment, is_quiet=True))
            self.project.keep_parse()
            return subprocess.CompletedProcess(told, dbt.exit_code, lines)

    def results(self) -> dict[str, str]:
        """Name of each node that ran, to its status."""
        return {name: result["status"] for name, result in self._results().items()}

    def failures(self) -> dict[str, int]:
        """Name of each test that ran, to the number of rows it found."""
        return {name: result["failures"] for name, result in self._results().items()}

    def told(self) -> dict[str, tuple[str, str]]:
        """Name of each node that ran, to its status and what dbt said of it."""
        return {name: (one["status"], one["message"]) for name, one in self._results().items()}

    def _results(self) -> dict[str, dict]:
        found = json.loads((self.target / "run_results.json").read_text("utf-8"))["results"]
        return {result["unique_id"].split(".")[2]: result for result in found}

    def manifest(self) -> dict:
        return json.loads((self.target / "manifest.json").read_text("utf-8"))

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def parquet(self, dataset_code: str, delivery: Delivery) -> Path:
        folder = self.landing / "accepted" / dataset_code / f"locality={delivery.locality_code}"
        return folder / f"{delivery.delivery_id}.parquet"

    def _write_empty(self, connection: duckdb.DuckDBPyConnection) -> None:
        for code, dataset in DATASETS.items():
            _write_rows(
                connection,
                self.landing / "accepted" / code / "locality=_none" / "empty.parquet",
                dataset.types() | LINEAGE,
                [],
            )
        refusals = dict.fromkeys(REFUSAL_COLUMNS, "string") | {"source_row": "bigint"}
        path = self.landing / "quarantine" / "_none" / "refusals.parquet"
        _write_rows(connection, path, refusals, [])

    def _write_delivery(self, connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
        for code in delivery.rows:
            types, rows = DATASETS[code].types() | LINEAGE, traced_rows(code, delivery)
            _write_rows(connection, self.parquet(code, delivery), types, rows)
        write_receipt(receipt_of(delivery), self.landing / "receipts")


def traced_rows(dataset_code: str, delivery: Delivery) -> list[dict]:
    lineage = {
        "_locality_code": delivery.locality_code,
        "_province_code": delivery.province_code,
        "_delivery_id": delivery.delivery_id,
        "_exported_at": delivery.exported_at,
        "_source_file": f"{dataset_code}.csv",
    }
    rows = delivery.rows[dataset_code]
    return [{**row, **lineage, "_source_row": line} for line, row in enumerate(rows, 2)]


def receipt_of(delivery: Delivery) -> Receipt:
    counts = tuple(
        DatasetCount(
            dataset_code=code,
            line_count=len(rows) + delivery.refused_counts.get(code, 0),
            folded_count=0,
            left_out_count=0,
            source_count=len(rows) + delivery.refused_counts.get(code, 0),
            accepted_count=len(rows),
            refused_count=delivery.refused_counts.get(code, 0),
            warned_count=0,
            accepted_file=f"{code}.parquet",
        )
        for code, rows in delivery.rows.items()
    )
    return Receipt(
        delivery_id=delivery.delivery_id,
        locality_code=delivery.locality_code,
        locality_name=delivery.locality_code,
        province_code=delivery.province_code,
        delivery_name=f"{delivery.delivery_id}.zip",
        contract_code="opencps_csv",
        contract_sha256=None,
        suites_sha256=None,
        arrived_at=delivery.exported_at.isoformat(),
        exported_at=delivery.exported_at.isoformat(),
        exported_at_source="manifest",
        is_simulated=True,
        state_code="accepted_in_part" if delivery.refused_counts else "accepted",
        refusal_code=None,
        refusal_sentence=None,
        files=(),
        datasets=counts,
        checks=(),
        unknown_columns=(),
        is_full=delivery.is_full,
        full_from_date=delivery.full_from_date and delivery.full_from_date.isoformat(),
        full_to_date=delivery.full_to_date and delivery.full_to_date.isoformat(),
    )


def _write_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, types: dict[str, str], rows: list[dict]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = pa.table({name: pa.array([row.get(name) for row in rows]) for name in types})
    connection.register("source", source)
    columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in types.items())
    connection.execute(f"copy (select {columns} from source) to '{path}' (compression zstd)")
    connection.unregister("source")
