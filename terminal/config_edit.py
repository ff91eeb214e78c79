"""Changes one entry of a config that a person wrote: comments, order and blank lines stay as they are.

Decides how a table is found and changed, and that a file is replaced whole or not at all. What belongs into it is the
caller's business; whatever comes out is checked like any config before it is written.
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from terminal import config as settings
from terminal import scanner_test_wording as words

Value = str | int | float | bool | list[str] | None
Table = dict[str, Value]

_HEAD = re.compile(r"\s*\[\[\s*scanner\s*\]\]")


class CannotEdit(Exception):
    """The config cannot be changed; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that nobody has agreed to yet."""

    path: Path
    before: str
    after: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What goes (-) and what comes (+), with a line of the surroundings."""
        rows = unified_diff(self.before.splitlines(), self.after.splitlines(), lineterm="", n=1)
        return tuple(row for row in rows if not row.startswith(("---", "+++", "@@")))


def with_scanner(path: Path, entry: Table) -> Edit:
    """The config with this `[[scanner]]`: the one of that name with these keys, else a new one at the end.

    A key whose value is None goes. Raises CannotEdit, also where the config would not pass its check.
    """
    from tomlkit.exceptions import TOMLKitError

    before = _text(path)
    try:
        after = _changed(before, entry)
        if "\r\n" in before:
            after = after.replace("\r\n", "\n").replace("\n", "\r\n")
        settings.check(tomllib.loads(after), path)
    except (TOMLKitError, tomllib.TOMLDecodeError, settings.ConfigError) as error:
        raise CannotEdit(words.config_will_not_do(str(error))) from error
    return Edit(path, before, after)


def write(edit: Edit) -> None:
    """Replaces the file, durably and at once; raises CannotEdit where it cannot, or where somebody else changed it."""
    path = edit.path.resolve()
    if _text(path) != edit.before:
        raise CannotEdit(words.config_changed_meanwhile(str(path)))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600  # it may hold a token
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(edit.after)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise CannotEdit(words.config_not_written(str(path), error.strerror or type(error).__name__)) from error


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise CannotEdit(words.config_not_read(str(path), str(error))) from error


def _changed(before: str, entry: Table) -> str:
    import tomlkit
    from tomlkit.items import AoT

    document = tomlkit.parse(before)
    every: Any = document.get("scanner", [])
    if not isinstance(every, list):
        raise CannotEdit(words.config_will_not_do(f"`scanner` is {every!r}, and not a list"))
    is_tables = isinstance(every, AoT) or not every
    place = next((place for place, each in enumerate(every) if each.get("name") == entry["name"]), None)
    if place is None and is_tables:
        return _with_new_table(before, entry)
    if place is None:
        every.append(tomlkit.inline_table())
    found = every[-1 if place is None else place]
    new: Table = {}
    for key, value in entry.items():
        if value is None:
            found.pop(key, None)
        elif key not in found and is_tables:
            new[key] = value
        elif found.get(key) != value:
            found[key] = value
    if new and place is not None:
        every[place] = _with_new_keys(found, new)
    return document.as_string()


def _with_new_table(before: str, entry: Table) -> str:
    """The text with another `[[scanner]]` behind the last one, or at its end; what follows keeps its comments.

    Done on the text, because tomlkit would put a comment that stands above the next section into the wrong one.
    """
    import tomlkit

    lines = before.splitlines(keepends=True)
    heads = [place for place, line in enumerate(lines) if _HEAD.match(line)]
    place = len(lines)
    if heads:
        place = next((n for n in range(heads[-1] + 1, place) if lines[n].lstrip().startswith("[")), place)
        while not lines[place - 1].strip() or lines[place - 1].lstrip().startswith("#"):
            place -= 1
    above, below = "".join(lines[:place]), "".join(lines[place:])
    above += "" if above.endswith("\n") or not above else "\n"
    block = "[[scanner]]\n" + tomlkit.dumps({key: value for key, value in entry.items() if value is not None})
    gap = "\n" if below.strip() and not below.startswith(("\n", "\r\n")) else ""
    after = above + ("\n" if above.strip() else "") + block + gap + below
    if tomllib.loads(after).get("scanner", [])[-1:] != [tomllib.loads(block)["scanner"][0]]:
        raise CannotEdit(words.config_will_not_do(words.no_place_for_an_entry()))
    return after


def _with_new_keys(table: Any, new: Table) -> Any:
    """The same table with more keys behind its last one: comments that follow speak of what comes after it."""
    import tomlkit
    from tomlkit.items import Null

    body = [(key, item) for key, item in table.value.body if not isinstance(item, Null)]
    last = max((place for place, (key, _) in enumerate(body) if key is not None), default=-1)
    after = tomlkit.table()
    after.trivia.comment_ws, after.trivia.comment = table.trivia.comment_ws, table.trivia.comment
    after.trivia.trail = table.trivia.trail
    for place in range(-1, len(body)):
        if place >= 0:
            key, item = body[place]
            after.add(item) if key is None else after.add(key, item)
        if place == last:
            for name, value in new.items():
                after.add(name, value)
    return after
