"""From the bytes of a file to rows with their line numbers, whatever wrote it.

Decides the encoding, what is no CSV at all, and what a damaged row is. It knows no column and no map.
Memory: one row and a read buffer, however long the file is.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from server_stub.importing.refusal import Refusal

HEAD_BYTES = 64 * 1024
_CHUNK_BYTES = 1024 * 1024
_ROWS_A_TICK = 2000

# The longest mark first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"PK\x03\x04", "an Excel or ODS workbook, or another zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3\x00", "a database"),
    (b"{\\rtf", "an RTF document"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
    (b"{", "a JSON file"),
    (b"[", "a JSON file"),
)
_ADVICE = "save it as CSV (UTF-8) in the program that made it, and import that"
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}
# What a spreadsheet reads and hides; with that separator its cell is cut short.
_SEPARATOR_LINE = re.compile(r"sep=(.?)\s*$", re.IGNORECASE)


class Row(msgspec.Struct, frozen=True, gc=False):
    """One record of the file. `line` is where it begins and `last_line` where it ends, counted from 1.

    `fault` says why it cannot be read; then `cells` hold what could be.
    """

    line: int
    last_line: int
    cells: list[str]
    fault: str = ""


class Source(msgspec.Struct, frozen=True):
    """A file that is text; `notes` say what had to be guessed."""

    path: Path
    encoding: str
    size_bytes: int
    head: str
    notes: tuple[str, ...] = ()

    @property
    def declared_delimiter(self) -> str | None:
        """What a first line such as `sep=;` says; spreadsheets write and hide it."""
        found = _SEPARATOR_LINE.match(self.head.partition("\n")[0])
        return found[1] or None if found else None

    def header(self, delimiter: str) -> list[str]:
        """The cells of the first row that is not blank; Refusal where there is none."""
        lines = io.StringIO(self.head, newline="")
        if row := next(_records(csv.reader(lines, delimiter=delimiter), self.path), None):
            return row.cells
        raise Refusal(f"{self.path}: holds no row at all: check that the right file was exported")

    def rows(self, delimiter: str, tick: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
        """Every row that is not blank, the header first. `tick` is told the bytes read so far, now and then."""
        with self.path.open("rb") as raw, io.TextIOWrapper(raw, encoding=self.encoding, newline="") as text:
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            try:
                for number, row in enumerate(_records(reader, self.path)):
                    if number % _ROWS_A_TICK == 0:
                        tick(raw.tell())
                    yield row
            except UnicodeDecodeError as error:
                raise Refusal(
                    f"{self.path}: a byte after line {reader.line_num} is not {self.encoding} ({error.reason}): "
                    "say which encoding it is with --encoding"
                ) from error
            tick(self.size_bytes)


def examine(path: Path, encoding: str | None = None, fallback: str = "cp1252") -> Source:
    """What kind of text `path` is; Refusal where it is none, or cannot be read.

    A byte order mark decides, then `encoding`, then UTF-8 if every byte agrees, then `fallback` with a note.
    """
    head = _head(path)
    _refuse_other_kinds(path, head)
    size = path.stat().st_size
    notes: list[str] = []
    found = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _unmarked_utf16(head)
    _refuse_binary(path, head.decode(found or "latin-1", errors="ignore"))
    if found is None and encoding is not None:
        found = _named(encoding)
    if found is None:
        fault = _first_fault(path, "utf-8")
        found = "utf-8" if fault is None else _named(fallback)
        if fault is not None:
            notes.append(f"not UTF-8 (first at line {fault}): read as {found}; say --encoding if letters look wrong")
    elif encoding is not None and found.removesuffix("-sig") != codecs.lookup(_named(encoding)).name:
        notes.append(f"its first bytes say {found}, so --encoding {encoding} was not needed")
    if found != "utf-8" and (line := _first_fault(path, found)) is not None:
        raise Refusal(f"{path}: line {line} is not {found}: say which encoding it is with --encoding, such as cp1252")
    return Source(path, found, size, head.decode(found, errors="ignore"), tuple(notes))


def _head(path: Path) -> bytes:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            # It is read more than once, and a pipe that nobody writes would be waited for.
            raise Refusal(f"{path}: is a pipe or a device: write what comes from it into a file, and import that")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise Refusal(f"{path}: there is no such file: check the path") from error
    except IsADirectoryError as error:
        raise Refusal(f"{path}: is a folder: name the CSV file in it") from error
    except OSError as error:
        raise Refusal(f"{path}: cannot be read ({error.strerror or error}): check its permissions") from error
    if not head.strip():
        raise Refusal(f"{path}: is empty: expected a CSV with a row of column names")
    return head


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:16].lower()
    for signature, what in _SIGNATURES:
        if start.startswith(signature.lower()):
            raise Refusal(f"{path}: expected CSV, got {what}: {_ADVICE}")


def _refuse_binary(path: Path, text: str) -> None:
    odd = sum(ord(sign) in _CONTROLS for sign in text)
    # A stray control character is a damaged row; many are no text.
    if odd > max(8, len(text) // 50):
        raise Refusal(f"{path}: expected CSV, got binary data: {_ADVICE}")


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark: in Western text every second byte is zero."""
    half = len(head) // 2
    if half < 4:
        return None
    if head[1::2].count(0) > half * 0.4 and head[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if head[0::2].count(0) > half * 0.4 and head[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _named(encoding: str) -> str:
    try:
        b"a".decode(encoding, errors="ignore")  # some codecs are no encoding of texts
        return codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise Refusal(f"--encoding: no encoding is called {encoding!r}; such are utf-8, cp1252, utf-16") from error


def _first_fault(path: Path, encoding: str) -> int | None:
    """The line of the first byte that is not `encoding`, or None; reads the file once, in pieces."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, errors="replace")
                return line + good.count("\n")
            except UnicodeError:  # UTF-16 without the mark that says which of both it is
                return line
            if not chunk:
                return None


class _Reader(Protocol):
    """What csv.reader gives."""

    @property
    def line_num(self) -> int: ...
    def __next__(self) -> list[str]: ...


def _records(reader: _Reader, path: Path) -> Iterator[Row]:
    width = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise Refusal(
                    f"{path}: a cell after line {line - 1} is longer than {csv.field_size_limit()} characters, or its "
                    'quote (") is not closed: correct it, and import the file again'
                ) from error
            if "unexpected end" in str(error):
                raise Refusal(
                    f"{path}: a quote that opens after line {line - 1} is not closed, so nothing from there on can be "
                    'read: close it (") and import the file again'
                ) from error
            yield Row(line, reader.line_num, [], f"its quotes are broken ({error})")
            continue
        if not cells or (line == 1 and _SEPARATOR_LINE.match(cells[0])):
            continue
        width = width or len(cells)
        yield Row(line, reader.line_num, cells, _fault(cells, width))


def _fault(cells: list[str], width: int) -> str:
    if any("\0" in cell for cell in cells):
        return "it holds a NUL byte"
    if len(cells) < width:
        return f"it has {len(cells)} of {width} cells"
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return f"it has {len(cells)} cells, and the header {width}"
    return ""
