"""The quarterly review in a real browser: a meeting without a network, by keyboard, and a decision that is entered."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from browser_harness import Visit
from data.review_notes import notes_of
from data.store import Store
from year_of_facts import year_of_facts

pytestmark = pytest.mark.browser
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def year_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a store with a year of a small team."""
    return year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('review') / 'year.db'}")).url


def without_network(opened: Visit) -> list[str]:
    """Let nothing through but this machine; return the hosts that were asked for, as they are noted."""
    asked: list[str] = []

    def only_here(route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("data", "blob"):
            route.continue_()
            return
        asked.append(address.hostname or "")
        if address.hostname == "127.0.0.1":
            route.continue_()
        else:
            route.abort()

    opened.page.context.route("**/*", only_here)
    return asked


def large_type(opened: Visit) -> float:
    """Return the size of the largest text in pixels."""
    return opened.page.evaluate(
        "Math.max(...[...document.querySelectorAll('.bs-big')].map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )


@pytest.mark.parametrize("size", SIZES)
def test_a_meeting_works_without_a_network_and_fits_each_screen(visit: Open, year_url: str, size: str):
    opened = visit(year_url, "/glossary", width=SIZES[size][0], height=SIZES[size][1])
    asked = without_network(opened)
    opened.open("/quarterly-review?screen=1")
    page = opened.page
    last = int(page.get_by_text(" of ", exact=False).filter(has_text="1 of ").last.inner_text().split(" of ")[1])
    for number in range(1, last + 1):
        page.get_by_text(f"{number} of {last}", exact=True).wait_for()
        opened.settle()
        assert not page.get_by_test_id("stSidebar").is_visible()
        if size == "desktop":
            assert large_type(opened) >= 40, "not to be read from the back of a room"
        wider = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth")
        assert wider <= 1
        if number < last:
            page.get_by_role("button", name="Next").click()
    assert set(asked) == {"127.0.0.1"}
    opened.assert_clean()


def test_the_arrow_keys_go_forth_and_back_and_escape_ends_the_meeting(visit: Open, year_url: str):
    opened = visit(year_url, "/quarterly-review?quarter=2026Q2")
    page = opened.page
    page.get_by_role("button", name="Meeting mode").click()
    page.wait_for_url("**screen=1**")
    opened.settle()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**screen=2**")
    opened.settle()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**screen=1**")
    opened.settle()
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Quarterly review", exact=True).wait_for()
    opened.settle()
    assert "screen" not in page.url
    assert "quarter=2026Q2" in page.url
    opened.assert_clean()


def test_a_decision_that_is_typed_in_a_meeting_is_on_the_screen_and_in_the_store(visit: Open, year_url: str):
    opened = visit(year_url, "/quarterly-review?quarter=2026Q1&screen=99")
    page = opened.page
    page.get_by_role("button", name="Add a decision or note").click()
    page.get_by_label("What was decided, or what to remember").fill("Ask before <b>migrations</b>")
    page.get_by_label("Owner").fill("Ann")
    page.get_by_role("button", name="Keep").click()
    page.locator(".bs-list").get_by_text("Ask before <b>migrations</b>").wait_for()
    assert page.locator(".bs-list").get_by_text("Decision · Ann · open").is_visible()
    opened.settle().assert_clean()
    with Store(year_url, create=False).reading() as connection:
        (note,) = notes_of(connection, "2026Q1")
    assert (note.text, note.owner) == ("Ask before <b>migrations</b>", "Ann")


@pytest.mark.parametrize("size", SIZES)
def test_folded_tables_open_by_keyboard_and_fit_each_screen(visit: Open, year_url: str, size: str):
    opened = visit(year_url, "/quarterly-review", width=SIZES[size][0], height=SIZES[size][1])
    page = opened.page
    folds = page.get_by_test_id("stExpander")
    count, shown = folds.count(), page.get_by_test_id("stDataFrame").count()
    assert count > 10
    for number in range(count):
        folds.nth(number).locator("summary").focus()
        page.keyboard.press("Enter")
        folds.nth(number).locator("[data-testid=stDataFrame], [data-testid=stMarkdown]").first.wait_for()
    opened.settle()
    assert page.get_by_test_id("stDataFrame").count() > shown + 10
    wider = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth")
    assert wider <= 1
    opened.assert_clean()


def test_what_was_typed_stays_when_a_form_is_closed(visit: Open, year_url: str):
    opened = visit(year_url, "/quarterly-review")
    page = opened.page
    button = page.get_by_role("button", name="Add a decision or note").first
    button.click()
    page.get_by_label("What was decided, or what to remember").fill("Half a thought")
    page.keyboard.press("Escape")
    opened.settle()
    button.click()
    assert page.get_by_label("What was decided, or what to remember").input_value() == "Half a thought"
    opened.settle().assert_clean()


def test_each_report_downloads_under_its_name(visit: Open, year_url: str, tmp_path: Path):
    opened = visit(year_url, "/quarterly-review")
    buttons = opened.page.locator("[class*=st-key-report_] button")
    assert buttons.count() >= 1
    for number in range(buttons.count()):
        with opened.page.expect_download() as waiting:
            buttons.nth(number).click()
        name = waiting.value.suggested_filename
        assert name.startswith("boltscope-review_2026Q3_data-")
        waiting.value.save_as(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1_000
    opened.assert_clean()
