"""What a site puts on its paper: its logo, and a folder of fonts of its own. Cheap to import.

`SiteStyle.draw` is the drawing that a spool is given; the drawing library comes with the first page, in that thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from printing.documents import Document
from printing.media import Media


@dataclass(frozen=True, slots=True)
class SiteStyle:
    """Files of the site; None where it has none."""

    logo: Path | None = None
    fonts: Path | None = None

    def draw(self, document: Document, media: Media, dots_per_inch: int = 203) -> bytes:
        """`document` as a PDF in this style; raises DrawError as printing.draw does."""
        from printing.draw import draw

        return draw(document, media, dots_per_inch, self)

    def check(self) -> None:
        """Opens the logo and the fonts as a label would; raises DrawError for what cannot be used."""
        if self.logo is not None:
            from printing.logo import fitted_logo

            fitted_logo(self.logo, 20.0, 20.0, 0.125, one_bit=True)
        if self.fonts is not None:
            from printing.shaping import Faces

            Faces(self.fonts, ())


PLAIN = SiteStyle()
