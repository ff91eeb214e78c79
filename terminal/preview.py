"""From papers to the sheets that a screen shows: drawn as the printer gets them, in the site's own style.

Decides nothing about a screen but for how large a picture can be. Runs beside the screen, in a thread of its own:
fonts take their time to load.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from terminal import preview_wording as words
from terminal.screens.paper_view import BESIDE_COLUMNS, PICTURE_COLUMNS, Leaf, Papers

if TYPE_CHECKING:
    from printing.site_style import SiteStyle
    from terminal.papers import Paper


def drawn(papers: Sequence[Paper], style: SiteStyle, columns: int, rows: int) -> Papers:
    """Every sheet of `papers`, with pictures for a screen of that size; what cannot be drawn says why."""
    return Papers(tuple(leaf for paper in papers for leaf in _leaves(paper, style, columns, rows)))


def _leaves(paper: Paper, style: SiteStyle, columns: int, rows: int) -> Iterator[Leaf]:
    from printing.documents import DrawError, kind_of
    from printing.draw import draw, read
    from printing.picture import pictures

    kind = kind_of(paper.document)
    try:
        sheets = read(paper.document, paper.media, style=style)
        large: Sequence[tuple[str, ...]] = [()] * len(sheets)
        small = large
        if columns >= PICTURE_COLUMNS:
            pdf = draw(paper.document, paper.media, style=style)
            large = pictures(pdf, columns)
            small = pictures(pdf, columns // 3, rows - 2) if columns >= BESIDE_COLUMNS else small
    except DrawError as refusal:
        yield Leaf(words.title(kind, 1, 1), words.not_drawn(str(refusal)))
        return
    for place, (sheet, picture, little) in enumerate(zip(sheets, large, small, strict=True), 1):
        yield Leaf(words.title(kind, place, len(sheets)), paper.note, sheet, picture, little)
