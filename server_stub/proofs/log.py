"""The one log of a store, and the facts in it: every place is taken once, and every event is what was told.

Records, events, moves and counts of shelves take a place each time they are written; nothing that took one is ever
deleted, but a record's place is that of its last revision. So all revisions and rows add up to where the log ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select, union_all

from orders.envelope import digest
from orders.records import Discrepancy
from server_stub import migration, schema
from server_stub.proofs.survey import Check, Survey

_PLACED = (schema.record, schema.event, schema.stock_move, schema.shelf_count)
_FOLLOWED = "calendar_followed"


def places(survey: Survey) -> Iterator[str]:
    """No place of the log is taken twice, none lies behind its end, and none was ever given up."""
    every = union_all(*(select(table.c.cursor.label("cursor")) for table in _PLACED)).subquery()
    for (cursor,) in survey.rows(select(every.c.cursor).group_by(every.c.cursor).having(func.count() > 1)):
        yield f"log: two stand at {cursor}"
    for table in _PLACED:
        keys = list(table.primary_key.columns)
        beyond = select(*keys, table.c.cursor.label("stands_at")).where(
            (table.c.cursor < 1) | (table.c.cursor > survey.end)
        )
        for row in survey.rows(beyond):
            named = "/".join(str(part) for part in row[: len(keys)])
            yield f"{table.name} {named}: stands at {row.stands_at} of a log that ends at {survey.end}"
    revisions = survey.connection.execute(select(func.sum(schema.record.c.revision))).scalar() or 0
    rows = sum(
        survey.connection.execute(select(func.count()).select_from(table)).scalar() or 0 for table in _PLACED[1:]
    )
    if revisions + rows != survey.end:
        yield (
            f"log: ends at {survey.end}, and {revisions} revisions of records with {rows} events, moves and counts "
            "took a place"
        )
    wrong = (schema.record.c.revision < 1) | (schema.record.c.revision > schema.record.c.cursor)
    for kind, id, revision, cursor in survey.rows(
        select(schema.record.c.kind, schema.record.c.id, schema.record.c.revision, schema.record.c.cursor).where(wrong)
    ):
        yield f"record {kind}/{id}: is revision {revision} at place {cursor} of the log"


def journals(survey: Survey) -> Iterator[str]:
    """A journal has every number from 1 to its last."""
    event, journal = schema.event.c, schema.journal.c
    counts = select(event.journal, func.count(), func.max(event.number)).group_by(event.journal)
    found = {id: (count, highest) for id, count, highest in survey.rows(counts)}
    for id, last in survey.rows(select(journal.id, journal.last_number)):
        count, highest = found.pop(id, (0, 0))
        if not count == highest == last:
            yield f"journal {id}: {count} events up to number {highest}, and {last} were counted"
    for id, (count, _) in found.items():
        yield f"journal {id}: {count} events, and there is no such journal"


def events(survey: Survey) -> Iterator[str]:
    """Each event is the bytes that came, filed as what it says, and moved what it says."""
    yield from survey.told.faults


def parked(survey: Survey) -> Iterator[str]:
    """What is parked is an event that says so, at its place; and each that says so is parked."""
    waiting = dict(survey.told.parked)
    for row in survey.rows(schema.parked):
        known = waiting.pop((row.journal, row.number), None)
        if known is None:
            yield f"parked: event {row.journal}.{row.number} is not there, or is not parked"
        elif known != (row.cursor, row.subject):
            yield f"parked: event {row.journal}.{row.number} waits at {row.cursor} on {row.subject}, and says otherwise"
    for journal, number in waiting:
        yield f"parked: event {journal}.{number} says that it is, and nothing will try it again"


def conflicts(survey: Survey) -> Iterator[str]:
    """What came a second time with another content is about a number that is there, and somebody is told to look."""
    event = schema.event.c
    told_of = {each.subject for each in survey.every(Discrepancy) if each.reason == "journal_conflict"}
    for row in survey.rows(schema.conflict):
        where = f"conflict {row.journal}.{row.number}"
        there = (event.journal == row.journal) & (event.number == row.number)
        known = survey.connection.execute(select(event.digest).where(there)).scalar()
        if known is None or known == row.digest:
            yield f"{where}: is no other content than that of an event that is there"
        if digest(row.body) != row.digest:
            yield f"{where}: its bytes are not those that came"
        if f"journal/{row.journal}" not in told_of:
            yield f"{where}: nobody was told to look"


def counts(survey: Survey) -> Iterator[str]:
    """What counts for the whole store is there, and no count is ahead of the log."""
    tokens = survey.connection.execute(select(func.count()).select_from(schema.token)).scalar()
    if tokens and survey.counted("tokens") < 1:
        yield "count of tokens: is not there, and tokens were given"
    for name, value in survey.counters.items():
        if value < 0:
            yield f"count of {name}: stands at {value}"
    if survey.counted(_FOLLOWED) > survey.end:
        yield f"count of {_FOLLOWED}: stands at {survey.counted(_FOLLOWED)} of a log that ends at {survey.end}"
    epoch = survey.noted.get("epoch", "")
    if survey.ids["site"] and len(epoch) != 16:
        yield f"epoch: is {epoch or 'not there'}, and has 16 signs"
    if survey.ids["site"] and survey.ids["site"] != {survey.noted.get("site", "")}:
        yield f"site: {', '.join(sorted(survey.ids['site']))} is there, and {survey.noted.get('site')} is noted"


def version(survey: Survey) -> Iterator[str]:
    """The database says of which schema it is, once."""
    found = [name for (name,) in survey.connection.exec_driver_sql("SELECT version_num FROM alembic_version")]
    if found != [migration.HEAD]:
        yield f"schema: is noted as {', '.join(map(str, found)) or 'none'}, and is {migration.HEAD}"


CHECKS: tuple[Check, ...] = (version, places, journals, events, parked, conflicts, counts)
