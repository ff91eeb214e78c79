"""Printers: where the bytes of a page go, and what the printer itself answered.

Decides what every way to paper has to answer: printed, or held with a reason, and whether anything may still come out.
It refuses to know the journal and how a document looks; each way to paper is a module of its own in `printing.ways`.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from printing.documents import Document, Media
from printing.site_style import PLAIN, SiteStyle
from printing.troubles import Trouble, sentence

RESOLUTIONS = (203, 300, 600)


class Sent(enum.Enum):
    """Where the bytes of a held job are, which decides what may be done with it."""

    NO = "no"
    """Nothing left this machine: it may be sent again."""
    YES = "yes"
    """The printer has it whole and will print it: ask the printer again, never send again."""
    UNSURE = "unsure"
    """Nobody can tell: a person looks, and says whether it came out."""


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer says that it is out; `where` tells a person where to look."""

    where: str


@dataclass(frozen=True, slots=True)
class Held:
    """Not out, or nobody can tell; `reason` is the next physical act."""

    reason: str
    sent: Sent = Sent.NO
    trouble: Trouble = Trouble.FAULT

    @classmethod
    def by(cls, trouble: Trouble, sent: Sent = Sent.NO, detail: str = "") -> Held:
        """Held by one of the known troubles, with its sentence."""
        return cls(sentence(trouble, detail), sent, trouble)


Answer = Printed | Held


@dataclass(frozen=True, slots=True)
class Pages:
    """One job on its way: its name at the printer, what its printer rendered, and the paper that it wants.

    `taken` has to be called with the printer's own number for the job as soon as that is known.
    """

    name: str
    payload: bytes
    media: Media
    taken: Callable[[str], None] = lambda ticket: None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds: for a connection, for one answer, and for a job to come out."""

    connect: float = 2.0
    answer: float = 1.5
    work: float = 15.0
    poll: float = 0.1
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Printer(Protocol):
    """A way to paper. Its methods run in the printing thread and never raise for trouble on the way."""

    @property
    def dots_per_inch(self) -> int:
        """203, 300 or 600: the grid that bars are drawn on."""

    def render(self, document: Document, media: Media, style: SiteStyle = PLAIN) -> bytes:
        """The bytes that this printer wants for `document` in the site's `style`; raises DrawError."""

    def print(self, pages: Pages) -> Answer:
        """Sends the pages once, and follows them until they are out or held."""

    def settle(self, pages: Pages, ticket: str) -> Answer | None:
        """What became of pages that were sent, or may have been; never sends anything.

        `ticket` is the printer's number for them, empty where none was ever told. None where surely nothing came out
        and nothing will: they may be sent.
        """

    def withdraw(self, ticket: str) -> bool:
        """Takes a job back from the printer; True only where it surely will not come out any more."""

    def look(self) -> Answer:
        """The printer's state without printing: Printed says that it is ready."""


class Leaving(BaseException):
    """The program ends: raised out of a `pause`, so that a job stays as it is and is settled at the next start."""


class PrinterConfigError(ValueError):
    """A printer's configuration that cannot be used; the text names the key and the remedy."""


Build = Callable[[Mapping[str, object], Patience], Printer]

KINDS = {
    "folder": "printing.ways.folder",
    "zpl": "printing.ways.raw",
    "ipp": "printing.ways.ipp",
    "cups": "printing.ways.cups",
}


def printer_from(config: Mapping[str, object], patience: Patience | None = None) -> Printer:
    """The printer that `config` describes by its `kind`; raises PrinterConfigError naming the key and the remedy."""
    kind = config.get("kind")
    module = KINDS.get(kind) if isinstance(kind, str) else None
    if module is None:
        raise PrinterConfigError(f"printer key `kind`: expected one of {', '.join(KINDS)}, got {kind!r}: set it")
    build: Build = import_module(module).printer
    return build(config, patience or Patience())


def dots_per_inch(config: Mapping[str, object]) -> int:
    """The key of that name, 203 where it is not set."""
    found = config.get("dots_per_inch", RESOLUTIONS[0])
    if isinstance(found, bool) or not isinstance(found, int) or found not in RESOLUTIONS:
        raise PrinterConfigError(
            f"printer key `dots_per_inch`: expected 203, 300 or 600, got {found!r}: read it off the type plate"
        )
    return found


def text(config: Mapping[str, object], key: str, expected: str, default: str | None = None) -> str:
    """The text behind `key`; `expected` says what it should be, such as 'a host name'."""
    found = config.get(key, default)
    if not isinstance(found, str) or not found.strip():
        raise PrinterConfigError(f"printer key `{key}`: expected {expected}, got {found!r}: set it")
    return found.strip()


def choice(config: Mapping[str, object], key: str, choices: tuple[str, ...]) -> str:
    """One of `choices`, the first where the key is not set."""
    found = config.get(key, choices[0])
    if found not in choices:
        raise PrinterConfigError(f"printer key `{key}`: expected {' or '.join(choices)}, got {found!r}: correct it")
    return str(found)


def flag(config: Mapping[str, object], key: str, default: bool) -> bool:
    """true or false behind `key`."""
    found = config.get(key, default)
    if not isinstance(found, bool):
        raise PrinterConfigError(f"printer key `{key}`: expected true or false, got {found!r}: correct it")
    return found


def require_known(config: Mapping[str, object], keys: set[str]) -> None:
    """PrinterConfigError where `config` holds a key besides `kind`, `dots_per_inch` and `keys`."""
    allowed = keys | {"kind", "dots_per_inch"}
    if unknown := sorted(set(config) - allowed):
        raise PrinterConfigError(
            f"printer key `{unknown[0]}`: not a key of a {config['kind']} printer; "
            f"expected {', '.join(sorted(allowed))}: correct or remove it"
        )
