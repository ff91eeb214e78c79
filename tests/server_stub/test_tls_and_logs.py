"""A store that proves who it is, and what it writes to its log: enough to follow it, and nothing of anybody's."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from benchmarks.private_postgres import PrivatePostgres
from orders import wire
from server_stub.place import Place
from terminal.sync.link import HttpLink, Nonsense, Unreachable

_PROGRAM = "import sys, floorhand; sys.exit(floorhand.main(sys.argv[1:]))"
LIMIT_SECONDS = 60

pytestmark = pytest.mark.heavy


class Safe:
    """A store's config with a certificate of an authority that the system does not know."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.config, self.authorities = folder, folder / "floorhand.toml", folder / "ca.pem"
        self.database = {"database": address} if address else {}
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.authorities))
        issued = authority.issue_cert("127.0.0.1", "store.example")
        issued.cert_chain_pems[0].write_to_path(str(folder / "store.pem"))
        issued.private_key_pem.write_to_path(str(folder / "store.key"))
        self.write(tls_certificate=str(folder / "store.pem"), tls_key=str(folder / "store.key"))

    def write(self, **settings: str) -> None:
        """The [store] table."""
        table = {"folder": str(self.folder / "store"), "log": "json", **self.database, **settings}
        lines = ["port = 0", *(f'{name} = "{value}"' for name, value in table.items())]
        self.config.write_text("[store]\n" + "\n".join(lines) + "\n", encoding="utf-8")

    def command(self, *words: str) -> list[str]:
        """A command line of the front door."""
        return [sys.executable, "-c", _PROGRAM, "--config", str(self.config), "store", *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        return subprocess.run(self.command(*words), capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS)


@pytest.fixture(scope="module")
def safe(request: pytest.FixtureRequest, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Safe]:
    server: PrivatePostgres | None = request.getfixturevalue("postgres") if database == "postgresql" else None
    made = Safe(tmp_path_factory.mktemp("tls"), server.make("safe") if server else "")
    done = made.run("init", "--company-prefix", "952")
    assert done.returncode == 0, done.stderr
    yield made
    if server:
        server.drop("safe")


@pytest.fixture(scope="module")
def running(safe: Safe) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The store, and its address."""
    ready = safe.folder / "ready"
    process = subprocess.Popen(
        safe.command("run", "--ready-file", str(ready)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "https://" in line, process.stderr.read() if process.stderr else line
    yield process, ready.read_text()
    process.kill()
    process.communicate()


def test_commands_beside_a_store_with_a_certificate_know_it(safe: Safe, running: Any) -> None:
    done = safe.run("add-worker", "Ada Lovelace", "--pin", "27182818")
    assert done.returncode == 0, done.stderr


async def test_a_terminal_believes_the_stores_own_authority_and_nobody_else(safe: Safe, running: Any) -> None:
    _, url = running
    code = safe.run("add-terminal").stdout.split()[-1]
    link = HttpLink(url, "", authorities=safe.authorities)
    enrolled = await link.enrol(code, "CART-1")
    hello = wire.Hello(journal="j", wire_version=wire.WIRE_VERSION, program_version="1")
    assert (await link.hello(hello)).expected == 1
    await link.close()
    stranger = HttpLink(url, enrolled.token)
    with pytest.raises(Nonsense, match=r"has no certificate that this terminal trusts: tell a supervisor"):
        await stranger.hello(hello)
    await stranger.close()
    plain = HttpLink(url.replace("https:", "http:"), enrolled.token)
    with pytest.raises(Unreachable):
        await plain.hello(hello)
    await plain.close()


async def test_a_file_of_authorities_that_is_none_is_told_by_its_name(safe: Safe, running: Any) -> None:
    link = HttpLink(running[1], "", authorities=safe.config)
    with pytest.raises(Unreachable, match=r"floorhand\.toml cannot be read"):
        await link.enrol("CODE", "CART-2")


def test_the_log_follows_each_request_and_holds_no_secret(safe: Safe, running: Any) -> None:
    process, url = running
    token = Place(safe.folder / "store").token()
    headers = {"authorization": f"Bearer {token}"}
    trust = ssl.create_default_context(cafile=safe.authorities)
    with httpx.Client(base_url=url, headers=headers, verify=trust) as http:
        order = {
            "owner": "HOME",
            "number": "77",
            "lines": [{"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 1}],
            "ship_to": {"id": "x", "name": "Grace Hopper", "lines": ["12 Secret Street"], "city": "York"},
        }
        assert http.post("/v1/intake", json={"orders": [order]}).status_code == 200
        assert http.post("/v1/workers", json={"name": "Bea", "roles": ["picker"], "pin": "31415926"}).status_code == 200
        assert http.post("/v1/workers", json={"name": "Bea", "roles": ["picker"], "pin": "3141x"}).status_code == 422
        assert http.get("/v1/records/order/HOME/404").status_code == 404
        assert http.get("/v1/records/order/HOME/404?x=Grace").status_code == 422
        given = http.post("/v1/tokens", json={"label": "SHOP", "role": "integration"}).json()["token"]
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 0
    lines = [json.loads(line) for line in err.splitlines()]
    acts = {(line["act"], line["status"]) for line in lines if "act" in line}
    assert {("intake", 200), ("add_worker", 200), ("add_worker", 422), ("record", 404), ("record", 422)} <= acts
    assert ("add_token", 200) in acts
    assert all(line["at"].endswith("+00:00") and line["level"] for line in lines)
    for secret in (token, given, "31415926", "3141x", "27182818", "Grace", "Secret Street", "York", "Lovelace"):
        assert secret not in err + out, secret


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"tls_certificate": "store.pem"},
            "store.tls_key: expected a file beside the other one, got nothing: set both",
        ),
        ({"tls_certificate": "none.pem", "tls_key": "store.key"}, "none.pem cannot be read"),
        ({"tls_certificate": "store.key", "tls_key": "store.pem"}, "are no certificate with its key in PEM"),
        ({"log": "xml"}, "store.log"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_one_sentence(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    other = Safe(tmp_path, "")
    named = {name: str(tmp_path / value) if "tls" in name else value for name, value in settings.items()}
    other.write(**named)
    other.run("init")
    done = other.run("run")
    assert done.returncode in (1, 2)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
