"""The scale of this bench between its port and the prompt: the live weight, when it is taken, when a hand is asked.

Decides what the packer reads of it and which weight is offered, once. Believes nothing by itself: that a weight is
settled is the port's judgement, what it seals the workflow's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace as replaced

from msgspec.structs import replace

from scanners.scale import Condition, Reading, ScaleSaid
from scanners.scale_port import ScalePort
from scanners.scale_profile import ScaleProfile
from scanners.scan import ScannerFound, ScannerLost
from terminal import pack_wording
from terminal.messages import ScaleSpoke
from terminal.parts import Tell
from terminal.turns import Settled
from terminal.workflows.prompts import Prompt

PATIENCE_SECONDS = 3.0
_NEEDS_A_HAND = (Condition.OVER, Condition.SILENT, Condition.FAULT)


class BenchScale:
    """Follows one scale. All but `start` and `stop` run on the event loop."""

    def __init__(self, profile: ScaleProfile, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives monotonic seconds."""
        self._clock = clock
        self._tell: Tell = lambda message: None
        self._port = ScalePort(profile, lambda said: self._tell(ScaleSpoke(said)))
        self._reading: Reading | None = None
        self._is_lost = False
        self._restless_since: float | None = None
        self._offered: Settled | None = None

    def start(self, tell: Tell) -> None:
        """Begins to ask; what the scale says comes as `ScaleSpoke`."""
        self._tell = tell
        self._port.start()

    def stop(self) -> None:
        """Stops asking and waits for the port's thread; harmless if not started."""
        self._port.stop()

    @property
    def asks_packer(self) -> bool:
        """Whether no weight is to be had from it now."""
        if self._reading is None:
            return self._is_lost
        return self._reading.condition in _NEEDS_A_HAND or self._is_overdue

    def hear(self, said: ScaleSaid) -> str:
        """Takes what the port told; returns what is wrong with the port, or an empty text."""
        match said:
            case ScannerLost(sentence=sentence):
                self._reading, self._is_lost, self._restless_since = None, True, None
                return sentence
            case ScannerFound():
                self._is_lost = False
            case Reading():
                self._take(said)
        return ""

    def shown(self, prompt: Prompt) -> Prompt:
        """The prompt with the live weight in it, where it asks for one."""
        if prompt.takes != "weight":
            return prompt
        reading = self._reading
        weight = str(reading.weight) if reading and reading.weight else ""
        details = (pack_wording.scale_says(reading.detail),) if reading and reading.detail else ()
        return replace(prompt, ask=self._ask(), quantity=weight, details=details)

    def offer(self, prompt: Prompt) -> Settled | None:
        """What lies still, once, where the prompt asks for it: a turn for the session."""
        if prompt.takes != "weight":
            self._offered = None
            return None
        reading = self._reading
        if self._offered is not None or reading is None or reading.weight is None or not reading.is_settled:
            return None
        self._offered = Settled(reading.weight, reading.frame)
        return self._offered

    def use(self) -> None:
        """What was offered last stands on a label: it has to leave the scale before the next."""
        if self._offered is not None:
            self._port.use(self._offered.weight)
            if self._reading is not None:
                self._reading = replaced(self._reading, is_settled=False, has_left=False)

    def _take(self, reading: Reading) -> None:
        self._reading, self._is_lost = reading, False
        if not reading.is_settled:
            self._offered = None  # what is put down again is offered again
        is_restless = reading.condition in (Condition.MOTION, Condition.BUSY)
        if not is_restless:
            self._restless_since = None
        elif self._restless_since is None:
            self._restless_since = self._clock()

    @property
    def _is_overdue(self) -> bool:
        return self._restless_since is not None and self._clock() - self._restless_since >= PATIENCE_SECONDS

    def _ask(self) -> str:
        reading = self._reading
        if reading is None:
            return pack_wording.scale_silent() if self._is_lost else pack_wording.ask_scale()
        match reading.condition:
            case Condition.OVER:
                return pack_wording.scale_is_full()
            case Condition.UNDER:
                return pack_wording.scale_below_zero()
            case Condition.SILENT:
                return pack_wording.scale_silent()
            case Condition.FAULT:
                return pack_wording.scale_faulty()
            case _ if self._is_overdue:
                return pack_wording.scale_restless()
            case _ if not reading.has_left:
                return pack_wording.scale_still_loaded()
            case Condition.ZERO:
                return pack_wording.ask_scale()
            case _:
                return pack_wording.scale_settles()
