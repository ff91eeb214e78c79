"""Command cards: every act that a prompt offers can be scanned, and what is printed reads back as that act."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from orders.barcodes import Kind, decode, encode
from scanners.parse import parse
from terminal import cards
from terminal.commands import main
from terminal.screens.overlays import act_list, help_reader
from terminal.workflows import acts, desk
from terminal.workflows.resolve import resolve_scan
from terminal.workflows.steps import ACommand, Refused
from tests.terminal.looking import SHELF, ScriptedSession, an_app, running, scan
from tests.terminal.operators import PROFILE
from tests.terminal.test_every_screen import STATES

WHERE = {"pick": "Cart", "pack": "Bench", "ship": "Dock"}


def test_every_act_is_on_some_card() -> None:
    hung = {name for title in cards.CARDS for name in cards.names(title)}
    assert hung == set(acts.COMMANDS)


@pytest.mark.parametrize("state", STATES)
def test_whatever_can_be_chosen_on_a_screen_can_be_scanned_from_the_card_that_hangs_there(state: str) -> None:
    operator = STATES[state]
    hung = {name for title in cards.CARDS for name in cards.names(title)}
    here = WHERE.get(operator.asked.step.partition("_")[0])
    for act in operator.asked.acts:
        if act.name.startswith(acts.CHOSEN):
            continue  # a manifest has its own barcode; which job and which printer are chosen on the screen
        assert act.name in (cards.names(here) if here else hung)
        scanned = resolve_scan(parse(encode(Kind.COMMAND, act.name), PROFILE, "test", 0.0), operator.floor)
        assert scanned == ACommand(act.name)
        outcome = desk.judge(operator.step, scanned, operator.floor, operator.here)
        assert not isinstance(outcome, Refused) or "not possible here" not in outcome.sentence


@pytest.mark.parametrize("opened", [act_list, help_reader])
async def test_a_command_barcode_closes_what_is_laid_over_and_does_its_act(opened: object) -> None:
    session = ScriptedSession(SHELF)
    async with running(an_app(session)) as pilot:
        await pilot.press("right" if opened is act_list else "question_mark", "enter")
        await scan(pilot, session, encode(Kind.COMMAND, acts.SKIP))
        assert session.taken[-1] == f"scan:{encode(Kind.COMMAND, acts.SKIP)}"


def test_what_is_printed_reads_back_as_the_acts_in_their_order(tmp_path: Path) -> None:
    assert main(["--cards", str(tmp_path / "cards")], {}, tmp_path / "floorhand.toml") == 0
    for title in cards.CARDS:
        document = pypdfium2.PdfDocument(tmp_path / "cards" / f"{title.lower()}-card.pdf")
        read = [
            each.text
            for page in document
            for each in zxingcpp.read_barcodes(page.render(scale=203.2 / 72, grayscale=True).to_pil())
        ]
        document.close()
        assert {own.body for text in read if (own := decode(text)) and own.kind is Kind.COMMAND} == set(
            cards.names(title)
        )


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path, capsys: object) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--cards", str(tmp_path / "file" / "cards")], {}, tmp_path / "floorhand.toml") == 2
