"""How many statements a page runs, counted inside one process on the same database."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def count_statements(environment: dict[str, str], pages: dict[str, tuple[str, str]]) -> dict[str, int]:
    """Statements of a second visit to each page, by its name."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.statements"],
        cwd=ROOT,
        env=os.environ | environment,
        input=json.dumps(pages),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    counted: dict[str, int] = json.loads(done.stdout)
    return counted


def main() -> None:
    from lms.base.db import count_statements as listen
    from lms.people import directory, signin
    from tests.benchmarks.app import app

    database = app.extensions["database"]
    counts = {}
    for name, (who, path) in json.load(sys.stdin).items():
        client = app.test_client()
        if who:
            with app.app_context(), database.transaction() as session:
                person = directory.find_by_email(session, f"{who}@acme.example")
                token = signin.start(session, person.id, "bench").token
            with client.session_transaction() as cookie:
                cookie["_user_id"] = token
        client.get(path)
        told: list[str] = []
        stop = listen(database.engine, told.append)
        client.get(path)
        stop()
        counts[name] = len(told)
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
