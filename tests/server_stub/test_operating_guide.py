"""The unit and the container file of the guide are what this program and this system understand."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import floorhand
from server_stub import connections
from server_stub.command_line import parser
from server_stub.settings import StoreSettings

GUIDE = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    return found[1]


def test_the_unit_starts_this_program_in_the_folder_that_it_may_write_to(tmp_path: Path) -> None:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(block("ini"))
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert words[:1] == ["--config"]
    assert words[2] == "store"
    assert parser().parse_args(words[3:]).command == "run"
    assert f'folder = "/var/lib/{unit["Service"]["StateDirectory"]}"' in block("toml")
    name = re.search(r"/etc/systemd/system/(\S+)\.service", GUIDE)
    assert name
    # systemd's own default for a process is 1,024 files; more connections than that are wished for.
    files = int(unit["Service"]["LimitNOFILE"])
    usual = StoreSettings()
    room = connections.room(usual.connections, usual.connections_from_one_address, files)
    assert room == connections.Room(usual.connections, usual.connections_from_one_address)
    assert unit["Service"]["UMask"] == "0077"
    assert set(re.findall(r"systemctl \w+ (\S+)", GUIDE)) == {name[1]}
    if analyze := shutil.which("systemd-analyze"):
        file = tmp_path / f"{name[1]}.service"
        file.write_text(block("ini").replace(program, "/bin/true"), encoding="utf-8")
        done = subprocess.run([analyze, "verify", str(file)], capture_output=True, text=True, check=False, timeout=60)
        assert str(file) not in done.stderr, done.stderr
        assert file.name not in done.stderr, done.stderr


def test_the_container_starts_this_program() -> None:
    entry = re.search(r"^ENTRYPOINT (.*)$", block("dockerfile"), re.MULTILINE)
    assert entry
    program, room, *words = json.loads(entry[1])
    assert (program, room) == ("floorhand", "store")
    told = parser().parse_args(words)
    assert (told.command, told.host) == ("run", "0.0.0.0")
    assert f"VOLUME {told.folder}" in block("dockerfile")
    check = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", block("dockerfile"))
    assert check
    assert f"EXPOSE {check[1]}" in block("dockerfile")
    assert callable(floorhand.main)
