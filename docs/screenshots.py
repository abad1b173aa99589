"""Takes the pictures of docs/images anew from a year of demo data, as tall as the page: make screenshots."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser_harness import chromium_browser, new_visit, start_dashboard  # noqa: E402

PAGES = {
    "overview.png": "/",
    "slo-trends.png": "/slo-trends?period=last-90-days&every=week",
    "provider-routes.png": "/provider-routes?period=all",
    "spend.png": "/spend?period=last-90-days&every=week",
    "approvals.png": "/approvals?period=last-quarter",
    "quarterly-review.png": "/quarterly-review",
    "quarterly-review-meeting.png": "/quarterly-review?screen=2",
    "data-health.png": "/data-health",
    "glossary.png": "/glossary",
}
MOST_PIXELS = 1700


def main() -> None:
    """Keep a picture of each page, over the store at the address given, or over demo data loaded for it."""
    with tempfile.TemporaryDirectory() as folder:
        take(sys.argv[1] if len(sys.argv) > 1 else load_demo(folder), Path(folder) / "dashboard.log")


def load_demo(folder: str) -> str:
    """Write and load a year of demo data and return the address of its store."""
    etl = str(Path(sys.executable).with_name("etl"))
    store, demo = f"sqlite:///{folder}/demo.db", f"{folder}/demo"
    subprocess.run([etl, "demo", "--out", demo], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([etl, "load", demo, "--database", store], check=True, stdout=subprocess.DEVNULL)
    return store


def take(store: str, log: Path) -> None:
    """Serve the store and keep a picture of each page."""
    dashboard = start_dashboard(store, log)
    try:
        with chromium_browser() as browser:
            for name, path in PAGES.items():
                visit = new_visit(browser, dashboard.address, width=1440, height=1100).open(path)
                visit.page.wait_for_timeout(1000)
                visit.assert_clean()
                visit.page.screenshot(path=ROOT / "docs" / "images" / name)
                print(f"docs/images/{name}")
    finally:
        dashboard.stop()


if __name__ == "__main__":
    main()
