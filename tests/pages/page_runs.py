"""Running a page of the dashboard without a browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data.store import URL_VARIABLE

ROOT = Path(__file__).parent.parent.parent
PAGES = {
    "overview": ROOT / "pages" / "overview.py",
    "slo-trends": ROOT / "pages" / "slo_trends.py",
    "provider-routes": ROOT / "pages" / "provider_routes.py",
    "spend": ROOT / "pages" / "spend.py",
    "approvals": ROOT / "pages" / "approvals.py",
    "quarterly-review": ROOT / "pages" / "quarterly_review.py",
    "data-health": ROOT / "pages" / "data_health.py",
    "glossary": ROOT / "pages" / "glossary.py",
}


def run_page(monkeypatch: pytest.MonkeyPatch, url: str, page: str = "overview", **params: str) -> AppTest:
    """Return the app after it has run a page over the store at an address."""
    monkeypatch.setenv(URL_VARIABLE, url)
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        app.switch_page(str(PAGES[page])).run()
    return app


def show(monkeypatch: pytest.MonkeyPatch, url: str, page: str, params: Mapping[str, str]) -> AppTest:
    """Return the app after a page has run with an address: a page switch drops what only that page knows."""
    app = run_page(monkeypatch, url, page)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run() if params else app


def texts(app: AppTest) -> str:
    """Return everything a page says, its HTML included."""
    elements: list[Any] = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.code]
    elements += [*app.error, *app.warning, *app.info]
    said = [str(element.value) for element in elements]
    said += [f"{metric.label} {metric.value} {metric.help or ''}" for metric in app.metric]
    said += [str(html.proto.body) for html in app.get("html")]
    return "\n".join(said)
