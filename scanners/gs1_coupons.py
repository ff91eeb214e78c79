"""North American coupon codes in GS1 DataBar: AI 8110 and the offer file's AI 8112.

Decides whether the digits of one can be taken apart without a rest: most fields say their own length in the digit
before them. Follows the North American Coupon Application Guideline and the GS1 AI (8112) Coupon Data Specification.
Redeems nothing.
"""

from collections.abc import Callable, Container

from scanners.gs1_values import is_day, is_digits

_ANY = frozenset("0123456789")


class _Broken(Exception):
    """A field is missing, cut short or not allowed."""


class _Fields:
    """The digits of a coupon, taken from the front."""

    def __init__(self, digits: str) -> None:
        self._digits = digits
        self._place = 0

    def take(self, length: int) -> str:
        """So many digits."""
        taken = self._digits[self._place : self._place + length]
        if len(taken) < length:
            raise _Broken
        self._place += length
        return taken

    def choice(self, allowed: Container[str]) -> str:
        """One digit out of those."""
        digit = self.take(1)
        if digit not in allowed:
            raise _Broken
        return digit

    def sized(self, allowed: Container[str], more: int = 0) -> None:
        """A digit that says how many follow, less `more`, and those."""
        self.take(int(self.choice(allowed)) + more)

    def follows(self, mark: str) -> bool:
        """Whether the optional field with this mark comes next; takes the mark."""
        if self._digits[self._place : self._place + 1] != mark:
            return False
        self._place += 1
        return True

    @property
    def is_over(self) -> bool:
        """Nothing is left."""
        return self._place == len(self._digits)


def is_coupon(text: str) -> bool:
    """Whether it is a coupon code of AI 8110."""
    return _is_whole(text, _coupon)


def is_offer(text: str) -> bool:
    """Whether it is a positive offer file coupon code of AI 8112."""
    return _is_whole(text, _offer)


def _is_whole(text: str, read: Callable[[_Fields], None]) -> bool:
    if not is_digits(text):
        return False
    fields = _Fields(text)
    try:
        read(fields)
    except _Broken:
        return False
    return fields.is_over


def _coupon(fields: _Fields) -> None:
    fields.sized("0123456", 6)  # the company prefix of who pays
    fields.take(6)  # the offer
    fields.sized("12345")  # what is saved
    _purchase(fields)
    if fields.follows("1"):
        fields.choice("0123")
        _purchase(fields)
        _other_company(fields)
    if fields.follows("2"):
        _purchase(fields)
        _other_company(fields)
    expires = _day(fields) if fields.follows("3") else None
    if fields.follows("4"):
        starts = _day(fields)
        if expires is not None and starts > expires:
            raise _Broken
    if fields.follows("5"):
        fields.sized(_ANY, 6)  # the serial number
    if fields.follows("6"):
        fields.sized("1234567", 6)  # the retailer
    if fields.follows("9"):
        fields.choice("01256")
        fields.choice("012")
        fields.take(1)
        fields.choice("01")


def _offer(fields: _Fields) -> None:
    fields.choice("01")  # the format
    fields.sized("0123456", 6)  # who pays
    fields.take(6)  # the offer
    fields.sized(_ANY, 6)  # the serial number


def _purchase(fields: _Fields) -> None:
    """What has to be bought: how much, of what kind, of which family."""
    fields.sized("12345")
    fields.choice("012349")
    fields.take(3)


def _other_company(fields: _Fields) -> None:
    if not fields.follows("9"):
        fields.sized("0123456", 6)


def _day(fields: _Fields) -> str:
    day = fields.take(6)
    if not is_day(day):
        raise _Broken
    return day
