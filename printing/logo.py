"""A site's logo: read from its file once, and laid on white in the printer's own dots.

A thermal head burns a dot or leaves it, so on labels the picture is dithered here, where its dots are known, and not by
a driver. Refuses to know where on a page it stands.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image
from reportlab.lib.utils import ImageReader

from printing.refusals import DrawError

_MOST_PIXELS = 40_000_000


class LogoError(DrawError):
    """The site's logo file cannot be used."""


def fitted_logo(
    path: Path, width_mm: float, height_mm: float, dot_mm: float, *, one_bit: bool
) -> tuple[Any, float, float]:
    """The logo as a ReportLab picture with its width and height in millimetres, as large as fits; raises LogoError.

    Its sides are whole dots of `dot_mm`; `one_bit` makes it black and white.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError as trouble:
        raise LogoError(
            f"the logo {path} cannot be read ({trouble.strerror}): correct `logo` in the config"
        ) from trouble
    return _fitted(path, changed, int(width_mm / dot_mm), int(height_mm / dot_mm), dot_mm, one_bit)


@lru_cache(maxsize=8)
def _fitted(
    path: Path, changed: int, most_across: int, most_down: int, dot_mm: float, one_bit: bool
) -> tuple[Any, float, float]:
    try:
        with Image.open(path) as found:
            if found.width * found.height > _MOST_PIXELS:
                raise LogoError(f"the logo {path} has {found.width} x {found.height} pixels: make it smaller")
            colours = found.convert("RGBA")
    except LogoError:
        raise
    except Exception as trouble:
        raise LogoError(
            f"the logo {path} is not a picture that can be read ({type(trouble).__name__}): save it as PNG"
        ) from trouble
    paper = Image.new("RGBA", colours.size, (255, 255, 255, 255))
    paper.alpha_composite(colours)
    scale = min(most_across / paper.width, most_down / paper.height)
    across, down = max(1, round(paper.width * scale)), max(1, round(paper.height * scale))
    sized = paper.convert("RGB").resize((across, down), Image.Resampling.LANCZOS)
    picture = sized.convert("L").convert("1") if one_bit else sized
    return ImageReader(picture), across * dot_mm, down * dot_mm
