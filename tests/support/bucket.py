"""A real server that speaks S3, on this machine, with a bucket: in a thread, over HTTP, forgotten at the end."""

import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from moto.server import ThreadedMotoServer

_numbers = count(1)


@contextmanager
def running() -> Iterator[str]:
    """The address of the server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def new(server: str) -> str:
    """The LMS_STORAGE_URL of a folder in a fresh bucket."""
    name = f"bucket-{next(_numbers)}"
    with urllib.request.urlopen(urllib.request.Request(f"{server}/{name}", method="PUT")):
        return f"s3://{name}/lms/files?endpoint={server}&region=eu-west-1"
