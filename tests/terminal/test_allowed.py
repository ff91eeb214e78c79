"""What may pass at a step: the site's word, less the device's, from the bytes of a scanner to the verdict on screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from orders import barcodes, wire
from orders.barcodes import Kind
from orders.events import ScanRefused
from orders.records import Key, Site, Tote, encode_record, kind_of
from orders.workflow_profiles import WorkflowProfile
from scanners.parse import parse
from scanners.scan import ADMITTABLE
from terminal.app import FloorApp
from terminal.messages import RecordsChanged, ScanBurst
from terminal.parts import Parts
from terminal.screens.floor_screen import FloorScreen
from terminal.session import Session
from terminal.workflows import acts
from terminal.workflows.allowed import DeviceLimits
from terminal.workflows.prompts import Tone
from tests.floors import ADDRESS, BADGE, LOCATIONS, OWNER, PRODUCTS, SITE, WORKER, small_order
from tests.terminal.devices import PROFILE, Device, own
from tests.terminal.looking import running, until

DATED = "]C10105012345678900" + "17991332"
LAMP = "]E05012345678900"
TOTE, SHELF = own(Kind.TOTE, "T-01"), own(Kind.LOCATION, "A-01-1")
REST = (
    *(LAMP, own(Kind.COMMAND, acts.ALL), own(Kind.LOCATION, "A-02-1"), own(Kind.PRODUCT, "000002")),
    own(Kind.LOCATION, "DROP-1"),
)


def site(**profiles: dict[str, tuple[str, ...]]) -> Site:
    return replace(SITE, workflows=tuple(WorkflowProfile(workflow=name, **said) for name, said in profiles.items()))


class Strict(Device):
    """A device whose config takes something away."""

    limits = DeviceLimits()

    async def begin(self, told: Site) -> None:
        everything = (told, OWNER, ADDRESS, WORKER, *PRODUCTS, *LOCATIONS, Tote(id="T-01"), *small_order())
        await self.start(everything)
        self.session = Session(self.floor, self.journal, self.thread, self.clock, store=self.store, limits=self.limits)
        await self.session.start()

    async def scan(self, *texts: str) -> Any:
        """Reads as every reader does: what may be lived with is left to the session."""
        for text in texts:
            await self.session.take_scan(parse(text.encode(), PROFILE, "test", 0.0, admits=ADMITTABLE))
        return self.session.showing

    async def to_the_shelf(self) -> None:
        await self.scan(BADGE)
        await self.session.take_act(acts.PICK)
        await self.scan(TOTE, SHELF)

    async def to_the_bench(self) -> None:
        await self.to_the_shelf()
        await self.scan(*REST)
        await self.session.take_act(acts.PACK)
        await self.scan(TOTE)

    async def hear_of(self, told: Site) -> None:
        """The store's next word."""
        body = msgspec.Raw(encode_record(told))
        change = wire.Change(kind=kind_of(told), id=told.id, revision=2, cursor=99, body=body)
        await self.thread.run(self.journal.confirm, [change], 99, "E1", False)
        self.floor.confirm([(Key(change.kind, change.id), told)], 99)


@pytest.fixture
async def device(tmp_path: Path) -> AsyncIterator[Strict]:
    device = Strict(tmp_path / "journal.db")
    yield device
    await device.stop()


async def test_a_problem_refuses_the_scan_where_the_site_says_nothing(device: Strict) -> None:
    await device.begin(SITE)
    await device.to_the_shelf()
    showing = await device.scan(DATED)
    assert showing.verdict.tone is Tone.REFUSED
    assert "(17)991332 is no date that exists" in showing.verdict.sentence
    assert showing.prompt.step == "pick_item"
    assert isinstance((await device.events())[-1], ScanRefused)


async def test_a_problem_passes_in_the_work_that_admits_it_and_in_no_other(device: Strict) -> None:
    await device.begin(site(picking={"admits": ("date",)}))
    await device.to_the_shelf()
    assert (await device.scan(DATED)).prompt.step == "pick_quantity"
    await device.scan(own(Kind.COMMAND, acts.NO))
    await device.session.clear()
    await device.scan(*REST)
    await device.session.take_act(acts.PACK)
    assert (await device.scan(TOTE)).prompt.step == "pack_item"
    showing = await device.scan(DATED)
    assert (showing.prompt.step, showing.verdict.tone) == ("pack_item", Tone.REFUSED)
    assert "no date that exists" in showing.verdict.sentence


async def test_a_site_may_be_stricter_than_usual(device: Strict) -> None:
    twice = "]C10105012345678900" + "0105012345678900"
    await device.begin(SITE)
    await device.to_the_shelf()
    assert (await device.scan(twice)).prompt.step == "pick_quantity"
    await device.session.clear()
    await device.hear_of(site(picking={"admits": ()}))
    showing = await device.scan(twice)
    assert (showing.prompt.step, showing.verdict.tone) == ("pick_item", Tone.REFUSED)
    assert "twice alike" in showing.verdict.sentence


async def test_a_device_refuses_what_its_site_admits_and_never_the_other_way(device: Strict) -> None:
    device.limits = DeviceLimits(refuses=("date",))
    await device.begin(site(picking={"admits": ("date", "unknown-ai")}))
    await device.to_the_shelf()
    assert (await device.scan(DATED)).verdict.tone is Tone.REFUSED


@pytest.mark.parametrize(
    ("told", "limits", "typed", "step"),
    [
        (SITE, DeviceLimits(), "LAMP", "pick_quantity"),
        (site(picking={"keyed_items": ()}), DeviceLimits(), "LAMP", "pick_item"),
        (site(picking={"keyed_items": ("digits",)}), DeviceLimits(), "LAMP", "pick_item"),
        (
            site(picking={"keyed_items": ("digits",)}),
            DeviceLimits(),
            f"8900{barcodes.check_digits('A-01-1')}",
            "pick_quantity",
        ),
        (site(packing={"keyed_items": ()}), DeviceLimits(), "LAMP", "pick_quantity"),
        (SITE, DeviceLimits(keyed_items=("digits",)), "LAMP", "pick_item"),
        (site(picking={"keyed_items": ()}), DeviceLimits(keyed_items=("sku", "digits")), "LAMP", "pick_item"),
    ],
)
async def test_an_item_may_be_typed_as_site_and_device_both_allow(
    device: Strict, told: Site, limits: DeviceLimits, typed: str, step: str
) -> None:
    device.limits = limits
    await device.begin(told)
    await device.to_the_shelf()
    showing = await device.session.take_entry(typed)
    assert showing.prompt.step == step
    if step == "pick_item":
        assert showing.verdict is not None
        assert showing.verdict.reason == "keying_not_allowed"


async def test_what_may_be_typed_while_packing_is_a_word_of_its_own(device: Strict) -> None:
    await device.begin(site(packing={"keyed_items": ()}))
    await device.to_the_bench()
    showing = await device.session.take_entry("LAMP")
    assert showing.verdict is not None
    assert (showing.prompt.step, showing.verdict.reason) == ("pack_item", "keying_not_allowed")


async def test_the_screen_refuses_a_problem_until_the_site_admits_it(device: Strict) -> None:
    await device.begin(SITE)
    await device.to_the_shelf()

    async def open_parts() -> Parts:
        return Parts(session=device.session, floor=device.floor)

    app = FloorApp(open_parts)
    async with running(app, size=(20, 16)) as pilot:
        app.post_message(ScanBurst(DATED))
        await until(pilot, lambda: app.showing.verdict is not None and app.showing.verdict.tone is Tone.REFUSED)
        await pilot.pause()
        assert isinstance(app.screen, FloorScreen)
        assert "date that exists" in app.screen.said
        await device.hear_of(site(picking={"admits": ("date",)}))
        app.post_message(RecordsChanged(frozenset()))
        app.post_message(ScanBurst(DATED))
        await until(pilot, lambda: app.showing.prompt.step == "pick_quantity")
