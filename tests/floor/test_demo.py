"""`floorhand demo --auto`, as a visitor starts it: a morning by itself on either database, or a sentence why not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orders.barcodes import Kind, encode
from terminal.demo.feed import Told
from terminal.demo.robot import Robot
from terminal.pack_wording import label_right
from terminal.workflows import acts

PATIENCE_SECONDS = 600.0


def demo(folder: Path, address: str) -> subprocess.CompletedProcess[str]:
    words = ["demo", "--auto", "--folder", str(folder), *(["--database", address] if address else [])]
    return subprocess.run(
        [sys.executable, "-m", "floorhand", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.thorough
@pytest.mark.long
def test_the_demo_does_its_morning_by_itself_and_the_books_balance(tmp_path: Path, new_address: str) -> None:
    done = demo(tmp_path / "demo", new_address)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "the books balance" in done.stdout
    assert "is not sure" not in done.stdout
    if new_address:
        again = demo(tmp_path / "again", new_address)
        assert (again.returncode, again.stderr.count("\n")) == (2, 1)
        assert "there is a store in postgresql://" in again.stderr


def test_f2_scans_the_next_tote_once_a_label_was_read_back() -> None:
    label = "095200000000000011"
    robot = Robot(badge="B", totes=("T1", "T2"), read_label=lambda parcel: parcel)
    for tote in ("T1", "T2"):
        robot.aim(Told(step="pick_drop", tote=tote, expects=("DOCK",)))
    read_back = robot.aim(Told(step="pack_label", expects=(f"]C100{label}",)))
    assert read_back is not None
    assert read_back.text == label
    after = robot.aim(Told(step="pack_tote", tone="OK", verdict=label_right("DHL")))
    assert after is not None
    assert after.text == encode(Kind.TOTE, "T2")
    # A terminal that was killed meanwhile shows no verdict: then the label is scanned once more.
    robot.aim(Told(step="pack_label", expects=(f"]C100{label}",)))
    unsure = robot.aim(Told(step="pack_tote"))
    assert unsure is not None
    assert unsure.text == label


def test_an_address_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    done = demo(tmp_path / "demo", "db.example")
    assert done.returncode == 2
    assert "--database: expected postgresql://USER@HOST/NAME, got 'db.example'" in done.stderr
    assert not (tmp_path / "demo").exists()


def test_a_worker_who_is_not_sure_of_a_label_scans_it_once_and_goes_on() -> None:
    worker = Robot(badge="BADGE", totes=(), read_label=lambda sscc: f"00{sscc}", phase=acts.PACK)
    worker.aim(Told(step="pack_label", expects=("]C100095200000000000011",), item="000011"))
    sure = worker.aim(Told(step="pack_tote"))
    assert sure is not None and sure.text == "00095200000000000011"
    after = worker.aim(Told(step="pack_tote", acts=(acts.REPRINT, acts.VOID)))
    assert after is not None and after.text == encode(Kind.COMMAND, acts.MENU)
