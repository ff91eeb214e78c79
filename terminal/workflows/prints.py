"""What did not come out: which jobs are held, why, and what a person wants of them.

Decides what may be done with a job by where its bytes are: only what surely never left is sent again as it is; for all
else the printer is asked, and a second copy is an event with a reason. Station barcodes are judged here too: they say
which printers are meant.
"""

from __future__ import annotations

from orders.events import FloorEvent, LabelReprinted, PrintCancelled, PrintFound
from terminal import printer_wording as words
from terminal import wording
from terminal.floor import Floor
from terminal.workflows import acts, previews
from terminal.workflows.prompts import Act, Prompt
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    ANumber,
    AParcel,
    AStation,
    HeldPrint,
    Here,
    JobOrder,
    Meaning,
    Outcome,
    Printing,
    Prints,
    Refused,
    Step,
)
from terminal.workflows.strangers import describe_stranger

_MOST_LISTED = 7
_MOST_PRINTERS = 3


def prompt(step: Prints, floor: Floor, here: Here) -> Prompt:
    """The jobs that are held, or one of them."""
    held = _chosen(step, here)
    if held is None:
        listed = _choices(here)
        return Prompt(
            step="print_choose",
            title=words.prints_title(),
            ask=words.ask_print() if listed else words.nothing_held(),
            details=tuple(f"{act.digit} {act.label}" for act in listed),
            acts=(*listed, *acts.listed(acts.MENU)),
            takes="number",
            help=words.help_prints(),
        )
    return Prompt(
        step="print_held",
        title=words.held_title(held.kind, held.about),
        ask=words.held_at(held.printer, held.reason),
        details=tuple(f"{act.digit} {act.label}" for act in _acts(held, here)),
        acts=_acts(held, here),
        takes="number",
        enter=acts.TRY_PRINT,
        help=words.help_prints(),
    )


def judge(step: Prints, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """An act, or the digit before it, says what becomes of a held job."""
    held = _chosen(step, here)
    if isinstance(meaning, ANumber):
        listed = _acts(held, here) if held else _choices(here)
        meaning = next((ACommand(act.name) for act in listed if act.digit == meaning.value), meaning)
    match meaning:
        case ACommand(name=acts.PREVIEW):
            return previews.judge(step, floor, here)
        case ACommand(name=acts.MENU | acts.NO):
            back = Prints(step.back) if step.job and meaning.name == acts.NO else step.back
            return Accepted(back, "", is_note=True)
        case ACommand(name=name) if name.startswith(acts.HELD_PRINT):
            return Accepted(Prints(step.back, name.removeprefix(acts.HELD_PRINT)), "", is_note=True)
        case AParcel(sscc=sscc) if held is not None and held.kind == "label" and sscc == held.parcel:
            return _came_out(step.back, held)
        case ACommand(name=acts.REPRINT) if held is not None and held.kind == "label":
            return try_again(step.back, held) if held.sent == "no" else again(step.back, held, "not_there")
        case ACommand(name=name) if held is not None and name in [act.name for act in _acts(held, here)]:
            return _judge_act(name, step.back, held)
    if held is None:
        return Refused(words.choose_print(describe_stranger(meaning)), "print_first")
    return Refused(words.act_on_print(describe_stranger(meaning)), "act_first")


def try_again(step: Step, held: HeldPrint) -> Accepted:
    """What Enter does on a held job: it is sent where it surely was not, else its printer is asked about it."""
    sentence = words.trying(held.printer) if held.sent == "no" else words.asking(held.printer)
    return Accepted(step, sentence, is_note=True, orders=(JobOrder("try", held.job),))


def held_label(parcel: str, here: Here) -> HeldPrint | None:
    """The newest held label of a parcel."""
    return next((each for each in reversed(here.held) if (each.kind, each.parcel) == ("label", parcel)), None)


def settled(parcel: str, what: str, here: Here) -> tuple[JobOrder, ...]:
    """A parcel's held labels are out (`printed`): somebody read one; or all its documents are void (`cancel`)."""
    if what == "printed":
        return tuple(
            JobOrder("printed", each.job, "read back")
            for each in here.held
            if (each.kind, each.parcel) == ("label", parcel)
        )
    return tuple(JobOrder("cancel", each.job, "void") for each in here.held if each.parcel == parcel)


def again(step: Step, held: HeldPrint, reason: str, printer: str = "") -> Accepted:
    """One more copy, here or on another printer; the held one is taken back."""
    copy = held.copy + 1
    event: FloorEvent = LabelReprinted(
        order=held.order, parcel=held.parcel, copy=copy, reason=reason, document=held.kind, printer=printer
    )
    prints = (Printing(held.kind, held.order, held.parcel, copy, printer or held.printer),)
    said = words.moved(printer) if printer else wording.printing_again()
    sentence = said if held.sent == "no" else words.throw_first_away(said, held.printer)
    return Accepted(step, sentence, (event,), prints, orders=(JobOrder("cancel", held.job, reason),))


def lacking(here: Here, *kinds: str) -> Refused | None:
    """Why nothing that needs documents of `kinds` may be done here: no printer is set for one of them.

    One that is set, and is off or empty, keeps its jobs; these would be kept for ever.
    """
    missing = tuple(kind for kind in kinds if kind not in here.prints)
    if not missing:
        return None
    elsewhere = tuple(station for station in here.stations if station != here.station)[:_MOST_PRINTERS]
    return Refused(words.no_printer_here(missing, elsewhere), "no_printer")


def take_station(step: Step, meaning: AStation, here: Here) -> Outcome:
    """This device stands at a station; its documents come out there from now on."""
    if here.stations and meaning.station not in here.stations:
        return Refused(words.station_unknown(meaning.station, here.stations), "station_unknown")
    return Accepted(step, words.station_taken(meaning.station), is_note=True, station=meaning.station)


def _judge_act(name: str, back: Step, held: HeldPrint) -> Outcome:
    match name:
        case acts.TRY_PRINT:
            return try_again(back, held)
        case acts.CANCEL_PRINT if not held.order:
            # An item's label belongs to no order: nobody waits for it, and it is asked for anew where it is missed.
            return Accepted(
                back, words.cancelled(held.kind, held.about), orders=(JobOrder("cancel", held.job, "asked"),)
            )
        case acts.CAME_OUT:
            return _came_out(back, held)
        case acts.PRINT_AGAIN:
            return again(back, held, "not_there")
        case acts.CANCEL_PRINT:
            event = PrintCancelled(
                order=held.order, parcel=held.parcel, document=held.kind, copy=held.copy, reason="asked"
            )
            said = words.cancelled(held.kind, held.about)
            sentence = said if held.sent == "no" else words.throw_first_away(said, held.printer)
            return Accepted(back, sentence, (event,), orders=(JobOrder("cancel", held.job, "asked"),))
        case _:
            return again(back, held, "moved", name.removeprefix(acts.PRINTER))


def _came_out(back: Step, held: HeldPrint) -> Outcome:
    found = PrintFound(order=held.order, parcel=held.parcel, document=held.kind, copy=held.copy)
    sentence = words.found(held.kind, held.about)
    return Accepted(back, sentence, (found,), orders=(JobOrder("printed", held.job, "found"),))


def _chosen(step: Prints, here: Here) -> HeldPrint | None:
    return next((each for each in here.held if each.job == step.job), None)


def _choices(here: Here) -> tuple[Act, ...]:
    return tuple(
        Act(digit, acts.HELD_PRINT + each.job, words.held_line(each.kind, each.about, each.printer))
        for digit, each in enumerate(here.held[:_MOST_LISTED], 1)
    )


def _acts(held: HeldPrint, here: Here) -> tuple[Act, ...]:
    if not held.order:
        return acts.listed(acts.TRY_PRINT, acts.CANCEL_PRINT, acts.PREVIEW, acts.MENU)
    doubtful = (acts.CAME_OUT, acts.PRINT_AGAIN) if held.sent == "unsure" else ()
    listed = acts.listed(acts.TRY_PRINT, *doubtful, acts.CANCEL_PRINT)
    others = [name for name in here.printers if name != held.printer][:_MOST_PRINTERS]
    preview, menu = acts.listed(acts.PREVIEW, acts.MENU)
    digits = (digit for digit in range(len(listed) + 1, menu.digit) if digit != preview.digit)
    moves = [Act(digit, acts.PRINTER + name, words.move_to(name)) for digit, name in zip(digits, others, strict=False)]
    return tuple(sorted((*listed, *moves, preview, menu), key=lambda act: act.digit))
