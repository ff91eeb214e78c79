"""The names that a request may carry, and which one was probably meant by a name that it may not.

Decides how an unknown field or parameter is found and named; whether one is refused is decided where a request is read.
Nothing of a field's value is looked at but its own fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any

import msgspec
from msgspec import inspect

from server_stub.problems import shown

# So many are named at once; who sends more learns of the others with the next try.
_MOST_NAMED = 3


class Fields:
    """The fields of one kind of message, and the kinds of message that stand in some of them."""

    def __init__(self, cls: type[msgspec.Struct]) -> None:
        held = inspect.type_info(cls)
        assert isinstance(held, inspect.StructType)
        self.names = {field.encode_name for field in held.fields}
        inside = ((field.encode_name, _structs_in(field.type)) for field in held.fields)
        self._nested = [(name, fields_of(structs[0])) for name, structs in inside if structs]

    def unknown(self, said: Any, path: str = "$") -> Iterator[str]:
        """A sentence for each name in `said` that is none of these fields, at any depth."""
        if isinstance(said, dict):
            if strange := said.keys() - self.names:
                # Sets have no order of their own: as they were sent.
                yield from (f"{_named('field', each, self.names)} - at `{path}`" for each in said if each in strange)
            for name, fields in self._nested:
                if name in said:
                    yield from fields.unknown(said[name], f"{path}.{name}")
        elif isinstance(said, list):
            for place, each in enumerate(said):
                # A list in a list is no message, however deep it goes.
                if isinstance(each, dict):
                    yield from self.unknown(each, f"{path}[{place}]")


@cache
def fields_of(cls: type[msgspec.Struct]) -> Fields:
    """The fields of that kind of message; found out once."""
    return Fields(cls)


def unknown_fields(cls: type[msgspec.Struct], said: Any) -> str:
    """What in `said` is no field of `cls` or of what stands in it, in words; empty where everything is one."""
    found = fields_of(cls).unknown(said)
    return "; ".join(islice(found, _MOST_NAMED))


def wrong_parameters(known: Iterable[str], asked: Iterable[tuple[str, str]]) -> str:
    """Which of a query's parameters a route does not take, or takes once and got twice; empty where all is well."""
    names, said = set(known), [name for name, _ in asked]
    found = (
        _named("parameter", each, names) if each not in names else f"`{each}` twice, which is taken once"
        for each in dict.fromkeys(said)
        if each not in names or said.count(each) > 1
    )
    if not (named := "; ".join(islice(found, _MOST_NAMED))):
        return ""
    there = f"its parameters are {', '.join(sorted(names))}" if names else "this route takes no parameters"
    return f"{named} ({there})"


def _named(what: str, name: str, known: Iterable[str]) -> str:
    short = shown(name)
    near = get_close_matches(short, known, n=1)
    return f"unknown {what} `{short}`" + (f" (did you mean `{near[0]}`?)" if near else "")


def _structs_in(held: inspect.Type) -> list[type[msgspec.Struct]]:
    match held:
        case inspect.StructType():
            return [held.cls]
        case inspect.VarTupleType() | inspect.ListType():
            return _structs_in(held.item_type)
        case inspect.UnionType():
            return [cls for each in held.types for cls in _structs_in(each)]
        case inspect.Metadata():
            return _structs_in(held.type)
    return []
