"""The SSCC numbers that this journal may still use, block by block.

Decides which number is next and that none is taken twice. Blocks are leased by the store; a number is spent in the
transaction that seals its parcel, so a range survives a kill. A spent block stays noted, never to be taken again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from orders.envelope import open_envelope
from orders.events import ParcelSealed
from orders.identifiers import SsccBlock
from terminal.journal_entries import Entry
from terminal.journal_schema import JournalError

# Finds the events that spend a number without reading the others.
SEALINGS = f"instr(CAST(event.body AS TEXT), '\"{ParcelSealed.__struct_config__.tag}\"')"


class Spending(msgspec.Struct, frozen=True):
    """A block and the serial number that is next in it once a parcel is sealed."""

    ordinal: int
    next: int


class Leases:
    """Blocks in the order in which they were leased, kept in memory beside their rows."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._blocks: dict[int, SsccBlock] = {}
        self._next: dict[int, int] = {}
        self.reload()

    def reload(self) -> None:
        """Takes the blocks as they stand in the file."""
        self._blocks.clear()
        self._next.clear()
        for ordinal, owner, prefix, extension, first, last, next_ in self._db.execute(
            "SELECT ordinal, owner, prefix, extension, first, last, next FROM block ORDER BY ordinal"
        ):
            self._blocks[ordinal] = SsccBlock(owner=owner, prefix=prefix, extension=extension, first=first, last=last)
            self._next[ordinal] = next_

    def next_for(self, owner: str) -> str | None:
        """The SSCC that the owner's next parcel gets, or None where nothing is left."""
        for ordinal, block in self._blocks.items():
            if block.owner == owner and self._next[ordinal] <= block.last:
                return block.number(self._next[ordinal])
        return None

    def remaining(self) -> list[SsccBlock]:
        """What is left of every block."""
        return [
            replace(block, first=self._next[ordinal])
            for ordinal, block in self._blocks.items()
            if self._next[ordinal] <= block.last
        ]

    def unfinished(self) -> tuple[SsccBlock, ...]:
        """Whole, as they were leased: the blocks of which something is left."""
        return tuple(block for ordinal, block in self._blocks.items() if self._next[ordinal] <= block.last)

    def of(self, codes: Iterable[str]) -> tuple[SsccBlock, ...]:
        """Whole, the blocks that hold one of `codes`."""
        wanted = tuple(codes)
        return tuple(block for block in self._blocks.values() if any(block.holds(code) for code in wanted))

    def spending(self, code: str) -> Spending:
        """What sealing a parcel under `code` takes; JournalError where it is not ours to take."""
        for ordinal, block in self._blocks.items():
            if block.holds(code):
                serial = int(code[len(f"{block.extension}{block.prefix}") : -1])
                if serial >= self._next[ordinal]:
                    return Spending(ordinal, serial + 1)
                raise JournalError(f"Parcel number {code} is used already: seal the parcel again to get another one.")
        raise JournalError(f"Parcel number {code} is not leased to this terminal: seal the parcel again.")

    def write(self, spending: Spending) -> None:
        """Inside a transaction: the row."""
        self._db.execute("UPDATE block SET next = ? WHERE ordinal = ?", (spending.next, spending.ordinal))

    def note(self, spending: Spending) -> None:
        """After the commit: the memory."""
        self._next[spending.ordinal] = spending.next

    def is_known(self, block: SsccBlock) -> bool:
        """Whether some number of `block` was ever leased to this file."""
        return any(
            (held.prefix, held.extension) == (block.prefix, block.extension)
            and block.first <= held.last
            and held.first <= block.last
            for held in self._blocks.values()
        )

    def insert(self, block: SsccBlock) -> None:
        """Inside a transaction: a new block."""
        self._db.execute(
            "INSERT INTO block (owner, prefix, extension, first, last, next) VALUES (?, ?, ?, ?, ?, ?)",
            (block.owner, block.prefix, block.extension, block.first, block.last, block.first),
        )


class _Sealing(msgspec.Struct):
    """What has to be known of a sealing here, whichever version wrote it."""

    parcel: str = ""


def numbers_spent(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """The SSCCs that the sealings among `entries` took, by the identity under which they are numbered."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        sealing = msgspec.json.decode(open_envelope(entry.body).event, type=_Sealing)
        found.setdefault(entry.journal, set()).add(sealing.parcel)
    return found
