"""Takes the pictures of docs/images anew from a year of demo data, as tall as the page: make screenshots."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser_harness import chromium_browser, new_visit, start_dashboard  # noqa: E402

PAGES = {"overview.png": "/", "data-health.png": "/data-health"}
MOST_PIXELS = 1700


def main() -> None:
    """Load demo data into a store of its own, show each page, and keep its picture."""
    etl = str(Path(sys.executable).with_name("etl"))
    with tempfile.TemporaryDirectory() as folder:
        store, demo = f"sqlite:///{folder}/demo.db", f"{folder}/demo"
        subprocess.run([etl, "demo", "--out", demo], check=True)
        subprocess.run([etl, "load", demo, "--database", store], check=True)
        take(store, Path(folder) / "dashboard.log")


def take(store: str, log: Path) -> None:
    """Take the picture of each page of the dashboard over a store."""
    dashboard = start_dashboard(store, log)
    try:
        with chromium_browser() as browser:
            for name, path in PAGES.items():
                visit = new_visit(browser, dashboard.address, width=1440, height=900).open(path)
                tall = visit.page.locator("[data-testid=stMain]").evaluate("main => main.scrollHeight")
                visit.page.set_viewport_size({"width": 1440, "height": min(tall, MOST_PIXELS)})
                visit.page.wait_for_timeout(1500)
                visit.page.screenshot(path=ROOT / "docs" / "images" / name)
                print(f"docs/images/{name}")
    finally:
        dashboard.stop()


if __name__ == "__main__":
    main()
