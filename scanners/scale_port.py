"""A scale on a serial port, asked again and again for what lies on it.

Decides when to ask and when a scale is silent. Refuses to know how a port is found and opened, what an answer says and
who listens; one thread, ended by `stop`.
"""

import time
from collections.abc import Callable

from scanners.reader import Clock
from scanners.scale import Condition, Reading, ScaleSaid, Settling, Weight
from scanners.scale_profile import ScaleProfile
from scanners.scale_protocols import DIALOGUES, garbled
from scanners.scan import LossReason
from scanners.serial_scanner import SerialScanner

# Toledo's manual: no two commands within 200 ms.
_BETWEEN_QUESTIONS_SECONDS = 0.25
_ANSWER_SECONDS = 0.6
_SILENT_AFTER_SECONDS = 2.0
_LONGEST_ANSWER_BYTES = 256

_SENTENCES = {
    LossReason.ABSENT: "The scale is not at {port}: plug it in, or correct `scale.port` in the settings.",
    LossReason.BUSY: "The scale at {port} is held by another program: close that program.",
    LossReason.DENIED: "This account may not read {port}: add it to the group that owns the port, often dialout.",
    LossReason.UNPLUGGED: "The scale went away from {port}: plug it in again, it is found by itself.",
    LossReason.FAILED: "The scale at {port} does not work ({fault}): check the port and its settings.",
}


class ScalePort(SerialScanner):
    """Asks one scale in a thread of its own and tells what changed; its port comes and goes as a scanner's does."""

    def __init__(
        self, profile: ScaleProfile, deliver: Callable[[ScaleSaid], object], clock: Clock = time.monotonic
    ) -> None:
        """`deliver` is called in the scale's thread and must not block; `clock` gives monotonic seconds."""
        self._tell: Callable[[ScaleSaid], object] = deliver
        super().__init__(profile.line, lambda said: self._tell(said), clock)  # type: ignore[arg-type]  # never a scan
        self._scale = profile
        self._dialogue = DIALOGUES[profile.protocol]
        self._settling = Settling()
        self._last: Reading | None = None

    def use(self, weight: Weight) -> None:
        """That weight stands on a label now; from any thread."""
        with self._lock:
            self._settling.use(weight)

    def _listen(self) -> None:
        self._port.timeout = self._port.write_timeout = _ANSWER_SECONDS
        self._last = None
        heard_at = self._clock()
        while not self._stopping.is_set():
            reading = self._ask()
            now = self._clock()
            if reading is not None:
                heard_at, self._has_heard = now, True
            elif now - heard_at >= _SILENT_AFTER_SECONDS:
                reading = Reading(Condition.SILENT)
            if reading is not None:
                self._tell_if_new(reading, now)
            self._stopping.wait(_BETWEEN_QUESTIONS_SECONDS)

    def _ask(self) -> Reading | None:
        """One question and its answer; None where nothing came."""
        self._port.reset_input_buffer()  # a late answer to the question before is none to this one
        self._port.write(self._dialogue.request)
        until = self._clock() + _ANSWER_SECONDS
        came = b""
        while len(came) < _LONGEST_ANSWER_BYTES and self._clock() < until and not self._stopping.is_set():
            came += self._port.read(self._port.in_waiting or 1)
            if answer := self._dialogue.answer.search(came):
                return self._dialogue.read(answer, self._scale)
        return garbled(came) if came and not self._stopping.is_set() else None

    def _tell_if_new(self, reading: Reading, now: float) -> None:
        with self._lock:
            judged = self._settling.judge(reading, now)
        # What moves is told each time: who listens counts how long it does.
        if judged.condition in (Condition.MOTION, Condition.BUSY) or not judged.says_the_same(self._last):
            self._last = judged
            self._tell(judged)

    def _sentence(self, reason: LossReason, fault: Exception) -> str:
        return _SENTENCES[reason].format(port=self._scale.port, fault=fault)
