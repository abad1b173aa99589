"""Takes the pictures of docs/images anew from a year of demo data, each page as it first shows: make screenshots."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser_harness import chromium_browser, new_visit, start_dashboard  # noqa: E402

PAGES = {"overview.png": "/", "data-health.png": "/data-health"}


def main() -> None:
    """Load demo data into a store of its own, show each page, and keep its picture."""
    etl = str(Path(sys.executable).with_name("etl"))
    with tempfile.TemporaryDirectory() as folder:
        store, demo = f"sqlite:///{folder}/demo.db", f"{folder}/demo"
        subprocess.run([etl, "demo", "--out", demo], check=True)
        subprocess.run([etl, "load", demo, "--database", store], check=True)
        dashboard = start_dashboard(store, Path(folder) / "dashboard.log")
        try:
            with chromium_browser() as browser:
                for name, path in PAGES.items():
                    visit = new_visit(browser, dashboard.address, width=1440, height=1100).open(path)
                    visit.page.wait_for_timeout(1000)
                    visit.page.screenshot(path=ROOT / "docs" / "images" / name)
                    print(f"docs/images/{name}")
        finally:
            dashboard.stop()


if __name__ == "__main__":
    main()
