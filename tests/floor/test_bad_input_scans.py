"""Barcodes that are none, from a scanner on a port and from one that types; and a port that comes and goes.

Each row is sent to the real terminal in the middle of a walk. It is refused in one sentence or judged as text; the
program neither quits nor leaves the screen nor does what a key would do; and the next scan is fine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle

import msgspec
import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.app import App
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Button, Input

from tests.floor.warehouse import Warehouse, reading, wait_for
from tests.floor.workplace import LAMP_SHELF, MUG, MUG_SHELF, Hall, Workplace, hall, shelf

BROKE_OFF = "The read broke off after"
AGAIN = "scan it again"
CONTROLS = "holds control characters: scan one code alone, or set it aside"
UNKNOWN = "nothing here has that code"
CHECK_DIGIT = "wrong: scan"
GREENS = ("OK Shelf", "OK Now at", "NOTE You are at")
# No hand pulls the trigger again any sooner.
HAND_SECONDS = 0.05
# A kernel throws away what nobody has read when the cable is pulled, and does not tell what that is.
REACH_SECONDS = 0.5
TRIES, SETTLED_SECONDS = 120, 0.5
REFUSED = "Scan the right one, or Esc clears this"

ON_THE_PORT = {
    "10,000 characters": (b"x" * 10_000 + b"\r", "longer than 4096 characters: scan one code alone"),
    "10,000 digits": (b"9" * 10_000 + b"\r", "longer than 4096 characters: scan one code alone"),
    "control characters": (bytes(set(range(32)) - set(b"\r\n\t\x02\x03\x1d")) + b"\r", CONTROLS),
    "NUL": (b"\0\0\0\r", CONTROLS),
    "a screen's commands": (b"\x1b[2J\x1b[H\x1bc\r", CONTROLS),
    "no ASCII": (bytes(range(128, 256)) + b"\r", "holds characters that no floor barcode has: set it aside"),
    "markup": (b"[bold red]{0}%s[/]\r", UNKNOWN),
    "SQL": (b"'); DROP TABLE event;--\r", UNKNOWN),
    "blanks": (b"   \r", "The read holds nothing: scan it again"),
    "two texts": (b"A\tB\r", UNKNOWN),
    "GS1 without its mark": (b"\x1d10ABC\r", "came without its AIM id: switch AIM ids on"),
    "no AIM id": (b"]?9ABC\r", "is no AIM id that can be used: scan again"),
    "an EAN of 12 digits": (b"]E0952000001001\r", "this one is 952000001001: scan again"),
    "an EAN's check digit": (b"]E09520000010011\r", CHECK_DIGIT),
    "bare digits": (b"9520000010011\r", CHECK_DIGIT),
    "a GTIN-8": (b"12345678\r", CHECK_DIGIT),
    "a GTIN-14": (b"]I119520000010011\r", CHECK_DIGIT),
    "a GS1 GTIN": (b"]C10109520000010011\r", CHECK_DIGIT),
    "an SSCC": (b"]C100123456789012345678\r", CHECK_DIGIT),
    "a web address": (b"https://id.gs1.org/01/09520000010011\r", CHECK_DIGIT),
    "no date": (b"]C1010952000001001017250231\r", "is no date that exists: set it aside"),
    "a label of ours": (b"FHL-Z-01-19\r", "That label was not read whole: scan it again"),
}


def bound_keys() -> dict[str, str]:
    """What a terminal sends for each key that Textual binds anywhere."""
    bound = {
        key.strip()
        for owner in (App, Screen, CommandPalette, Input, Button)
        for binding in owner.BINDINGS
        for key in (binding[0] if isinstance(binding, tuple) else binding.key).split(",")
    }
    sequences: dict[str, str] = {}
    for sequence, keys in ANSI_SEQUENCES_KEYS.items():
        if isinstance(keys, tuple) and len(keys) == 1:
            sequences.setdefault(keys[0].value, sequence)
    return {key: sequences[key] for key in sorted(bound) if key in sequences and sequences[key] not in "\r\n\t\x03"}


BOUND = bound_keys()
ARROW = "\x1b[C"
TYPED = {
    "10,000 characters": (b"x" * 10_000 + b"\r", f"{BROKE_OFF} xxxxx"),
    "10,000 times control-Q": (b"\x11" * 10_000 + b"\r", BROKE_OFF),
    "control characters": (bytes(set(range(1, 32)) - set(b"\r\n\t\x03\x1b")) + b"\r", BROKE_OFF),
    "a few of them": (b"\x11\x10\x1a\r", BROKE_OFF),
    "the palette and its way out": (b"\x10Cl\r", BROKE_OFF),
    "no ASCII": ("Überraschung 日本 😀".encode() + b"\r", "holds characters that no floor barcode has"),
    "no UTF-8": (bytes(range(128, 256)) + b"\r", "holds characters that no floor barcode has"),
    "an arrow and a digit": (f"{ARROW}1\r".encode(), BROKE_OFF),
    "an arrow inside": (f"ABCDE{ARROW}12345\r".encode(), BROKE_OFF),
    "the window's size": (b"ABCDE\x1b[48;10;10;100;100tFGHIJ\r", BROKE_OFF),
    "a click": (b"ABCDE\x1b[<0;10;10MFGHIJ\r", BROKE_OFF),
    "focus": (b"ABCDE\x1b[OFGHIJ\r", BROKE_OFF),
    "a mode report": (b"ABCDE\x1b[?2048;1$yFGHIJ\r", BROKE_OFF),
    "a sequence that nobody knows": (b"ABCDE\x1b[8;5;5tFGHIJ\r", BROKE_OFF),
    "numbers that no terminal sends": (b"ABCDE\x1b[99999999999uFGHIJ\r", BROKE_OFF),
    "a paste without an end": (b"ABCDE\x1b[200~FGHIJ\r", f"{BROKE_OFF} FGHIJ"),
    "an EAN's check digit": (b"]E09520000010011\r", CHECK_DIGIT),
    "bare digits": (b"9520000010011\r", CHECK_DIGIT),
}


@pytest.fixture(scope="module")
def floor(shop: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(shop, tmp_path_factory.mktemp("scans") / "hall") as opened:
        yield opened


@dataclass
class Bench:
    """A terminal in the middle of its walk, where every good scan goes to the other of two shelves."""

    place: Workplace
    shelves: Iterator[str]

    def until_all_is_judged(self) -> None:
        """Returns once a scan of the port is what stands on the screen: nothing typed comes after it any more."""
        for _ in range(TRIES):
            self.place.port.send(b"WHAT-IS-THIS\r")
            self.place.program.read_for(SETTLED_SECONDS)
            if UNKNOWN in self.place.glass and REFUSED in self.place.glass:
                return
        raise AssertionError(f"never judged\n{self.place.program.screen}")

    def next_scan_is_fine(self, send: Callable[[bytes], None]) -> None:
        """The other shelf is scanned, and green."""
        code = next(self.shelves)
        self.place.program.read_for(HAND_SECONDS)
        send(f"{shelf(code)}\r".encode())
        self.place.program.until(lambda: any(f"{said} {code}" in self.place.glass for said in GREENS))
        assert self.place.is_alive()


@pytest.fixture(scope="module")
def bench(floor: Hall) -> Iterator[Bench]:
    """One terminal for all rows; at its end only looking about and refusals stand in the journal."""
    with floor.workplace() as place:
        place.begin_walk()
        yield Bench(place, cycle((MUG_SHELF, LAMP_SHELF)))
        with reading(place.device.journal) as journal:
            bodies = journal.execute("SELECT body FROM event").fetchall()
        kinds = Counter(msgspec.json.decode(body)["event"]["kind"] for (body,) in bodies)
        assert set(kinds) == {"worker_signed_on", "tote_bound", "shelf_confirmed", "stop_skipped", "scan_refused"}
        assert kinds["stop_skipped"] < kinds["shelf_confirmed"], "only a scan of the other shelf skips this one"
        place.take_what_is_asked_for()
        wait_for(lambda: floor.has_all_of(place.device), "every scan is at the store")
        wait_for(lambda: floor.is_picked(place), "both pieces lie in the tote")
        place.program.process.terminate()
        assert place.program.end() == 0
        assert b"Traceback" not in place.program.raw


@pytest.mark.parametrize("row", ON_THE_PORT)
def test_what_a_scanner_on_a_port_should_not_send_is_refused_and_the_next_scan_is_fine(bench: Bench, row: str) -> None:
    data, says = ON_THE_PORT[row]
    bench.place.port.send(data)
    bench.place.sees(says, REFUSED)
    bench.next_scan_is_fine(bench.place.port.send)


@pytest.mark.parametrize("row", TYPED)
def test_what_a_scanner_that_types_should_not_send_is_refused_and_the_next_scan_is_fine(bench: Bench, row: str) -> None:
    data, says = TYPED[row]
    bench.place.program.write(data)
    bench.place.sees(says, REFUSED)
    bench.next_scan_is_fine(bench.place.program.write)


@pytest.mark.parametrize("key", BOUND)
def test_a_key_that_textual_binds_does_nothing_in_a_barcode_that_is_typed(bench: Bench, key: str) -> None:
    sequence = BOUND[key]
    for data in (f"ABCDE{sequence}FGHIJ\r", f"{sequence}12\r"):
        bench.place.program.write(data.encode())
        bench.place.sees(REFUSED)
        bench.next_scan_is_fine(bench.place.program.write)


@pytest.mark.long
def test_every_sequence_that_textual_knows_does_nothing_in_a_barcode(bench: Bench) -> None:
    for frame in ("ABCDE{}FGHIJ\r", "{}1\r", "{}\r"):
        data = "".join(frame.format(sequence) for sequence in ANSI_SEQUENCES_KEYS)
        bench.place.program.write(data.encode())
        bench.until_all_is_judged()
        bench.place.port.send(data.encode())
        bench.next_scan_is_fine(bench.place.port.send)


# --- a port that comes and goes -----


def absent(floor: Hall) -> str:
    """The scanner is not plugged in when the day begins; work begins on the keyboard."""
    with floor.workplace(is_plugged=False) as place:
        place.sees("Scanner toy is not at", "plug it in, or correct its port in the settings")
        glass = place.glass
        place.type_the_badge()
        place.port.plug_in()
        place.without("Scanner toy is not at")
        walked(floor, place)
        return glass


def busy(floor: Hall) -> str:
    """Another program reads the port."""
    with floor.workplace(is_plugged=False) as place:
        held = place.port.plug_in_held()
        place.sees("Scanner toy at", "is held by another program: close that program")
        glass = place.glass
        place.type_the_badge()
        held.close()
        place.without("is held by another program")
        walked(floor, place)
        return glass


def unplugged(floor: Hall) -> str:
    """The cable is pulled in the middle of a scan, and put back."""
    with floor.workplace() as place:
        place.begin_walk()
        place.take_the_lamp()
        whole = f"{shelf(MUG_SHELF)}\r".encode()
        place.port.send(whole[:8])
        place.program.read_for(REACH_SECONDS)
        place.port.unplug()
        place.sees(f"{BROKE_OFF} F", AGAIN, REFUSED)
        refusal = place.glass
        place.program.write(b"\x1b")
        place.sees("Scanner toy went away from", "plug it in again, it is found by itself")
        glass = place.glass
        place.port.plug_in()
        place.without("went away from")
        place.port.send(whole[8:])
        place.sees(UNKNOWN, REFUSED)
        place.end_walk()
        settled(floor, place)
        return f"{refusal} {glass}"


def walked(floor: Hall, place: Workplace) -> None:
    place.begin_walk(is_signed_on=True)
    place.take_the_lamp()
    place.end_walk()
    settled(floor, place)


def settled(floor: Hall, place: Workplace) -> None:
    wait_for(lambda: floor.has_all_of(place.device), "every scan is at the store")
    wait_for(lambda: floor.is_picked(place), "both pieces lie in the tote")
    place.program.process.terminate()
    assert place.program.end() == 0
    assert b"Traceback" not in place.program.raw


PORTS = {"absent": absent, "busy": busy, "unplugged": unplugged}


@pytest.fixture(scope="module")
def ports(floor: Hall) -> Iterator[dict[str, Future[str]]]:
    """All three at once."""
    with ThreadPoolExecutor(len(PORTS)) as pool:
        yield {name: pool.submit(story, floor) for name, story in PORTS.items()}


@pytest.mark.parametrize("name", PORTS)
def test_a_port_that_does_not_deliver_is_on_the_banner_and_is_found_again_by_itself(
    ports: dict[str, Future[str]], name: str
) -> None:
    glass = ports[name].result()
    assert "Scanner toy" in glass
    assert MUG not in glass
