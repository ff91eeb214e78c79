"""The self-test over scanners that are no serial line: a device server, a HID-POS scanner, a grabbed keyboard."""

from __future__ import annotations

import os
import queue
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanners.hid_device import HidDevice
from scanners.hid_pos import USUAL, PosReports
from scanners.hid_scanner import key_decoder
from scanners.profile import Kind, ScannerProfile
from terminal import config
from terminal.scanner_test.capture import Capture, PortNews, Source, Way
from terminal.scanner_test.card import AIM, FIRST, GS, SECOND
from terminal.scanner_test.commands import _device as device_of
from terminal.scanner_test.device_ears import ear_of
from terminal.scanner_test.diagnosis import diagnose
from terminal.scanner_test.findings import Weight, findings
from terminal.scanner_test.proposal import entry
from tests.scanners.key_recording import typed as pressed
from tests.terminal.scanner_ports import Heard, a_port, next_of
from tests.terminal.scanner_reads import keyed, sent
from tests.terminal.trial_bench import Bench

CARD = FIRST + GS + SECOND


@pytest.fixture
def device() -> Iterator[tuple[int, str]]:
    with a_port() as port:
        yield port


def test_a_scanner_on_the_network_is_heard_and_its_address_written() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"socket://127.0.0.1:{server.getsockname()[1]}"
        heard: Heard = queue.Queue()
        ear = ear_of(ScannerProfile("dock", port=address), heard.put, time.monotonic)
        ear.start()
        try:
            connection, _ = server.accept()
            with connection:
                assert next_of(heard, PortNews) == PortNews(address, settings=Source().settings, way="network")
                for part in (AIM + CARD[:9], CARD[9:] + "\r"):
                    connection.sendall(part.encode())
                capture = next_of(heard, Capture)
            assert "closed its connection" in next_of(heard, PortNews).fault
        finally:
            ear.stop()
    found = diagnose(capture)
    assert found.is_whole
    assert (found.aim, found.suffix) == ("]C1", "\r")
    assert entry(found, ()) == {"name": "scanner", "kind": "serial", "port": address, "aim": True}
    assert not [each for each in findings(found) if each.weight is Weight.FAULT]


def test_a_device_that_is_not_there_says_what_to_do_in_its_readers_words(tmp_path: Path) -> None:
    kinds: tuple[tuple[Kind, str], ...] = (("hidraw", "USB HID-POS"), ("evdev", "USB keyboard"))
    for kind, mode in kinds:
        heard: Heard = queue.Queue()
        ear = ear_of(ScannerProfile("cart", kind, str(tmp_path / "away")), heard.put, time.monotonic)
        ear.start()
        try:
            assert f"see that it is set to {mode}" in next_of(heard, PortNews).fault
        finally:
            ear.stop()


def test_a_hid_pos_scanner_is_heard_report_by_report(tmp_path: Path) -> None:
    reading, writing = os.pipe2(os.O_DIRECT)
    heard: Heard = queue.Queue()
    profile = ScannerProfile("bench", "hidraw", "/dev/hidraw7")

    def opening(_: ScannerProfile) -> Any:
        return HidDevice(f"/dev/fd/{reading}"), PosReports(USUAL, profile.terminators, profile.prefix)

    ear = ear_of(profile, heard.put, time.monotonic, opening)
    ear.start()
    try:
        assert next_of(heard, PortNews).way == "hidraw"
        rest = CARD.encode()
        while rest:
            part, rest = rest[:56], rest[56:]
            os.write(writing, bytes((2, len(part))) + AIM.encode() + part.ljust(56, b"\0") + bytes((0, 0, bool(rest))))
        capture = next_of(heard, Capture)
    finally:
        ear.stop()
        os.close(writing)
        os.close(reading)
    found = diagnose(capture)
    assert found.is_whole and found.aim == "]C1"
    assert not any("suffix" in each.sentence.lower() or "pause" in each.sentence for each in findings(found))
    assert entry(found, ()) == {"name": "scanner", "kind": "hidraw", "port": "/dev/hidraw7", "aim": True}


@pytest.mark.parametrize(("played", "said"), [("us", {}), ("de", {"layout": "de"}), ("fr", {"layout": "fr"})])
def test_a_grabbed_keyboard_scanner_tells_its_own_country(
    device: tuple[int, str], played: str, said: dict[str, str]
) -> None:
    master, path = device
    heard: Heard = queue.Queue()
    profile = ScannerProfile("cart", "evdev", path)

    def opening(_: ScannerProfile) -> Any:
        return HidDevice(path), key_decoder(profile)

    ear = ear_of(profile, heard.put, time.monotonic, opening)
    ear.start()
    try:
        assert next_of(heard, PortNews).way == "evdev"
        events = pressed(CARD, played)
        while events:
            events = events[os.write(master, events[:480]) :]
        found = diagnose(next_of(heard, Capture))
    finally:
        ear.stop()
    assert found.is_card
    changes = {key: value for key, value in entry(found, (profile,)).items() if key == "layout"}
    assert changes == said
    assert not [each for each in findings(found) if each.weight is Weight.FAULT and "keyboard country" in each.sentence]


@pytest.mark.parametrize("size", [(20, 16), (40, 24), (80, 24), (160, 50)])
def test_what_is_listened_to_stands_on_every_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    bench = Bench(tmp_path / "floorhand.toml")
    ways: tuple[tuple[str, Way], ...] = (("socket://10.0.0.7:4001", "network"), ("/dev/hidraw0", "hidraw"))
    for port, way in ways:
        bench.trial.take_news(PortNews(port, settings=Source().settings, way=way))
    seen = bench.seen(*size).replace("\n", "").replace(" ", "")
    assert "socket://10.0.0.7:4001(network)" in seen
    bench.trial.take(keyed(AIM + CARD, 0.0, source=Source("/dev/hidraw0", way="hidraw")))
    assert "fits" in bench.seen(*size)
    bench.trial.key("enter")
    bench.trial.key("enter")
    (written,) = config.read(bench.path).scanners
    assert (written.kind, written.port) == ("hidraw", "/dev/hidraw0")
    bench.log.close()


def test_noise_from_a_device_server_is_set_there_and_not_here(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "floorhand.toml")
    noise = keyed("\xfe\x80\xf8\x9e" * 8, 0.0, source=Source("socket://10.0.0.7:4001", way="network"))
    bench.trial.take(noise)
    assert (bench.retuned, "speed of the device server" in bench.trial.said) == ([], True)
    bench.trial.take(sent(b"\xfe\x80\xf8\x9e" * 8))
    assert len(bench.retuned) == 1
    bench.log.close()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("socket://10.0.0.7:4001", "serial"),
        ("/dev/hidraw0", "hidraw"),
        ("/dev/input/by-id/usb-X-event-kbd", "evdev"),
        ("/dev/rfcomm0,115200,7E1", None),
    ],
)
def test_a_port_that_is_named_says_by_itself_what_it_is(text: str, kind: str | None) -> None:
    found = device_of(text)
    assert (found.kind if found else None) == kind


def test_an_address_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"such as socket://10\.0\.0\.7:4001"):
        device_of("socket://10.0.0.7")
