"""A device becomes a terminal: the code is traded once, and the token is kept for its owner alone."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from server_stub.commands import default_folder
from server_stub.place import Place
from server_stub.problems import unauthorised
from terminal import own_store
from terminal.commands import main
from terminal.config import check
from terminal.enrolment import Enrolment, EnrolmentError, enrol, kept, token_file


class Trading(http.server.BaseHTTPRequestHandler):
    """A store that takes the code GOOD once."""

    spent: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        code = self.headers["authorization"].removeprefix("Bearer ")
        name = json.loads(self.rfile.read(int(self.headers["content-length"])))["name"]
        is_good = code == "GOOD" and self.path == "/v1/enrol" and not self.spent
        if is_good:
            self.spent.append(code)
        refused = unauthorised("a one-time code that was used before", "ask for a new code")
        made = json.dumps({"terminal": name, "token": "secret-token", "station": "BENCH-1"}).encode()
        body = made if is_good else refused.body
        self.send_response(200 if is_good else refused.status)
        for header in () if is_good else refused.headers.items():
            self.send_header(*header)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    Trading.spent.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trading)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_good_code_is_traded_for_a_token_that_only_its_owner_reads(tmp_path: Path, url: str) -> None:
    folder = tmp_path / "new" / "state"
    made = await enrol(url, "GOOD", "CART-3", "", folder)
    assert made == Enrolment(terminal="CART-3", token="secret-token", station="BENCH-1") == kept(folder)
    assert token_file(folder).stat().st_mode & 0o777 == 0o600
    assert [each.name for each in folder.iterdir()] == ["terminal.json"]


def test_on_the_stores_own_machine_nobody_has_to_say_where_it_is(tmp_path: Path, url: str) -> None:
    place = Place(tmp_path / "store")
    place.folder.mkdir()
    place.announce(url)
    config: dict[str, object] = {
        "store": {"folder": str(place.folder)},
        "terminal": {"journal": str(tmp_path / "state")},
    }
    assert main(["--enrol", "GOOD", "--name", "CART-3"], config, tmp_path / "floorhand.toml") == 0
    made = kept(tmp_path / "state")
    assert made is not None
    # It is found again while the store stands still, too.
    assert (made.terminal, made.url) == ("CART-3", url)
    place.withdraw()
    assert check(config, tmp_path / "floorhand.toml").at_store(made.url).store.url == url


def test_the_stores_folder_is_read_as_the_store_writes_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    config = check({"store": {"folder": str(tmp_path)}}, tmp_path / "floorhand.toml")
    assert (own_store.address(config), own_store.token(config)) == ("", "")
    place.announce("http://127.0.0.1:9")
    place.keep_token("secret")
    assert (own_store.address(config), own_store.token(config)) == ("http://127.0.0.1:9", "secret")
    place.announce("https://127.0.0.1:9", tmp_path / "own.pem")
    assert own_store.address(config) == "", "whose certificate is believed, the config says"
    assert own_store.folder(check({}, tmp_path / "floorhand.toml")) == default_folder()


async def test_the_station_that_was_named_here_counts_more_than_the_store_s(tmp_path: Path, url: str) -> None:
    assert (await enrol(url, "GOOD", "CART-3", "BENCH-7", tmp_path)).station == "BENCH-7"


async def test_a_spent_code_is_refused_and_the_token_before_it_stays(tmp_path: Path, url: str) -> None:
    first = await enrol(url, "GOOD", "CART-3", "", tmp_path)
    with pytest.raises(EnrolmentError, match="Ask a supervisor for a new one"):
        await enrol(url, "GOOD", "CART-4", "", tmp_path)
    assert kept(tmp_path) == first


async def test_the_code_is_not_spent_where_the_token_could_not_be_kept(tmp_path: Path, url: str) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(EnrolmentError, match="Nothing can be kept"):
        await enrol(url, "GOOD", "CART-3", "", blocked / "state")
    assert Trading.spent == []


def test_a_device_that_was_never_enrolled_has_no_token(tmp_path: Path) -> None:
    assert kept(tmp_path) is None


def test_a_file_in_the_place_of_the_state_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(EnrolmentError, match=r"Not a directory.: make it writable, or set `terminal.journal`"):
        kept(tmp_path / "state")


def test_a_damaged_token_is_said_and_not_taken_for_none(tmp_path: Path) -> None:
    token_file(tmp_path).write_text("{")
    with pytest.raises(EnrolmentError, match="enrol with a new code"):
        kept(tmp_path)
