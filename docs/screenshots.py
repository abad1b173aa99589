"""Takes the pictures in docs/images anew: demo exports, a store of them, the real dashboard in headless Chromium."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser_harness import chromium_browser, start_dashboard  # noqa: E402

IMAGES = ROOT / "docs" / "images"
MOST_PIXELS = 3600
# Picture: path, width of the window, colour scheme.
PICTURES = {
    "overview": ("/", 1440, "light"),
    "overview-dark": ("/", 1440, "dark"),
    "overview-phone": ("/", 390, "light"),
    "data-health": ("/data-health", 1440, "light"),
}


def main(database_url: str | None = None) -> None:
    """Take all pictures, of demo data unless a store is named."""
    with TemporaryDirectory() as folder:
        take(database_url or demo_store(Path(folder)), Path(folder) / "dashboard.log")


def demo_store(folder: Path) -> str:
    """Write a year of demo exports, load them, and return the address of the store."""
    url = f"sqlite:///{folder / 'demo.db'}"
    etl = str(Path(sys.executable).with_name("etl"))
    subprocess.run([etl, "demo", "--out", str(folder / "exports")], check=True)
    subprocess.run([etl, "load", str(folder / "exports"), "--database", url], check=True)
    return url


def take(database_url: str, log: Path, into: Path = IMAGES) -> None:
    """Take every picture of the dashboard over a store, each as tall as its page."""
    into.mkdir(parents=True, exist_ok=True)
    dashboard = start_dashboard(database_url, log)
    try:
        with chromium_browser() as browser:
            for name, (path, width, scheme) in PICTURES.items():
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # pyright: ignore[reportArgumentType]
                page = context.new_page()
                page.goto(dashboard.address + path)
                page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
                page.wait_for_timeout(1500)
                tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                page.set_viewport_size({"width": width, "height": min(int(tall) + 8, MOST_PIXELS)})
                page.wait_for_timeout(1000)
                page.screenshot(path=into / f"{name}.png")
                print(into / f"{name}.png")
                context.close()
    finally:
        dashboard.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
