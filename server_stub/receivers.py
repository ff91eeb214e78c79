"""Where a webhook may lead: judged when it is added, and again whenever a message goes there.

Decides which addresses can never work, and which lie inside of this network. What is sent there is the courier's.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Sequence
from typing import NamedTuple

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")
_EVERYBODY = ipaddress.IPv4Address("255.255.255.255")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_LONGEST_NAME = 253
# RFC 6761 and 7686: no resolver may ever find these; RFC 6761, 6762, 8375 and ICANN: these are a network's own.
# `example` is left: it stands for anybody's name in what is written about webhooks.
_NOWHERE = frozenset(("invalid", "onion"))
_OWN = frozenset(("localhost", "local", "internal", "test", "home.arpa"))

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotThere(Exception):
    """The address must not be asked, or has none; the text says why."""


class Receiver(NamedTuple):
    """The host of an address as the network knows it (a name in ASCII, or a number), and its port."""

    host: str
    port: int


def read(url: str) -> Receiver:
    """What `url` names; NotThere where no request can go to it, whatever the network looks like."""
    # Needed by a store that has webhooks only.
    import httpx

    if any(sign.isspace() or not sign.isprintable() for sign in url) or "\\" in url:
        raise NotThere("an address holds no spaces, control signs or backslashes")
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise NotThere(f"it is no address ({error})") from error
    if parts.scheme not in ("https", "http"):
        raise NotThere(f"it begins with {parts.scheme[:20] or 'nothing'}, not with https:// or http://")
    if parts.userinfo:
        raise NotThere("it holds a name or a password: messages are signed, so give it without a password")
    if "#" in url:
        raise NotThere("what stands behind # is never sent: leave it away")
    port = parts.port if parts.port is not None else 443 if parts.scheme == "https" else 80
    if not 0 < port < 65536:
        raise NotThere(f"port {port} is none: expected 1 to 65535")
    host = parts.raw_host.decode("ascii").lower()
    if not host:
        raise NotThere("it names no host")
    return Receiver(host if _literal(host) else _named(host), port)


def judge(url: str, *, is_private: bool) -> Receiver:
    """What `url` names; NotThere where that can never be asked: no lookup is needed to know."""
    receiver = read(url)
    found = _literal(receiver.host)
    if found is not None:
        if found.is_multicast or found.is_unspecified or found == _EVERYBODY:
            raise NotThere(f"{receiver.host} is no single machine's address: name the receiver's")
        _outside(receiver.host, [str(found)], is_private=is_private)
    elif not is_private and (reason := _own(receiver.host)):
        raise NotThere(f"{receiver.host} {reason}, which is not on the public internet: allow it with --private")
    return receiver


async def resolved(url: str, *, is_private: bool) -> str:
    """The network address behind a webhook's name; NotThere where it has none, or one inside that is not allowed."""
    host, port = read(url)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotThere(f"{host} has no address") from error
    addresses = [str(each[4][0]) for each in found]
    _outside(host, addresses, is_private=is_private)
    return addresses[0]


def _outside(host: str, addresses: Sequence[str], *, is_private: bool) -> None:
    if not is_private and (inside := _inside(addresses)):
        raise NotThere(f"{host} is {inside}, which is not on the public internet: allow it with --private")


def _literal(host: str) -> Ip | None:
    """The network address that a host is, also in the old notations that a resolver takes (127.1, 0x7f000001)."""
    try:
        # An interface behind % is this machine's own word, which no resolver takes here.
        return ipaddress.ip_address(host) if "%" not in host else None
    except ValueError:
        pass
    if not all(_NUMBER.fullmatch(part) for part in host.split(".")):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _named(host: str) -> str:
    """`host`, which is a name that somebody could have (RFC 1123, 5891); NotThere where nobody can."""
    import idna

    labels = host.removesuffix(".").split(".")
    if len(host) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise NotThere(f"{host[:80]} is no host's name: expected letters, digits, hyphens and full stops")
    if _NUMBER.fullmatch(labels[-1]):
        raise NotThere(f"{host} is neither a name nor a network address: correct its numbers")
    if labels[-1] in _NOWHERE:
        raise NotThere(f"{host} can never be found: .{labels[-1]} names nobody")
    for label in labels:
        if label.startswith("xn--"):
            try:
                idna.decode(label)
            except UnicodeError as error:
                raise NotThere(f"{host} is no host's name: {label} stands for no letters ({error})") from error
    return host


def _own(host: str) -> str:
    """Why a name can only be one of a network's own; empty where it may be public."""
    labels = host.removesuffix(".").split(".")
    for count in (1, 2):
        if (end := ".".join(labels[-count:])) in _OWN:
            return f"ends in {end}" if len(labels) > count else "names this network's own"
    return "is a name without a domain" if len(labels) == 1 else ""


def _inside(addresses: Sequence[str]) -> str:
    """The first address that is not public."""
    return next((text for text in addresses if not _is_public(ipaddress.ip_address(text.partition("%")[0]))), "")


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it lies on the public internet; an IPv4 address inside of an IPv6 one is judged for itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if within := _carried(address):
            return _is_public(within)
        # Python knows some ranges that are not global; all that was ever given out as global lies in this one.
        if address not in _GLOBAL_UNICAST or address in _DOCUMENTATION:
            return False
    elif address in _PROTOCOLS:
        return False
    return address.is_global and not address.is_multicast


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which an IPv6 one leads: mapped (RFC 4291), 6to4 (RFC 3056) or translated (RFC 6052)."""
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour
