"""Command cards: every act that a prompt offers can be scanned, and what is printed reads back as that act."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import zxingcpp

from orders.barcodes import Kind, decode
from terminal import cards
from terminal.commands import main
from terminal.workflows import acts


def test_every_act_is_on_some_card_but_those_of_a_list() -> None:
    hung = {name for names in cards.CARDS.values() for name in names}
    assert set(acts.COMMANDS) - hung == {acts.QUEUE}


def test_what_is_printed_reads_back_as_the_acts_in_their_order(tmp_path: Path) -> None:
    assert main(["--cards", str(tmp_path / "cards")], {}, tmp_path / "floorhand.toml") == 0
    for title, names in cards.CARDS.items():
        document = pypdfium2.PdfDocument(tmp_path / "cards" / f"{title.lower()}-card.pdf")
        read = [
            each.text
            for page in document
            for each in zxingcpp.read_barcodes(page.render(scale=203.2 / 72, grayscale=True).to_pil())
        ]
        document.close()
        assert {own.body for text in read if (own := decode(text)) and own.kind is Kind.COMMAND} == set(names)


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path, capsys: object) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--cards", str(tmp_path / "file" / "cards")], {}, tmp_path / "floorhand.toml") == 2
