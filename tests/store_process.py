"""The store as a process of its own: `floorhand store run`, at the same port in each of its lives.

Decides how it is started, waited for and ended; where its books stand is said by whoever starts it.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.ports import free_port


@dataclass
class StoreProcess:
    """`command` runs it but for its port; what it says goes into `log`."""

    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended since."""
        return self.process is not None and self.process.poll() is None

    def begin(self) -> None:
        """Starts it; it may end by itself where it cannot reach its database."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, "--port", str(self.port), "--ready-file", str(self._ready)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )

    def start(self) -> None:
        """Returns once it listens."""
        self._ready.unlink(missing_ok=True)
        self.begin()
        assert self.process is not None
        while not self._ready.exists():
            with pytest.raises(subprocess.TimeoutExpired):
                self.process.wait(0.02)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Sends it that signal, where it was started, and waits for its end."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.end(signal.SIGKILL)

    @property
    def _ready(self) -> Path:
        return self.log.with_suffix(".url")
