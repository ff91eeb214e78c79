"""`floorhand printers` and `floorhand print`, run as a person runs them."""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import msgspec
import pytest
import zxingcpp
from PIL import Image
from zeroconf import DNSOutgoing, ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf
from zeroconf.const import _FLAGS_AA, _FLAGS_QR_RESPONSE

import floorhand
from printing.documents import Media, ShelfLabel
from printing.raster import rasterised
from printing.spool import PrintJob, job_id
from printing.ways import discovery
from printing.ways.discovery import AddressError, announced, device_at, found_as, heard_on, named
from terminal.floor import Floor
from terminal.journal import Journal
from terminal.workflows.resolve import resolve_entry
from terminal.workflows.steps import AStation
from tests.print_servers import Cups, missing
from tests.zpl_sink import ZplSink

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "floorhand.toml"
    path.write_text(f'[terminal]\njournal = "{tmp_path / "state"}"')
    return path


@pytest.fixture
def run(config: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        code = floorhand.main(["--config", str(config), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def sink() -> Iterator[ZplSink]:
    sink = ZplSink()
    yield sink
    sink.switch_off()


def test_a_printer_is_added_looked_at_and_tried(run: Run, config: Path, sink: ZplSink) -> None:
    assert "No printer is configured" in run("printers")[1]
    address = f"socket://127.0.0.1:{sink.port}"
    code, said, _ = run("printers", "add", "bench", address, "--document", "label", "--station", "BENCH-1")
    assert code == 0 and "floorhand printers test bench" in said
    assert tomllib.loads(config.read_text())["printer"] == [
        {
            "name": "bench", "kind": "zpl", "host": "127.0.0.1", "port": sink.port,
            "documents": ["label"], "stations": ["BENCH-1"],
        }
    ]  # fmt: skip
    assert run("printers") == (0, f"READY  bench: 127.0.0.1:{sink.port}; takes label at BENCH-1\n", "")
    sink.mode = "head-open"
    code, said, _ = run("printers")
    assert code == 1 and said.startswith("HELD   bench: Close the printer's head or cover")
    code, said, _ = run("printers", "test", "bench")
    assert code == 1 and "HELD by bench: Close the printer's head" in said
    sink.mode = "ok"
    code, said, _ = run("printers", "test", "bench")
    assert code == 0 and said.startswith("PRINTED by bench") and "it says TEST-PAGE" in said
    assert len(sink.printed) == 1


@pytest.mark.parametrize("media", ["4x6in", "a4", "100x50mm"])
def test_a_test_page_fits_whatever_paper_is_in_the_printer(run: Run, tmp_path: Path, media: str) -> None:
    (tmp_path / "out").mkdir()
    assert run("printers", "add", "folder", str(tmp_path / "out"), "--media", media)[0] == 0
    assert run("printers", "test", "folder")[0] == 0
    assert len(list((tmp_path / "out").glob("test_folder_*.pdf"))) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "x", "10.0.0.9"), "expected an address such as ipp://10.0.0.9/ipp/print"),
        (("add", "x", "ipp://[::1"), "expected an address such as"),
        (("add", "x", "/srv/x", "--document", "poster"), "documents"),
        (("add", "x", "/srv/x", "--media", "poster"), "expected one of"),
        (("add", "x", "/srv/x", "--dpi", "72"), "expected 203, 300 or 600, got 72"),
        (("add", "x", "/srv/x", "--language", "zpl"), "`language`: not a key of a folder printer"),
        (("add", " ", "/srv/x"), "expected a name"),
        (("test", "nobody"), "no printer is named 'nobody' in the config (there is: none)"),
    ],
)
def test_a_wrong_call_says_what_was_expected_and_writes_nothing(run: Run, config: Path, words, says: str) -> None:
    before = config.read_text()
    code, said, error = run("printers", *words)
    assert (code, said) == (2, "")
    assert says in error and "Traceback" not in error
    assert config.read_text() == before


def test_a_folder_that_is_added_is_there_and_ready(run: Run, tmp_path: Path) -> None:
    assert run("printers", "add", "pdf", str(tmp_path / "new" / "printed"))[0] == 0
    code, said, _ = run("printers")
    assert (code, "READY" in said) == (0, True), said


def test_two_printers_of_one_document_at_one_station_are_refused(run: Run) -> None:
    assert run("printers", "add", "a", "/srv/a", "--document", "label", "--station", "BENCH-1")[0] == 0
    assert run("printers", "add", "b", "/srv/b", "--document", "label", "--station", "BENCH-2")[0] == 0
    assert run("printers", "add", "c", "/srv/c", "--document", "label")[0] == 0
    code, _, error = run("printers", "add", "d", "/srv/d", "--document", "label", "--station", "BENCH-2")
    assert code == 2 and "label goes to `b` already" in error


@pytest.mark.parametrize(
    ("address", "device"),
    [
        ("ipps://printer.local/ipp/print", {"kind": "ipp", "url": "ipps://printer.local/ipp/print"}),
        ("socket://10.0.0.9", {"kind": "zpl", "host": "10.0.0.9"}),
        ("socket://10.0.0.9:6101", {"kind": "zpl", "host": "10.0.0.9", "port": 6101}),
        ("cups:zebra", {"kind": "cups", "queue": "zebra"}),
        ("cups://spool:631/zebra", {"kind": "cups", "queue": "zebra", "server": "spool:631"}),
        ("~/labels", {"kind": "folder", "path": "~/labels"}),
        ("file:///srv/labels", {"kind": "folder", "path": "/srv/labels"}),
    ],
)
def test_an_address_says_which_way_to_paper(address: str, device: dict[str, object]) -> None:
    assert device_at(address) == device
    with pytest.raises(AddressError):
        device_at(f"gopher:{address}")


DOCK = ServiceInfo(
    "_ipp._tcp.local.",
    "Dock Label Printer._ipp._tcp.local.",
    addresses=[b"\x7f\x00\x00\x01"],
    port=8631,
    properties={"rp": "ipp/print"},
    server="dock.local.",
)
DOCK_PEER = ("192.0.2.9", 5353)


def test_a_printer_that_announces_itself_is_heard_once() -> None:
    heard = Event()

    class Heard(ServiceListener):
        def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
            heard.set()

        update_service = remove_service = add_service

    def until_the_announcement_came_in() -> None:
        assert network.loop is not None
        # As the port hands it in; whether multicast comes back to this machine is its network's business.
        network.loop.call_soon_threadsafe(network.engine.protocols[0].datagram_received, _announcement(), DOCK_PEER)
        behind = ServiceBrowser(network, DOCK.type, Heard())
        assert heard.wait(60)
        behind.cancel()

    with Zeroconf(interfaces=[]) as network:
        assert heard_on(network, until_the_announcement_came_in) == [found_as(DOCK.type, DOCK.name, DOCK)]


def _announcement() -> bytes:
    """What that printer sends when it is switched on (RFC 6762, 8.3)."""
    said = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
    for record in (DOCK.dns_pointer(), DOCK.dns_service(), DOCK.dns_text(), *DOCK.dns_addresses()):
        said.add_answer_at_time(record, 0)
    (packet,) = said.packets()
    return packet


def test_on_a_machine_without_a_network_nothing_is_heard_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def on_no_network(*given: object, **named: object) -> Zeroconf:
        raise OSError(errno.ENODEV, "No such device")

    monkeypatch.setattr("zeroconf.Zeroconf", on_no_network)
    assert announced(0.0) == []


@pytest.mark.parametrize(
    ("kind", "told", "address", "device"),
    [
        ("_ipp", {"rp": "ipp/print"}, b"\x0a\0\0\x09", {"kind": "ipp", "url": "ipp://10.0.0.9:631/ipp/print"}),
        (
            "_ipps",
            {"rp": "/printers/dock"},
            b"\x0a\0\0\x09",
            {"kind": "ipp", "url": "ipps://10.0.0.9:631/printers/dock"},
        ),
        ("_ipp", {}, b"\xfd" + b"\0" * 14 + b"\x09", {"kind": "ipp", "url": "ipp://[fd00::9]:631/ipp/print"}),
        ("_pdl-datastream", {}, b"\x0a\0\0\x09", {"kind": "zpl", "host": "10.0.0.9", "port": 631}),
    ],
)
def test_an_announcement_says_which_way_to_paper(
    kind: str, told: dict[str, str], address: bytes, device: dict[str, object]
) -> None:
    of = f"{kind}._tcp.local."
    info = ServiceInfo(of, f"Dock 2 (Zebra).{of}", addresses=[address], port=631, properties=told)
    found = found_as(of, info.name, info)
    assert found is not None
    assert (found.name, found.said, found.device) == ("dock-2-zebra", "Dock 2 (Zebra)", device)
    assert found_as(of, info.name, ServiceInfo(of, info.name, port=631)) is None, "nobody to call"


def test_without_zeroconf_only_cups_is_asked_and_it_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "announced", lambda: None)
    monkeypatch.setattr(discovery, "cups_queues", list)
    code, said, error = run("printers", "find")
    assert code == 1 and "Nobody announced a printer" in said and "floorhand[discovery]" in error


def test_the_queues_of_a_cups_are_found_by_name(tmp_path: Path) -> None:
    if reason := missing("cupsd", "lpadmin"):
        pytest.skip(reason)
    cups = Cups(tmp_path / "cups").start()
    try:
        cups.raw_queue("zebra", 9)
        (found,) = discovery.cups_queues(cups.server)
        assert found.device == {"kind": "cups", "queue": "zebra", "server": cups.server}
        assert "socket://127.0.0.1:9" in found.said
    finally:
        cups.kill()
    assert discovery.cups_queues(cups.server) == []


def test_names_for_a_config_are_short_and_plain() -> None:
    assert named("HP LaserJet (2nd floor)") == "hp-laserjet-2nd-floor"
    assert named("打印机") == "printer"


# floorhand print


SHELF = ShelfLabel(location="A-01-02", walk_zone="A", barcode="FHL-A-01-02X")


@pytest.fixture
def journal(config: Path, tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "state").mkdir()
    opened = Journal.open(tmp_path / "state" / "journal.db")
    id = job_id("395200000000000012", SHELF)
    opened.append([], [PrintJob(id=id, document=SHELF, media=Media.A4, printer="x")])
    yield tmp_path
    opened.close()


@pytest.mark.parametrize("source", ["395200000000000012", "A-01-02", "395200000000000012-shelf-1"])
def test_a_job_of_a_running_terminal_is_looked_at_and_never_printed_from_here(
    run: Run, journal: Path, source: str
) -> None:
    assert run("print")[1].startswith("waiting   395200000000000012-shelf-1  x")
    code, said, _ = run("print", source, "--preview", str(journal / "seen.png"))
    assert code == 0 and "nothing was printed" in said
    with Image.open(journal / "seen.png") as page:
        assert page.size[0] > 1000
    code, _, error = run("print", source, "--printer", "x")
    assert code == 2 and "printed again at the bench" in error


def test_a_document_of_ones_own_is_previewed_and_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shelf.json").write_bytes(msgspec.json.encode(SHELF))
    (tmp_path / "out").mkdir()
    source = str(tmp_path / "shelf.json")
    for suffix, begins in ((".pdf", b"%PDF"), (".png", b"\x89PNG"), (".zpl", b"^XA")):
        path = tmp_path / f"page{suffix}"
        assert run("print", source, "--preview", str(path), "--media", "100x50mm")[0] == 0
        assert path.read_bytes().startswith(begins)
    sketch = run("print", source, "--media", "100x50mm")[1]
    assert "█" in sketch and max(len(row) for row in sketch.splitlines()) < 200
    run("printers", "add", "folder", str(tmp_path / "out"), "--media", "100x50mm")
    assert run("print", source, "--printer", "folder")[0] == 0
    assert len(list((tmp_path / "out").iterdir())) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nothing",), "cannot be read (unable to open database file)"),
        (("gone.json",), "gone.json cannot be read (No such file or directory)"),
        (("--specimen", "label", "--preview", "page.docx"), "expected a file that ends in .pdf, .png or .zpl"),
        (("--specimen", "label", "--printer", "nobody"), "no printer is named 'nobody'"),
    ],
)
def test_a_wrong_print_says_what_was_expected(run: Run, words, says: str) -> None:
    code, _, error = run("print", *words)
    assert code == 2 and says in error and "Traceback" not in error


def test_a_file_that_is_no_document_says_what_one_looks_like(run: Run, tmp_path: Path) -> None:
    for body in (b"[]", b"{", b'{"type":"poster"}', b"\xff\xfe", b'{"type":"shelf_label"}'):
        (tmp_path / "x.json").write_bytes(body)
        code, _, error = run("print", str(tmp_path / "x.json"), "--preview", "x.pdf")
        assert code == 2 and "is not a document" in error


def test_every_station_gets_a_barcode_that_a_scan_understands(run: Run, tmp_path: Path) -> None:
    code, _, error = run("printers", "stations", str(tmp_path / "none.pdf"))
    assert code == 2 and "no printer names a station" in error
    for name, station in (("a", "BENCH-1"), ("b", "DOCK-2")):
        assert run("printers", "add", name, f"/srv/{name}", "--document", "label", "--station", station)[0] == 0
    place = tmp_path / "stations.pdf"
    code, said, _ = run("printers", "stations", str(place))
    assert code == 0 and "BENCH-1, DOCK-2" in said
    (page,) = rasterised(place.read_bytes(), 300)
    image = Image.frombytes("1", (page.row_bytes * 8, page.height), page.bits, "raw", "1;I")
    codes = {found.text for found in zxingcpp.read_barcodes(image.convert("L"))}
    assert {resolve_entry(text, Floor()) for text in codes} == {AStation("BENCH-1"), AStation("DOCK-2")}
    assert "no paper 'a9'" in run("printers", "stations", str(place), "--media", "a9")[2]
    assert "cannot be written" in run("printers", "stations", str(tmp_path))[2]
