"""The real dashboard on a free port, looked at with headless Chromium."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

import chromium

ROOT = Path(__file__).parent.parent
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
START_SECONDS = 60


@dataclass
class Dashboard:
    """A running server of the dashboard over one store."""

    database_url: str
    address: str
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop the server and what it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(timeout=10)


@dataclass
class Visit:
    """One browser tab on a dashboard, with everything that went wrong in it."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list[str])
    """Console errors and uncaught exceptions, in order."""
    outside: list[str] = field(default_factory=list[str])
    """Addresses of other machines that the page asked for; there must be none."""

    def open(self, path: str = "/") -> "Visit":
        """Go to a path of the dashboard and wait until its page has run to the end."""
        self.page.goto(self.address + path)
        return self.settle()

    def settle(self, seconds: float = 30) -> "Visit":
        """Wait until the script has run to the end and what it sent is drawn."""
        self.page.wait_for_selector(SETTLED, timeout=seconds * 1000)
        self.page.wait_for_function("document.querySelectorAll('[data-testid=stSkeleton]').length === 0")
        # The state can be notRunning for a moment before a click has reached the server.
        self.page.wait_for_timeout(150)
        self.page.wait_for_selector(SETTLED, timeout=seconds * 1000)
        return self

    def assert_clean(self) -> None:
        """No error box, no console error, no request to another machine."""
        boxes = self.page.locator("[data-testid=stException]").all_inner_texts()
        assert not boxes, f"the page shows an exception: {boxes}"
        assert not self.errors, f"the browser reports errors: {self.errors}"
        assert not self.outside, f"the page asked other machines for: {self.outside}"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start_dashboard(database_url: str, log: Path, options: Sequence[str] = ()) -> Dashboard:
    """Start `dashboard serve` over a store and wait until it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        str(Path(sys.executable).with_name("dashboard")),
        "serve",
        "--port",
        str(port),
        "--database",
        database_url,
        *options,
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    dashboard = Dashboard(database_url, address, log, process)
    try:
        _wait_until_healthy(dashboard)
    except BaseException:
        dashboard.stop()
        raise
    return dashboard


def _wait_until_healthy(dashboard: Dashboard) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if dashboard.process.poll() is not None:
            break
        try:
            with urlopen(f"{dashboard.address}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    text = dashboard.log.read_text(errors="replace")[-3000:]
    raise AssertionError(f"dashboard serve did not come up ({dashboard.address}); its output:\n{text}")


@contextmanager
def chromium_browser() -> Generator[Browser]:
    """Headless Chromium; fails with the command to run when there is none."""
    path = chromium.find()
    assert path is not None, chromium.HOW_TO_INSTALL
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _is_probe(message: ConsoleMessage) -> bool:
    """Whether it is Streamlit looking for its server below the address of a page, where it is not."""
    address = str(message.location.get("url", ""))
    return "404" in message.text and address.endswith(("/_stcore/health", "/_stcore/host-config"))


def new_visit(browser: Browser, address: str, *, width: int = 1440, height: int = 900) -> Visit:
    """Open an empty tab that notes console errors and requests to other machines; close its context when done."""
    context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    page = context.new_page()
    visit = Visit(page, address)
    host = urlsplit(address).netloc

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not _is_probe(message):
            visit.errors.append(message.text)

    def note_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != host:
            visit.outside.append(request.url)

    page.on("console", note_console)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("request", note_request)
    return visit
