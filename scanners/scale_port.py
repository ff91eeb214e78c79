"""A scale on a serial port, asked again and again for what lies on it.

Decides when to ask, when a scale is silent or lost, and when to try again. Refuses to know what an answer says, what is
weighed and who listens; one thread, ended by `stop`.
"""

import errno
import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Any

from scanners.scale import Condition, Reading, ScaleFound, ScaleLost, ScaleSaid, Settling, Weight
from scanners.scale_profile import ScaleProfile
from scanners.scale_protocols import DIALOGUES, garbled
from scanners.scan import LossReason

# Toledo's manual: no two commands within 200 ms.
_BETWEEN_QUESTIONS_SECONDS = 0.25
_ANSWER_SECONDS = 0.6
_SILENT_AFTER_SECONDS = 2.0
_LONGEST_ANSWER_BYTES = 256
_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 1.0

_REASONS = {
    errno.ENOENT: LossReason.ABSENT,
    errno.ENODEV: LossReason.ABSENT,
    errno.ENXIO: LossReason.ABSENT,
    errno.EAGAIN: LossReason.BUSY,
    errno.EBUSY: LossReason.BUSY,
    errno.EACCES: LossReason.DENIED,
    errno.EPERM: LossReason.DENIED,
}

_SENTENCES = {
    LossReason.ABSENT: "The scale is not at {port}: plug it in, or correct `scale.port` in the settings.",
    LossReason.BUSY: "The scale at {port} is held by another program: close that program.",
    LossReason.DENIED: "This account may not read {port}: add it to the group that owns the port, often dialout.",
    LossReason.UNPLUGGED: "The scale went away from {port}: plug it in again, it is found by itself.",
    LossReason.FAILED: "The scale at {port} does not work ({fault}): check the port and its settings.",
}


class ScalePort:
    """Asks one scale in a thread of its own and tells what changed."""

    def __init__(
        self,
        profile: ScaleProfile,
        deliver: Callable[[ScaleSaid], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`deliver` is called in the scale's thread and must not block; `clock` gives monotonic seconds."""
        self._profile = profile
        self._dialogue = DIALOGUES[profile.protocol]
        self._deliver = deliver
        self._clock = clock
        self._settling = Settling()
        self._last: Reading | None = None
        self._stopping = Event()
        self._lock = Lock()
        self._port: Any = None  # pyserial has no types
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to ask; the port may come later. Raises RuntimeError if already started."""
        if self._thread is not None:
            raise RuntimeError("the scale is already started")
        self._stopping.clear()
        self._thread = Thread(target=self._run, name="scale", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop asking, close the port and wait for the thread to end; harmless if not started."""
        self._stopping.set()
        with self._lock:
            if self._port is not None:
                self._port.cancel_read()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def use(self, weight: Weight) -> None:
        """That weight stands on a label now; from any thread."""
        with self._lock:
            self._settling.use(weight)

    def _run(self) -> None:
        import termios

        told: LossReason | None = None
        wait_seconds = _FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            was_open = False
            try:
                self._open()
                was_open, told, self._last = True, None, None
                wait_seconds = _FIRST_WAIT_SECONDS
                self._deliver(ScaleFound())
                self._ask_until_stopped()
            except (OSError, ValueError, termios.error) as fault:
                reason = LossReason.UNPLUGGED if was_open else _reason(fault)
                # Absent is what unplugged looks like from then on: no news.
                if reason is not told and (told, reason) != (LossReason.UNPLUGGED, LossReason.ABSENT):
                    sentence = _SENTENCES[reason].format(port=self._profile.port, fault=fault)
                    self._deliver(ScaleLost(reason, sentence))
                    told = reason
                self._stopping.wait(wait_seconds)
                wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)
            finally:
                self._close()

    def _open(self) -> None:
        import serial  # not every bench has a scale

        profile = self._profile
        bits, parity = profile.frame
        port = serial.Serial(
            profile.port,
            profile.baud,
            bits,
            parity,
            profile.stopbits,
            timeout=_ANSWER_SECONDS,
            write_timeout=_ANSWER_SECONDS,
            exclusive=True,
        )
        with self._lock:
            self._port = port

    def _ask_until_stopped(self) -> None:
        heard_at = self._clock()
        while not self._stopping.is_set():
            reading = self._ask()
            now = self._clock()
            if reading is not None:
                heard_at = now
            elif now - heard_at >= _SILENT_AFTER_SECONDS:
                reading = Reading(Condition.SILENT)
            if reading is not None:
                self._tell(reading, now)
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
                return self._dialogue.read(answer, self._profile)
        return garbled(came) if came and not self._stopping.is_set() else None

    def _tell(self, reading: Reading, now: float) -> None:
        with self._lock:
            judged = self._settling.judge(reading, now)
        # What moves is told each time: who listens counts how long it does.
        if judged.condition in (Condition.MOTION, Condition.BUSY) or not judged.says_the_same(self._last):
            self._last = judged
            self._deliver(judged)

    def _close(self) -> None:
        with self._lock:
            if self._port is not None:
                self._port.close()
                self._port = None


def _reason(fault: Exception) -> LossReason:
    return _REASONS.get(getattr(fault, "errno", None) or 0, LossReason.FAILED)
