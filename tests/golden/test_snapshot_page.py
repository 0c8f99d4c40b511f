"""The page in a real Chromium: what it shows, finds, sorts, sums, opens and prints."""

import dataclasses
import io
import random
import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from motcua.snapshot import numbers
from motcua.snapshot.edge import read_content
from motcua.snapshot.model import SIMULATED_BANNER, Content, Member, Table, count_cell
from motcua.snapshot.page import render_html

OVERDUE = """
truncate review.mart_review__overdue_dossiers;
insert into review.mart_review__overdue_dossiers by name
select
    'H01-' || rows.row_no || '-' || left(kinds.outcome_code, 1) || '-' || numbers.number
        as dossier_code,
    'key-' || rows.row_no || '-' || kinds.outcome_code || '-' || numbers.number as dossier_key,
    rows.period_code, rows.province_code, rows.agency_code, rows.field_code, rows.level_code,
    rows.channel_code, kinds.outcome_code, 30 - numbers.number as overdue_working_days
from (select *, row_number() over () as row_no from review.mart_review__handling) as rows
cross join (values ('overdue'), ('past_due')) as kinds (outcome_code)
cross join range(9) as numbers (number)
where rows.rule_code = 'ii06' and numbers.number < if(
    kinds.outcome_code = 'overdue', rows.resolved_overdue_count, rows.pending_overdue_count
);
comment on column review.mart_review__handling.resolved_overdue_count is
    'Đã giải quyết quá hạn; cột (10) biểu II.06.';
"""
"""As many overdue dossiers as each row of the handling mart counts, and what it says of a count."""
A4 = (297, 210)
READ_TABLE = """
id => Array.from(document.querySelectorAll(`#${id} tbody tr, #${id} tfoot tr`), row =>
    Array.from(row.cells, cell => cell.textContent))
"""
CHOOSE = """
wanted => {
    const form = document.getElementById("filters");
    for (const name of ["agency", "field", "level", "channel", "by"]) {
        form.elements[name].value = wanted[name] || "";
    }
    form.dispatchEvent(new Event("change"));
    const cells = Array.from(document.querySelectorAll("#filtered-table tfoot td"));
    return [cells.map(cell => cell.textContent), document.getElementById("filtered").textContent];
}
"""
VIOLATION = """
() => new Promise(done => {
    document.addEventListener("securitypolicyviolation", event => done(event.violatedDirective));
    const image = new Image();
    image.src = "https://example.org/x.png";
    document.body.append(image);
})
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory, small_file) -> Content:
    """A content whose overdue dossiers are those that its handling counts."""
    path = tmp_path_factory.mktemp("shown") / "marts.duckdb"
    shutil.copyfile(small_file, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(OVERDUE)
        return read_content(connection, "2024-CY-H01")


@pytest.fixture(scope="module")
def plain(shown) -> Content:
    """The same without charts, which take a second to draw."""
    return dataclasses.replace(shown, charts=())


SHORT = ("ten", "ii06_agencies", "ii06_fields", "scorecard", "coverage")


@pytest.fixture(scope="module")
def short(shown) -> Content:
    """The same with each kind of thing a few times: what takes long is asked of this one."""
    tables = tuple(
        dataclasses.replace(table, rows=(*table.rows[:2], *table.rows[2:][-1:]))
        for table in shown.tables
        if table.code in SHORT
    )
    return dataclasses.replace(
        shown,
        tables=tables,
        charts=shown.charts[:1],
        sections=shown.sections[:2],
        definitions=shown.definitions[:2],
        decisions=shown.decisions[:2],
        cube=dataclasses.replace(shown.cube, rows=shown.cube.rows[::4]),
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


class Opened:
    """Opens contents as files with the network off, and keeps what the browser complains of."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder
        self._pages: dict[str, Page] = {}
        self._files: dict[int, tuple[Content, Path]] = {}
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def __call__(self, content: Content, **options) -> Page:
        page = self._page(options)
        self.complaints.clear()
        self.requests.clear()
        page.goto("about:blank")
        page.goto(self._file(content).as_uri())
        return page

    def _page(self, options: dict) -> Page:
        key = repr(sorted(options.items()))
        if key not in self._pages:
            wanted = {"viewport": {"width": 1366, "height": 768}, "offline": True, **options}
            page = self._browser.new_context(**wanted).new_page()
            page.on("console", lambda message: self.complaints.append(message.text))
            page.on("pageerror", lambda error: self.complaints.append(str(error)))
            page.on("request", lambda request: self.requests.append(request.url))
            self._pages[key] = page
        return self._pages[key]

    def _file(self, content: Content) -> Path:
        if id(content) not in self._files:
            path = self._folder / f"{len(self._files)}.html"
            path.write_bytes(render_html(content))
            self._files[id(content)] = (content, path)
        return self._files[id(content)][1]


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory) -> Opened:
    return Opened(browser, tmp_path_factory.mktemp("pages"))


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def disagreements(said: Content, page: Page) -> list[str]:
    """Name each table, headline and sentence that the browser shows otherwise."""
    faults = [
        table.code
        for table in said.tables
        if table.rows and page.evaluate(READ_TABLE, table.code) != texts(table)
    ]
    cards = page.locator("#headlines .card").all_inner_texts()
    faults += [
        line.code
        for line, card in zip(said.headlines, cards, strict=True)
        if line.result.text not in card
        or f"{line.numerator.text}/{line.denominator.text}" not in card
    ]
    words = page.locator("main").evaluate("main => main.textContent")
    paragraphs = [p for s in (*said.sections, *said.first_page) for p in s.paragraphs]
    return faults + [p.code for p in paragraphs if p.text not in words]


def test_page_opens_offline_without_a_complaint_and_says_what_the_content_says(shown, opened):
    page = opened(shown)

    assert disagreements(shown, page) == []
    assert opened.complaints == []
    assert [url.partition(":")[0] for url in opened.requests] == ["file"]


def test_changed_figure_is_seen_in_the_browser(plain, opened):
    table = plain.table("ii06_fields")
    cells = list(table.rows[0].cells)
    cells[3] = count_cell(123_456_789)
    rows = (dataclasses.replace(table.rows[0], cells=tuple(cells)), *table.rows[1:])
    changed = dataclasses.replace(table, rows=rows)
    tables = tuple(changed if other is table else other for other in plain.tables)

    assert disagreements(dataclasses.replace(plain, tables=tables), opened(plain)) == [table.code]


def test_page_may_fetch_nothing(plain, opened):
    assert opened(plain).evaluate(VIOLATION) == "img-src"


def test_foreign_text_neither_ends_the_data_nor_becomes_markup(plain, opened):
    hostile = "</script><script>document.title='taken'</script><img src=x onerror=alert(1)><!--"
    agencies = (Member("H01.01", hostile), *plain.cube.dimensions[0][1:])
    cube = dataclasses.replace(plain.cube, dimensions=(agencies, *plain.cube.dimensions[1:]))
    header = dataclasses.replace(plain.header, review_name=hostile)
    page = opened(dataclasses.replace(plain, cube=cube, header=header))

    assert hostile in page.locator("#filtered-table").inner_text()
    assert page.locator(".name").inner_text() == hostile
    assert page.title().startswith(plain.header.title)
    assert page.locator("img").count() == 0
    assert opened.complaints == []


def expected_total(content: Content, chosen: dict[int, int]) -> list[str]:
    """Write the counts of the total line that a filter leaves, from the content alone."""
    cube = content.cube
    rows = [row for row in cube.rows if all(row[at] == member for at, member in chosen.items())]
    codes = [measure.code for measure in cube.measures]
    total = {code: sum(row[4 + at] for row in rows) for at, code in enumerate(codes)}
    named = ("received_in_period", "received", "resolved", "resolved_early", "resolved_on_time")
    late = ("resolved_overdue", "pending", "pending_in_due", "pending_overdue")
    counts = [numbers.format_count(total[f"{name}_count"]) for name in (*named, *late)]
    in_time = total["resolved_early_count"] + total["resolved_on_time_count"]
    rates = (
        (in_time, total["resolved_count"]),
        (total["received_online_count"], total["received_in_period_count"]),
        (total["pending_overdue_count"], total["pending_count"]),
    )
    return [*counts, *(rate_text(part, whole) for part, whole in rates)]


def rate_text(part: int, whole: int) -> str:
    both = f" ({numbers.format_count(part)}/{numbers.format_count(whole)})" if whole else ""
    return f"{numbers.format_share(part, whole)}{both}"


def test_filters_sum_the_same_counts_as_the_pack(plain, opened):
    page = opened(plain)
    generator = random.Random(6)
    names = ("agency", "field", "level", "channel")
    for number in range(30):
        chosen = {
            at: generator.randrange(len(members))
            for at, members in enumerate(plain.cube.dimensions)
            if generator.random() < number / 30
        }
        codes = {names[at]: plain.cube.dimensions[at][pick].code for at, pick in chosen.items()}
        cells, said = page.evaluate(CHOOSE, {**codes, "by": generator.choice(names)})

        expected = expected_total(plain, chosen)
        assert cells == expected or (cells == [] and set(expected[:9]) == {"0"})
        assert (expected[9] in said) if cells else said.endswith("không phát sinh.")


def test_filter_is_chosen_and_left_by_hand(plain, opened):
    page = opened(plain)
    page.select_option("#filter-field", "G01")
    page.select_option("#filter-level", "commune")
    page.select_option("#filter-by", "channel")
    names = page.locator("#filtered-table tbody th").all_inner_texts()
    said = page.locator("#filtered").inner_text()
    page.click("#filters button[type=reset]")
    expect(page.locator("#filtered")).to_have_text(re.compile("^Toàn"))

    assert names == ["Trực tiếp", "Trực tuyến", "Bưu chính công ích"]
    assert said.startswith("Đất đai; Cấp xã: 3 dòng, đã giải quyết ")
    total = page.locator("#filtered-table tfoot td").all_text_contents()
    assert total == expected_total(plain, {})


def test_page_rounds_as_the_pack_does(plain, opened):
    """Half up from whole numbers, also where a float would be a hair below the half."""
    page = opened(plain)
    generator = random.Random(7)
    pairs = [(1, 8), (899364, 901402), (1, 20000), (10049, 20000), (0, 3), (5, 5), (10**15, 10**16)]
    wholes = [generator.randrange(1, 40000) for _ in range(300)]
    pairs += [(generator.randrange(whole + 1), whole) for whole in wholes]
    words = Path(render_html.__code__.co_filename).parent / "templates" / "words.js"
    bare = words.read_text("utf-8").partition("const data =")[0]

    found = page.evaluate(
        f"pairs => {{ {bare} return pairs.map(p => percent(p[0], p[1])); }}", pairs
    )
    assert found == [numbers.format_share(part, whole) for part, whole in pairs]


@pytest.mark.parametrize("wanted", ["dat dai", "đất đai", "DAT ĐAI"])
def test_search_finds_with_and_without_accents(plain, opened, wanted):
    page = opened(plain)
    page.fill("#search", unicodedata.normalize("NFD", wanted))

    rows = page.locator("#ii06_fields tbody tr:visible th").all_inner_texts()
    assert rows == ["Đất đai"]
    assert page.locator("#plan_tasks").is_hidden()
    shown_rows = page.locator("section.table tbody tr:not(.group):visible").count()
    assert page.locator("#found").inner_text() == f"{shown_rows} dòng"
    page.fill("#search", "")
    assert page.locator("#ii06_fields tbody tr:visible").count() == 5
    assert page.locator("#plan_tasks").is_visible()


def test_columns_sort_in_vietnamese_order_and_by_number(plain, opened):
    page = opened(plain)
    titles = page.locator("#ii06_fields tr.titles th")
    names = page.locator("#ii06_fields tbody th")
    in_order = names.all_inner_texts()
    titles.nth(2).locator("button").click()
    by_number = page.locator("#ii06_fields tbody tr td:nth-child(3)").all_inner_texts()
    titles.nth(1).locator("button").click()
    again = names.all_inner_texts()
    titles.nth(1).locator("button").press("Enter")

    values = [int(text.replace(".", "")) for text in by_number]
    assert values == sorted(values)
    assert again == in_order == [row.cells[1].text for row in plain.table("ii06_fields").rows[:-1]]
    assert names.all_inner_texts() == in_order[::-1]
    assert titles.nth(1).get_attribute("aria-sort") == "descending"
    assert page.locator("#ii06_fields th[aria-sort]").count() == 1
    assert page.locator("#told").inner_text() == "Đã sắp xếp theo Lĩnh vực, giảm dần"


def panel_of(page: Page) -> dict[str, str]:
    terms = page.locator("#panel-said dt").all_inner_texts()
    said = dict(zip(terms, page.locator("#panel-said dd").all_inner_texts(), strict=True))
    return {
        "name": page.locator("#panel-title").inner_text(),
        "value": page.locator("#panel-value").inner_text(),
        **said,
    }


def test_figure_opens_its_definition_counts_rule_date_and_dossiers_by_keyboard(plain, opened):
    page = opened(plain)
    table = plain.table("ii06_fields")
    codes = [column.code for column in table.columns]
    at, rate = codes.index("resolved_overdue_count"), codes.index("resolved_in_time_rate")
    first = page.locator("#ii06_fields tbody tr").first
    first.locator(".figure").first.focus()
    for _ in range(at - 2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    said = panel_of(page)
    listed = page.locator("#panel .dossiers li").all_inner_texts()
    page.keyboard.press("Escape")

    line = table.rows[0]
    assert line.cells[1].text in said["name"]
    assert said["value"] == line.cells[at].text
    assert said["Định nghĩa"] == "Đã giải quyết quá hạn; cột (10) biểu II.06."
    assert said["Quy tắc đếm"] in plain.header.rule_line
    assert said["Khai thác"] in plain.header.as_of_line
    assert said["Lưu ý"] == SIMULATED_BANNER
    assert len(listed) == len(set(listed)) == line.cells[at].value
    assert page.evaluate("document.activeElement.textContent") == line.cells[at].text
    assert page.locator("#panel").is_hidden()

    first.locator("td").nth(rate - 1).locator(".figure").click()
    numerator, denominator = line.cells[rate].counts
    both = f"{numbers.format_count(numerator)}/{numbers.format_count(denominator)}"
    assert panel_of(page)["Tử số/Mẫu số"] == both


def test_every_figure_has_something_to_say(plain, opened):
    page = opened(plain)
    silent = page.evaluate("""
        () => {
            const found = [];
            for (const button of document.querySelectorAll(".figure")) {
                button.click();
                const panel = document.getElementById("panel");
                const ok = panel.open && document.getElementById("panel-title").textContent
                    && document.getElementById("panel-value").textContent === (button.asked
                        ? button.asked().value : button.textContent)
                    && document.querySelector("#panel-said dd").textContent;
                if (!ok) found.push(button.outerHTML);
                panel.close();
            }
            return [found, document.querySelectorAll(".figure").length];
        }
    """)

    assert silent[0] == []
    assert silent[1] > 1000
    assert opened.complaints == []


def test_panel_names_the_limit_of_what_it_lists(plain, opened):
    cube = dataclasses.replace(plain.cube, dossiers=plain.cube.dossiers[:3], dossier_limit=3)
    page = opened(dataclasses.replace(plain, cube=cube))
    page.locator('#headlines .card [data-figure="pending_overdue_share"]').click()
    said = page.locator("#panel-dossiers").inner_text()

    carried = sum(measure == 11 for _, measure, _ in cube.dossiers)
    total = plain.figures["pending_overdue"].cell.text
    assert f"Hồ sơ: {total}" in said
    assert f"Trang mang {carried} mã trong số này (giới hạn 3 mã của cả trang" in said
    assert page.locator("#panel .dossiers li").count() == carried


def test_agency_has_a_view_of_its_own_that_an_address_leads_to(plain, opened):
    page = opened(plain)
    page.locator('#ii06_agencies a[href="#agency=H01.20"]').click()
    page.wait_for_selector("#agency-sheet .card")
    totals = page.locator("#agency-sheet tfoot")

    table = plain.table("ii06_agencies")
    line = next(row for row in table.rows if row.cells[1].text == "UBND huyện Tri Tôn")
    assert page.locator("#agency-sheet h3").inner_text() == "UBND huyện Tri Tôn"
    assert page.evaluate("document.activeElement.id") == "agency-title"
    for number in range(2):
        cells = totals.nth(number).locator("td").all_inner_texts()
        assert cells == expected_total(plain, {0: position(plain, "H01.20")})
        assert cells[1] == line.cells[2].text
    assert page.locator("#agency-choice").input_value() == "H01.20"


def position(content: Content, agency_code: str) -> int:
    return [member.code for member in content.cube.dimensions[0]].index(agency_code)


def printed(page: Page) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def tight(text: str) -> str:
    return "".join(text.split())


def test_paper_is_a4_and_each_table_begins_a_page_whose_head_is_repeated(plain, short, opened):
    long = plain.table("ii06_agencies")
    rows = tuple(row for row in long.rows if row.kind == "body") * 8
    tables = tuple(
        dataclasses.replace(table, rows=rows) if table.code == long.code else table
        for table in short.tables
    )
    pages = printed(opened(dataclasses.replace(short, tables=tables))).pages
    said = [tight(page.extract_text()) for page in pages]

    sizes = {tuple(round(float(x) * 25.4 / 72) for x in page.mediabox[2:]) for page in pages}
    assert sizes == {A4}
    top = tight(SIMULATED_BANNER)
    margin = tight(f"{plain.header.review_code} · {plain.header.version_line}")
    starts = [text.partition(margin)[2] for text in said]
    for table in tables:
        assert any(text.startswith(tight(table.title)) for text in starts), table.code
    head = tight("Trực tiếp, dịch vụ bưu chính")
    assert sum(head in text for text in said) >= 4
    assert all(top in text for text in said)
    assert not any("Bỏlọc" in text or "Tìmtrongcácbảng" in text for text in said)


def test_one_agency_is_printed_alone(plain, opened):
    page = opened(plain)
    page.select_option("#agency-choice", "H01.20")
    page.wait_for_selector("#agency-print:visible")
    page.evaluate("document.documentElement.classList.add('one-agency')")
    said = "".join(tight(sheet.extract_text()) for sheet in printed(page).pages)

    assert tight("UBND huyện Tri Tôn: theo lĩnh vực") in said
    assert tight(plain.header.rule_line) in said
    assert tight(SIMULATED_BANNER) in said
    assert tight("Các chỉ tiêu chính") not in said


@pytest.mark.parametrize(
    ("scheme", "rules"),
    [
        pytest.param("light", {}, id="light"),
        pytest.param("dark", {"runOnly": ["color-contrast"]}, id="dark", marks=pytest.mark.soak),
    ],
)
def test_nothing_hinders_who_reads_by_other_means(short, opened, scheme, rules):
    page = opened(short, color_scheme=scheme, bypass_csp=True)
    page.select_option("#filter-by", "level")
    page.select_option("#agency-choice", "H01.20")
    page.wait_for_selector("#agency-sheet .card")
    rules = {**rules, "resultTypes": ["violations"]}
    faults = Axe().run(page, options=rules).response["violations"]
    page.locator("#ii06_fields .figure").first.click()
    faults += Axe().run(page, context="#panel", options=rules).response["violations"]

    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in faults] == []


def test_fault_of_access_is_seen(short, opened):
    """Sees the check above fail: a field without a label."""
    page = opened(short, color_scheme="light", bypass_csp=True)
    page.evaluate("document.querySelector('label[for=search]').remove()")
    page.evaluate("document.querySelector('#search').removeAttribute('placeholder')")

    found = Axe().run(page, context=".search").response["violations"]
    assert {fault["impact"] for fault in found} & {"serious", "critical"}


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_page_is_no_wider_than_its_screen(plain, opened, width, height):
    page = opened(plain, viewport={"width": width, "height": height})
    page.select_option("#agency-choice", "H01.20")
    page.wait_for_selector("#agency-sheet .card")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


CLIPPED = """letters => [...document.querySelectorAll(".drawing svg")].flatMap(drawing => {
  const frame = drawing.getBoundingClientRect();
  return [...drawing.querySelectorAll("text")].filter(text => {
    for (const [name, value] of Object.entries(letters)) text.style.setProperty(name, value);
    const box = text.getBoundingClientRect();
    return box.left < frame.left - .5 || box.right > frame.right + .5;
  }).map(text => text.textContent);
})"""


@pytest.mark.parametrize("font", ["DejaVu Sans", "Arial"])
def test_no_word_of_a_chart_is_cut_whatever_the_letters(shown, opened, font):
    page = opened(shown)

    assert page.locator(".drawing svg text").count() > 20
    assert page.evaluate(CLIPPED, {"font-family": font}) == []
    assert page.evaluate(CLIPPED, {"font-family": font, "font-size": "22px"}) != []


@pytest.mark.parametrize("review_code", ["2011-CY-X01", "2023-CY-X01"])
def test_review_with_little_data_has_a_page(marts, opened, review_code):
    page = opened(read_content(marts, review_code))

    assert opened.complaints == []
    assert page.locator("#views").count() == (review_code == "2011-CY-X01")
