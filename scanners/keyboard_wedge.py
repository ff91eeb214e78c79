"""A scanner that types: joins its keys into one burst and lets a person's keys through, in order.

Decides what is a burst and what is typing, from characters and times alone. A slow wedge looks like typing and is
let through: whoever gathers typed characters until Enter gets the same text. Refuses to know terminals, timers
and threads, and what a key is besides its name and character.

A driver hands over each key with `key`, each bracketed paste with `paste`, tells of anything else with `interrupt`, and
calls `flush` when `deadline` has passed; it sends on what comes back, in that order. Calls must not overlap.
"""

import re
from math import inf
from typing import Generic, NamedTuple, TypeVar

from scanners.profile import ENDS, STX, ScannerProfile
from scanners.scan import GS

Key = TypeVar("Key")

# Once keys came at a scanner's speed, a stutter of the line is waited out this long before they count as typed.
_STUTTER_SECONDS = 0.25
# A wedge may be set to 1000 ms between characters; its prefix says that it is one.
_PREFIXED_SECONDS = 1.5
# A line that stalled longer than the stutter goes on within this.
_STALL_SECONDS = 1.0
_LIMIT_KEYS = 4096

_BREAKS = "\r\n\t"

_MODIFIERS = frozenset(
    f"{side}_{name}" for side in ("left", "right") for name in ("shift", "control", "alt", "super", "hyper", "meta")
) | {"iso_level3_shift", "iso_level5_shift"}
_NAMED_KEYS = {
    "enter": "\r",
    "tab": "\t",
    "ctrl+at": "\x00",
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+underscore": "\x1f",
}
_NEVER_SCANNED = ("backspace", "delete", "escape")


class Burst(NamedTuple):
    """One read of a wedge, without its terminator; `complete` is False if its end never came."""

    text: str
    complete: bool = True


def split_paste(text: str, terminators: str = ENDS) -> list[str]:
    """The reads that one bracketed paste holds, in order; a terminator ends each, the last may lack it."""
    reads = re.split(f"[{re.escape(terminators)}]", text) if terminators else [text]
    kept = (read.replace(STX, "") for read in reads)
    return [read for read in kept if read]


class Wedge(Generic[Key]):
    """Keys in, bursts and keys out. Times are seconds of one monotonic clock."""

    def __init__(self, profile: ScannerProfile) -> None:
        self._ends = profile.terminators
        self._prefix = profile.prefix.removeprefix(STX)
        self._gap_seconds = profile.burst_gap_ms / 1000
        self._silence_seconds = profile.silence_ms / 1000
        self._enough = profile.burst_characters
        self._separator_keys = profile.separator_keys
        self._held: list[Key] = []
        self._text = ""
        self._last_at = 0.0
        self._typed_at = -inf
        self._broken_at = -inf
        self._interrupted_at = -inf
        self._continues_typing = False
        self._continues_broken = False
        self._follows_interrupt = False
        self._quiet_until = -inf

    @property
    def deadline(self) -> float | None:
        """When held keys have to be let go by `flush`, or None if none are held."""
        return self._last_at + self._patience_seconds if self._held else None

    def key(self, key: Key, name: str, character: str | None, now: float) -> list[Burst | Key]:
        """What this key completes or lets through; an empty list while it is held, or belongs to a scan's end.

        `name` is the key's name in the terminal ("enter", "a", "ctrl+q"), `character` what it types, if anything.
        """
        out = self.flush(now)
        typed = GS if self.separates(name) else character_of(name, character)
        if name.rpartition("+")[2] in _MODIFIERS:
            # Some terminals tell of Shift as of a key of its own, in the middle of a read.
            if self._held:
                self._held.append(key)
            else:
                out.append(key)
        elif not typed:
            out += self.interrupt(now)
            # A scanner that types Esc [ C presses an arrow. Inside of a read it is no act of a person's.
            out += [] if now - self._broken_at <= self._gap_seconds else [key]
        elif typed in _BREAKS or typed in self._ends:
            out += self._end(key, typed, now)
        else:
            out += self._hold(key, typed, now)
        return out

    def separates(self, name: str) -> bool:
        """Whether this key, now, stands for the GS of a read that is under way; alone it is a hand's."""
        return name in self._separator_keys and bool(self._held)

    def interrupt(self, now: float) -> list[Burst | Key]:
        """What ends here, because something came that types nothing: a special key, or a word of the terminal itself.

        A person's key stands alone. At a scanner's speed it was part of a barcode, and what is left is another one.
        """
        out = self.flush(now)
        out += [self._take(complete=False)] if self._held and self._is_scan else self._let_go()
        self._interrupted_at = now
        return out

    def paste(self, text: str, now: float) -> list[Burst | Key]:
        """The reads of one bracketed paste, behind the keys that came before it."""
        out = self.flush(now) + self._let_go()
        out += [Burst(read) for read in split_paste(text, self._ends)]
        self._quiet_until = now + _STUTTER_SECONDS
        return out

    def flush(self, now: float) -> list[Burst | Key]:
        """What held keys turned out to be, if `deadline` has passed; else nothing."""
        if self.deadline is None or now <= self.deadline:
            return []
        if self._is_scan and not self._ends:
            return [self._take(complete=True)]
        return self._let_go()

    def _hold(self, key: Key, typed: str, now: float) -> list[Burst | Key]:
        if not self._held:
            # What follows let-go keys closely is more of the same, be it a hand's or a stuttering scanner's: a burst
            # made of a barcode's second half would be another barcode.
            self._continues_typing = now - self._typed_at <= _STALL_SECONDS
            self._continues_broken = now - self._broken_at <= _STALL_SECONDS
            self._follows_interrupt = now - self._interrupted_at <= self._gap_seconds
        self._held.append(key)
        self._text += typed
        self._last_at = now
        self._quiet_until = -inf
        return [self._take(complete=False)] if len(self._text) > _LIMIT_KEYS else []

    def _end(self, key: Key, typed: str, now: float) -> list[Burst | Key]:
        terminates = typed in self._ends
        is_no_typing = self._follows_interrupt or not self._text.isprintable()
        if self._held and (self._is_scan or self._must_not_leak or is_no_typing):
            burst = self._take(complete=self._is_scan)
            self._broken_at = self._interrupted_at = -inf
            if not terminates:
                return [burst, key]
            self._quiet_until = now + _STUTTER_SECONDS
            return [burst]
        ends_broken = now - self._broken_at <= _STALL_SECONDS
        self._broken_at = -inf
        ends_interrupt = now - self._interrupted_at <= self._gap_seconds
        if terminates and not self._held and (ends_broken or ends_interrupt or now <= self._quiet_until):
            return []  # the LF of CR LF, or an Enter that would confirm what the scan has just brought up
        out = [*self._let_go(), key]
        self._typed_at = -inf
        return out

    def _let_go(self) -> list[Burst | Key]:
        if not self._held:
            return []
        if self._is_prefixed or self._must_not_leak:
            return [self._take(complete=False)]
        self._typed_at = self._last_at
        keys: list[Burst | Key] = [*self._held]
        self._drop_held()
        return keys

    def _take(self, *, complete: bool) -> Burst:
        burst = Burst(self._text, complete)
        self._drop_held()
        self._typed_at = -inf
        self._broken_at = -inf if complete else self._last_at
        return burst

    def _drop_held(self) -> None:
        self._held.clear()
        self._text = ""

    @property
    def _is_prefixed(self) -> bool:
        return self._prefix != "" and self._text != self._prefix and self._text.startswith(self._prefix)

    @property
    def _is_scan(self) -> bool:
        continues = self._continues_typing or self._continues_broken or self._follows_interrupt
        return self._is_prefixed or (len(self._text) >= self._enough and not continues)

    @property
    def _must_not_leak(self) -> bool:
        """Whether these keys are the rest of a broken read, or hold control keys that could quit the program."""
        is_chord = len(self._text) > 1 and not self._text.isprintable()
        is_rest = len(self._text) >= self._enough and self._follows_interrupt
        return self._continues_broken or is_chord or is_rest

    @property
    def _patience_seconds(self) -> float:
        if self._prefix and self._prefix.startswith(self._text[: len(self._prefix)]):
            return _PREFIXED_SECONDS
        if self._is_scan:
            return _STUTTER_SECONDS if self._ends else self._silence_seconds
        return self._gap_seconds


def character_of(name: str, character: str | None) -> str | None:
    """What a key types, control characters included; None for a key that no barcode can hold.

    `name` and `character` are the terminal's; some terminals name control keys and give no character.
    """
    if name in _NEVER_SCANNED or name.startswith("alt+"):
        return None
    if character:
        return character
    # The Kitty keyboard protocol.
    if len(name) == 6 and name.startswith("ctrl+") and name[5].isalpha() and name[5].islower():
        return chr(ord(name[5]) - ord("a") + 1)
    return _NAMED_KEYS.get(name)
