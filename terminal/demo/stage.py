"""Sets the demo's stage: the store as a process of its own, its people and places, and the morning's orders.

Decides nothing that the commands do not: it calls `floorhand store` and `floorhand import` as an operator would, so the
demo proves the commands as well.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from terminal.demo import shop

TOTES = 40
_START_SECONDS = 30.0


class StageError(Exception):
    """A command of the demo failed; the text is what it said."""


@dataclass
class Stage:
    """One demo folder and the processes that run in it."""

    folder: Path
    url: str = ""
    badge: str = ""
    pin: str = ""
    store: subprocess.Popen[bytes] | None = None
    address: str = ""
    """The store's PostgreSQL, where it is not the embedded database."""

    @property
    def shop_folder(self) -> Path:
        """The input files."""
        return self.folder / "shop"

    @property
    def store_folder(self) -> Path:
        """The store's own folder."""
        return self.folder / "store"

    @property
    def database(self) -> Path:
        """The store's database file; of one elsewhere a backup, taken now."""
        if not self.address:
            return next(self.store_folder.glob("*.db"))
        copy = self.folder / "recounted.db"
        copy.unlink(missing_ok=True)
        self.run("store", "backup", str(copy))
        return copy

    def totes(self) -> list[str]:
        """The totes that stand about, as their labels name them."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return [id for (id,) in connection.execute("SELECT id FROM record WHERE kind = 'tote' ORDER BY id")]

    @property
    def printed_folder(self) -> Path:
        """Where labels and slips appear."""
        return self.folder / "printed"

    @property
    def config(self) -> Path:
        """The config of this little machine."""
        return self.folder / "floorhand.toml"

    def run(self, *words: str) -> str:
        """Runs one floorhand command with the demo's config; its output, or StageError with what it said."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, env=self.environment(), check=False)
        # An import that reports rows ends with 1: the demo has an order without an address on purpose.
        if done.returncode > (words[0] == "import"):
            raise StageError(f"floorhand {' '.join(words)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def command(self, *words: str) -> list[str]:
        """The command line of one floorhand command on this stage."""
        return [sys.executable, "-m", "floorhand", "--config", str(self.config), *words]

    def environment(self) -> dict[str, str]:
        """The environment of this stage's processes."""
        return {**os.environ, "PYTHONUNBUFFERED": "1"}

    def close(self) -> None:
        """Ends the store."""
        if self.store is not None:
            self.store.terminate()
            try:
                self.store.wait(10)
            except subprocess.TimeoutExpired:
                self.store.kill()
                self.store.wait()


def prepare(folder: Path, scanner_port: str, site: Path, prefix: str, address: str = "") -> tuple[Stage, str]:
    """A running, empty store for `site`, a config for one terminal, and the one-time code that enrols it.

    `address` is that of an empty PostgreSQL database, where the store should not be embedded.
    """
    stage = Stage(folder, address=address)
    stage.printed_folder.mkdir(parents=True, exist_ok=True)
    _write_config(stage, scanner_port)
    made = stage.run("store", "init", "--site", str(site), "--company-prefix", prefix)
    stage.badge = _badge_on_paper(Path(_found(r"badge:\s*(\S.*)", made, "a badge")))
    stage.pin = _found(r"PIN:\s*(\d+)", made, "a PIN")
    code = _found(r"One-time code.*:\s*(\S+)", made, "a one-time code")
    with _closed_on_failure(stage):
        _start_store(stage)
    return stage, code


def set_up(folder: Path, scanner_port: str, now: datetime, say: Callable[[str], None], address: str = "") -> Stage:
    """A running store with the shop's orders on the floor, and a config for the terminal; says each step."""
    say("writing a small shop: products, shelves, stock, customers, orders")
    shop.write(folder / "shop", now)
    say("making the store (database, first supervisor, GS1 prefix 952) and starting it as its own process")
    stage, code = prepare(folder, scanner_port, folder / "shop" / "site.toml", shop.PREFIX, address)
    with _closed_on_failure(stage):
        stage.run("store", "add-totes", str(TOTES))
        for kind in ("locations", "products", "stock", "customers", "orders"):
            said = stage.run("import", kind, str(stage.shop_folder / f"{kind}.csv"), "--map", "floorhand")
            say(f"imported {kind}: {_first_line(said)}")
        stage.run("store", "release", "--all")
        say("orders released to the floor")
        stage.run("terminal", "--enrol", code, "--name", "DEMO-1", "--station", "BENCH-1")
    return stage


@contextmanager
def _closed_on_failure(stage: Stage) -> Iterator[None]:
    """No store is left running by a stage that was never handed out."""
    try:
        yield
    except BaseException:
        stage.close()
        raise


def _start_store(stage: Stage) -> None:
    ready = stage.folder / "store.url"
    ready.unlink(missing_ok=True)
    log = (stage.folder / "store.log").open("ab")
    stage.store = subprocess.Popen(
        stage.command("store", "run", "--port", "0", "--ready-file", str(ready)),
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        env=stage.environment(),
        start_new_session=True,
    )
    log.close()
    end = time.monotonic() + _START_SECONDS
    while not (ready.exists() and (url := ready.read_text().strip())):
        if stage.store.poll() is not None or time.monotonic() > end:
            raise StageError(f"the store did not start: see {stage.folder / 'store.log'}")
        time.sleep(0.05)
    stage.url = url
    _write_config(stage, None)


def _write_config(stage: Stage, scanner_port: str | None) -> None:
    """The one TOML config of this machine; rewritten once the store's port is known."""
    port = scanner_port or _found(r'port = "([^"]+)"', stage.config.read_text(encoding="utf-8"), "a port")
    url = f'url = "{stage.url}"\n' if stage.url else ""
    database = f'database = "{stage.address}"\n' if stage.address else ""
    stage.config.write_text(
        f"""# Written by floorhand demo.
[store]
folder = "{stage.store_folder}"
log = "json"
{url}{database}
[terminal]
station = "BENCH-1"
journal = "{stage.folder / "terminal"}"

[[scanner]]
name = "toy"
kind = "serial"
port = "{port}"

[[printer]]
name = "folder"
kind = "folder"
path = "{stage.printed_folder}"
documents = ["label", "slip", "product"]
""",
        encoding="utf-8",
    )


def _badge_on_paper(page: Path) -> str:
    """The badge's barcode, read off the page that the store printed."""
    from pypdf import PdfReader

    return _found(r"\b(FHB-[A-Z0-9-]+)", PdfReader(page).pages[0].extract_text(), "a badge's barcode")


def _found(pattern: str, text: str, what: str) -> str:
    if (found := re.search(pattern, text)) is None:
        raise StageError(f"expected {what} in what the store said, got: {text.strip()!r}")
    return found.group(1)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "nothing said")


def arguments(stage: Stage, feed: Path) -> Sequence[str]:
    """The command line of the terminal on this stage."""
    return stage.command("terminal", "--feed", str(feed))
