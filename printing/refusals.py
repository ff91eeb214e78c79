"""Why a document is not printed: the roots of every reason, in words for whoever stands at the printer."""

from __future__ import annotations


class DrawError(Exception):
    """A document that cannot become a page; the text says why in plain words, without a customer's data."""


class DocumentError(DrawError, ValueError):
    """A document whose own content is wrong."""
