"""What the tests of the corpus of exports share: where it lies, how one file is taken in."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import yaml

from intake_support import LOCALITY, FakeOutcome, fake_suite
from motcua.intake import edge
from motcua.receipts import Receipt
from motcua.settings import REPOSITORY, Settings

EXPORTS = Path(__file__).resolve().parent / "fixtures" / "exports"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (EXPORTS / "expected.yml").read_text(encoding="utf-8")
)
REAL_SUITES = Settings().suites
SHIPPED = REPOSITORY / "landing" / "contracts"
CODES = ("dossier_code", "procedure_code")


def clerk_suite(
    connection: duckdb.DuckDBPyConnection, dataset_code: str, suites_folder: Path
) -> FakeOutcome:
    """Refuse rows that cannot be read and codes that are not of the contract's form; quickly."""
    outcome = fake_suite(connection, dataset_code, suites_folder)
    for column in [one for one in CODES if one in connection.table(dataset_code).columns][:1]:
        connection.execute(
            f"insert into findings select _row_id, 'code_form', '{column}', 'critical', 'x' "
            f"from {dataset_code}, delivery "
            f"where not coalesce(regexp_full_match({column}, {column}_form), false)"
        )
    return outcome


def settings_for(folder: Path, export: str, **changes: Any) -> Settings:
    """Make a home with one locality, which sends by the contract that the export's folder names.

    A contract of that name that the corpus has not is the shipped one.
    """
    contract = Path(export).parent.name
    localities = folder / f"{contract}.yml"
    localities.write_text(
        f"localities: [{{locality_code: {LOCALITY}, locality_name: Thử, province_code: H01, "
        f"province_name: An Giang, contracts: [{contract}]}}]\n",
        encoding="utf-8",
    )
    own = EXPORTS / "contracts"
    given = {
        "home": folder / contract,
        "contracts": own if (own / f"{contract}.yml").exists() else SHIPPED,
        "localities": localities,
        "suites": folder / "suites",
        "hmac_key": None,
    }
    return Settings(**(given | changes))


def take_in(folder: Path, export: str, *, is_real: bool) -> tuple[Receipt, Settings]:
    """Take one file of the corpus in, as the only delivery of a home."""
    changes = {"suites": REAL_SUITES} if is_real else {}
    settings = settings_for(folder, export, **changes)
    inbox = settings.inbox / LOCALITY
    inbox.mkdir(parents=True)
    shutil.copy(EXPORTS / export, inbox)
    (receipt,) = edge.run_intake(settings, LOCALITY, None if is_real else clerk_suite)
    return receipt, settings


def summary_of(receipt: Receipt, settings: Settings) -> dict[str, Any]:
    """Say what a receipt says, as `expected.yml` writes it; what is empty is left out."""
    refusals = duckdb.sql(
        "select rule_code, count(*) from "
        f"'{settings.quarantine}/{receipt.delivery_id}/refusals.parquet' "
        "where dataset_code <> 'delivery' group by all order by all"
    ).fetchall()
    shown = {
        "state": receipt.state_code,
        "refusal": receipt.refusal_code,
        "counts": {
            one.dataset_code: {
                "lines": one.line_count,
                **({"spread": one.spread_count} if one.spread_count else {}),
                "left_out": one.left_out_count,
                "accepted": one.accepted_count,
                "refused": one.refused_count,
            }
            for one in receipt.datasets
        },
        "refusals": dict(refusals),
        "rescues": [
            " ".join(filter(None, (one.rescue_code, one.column_name, str(one.affected_count))))
            for dataset in receipt.datasets
            for one in dataset.rescues
        ],
    }
    return {key: value for key, value in (shown | _values_of(receipt, settings)).items() if value}


def _values_of(receipt: Receipt, settings: Settings) -> dict[str, Any]:
    """Say what accepted rows hold: names, first and last reception; sums paid; sums of forms."""
    for one in receipt.datasets:
        if one.dataset_code == "reported_totals" and one.accepted_file:
            path = settings.home / "landing" / one.accepted_file
            columns = "period_code, agency_code, column_no, cast(sum(value) as integer)"
            query = f"select {columns} from '{path}' where column_no < 6 group by all order by all"
            return {"forms": [list(row) for row in duckdb.sql(query).fetchall()]}
        if one.dataset_code == "payments" and one.accepted_file:
            path = settings.home / "landing" / one.accepted_file
            paid = duckdb.sql(f"select amount from '{path}' order by _source_row").fetchall()
            return {"amounts": [float(amount) for (amount,) in paid]}
        if one.dataset_code == "dossiers" and one.accepted_file:
            path = settings.home / "landing" / one.accepted_file
            names, first, last = duckdb.sql(
                "select list_sort(list(distinct procedure_name)), "
                "cast(min(received_at) as varchar), cast(max(received_at) as varchar) "
                f"from '{path}'"
            ).fetchall()[0]
            return {"names": names, "received": [first, last]}
    return {}
