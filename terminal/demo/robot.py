"""A worker made of rules: reads what the terminal asks, and says which barcode to point the scanner at.

Decides like a person who does what the screen says, and now and then the wrong thing. It knows the barcodes that hang
on the walls (badge, totes, command cards); what is asked it knows only from the screen's own words.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from orders import barcodes
from orders.barcodes import Kind
from terminal import pack_wording
from terminal.demo.feed import Told
from terminal.workflows import acts


def command(name: str) -> str:
    """A barcode of the command card."""
    return barcodes.encode(Kind.COMMAND, name)


@dataclass(frozen=True, slots=True)
class Aim:
    """What to point at; `note` is what a bystander would say of it."""

    text: str
    note: str
    is_damaged: bool = False


@dataclass
class Robot:
    """Picks as long as there are orders and totes, packs all that was picked, then hands every manifest over.

    `read_label` gives the SSCC that stands on the printed label of the parcel just sealed, None while there is none
    yet. `mistakes` are scans to get wrong on the way, by the number of the item scan they replace.
    """

    badge: str
    totes: Iterable[str]
    read_label: Callable[[str], str | None]
    mistakes: dict[int, str] = field(default_factory=dict)
    wrong_item: str = "]E00000000000000"
    wrong_shelf: str = ""
    shorts: dict[int, str] = field(default_factory=dict)
    packs_at: int = 0
    ships: bool = True
    phase: str = acts.PICK
    is_done: bool = False
    shorted: list[tuple[str, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free = deque(self.totes)
        self._waiting: deque[str] = deque()
        self._items = 0
        self._carried = ""
        self._sealed = ""
        self._labelled = ""

    def aim(self, told: Told) -> Aim | None:
        """What to scan at this showing, or None to wait for another one."""
        step = told.step
        if told.reason == "nothing_to_pick" and self.phase == acts.PICK:
            self.phase = acts.PACK
        if step == "starting":
            return None
        if self._sealed and told.verdict.startswith(pack_wording.label_right("")):
            self._labelled, self._sealed = self._sealed, ""
        if step == "sign_on":
            return Aim(self.badge, "scans the badge")
        if step == "menu":
            return self._from_menu(told)
        if step.startswith("pick_"):
            return self._pick(told)
        if step.startswith("pack_"):
            return self._pack(told)
        if step.startswith("ship_"):
            return self._ship(told)
        return Aim(command(acts.MENU), "goes back to the menu")

    def _from_menu(self, told: Told) -> Aim | None:
        if self.phase == acts.PACK and not self._waiting:
            self.phase = acts.SHIP
        if self.phase == acts.SHIP and not self.ships:
            self.is_done = True
        if self.is_done:
            return Aim(command(acts.SIGN_OFF), "signs off")
        # With no tote left, or no store to give a walk out, there is still what waits in totes.
        is_stuck = told.reason in ("store_away", "store_refused") or not (self._free or self._carried)
        is_enough = 0 < self.packs_at <= len(self._waiting) or (is_stuck and self._waiting)
        work = acts.PACK if self.phase == acts.PICK and is_enough else self.phase
        return Aim(command(work), f"chooses {acts.label(work).lower()}")

    def _pick(self, told: Told) -> Aim | None:
        match told.step:
            case "pick_tote":
                if told.reason == "tote_in_use":
                    self._free.rotate(-1)
                    self._carried = ""
                if told.tote:
                    _without(self._waiting, told.tote)
                    return Aim(told.expects[0], f"takes tote {told.tote} along")
                if not (self._carried or self._free):
                    return Aim(command(acts.MENU), "has no tote left, packs first")
                tote = self._carried or self._free[0]
                return Aim(barcodes.encode(Kind.TOTE, tote), f"takes tote {tote}")
            case "pick_shelf":
                self._carried = told.tote
                _without(self._free, told.tote)
                return Aim(told.expects[0], f"walks to {told.location}, scans the shelf")
            case "pick_item":
                if told.tone != "NO":
                    self._items += 1
                    if aim := self._mistake(told):
                        return aim
                return Aim(told.expects[0], f"scans item {told.item}")
            case "pick_quantity":
                return Aim(told.expects[0], f"takes all {told.quantity} of {told.item}")
            case "pick_drop":
                self._carried = ""
                _without(self._free, told.tote)
                if told.tote not in self._waiting:
                    self._waiting.append(told.tote)
                return Aim(told.expects[0], f"drops tote {told.tote}")
            case "pick_empty":
                self._put_back(told.tote)
                return Aim(told.expects[0], f"frees tote {told.tote}")
        return Aim(command(acts.MENU), "goes back to the menu")

    def _mistake(self, told: Told) -> Aim | None:
        # What is missing is counted in pieces: a line that is shown in cases is found whole.
        if told.quantity.replace(" of ", "").isdecimal() and (reason := self.shorts.pop(self._items, None)):
            self.shorted.append((told.title.split()[-1], told.item, int(told.quantity.split()[0])))
            return Aim(command(reason), f"finds none of {told.item}: {acts.label(reason).lower()}")
        match self.mistakes.pop(self._items, None):
            case "wrong_item":
                return Aim(self.wrong_item, "scans a wrong item")
            case "wrong_shelf":
                return Aim(self.wrong_shelf, "scans a wrong shelf")
            case "damaged":
                return Aim(told.expects[0], "scans a damaged code", is_damaged=True)
        return None

    def _pack(self, told: Told) -> Aim | None:
        if told.reason == "not_packing":
            return Aim(command(acts.MENU), "sees that this order is done, goes back to the menu")
        match told.step:
            case "pack_tote":
                if acts.VOID in told.acts:  # the parcel is in hand: its label had been read back before
                    self._sealed = ""
                if self._sealed and (sscc := self.read_label(self._sealed)):
                    return Aim(sscc, f"is not sure of label {sscc}, scans it again")
                if told.reason in ("tote_free", "not_picked") and self._waiting:
                    self._put_back(self._waiting[0])
                if not self._waiting:
                    return Aim(command(acts.MENU), "has packed all there is")
                return Aim(barcodes.encode(Kind.TOTE, self._waiting[0]), f"opens tote {self._waiting[0]}")
            case "pack_item":
                return Aim(told.expects[0], "verifies an item")
            case "pack_quantity":
                return Aim(told.expects[0], f"counts {told.quantity} of {told.item}")
            case "pack_seal":
                return Aim(told.expects[0], "closes the carton, scans SEAL")
            case "pack_label":
                parcel = told.expects[0].removeprefix("]C100")
                sscc = self.read_label(parcel)
                if sscc is None:
                    return None
                if self._sealed != parcel:
                    self._sealed = parcel
                    if self._waiting:
                        self._put_back(self._waiting[0])
                return Aim(sscc, f"sticks label {sscc}, reads it back")
        return Aim(command(acts.MENU), "goes back to the menu")

    def _ship(self, told: Told) -> Aim | None:
        match told.step:
            case "ship_choose":
                standing = [name.removeprefix(acts.MANIFEST) for name in told.acts if name.startswith(acts.MANIFEST)]
                if not standing:
                    self.is_done = True
                    return Aim(command(acts.MENU), "sees an empty dock")
                if self._labelled:
                    parcel, self._labelled = self._labelled, ""
                    return Aim(parcel, "scans a parcel that stands there")
                return Aim(barcodes.encode(Kind.MANIFEST, standing[0]), f"scans the sheet of {standing[0]}")
            case "ship_ask_handover" | "ship_ask_close":
                return Aim(told.expects[0], "answers yes")
            case "ship_open" | "ship_closed":
                return Aim(told.expects[0], told.ask)
        return Aim(command(acts.MENU), "goes back to the menu")

    def _put_back(self, tote: str) -> None:
        """The tote is empty, and stands with the free ones."""
        _without(self._waiting, tote)
        if tote not in self._free:
            self._free.append(tote)


def _without(totes: deque[str], tote: str) -> None:
    if tote in totes:
        totes.remove(tote)


def label_on_paper(folder: Path) -> Callable[[str], str | None]:
    """Reads the SSCC off the label's own page, by parcel, from a folder printer's PDFs."""
    from pypdf import PdfReader

    def read(parcel: str) -> str | None:
        for path in folder.glob(f"*{parcel}-label-*.pdf"):
            found = re.search(r"\(00\)\s*(\d{18})", PdfReader(path).pages[0].extract_text())
            return found.group(1) if found else None
        return None

    return read
