"""A review that compares unlike periods says so beside each comparison, in every rendering."""

import csv
import datetime
import io
import re
import zipfile
from pathlib import Path

import duckdb
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua import status
from motcua.settings import Settings
from motcua.snapshot import likeness
from motcua.snapshot.content import build_content
from motcua.snapshot.document import render_docx
from motcua.snapshot.page import render_html
from motcua.snapshot.paper import render_pdf
from motcua.snapshot.slides import render_pptx
from motcua.snapshot.workbook import render_xlsx
from snapshot_support import REVIEW, handling_line, make_marts

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
KEYS = {"level_code": "province", "field_code": "land", "channel_code": "online"}
UNLIKE = {
    **REVIEW,
    "same_period_name": "Quý II năm 2023",
    "same_scheme_code": "nd09",
    "same_start_date": datetime.date(2023, 3, 15),
    "same_end_date": datetime.date(2023, 6, 14),
    "same_known_to_date": datetime.date(2023, 6, 14),
}
WARNING = (
    "Lưu ý: so sánh chỉ để tham khảo, các kỳ không cùng cách chia kỳ và độ dài: kỳ này (theo năm "
    "dương lịch, 182 ngày); cùng kỳ – quý II năm 2023 (chốt ngày 14 theo Nghị định 09/2019/NĐ-CP, "
    "92 ngày)."
)


def compared(content) -> dict[str, bool]:
    """Say where the content warns."""
    first = [line.text for section in content.summary for line in section.paragraphs]
    report = [line.text for section in content.sections for line in section.paragraphs]
    answers = [cell.text for row in content.table("questions").rows for cell in row.cells]
    return {
        "first page": WARNING in first,
        "table": WARNING in content.table("summary").notes,
        "report": WARNING in report,
        "question": any(WARNING in answer for answer in answers),
    }


@pytest.fixture(scope="module")
def content():
    lines = [handling_line(KEYS, (90, 5, 5), (40, 10), 0)]
    return build_content(make_marts(lines, lines, review=UNLIKE))


def test_content_warns_wherever_it_compares(content):
    assert set(compared(content).values()) == {True}, compared(content)
    like = build_content(make_marts([handling_line(KEYS, (90, 5, 5), (40, 10), 0)]))
    assert set(compared(like).values()) == {False}


def zipped_text(file: bytes, names: str) -> str:
    with zipfile.ZipFile(io.BytesIO(file)) as members:
        parts = [members.read(name) for name in members.namelist() if re.match(names, name)]
    return re.sub(r"<[^>]+>", "", b"".join(parts).decode())


def test_every_rendering_has_the_warning(content):
    pages = pypdf.PdfReader(io.BytesIO(render_pdf(content))).pages
    texts = {
        "docx": zipped_text(render_docx(content), r"word/document\.xml"),
        "xlsx": zipped_text(render_xlsx(content), r"xl/sharedStrings\.xml"),
        "html": re.sub(r"<[^>]+>", "", render_html(content).decode()),
        "pptx": zipped_text(render_pptx(content), r"ppt/slides/slide\d+\.xml"),
        "pdf": "".join(page.extract_text() for page in pages),
    }
    # Paper breaks lines where it likes.
    wanted = "".join(WARNING.split())
    lacking = [kind for kind, text in texts.items() if wanted not in "".join(text.split())]
    assert lacking == []


def test_slides_have_it_beside_the_ten_indicators_and_last_year(content):
    file = zipfile.ZipFile(io.BytesIO(render_pptx(content)))
    slides = [name for name in file.namelist() if re.match(r"ppt/slides/slide\d+\.xml", name)]
    holding = [
        name for name in slides if WARNING in re.sub(r"<[^>]+>", "", file.read(name).decode())
    ]
    assert sorted(holding) == ["ppt/slides/slide3.xml", "ppt/slides/slide4.xml"]


def moved(review, which: str, **values) -> dict:
    return {**review, **{f"{which}_{name}": value for name, value in values.items()}}


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        pytest.param(REVIEW, "", id="half and half"),
        pytest.param(moved(REVIEW, "same", period_name=None), "", id="no such period"),
        pytest.param(moved(REVIEW, "previous", scheme_code="custom"), "cách chia kỳ", id="scheme"),
        pytest.param(
            moved(REVIEW, "previous", start_date=datetime.date(2023, 10, 1)), "độ dài", id="length"
        ),
        pytest.param(
            {**REVIEW, "known_to_date": datetime.date(2024, 3, 20)}, "độ dài", id="not ended yet"
        ),
    ],
)
def test_what_differs_is_named(review, expected):
    said = likeness.sentence(review)
    assert re.findall(r"không cùng ([^:]+):", said) == [expected] * bool(expected)


days = st.integers(1, 400)


@settings(max_examples=100, deadline=None)
@given(days, days, st.sampled_from(["nd09", "calendar"]), st.sampled_from(["nd09", "calendar"]))
def test_periods_are_alike_by_scheme_and_within_three_days(now, before, scheme, other):
    first = datetime.date(2023, 1, 1)
    review = {
        **moved(REVIEW, "same", period_name=None),
        "scheme_code": scheme,
        "start_date": first,
        "known_to_date": first + datetime.timedelta(now - 1),
    }
    review = moved(
        review,
        "previous",
        scheme_code=other,
        start_date=first,
        known_to_date=first + datetime.timedelta(before - 1),
    )
    assert (likeness.sentence(review) == "") == (scheme == other and abs(now - before) <= 3)


def shape_days(shape: dict, year: int) -> int:
    start = datetime.date(
        year + int(shape["start_year_offset"]), int(shape["start_month"]), int(shape["start_day"])
    )
    return (datetime.date(year, int(shape["end_month"]), int(shape["end_day"])) - start).days + 1


def test_shipped_schemes_compare_alike_periods_in_every_year():
    with (SEEDS / "period_shapes.csv").open(encoding="utf-8", newline="") as lines:
        shapes = {row["shape_code"]: row for row in csv.DictReader(lines)}
    for shape in shapes.values():
        before = shapes[shape["previous_shape_code"]]
        assert shape["scheme_code"] == before["scheme_code"]
        for year in range(2001, 2100):
            now = shape_days(shape, year)
            earlier = {
                shape_days(before, year + int(shape["previous_year_offset"])),
                shape_days(shape, year - 1),
            }
            assert all(abs(now - one) <= likeness.DAYS_APART for one in earlier), (shape, year)


def test_status_names_the_published_reviews_that_compare_unlike_periods(tmp_path):
    told = Settings(home=tmp_path)
    assert status.read_comparison_lines(told) == []
    told.marts_file.parent.mkdir(parents=True)
    with duckdb.connect(str(told.marts_file)) as marts:
        marts.execute(
            "create schema core; create schema review;"
            "create table core.dim_periods as select * from (values"
            " ('a', 'Kỳ a', 'custom', date '2024-01-01', date '2024-05-18'),"
            " ('b', 'Kỳ b', 'custom', date '2023-01-01', date '2023-05-18'),"
            " ('c', 'Kỳ c', 'nd09', date '2023-12-15', date '2024-03-14'),"
            " ('ahead', 'Kỳ sau', 'nd09', date '2025-12-15', date '2025-01-10')"
            ") as periods (period_code, period_name, scheme_code, start_date, known_to_date);"
            "create table review.dim_reviews as select * from (values"
            " ('alike', 'a', null, 'b'), ('unlike', 'a', 'c', 'b'), ('ahead', 'ahead', 'c', 'b')"
            ") as reviews (review_code, period_code, previous_period_code,"
            " same_period_last_year_code);"
        )
    (line,) = status.read_comparison_lines(told)
    assert line["review"] == "unlike"
    assert line["warning"].endswith(
        "không cùng cách chia kỳ và độ dài: kỳ này (kỳ tự đặt, 139 ngày); kỳ trước – kỳ c (chốt "
        "ngày 14 theo Nghị định 09/2019/NĐ-CP, 91 ngày)."
    )
