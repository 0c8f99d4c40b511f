"""Render Data Docs: results by Great Expectations' own renderer, the index by Jinja.

Nothing in them is loaded from elsewhere.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from motcua.quality.docs import DeliveryDocs, page_result, page_words

TEMPLATES = Path(__file__).with_name("templates")


def render_index(deliveries: Sequence[DeliveryDocs]) -> str:
    """Lay out the list of deliveries."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    template = environment.get_template("data_docs_index.j2")
    return template.render(deliveries=deliveries, css=_css()) + "\n"


def render_result(result: dict[str, Any], delivery: DeliveryDocs) -> str:
    """Lay out one result by Great Expectations, in a page that loads nothing."""
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResultSchema,
    )
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    read = ExpectationSuiteValidationResultSchema().load(page_result(result))
    document = ValidationResultsPageRenderer(run_info_at_end=False).render(read)
    html = _view().render(
        document,
        template="data_docs_page.j2",
        css=_css(),
        dataset_code=result["suite_name"],
        delivery_id=delivery.delivery_id,
        delivery_name=delivery.delivery_name,
        locality_name=delivery.locality_name,
        exported_at=delivery.exported_at,
    )
    return page_words(html) + "\n"


@cache
def _css() -> str:
    return (TEMPLATES / "data_docs.css").read_text(encoding="utf-8")


@cache
def _view() -> Any:
    from great_expectations.render.view import DefaultJinjaPageView

    return DefaultJinjaPageView(custom_views_directory=str(TEMPLATES))
