"""All checks of the project, one after another, with a line for each: what `make test` runs.

Runs all of them whatever fails, and ends with the exit code of the first that did.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.support import chromium

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PACKAGES = ("lms", "courses", "quizzes", "certificates")
WORKERS = str(min(os.cpu_count() or 2, 4))
PYTEST = (sys.executable, "-m", "pytest", "-q", "-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder")
CHECKS: dict[str, tuple[str, ...]] = {
    "style": (str(BIN / "ruff"), "check", "--quiet", "."),
    "layout": (str(BIN / "ruff"), "format", "--check", "--quiet", "."),
    "types": (str(BIN / "mypy"), "--strict", *(word for package in PACKAGES for word in ("-p", package))),
    "import contracts": (str(BIN / "lint-imports"),),
    "tests": (*PYTEST, "-m", "not browser"),
    "browser tests": (*PYTEST, "-m", "browser"),
}


def main() -> int:
    """Run every check and return the first exit code that is not 0."""
    codes = {name: run(name, command) for name, command in CHECKS.items()}
    failed = [name for name, code in codes.items() if code]
    print(f"failed: {', '.join(failed)}" if failed else "everything passed", flush=True)
    print(f"{len(codes) - len(failed)} passed, {len(failed)} failed", flush=True)
    return next((code for code in codes.values() if code), 0)


def run(name: str, command: tuple[str, ...]) -> int:
    """Run one check; what it prints follows its line when it fails, and always for the tests."""
    if name == "browser tests":
        try:
            chromium.install()
        except LookupError as error:
            print(f"{name}: {error}", flush=True)
            return 1
    began = time.monotonic()
    shown = command[0] == sys.executable
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=None if shown else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode and not shown:
        print(done.stdout, flush=True)
    print(f"{name}: {'failed' if done.returncode else 'ok'} ({time.monotonic() - began:.0f} s)", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
