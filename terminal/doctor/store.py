"""Looks at the order store as this device reaches it: whether it answers, what its clock says, whether it knows us."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec

from orders.decoding import decoded
from orders.records import Owner, Record, Site, decode_record
from orders.wire import Change
from terminal import config as settings
from terminal import doctor_wording as words
from terminal import own_store, screen_wording
from terminal.doctor.findings import Finding
from terminal.enrolment import EnrolmentError, kept

if TYPE_CHECKING:
    import httpx

MOST_SKEW_S = 60
_ANSWER_S = 5.0

R = TypeVar("R", bound=Record)


class _Page(msgspec.Struct):
    records: tuple[Change, ...]


async def store(config: settings.Config) -> AsyncIterator[Finding]:
    """Whether the store answers, what its clock says, whether it knows this device, and what its labels still lack.

    Where this machine is the store's own, and no terminal, its administrator's token asks in place of a device's.
    """
    try:
        enrolment = kept(config.state_folder)
        missing = "" if enrolment else screen_wording.not_enrolled()
    except EnrolmentError as error:
        enrolment, missing = None, str(error)
    config = config.at_store(enrolment.url if enrolment else "")
    is_own = bool(config.store.folder) or not config.store.url
    url = config.store.url or own_store.address(config)
    if not url:
        yield Finding("store", screen_wording.no_store(), False)
        return
    import ssl

    import httpx

    try:
        trust = ssl.create_default_context(cafile=config.authorities) if url.startswith("https:") else False
    except (OSError, ssl.SSLError) as error:
        yield Finding("store", words.authorities_unreadable(str(config.authorities), str(error)), False)
        return
    async with httpx.AsyncClient(base_url=url, timeout=_ANSWER_S, trust_env=False, verify=trust) as client:
        began = time.monotonic()
        try:
            health = await client.get("/health")
        except (httpx.HTTPError, OSError) as error:
            yield Finding("store", words.store_silent(url, str(error) or type(error).__name__), False)
            return
        spent_ms = round((time.monotonic() - began) * 1000)
        is_ours = health.status_code == 200 and _says_ok(health)
        found = words.store_found(url, spent_ms) if is_ours else words.store_strange(url, health.status_code)
        yield Finding("store", found, is_ours)
        if not is_ours:
            return
        yield clock(health.headers.get("date"), datetime.now(UTC))
        token = enrolment.token if enrolment else own_store.token(config) if is_own else ""
        if enrolment is not None:
            known = await _knows(client, token)
            said = words.token_taken(enrolment.terminal) if known else words.token_refused()
            yield Finding("token", said, known)
        elif not token:
            yield Finding("token", missing, False)
        for finding in await _labels(client, token):
            yield finding


async def _labels(client: httpx.AsyncClient, token: str) -> list[Finding]:
    """What the site and the owners of its goods give a label; nothing where this token is not told."""
    sites = await _records(client, token, "site", Site)
    if not sites:
        return []
    lacks = [part for site in sites for part in site.sender.missing]
    owners = await _records(client, token, "owner", Owner)
    bare = [owner.id for owner in owners if not owner.company_prefix]
    sender = words.sender_missing(lacks) if lacks else words.sender_found(sites[0].sender.name)
    prefix = words.no_company_prefix(bare) if bare else words.company_prefixes(len(owners))
    return [Finding("sender", sender, not lacks), Finding("SSCCs", prefix, not bare)]


async def _records(client: httpx.AsyncClient, token: str, kind: str, cls: type[R]) -> list[R]:
    """The first page of these records: a building has one site, and fewer owners than a page holds."""
    import httpx

    try:
        answer = await client.get(f"/v1/records/{kind}", headers={"authorization": f"Bearer {token}"})
        page = decoded(msgspec.json.Decoder(_Page), answer.content) if answer.status_code == 200 else _Page(())
        found = [decode_record(kind, change.body) for change in page.records]
    except (httpx.HTTPError, OSError, msgspec.DecodeError):
        return []
    return [record for record in found if isinstance(record, cls)]


def _says_ok(health: httpx.Response) -> bool:
    try:
        answer = health.json()
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("status") == "ok"


async def _knows(client: httpx.AsyncClient, token: str) -> bool:
    import httpx

    try:
        answer = await client.get("/v1/stations", headers={"authorization": f"Bearer {token}"})
    except (httpx.HTTPError, OSError):
        return False
    return answer.status_code == 200


def clock(told: str | None, now: datetime) -> Finding:
    """How far this device's clock is from the store's, by its HTTP Date (RFC 9110, 6.6.1: whole seconds)."""
    try:
        at = parsedate_to_datetime(told or "")
    except ValueError:
        return Finding("clock", words.clock_untold(), False)
    skew_s = round((now - at).total_seconds())
    if abs(skew_s) > MOST_SKEW_S:
        return Finding("clock", words.clock_wrong(skew_s), False)
    return Finding("clock", words.clock_right(max(1, abs(skew_s))))
