"""Contents made by hand whose small counts a public pack must hide."""

from motcua.public.counts import Counts
from motcua.snapshot.content import build_content
from motcua.snapshot.model import Content
from snapshot_support import REVIEW, handling_line, make_marts

AGENCIES = {"p1": "province", "p2": "province", "d1": "district", "d2": "district"}
DOSSIER = "H01.01-240001"
LINES = (
    ("p1", "land", "online", (40, 20, 3), (6, 0), 5),
    ("p1", "civil", "direct", (14, 2, 0), (1, 0), 0),
    ("p2", "land", "direct", (30, 10, 0), (7, 1), 0),
    ("p2", "land", "postal", (1, 1, 0), (0, 0), 0),
    ("d1", "civil", "postal", (25, 12, 8), (9, 6), 7),
    ("d1", "civil", "online", (1, 2, 0), (0, 1), 1),
    ("d2", "civil", "direct", (50, 9, 0), (8, 0), 6),
    ("d2", "land", "online", (33, 7, 2), (3, 2), 4),
)
"""Agency, field, channel; early, on time, overdue; in due, overdue; carried over."""


def make_content(lines=LINES, shares=(90, 95)) -> Content:
    """Make what a pack says of lines of the handling mart, with two rates that fit them.

    Args:
        lines: as ``LINES``.
        shares: of the denominator in the numerator, of all in the denominator, in percent.
    """
    rows = [
        {
            **handling_line(
                {"level_code": AGENCIES[agency], "field_code": field, "channel_code": channel},
                resolved,
                pending,
                carried,
            ),
            "agency_code": agency,
            "agency_name": "=cmd('calc')!A1" if agency == "d2" else f"Cơ quan {agency}",
        }
        for agency, field, channel, resolved, pending, carried in lines
    ]
    received = sum(row["received_in_period_count"] for row in rows)
    resolved = sum(row["resolved_count"] for row in rows)
    rates = tuple(
        {
            "period_role": "current",
            "metric_code": metric,
            "numerator_count": whole * shares[0] // 100 * shares[1] // 100,
            "denominator_count": whole * shares[1] // 100,
            "unknown_count": 0,
        }
        for metric, whole in (("paid_online", received), ("input_digitised", resolved))
    )
    overdue = {"dossier_code": DOSSIER, "measure_code": "resolved_overdue_count"}
    keys = ("agency_code", "field_code", "level_code", "channel_code")
    return build_content(
        make_marts(
            now=rows,
            rates=rates,
            review={**REVIEW, "is_simulated": True},
            cube_dossiers=({**overdue, **{key: rows[0][key] for key in keys}},),
        )
    )


def true_counts(content: Content) -> dict[tuple[str, str], int]:
    """Every count of a content, printed or not."""
    return {key: cell.value for key, cell in Counts(content).cells.items()}
