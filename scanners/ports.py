"""Where a scanner is: a device's path, a USB device by its numbers, or an address on the network.

Decides which texts name such a place. Refuses to know what is there; opens nothing.
"""

import re
from typing import NamedTuple

EXPECTED = (
    "the path of a port such as /dev/serial/by-id/..., a USB device such as usb:0c2e:0901 or usb:0c2e:0901:SERIAL, "
    "or an address such as socket://10.0.0.7:4001"
)
EXPECTED_DEVICE = "the path of a device such as /dev/input/by-id/..., or a USB device such as usb:0c2e:0b61"

_USB = re.compile(r"usb:([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?", re.IGNORECASE)
_SOCKET = re.compile(r"socket://(?:\[([0-9a-f:.]+)\]|([^\s/:\[\]]+)):([0-9]{1,5})/?", re.IGNORECASE)


class DevicePath(NamedTuple):
    """A serial device by its path."""

    path: str


class UsbNumbers(NamedTuple):
    """A serial device by what it says of itself, on whatever path it comes back."""

    vendor: int
    product: int
    serial_number: str | None


class Address(NamedTuple):
    """A scanner, or a serial device server, that accepts TCP connections."""

    host: str
    port: int


Place = DevicePath | UsbNumbers | Address


def place_of(port: str) -> Place:
    """The place that a profile's `port` names; ValueError where it names none."""
    scheme = port[:9].lower()
    if scheme.startswith("usb:"):
        if numbers := _USB.fullmatch(port):
            return UsbNumbers(int(numbers[1], 16), int(numbers[2], 16), numbers[3])
    elif scheme == "socket://":
        address = _SOCKET.fullmatch(port)
        if address and 0 < int(address[3]) < 65536:
            return Address(address[1] or address[2], int(address[3]))
    elif port.strip() and "://" not in port:
        return DevicePath(port)
    raise ValueError(f"{port!r} is no port; expected {EXPECTED}")
