"""A label printer on a raw port, as the ZPL II Programming Guide describes one: for tests, in a thread of theirs.

Decides what comes out of it: a whole `^XA ... ^XZ` is kept in memory while the printer cannot print, comes out when it
can again, and is forgotten when it is switched off. What came out is never taken back.
"""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress

MODES = ("ok", "paper-out", "head-open", "paused", "silent", "stalled")
_TOKEN = re.compile(rb"~HS|~HQES|\^XA.*?\^XZ", re.DOTALL)
_FLAGS = {"paper-out": 0x1, "head-open": 0x4, "paused": 0x10000}


class ZplSink:
    """Listens on 127.0.0.1; `printed` holds the labels that came out, `memory` those that wait inside."""

    def __init__(self, mode: str = "ok", port: int = 0) -> None:
        self.printed: list[bytes] = []
        self.memory: list[bytes] = []
        self.asked: list[bytes] = []
        self.arrived = threading.Event()
        self.falls_into = ""
        """The mode that begins when the next label is in its memory."""
        self._mode = mode
        self._lock = threading.Lock()
        self._go_on = threading.Event()
        self._connections: list[socket.socket] = []
        self.port = port
        self.switch_on()

    @property
    def mode(self) -> str:
        """One of MODES, or `slow`: it takes labels and reports no fault, and prints none."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        with self._lock:
            self._mode = mode
            self._print_if_able()
        if mode != "stalled":
            self._go_on.set()
        else:
            self._go_on.clear()

    def switch_on(self) -> None:
        """Listens, on the same port as before."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen()
        self.port = listening.getsockname()[1]
        self._listening = listening
        self.mode = self._mode
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def switch_off(self) -> None:
        """As at a power cut: connections break, the memory is gone."""
        with self._lock:
            self.memory.clear()
            connections, self._connections = [self._listening, *self._connections], []
        for each in connections:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._go_on.set()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with self._lock:
                self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection, listening), daemon=True).start()

    def _serve(self, connection: socket.socket, listening: socket.socket) -> None:
        heard = b""
        with connection, suppress(OSError):
            while True:
                self._go_on.wait()
                more = connection.recv(65536)
                if not more:
                    return
                heard += more
                while token := _TOKEN.search(heard):
                    heard = heard[token.end() :]
                    with self._lock:
                        if listening is not self._listening:
                            return  # it was switched off meanwhile
                        answer = self._answer(token.group())
                    if answer:
                        connection.sendall(answer)

    def _answer(self, token: bytes) -> bytes:
        if token.startswith(b"^XA"):
            self.memory.append(token)
            self._mode, self.falls_into = self.falls_into or self._mode, ""
            self._print_if_able()
            self.arrived.set()
            return b""
        self.asked.append(token)
        if self._mode == "silent":
            return b""  # what a Zebra does without media, ribbon or with its head open
        if token == b"~HQES":
            flags = _FLAGS.get(self._mode, 0)
            return (
                f"\x02\r\n\r\n  PRINTER STATUS                             \r\n"
                f"   ERRORS:         {int(bool(flags))} 00000000 {flags:08X}\r\n"
                f"   WARNINGS:       0 00000000 00000000\r\n\x03"
            ).encode()
        paper, head = self._mode == "paper-out", self._mode == "head-open"
        paused = self._mode in ("paper-out", "head-open", "paused")
        return (
            f"\x02030,{paper:d},{paused:d},1218,{len(self.memory):03d},0,0,0,000,0,0,0\x03\r\n"
            f"\x02001,0,{head:d},0,1,2,4,0,{len(self.memory):08d},1,000\x03\r\n\x021234,0\x03\r\n"
        ).encode()

    def _print_if_able(self) -> None:
        if self._mode == "ok":
            self.printed += self.memory
            self.memory.clear()
