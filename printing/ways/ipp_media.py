"""Sizes of paper as IPP names them (PWG 5101.1): from our media to a keyword that this printer lists.

Decides which name fits: a size within half a millimetre, or the printer's range of custom sizes. It never makes a name
that the printer did not list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from printing.documents import Media

TOLERANCE_MM = 0.5
_SIZE = re.compile(r"_([0-9.]+)x([0-9.]+)(in|mm)$")
_UNIT_MM = {"in": 25.4, "mm": 1.0}
_CUSTOM_LEAST, _CUSTOM_MOST = "custom_min_", "custom_max_"


def media_keyword(media: Media, supported: Sequence[object]) -> str | None:
    """The printer's own name for `media`, None where it lists no such size."""
    names = [name for name in supported if isinstance(name, str)]
    for name in names:
        if not name.startswith((_CUSTOM_LEAST, _CUSTOM_MOST)) and _fits(media, name):
            return name
    least = next((_size_mm(name) for name in names if name.startswith(_CUSTOM_LEAST)), None)
    most = next((_size_mm(name) for name in names if name.startswith(_CUSTOM_MOST)), None)
    if least and most and all(low <= side <= high for low, side, high in zip(least, _sides(media), most, strict=True)):
        return f"custom_{media.width_mm:g}x{media.height_mm:g}mm_{media.width_mm:g}x{media.height_mm:g}mm"
    return None


def ready(media: Media, loaded: Sequence[object]) -> bool:
    """Whether `media` is loaded, as far as the printer says; True where it does not say."""
    sizes = [name for name in loaded if isinstance(name, str) and _size_mm(name)]
    return not sizes or any(_fits(media, name) for name in sizes)


def _fits(media: Media, name: str) -> bool:
    size = _size_mm(name)
    return size is not None and all(
        abs(side - listed) <= TOLERANCE_MM for side, listed in zip(_sides(media), size, strict=True)
    )


def _sides(media: Media) -> tuple[float, float]:
    return media.width_mm, media.height_mm


def _size_mm(name: str) -> tuple[float, float] | None:
    if (found := _SIZE.search(name)) is None:
        return None
    width, height, unit = found.groups()
    try:
        return float(width) * _UNIT_MM[unit], float(height) * _UNIT_MM[unit]
    except ValueError:
        return None
