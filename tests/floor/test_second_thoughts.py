"""A worker with second thoughts: takes back what he did, all morning, while messages are lost and his device dies.

Whatever is taken back is done again, so the books have to end as if he had never doubted.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random

from terminal.demo.feed import Told
from terminal.demo.robot import Aim, command
from terminal.workflows import acts
from tests.floor.faulty_link import FaultyLink, at_random
from tests.floor.shift import Worker, morning
from tests.floor.warehouse import Warehouse, books

EVERY = 3


@dataclass
class Doubter(Worker):
    """Takes back every third thing that can be taken back, then does it again."""

    doings: int = 0
    doubted_at: int = 0
    parcel: str = ""

    def aim(self, told: Told) -> Aim | None:
        """What to scan next."""
        if told.step == "pack_label":
            self.parcel = told.expects[0].removeprefix("]C100")
        is_news = told.turn != self.turn and told.tone == "OK" and "Undone" not in told.verdict
        if not (is_news and acts.UNDO in told.acts):
            return super().aim(told)
        self.doings += 1
        if self.doings % EVERY or self.doubted_at == self.doings:
            return super().aim(told)
        self.turn, self.doubted_at = told.turn, self.doings
        if told.step == "pack_tote":
            self._sealed = self.parcel  # the tote of that parcel is empty all the same
        return Aim(command(acts.UNDO), "has second thoughts")


def test_what_is_taken_back_all_morning_leaves_the_books_as_if_nothing_had_been(
    warehouse: Warehouse, tmp_path: Path, chance: Random
) -> None:
    with morning(warehouse, tmp_path / "m") as day, FaultyLink(day.store.port, at_random(chance, 0.1)) as link:
        shift = day.shift(url=link.url, packs_at=2)
        shift.worker = Doubter(**{each.name: getattr(shift.worker, each.name) for each in fields(Worker) if each.init})

        def kill() -> None:
            time.sleep(chance.random() * 0.04)  # any moment of a scan's way, not one that is waited for
            shift.kill()

        shift.plans = dict.fromkeys(sorted(chance.sample(range(4, warehouse.scans), 2)), kill)
        shift.work()
        kinds = Counter(kind for _, _, kind, _, _, _ in books(day.stage.database)["events"])
        print({kind: count for kind, count in kinds.items() if kind.endswith("_undone")})
        assert all(kinds[kind] for kind in ("pick_undone", "verification_undone", "read_back_undone"))
        assert shift.deaths == 2
        day.prove(shift.device)
        events = books(day.stage.database)["events"]
        taken = sum(
            json.loads(body)["event"]["quantity"] for _, _, kind, *_, body in events if kind == "pick_confirmed"
        )
        back = sum(json.loads(body)["event"]["quantity"] for _, _, kind, *_, body in events if kind == "pick_undone")
        assert taken - back == sum(warehouse.wanted[key] for key in warehouse.wanted), "every doubt was made good"
