"""A store that is down, slow, newer or talks nonsense; a token that was revoked; two of what there may be one of.

Each row is the real terminal in the middle of a walk. It says on its banner what is wrong, the walk goes on to its
green, and once all is well again the store holds every scan exactly once.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.floor.street import (
    Fate,
    Street,
    always,
    changed,
    cut_off,
    half_json,
    nobody,
    only,
    reply,
    stalled,
)
from tests.floor.warehouse import Warehouse, wait_for
from tests.floor.workplace import MUG, MUG_SHELF, Hall, Workplace, hall, running, shelf

# As many terminals at once as two cores can carry; most of the time they wait.
AT_ONCE = 4


@dataclass(frozen=True)
class Seen:
    """What was on the glass, and what became of it."""

    glass: str
    exit_code: int
    has_all: bool
    is_picked: bool
    wrote: bytes = b""


@dataclass(frozen=True)
class Row:
    """What a request meets, and what the operator is told."""

    fate: Fate
    badge: str
    says: str


OTHERS = "is not the order store"
WIFI = "check the address in the config, and whether the Wi-Fi asks for a sign-in"
ROWS = {
    "slow": Row(stalled, "OFFLINE", "does not answer in time: work goes on offline"),
    "down": Row(nobody, "OFFLINE", "cannot be reached: work goes on offline"),
    "newer": Row(
        only("/v1/hello", changed(wire_version=9, program_version="9.9")),
        "UPDATE",
        "The store is newer (9.9) than this terminal",
    ),
    "in trouble": Row(always(reply(502, b"<html>Bad gateway")), "OFFLINE", "has trouble of its own"),
    "cut off": Row(cut_off, "OFFLINE", "cannot be reached"),
    "a sign-in page": Row(always(reply(200, b"<!DOCTYPE html>")), "TROUBLE", WIFI),
    "sent elsewhere": Row(
        always(reply(302, b"", "location: /login")), "TROUBLE", f"{OTHERS} (it sent HTTP status 302)"
    ),
    "a proxy that asks for a name": Row(
        always(reply(401, b"<html>Sign in", 'www-authenticate: Basic realm="proxy"')),
        "TROUBLE",
        f"{OTHERS} (it sent HTTP status 401)",
    ),
    "another server": Row(always(reply(404, b"no such page")), "TROUBLE", f"{OTHERS} (it sent HTTP status 404)"),
    "half JSON": Row(half_json, "TROUBLE", f"{OTHERS} (it sent something that is not JSON)"),
    "no UTF-8": Row(always(reply(200, b'{"epoch":"\xff"}')), "TROUBLE", f"{OTHERS} (it sent something that is not"),
    "garbled": Row(always(reply(200, b"xx", "content-encoding: gzip")), "TROUBLE", f"{OTHERS} (it sent a garbled"),
    "without end": Row(
        always(reply(200, bytes(2**26))), "TROUBLE", f"{OTHERS} (it sent an answer of more than 32 MiB)"
    ),
    "an array": Row(always(reply(200, b"[]")), "TROUBLE", "answers wrongly (Expected `object`, got `array`)"),
    "wrong types": Row(changed(expected="seven"), "TROUBLE", "answers wrongly (Expected `int`, got `str`"),
    "numbers without end": Row(changed(expected=10**30), "TROUBLE", "answers wrongly (Expected `int` <="),
    "depth without end": Row(always(reply(200, b"[" * 200_000)), "TROUBLE", "answers wrongly"),
}


PICKED = "OK Picked 1 x LAMP"
OUT = "This device is out: it takes no scan."


def walk_through(floor: Hall, row: Row) -> Seen:
    """One walk with that in its way from the first pick on, until the second."""
    with Street(floor.store.port) as street, floor.workplace(street.url) as place:
        place.begin_walk()
        street.meet(row.fate)
        place.take_the_lamp()
        place.sees(row.badge, row.says, PICKED)
        glass = place.glass
        street.clear()
        place.sees("ONLINE")
        place.end_walk()
        return ended(floor, place, glass)


def ended(floor: Hall, place: Workplace, glass: str) -> Seen:
    """Whether all is in the books, and how the terminal ends when it is told to."""
    wait_for(lambda: floor.has_all_of(place.device), "every scan is at the store")
    wait_for(lambda: floor.is_picked(place), "both pieces lie in the tote")
    place.program.process.terminate()
    code = place.program.end()
    return Seen(glass, code, floor.has_all_of(place.device), floor.is_picked(place), place.program.raw)


def revoked_in_mid_shift(floor: Hall) -> Seen:
    """The supervisor takes the token away, the device stops until it has joined anew, and what it had goes up then.

    In a hall of its own: a task of a device that is out may be taken over by anybody.
    """
    folder = floor.stage.folder.with_name("revoked")
    with (
        hall(floor.warehouse, folder) as floor,
        Street(floor.store.port) as street,
        floor.workplace(street.url) as place,
    ):
        place.begin_walk()
        street.meet(nobody)
        place.take_the_lamp()
        name = json.loads((place.device.state / "terminal.json").read_text())["terminal"]
        assert "is out" in place.device.run("store", "revoke", name)
        street.clear()
        place.sees("SIGN IN", OUT)
        place.without(PICKED)  # the banner may be painted before the verdict goes
        glass, kept = place.glass, place.device.journaled().unsent
        place.scan(shelf("Z-02-1"))
        place.program.write(b"\x1b1\r")
        place.without("1_")
        place.sees(OUT)
        assert "Scan the item" not in place.glass
        place.program.process.terminate()
        assert place.program.end() == 0
        assert place.device.journaled().unsent == kept >= 1, "the pick is kept, and what was refused is no fact"
        place.device.configure("http://127.0.0.1:9", str(place.port.link))
        with running(place.device) as place.program:  # out of the store's reach it is out of work as well
            place.sees("OFFLINE", OUT)
            place.scan(place.badge)
            place.program.write(b"\x1b")
            place.sees(OUT)
        place.device.configure(floor.store.url, str(place.port.link))
        code = place.device.run("store", "add-terminal").split()[-1]
        place.device.run("terminal", "--enrol", code, "--name", name)
        with running(place.device) as place.program:
            place.sees("Scan your badge", "ONLINE")
            place.scan(place.badge)
            place.sees("Scan shelf", MUG_SHELF)
            place.scan(shelf(MUG_SHELF))
            place.sees("Scan the item", "MUG", "ONLINE")
            place.scan(MUG)
            place.sees("drop")
            place.scan(shelf("DROP-1"))
            place.sees("Done")
            return ended(floor, place, glass)


def two_on_one_journal(floor: Hall) -> Seen:
    """A second terminal is started on the same device."""
    with floor.workplace() as place:
        place.begin_walk()
        with running(place.device, (300, 24)) as second:
            assert second.end() == 2
            glass = " ".join(second.screen.split())
            assert b"Traceback" not in second.raw
        place.take_the_lamp()
        place.end_walk()
        return ended(floor, place, glass)


STORIES: dict[str, Callable[[Hall], Seen]] = {
    **{name: lambda floor, row=row: walk_through(floor, row) for name, row in ROWS.items()},  # type: ignore[misc]
    "revoked": revoked_in_mid_shift,
    "two terminals": two_on_one_journal,
}


@pytest.fixture(scope="module")
def floor(shop: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(shop, tmp_path_factory.mktemp("store") / "hall") as opened:
        yield opened


@pytest.fixture(scope="module")
def stories(floor: Hall) -> Iterator[dict[str, Future[Seen]]]:
    """All of them, a few at a time, each at a device of its own."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(story, floor) for name, story in STORIES.items()}


@pytest.mark.parametrize("name", ROWS)
def test_a_store_that_does_not_answer_rightly_is_on_the_banner_and_costs_no_scan(
    stories: dict[str, Future[Seen]], name: str
) -> None:
    seen = stories[name].result()
    assert ROWS[name].badge in seen.glass.split()
    assert PICKED in seen.glass
    assert (seen.has_all, seen.is_picked) == (True, True)
    assert seen.exit_code == 0
    assert b"Traceback" not in seen.wrote


def test_a_device_revoked_in_mid_shift_takes_no_scan_and_every_pick_arrives_after_it_joined_anew(
    stories: dict[str, Future[Seen]],
) -> None:
    seen = stories["revoked"].result()
    assert f"{OUT} Its scans are kept: a supervisor has to enrol it again" in seen.glass
    assert PICKED not in seen.glass
    assert (seen.has_all, seen.is_picked) == (True, True)
    assert seen.exit_code == 0


def test_a_second_terminal_on_one_journal_is_one_sentence_and_the_first_goes_on(
    stories: dict[str, Future[Seen]],
) -> None:
    seen = stories["two terminals"].result()
    assert "floorhand: Another terminal (process" in seen.glass
    assert "close it first" in seen.glass
    assert (seen.has_all, seen.is_picked) == (True, True)
    assert seen.exit_code == 0


def run_store(floor: Hall, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        floor.stage.command("store", "run", "--port", "0", *words),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.embedded
def test_a_second_store_on_one_folder_is_one_sentence_and_the_first_goes_on(floor: Hall) -> None:
    done = run_store(floor)
    assert done.stderr.startswith("floorhand store: another store already runs on")
    assert done.stderr.endswith(f"(it answers at {floor.store.url}): stop it first\n")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert floor.ask("GET", "/v1/status")["schema"]


@pytest.mark.embedded
def test_a_second_store_on_one_database_by_another_name_is_one_sentence_and_the_first_goes_on(
    floor: Hall, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "floorhand.db").symlink_to(floor.stage.database)
    shutil.copy(floor.stage.store_folder / "admin.token", other)
    (tmp_path / "linked").symlink_to(floor.stage.store_folder)
    for folder in (other, tmp_path / "linked"):
        done = run_store(floor, "--folder", str(folder))
        assert done.stderr.startswith(f"floorhand store: another store already runs on {folder}")
        assert done.stderr.endswith(": stop it first\n")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert floor.ask("GET", "/v1/status")["schema"]
