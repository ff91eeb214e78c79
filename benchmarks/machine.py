"""Names the machine that was measured, so that nobody compares milliseconds across machines.

Decides which facts are worth a line. It measures nothing.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

_PACKAGES = ("floorhand", "textual", "msgspec", "litestar", "uvicorn", "starlette", "sqlalchemy", "reportlab")


def described() -> list[str]:
    """One fact a line: processor, memory, disk under the scratch files, system, versions, load before the run."""
    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    return [
        f"Processor: {_processor()}, {psutil.cpu_count()} cores",
        f"Memory: {psutil.virtual_memory().total / 2**30:.0f} GiB",
        f"Scratch files on: {_file_system(Path(tempfile.gettempdir()))} (another place: set TMPDIR)",
        f"System: {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        ", ".join(f"{package} {_version(package)}" for package in _PACKAGES),
        f"Load average before the run: {load}",
    ]


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    except OSError:
        pass  # not Linux: the platform's own word has to do
    return platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    """The file system under `folder`: one in memory would flush for nothing."""
    mounts = [each for each in psutil.disk_partitions(all=True) if folder.resolve().is_relative_to(each.mountpoint)]
    return max(mounts, key=lambda each: len(each.mountpoint)).fstype if mounts else "an unknown file system"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
