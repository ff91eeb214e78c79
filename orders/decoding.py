"""JSON that came from elsewhere: whatever is wrong with it is one kind of error.

Decides that only. msgspec itself tells three kinds: wrong JSON or types, bytes that are no UTF-8, and nesting
without end.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_PLAIN: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def decoded(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw) -> T:
    """What `decoder` reads in `body` (RFC 8259); msgspec.DecodeError where it is anything else."""
    try:
        return decoder.decode(body)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error


def plain(body: bytes | msgspec.Raw) -> Any:
    """The objects, arrays, texts and numbers in `body`; msgspec.DecodeError where it is no JSON."""
    return decoded(_PLAIN, body)
