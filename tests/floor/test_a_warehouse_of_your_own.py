"""The README's "a warehouse of your own", typed as it stands there by somebody who has nothing yet, to the parcel that
has left.

Every code that is scanned is read off a printed page by a decoder that is not ours. Only the store's port is not the
usual one: another store may run on this machine.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from tests.floor.pages import DOTS_PER_INCH
from tests.floor.warehouse import reading
from tests.ports import free_port
from tests.server_stub.importing.conftest import shopify
from tests.terminal.in_a_pty import InPty, in_a_pty

README = Path(__file__).resolve().parents[2] / "README.md"
WIDE = (160, 40)
ANSWERS = {
    "Name of this site": "North hall",
    "Its time zone": "Atlantis",
    "expected an IANA time zone": "Europe/London",
    "Sender on every label: name": "",
    "street and number": "1 Dock Road",
    "street, next line": "",
    "postcode": "E16 1AA",
    "town": "London",
    "region": "",
    "country, such as GB": "United Kingdom",
}


def as_written() -> list[list[str]]:
    """The commands of that part of the README, each as words."""
    _, _, part = README.read_text(encoding="utf-8").partition("## A warehouse of your own")
    block = part.partition("```sh\n")[2].partition("```")[0]
    return [shlex.split(line, comments=True) for line in block.splitlines()]


class Home:
    """A person's machine with nothing of ours on it, and a shop's export."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".config/floorhand").mkdir(parents=True)
        (folder / ".config/floorhand/floorhand.toml").write_text(f"[store]\nport = {free_port()}\n")
        rows = {"Name": "#1001"}, {"+Name": "#1001", "Lineitem sku": "PLATE-02", "Lineitem name": "Plate"}
        (folder / "orders.csv").write_text(shopify(*rows), newline="")
        nothing = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "FLOORHAND_CONFIG"), "")
        self.environ = {**nothing, "HOME": str(folder), "PYTHONPATH": str(README.parent)}

    def words(self, command: list[str]) -> list[str]:
        """The command as Python takes it, with what a shell makes of a tilde."""
        assert command[0] == "floorhand"
        typed = (str(self.folder) + word[1:] if word.startswith("~") else word for word in command[1:])
        return ["-m", "floorhand", *typed]

    def run(self, *command: str) -> tuple[int, str]:
        """Runs it where nobody can be asked; gives its exit code, and what it said."""
        words = [sys.executable, *self.words(list(command))]
        environ = {**os.environ, **self.environ}
        done = subprocess.run(
            words, cwd=self.folder, env=environ, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def typed(self, command: list[str]) -> Iterator[InPty]:
        """Runs it in a terminal."""
        with in_a_pty(self.words(command), WIDE, self.environ, self.folder) as program:
            yield program

    @contextmanager
    def store(self, command: list[str]) -> Iterator[None]:
        """Leaves it running in another window."""
        words = [sys.executable, *self.words(command)]
        environ = {**os.environ, **self.environ}
        with subprocess.Popen(words, cwd=self.folder, env=environ, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert "answers at http://127.0.0.1:" in process.stdout.readline()
            try:
                yield
            finally:
                process.terminate()


def read_off(path: Path) -> list[tuple[str, str]]:
    """Every barcode of a printed page, and the words of that page."""
    document = pypdfium2.PdfDocument(path)
    found = []
    for page in document:
        image = page.render(scale=DOTS_PER_INCH / 72, grayscale=True).to_pil().point(lambda tone: 255 * (tone > 127))
        said = page.get_textpage().get_text_range()
        found += [(each.text, said) for each in zxingcpp.read_barcodes(image)]
        page.close()
    document.close()
    return found


@pytest.mark.long
def test_the_readmes_path_ends_with_a_parcel_on_its_way(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    init, run, *rest, terminal = as_written()
    with home.typed(init) as asked:
        for question, answer in ANSWERS.items():
            asked.until(lambda wanted=question: wanted.encode() in asked.raw)  # type: ignore[misc]
            asked.write(f"{answer}\r".encode())
        assert asked.end() == 0, asked.screen
    assert "Still missing" not in asked.screen
    code = re.search(r"One-time code .*: (\w{12})", asked.screen)
    assert code is not None
    with home.store(run):
        for command in rest:
            ended, said = home.run(*(code[1] if word == "CODE" else word for word in command))
            assert ended == 0, said
            assert "sender" not in said, "nothing that stops the bench is left"
        looked = home.run("floorhand", "doctor")[1]
        assert re.search(r"OK +sender: labels are sent by North hall", looked), looked
        assert re.search(r"OK +token: .* CART-1", looked), looked
        with home.typed(terminal) as program:
            work_the_morning(home, program)
        assert "No order is held" in home.run("floorhand", "store", "report")[1]
        ended, said = home.run("floorhand", "store", "verify")
        assert (ended, "the books agree" in said) == (0, True), said
        status = home.run("floorhand", "store", "status")[1]
        assert re.search(r"parcel +1 +\(1 handed_over\)", status), status


def work_the_morning(home: Home, program: InPty) -> None:
    """One order from the shelf to the truck, with no paper but what this warehouse printed."""
    (badge, _), *_ = read_off(next(home.folder.glob("**/badge-*.pdf")))
    paper = home.folder / "labels"
    shelves = [text for text, _ in read_off(paper / "orders-shelves.pdf")]
    items = read_off(paper / "orders-products.pdf")
    tote, *_ = (text for text, _ in read_off(paper / "orders-totes.pdf"))

    def glass() -> str:
        return " ".join(program.screen.split())

    def sees(*texts: str) -> None:
        program.until(lambda: all(text in glass() for text in texts))

    def scan(text: str, *then: str) -> None:
        program.write(f"{text}\r".encode())
        sees(*then)

    def key(digit: str, *then: str) -> None:
        """Types a digit and Enter, one by one as a hand does."""
        program.read_for(0.2)
        program.write(digit.encode())
        sees(f"> {digit}_")
        program.read_for(0.1)
        program.write(b"\r")
        sees(*then)

    def choose(act: str, *then: str) -> None:
        """Opens the list of acts, and types the digit that stands before that one."""
        program.read_for(0.2)
        program.write(b"\x1b[C")
        program.until(lambda: re.search(rf"\d {act}", glass()) is not None)
        program.read_for(0.1)
        program.write(re.search(rf"(\d) {act}", glass())[1].encode())  # type: ignore[index]
        sees(*then)

    def shelf(code: str) -> str:
        return next(text for text in shelves if text.startswith(f"FHL-{code}"))

    def item(sku: str) -> str:
        return next(text for text, words in items if re.search(rf"{text}\s+{sku}\b", words))

    sees("Scan your badge", "ONLINE")
    journal = home.folder / ".local/state/floorhand/journal.db"
    program.until(lambda: knows_somebody(journal))
    scan(badge, "1 Pick")
    key("1", "Scan an empty tote")
    scan(tote, "Scan shelf")
    for sku in ("MUG-01", "PLATE-02"):
        sees(sku)
        at = re.search(r"Scan shelf ([A-Z0-9-]+)", glass())
        assert at is not None
        scan(shelf(at[1]), "Scan the item")
        scan(item(sku), f"Picked 1 x {sku}")
    scan(shelf("DROP-1"), "2 Pack")
    key("2", "Scan a tote")
    scan(tote, "Scan each item", "OK Order #1001")
    scan(item("MUG-01"), "MUG-01 right")
    scan(item("PLATE-02"), "SEAL", "No carrier named")
    choose("Seal carton", "Stick the label, scan it")
    printed = home.folder / "printed"
    program.until(lambda: any(printed.glob("label_*.pdf")))
    label = next(text for text, _ in read_off(next(printed.glob("label_*.pdf"))) if text.startswith("(00)"))
    sender = read_off(next(printed.glob("label_*.pdf")))[0][1]
    assert "1 Dock Road" in sender
    scan(label.replace("(", "").replace(")", ""), "Label right")
    choose("Stop here, menu", "3 Ship")
    key("3", "1 open")
    key("1", "then CLOSE")
    choose("Close manifest", "Yes")
    choose("Yes", "closed")
    choose("Hand over", "Yes")
    choose("Yes", "Handed over 1")


def knows_somebody(journal: Path) -> bool:
    with reading(journal) as connection:
        return connection.execute("SELECT 1 FROM record WHERE kind = 'worker'").fetchone() is not None
