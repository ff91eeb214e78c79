"""The session of a device that its store put out of work: one refusal on the whole screen, and nothing is judged.

Decides that no scan, entry, act or weight gets any further, and is no fact either, until the store takes the device
back. Who says so, and where it is kept over a restart, is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from terminal import wording
from terminal.workflows.prompts import Prompt, Showing, Tone, Verdict

if TYPE_CHECKING:
    from orders.records import Key
    from scanners.scale import Weight
    from scanners.scan import Scan, Unreadable
    from terminal.parts import Deciding

_PROMPT = Prompt(
    step="revoked", title=wording.floorhand(), ask=wording.ask_to_enrol(), takes="text", help=wording.help_revoked()
)


class MayBeOut:
    """A session behind a door: open, it is the session; shut, every act meets the same refusal."""

    def __init__(self, session: Deciding, *, is_out: bool = False) -> None:
        self._session = session
        self.is_out = self._was_out = is_out
        self._turn = 0

    @property
    def showing(self) -> Showing:
        """What to show now."""
        return self._refusal() if self.is_out else self._session.showing

    async def take_scan(self, item: Scan | Unreadable) -> Showing:
        """Judges a read."""
        return self._again() if self.is_out else await self._session.take_scan(item)

    async def take_entry(self, text: str, *, is_even: bool = False) -> Showing:
        """Judges what was typed."""
        return self._again() if self.is_out else await self._session.take_entry(text, is_even=is_even)

    async def refuse_hurry(self) -> Showing:
        """Says that keys came as fast as a scan."""
        return self._again() if self.is_out else await self._session.refuse_hurry()

    async def take_weight(self, weight: Weight, frame: bytes) -> Showing:
        """Judges what lies still on the scale; that is nobody's act, so it is no news where nothing is judged."""
        return self.showing if self.is_out else await self._session.take_weight(weight, frame)

    async def take_act(self, name: str) -> Showing:
        """Judges an act."""
        return self._again() if self.is_out else await self._session.take_act(name)

    async def clear(self) -> Showing:
        """Takes a refusal away; not this one."""
        return self._again() if self.is_out else await self._session.clear()

    async def take_news(self, keys: frozenset[Key]) -> Showing | None:
        """What to show after these records changed, or the door was shut or opened; None where that is as it was."""
        has_moved, self._was_out = self.is_out != self._was_out, self.is_out
        if self.is_out:
            return self.showing if has_moved else None
        news = await self._session.take_news(keys)
        return news or replace(self._session.showing, papers=()) if has_moved else news

    async def take_silence(self, minutes: int) -> Showing | None:
        """Signs off who has done nothing for so many minutes."""
        return None if self.is_out else await self._session.take_silence(minutes)

    def _again(self) -> Showing:
        self._turn += 1
        return self._refusal()

    def _refusal(self) -> Showing:
        return Showing(_PROMPT, Verdict(Tone.REFUSED, wording.device_revoked(), "device_revoked"), self._turn)
