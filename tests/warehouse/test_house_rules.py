"""The dbt project keeps the house style: names, layers, grain, descriptions (style §2 to §4)."""

import csv
import re
from pathlib import Path

import pytest

from motcua.datasets import DATASETS
from motcua.warehouse.edge import PUBLISHED_SCHEMAS

pytestmark = pytest.mark.xdist_group("compiled")
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts/core": ("dim_", "fct_"),
    "marts/review": ("dim_", "mart_"),
    "marts/quality": ("dim_", "fct_"),
}
NAMES = {
    "stg": r"stg_[a-z]+__[a-z_]+",
    "int": r"int_[a-z]+(_[a-z]+)*__[a-z_]+",
    "dim": r"dim_[a-z_]+",
    "fct": r"fct_[a-z_]+",
    "mart": r"mart_[a-z]+__[a-z_]+",
}
MAY_REF = {
    "stg": set(),
    "int": {"stg", "int", "seed"},
    "dim": {"stg", "int", "seed"},
    "fct": {"int", "dim"},
    "mart": {"fct", "dim"},
}
# A roll-up stands on the table of its own layer that it sums or asks: a sum has one definition.
ROLL_UPS = {
    "fct_scorecard_bases": {
        *("fct_dossiers", "fct_dossier_periods", "fct_portal_dossiers", "fct_ratings"),
    },
    "fct_scorecard_counts": {"fct_scorecard_bases", "fct_procedure_periods", "fct_petitions"},
    "dim_agency_aliases": {"dim_agencies", "dim_agency_successions"},
    "dim_dossier_duplicates": {"fct_dossiers"},
    "fct_dossier_flags": {"fct_dossiers", "fct_compared_versions", "fct_supplements"},
    "fct_dossier_versions": {"fct_dossiers", "fct_compared_versions"},
    "fct_due_date_counts": {"fct_dossiers", "fct_supplements", "fct_pauses"},
    "fct_due_date_differences": {"fct_dossiers", "fct_supplements", "fct_pauses"},
    "fct_ratings": {"fct_dossiers"},
    "fct_restatements": {"fct_dossiers", "fct_dossier_periods", "fct_compared_versions"},
    "mart_review__scorecard_groups": {"mart_review__scorecard"},
    "mart_review__points": {
        *("mart_review__scorecard", "mart_review__petitions"),
        *("mart_review__overdue_dossiers", "mart_review__rule_differences"),
    },
    "mart_review__rule_points": {"mart_review__handling"},
    "mart_review__reconciliation": {"mart_review__handling", "mart_review__portal_differences"},
    "mart_review__comparison": {"mart_review__handling"},
    "mart_review__procedure_counts": {"mart_review__services"},
    "mart_review__overdue": {"mart_review__overdue_dossiers"},
    "mart_review__overdue_days": {"mart_review__overdue_dossiers"},
    "mart_review__targets": {
        *("mart_review__handling", "mart_review__online", "mart_review__digitisation"),
        *("mart_review__channels", "mart_review__petitions", "mart_review__services"),
        "mart_review__plan_tasks",
    },
    "mart_review__conclusions": {
        *("mart_review__targets", "mart_review__handling", "mart_review__late_reception"),
    },
    "mart_review__to_explain": {"mart_review__handling"},
    "mart_review__handling_current_map": {"mart_review__handling"},
}
# Tables, since many models read each and making it costs a full read of its source; days, since of
# a view nothing tells that each comes once.
INTERMEDIATE_TABLES = {
    *("int_dates__all", "int_deliveries__known", "int_dossiers__names", "int_dossiers__showings"),
}
# Views, since what they show stands in another table already; they read published tables only,
# whose grains are tested.
PUBLISHED_VIEWS = {
    "dim_agency_aliases",
    "fct_dossier_versions",
    "fct_due_date_counts",
    "fct_due_date_differences",
    "mart_review__handling_current_map",
    "mart_review__portal_differences",
    "mart_review__steps",
    "mart_review__transfers",
}
ENDINGS = {
    "date": ("_date", "_from", "_to"),
    "timestamp": ("_at", "_from", "_to"),
    "boolean": ("is_", "has_", "accepts_"),
}
# A row a dossier or more: DuckDB keeps a step that two others read, and this much it cannot keep.
DOSSIER_LINES = {
    *("stg_landing__dossiers", "int_dossiers__known", "int_dossiers__latest"),
    *("int_dossiers__counted", "int_dossiers__judged", "fct_dossiers", "fct_dossier_periods"),
}
# A row a line that was refused: of no dossier, but many.
REFUSED_LINES = {"fct_refusals"}
# Tables of dossiers that stay one file: they hold few of them.
ONE_FILE = {
    *("fct_dossier_flags", "fct_restatements", "dim_dossier_duplicates"),
    "mart_review__overdue_dossiers",
}
MODELS_FOLDER = "dbt_project/models/"


@pytest.fixture(scope="module")
def manifest(compiled_project):
    return compiled_project.manifest()


@pytest.fixture(scope="module")
def models(manifest):
    nodes = manifest["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


def _layer(node: dict) -> str:
    return "seed" if node["resource_type"] == "seed" else node["name"].split("_")[0]


def _folder(node: dict) -> str:
    parts = node["original_file_path"].removeprefix(MODELS_FOLDER).split("/")
    return "/".join(parts[:2]) if parts[0] == "marts" else parts[0]


def _code(node: dict) -> str:
    """The model's SQL without comments."""
    without_jinja_comments = re.sub(r"\{#.*?#\}", "", node["raw_code"], flags=re.DOTALL)
    return re.sub(r"--.*", "", without_jinja_comments)


def test_name_fits_its_folder(models):
    wrong = [
        name
        for name, node in models.items()
        if not name.startswith(PREFIXES[_folder(node)])
        or not re.fullmatch(NAMES[_layer(node)], name)
        or re.search(r"_(v\d+|new|tmp)$", name)
    ]
    assert wrong == []


def test_model_refs_only_what_its_layer_may(manifest, models):
    wrong = []
    for name, node in models.items():
        for parent_id in node["depends_on"]["nodes"]:
            parent = manifest["nodes"].get(parent_id)
            if parent is None:
                if _layer(node) != "stg":
                    wrong.append((name, parent_id))
            elif _layer(parent) not in MAY_REF[_layer(node)] and parent["name"] not in ROLL_UPS.get(
                name, ()
            ):
                wrong.append((name, parent_id))
    assert wrong == []


def test_roll_ups_sum_what_they_name(manifest, models):
    for name, summed in ROLL_UPS.items():
        parents = {parent.split(".")[-1] for parent in models[name]["depends_on"]["nodes"]}
        assert summed <= parents, name


def test_staging_model_reads_one_source(models):
    for name, node in models.items():
        if _layer(node) == "stg":
            assert len(node["sources"]) == 1, name


def test_model_is_built_as_its_layer_is(models):
    tables = {name for name, node in models.items() if node["config"]["materialized"] == "table"}
    expected = {name for name, node in models.items() if _folder(node).startswith("marts")}
    assert tables == (expected | INTERMEDIATE_TABLES) - PUBLISHED_VIEWS


def test_published_views_read_published_tables_only(manifest, models):
    for name in PUBLISHED_VIEWS:
        parents = [manifest["nodes"][one] for one in models[name]["depends_on"]["nodes"]]
        assert {parent["database"] for parent in parents} == {"marts"}, name


def test_only_marts_reach_the_published_file(models):
    for name, node in models.items():
        is_mart = _folder(node).startswith("marts")
        assert (node["database"] == "marts") == is_mart, name
        if is_mart:
            assert node["schema"] == _folder(node).removeprefix("marts/"), name
            assert node["config"]["contract"]["enforced"], name


def test_model_and_every_column_are_described(models):
    undescribed = [
        f"{name}.{column['name']}"
        for name, node in models.items()
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    undescribed += [name for name, node in models.items() if not node["description"].strip()]
    assert undescribed == []


def test_published_model_opens_with_its_grain_and_a_table_is_held_to_it(models):
    published = {name: node for name, node in models.items() if _folder(node).startswith("marts")}
    for name, node in published.items():
        assert node["description"].startswith("Mỗi dòng"), name
        if name not in PUBLISHED_VIEWS:
            # What makes a table looks at the grain of one with a contract (test_grain.py).
            assert node["config"]["materialized"] == "table", name
            assert node["config"]["contract"]["enforced"], name
            meta = node["config"]["meta"]
            assert set(meta.get("null_in_grain", ())) < set(meta["grain"]), name


def test_published_tables_of_many_lines_are_parted_by_texts_of_their_own(models):
    parts = {
        name: node["config"]["meta"]["parts"]
        for name, node in models.items()
        if "parts" in node["config"]["meta"]
    }
    tables = {
        name
        for name, node in models.items()
        if _folder(node).startswith("marts") and "dossier_key" in node["columns"]
    }
    assert set(parts) == tables - PUBLISHED_VIEWS - ONE_FILE | REFUSED_LINES
    for name, columns in parts.items():
        # Else parts would be linked that were made anew.
        assert "renewed_by" in models[name]["config"]["meta"], name
        types = [models[name]["columns"][column]["data_type"] for column in columns]
        assert columns, name
        assert set(types) == {"string"}, name
        quarter_of = models[name]["config"]["meta"].get("quarter_of")
        if quarter_of:
            column = models[name]["columns"][quarter_of]
            assert column["data_type"] in {"date", "timestamp"}, name


TOLD_ELSEWHERE = r"env_var|is_renewing|invocation|run_started"
READ_ELSEWHERE = r"source\((?!'landing', 'unit_successions'\))|run_query"
"""The one source whose file lies in the project (dbt_project/reference)."""


def test_tables_that_follow_from_the_project_alone_are_fixed_and_no_others(manifest):
    """A build that renews leaves them as they are: what they stand on is in the project's text."""
    fixed = _tagged(manifest, "fixed")
    assert fixed == {
        node_id
        for node_id, node in _materialized(manifest, {"seed", "table"}).items()
        if not _says(manifest, node_id, f"{TOLD_ELSEWHERE}|{READ_ELSEWHERE}", {"nodes", "macros"})
    }
    assert {"seed.motcua.code_lists", "model.motcua.int_dates__all"} <= fixed


def test_views_whose_text_differs_from_build_to_build_are_of_a_build_and_no_others(manifest):
    """A build that renews leaves the others as they are, whatever they read."""
    told = {
        node_id
        for node_id in _materialized(manifest, {"view"})
        if _says(manifest, node_id, f"{TOLD_ELSEWHERE}|run_query", {"macros"})
    }
    assert _tagged(manifest, "of_build") == told
    assert "model.motcua.int_dossiers__latest" in told


def test_no_row_of_a_delivery_stands_beside_a_release(manifest):
    """Seeds, views and fixed tables that are not published do, and a build that renews needs them.

    What else is a table on the way is in memory.
    """
    ours = {
        node_id: node["database"]
        for node_id, node in _materialized(manifest, {"seed", "table", "view"}).items()
        if node["schema"] not in PUBLISHED_SCHEMAS
    }
    fixed, views = _tagged(manifest, "fixed"), _materialized(manifest, {"view"})
    assert ours == {
        node_id: "standing" if node_id in fixed or node_id in views else "memory"
        for node_id in ours
    }
    assert set(ours.values()) == {"standing", "memory"}


def _tagged(manifest, tag: str) -> set[str]:
    return {node_id for node_id, node in manifest["nodes"].items() if tag in node["config"]["tags"]}


def _materialized(manifest, kinds: set[str]) -> dict:
    return {
        node_id: node
        for node_id, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"} and node["config"]["materialized"] in kinds
    }


def _says(manifest, node_id: str, pattern: str, below: set[str]) -> bool:
    """Say whether the text of a node, or of what stands below it, holds a pattern."""
    node = manifest["nodes"].get(node_id) or manifest["macros"].get(node_id)
    if node is None or node["package_name"] != "motcua":
        return False
    text = node.get("raw_code") or node.get("macro_sql") or ""
    return bool(re.search(pattern, text)) or any(
        _says(manifest, one, pattern, below)
        for kind in below & node["depends_on"].keys()
        for one in node["depends_on"][kind]
    )


def test_every_model_names_a_grain_of_its_own_columns(models):
    for name, node in models.items():
        grain = node["config"]["meta"]["grain"]
        assert set(grain) <= set(node["columns"]), name


def test_columns_of_published_models_are_named_by_their_type(models):
    wrong = []
    for name, node in models.items():
        for column in node["columns"].values():
            kind, label = column["data_type"], column["name"].lstrip("_")
            if kind in {"date", "timestamp"} and not label.endswith(ENDINGS[kind]):
                wrong.append(f"{name}.{label}")
            if kind == "boolean" and not label.startswith(ENDINGS[kind]):
                wrong.append(f"{name}.{label}")
            if label.endswith("_count") and kind not in {None, "bigint", "tinyint"}:
                wrong.append(f"{name}.{label}")
            if kind in {"varchar", "text"}:
                wrong.append(f"{name}.{label}")
    assert wrong == []


def test_model_has_at_most_six_joins(models):
    for name, node in models.items():
        assert len(re.findall(r"\bjoin\b", _code(node))) <= 6, name


def test_no_two_steps_read_dossiers_through_a_third(models):
    wrong = []
    for name, node in models.items():
        code = _code(node)
        for step, parent in re.findall(
            r"(\w+) as \(\s*select \*\s*from \{\{ ref\('(\w+)'\) \}\}\s*\)", code
        ):
            readers = re.findall(rf"\b(?:from|join) {step}\b", code)
            if parent in DOSSIER_LINES and len(readers) > 1:
                wrong.append((name, step))
    assert wrong == []


@pytest.mark.parametrize("word", ["current_date", "current_timestamp", r"now\(", "today"])
def test_no_model_reads_the_clock(models, word):
    assert [name for name, node in models.items() if re.search(word, _code(node).lower())] == []


def test_columns_in_yml_stand_in_the_order_of_the_select(models):
    for name, node in models.items():
        final = _code(node).split("final as (")[-1]
        places = [
            match.start()
            for column in node["columns"]
            if (match := re.search(rf"(\bas {column}\b|\b{column}(?=,?\n))", final))
        ]
        assert places == sorted(places), name


def test_models_end_with_the_final_step(models):
    """What is kept by a build that renews may stand under it, by a macro (macros/renewal.sql)."""
    for name, node in models.items():
        told = re.sub(r"\n\{\{ and_kept_\w+\([^\n]*\) \}\}$", "", _code(node).rstrip())
        assert told.endswith("select * from final"), name
        assert "try_cast" not in _code(node), name


def test_staging_models_have_the_canonical_columns(models):
    for code, dataset in DATASETS.items():
        columns = list(models[f"stg_landing__{code}"]["columns"])
        assert columns == [
            *("locality_code", "province_code"),
            *dataset.columns,
            *("_delivery_id", "_exported_at", "_source_file", "_source_row"),
        ], code


def test_exposures_stand_on_marts_only(manifest):
    exposures = manifest["exposures"].values()
    assert exposures
    for exposure in exposures:
        for parent in exposure["depends_on"]["nodes"]:
            assert manifest["nodes"][parent]["database"] == "marts", exposure["name"]


def test_every_metric_has_a_doc_block_and_every_rate_a_name(manifest, models):
    blocks = {
        doc["name"].removeprefix("metric_")
        for doc in manifest["docs"].values()
        if doc["name"].startswith("metric_")
    }
    codes = set(models["int_metrics__defined"]["columns"])
    assert codes == blocks
    for mart in ("mart_review__online", "mart_review__digitisation", "mart_review__channels"):
        used = set(re.findall(r"'([a-z_]+)' as metric_code", models[mart]["compiled_code"]))
        assert used
        assert used <= codes


def test_every_metric_says_what_it_counts_and_works_an_example(manifest):
    for doc in manifest["docs"].values():
        if doc["name"].startswith("metric_"):
            for word in ("Tử số: ", "Không tính: ", "Đơn vị: ", "Ví dụ: "):
                assert f"\n{word}" in doc["block_contents"], doc["name"]


def test_every_rule_set_has_a_doc_block_and_a_row(manifest, models):
    blocks = {
        doc["name"].removeprefix("rule_")
        for doc in manifest["docs"].values()
        if doc["name"].startswith("rule_")
    }
    seed = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "rule_sets.csv"
    with seed.open(encoding="utf-8", newline="") as handle:
        rows = {row["rule_code"] for row in csv.DictReader(handle)}
    assert set(models["int_rules__defined"]["columns"]) == blocks == rows


def test_every_doc_block_is_used(manifest, models):
    described = {
        block.split(".")[-1]
        for node in models.values()
        for column in node["columns"].values()
        for block in column.get("doc_blocks", [])
    }
    ours = {
        doc["name"]
        for doc in manifest["docs"].values()
        if doc["package_name"] == "motcua" and not doc["name"].startswith("__")
    }
    assert ours == described


def test_nodes_are_few_enough_to_build_fast(manifest):
    """A node costs 0.02 to 0.1 s in every build; whoever needs another argues for it here.

    A grain is no node: what makes a table holds it to its grain. Counted are, since that is so: the
    list of procedures announced or publicised late (annex PL10, which no other mart could give),
    what each meeting concluded with how it was met (a fact that an analyst can query and its mart,
    and two views on the way), the register of decided duplicates and what it is to decide (a view,
    a table), the service level of procedures through time (a table), agencies known under both
    forms of a code (a view), working time (one table, by which alone durations are measured),
    three published views that cost a build nothing but their names (due dates that differ, their
    counts, time by step), two seeds (swapped days with their document, hours of work), and what
    the one-stop desks have, period by period (the packs chose the last survey by themselves, where
    no analyst could read it and nothing explained it).
    And what a build that renews cannot ask of all dossiers again: the names that lines give to
    codes (a table in memory). Its two hooks are nodes, too, and the checkpoint at the end, by which
    all others do without a log that each would wait for.
    """
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] != "unit_test"]
    assert len(nodes) <= 225


def test_project_needs_no_package():
    folder = Path(__file__).resolve().parents[2]
    assert not (folder / "packages.yml").exists()
    assert not (folder / "dependencies.yml").exists()
    assert not list((folder / "dbt_project").rglob("__init__.py"))
