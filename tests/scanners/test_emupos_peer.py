"""A third party's simulator (emupos) plays the serial scanner and the Toledo 8217 scale of a bench.

It needs Python 3.13 and an environment of its own, which this makes; nothing of it is in ours.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Thread

import httpx
import pytest

from scanners.profile import ScannerProfile
from scanners.scale import Condition, Reading, Unit
from scanners.scale_port import ScalePort
from scanners.scale_profile import ScaleProfile
from scanners.scan import ScannerFound
from scanners.serial_scanner import SerialScanner
from tests.ports import free_port
from tests.test_interpreters import interpreter

PACKAGE = "emupos==0.4.0"
PATIENCE_SECONDS = 20
CONFIG = """
schema: 1
api: {{ host: 127.0.0.1, port: {port} }}
devices:
  - {{ id: scale, type: scale, profile: toledo8217-15kg, connections: [{{ serial: {{ pty: true }} }}] }}
  - {{ id: lane, type: scanner, mode: serial, connections: [{{ serial: {{ pty: true }} }}] }}
"""

pytestmark = pytest.mark.long


class Peer:
    """The running simulator: where its devices are, and hands to work them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.scale, self.lane = str(folder / "emupos" / "scale"), str(folder / "emupos" / "lane")
        self.hands = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/devices", trust_env=False)

    def scan(self, data: str) -> None:
        answer = self.hands.post("/lane/scans", json={"data": data, "countdown_seconds": 0})
        while answer.status_code == 409:  # it is still writing down that the one before was delivered
            answer = self.hands.post("/lane/scans", json={"data": data, "countdown_seconds": 0})
        assert answer.status_code == 202, answer.text

    def lay(self, grams: int, *, stable: bool = True) -> None:
        answer = self.hands.put("/scale/weight", json={"grams": grams, "stable": stable})
        assert answer.status_code == 204, answer.text


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    python = interpreter("3.13")
    if python is None:
        pytest.skip("Python 3.13 is not installed on this machine")
    folder = tmp_path_factory.mktemp("peer")
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
    programs = folder / "venv" / "bin"
    subprocess.run([programs / "python", "-m", "pip", "install", "-q", PACKAGE], check=True)
    port = free_port()
    config = folder / "emupos.yaml"
    config.write_text(CONFIG.format(port=port))
    program = subprocess.Popen(
        [programs / "emupos", "run", "--config", config],
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert program.stdout is not None
    said = ""
    for line in program.stdout:
        said += line
        if "Showing events" in line:
            break
    else:
        pytest.fail(f"the simulator did not start: {said}")
    listener = Thread(target=program.stdout.read)  # it stands still once nobody reads what it prints
    listener.start()
    running = Peer(folder, port)
    yield running
    running.hands.close()
    program.send_signal(signal.SIGINT)
    program.wait(timeout=PATIENCE_SECONDS)
    listener.join()
    program.stdout.close()


def test_its_scanner_is_read_to_the_last_scan(peer: Peer) -> None:
    said: queue.Queue = queue.Queue()
    scanner = SerialScanner(ScannerProfile("lane", port=peer.lane), said.put)
    scanner.start()
    try:
        assert said.get(timeout=PATIENCE_SECONDS) == ScannerFound("lane")
        peer.scan("]C1010950600013435210ABC\x1d21X9")
        scan = said.get(timeout=PATIENCE_SECONDS)
        assert (scan.gtin, scan.lot, scan.serial) == ("09506000134352", "ABC", "X9")
        for number in range(200):
            peer.scan(f"]C0ORD-{number:06d}")
            assert said.get(timeout=PATIENCE_SECONDS).text == f"ORD-{number:06d}"
    finally:
        scanner.stop()


class Scale:
    """Our side of the simulated scale."""

    def __init__(self, port: str) -> None:
        self.said: queue.Queue = queue.Queue()
        # A pty has 8 bits and no parity, whatever the scale behind it has.
        profile = ScaleProfile(
            "toledo8217", port, bytesize=8, parity="N", unit=Unit.KILOGRAM, division=Decimal("0.005")
        )
        self.port = ScalePort(profile, self.said.put)

    def until(self, *, settled: bool = False, condition: Condition | None = None) -> Reading:
        while True:
            reading = self.said.get(timeout=PATIENCE_SECONDS)
            if reading.is_settled if settled else reading.condition is condition:
                return reading


@pytest.fixture
def scale(peer: Peer) -> Iterator[Scale]:
    peer.lay(0)
    scale = Scale(peer.scale)
    scale.port.start()
    assert scale.said.get(timeout=PATIENCE_SECONDS) == ScannerFound("scale")
    yield scale
    scale.port.stop()


def test_no_weight_of_its_scale_is_believed_while_it_moves(peer: Peer, scale: Scale) -> None:
    for grams in (900, 1250, 5, 14_995, 15_000, 7_505, 2_000, 335):
        # What stood before is gone by the time of the next question: everything read from now on is of this parcel.
        peer.lay(0)
        scale.until(condition=Condition.ZERO)
        peer.lay(grams // 2 + 5, stable=False)
        scale.until(condition=Condition.MOTION)
        peer.lay(grams, stable=False)
        settled = scale.until(settled=True)
        assert settled.weight is not None
        assert (settled.weight.weight_grams, settled.weight.is_net) == (grams, False)
        scale.port.use(settled.weight)


@pytest.mark.parametrize(("grams", "condition"), [(15_001, Condition.OVER), (-100, Condition.UNDER)])
def test_its_overload_and_underload_are_told_apart(peer: Peer, scale: Scale, grams: int, condition: Condition) -> None:
    peer.lay(grams)
    assert scale.until(condition=condition).weight is None


def test_a_tare_on_its_pan_leaves_the_net_weight(peer: Peer, scale: Scale) -> None:
    peer.lay(500)
    scale.until(settled=True)
    assert peer.hands.post("/scale/tare").status_code == 204
    peer.lay(1250)
    weight = scale.until(settled=True).weight
    assert weight is not None
    assert (weight.weight_grams, weight.is_net) == (750, True)
    assert peer.hands.post("/scale/zero").status_code == 204
