"""What a built file says of its tables and columns: the manifest's descriptions, as SQL.

dbt would ask for the columns of each model and write its comments as it is made; one batch at the
end costs a tenth of that.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from motcua.sql import quoted


def find_descriptions(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give the description of each published model and column.

    Args:
        manifest: dbt's ``manifest.json`` of the build.

    Returns:
        Texts by ``schema.table`` and ``schema.table.column``.
    """
    texts = {}
    for node in manifest["nodes"].values():
        if node["config"].get("contract", {}).get("enforced"):
            relation = f"{node['schema']}.{node['alias']}"
            texts[relation] = node["description"]
            for column in node["columns"].values():
                texts[f"{relation}.{column['name']}"] = column["description"]
    return texts


def write_statements(
    told: Iterable[tuple[str, str, str]], texts: Mapping[str, str], notice: str = ""
) -> str:
    """Write the SQL that makes a file say what it should; empty where it does.

    Args:
        told: kind (``table``, ``view``, ``column``), name and present comment of all that a file
            holds.
        texts: what each should say, by name; what is not named keeps its comment.
        notice: what each table and view says first.
    """
    statements = []
    for kind, name, comment in told:
        text = texts.get(name, comment)
        if notice and kind != "column" and not text.startswith(notice):
            text = f"{notice}. {text}"
        if text != comment:
            statements.append(f"comment on {kind} {name} is {quoted(text)};")
    return "\n".join(statements)
