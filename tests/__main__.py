"""The one command that says whether the project is sound: style, types, who may import whom, and every test.

Run it as `python -m tests`; what follows is handed to pytest. `python -m tests --long` runs the long forms alone, among
them whatever has a store and takes its time on PostgreSQL. `--database postgresql` runs everything on that one.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = (
    ("style", [str(BIN / "ruff"), "check", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("types", [str(BIN / "mypy")]),
    ("imports", [str(BIN / "lint-imports"), "--no-cache"]),
)
# Most of a test's time is spent waiting for programs and disks: two at once, those of one file together, the slow
# files first.
AT_ONCE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
# Whoever wants them faster has to know where their time goes.
SLOWEST = "--durations=30"


def main(words: list[str]) -> int:
    """Runs every check, also after one has failed; 0 only if all are green."""
    failed = []
    if "--long" in words:
        words = ["-m", "long", *(word for word in words if word != "--long")]
        checks = []
    else:
        checks = list(CHECKS)
    checks.append(("tests", [sys.executable, "-m", "pytest", *AT_ONCE, SLOWEST, *words]))
    for name, command in checks:
        begun = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        print(f"-- {name}: {'ok' if code == 0 else f'FAILED ({code})'} in {time.monotonic() - begun:.0f} s", flush=True)
        if code:
            failed.append(name)
    if failed:
        print(f"-- not sound: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
