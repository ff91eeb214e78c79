"""Looking at a print in the running terminal: which papers, how they read at every size, and that no scan waits."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as with_fields
from rich.cells import cell_len

from orders.records import ParcelLine
from printing.documents import Media, ParcelLabel, kind_of
from printing.printers import Sent
from printing.site_style import PLAIN
from printing.specimens import specimens
from printing.troubles import Trouble
from terminal import papers as of_papers
from terminal import preview
from terminal.app import FloorApp
from terminal.documents import HouseStyle
from terminal.papers import Paper
from terminal.parts import Parts
from terminal.screens.paper_view import Papers
from terminal.stations import Stations
from terminal.workflows import acts
from terminal.workflows.prompts import Prompt, Showing, Tone, Verdict
from terminal.workflows.steps import Looks, Packing, PackWait, Refused
from tests.floors import floor_of, small_order
from tests.terminal.devices import Device
from tests.terminal.devices import device as device
from tests.terminal.looking import NOON, SHELF, ScriptedSession, a_floor, running, said, scan, until
from tests.terminal.operators import SSCC, Operator, command, ready_to_seal
from tests.terminal.test_held_prints import at_label, at_prints, held, hold, sealed_on

SIZES = [(20, 16), (40, 24), (80, 24), (160, 50)]
NOTE = "Not printed yet: sealing prints it"


def papers(kind: str = "label", script: str = "latin", size: tuple[int, int] = (80, 24)) -> Papers:
    document, media = specimens(script)[kind]
    return preview.drawn([Paper(document, media, NOTE)], PLAIN, *size)


def all_of_it(shown: Papers, size: tuple[int, int]) -> str:
    """What is read by going down to the end, screen by screen."""
    rows: dict[int, str] = {}
    for top in range(0, 400, size[1] - 2):
        at = replace(shown, top=top).within(*size)
        rows |= {at.top + y: line.text for y, line in enumerate(at.lines(*size)[1:-1])}
    return "\n".join(rows[y] for y in sorted(rows))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("script", ["latin", "arabic", "japanese", "devanagari"])
def test_every_word_and_code_of_a_label_is_read_at_every_size(script: str, size: tuple[int, int]) -> None:
    label = specimens(script)["label"][0]
    assert isinstance(label, ParcelLabel)
    shown = papers("label", script, size)
    text = all_of_it(shown, size)
    for line in shown.within(*size).lines(*size):
        assert cell_len(line.text) <= size[0]
    bare = "".join(text.split())
    address = label.recipient.latin or label.recipient
    wanted = (NOTE, address.name, *address.street, label.order_number, "2.34 kg", "1 of 2", "(00) 095212340000004172")
    for each in (*wanted, label.route, "Example Post", "SSCC"):
        assert "".join(each.split()) in bare, each


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("slip", "SPECIMEN-0417"),
        ("picklist", "%PL001"),
        ("manifest", "SPECIMEN-0417-5"),
        ("invoice", "90.60"),
        ("return", "R-0417"),
        ("shelf", "A-03-12"),
        ("tote", "T-0417"),
        ("product", "9521234000013"),
        ("badge", "Packer"),
        ("labels", "A-03-12"),
        ("commands", "Seal"),
    ],
)
def test_every_other_document_is_read_too(kind: str, word: str) -> None:
    for size in ((20, 16), (160, 50)):
        assert word in all_of_it(papers(kind, size=size), size)


def test_on_a_wide_screen_the_sheet_stands_beside_its_words_and_tab_makes_it_large() -> None:
    shown = papers(size=(160, 50))
    is_braille = lambda sign: "\u2801" <= sign <= "\u28ff"  # noqa: E731
    beside = "".join(line.text for line in shown.lines(160, 50))
    assert "Łukasz Żółć" in beside and any(map(is_braille, beside))
    large = shown.key("tab", None)
    assert isinstance(large, Papers)
    picture = "".join(line.text for line in large.lines(160, 50))
    assert "Łukasz Żółć" not in picture and sum(map(is_braille, picture)) > 500
    assert large.lines(100, 30) == shown.lines(100, 30), "a picture for a wider screen is not shown in part"
    assert not any(map(is_braille, all_of_it(papers(size=(20, 16)), (20, 16))))


def test_arrows_turn_the_sheets_and_what_is_typed_goes_to_the_question() -> None:
    both = preview.drawn([Paper(*specimens()[kind], NOTE) for kind in ("label", "slip")], PLAIN, 40, 24)
    after = both.key("right", None)
    assert isinstance(after, Papers)
    assert after.lines(40, 24)[0].text.startswith("SLIP")
    assert after.key("right", None) == both, "and round again"
    closed = both.key("4", "4")
    assert not isinstance(closed, Papers) and closed.typed == "4"


def test_what_cannot_be_drawn_says_why() -> None:
    label = specimens()["label"][0]
    shown = preview.drawn([Paper(label, Media.LABEL_57X32, NOTE)], PLAIN, 40, 24)
    assert "a shipping label prints on" in " ".join(all_of_it(shown, (40, 24)).split())


# Which papers


def test_there_is_something_to_see_from_the_open_tote_to_the_read_back_label() -> None:
    packing = ready_to_seal(next_sscc=lambda owner: SSCC)
    assert acts.PREVIEW in [act.name for act in packing.asked.acts]
    looks = packing.scan(command(acts.PREVIEW)).last
    assert isinstance(looks, Looks) and looks.sealing and looks.sealing.id == SSCC
    assert at_label().act(acts.PREVIEW).last == Looks(parcel=SSCC)
    assert at_prints(held("unsure")).key("6").last == Looks(job=f"{SSCC}-label-1")
    digits = [act.digit for act in at_prints(held("unsure")).asked.acts]
    assert len(set(digits)) == len(digits), "no digit does two things"


def test_where_nothing_is_printed_that_is_said() -> None:
    nothing = Operator(PackWait(), floor_of()).scan(command(acts.PREVIEW))
    assert isinstance(nothing.last, Refused)
    assert acts.PREVIEW not in [act.name for act in nothing.asked.acts]


async def test_the_papers_are_those_of_the_journal_and_looking_writes_nothing(device: Device) -> None:
    job = await sealed_on(device)
    before = await device.events()
    showing = await device.session.take_act(acts.PREVIEW)
    assert [kind_of(paper.document) for paper in showing.papers] == ["label", "slip"]
    assert showing.papers[0].document == job.document
    assert showing.papers[0].note == f"Waits for its turn at {job.printer}"
    assert showing.verdict and showing.verdict.tone is Tone.GOOD, "the seal stands as it stood"
    await hold(device, job, Sent.NO, Trouble.MEDIA_EMPTY)
    showing = await device.session.take_act(acts.PREVIEW)
    assert showing.papers[0].note == f"HELD at {job.printer}: Load labels, then press Enter"
    assert await device.events() == before
    await device.restart()
    assert not device.session.showing.papers


# In the app


class Looking(ScriptedSession):
    """Answers PREVIEW with a label to look at."""

    def __init__(self, prompt: Prompt = SHELF) -> None:
        super().__init__(prompt)
        self.judge = lambda text: (self.showing.prompt, Verdict(Tone.GOOD, f"Took {text}"))

    def _then(self, what: str, prompt: Prompt, verdict: Verdict) -> Showing:
        showing = super()._then(what, prompt, verdict)
        if acts.PREVIEW in what:
            label, media = specimens()["label"]
            return with_fields(showing, papers=(Paper(label, media, NOTE),))
        return showing


def an_app_that_draws(session: ScriptedSession, draws: Any) -> FloorApp:
    async def opened() -> Parts:
        return Parts(session=session, floor=a_floor(), preview=draws, clock=lambda: NOON)

    return FloorApp(opened)


def drawn(papers: Any, columns: int, rows: int) -> Papers:
    return preview.drawn(papers, PLAIN, columns, rows)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_scan_closes_the_print_and_is_judged(size: tuple[int, int]) -> None:
    session = Looking()
    async with running(an_app_that_draws(session, drawn), size=size) as pilot:
        await scan(pilot, session, command(acts.PREVIEW))
        await until(pilot, lambda: "Goods Ltd" in said(pilot.app))
        assert said(pilot.app).startswith("LABEL")
        await scan(pilot, session, "FHL-A-03-12")
        await until(pilot, lambda: "Goods Ltd" not in said(pilot.app))
        assert session.taken[-1] == "scan:FHL-A-03-12"


async def test_a_scan_does_not_wait_for_the_drawing_nor_does_the_drawing_come_after_it() -> None:
    session, may_draw, has_drawn = Looking(), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(papers: Any, columns: int, rows: int) -> Papers:
        may_draw.wait(10)
        loop.call_soon_threadsafe(has_drawn.set)
        return drawn(papers, columns, rows)

    async with running(an_app_that_draws(session, slow), size=(40, 24)) as pilot:
        await scan(pilot, session, command(acts.PREVIEW))
        await until(pilot, lambda: "Drawing" in said(pilot.app))
        await scan(pilot, session, "FHL-A-03-12")
        assert "OK Took FHL-A-03-12" in said(pilot.app)
        may_draw.set()
        await has_drawn.wait()
        await until(pilot, lambda: not any(worker.name == "preview" for worker in pilot.app.workers))
        assert "OK Took FHL-A-03-12" in said(pilot.app)


@pytest.mark.parametrize(
    ("of_order", "title"), [("", "BON DE LIVRAISON"), ("de-AT", "LIEFERSCHEIN"), ("sv", "PACKING SLIP")]
)
def test_a_slip_speaks_the_orders_language_else_the_sites(of_order: str, title: str) -> None:
    order, task = small_order()
    floor = floor_of(with_fields(order, language=of_order), task)
    operator = Operator(Packing(order.id, "T-01"), floor)
    looked = operator.scan(command(acts.PREVIEW)).last
    assert isinstance(looked, Looks) and looked.sealing
    parcel = with_fields(looked.sealing, contents=(ParcelLine(line=1, product="HOME/LAMP", quantity=2),))
    found = of_papers.forecast(parcel, floor, HouseStyle(language="fr"), Stations(), "")
    (slip,) = (paper for paper in found if kind_of(paper.document) == "slip")
    sheet = preview.drawn([slip], PLAIN, 80, 24)
    assert title in all_of_it(sheet, (80, 24))
