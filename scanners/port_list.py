"""Which serial ports this machine has now, each by the name that stays when it is plugged in elsewhere.

Decides which name is the lasting one. Opens nothing, and refuses to know what stands behind a port.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STABLE = Path("/dev/serial/by-id")


@dataclass(frozen=True, slots=True)
class SerialPort:
    """One port: `device` is its name of the day, `path` the one to configure, `what` how it presents itself."""

    device: str
    path: str
    what: str


def serial_ports(stable: Path = STABLE) -> tuple[SerialPort, ...]:
    """Every serial port that the system lists, by path; `stable` is the folder of lasting names (udev's by-id)."""
    from serial.tools.list_ports import comports  # pyserial: only who asks for ports waits for it

    lasting = lasting_names(stable)
    found = []
    for port in comports():
        what = " ".join(filter(None, (port.manufacturer, port.product))) or port.description or ""
        found.append(SerialPort(port.device, lasting.get(port.device, port.device), "" if what == "n/a" else what))
    return tuple(sorted(found, key=lambda port: port.path))


def lasting_names(stable: Path = STABLE) -> dict[str, str]:
    """Device -> lasting name."""
    try:
        links = sorted(stable.iterdir())
    except OSError:
        return {}
    return {str(link.resolve()): str(link) for link in links}


def path_today(port: str) -> str:
    """The path behind a configured port, a USB device's where it is plugged in now; empty for all others."""
    from scanners.serial_scanner import path_of

    try:
        return path_of(port)
    except (OSError, ValueError):
        return ""


def is_same_port(one: str, other: str) -> bool:
    """Whether two names lead to one device."""
    return Path(one).expanduser().resolve() == Path(other).expanduser().resolve()
