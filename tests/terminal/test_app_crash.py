"""An error that nobody expected: the terminal is given back, one sentence is said, and the report tells no secrets."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import termios
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from terminal.app import FloorApp
from terminal.commands import live
from terminal.crash import Reports, report
from terminal.exits import UNEXPECTED_ERROR
from terminal.journal_thread import to_its_end
from terminal.parts import Parts, Tell
from tests.terminal.in_a_pty import in_a_pty
from tests.terminal.looking import ScriptedSession, a_floor, an_app

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def failing(secret: str) -> ValueError:
    try:
        try:
            raise KeyError(secret)
        except KeyError as cause:
            raise ValueError(secret) from cause
    except ValueError as error:
        return error


def test_the_terminal_is_given_back_and_the_report_lies_where_the_sentence_says(tmp_path: Path) -> None:
    with in_a_pty(["-m", "tests.terminal.looking", "{tell}", str(tmp_path)], size=(160, 24)) as program:
        program.until(lambda: "Scan your badge" in program.screen)
        program.write(b"BOOM\r")
        assert program.end() == UNEXPECTED_ERROR
        assert program.flags() & termios.ECHO
        assert program.flags() & termios.ICANON
        left = program.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert "Traceback" not in left
    assert "Rose Lane" not in program.raw.decode()
    sentence = re.search(r"floorhand: .*Report: (\S+)", left)
    assert sentence
    written = Path(sentence[1])
    assert written.parent == tmp_path
    assert written.stat().st_mode & 0o777 == 0o600
    text = written.read_text()
    assert "error: builtins.ValueError" in text
    assert "step: sign_on" in text
    assert "tests/terminal/looking.py:" in text
    for secret in ("Ann", "Rose Lane", "4711"):
        assert secret not in text


def test_a_report_holds_lines_and_kinds_and_no_values() -> None:
    text = report(failing("12 Rose Lane"), "pick_item", AT)
    assert "Rose" not in text
    assert "error: builtins.ValueError" in text
    assert "caused by: builtins.KeyError" in text
    assert "test_app_crash.py:" in text
    assert "in failing" in text
    assert "textual: " in text
    assert "step: pick_item" in text
    assert os.path.expanduser("~") not in text  # noqa: PTH111


def test_every_error_of_a_group_and_an_error_number_are_written_down() -> None:
    group = ExceptionGroup("12 Rose Lane", [failing("a"), OSError(28, "No space left on 12 Rose Lane")])
    text = report(group, "pack_seal", AT)
    assert "builtins.OSError [errno 28]" in text
    assert text.count("builtins.KeyError") == 1
    assert "Rose" not in text


def test_reports_do_not_overwrite_each_other(tmp_path: Path) -> None:
    reports = Reports(tmp_path / "new", lambda: AT)
    assert reports.write(failing("a"), "menu") != reports.write(failing("b"), "menu")
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_where_no_report_can_be_written_the_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(blocked))
    assert "No report could be written" in Reports(blocked / "folder", lambda: AT).write(failing("a"), "menu")


async def test_the_first_error_is_the_one_that_is_reported() -> None:
    seen: list[tuple[str, str]] = []

    def write(error: BaseException, step: str) -> str:
        seen.append((type(error).__name__, step))
        return "sentence"

    app = an_app(ScriptedSession(), report=write)
    with pytest.raises(ValueError, match="first"):
        async with app.run_test() as pilot:
            await pilot.pause()
            app._handle_exception(ValueError("first"))
            app._handle_exception(ValueError("second"))
    assert seen == [("ValueError", "pick_shelf")]
    assert app.farewell == "sentence"
    assert app.return_code == UNEXPECTED_ERROR


def test_the_app_stands_on_hooks_that_textual_still_has() -> None:
    # `_handle_exception` is where every error of a handler, a timer and a worker ends.
    source = inspect.getsource(App._handle_exception)
    for name in ("_return_code", "_exception_event", "self._exception = error", "_fatal_error"):
        assert name in source
    assert "_close_messages_no_wait" in inspect.getsource(App._fatal_error)
    assert list(inspect.signature(FloorApp._handle_exception).parameters) == ["self", "error"]


def test_what_is_still_being_written_when_the_program_ends_is_written_before_the_journal_is_closed() -> None:
    done: list[str] = []

    async def sync(tell: Tell) -> None:
        async def write() -> None:
            app.exit(0)
            for _ in range(2000):
                await asyncio.sleep(0)
            done.append("written")

        await to_its_end(write())

    async def opened() -> Parts:
        return Parts(session=ScriptedSession(), floor=a_floor(), sync=sync)

    async def close() -> None:
        done.append("closed")

    app = FloorApp(opened, driver_class=HeadlessDriver)
    assert live(app, close) == 0
    assert done == ["written", "closed"]
