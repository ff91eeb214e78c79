"""Badges and tote labels as PDF files in the store's folder.

Decides what stands on them and where they lie. Drawing is printing's business, which is loaded here and only here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orders import barcodes

if TYPE_CHECKING:
    from printing.documents import LabelBatch, WorkerBadge


class PaperError(Exception):
    """A page cannot be drawn; says why and what to do."""


def try_badge(name: str, role: str) -> None:
    """PaperError where no badge could be drawn for that name: asked before somebody is added."""
    from printing.documents import WorkerBadge

    _drawn(WorkerBadge(name=name, role=role, barcode=barcodes.encode(barcodes.Kind.BADGE, "TRIAL")))


def write_badge(folder: Path, worker: str, name: str, role: str, barcode: str) -> Path:
    """The badge of one worker; gives the file's path. The file holds the badge's secret: only its owner may read it."""
    from printing.documents import WorkerBadge

    return _write(folder, f"badge-{worker}.pdf", _drawn(WorkerBadge(name=name, role=role, barcode=barcode)))


def write_tote_labels(folder: Path, totes: Sequence[str]) -> Path:
    """One label a tote; gives the file's path."""
    from printing.documents import LabelBatch, ToteLabel

    labels = tuple(ToteLabel(tote=tote, barcode=barcodes.encode(barcodes.Kind.TOTE, tote)) for tote in totes)
    document = LabelBatch(title=f"totes {totes[0]} to {totes[-1]}", labels=labels)
    return _write(folder, f"totes-{totes[0]}-{totes[-1]}.pdf", _drawn(document))


def _drawn(document: WorkerBadge | LabelBatch) -> bytes:
    from printing.documents import DrawError, Media
    from printing.draw import draw

    try:
        return draw(document, Media.LABEL_100X50)
    except DrawError as error:
        raise PaperError(f"it cannot be printed, {error}") from error


def _write(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path
