"""What a worker is asked and told, where words or digits of another step would mislead the hand."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

import floorhand
from terminal import printer_wording
from terminal.demo import commands as demo
from terminal.layers import Layers
from terminal.whole_words import say
from terminal.workflows import acts
from terminal.workflows.steps import AskPin, Menu, Picking, Queue
from tests.floors import WORKER
from tests.terminal.looking import ScriptedSession, an_app, by_hand, running, until
from tests.terminal.operators import LAMP, MUG, NEXT_SHELF, SHELF, TOTE, packer, picker

DAMAGED = "]E05012345678901"
"""The lamp's code with a scratch through its check digit."""


def said(outcome: object) -> str:
    return getattr(outcome, "sentence", "")


def test_a_digit_of_the_list_means_the_same_at_the_item_and_at_its_number() -> None:
    operator = picker().scan(TOTE)
    at_shelf = {act.digit: act.name for act in operator.asked.acts}
    at_item = {act.digit: act.name for act in operator.scan(SHELF).asked.acts}
    at_number = {act.digit: act.name for act in operator.scan(LAMP).asked.acts}
    assert at_shelf[4] == at_item[4] == at_number[4] == acts.SKIP
    assert [at_item[digit] for digit in (1, 2, 3)] == [at_number[digit] for digit in (1, 2, 3)]
    assert at_number[5] == acts.ALL
    at_bench = packer().scan(TOTE).scan(LAMP)
    assert {act.digit: act.name for act in at_bench.asked.acts}[5] == acts.ALL


async def test_an_act_from_the_list_leaves_nothing_half_typed_for_the_next_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Layers, "CHOICE_SECONDS", 0.01)
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        await by_hand(pilot, "right", "7", "right", "4")  # 7 is not on this list, so it was typed
        await until(pilot, lambda: session.taken == ["act:SKIP"])
        await by_hand(pilot, "6", "enter")
        await until(pilot, lambda: session.taken == ["act:SKIP", "entry:6"])


@pytest.mark.parametrize(
    "step", [Menu(), Queue(), AskPin(WORKER.id), Picking("P1")], ids=lambda step: type(step).__name__
)
def test_a_code_that_was_not_read_whole_is_answered_alone(step: object) -> None:
    operator = picker()
    operator.step = step  # type: ignore[assignment]
    operator.scan(DAMAGED)
    assert operator.reason == "unreadable"
    assert said(operator.last).startswith("The check digit of")
    assert operator.step == step


def test_the_menu_says_what_came_and_the_queue_how_it_is_left() -> None:
    operator = picker()
    operator.step = Menu()
    assert said(operator.scan(MUG).last) == "Choose from the menu: that is item MUG"
    assert said(operator.key("7").last) == "Choose from the menu: it has no 7"
    operator.step = Queue()
    assert "Esc goes back to the menu" in said(operator.scan(MUG).last)


def test_too_many_is_put_back_at_the_shelf_and_laid_aside_at_the_bench() -> None:
    assert "put the rest back" in said(picker().scan(TOTE).scan(SHELF).scan(LAMP).key("9").last)
    assert "lay the rest aside" in said(packer().scan(TOTE).scan(LAMP).key("9").last)


def test_help_says_what_to_do_at_the_beginning_and_at_the_end_of_a_walk() -> None:
    operator = picker()
    assert "empty tote" in operator.asked.help[0]
    operator.scan(TOTE).scan(SHELF).scan(LAMP).key("5").scan(NEXT_SHELF).scan(MUG)
    assert "DROP-1" in operator.asked.help[0]


def test_a_command_is_run_again_where_a_screen_wants_enter() -> None:
    assert printer_wording.printer_held("zebra", "Load labels, then press Enter", "label").startswith(
        "HELD   zebra: Load labels, then run this again"
    )


def test_the_command_line_breaks_no_word_at_the_edge_of_a_narrow_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "F2 scans what is asked for, F3 a wrong item, F4 a wrong shelf. It lies in /tmp/somewhere-deep/printed"
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((20, 16)))
    say(sentence)
    assert capsys.readouterr().out == f"{sentence}\n", "a pipe gets one line"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say(sentence, hang=3)
    first, *others = capsys.readouterr().out.splitlines()
    assert all(row.startswith("   ") for row in others)
    rows = [first, *(row.strip() for row in others)]
    assert " ".join(rows) == sentence
    assert all(len(row) <= 17 or row is first or row == "/tmp/somewhere-deep/printed" for row in rows)


def test_a_closed_window_leaves_nothing_of_the_demo_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def closed(folder: Path, *_: object, **__: object) -> NoReturn:
        assert folder.parent == tmp_path
        raise SystemExit(129)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(demo, "set_up", closed)
    with pytest.raises(SystemExit):
        demo.main(["--auto"], {}, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["--help"], ["print", "--help"], ["import", "--help"]], ids=" ".join)
def test_help_fits_a_window_of_80_columns(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FLOORHAND_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere")
    try:
        floorhand.main(words)
    except SystemExit as ended:
        assert ended.code == 0
    assert max(len(row) for row in capsys.readouterr().out.splitlines()) <= 80
