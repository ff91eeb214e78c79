"""The one error of an import: nothing could be done, and why.

A row that is wrong is no Refusal but a finding (see findings): the rest of the file goes on.
"""

from __future__ import annotations


class Refusal(Exception):
    """The file, the map, the settings or the store cannot be used; the text says what was expected, came, and to do."""


class NotAllowed(Refusal):
    """The token's role may not do this one thing; what it may do goes on."""


class TooLarge(Refusal):
    """One request carried more than it may; in parts it may be taken."""
