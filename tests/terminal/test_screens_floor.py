"""Every prompt at every size: what is needed stands there whole, and nothing spills over."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from terminal.screens import big
from terminal.screens.floor_view import FloorView
from terminal.screens.lines import cut, flow, plain, spread, wrap
from terminal.workflows.prompts import Prompt, Showing, Tone, Verdict
from tests.terminal.looking import ITEM, LONG, MENU, NUMBER, PIN, SHELF, SIGN_ON

SIZES = [(20, 16), (26, 20), (40, 24), (80, 24), (160, 50)]
PROMPTS = {
    "sign_on": SIGN_ON,
    "pin": PIN,
    "menu": MENU,
    "shelf": SHELF,
    "item": ITEM,
    "number": NUMBER,
    "long": LONG,
    "no_location": replace(SHELF, location="", ask="Scan each item"),
    "no_tote": replace(SHELF, tote="", ask="Scan an empty tote"),
    "wide_characters": replace(SHELF, description="保温杯 不锈钢 500 毫升 蓝色 旅行 便携"),
    "drop": replace(
        SHELF, location="DROP", item="", description="", quantity="", details=("DROP-1", "DROP-2", "DOCK-1")
    ),
    "pieces": replace(SHELF, location="", item="", quantity="12 PCS", ask="Close the carton, scan SEAL"),
}
VERDICTS = {
    "none": None,
    "good": Verdict(Tone.GOOD, "Picked 6 x 85123A"),
    "note": Verdict(Tone.NOTE, "Now at A-03-12; the stops before it come later"),
    "question": Verdict(Tone.ASK, "Right item 85123A"),
    "long": Verdict(Tone.GOOD, "Void: take the label off, unpack into the tote"),
}
REFUSALS = (
    "Wrong shelf A-03-11: go to A-03-12",
    "Scan item 85123A: that code is on 85123A and 85123B and 85123C: type the SKU",
    "No GS1 company prefix for ACME, so no SSCC: a supervisor sets it in the store",
)


def bare(text: str) -> str:
    """Text without the breaks and edges that a narrow screen puts into it."""
    return re.sub(r"\s+", "", text)


def on_glass(view: FloorView, size: tuple[int, int]) -> str:
    return "\n".join(line.text for line in view.lines(*size))


def views() -> list[pytest.param]:  # type: ignore[valid-type]
    return [
        pytest.param(
            FloorView(Showing(prompt, verdict, 1, "Ann Lee"), badge="OFFLINE", waiting=12), id=f"{name}-{said}"
        )
        for name, prompt in PROMPTS.items()
        for said, verdict in VERDICTS.items()
    ]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("view", views())
def test_what_is_needed_stands_whole_on_every_screen(view: FloorView, size: tuple[int, int]) -> None:
    prompt, verdict = view.showing.prompt, view.showing.verdict
    glass = bare(on_glass(view, size))
    needed = [prompt.location, prompt.item, prompt.quantity, prompt.tote, prompt.ask]
    needed += [verdict.sentence, verdict.tone.value] if verdict else []
    for text in needed:
        assert bare(text) in glass, f"{text!r} is cut at {size}"
    assert "OFFLINE12" in glass


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("view", views())
def test_lines_fill_the_screen_and_never_spill_over(view: FloorView, size: tuple[int, int]) -> None:
    lines = view.lines(*size)
    assert len(lines) == size[1]
    assert max(cell_len(line.text) for line in lines) <= size[0]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("view", views())
def test_the_keys_are_whole_and_say_when_something_is_hidden(view: FloorView, size: tuple[int, int]) -> None:
    keys = view.lines(*size)[-1].text
    assert "…" not in keys
    assert "→" in keys and "?" in keys and "Esc" in keys
    assert ("↓" in keys) == view.is_hiding(*size)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("view", views())
def test_what_does_not_fit_can_be_read_in_full(view: FloorView, size: tuple[int, int]) -> None:
    prompt = view.showing.prompt
    everything = bare(" ".join(view.all_of_it()))
    for text in (prompt.description, *prompt.details):
        assert bare(text) in everything
        assert view.is_hiding(*size) or bare(text) in bare(on_glass(view, size))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("sentence", REFUSALS)
@pytest.mark.parametrize("prompt", [SHELF, ITEM, LONG, SIGN_ON], ids=lambda prompt: prompt.title)
def test_a_refusal_takes_the_whole_screen_with_its_sentence(
    size: tuple[int, int], sentence: str, prompt: Prompt
) -> None:
    view = FloorView(Showing(prompt, Verdict(Tone.REFUSED, sentence), 1, "Ann Lee"), badge="ONLINE")
    lines = view.lines(*size)
    assert len(lines) == size[1]
    assert max(cell_len(line.text) for line in lines) <= size[0]
    assert bare(sentence) in bare(on_glass(view, size))
    assert {line.fill for line in lines[1:-2]} == {"refused"}
    shouts = ["NO", *(big.rows("NO", scale)[0].rstrip() for scale in (1, 2, 3))]
    assert lines[1].text.strip() in [shout.strip() for shout in shouts]
    assert "Esc" in lines[-1].text


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_refusal_still_says_where_to_go(size: tuple[int, int]) -> None:
    view = FloorView(Showing(ITEM, Verdict(Tone.REFUSED, "Wrong item 22423: take 85123A"), 1, "Ann Lee"))
    glass = bare(on_glass(view, size))
    for text in (ITEM.ask, ITEM.location, ITEM.item, ITEM.tote):
        assert bare(text) in glass


@pytest.mark.parametrize(("size", "scale"), [((40, 24), 1), ((80, 24), 2), ((160, 50), 3)])
def test_the_location_is_large_wherever_there_is_room(size: tuple[int, int], scale: int) -> None:
    view = FloorView(Showing(SHELF, Verdict(Tone.GOOD, "OK"), 1))
    first = big.rows("A-03-12", scale)[0].rstrip()
    assert any(line.text.startswith(first) for line in view.lines(*size))


def test_on_the_smallest_screen_the_location_is_a_bar() -> None:
    lines = FloorView(Showing(SHELF, Verdict(Tone.GOOD, "OK"), 1)).lines(20, 16)
    bar = [line for line in lines if line.fill == "chosen"]
    assert [line.text.strip() for line in bar] == ["", "A-03-12", ""]


def test_a_fault_is_seen_beside_the_verdict() -> None:
    view = FloorView(Showing(SHELF, Verdict(Tone.GOOD, "Shelf A-03-12"), 1), note="label not printed: folder is full")
    for size in SIZES:
        assert bare("label not printed: folder is full") in bare(on_glass(view, size))


def test_a_secret_is_typed_as_dots() -> None:
    view = FloorView(Showing(PIN), entry="4711")
    assert "4711" not in on_glass(view, (20, 16))
    assert "••••" in on_glass(view, (20, 16))


def test_the_end_of_a_long_entry_is_seen() -> None:
    view = FloorView(Showing(SHELF), entry="0123456789ABCDEFGHIJKLMNOPQRSTUV")
    entry = view.lines(20, 16)[-2].text
    assert cell_len(entry) <= 20
    assert entry.endswith("TUV_")


def test_control_characters_of_a_barcode_never_reach_the_glass() -> None:
    verdict = Verdict(Tone.REFUSED, "\x1b[2JABC\x1d\x07 is unknown")
    glass = on_glass(FloorView(Showing(SHELF, verdict, 1), note="\x1b]0;owned\x07"), (40, 24))
    assert all(sign.isprintable() or sign == "\n" for sign in glass)
    assert "[2JABC" in glass


def test_block_letters_know_the_alphabet_of_our_own_barcodes() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/+: "
    assert len({tuple(big.rows(sign, 1)) for sign in alphabet}) == len(alphabet)
    for scale in (1, 2, 3):
        rows = big.rows(alphabet, scale)
        assert len(rows) == big.height(scale)
        assert {len(row) for row in rows} == {big.width(alphabet, scale)}


def test_text_without_a_shape_is_never_large() -> None:
    assert big.largest("Ä-1", 100, 3) == 0
    assert big.largest("", 100, 3) == 0
    assert big.largest("A", 3, 3) == 1


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("", 10, []),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("a bcdefgh", 4, ["a", "bcde", "fgh"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("漢", 1, ["漢"]),
    ],
)
def test_text_breaks_between_words_and_only_then_inside(text: str, width: int, rows: list[str]) -> None:
    assert wrap(text, width) == rows


def test_cutting_spreading_and_flowing_keep_to_the_width() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("漢字漢", 5) == "漢字…"
    assert spread("PICK 536365-LONG", "3/7", 12) == "PICK 53… 3/7"
    assert flow(["late 1", "rel 20", "pick 3"], 14) == ["late 1  rel 20", "pick 3"]
    assert plain("a\tb\x1b") == "a·b·"
