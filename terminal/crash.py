"""The report on an error that nobody expected: where in the program it arose, and in which versions.

Decides what may stand in it: files, lines, names of functions and kinds of errors. Never a local value, nor an error's
own text: both may hold names, addresses, badges or PINs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from orders import VERSION
from terminal import screen_wording as words

_HERE = Path(__file__).resolve().parents[1]
_PACKAGES = ("textual", "msgspec", "httpx", "reportlab", "pyserial")


class Reports:
    """Writes reports into a folder, and into the temporary one where that cannot be written."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._clock = clock

    def write(self, error: BaseException, step: str) -> str:
        """Writes down `error`, met at `step`; the one sentence for the operator, with the report's place."""
        import tempfile

        at = self._clock()
        text = report(error, step, at)
        for folder in (self._folder, Path(tempfile.gettempdir())):
            try:
                return words.crashed(str(_kept(text, folder, f"report-{at:%Y%m%dT%H%M%S}-{os.getpid()}")))
            except OSError:
                continue
        return words.crashed_without_report()


def report(error: BaseException, step: str, at: datetime) -> str:
    """What is written down of `error`."""
    import platform
    import sqlite3
    import traceback

    rows = [
        "Floorhand: an unexpected error",
        f"at: {at:%Y-%m-%dT%H:%M:%SZ}",
        f"step: {step}",
        f"python: {platform.python_version()} on {platform.system()} {platform.release()} {platform.machine()}",
        f"sqlite: {sqlite3.sqlite_version}",
        f"floorhand: {VERSION}",
        *(f"{package}: {_installed(package)}" for package in _PACKAGES),
    ]
    for place, each in enumerate(_causes(error)):
        rows += ["", f"{'error' if place == 0 else 'caused by'}: {_kind(each)}"]
        rows += [
            f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(each.__traceback__)
        ]
    return "\n".join(rows) + "\n"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    todo: list[BaseException] = [error]
    while todo:
        each = todo.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        todo += each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        todo += [cause for cause in (each.__cause__ or each.__context__,) if cause is not None]


def _kind(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{kind} [errno {error.errno}]" if isinstance(error, OSError) and error.errno else kind


def _short(filename: str) -> str:
    """A path without the folders above the program: they may hold a person's name."""
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return path.relative_to(_HERE).as_posix() if path.is_relative_to(_HERE) else path.name


def _installed(package: str) -> str:
    """The version that pip installed, or `absent`."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _kept(text: str, folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for turn in range(100):
        path = folder / (f"{name}-{turn}.txt" if turn else f"{name}.txt")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        return path
    raise FileExistsError(f"a hundred reports named {name}")
