"""The list of acts and the reader: what each key does while one of them is open."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from terminal import screen_wording as words
from terminal.screens.floor_view import FloorView
from terminal.screens.overlays import CLOSE_PROGRAM, HELP, SCANNER_TEST, ActList, Closed, Reader, act_list, help_reader
from terminal.workflows.prompts import Prompt, Showing
from tests.terminal.looking import LONG, SHELF, SIGN_ON
from tests.terminal.test_screens_floor import SIZES, bare

LIST = act_list(SHELF)


def typed(overlay: ActList | Reader, *keys: str) -> ActList | Reader | Closed:
    after: ActList | Reader | Closed = overlay
    for key in keys:
        assert not isinstance(after, Closed)
        after = after.key(key, key if len(key) == 1 else None)
    return after


def test_help_stands_at_the_end_of_every_list_and_the_way_out_where_nobody_is_signed_on() -> None:
    assert [act.name for act in LIST.acts] == ["SHORT-EMPTY", "SHORT-FEWER", "SHORT-DAMAGED", "SKIP", "MENU", HELP]
    assert [act.name for act in act_list(SIGN_ON).acts] == [SCANNER_TEST, CLOSE_PROGRAM, HELP]


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        (("enter",), Closed(act="SHORT-EMPTY")),
        (("3", "enter"), Closed(act="SHORT-DAMAGED")),
        (("down", "down", "enter"), Closed(act="SHORT-DAMAGED")),
        (("up", "enter"), Closed(act=HELP)),
        (("escape",), Closed()),
        (("left",), Closed()),
        (("0", "enter"), Closed(act=HELP)),
        (("9", "5"), Closed(typed="95")),
        (("7",), Closed(typed="7")),
        (("A",), Closed(typed="A")),
    ],
)
def test_keys_on_the_list_of_acts(keys: tuple[str, ...], after: Closed) -> None:
    assert typed(LIST, *keys) == after


def test_a_digit_waits_for_what_follows_and_an_arrow_takes_it_back() -> None:
    pressed = typed(LIST, "2")
    assert isinstance(pressed, ActList)
    assert pressed.pending
    moved = typed(pressed, "down")
    assert isinstance(moved, ActList)
    assert not moved.pending


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_act_is_read_whole_on_every_screen(size: tuple[int, int]) -> None:
    glass = bare("".join(line.text for line in LIST.lines(*size)))
    for act in LIST.acts:
        assert bare(f"{act.digit}{act.label}") in glass


def test_a_long_list_scrolls_to_the_chosen_act() -> None:
    low = LIST
    for place in range(len(LIST.acts)):
        said = "\n".join(line.text for line in low.lines(20, 5))
        assert LIST.acts[place].label in said
        low = low.key("down", None)  # type: ignore[assignment]


def test_a_reader_scrolls_to_the_end_of_its_text_and_no_further() -> None:
    reader = help_reader(SHELF)
    seen = ""
    for _ in range(60):
        seen += "\n".join(line.text for line in reader.lines(20, 16))
        moved = reader.key("down", None)
        assert isinstance(moved, Reader)
        reader = moved.within(20, 16)
    assert bare("the rest of a text that does not fit.") in bare(seen)
    assert reader == reader.within(20, 16)
    up = reader.key("up", None)
    assert isinstance(up, Reader)
    assert up.lines(20, 16) != reader.lines(20, 16)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("prompt", [SHELF, SIGN_ON, LONG], ids=lambda prompt: prompt.title)
def test_help_and_a_long_prompt_are_read_whole_on_every_screen(prompt: Prompt, size: tuple[int, int]) -> None:
    details = Reader("DETAILS", FloorView(Showing(prompt, worker="Ann Lee")).all_of_it())
    for reader in (help_reader(prompt), details):
        seen: list[str] = []
        while True:
            rows = [line.text for line in reader.lines(*size)]
            assert len(rows) == size[1] and max(map(cell_len, rows)) <= size[0]
            assert rows[-1] in words.reader_keys()
            seen += rows[1:-1] if not seen else [rows[-2]]
            moved = reader.key("down", None)
            assert isinstance(moved, Reader)
            if (moved := moved.within(*size)) == reader:
                break
            reader = moved
        for paragraph in reader.paragraphs:
            assert bare(paragraph) in bare("".join(seen)), paragraph


@pytest.mark.parametrize("key", ["escape", "left", "enter"])
def test_a_reader_closes(key: str) -> None:
    assert typed(help_reader(SHELF), key) == Closed()


def test_typing_closes_a_reader_and_is_not_lost() -> None:
    assert typed(help_reader(SHELF), "F") == Closed(typed="F")
