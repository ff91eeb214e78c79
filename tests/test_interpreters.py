"""The package installs and its rooms pass their tests on every supported Python that this machine has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("orders", "scanners", "printing", "terminal", "server_stub")


def interpreter(version: str) -> str | None:
    """A Python of that version that runs, from the path or from where pyenv keeps its own."""
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}*/bin/python{version}"))
    for candidate in (f"python{version}", *map(str, kept)):
        try:
            if subprocess.run([candidate, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
                return candidate
        except FileNotFoundError:
            continue
    return None


@pytest.mark.long
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_rooms_pass_on_this_python(version: str) -> None:
    if version == "{}.{}".format(*sys.version_info[:2]):
        return  # the run that this test is part of is that proof
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed on this machine")
    # Not below pytest's own folder, which nobody else may enter: a database server runs as another user than root.
    with TemporaryDirectory(prefix="fh-python-") as folder:
        Path(folder).chmod(0o755)
        done = _tried(python, Path(folder))
    assert done.returncode == 0, done.stdout[-4000:]


def _tried(python: str, folder: Path) -> subprocess.CompletedProcess[str]:
    subprocess.run([python, "-m", "venv", folder], check=True)
    new = folder / "bin" / "python"
    subprocess.run([new, "-m", "pip", "install", "-q", "-e", f"{ROOT}[test]"], check=True)
    # What this run tells its own workers (where its snapshots lie, who they are) is not for the inner run.
    apart = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TEXTUAL_"))}
    # The store's language is SQL: on the other database it is the same under every Python.
    at_once = ("-n", "2", "--dist", "loadfile", "--database", "sqlite")
    # What runs whole programs again and again is proven once: they start on this Python in the other tests.
    short = ("-m", "not long and not heavy")
    command = [new, "-m", "pytest", *at_once, *short, *(ROOT / "tests" / room for room in ROOMS)]
    return subprocess.run(command, cwd=ROOT, env=apart, capture_output=True, text=True, check=False)
