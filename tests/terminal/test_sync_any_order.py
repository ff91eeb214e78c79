"""Any loss, repeat, delay or reordering between terminal and store ends with both sides agreed."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.events import PickConfirmed
from orders.records import Tote
from tests.terminal.sync_peer import BOUND, FAULTS, SHELF, Device, Faulty, picked, pieces, stocked

STEPS = st.lists(
    st.one_of(
        st.sampled_from(["pick", "restart", "replay", "others", "agree"]),
        st.tuples(st.just("faults"), st.lists(st.sampled_from(["", *FAULTS]), min_size=1, max_size=8)),
    ),
    min_size=3,
    max_size=14,
)


async def adventure(steps: list[Any]) -> None:
    with TemporaryDirectory() as home:
        peer = stocked()
        link = Faulty(peer)
        device = Device(Path(home) / "journal.db", link)
        await device.start()
        wanted = 0
        try:
            await device.until(lambda: pieces(device) == 0)
            await device.tell(BOUND, SHELF)
            for step in steps:
                match step:
                    case "pick":
                        wanted += 1
                        await device.tell(picked(1))
                    case "restart":
                        await device.stop()
                        await device.start()
                    case "replay":
                        link.is_replaying = not link.is_replaying
                    case "others":
                        peer.put(Tote(id=f"T-{random.Random(wanted).randrange(9)}9"))
                        await peer.announce()
                    case "agree":
                        await device.agreed(peer)
                    case ("faults", faults):
                        link.faults += faults
                assert pieces(device) == wanted, "what was scanned is what is shown, at every moment"
            link.faults.clear()
            await device.agreed(peer)
            assert pieces(device) == wanted
            assert sum(isinstance(event, PickConfirmed) for event in peer.events) == wanted
            assert not [note for note in device.notes if "number" in note]
        finally:
            await device.stop()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(STEPS)
def test_any_loss_repeat_or_delay_ends_with_both_sides_agreed(steps: list[Any]) -> None:
    asyncio.run(adventure(steps))


@pytest.mark.long
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(STEPS)
def test_any_loss_repeat_or_delay_ends_with_both_sides_agreed_at_length(steps: list[Any]) -> None:
    asyncio.run(adventure(steps))
