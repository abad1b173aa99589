"""The pages in a real browser: they fit, they are clean, filters live in the address, downloads equal the tables."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from browser_harness import Visit
from data.store import Store
from year_of_facts import HOSTILE, odd_facts, year_of_facts

pytestmark = pytest.mark.browser
PATHS = {
    "/": "Overview",
    "/slo-trends": "SLO trends",
    "/provider-routes": "Provider routes",
    "/spend": "Spend",
    "/approvals": "Approvals",
    "/quarterly-review": "Quarterly review",
    "/data-health": "Data health",
    "/glossary": "Glossary",
}
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def year_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a store with a year of a small team."""
    path = tmp_path_factory.mktemp("browser") / "year.db"
    return year_of_facts(Store(f"sqlite:///{path}")).url


@pytest.fixture(scope="module")
def empty_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of an empty store."""
    return Store(f"sqlite:///{tmp_path_factory.mktemp('browser') / 'empty.db'}").url


@pytest.fixture(scope="module")
def odd_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a store with hostile names."""
    return odd_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('browser') / 'odd.db'}")).url


def assert_fits(visit: Visit) -> None:
    """Nothing is wider than the screen."""
    wider = visit.page.evaluate(
        "[document.scrollingElement, ...document.querySelectorAll('[data-testid=stMain]')]"
        ".filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.scrollWidth)"
    )
    assert not wider, f"the page scrolls sideways: {wider} px wide"


@pytest.mark.parametrize(("width", "height"), [*SIZES.values(), (1024, 768)])
@pytest.mark.parametrize("path", PATHS)
def test_a_year_of_data_fits_and_is_clean(visit: Open, year_url: str, path: str, width: int, height: int):
    opened = visit(year_url, path, width=width, height=height)
    assert opened.page.get_by_role("heading", name=PATHS[path], exact=True).is_visible()
    assert opened.page.get_by_text("Demo data.").first.is_visible()
    assert_fits(opened)
    opened.assert_clean()


def test_the_overview_says_how_each_objective_stands(visit: Open, year_url: str):
    page = visit(year_url).page
    for title in (
        "Task success",
        "Diff acceptance without rollback",
        "Runtime health",
        "Provider stability",
        "Cost efficiency",
    ):
        assert page.get_by_test_id("stMetric").filter(has_text=title).count() == 1
    assert page.locator(".bs-card").filter(has_text="interval").count() >= 4
    assert page.locator(".bs-plane li").count() == 6
    # A picture for people who cannot see it: every sparkline has its words.
    assert all(alt for alt in page.locator(".bs-spark img").evaluate_all("images => images.map(i => i.alt)"))


def test_filters_live_in_the_address_over_page_switches_reloads_and_steps_back(visit: Open, year_url: str):
    opened = visit(year_url, "/?period=last-90-days&project=shop")
    page = opened.page
    page.get_by_role("combobox", name="Compare with").click()
    page.get_by_role("option", name="No comparison").click()
    opened.settle()
    assert set(page.url.split("?")[1].split("&")) == {"period=last-90-days", "project=shop", "compare=none"}
    page.get_by_role("link", name="Data health").click()
    opened.settle()
    page.wait_for_url("**/data-health?*project=shop*")
    page.reload()
    opened.settle()
    page.get_by_role("link", name="Overview").click()
    opened.settle()
    page.wait_for_url("**/?*project=shop*")
    assert "compare=none" in page.url
    assert page.get_by_text("project shop").is_visible()
    page.get_by_role("button", name="Reset filters").click()
    opened.settle()
    page.wait_for_function("!location.search")
    page.go_back()
    opened.settle()
    page.wait_for_url("**/?*project=shop*")
    assert page.get_by_text("project shop").is_visible()
    opened.assert_clean()


def test_the_csv_file_holds_exactly_the_rows_and_columns_that_are_shown(visit: Open, year_url: str, tmp_path: Path):
    opened = visit(year_url, "/data-health", width=2400, height=5000)
    grid = opened.page.get_by_test_id("stDataFrame").last
    # The table is painted; this one is for screen readers, and comes after the painted one.
    grid.locator("[role=gridcell]").first.wait_for(state="attached")
    header = [cell.strip() for cell in grid.locator("[role=columnheader]").all_text_contents()]
    shown = [row.locator("[role=gridcell]").all_text_contents() for row in grid.locator("tbody [role=row]").all()]
    with opened.page.expect_download() as waiting:
        opened.page.get_by_role("button", name="Download CSV").last.click()
    download = waiting.value
    assert download.suggested_filename == "boltscope_loads_all_page-1.csv"
    download.save_as(tmp_path / "loads.csv")
    text = (tmp_path / "loads.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows[0]) == len(header)
    assert len(rows) - 1 == len(shown) == 20
    assert [row[0] for row in rows[1:]] == [row[0] for row in shown]
    for column, title in (("file_name", "File name"), ("read_count", "Read"), ("project", "Project")):
        written = [row[rows[0].index(column)] for row in rows[1:]]
        assert written == [row[header.index(title)] for row in shown]
    opened.assert_clean()


@pytest.mark.parametrize("path", ["/slo-trends", "/provider-routes", "/spend", "/quarterly-review", "/data-health"])
def test_each_chart_saves_as_svg_without_asking_another_machine(visit: Open, year_url: str, path: str, tmp_path: Path):
    opened = visit(year_url, path)
    opened.page.wait_for_selector(".js-plotly-plot .main-svg")
    charts = opened.page.get_by_test_id("stPlotlyChart")
    for number in range(charts.count()):
        chart = charts.nth(number)
        chart.scroll_into_view_if_needed()
        chart.hover()
        buttons = chart.locator(".modebar-btn")
        assert buttons.count() == 1
        with opened.page.expect_download() as waiting:
            buttons.click()
        name = waiting.value.suggested_filename
        assert name.startswith("boltscope_")
        assert name.endswith(".svg")
        waiting.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith("<svg")
    assert charts.count() >= 1
    opened.assert_clean()


def test_a_chart_is_saved_by_keyboard_alone(visit: Open, year_url: str, tmp_path: Path):
    opened = visit(year_url, "/spend?by=provider")
    page = opened.page
    page.wait_for_selector(".js-plotly-plot .main-svg")
    names: list[str] = []
    page.locator("[data-testid=stMain] [role=radio], [data-testid=stMain] button").first.focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("(document.activeElement.shadowRoot?.activeElement ?? document.activeElement).ariaLabel")
        names.append(str(name))
        if str(name).startswith("Download SVG: "):
            break
    assert names[-1].startswith("Download SVG: "), names
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.startswith("boltscope_spend_by_")
    waiting.value.save_as(tmp_path / "chart.svg")
    assert (tmp_path / "chart.svg").read_text(encoding="utf-8").startswith("<svg")
    # Each picture has its own.
    assert page.get_by_role("button", name="Download SVG: ").count() == page.get_by_test_id("stPlotlyChart").count()
    opened.assert_clean()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PATHS)
def test_an_empty_store_says_what_to_do(visit: Open, empty_url: str, path: str, size: str):
    opened = visit(empty_url, path, width=SIZES[size][0], height=SIZES[size][1])
    assert opened.page.get_by_text("Nothing has been loaded yet").is_visible()
    assert opened.page.get_by_text("etl load PATH").is_visible()
    assert_fits(opened)
    opened.assert_clean()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PATHS)
def test_hostile_names_appear_literally_and_do_nothing(visit: Open, odd_url: str, path: str, size: str):
    opened = visit(odd_url, "/", width=SIZES[size][0], height=SIZES[size][1])
    opened.page.on("dialog", lambda dialog: opened.errors.append(f"dialog: {dialog.message}"))
    opened.open(f"{path}?project={quote(HOSTILE, safe='')}")
    if path == "/":
        assert HOSTILE in opened.page.inner_text("body").replace("\u2060", "")
    assert_fits(opened)
    opened.assert_clean()
