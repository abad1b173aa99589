"""What somebody sees in Chromium: a page in a browser that was never here before, and switches between pages."""

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import bench_pages

FIRST_PAINT, SWITCH = 1500, 700
_TIMES = 3
# Noted in the page itself, frame by frame: the page's own headline on the screen, and everything of it drawn.
_WATCH = """
(() => {
  const started = performance.now();
  window.boltscopeSeen = {};
  const whole = () => {
    const app = document.querySelector('[data-testid=stApp]');
    const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
    return app && app.dataset.testScriptState === 'notRunning'
      && !document.querySelector('[data-testid=stSkeleton]')
      && charts.every(chart => chart.querySelector('.main-svg') || !chart.offsetParent);
  };
  const look = () => {
    const seen = window.boltscopeSeen, title = document.querySelector('h1');
    const now = performance.now() - (ORIGIN === null ? started : ORIGIN);
    if (seen.title === undefined && title && title.innerText.trim() === TITLE) seen.title = now;
    if (seen.title !== undefined && whole()) { seen.whole = now; return; }
    requestAnimationFrame(look);
  };
  CLICK
  requestAnimationFrame(look);
})()
"""
_SEEN = "window.boltscopeSeen && window.boltscopeSeen.whole !== undefined"


def section(tasks: int, folder: Path, bench: Any) -> None:
    """Measure each page on one store, in a new profile each time, and the way to it from the page before."""
    rows = bench.table(
        f"Chromium, {tasks:,} tasks, server warm, median of {_TIMES} in ms: headline on the screen / all drawn", "",
        "new profile", "all drawn", "switch", "all drawn", f"first paint <= {FIRST_PAINT}, switch <= {SWITCH}",
    )  # fmt: skip
    with bench_pages.served(bench_pages.store_of(tasks, folder, bench), "browser") as dashboard:
        for title, cold, switch in _measure(dashboard.address):
            paint, drawn = (median(one[part] for one in cold) for part in ("title", "whole"))
            shown, finished = (median(one[part] for one in switch) for part in ("title", "whole"))
            said = f"{bench.verdict(paint, FIRST_PAINT)}, {bench.verdict(finished, SWITCH)}"
            rows.add_row(title, f"{paint:.0f}", f"{drawn:.0f}", f"{shown:.0f}", f"{finished:.0f}", said)
    bench.console.print(rows)


Seen = Sequence[dict[str, float]]


def _measure(address: str) -> list[tuple[str, Seen, Seen]]:
    sys.path.insert(0, str(bench_pages.ROOT / "tests"))
    from browser_harness import chromium_browser, new_visit

    with chromium_browser() as browser:
        visit = new_visit(browser, address).open()
        links = visit.page.locator("[data-testid=stSidebarNavLink]")
        pages = [(link.inner_text().split("\n")[-1].strip(), link.get_attribute("href") or "/") for link in links.all()]
        colds = {
            title: [_cold(new_visit(browser, address), title, path) for _ in range(_TIMES)] for title, path in pages
        }
        switches: dict[str, list[dict[str, float]]] = {title: [] for title, _ in pages}
        for _ in range(_TIMES + 1):
            for title, _ in [*pages[1:], pages[0]]:
                visit.settle()
                visit.page.evaluate(_script(title, click=True))
                visit.page.wait_for_function(_SEEN, timeout=120_000)
                switches[title].append(visit.page.evaluate("window.boltscopeSeen"))
        # The first time loads what only that page needs; it belongs to the new profile.
        return [(title, colds[title], switches[title][1:]) for title, _ in pages]


def _cold(visit: Any, title: str, path: str) -> dict[str, float]:
    """Open a page in a profile without cache or cookies."""
    visit.page.add_init_script(_script(title, click=False))
    visit.page.goto(visit.address.rstrip("/") + "/" + path.split("/", 3)[-1].lstrip("/"))
    visit.page.wait_for_function(_SEEN, timeout=120_000)
    seen = visit.page.evaluate("window.boltscopeSeen")
    visit.page.context.close()
    return seen


def _script(title: str, *, click: bool) -> str:
    """Return the watch; a new page counts from the start of its navigation, a switch from the click."""
    links = "[...document.querySelectorAll('[data-testid=stSidebarNavLink]')]"
    picked = f"{links}.find(link => link.innerText.includes({title!r}))"
    script = _WATCH.replace("TITLE", repr(title)).replace("ORIGIN", "null" if click else "0")
    return script.replace("CLICK", f"{picked}.click();" if click else "")
