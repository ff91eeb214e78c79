"""Who may speak to the store, and with what: tokens, codes, terminals, benches, printers.

A restore keeps the devices and tokens of today beside the goods of the copy. So an owner that a token is bound to may
be newer than all records, and what the audit trail says of a token may be missing: neither is held against a store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import select

from server_stub import authority, people, schema
from server_stub.proofs.survey import Check, Survey

_HASH = re.compile(r"[0-9a-f]{64}")
_DEVICES = (authority.TERMINAL, authority.SUPERVISOR)


def tokens(survey: Survey) -> Iterator[str]:
    """A token is a device's or has a name, and its role is one that there is."""
    for row in survey.rows(schema.token):
        where = f"token {row.hash[:8]}"
        if not _HASH.fullmatch(row.hash):
            yield f"{where}: its hash is none"
        if row.role not in authority.ACTS:
            yield f"{where}: there is no role {row.role}"
        if row.terminal is not None and row.terminal not in survey.terminals:
            yield f"{where}: no terminal {row.terminal} was ever enrolled"
        if (row.terminal is not None) != (row.role in _DEVICES and not row.label):
            yield f"{where}: is {row.terminal or 'no device'}'s, called {row.label or 'nothing'}, of role {row.role}"
        if row.terminal is None and not row.label and row.role != authority.ADMIN:
            yield f"{where}: belongs to no device and has no name"
        if row.owner and row.role not in authority.SCOPED:
            yield f"{where}: is bound to {row.owner}, and a {row.role} is bound to nobody"


def terminals(survey: Survey) -> Iterator[str]:
    """A device is called by its name, stands at a bench that there is, and got its first token as it was enrolled."""
    given: dict[str, set[str]] = {}
    for row in survey.rows(schema.token):
        given.setdefault(row.terminal or "", set()).add(row.created_at)
    for row in survey.rows(schema.terminal):
        where = f"terminal {row.id}"
        stem = people.slug(row.name) or "DEVICE"
        turn = row.id.removeprefix(stem)
        if row.id.lower() != row.name.lower() and not (row.id.startswith(stem) and re.fullmatch(r"(-\d+)?", turn)):
            yield f"{where}: is called {row.name}, which would make it {stem}"
        if row.station and row.station not in survey.stations:
            yield f"{where}: stands at {row.station}, and there is no such bench"
        if row.id in given and row.created_at not in given[row.id]:
            yield f"{where}: was enrolled at {row.created_at}, and got no token then"


def enrolments(survey: Survey) -> Iterator[str]:
    """A one-time code names a bench that there is, and was spent before it ran out, by a device that is there."""
    enrolled = {(row.created_at, row.station) for row in survey.rows(schema.terminal)}
    for row in survey.rows(schema.enrolment):
        where = f"code {row.hash[:8]}"
        if not _HASH.fullmatch(row.hash):
            yield f"{where}: its hash is none"
        if row.role not in _DEVICES:
            yield f"{where}: no device has the role {row.role}"
        if row.station and row.station not in survey.stations:
            yield f"{where}: is for {row.station}, and there is no such bench"
        if row.used_at is not None and row.used_at >= row.expires_at:
            yield f"{where}: was spent at {row.used_at}, after it ran out"
        if row.used_at is not None and (row.used_at, row.station) not in enrolled:
            yield f"{where}: was spent at {row.used_at}, and no device of that bench was enrolled then"


def benches(survey: Survey) -> Iterator[str]:
    """A bench's printer is one that there is."""
    printers = {id for (id,) in survey.rows(select(schema.printer.c.id))}
    for row in survey.rows(schema.station):
        if row.printer and row.printer not in printers:
            yield f"bench {row.id}: prints at {row.printer}, and there is no such printer"


def journals(survey: Survey) -> Iterator[str]:
    """A journal is written by a device that was enrolled."""
    for id, terminal in survey.journals.items():
        if terminal not in survey.terminals:
            yield f"journal {id}: is written by {terminal}, and no such terminal was ever enrolled"


CHECKS: tuple[Check, ...] = (tokens, terminals, enrolments, benches, journals)
