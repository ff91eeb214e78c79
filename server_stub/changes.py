"""Records changed after a cursor, and the waking of those who wait for them.

Decides how much one answer carries and who is woken when: only whom a change concerns, and each asker once a beat, so
that all who follow stand at the same cursor and are given the same bytes. A record's bytes are never decoded here.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

import msgspec
from sqlalchemy import bindparam, func, literal, or_, select

from orders.wire import Change, Changes
from server_stub import schema
from server_stub.database import Line
from server_stub.writer import Commit

PAGE_RECORDS = 500
PAGE_BYTES = 1_000_000
LONGEST_WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.1
SUPERVISOR_PAUSE_SECONDS = 0.25

# Pages are read and encoded once for all who ask the same in the same moment; a few askers see other kinds or owners.
_PAGES_KEPT = 8

# A page looks at so many records at most, so that who asks for few kinds from far behind holds nobody up.
_WINDOW = 5_000

_ENCODE = msgspec.json.Encoder().encode
_record = schema.record.c
_window = (
    select(_record.cursor).where(_record.cursor > bindparam("after")).order_by(_record.cursor).limit(_WINDOW).subquery()
)
_UPTO = select(func.max(_window.c.cursor))
_CHANGED = (
    select(_record.kind, _record.id, _record.revision, _record.cursor, _record.body)
    .where(
        _record.cursor > bindparam("after"),
        _record.cursor <= bindparam("upto"),
        bindparam("kinds").like(literal("%,") + _record.kind + literal(",%")),
        or_(bindparam("owner") == "", _record.owner == bindparam("owner")),
    )
    .order_by(_record.cursor)
    .limit(PAGE_RECORDS + 1)
)


class Told(msgspec.Struct, frozen=True):
    """One page as it travels, and whether it brings anything or another one waits behind it."""

    body: msgspec.Raw
    has_news: bool
    more: bool


class ChangeReader:
    """Reads pages of changes in the event loop's thread."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._told: OrderedDict[tuple[str, int, frozenset[str], int, str], Told] = OrderedDict()

    def told(self, epoch: str, after: int, kinds: frozenset[str], end: int, owner: str = "") -> Told:
        """The same as `page`, as it travels; read once for everybody who asks it before the log goes on.

        `end` has to be where the log ends now: what was told up to there stays true for as long as it does.
        """
        asked = (epoch, after, kinds, end, owner)
        told = self._told.get(asked)
        if told is None:
            page = self.page(*asked)
            told = self._told[asked] = Told(msgspec.Raw(_ENCODE(page)), bool(page.changes), page.more)
            while len(self._told) > _PAGES_KEPT:
                self._told.popitem(last=False)
        return told

    def page(self, epoch: str, after: int, kinds: frozenset[str], end: int, owner: str = "") -> Changes:
        """The next changes after a cursor, of those kinds, and of that owner's goods where one is named.

        `end` is how far the log went before this was asked: where nothing more is to be read, the answer's cursor
        stands there.
        """
        # A record that goes on while the page is read would be missing from it, and its earlier step be taken for told.
        with self._line.snapshot():
            return self._page(epoch, after, kinds, end, owner)

    def _page(self, epoch: str, after: int, kinds: frozenset[str], end: int, owner: str) -> Changes:
        (upto,) = self._line.run(_UPTO, after=after).fetchone()
        if upto is None:
            return Changes(epoch=epoch, cursor=max(after, end))
        changes: list[Change] = []
        size = 0
        wanted = f",{','.join(sorted(kinds))},"
        asked = {"after": after, "upto": upto, "kinds": wanted, "owner": owner}
        # Closed before its last row where the page is full.
        with self._line.rows(_CHANGED, **asked) as rows:
            for kind, id, revision, cursor, body in rows:
                size += len(body)
                if len(changes) == PAGE_RECORDS or (changes and size > PAGE_BYTES):
                    return Changes(epoch=epoch, cursor=changes[-1].cursor, changes=tuple(changes), more=True)
                changes.append(Change(kind=kind, id=id, revision=revision, cursor=cursor, body=msgspec.Raw(body)))
        (further,) = self._line.run(_UPTO, after=upto).fetchone()
        more = further is not None
        return Changes(epoch=epoch, cursor=upto if more else max(upto, end), changes=tuple(changes), more=more)


class Waiter:
    """One long poll: what it waits for, whose own doing is no news to it, and whether it may still wait."""

    def __init__(
        self, kinds: frozenset[str], terminal: str | None, may_wait: Callable[[], bool] = lambda: True
    ) -> None:
        self._kinds, self._terminal, self.may_wait = kinds, terminal, may_wait
        self.is_woken = asyncio.Event()

    def concerns(self, commit: Commit) -> bool:
        """Whether something in `commit` is news to it."""
        return any(
            (self._terminal is None or news.origin != self._terminal)
            and (not self._kinds or not self._kinds.isdisjoint(news.kinds))
            for news in commit.news
        )


class Wakers:
    """Everybody who waits for changes. Lives in the event loop."""

    def __init__(self) -> None:
        self._waiters: set[Waiter] = set()
        self._not_before: dict[tuple[str, frozenset[str]], float] = {}
        self.is_closed = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiters)

    def publish(self, commit: Commit) -> None:
        """Wakes whom a commit concerns."""
        for waiter in self._waiters:
            if waiter.concerns(commit):
                waiter.is_woken.set()

    def dismiss(self) -> None:
        """Wakes whoever may not wait any more."""
        for waiter in self._waiters:
            if not waiter.may_wait():
                waiter.is_woken.set()

    def close(self) -> None:
        """Lets every waiter answer at once, and every later one too: the store stops."""
        self.is_closed = True
        for waiter in self._waiters:
            waiter.is_woken.set()

    async def wait(self, waiter: Waiter, seconds: float) -> None:
        """Returns when something concerns `waiter`, or after `seconds`."""
        if self.is_closed:
            return
        self._waiters.add(waiter)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(waiter.is_woken.wait(), min(seconds, LONGEST_WAIT_SECONDS))
        finally:
            self._waiters.discard(waiter)

    async def keep_pause(self, asker: str, kinds: frozenset[str]) -> None:
        """Waits until `asker` may be answered again: what happens meanwhile comes in the same answer."""
        delay = self._not_before.get((asker, kinds), 0.0) - asyncio.get_running_loop().time()
        if delay > 0 and not self.is_closed:
            await asyncio.sleep(delay)

    def note_answer(self, asker: str, kinds: frozenset[str], pause: float) -> None:
        """Remembers that `asker` was answered now, and is not to be again before the next beat: every `pause` seconds,
        the same for all, so that those who follow are answered together.
        """
        now = asyncio.get_running_loop().time()
        # A sleep may end a hair before its beat, which is not to be taken for the one before it.
        self._not_before[asker, kinds] = ((now + pause / 10) // pause + 1) * pause if pause else 0.0
