"""Serve the application with the plain page: `python -m tests.benchmarks.serve PORT`."""

import sys

from lms import server

if __name__ == "__main__":
    server.serve("127.0.0.1", int(sys.argv[1]), 2, with_worker=False, target="tests.benchmarks.app:app")
