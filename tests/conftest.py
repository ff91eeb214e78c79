"""What all tests share: real data, a database server, and that no skip goes unnoticed in continuous integration."""

from __future__ import annotations

import os
import signal
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from benchmarks.private_postgres import NoPostgres, PrivatePostgres

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = ROOT / "tests" / "allowed_skips.toml"

# A runner that was started in the background ignores Ctrl-C, and so would every program that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What a test runs on, where it asks for a store: the fixture `database` has one of these.
DATABASES = ("sqlite", "postgresql")

# These take minutes: whoever works beside them takes the many quick ones meanwhile.
FIRST = ("test_interpreters.py", "test_faults.py", "test_power.py")

_skipped: list[tuple[str, str]] = []


class ByFileAndDatabase(LoadScopeScheduling):
    """Gives out the tests of one file on one database together: they share a store that was made once."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        return f"{file} {'postgresql' in test}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return ByFileAndDatabase(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=(*DATABASES, "both"),
        default="both",
        help="all on one of them; or on SQLite, and on PostgreSQL what continuous integration has time for",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--database")
    kept = []
    for item in items:
        database = getattr(item, "callspec", None) and item.callspec.params.get("database")  # type: ignore[attr-defined]
        if database and wanted not in ("both", database):
            continue
        if database == "postgresql" and item.get_closest_marker("embedded"):
            continue
        if database == "postgresql" and wanted == "both":
            rooms = item.path.relative_to(ROOT / "tests").parts
            runs_programs = rooms[0] != "server_stub"
            if runs_programs and item.get_closest_marker("long") and not item.get_closest_marker("thorough"):
                continue
            if runs_programs or "importing" in rooms or item.get_closest_marker("heavy"):
                item.add_marker("long")
        kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = sorted(kept, key=lambda item: item.path.name not in FIRST)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append((report.nodeid, reason))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append((report.nodeid, str(report.longrepr)))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    surprising = _surprising() if os.environ.get("CI") else []
    if surprising:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI"):
        for test, reason in _surprising():
            terminalreporter.write_line(f"SKIP NOT ALLOWED (tests/allowed_skips.toml): {test}: {reason}", red=True)


def _surprising() -> list[tuple[str, str]]:
    allowed = tomllib.loads(ALLOWED.read_text(encoding="utf-8")).get("skip", [])
    return [
        (test, reason)
        for test, reason in _skipped
        if not any(test.startswith(each["test"]) and each["reason"] in reason for each in allowed)
    ]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real orders and GS1 cases beside the checkout; the test skips where it is not."""
    folder = Path(os.environ.get("FLOORHAND_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no folder of real data at {folder}: set FLOORHAND_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL server of this run's own, as fast as it can be: nothing is flushed to disk."""
    try:
        with PrivatePostgres() as server:
            yield server
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test's store has: every test that asks for one runs on each."""
    return str(request.param)
