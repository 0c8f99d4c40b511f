"""Published figures, and when a computed figure equals one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict


class Figure(BaseModel):
    """A figure that an article prints, and the query on the published marts that computes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    scenario: str
    label: str
    printed: str
    value: float
    comparator: Literal["equal", "above"] = "equal"
    decimals: int = 0
    kind: Literal["count", "rate", "value"] = "count"
    query: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One line of the review table."""

    code: str
    label: str
    published: str
    computed: float | None
    is_equal: bool
    numerator: float | None
    denominator: int | None
    decimals: int


def parse_figures(text: str) -> tuple[Figure, ...]:
    """Check the list of published figures."""
    return tuple(Figure.model_validate(one) for one in yaml.safe_load(text))


def compare(
    figure: Figure, numerator: object, denominator: object, planted: Sequence[object] | None
) -> Reviewed:
    """Hold a computed figure against the printed one, or against the planted counts if given."""
    top = None if numerator is None else Decimal(str(numerator))
    bottom = None if denominator is None else Decimal(str(denominator))
    computed = _value(figure, top, bottom)
    published = figure.printed
    if planted is not None:
        published = _planted_text(planted)
        is_equal = (
            top is not None
            and _same(top, planted[0])
            and (planted[1] is None or _same(bottom, planted[1]))
        )
    elif computed is None:
        is_equal = False
    elif figure.comparator == "above":
        is_equal = computed > Decimal(str(figure.value))
    else:
        step = Decimal(1).scaleb(-figure.decimals)
        is_equal = computed.quantize(step, ROUND_HALF_UP) == Decimal(str(figure.value)).quantize(
            step
        )
    return Reviewed(
        code=figure.code,
        label=figure.label,
        published=published,
        computed=None if computed is None else float(computed),
        is_equal=is_equal,
        numerator=None if top is None else float(top),
        denominator=None if bottom is None else int(bottom),
        decimals=figure.decimals,
    )


def _value(figure: Figure, top: Decimal | None, bottom: Decimal | None) -> Decimal | None:
    if top is None or figure.kind != "rate":
        return top
    return top * 100 / bottom if bottom else None


def _same(found: Decimal | None, planted: object) -> bool:
    return found is not None and found == Decimal(str(planted))


def _planted_text(planted: Sequence[object]) -> str:
    top, bottom = planted
    return f"{top}" if bottom is None else f"{top} / {bottom}"
