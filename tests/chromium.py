"""Finds Chromium for the browser tests; run as a program it also installs it where it can.

Debian's own package where apt and root are at hand, else the one that Playwright brings.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

VARIABLE = "BOLTSCOPE_CHROMIUM"
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
HOW_TO_INSTALL = (
    "No Chromium found, and browser tests are never skipped. Install one, then run make test again:\n"
    "  Debian:     sudo apt-get install chromium\n"
    "  elsewhere:  .venv/bin/playwright install --with-deps chromium\n"
    f"or name one:  {VARIABLE}=/path/to/chromium make test"
)


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get(VARIABLE)
    if named:
        return shutil.which(named)
    for command in COMMANDS:
        path = shutil.which(command)
        if path:
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Install Chromium: by apt as root, else by Playwright into the person's own folder."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        done = subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
        if done.returncode == 0:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    """Install Chromium when there is none; what is missing then is said here and by each browser test."""
    if find() is None:
        print("Installing Chromium for the browser tests ...", flush=True)
        install()
        if find() is None:
            print(HOW_TO_INSTALL, file=sys.stderr)


if __name__ == "__main__":
    main()
