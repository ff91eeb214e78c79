"""Undo: an event of its own that brings the records back to where they were, and nothing that is too late for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.events import (
    DropUndone,
    FloorEvent,
    ManifestClosed,
    PickShorted,
    PickUndone,
    ProductLabelPrinted,
    ReadBackUndone,
    ShortUndone,
    SkipUndone,
    StopSkipped,
    ToteUnbound,
    VerificationUndone,
)
from orders.ledger import moves
from orders.records import Key, Tote
from orders.verdicts import Denial
from tests.floors import NOW, small_order, stop, task
from tests.orders.test_folds import HANDED, SSCC, WHOLE_WAY, after, books_of, bound, get, pick, tell, verify

WALK = {"task": "P1", "order": "HOME/1001"}


def unpick(stop: int, quantity: int, sku: str = "LAMP", location: str = "A-01-1", tote: str = "T-01") -> PickUndone:
    return PickUndone(**WALK, stop=stop, location=location, product=f"HOME/{sku}", quantity=quantity, tote=tote)


def short(quantity: int, kind: type = PickShorted, **more: str) -> FloorEvent:
    event: FloorEvent = kind(**WALK, stop=1, location="A-01-1", product="HOME/LAMP", quantity=quantity, **more)
    return event


def unverify(sku: str, quantity: int) -> VerificationUndone:
    return VerificationUndone(order="HOME/1001", tote="T-01", product=f"HOME/{sku}", quantity=quantity)


UNBOUND = ToteUnbound(**WALK, tote="T-01")
DROP_UNDONE = DropUndone(**WALK, tote="T-01", place="DROP-1")
READ_BACK_UNDONE = ReadBackUndone(order="HOME/1001", parcel=SSCC, manifest="M1")


def test_a_pick_taken_back_asks_that_stop_again_and_claims_its_pieces_again() -> None:
    books = after(3)
    assert get(books, "task", "P1").state == "picked"
    assert tell(books, unpick(1, 5)) is None
    walk, order = get(books, "task", "P1"), get(books, "order", "HOME/1001")
    assert (walk.state, walk.done, walk.current.number, walk.current.left) == ("picking", 1, 1, 5)
    assert [(each.picked, each.allocated) for each in order.lines] == [(0, 2), (0, 3), (1, 0)]


@given(st.lists(st.tuples(st.sampled_from(["pick", "short"]), st.integers(1, 4)), max_size=6))
def test_whatever_was_done_at_a_stop_and_taken_back_in_turn_leaves_every_count_as_it_was(
    doings: list[tuple[str, int]],
) -> None:
    books = after(1)
    before = get(books, "order", "HOME/1001")
    done = []
    for what, quantity in doings:
        event = pick(1, quantity) if what == "pick" else short(quantity, reason="fewer")
        if tell(books, event) is None:
            done.append((what, quantity))
    for what, quantity in reversed(done):
        assert tell(books, unpick(1, quantity) if what == "pick" else short(quantity, ShortUndone)) is None
    assert get(books, "order", "HOME/1001").lines == before.lines
    walk = get(books, "task", "P1")
    assert [(each.picked, each.shorted, each.reason) for each in walk.stops] == [(0, 0, ""), (0, 0, "")]
    assert (walk.done, walk.state, walk.current.number) == (0, "picking", 1)


@given(st.permutations([1, 2, 3, 4]), st.integers(1, 4))
def test_a_walk_ends_the_same_whichever_picks_were_taken_back_and_done_again(turns: list[int], undone: int) -> None:
    order, _ = small_order()
    walk = task(*(stop(n, f"S{n}", "LAMP", 1) for n in (1, 2, 3, 4)))
    books = books_of(order, walk, Tote(id="T-01"))
    tell(books, bound())
    for number in turns:
        assert tell(books, pick(number, 1, location=f"S{number}")) is None
    assert tell(books, unpick(undone, 1, location=f"S{undone}")) is None
    assert get(books, "task", "P1").current.number == undone
    assert tell(books, pick(undone, 1, location=f"S{undone}")) is None
    assert (get(books, "task", "P1").state, get(books, "task", "P1").done) == ("picked", 4)


def test_a_skip_taken_back_makes_that_stop_the_next_one() -> None:
    books = after(1)
    assert tell(books, StopSkipped(**WALK, stop=1)) is None
    assert tell(books, SkipUndone(**WALK, stop=1)) is None
    assert [each.number for each in get(books, "task", "P1").stops] == [1, 2]


def test_a_verification_taken_back_has_to_pass_the_scanner_again() -> None:
    books = after(7)
    assert tell(books, unverify("LAMP", 5)) is None
    assert get(books, "order", "HOME/1001").to_verify == {"HOME/LAMP": 5}
    assert tell(books, verify("LAMP", 5)) is None
    assert tell(books, WHOLE_WAY[7]) is None


def test_a_read_back_taken_back_takes_the_parcel_off_its_manifest() -> None:
    books = after(9)
    assert tell(books, READ_BACK_UNDONE) is None
    assert (get(books, "parcel", SSCC).state, get(books, "parcel", SSCC).manifest) == ("sealed", None)
    assert get(books, "manifest", "M1").parcels == ()
    assert tell(books, WHOLE_WAY[8]) is None
    assert get(books, "manifest", "M1").parcels == (SSCC,)


def test_a_tote_that_was_set_down_is_free_and_the_walk_waits_for_another() -> None:
    books = after(1)
    assert tell(books, UNBOUND) is None
    walk = get(books, "task", "P1")
    assert (walk.state, walk.tote, get(books, "order", "HOME/1001").state) == ("claimed", None, "released")
    assert get(books, "tote", "T-01") == Tote(id="T-01")
    assert tell(books, WHOLE_WAY[0]) is None
    assert get(books, "task", "P1").state == "picking"


def test_a_tote_taken_up_again_is_on_its_walk_and_may_be_dropped_anew() -> None:
    books = after(4)
    assert tell(books, DROP_UNDONE) is None
    walk, tote = get(books, "task", "P1"), get(books, "tote", "T-01")
    assert (walk.state, walk.place, tote.state, tote.place) == ("picked", None, "picking", None)
    assert get(books, "order", "HOME/1001").state == "picking"
    assert tell(books, WHOLE_WAY[3]) is None
    assert get(books, "task", "P1").state == "completed"


@pytest.mark.parametrize(
    ("done", "event", "denial"),
    [
        (2, UNBOUND, Denial.TOTE_IN_USE),
        (4, UNBOUND, Denial.TASK_OVER),
        (1, ToteUnbound(**WALK, tote="T-02"), Denial.OTHER_TOTE),
        (3, DROP_UNDONE, Denial.NOT_WAITING),
        (5, DROP_UNDONE, Denial.NOT_WAITING),
        (4, DropUndone(**WALK, tote="T-02", place="DROP-1"), Denial.OTHER_TOTE),
        (1, unpick(1, 1), Denial.TOO_MANY),
        (2, unpick(1, 6), Denial.TOO_MANY),
        (2, unpick(1, 1, tote="T-02"), Denial.OTHER_TOTE),
        (2, unpick(1, 1, "MUG"), Denial.WRONG_PRODUCT),
        (2, unpick(1, 1, location="A-02-1"), Denial.WRONG_LOCATION),
        (2, unpick(9, 1), Denial.UNKNOWN_STOP),
        (4, unpick(1, 1), Denial.TASK_OVER),
        (2, short(1, ShortUndone), Denial.TOO_MANY),
        (1, SkipUndone(**WALK, stop=9), Denial.UNKNOWN_STOP),
        (5, unverify("LAMP", 1), Denial.TOO_MANY),
        (8, unverify("LAMP", 1), Denial.NOT_PACKING),
        (8, READ_BACK_UNDONE, Denial.NOT_LABELLED),
        (9, ReadBackUndone(order="HOME/1001", parcel=SSCC, manifest="M2"), Denial.NOT_ON_MANIFEST),
        (11, READ_BACK_UNDONE, Denial.PARCEL_GONE),
    ],
)
def test_what_is_too_late_to_take_back_changes_nothing(done: int, event: FloorEvent, denial: Denial) -> None:
    books = after(done)
    before = dict(books)
    assert tell(books, event) is denial
    assert books == before


def test_a_closed_manifest_lets_a_parcel_go_whose_read_back_is_taken_back() -> None:
    books = after(9)
    assert tell(books, ManifestClosed(manifest="M1")) is None
    assert tell(books, READ_BACK_UNDONE) is None
    assert tell(books, HANDED) is Denial.NOT_ON_MANIFEST


def test_pieces_go_back_to_the_shelf_they_came_from() -> None:
    there, back = moves(pick(1, 3), lambda parcel: ()), moves(unpick(1, 3), lambda parcel: ())
    assert [(each.source, each.target, each.quantity) for each in there] == [
        (each.target, each.source, each.quantity) for each in back
    ]


def test_keyed_reads_are_counted_by_product_until_it_has_a_new_label() -> None:
    books = after(1)
    for event in (
        pick(1, 2, is_keyed=True),
        pick(1, 3),
        *WHOLE_WAY[2:5],
        verify("LAMP", 2, is_keyed=True),
    ):
        assert tell(books, event) is None, event
    found = get(books, "keyed_item", "HOME/LAMP")
    assert (found.times, found.since_label, found.labels) == (2, 2, 0)
    assert (found.place, found.worker, found.last_at) == ("T-01", "W1", NOW)
    assert tell(books, ProductLabelPrinted(product="HOME/LAMP")) is None
    found = get(books, "keyed_item", "HOME/LAMP")
    assert (found.times, found.since_label, found.labels) == (2, 0, 1)
    assert Key("keyed_item", "HOME/MUG") not in books
