"""The bench: open a tote, verify what is in it, weigh and seal the carton.

Decides what the packer is asked next and whether a scan was right. An SSCC is only looked at here; it is spent in the
transaction that writes the sealing. No other parcel begins before the last label has been read back.
"""

from __future__ import annotations

from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.calendar import parcel_departure
from orders.events import (
    ItemVerified,
    PackingStarted,
    ParcelSealed,
    Weighed,
)
from orders.records import Address, Order, Pack, Product
from orders.verdicts import Denial, judge_item, judge_packing, judge_sealing
from terminal import pack_wording, pick_wording, wording
from terminal.floor import Floor
from terminal.workflows import acts, keyed, labelling, packs, prints, voiding
from terminal.workflows.overtaken import bench_of
from terminal.workflows.prompts import Prompt
from terminal.workflows.resolve import resolve_number
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AnItem,
    ANumber,
    AParcel,
    AStation,
    ATote,
    AWeight,
    Here,
    Labelling,
    Meaning,
    Menu,
    NeedsAnswer,
    Outcome,
    Packing,
    PackWait,
    Printing,
    Prints,
    Refused,
    Step,
    Unknown,
    Weighing,
)
from terminal.workflows.strangers import describe_stranger

_COMES_WITH_A_SEAL = ("label", "slip")
"""Where no printer takes one of these nothing is sealed: that parcel could never leave."""


def wait_prompt(step: PackWait, floor: Floor, here: Here) -> Prompt:
    """Asks for a tote."""
    held, on_parcel = voiding.in_hand(step, floor)
    waiting = sum(1 for order in floor.every("order", Order) if order.state == "picked")
    return Prompt(
        step="pack_tote",
        title=pack_wording.pack(),
        ask=pack_wording.ask_waiting_tote(),
        details=(*held, pack_wording.orders_waiting(waiting)),
        acts=acts.listed(*((acts.HELD_PRINTS,) if here.held else ()), *on_parcel, acts.MENU),
        help=pack_wording.help_pack(),
    )


def judge_wait(step: PackWait, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """A waiting tote opens its order; a parcel that still lacks its read-back comes first."""
    match meaning:
        case ACommand(name=acts.MENU | acts.NO):
            return Accepted(Menu(), "", is_note=True)
        case ACommand(name=acts.HELD_PRINTS) if here.held:
            return Accepted(Prints(step), "", is_note=True)
        case AStation():
            return prints.take_station(step, meaning, here)
        case ATote(tote=tote):
            order = floor.order(tote.order) if tote.order else None
            if order is None:
                return Refused(pack_wording.tote_is_free(tote.id), "tote_free")
            if denial := judge_packing(order):
                if denial is Denial.NOT_PICKED and order.state == "picking" and tote.state == "waiting":
                    said = pack_wording.still_picked(order.number, tote.id, tote.place or "")
                    return Refused(said, denial.value)
                return Refused(wording.denied(denial), denial.value)
            started = PackingStarted(order=order.id, tote=tote.id, station=here.station)
            # Said before a carton is packed that cannot be closed; somebody may set it meanwhile.
            unready = _unready(order, floor)
            opened = _opened(order, here, unready.sentence if unready else "")
            return Accepted(Packing(order.id, tote.id), opened, (started,), is_note=bool(unready))
        case AParcel(parcel=parcel) if parcel is not None and parcel.state == "sealed":
            return labelling.labelled_after_break(parcel, floor, here)
        case AParcel(parcel=None):
            return Refused(wording.parcel_unknown(), Denial.UNKNOWN_RECORD.value)
        case _ if (about := voiding.judge_in_hand(step, meaning, floor, here)) is not None:
            return about
        case ACommand(name=acts.REPRINT):
            return labelling.reprint_last(step, floor, here)
        case _:
            return Refused(pack_wording.waiting_tote_first(describe_stranger(meaning)), "tote_first")


def _opened(order: Order, here: Here, lacks: str) -> str:
    """What is said of a tote that was scanned, which may have been another bench's until now."""
    if order.state != "packing" or order.bench in ("", here.terminal):
        return pack_wording.tote_opened(order.number, lacks)
    verified = sum(line.quantity for line in order.unpacked)
    return pack_wording.tote_taken_over(bench_of(order, here), verified, lacks)


def prompt(step: Packing, floor: Floor) -> Prompt:
    """What the packer sees while the tote is emptied."""
    order = floor.order(step.order)
    if order is None:
        return _lost_prompt()
    left = order.to_verify
    picked = sum(line.picked - line.packed for line in order.lines)
    held, on_parcel = voiding.in_hand(step, floor)
    shown = Prompt(
        step="",
        ask="",
        title=pack_wording.pack_title(order.number),
        tote=step.tote,
        progress=f"{picked - sum(left.values())}/{picked}",
        help=pack_wording.help_pack(),
    )
    if not left:
        return replace(
            shown,
            step="pack_seal",
            ask=pack_wording.ask_seal(),
            quantity=pack_wording.pieces(picked),
            details=(
                *held,
                wording.carrier_of(order.carrier, order.service) or pack_wording.no_carrier(),
                *_follow_details(order),
            ),
            acts=acts.listed(acts.SEAL, acts.WEIGHT, *on_parcel, acts.MENU),
            expects=(barcodes.encode(Kind.COMMAND, acts.SEAL),),
        )
    product = floor.product(step.product or next(iter(left)))
    if step.product is None:
        return replace(
            shown,
            step="pack_item",
            ask=pack_wording.ask_any_item(),
            quantity=pack_wording.pieces_left(sum(left.values())),
            details=(*held, *_left_details(left, floor), *_follow_details(order)),
            acts=acts.listed(*on_parcel, acts.MENU),
            expects=packs.codes(left[id := next(iter(left))], product, id.partition("/")[2]),
        )
    return replace(
        shown,
        step="pack_quantity",
        ask=pick_wording.ask_quantity(left.get(step.product, 0)),
        item=product.sku if product else step.product,
        description=product.description if product else "",
        quantity=packs.split(left.get(step.product, 0), product),
        details=(*held, *packs.legend(left.get(step.product, 0), product)),
        acts=acts.listed(acts.ALL, *on_parcel, acts.MENU),
        takes="number",
        expects=(barcodes.encode(Kind.COMMAND, acts.ALL),),
    )


def judge(step: Packing, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """What a scan, a number or an act means while a tote is emptied."""
    if isinstance(meaning, ACommand) and meaning.name == acts.NO:
        return NeedsAnswer(Packing(step.order, step.tote), "")
    if isinstance(meaning, ACommand) and meaning.name == acts.MENU:
        return Accepted(Menu(), pack_wording.tote_parked(step.tote), is_note=True)
    order = floor.order(step.order)
    if order is None or order.state != "packing":
        return Refused(pack_wording.order_changed(), Denial.NOT_PACKING.value)
    if (about := voiding.judge_in_hand(step, meaning, floor, here)) is not None:
        return about
    if isinstance(meaning, ACommand) and meaning.name == acts.REPRINT:
        return labelling.reprint_of(step, order, floor, here)
    if isinstance(meaning, AStation):
        return prints.take_station(step, meaning, here)
    if not order.to_verify:
        return _judge_seal(step, order, meaning, floor, here)
    if step.product:
        return _judge_number(step, order, step.product, meaning, floor)
    if isinstance(meaning, ANumber):
        meaning = resolve_number(meaning, floor)
    match meaning:
        case AnItem(product=product, is_keyed=is_keyed, pack=pack):
            if refused := keyed.refused(here, is_keyed):
                return refused
            if denial := judge_item(order, product.id, 1):
                return Refused(_item_sentence(denial, product), denial.value)
            step = Packing(order.id, step.tote, product.id, is_keyed)
            if pack is not None:
                return _verify_packs(step, order, product, 1, pack)
            if order.to_verify[product.id] == 1:
                return _verify(step, order, product.id, 1, product.sku)
            return NeedsAnswer(step, wording.item_right(product.sku))
        case _:
            return Refused(pack_wording.any_item_first(describe_stranger(meaning)), "item_first")


def weighing_prompt(step: Weighing, floor: Floor) -> Prompt:
    """Asks for grams: of the scale, which the packer may overrule at any moment, or of the packer."""
    order = floor.order(step.order)
    held, on_parcel = voiding.in_hand(step, floor)
    return Prompt(
        step="pack_weight",
        title=pack_wording.pack_title(order.number if order else ""),
        ask=pack_wording.ask_scale() if step.by_scale else pack_wording.ask_weight(),
        tote=step.tote,
        takes="weight" if step.by_scale else "number",
        details=held,
        acts=acts.listed(*on_parcel, acts.MENU),
        help=pack_wording.help_pack(),
    )


def may_seal(step: Step, meaning: Meaning) -> str | None:
    """The order of which this very answer might seal a parcel, or show what sealing would print."""
    match step, meaning:
        case Packing(), ACommand(name=acts.SEAL | acts.CONFIRM | acts.PREVIEW):
            return step.order
        case Weighing(), ACommand(name=acts.PREVIEW) | ANumber() | AWeight():
            return step.order
        case _:
            return None


def judge_weight(step: Weighing, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """Grams seal the carton."""
    back = Packing(step.order, step.tote)
    order = floor.order(step.order)
    match meaning:
        case ACommand(name=acts.NO | acts.MENU):
            return NeedsAnswer(back, "")
        case _ if (about := voiding.judge_in_hand(step, meaning, floor, here)) is not None:
            return about
        case ACommand(name=acts.REPRINT) if order is not None:
            return labelling.reprint_of(step, order, floor, here)
        case AStation():
            return prints.take_station(step, meaning, here)
        case ANumber(value=grams) if grams > 0 and order is not None:
            return _seal(back, order, grams, False, floor, here)
        case AWeight(grams=grams, weighed=weighed) if order is not None:
            return _seal(back, order, grams, False, floor, here, weighed)
        case _:
            return Refused(pack_wording.weight_wanted(), "weight_wanted")


def _judge_number(step: Packing, order: Order, product: str, meaning: Meaning, floor: Floor) -> Outcome:
    left = order.to_verify.get(product, 0)
    sku = next(line.sku for line in order.lines if line.product == product)
    match meaning:
        case ACommand(name=acts.ALL):
            return _verify(step, order, product, left, sku)
        case ANumber(value=value):
            if judge_item(order, product, value):
                return Refused(pack_wording.too_many(value, left), Denial.TOO_MANY.value)
            return _verify(step, order, product, value, sku)
        case AnItem(product=item, pack=pack) if item.id == product and pack is not None:
            return _verify_packs(step, order, item, 1, pack)
        case Unknown(text=text, is_keyed=True) if found := packs.typed(text, known := floor.product(product)):
            assert known is not None
            return _verify_packs(step, order, known, *found)
        case _:
            return Refused(pack_wording.number_wanted(left), "number_wanted")


def _verify_packs(step: Packing, order: Order, product: Product, count: int, pack: Pack) -> Outcome:
    quantity, left = count * pack.quantity, order.to_verify.get(product.id, 0)
    if judge_item(order, product.id, quantity):
        if count == 1:
            return Refused(wording.pack_too_large(pack.name, quantity, left), Denial.TOO_MANY.value)
        return Refused(pack_wording.too_many(quantity, left), Denial.TOO_MANY.value)
    said = wording.packs_picked(count, pack.name, quantity, product.sku)
    return _verify(step, order, product.id, quantity, product.sku, said)


def _verify(step: Packing, order: Order, product: str, quantity: int, sku: str, said: str = "") -> Accepted:
    verified = ItemVerified(order=order.id, tote=step.tote, product=product, quantity=quantity, is_keyed=step.is_keyed)
    sentence = said or pack_wording.verified(quantity, sku)
    return Accepted(Packing(order.id, step.tote), sentence, (verified,))


def _judge_seal(step: Packing, order: Order, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    match meaning:
        case ACommand(name=acts.SEAL | acts.WEIGHT) if refused := prints.lacking(here, *_COMES_WITH_A_SEAL):
            return refused
        case ACommand(name=acts.SEAL) if here.has_scale:
            return NeedsAnswer(Weighing(order.id, step.tote, by_scale=True), "")
        case ACommand(name=acts.SEAL):
            grams, is_assumed = _weight(order, floor)
            if not grams:
                return NeedsAnswer(Weighing(order.id, step.tote), pack_wording.weight_wanted())
            return _seal(step, order, grams, is_assumed, floor, here)
        case ACommand(name=acts.WEIGHT):
            return NeedsAnswer(Weighing(order.id, step.tote), "")
        case AnItem(product=product):
            return Refused(pack_wording.nothing_left_of(product.sku), Denial.TOO_MANY.value)
        case _:
            return Refused(pack_wording.seal_first(describe_stranger(meaning)), "seal_first")


def _seal(
    step: Packing,
    order: Order,
    grams: int,
    is_assumed: bool,
    floor: Floor,
    here: Here,
    weighed: Weighed | None = None,
) -> Outcome:
    if denial := judge_sealing(order, order.unpacked):
        return Refused(wording.denied(denial), denial.value)
    if unready := _unready(order, floor):
        return unready
    if refused := prints.lacking(here, *_COMES_WITH_A_SEAL):
        return refused
    site = floor.site
    assert site is not None
    sscc = here.next_sscc(order.owner)
    if sscc is None:
        return Refused(pack_wording.no_sscc_left(), "no_sscc")
    departure = parcel_departure(site, order, here.now)
    sealed = ParcelSealed(
        order=order.id,
        order_number=order.number,
        tote=step.tote,
        parcel=sscc,
        number=1 + sum(1 for each in order.parcels if not each.is_void),
        contents=order.unpacked,
        weight_grams=grams,
        is_weight_assumed=is_assumed,
        weighed=weighed,
        carrier=order.carrier,
        service=order.service,
        departs_at=departure.departs_at if departure else None,
        moved_from_at=departure.moved_from_at if departure else None,
    )
    papers = (Printing("slip", order.id, sscc), Printing("label", order.id, sscc))
    return Accepted(Labelling(order.id, sscc), pack_wording.sealed(order.number), (sealed,), papers)


def _unready(order: Order, floor: Floor) -> Refused | None:
    """What a parcel of this order lacks that nobody at the bench can give: by name, and by whose it is."""
    site, owner = floor.site, floor.owner(order.owner)
    if site is None or owner is None:
        return Refused(pack_wording.no_site_yet(), "no_site")
    if not site.sender.is_complete:
        return Refused(pack_wording.sender_missing(site.sender.missing), "sender_missing")
    address = floor.get("address", order.ship_to, Address) if order.ship_to else None
    if address is None or not address.is_complete:
        return Refused(pack_wording.address_missing(address.missing if address else ()), "address_missing")
    if not owner.company_prefix:
        return Refused(pack_wording.no_company_prefix(owner.name), "no_company_prefix")
    return None


def _weight(order: Order, floor: Floor) -> tuple[int, bool]:
    """Grams of all that is to be packed, 0 where a product has no weight; and whether any of them is assumed."""
    grams, is_assumed = 0, False
    for line in order.unpacked:
        product = floor.product(line.product)
        if product is None or not product.weight_grams:
            return 0, False
        grams += product.weight_grams * line.quantity
        is_assumed = is_assumed or product.is_assumed
    return grams, is_assumed


def _item_sentence(denial: Denial, product: Product) -> str:
    if denial is Denial.NOT_IN_ORDER:
        return pack_wording.not_in_order(product.sku)
    return pack_wording.nothing_left_of(product.sku)


def _left_details(left: dict[str, int], floor: Floor) -> tuple[str, ...]:
    return tuple(
        pack_wording.item_left(packs.split(quantity, product := floor.product(id)), product.sku if product else id)
        for id, quantity in left.items()
    )


def _follow_details(order: Order) -> tuple[str, ...]:
    return tuple(pack_wording.back_ordered(quantity, sku) for sku, quantity in order.to_follow.items())


def _lost_prompt() -> Prompt:
    return Prompt(
        step="pack_lost", title=pack_wording.pack(), ask=pack_wording.order_changed(), acts=acts.listed(acts.MENU)
    )
