"""Every screen that a worker can come to, as the workflows ask it, at the four sizes of the floor.

Each is found whole in the text, and compared with a picture of it in `screens/` that somebody has looked at.
`FLOORHAND_WRITE_SCREENS=1` writes the pictures anew.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.identifiers import sscc
from orders.records import Key
from printing.troubles import Trouble, sentence
from terminal import screen_wording as words
from terminal.screens.floor_view import FloorView
from terminal.workflows import acts, desk
from terminal.workflows.prompts import Showing, Tone, Verdict
from terminal.workflows.steps import (
    Accepted,
    AskPin,
    HeldPrint,
    Here,
    Menu,
    NeedsAnswer,
    Prints,
    Queue,
    Refused,
    Shipping,
    SignOn,
)
from tests.floors import NOW, PRODUCTS, WORKER, floor_of, small_order
from tests.terminal.operators import (
    LAMP,
    MUG,
    NEXT_SHELF,
    OTHER_SHELF,
    SPARE_TOTE,
    SSCC,
    TOTE,
    Operator,
    at_drop,
    at_item,
    at_next_shelf,
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
from tests.terminal.test_workflows_packs import CASE
from tests.terminal.test_workflows_packs import picker_of as cases
from tests.terminal.test_workflows_voiding import at_the_next_tote

ROOT = Path(__file__).resolve().parents[2]
SIZES = [(20, 16), (40, 24), (80, 24), (160, 50)]
KEYS = {
    *words.refusal_keys(),
    *(
        text
        for has_acts, can_clear, is_hiding in product((True, False), repeat=3)
        for text in words.keys(has_acts=has_acts, can_clear=can_clear, is_hiding=is_hiding)
    ),
}
# Whatever can be on the glass, and which file proves it at the four sizes.
SEEN_AT_EVERY_SIZE = {
    "FloorView": "test_every_screen.py",
    "FloorScreen": "test_app.py",
    "ActList": "test_screens_overlays.py",
    "Reader": "test_screens_overlays.py",
    "Papers": "test_preview.py",
    "QueueHead": "test_screens_queue.py",
    "QueueFoot": "test_screens_queue.py",
    "QueueView": "test_app.py",
    "QueueScreen": "test_app.py",
    "TrialView": "test_scanner_trial.py",
    "TrialScreen": "test_device_ears.py",
}
PICTURES = Path(__file__).resolve().parent / "screens"


def states() -> Iterator[tuple[str, Operator]]:
    """One operator for each state that the desk can be in, with the verdict of the scan that led there."""
    yield "sign on", Operator(SignOn(), floor_of(), Here(now=NOW))
    yield "sign on, nobody known yet", Operator(SignOn(), type(floor_of())("T1"), Here(now=NOW))
    stranger = barcodes.encode(Kind.BADGE, "W9-SECRET7")
    yield "sign on, unknown badge", Operator(SignOn(), floor_of(), Here(now=NOW)).scan(stranger)
    yield "pin", Operator(AskPin("W1"), floor_of(), Here(now=NOW))
    yield "pin, wrong", Operator(AskPin("W1"), floor_of(), Here(now=NOW)).key("1234")
    yield "menu", Operator(Menu(), floor_of())
    yield "queue", Operator(Queue(), floor_of())
    yield "pick, tote", picker()
    yield "pick, tote, refused", picker().scan(LAMP)
    yield "pick, shelf", at_shelf()
    yield "pick, wrong shelf", at_shelf().scan(OTHER_SHELF)
    yield "pick, item", at_item()
    yield "pick, wrong item", at_item().scan(MUG)
    yield "pick, number", at_number()
    yield "pick, too many", at_number().key("99999")
    yield "pick, some left", at_number().key("3")
    yield "pick, undone", at_next_shelf().scan(command(acts.UNDO))
    yield "pick, nothing to undo", picker().scan(command(acts.UNDO))
    yield "pick, nothing to confirm", at_shelf().scan(command(acts.CONFIRM))
    yield "pick, short undone", at_item().act(acts.SHORT_EMPTY).act(acts.UNDO)
    yield "pick, keyed by digits, wrong shelf", at_item().key("8900999999")
    yield "pick, cases", cases(27)
    yield "pick, cases, number", cases(27).scan(LAMP)
    yield "pick, one case", cases(27).scan(CASE)
    yield "pick, case too large", cases(5).scan(CASE)
    yield "pick, short", at_item().act(acts.SHORT_EMPTY)
    yield "pick, drop", at_drop()
    yield (
        "pick, nothing found",
        at_item().act(acts.SHORT_EMPTY).scan(NEXT_SHELF).act(acts.SHORT_EMPTY),
    )
    yield (
        "pick, done",
        dropped(),
    )
    yield "pick, drop undone", dropped().scan(command(acts.UNDO))
    yield "pick, tote set down", at_shelf().scan(command(acts.UNDO))
    yield "pick, label nowhere", at_item().scan(command(acts.REPRINT))
    yield "pick, logistic unit", at_item().scan("]C10010614141234567890802050123456789003712")
    lost = picker()
    taken = replace(lost.floor.task("P1"), claimed_by="T2")
    lost.floor.confirm([(Key("task", "P1"), taken)], 2)
    yield "pick, lost", lost
    yield "pack, tote", packer()
    yield "pack, item", packer().scan(TOTE)
    yield "pack, wrong item", packer().scan(TOTE).scan("HOOK-EAN")
    yield "pack, number", packer().scan(TOTE).scan(LAMP)
    yield "pack, seal", packer().scan(TOTE).scan(LAMP).key("5").scan(MUG)
    gone = packer().scan(TOTE)
    gone.step = type(gone.step)("HOME/9", "T-01")
    yield "pack, lost", gone
    yield "pack, no number left", ready_to_seal(next_sscc=lambda owner: None).scan(command(acts.SEAL))
    weighed = ready_to_seal(next_sscc=lambda owner: SSCC)
    weighed.floor.confirm([(Key("product", "HOME/LAMP"), replace(PRODUCTS[0], weight_grams=None))], 3)
    yield "pack, weight", weighed.scan(command(acts.SEAL))
    at_the_scale = ready_to_seal(next_sscc=lambda owner: SSCC, has_scale=True).scan(command(acts.SEAL))
    yield "pack, scale", at_the_scale
    yield "pack, label", sealed()
    yield (
        "pack, other label",
        sealed().scan(f"]C100{sscc('952000', 2)}"),
    )
    bench = ready_to_seal(next_sscc=lambda owner: SSCC)
    yield "pack, undone", packer().scan(TOTE).scan(LAMP).key("5").scan(command(acts.UNDO))
    yield "pack, label, no sign-off", bench.scan(command(acts.SEAL)).scan(command(acts.SIGN_OFF))
    yield (
        "pack, read-back undone",
        ready_to_seal(next_sscc=lambda owner: SSCC)
        .scan(command(acts.SEAL))
        .scan(f"]C100{SSCC}")
        .scan(command(acts.UNDO)),
    )
    yield "pack, order's number for the label", sealed().scan("]C01001")
    nowhere = ready_to_seal(next_sscc=lambda owner: SSCC, stations=("BENCH-1", "BENCH-2"), prints=frozenset())
    yield "pack, no printer", nowhere.scan(command(acts.SEAL))
    yield "pack, parcel in hand", sealed().scan(f"]C100{SSCC}").scan(f"]C100{SSCC}")
    yield "pack, item, parcel in hand", at_the_next_tote().scan(f"]C100{SSCC}")
    yield "pack, void with the next tote open", at_the_next_tote().scan(f"]C100{SSCC}").act(acts.VOID)
    yield (
        "pack, voided with the next tote open",
        at_the_next_tote().scan(f"]C100{SSCC}").act(acts.VOID).scan(SPARE_TOTE),
    )
    yield "pack, label again", sealed().act(acts.REPRINT)
    yield "pack, void", sealed().act(acts.VOID)
    printed = sealed()
    printed.here = replace(printed.here, held=(held_print("Load labels, then press Enter", "yes"),))
    yield "pack, label, out of labels", printed
    away = sealed()
    reason = sentence(Trouble.NO_ANSWER, "Connection refused")
    away.here = replace(away.here, held=(held_print(reason, "no"),), printers=("zebra", "office"))
    yield "pack, label, no answer", away
    yield "print, nothing held", Operator(Prints(Menu()), floor_of())
    held = Operator(Prints(Menu()), floor_of())
    held.here = replace(
        held.here, held=(held_print(reason, "no", "slip"), held_print(sentence(Trouble.LOST), "unsure"))
    )
    yield "print, choose", held
    unsure = Operator(Prints(Menu()), floor_of())
    unsure.here = replace(held.here, printers=("zebra", "office"))
    yield "print, nobody knows", unsure.key("2")
    stranger_there = Operator(Prints(Menu()), floor_of())
    stranger_there.here = unsure.here
    yield "print, other scan", stranger_there.key("2").scan(LAMP)
    station = Operator(Menu(), floor_of())
    yield "menu, station", station.scan(barcodes.encode(Kind.STATION, "BENCH-2"))
    yield "ship, choose", dock()
    yield "ship, nothing stands", Operator(Shipping(), floor_of())
    yield "ship, open", dock().key("1")
    yield "ship, parcel in hand", dock().scan(f"]C100{SSCC}")
    yield "ship, which label", dock().scan(command(acts.REPRINT))
    yield "ship, ask close", dock().key("1").act(acts.CLOSE)
    yield "ship, closed", dock().key("1").act(acts.CLOSE).act(acts.YES)
    yield "ship, ask hand over", dock().key("1").act(acts.CLOSE).act(acts.YES).act(acts.HAND_OVER)
    yield "ship, handed over", dock().key("1").act(acts.CLOSE).act(acts.YES).act(acts.HAND_OVER).act(acts.YES)
    left = dock().key("1").act(acts.CLOSE).act(acts.YES).act(acts.HAND_OVER).act(acts.YES)
    left.step = Shipping("ROYAL-24-20261120-1700")
    left.last = None
    yield "ship, gone", left


def held_print(reason: str, sent: Literal["no", "yes", "unsure"], kind: str = "label") -> HeldPrint:
    """A document of the small order that did not come out of `zebra`."""
    return HeldPrint(f"{SSCC}-{kind}-1", kind, "HOME/1001", SSCC, 1, "zebra", reason, sent, "1001")


STATES = dict(states())


def verdict_of(operator: Operator) -> Verdict | None:
    match operator.last:
        case Accepted(sentence=sentence, is_note=is_note) if sentence:
            return Verdict(Tone.NOTE if is_note else Tone.GOOD, sentence)
        case Refused(sentence=sentence, reason=reason):
            return Verdict(Tone.REFUSED, sentence, reason)
        case NeedsAnswer(sentence=sentence) if sentence:
            return Verdict(Tone.ASK, sentence)
    return None


def view_of(operator: Operator) -> FloorView:
    name = "" if operator.asked.step in ("sign_on", "ask_pin") else WORKER.name
    return FloorView(Showing(operator.asked, verdict_of(operator), 1, name), badge="ONLINE", waiting=0)


def text_of(operator: Operator, size: tuple[int, int]) -> str:
    return "\n".join(line.text.rstrip() for line in view_of(operator).lines(*size))


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_no_step_and_no_prompt_is_left_out() -> None:
    assert {type(operator.step) for operator in STATES.values()} == set(desk._PROMPTS)
    shown = {operator.asked.step for operator in STATES.values()}
    source = "".join(path.read_text(encoding="utf-8") for path in Path(desk.__file__).parent.glob("*.py"))
    assert set(re.findall(r'step="(\w+)"', source)) | {"ship_ask_close", "ship_ask_handover"} == shown


def test_nothing_can_be_on_the_glass_that_is_not_looked_at() -> None:
    found = {
        node.name
        for path in (ROOT / "terminal").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and is_seen(node)
    }
    assert found == set(SEEN_AT_EVERY_SIZE)
    for name, file in SEEN_AT_EVERY_SIZE.items():
        text = (Path(__file__).parent / file).read_text(encoding="utf-8")
        assert "(20, 16), (40, 24), (80, 24), (160, 50)" in text or "SIZES" in text, f"{name}: {file}"


def is_seen(node: ast.ClassDef) -> bool:
    """Whether that is a screen, or lays out lines for one."""
    bases = [ast.unparse(base).partition("[")[0] for base in node.bases]
    lays_out = any(
        isinstance(each, ast.FunctionDef) and [arg.arg for arg in each.args.args] == ["self", "width", "height"]
        for each in node.body
        if isinstance(each, ast.FunctionDef) and each.name == "lines"
    )
    return ("Protocol" not in bases and lays_out) or bool({"Screen", "ModalScreen", "ScrollView"} & set(bases))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", STATES)
def test_what_is_needed_stands_whole(name: str, size: tuple[int, int]) -> None:
    prompt, verdict = STATES[name].asked, verdict_of(STATES[name])
    glass = text_of(STATES[name], size)
    rows = glass.splitlines()
    assert len(rows) <= size[1]
    assert all(len(row) <= size[0] for row in rows)
    if verdict is not None:
        assert bare(verdict.sentence) in bare(glass)
    for needed in (prompt.location, prompt.item, prompt.quantity, prompt.tote):
        assert bare(needed) in bare(glass), needed
    assert rows[-1] in KEYS, "the keys stand whole in the last row"


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_screen_looks_as_it_did_when_somebody_looked(size: tuple[int, int]) -> None:
    edge = "=" * size[0]
    page = "\n".join(f"{edge} {name}\n{text_of(operator, size)}" for name, operator in STATES.items()) + "\n"
    picture = PICTURES / f"{size[0]}x{size[1]}.txt"
    if os.environ.get("FLOORHAND_WRITE_SCREENS"):
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(page, encoding="utf-8")
    assert page == picture.read_text(encoding="utf-8")


def test_the_small_order_is_the_one_on_the_pictures() -> None:
    order, _ = small_order()
    assert order.number in text_of(STATES["pick, shelf"], (80, 24))
