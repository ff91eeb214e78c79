"""Folds: one order from tote to truck, and everything the books deny."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.events import (
    FloorEvent,
    HandedParcel,
    ItemVerified,
    LabelReprinted,
    ManifestClosed,
    ManifestHandedOver,
    ManifestReopened,
    PackingStarted,
    ParcelLabelled,
    ParcelSealed,
    ParcelVoided,
    PickConfirmed,
    PickShorted,
    StopSkipped,
    ToteBound,
    ToteDropped,
)
from orders.folds import Told, admit
from orders.ledger import GONE, moves
from orders.records import Key, ParcelLine, Record, Tote, kind_of
from orders.verdicts import Denial
from tests.floors import NOW, small_order, stop, task

SSCC = "095200000000000015"
Books = dict[Key, Record | None]


def books_of(*records: Record) -> Books:
    return {Key(kind_of(each), each.id): each for each in records}


def tell(books: Books, event: FloorEvent, terminal: str = "T1") -> Denial | None:
    after = admit({key: books.get(key) for key in event.touches}, event, Told(NOW, terminal, "W1"))
    if isinstance(after, Denial):
        return after
    books.update(after)
    return None


def bound() -> ToteBound:
    return ToteBound(task="P1", order="HOME/1001", tote="T-01")


def pick(
    stop: int, quantity: int, sku: str = "LAMP", location: str = "A-01-1", tote: str = "T-01", is_keyed: bool = False
) -> PickConfirmed:
    return PickConfirmed(
        task="P1",
        order="HOME/1001",
        stop=stop,
        location=location,
        product=f"HOME/{sku}",
        quantity=quantity,
        tote=tote,
        is_keyed=is_keyed,
    )


def verify(sku: str, quantity: int, is_keyed: bool = False) -> ItemVerified:
    return ItemVerified(order="HOME/1001", tote="T-01", product=f"HOME/{sku}", quantity=quantity, is_keyed=is_keyed)


CONTENTS = (
    ParcelLine(line=1, product="HOME/LAMP", quantity=2),
    ParcelLine(line=2, product="HOME/LAMP", quantity=3),
    ParcelLine(line=3, product="HOME/MUG", quantity=1),
)


def sealed(contents: tuple[ParcelLine, ...] = CONTENTS, parcel: str = SSCC) -> ParcelSealed:
    return ParcelSealed(
        order="HOME/1001",
        order_number="1001",
        tote="T-01",
        parcel=parcel,
        number=1,
        contents=contents,
        weight_grams=900,
        carrier="ROYAL",
        service="24",
    )


LABELLED = ParcelLabelled(order="HOME/1001", parcel=SSCC, manifest="M1", carrier="ROYAL", service="24")
HANDED = ManifestHandedOver(manifest="M1", parcels=(HandedParcel(parcel=SSCC, order="HOME/1001"),))
WHOLE_WAY: tuple[FloorEvent, ...] = (
    bound(),
    pick(1, 5),
    pick(2, 1, "MUG", "A-02-1"),
    ToteDropped(task="P1", order="HOME/1001", tote="T-01", place="DROP-1"),
    PackingStarted(order="HOME/1001", tote="T-01", station="BENCH-1"),
    verify("LAMP", 5),
    verify("MUG", 1),
    sealed(),
    LABELLED,
    ManifestClosed(manifest="M1"),
    HANDED,
)


def after(count: int) -> Books:
    books = books_of(*small_order(), Tote(id="T-01"))
    for event in WHOLE_WAY[:count]:
        assert tell(books, event) is None, event
    return books


def get(books: Books, kind: str, id: str) -> object:
    return books[Key(kind, id)]


def test_an_order_goes_the_whole_way_and_every_count_agrees() -> None:
    books = after(len(WHOLE_WAY))
    order, parcel, manifest = get(books, "order", "HOME/1001"), get(books, "parcel", SSCC), get(books, "manifest", "M1")
    assert order.state == "shipped"
    assert [(each.picked, each.verified, each.packed, each.shipped) for each in order.lines] == [
        (2, 2, 2, 2),
        (3, 3, 3, 3),
        (1, 1, 1, 1),
    ]
    assert all(each.allocated == 0 for each in order.lines)
    assert (parcel.state, parcel.manifest, parcel.weight_grams) == ("handed_over", "M1", 900)
    assert (manifest.state, manifest.parcels) == ("handed_over", (SSCC,))
    assert get(books, "tote", "T-01") == Tote(id="T-01")
    assert get(books, "task", "P1").state == "completed"


def test_two_lines_of_one_sku_stay_two_lines_and_fill_in_their_order() -> None:
    books = after(1)
    assert tell(books, pick(1, 3)) is None
    assert [each.picked for each in get(books, "order", "HOME/1001").lines] == [2, 1, 0]


def test_short_pick_leaves_the_rest_of_the_line_open() -> None:
    books = after(1)
    tell(books, pick(1, 4))
    short = PickShorted(
        task="P1", order="HOME/1001", stop=1, location="A-01-1", product="HOME/LAMP", quantity=1, reason="fewer"
    )
    assert tell(books, short) is None
    order = get(books, "order", "HOME/1001")
    assert [each.unallocated for each in order.lines] == [0, 1, 0]
    assert get(books, "task", "P1").current.number == 2


def test_an_order_shipped_in_part_is_backordered_for_the_rest() -> None:
    books = after(1)
    tell(books, pick(1, 5))
    mug = PickShorted(
        task="P1", order="HOME/1001", stop=2, location="A-02-1", product="HOME/MUG", quantity=1, reason="empty"
    )
    for event in (mug, *WHOLE_WAY[3:6], sealed(CONTENTS[:2]), *WHOLE_WAY[8:]):
        assert tell(books, event) is None, event
    assert get(books, "order", "HOME/1001").state == "backordered"


def test_a_walk_on_which_nothing_was_found_frees_the_tote() -> None:
    books = after(1)
    for number, location, sku, quantity in ((1, "A-01-1", "LAMP", 5), (2, "A-02-1", "MUG", 1)):
        short = PickShorted(
            task="P1",
            order="HOME/1001",
            stop=number,
            location=location,
            product=f"HOME/{sku}",
            quantity=quantity,
            reason="empty",
        )
        assert tell(books, short) is None
    dropped = ToteDropped(task="P1", order="HOME/1001", tote="T-01", place="", is_empty=True)
    assert tell(books, dropped) is None
    assert get(books, "order", "HOME/1001").state == "backordered"
    assert get(books, "tote", "T-01").state == "free"


def test_a_voided_parcel_gives_its_goods_back_to_the_bench() -> None:
    books = after(9)
    voided = ParcelVoided(order="HOME/1001", parcel=SSCC, tote="T-02", reason="asked", contents=CONTENTS, manifest="M1")
    books[Key("tote", "T-02")] = Tote(id="T-02")
    assert tell(books, voided) is None
    order = get(books, "order", "HOME/1001")
    assert order.state == "packing"
    assert order.to_verify == {"HOME/LAMP": 5, "HOME/MUG": 1}
    assert order.parcels[0].is_void
    assert get(books, "manifest", "M1").parcels == ()
    assert get(books, "tote", "T-02").state == "packing"
    assert tell(books, LABELLED) is Denial.PARCEL_VOID


@pytest.mark.parametrize(
    ("done", "event", "denial"),
    [
        (0, pick(1, 1), Denial.OTHER_TOTE),
        (1, pick(1, 6), Denial.TOO_MANY),
        (1, pick(2, 1), Denial.WRONG_LOCATION),
        (1, pick(1, 1, "MUG"), Denial.WRONG_PRODUCT),
        (1, pick(9, 1), Denial.UNKNOWN_STOP),
        (1, pick(1, 1, tote="T-02"), Denial.OTHER_TOTE),
        (2, pick(1, 1), Denial.STOP_DONE),
        (2, WHOLE_WAY[3], Denial.STOPS_LEFT),
        (4, pick(1, 1), Denial.TASK_OVER),
        (3, PackingStarted(order="HOME/1001", tote="T-01", station=""), Denial.NOT_PICKED),
        (5, verify("LAMP", 6), Denial.TOO_MANY),
        (5, verify("HOOK", 1), Denial.NOT_IN_ORDER),
        (6, sealed(), Denial.NOT_VERIFIED),
        (7, sealed(CONTENTS[:2]), Denial.CONTENTS_DIFFER),
        (8, sealed(), Denial.PARCEL_EXISTS),
        (7, LABELLED, Denial.UNKNOWN_RECORD),
        (9, LABELLED, Denial.PARCEL_LABELLED),
        (9, HANDED, Denial.MANIFEST_NOT_CLOSED),
        (9, ManifestReopened(manifest="M1"), Denial.MANIFEST_NOT_CLOSED),
        (10, ManifestClosed(manifest="M1"), Denial.MANIFEST_NOT_OPEN),
        (11, HANDED, Denial.MANIFEST_GONE),
        (11, ManifestReopened(manifest="M1"), Denial.MANIFEST_GONE),
        (11, LabelReprinted(order="HOME/1001", parcel=SSCC, copy=2, reason="torn"), Denial.PARCEL_GONE),
    ],
)
def test_what_the_books_deny_changes_nothing(done: int, event: FloorEvent, denial: Denial) -> None:
    books = after(done)
    before = dict(books)
    assert tell(books, event) is denial
    assert books == before


def test_another_terminals_task_is_denied() -> None:
    books = after(1)
    assert tell(books, pick(1, 1), terminal="T2") is Denial.TASK_NOT_YOURS


def test_a_skipped_stop_comes_back_at_the_end_of_the_walk() -> None:
    books = after(1)
    assert tell(books, StopSkipped(task="P1", order="HOME/1001", stop=1)) is None
    assert [each.number for each in get(books, "task", "P1").stops] == [2, 1]
    assert tell(books, pick(2, 1, "MUG", "A-02-1")) is None
    assert get(books, "task", "P1").current.number == 1


@given(st.permutations([1, 2, 3, 4]))
def test_whichever_stop_is_picked_first_the_walk_ends_after_the_last(turns: list[int]) -> None:
    order, _ = small_order()
    walk = task(*(stop(n, f"S{n}", "LAMP", 1) for n in (1, 2, 3, 4)))
    books = books_of(order, walk, Tote(id="T-01"))
    assert tell(books, bound()) is None
    for done, number in enumerate(turns, 1):
        assert get(books, "task", "P1").state == "picking"
        assert tell(books, pick(number, 1, location=f"S{number}")) is None
        assert get(books, "task", "P1").done == done
    assert get(books, "task", "P1").state == "picked"
    assert get(books, "task", "P1").current is None


def test_every_piece_is_in_one_place_all_the_way() -> None:
    held = {"shelf": 6}

    def contents(parcel: str) -> tuple[ParcelLine, ...]:
        assert parcel == SSCC
        return CONTENTS

    for event in WHOLE_WAY:
        for move in moves(event, contents):
            source, target = move.source.partition("/")[0], move.target.partition("/")[0]
            held[source] = held.get(source, 0) - move.quantity
            held[target] = held.get(target, 0) + move.quantity
        assert sum(held.values()) == 6
    assert held == {"shelf": 0, "tote": 0, "parcel": 0, GONE: 6}
