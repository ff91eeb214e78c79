"""Who may speak to the store: tokens and one-time codes; and who works here: badges and PINs.

Decides how secrets are made and kept (never in the clear). What a role may do stands with each route.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from msgspec.structs import replace
from sqlalchemy import bindparam, select

from orders import barcodes, credentials
from orders.records import ROLES, Owner, Worker
from orders.wire import Enrol, Enrolled
from server_stub import claims, discrepancies, schema
from server_stub.authority import SCOPED, SUPERVISOR, TERMINAL, Caller
from server_stub.books import Books
from server_stub.database import Line
from server_stub.floor_setup import NewToken, NewWorker, WorkerAdded
from server_stub.problems import Refusal, unauthorised, unknown
from server_stub.rows import EnrolmentRow, MetaRow, TerminalRow, TokenRow
from server_stub.schema import instant

CODE_HOURS = 72
# Read aloud and typed on a handheld: no letter that looks like a digit.
_PLAIN = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_SIGNS = frozenset(_PLAIN)
_CODE_LENGTH = 12
_SEED_BYTES = 32
_SEED = "seed"
_ENROL_AGAIN = "enrol this device again with a new one-time code: `floorhand store add-terminal`"
_ASK_FOR_TOKEN = "ask an administrator for a new token: `floorhand store add-token`"

_token = schema.token.c
_TOKENS = select(_token.hash, _token.revoked_at, _token.role, _token.terminal, _token.label, _token.owner)
_LABELLED = select(schema.token).where(_token.label == bindparam("label"), _token.revoked_at.is_(None))
_GOOD_CODE = select(schema.enrolment.c.hash).where(
    schema.enrolment.c.hash == bindparam("hash"),
    schema.enrolment.c.used_at.is_(None),
    schema.enrolment.c.expires_at > bindparam("now"),
)
_TOKENS_OF = select(schema.token).where(schema.token.c.terminal == bindparam("terminal"))


class Tokens:
    """The tokens by their hashes, in memory: the living ones, and those that were ended."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._callers: dict[str, Caller] = {}
        self._ended: dict[str, Caller] = {}
        self.reload()

    def reload(self) -> None:
        """Reads them again, after one was given or revoked."""
        rows = self._line.run(_TOKENS).fetchall()
        self._callers = {hash: Caller(*told) for hash, revoked_at, *told in rows if revoked_at is None}
        self._ended = {hash: Caller(*told) for hash, revoked_at, *told in rows if revoked_at is not None}

    def caller(self, token: str) -> Caller | None:
        """Whose token it is, None where it is nobody's."""
        return self._callers.get(hashed(token))

    def ended(self, token: str) -> Caller | None:
        """Whose token it was before it was revoked, None where it never was one."""
        return self._ended.get(hashed(token))


def is_code(line: Line, text: str, now: datetime) -> bool:
    """Whether `text` is a one-time code that can be spent now. The database is asked for what looks like one alone."""
    if len(text) != _CODE_LENGTH or not _SIGNS.issuperset(text):
        return False
    return line.run(_GOOD_CODE, hash=hashed(text), now=instant(now)).fetchone() is not None


def hashed(secret: str) -> str:
    """What is kept of a token or code: both are long and random, so a plain SHA-256 is enough."""
    return sha256(secret.encode()).hexdigest()


def seed(books: Books, act: str, caller: Caller, key: str) -> bytes:
    """256 bits from which a secret is made that is told once: random ones, or under a key the same ones each time.

    So a secret whose answer was lost is told again, and is kept nowhere: it comes of the key, of which the store keeps
    a hash, and of what only the store knows.
    """
    if not key:
        return secrets.token_bytes(_SEED_BYTES)
    row = books.sheets.meta.get(_SEED)
    if row is None:
        row = MetaRow(_SEED, secrets.token_hex(_SEED_BYTES))
        books.sheets.meta.put(row)
    return hmac.digest(bytes.fromhex(row.value), "\n".join((act, caller.name, key)).encode(), "sha256")


def new_token(seed: bytes = b"") -> str:
    """A token of 256 bits."""
    # In hexadecimal it never has a hyphen in front: to a command line that would be an option.
    return (seed or secrets.token_bytes(_SEED_BYTES)).hex()


def new_code(length: int = _CODE_LENGTH, seed: bytes = b"") -> str:
    """A code that can be read aloud, about 5 bits a sign."""
    left, signs = int.from_bytes(seed or secrets.token_bytes(_SEED_BYTES)), []
    for _ in range(length):
        left, sign = divmod(left, len(_PLAIN))
        signs.append(_PLAIN[sign])
    return "".join(signs)


def stranger(token: str, ended: Caller | None, *, asks_as_device: bool) -> Refusal:
    """401 for who asks without a living token, with what that one can do; `ended` is whose it was, if anybody's."""
    if not token:
        return unauthorised(
            "no token",
            "send the token in that header; who has none yet: a device is enrolled (`floorhand store add-terminal`), "
            "anybody else asks an administrator for one (`floorhand store add-token`)",
        )
    if ended is not None:
        return was_revoked(ended, "a token that was revoked")
    if asks_as_device:
        return unauthorised("a token that is unknown", _ENROL_AGAIN)
    return unauthorised(
        "a token that is unknown",
        "see that it is that of this store, and copied whole; else ask an administrator for a new one "
        "(`floorhand store add-token`), or enrol the device again (`floorhand store add-terminal`)",
    )


def was_revoked(caller: Caller, came: str) -> Refusal:
    """401 for whoever had that token."""
    return unauthorised(came, _ENROL_AGAIN if caller.terminal is not None else _ASK_FOR_TOKEN)


def give_token(books: Books, token: str, role: str, terminal: str | None) -> None:
    """Writes a token down, by its hash."""
    books.sheets.token.put(TokenRow(hashed(token), terminal, role, books.stamp))


def add_token(books: Books, asked: NewToken, token: str) -> None:
    """Writes down a token that is no device's.

    Refusal (409) where one of that name is alive, (404) for an unknown owner, (422) for a role that has no owner.
    """
    if books.sheets.token.where(_LABELLED, label=asked.label):
        raise Refusal(
            409,
            "token_exists",
            expected="a name that no living token has",
            came=asked.label,
            remedy="choose another name, or revoke that token first",
        )
    if asked.owner and asked.role not in SCOPED:
        raise _wrong_role(f"{asked.role}, bound to an owner", SCOPED)
    if asked.owner and books.find(Owner, asked.owner) is None:
        raise unknown("owner", asked.owner)
    row = TokenRow(hashed(token), None, asked.role, books.stamp, label=asked.label, owner=asked.owner)
    books.sheets.token.put(row)


def revoke_token(books: Books, label: str) -> None:
    """Ends a token that is no device's; Refusal (404) where no living one has that name."""
    rows = books.sheets.token.where(_LABELLED, label=label)
    if not rows:
        raise unknown("token", label)
    for row in rows:
        row.revoked_at = books.stamp
        books.sheets.token.put(row)


def give_code(books: Books, code: str, role: str, station: str) -> datetime:
    """Writes a one-time code down, by its hash; gives when it runs out."""
    if role not in (TERMINAL, SUPERVISOR):
        raise _wrong_role(role, (TERMINAL, SUPERVISOR))
    if station and books.sheets.station.get(station) is None:
        raise unknown("station", station)
    expires_at = books.now + timedelta(hours=CODE_HOURS)
    books.sheets.enrolment.put(EnrolmentRow(hashed(code), role, station, instant(expires_at)))
    return expires_at


def enrol(books: Books, code: str, asked: Enrol) -> Enrolled:
    """Spends a one-time code for a token; Refusal (401) where it is unknown, spent or too old."""
    row = books.sheets.enrolment.get(hashed(code))
    remedy = "ask a supervisor for a new code: `floorhand store add-terminal`"
    if row is None:
        raise unauthorised("an unknown one-time code", remedy)
    if row.used_at is not None:
        raise unauthorised("a one-time code that was used before", remedy)
    if row.expires_at <= books.stamp:
        raise unauthorised("a one-time code that ran out", remedy)
    name = asked.name.strip()
    if not name:
        raise Refusal(
            422, "wrong_content", expected="a name for this device", came="an empty one", remedy="name the device"
        )
    row.used_at = books.stamp
    books.sheets.enrolment.put(row)
    id = stem = slug(name) or "DEVICE"
    turn = 1
    while books.sheets.terminal.get(id) is not None:
        turn += 1
        id = f"{stem}-{turn}"
    books.sheets.terminal.put(TerminalRow(id, name, row.station, books.stamp))
    token = new_token()
    give_token(books, token, row.role, id)
    return Enrolled(terminal=id, token=token, station=row.station)


def revoke(books: Books, terminal: str, *, is_lost: bool = False) -> tuple[str, ...]:
    """Ends every token of a terminal and frees what it holds; gives the walks that it had begun.

    A lost one's numbers are never given again (sscc_leases), and each of its walks is work for somebody to look at:
    what was scanned since its last sign of life may be in no book.
    """
    if books.sheets.terminal.get(terminal) is None:
        raise unknown("terminal", terminal)
    for row in books.sheets.token.where(_TOKENS_OF, terminal=terminal):
        row.revoked_at = row.revoked_at or books.stamp
        books.sheets.token.put(row)
    begun = claims.give_back_all(books, terminal)
    for task in begun if is_lost else ():
        discrepancies.open_one(
            books, reason="device_lost", remedy="look", subject=f"task/{task}", about=task, terminal=terminal
        )
    return begun


def is_revoked(books: Books, terminal: str) -> bool:
    """Whether no token of that terminal is good any more."""
    return all(row.revoked_at for row in books.sheets.token.where(_TOKENS_OF, terminal=terminal))


class Secrets(msgspec.Struct, frozen=True):
    """A badge's secret in the clear, to be printed once, and the verifiers of badge and PIN, to be kept."""

    badge_secret: str
    badge: str
    pin_verifier: str


def make_secrets(pin: str | None, seed: bytes = b"") -> Secrets:
    """A new badge secret, and the PIN's verifier where there is one. Takes some 40 ms: not for the writer's thread."""
    secret = new_code(10, seed)
    return Secrets(
        badge_secret=secret,
        badge=credentials.verifier(secret, secrets.token_bytes(16)),
        pin_verifier=credentials.verifier(pin, secrets.token_bytes(16)) if pin else "",
    )


def new_pin() -> str:
    """Six random digits that nobody would try first."""
    while credentials.weakness(pin := f"{secrets.randbelow(1_000_000):06d}"):
        pass
    return pin


def refuse_weak_pin(pin: str | None, roles: Sequence[str]) -> None:
    """Refusal (422) for a PIN that is guessed within the tries of a device, or too short for what it opens."""
    if pin is None:
        return
    least = credentials.LEAST_SUPERVISOR_DIGITS
    if SUPERVISOR in roles and len(pin) < least:
        raise _weak_pin(f"a supervisor's PIN of {least} to 12 digits", f"one of {len(pin)}", "choose a longer one")
    if why := credentials.weakness(pin):
        raise _weak_pin("a PIN that nobody guesses", why, "choose other digits, such as the last ones of a receipt")


def _weak_pin(expected: str, came: str, remedy: str) -> Refusal:
    return Refusal(422, "weak_pin", expected=expected, came=came, remedy=remedy)


def add_worker(books: Books, new: NewWorker, made: Secrets) -> WorkerAdded:
    """Adds a worker, or gives a known one a new badge where that was asked for."""
    roles, name = new.roles, new.name.strip()
    wrong = [role for role in roles if role not in ROLES]
    if wrong or not roles:
        raise _wrong_role(", ".join(wrong) or "none", ROLES)
    id = slug(new.id or name)
    if not id:
        raise Refusal(
            422,
            "wrong_content",
            expected="a name with a letter or a digit of A-Z, 0-9",
            came=new.id or name,
            remedy="give the worker an id of plain letters with --id",
        )
    if books.find(Worker, id) is not None and not new.is_known:
        raise Refusal(
            409,
            "worker_exists",
            expected="a worker who is not known yet",
            came=f"worker {id}",
            remedy="give the new worker another id with --id, or the known one a new badge with --new-badge",
        )
    books.put(Worker(id=id, name=name, roles=roles, badge=made.badge, pin=made.pin_verifier))
    return WorkerAdded(worker=id, badge=badge_of(id, made))


def badge_of(worker: str, made: Secrets) -> str:
    """The text of a new badge's barcode."""
    return barcodes.encode(barcodes.Kind.BADGE, credentials.badge_body(worker, made.badge_secret))


def let_go(books: Books, id: str) -> None:
    """Ends a worker's badge and PIN; what is told of a later moment is questioned. Refusal (404) where unknown."""
    worker = books.find(Worker, id)
    if worker is None:
        raise unknown("worker", id)
    if worker.is_active:
        books.put(replace(worker, badge="", pin="", is_active=False, left_at=books.now))


def slug(name: str) -> str:
    """`name` as an id: A-Z, 0-9 and single hyphens, at most 32 signs."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in name.upper())
    return "-".join(plain.split())[:32].strip("-")


def _wrong_role(came: str, expected: tuple[str, ...]) -> Refusal:
    return Refusal(
        422, "wrong_content", expected=f"a role of {', '.join(expected)}", came=came, remedy="correct the role"
    )
