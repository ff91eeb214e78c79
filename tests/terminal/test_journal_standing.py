"""What a hello says of a journal: also to a store that was put back to an earlier backup and forgot what it leased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders.events import ParcelSealed
from orders.identifiers import SsccBlock
from orders.records import ParcelLine
from terminal.journal import Journal
from terminal.journal_mark import Doubt
from tests.floors import NOW

FIRST = SsccBlock(owner="HOME", prefix="952000", extension=0, first=10, last=11)
SECOND = SsccBlock(owner="HOME", prefix="952000", extension=0, first=30, last=39)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal.open(tmp_path / "journal.db")
    journal.add_block(FIRST)
    journal.add_block(SECOND)
    yield journal
    journal.close()


def seal(journal: Journal) -> int:
    sscc = journal.next_sscc("HOME")
    assert sscc is not None
    sealed = ParcelSealed(
        order="HOME/1001",
        order_number="1001",
        tote="T-01",
        parcel=sscc,
        number=1,
        contents=(ParcelLine(line=1, product="HOME/LAMP", quantity=1),),
        weight_grams=250,
    )
    return journal.append([(NOW, "W1", sealed)])[0].key


def test_a_block_in_use_is_named_as_it_was_leased(journal: Journal) -> None:
    journal.settle([(seal(journal), 5)])
    assert journal.standing().blocks == {journal.id: (FIRST, SECOND)}
    assert journal.blocks()[0].first == 11, "what is left of it is another thing"


def test_a_used_up_block_is_named_until_the_store_has_its_parcels(journal: Journal) -> None:
    keys = [seal(journal), seal(journal)]
    assert journal.standing().blocks == {journal.id: (SECOND, FIRST)}
    journal.settle([(key, 5) for key in keys])
    assert journal.standing().blocks == {journal.id: (SECOND,)}
    assert journal.align(journal.id, 1).revived, "the store forgot both"
    assert journal.standing().blocks == {journal.id: (SECOND, FIRST)}


def test_an_older_identity_names_the_blocks_of_what_it_has_unsent(journal: Journal) -> None:
    old = journal.id
    seal(journal)
    journal.renew(Doubt.COPIED)
    assert journal.standing().blocks == {journal.id: (), old: (FIRST,)}


def test_an_older_identity_is_remembered_as_long_as_its_events_are(journal: Journal) -> None:
    old = journal.id
    journal.settle([(seal(journal), 5)])
    journal.renew(Doubt.COPIED)
    assert journal.standing().owing == ()
    assert journal.older() == [(old, 1)]
