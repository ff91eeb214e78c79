"""Which connections are taken in: so many in all, so many from one address, and what becomes of one too many.

Decides that a newcomer finds room where somebody waits who asks nothing: the longest one of its own address, or of
whichever address has the most. Only where all are busy is it turned away. What one connection may do stands elsewhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import ssl
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec

from server_stub import logs
from server_stub.bounded_connection import LONGEST_SECONDS, BoundedConnection, answered
from server_stub.problems import Refusal

# Files for the database and its copies, papers and what commands ask for, which no connection may take.
RESERVED_FILES = 128
# No store has use for more; a container that allows a billion of them would have each looked at when one is begun.
_MOST_FILES = 65_536
_BACK_OFF_SECONDS = 0.1

_log = logging.getLogger(__name__)


class Room(msgspec.Struct, frozen=True):
    """How many connections there may be in all, and from one address."""

    most: int
    from_one_address: int


def raise_file_limit() -> int:
    """Lets this process open as many files as the system allows it to; gives how many that are."""
    if sys.platform == "win32":
        return _MOST_FILES
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft == resource.RLIM_INFINITY or soft >= allowed:
        return _MOST_FILES if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    except (OSError, ValueError) as error:
        _log.warning("no more than %d files can be opened (%s): raise the limit of this user", soft, error)
        return soft
    return allowed


def room(most: int, from_one_address: int, files: int) -> Room:
    """What was wished for, as far as `files` leave room; a quarter of it is never one address's alone."""
    most = max(1, min(most, files - min(RESERVED_FILES, files // 2)))
    return Room(most, max(1, min(from_one_address, most * 3 // 4)))


def no_room() -> Refusal:
    """503: as many connections as there may be are busy."""
    return Refusal(
        503,
        "no_room",
        expected="fewer connections at a time, in all or from this address",
        came="one more",
        remedy="ask again in a moment; for many terminals at one address, raise store.connections_from_one_address",
        retry_after_seconds=1,
    )


class Connections:
    """Everybody who is connected. It stands where uvicorn expects a server: `close`, then `wait_closed`.

    `turned_away` is told of each that found no room.
    """

    def __init__(
        self,
        listener: socket.socket,
        room: Room,
        tls: ssl.SSLContext | None,
        *,
        turned_away: Callable[[], None],
    ) -> None:
        self._listener, self._room, self._tls, self._turned_away = listener, room, tls, turned_away
        self._guests: dict[str, dict[_Guest, None]] = {}
        self._count = 0
        self._full, self._failing = logs.Tally(self._tell_full), logs.Tally(self._tell_failing)
        self._failure = ""
        self._taking_in: asyncio.Task[None] | None = None

    def open(self, serve: Callable[[], BoundedConnection]) -> None:
        """Takes in whoever comes from now on; `serve` makes the protocol of one."""
        self._taking_in = asyncio.get_running_loop().create_task(self._take_in(serve))

    def close(self) -> None:
        """Takes nobody in any more, and lets those go who have not even finished to greet."""
        if self._taking_in is not None:
            self._taking_in.cancel()
        self._full.tell()
        self._failing.tell()
        for guests in list(self._guests.values()):
            for guest in list(guests):
                guest.stop_greeting()

    async def wait_closed(self) -> None:
        """Returns at once: whoever is still connected is known to uvicorn."""

    async def _take_in(self, serve: Callable[[], BoundedConnection]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(self._listener)
            except ConnectionAbortedError:
                continue  # gone before anybody came to the door
            except OSError as error:
                self._fails(error)
                await asyncio.sleep(_BACK_OFF_SECONDS)
                continue
            client = _client(address[0])
            if self._has_room_for(client):
                self._welcome(_Guest(client, connection, serve()))
            else:
                self._send_away(connection)
            await asyncio.sleep(0)  # whoever is inside already is served between two newcomers

    def _welcome(self, guest: _Guest) -> None:
        self._guests.setdefault(guest.client, {})[guest] = None
        self._count += 1
        guest.greet(self._tls, lambda: self._forget(guest))

    def _forget(self, guest: _Guest) -> None:
        guests = self._guests.get(guest.client, {})
        if guest in guests:
            del guests[guest]
            self._count -= 1
        if not guests:
            self._guests.pop(guest.client, None)

    def _has_room_for(self, client: str) -> bool:
        mine = self._guests.get(client, {})
        has_place = len(mine) < self._room.from_one_address
        if has_place and self._count < self._room.most:
            return True
        self._full.count()
        if not has_place:
            return self._end_one((mine,))
        return self._end_one(self._largest())

    def _largest(self) -> Iterable[dict[_Guest, None]]:
        return sorted(self._guests.values(), key=len, reverse=True)

    def _end_one(self, among: Iterable[dict[_Guest, None]]) -> bool:
        """Ends whoever has asked nothing for longest; False where all of them are busy."""
        idle = next((guest for guests in among for guest in guests if guest.is_waiting), None)
        if idle is None:
            return False
        self._forget(idle)
        idle.end()
        return True

    def _send_away(self, connection: socket.socket) -> None:
        self._turned_away()
        with connection, suppress(OSError):
            # Of a handshake nobody would understand it.
            if self._tls is None:
                connection.send(answered(no_room()))
                connection.shutdown(socket.SHUT_WR)
                connection.recv(65_536)  # with that unread, the system would throw the answer away

    def _fails(self, error: OSError) -> None:
        self._failure = error.strerror or str(error)
        self._failing.count()
        self._end_one(self._largest())

    def _tell_full(self, times: int) -> None:
        _log.warning(
            "no room for more connections (%d in all, %d from one address): %d had to go or were turned away",
            self._room.most,
            self._room.from_one_address,
            times,
        )

    def _tell_failing(self, times: int) -> None:
        _log.warning(
            "connections cannot be taken in (%s, %d times): see who has so many files open, or raise the limit",
            self._failure,
            times,
        )


class _Guest:
    """Somebody who is connected, from the moment the system said so."""

    def __init__(self, client: str, connection: socket.socket, protocol: BoundedConnection) -> None:
        self.client, self._connection, self._protocol = client, connection, protocol
        self._greeting: asyncio.Task[None] | None = None
        self._is_begun = False

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is being done for it."""
        return self._is_begun and self._protocol.is_waiting

    def greet(self, tls: ssl.SSLContext | None, gone: Callable[[], None]) -> None:
        """Hands the connection to its protocol, after a handshake where there is one; `gone` is told of its end."""
        self._protocol.on_lost = gone
        self._greeting = asyncio.get_running_loop().create_task(self._greet(tls, gone))

    def stop_greeting(self) -> None:
        """Ends it where it never came so far as to ask something."""
        if self._greeting is not None and not self._greeting.done():
            if not self._is_begun:
                self._connection.close()
            self._greeting.cancel()

    def end(self) -> None:
        """Ends it."""
        self.stop_greeting()
        self._protocol.cut()

    async def _greet(self, tls: ssl.SSLContext | None, gone: Callable[[], None]) -> None:
        self._is_begun = True
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self._protocol,
                self._connection,
                ssl=tls,
                ssl_handshake_timeout=LONGEST_SECONDS if tls else None,
            )
        except OSError:
            gone()  # it went, or its handshake came to nothing
        except BaseException:
            gone()
            raise


def _client(address: str) -> str:
    """Who is counted as one: an address, or of IPv6 the network that one household or host has (RFC 6177)."""
    try:
        host = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(host, ipaddress.IPv4Address):
        return str(host)
    if host.ipv4_mapped is not None:
        return str(host.ipv4_mapped)
    return str(ipaddress.ip_network((host, 64), strict=False).network_address)
