"""The doctor: one line a look, OK or FAIL with what to do."""

from __future__ import annotations

import http.server
import json
import os
import sys
import threading
import tty
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from scanners.port_list import SerialPort
from server_stub import founding
from server_stub.client import Address, reach
from server_stub.floor_setup import Done, OwnerSet
from server_stub.place import Place
from terminal.config import PrinterSettings
from terminal.doctor import commands as doctor
from terminal.doctor import devices
from terminal.doctor.findings import Finding
from terminal.doctor.store import clock
from terminal.enrolment import Enrolment, enrol
from terminal.journal import Journal
from tests.store_process import StoreProcess
from tests.terminal.in_a_pty import in_a_pty
from tests.zpl_sink import ZplSink

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Answering(http.server.BaseHTTPRequestHandler):
    """Just enough of a store: health for all, stations for who has the token."""

    health: Any = {"status": "ok"}

    def do_GET(self) -> None:
        is_known = self.path == "/health" or self.headers["authorization"] == "Bearer right"
        body = json.dumps(self.health if self.path == "/health" else {}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def enrolled(folder: Path, token: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "terminal.json").write_bytes(msgspec.json.encode(Enrolment(terminal="T1", token=token)))


async def findings(config: dict[str, object], path: Path) -> dict[str, Finding]:
    return {finding.what: finding async for finding in doctor.examine(config, path)}


async def test_a_device_in_order_has_nothing_to_put_right(tmp_path: Path, url: str) -> None:
    state = tmp_path / "state"
    enrolled(state, "right")
    Journal.open(state / "journal.db").close()
    master, slave = os.openpty()
    tty.setraw(slave)
    config: dict[str, object] = {
        "store": {"url": url},
        "terminal": {"journal": str(state)},
        "scanner": [{"name": "hand", "port": os.ttyname(slave)}, {"name": "ring", "kind": "wedge"}],
        "printer": [{"name": "folder", "kind": "folder", "path": str(tmp_path / "printed")}],
    }
    found = await findings(config, tmp_path / "floorhand.toml")
    os.close(master)
    os.close(slave)
    assert [what for what, each in found.items() if not each.is_ok and what != "screen"] == []
    assert {"config", "journal", "store", "clock", "token", "scanner hand", "scanner ring", "printer folder"} <= set(
        found
    )
    assert "sound" in found["journal"].said
    assert "T1" in found["token"].said


async def test_each_thing_that_fails_says_what_to_do(tmp_path: Path, url: str) -> None:
    state = tmp_path / "state"
    enrolled(state, "wrong")
    (state / "journal.db").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    (tmp_path / "file").write_text("")
    config: dict[str, object] = {
        "store": {"url": url},
        "terminal": {"journal": str(state)},
        "scanner": [{"name": "hand", "port": str(tmp_path / "ttyACM0")}],
        "printer": [
            {"name": "blocked", "kind": "folder", "path": str(tmp_path / "file"), "documents": ["label"]},
            {"name": "odd", "kind": "laser", "documents": ["slip"]},
        ],
    }
    found = await findings(config, tmp_path / "floorhand.toml")
    failed = {what: each.said for what, each in found.items() if not each.is_ok and what != "screen"}
    assert set(failed) == {"journal", "token", "scanner hand", "printer blocked", "printer odd"}
    assert "damaged" in failed["journal"]
    assert "enrol it again" in failed["token"]
    assert "plug it in" in failed["scanner hand"]
    assert "cannot be written" in failed["printer blocked"]
    assert "folder" in failed["printer odd"]


async def test_a_store_that_is_silent_or_another_is_told_apart(tmp_path: Path, url: str) -> None:
    path = tmp_path / "floorhand.toml"
    silent = await findings({"store": {"url": "http://127.0.0.1:9"}}, path)
    assert not silent["store"].is_ok and "does not answer" in silent["store"].said
    none = await findings({}, path)
    assert not none["store"].is_ok and "floorhand demo" in none["store"].said


async def test_a_site_without_a_sender_is_told_on_the_stores_machine_and_on_a_device(tmp_path: Path) -> None:
    place = Place(tmp_path / "store")
    owner = OwnerSet(id="HOME", name="Hall")
    plan = founding.Plan(founding.unnamed_site("Hall", "UTC"), (owner,), "Grace")
    founded = await founding.make(place, plan, datetime.now(UTC))
    path = tmp_path / "floorhand.toml"
    on_its_machine: dict[str, object] = {
        "store": {"folder": str(place.folder)},
        "terminal": {"journal": str(tmp_path / "state")},
    }
    command = [sys.executable, "-m", "floorhand", "store", "run", "--folder", str(place.folder)]
    store = StoreProcess(command, tmp_path / "store.log")
    store.start()
    try:
        found = await findings(on_its_machine, path)
        assert found["store"].is_ok and "token" not in found
        assert "no street, no town, no country" in found["sender"].said
        assert "no GS1 company prefix for HOME" in found["SSCCs"].said
        await enrol(store.url, founded.code, "CART-1", "", tmp_path / "device")
        on_a_device: dict[str, object] = {
            "store": {"url": store.url},
            "terminal": {"journal": str(tmp_path / "device")},
        }
        found = await findings(on_a_device, path)
        assert [found[what].is_ok for what in ("token", "sender", "SSCCs")] == [True, False, False]
        assert "`floorhand store sender`" in found["sender"].said
        sender = replace(plan.site.sender, lines=("1 Row",), postcode="CB7 4DL", city="Ely", country_code="GB")
        async with reach(Address(place)) as client:
            await client.ask("PUT", "/v1/site", Done, replace(plan.site, sender=sender))
            await client.ask("PUT", "/v1/owners", Done, replace(owner, company_prefix="952"))
        for config in (on_its_machine, on_a_device):
            found = await findings(config, path)
            assert (found["sender"].is_ok, found["SSCCs"].is_ok) == (True, True)
    finally:
        store.end()


@pytest.mark.parametrize("health", [{"status": "login"}, [1], "ok"])
async def test_a_sign_in_page_is_no_store(
    tmp_path: Path, url: str, health: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answering, "health", health)
    found = await findings({"store": {"url": url}}, tmp_path / "floorhand.toml")
    assert not found["store"].is_ok
    assert "not the order store" in found["store"].said
    assert "clock" not in found


async def test_a_wrong_config_ends_the_examination(tmp_path: Path) -> None:
    found = await findings({"stor": {}}, tmp_path / "floorhand.toml")
    assert list(found) == ["config"]
    assert "did you mean `store`?" in found["config"].said


@pytest.mark.parametrize(
    ("offset_s", "is_ok", "said"),
    [(0, True, "within 1 s"), (30, True, "within 30 s"), (61, False, "61 s ahead"), (-600, False, "600 s behind")],
)
def test_the_clock_is_held_against_the_store(offset_s: int, is_ok: bool, said: str) -> None:
    told = format_datetime(NOW - timedelta(seconds=offset_s), usegmt=True)
    found = clock(told, NOW)
    assert found.is_ok == is_ok
    assert said in found.said


async def test_ports_that_nothing_uses_are_named_and_an_absent_scanner_is_told_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, taken = tmp_path / "ttyACM1", tmp_path / "ttyUSB0"
    listed = (SerialPort(str(free), str(free), "Example Scanner"), SerialPort(str(taken), str(taken), ""))
    monkeypatch.setattr(devices, "serial_ports", lambda: listed)
    config: dict[str, object] = {"scanner": [{"name": "hand", "port": str(taken)}]}
    found = await findings(config, tmp_path / "floorhand.toml")
    assert found["port"].is_ok and "(Example Scanner) belongs to no entry" in found["port"].said
    assert not found["scanner hand"].is_ok and str(free) in found["scanner hand"].said
    monkeypatch.setattr(devices, "serial_ports", lambda: ())
    assert "none found" in (await findings(config, tmp_path / "floorhand.toml"))["port"].said


async def test_a_port_with_a_name_for_today_is_told_its_lasting_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    monkeypatch.setattr(devices, "lasting_names", lambda: {name: "/dev/serial/by-id/usb-Example-if00"})
    found = await findings({"scanner": [{"name": "hand", "port": name}]}, tmp_path / "floorhand.toml")
    os.close(master)
    os.close(slave)
    assert found["scanner hand"].is_ok
    assert "set `port` to /dev/serial/by-id/usb-Example-if00" in found["scanner hand"].said


@pytest.mark.parametrize("told", [None, "", "yesterday"])
def test_a_store_that_tells_no_time_is_no_pass(told: str | None) -> None:
    assert not clock(told, NOW).is_ok


@pytest.mark.parametrize(
    ("size", "environ", "said"),
    [
        ((80, 24), {}, "OK    screen: 80 columns, 24 rows"),
        ((18, 12), {}, "FAIL  screen: 18 columns and 12 rows"),
        ((80, 24), {"TERM": "dumb"}, "set TERM=xterm-256color"),
        ((80, 24), {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "set LANG=C.UTF-8"),
    ],
)
def test_the_screen_is_looked_at(tmp_path: Path, size: tuple[int, int], environ: dict[str, str], said: str) -> None:
    config = tmp_path / "floorhand.toml"
    config.write_text("")
    with in_a_pty(["-m", "floorhand", "--config", str(config), "doctor"], size, environ) as program:
        assert program.end() == 1
        assert " ".join(said.split()) in " ".join(program.raw.decode().split())


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("ok", "takes label"),
        ("paper-out", "Load labels, then run the doctor again"),
        ("head-open", "Close the printer's head or cover, then run the doctor again"),
        ("paused", "Press Pause on the printer"),
    ],
)
def test_a_printer_is_asked_how_it_is_and_says_what_to_do(mode: str, says: str) -> None:
    sink = ZplSink(mode)
    device = {"kind": "zpl", "host": "127.0.0.1", "port": sink.port}
    try:
        found = devices.printer(PrinterSettings("zebra", device, ("label",)))
    finally:
        sink.switch_off()
    assert (found.is_ok, says in found.said) == (mode == "ok", True), found
    assert (sink.printed, sink.memory) == ([], [])
