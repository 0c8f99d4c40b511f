"""What the steps of intake hand one another: the delivery, its surroundings, what became of it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

from motcua.contracts import (
    Contract,
    Locality,
)
from motcua.intake.deliveries import Manifest, Plan
from motcua.intake.refusals import DeliveryRefusedError
from motcua.receipts import (
    Check,
    DatasetCount,
)
from motcua.returns.mark import Mark
from motcua.settings import Settings

REFUSAL_COLUMNS = {
    "delivery_id": "string",
    "dataset_code": "string",
    "source_file": "string",
    "source_sheet": "string",
    "source_row": "bigint",
    "column_name": "string",
    "value_class_code": "string",
    "rule_code": "string",
    "severity_code": "string",
    "sentence": "string",
    "mend": "string",
}


class Outcome(Protocol):
    """What a suite found (motcua.quality)."""

    checks: tuple[Check, ...]
    refuses_delivery: bool
    result: dict[str, Any]


RunSuite = Callable[[duckdb.DuckDBPyConnection, str, Path], Outcome]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery in raw: who sent it, its id, when it came and under which name."""

    locality: Locality
    delivery_id: str
    folder: Path
    arrived_at: dt.datetime
    delivery_name: str

    @property
    def order(self) -> tuple[dt.datetime, str, str]:
        """What a locality's deliveries are sorted by: arrival, and in one second their names."""
        return self.arrived_at, self.delivery_name, self.delivery_id

    @property
    def files(self) -> Path:
        return self.folder / "files"


@dataclass(frozen=True, slots=True)
class Context:
    """What one run of intake works with."""

    settings: Settings
    locality: Locality
    contracts: Mapping[str, Contract]
    correction: Contract
    sums: Mapping[str, str]
    suites_sha256: str | None
    run_suite: RunSuite


@dataclass(slots=True)
class Outputs:
    """Files written beside their places, put there together when the delivery is decided."""

    accepted: list[tuple[Path, Path]] = field(default_factory=list)
    others: list[tuple[Path, Path]] = field(default_factory=list)
    returned: list[tuple[Path, Path]] = field(default_factory=list)

    @property
    def all(self) -> list[tuple[Path, Path]]:
        """Every file, where it lies now and where it belongs."""
        return [*self.accepted, *self.others, *self.returned]


@dataclass(frozen=True, slots=True)
class Judged:
    """A delivery after decoding and checks."""

    plan: Plan | None
    manifest: Manifest
    datasets: tuple[DatasetCount, ...] = ()
    checks: tuple[Check, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    refusal: DeliveryRefusedError | None = None
    corrected: Mark | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """How a mended return is read: its contract, and what it stands on, accepted before it."""

    contract: Contract
    exported_at: dt.datetime
    accepted: Mapping[str, tuple[Path, ...]]
