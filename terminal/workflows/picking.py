"""The walk of one picker: tote, shelf, item, number, and the drop place at its end.

Decides what the picker is asked next and whether a scan was right. Everything about how far the walk has come is read
from the task's record, so a restart, or a change from the store, asks the same line again. A stop that the store puts
into the walk comes in its turn: the one at hand stays at hand until it is done, skipped or left for another shelf.
"""

from __future__ import annotations

from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.events import PickConfirmed, PickShorted, ShelfConfirmed, StopSkipped, ToteBound, ToteDropped
from orders.records import Location, Pack, PickTask, Stop
from orders.verdicts import Denial, judge_pick, judge_task, judge_tote
from terminal import pick_wording, wording
from terminal.floor import Floor
from terminal.workflows import acts, keyed, packs
from terminal.workflows.prompts import Prompt
from terminal.workflows.resolve import resolve_number
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AnItem,
    ANumber,
    AsksStore,
    AtLocation,
    ATote,
    Here,
    Meaning,
    Menu,
    NeedsAnswer,
    Outcome,
    Picking,
    Refused,
    Unknown,
)
from terminal.workflows.strangers import describe_stranger

_SHORT_ACTS = (acts.SHORT_EMPTY, acts.SHORT_FEWER, acts.SHORT_DAMAGED, acts.SKIP)


def at_hand(step: Picking, floor: Floor) -> Picking:
    """The step with the stop that is asked for: the one it has, as long as that is open, else the walk's next."""
    task = floor.task(step.task)
    stop = _stop(step, task) if task else None
    number = stop.number if stop else 0
    return step if number == step.stop else replace(step, stop=number)


def answers_to_shorts(step: Picking, floor: Floor) -> tuple[str, ...]:
    """What the store made of this walk's shorts, as far as it has answered: stops to come, and what is back-ordered."""
    task = floor.task(step.task)
    order = floor.order(task.order) if task else None
    if task is None or order is None:
        return ()
    here = _stop(step, task)
    said: dict[str, None] = {}
    for short in (stop for stop in task.stops if stop.shorted):
        for stop in task.stops:
            if stop.instead_of == short.number and stop.left:
                words = pick_wording.this_shelf if stop is here else pick_wording.another_shelf
                said[words(stop.location, stop.left, stop.sku)] = None
        if follows := order.to_follow.get(short.sku, 0):
            said[pick_wording.back_ordered(follows, short.sku)] = None
    return tuple(said)


def prompt(step: Picking, floor: Floor, here: Here) -> Prompt:
    """What the picker sees at this point of the walk."""
    task = floor.task(step.task)
    if task is None or judge_task(task, here.terminal):
        return Prompt(
            step="pick_lost", title=pick_wording.pick(), ask=pick_wording.task_gone(), acts=acts.listed(acts.MENU)
        )
    title = pick_wording.pick_title(task.order_number)
    progress = f"{min(task.done + 1, len(task.stops))}/{len(task.stops)}"
    stop = _stop(step, task)
    answers = answers_to_shorts(step, floor)
    if stop is None:
        return _drop_prompt(task, floor, title, answers)
    product = floor.product(stop.product)
    shown = Prompt(
        step="",
        ask="",
        title=title,
        progress=progress,
        location=stop.location,
        item=stop.sku,
        description=stop.description,
        quantity=packs.split(stop.left, product)
        if (legend := packs.legend(stop.left, product))
        else pick_wording.quantity_left(stop.left, stop.quantity),
    )
    if task.tote is None and task.into is not None:
        tote = floor.tote(task.into)
        return replace(
            shown,
            step="pick_tote",
            ask=pick_wording.ask_tote_along(task.into),
            location=(tote.place if tote else None) or "",
            item="",
            description="",
            quantity="",
            tote=task.into,
            details=(pick_wording.rest_of_order(),),
            acts=acts.listed(acts.GIVE_BACK, acts.MENU),
            expects=(barcodes.encode(Kind.TOTE, task.into),),
            help=pick_wording.help_tote_along(),
        )
    if task.tote is None:
        return replace(
            shown,
            step="pick_tote",
            ask=pick_wording.ask_tote(),
            acts=acts.listed(acts.GIVE_BACK, acts.MENU),
            expects=("FHT-",),
            help=pick_wording.help_tote(),
        )
    if not _at_shelf(task, stop):
        return replace(
            shown,
            step="pick_shelf",
            tote=task.tote,
            ask=pick_wording.ask_shelf(stop.location),
            details=(*legend, *_next_details(task, stop), *answers),
            acts=acts.listed(acts.SKIP, acts.SHORT_UNREACHABLE, acts.MENU),
            expects=(barcodes.encode(Kind.LOCATION, stop.location),),
            help=pick_wording.help_pick(),
        )
    if not step.is_identified:
        return replace(
            shown,
            step="pick_item",
            tote=task.tote,
            ask=pick_wording.ask_item(),
            details=(*legend, *_next_details(task, stop), *answers),
            acts=acts.listed(*_SHORT_ACTS, acts.MENU),
            expects=packs.codes(stop.left, product, stop.sku),
            help=pick_wording.help_pick(),
        )
    return replace(
        shown,
        step="pick_quantity",
        tote=task.tote,
        ask=pick_wording.ask_quantity(stop.left),
        acts=acts.listed(*_SHORT_ACTS, acts.ALL, acts.MENU),
        takes="number",
        details=(*legend, *answers),
        expects=(barcodes.encode(Kind.COMMAND, acts.ALL),),
        help=pick_wording.help_pick(),
    )


def judge(step: Picking, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """What a scan, a number or an act means at this point of the walk."""
    if isinstance(meaning, ACommand) and meaning.name == acts.NO:
        # Esc once too often must not end a walk.
        return NeedsAnswer(replace(step, is_identified=False, is_keyed=False), "")
    if isinstance(meaning, ACommand) and meaning.name == acts.MENU:
        return Accepted(Menu(), pick_wording.task_waits(), is_note=True)
    task = floor.task(step.task)
    if task is None or judge_task(task, here.terminal):
        return Refused(pick_wording.task_gone(), Denial.TASK_NOT_YOURS.value)
    stop = _stop(step, task)
    if task.tote is None and stop is not None:
        return _judge_tote(step, task, meaning, floor)
    if stop is None:
        return _judge_drop(task, meaning)
    if isinstance(meaning, ACommand) and meaning.name == acts.SKIP:
        return _skip(step, task, stop)
    if isinstance(meaning, ACommand) and meaning.name == acts.SHORT:
        return _short(step, task, stop, _usual_short(task, stop))
    if isinstance(meaning, ACommand) and meaning.name in acts.SHORTS:
        return _short(step, task, stop, meaning.name)
    if isinstance(meaning, AtLocation):
        return _judge_shelf(step, task, stop, meaning.location)
    if not _at_shelf(task, stop):
        return _judge_before_shelf(step, task, stop, meaning, floor)
    if step.is_identified:
        return _judge_quantity(step, task, stop, meaning, floor)
    return _judge_item(step, task, stop, meaning, floor, here)


def _judge_tote(step: Picking, task: PickTask, meaning: Meaning, floor: Floor) -> Outcome:
    match meaning:
        case ATote(tote=tote) if task.into is not None and judge_tote(tote, task):
            if tote.id == task.into:
                return Refused(pick_wording.tote_is_away(tote.id), Denial.TOTE_IN_USE.value)
            known = floor.tote(task.into)
            where = (known.place if known else None) or ""
            return Refused(pick_wording.other_tote(task.into, where), Denial.OTHER_TOTE.value)
        case ATote(tote=tote):
            if judge_tote(tote, task):
                return Refused(wording.tote_in_use(tote.id), Denial.TOTE_IN_USE.value)
            bound = ToteBound(task=task.id, order=task.order, tote=tote.id)
            return Accepted(step, pick_wording.tote_taken(tote.id), (bound,))
        case ACommand(name=acts.GIVE_BACK):
            return AsksStore("give_back", task.id)
        case _:
            return Refused(pick_wording.tote_first(describe_stranger(meaning)), "tote_first")


def _judge_shelf(step: Picking, task: PickTask, stop: Stop, location: Location) -> Outcome:
    if location.id == stop.location:
        if _at_shelf(task, stop):
            return Accepted(step, pick_wording.shelf_again(location.id), is_note=True)
        return _arrive(step, task, stop)
    other = next((each for each in task.stops if each.left and each.location == location.id), None)
    if other is None:
        return Refused(pick_wording.wrong_shelf(location.id, stop.location), Denial.WRONG_LOCATION.value)
    # Going to another open stop of one's own walk is a choice, not a mistake: the stops between come back at its end.
    between = []
    for each in task.stops:
        if each.number == other.number:
            break
        if each.left:
            between.append(StopSkipped(task=task.id, order=task.order, stop=each.number))
    arrival = ShelfConfirmed(task=task.id, order=task.order, stop=other.number, location=location.id)
    return Accepted(Picking(task.id), pick_wording.shelf_changed(location.id), (*between, arrival))


def _judge_before_shelf(step: Picking, task: PickTask, stop: Stop, meaning: Meaning, floor: Floor) -> Outcome:
    if isinstance(meaning, ANumber) and meaning.text == barcodes.check_digits(stop.location):
        return _arrive(step, task, stop)
    if isinstance(meaning, ANumber):
        return Refused(pick_wording.check_digits_wrong(stop.location), Denial.WRONG_LOCATION.value)
    return Refused(pick_wording.shelf_first(stop.location, describe_stranger(meaning)), "shelf_first")


def _judge_item(step: Picking, task: PickTask, stop: Stop, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    if isinstance(meaning, ANumber):
        meaning = resolve_number(meaning, floor)
    match meaning:
        case Unknown(text=text, is_keyed=True) if keyed.are_digits(text):
            if refused := keyed.judge_digits(text, stop, floor.product(stop.product), here):
                return refused
            return _identified(task, stop, is_keyed=True)
        case AnItem(product=product, is_keyed=is_keyed, pack=pack):
            if refused := keyed.refused(here, is_keyed):
                return refused
            denial = judge_pick(stop, stop.location, product.id, 1)
            if denial is Denial.WRONG_PRODUCT:
                return Refused(pick_wording.wrong_item(product.sku, stop.sku), denial.value)
            if denial:
                return Refused(wording.denied(denial), denial.value)
            if pack is not None:
                return _pick_packs(task, stop, 1, pack, is_keyed=is_keyed)
            return _identified(task, stop, is_keyed=is_keyed)
        case _:
            return Refused(pick_wording.item_first(stop.sku, describe_stranger(meaning)), Denial.WRONG_PRODUCT.value)


def _identified(task: PickTask, stop: Stop, *, is_keyed: bool) -> Outcome:
    if stop.left == 1:
        return _pick(task, stop, 1, is_keyed=is_keyed)
    return NeedsAnswer(Picking(task.id, True, is_keyed, stop.number), wording.item_right(stop.sku))


def _judge_quantity(step: Picking, task: PickTask, stop: Stop, meaning: Meaning, floor: Floor) -> Outcome:
    match meaning:
        case ACommand(name=acts.ALL):
            return _pick(task, stop, stop.left, is_keyed=step.is_keyed)
        case ANumber(value=0):
            return Refused(pick_wording.zero_is_short(), Denial.TOO_MANY.value)
        case ANumber(value=value):
            if judge_pick(stop, stop.location, stop.product, value):
                return Refused(pick_wording.too_many(value, stop.left), Denial.TOO_MANY.value)
            return _pick(task, stop, value, is_keyed=step.is_keyed)
        case AnItem(product=product, pack=pack) if product.id == stop.product and pack is not None:
            return _pick_packs(task, stop, 1, pack, is_keyed=step.is_keyed)
        case Unknown(text=text, is_keyed=True) if found := packs.typed(text, floor.product(stop.product)):
            count, pack = found
            return _pick_packs(task, stop, count, pack, is_keyed=step.is_keyed)
        case AnItem(product=product) if product.id == stop.product:
            # A second scan of the same item is counting by hand: one more piece than the one already seen.
            return Refused(pick_wording.number_wanted(stop.left), "number_wanted")
        case AnItem(product=product):
            return Refused(pick_wording.wrong_item(product.sku, stop.sku), Denial.WRONG_PRODUCT.value)
        case _:
            return Refused(pick_wording.number_wanted(stop.left), "number_wanted")


def _judge_drop(task: PickTask, meaning: Meaning) -> Outcome:
    if task.tote is None or not task.has_goods:
        if isinstance(meaning, ATote) and meaning.tote.id == task.tote:
            dropped = ToteDropped(task=task.id, order=task.order, tote=meaning.tote.id, place="", is_empty=True)
            return Accepted(Menu(), pick_wording.walk_ended_empty(), (dropped,))
        return Refused(pick_wording.empty_tote_back(task.tote or ""), "tote_wanted")
    match meaning:
        case AtLocation(location=location) if location.use in ("drop", "staging"):
            dropped = ToteDropped(task=task.id, order=task.order, tote=task.tote, place=location.id)
            return Accepted(Menu(), pick_wording.walk_ended(task.tote, location.id), (dropped,))
        case AtLocation(location=location):
            return Refused(pick_wording.not_a_drop(location.id), Denial.WRONG_LOCATION.value)
        case _:
            return Refused(pick_wording.drop_first(describe_stranger(meaning)), "drop_first")


def _pick(task: PickTask, stop: Stop, quantity: int, *, is_keyed: bool, said: str = "") -> Accepted:
    assert task.tote is not None
    picked = PickConfirmed(
        task=task.id,
        order=task.order,
        stop=stop.number,
        location=stop.location,
        product=stop.product,
        quantity=quantity,
        tote=task.tote,
        is_keyed=is_keyed,
    )
    sentence = said or pick_wording.picked(quantity, stop.sku)
    return Accepted(Picking(task.id, stop=stop.number), sentence, (picked,))


def _pick_packs(task: PickTask, stop: Stop, count: int, pack: Pack, *, is_keyed: bool) -> Outcome:
    quantity = count * pack.quantity
    if quantity > stop.left:
        if count == 1:
            return Refused(wording.pack_too_large(pack.name, pack.quantity, stop.left), Denial.TOO_MANY.value)
        return Refused(pick_wording.too_many(quantity, stop.left), Denial.TOO_MANY.value)
    if not quantity:
        return Refused(pick_wording.zero_is_short(), Denial.TOO_MANY.value)
    return _pick(
        task, stop, quantity, is_keyed=is_keyed, said=wording.packs_picked(count, pack.name, quantity, stop.sku)
    )


def _arrive(step: Picking, task: PickTask, stop: Stop) -> Accepted:
    arrival = ShelfConfirmed(task=task.id, order=task.order, stop=stop.number, location=stop.location)
    return Accepted(Picking(task.id, stop=stop.number), pick_wording.shelf_right(stop.location), (arrival,))


def _short(step: Picking, task: PickTask, stop: Stop, name: str) -> Outcome:
    at_shelf = _at_shelf(task, stop)
    if (name == acts.SHORT_UNREACHABLE) == at_shelf:
        # Who stands at the shelf has reached it; who does not, cannot know that it is empty.
        return Refused(pick_wording.shelf_first(stop.location, ""), "shelf_first")
    shorted = PickShorted(
        task=task.id,
        order=task.order,
        stop=stop.number,
        location=stop.location,
        product=stop.product,
        quantity=stop.left,
        reason=acts.SHORTS[name],
    )
    return Accepted(Picking(task.id), pick_wording.shorted(stop.left, stop.sku), (shorted,))


def _usual_short(task: PickTask, stop: Stop) -> str:
    """What a plain SHORT says: where one stands, and whether something was there, say the rest."""
    if not _at_shelf(task, stop):
        return acts.SHORT_UNREACHABLE
    return acts.SHORT_FEWER if stop.picked else acts.SHORT_EMPTY


def _skip(step: Picking, task: PickTask, stop: Stop) -> Outcome:
    if sum(1 for each in task.stops if each.left) < 2:
        return Refused(pick_wording.nothing_to_skip_to(), "last_stop")
    skipped = StopSkipped(task=task.id, order=task.order, stop=stop.number)
    return Accepted(Picking(task.id), pick_wording.skipped(stop.location), (skipped,))


def _at_shelf(task: PickTask, stop: Stop) -> bool:
    """The shelf was scanned for this stop, or the stop before it was done at the same shelf."""
    if stop.is_shelf_confirmed:
        return True
    before = task.stops[task.done - 1] if task.done else None
    return before is not None and before.location == stop.location and before.is_shelf_confirmed


def _stop(step: Picking, task: PickTask) -> Stop | None:
    held = task.stop(step.stop) if step.stop else None
    return held if held is not None and held.left else task.current


def _next_details(task: PickTask, stop: Stop) -> tuple[str, ...]:
    after = next((each for each in task.stops[task.done :] if each.left and each.number != stop.number), None)
    return (pick_wording.then_shelf(after.location),) if after else ()


def _drop_prompt(task: PickTask, floor: Floor, title: str, answers: tuple[str, ...]) -> Prompt:
    if not task.has_goods:
        return Prompt(
            step="pick_empty",
            title=title,
            ask=pick_wording.empty_tote_back(task.tote or ""),
            tote=task.tote or "",
            details=answers,
            expects=(barcodes.encode(Kind.TOTE, task.tote),) if task.tote else (),
            acts=acts.listed(acts.MENU),
            help=pick_wording.help_empty_tote(),
        )
    places = tuple(place.id for place in floor.every("location", Location) if place.use in ("drop", "staging"))
    return Prompt(
        step="pick_drop",
        title=title,
        progress=f"{len(task.stops)}/{len(task.stops)}",
        ask=pick_wording.ask_drop(),
        location=places[0] if len(places) == 1 else pick_wording.drop(),
        tote=task.tote or "",
        details=(*(places[:4] if len(places) > 1 else ()), *answers),
        acts=acts.listed(acts.MENU),
        expects=tuple(barcodes.encode(Kind.LOCATION, place) for place in places),
        help=pick_wording.help_drop(places[:4]),
    )
