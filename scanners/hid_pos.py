"""Reports of a scanner in HID-POS mode -> reads: AIM id, data as they are, and reads that span reports.

Decides by the device's own report descriptor where in a report those stand (USB HID 1.11, 6.2.2; HID Point of Sale
Usage Tables 1.02, page 0x8C). Refuses to know which file reports come from, and what a read says.
"""

from collections.abc import Iterator
from typing import NamedTuple

from scanners.framing import LIMIT_BYTES, Overlong
from scanners.key_events import Cut

_BYTE_COUNT = 0x01_003B
_AIM_ID = (0x8C_00FB, 0x8C_00FC, 0x8C_00FD)
_DATA = 0x8C_00FE
_CONTINUED = 0x8C_00FF

_MAIN, _GLOBAL, _LOCAL = 0, 1, 2
_INPUT = 0x8
_PAGE, _SIZE, _ID, _COUNT, _PUSH, _POP = 0x0, 0x7, 0x8, 0x9, 0xA, 0xB
_USAGE, _USAGE_FROM, _USAGE_TO = 0x0, 0x1, 0x2
_IS_CONSTANT = 0x01
_LONGEST_REPORT_BITS = 8 * 4096
_HEAD_BYTES = 64


class NoScanner(ValueError):
    """The descriptor is not that of a HID-POS scanner."""


class Place(NamedTuple):
    """Where a field stands in a report, in bits from its first byte, the report's id included."""

    at: int
    bits: int


class PosLayout(NamedTuple):
    """Where a scanner's reports hold what; `report` is their id, None where the device numbers none."""

    report: int | None
    data: Place
    byte_count: Place | None
    aim: tuple[Place, ...]
    continued: Place | None


USUAL = PosLayout(2, Place(40, 448), Place(8, 8), (Place(16, 8), Place(24, 8), Place(32, 8)), Place(504, 1))
"""64 bytes: id 2, length, AIM id, 56 bytes of data, two of the maker's, "more follows": what most scanners send."""


def pos_layout(descriptor: bytes) -> PosLayout:
    """Where a device with this report descriptor puts a read; raises `NoScanner` where it reports none."""
    fields: dict[tuple[int, int], Place] = {}
    data_in: int | None = None
    for report, usage, place in _inputs(descriptor):
        before = fields.get((report, usage))
        if before is None:
            fields[report, usage] = place
        elif before.at + before.bits == place.at:
            fields[report, usage] = Place(before.at, before.bits + place.bits)
        if usage == _DATA and data_in is None:
            data_in = report
    if data_in is None:
        raise NoScanner("reports no decoded data (usage page 0x8C)")
    data = fields[data_in, _DATA]
    aim = tuple(fields[data_in, usage] for usage in _AIM_ID if (data_in, usage) in fields)
    return PosLayout(data_in or None, data, fields.get((data_in, _BYTE_COUNT)), aim, fields.get((data_in, _CONTINUED)))


class PosReports:
    """Reads out of input reports, one report a call."""

    def __init__(self, layout: PosLayout, terminators: str, prefix: str) -> None:
        self._layout = layout
        self._ends = terminators.encode("ascii")
        self._prefix = prefix.encode("ascii")
        self._aim = b""
        self._data = bytearray()
        self._is_open = False
        self._discarding = False

    def feed(self, report: bytes) -> list[bytes | str | Overlong]:
        """The read that this report completes, if any; `Cut` where one is not whole."""
        layout, out = self._layout, list[bytes | str | Overlong]()
        if layout.report is not None and report[:1] != bytes((layout.report,)):
            return out  # battery, trigger: other reports of the same device
        bits = int.from_bytes(report, "little")
        if 8 * len(report) < layout.data.at + 8:
            return [*self.cut(), Cut("...")]
        count = _field(bits, layout.byte_count) if layout.byte_count else None
        data = _bytes(report, bits, layout.data)
        if count is None:
            data = data.rstrip(b"\0")
        elif count > len(data):
            return [*self.cut(), Cut(data.decode("latin-1"))]
        else:
            data = data[:count]
        aim = bytes(_field(bits, place) for place in layout.aim)
        if self._is_open and aim != self._aim:
            out += self.cut()
        self._aim, self._is_open = aim, True
        self._gather(data, out)
        if not (layout.continued and _field(bits, layout.continued)):
            out += self._whole()
        return out

    def silence(self) -> list[bytes | str | Overlong]:
        """The rest of a read that said more follows did not come."""
        return self.cut()

    def cut(self) -> list[bytes | str | Overlong]:
        """What is left of a read that broke off."""
        started = self._is_open and not self._discarding
        text = (self._aim + self._data).decode("latin-1").strip("\0")
        self._close()
        return [Cut(text)] if started else []

    def _gather(self, data: bytes, out: list[bytes | str | Overlong]) -> None:
        if self._discarding:
            return
        self._data += data
        if len(self._data) > LIMIT_BYTES:
            out.append(Overlong(bytes(self._data[:_HEAD_BYTES])))
            self._data.clear()
            self._discarding = True

    def _whole(self) -> list[bytes | str | Overlong]:
        data = bytes(self._data).removeprefix(self._prefix).rstrip(self._ends)
        # Some scanners can be told to send the AIM id among the data as well.
        aim = self._aim if self._aim[:1] == b"]" and not data.startswith(self._aim) else b""
        is_read = bool(data) and not self._discarding
        self._close()
        return [aim + data] if is_read else []

    def _close(self) -> None:
        self._data.clear()
        self._aim = b""
        self._is_open = self._discarding = False


def _field(bits: int, place: Place) -> int:
    return bits >> place.at & ((1 << place.bits) - 1)


def _bytes(report: bytes, bits: int, place: Place) -> bytes:
    if place.at % 8 == 0:
        return report[place.at // 8 : (place.at + place.bits) // 8]
    return _field(bits, place).to_bytes((place.bits + 7) // 8, "little")


def _inputs(descriptor: bytes) -> Iterator[tuple[int, int, Place]]:
    """Every input field of a report descriptor: its report's id (0 without), its usage with page, its place."""
    state = {_PAGE: 0, _SIZE: 0, _ID: 0, _COUNT: 0}
    stack: list[dict[int, int]] = []
    usages: list[int] = []
    first = 0
    ends: dict[int, int] = {}
    for kind, tag, value, size in _items(descriptor):
        if kind == _GLOBAL and tag == _PUSH:
            stack.append(dict(state))
        elif kind == _GLOBAL and tag == _POP and stack:
            state = stack.pop()
        elif kind == _GLOBAL:
            state[tag] = value
        elif kind == _LOCAL and tag in (_USAGE, _USAGE_FROM, _USAGE_TO):
            usage = value if size == 4 else state[_PAGE] << 16 | value
            if tag == _USAGE:
                usages.append(usage)
            elif tag == _USAGE_FROM:
                first = usage
            else:
                usages += range(first, min(usage, first + 0xFFFF) + 1)
        elif kind == _MAIN:
            if tag == _INPUT:
                report = state[_ID]
                at = ends.get(report, 8 if report else 0)
                ends[report] = at + state[_SIZE] * state[_COUNT]
                if ends[report] > _LONGEST_REPORT_BITS:
                    raise NoScanner("describes reports that are too long")
                if usages and not value & _IS_CONSTANT:
                    for n in range(state[_COUNT]):
                        usage = usages[min(n, len(usages) - 1)]
                        yield report, usage, Place(at + n * state[_SIZE], state[_SIZE])
            usages, first = [], 0


def _items(descriptor: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Type, tag, value and size of every short item."""
    place = 0
    while place < len(descriptor):
        head = descriptor[place]
        if head == 0xFE:  # a long item: nobody has ever used one
            place += 3 + (descriptor[place + 1] if place + 1 < len(descriptor) else 0)
            continue
        size = (0, 1, 2, 4)[head & 3]
        value = int.from_bytes(descriptor[place + 1 : place + 1 + size], "little")
        yield head >> 2 & 3, head >> 4, value, size
        place += 1 + size
