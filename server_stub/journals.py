"""Which terminal writes which journal, how far it goes, and what the store says to a terminal that comes back.

Decides whose numbers are whose. What the numbered events do is admission's business.
"""

from __future__ import annotations

from orders import wire
from orders.wire import Hello, Welcome
from server_stub import homecoming, people, sscc_leases, two_benches
from server_stub.books import Books
from server_stub.problems import Refusal
from server_stub.rows import JournalRow


def open_journal(books: Books, id: str, terminal: str) -> JournalRow:
    """The journal of that id, begun now where it is new; Refusal (409) where another terminal writes it.

    A device that was revoked and enrolled anew brings its old journal along: what waits in it happened all the same.
    """
    row = books.sheets.journal.get(id)
    if row is None:
        row = JournalRow(id=id, terminal=terminal, last_number=0, created_at=books.stamp)
        books.sheets.journal.put(row)
    elif row.terminal != terminal and people.is_revoked(books, row.terminal):
        two_benches.rename(books, row.terminal, terminal)
        row.terminal = terminal
        books.sheets.journal.put(row)
    elif row.terminal != terminal:
        raise Refusal(
            409,
            "journal_of_another_terminal",
            expected=f"a journal of {terminal}",
            came=f"journal {id}, which {row.terminal} writes",
            remedy=f"revoke {row.terminal} if this is that device; a copied journal must not be sent twice",
        )
    return row


def welcome(books: Books, terminal: str, hello: Hello, program_version: str) -> Welcome:
    """Answers a terminal's first words: its journal is bound to it, and the SSCCs it holds are on the books."""
    if hello.wire_version > wire.WIRE_VERSION:
        raise Refusal(
            409,
            "newer_terminal",
            expected=f"a terminal that speaks version {wire.WIRE_VERSION} or older",
            came=f"version {hello.wire_version}",
            remedy="update the store first, then its terminals",
        )
    journal = open_journal(books, hello.journal, terminal)
    for block in hello.blocks:
        sscc_leases.acknowledge(books, journal, block)
    homecoming.greeted(books, journal, hello.last_number)
    row = books.sheets.terminal.get(terminal)
    return Welcome(
        epoch=books.epoch,
        terminal=terminal,
        expected=journal.last_number + 1,
        cursor=books.cursor,
        now_at=books.now,
        wire_version=wire.WIRE_VERSION,
        program_version=program_version,
        site=books.site.id,
        station=row.station if row else "",
    )
