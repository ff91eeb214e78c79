"""What the app is given: the session and everything that runs beside it, each behind the smallest face it needs.

Decides those faces. Which real parts stand behind them is chosen in bootstrap alone, and by tests.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from textual import events
from textual.message import Message

from scanners.scan import Scan, Unreadable
from terminal.workflows.prompts import Prompt, Showing

if TYPE_CHECKING:
    from orders.records import Key
    from scanners.scale import ScaleSaid, Weight
    from terminal.bare_app import BareApp
    from terminal.config import SoundSettings
    from terminal.floor import Floor
    from terminal.papers import Paper
    from terminal.screens.paper_view import Papers
    from terminal.turns import Settled


Tell = Callable[[Message], object]


class Deciding(Protocol):
    """The started session: one scan, entry or act at a time in, and what to show out, once it is on disk."""

    @property
    def showing(self) -> Showing:
        """What to show now."""

    async def take_scan(self, item: Scan | Unreadable) -> Showing:
        """Judges a read."""

    async def take_entry(self, text: str, *, is_even: bool = False) -> Showing:
        """Judges what was typed; `is_even` where its keys came at the pace of a device."""

    async def refuse_hurry(self) -> Showing:
        """Says that keys came as fast as a scan where only a hand may choose or prove something."""

    async def take_weight(self, weight: Weight, frame: bytes) -> Showing:
        """Judges what lies still on the scale."""

    async def take_act(self, name: str) -> Showing:
        """Judges an act from the list, the palette or the queue."""

    async def clear(self) -> Showing:
        """Takes a refusal away, or goes back from a question."""

    async def take_news(self, keys: frozenset[Key]) -> Showing | None:
        """What to show after these records changed, or None where the prompt stays as it is."""

    async def take_silence(self, minutes: int) -> Showing | None:
        """Signs off who has done nothing for so many minutes; None where nobody is signed on."""


class Scanner(Protocol):
    """Something that reads in a thread of its own and delivers to the hub."""

    def start(self) -> None:
        """Begins to read."""

    def settle(self, patience_seconds: float) -> bool:
        """Waits until it hears its port or knows that it cannot; False where that takes longer."""

    def stop(self) -> None:
        """Stops reading and waits for its thread."""


class Scale(Protocol):
    """The scale of this bench: hears what its port tells, and says what of it concerns the prompt."""

    @property
    def asks_packer(self) -> bool:
        """Whether no weight is to be had from it now, and a hand is wanted."""

    def start(self, tell: Tell) -> None:
        """Begins to ask; what it says comes as messages."""

    def hear(self, said: ScaleSaid) -> str:
        """Takes what the port told; returns what is wrong with the port, or an empty text."""

    def shown(self, prompt: Prompt) -> Prompt:
        """The prompt with the live weight in it, where it asks for one."""

    def offer(self, prompt: Prompt) -> Settled | None:
        """What lies still, once, where the prompt asks for it: a turn for the session."""

    def use(self) -> None:
        """What was offered last stands on a label: it has to leave the scale before the next."""


class Toy(Protocol):
    """The toy scanner of the demo, which has to know what it should scan next."""

    def shown(self, showing: Showing) -> None:
        """Hears of every showing."""

    def pressed(self, key: str) -> None:
        """Hears of F2 to F5: the trigger."""


class Sitting(Protocol):
    """One self-test of a scanner on the running app."""

    async def run(self, scanners: Sequence[Scanner]) -> None:
        """Shows its screen until it is closed; `scanners` give up their ports meanwhile."""

    def take(self, event: events.Key) -> None:
        """Takes a key that came past the driver's tap."""


class CannotStart(Exception):
    """The terminal cannot begin its work; the text is one sentence with the remedy."""


Background = Callable[[Tell], Awaitable[None]]


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


class Parts(Struct, frozen=True, kw_only=True):
    """The running terminal behind its glass.

    `sync` and `spool` run for as long as the app does and tell it what changed. `clock` gives aware UTC instants.
    `preview` draws papers for a screen of so many columns and rows; it is called in a thread.
    """

    session: Deciding
    floor: Floor
    scanners: Sequence[Scanner] = ()
    sync: Background | None = None
    spool: Background | None = None
    scale: Scale | None = None
    toy: Toy | None = None
    preview: Callable[[Sequence[Paper], int, int], Papers] | None = None
    scanner_test: Callable[[BareApp], Sitting] | None = None
    sounds: SoundSettings | None = None
    clock: Callable[[], datetime] = utc_now


Opening = Callable[[], Awaitable[Parts]]
