"""Fixtures for all tests: an empty store, and the real dashboard in a real browser."""

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser_harness import Dashboard, Visit, chromium_browser, new_visit, start_dashboard
from data.store import URL_VARIABLE, Store

# Tests see whole error messages in AppTest and in the browser; the shipped setting shows none.
os.environ.setdefault("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")


@pytest.fixture(autouse=True)
def _no_store_of_the_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test touches the store of the person who runs the tests: the default is one that does not exist."""
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'default-store.db'}")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Address of a store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(database_url: str) -> Store:
    """An empty store."""
    return Store(database_url)


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Headless Chromium, shared by the tests of a module."""
    with chromium_browser() as running:
        yield running


@pytest.fixture(scope="session")
def dashboard_for(tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[[str], Dashboard]]:
    """Function that returns a running dashboard over the store at an address; one server runs at a time."""
    running: list[Dashboard] = []
    folder = tmp_path_factory.mktemp("dashboard-logs")

    def serve(database_url: str) -> Dashboard:
        if running and (running[0].database_url != database_url or running[0].process.poll() is not None):
            running.pop().stop()
        if not running:
            running.append(start_dashboard(database_url, folder / f"{len(list(folder.iterdir()))}.log"))
        return running[0]

    yield serve
    for dashboard in running:
        dashboard.stop()


@pytest.fixture
def visit(browser: Browser, dashboard_for: Callable[[str], Dashboard]) -> Generator[Callable[..., Visit]]:
    """Function that opens a page of the dashboard over a store: visit(database_url, "/data-health")."""
    visits: list[Visit] = []

    def open_page(database_url: str, path: str = "/", *, width: int = 1440, height: int = 900) -> Visit:
        dashboard = dashboard_for(database_url)
        visits.append(new_visit(browser, dashboard.address, width=width, height=height))
        return visits[-1].open(path)

    yield open_page
    for opened in visits:
        opened.page.context.close()
