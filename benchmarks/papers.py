"""Packing slips a second beside a bare canvas, memory over ten thousand labels, and a label beside an HTML renderer.

The renderer is WeasyPrint with the same words and ready-made bars as inline SVG, the way that other warehouse systems
make their labels. Where it is not installed its figure is left out.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from time import process_time
from typing import Any

import psutil

from benchmarks.figures import Amount, Figure, Plan, at_least, flat, in_turns, per_second
from benchmarks.labels import MEDIA, new_label, replay, strokes_of
from printing.documents import Media, PackingSlip, SlipLine
from printing.draw import draw
from printing.slip import draw_slip
from printing.symbols import Symbol, code128, sscc

SLIP_BAR = 0.6
HTML_BAR = 50.0
_LINES = 18


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """Slips of 18 lines, then labels until memory would have grown."""
    draw(_slip(0), Media.A4)  # loads the fonts

    def ours(turn: int) -> float:
        slip = _slip(turn + 1)
        begun = process_time()
        draw(slip, Media.A4)
        return process_time() - begun

    def yardstick(turn: int) -> float:
        strokes = strokes_of(draw_slip, _slip(1_000_000 - turn), Media.A4)
        begun = process_time()
        replay(strokes, Media.A4)
        return process_time() - begun

    mine, bare = in_turns(plan.count(100, 3), ours, yardstick)
    return [
        Figure(
            f"packing slips of {_LINES} lines, against a bare canvas",
            per_second(mine, "slips/s"),
            per_second(bare, "slips/s"),
            at_least(SLIP_BAR),
        ),
        _memory(plan),
    ]


def measure_html(folder: Path, plan: Plan) -> list[Figure]:
    """The same label by WeasyPrint; empty where that is not installed."""
    html = renderer()
    if html is None:
        print("floorhand bench: html left out: pip install 'floorhand[yardsticks]', and Pango", file=sys.stderr)
        return []
    draw(new_label(0), MEDIA)
    html(string=_html(0)).write_pdf()

    def ours(turn: int) -> float:
        label = new_label(turn + 1)
        begun = process_time()
        draw(label, MEDIA)
        return process_time() - begun

    def theirs(turn: int) -> float:
        page = _html(1_000_000 - turn)
        begun = process_time()
        html(string=page).write_pdf()
        return process_time() - begun

    mine, other = in_turns(plan.count(40, 2), ours, theirs)
    return [
        Figure(
            "the same label, against WeasyPrint",
            per_second(mine, "labels/s"),
            per_second(other, "labels/s"),
            at_least(HTML_BAR),
        )
    ]


def renderer() -> Any:
    """WeasyPrint's HTML; None where it, or the system's Pango that it loads, is not there."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        return None
    return HTML


def _memory(plan: Plan) -> Figure:
    """Private memory after all labels, beside that after the first tenth: caches are full by then."""
    many = plan.count(10_000, 40)
    process = psutil.Process()
    early = 0.0
    for number in range(many):
        if number == many // 10:
            early = _mebibytes(process)
        draw(new_label(2_000_000 + number), MEDIA)
    return Figure(
        f"private memory after {many:,} labels, against {many // 10:,}",
        Amount(_mebibytes(process), "MiB"),
        Amount(early, "MiB"),
        flat(),
    )


def _mebibytes(process: psutil.Process) -> float:
    return float(process.memory_full_info().uss) / 2**20


def _slip(number: int) -> PackingSlip:
    label = new_label(number)
    lines = tuple(
        SlipLine(sku=f"SKU-{number + place}", description=f"White metal lantern, size {place}", ordered=3, shipped=2)
        for place in range(_LINES)
    )
    return PackingSlip(
        sender=label.sender, ship_to=label.recipient, order_number=label.order_number, ordered_on=dt.date(2026, 11, 20),
        carrier=label.carrier, service=label.service, parcel_number=1, lines=lines,
    )  # fmt: skip


def _html(number: int) -> str:
    label = new_label(number)
    to, sender = label.recipient, label.sender
    return f"""<style>@page {{ size: 4in 6in; margin: 5mm }} body {{ font: 9pt sans-serif; margin: 0 }}
    div {{ border-bottom: .25mm solid; padding: 1mm 0 }} .to {{ font: bold 16pt sans-serif; height: 33mm }}
    .route {{ font: bold 24pt sans-serif; height: 17mm }} .code {{ text-align: center; font-weight: bold }}
    svg {{ display: block; margin: 0 auto }}</style>
    <div>FROM<br>{sender.name}<br>{sender.street[0]}<br>{sender.city}<br>{sender.postcode}<br>
    {label.carrier} {label.service}</div>
    <div class=to>{to.name}<br>{to.street[0]}<br>{to.city}<br>{to.postcode}</div>
    <div class=route>{label.route} {label.weight_grams / 1000:.3f} kg</div>
    <div class=code>{_svg(code128(label.order_number), 0.375, 14)}{label.order_number}</div>
    <div class=code>{_svg(sscc(label.sscc), 0.5, 32)}(00) {label.sscc}</div>"""


def _svg(symbol: Symbol, x_mm: float, height_mm: float) -> str:
    bars = "".join(f"M{first} 0h{wide}v1h-{wide}z" for first, wide in symbol.bars)
    return (
        f'<svg width="{symbol.modules * x_mm}mm" height="{height_mm}mm" viewBox="0 0 {symbol.modules} 1" '
        f'preserveAspectRatio="none"><path d="{bars}"/></svg>'
    )
