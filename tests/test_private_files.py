"""What the commands write is readable by whoever ran them, and by nobody else, also in a folder that is open to all."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.store_process import StoreProcess

pytestmark = [pytest.mark.heavy, pytest.mark.embedded]

_PROGRAM = "import os, sys; os.umask(0o022); import floorhand; sys.exit(floorhand.main(sys.argv[1:]))"
RETAIL = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,LAMP,6,12/1/2010 8:26,2.55,17850,United Kingdom
"""


def command(*words: str) -> list[str]:
    """A command as somebody types it whose files everybody may read by default."""
    return [sys.executable, "-c", _PROGRAM, *words]


def run(*words: str, code: int = 0) -> str:
    done = subprocess.run(
        command(*words), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout


def open_to_others(folder: Path, besides: Sequence[str] = ()) -> dict[str, str]:
    """The files below it that others may read, write or list."""
    modes = {path: path.stat().st_mode for path in folder.rglob("*") if path.name not in besides}
    return {str(path.relative_to(folder)): stat.filemode(mode) for path, mode in modes.items() if mode & 0o077}


def test_a_whole_store_in_a_folder_that_is_open_to_all_is_its_owners_alone(tmp_path: Path) -> None:
    folder, out = tmp_path / "store", tmp_path / "out"
    for each in (folder, out):
        each.mkdir()
        each.chmod(0o755)
    store = ("store", "--folder", str(folder))
    run(*store, "init", "--company-prefix", "952")
    run(*store, "add-worker", "Ada Lovelace", "--pin", "2718")
    serving = StoreProcess(command(*store, "run"), out / "store.log")
    (out / "store.log").touch(0o600)
    serving.start()
    try:
        run(*store, "add-totes", "2")
        run(*store, "backup", str(out / "noon.db"))
        run(*store, "export", "orders", str(out / "orders.csv"))
        orders = tmp_path / "orders.csv"
        orders.write_text(RETAIL, encoding="utf-8")
        laid_out = ("--lay-out", "--labels", str(out / "labels"), "--report", str(out / "report.csv"))
        run("import", "orders", str(orders), "--map", "retail", "--folder", str(folder), *laid_out, code=1)
        assert list((out / "labels").iterdir())
        assert {"floorhand.db-wal", "running.json"} <= {path.name for path in folder.iterdir()}
        assert open_to_others(tmp_path, besides=("store", "out", "orders.csv")) == {}
    finally:
        serving.end()
    run(*store, "restore", str(out / "noon.db"))
    assert list((folder / "backups").iterdir())
    assert open_to_others(tmp_path, besides=("store", "out", "orders.csv")) == {}
    assert (out / "orders.csv").stat().st_mode & 0o777 == 0o600


def test_what_was_open_to_all_is_taken_back_and_a_group_that_was_let_in_stays(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = ("store", "--folder", str(folder))
    run(*store, "init")
    (folder / "backups").mkdir()
    for name in ("before.db", "offsite.db"):
        run(*store, "backup", str(folder / "backups" / name))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "backups" / "offsite.db").chmod(0o640)
    run(*store, "status")
    # The folder itself is whoever's who made it.
    assert open_to_others(folder, besides=("lock",)) == {"backups/offsite.db": "-rw-r-----"}
    assert folder.stat().st_mode & 0o777 == 0o755
