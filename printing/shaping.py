"""Text in scripts that join, stack, reorder or run from right to left, shaped by HarfBuzz and drawn as outlines.

Decides which font draws each stretch of such a line: the site's own folder first, then the fonts that pip brought. An
outline needs no embedding, so any TrueType or OpenType file will do, also one whose weight varies. Imported when the
first such line is met, never for a label in Latin letters; knows nothing of pages.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import uharfbuzz as hb

from printing.bidi import visual_runs
from printing.documents import DrawError
from printing.writing_systems import JOINERS, WHEELS, clusters, script_of

EM = 1000
BOLD_WEIGHT = 700
_EMBOLDEN = 0.03  # of the em, about what separates a regular from a bold
# Kana and Chinese characters of one word are one stretch.
_EAST_ASIAN = "East Asian"
_SHAPED_ALIKE = ("Chinese or Japanese", "Japanese", "Korean")
_FONT_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")


class FontFolderError(DrawError):
    """The site's own folder of fonts, or a file in it, that cannot be used."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """A stretch of shaped glyphs in units of a thousandth of the font size, as (face, bold, glyph, x, y)."""

    text: str
    glyphs: tuple[tuple[Face, bool, int, int, int], ...]
    width: float
    above: float
    below: float

    def operators(self) -> str:
        """PDF operators that fill every glyph, in a space whose unit is a thousandth of the font size."""
        parts = []
        for face, bold, glyph, x, y in self.glyphs:
            if path := _outline(face, bold, glyph):
                parts.append(f"q 1 0 0 1 {x} {y} cm {path} f Q")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Plain:
    """A stretch that the page's own text fonts draw."""

    text: str


@dataclass(eq=False, slots=True)
class Face:
    """One font file (or one of a collection); `is_bold` where its own style is bold."""

    name: str
    face: hb.Face
    is_bold: bool
    regular: hb.Font = field(init=False)
    bold: hb.Font = field(init=False)
    family: str = field(init=False)
    covered: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        self.family = self.face.get_name(hb.OTNameIdPredefined.FONT_FAMILY) or self.name
        self.regular, self.bold = hb.Font(self.face), hb.Font(self.face)
        if any(axis.tag == "wght" for axis in self.face.axis_infos):
            self.regular.set_variations({"wght": 400})
            self.bold.set_variations({"wght": BOLD_WEIGHT})
        elif not self.is_bold:
            self.bold.synthetic_bold = (_EMBOLDEN, _EMBOLDEN, False)
        self.covered = frozenset(self.face.unicodes)

    def font(self, bold: bool) -> hb.Font:
        return self.bold if bold else self.regular

    def draws(self, cluster: str) -> bool:
        return all(ord(char) in self.covered or char in JOINERS for char in cluster)


class Faces:
    """Every face there is, best first; opened once, read by the operating system page by page as glyphs are used."""

    def __init__(self, folder: Path | None, text_fonts: tuple[Path, ...]) -> None:
        site = [] if folder is None else _site_faces(folder)
        brought = [face for wheel in WHEELS for face in _wheel_faces(wheel.package, wheel.path)]
        own = [face for path in text_fonts for face in _opened(path)]
        self.all = (*site, *brought, *own)

    def best(self, cluster: str, bold: bool, before: Face | None) -> Face | None:
        """The face for `cluster`; a space, digit or sign stays with the face `before` it."""
        if before is not None and unicodedata.category(cluster[0])[0] not in "LM" and before.draws(cluster):
            return before
        able = [face for face in self.all if face.draws(cluster)]
        # The bold file of the first font that has the letter, but never another font's for the sake of its weight.
        family = [face for face in able if face.family == able[0].family]
        return next((face for face in family if face.is_bold == bold), able[0] if able else None)


def missing(line: str, faces: Faces, plain: frozenset[str]) -> list[str]:
    """The characters of `line` that neither the `plain` fonts nor any face can draw, each once."""
    lacking: dict[str, None] = {}
    for cluster in clusters(line):
        if not plain.issuperset(cluster) and faces.best(cluster, False, None) is None:
            alone = [char for char in cluster if not any(face.draws(char) for face in faces.all)]
            lacking.update(dict.fromkeys(alone or cluster))
    return list(lacking)


def laid_out(line: str, bold: bool, faces: Faces, plain: frozenset[str], language: str) -> tuple[Outlines | Plain, ...]:
    """`line` as stretches from left to right, as drawn; every character must be one that something draws.

    `language` (BCP 47) chooses between the Chinese, Japanese and Korean shapes of one character.
    """
    parts: list[Outlines | Plain] = []
    for start, end, right_to_left in visual_runs(line):
        stretches = _stretches(line[start:end], bold, faces, plain, right_to_left)
        for face, _, text in reversed(stretches) if right_to_left else stretches:
            parts.append(Plain(text) if face is None else _shaped(text, face, bold, right_to_left, language))
    return tuple(parts)


def _stretches(
    text: str, bold: bool, faces: Faces, plain: frozenset[str], right_to_left: bool
) -> list[tuple[Face | None, str, str]]:
    """`text` in reading order, cut where face or script changes; None is the page's own text font."""
    chosen: list[tuple[Face | None, str, str]] = []
    script, face = "", None
    for cluster in clusters(text):
        own = script_of(cluster)
        script = _EAST_ASIAN if own in _SHAPED_ALIKE else own or script
        is_plain = not right_to_left and plain.issuperset(cluster) and not (cluster == " " and face is not None)
        face = None if is_plain else faces.best(cluster, bold, face)
        chosen.append((face, "" if face is None else script, cluster))
    if chosen and not chosen[0][1]:  # signs before the first letter go with it
        first = next(((face, script) for face, script, _ in chosen if script), None)
        if first is not None and first[0] is not None:
            for place, (face, script, cluster) in enumerate(chosen):
                if script or face is None or not first[0].draws(cluster):
                    break
                chosen[place] = (first[0], first[1], cluster)
    return [
        (face, script, "".join(cluster for _, _, cluster in group))
        for (face, script), group in groupby(chosen, key=lambda one: one[:2])
    ]


def _shaped(text: str, face: Face, bold: bool, right_to_left: bool, language: str) -> Outlines:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if right_to_left else "ltr"
    buffer.language = language
    font = face.font(bold)
    hb.shape(font, buffer)
    scale = EM / face.face.upem
    glyphs, x, above, below = [], 0.0, 0.0, 0.0
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if info.codepoint == 0:
            raise DrawError(f"the font {face.name} does not draw all of its {script_of(text)} text: install another")
        y = place.y_offset * scale
        glyphs.append((face, bold, info.codepoint, round(x + place.x_offset * scale), round(y)))
        if extents := font.get_glyph_extents(info.codepoint):
            above = max(above, y + extents.y_bearing * scale)
            below = min(below, y + (extents.y_bearing + extents.height) * scale)
        x += place.x_advance * scale
    return Outlines(text, tuple(glyphs), x, above, -below)


@lru_cache(maxsize=4096)
def _outline(face: Face, bold: bool, glyph: int) -> str:
    """One glyph as PDF path operators, in thousandths of the em; empty for a space."""
    scale = EM / face.face.upem
    pen = _Pen(scale)
    face.font(bold).draw_glyph(glyph, _FUNCS, pen)
    return " ".join(pen.operators)


class _Pen:
    """Takes a glyph's strokes and writes them as PDF has them; quadratic curves become cubic ones."""

    __slots__ = ("at", "operators", "scale")

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.operators: list[str] = []
        self.at = (0.0, 0.0)

    def point(self, x: float, y: float) -> str:
        return f"{round(x * self.scale)} {round(y * self.scale)}"


def _move(x: float, y: float, pen: _Pen) -> None:
    pen.operators.append(f"{pen.point(x, y)} m")
    pen.at = (x, y)


def _line(x: float, y: float, pen: _Pen) -> None:
    pen.operators.append(f"{pen.point(x, y)} l")
    pen.at = (x, y)


def _cubic(x1: float, y1: float, x2: float, y2: float, x: float, y: float, pen: _Pen) -> None:
    pen.operators.append(f"{pen.point(x1, y1)} {pen.point(x2, y2)} {pen.point(x, y)} c")
    pen.at = (x, y)


def _quadratic(x1: float, y1: float, x: float, y: float, pen: _Pen) -> None:
    x0, y0 = pen.at
    first = (x0 + 2 * (x1 - x0) / 3, y0 + 2 * (y1 - y0) / 3)
    second = (x + 2 * (x1 - x) / 3, y + 2 * (y1 - y) / 3)
    _cubic(*first, *second, x, y, pen)


def _close(pen: _Pen) -> None:
    pen.operators.append("h")


_FUNCS = hb.DrawFuncs()
_FUNCS.set_move_to_func(_move)
_FUNCS.set_line_to_func(_line)
_FUNCS.set_cubic_to_func(_cubic)
_FUNCS.set_quadratic_to_func(_quadratic)
_FUNCS.set_close_path_func(_close)


def _wheel_faces(package: str, path: str) -> list[Face]:
    try:
        return _opened(Path(str(files(package) / path)))
    except ModuleNotFoundError:
        return []  # not installed: a missing letter then names it


def _site_faces(folder: Path) -> list[Face]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _FONT_ENDINGS)
    except OSError as trouble:
        raise FontFolderError(
            f"the font folder {folder} cannot be read ({trouble.strerror}): correct `fonts` in the config"
        ) from trouble
    if not found:
        raise FontFolderError(
            f"the font folder {folder} holds no font: lay .ttf or .otf files into it, or remove `fonts` from the config"
        )
    return [face for path in found for face in _opened(path)]


def _opened(path: Path) -> list[Face]:
    try:
        blob = hb.Blob.from_file_path(str(path))
        faces = [hb.Face(blob, index) for index in range(hb.Face(blob).count)]
    except Exception as trouble:
        raise FontFolderError(
            f"the font file {path} cannot be read ({type(trouble).__name__}): replace or remove it"
        ) from trouble
    if not faces or not all(face.glyph_count and face.unicodes for face in faces):
        raise FontFolderError(f"the font file {path} holds no letters: replace or remove it")
    return [
        Face(path.name, face, "bold" in (face.get_name(hb.OTNameIdPredefined.FONT_SUBFAMILY) or "").lower())
        for face in faces
    ]
