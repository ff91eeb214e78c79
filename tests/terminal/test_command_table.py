"""Every screen and every command barcode: each acts, or says in a sentence what can be done. Never silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from terminal.workflows import acts
from terminal.workflows.steps import (
    Accepted,
    AskClose,
    AskHandover,
    AskPin,
    AsksStore,
    AskVoid,
    HeldPrint,
    Labelling,
    Looks,
    Menu,
    Picking,
    Prints,
    Queue,
    Refused,
    Shipping,
    SignOn,
    Step,
    Weighing,
)
from tests.floors import floor_of
from tests.terminal.operators import (
    LAMP,
    NEXT_SHELF,
    SSCC,
    TOTE,
    Operator,
    at_drop,
    at_item,
    at_next_item,
    at_number,
    at_shelf,
    command,
    dock,
    dropped,
    packer,
    picker,
    ready_to_seal,
    sealed,
)
from tests.terminal.scanner_reads import sent
from tests.terminal.trial_bench import Bench

MANIFEST = "ROYAL-24-20261120-1700"
HELD = HeldPrint(f"{SSCC}-label-1", "label", "HOME/1001", SSCC, 1, "zebra", "Load labels", "unsure", "1001")
# What a person can do, as the sentences of this house begin it.
CAN_BE_DONE = re.compile(
    r"\b(scan|type|choose|press|seal|stick|take|put|drop|close|reopen|hand over|answer|go|weigh|call|print|set|walk|see"
    r"|bring|look|arrow|watch|load|esc)\b",
    re.IGNORECASE,
)


def at(step: Step) -> Operator:
    return Operator(step, floor_of())


def moved(operator: Operator, step: Step) -> Operator:
    operator.step = step
    return operator


def held(back: Menu | Labelling, job: str = "") -> Operator:
    operator = sealed() if isinstance(back, Labelling) else at(back)
    operator.here = replace(operator.here, held=(HELD,), printers=("zebra", "office"))
    return moved(operator, Prints(back, job))


def closed() -> Operator:
    return dock().key("1").act(acts.CLOSE).act(acts.YES)


SCREENS: dict[str, Callable[[], Operator]] = {
    "nobody is signed on": lambda: at(SignOn()),
    "a PIN is asked for": lambda: at(AskPin("W1")),
    "menu": lambda: at(Menu()),
    "menu after a drop": dropped,
    "live queue": lambda: at(Queue()),
    "task is gone": lambda: at(Picking("P1")),
    "tote": picker,
    "shelf": at_shelf,
    "item": at_item,
    "number": at_number,
    "last stop": at_next_item,
    "drop": at_drop,
    "empty tote": lambda: at_item().scan(command(acts.SHORT)).scan(NEXT_SHELF).scan(command(acts.SHORT)),
    "bench": packer,
    "items at the bench": lambda: packer().scan(TOTE),
    "number at the bench": lambda: packer().scan(TOTE).scan(LAMP),
    "seal": lambda: ready_to_seal(next_sscc=lambda owner: SSCC),
    "weight": lambda: moved(ready_to_seal(), Weighing("HOME/1001", "T-01")),
    "scale": lambda: moved(ready_to_seal(), Weighing("HOME/1001", "T-01", by_scale=True)),
    "label": sealed,
    "void?": lambda: moved(sealed(), AskVoid("HOME/1001", SSCC)),
    "after a label": lambda: sealed().scan(f"]C100{SSCC}"),
    "prints": lambda: held(Menu()),
    "a held print": lambda: held(Menu(), HELD.job),
    "a held label": lambda: held(Labelling("HOME/1001", SSCC), HELD.job),
    "dock": dock,
    "dock with nothing": lambda: at(Shipping()),
    "open manifest": lambda: dock().key("1"),
    "parcel in hand": lambda: dock().scan(f"]C100{SSCC}"),
    "closed manifest": closed,
    "close?": lambda: moved(dock(), AskClose(MANIFEST)),
    "hand over?": lambda: moved(closed(), AskHandover(MANIFEST)),
}


@pytest.mark.parametrize("screen", SCREENS)
def test_every_command_acts_or_is_answered_at_every_screen(screen: str) -> None:
    for name in (*acts.COMMANDS, "OF-A-LATER-CARD"):
        operator = SCREENS[screen]()
        before, asked = operator.step, operator.asked
        offered = {act.name for act in asked.acts}
        operator.scan(command(name))
        outcome = operator.last
        if isinstance(outcome, Refused):
            assert outcome.reason, (screen, name)
            assert CAN_BE_DONE.search(outcome.sentence), (screen, name, outcome.sentence)
            assert name not in offered or screen == "last stop", (screen, name, "what is offered is possible")
        elif not isinstance(outcome, AsksStore | Looks):
            is_act = isinstance(outcome, Accepted) and bool(outcome.events or outcome.orders)
            assert outcome is not None
            assert is_act or outcome.sentence or operator.step != before or operator.asked != asked, (screen, name)


@pytest.mark.parametrize("name", ["SIGN-OFF", "SHORT", "REPRINT"])
def test_a_command_card_at_the_pin_costs_no_try(name: str) -> None:
    assert at(AskPin("W1")).scan(command(name)).reason != "pin_wrong"


def test_the_scanners_test_answers_every_command_too(tmp_path: Path) -> None:
    for name in acts.COMMANDS:
        bench = Bench(tmp_path / "floorhand.toml")
        bench.trial.take(sent(f"{command(name)}\r"))
        bench.log.close()
        assert bench.trial.is_closed or CAN_BE_DONE.search(bench.trial.said), name
