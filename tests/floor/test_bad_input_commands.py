"""Files, configs and requests that are none, given to the real programs and to a running store.

Each row ends in one sentence and an exit code or a status, never in a traceback; the store's books are afterwards what
they were, or hold what was whole in the file.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from orders.wire import MAX_BODY_BYTES
from tests.floor.warehouse import Warehouse, reading
from tests.floor.workplace import Hall, hall

AT_ONCE = 3
PATIENCE_SECONDS = 60.0

Done = subprocess.CompletedProcess[str]


def run(command: list[str]) -> Done:
    """One command of the program, to its end."""
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def floor(shop: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(shop, tmp_path_factory.mktemp("commands") / "hall", orders=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    """A few programs at once: each takes most of its time to start."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield pool


def orders_in(floor: Hall) -> set[str]:
    with reading(floor.stage.database) as connection:
        return {id for (id,) in connection.execute("SELECT id FROM record WHERE kind = 'order'")}


# --- files -----

HEAD = "order,sku,description,quantity\n"
GOOD = f"{HEAD}{{}},LAMP,“Lámpara” – 5 €,1\n"

# Nothing of these goes in.
NOT_TAKEN = {
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "expected CSV, got a PDF: save it as CSV"),
    "a workbook": (b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml" + bytes(200), "save it as CSV"),
    "JSON": (b'[{"order": 1}]', "expected CSV, got a JSON file: save it as CSV"),
    "a web page": (b"<!DOCTYPE html><html></html>", "expected CSV, got a web page: save it as CSV"),
    "binary data": (bytes(range(256)) * 20, "expected CSV, got binary data: save it as CSV"),
    "nothing": (b"", "is empty"),
    "an unknown encoding": (HEAD.encode() + b"X-1,LAMP,\x81\x8d,1\n", "line 2 is not cp1252"),
    "columns that are missing": (b"order,Artikel,Menge\nX-2,LAMP,2\n", "missing columns 'sku' (key columns.sku)"),
    "a quote that never ends": (HEAD.encode() + b'X-3,LAMP,"Lamp,1\n', "a quote that opens after line 1 is not closed"),
}

# These are read as what they are.
TAKEN = {
    "UTF-8": "utf-8",
    "a BOM": "utf-8-sig",
    "UTF-16": "utf-16",
    "UTF-16 without a BOM": "utf-16-le",
    "cp1252": "cp1252",
}


@pytest.fixture(scope="module")
def imports(floor: Hall, pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[Done]]:
    """Each file through `floorhand import`, at the running store."""
    folder = tmp_path_factory.mktemp("files")
    files = {name: content for name, (content, _) in NOT_TAKEN.items()}
    files |= {name: GOOD.format(f"IN-{encoding}").encode(encoding) for name, encoding in TAKEN.items()}
    started = {}
    for number, (name, content) in enumerate(files.items()):
        path = folder / f"{number}.csv"
        path.write_bytes(content)
        words = ("import", "orders", str(path), "--map", "floorhand")
        started[name] = pool.submit(run, floor.stage.command(*words))
    return started


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_a_file_that_is_no_csv_of_orders_is_one_sentence_and_brings_nothing(
    floor: Hall, imports: dict[str, Future[Done]], name: str
) -> None:
    done = imports[name].result()
    assert done.returncode == 2
    assert NOT_TAKEN[name][1] in done.stderr
    assert (done.stderr.count("\n"), done.stdout) == (1, "")
    assert not any(order.startswith("HOME/X-") for order in orders_in(floor))


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_in_another_encoding_is_read_letter_by_letter(
    floor: Hall, imports: dict[str, Future[Done]], name: str
) -> None:
    done = imports[name].result()
    assert "1 whole orders" in done.stdout, done.stderr
    order = floor.ask("GET", f"/v1/records/order/HOME/IN-{TAKEN[name]}")
    assert order["body"]["lines"][0]["description"] == "“Lámpara” – 5 €"


# --- configs -----

CONFIGS = {
    "a key": ("[store]\nulr = 'http://a'\n", "`store.ulr`: no such key", "did you mean `url`?"),
    "a section": ("[stroe]\n", "`stroe`: no such key", "did you mean `store`?"),
    "a number": ("[store]\nport = '80'\n", "`store.port`: expected a port from 0 to 65535, got '80'", "correct it"),
    "a scanner": ("[[scanner]]\nname = 'a'\nport = '/dev/x'\nbaut = 1\n", "`scanner.a.baut`", "did you mean `baud`?"),
    "a document": (
        "[[printer]]\nname = 'p'\nkind = 'folder'\ndocuments = ['bill']\n",
        "`printer.p.documents`: expected a list of",
        "got ['bill']",
    ),
    "no TOML": ("[store\n", "is not TOML", "correct that place"),
    "no UTF-8": ("[store]\nfolder = 'Ä'\n", "is not UTF-8", "save the file as UTF-8"),
}
PROGRAMS = {
    "terminal": ("terminal",),
    "store": ("store", "status"),
    "import": ("import", "orders", "none.csv", "--map", "floorhand"),
    "doctor": ("doctor",),
}


@pytest.fixture(scope="module")
def refusals(
    pool: ThreadPoolExecutor, floor: Hall, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Future[Done]]:
    """Each program with each config."""
    folder = tmp_path_factory.mktemp("configs")
    started = {}
    for number, (name, (text, *_)) in enumerate(CONFIGS.items()):
        path = folder / f"{number}.toml"
        path.write_bytes(text.encode("latin-1"))
        for program, words in PROGRAMS.items():
            command = floor.stage.command("--config", str(path), *words)
            started[name, program] = pool.submit(run, command)
    return started


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", CONFIGS)
def test_a_mistake_in_the_config_is_one_sentence_from_every_program(
    refusals: dict[tuple[str, str], Future[Done]], name: str, program: str
) -> None:
    done = refusals[name, program].result()
    said = done.stderr + done.stdout
    assert "Traceback" not in said
    assert done.returncode in (1, 2)
    for part in CONFIGS[name][1:]:
        assert part in said


# --- requests -----

TOO_LONG = b'{"journal":"' + b"x" * MAX_BODY_BYTES + b'"}'


REQUESTS: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "not_json"),
    "words": (b"hello", 400, "not_json"),
    "a form": (b"journal=j&epoch=e", 400, "not_json"),
    "half an object": (b'{"journal":"j","epo', 400, "not_json"),
    "no UTF-8": (b'{"journal":"\xff"}', 400, "not_json"),
    "NaN": (b'{"journal":"j","epoch":"e","events":NaN}', 400, "not_json"),
    "depth without end": (b'{"journal":"j","epoch":"e","events":[' + b"[" * 100_000, 400, "not_json"),
    "an array": (b"[]", 422, "Expected `object`, got `array`"),
    "a text": (b'"push"', 422, "Expected `object`, got `str`"),
    "null": (b"null", 422, "Expected `object`, got `null`"),
    "a number for a text": (b'{"journal":7,"epoch":"e","events":[]}', 422, "$.journal"),
    "an object for an array": (b'{"journal":"j","epoch":"e","events":{}}', 422, "$.events"),
    "a text for an event": (b'{"journal":"j","epoch":"e","events":["x"]}', 422, "$.events[0]"),
    "a fraction": (b'{"journal":"j","epoch":"e","events":[{"number":1.5}]}', 422, "$.events[0].number"),
    "a number without end": (
        b'{"journal":"j","epoch":"e","events":[{"number":1' + b"0" * 400 + b"}]}",
        422,
        "$.events[0]",
    ),
    "a negative number": (b'{"journal":"j","epoch":"e","events":[{"number":-1}]}', 422, "$.events[0].number"),
    "true for a number": (b'{"journal":"j","epoch":"e","events":[{"number":true}]}', 422, "$.events[0].number"),
    "a thing left out": (b'{"journal":"j","epoch":"e"}', 422, "missing required field `events`"),
    "more than a batch": (
        b'{"journal":"j","epoch":"e","events":[' + b",".join([b"{}"] * 101) + b"]}",
        422,
        "length <= 100",
    ),
    "more than a body": (TOO_LONG, 413, "too_large"),
}


def endless() -> Iterator[bytes]:
    """100 MB, and no length beforehand."""
    for _ in range(100):
        yield b"x" * 1_000_000


BODIES: dict[str, Callable[[], object]] = {
    "100 MB": lambda: b"[" + b"1," * 50_000_000 + b"1]",
    "100 MB in chunks": endless,
}


@pytest.fixture(scope="module")
def terminal(floor: Hall) -> Iterator[httpx.Client]:
    _, token = floor.token("BAD-REQUESTS")
    with httpx.Client(base_url=floor.store.url, headers={"authorization": f"Bearer {token}"}, timeout=30) as http:
        yield http


def events_in(floor: Hall) -> int:
    with reading(floor.stage.database) as connection:
        (count,) = connection.execute("SELECT count(*) FROM event").fetchone()
        return int(count)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_that_is_none_is_told_what_is_wrong_and_changes_nothing(
    floor: Hall, terminal: httpx.Client, name: str
) -> None:
    body, status, says = REQUESTS[name]
    epoch = terminal.post("/v1/events", json={"journal": "j", "epoch": "", "events": []}).json()["epoch"]
    body, before = body.replace(b'"epoch":"e"', f'"epoch":"{epoch}"'.encode()), events_in(floor)
    answer = terminal.post("/v1/events", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert says in answer.text
    assert all(problem[field] for field in ("error", "expected", "came", "remedy"))
    assert events_in(floor) == before
    assert httpx.get(f"{floor.store.url}/health").json()["status"] == "ok"


@pytest.mark.parametrize("name", BODIES)
def test_a_hundred_megabytes_are_not_read_to_their_end(floor: Hall, terminal: httpx.Client, name: str) -> None:
    try:
        answer = terminal.post("/v1/events", content=BODIES[name]())  # type: ignore[arg-type]
    except httpx.WriteError:
        # The store answered and hung up while this side was still talking (RFC 9112, 9.6).
        pass
    else:
        assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert httpx.get(f"{floor.store.url}/health").json()["status"] == "ok"


def test_every_route_says_what_an_array_and_words_lack(floor: Hall) -> None:
    """Every route of the store's own document that takes a body."""
    document = floor.ask("GET", "/openapi.json")
    routes = [(path, verb) for path, verbs in document["paths"].items() for verb in verbs if verb == "post"]
    assert len(routes) > 10
    with floor.admin as http:
        for path, verb in routes:
            for body in (b"[]", b"hello", b'"\xff"'):
                answer = http.request(verb, path.replace("{", "").replace("}", ""), content=body)
                assert 400 <= answer.status_code < 500, (path, body, answer.text)
                assert answer.json()["remedy"], (path, body)


def test_a_file_of_a_million_rows_goes_in_row_by_row(floor: Hall, tmp_path: Path) -> None:
    rows_into(floor, tmp_path, 20_000)


@pytest.mark.long
def test_a_file_of_a_whole_million_rows_goes_in_row_by_row(floor: Hall, tmp_path: Path) -> None:
    rows_into(floor, tmp_path, 1_000_000)


def rows_into(floor: Hall, folder: Path, rows: int) -> None:
    """Products, one row in a thousand of them wrong: each is in the store, or told by its line."""
    path, report = folder / "products.csv", folder / "report.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("sku,description,weight_grams\n")
        file.writelines(f"R{rows}-{row},Thing {row},{-1 if row % 1000 == 999 else 100}\n" for row in range(rows))
    before = products_in(floor)
    words = ("import", "products", str(path), "--map", "floorhand", "--report", str(report))
    done = subprocess.run(
        floor.stage.command(*words),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    told = sum("weight" in line for line in report.read_text(encoding="utf-8").splitlines())
    assert (told, products_in(floor) - before) == (rows // 1000, rows - rows // 1000)


def products_in(floor: Hall) -> int:
    with reading(floor.stage.database) as connection:
        (count,) = connection.execute("SELECT count(*) FROM record WHERE kind = 'product'").fetchone()
        return int(count)
