"""An integrator's hour with a running store: the page in a browser, the guide's tour, a generated client, a webhook."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import httpx
import pytest

from orders.records import KINDS
from tests.store_process import StoreProcess

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
BROWSERS = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "google-chrome-stable")
_PROGRAM = "import floorhand, sys; sys.exit(floorhand.main())"


@pytest.fixture(scope="module")
def folder(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new store."""
    return Path(shutil.copytree(founded, tmp_path_factory.mktemp("integrators") / "store"))


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """Where that store answers, as a process of its own."""
    command = [sys.executable, "-c", _PROGRAM, "store", "run", "--folder", str(folder)]
    store = StoreProcess(command, folder.parent / "store.log")
    store.start()
    yield store.url
    store.end()


def floorhand(folder: Path, *words: str) -> str:
    """What a command says."""
    command = [sys.executable, "-c", _PROGRAM, *words, "--folder", str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def blocks(language: str) -> list[str]:
    """What stands in the guide to be run."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def token(folder: Path, url: str) -> str:
    """The token that the guide lets somebody make."""
    (words,) = re.findall(r"^floorhand (store add-token .*)$", GUIDE, re.MULTILINE)
    found = re.search(r"shown this once.*: (\S+)", floorhand(folder, *shlex.split(words)))
    assert found
    return found[1]


def test_the_page_for_reading_opens_in_a_browser(url: str, tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no Chromium is installed on this machine")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=1000,1400"]
    command = [browser, *options, f"--user-data-dir={tmp_path / 'profile'}"]
    shown = subprocess.run(
        [*command, "--dump-dom", f"{url}/docs"], check=True, capture_output=True, text=True, timeout=120
    )
    assert "<h1>Floorhand order store" in shown.stdout
    assert 'id="webhooks"' in shown.stdout
    # What the page's own policy forbade, the browser would say on its console.
    assert "CONSOLE" not in shown.stderr, shown.stderr
    anchors = set(re.findall(r'href="#([^"]+)"', shown.stdout))
    assert len(anchors) > 100
    assert anchors <= set(re.findall(r'id="([^"]+)"', shown.stdout))


def test_the_tour_of_the_guide_runs_as_it_is_typed(url: str, token: str) -> None:
    environment = {**os.environ, "STORE": url, "TOKEN": token}
    script = "\necho; echo ----\n".join(blocks("sh"))
    done = subprocess.run(
        ["bash", "-euc", script.replace("\nask ", "\necho; echo ----; ask ")],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = [answer.strip() for answer in done.stdout.split("----") if answer.strip()]
    receipts, stock, order, allocated, changes = map(json.loads, answers[:5])
    assert {each["outcome"] for each in receipts["receipts"]} == {"created"}
    assert [(row["product"], row["quantity"], row["allocated"]) for row in stock["rows"]] == [("HOME/LAMP", 12, 2)]
    assert order["body"]["state"] == "allocated"
    assert [each["id"] for each in allocated["records"]] == ["HOME/1001"]
    assert [each["body"]["number"] for each in changes["changes"]] == ["1001"]
    assert answers[5].splitlines()[1].startswith("HOME/1001,HOME,1001,allocated,")


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """What a generator of clients makes of the store's document, imported as it came out."""
    folder = tmp_path_factory.mktemp("generated")
    document, settings = folder / "openapi.json", folder / "settings.json"
    document.write_bytes(httpx.get(f"{url}/openapi.json").raise_for_status().content)
    settings.write_text('{"post_hooks": []}')
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
            *("--path", str(document), "--config", str(settings), "--output-path", str(folder / "store_client")),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield importlib.import_module("store_client")


def test_a_generated_client_makes_the_tour(client: Any, url: str, token: str) -> None:
    def asked(name: str, *given: Any, **named: Any) -> Any:
        with client.AuthenticatedClient(base_url=url, token=token) as http:
            return importlib.import_module(f"store_client.api.desk.{name}").sync(*given, client=http, **named)

    models = importlib.import_module("store_client.models")
    cup = {"owner": "HOME", "sku": "CUP"}
    receipts = asked(
        "intake",
        body=models.Intake(
            locations=[models.NewLocation(code="B-01", use=models.NewLocationUse.PICK)],
            products=[models.NewProduct(**cup, description="Cup", barcodes=["9520000010027"])],
            stock=[models.NewStock(**cup, location="B-01", quantity=7)],
            orders=[
                models.NewOrder(
                    owner="HOME",
                    number="2001",
                    lines=[models.NewLine(number=1, sku="CUP", description="Cup", quantity=3)],
                    ship_to=models.AddressInput(
                        id="", name="Bob", lines=["2 Row"], postcode="LS1 4AP", city="Leeds", country_code="GB"
                    ),
                )
            ],
        ),
    )
    assert [each.outcome for each in receipts.receipts] == [models.ReceiptOutcome.CREATED] * 4
    (row,) = [row for row in asked("stock").rows if row.product == "HOME/CUP"]
    assert (row.quantity, row.allocated) == (7, 3)
    order = asked("record", models.RecordKind.ORDER, "HOME/2001")
    assert isinstance(order, models.OrderChange)
    assert order.body.state == models.OrderState.ALLOCATED
    assert order.body.lines[0].allocated == 3
    page = asked("records", models.RecordsKind.ORDER, state=models.RecordsState.ALLOCATED)
    assert "HOME/2001" in [each.id for each in page.records]
    told = asked("changes", after=0)
    assert told.reset is client.types.UNSET
    kinds = {type(each): each.kind for each in told.changes}
    assert len(kinds) >= 5
    assert kinds == {
        getattr(models, f"{cls.__name__}Change"): kind for kind, cls in KINDS.items() if kind in kinds.values()
    }
    assert all(each.body.id == each.id for each in told.changes)
    table = asked("export", models.ExportTable.ORDERS)
    assert "HOME/2001,HOME,2001,allocated," in table
    problem = asked("record", models.RecordKind.PRODUCT, "HOME/NONE")
    assert isinstance(problem, models.Problem)
    assert problem.error == "unknown"


def test_a_webhooks_message_is_verified_by_the_guides_ten_lines(folder: Path, url: str, token: str) -> None:
    (lines,) = blocks("python")
    read: dict[str, Any] = {}
    exec(compile(lines, "docs/api.md", "exec"), read)
    heard: list[tuple[dict[str, str], bytes]] = []

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((dict(self.headers.items()), self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Shop) as shop:
        hook = f"http://127.0.0.1:{shop.server_address[1]}/hook"
        said = floorhand(folder, "store", "add-webhook", "SHOP", hook, "--state", "cancelled", "--private")
        found = re.search(r"whsec_\S+", said)
        assert found
        waiting = Thread(target=shop.handle_request)
        waiting.start()
        line = {"number": 1, "sku": "VASE", "description": "Vase", "quantity": 1}
        batch = {
            "products": [{"owner": "HOME", "sku": "VASE", "description": "Vase"}],
            "orders": [{"owner": "HOME", "number": "3001", "lines": [line]}],
            "cancellations": [{"owner": "HOME", "number": "3001"}],
        }
        headers = {"authorization": f"Bearer {token}"}
        httpx.post(f"{url}/v1/intake", json=batch, headers=headers).raise_for_status()
        waiting.join()
    ((head, body),) = heard
    is_from_the_store, secret = read["is_from_the_store"], found[0]
    assert is_from_the_store(secret, head, body)
    message = json.loads(body)
    assert (message["type"], message["order"]["id"]) == ("order.cancelled", "HOME/3001")
    assert message["id"] == head["webhook-id"]
    assert not is_from_the_store(secret, head, body + b" ")
    assert not is_from_the_store("whsec_" + "A" * 32, head, body)
    assert not is_from_the_store(secret, {**head, "webhook-id": "msg_2"}, body)
    long_ago = str(int(head["webhook-timestamp"]) - 301)
    assert not is_from_the_store(secret, {**head, "webhook-timestamp": long_ago}, body)
