"""The support archive: enough to help with, and nothing that opens a door or names a person."""

from __future__ import annotations

import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from floorhand import main
from orders.events import ScanRefused
from terminal.crash import Reports
from terminal.doctor import bundle
from terminal.raw_log import FILE, RawLog
from tests.floors import ADDRESS, BADGE, OWNER, PRODUCTS, SITE, WORKER, small_order
from tests.terminal.offline_device import once_online
from tests.terminal.scanner_reads import WHOLE

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TOKEN, PASSWORD, STREET, COMMENT, LOT, PIN = (
    "TOKEN-SECRET", "hunter2", "Rose Lane", "Ann of the office", "QX7-SECRET-LOT", "471188",
)  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A device that has worked: enrolled, with a journal, a crash behind it, a log and secrets in its config."""
    state = tmp_path / "state"
    journal = once_online(state, (SITE, OWNER, ADDRESS, WORKER, *PRODUCTS, *small_order()), TOKEN)
    refused = ScanRefused(worker=WORKER.id, step="pick_item", reason="wrong_item", raw=LOT)
    journal.append([(NOON, WORKER.id, refused), (NOON, WORKER.id, refused)])
    journal.close()
    Reports(state / "reports", lambda: NOON).write(ValueError(STREET), "pick_item")
    log = RawLog(state / FILE, clock=lambda: NOON)
    for raw in (BADGE, f"]d2010950600013435210{LOT}", f"[)>\x1e01 12 {STREET}", PIN, f"{WHOLE}\r"):
        log.note("hand", raw, "unknown")
    log.close()
    config = tmp_path / "floorhand.toml"
    config.write_text(
        f'[store]\nurl = "http://sam:{PASSWORD}@127.0.0.1:9/"\ntoken = "{TOKEN}"  # {COMMENT}\n'
        f'[terminal]\njournal = "{state}"\nname = "CART-3"\n'
        f'[[printer]]\nname = "bench"\nkind = "folder"\npath = "{tmp_path / "out"}"\npassword = "{PASSWORD}"\n'
    )
    return config


def everything(archive: Path) -> dict[str, str]:
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_no_token_pin_badge_name_or_address_is_in_it(
    machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "support.zip"
    assert main(["--config", str(machine), "doctor", "--bundle", str(to)]) == 1
    assert str(to) in capsys.readouterr().out
    parts = everything(to)
    whole = "\n".join([*parts, *parts.values()])
    people = (WORKER.name, ADDRESS.name, *ADDRESS.lines, ADDRESS.postcode, SITE.sender.name, *SITE.sender.lines)
    for secret in (TOKEN, PASSWORD, STREET, COMMENT, LOT, PIN, BADGE, BADGE[4:-1], *people):
        assert secret and secret not in whole, secret
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


def test_what_helps_is_in_it(machine: Path, tmp_path: Path) -> None:
    to = tmp_path / "support.zip"
    main(["--config", str(machine), "doctor", "--bundle", str(to)])
    parts = everything(to)
    assert "FAIL  store: http://127.0.0.1:9/ does not answer" in parts["findings.txt"]
    assert "textual 8.2.8" in parts["versions.txt"] and "TERM=" in parts["versions.txt"]
    assert 'name = "CART-3"' in parts["config.toml"] and f'token = "{bundle.REMOVED}"' in parts["config.toml"]
    counts = set(parts["journal.txt"].splitlines())
    assert {"event unsent 2", "event ScanRefused 2", "refused at pick_item: wrong_item 2", "record worker 1"} <= counts
    assert "AA9-AAAAAA-AAA" in parts["scanner.log"]
    assert WHOLE[3:20] in parts["scanner.log"]
    (report,) = [text for name, text in parts.items() if name.startswith("reports/")]
    assert "builtins.ValueError" in report
    assert "ports.txt" in parts and "READ-ME.txt" in parts


def test_a_machine_on_which_nothing_works_still_makes_one(tmp_path: Path) -> None:
    config = tmp_path / "floorhand.toml"
    config.write_text(f'[terminal]\njournal = "{tmp_path}"\n[stor]\nurl = "x"\n')
    to = tmp_path / "support.zip"
    assert main(["--config", str(config), "doctor", "--bundle", str(to)]) == 1
    assert "did you mean `store`?" in everything(to)["findings.txt"]
    config.write_text(f'[terminal]\njournal = "{tmp_path}"\n')
    (tmp_path / "journal.db").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    to.unlink()
    assert main(["--config", str(config), "doctor", "--bundle", str(to)]) == 1
    assert "could not be read" in everything(to)["journal.txt"]


def test_an_archive_that_is_there_is_never_overwritten(
    machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "support.zip"
    to.write_text("mine")
    assert main(["--config", str(machine), "doctor", "--bundle", str(to)]) == 2
    assert "there already" in capsys.readouterr().err and to.read_text() == "mine"
    assert main(["--config", str(machine), "doctor", "--bundle", str(to / "x.zip")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_key_that_nobody_knows_yet_loses_its_text_and_keeps_its_number() -> None:
    config: dict[str, object] = {
        "mail": {"password": "hunter2", "port": 25, "host": "mx"},
        "labels": {"media": "a4", "sender": {"name": "Ann", "street": ["Rose Lane 1"]}},
        "scanner": [{"name": "hand", "port": "/dev/ttyACM0", "secret": "x", "aim": True}],
    }
    assert bundle.without_secrets(config) == {
        "mail": {"password": bundle.REMOVED, "port": 25, "host": bundle.REMOVED},
        "labels": {"media": "a4", "sender": {"name": bundle.REMOVED, "street": [bundle.REMOVED]}},
        "scanner": [{"name": "hand", "port": "/dev/ttyACM0", "secret": bundle.REMOVED, "aim": True}],
    }
