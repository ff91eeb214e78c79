"""Counts, put-backs and looks as a supervisor types them: each remedy is shown with the command that settles it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orders import events
from server_stub.commands import main
from server_stub.place import Place
from tests.server_stub.situations import claimed, put_back_due, shorted

pytestmark = pytest.mark.heavy


@pytest.fixture
def typed(place: Place, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Types a command at the store of `place`; gives exit code, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        config = {"store": {"folder": str(place.folder), "database": place.address}}
        code = main(list(words), config, Path("floorhand.toml"))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
async def three_open(warehouse: Any) -> None:
    """A put-back, a count and a look, in a store that nobody has open any more."""
    await put_back_due(warehouse)
    await warehouse.order("2", ("LAMP", 2))
    await warehouse.release()
    device = await warehouse.device("cart")
    await shorted(warehouse, device, 2, tote="T3")
    await device.tell(events.ManifestClosed(manifest="POST-DAY-OPEN"))
    await warehouse.store.close()


@pytest.fixture
def as_shown(typed: Any, three_open: None) -> dict[str, list[str]]:
    """Which command the list shows for each remedy, as words."""
    code, out, _ = typed("discrepancies")
    assert (code, "3 discrepancies are open" in out, "since 2026-11-23 08:" in out) == (0, True, True)
    commands = [shlex.split(line)[2:] for line in out.splitlines() if line.startswith("  floorhand store")]
    assert "put-back (task_over): 3 of HOME/LAMP at tote/T1, told by GRACE on FIRST" in out
    return {words[0]: words[1:] for words in commands}


@pytest.fixture
async def short_of_two(warehouse: Any) -> None:
    """Two of three lamps are on no shelf, and their order is still on its walk."""
    device, walk = await claimed(warehouse, 3, {"A-01": {"LAMP": 5}})
    await device.tell(walk.bound(), walk.picked(1), walk.shorted(2))
    await warehouse.store.close()


def test_the_report_lists_what_is_back_ordered_since_when(typed: Any, short_of_two: None) -> None:
    code, out, _ = typed("report")
    assert (code, out.splitlines()) == (
        0,
        [
            "HOME/1 (picking): back-ordered: 2 pieces",
            "  line 1, LAMP: 2 of 3 missing",
            "Back-ordered, the longest first:",
            "  HOME/1, LAMP: 2 pieces since 2026-11-23 08:00 UTC",
            "1 order wants a look",
        ],
    )


def test_the_list_shows_the_command_that_settles_each(typed: Any, as_shown: dict[str, list[str]]) -> None:
    put_back, _ = as_shown["put-back"]
    code, out, _ = typed("put-back", put_back, "A-02")
    assert (code, "3 of HOME/LAMP went from tote/T1 to shelf/A-02" in out) == (0, True)
    code, _, err = typed("put-back", put_back, "A-02")
    assert (code, "resolved (put back to A-02)" in err) == (1, True)
    location, product, _ = as_shown["count"]
    code, out, _ = typed("count", location, product, "3")
    assert (code, "the book showed 4, counted 3 (-1)" in out) == (0, True)
    assert "resolved: short.shelf/A-01.HOME/LAMP" in out
    look, *_ = as_shown["resolve"]
    code, out, _ = typed("resolve", look, "--note", "an old sheet")
    assert (code, f"{look} is resolved" in out) == (0, True)
    assert typed("discrepancies")[1] == "Floor and books agree\n"


def test_a_count_names_its_owner_and_who_counted_where_there_are_several(
    typed: Any, as_shown: dict[str, list[str]]
) -> None:
    assert typed("count", "A-02", "LAMP", "1", "--by", "GRACE")[0] == 0
    typed("add-worker", "Joan", "--role", "supervisor")
    code, _, err = typed("count", "A-02", "LAMP", "1")
    assert (code, "2 supervisors" in err, "--by" in err) == (1, True, True)
    typed("owner", "BETA")
    code, _, err = typed("count", "A-02", "LAMP", "1", "--by", "JOAN")
    assert (code, "OWNER/SKU" in err) == (1, True)
    assert typed("count", "A-02", "HOME/LAMP", "1", "--by", "JOAN")[0] == 0
    code, _, err = typed("count", "A-02", "HOME/DESK", "1", "--by", "JOAN")
    assert (code, "HOME/DESK" in err) == (1, True)


@pytest.mark.parametrize("quantity", ["-1", "many", "1.5"])
def test_a_quantity_that_is_none_is_refused_before_the_store_is_asked(typed: Any, quantity: str) -> None:
    code, _, err = typed("count", "A-01", "LAMP", quantity)
    assert (code, "a whole number from 0 to 10000000" in err) == (2, True)


def test_a_look_wants_a_note(typed: Any) -> None:
    code, _, err = typed("resolve", "anything")
    assert (code, "--note" in err) == (2, True)


@pytest.mark.parametrize("command", ["count", "put-back", "resolve"])
def test_help_shows_an_example_that_can_be_read(typed: Any, command: str) -> None:
    code, out, _ = typed(command, "--help")
    assert (code, f"floorhand store {command} " in out) == (0, True)
