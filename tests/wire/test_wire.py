"""Every released version's events, changes and journal are read by this one; peers that know more or less do no harm.

`tests/wire/VERSION/` holds the samples of a release. They are written once, by
`FLOORHAND_WRITE_WIRE=1 pytest tests/wire`, when the version is new, and never changed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import pytest

from orders import wire
from orders.envelope import open_envelope, seal
from orders.events import FloorEvent, WorkerSignedOff
from orders.identifiers import SsccBlock
from orders.records import KINDS, Key, Record, decode_record, encode_record, kind_of
from orders.upcast import KINDS_OF_EVENT, kind_of_event, understood
from printing.specimens import specimens
from printing.spool import PrintJob
from terminal.journal import Journal
from terminal.memo import Memo, Tries
from terminal.memo import encode as encode_memo
from terminal.memo import understood as understood_memo
from terminal.workflows.steps import Picking
from tests.floors import NOW
from tests.wire.samples import EVENTS, RECORDS, SSCC

HERE = Path(__file__).resolve().parent
RELEASES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name[0].isdigit())
NEWEST = "0.1.0"
BLOCK = SsccBlock(owner="HOME", prefix="952000", extension=0, first=1, last=50)
PRINTS = tuple(
    PrintJob(id=f"{SSCC}-{kind}-1", document=document, media=media, printer="zebra")
    for kind, (document, media) in specimens().items()
)


@pytest.fixture(scope="module", autouse=True)
def _written() -> None:
    folder = HERE / NEWEST
    if not os.environ.get("FLOORHAND_WRITE_WIRE"):
        return
    folder.mkdir(exist_ok=True)
    (folder / "events.jsonl").write_bytes(
        b"".join(seal(n, NOW, "W1", event) + b"\n" for n, event in enumerate(EVENTS, 1))
    )
    (folder / "changes.jsonl").write_bytes(
        b"".join(msgspec.json.encode(change_of(n, record)) + b"\n" for n, record in enumerate(RECORDS, 1))
    )
    path = folder / "journal.db"
    path.unlink(missing_ok=True)
    journal = Journal.open(path, clock=lambda: NOW)
    journal.learn("T1")
    journal.confirm([change_of(n, record) for n, record in enumerate(RECORDS, 1)], len(RECORDS), "E1", False)
    journal.add_block(BLOCK)
    memo = encode_memo(Memo(Picking("P1"), "W1", {"W1": Tries(2)}, station="BENCH-2"))
    journal.append([(NOW, "W1", event) for event in EVENTS], PRINTS, memo)
    journal.close()
    for other in folder.glob("journal.*"):
        if other != path:
            other.unlink()


def change_of(cursor: int, record: Record) -> wire.Change:
    body = msgspec.Raw(encode_record(record))
    return wire.Change(kind=kind_of(record), id=record.id, revision=1, cursor=cursor, body=body)


def lines(release: str, name: str) -> list[bytes]:
    return (HERE / release / name).read_bytes().splitlines()


@pytest.mark.parametrize("release", RELEASES)
def test_events_of_this_release_are_understood(release: str) -> None:
    bodies = lines(release, "events.jsonl")
    for number, body in enumerate(bodies, 1):
        envelope = open_envelope(body)
        assert envelope.number == number
        assert str(understood(envelope).subject) == envelope.subject


def test_the_newest_samples_hold_every_kind_of_event_and_of_record() -> None:
    kinds = {kind_of_event(open_envelope(body).event) for body in lines(NEWEST, "events.jsonl")}
    assert kinds == KINDS_OF_EVENT
    records = {msgspec.json.decode(body)["kind"] for body in lines(NEWEST, "changes.jsonl")}
    assert records == set(KINDS)
    assert [understood(open_envelope(body)) for body in lines(NEWEST, "events.jsonl")] == list(EVENTS)


@pytest.mark.parametrize("release", RELEASES)
def test_changes_of_this_release_are_read(release: str) -> None:
    for body in lines(release, "changes.jsonl"):
        change = msgspec.json.decode(body, type=wire.Change)
        assert decode_record(change.kind, change.body).id == change.id


@pytest.mark.parametrize("release", RELEASES)
def test_a_journal_of_this_release_opens_and_goes_on(release: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    shutil.copy(HERE / release / "journal.db", path)
    journal = Journal.open(path, clock=lambda: NOW)
    loaded = journal.load()
    waiting = len(loaded.entries)
    assert waiting >= 10 and len(loaded.records) >= 10
    # It is a copy: what it asked to be printed is held, and its numbers are spent.
    assert [job.document for job in journal.held_jobs()] == [each.document for each in PRINTS]
    assert journal.next_sscc("HOME") is None
    memo = understood_memo(loaded.memo)
    assert memo is not None and (memo.worker, memo.tries["W1"].count, memo.station) == ("W1", 2, "BENCH-2")
    assert Key("order", "HOME/1001") in {key for key, _ in loaded.records}
    journal.append([(NOW, "W1", WorkerSignedOff(worker="W1"))])
    assert journal.waiting() == waiting + 1
    journal.close()


@pytest.mark.parametrize("record", RECORDS, ids=kind_of)
def test_a_record_with_fields_of_a_later_version_is_read(record: Record) -> None:
    plain = msgspec.json.decode(encode_record(record)) | {"colour": "green", "later": {"deep": [1, 2]}}
    assert decode_record(kind_of(record), msgspec.json.encode(plain)) == record


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.__struct_config__.tag))
def test_an_event_with_fields_of_a_later_version_is_understood(event: FloorEvent) -> None:
    plain = msgspec.json.decode(seal(1, NOW, "W1", event))
    plain |= {"mood": "cheerful"}
    plain["event"] |= {"temperature": -18}
    assert understood(open_envelope(msgspec.json.encode(plain))) == event


REPLIES = [
    (wire.Welcome, {"epoch": "E", "terminal": "T", "expected": 1, "cursor": 0, "now_at": "2026-11-20T09:00:00Z",
                    "wire_version": 1, "program_version": "9"}),
    (wire.PushReply, {"epoch": "E", "expected": 2, "cursor": 7}),
    (wire.Changes, {"epoch": "E", "cursor": 7}),
    (wire.Claimed, {}),
    (wire.Leased, {}),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "least"), REPLIES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_reply_with_more_or_only_the_least_fields_is_read(shape: type[wire.Struct], least: dict[str, object]) -> None:
    bare = msgspec.json.decode(msgspec.json.encode(least), type=shape)
    more = msgspec.json.decode(msgspec.json.encode(least | {"weather": "fog"}), type=shape)
    assert bare == more


def test_no_field_is_left_out_of_the_samples() -> None:
    """What stands at its default is not written, so a later version could change it and no sample would tell."""
    written: dict[tuple[type, str], bool] = {}
    for sample in (*EVENTS, *RECORDS):
        note_fields(sample, written)
    assert [f"{shape.__name__}.{name}" for (shape, name), is_written in written.items() if not is_written] == []


def note_fields(value: object, written: dict[tuple[type, str], bool]) -> None:
    """For each struct within `value` and each of its fields, whether it stood anywhere at more than its default."""
    if isinstance(value, tuple):
        for each in value:
            note_fields(each, written)
    elif isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            held, key = getattr(value, field.name), (type(value), field.name)
            default = field.default_factory() if callable(field.default_factory) else field.default
            written[key] = written.get(key, False) or held != default
            note_fields(held, written)


def test_the_newest_samples_are_those_of_this_version() -> None:
    kept = [msgspec.json.decode(body, type=wire.Change) for body in lines(NEWEST, "changes.jsonl")]
    assert [decode_record(change.kind, change.body) for change in kept] == list(RECORDS)
