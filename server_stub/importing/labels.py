"""Labels for what --lay-out assumed, as PDFs to print and stick.

Decides which labels belong into which file. A label that cannot be drawn is reported; the others are printed all the
same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from orders.barcodes import Kind, check_digits, encode
from orders.records import Location, Product
from printing.documents import DrawError, LabelBatch, Media, ProductLabel, ShelfLabel
from server_stub.importing.findings import Fate, Finding
from server_stub.importing.refusal import Refusal

Label = ShelfLabel | ProductLabel


def shelf_labels(locations: Iterable[Location]) -> Iterator[ShelfLabel]:
    """Labels for assumed shelves in the order of the walk, so that they can be stuck in one go."""
    for place in sorted(locations, key=lambda place: (place.walk, place.id)):
        yield ShelfLabel(
            location=place.id,
            walk_zone=place.zone,
            barcode=encode(Kind.LOCATION, place.id),
            check_digits=check_digits(place.id),
            assumed=place.is_assumed,
        )


def tote_labels(codes: Iterable[str]) -> Iterator[ShelfLabel]:
    """Labels for totes; they look like a shelf's."""
    for code in codes:
        yield ShelfLabel(location=code, walk_zone="TOTES", barcode=encode(Kind.TOTE, code))


def product_labels(products: Iterable[Product]) -> Iterator[ProductLabel]:
    """Labels for products whose barcode was assumed, by SKU."""
    for product in sorted(products, key=lambda product: product.sku):
        yield ProductLabel(
            sku=product.sku, description=product.description, barcode=product.barcodes[0], assumed=product.is_assumed
        )


def print_labels(labels: Iterable[Label], title: str, media: str, path: Path) -> list[Finding]:
    """Writes `labels` as one PDF at `path`, whole or not at all; a finding for each that could not be drawn."""
    # ReportLab takes longer to load than most files to import.
    from printing.draw import draw

    paper = Media(media)
    good = list(labels)
    findings: list[Finding] = []
    try:
        pdf = draw(LabelBatch(title=title, labels=tuple(good)), paper) if good else b""
    except DrawError:
        good, findings = _drawable(good, paper)
        pdf = draw(LabelBatch(title=title, labels=tuple(good)), paper) if good else b""
    if pdf:
        _write(path, pdf)
    return findings


def _drawable(labels: list[Label], paper: Media) -> tuple[list[Label], list[Finding]]:
    from printing.draw import draw

    good: list[Label] = []
    findings = []
    for label in labels:
        try:
            draw(label, paper)
        except DrawError as error:
            subject = label.location if isinstance(label, ShelfLabel) else label.sku
            findings.append(Finding(0, Fate.REJECTED, subject, f"no label could be printed: {error}"))
        else:
            good.append(label)
    return good, findings


def _write(path: Path, pdf: bytes) -> None:
    scratch = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(pdf)
        scratch.replace(path)
    except OSError as error:
        raise Refusal(
            f"--labels {path.parent}: cannot write there ({error.strerror or error}): choose another folder"
        ) from error
