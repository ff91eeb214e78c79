"""Right, wrong and attention are told apart by ear; no player is waited for, and one that fails is told once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from terminal import sounds
from terminal.config import SoundSettings
from terminal.sounds import PATTERNS, Sounds
from terminal.workflows.prompts import Sound


@dataclass
class Ringer:
    """The bell, the timers and the notes of a terminal."""

    rung: list[float] = field(default_factory=list)
    waiting: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    now: float = 0.0

    def bell(self) -> None:
        self.rung.append(self.now)

    def after(self, seconds: float, ring: Callable[[], None]) -> Ringer._Timer:
        entry = (seconds, ring)
        self.waiting.append(entry)
        return self._Timer(self, entry)

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)
        self.heard.set()

    def pass_time(self) -> list[float]:
        """Rings what is due, and gives when each bell rang."""
        for seconds, ring in sorted(self.waiting, key=lambda entry: entry[0]):
            self.now = seconds
            ring()
        self.waiting.clear()
        rung, self.rung, self.now = self.rung, [], 0.0
        return rung

    @dataclass
    class _Timer:
        ringer: Ringer
        entry: tuple[float, Callable[[], None]]

        def stop(self) -> None:
            if self.entry in self.ringer.waiting:
                self.ringer.waiting.remove(self.entry)


@pytest.fixture
async def playing() -> AsyncIterator[Callable[[SoundSettings], tuple[Sounds, Ringer]]]:
    opened = []

    def play(settings: SoundSettings) -> tuple[Sounds, Ringer]:
        ringer = Ringer()
        opened.append(Sounds(settings, bell=ringer.bell, after=ringer.after, tell=ringer.tell))
        return opened[-1], ringer

    yield play
    for each in opened:
        await each.close()


Play = Callable[[SoundSettings], tuple[Sounds, Ringer]]


def script(tmp_path: Path, body: str) -> tuple[str, ...]:
    path = tmp_path / "player.py"
    path.write_text(body)
    return (sys.executable, str(path), "it's; a $WORD")


async def test_each_sound_is_a_pattern_of_bells_of_its_own(playing: Play) -> None:
    sounds, ringer = playing(SoundSettings())
    heard = []
    for each in Sound:
        sounds.play(each)
        heard.append(ringer.pass_time())
    assert heard == [[0.0, *PATTERNS[each]] for each in Sound]
    assert len({tuple(pattern) for pattern in heard}) == 3


async def test_a_new_sound_takes_the_place_of_what_is_left_of_the_last_one(playing: Play) -> None:
    sounds, ringer = playing(SoundSettings())
    sounds.play(Sound.WRONG)
    sounds.play(Sound.RIGHT)
    assert ringer.pass_time() == [0.0, 0.0]


async def test_a_sound_that_is_off_is_not_heard(playing: Play) -> None:
    sounds, ringer = playing(SoundSettings(right="off"))
    sounds.play(Sound.RIGHT)
    assert ringer.pass_time() == []


async def test_a_player_gets_its_words_as_they_are_and_no_shell(playing: Play, tmp_path: Path) -> None:
    done = tmp_path / "said"
    player = script(tmp_path, f"import pathlib, sys\npathlib.Path({str(done)!r}).write_text(sys.argv[1])\n")
    sounds, ringer = playing(SoundSettings(wrong=player))
    sounds.play(Sound.WRONG)
    task = sounds._playing
    assert task is not None and not task.done(), "nobody waits for it"
    await task
    assert done.read_text() == "it's; a $WORD"
    assert (ringer.pass_time(), ringer.told) == ([], [])


async def test_a_missing_player_is_told_once_and_bells_ring_from_then_on(playing: Play, tmp_path: Path) -> None:
    sounds, ringer = playing(SoundSettings(wrong=(str(tmp_path / "no-such-player"),)))
    sounds.play(Sound.WRONG)
    await ringer.heard.wait()
    assert "no-such-player does not start" in ringer.told[0]
    assert len(ringer.pass_time()) == 3
    sounds.play(Sound.WRONG)
    assert len(ringer.pass_time()) == 3
    assert len(ringer.told) == 1


async def test_a_player_that_fails_is_told_once_as_well(playing: Play, tmp_path: Path) -> None:
    sounds, ringer = playing(SoundSettings(attention=script(tmp_path, "raise SystemExit(3)")))
    sounds.play(Sound.ATTENTION)
    await ringer.heard.wait()
    assert "ended with 3" in ringer.told[0]
    assert len(ringer.pass_time()) == 2


async def test_a_player_that_does_not_end_is_ended(
    playing: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "LONGEST_SECONDS", 0.05)
    made, ringer = playing(SoundSettings(right=script(tmp_path, "import signal\nsignal.pause()\n")))
    made.play(Sound.RIGHT)
    await ringer.heard.wait()
    assert "did not end by itself" in ringer.told[0]


async def test_a_new_sound_and_the_end_of_the_program_cut_a_player_off(playing: Play, tmp_path: Path) -> None:
    player = script(tmp_path, "import signal\nsignal.pause()\n")
    sounds, ringer = playing(SoundSettings(right=player, wrong=player))
    sounds.play(Sound.RIGHT)
    first = sounds._playing
    await asyncio.sleep(0)
    sounds.play(Sound.WRONG)
    assert first is not None
    with pytest.raises(asyncio.CancelledError):
        await first
    await sounds.close()
    assert ringer.told == []
