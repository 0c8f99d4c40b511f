"""A receipt of which a test names only what matters to it."""

from motcua.receipts import Receipt


def receipt(delivery_id="a" * 16, exported_at="2024-07-01T08:00:00", **more):
    given = {
        "delivery_id": delivery_id,
        "locality_code": "ag-test",
        "locality_name": "Huyện Thử",
        "province_code": "H01",
        "delivery_name": "a.zip",
        "contract_code": "x",
        "contract_sha256": None,
        "suites_sha256": None,
        "arrived_at": exported_at,
        "exported_at": exported_at,
        "exported_at_source": "manifest",
        "is_simulated": False,
        "state_code": "accepted",
        "refusal_code": None,
        "refusal_sentence": None,
        **dict.fromkeys(("files", "datasets", "checks", "unknown_columns"), ()),
    }
    return Receipt(**given | more)
