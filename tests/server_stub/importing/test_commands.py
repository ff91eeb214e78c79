"""The command line: what is refused in one sentence, with which exit code, and what a bad store does to an import."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from orders.intake import Intake, NewProduct, Receipts
from orders.records import Product
from orders.wire import Problem
from server_stub.importing.commands import main
from server_stub.importing.delivery import Delivery
from server_stub.importing.patience import PAUSES_SECONDS, StoreAway
from server_stub.importing.refusal import Refusal
from tests.server_stub.test_running_store import words_for

ROOT = Path(__file__).parents[3]
PRODUCTS = "sku,description\nA,Mug\nB,Jug\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command; its exit code and the sentence on stderr, which is one line."""

    def run(*words, config=None, content=PRODUCTS):
        (tmp_path / "products.csv").write_text(content)
        code = main(list(words), config or {}, tmp_path / "c.toml")
        said = capsys.readouterr()
        return code, said.err.strip(), said.out

    return run


def program(room: str) -> list[str]:
    """The command line of one room's main, as the front door calls it."""
    door = f"import sys, pathlib, {room} as room; sys.exit(room.main(sys.argv[1:], {{}}, pathlib.Path('c.toml')))"
    return [sys.executable, "-c", door]


def words(tmp_path, *more):
    return ("products", str(tmp_path / "products.csv"), "--map", "floorhand", *more)


def test_help_teaches_with_examples_and_names_the_maps(run):
    code, _, out = run("--help")
    assert code == 0
    for said in ("--lay-out", "examples:", "orders: floorhand, retail, shopify", "exit codes:"):
        assert said in out


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("orders",), "the following arguments are required"),
        (("parcels", "x.csv", "--map", "m"), "invalid choice: 'parcels'"),
        (("products", "none.csv", "--map", "floorhand"), "none.csv: there is no such file: check the path"),
        (("products", "none.csv", "--map", "none"), "no map for products of that name; there is: floorhand"),
        (("stock", "x.csv", "--map", "floorhand", "--lay-out"), "say it with `import orders`, not stock"),
        (("orders", "x.csv", "--map", "retail", "--labels", "d"), "say --lay-out, too"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(run, wrong, says):
    code, err, _ = run(*wrong)
    assert code == 2
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("config", "more", "says"),
    [
        ({"store": {"folder": "/nowhere/at/all"}}, (), "there is no store in /nowhere/at/all"),
        ({}, ("--folder", "/nowhere/at/all"), "there is no store in /nowhere/at/all"),
        ({"store": {"adress": "x"}}, (), "`adress`"),
        ({"store": {"url": "http://127.0.0.1:9"}}, (), "wants a supervisor's token"),
        ({"store": {"url": "http://127.0.0.1:9", "token": "t"}}, (), "no store answers at http://127.0.0.1:9"),
        ({}, ("--store", "http://127.0.0.1:9", "--token-file", "/none"), "--token-file /none: cannot be read"),
        ({}, ("--store", "nonsense", "--token-file", "TOKEN"), "--store nonsense: expected an address such as http"),
        ({}, ("--store", "http://h:port", "--token-file", "TOKEN"), "Invalid port: 'port'"),
    ],
)
def test_a_store_that_cannot_be_had_is_one_sentence_and_exit_code_2(run, tmp_path, config, more, says):
    (tmp_path / "token").write_text("secret\n")
    more = [str(tmp_path / "token") if word == "TOKEN" else word for word in more]
    code, err, _ = run(*words(tmp_path, *more), config=config)
    assert code == 2
    assert says in err
    assert "\n" not in err
    assert "secret" not in err


def test_a_token_file_holds_one_token(run, tmp_path):
    (tmp_path / "token").write_text("two words\n")
    code, err, _ = run(*words(tmp_path, "--store", "http://127.0.0.1:9", "--token-file", str(tmp_path / "token")))
    assert (code, "expected one token on one line" in err) == (2, True)


@contextmanager
def pretender(status, body):
    """A web server that is no store, or one of another time."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def problem(**said):
    return msgspec.json.encode(Problem(**said))


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, b"<html>Welcome</html>", "the store's answer cannot be read"),
        (200, b"[]", "the store's answer cannot be read"),
        (200, b'{"receipts": 7}', "the store's answer cannot be read"),
        (404, b"<html>Not found</html>", "is no Floorhand store"),
        (502, b"Bad gateway", "is no Floorhand store"),
        (
            404,
            problem(error="unknown", expected="a known route", came="/v1/status", remedy="look it up"),
            "does not know what was asked",
        ),
        (
            401,
            problem(error="unauthorised", expected="a token", came="a token that was revoked", remedy="enrol again"),
            "a token that was revoked: enrol again",
        ),
        (
            503,
            problem(error="cannot_write", expected="room", came="a full disk", remedy="make room"),
            "a full disk: make room",
        ),
    ],
)
def test_a_store_that_is_old_or_answers_nonsense_is_one_sentence(run, tmp_path, status, body, says):
    (tmp_path / "token").write_text("secret")
    with pretender(status, body) as url:
        code, err, _ = run(*words(tmp_path, "--store", url, "--token-file", str(tmp_path / "token")))
    assert code == 2
    assert says in err
    assert "\n" not in err


class Line:
    """The way to a real store, on which replies can be lost."""

    def __init__(self, store, lost):
        self.store, self.lost, self.handed_in = store, lost, 0

    def intake(self, batch: Intake) -> Receipts:
        self.handed_in += 1
        receipts = self.store.intake(batch)
        if self.handed_in in self.lost:
            raise StoreAway("no store answers at http://store")
        return receipts


def some(count):
    return [(n, NewProduct(owner="HOME", sku=f"S{n}", description="Thing")) for n in range(count)]


def test_a_batch_whose_reply_was_lost_is_sent_again_and_counts_once(warehouse):
    pauses, told = [], []
    with warehouse.opened() as store:
        delivery = Delivery(Line(store, {1, 2}), told.extend, pauses.append)
        delivery.send("products", some(450))
    assert pauses == list(PAUSES_SECONDS[:2])
    assert delivery.outcomes == {("products", "unchanged"): 200, ("products", "created"): 250}
    assert told == []
    assert len(warehouse.all(Product)) == 450


def test_a_store_that_stays_away_ends_the_import_and_says_how_to_go_on(warehouse):
    pauses = []
    with warehouse.opened() as store:
        delivery = Delivery(Line(store, range(2, 100)), lambda _: None, pauses.append)
        with pytest.raises(Refusal, match=r"tried 5 times.*run the same import again"):
            delivery.send("products", some(450))
    assert pauses == list(PAUSES_SECONDS)


def test_receipts_that_do_not_fit_their_batch_are_nonsense():
    class Forgetful:
        def intake(self, batch):
            return Receipts(receipts=())

    with pytest.raises(Refusal, match="answered 2 products with 0 receipts"):
        Delivery(Forgetful(), lambda _: None).send("products", some(2))


def test_batches_stay_small_enough_to_be_taken(warehouse):
    heavy = [
        (
            n,
            NewProduct(
                owner="HOME", sku=f"S{n}", description="x" * 2000, barcodes=tuple(f"{n}-{b}" * 5 for b in range(200))
            ),
        )
        for n in range(300)
    ]
    with warehouse.opened() as store:
        line = Line(store, ())
        delivery = Delivery(line, lambda _: None)
        delivery.send("products", heavy)
    assert delivery.outcomes == {("products", "created"): 300}
    assert line.handed_in > 2


@pytest.fixture
def running_store(warehouse, tmp_path):
    """The warehouse's store as a process of its own; its address."""
    ready = tmp_path / "ready"
    process = subprocess.Popen(
        [
            *program("server_stub.commands"),
            "run",
            *words_for(warehouse.place),
            "--port",
            "0",
            "--ready-file",
            str(ready),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert "answers at" in said, said
        yield ready.read_text()
    finally:
        process.terminate()
        process.communicate()


def test_a_running_store_is_reached_by_address_and_by_folder(warehouse, running_store, run, tmp_path):
    by_address = ("--store", running_store, "--token-file", str(warehouse.folder / "admin.token"))
    code, err, out = run(*words(tmp_path, *by_address))
    assert (code, err) == (0, "")
    assert "store: products: 2 created" in out
    code, _, out = run(*words(tmp_path, *words_for(warehouse.place)))
    assert (code, "store: products: 2 unchanged" in out) == (0, True)
    config = {
        "store": {"folder": str(warehouse.folder), "database": warehouse.place.address or "", "url": running_store}
    }
    code, _, out = run(*words(tmp_path), config=config)
    assert (code, "store: products: 2 unchanged" in out) == (0, True)
    code, err, _ = run(*words(tmp_path, "--store", running_store, "--token-file", str(tmp_path / "products.csv")))
    assert code == 2


def test_ctrl_c_ends_with_a_sentence_and_no_traceback(tmp_path):
    (tmp_path / "products.csv").write_text(PRODUCTS)
    (tmp_path / "token").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        store = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(
            [
                *program("server_stub.importing.commands"),
                *words(tmp_path, "--store", store, "--token-file", str(tmp_path / "token")),
            ],
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as process:
            asked, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate()
            asked.close()
    assert process.returncode == 130
    assert err.startswith("floorhand import: stopped; what was sent is kept")
    assert "Traceback" not in err
