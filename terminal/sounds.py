"""What right, wrong and attention sound like: bells of the terminal in a pattern, or a player that the config names.

Decides that nobody waits for a sound, that a new one cuts the last one off, and that a player which does not play is
told once and replaced by bells. What a sound stands for is the app's to know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from terminal import screen_wording as words
from terminal.workflows.prompts import Sound

if TYPE_CHECKING:
    from terminal.config import SoundSettings


BELL = "bell"
LONGEST_SECONDS = 5.0

# Seconds after the first bell at which the others ring. One, three quick ones and two slow ones are told apart even
# where the terminal makes the same dull sound of each.
PATTERNS = {Sound.RIGHT: (), Sound.WRONG: (0.15, 0.3), Sound.ATTENTION: (0.5,)}


class Timer(Protocol):
    """Something that rings later, unless it is stopped."""

    def stop(self) -> None:
        """It will not ring."""


class Sounds:
    """Plays from one event loop; `bell` rings once, `after` calls something so many seconds later."""

    def __init__(
        self,
        settings: SoundSettings,
        *,
        bell: Callable[[], None],
        after: Callable[[float, Callable[[], None]], Timer],
        tell: Callable[[str], None],
    ) -> None:
        self._players: dict[Sound, str | tuple[str, ...]] = {each: getattr(settings, each.value) for each in Sound}
        self._bell, self._after, self._tell = bell, after, tell
        self._bells: list[Timer] = []
        self._playing: asyncio.Task[None] | None = None

    def play(self, sound: Sound) -> None:
        """Begins a sound, in place of the one before it, and returns at once."""
        for timer in self._bells:
            timer.stop()
        self._bells.clear()
        player = self._players[sound]
        if isinstance(player, tuple):
            self._cut_off()
            self._playing = asyncio.create_task(self._run(sound, player))
        elif player == BELL:
            self._ring(sound)

    async def close(self) -> None:
        """Ends what is still playing."""
        for timer in self._bells:
            timer.stop()
        if playing := self._cut_off():
            with suppress(asyncio.CancelledError):
                await playing

    def _ring(self, sound: Sound) -> None:
        self._bell()
        self._bells = [self._after(seconds, self._bell) for seconds in PATTERNS[sound]]

    def _cut_off(self) -> asyncio.Task[None] | None:
        playing, self._playing = self._playing, None
        if playing is None or playing.done():
            return None
        playing.cancel()
        return playing

    async def _run(self, sound: Sound, player: tuple[str, ...]) -> None:
        nothing = asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(*player, stdin=nothing, stdout=nothing, stderr=nothing)
        except (OSError, ValueError) as error:
            self._give_up(sound, words.player_missing(player[0], getattr(error, "strerror", None) or str(error)))
            return
        code = -1
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                code = await process.wait()
        except TimeoutError:
            pass
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            said = words.player_failed(player[0], code) if code > 0 else words.player_too_long(player[0])
            self._give_up(sound, said)

    def _give_up(self, sound: Sound, sentence: str) -> None:
        self._players[sound] = BELL
        self._tell(sentence)
        self._ring(sound)
