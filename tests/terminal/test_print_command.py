"""`floorhand print`: what a printer would be given, and what is said when there is nothing to show."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest

from printing.documents import Media
from printing.specimens import specimens
from printing.spool import PrintJob
from terminal import print_command
from terminal.journal import Journal


def shown(path: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages)


def run(words: list[str], table: dict[str, object] | None = None) -> int:
    return print_command.main(words, table or {}, Path("floorhand.toml"))


@pytest.mark.parametrize("kind", specimens())
def test_every_document_has_a_specimen(tmp_path, capsys, kind):
    place = tmp_path / "look.pdf"
    assert run(["--preview", str(place), "--specimen", kind]) == 0
    assert "nothing was printed" in capsys.readouterr().out
    assert shown(place).strip()
    assert place.stat().st_mode & 0o077 == 0, "addresses are for whoever asked alone"


def test_the_sites_own_words_language_and_paper_are_in_it(tmp_path):
    labels = {"media": "a6", "text": "Handle with care", "language": "de", "digital_link": "https://id.gs1.org"}
    place = tmp_path / "look.pdf"
    assert run(["--preview", str(place), "--specimen", "label"], {"labels": labels}) == 0
    assert "Handle with care" in shown(place)
    assert round(float(pypdf.PdfReader(place).pages[0].mediabox.width) * 25.4 / 72) == 105
    assert run(["--preview", str(place), "--specimen", "slip"], {"labels": labels}) == 0
    assert "LIEFERSCHEIN" in shown(place)


def test_a_job_of_the_journal_is_shown_by_its_id_or_its_order(tmp_path, capsys):
    label, _ = specimens()["label"]
    job = PrintJob(id="P7-label-1", document=label, media=Media.LABEL_100X150, printer="bench")
    journal = Journal.open(tmp_path / "journal.db", clock=lambda: datetime(2026, 3, 2, tzinfo=UTC))
    journal.append([], jobs=[job])
    journal.close()
    table: dict[str, object] = {"terminal": {"journal": str(tmp_path)}}
    place = tmp_path / "look.pdf"
    for name in ("P7-label-1", "SPECIMEN-0417"):
        assert run(["--preview", str(place), name], table) == 0
        assert "SPECIMEN-0417" in shown(place)
        place.unlink()
    assert run(["--preview", str(place), "P9"], table) == 2
    assert "no print job 'P9' in this terminal's journal (the latest are P7-label-1)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--specimen", "letter"], "no specimen 'letter'; choose one of label, slip"),
        (["--specimen", "label", "--script", "runes"], "no specimen in 'runes' script; choose one of latin"),
        (["--specimen", "label", "--media", "a3"], "no paper 'a3'; choose one of 4x6in"),
        (["--specimen", "label", "--media", "a4-2x4"], "a printer would be given nothing: a shipping label prints on"),
        (["--specimen", "label", "--dpi", "72"], "203, 300 or 600 dots per inch, got 72"),
        (["ORD-1"], "cannot be read (unable to open database file)"),
    ],
)
def test_what_cannot_be_shown_says_why_and_what_to_do(tmp_path, capsys, words, says):
    table: dict[str, object] = {"terminal": {"journal": str(tmp_path / "none")}}
    assert run(["--preview", str(tmp_path / "look.pdf"), *words], table) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "look.pdf").exists()


def test_a_place_that_cannot_be_written_and_a_config_that_is_wrong_are_named(tmp_path, capsys):
    assert run(["--preview", str(tmp_path / "no" / "look.pdf"), "--specimen", "label"]) == 2
    assert "name a file in a folder that this user may write" in capsys.readouterr().err
    assert run(["--preview", "-", "--specimen", "label"], {"labels": {"logo": str(tmp_path / "none.png")}}) == 2
    assert "correct `logo` in the config" in capsys.readouterr().err
    assert run(["--preview", "-", "--specimen", "slip", "--language", "tlh"]) == 2
    assert "no words in 'tlh'; choose one of en, de" in capsys.readouterr().err
    assert run(["--preview", "-", "--specimen", "label"], {"labels": {"language": "sv"}}) == 2
    assert "`labels.language`: expected one of en, de" in capsys.readouterr().err
