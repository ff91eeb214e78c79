"""One device in several hands: who comes back to which line, who is signed off, and what another bench took."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from orders import barcodes, wire
from orders.barcodes import Kind
from orders.credentials import badge_body, verifier
from orders.events import ItemVerified, PackingStarted, ParcelSealed, WorkerSignedOff, WorkerSignedOn
from orders.folds import Told, admit
from orders.records import Key, Record, Worker, encode_record, kind_of
from orders.verdicts import Denial
from scanners.scale import Unit, Weight
from terminal.workflows import acts
from terminal.workflows.prompts import Showing, Tone
from terminal.workflows.steps import Labelling, Menu, Packing, PackWait, Picking, SignOn, Weighing
from tests.floors import BADGE, NOW, WORKER
from tests.terminal.devices import LAMP, Device, own
from tests.terminal.devices import device as device

MUG = own(Kind.PRODUCT, "000002")
TOTE = own(Kind.TOTE, "T-01")
BEA = Worker(id="W2", name="Bea", roles=("picker", "packer"), badge=verifier("OTHER77", b"0123456789abcdef"))
BEAS_BADGE = barcodes.encode(Kind.BADGE, badge_body("W2", "OTHER77"))


async def hear(device: Device, *records: Record) -> Showing:
    """What the store tells comes down, into the journal and onto the floor, and the session hears of it."""
    cursor = device.floor.cursor + 1
    changes = [
        wire.Change(kind=kind_of(each), id=each.id, revision=9, cursor=cursor, body=msgspec.Raw(encode_record(each)))
        for each in records
    ]
    await device.thread.run(device.journal.confirm, changes, cursor, "E1", False)
    keys = device.floor.confirm([(Key(kind_of(each), each.id), each) for each in records], cursor)
    return await device.session.take_news(keys) or device.session.showing


async def happens_elsewhere(device: Device, *events: PackingStarted | ItemVerified | ParcelSealed) -> Showing:
    """What the store makes of facts of bench T2, when they come down here."""
    books: dict[Key, Record | None] = {}
    for event in events:
        for key in event.touches:
            books.setdefault(key, device.floor.get(key.kind, key.id, Record))
        after = admit(books, event, Told(NOW, "T2", "W2"))
        assert not isinstance(after, Denial), after
        books.update(after)
    return await hear(device, *(each for each in books.values() if each is not None))


async def picked(device: Device) -> None:
    """A whole walk, and the worker at the bench with the tote open."""
    await device.scan(BADGE)
    await device.session.take_act(acts.PICK)
    await device.scan(TOTE, own(Kind.LOCATION, "A-01-1"), LAMP, own(Kind.COMMAND, acts.ALL))
    await device.scan(own(Kind.LOCATION, "A-02-1"), MUG, own(Kind.LOCATION, "DROP-1"))
    await device.session.take_act(acts.PACK)
    await device.scan(TOTE)


async def at_rest(device: Device) -> None:
    """All that was done here is at the store, and came down again."""
    entries = await device.thread.run(device.journal.unsent, 1000)
    await device.thread.run(device.journal.settle, [(each.key, device.floor.cursor) for each in entries])
    for each in entries:
        device.floor.settle(each.key, device.floor.cursor + 1)
    ours = [device.floor.order("HOME/1001"), device.floor.tote("T-01"), device.floor.task("P1")]
    await hear(device, *(each for each in ours if each is not None))


def said(showing: Showing) -> tuple[str, Tone | None, str]:
    verdict = showing.verdict
    return showing.prompt.step, verdict.tone if verdict else None, verdict.sentence if verdict else ""


STARTED = PackingStarted(order="HOME/1001", tote="T-01", station="BENCH-2")


# After a restart


@pytest.mark.parametrize("scans", [(), (LAMP,)], ids=["tote open", "item in hand"])
async def test_after_a_restart_nobody_is_signed_on_and_the_same_badge_returns_to_the_same_line(
    device: Device, scans: tuple[str, ...]
) -> None:
    await picked(device)
    await device.scan(*scans)
    step, prompt = device.session.step, device.session.showing.prompt
    showing = await device.restart(badge="")
    assert (said(showing)[0], showing.worker) == ("sign_on", "")
    refused = await device.scan(LAMP)
    assert said(refused)[1] is Tone.REFUSED, "no scan counts before somebody has signed on"
    await device.restart(badge="")
    showing = await device.scan(BADGE)
    assert (device.session.step, showing.prompt, showing.worker) == (step, prompt, "Ada")


async def test_after_a_restart_another_badge_goes_to_the_menu_and_the_walk_is_still_offered(device: Device) -> None:
    await hear(device, BEA)
    await device.scan(BADGE)
    await device.session.take_act(acts.PICK)
    await device.scan(TOTE, own(Kind.LOCATION, "A-01-1"), LAMP)
    showing = await device.restart(BEAS_BADGE)
    assert (device.session.step, showing.worker) == (Menu(), "Bea")
    showing = await device.session.take_act(acts.PICK)
    assert (device.session.step, showing.prompt.tote, showing.prompt.quantity) == (Picking("P1", stop=1), "T-01", "5")
    await device.scan(LAMP)
    await device.session.take_entry("2")
    await device.scan(own(Kind.COMMAND, acts.SIGN_OFF), BADGE)
    assert device.session.showing.prompt.quantity == "3 of 5", "who left it returns to what is left of it"


async def test_a_pin_signs_on_after_a_restart_as_a_badge_does(device: Device) -> None:
    await picked(device)
    await device.restart(badge="")
    await device.session.take_entry("Ada")
    await device.session.take_entry("4711")
    assert device.session.step == Packing("HOME/1001", "T-01")


async def test_a_label_that_nobody_read_back_comes_before_the_next_tote_whoever_packs(device: Device) -> None:
    await hear(device, BEA)
    await picked(device)
    await device.scan(LAMP, own(Kind.COMMAND, acts.ALL), MUG, own(Kind.COMMAND, acts.SEAL))
    label = device.session.step
    assert isinstance(label, Labelling)
    await device.session.take_silence(15)
    await device.scan(BEAS_BADGE)
    assert device.session.step == Menu()
    await device.session.take_silence(15)  # she leaves as well, and leaves nothing of her own
    await device.restart(BEAS_BADGE)
    await device.session.take_act(acts.PACK)
    assert device.session.step == label
    await device.scan(f"]C100{label.parcel}")
    await device.scan(own(Kind.COMMAND, acts.SIGN_OFF), BADGE)
    assert device.session.step == Menu(), "it was read back: there is nothing to return to"


# Nobody does anything


async def test_whoever_does_nothing_for_so_long_is_signed_off_and_returns_to_the_same_line(device: Device) -> None:
    await picked(device)
    await device.scan(LAMP)
    showing = await device.session.take_silence(15)
    assert showing is not None and said(showing)[:2] == ("sign_on", Tone.NOTE)
    assert "15 min without a scan" in said(showing)[2]
    assert (device.session.step, showing.worker) == (SignOn(), "")
    assert isinstance((await device.events())[-1], WorkerSignedOff)
    assert await device.session.take_silence(15) is None, "nobody is signed on any more"
    await device.restart()
    assert device.session.step == Packing("HOME/1001", "T-01", "HOME/LAMP")
    events = await device.events()
    assert [type(each) for each in events if isinstance(each, (WorkerSignedOn, WorkerSignedOff))] == [
        WorkerSignedOn,
        WorkerSignedOff,
        WorkerSignedOn,
    ]


# Somebody works here no more


async def test_a_worker_who_left_is_signed_off_as_soon_as_the_device_hears_of_it(device: Device) -> None:
    await hear(device, BEA)
    await picked(device)
    unsent = len(await device.events())
    showing = await hear(device, replace(WORKER, is_active=False, badge="", pin=""))
    assert said(showing)[:2] == ("sign_on", Tone.REFUSED)
    assert said(showing)[2].startswith("Ada does not work here any more")
    assert len(await device.events()) == unsent + 1, "what was done is kept, and the sign-off stands behind it"
    assert said(await device.scan(LAMP))[:2] == ("sign_on", Tone.REFUSED)
    assert said(await device.scan(BADGE))[:2] == ("sign_on", Tone.REFUSED)
    assert said(await device.scan(BEAS_BADGE))[:2] == ("menu", Tone.GOOD)


# Two benches on one tote


@pytest.mark.parametrize("where", ["item", "number", "scale"])
async def test_the_bench_whose_tote_was_taken_is_told_at_once_and_goes_on_with_the_next(
    device: Device, where: str
) -> None:
    device.has_scale = True
    await device.restart()
    await picked(device)
    if where == "scale":
        await device.scan(LAMP, own(Kind.COMMAND, acts.ALL), MUG, own(Kind.COMMAND, acts.SEAL))
        assert device.session.step == Weighing("HOME/1001", "T-01", by_scale=True)
    elif where == "number":
        await device.scan(LAMP)
    await at_rest(device)
    showing = await happens_elsewhere(device, STARTED)
    assert said(showing) == ("pack_tote", Tone.REFUSED, "BENCH-2 took tote T-01: scan the next tote")
    assert showing.prompt.takes == "scan", "the scale asks for nothing any more"
    facts = len(await device.events())
    await device.session.take_weight(Weight(Decimal("1.615"), Unit.KILOGRAM, Decimal("0.005")), b"")
    assert len(await device.events()) == facts, "and nothing is sealed by what still lies on it"
    await device.restart()
    assert device.session.step == PackWait()


async def test_a_scan_that_came_before_the_news_was_shown_counts_for_nothing(device: Device) -> None:
    await picked(device)
    await at_rest(device)
    order = device.floor.order("HOME/1001")
    assert order is not None
    taken = replace(order, benches=("T1", "T2"), station="BENCH-2")
    device.floor.confirm([(Key("order", order.id), taken)], device.floor.cursor + 1)
    facts = len(await device.events())
    assert said(await device.scan(MUG)) == ("pack_tote", Tone.REFUSED, "BENCH-2 took tote T-01: scan the next tote")
    assert len(await device.events()) == facts


async def test_news_that_came_while_nobody_was_there_is_told_after_the_badge(device: Device) -> None:
    await picked(device)
    await at_rest(device)
    await device.session.take_silence(15)
    await happens_elsewhere(device, STARTED)
    assert said(await device.scan(BADGE)) == (
        "pack_tote",
        Tone.REFUSED,
        "BENCH-2 took tote T-01: scan the next tote",
    )


async def test_the_second_bench_takes_the_tote_with_one_scan_and_hears_what_is_verified(device: Device) -> None:
    await picked(device)
    await device.scan(MUG)
    await at_rest(device)
    await happens_elsewhere(device, STARTED)
    showing = await device.scan(TOTE)
    assert said(showing) == ("pack_item", Tone.GOOD, "BENCH-2 had it open: 1 verified")
    assert (device.session.step, showing.prompt.progress) == (Packing("HOME/1001", "T-01"), "1/6")


async def test_who_sealed_what_another_bench_had_sealed_takes_the_label_off(device: Device) -> None:
    await picked(device)
    await device.scan(LAMP, own(Kind.COMMAND, acts.ALL), MUG)
    await at_rest(device)
    order = device.floor.order("HOME/1001")
    assert order is not None
    theirs = ParcelSealed(
        order=order.id,
        order_number=order.number,
        tote="T-01",
        parcel="095200000000000990",
        number=1,
        contents=order.unpacked,
        weight_grams=900,
    )
    await device.scan(own(Kind.COMMAND, acts.SEAL))
    mine = device.session.step
    assert isinstance(mine, Labelling)
    # The store heard theirs first: what comes down knows nothing of mine.
    books: dict[Key, Record | None] = {Key("order", order.id): order, Key("tote", "T-01"): device.floor.tote("T-01")}
    after = admit({**books, Key("parcel", theirs.parcel): None}, theirs, Told(NOW, "T2", "W2"))
    assert not isinstance(after, Denial)
    showing = await hear(device, *after.values())
    assert said(showing) == (
        "pack_tote",
        Tone.REFUSED,
        f"T2 sealed this tote first: take label {mine.parcel[-6:]} off, throw it away, scan the next tote",
    )
