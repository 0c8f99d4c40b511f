"""Lay the shelf out as one page that opens offline: every pack, its state, what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from motcua.shelf.states import STATE_NAMES, Act, Erratum, StateCode

_KINDS = {
    "html": "Trang HTML",
    "pdf": "PDF",
    "docx": "Word",
    "xlsx": "Excel",
    "pptx": "Trang chiếu",
    "parquet": "Hồ sơ (Parquet)",
    "duckdb": "Kho của kỳ (DuckDB)",
    "txt": "Hướng dẫn kiểm tra",
}
"""What a link says, by the ending of the file, in the order of the links."""
_PUBLIC_KINDS = ("html", "pdf", "docx", "xlsx", "csv", "parquet", "datapackage.json", "txt")
"""The files of a public pack that a person opens, by their ending."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A version: its manifest, its folder as the page links it, its acts, its differences."""

    manifest: Mapping[str, Any]
    folder: str
    state_code: StateCode
    acts: tuple[Act, ...]
    changed: Mapping[str, Any] | None

    @property
    def links(self) -> list[tuple[str, str]]:
        """Each file that a person opens: its address and what the link says."""
        names = [entry["name"] for entry in self.manifest["files"]]
        found = [(kind, name) for kind in _KINDS for name in names if name.endswith(f".{kind}")]
        return [(f"{self.folder}/{name}", _KINDS[kind]) for kind, name in found]

    @property
    def public_links(self) -> list[tuple[str, str]]:
        """The same of a public pack: data files go by their names."""
        names = [entry["name"] for entry in self.manifest["files"]]
        found = [(kind, name) for kind in _PUBLIC_KINDS for name in names if name.endswith(kind)]
        data = {"csv", "parquet", "datapackage.json"}
        return [
            (f"{self.folder}/{name}", name if kind in data else _KINDS[kind])
            for kind, name in found
        ]

    @property
    def state(self) -> str:
        """The state with a capital."""
        name = STATE_NAMES[self.state_code]
        return name[:1].upper() + name[1:]


@dataclass(frozen=True, slots=True)
class Review:
    """A review: versions, last first, errata of sealed ones, files to work on, public packs."""

    review_code: str
    entries: tuple[Entry, ...]
    errata: tuple[Erratum, ...]
    working_copies: tuple[str, ...]
    sealed_version: int | None
    public_entries: tuple[Entry, ...] = ()

    @property
    def name(self) -> str:
        """The review's name, as its last version has it."""
        return str(self.entries[0].manifest.get("review_name") or self.review_code)

    @property
    def scope(self) -> str:
        """The agency that the packs are of; empty: the whole province."""
        return str(self.entries[0].manifest.get("agency_name") or "")

    @property
    def province(self) -> str:
        """The province's name, as the last version has it."""
        manifest = self.entries[0].manifest
        return str(manifest.get("province_name") or manifest["province_code"])

    @property
    def is_simulated(self) -> bool:
        """Whether any version shows demonstration figures."""
        return any(entry.manifest["is_simulated"] for entry in self.entries)


def render_index(reviews: Sequence[Review]) -> bytes:
    """Write the page."""
    ordered = sorted(reviews, key=lambda review: (review.province, review.review_code))
    provinces = [
        (name, list(found)) for name, found in groupby(ordered, lambda review: review.province)
    ]
    page = _template().render(
        provinces=provinces,
        is_simulated=any(review.is_simulated for review in reviews),
        style=Markup(_text("index.css")),  # noqa: S704 - our own file
    )
    return page.encode()


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%H:%M %d/%m/%Y}"


def _day(text: str) -> str:
    return f"{datetime.fromisoformat(text):%d/%m/%Y}"


def _state_name(code: StateCode) -> str:
    return STATE_NAMES[code]


def _figures(changed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the changes of figures that sentences use; those of tables' cells are only counted."""
    return [change for change in changed["changes"] if not change["table_code"]]


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "day": _day,
        "figures": _figures,
        "moment": _moment,
        "state_name": _state_name,
    }
    return environment.from_string(_text("index.html"))


def _text(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text("utf-8")
