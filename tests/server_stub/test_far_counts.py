"""A count that is far from the book is booked once two different persons agree on it, and until then nobody is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server_stub.commands import main
from server_stub.floor_repairs import ShelfCounted
from server_stub.floor_setup import NewWorker, SiteSet, WorkerAdded
from server_stub.place import Place
from tests.server_stub.conftest import SITE
from tests.server_stub.situations import count, counted, done_by_another, open_ones, shorted, sums

pytestmark = pytest.mark.heavy

WAITS = "counted_once.shelf/A-01.HOME/LAMP"


async def people(warehouse: Any, *names: str) -> None:
    for name in names:
        await warehouse.ask("POST", "/v1/workers", NewWorker(name=name, roles=("picker",)), WorkerAdded)


async def five_lamps(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await people(warehouse, "Ada", "Joan")


async def count_by(warehouse: Any, who: str, quantity: int, **more: Any) -> ShelfCounted:
    asked = counted("A-01", quantity, **{"key": f"{who}-{quantity}", **more, "counted_by": who})
    answer: ShelfCounted = await warehouse.ask("POST", "/v1/counts", asked, ShelfCounted)
    return answer


async def refused(warehouse: Any, who: str, quantity: int, key: str = "again") -> Any:
    asked = counted("A-01", quantity, key=key, counted_by=who)
    answer = await warehouse.admin.post("/v1/counts", content=msgspec.json.encode(asked))
    assert answer.status_code == 409, answer.text
    return answer.json()


async def test_a_count_far_from_the_book_is_kept_and_says_nothing_of_the_book(warehouse: Any) -> None:
    await five_lamps(warehouse)
    asked = counted("A-01", 99_999, counted_by="ADA")
    raw = await warehouse.admin.post("/v1/counts", content=msgspec.json.encode(asked))
    assert raw.status_code == 200, raw.text
    told = raw.json()
    assert (told["is_booked"], told["waits_as"], told["counted"]) == (False, WAITS, 99_999)
    assert {value for value in told.values() if isinstance(value, int) and value is not False} == {99_999}
    (waiting,) = open_ones(warehouse)
    assert (waiting.id, waiting.remedy, waiting.worker) == (WAITS, "count", "ADA")
    assert "99999" not in json.dumps(msgspec.to_builtins(waiting)), "the next one counts without it"
    assert (warehouse.on_shelf("LAMP", "A-01"), sums(warehouse)) == ((5, 0, False), {0})

    assert (await warehouse.admin.post("/v1/counts", content=msgspec.json.encode(asked))).json() == told
    await warehouse.reopen()
    booked = await count_by(warehouse, "JOAN", 99_999)
    assert (booked.is_booked, booked.book, booked.difference, booked.resolved) == (True, 5, 99_994, (WAITS,))
    assert warehouse.on_shelf("LAMP", "A-01") == (99_999, 0, False)
    assert (open_ones(warehouse), sums(warehouse)) == ([], {0})


async def test_the_same_person_again_is_no_second_one(warehouse: Any) -> None:
    await five_lamps(warehouse)
    await count_by(warehouse, "ADA", 60)
    for quantity in (60, 5):
        problem = await refused(warehouse, "ADA", quantity)
        assert (problem["error"], "other than ADA" in problem["expected"]) == ("counted_by_the_same", True)
        assert "another person" in problem["remedy"]
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 0, False)


async def test_two_who_differ_need_a_third_or_one_of_them_again(warehouse: Any) -> None:
    await five_lamps(warehouse)
    await count_by(warehouse, "ADA", 60)
    assert not (await count_by(warehouse, "JOAN", 61)).is_booked
    (waiting,) = open_ones(warehouse)
    assert (waiting.id, waiting.worker) == (WAITS, "JOAN")
    assert (await refused(warehouse, "JOAN", 60))["error"] == "counted_by_the_same"
    assert (await count_by(warehouse, "ADA", 61)).is_booked
    assert warehouse.on_shelf("LAMP", "A-01") == (61, 0, False)
    assert warehouse.rows("SELECT counted_by, counted FROM shelf_count ORDER BY cursor") == [
        ("ADA", 60),
        ("JOAN", 61),
        ("ADA", 61),
    ]


async def test_a_typing_slip_is_put_right_by_another_count_near_the_book(warehouse: Any) -> None:
    await five_lamps(warehouse)
    await count_by(warehouse, "ADA", 55)
    assert (await count_by(warehouse, "JOAN", 4)).resolved == (WAITS,)
    assert warehouse.on_shelf("LAMP", "A-01") == (4, 0, False)
    # The next far one begins anew, with whomever.
    assert (await count_by(warehouse, "ADA", 77)).waits_as == f"{WAITS}.2"


async def test_what_was_taken_between_two_counts_is_no_disagreement(warehouse: Any) -> None:
    first, offline = await done_by_another(warehouse, {"A-01": {"LAMP": 3}})
    await people(warehouse, "Ada", "Joan")
    await count_by(warehouse, "ADA", 40)
    # The book shows nothing there: what is picked is found by it first, and leaves the shelf all the same.
    await first.tell(offline.picked(2))
    assert not (await count_by(warehouse, "JOAN", 40)).is_booked
    booked = await count_by(warehouse, "ADA", 40, key="a2")
    assert (booked.is_booked, booked.book, booked.difference) == (True, 0, 40)
    await count_by(warehouse, "JOAN", 90, key="j2")
    await first.tell(offline.picked(1))
    assert (await count_by(warehouse, "ADA", 89)).is_booked
    assert (warehouse.on_shelf("LAMP", "A-01"), sums(warehouse)) == ((89, 0, False), {0})


async def test_a_locked_shelf_stays_locked_until_the_second_person_agrees(warehouse: Any) -> None:
    await five_lamps(warehouse)
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    await shorted(warehouse, await warehouse.device("cart"), 2)
    await count_by(warehouse, "ADA", 50)
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 0, True)
    assert {each.reason for each in open_ones(warehouse)} == {"short", "counted_once"}
    booked = await count_by(warehouse, "JOAN", 50)
    assert set(booked.resolved) == {"short.shelf/A-01.HOME/LAMP", WAITS}
    assert warehouse.on_shelf("LAMP", "A-01") == (50, 2, False)


@pytest.mark.parametrize(
    ("limit", "quantity", "is_booked"), [(0, 5, True), (0, 6, False), (60, 65, True), (60, 66, False)]
)
async def test_the_site_says_how_far_is_far(warehouse: Any, limit: int, quantity: int, is_booked: bool) -> None:
    await five_lamps(warehouse)
    site = msgspec.structs.replace(SITE, recount_above_pieces=limit)
    assert (await warehouse.admin.put("/v1/site", content=msgspec.json.encode(site))).status_code == 200
    assert (await count_by(warehouse, "ADA", quantity)).is_booked is is_booked


async def test_without_a_word_of_the_site_twenty_pieces_are_near(warehouse: Any) -> None:
    assert SiteSet(name="N", time_zone="UTC", sender=SITE.sender).recount_above_pieces == 20
    await five_lamps(warehouse)
    assert (await count(warehouse, "A-01", 25)).is_booked
    assert not (await count(warehouse, "A-01", 46)).is_booked


# --- as it is typed -----


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
async def stocked(warehouse: Any) -> None:
    """Five lamps on a shelf, Grace and Ada; in a store that nobody has open any more."""
    await five_lamps(warehouse)
    await warehouse.store.close()


def test_count_asks_for_another_person_and_tells_a_script_so(typed: Any, stocked: None) -> None:
    code, out, _ = typed("count", "A-01", "LAMP", "99999")
    assert (code, "not booked" in out, "another person" in out) == (3, True, True)
    assert "floorhand store count A-01 HOME/LAMP QUANTITY --by WORKER" in out
    assert "book showed" not in out
    out = typed("discrepancies")[1]
    assert "count (counted_once): HOME/LAMP at shelf/A-01, counted once by GRACE, waits for another person" in out
    assert "99999" not in out
    code, _, err = typed("count", "A-01", "LAMP", "99999")
    assert (code, "other than GRACE" in err, "--by" in err) == (1, True, True)
    code, out, _ = typed("count", "A-01", "LAMP", "99999", "--by", "ADA")
    assert (code, "the book showed 5, counted 99999 (+99994)" in out) == (0, True)
    assert typed("discrepancies")[1] == "Floor and books agree\n"


@pytest.mark.parametrize("quantity", ["10000001", "9" * 30])
def test_more_than_any_shelf_holds_is_refused_in_words(typed: Any, quantity: str) -> None:
    code, _, err = typed("count", "A-01", "LAMP", quantity)
    assert (code, "a whole number from 0 to 10000000" in err) == (2, True)
