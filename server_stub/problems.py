"""Every error that the store answers: one shape, a right status, and a remedy. Never HTML, never a traceback.

Decides the wording for failures of the request itself; a step says its own in a Refusal.
"""

from __future__ import annotations

import msgspec

from orders.wire import MAX_BODY_BYTES, Problem

# Somebody has to make room on it; whoever asks meanwhile finds out soon enough.
_SECONDS_FOR_A_DISK = 10
# Under the same key that request is being carried out: ask again later.
IN_PROGRESS = "in_progress"


class Refusal(Exception):
    """A request that is not done. A step raises it before it has changed anything."""

    def __init__(
        self,
        status: int,
        error: str,
        *,
        expected: str,
        came: str,
        remedy: str,
        retry_after_seconds: int = 0,
        allowed: str = "",
    ) -> None:
        super().__init__(f"{expected}; came: {came}")
        self.status, self.retry_after_seconds, self.allowed = status, retry_after_seconds, allowed
        self.problem = Problem(error=error, expected=expected, came=came, remedy=remedy)

    @property
    def headers(self) -> dict[str, str]:
        """What stands in the answer's head beside its kind (RFC 9110, 10.2.1, 10.2.3 and 11.6.1)."""
        told = {
            "WWW-Authenticate": "Bearer" if self.status == 401 else "",
            "Retry-After": str(self.retry_after_seconds) if self.retry_after_seconds else "",
            "Allow": self.allowed,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def body(self) -> bytes:
        """The problem as it is sent."""
        return msgspec.json.encode(self.problem)


def shown(text: str, length: int = 80) -> str:
    """`text` as a message may repeat it: printable and short."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in text)
    return plain if len(plain) <= length else plain[: length - 1] + "…"


def unauthorised(came: str, remedy: str) -> Refusal:
    """401: no token, or one that is none of ours; the remedy fits who asks."""
    return Refusal(401, "unauthorised", expected="Authorization: Bearer TOKEN", came=came, remedy=remedy)


def not_json(detail: str) -> Refusal:
    """400: the body cannot be read at all."""
    return Refusal(
        400, "not_json", expected="a JSON object in UTF-8", came=shown(detail), remedy="send the body as JSON"
    )


def wrong_type(detail: str) -> Refusal:
    """422: the body can be read and is not what this route takes; msgspec's text names the place."""
    return Refusal(
        422,
        "wrong_content",
        expected="the fields and types of /openapi.json",
        came=shown(detail, 300),
        remedy="correct the field that is named and send again",
    )


def too_large() -> Refusal:
    """413: more than one request may carry."""
    return Refusal(
        413,
        "too_large",
        expected=f"at most {MAX_BODY_BYTES} bytes",
        came="a larger body",
        remedy="send it in several requests",
    )


def broke_off() -> Refusal:
    """400: the connection ended before the body did, so that nobody may hear this; counted and done with."""
    return Refusal(
        400, "broke_off", expected="the whole body", came="the end of the connection", remedy="send it again"
    )


def unknown(what: str, id: str) -> Refusal:
    """404: no such thing."""
    return Refusal(404, "unknown", expected=f"a known {what}", came=shown(id), remedy=f"look up the {what}'s id")


def cannot_write(came: str) -> Refusal:
    """503: the database could not take it; nothing was changed."""
    return Refusal(
        503,
        "cannot_write",
        expected="a database that can be written",
        came=shown(came),
        remedy="see that the store's disk has room and is not read-only, then send again",
        retry_after_seconds=_SECONDS_FOR_A_DISK,
    )


def no_database(came: str) -> Refusal:
    """503: the database does not answer now; whether a write was taken is known when the same is sent again."""
    return Refusal(
        503,
        "no_database",
        expected="a database that answers",
        came=shown(came),
        remedy="send the same again in a moment; if it lasts, see that the database runs",
        retry_after_seconds=1,
    )


def broken() -> Refusal:
    """500: our own mistake; its details stand in the store's log."""
    return Refusal(
        500,
        "internal_error",
        expected="an answer",
        came="an error inside the store",
        remedy="send again; if it comes back, read the store's log and report it",
    )


def wrong_method(method: str, path: str, allowed: str) -> Refusal:
    """405: the route is there, and takes other methods, which `Allow` names (RFC 9110, 15.5.6)."""
    return Refusal(
        405,
        "wrong_method",
        expected=f"one of {allowed}",
        came=f"{method} {path}",
        remedy="use the method that /openapi.json names for this route",
        allowed=allowed,
    )
