from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from printing.documents import Media
from printing.draw import draw
from printing.fonts import FALLBACK, MissingGlyph, Weight, printable, runs, width_points


def letters(*blocks: tuple[int, int]) -> str:
    chars = (chr(code) for first, last in blocks for code in range(first, last + 1))
    return "".join(char for char in chars if unicodedata.category(char)[0] == "L")


def test_latin_greek_and_cyrillic_as_people_write_them_today_are_whole():
    latin = letters((0x41, 0x7A), (0xC0, 0x17F), (0x218, 0x21B), (0x1EA0, 0x1EF9))
    greek = letters((0x386, 0x3CE))
    cyrillic = letters((0x400, 0x45F), (0x490, 0x4CC))
    for text in (latin, greek, cyrillic):
        assert printable(text) == unicodedata.normalize("NFC", text)
        for weight in Weight:
            assert [font for font, _ in runs(printable(text), weight)] == [weight.value]


def test_a_letter_that_the_main_font_lacks_is_drawn_by_the_next_one():
    line = printable("Ḳara Saṃsāra")
    bold = Weight.BOLD.value
    wanted = ((FALLBACK, "Ḳ"), (bold, "ara Sa"), (FALLBACK, "ṃ"), (bold, "sāra"))
    assert runs(line, Weight.BOLD) == wanted
    parts = sum(width_points(part, Weight.BOLD, 10) for _, part in wanted)
    assert width_points(line, Weight.BOLD, 10) == pytest.approx(parts)


def test_every_letter_reaches_the_paper(samples, eye):
    name = "Ţărăn Ḳasan Ťűřkøþ Жанна Ψυχή"
    label = replace(samples.label(1), recipient=replace(samples.recipients[0], name=name))
    (text,) = eye.texts(draw(label, Media.LABEL_4X6))
    assert name in text


def test_decomposed_letters_and_invisible_characters_are_tidied():
    assert printable("Lo\u0301pez\u200b  de\u00a0la\u00ad Vega\n") == "López de la Vega"


@pytest.mark.parametrize(
    ("text", "characters", "says"),
    [
        ("አማራ Tokyo", "ማራአ", "Ethiopic.*lay a font such as Noto Sans Ethiopic into the folder that `fonts`"),
        ("தமிழ்", None, "Tamil.*run `pip install fontpkg-noto-sans-tamil`"),
        ("Ada 🎁", "🎁", "emoji or symbol.*lay a font such as Noto Emoji"),
        ("\U000e0fff Ada", None, "unknown"),
    ],
)
def test_a_letter_that_no_font_draws_is_refused_and_names_the_font_to_install(text, characters, says):
    with pytest.raises(MissingGlyph, match=f"{says}.*in Latin letters; then print again") as refused:
        printable(text)
    assert characters is None or refused.value.characters == characters
    assert "Tokyo" not in str(refused.value), "the reason is kept, so it names characters only"


def test_threads_that_draw_at_once_get_the_same_pages(samples):
    wanted = [draw(samples.label(serial), Media.LABEL_4X6) for serial in range(4)]
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda serial: draw(samples.label(serial), Media.LABEL_4X6), [0, 1, 2, 3] * 4))
    assert drawn == wanted * 4
