"""Signing on by badge, or by name and PIN, and the menu behind it.

Decides who may take this device and what that person may do. Verifiers come with the worker records, so this works
with no network; how many tries are left is the session's count.
"""

from __future__ import annotations

from orders.credentials import is_right
from orders.events import WorkerSignedOff, WorkerSignedOn
from orders.records import ROLES, Worker
from orders.roles import PACK, PICK, SHIP
from terminal import wording
from terminal.floor import Floor
from terminal.workflows import acts, leaving, prints, undo
from terminal.workflows.prompts import Prompt, Tone, Verdict
from terminal.workflows.steps import (
    ABadge,
    Accepted,
    ACommand,
    ANumber,
    AskPin,
    AsksStore,
    AStation,
    Grant,
    Here,
    Meaning,
    Menu,
    NeedsAnswer,
    Outcome,
    Picking,
    Prints,
    Queue,
    Refused,
    Shipping,
    SignOn,
    Step,
    Unknown,
)
from terminal.workflows.strangers import describe_stranger

MAY = {
    acts.PICK: PICK,
    acts.PACK: PACK,
    acts.SHIP: SHIP,
    acts.QUEUE: ROLES,
}


def sign_on_prompt(floor: Floor) -> Prompt:
    """Asks for a badge."""
    return Prompt(
        step="sign_on",
        title=wording.floorhand(),
        ask=wording.ask_badge(),
        details=(wording.or_name() if _knows_anybody(floor) else wording.no_workers_yet(),),
        takes="text",
        help=wording.help_sign_on(),
    )


def judge_sign_on(step: SignOn, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """A badge signs on at once; a name asks for its PIN."""
    match meaning:
        case ABadge(worker=None):
            said = wording.badge_unknown() if _knows_anybody(floor) else wording.no_workers_yet()
            return Refused(said, "badge_unknown")
        case ABadge(worker=worker, secret=secret) if worker is not None:
            if here.is_locked(worker.id):
                return Refused(wording.locked_out(), "locked_out")
            if not (worker.is_active and is_right(secret, worker.badge)):
                return Refused(wording.badge_not_valid(), "badge_not_valid")
            return _welcome(worker, "badge", floor, here)
        case Unknown(text=text, is_keyed=True):
            return _by_name(text, floor, here)
        case _:
            return Refused(wording.badge_first(), "sign_on_first")


def pin_prompt(step: AskPin, floor: Floor) -> Prompt:
    """Asks for a PIN."""
    worker = floor.worker(step.worker)
    return Prompt(
        step="ask_pin",
        title=worker.name if worker else step.worker,
        ask=wording.ask_pin(),
        takes="secret",
        help=wording.help_sign_on(),
    )


def judge_pin(step: AskPin, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """The right PIN, typed, signs on, and whatever was scanned is no try; a badge scanned meanwhile does so too."""
    worker = floor.worker(step.worker)
    match meaning:
        case ACommand(name=acts.NO):
            return NeedsAnswer(SignOn(), "")
        case ABadge():
            return judge_sign_on(SignOn(), meaning, floor, here)
        case _ if worker is None or not worker.is_active:
            return Refused(wording.name_unknown(), "name_unknown")
        case _ if here.is_locked(worker.id):
            return Refused(wording.locked_out(), "locked_out")
        case ANumber(text=pin) | Unknown(text=pin, is_keyed=True) if worker.pin and is_right(pin, worker.pin):
            return _welcome(worker, "pin", floor, here)
        case ACommand() | Unknown(is_keyed=False):
            return Refused(wording.pin_first(), "pin_first")
        case _:
            return Refused(wording.pin_wrong(), "pin_wrong")


def menu_prompt(here: Here) -> Prompt:
    """What this worker may do."""
    roles = here.worker.roles if here.worker else ()
    names = [name for name, allowed in MAY.items() if any(role in allowed for role in roles)]
    held = (acts.HELD_PRINTS,) if here.held and acts.PACK in names else ()
    last = (acts.UNDO,) if undo.offers(Menu(), here) else ()
    listed = acts.listed(*names, *held, *last, acts.SIGN_OFF)
    return Prompt(
        step="menu",
        title=wording.menu(),
        ask=wording.ask_menu(),
        details=tuple(f"{act.digit} {act.label}" for act in listed),
        acts=listed,
        takes="number",
        help=wording.help_menu(),
    )


def judge_menu(step: Menu, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """A digit, or a command barcode, starts the work; a station's barcode says where this device stands."""
    if isinstance(meaning, AStation):
        return prints.take_station(step, meaning, here)
    name = ""
    if isinstance(meaning, ACommand):
        name = meaning.name
    elif isinstance(meaning, ANumber):
        name = next((act.name for act in menu_prompt(here).acts if act.digit == meaning.value), "")
    if name == acts.SIGN_OFF:
        return Accepted(SignOn(), wording.signed_off(), (WorkerSignedOff(worker=here.worker_id),), is_note=True)
    if name in MAY and not any(role in MAY[name] for role in (here.worker.roles if here.worker else ())):
        return Refused(wording.not_your_role(acts.label(name)), "not_your_role")
    match name:
        case acts.UNDO:
            return undo.judge(Menu(), wording.ask_menu(), floor, here)
        case acts.PICK:
            return AsksStore("claim")
        case acts.PACK:
            return Accepted(leaving.bench(floor, here), "", is_note=True)
        case acts.SHIP:
            return Accepted(Shipping(), "", is_note=True)
        case acts.QUEUE:
            return Accepted(Queue(), "", is_note=True)
        case acts.HELD_PRINTS if here.held:
            return Accepted(Prints(Menu()), "", is_note=True)
        case _:
            came = wording.no_such_digit(meaning.text) if isinstance(meaning, ANumber) else describe_stranger(meaning)
            return Refused(wording.choose_from_menu(came), "not_on_menu")


def queue_prompt() -> Prompt:
    """Stands behind the live queue."""
    return Prompt(step="queue", title=acts.label(acts.QUEUE), ask=wording.watch_queue(), acts=acts.listed(acts.MENU))


def judge_queue(step: Queue, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """Leaves the live queue."""
    if isinstance(meaning, ACommand) and meaning.name in (acts.MENU, acts.NO):
        return Accepted(Menu(), "", is_note=True)
    outcome = judge_menu(Menu(), meaning, floor, here)
    if isinstance(outcome, Refused) and outcome.reason == "not_on_menu":
        return Refused(wording.queue_takes_nothing(), outcome.reason)
    return outcome


def _knows_anybody(floor: Floor) -> bool:
    """False on a device that has just been enrolled, until the store has told it who works here."""
    return any(worker.is_active for worker in floor.every("worker", Worker))


def _by_name(text: str, floor: Floor, here: Here) -> Outcome:
    wanted = " ".join(text.casefold().split())
    found = [
        worker
        for worker in floor.every("worker", Worker)
        if worker.is_active and wanted in (worker.name.casefold(), worker.id.casefold())
    ]
    if not found:
        said = wording.name_unknown() if _knows_anybody(floor) else wording.no_workers_yet()
        return Refused(said, "name_unknown")
    if len(found) > 1:
        return Refused(wording.name_ambiguous(), "name_ambiguous")
    if not found[0].pin:
        return Refused(wording.no_pin(), "no_pin")
    if here.is_locked(found[0].id):
        return Refused(wording.locked_out(), "locked_out")
    return NeedsAnswer(AskPin(found[0].id), "")


def _welcome(worker: Worker, by: str, floor: Floor, here: Here) -> Accepted:
    signed_on = WorkerSignedOn(worker=worker.id, by=by)
    return Accepted(leaving.returned(worker.id, floor, here), wording.welcome(worker.name), (signed_on,))


def granted(asked: AsksStore, grant: Grant, step: Step) -> Accepted | Verdict:
    """Where the store's answer to what was asked at `step` leads, or what it says instead."""
    if grant.is_away:
        return Verdict(Tone.REFUSED, wording.store_away(), "store_away")
    if grant.refused:
        return Verdict(Tone.REFUSED, wording.store_refused(grant.refused), "store_refused")
    if asked.request == "give_back":
        return Accepted(Menu(), wording.task_given_back(), is_note=True)
    if grant.task is None:
        return Verdict(Tone.NOTE, wording.nothing_to_pick(), "nothing_to_pick")
    return Accepted(Picking(grant.task), "", is_note=True)
