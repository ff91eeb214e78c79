"""The rolling log of raw reads: whole, bounded, and without a badge's secret."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from scanners.parse import parse
from scanners.profile import ScannerProfile
from scanners.scan import LossReason, ScannerFound, ScannerLost
from terminal import raw_log
from terminal.raw_log import LoggedHub, RawLog

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)
PISTOL = ScannerProfile("pistol", port="/dev/ttyACM0")


def a_log(tmp_path: Path, limit_bytes: int = 100_000) -> RawLog:
    return RawLog(tmp_path / "state" / raw_log.FILE, limit_bytes=limit_bytes, clock=lambda: NOON)


def kept(tmp_path: Path) -> list[str]:
    return list(raw_log.lines(tmp_path / "state" / raw_log.FILE))


async def test_every_read_is_noted_with_its_signs_its_time_and_what_it_was_taken_for(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    hub = LoggedHub((PISTOL,), log)
    items = (
        ScannerFound("pistol"),
        parse("]C10112345678901231\x1d", PISTOL, "pistol", 1.0),
        parse(b"\xe95", PISTOL, "pistol", 2.0),
        ScannerLost("pistol", LossReason.UNPLUGGED, "gone"),
    )
    for item in items:
        hub.put(item)
    assert [await anext(hub) for _ in items] == list(items)
    log.close()
    found, scan, strange, lost = (line.split("\t") for line in kept(tmp_path))
    assert found == ["2026-03-02T12:00:00.250Z", "pistol", "", "", "found"]
    assert scan[2].startswith("5d 43 31 30 31 31 32") and scan[3] == "]C10112345678901231<1D>"
    assert scan[4] == "gs1-128 gtin (01)"
    assert (strange[2], strange[4]) == ("e9 35", "refused: not-ascii")
    assert lost[4] == "unplugged"


@pytest.mark.parametrize("raw", ["FHB-ANN-4711X", "]C0FHB-ANN-4711X\r", "!fhb-ann-4711x", "FHBßANN-4711X"])
def test_a_badge_never_stands_in_it(tmp_path: Path, raw: str) -> None:
    log = a_log(tmp_path)
    log.note("pistol", raw, "unknown")
    log.close()
    (line,) = kept(tmp_path)
    assert "4711" not in line and "ANN" not in line.upper()
    assert b"4711".hex(" ") not in line
    assert "FHB" in line.upper()


def test_it_never_grows_beyond_its_bound_and_keeps_the_newest(tmp_path: Path) -> None:
    log = a_log(tmp_path, limit_bytes=2000)
    for number in range(500):
        log.note("pistol", f"SCAN{number:05d}", "unknown")
    log.close()
    path = tmp_path / "state" / raw_log.FILE
    assert path.stat().st_size <= 2000 and raw_log.older(path).stat().st_size <= 2000
    numbers = [int(line.split("SCAN")[1][:5]) for line in kept(tmp_path)]
    assert numbers == list(range(numbers[0], 500)) and len(numbers) > 20
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_scanners_at_once_lose_no_line(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    threads = [
        Thread(target=lambda name=name: [log.note(name, f"{n}", "unknown") for n in range(100)]) for name in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert len(kept(tmp_path)) == 400


def test_a_disk_that_takes_nothing_stops_no_scan(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    log = a_log(tmp_path)
    log.note("pistol", "ABC", "unknown")
    log.close()
    log.close()


def test_a_line_holds_no_break_and_no_endless_text(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.note("pis\ttol", "A\tB\nC" + "x" * 5000, "unknown")
    log.close()
    (line,) = kept(tmp_path)
    assert len(line.split("\t")) == 5 and len(line) < 1000
