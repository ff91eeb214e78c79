"""`floorhand store init | site | sender | owner`: who this site is, and what its labels still lack.

Decides what is asked of a person at the keyboard, and of nobody else: a script says all by options, and is told what is
missing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from orders.records import Address, Owner, Site
from server_stub import addresses, seal_needs
from server_stub.asking import Asking, Words, say
from server_stub.client import StoreClient, StoreError, StoreRefused
from server_stub.floor_setup import Done, OwnerSet, SiteSet
from server_stub.place import Place
from server_stub.site_questions import (
    BadAnswer,
    Questions,
    company_prefix,
    country,
    time_zone,
    zone_of_machine,
)

WRONG_CALL = 2
_USUAL_NAME = "Warehouse"


def init(words: Words, place: Place) -> int:
    """Makes the store in `place`."""
    from server_stub import founding, site_file

    if words.site and _is_said(words):
        return _fail(f"--site {words.site} has the sender: write it there, or leave out what says it as an option")
    founding.refuse_second(place)
    try:
        if words.site:
            site, owners = site_file.read(words.site)
        else:
            site, owners = _site_of(words), ()
    except EOFError:
        return _fail("the questions were not answered to their end, and nothing was made: run it again")
    except BadAnswer as error:
        return _fail(str(error))
    if all(owner.id != words.owner for owner in owners) and (not owners or words.company_prefix):
        owners = (*owners, OwnerSet(id=words.owner, name=site.name, company_prefix=words.company_prefix))
    founded = asyncio.run(founding.make(place, founding.Plan(site, owners, words.supervisor), datetime.now(UTC)))
    say(f"A store was made in {place.folder}" + (", its database elsewhere" if place.address else ""))
    say(f"First supervisor: {words.supervisor}, worker id {founded.supervisor}")
    say(f"  badge: {founded.badge_file}")
    say(f"  PIN:   {founded.pin}   (shown this once)")
    say(f"One-time code for the first terminal, until {founded.code_expires_at:%Y-%m-%d %H:%M} UTC: {founded.code}")
    say(f"Administrator's token: {place.admin_token}")
    _say_what_lacks(site.sender, owners)
    say("Next: floorhand store run")
    return 0


def _site_of(words: Words) -> SiteSet:
    """The site as it was told by options, and by whoever sits there."""
    known = _told(words, Address(id="sender", name=""))
    if (questions := _somebody_there()) is None:
        name = words.name or _USUAL_NAME
        zone = words.time_zone or zone_of_machine()
        return SiteSet(name=name, time_zone=zone, sender=replace(known, name=known.name or name))
    name = words.name or questions.one("Name of this site", default=_USUAL_NAME)
    zone = words.time_zone or questions.one("Its time zone", time_zone, default=zone_of_machine())
    known = replace(known, name=known.name or name)
    sender = questions.sender(known) if addresses.lacking(known) else known
    if words.company_prefix is None:
        later = "GS1 company prefix, its digits (Enter: later)"
        words.company_prefix = questions.one(later, company_prefix) or None
    return SiteSet(name=name, time_zone=zone, sender=sender)


def _told(words: Words, known: Address) -> Address:
    """`known` with what the options say."""
    return replace(
        known,
        name=words.sender_name or known.name,
        lines=tuple(words.sender_line or known.lines),
        postcode=words.postcode or known.postcode,
        city=words.city or known.city,
        region=words.region or known.region,
        country_code=country(words.country) if words.country else known.country_code,
    )


def _is_said(words: Words) -> bool:
    return any((words.sender_name, words.sender_line, words.postcode, words.city, words.region, words.country))


def _somebody_there() -> Questions | None:
    """Who can be asked; None where no person sits at both ends."""
    return Questions(input, say) if sys.stdin.isatty() and sys.stdout.isatty() else None


async def _sender(client: StoreClient, words: Words, place: Place) -> int:
    site = await _site_there(client)
    try:
        if _is_said(words):
            sender = _told(words, site.sender)
        elif questions := _somebody_there():
            sender = questions.sender(replace(site.sender, name=site.sender.name or site.name))
        else:
            return _fail("say the sender by options (`floorhand store sender --help`), or run it where it can ask")
    except EOFError:
        return _fail("the questions were not answered to their end, and nothing was changed: run it again")
    except BadAnswer as error:
        return _fail(str(error))
    told = replace(site, sender=sender)
    asked = SiteSet(**{name: getattr(told, name) for name in SiteSet.__struct_fields__})
    await client.ask("PUT", "/v1/site", Done, asked)
    say(f"The sender on every label: {', '.join(_parts(sender))}")
    _say_what_lacks(sender, ())
    return 0


async def _site(client: StoreClient, words: Words, place: Place) -> int:
    from server_stub import site_file

    site, owners = site_file.read(words.file)
    await client.ask("PUT", "/v1/site", Done, site)
    for owner in owners:
        await client.ask("PUT", "/v1/owners", Done, owner)
    say(f"Site {site.name}: {len(site.cut_offs)} cut-offs, {len(owners)} owners")
    _say_what_lacks(site.sender, owners)
    return 0


async def _owner(client: StoreClient, words: Words, place: Place) -> int:
    known = [each async for each in client.records("owner") if isinstance(each, Owner) and each.id == words.id]
    name = words.name or (known[0].name if known else words.id)
    prefix = words.company_prefix or (known[0].company_prefix if known else None)
    await client.ask("PUT", "/v1/owners", Done, OwnerSet(id=words.id, name=name, company_prefix=prefix))
    say(f"Owner {words.id} is known" + ("" if prefix else ", without a GS1 company prefix: no SSCCs"))
    return 0


async def say_what_the_bench_lacks(client: StoreClient) -> None:
    """What would stop a parcel at the bench, whoever's it is; nothing to whom records are not shown."""
    try:
        lacking = list(seal_needs.of_sender((await _site_there(client)).sender))
        async for each in client.records("owner"):
            if isinstance(each, Owner):
                lacking += seal_needs.of_owner(each.id, each.company_prefix)
    except StoreRefused as refused:
        if refused.status != 403:
            raise
        return
    for sentence in lacking:
        say(f"Before the bench: {sentence}")


async def _site_there(client: StoreClient) -> Site:
    async for each in client.records("site"):
        if isinstance(each, Site):
            return each
    raise StoreError("the site's record is missing: run `floorhand store site FILE`")


def _say_what_lacks(sender: Address, owners: Iterable[OwnerSet]) -> None:
    for sentence in seal_needs.of_sender(sender):
        say(f"Still missing: {sentence}")
    for owner in owners:
        for sentence in seal_needs.of_owner(owner.id, owner.company_prefix):
            say(f"Still missing: {sentence}")


def _parts(sender: Address) -> tuple[str, ...]:
    place = " ".join(filter(None, (sender.postcode, sender.city, sender.region)))
    return tuple(filter(None, (sender.name, sender.company, *sender.lines, place, sender.country_code)))


def _fail(sentence: str) -> int:
    print(f"floorhand store: {sentence}", file=sys.stderr)
    return WRONG_CALL


ASKING: dict[str, Asking] = {"site": _site, "sender": _sender, "owner": _owner}
