"""Reads of the test card as scanners and computers of every set-up would bring them."""

from __future__ import annotations

from terminal.scanner_test.capture import Capture, LineSettings, Source
from terminal.scanner_test.card import AIM, FIRST, GS, SECOND
from terminal.scanner_test.layouts import typed

WHOLE = AIM + FIRST + GS + SECOND
KEYS = Source()
PORT = Source("/dev/serial/by-id/usb-Example_Scanner-if00")


def keyed(text: str, gap_seconds: float = 0.001, *, source: Source = KEYS) -> Capture:
    """`text` sign by sign."""
    return Capture(source, tuple(text), tuple(100 + place * gap_seconds for place in range(len(text))))


def sent(text: str | bytes, settings: LineSettings | None = None) -> Capture:
    """`text` at one go by a port."""
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    source = Source(PORT.port, settings) if settings else PORT
    return keyed(plain, 0.0, source=source)


def moved(scanner: str, host: str) -> str:
    """The card by a scanner of one layout on a computer of another; Ctrl+] moves with its key and is lost."""
    separator = GS if typed("]", scanner, host) == "]" else ""
    return typed(AIM + FIRST, scanner, host) + separator + typed(SECOND, scanner, host)


def with_even_parity(text: str) -> bytes:
    """7-bit characters with their parity bit, read as bytes."""
    return bytes(byte | (128 if byte.bit_count() % 2 else 0) for byte in text.encode("ascii"))


__all__ = ["AIM", "FIRST", "GS", "KEYS", "PORT", "SECOND", "WHOLE", "keyed", "moved", "sent", "with_even_parity"]
