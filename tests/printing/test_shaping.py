"""Scripts that join, stack and reorder, judged by another program's shaping and raster (Pillow with Raqm)."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, features
from reportlab.pdfgen.canvas import Canvas

from printing import fonts
from printing.documents import Media
from printing.draw import draw
from printing.fonts import MissingGlyph, TextRun, Weight, ink, pieces, printable, width_points
from printing.page import GRIDS, Page
from printing.paragraph import POINTS_PER_MM, Paragraph, broken_lines
from printing.shaping import Faces, FontFolderError, Outlines
from printing.site_style import SiteStyle
from printing.specimens import CONSIGNEES
from printing.writing_systems import WHEELS, clusters
from tests.printing.raster import spoken

# A line in each script, whole in one font.
LINES = {
    "fontpkg-noto-sans-arabic": "محمد عبد الله الفلاسي لا إله ١٢٣",
    "fontpkg-heebo": "רחוב דיזנגוף תל אביב",
    "fontpkg-noto-sans-thai": "บริษัท น้ำผึ้งป่า กรุงเทพมหานคร ปู่ ที่",
    "fontpkg-noto-sans-devanagari": "श्री राजेश क्षत्रिय हिन्दी पुस्तक मंज़िल र्क",
    "noto-cjk-sans-jp-regular": "東京都千代田区丸の内ビル서울특별시",
}
SIZE = 24
DPI = 600


def file_of(requirement: str) -> Path:
    wheel = next(wheel for wheel in WHEELS if wheel.requirement == requirement)
    return Path(str(files(wheel.package) / wheel.path))


def ours(line: str, weight: Weight, eye) -> Image.Image:
    """`line` at 24 points as a printer of 600 dots per inch burns it, black and white turned round."""
    buffer = io.BytesIO()
    media = Media.A5
    canvas = Canvas(buffer, pagesize=(media.width_mm * POINTS_PER_MM, media.height_mm * POINTS_PER_MM), invariant=1)
    page = Page(canvas, media, GRIDS[600])
    page.text(line, 5, 20, SIZE, weight)
    page.finish()
    canvas.save()
    (image,) = eye.pages(buffer.getvalue(), DPI)
    return ImageChops.invert(image)


def theirs(line: str, requirement: str) -> Image.Image:
    """The same letters by FreeType, Raqm, FriBidi and a HarfBuzz of its own, at the same size."""
    path = file_of(requirement)
    font = ImageFont.truetype(str(path), SIZE * DPI / 72, layout_engine=ImageFont.Layout.RAQM)
    if "wght" in path.name:
        font.set_variation_by_axes([400, 100] if "wdth" in path.name else [400])
    image = Image.new("L", (3600, 600), 0)
    ImageDraw.Draw(image).text((50, 200), line, fill=255, font=font)
    return image.point(lambda value: 255 * (value >= 128))


def cropped(image: Image.Image) -> Image.Image:
    box = image.getbbox()
    assert box is not None, "nothing was drawn"
    return image.crop(box)


@pytest.mark.parametrize("requirement", LINES)
def test_a_line_looks_as_another_program_draws_it(eye, requirement):
    assert features.check("raqm"), "this Pillow shapes nothing"
    line = LINES[requirement]
    mine, other = cropped(ours(line, Weight.REGULAR, eye)), cropped(theirs(line, requirement))
    assert abs(mine.width - other.width) <= 8 and abs(mine.height - other.height) <= 8
    other = other.resize(mine.size, Image.Resampling.NEAREST)
    both = sum(ImageChops.darker(mine, other).histogram()[128:])
    either = sum(ImageChops.lighter(mine, other).histogram()[128:])
    assert both / either > 0.9, both / either


@pytest.mark.parametrize("script", CONSIGNEES)
def test_every_line_of_a_consignee_is_drawable_in_both_weights(script):
    address = CONSIGNEES[script]
    for text in (address.name, address.company, *address.street, address.city, address.region):
        line = printable(text)
        assert line == " ".join(text.split())
        if fonts.needs_shaping(line):
            for weight in Weight:
                drawn = pieces(line, weight)
                assert "".join(sorted("".join(piece.text for piece in drawn))) == "".join(sorted(line))
                assert all(piece.operators() for piece in drawn if isinstance(piece, Outlines) and piece.text.strip())


def test_bold_is_heavier_in_every_script(eye):
    for line in LINES.values():
        regular, bold = (sum(ours(line, weight, eye).histogram()[128:]) for weight in Weight)
        assert bold > regular * 1.08, line


def test_figures_and_latin_letters_within_another_script_are_text(eye):
    drawn = pieces(printable("شارع 12، مبنى 3B"), Weight.BOLD)
    assert [piece.text for piece in drawn if isinstance(piece, TextRun)] == ["3B", "12"]
    assert [type(piece) for piece in pieces(printable("丸の内1-9-1"), Weight.BOLD)] == [Outlines, TextRun]


def test_persian_keeps_its_joiners_and_its_digits_stay_in_its_own_font():
    (word,) = pieces(printable("ولی\u200cعصر"), Weight.BOLD)
    assert isinstance(word, Outlines) and "\u200c" in word.text
    assert all(isinstance(piece, Outlines) for piece in pieces(printable("پلاک ۱۲۳"), Weight.BOLD))


def test_a_mark_on_a_letter_that_has_no_single_sign_is_shaped():
    line = printable("Hx\u0323u")
    assert [type(piece) for piece in pieces(line, Weight.REGULAR)] == [TextRun, Outlines, TextRun]
    assert width_points(line, Weight.REGULAR, 10) == pytest.approx(width_points("Hxu", Weight.REGULAR, 10), rel=0.01), (
        "a mark takes no room of its own"
    )


def test_one_character_takes_the_shape_of_its_country(samples, eye):
    shapes = {
        language: tuple(glyph[2] for glyph in pieces("直骨", Weight.REGULAR, language)[0].glyphs)
        for language in ("ja", "zh-hans", "zh-hant", "ko")
    }
    assert shapes["ja"] != shapes["zh-hans"]


def test_wide_letters_that_no_font_has_are_drawn_as_their_plain_ones():
    assert printable("𝐀𝐝𝐚 ①") in ("Ada 1", "Ada ①")


def test_scripts_that_stack_get_the_room_they_need():
    above, below = ink(printable("ปู่ที่"))
    assert above > 0.9 and below > 0.2
    latin, thai = (Paragraph((printable(line),) * 3, 12) for line in ("Bangkok", "ปู่ที่"))
    assert thai.ink_mm > latin.ink_mm
    assert ink("Bangkok") == (fonts.CAP_HEIGHT, fonts.DESCENT)


def test_words_are_cut_between_letters_and_never_inside_one():
    text = "नमस्ते" * 30
    parts = broken_lines(text, 30, 12)
    assert "".join(parts) == text and len(parts) > 3
    assert [part for whole in parts for part in clusters(whole)] == clusters(text)
    parts = broken_lines("東京都千代田区丸の内1234-5678、山田" * 3, 30, 12)
    assert not any(part.startswith("、") for part in parts)
    assert sum(part.count("1234-5678") for part in parts) == 3, "a house number stays whole"


def test_the_sites_own_font_stands_before_those_of_pip(tmp_path, samples):
    shutil.copy(file_of("fontpkg-noto-sans-thai"), tmp_path / "Thai.ttf")
    faces = Faces(tmp_path, ())
    assert faces.best("ก", False, None) is faces.all[0] and faces.all[0].name == "Thai.ttf"
    label = samples.label(1)
    assert SiteStyle(fonts=tmp_path).draw(label, Media.LABEL_4X6) == draw(label, Media.LABEL_4X6)


def test_a_font_in_the_sites_folder_draws_what_was_refused_before(tmp_path, monkeypatch):
    monkeypatch.setattr("printing.shaping.WHEELS", tuple(wheel for wheel in WHEELS if "Thai" not in wheel.scripts))
    fonts.use_folder(Path("another place"))  # forgets what was opened
    shutil.copy(file_of("fontpkg-heebo"), tmp_path / "Heebo.ttf")
    try:
        fonts.use_folder(tmp_path)
        with pytest.raises(
            MissingGlyph, match=r"no font here draws กข \(Thai\): run `pip install fontpkg-noto-sans-thai`"
        ):
            printable("กข")
        fonts.use_folder(None)
        shutil.copy(file_of("fontpkg-noto-sans-thai"), tmp_path / "Thai.ttf")
        fonts.use_folder(tmp_path)
        assert printable("กข") == "กข"
    finally:
        fonts.use_folder(None)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "nowhere", r"nowhere cannot be read .*: correct `fonts` in the config"),
        (lambda folder: folder, "holds no font: lay .ttf or .otf files into it"),
        (lambda folder: (folder / "a.ttf").write_bytes(b"not a font") and folder, "a.ttf holds no letters: replace"),
    ],
)
def test_a_folder_of_fonts_that_cannot_be_used_holds_the_job_and_says_why(tmp_path, samples, make, says):
    style = SiteStyle(fonts=make(tmp_path))
    with pytest.raises(FontFolderError, match=says):
        style.check()


def test_the_text_of_outlines_goes_along_for_whoever_copies_it(samples):
    from msgspec.structs import replace

    pdf = draw(replace(samples.label(1), recipient=CONSIGNEES["hebrew"]), Media.LABEL_4X6)
    assert "דנה לדוגמה" in spoken(pdf)


def test_a_latin_label_loads_neither_shaper_nor_its_fonts(samples):
    code = (
        "import sys; from printing.specimens import specimens; from printing.draw import draw;"
        "draw(*specimens()['label']); print(sorted({'printing.shaping', 'printing.logo'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
