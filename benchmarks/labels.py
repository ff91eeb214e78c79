"""Shipping labels a second against a bare ReportLab canvas that draws the same strokes.

The yardstick gets every text with its font and place, and the bars ready-made; what remains is the canvas's own work.
Ours lays the label out, fits the texts and encodes two bar codes on top of it, for a label never drawn before.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from benchmarks.figures import Figure, Plan, at_least, in_turns, per_second
from orders.identifiers import sscc
from printing.documents import Address, Document, Media, ParcelLabel
from printing.draw import draw
from printing.fonts import Weight
from printing.label import draw_label
from printing.page import GRIDS, Page
from printing.paragraph import POINTS_PER_MM

BAR = 0.8
MEDIA = Media.LABEL_4X6
Strokes = list[tuple[str, tuple[Any, ...], dict[str, Any]]]
_TOWNS = (("LS1 4AP", "Leeds"), ("YO1 7HH", "York"), ("M1 1AE", "Manchester"), ("EH1 1YZ", "Edinburgh"))


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """New labels, one PDF each."""
    draw(new_label(0), MEDIA)  # loads the fonts

    def ours(turn: int) -> float:
        label = new_label(turn + 1)
        begun = process_time()
        draw(label, MEDIA)
        return process_time() - begun

    def yardstick(turn: int) -> float:
        # Strokes of another label than ours, or one of both would find the other's texts measured already.
        strokes = strokes_of(draw_label, new_label(-turn - 1 + 1_000_000), MEDIA)
        begun = process_time()
        replay(strokes, MEDIA)
        return process_time() - begun

    mine, bare = in_turns(plan.count(200, 3), ours, yardstick)
    return [
        Figure(
            "shipping labels, one PDF each, against a bare canvas",
            per_second(mine, "labels/s"),
            per_second(bare, "labels/s"),
            at_least(BAR),
        )
    ]


class Texts:
    """Takes the page's texts, and keeps each as the string that a canvas would be asked to draw."""

    def __init__(self, strokes: Strokes) -> None:
        self._strokes = strokes
        self._font = ("", 0.0)

    def put(self, font: str, size: float, x: float, y: float, text: str) -> None:
        """One text with its place; the font only where it is another one."""
        if self._font != (font, size):
            self._font = (font, size)
            self._strokes.append(("setFont", (font, size), {}))
        self._strokes.append(("drawString", (x, y, text), {}))

    def flush(self) -> None:
        """Every text was kept as it came."""


class Recorder:
    """Takes what a page asks of its canvas, and draws nothing."""

    def __init__(self) -> None:
        self.strokes: Strokes = []
        self._canvas = _canvas(io.BytesIO(), MEDIA)

    def __getattr__(self, name: str) -> Any:
        if name in ("stringWidth", "beginPath"):
            return getattr(self._canvas, name)

        def keep(*words: Any, **named: Any) -> None:
            self.strokes.append((name, words, named))

        return keep


def strokes_of(paint: Callable[[Page, Any], None], document: Document, media: Media) -> Strokes:
    """What `paint` asks of the canvas for one document."""
    recorder = Recorder()
    page = Page(recorder, media, GRIDS[203], texts=Texts(recorder.strokes))
    paint(page, document)
    page.finish()
    return recorder.strokes


def replay(strokes: Strokes, media: Media) -> bytes:
    """The same page by a bare canvas."""
    buffer = io.BytesIO()
    canvas = _canvas(buffer, media)
    for name, words, named in strokes:
        getattr(canvas, name)(*words, **named)
    canvas.save()
    return buffer.getvalue()


def _canvas(buffer: io.BytesIO, media: Media) -> Any:
    size = (media.width_mm * POINTS_PER_MM, media.height_mm * POINTS_PER_MM)
    return Canvas(buffer, pagesize=size, pageCompression=1, invariant=1, initialFontName=Weight.REGULAR.value)


def new_label(number: int) -> ParcelLabel:
    """A label never drawn before, one for each number."""
    postcode, city = _TOWNS[number % len(_TOWNS)]
    return ParcelLabel(
        sender=Address(country="GB", name="Demo Goods", street=("1 Dock Road",), postcode="AB1 2CD", city="Leeds"),
        recipient=Address(
            country="GB", name=f"Jane Roe {number}", street=(f"{number} High Street",), postcode=postcode, city=city
        ),
        order_number=f"ORD-2026-{number:06d}",
        parcel_number=1,
        weight_grams=1000 + number % 9000,
        carrier="ROYAL",
        service="Express 24",
        route=f"LBA {number % 90:02d}",
        sscc=sscc("9521234", number),
    )
