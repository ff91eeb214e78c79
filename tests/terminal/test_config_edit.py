"""Writing a scanner into a config that a person wrote."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from terminal import config, config_edit
from terminal.config_edit import CannotEdit

WRITTEN = """\
# The cart by the door.
[store]
url = "http://10.0.0.5:8743"   # ask Sam

[[scanner]]  # bench
name = "pistol"   # the red one
port = "/dev/ttyACM0"
separators = ["|"]

# Labels
[labels]
media = "a4"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "floorhand.toml"
    path.write_text(WRITTEN)
    path.chmod(0o640)
    return path


def test_an_entry_is_changed_and_everything_else_stays_as_it_was_written(path: Path) -> None:
    edit = config_edit.with_scanner(path, {"name": "pistol", "separators": None, "aim": True})
    assert [row for row in edit.lines if row[0] in "+-"] == ['-separators = ["|"]', "+aim = true"]
    assert path.read_text() == WRITTEN
    config_edit.write(edit)
    after = path.read_text()
    assert after.replace("aim = true\n", 'separators = ["|"]\n') == WRITTEN
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["floorhand.toml"]


def test_a_new_entry_stands_at_the_end_and_passes_the_check(path: Path) -> None:
    config_edit.write(config_edit.with_scanner(path, {"name": "ring", "kind": "wedge", "terminators": "\r"}))
    read = config.read(path)
    assert [(each.name, each.kind) for each in read.scanners] == [("pistol", "serial"), ("ring", "wedge")]
    assert read.scanners[1].terminators == "\r"
    new = '[[scanner]]\nname = "ring"\nkind = "wedge"\nterminators = "\\r"\n\n'
    assert path.read_text() == WRITTEN.replace("# Labels\n", f"{new}# Labels\n")


@pytest.mark.parametrize("before", ["", '[store]\nurl = "http://10.0.0.5:1"\n', "# nothing yet\n"])
def test_the_first_scanner_of_a_config_and_a_config_that_is_not_there_yet(tmp_path: Path, before: str) -> None:
    path = tmp_path / "new" / "floorhand.toml"
    if before:
        path.parent.mkdir()
        path.write_text(before)
    config_edit.write(config_edit.with_scanner(path, {"name": "pistol", "kind": "serial", "port": "/dev/ttyACM0"}))
    assert [each.port for each in config.read(path).scanners] == ["/dev/ttyACM0"]
    new = '[[scanner]]\nname = "pistol"\nkind = "serial"\nport = "/dev/ttyACM0"\n'
    assert path.read_text() == (f"{before}\n{new}" if before else new)


def test_scanners_in_one_line_get_another_one_in_that_line(tmp_path: Path) -> None:
    path = tmp_path / "floorhand.toml"
    path.write_text('scanner = [{ name = "pistol", port = "/dev/ttyACM0" }]\n')
    config_edit.write(config_edit.with_scanner(path, {"name": "ring", "kind": "wedge"}))
    config_edit.write(config_edit.with_scanner(path, {"name": "pistol", "aim": True}))
    assert [(each.name, each.aim) for each in config.read(path).scanners] == [("pistol", True), ("ring", None)]


def test_windows_line_ends_stay(path: Path) -> None:
    path.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    config_edit.write(config_edit.with_scanner(path, {"name": "pistol", "baud": 19200}))
    assert config.read(path).scanners[0].baud == 19200
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n") == WRITTEN.count("\n") + 1


def test_what_would_not_pass_the_check_is_never_written(path: Path) -> None:
    with pytest.raises(CannotEdit, match="baud"):
        config_edit.with_scanner(path, {"name": "pistol", "baud": 7})
    path.write_text("scanner = 3")
    with pytest.raises(CannotEdit):
        config_edit.with_scanner(path, {"name": "pistol"})
    path.write_text("[scan")
    with pytest.raises(CannotEdit):
        config_edit.with_scanner(path, {"name": "pistol"})


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(path: Path) -> None:
    edit = config_edit.with_scanner(path, {"name": "pistol", "aim": True})
    path.write_text(WRITTEN + "# mine\n")
    with pytest.raises(CannotEdit, match="changed meanwhile"):
        config_edit.write(edit)
    assert path.read_text().endswith("# mine\n")


def test_a_place_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotEdit, match="cannot be"):
        config_edit.write(config_edit.with_scanner(tmp_path / "file" / "x.toml", {"name": "a", "kind": "wedge"}))


def test_a_config_behind_a_link_is_written_where_it_lies(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    config_edit.write(config_edit.with_scanner(link, {"name": "pistol", "aim": True}))
    assert link.is_symlink()
    assert config.read(path).scanners[0].aim is True
