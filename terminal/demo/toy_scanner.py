"""A scanner to play with: a process that writes what a serial scanner would send into a pty.

It prints the path of its port on one line, then reads one JSON object a line: `{"text": ..., "damaged": false}`.
Decides the bytes on the wire (AIM identifier, data, carriage return) and nothing of what is worth scanning.
"""

from __future__ import annotations

import json
import os
import pty
import sys
import tty

from orders.identifiers import gtin14, is_sscc


def symbol_bytes(text: str) -> bytes:
    """What a scanner with AIM identifiers on sends for a barcode of `text` (ISO/IEC 15424), with its return."""
    if is_sscc(text):
        framed = f"]C100{text}"
    elif len(text) == 14 and text.startswith("0") and gtin14(text):
        framed = f"]E0{text[1:]}"
    elif len(text) == 13 and gtin14(text):
        framed = f"]E0{text}"
    else:
        framed = f"]C0{text}"
    return framed.encode("ascii", "replace") + b"\r"


def damaged_bytes(text: str) -> bytes:
    """The same label with a scratch through it: the scanner saw an end, the middle is wrong."""
    whole = symbol_bytes(text)
    middle = len(whole) - 2
    return whole[:middle] + (b"0" if whole[middle : middle + 1] != b"0" else b"1") + whole[middle + 1 :]


def main() -> int:
    """Runs until its input ends."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    print(os.ttyname(slave), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        data = damaged_bytes(order["text"]) if order.get("damaged") else symbol_bytes(order["text"])
        while data:
            data = data[os.write(master, data) :]
    return 0


if __name__ == "__main__":
    sys.exit(main())
