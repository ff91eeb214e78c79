"""Printers and spoolers that nobody here wrote: ippeveprinter and a private cupsd, on loopback, for tests.

Decides how they are started, found ready and ended. A machine without them gets a reason to skip, from `missing`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.ports import free_port

PATIENCE_SECONDS = 15.0
_CUPSD = "/usr/sbin/cupsd"
_AVAHI = Path("/run/avahi-daemon/pid")


def missing(*programs: str) -> str:
    """Why a test cannot run here; empty where it can."""
    absent = [each for each in programs if shutil.which(each) is None]
    if absent:
        return f"{', '.join(absent)} not installed: see .ci/run for the packages"
    if "ippeveprinter" in programs and not _is_announcing():
        return "ippeveprinter needs avahi-daemon: see .ci/run for how it is started"
    return ""


def _is_announcing() -> bool:
    """Whether avahi-daemon runs: one that was killed leaves its number behind."""
    with suppress(OSError):
        return Path("/proc", _AVAHI.read_text().strip(), "comm").read_text().strip() == "avahi-daemon"
    return False


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once somebody listens."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < end, log.read_text(errors="replace")
            time.sleep(0.02)


class IppEve:
    """ippeveprinter with a script that keeps what arrives; the script's lines stand in `script`.

    The script finds the document in `$1`, the folder of what came out in `$OUT`, and a named pipe `$GATE` on which it
    can wait for the test.
    """

    KEEP = 'cp "$1" "$OUT/.part.$IPP_JOB_ID" && mv "$OUT/.part.$IPP_JOB_ID" "$OUT/$1.out"'

    def __init__(self, folder: Path, *, formats: str = "application/pdf", media: str = "na_index-4x6_4x6in") -> None:
        """With an empty `media` it is the office printer that ippeveprinter is by itself."""
        self.folder, self.port = folder, free_port()
        self.out, self.gate = folder / "out", folder / "gate"
        self.out.mkdir(parents=True)
        (folder / "spool").mkdir()
        os.mkfifo(self.gate)
        (folder / "printer.conf").write_text(
            f"Attr keyword media-supported {media}\nAttr keyword media-default {media.split(',')[0]}\n"
            f"Attr keyword media-ready {media}\nAttr mimeMediaType document-format-supported {formats}\n",
            encoding="ascii",
        )
        described = ("-a", str(folder / "printer.conf")) if media else ("-f", formats)
        self._described = (*described, "Label One")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"ipp://127.0.0.1:{self.port}/ipp/print"

    @property
    def printed(self) -> list[bytes]:
        """What came out, in no order."""
        return [path.read_bytes() for path in self.out.glob("*.out")]

    def start(self, script: str = KEEP) -> IppEve:
        """Listens; each start is a printer that was just switched on, and numbers its jobs from 1."""
        command = self.folder / "print.sh"
        command.write_text(
            f'#!/bin/sh\nOUT="{self.out}" GATE="{self.gate}"\ncd "$(dirname "$1")" || exit 1\n'
            f'set -- "$(basename "$1")"\n{script}\n',
            encoding="ascii",
        )
        command.chmod(0o755)
        log = self.folder / "printer.log"
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [
                    *("ippeveprinter", "-v", "-p", str(self.port), "-n", "localhost", "-r", "off", "-k"),
                    *("-d", str(self.folder / "spool"), "-c", str(command)),
                    *self._described,
                ],
                stdout=file,
                stderr=file,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        wait_for_port(self.port, self.process, log)
        return self

    def let_go(self) -> None:
        """Lets a script that waits on the gate go on."""
        with self.gate.open("w") as gate:
            gate.write("go\n")

    def kill(self) -> None:
        """Switches it off, with the job that it is printing."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None


class Cups:
    """A cupsd of the test's own: no service of this machine is touched."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        for name in ("etc", "spool/tmp", "cache", "run", "log"):
            (folder / name).mkdir(parents=True)
        places = {
            "ServerRoot": "etc", "RequestRoot": "spool", "TempDir": "spool/tmp", "CacheDir": "cache",
            "StateDir": "run", "AccessLog": "log/access", "ErrorLog": "log/error", "PageLog": "log/page",
        }  # fmt: skip
        files = "".join(f"{name} {folder / place}\n" for name, place in places.items())
        (folder / "etc/cups-files.conf").write_text(f"{files}FileDevice Yes\nSystemGroup root lpadmin\n")
        (folder / "etc/cupsd.conf").write_text(
            f"Listen 127.0.0.1:{self.port}\nBrowsing Off\nDefaultAuthType None\nWebInterface No\nIdleExitTimeout 0\n"
            "ErrorPolicy stop-printer\nJobRetryInterval 1\nPreserveJobFiles Yes\n"
            "<Location />\nOrder allow,deny\nAllow localhost\n</Location>\n"
            "<Location /admin>\nOrder allow,deny\nAllow localhost\n</Location>\n"
            "<Policy default>\nJobPrivateAccess all\nJobPrivateValues none\n"
            "<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n"
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> str:
        """As `lp -h` takes it."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> Cups:
        """Listens."""
        etc, log = self.folder / "etc", self.folder / "log/console"
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [_CUPSD, "-c", str(etc / "cupsd.conf"), "-s", str(etc / "cups-files.conf"), "-f"],
                stdout=file,
                stderr=file,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        wait_for_port(self.port, self.process, log)
        return self

    def run(self, *words: str) -> str:
        """Runs one of CUPS's own commands against this server."""
        command = [words[0], "-h", self.server, *words[1:]]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout

    def raw_queue(self, name: str, port: int) -> None:
        """A queue that hands bytes to a port as they are."""
        self.run("lpadmin", "-p", name, "-E", "-v", f"socket://127.0.0.1:{port}", "-m", "raw")

    def driverless_queue(self, name: str, url: str) -> None:
        """A queue for a printer that tells what it can; returns once CUPS has it.

        `lpadmin` returns while cupsd still asks the printer, and a job that comes meanwhile is given up.
        """
        self.run("lpadmin", "-p", name, "-E", "-v", url, "-m", "everywhere")
        end = time.monotonic() + PATIENCE_SECONDS
        while "IPP Everywhere" not in self.run("lpoptions", "-p", name):
            assert time.monotonic() < end, (self.folder / "log/error").read_text(errors="replace")
            time.sleep(0.02)

    def crash(self) -> None:
        """Kills it where it stands, with what it knew of its jobs; a backend may go on sending by itself.

        A cupsd that finds jobs in its spool prints anew what it was at, so one that serves labels starts with none:
        see docs/printers.md.
        """
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None
        for kept in (*(self.folder / "spool").glob("[cd]*"), self.folder / "cache/job.cache"):
            kept.unlink(missing_ok=True)

    def kill(self) -> None:
        """Ends it with its backends; jobs stay in its spool."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
