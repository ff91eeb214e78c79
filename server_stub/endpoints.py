"""What an endpoint is: a path, who may use it, what it takes and gives, and the one function behind it.

Decides how a request becomes a message and an answer becomes bytes. What any of them does is the routes' business.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from orders.decoding import decoded
from server_stub import audit, keyed, long_requests
from server_stub.audit import Doing
from server_stub.authority import TERMINAL, Caller, forbidden, roles_for
from server_stub.keyed import Reply
from server_stub.long_requests import Course, Mark
from server_stub.problems import not_json, wrong_type
from server_stub.store import Store
from server_stub.writer import Step

Answer = TypeVar("Answer")

_ENCODER = msgspec.json.Encoder()


class Call(msgspec.Struct):
    """One request, read: who asks for which act, what stands in the path, the query and the body."""

    doing: Doing
    bearer: str
    path: Mapping[str, str]
    query: Any
    message: Any

    @property
    def caller(self) -> Caller:
        """Whose token came with it."""
        return self.doing.caller

    @property
    def terminal(self) -> str:
        """The terminal that asks; Refusal (403) where the token is none of a terminal."""
        if self.caller.terminal is None:
            raise forbidden(self.caller, TERMINAL)
        return self.caller.terminal


Handler = Callable[[Store, Call], Awaitable[msgspec.Struct | msgspec.Raw]]


class Endpoint:
    """One row of the route table; `authority` says who may. `takes` and `asks` describe the body and the query;
    `reads`, where given, is what the body is decoded as in place of `takes`.
    """

    def __init__(
        self,
        method: str,
        path: str,
        handler: Handler,
        *,
        gives: type[msgspec.Struct],
        takes: type[msgspec.Struct] | None = None,
        asks: type[msgspec.Struct] | None = None,
        reads: type[msgspec.Struct] | None = None,
    ) -> None:
        self.method, self.path, self.handler = method, path, handler
        self.takes, self.asks, self.gives = takes, asks, gives
        self._decoder = msgspec.json.Decoder(reads or takes) if takes else None

    @property
    def name(self) -> str:
        """The operation's id, and the name of the act."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """What it does, in one sentence."""
        return (self.handler.__doc__ or "").strip().splitlines()[0]

    async def answer(
        self, store: Store, caller: Caller, bearer: str, path: Mapping[str, str], query: Mapping[str, str], body: bytes
    ) -> bytes:
        """The encoded answer; a Refusal where there is none."""
        if not caller.may(self.name):
            raise forbidden(caller, *roles_for(self.name))
        call = Call(Doing(caller, self.name, body), bearer, path, self._read_query(query), self._read_body(body))
        return _ENCODER.encode(await self.handler(store, call))

    def _read_body(self, body: bytes) -> Any:
        if self._decoder is None:
            return None
        try:
            return decoded(self._decoder, body)
        except msgspec.ValidationError as error:
            raise wrong_type(str(error)) from error
        except msgspec.DecodeError as error:
            raise not_json(str(error)) from error

    def _read_query(self, query: Mapping[str, str]) -> Any:
        if self.asks is None:
            return None
        try:
            return msgspec.convert(dict(query), self.asks, strict=False)
        except msgspec.ValidationError as error:
            raise wrong_type(f"query: {error}") from error


async def act(store: Store, call: Call, step: Step[Answer], subject: Callable[[Answer], str]) -> Answer:
    """What `step` answered, once it is on disk together with its entry in the audit trail."""
    return await store.write(audit.kept(call.doing, step, subject), call.caller.terminal)


async def act_once(
    store: Store, call: Call, gives: type[Reply], step: Step[Reply], subject: Callable[[Reply], str], key: str = ""
) -> Reply:
    """The same for a request with a key: asked again, it is answered again, and done and noted once.

    `key` is what the request's own is kept as, where that is not to be written down. Without any it is done each time.
    """
    asked, kept = call.message, audit.kept(call.doing, step, subject)
    if not asked.key:
        return await store.write(kept, call.caller.terminal)
    request = keyed.request(call.caller.name, key or asked.key, asked)
    return await store.write(lambda books: keyed.once(books, request, gives, lambda: kept(books)), call.caller.terminal)


async def act_at_length(store: Store, call: Call, course: Course[Mark, Reply]) -> Reply:
    """What a keyed request of many transactions answered; each notes in the audit trail what is to stand there."""
    asked = keyed.request(call.caller.name, call.message.key, call.message)
    return await long_requests.carry_out(store.write, store.runs, asked, course)
