"""Admission alone, without HTTP and threads: events into the books against their bare insert, in one group commit.

Two questions: what the rule book costs beside the bytes, and whether it costs more in a full building. The second is
judged: a hundred thousand open orders may cost an event hardly more than a hundred.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from benchmarks.figures import Figure, Plan, Stumbled, flat, in_turns, microseconds
from benchmarks.furnished import Pusher, furnish
from benchmarks.walks import NOW
from orders import wire
from server_stub import admission
from server_stub.books import Books
from server_stub.embedded import Embedded
from server_stub.place import Place
from server_stub.rows import Forms

FEW, MANY = 100, 100_000
GROUP = 20
_BARE = "CREATE TABLE bare (journal TEXT, number INTEGER, body BLOB, PRIMARY KEY (journal, number))"


class Building:
    """One store's database, and the two ways of putting a group of events into it."""

    def __init__(self, folder: Path, orders: int) -> None:
        self._pushers = furnish(folder, orders=orders, terminals=GROUP)
        self._database = Embedded(Place(folder).database)
        self._forms = Forms(self._database)
        self._cursor = self._database.driver()
        self._cursor.execute(_BARE)

    def admitted(self, _turn: int) -> float:
        """One event of each terminal, admitted in one transaction; the seconds of one of them."""
        group = [(pusher.terminal, pusher.push(1)) for pusher in self._pushers]
        begun = perf_counter()
        self._database.begin(self._cursor)
        books = Books(self._database, self._forms, self._cursor, NOW)
        replies = []
        for terminal, push in group:
            books.open_step(terminal)
            replies.append(admission.take(books, terminal, push))
            books.close_step()
        books.flush()
        self._database.commit(self._cursor)
        taken = perf_counter() - begun
        if any(outcome.verdict != wire.ADMITTED for reply in replies for outcome in reply.outcomes):
            raise Stumbled(f"not everything was admitted: {replies}")
        return taken / GROUP

    def inserted(self, turn: int) -> float:
        """The same number of the same bytes, inserted in one transaction; the seconds of one of them."""
        group = [(pusher.journal, turn, _bytes_of(pusher)) for pusher in self._pushers]
        begun = perf_counter()
        self._cursor.execute("BEGIN IMMEDIATE")
        for row in group:
            self._cursor.execute("INSERT INTO bare (journal, number, body) VALUES (?, ?, ?)", row)
        self._cursor.execute("COMMIT")
        return (perf_counter() - begun) / GROUP

    def close(self) -> None:
        """Closes the database."""
        self._database.release(self._cursor)


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """Admission in a small and in a full building, each beside the bare insert in the same file."""
    few, many = plan.count(FEW, GROUP), plan.count(MANY, 10 * GROUP)
    small, full = Building(folder / "small", few), Building(folder / "full", many)
    try:
        small_mine, small_bare, full_mine, full_bare = in_turns(
            plan.count(60, 2), small.admitted, small.inserted, full.admitted, full.inserted
        )
    finally:
        small.close()
        full.close()
    return [
        Figure(
            f"an event admitted, groups of {GROUP}, against its bare insert, {few:,} open orders",
            microseconds(small_mine),
            microseconds(small_bare),
        ),
        Figure(
            f"the same with {many:,} open orders",
            microseconds(full_mine),
            microseconds(full_bare),
        ),
        Figure(
            f"an event admitted, {many:,} open orders against {few:,}",
            microseconds(full_mine),
            microseconds(small_mine),
            flat(),
        ),
    ]


def _bytes_of(pusher: Pusher) -> bytes:
    """An event as long as the next one, without using up its number."""
    number, (_, body) = pusher.number, pusher.event()
    pusher.number = number
    return body
