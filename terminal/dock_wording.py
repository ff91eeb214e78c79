"""Every sentence of the dock, one function each, phrased as the next physical act there; see `wording`."""

from __future__ import annotations

from orders.records import Manifest, Site
from terminal.wording import carrier_of, departs, parcels


def ship() -> str:
    return "SHIP"


def ask_manifest() -> str:
    return "Scan a parcel, or type a digit"


def no_manifest() -> str:
    return "No manifest is open: scan a labelled parcel"


def manifest_first(stranger: str) -> str:
    return f"Scan a parcel first, or type a manifest's digit: {stranger}"


def manifest_line(manifest: Manifest, site: Site | None) -> str:
    when = departs(manifest.departs_at, site)
    return f"{carrier_of(manifest.carrier, manifest.service)} {when} {len(manifest.parcels)} {manifest.state}"


def unlabelled(count: int) -> str:
    return f"{count} sealed, label not read back"


def manifest_opened(manifest: str) -> str:
    return f"Manifest {manifest}"


def parcel_stands(tail: str) -> str:
    return f"Parcel {tail} stands on this manifest"


def other_manifest(manifest: str) -> str:
    return f"That parcel goes on {manifest}: set it aside"


def parcel_read(tail: str) -> str:
    return f"Parcel {tail} in hand"


def parcel_for_label() -> str:
    return "Which label? Scan the parcel first, or type its order number, Enter; then print it again"


def which_parcel(number: str, count: int) -> str:
    if not count:
        return f"Order {number} has no parcel yet: take it to a bench"
    return f"Order {number} has {count} parcels: scan the one you mean"


def read_back_first() -> str:
    return "Its label was never read back: take it to a bench and scan it there"


def ask_close() -> str:
    return "Scan parcels, then CLOSE"


def ask_hand_over() -> str:
    return "Load the truck, scan HAND OVER"


def really_close() -> str:
    return "Close this manifest? Arrow, 1 for Yes; Esc for No"


def really_hand_over(count: int) -> str:
    return f"Has the carrier taken {parcels(count).lower()}? Arrow, 1 for Yes; Esc for No"


def not_closed_yet() -> str:
    return "Nothing is closed yet"


def not_handed_over_yet() -> str:
    return "Nothing is handed over yet"


def closed(manifest: str) -> str:
    return f"Closed {manifest}"


def reopened(manifest: str) -> str:
    return f"Open again: {manifest}"


def handed_over(count: int) -> str:
    return f"Handed over {parcels(count).lower()}"


def manifest_gone() -> str:
    return "Handed over. Press the arrow, 9, for the menu"


def yes_or_no(stranger: str) -> str:
    return f"Answer first, Yes or No: {stranger}"


def dock_act_first(stranger: str) -> str:
    return f"Scan a parcel, or press the arrow for the acts: {stranger}"


def help_ship() -> tuple[str, ...]:
    return (
        "Scan any parcel to see its manifest. Close it when the last parcel stands there,",
        "and hand it over when the carrier has taken it.",
    )
