"""Who may use which SSCCs: blocks of serial numbers, each leased to one journal and never twice.

Decides the next free serial under a company prefix. A number counts as spent the moment its block is leased
(GS1 General Specifications 2.6.1: not reused within a year; here never). Whether a terminal used it is the floor's.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from orders.identifiers import SSCC_LENGTH, IdentifierError, SsccBlock, is_sscc
from orders.records import Owner
from orders.wire import Lease, Leased
from server_stub import discrepancies, keyed, schema
from server_stub.books import Books
from server_stub.problems import Refusal, wrong_type
from server_stub.rows import JournalRow, SsccBlockRow, SsccCounterRow

LARGEST_BLOCK = 10_000
_EXTENSIONS = range(10)

_AT_OR_BELOW = (
    select(schema.sscc_block)
    .where(schema.sscc_block.c.first_code <= bindparam("code"))
    .order_by(schema.sscc_block.c.first_code.desc())
    .limit(1)
)
_BY_KEY = select(schema.sscc_block).where(
    schema.sscc_block.c.journal == bindparam("journal"), schema.sscc_block.c.key == bindparam("key")
)
_COUNTERS = select(schema.sscc_counter)
_OWNERS = select(schema.record.c.id).where(schema.record.c.kind == "owner")


def lease(books: Books, journal: JournalRow, asked: Lease) -> Leased:
    """A block for that journal, the same one for the same key; or why there is none.

    Refusal (422) where the key came before for another owner or count.
    """
    if not 0 < len(asked.key) <= 64:
        raise wrong_type("Expected `str` of length 1 to 64 - at `$.key`")
    if known := books.sheets.sscc_block.where(_BY_KEY, journal=journal.id, key=asked.key):
        return Leased(block=_asked_before(known[0], asked))
    owner = books.find(Owner, asked.owner)
    if owner is None:
        return Leased(refused=f"no owner {asked.owner} is known: add it with `floorhand store owner`")
    if not owner.company_prefix:
        return Leased(
            refused=f"owner {owner.id} has no GS1 company prefix: set it with "
            f"`floorhand store owner {owner.id} --company-prefix PREFIX`"
        )
    count = min(asked.count, LARGEST_BLOCK)
    counter = _counter_with_room(books, owner.company_prefix, count)
    if counter is None:
        return Leased(refused=f"every SSCC under company prefix {owner.company_prefix} is spent: get a new prefix")
    block = SsccBlock(
        owner=owner.id,
        prefix=counter.prefix,
        extension=counter.extension,
        first=counter.next,
        last=counter.next + count - 1,
    )
    _register(books, journal, asked.key, block)
    return Leased(block=block)


def _asked_before(row: SsccBlockRow, asked: Lease) -> SsccBlock:
    count = row.last - row.first + 1
    keyed.require_same(asked.key, (row.owner, count) == (asked.owner, min(asked.count, LARGEST_BLOCK)))
    return _block(row)


def acknowledge(books: Books, journal: JournalRow, block: SsccBlock) -> None:
    """Takes a block that a terminal says it holds onto the books, if they forgot it (a restore from backup)."""
    try:
        block.number(block.first), block.number(block.last)
    except IdentifierError as error:
        raise Refusal(
            422,
            "wrong_content",
            expected="blocks of serial numbers under a GS1 company prefix",
            came=str(error),
            remedy="begin a new journal on this device: its list of blocks is damaged",
        ) from error
    first, last = _code(block.prefix, block.extension, block.first), _code(block.prefix, block.extension, block.last)
    near = _at_or_below(books, last)
    if near is not None and near.last_code >= first:
        if near.journal != journal.id:
            discrepancies.open_one(
                books,
                reason="sscc_block_held_twice",
                remedy="look",
                subject=f"journal/{journal.id}",
                about=f"{first}-{last}",
                terminal=journal.terminal,
            )
        return
    _register(books, journal, f"held-{first}", block)


def is_leased(books: Books, journal: str, sscc: str, owner: str) -> bool:
    """Whether `sscc` lies in a block of that journal; where it does not, its serial is counted as spent."""
    code = sscc[:-1]
    near = _at_or_below(books, code) if is_sscc(sscc) else None
    if near is not None and near.journal == journal and near.last_code >= code:
        return True
    if is_sscc(sscc):
        _spend(books, code, books.find(Owner, owner))
    return False


def skip(books: Books, generous: int = 100_000) -> None:
    """Leaves out a range of every prefix, for the numbers that were leased after a backup was taken.

    Also of a prefix that nothing was leased under by then: its first block may be out.
    """
    prefixes = {owner.company_prefix for owner in books.records(Owner, _OWNERS) if owner.company_prefix}
    counters = {(prefix, 0): SsccCounterRow(prefix=prefix, extension=0, next=1) for prefix in prefixes}
    counters |= {(each.prefix, each.extension): each for each in books.sheets.sscc_counter.where(_COUNTERS)}
    for counter in counters.values():
        room = _room(counter.prefix)
        counter.next = min(room, counter.next + min(generous, max(1, room // 10)))
        books.sheets.sscc_counter.put(counter)


def _register(books: Books, journal: JournalRow, key: str, block: SsccBlock) -> None:
    books.sheets.sscc_block.put(
        SsccBlockRow(
            first_code=_code(block.prefix, block.extension, block.first),
            last_code=_code(block.prefix, block.extension, block.last),
            journal=journal.id,
            key=key,
            owner=block.owner,
            prefix=block.prefix,
            extension=block.extension,
            first=block.first,
            last=block.last,
            leased_at=books.stamp,
        )
    )
    _move_past(books, block.prefix, block.extension, block.last)


def _counter_with_room(books: Books, prefix: str, count: int) -> SsccCounterRow | None:
    for extension in _EXTENSIONS:
        counter = books.sheets.sscc_counter.get(prefix, extension)
        # Serial 0 is left out: a label of all zeros is what a printer test looks like.
        counter = counter or SsccCounterRow(prefix=prefix, extension=extension, next=1)
        if counter.next + count <= _room(prefix):
            return counter
    return None


def _spend(books: Books, code: str, owner: Owner | None) -> None:
    prefixes = {counter.prefix for counter in books.sheets.sscc_counter.where(_COUNTERS)}
    if owner and owner.company_prefix:
        prefixes.add(owner.company_prefix)
    for prefix in prefixes:
        if code.startswith(prefix, 1):
            _move_past(books, prefix, int(code[0]), int(code[1 + len(prefix) :]))


def _move_past(books: Books, prefix: str, extension: int, serial: int) -> None:
    counter = books.sheets.sscc_counter.get(prefix, extension)
    if counter is None or counter.next <= serial:
        books.sheets.sscc_counter.put(SsccCounterRow(prefix=prefix, extension=extension, next=serial + 1))


def _at_or_below(books: Books, code: str) -> SsccBlockRow | None:
    found = books.sheets.sscc_block.where(_AT_OR_BELOW, code=code)
    return found[0] if found else None


def _room(prefix: str) -> int:
    """How many serials there are under `prefix`."""
    return int(10 ** (SSCC_LENGTH - 2 - len(prefix)))


def _code(prefix: str, extension: int, serial: int) -> str:
    return f"{extension}{prefix}{serial:0{SSCC_LENGTH - 2 - len(prefix)}d}"


def _block(row: SsccBlockRow) -> SsccBlock:
    return SsccBlock(owner=row.owner, prefix=row.prefix, extension=row.extension, first=row.first, last=row.last)
