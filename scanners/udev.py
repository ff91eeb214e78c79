"""The udev rule that lets this account read one scanner, ready to be copied.

Decides its words by what sysfs says of the device. Changes nothing: writing under /etc is an administrator's act.
"""

import os
from pathlib import Path

RULES_FILE = "/etc/udev/rules.d/70-floorhand.rules"
_SYS = Path("/sys/class")


def rule_for(port: str, kind: str, *, sys: Path = _SYS) -> str:
    """One line for `RULES_FILE`; ids stand as XXXX where the device is not there to be asked: `lsusb` says them."""
    vendor, product = usb_ids(port, kind, sys=sys) or ("XXXX", "XXXX")
    match = 'SUBSYSTEM=="input", KERNEL=="event*"' if kind == "evdev" else 'SUBSYSTEM=="hidraw"'
    name = "" if kind == "evdev" else f', SYMLINK+="hidraw-{product}"'
    usb = f'ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}"'
    return f'{match}, {usb}, MODE="0660", GROUP="{_group()}"{name}'


def usb_ids(port: str, kind: str, *, sys: Path = _SYS) -> tuple[str, str] | None:
    """Vendor and product of the device behind a port as four hex digits each; None where sysfs does not say."""
    name = Path(os.path.realpath(port)).name
    try:
        if kind == "evdev":
            ids = sys / "input" / name / "device" / "id"
            return (ids / "vendor").read_text().strip(), (ids / "product").read_text().strip()
        said = (sys / "hidraw" / name / "device" / "uevent").read_text()
    except OSError:
        return None
    for line in said.splitlines():
        if line.startswith("HID_ID="):
            _, vendor, product = line.removeprefix("HID_ID=").split(":")
            return vendor[-4:].lower(), product[-4:].lower()
    return None


def descriptor_of(port: str, *, sys: Path = _SYS) -> bytes | None:
    """The report descriptor of a hidraw device; None where sysfs does not have it."""
    try:
        return (sys / "hidraw" / Path(os.path.realpath(port)).name / "device" / "report_descriptor").read_bytes()
    except OSError:
        return None


def _group() -> str:
    import grp

    try:
        return grp.getgrgid(os.getgid()).gr_name
    except KeyError:
        return str(os.getgid())
