"""The browser of the browser tests: the Chromium that is on the machine, else one that is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "The browser tests need Chromium or Chrome: install one (on Debian and Ubuntu: apt-get install chromium)."


def find() -> str | None:
    """The program of a Chromium or Chrome on this machine, or the one Playwright keeps, or nothing."""
    named = os.environ.get("CHROMIUM")
    on_path = [shutil.which(name) for name in NAMES]
    return next(
        (str(path) for path in (named, *on_path, *PLACES, _of_playwright()) if path and Path(path).exists()), None
    )


def install() -> str:
    """A browser, installed when there is none. Raises `LookupError` with one sentence when that does not work."""
    for command in _ways():
        if found := find():
            return found
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if found := find():
        return found
    raise LookupError(MISSING)


def _ways() -> list[list[str]]:
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        ways += [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"],
        ]
    return ways


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path
