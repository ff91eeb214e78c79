"""Which cell of a row holds which field of a map.

Decides how a map's names meet a file's header, and what is missing. It never looks at a value's meaning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

import msgspec

from server_stub.importing.file_map import FileMap
from server_stub.importing.refusal import Refusal
from server_stub.importing.source import Source

_DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_NAMES = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
_NEARLY = 0.85
# Line breaks mean something in these: each is a line of an address or of a note.
_SEVERAL_LINES = ("note", "street", "street2", "ship_street", "ship_street2")
# What is told apart by every sign loses the blanks around it alone: what stands between its signs is judged.
_IDENTIFIERS = ("order", "sku", "customer", "number", "key", "carrier", "service", "code", "location")
# Blanks and the breaks of lines that editors and spreadsheets make; no other control sign is taken for one.
_BLANKS = " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_RUN_OF_BLANKS = re.compile(f"[{_BLANKS}]+")
_LINE_BREAK = re.compile("\r\n|\r|\n")


class Binding(msgspec.Struct, frozen=True):
    """Fields and rule columns by their places in a row; `notes` name what the map wants and the file lacks.

    A rule column that the file may lack and does has no place, and holds nothing.
    """

    delimiter: str
    fields: dict[str, tuple[int, ...]]
    ruled: dict[str, int]
    map: FileMap
    notes: tuple[str, ...] = ()

    def read(self, cells: Sequence[str]) -> dict[str, str]:
        """Every field that the map names, tidied; the first column that holds something wins."""
        return {field: self._field(field, places, cells) for field, places in self.fields.items()}

    def with_defaults(self, fields: Mapping[str, str]) -> dict[str, str]:
        """`fields` with the map's defaults where they are empty."""
        return {**self.map.defaults, **{field: text for field, text in fields.items() if text}}

    def ruled_values(self, cells: Sequence[str]) -> dict[str, str]:
        """The columns that the map's rules ask for, tidied."""
        said = {column: _tidy(cells[place]) for column, place in self.ruled.items()}
        return {rule.column: "" for rule in self.map.rules} | said

    def order_number(self, cells: Sequence[str]) -> str:
        """The order that a row names, also where the row is damaged; "" where that cannot be read."""
        places = self.fields.get("order", ())
        named = next((text for place in places if place < len(cells) and (text := _stripped(cells[place]))), "")
        return "" if "\0" in named else named

    def _field(self, field: str, places: tuple[int, ...], cells: Sequence[str]) -> str:
        tidied = _stripped if field in _IDENTIFIERS else _tidy_lines if field in _SEVERAL_LINES else _tidy
        for place in places:
            text = cells[place]
            if self.map.file.leading_apostrophes:
                text = text.removeprefix("'")
            if text := tidied(text):
                translated = self.map.values.get(field)
                return translated.get(text, text) if translated else text
        return ""


def bind(source: Source, map_: FileMap) -> Binding:
    """How `map_` fits the header of `source`; Refusal naming every column that is missing or there twice."""
    declared = map_.file.delimiter or source.declared_delimiter
    choices = (declared,) if declared else _DELIMITERS
    headers = {delimiter: [_tidy(cell) for cell in source.header(delimiter)] for delimiter in choices}
    wanted = [header for field in map_.needed for header in map_.headers(field)]
    delimiter = max(choices, key=lambda each: len(_found(wanted, headers[each])))
    header = headers[delimiter]
    notes = []
    if len(choices) > 1 and delimiter != ",":
        notes.append(f"its columns are separated by {_DELIMITER_NAMES[delimiter]}")
    places = _places(header)
    fields = {}
    for field in map_.columns:
        there = tuple(places[name] for each in map_.headers(field) if (name := each.casefold()) in places)
        if there:
            fields[field] = there
    ruled = {rule.column: place for rule in map_.rules if (place := places.get(rule.column.casefold())) is not None}
    _refuse_missing(source, map_, header, fields, ruled)
    _refuse_doubles(source, map_, header)
    absent = [field for field in map_.columns if field not in fields]
    if absent and not map_.file.may_lack_columns:
        notes.append(f"it has no column for {', '.join(absent)}: these stay empty")
    notes += _misspelt(map_, header, absent)
    return Binding(delimiter, fields, ruled, map_, tuple(notes))


def _refuse_missing(
    source: Source, map_: FileMap, header: list[str], fields: dict[str, tuple[int, ...]], ruled: dict[str, int]
) -> None:
    missing = [
        f"{' or '.join(map(repr, map_.headers(field)))} (key columns.{field})"
        for field in map_.needed
        if field not in fields and not map_.defaults.get(field)
    ]
    if not map_.file.may_lack_columns:
        wanted = dict.fromkeys(rule.column for rule in map_.rules)
        missing += [f"{column!r} (a rule asks for it)" for column in wanted if column not in ruled]
    if missing:
        shown = ", ".join(repr(each[:40]) for each in header[:30]) + (" ..." if len(header) > 30 else "")
        raise Refusal(
            f"{source.path}: missing {_plural('column', len(missing))} {', '.join(missing)}; found {shown}: "
            f"check the file, or correct the map {map_.origin}"
        )


def _refuse_doubles(source: Source, map_: FileMap, header: list[str]) -> None:
    used = _read_by(map_)
    counted = Counter(each.casefold() for each in header)
    if twice := [each for each in header if counted[each.casefold()] > 1 and each.casefold() in used]:
        raise Refusal(f"{source.path}: column {twice[0]!r} stands there more than once: give each its own name")


def _misspelt(map_: FileMap, header: list[str], absent: list[str]) -> Iterator[str]:
    """Columns that nobody reads, and that are spelt nearly as one that the file lacks."""
    lacking = {each.casefold(): each for field in absent for each in map_.headers(field)}
    read = _read_by(map_)
    for name in header:
        if name.casefold() in read:
            continue
        if near := get_close_matches(name.casefold(), lacking, n=1, cutoff=_NEARLY):
            yield f"its column {name!r} is not read: {lacking[near[0]]!r} was probably meant"


def _read_by(map_: FileMap) -> set[str]:
    named = {each.casefold() for field in map_.columns for each in map_.headers(field)}
    return named | {rule.column.casefold() for rule in map_.rules}


def _places(header: list[str]) -> dict[str, int]:
    return {name.casefold(): place for place, name in enumerate(header) if name}


def _found(wanted: list[str], header: list[str]) -> set[str]:
    return {each.casefold() for each in wanted} & {each.casefold() for each in header}


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _stripped(text: str) -> str:
    return text.strip(_BLANKS)


def _tidy(text: str) -> str:
    return _RUN_OF_BLANKS.sub(" ", text).strip(" ")


def _tidy_lines(text: str) -> str:
    return "\n".join(line for each in _LINE_BREAK.split(text) if (line := _tidy(each)))
