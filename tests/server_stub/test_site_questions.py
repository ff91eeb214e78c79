"""What is asked where a site is founded: a bad answer is told why, an empty one leaves what was known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders.records import Address
from server_stub.commands import main
from server_stub.place import Place
from server_stub.site_questions import Questions, time_zone, zone_of_machine
from tests.terminal.in_a_pty import in_a_pty

NOBODY = Address(id="sender", name="North hall")
DOCK = Address(
    id="sender",
    name="North hall",
    lines=("1 Dock Road",),
    postcode="E16 1AA",
    city="London",
    country_code="GB",
    phone="1",
)


class Typist:
    """Answers one question after the other, and keeps what was said to him."""

    def __init__(self, *answers: str) -> None:
        self._answers: Iterator[str] = iter(answers)
        self.asked: list[str] = []
        self.told: list[str] = []
        self.questions = Questions(self._answer, self.told.append)

    def _answer(self, question: str) -> str:
        self.asked.append(question)
        return next(self._answers)


def test_a_sender_is_asked_for_part_by_part() -> None:
    typist = Typist("", "1 Dock Road", "Gate 4", "", "E16 1AA", "London", "", "uk")
    sender = typist.questions.sender(NOBODY)
    assert (sender.name, sender.lines, sender.postcode) == ("North hall", ("1 Dock Road", "Gate 4"), "E16 1AA")
    assert (sender.city, sender.country_code, sender.is_complete) == ("London", "GB", True)
    assert typist.asked[0] == "Sender on every label: name [North hall]: "


def test_a_bad_answer_is_told_why_and_asked_again() -> None:
    typist = Typist("", "1 Dock Road", "", "", "", "London", "", "Atlantis", "", "FR")
    assert typist.questions.sender(NOBODY).country_code == "FR"
    assert typist.told == [
        "  no label without a town",
        "  expected a country, such as GB or United Kingdom, got 'Atlantis'",
        "  no label without a country",
    ]
    for wrong in ("Europe/Atlantis", "../etc/passwd", "x" * 300, "\0"):
        typist = Typist(wrong, "Europe/Paris")
        assert typist.questions.one("Its time zone", time_zone) == "Europe/Paris"
        (told,) = typist.told
        assert told.startswith("  expected an IANA time zone such as Europe/London, got '")
        assert len(told) < 110


def test_no_street_leaves_the_sender_for_later_and_empty_lines_leave_what_stands_there() -> None:
    later = Typist("", "")
    assert later.questions.sender(NOBODY).missing == ("street", "town", "country")
    assert Typist(*[""] * 6).questions.sender(DOCK) == DOCK
    assert Typist("", "2 Quay", "", "", "", "", "").questions.sender(DOCK).lines == ("2 Quay",)


@pytest.mark.parametrize(
    ("variable", "link", "written", "zone"),
    [
        (":Europe/Paris", "Europe/Berlin", "Asia/Tokyo", "Europe/Paris"),
        ("CET-1CEST", "Europe/Berlin", "Asia/Tokyo", "Europe/Berlin"),
        ("", "", "Asia/Tokyo\n", "Asia/Tokyo"),
        ("", "", "nowhere", "UTC"),
    ],
)
def test_the_time_zone_is_this_machines_unless_somebody_says_otherwise(
    tmp_path: Path, variable: str, link: str, written: str, zone: str
) -> None:
    if link:
        (tmp_path / "localtime").symlink_to(f"/usr/share/zoneinfo/{link}")
    (tmp_path / "timezone").write_text(written)
    assert zone_of_machine({"TZ": variable}, tmp_path) == zone


def test_init_asks_at_a_terminal_for_what_no_option_says(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    words = ["-m", "floorhand", "store", "init", "--folder", str(folder), "--name", "Hall", "--company-prefix", "952"]
    answers = {
        "time zone": "UTC",
        "label: name": "",
        "number": "1 Row",
        "next line": "",
        "postcode": "YO1 7HH",
        "town": "York",
    }
    with in_a_pty(words, (160, 40)) as program:
        for question, answer in {**answers, "region": "", "country": "GB"}.items():
            program.until(lambda wanted=question: wanted.encode() in program.raw)  # type: ignore[misc]
            program.write(f"{answer}\r".encode())
        assert program.end() == 0
        assert "Still missing" not in program.screen
    with in_a_pty([*words[:6], "--supervisor", "Ada"], (160, 40)) as program:
        assert program.end() == 1
        assert "there is a store in" in program.screen, "told before anything is asked"


def test_questions_that_are_broken_off_leave_no_store(tmp_path: Path) -> None:
    words = ["-m", "floorhand", "store", "init", "--folder", str(tmp_path / "store")]
    with in_a_pty(words, (160, 40)) as program:
        program.until(lambda: b"Name of this site" in program.raw)
        program.write(b"\x04")
        assert program.end() == 2
        assert "nothing was made" in program.screen
    assert not Place(tmp_path / "store").database.exists()
    assert main(["init", "--folder", str(tmp_path / "store")], {}, Path("floorhand.toml")) == 0
