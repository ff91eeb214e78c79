"""What is told of a short: to the picker at once and once the store has answered, at the bench, in queue and slip.

The stop at hand stays at hand, whatever the store puts into the walk meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from orders.barcodes import Kind
from orders.events import PickConfirmed, PickShorted, ShortUndone, ToteBound, ToteDropped
from orders.records import Key, Order, Parcel, ParcelLine, PickTask, Record, Stop, Tote, kind_of
from terminal.board import Board
from terminal.documents import slip_of
from terminal.screens.queue_rows import row_lines
from terminal.workflows import acts
from terminal.workflows.prompts import Tone
from terminal.workflows.steps import Accepted, Packing, PackWait, Picking
from tests.floors import BADGE, NOW, floor_of, line, order, stop, task
from tests.terminal.devices import LAMP, Device, own
from tests.terminal.devices import device as device
from tests.terminal.operators import DROP, MUG, TOTE, Operator, command

HERE, OTHER, BACK = own(Kind.LOCATION, "A-01-1"), own(Kind.LOCATION, "A-02-1"), own(Kind.LOCATION, "B-01-1")
SHORT = PickShorted(
    task="P1", order="HOME/1001", stop=1, location="A-01-1", product="HOME/LAMP", quantity=5, reason="empty"
)


def two_kinds() -> tuple[Order, PickTask]:
    """Five lamps at the first shelf and two mugs at the last."""
    wanted = order(line(1, "LAMP", 5, allocated=5), line(2, "MUG", 2, allocated=2))
    return wanted, task(stop(1, "A-01-1", "LAMP", 5), stop(2, "B-01-1", "MUG", 2))


def told(device: Device, *records: Record) -> None:
    """The store's records come, with all that this device has sent in them."""
    cursor = device.floor.cursor + 1
    for number in list(device.floor._pending):
        device.floor.settle(number, cursor)
    device.floor.confirm([(Key(kind_of(each), each.id), each) for each in records], cursor)


async def at_the_mugs(device: Device) -> tuple[Order, PickTask]:
    """A picker who was short of lamps, on the way to the mugs; the records as the store has them by its cursor."""
    wanted, walk = two_kinds()
    told(device, replace(wanted, tasks=("P1",)), walk)
    await device.scan(BADGE)
    await device.session.take_act(acts.PICK)
    await device.scan(TOTE, HERE)
    showing = await device.session.take_act(acts.SHORT_EMPTY)
    assert showing.verdict is not None
    assert showing.verdict.sentence == "Short 5 x LAMP: another shelf, if any, is named once online"
    assert (showing.prompt.location, showing.prompt.progress) == ("B-01-1", "2/2")
    known_order, known_task = device.floor.order("HOME/1001"), device.floor.task("P1")
    assert known_order is not None and known_task is not None
    assert "back-ordered" not in " ".join(showing.prompt.details), "offline nobody knows"
    return known_order, known_task


def with_another_shelf(walk: PickTask) -> PickTask:
    """The store put two more stops into the walk, before the mugs and behind."""
    added = Stop(
        number=3, location="A-02-1", product="HOME/LAMP", sku="LAMP", description="", quantity=3, is_added=True,
        instead_of=1,
    )  # fmt: skip
    done, mugs = walk.stops
    return replace(walk, stops=(done, added, mugs, replace(added, number=4, location="B-09-1", quantity=1)))


def on_order(wanted: Order, allocated: int, back_ordered: int) -> Order:
    lamps, *rest = wanted.lines
    since_at = NOW if back_ordered else None
    lamps = replace(lamps, allocated=allocated, back_ordered=back_ordered, back_ordered_since_at=since_at)
    return replace(wanted, lines=(lamps, *rest))


async def test_another_shelf_is_a_note_between_steps_and_the_stop_at_hand_stays_at_hand(device: Device) -> None:
    wanted, walk = await at_the_mugs(device)
    told(device, on_order(wanted, 4, 1), with_another_shelf(walk))
    showing = device.session.refresh(frozenset())
    assert showing is not None and showing.verdict is not None
    assert showing.verdict.tone is Tone.NOTE
    answers = ("A-02-1 comes later: 3 x LAMP", "B-09-1 comes later: 1 x LAMP")
    last = "1 x LAMP back-ordered: no other shelf has them"
    assert showing.verdict.sentence == "; ".join((*answers, last))
    assert (showing.prompt.location, showing.prompt.progress) == ("B-01-1", "2/4")
    assert showing.prompt.details == ("then A-02-1", *answers, last)
    assert device.session.refresh(frozenset()) is None, "it is said once"

    showing = await device.scan(BACK, MUG)
    assert (showing.prompt.step, showing.prompt.item) == ("pick_quantity", "MUG")
    await device.session.take_entry("1")
    await device.scan(MUG)
    picked = [event for event in await device.events() if isinstance(event, PickConfirmed)]
    assert [(event.stop, event.quantity) for event in picked] == [(2, 1), (2, 1)]
    showing = device.session.showing
    assert (showing.prompt.step, showing.prompt.location, showing.prompt.progress) == ("pick_shelf", "A-02-1", "3/4")


async def test_an_item_in_hand_is_counted_for_its_own_stop_when_a_shelf_comes_in_before_it(device: Device) -> None:
    wanted, _ = await at_the_mugs(device)
    await device.scan(BACK, MUG)
    there = device.floor.task("P1")
    assert there is not None
    told(device, on_order(wanted, 4, 0), with_another_shelf(there))
    showing = device.session.refresh(frozenset())
    assert showing is not None
    assert (showing.prompt.step, showing.prompt.item, showing.prompt.quantity) == ("pick_quantity", "MUG", "2")
    showing = await device.scan(own(Kind.COMMAND, acts.ALL))
    assert showing.verdict is not None and showing.verdict.sentence == "Picked 2 x MUG"
    assert showing.prompt.location == "A-02-1"


async def test_a_refusal_is_not_covered_by_what_the_store_says_and_nothing_of_it_is_lost(device: Device) -> None:
    wanted, walk = await at_the_mugs(device)
    refused = await device.scan(LAMP)
    told(device, on_order(wanted, 0, 5), walk)
    showing = device.session.refresh(frozenset())
    assert showing is not None and showing.verdict == refused.verdict
    assert showing.prompt.details == ("5 x LAMP back-ordered: no other shelf has them",)
    cleared = await device.session.clear()
    assert cleared.prompt.details == showing.prompt.details


async def test_a_shelf_that_comes_after_the_last_stop_is_asked_for_before_the_drop(device: Device) -> None:
    _, walk = await at_the_mugs(device)
    await device.scan(BACK, MUG, own(Kind.COMMAND, acts.ALL))
    assert device.session.showing.prompt.step == "pick_drop"
    done = device.floor.task("P1")
    picked = device.floor.order("HOME/1001")
    assert done is not None and picked is not None
    added = replace(with_another_shelf(walk).stops[1], number=3)
    told(device, on_order(picked, 3, 2), replace(done, state="picking", stops=(*done.stops, added)))
    showing = device.session.refresh(frozenset())
    assert showing is not None and showing.verdict is not None
    assert showing.prompt.location == "A-02-1"
    assert showing.verdict.sentence.startswith("A-02-1 has what was short: 3 x LAMP; 2 x LAMP back-ordered")


async def test_the_next_start_asks_for_the_stop_at_hand(device: Device) -> None:
    wanted, walk = await at_the_mugs(device)
    told(device, on_order(wanted, 4, 0), with_another_shelf(walk))
    await device.scan(BACK, MUG)
    await device.session.take_entry("1")
    assert device.session.step == Picking("P1", stop=2)


# --- the walk that goes on in the tote of the first -----


def second_walk() -> Operator:
    first = replace(
        task(replace(stop(1, "A-01-1", "LAMP", 5), picked=3, shorted=2), state="completed"), done=1, tote="T-01"
    )
    second = replace(task(stop(1, "A-02-1", "LAMP", 2)), id="P2", into="T-01")
    wanted = replace(order(line(1, "LAMP", 5, picked=3, allocated=2), state="picking"), tasks=("P1", "P2"))
    waiting = Tote(id="T-01", state="waiting", task="P1", order="HOME/1001", place="DROP-1")
    return Operator(Picking("P2"), floor_of(wanted, first, second, waiting))


def test_a_walk_for_the_rest_of_an_order_fetches_its_tote_first() -> None:
    operator = second_walk()
    asked = operator.asked
    assert (asked.ask, asked.location, asked.tote) == ("Take tote T-01 along: scan it", "DROP-1", "T-01")
    assert asked.details == ("this order's goods are in it",)
    operator.scan(own(Kind.TOTE, "T-02"))
    assert operator.reason == "other_tote"
    assert isinstance(operator.scan(TOTE).events[0], ToteBound)
    operator.scan(OTHER).act(acts.SHORT_EMPTY)
    assert operator.asked.step == "pick_drop", "goods lie in it: it is no empty tote"
    (dropped,) = operator.scan(DROP).events
    assert isinstance(dropped, ToteDropped) and not dropped.is_empty
    known = operator.floor.order("HOME/1001")
    assert known is not None and known.state == "picked"


def test_a_tote_whose_order_is_still_picked_goes_back_to_its_place() -> None:
    operator = second_walk()

    operator.step = PackWait()
    operator.scan(TOTE)
    assert operator.reason == "not_picked"
    assert operator.last is not None
    assert getattr(operator.last, "sentence", "") == (
        "More of 1001 is still being picked: put tote T-01 back at DROP-1"
    )


# --- undo -----


def test_an_undo_takes_back_what_was_not_picked_elsewhere_meanwhile() -> None:
    wanted, walk = two_kinds()
    operator = Operator(Picking("P1"), floor_of(wanted, walk))
    operator.scan(TOTE).scan(HERE).act(acts.SHORT_EMPTY)
    floor = operator.floor
    known, short = floor.order("HOME/1001"), floor.task("P1")
    assert known is not None and short is not None
    longer = with_another_shelf(short)
    took = replace(longer, stops=(longer.stops[0], replace(longer.stops[3], picked=1), *longer.stops[1:3]), done=2)
    lamps = replace(known.lines[0], picked=1, allocated=3, back_ordered=1)
    for number in list(floor._pending):
        floor.settle(number, 2)
    floor.confirm(
        [(Key("order", known.id), replace(known, lines=(lamps, known.lines[1]))), (Key("task", "P1"), took)], 2
    )
    operator.scan(command(acts.UNDO))
    (undone,) = operator.events
    assert undone == ShortUndone(
        task="P1", order="HOME/1001", stop=1, location="A-01-1", product="HOME/LAMP", quantity=4
    )
    assert isinstance(operator.last, Accepted) and operator.last.sentence == "Short undone: take 4 x LAMP"
    after = floor.task("P1")
    assert after is not None
    assert [(each.location, each.left) for each in after.stops if each.left] == [("A-01-1", 4), ("B-01-1", 2)]


# --- bench, queue, slip -----


def short_order(back_ordered: int) -> Order:
    return on_order(order(line(1, "LAMP", 4, picked=2), line(2, "MUG", 1, picked=1), state="packing"), 0, back_ordered)


def test_the_bench_says_what_is_back_ordered() -> None:

    operator = Operator(Packing("HOME/1001", "T-01"), floor_of(short_order(2)))
    assert operator.asked.details == ("2 x LAMP", "1 x MUG", "2 of LAMP back-ordered")
    operator.scan(LAMP).key("2").scan(MUG)
    assert operator.asked.details[-1] == "2 of LAMP back-ordered"


def test_the_queue_row_says_what_is_back_ordered() -> None:
    floor = floor_of(replace(short_order(2), state="picking", due_at=NOW + timedelta(hours=1)))
    row = Board(floor).row(0)
    for width in (40, 80):
        assert "2 back-ordered" in " ".join(each.text for each in row_lines(row, NOW, width, is_chosen=False))
    floor = floor_of(replace(short_order(0), state="picking"))
    assert "back-ordered" not in row_lines(Board(floor).row(0), NOW, 80, is_chosen=False)[0].text


def test_the_slip_promises_what_stands_in_the_books_and_nothing_else() -> None:
    inside = (ParcelLine(line=1, product="HOME/LAMP", quantity=2), ParcelLine(line=2, product="HOME/MUG", quantity=1))
    parcel = Parcel(
        id="1", order="HOME/1001", order_number="1001", number=1, state="sealed", contents=inside, carrier="ROYAL"
    )
    for in_books in (2, 1, 0):
        slip = slip_of(parcel, floor_of(short_order(in_books), parcel))
        assert [(each.ordered, each.shipped, each.back_ordered) for each in slip.lines] == [(4, 2, in_books), (1, 1, 0)]
