"""The wire to the store: one method a route, deadlines on everything, every failure one of a few kinds.

    LinkError          the sentence is for the operator
      Unreachable      nobody answered, or not in time: try again
      SignInAgain      this terminal's token is not taken (any more)
      Refused          the store understood and will not; it says why
      Nonsense         what answered is not our store, or not in its right mind
        WrongVersion   it is our store, of a version that this program cannot talk to

Decides what a failure is. What is done about it is the sync's.
"""

from __future__ import annotations

import asyncio
import importlib
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from orders import wire
from orders.decoding import decoded

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

CONNECT_S = 3.0
ANSWER_S = 15.0
POLL_S = 25.0
# Far more than a page of records; what answers with more is no store, and would fill this device's memory.
MOST_BYTES = 32 * 1024 * 1024
# Of each part of what a store says about a refusal, which has to fit on a screen.
_SAID_SIGNS = 300

# What httpx imports, in pieces of some 10 ms each; whatever is missing here comes with the last.
_HTTPX_BY_PIECES = ("http.client", "http.cookiejar", "idna", "h11", "anyio.streams.tls", "httpcore", "httpx")

_PROBLEM = msgspec.json.Decoder(wire.Problem)

# What a Problem's `error` says where the sync has an answer of its own to it.
OTHERS_JOURNAL = "journal_of_another_terminal"
NEWER_TERMINAL = "newer_terminal"
UNAUTHORISED = "unauthorised"
# What the store answers (409) to a request that it is just carrying out, under the same key.
IN_PROGRESS = "in_progress"
LONGEST_PAUSE_S = 5.0
_CHALLENGE = "Bearer"


class LinkError(Exception):
    """Something between this terminal and the store went wrong; the text is a sentence for the operator."""


class Unreachable(LinkError):
    """Nobody answered, or not in time. Whether a request was carried out is unknown."""


class AtWork(Unreachable):
    """The store is just carrying out this very request; asked again after `pause_s`, it says what came of it."""

    def __init__(self, text: str, retry_after: str) -> None:
        super().__init__(text)
        self.pause_s = min(float(retry_after), LONGEST_PAUSE_S) if retry_after.isdecimal() else 1.0


class SignInAgain(LinkError):
    """The store does not take this terminal's token."""


class Refused(LinkError):
    """The store understood the request and refused it."""

    def __init__(self, problem: wire.Problem) -> None:
        expected, came, remedy = (part[:_SAID_SIGNS] for part in (problem.expected, problem.came, problem.remedy))
        super().__init__(f"The store wants {expected}, got {came}: {remedy}.")
        self.problem = problem


class Nonsense(LinkError):
    """What came back is not what our store answers."""


class WrongVersion(Nonsense):
    """The store speaks a version of the wire that this program cannot."""


class Link(Protocol):
    """What the sync needs of a wire; each method raises LinkError and nothing else."""

    async def hello(self, hello: wire.Hello) -> wire.Welcome:
        """Says which journal is written here."""

    async def push(self, push: wire.Push) -> wire.PushReply:
        """Hands numbered events up."""

    async def changes(self, after: int, epoch: str, wait_s: float) -> wire.Changes:
        """Records changed after a cursor; waits up to `wait_s` seconds for the first one."""

    async def claim(self, claim: wire.Claim) -> wire.Claimed:
        """Asks for a task."""

    async def give_back(self, give_back: wire.GiveBack) -> wire.Claimed:
        """Returns a task."""

    async def lease(self, lease: wire.Lease) -> wire.Leased:
        """Asks for SSCCs."""

    async def close(self) -> None:
        """Lets go of connections."""


def _cause(error: BaseException) -> BaseException:
    """What lies at the bottom of an error that was wrapped on its way."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return error


class _Reply(msgspec.Struct, frozen=True):
    """What came back, whole."""

    status: int
    body: bytes
    challenge: str = ""
    retry_after: str = ""


class HttpLink:
    """The store over HTTP (RFC 9110), JSON bodies, a bearer token (RFC 6750). Loads its client at the first request."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        authorities: Path | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.address = address.rstrip("/")
        self.token = token
        self._authorities = authorities
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def enrol(self, code: str, name: str) -> wire.Enrolled:
        """Trades a one-time code for this device's token, which is used from then on."""
        enrolled = await self._post("/v1/enrol", wire.Enrol(name=name), wire.Enrolled, token=code)
        self.token = enrolled.token
        return enrolled

    async def hello(self, hello: wire.Hello) -> wire.Welcome:
        """Says which journal is written here; WrongVersion where the two cannot talk."""
        welcome = await self._post("/v1/hello", hello, wire.Welcome)
        if welcome.wire_version > hello.wire_version:
            raise WrongVersion(
                f"The store is newer ({welcome.program_version}) than this terminal ({hello.program_version}): "
                "update this terminal."
            )
        return welcome

    async def push(self, push: wire.Push) -> wire.PushReply:
        """Hands numbered events up."""
        return await self._post("/v1/events", push, wire.PushReply)

    async def changes(self, after: int, epoch: str, wait_s: float) -> wire.Changes:
        """Records changed after a cursor; waits up to `wait_s` seconds for the first one."""
        query = {"after": str(after), "epoch": epoch, "wait": f"{wait_s:g}"}
        return await self._ask("GET", "/v1/changes", wire.Changes, params=query, patience_s=wait_s)

    async def claim(self, claim: wire.Claim) -> wire.Claimed:
        """Asks for a task."""
        return await self._post("/v1/requests/claim", claim, wire.Claimed)

    async def give_back(self, give_back: wire.GiveBack) -> wire.Claimed:
        """Returns a task."""
        return await self._post("/v1/requests/give-back", give_back, wire.Claimed)

    async def lease(self, lease: wire.Lease) -> wire.Leased:
        """Asks for SSCCs."""
        return await self._post("/v1/requests/sscc-lease", lease, wire.Leased)

    async def close(self) -> None:
        """Lets go of connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _post(self, path: str, body: msgspec.Struct, answer: type[T], token: str | None = None) -> T:
        return await self._ask("POST", path, answer, content=msgspec.json.encode(body), token=token)

    async def _ask(
        self,
        method: str,
        path: str,
        answer: type[T],
        *,
        patience_s: float = 0.0,
        token: str | None = None,
        **request: Any,
    ) -> T:
        client = await self._opened()
        import httpx  # loaded by now

        headers = {"authorization": f"Bearer {self.token if token is None else token}"}
        if method == "POST":
            headers["content-type"] = "application/json"
        # httpx counts each read for itself, so a store that drips bytes needs a deadline around the whole.
        deadline_s = ANSWER_S + patience_s
        try:
            async with asyncio.timeout(deadline_s):
                timeout = httpx.Timeout(deadline_s, connect=CONNECT_S)
                url = self.address + path
                async with client.stream(method, url, headers=headers, timeout=timeout, **request) as response:
                    head = response.headers
                    challenge, retry_after = head.get("www-authenticate", ""), head.get("retry-after", "")
                    reply = _Reply(response.status_code, await self._whole(response), challenge, retry_after)
        except TimeoutError as error:
            raise Unreachable(f"The store at {self.address} does not answer in time: work goes on offline.") from error
        except httpx.DecodingError as error:
            raise Nonsense(self._not_ours("a garbled answer")) from error
        except httpx.ConnectError as error:
            cause = _cause(error)
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise Nonsense(
                    f"What answers at {self.address} has no certificate that this terminal trusts: tell a supervisor, "
                    "and see `store.authorities` in the config."
                ) from error
            if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
                raise Nonsense(
                    f"What answers at {self.address} speaks no TLS: check `store.url` in the config, a store without a "
                    "certificate begins with http://"
                ) from error
            raise Unreachable(f"The store at {self.address} cannot be reached: work goes on offline.") from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise Unreachable(f"The store at {self.address} cannot be reached: work goes on offline.") from error
        return self._read(reply, answer)

    async def _whole(self, response: httpx.Response) -> bytes:
        parts, length = list[bytes](), 0
        async for part in response.aiter_bytes():
            parts.append(part)
            length += len(part)
            if length > MOST_BYTES:
                raise Nonsense(self._not_ours(f"an answer of more than {MOST_BYTES // 1024**2} MiB"))
        return b"".join(parts)

    def _read(self, reply: _Reply, answer: type[T]) -> T:
        if 200 <= reply.status < 300:
            try:
                return decoded(msgspec.json.Decoder(answer), reply.body)
            except msgspec.ValidationError as error:
                raise Nonsense(f"The store at {self.address} answers wrongly ({error}): tell a supervisor.") from error
            except msgspec.DecodeError as error:
                raise Nonsense(self._not_ours("something that is not JSON")) from error
        if reply.status == 429:
            raise Unreachable(f"The store at {self.address} asks for a pause: work goes on offline.")
        if reply.status >= 500:
            raise Unreachable(f"The store at {self.address} has trouble of its own: work goes on offline.")
        try:
            problem = decoded(_PROBLEM, reply.body)
        except msgspec.DecodeError as error:
            raise Nonsense(self._not_ours(f"HTTP status {reply.status}")) from error
        if reply.status == 401:
            # What stands between may want a sign-in of its own: only the store's word puts a device out of work.
            if problem.error != UNAUTHORISED or reply.challenge != _CHALLENGE:
                raise Nonsense(self._not_ours("HTTP status 401"))
            raise SignInAgain("The store no longer knows this terminal: ask a supervisor to enrol it again.")
        if problem.error == IN_PROGRESS:
            raise AtWork(f"The store at {self.address} is still at work on this: ask again.", reply.retry_after)
        raise Refused(problem)

    def _not_ours(self, what: str) -> str:
        return (
            f"What answers at {self.address} is not the order store (it sent {what}): check the address in the config, "
            "and whether the Wi-Fi asks for a sign-in."
        )

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._authorities)
        except (OSError, ssl.SSLError) as error:
            raise Unreachable(
                f"The certificates in {self._authorities} cannot be read ({error}): correct `store.authorities` in the "
                "config. Work goes on offline."
            ) from error

    async def _opened(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                # httpx brings a command line of its own along where it finds what that needs: 3 MiB for nothing here.
                sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
                # On the loop's own thread, for another would keep half a MiB; so a scan waits for one piece at most.
                for piece in _HTTPX_BY_PIECES:
                    importlib.import_module(piece)
                    await asyncio.sleep(0)
                import httpx

                self._client = httpx.AsyncClient(
                    verify=self._trust() if self.address.startswith("https:") else False,
                    # The store stands on the site's own network: a proxy from the environment is never in between.
                    trust_env=False,
                    transport=self._transport,
                )
            return self._client
