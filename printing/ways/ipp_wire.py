"""The bytes of the Internet Printing Protocol: requests encoded, answers decoded (RFC 8010, RFC 8011).

Decides nothing about printers. Collections are skipped: nothing here asks for one.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

VERSION = (2, 0)


class Operation(enum.IntEnum):
    """What is asked (RFC 8011, 5.4.15; the last one is CUPS's own)."""

    PRINT_JOB = 0x02
    VALIDATE_JOB = 0x04
    CANCEL_JOB = 0x08
    GET_JOB_ATTRIBUTES = 0x09
    GET_JOBS = 0x0A
    GET_PRINTER_ATTRIBUTES = 0x0B
    CUPS_GET_PRINTERS = 0x4002


class Status(enum.IntEnum):
    """The answers that are told apart (RFC 8011, appendix B)."""

    FORMAT_NOT_SUPPORTED = 0x040A
    ATTRIBUTES_NOT_SUPPORTED = 0x040B
    TEMPORARY_ERROR = 0x0505
    NOT_ACCEPTING_JOBS = 0x0506
    BUSY = 0x0507


class Group(enum.IntEnum):
    """What a group of attributes is about."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04


class Tag(enum.IntEnum):
    """How a value is written."""

    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    RESOLUTION = 0x32
    RANGE = 0x33
    BEGIN_COLLECTION = 0x34
    END_COLLECTION = 0x37
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49
    MEMBER_NAME = 0x4A


Value = int | str | bool | bytes | tuple[int, ...]


class IppError(ValueError):
    """Bytes that are no IPP message; the text says where."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One named attribute of a request."""

    tag: Tag
    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A printer's answer; each group is a mapping from name to values. Tags that are not needed stay bytes."""

    status: int
    groups: list[tuple[int, dict[str, list[Value]]]] = field(default_factory=list)

    @property
    def is_success(self) -> bool:
        """Whether it is one of the successful-ok codes."""
        return self.status < 0x0100

    def all(self, group: Group) -> list[dict[str, list[Value]]]:
        """Every group of that kind, in order."""
        return [attributes for tag, attributes in self.groups if tag == group]

    def first(self, group: Group) -> dict[str, list[Value]]:
        """The first group of that kind, or an empty one."""
        return next(iter(self.all(group)), {})


def request(
    operation: Operation, number: int, target: Sequence[Attribute], job: Sequence[Attribute] = (), data: bytes = b""
) -> bytes:
    """One request; `target` goes into the operation group, behind charset and language as the standard orders it."""
    head = struct.pack(">BBHI", *VERSION, operation, number)
    first = (
        Attribute(Tag.CHARSET, "attributes-charset", ("utf-8",)),
        Attribute(Tag.LANGUAGE, "attributes-natural-language", ("en",)),
    )
    body = bytes([Group.OPERATION]) + b"".join(_encoded(each) for each in (*first, *target))
    if job:
        body += bytes([Group.JOB]) + b"".join(_encoded(each) for each in job)
    return head + body + bytes([Group.END]) + data


def _encoded(attribute: Attribute) -> bytes:
    out = b""
    for place, value in enumerate(attribute.values):
        name = attribute.name.encode("ascii") if place == 0 else b""
        raw = _raw(value)
        out += struct.pack(">BH", attribute.tag, len(name)) + name + struct.pack(">H", len(raw)) + raw
    return out


def _raw(value: Value) -> bytes:
    match value:
        case bool():
            return bytes([value])
        case int():
            return struct.pack(">i", value)
        case str():
            return value.encode("utf-8")
        case bytes():
            return value
        case _:
            raise TypeError(f"no way to write {value!r}")


def answer(body: bytes) -> Answer:
    """The answer in `body`; raises IppError where it is cut off or no IPP at all."""
    if len(body) < 9:
        raise IppError(f"an answer of {len(body)} bytes is no IPP")
    found = Answer(struct.unpack_from(">H", body, 2)[0])
    at, depth, name = 8, 0, ""
    attributes: dict[str, list[Value]] = {}
    try:
        while (tag := body[at]) != Group.END:
            at += 1
            if tag < 0x10:
                attributes = {}
                found.groups.append((tag, attributes))
                depth = 0
                continue
            said, at = _field(body, at)
            raw, at = _field(body, at)
            if tag == Tag.END_COLLECTION:
                depth -= 1
            elif depth == 0:
                name = said.decode("utf-8", "replace") or name
                attributes.setdefault(name, []).extend(_value(tag, raw))
            depth += tag == Tag.BEGIN_COLLECTION
    except (IndexError, struct.error) as error:
        raise IppError(f"the answer is cut off at byte {at}") from error
    return found


def _field(body: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", body, at)
    end = at + 2 + length
    if end > len(body):
        raise IndexError(end)
    return body[at + 2 : end], end


def _value(tag: int, raw: bytes) -> tuple[Value, ...]:
    """What `raw` says; nothing for a collection and for the out-of-band values (unknown, no-value)."""
    match tag:
        case Tag.BEGIN_COLLECTION:
            return ()
        case Tag.INTEGER | Tag.ENUM:
            return (struct.unpack(">i", raw)[0],)
        case Tag.BOOLEAN:
            return (raw != b"\x00",)
        case Tag.RANGE:
            return (struct.unpack(">ii", raw),)
        case Tag.RESOLUTION:
            return (struct.unpack(">iib", raw),)
        case Tag.TEXT_WITH_LANGUAGE | Tag.NAME_WITH_LANGUAGE:
            text, _ = _field(raw, _field(raw, 0)[1])
            return (text.decode("utf-8", "replace"),)
        case _ if tag < 0x20:
            return ()
        case _ if 0x40 <= tag < Tag.MEMBER_NAME:
            return (raw.decode("utf-8", "replace"),)
        case _:
            return (raw,)
