"""Where a HID device is, by what sysfs says of it, and the udev rule that lets this account read it.

Decides which device file a port names. Changes nothing: writing under /etc is an administrator's act.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from scanners.hid_pos import NoScanner, pos_layout
from scanners.ports import UsbNumbers, place_of

RULES_FILE = "/etc/udev/rules.d/70-floorhand.rules"
_SYS = Path("/sys/class")
_KEY_ENTER, _KEY_Q = 28, 16


class HidIds(NamedTuple):
    """What a device says of itself."""

    vendor: int
    product: int
    serial_number: str


def path_of(port: str, kind: str, *, sys: Path = _SYS) -> str:
    """The device file that a port names now; OSError where no plugged scanner, or more than one, is meant."""
    place = place_of(port)
    if not isinstance(place, UsbNumbers):
        return port
    found = {name: ids for name, ids in _devices(kind, sys) if ids[:2] == place[:2]}
    if place.serial_number is not None:
        found = {name: ids for name, ids in found.items() if ids.serial_number == place.serial_number}
    if not found:
        raise FileNotFoundError(errno.ENOENT, "no such USB device", port)
    if len(found) > 1:
        known = ", ".join(f"{name} has {ids.serial_number or 'none'}" for name, ids in sorted(found.items()))
        remedy = "add the serial number, or name one by its path"
        raise OSError(f"{len(found)} devices have these numbers: {known}; {remedy}")
    return f"/dev/{'input/' if kind == 'evdev' else ''}{next(iter(found))}"


def descriptor_of(path: str, *, sys: Path = _SYS) -> bytes | None:
    """The report descriptor of a hidraw device; None where sysfs does not have it."""
    try:
        return (sys / "hidraw" / _name(path) / "device" / "report_descriptor").read_bytes()
    except OSError:
        return None


def rule_for(port: str, kind: str, *, sys: Path = _SYS) -> str:
    """The line for `RULES_FILE`; ids stand as XXXX where the device is not there to be asked: `lsusb` says them."""
    place = place_of(port)
    numbers: tuple[int, int] | None = (place.vendor, place.product) if isinstance(place, UsbNumbers) else None
    if numbers is None and (ids := _ids(_name(port), kind, sys)) is not None:
        numbers = ids.vendor, ids.product
    vendor, product = (f"{number:04x}" for number in numbers) if numbers else ("XXXX", "XXXX")
    match = 'SUBSYSTEM=="input", KERNEL=="event*"' if kind == "evdev" else 'SUBSYSTEM=="hidraw"'
    return f'{match}, ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}", MODE="0660", GROUP="{_group()}"'


def _devices(kind: str, sys: Path) -> Iterator[tuple[str, HidIds]]:
    """The names of the keyboards, or of the HID-POS scanners, that are plugged in."""
    folder, pattern = (sys / "input", "event*") if kind == "evdev" else (sys / "hidraw", "hidraw*")
    for entry in sorted(folder.glob(pattern)):
        is_wanted = _types(entry) if kind == "evdev" else _scans(entry)
        if is_wanted and (ids := _ids(entry.name, kind, sys)) is not None:
            yield entry.name, ids


def _types(entry: Path) -> bool:
    """Whether an input device has Q and Enter: a scanner often has a second one, for its button."""
    try:
        words = (entry / "device" / "capabilities" / "key").read_text().split()
    except OSError:
        return False
    keys = int(words[-1], 16) if words else 0
    return bool(keys >> _KEY_ENTER & keys >> _KEY_Q & 1)


def _scans(entry: Path) -> bool:
    descriptor = None
    with suppress(OSError):
        descriptor = (entry / "device" / "report_descriptor").read_bytes()
    with suppress(NoScanner):
        return descriptor is not None and bool(pos_layout(descriptor))
    return False


def _ids(name: str, kind: str, sys: Path) -> HidIds | None:
    try:
        if kind == "evdev":
            device = sys / "input" / name / "device"
            vendor, product = ((device / "id" / each).read_text() for each in ("vendor", "product"))
            return HidIds(int(vendor, 16), int(product, 16), (device / "uniq").read_text().strip())
        told = (sys / "hidraw" / name / "device" / "uevent").read_text()
        said = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
        _, vendor, product = said["HID_ID"].split(":")
        return HidIds(int(vendor, 16), int(product, 16), said.get("HID_UNIQ", ""))
    except (OSError, ValueError, KeyError):
        return None


def _name(path: str) -> str:
    return Path(os.path.realpath(path)).name


def _group() -> str:
    import grp

    try:
        return grp.getgrgid(os.getgid()).gr_name
    except KeyError:
        return str(os.getgid())
