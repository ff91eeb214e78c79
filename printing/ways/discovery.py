"""Printers that announce themselves: the queues of CUPS, and with zeroconf what is heard over mDNS (RFC 6763).

Decides which way to paper an announcement means, and what a printer's address says. It asks nobody anything but who
they are.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from printing.ways import ipp_wire as wire
from printing.ways.cups import cups_peer
from printing.ways.ipp import Lost, Unreachable
from printing.ways.ipp_wire import Attribute, Group, Operation, Tag
from printing.ways.raw import PORT

if TYPE_CHECKING:
    from zeroconf import Zeroconf

log = logging.getLogger(__name__)

LISTEN_SECONDS = 3.0
_SERVICES = ("_ipp._tcp.local.", "_ipps._tcp.local.", "_pdl-datastream._tcp.local.")


@dataclass(frozen=True, slots=True)
class Found:
    """A printer somebody announced: a name for it, what a config says of it, and what it calls itself."""

    name: str
    device: Mapping[str, object]
    said: str


class AddressError(ValueError):
    """A printer's address that names no way to paper; the text says which there are."""


def device_at(address: str) -> dict[str, object]:
    """What a config says of the printer at `address`; raises AddressError.

    ipp, ipps, http and https are IPP printers, socket is a raw ZPL port, cups a queue, a path a folder.
    """
    if address.startswith(("/", "~", "./", "../")):
        return {"kind": "folder", "path": address}
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise AddressError(_wanted(address)) from error
    match parts.scheme:
        case "ipp" | "ipps" | "http" | "https" if host:
            return {"kind": "ipp", "url": address}
        case "socket" | "zpl" | "tcp" if host:
            return {"kind": "zpl", "host": host, **({"port": port} if port and port != PORT else {})}
        case "cups" if queue := unquote(parts.path.rpartition("/")[2]):
            return {"kind": "cups", "queue": queue, **({"server": parts.netloc} if parts.netloc else {})}
        case "file" if parts.path:
            return {"kind": "folder", "path": unquote(parts.path)}
    raise AddressError(_wanted(address))


def _wanted(address: str) -> str:
    return (
        f"expected an address such as ipp://10.0.0.9/ipp/print, socket://10.0.0.9:9100, cups:zebra or /srv/labels, "
        f"got {address!r}"
    )


def cups_queues(server: str = "") -> list[Found]:
    """The queues of this machine's CUPS, or of `server`; none where no CUPS answers."""
    peer = cups_peer("/", server)
    asked = Attribute(Tag.KEYWORD, "requested-attributes", ("printer-name", "printer-info", "device-uri"))
    with peer.connected():
        try:
            queues = peer.ask(Operation.CUPS_GET_PRINTERS, (asked,)).all(Group.PRINTER)
        except (Unreachable, Lost):
            return []
    return [_queue(queue, server) for queue in queues if queue.get("printer-name")]


def _queue(queue: Mapping[str, list[wire.Value]], server: str) -> Found:
    name = str(queue["printer-name"][0])
    device: dict[str, object] = {"kind": "cups", "queue": name}
    if server:
        device["server"] = server
    info, uri = str(queue.get("printer-info", [""])[0]), str(queue.get("device-uri", [""])[0])
    said = f"{info or name}, a queue to {uri}" if uri else info or name
    return Found(named(name), device, said)


def announced(seconds: float = LISTEN_SECONDS) -> list[Found] | None:
    """Printers heard over mDNS within `seconds`, none on a machine without a network that carries it.

    None where the package zeroconf is not installed.
    """
    try:
        from zeroconf import Zeroconf
    except ImportError:
        return None

    try:
        listening = Zeroconf()
    except (OSError, RuntimeError) as error:  # a machine that is on no network, or whose network knows no multicast
        log.info("nothing can be heard over mDNS here: %s", error)
        return []
    with listening as network:
        return heard_on(network, lambda: time.sleep(seconds))


def heard_on(network: Zeroconf, wait: Callable[[], None]) -> list[Found]:
    """Printers announced on `network` until `wait` has returned, each once."""
    from zeroconf import ServiceBrowser, ServiceListener

    class Ear(ServiceListener):
        def __init__(self) -> None:
            self.heard: set[tuple[str, str]] = set()

        def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
            self.heard.add((type_, name))

        update_service = add_service

        def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
            self.heard.discard((type_, name))

    ear = Ear()
    browser = ServiceBrowser(network, list(_SERVICES), ear)
    wait()
    browser.cancel()
    found: dict[str, Found] = {}
    for kind, name in sorted(ear.heard):
        info = network.get_service_info(kind, name, timeout=1000)
        if info is not None and (each := found_as(kind, name, info)):
            found.setdefault(each.said, each)
    return list(found.values())


def found_as(kind: str, name: str, info: object) -> Found | None:
    """The printer that a service of `kind` announces in `info` (RFC 6763); None without an address."""
    addresses: list[str] = info.parsed_addresses()  # type: ignore[attr-defined]
    host = next((each for each in addresses if ":" not in each), addresses[0] if addresses else "")
    if not host:
        return None
    port: int = info.port  # type: ignore[attr-defined]
    told: Mapping[bytes, bytes | None] = info.properties  # type: ignore[attr-defined]
    label = name.removesuffix(f".{kind}")
    if kind.startswith("_pdl"):
        return Found(named(label), device_at(f"socket://{host}:{port}"), label)
    path = (told.get(b"rp") or b"ipp/print").decode("utf-8", "replace").lstrip("/")
    shown = f"[{host}]" if ":" in host else host
    scheme = "ipps" if kind.startswith("_ipps") else "ipp"
    return Found(named(label), {"kind": "ipp", "url": f"{scheme}://{shown}:{port}/{path}"}, label)


def named(text: str) -> str:
    """A short name for a config out of what a printer calls itself."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:24] or "printer"
