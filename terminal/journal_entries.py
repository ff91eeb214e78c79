"""What a journal says of itself: its events, what it loads, how far it has come.

Decides shapes only, and which kept records this version of the program can read.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from orders.identifiers import SsccBlock
from orders.records import Key, Record, decode_record


class Entry(Struct, frozen=True):
    """A numbered event that is still of interest; `cursor` is set once the store has it.

    `key` counts on for the life of the file, and is what floor and session know the event by. `number` counts within
    `journal`, the identity under which the store knows it.
    """

    key: int
    body: bytes
    cursor: int | None
    journal: str
    number: int


class Loaded(Struct, frozen=True):
    """What a start needs: confirmed records that this version can read, and events that they do not hold yet."""

    records: list[tuple[Key, Record]]
    entries: list[Entry]
    cursor: int
    epoch: str
    memo: bytes


class Standing(Struct, frozen=True):
    """How far the journal has come, as it is said to the store.

    `owing` are older identities that have unsent events, each with its last number. `blocks` are, by identity and as
    they were leased, those whose numbers the store may still have to see: a store restored from a backup forgot them.
    """

    id: str
    last_number: int
    epoch: str
    cursor: int
    blocks: dict[str, tuple[SsccBlock, ...]]
    owing: tuple[tuple[str, int], ...]


class Confirmed(Struct, frozen=True):
    """What a confirmation brought: records newly taken, kinds of which something could not be read here, and the
    events that a reset covers."""

    records: list[tuple[Key, Record]]
    unreadable: frozenset[str]
    covered: list[int]


class State(Struct):
    """The file's one row of state, as it is kept in memory; `ordinal` and `id` are those of the present identity."""

    commits: int
    generation: int
    ordinal: int
    serial: int
    number: int
    cursor: int
    epoch: str
    terminal: str
    id: str
    waiting: int


def readable(rows: Iterable[tuple[str, str, bytes | msgspec.Raw]]) -> tuple[list[tuple[Key, Record]], frozenset[str]]:
    """The records of `rows` that this version knows, and the kinds of those that it knows but cannot read."""
    records: list[tuple[Key, Record]] = []
    unreadable: set[str] = set()
    for kind, id, body in rows:
        try:
            records.append((Key(kind, id), decode_record(kind, body)))
        except KeyError:
            continue  # a kind of a later version: kept for that one, and nothing that this one could show
        except msgspec.DecodeError:
            unreadable.add(kind)
    return records, frozenset(unreadable)
