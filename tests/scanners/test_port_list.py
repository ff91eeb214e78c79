"""Ports by the name that stays when they are plugged in elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from scanners.port_list import is_same_port, lasting_names, serial_ports


def a_port(device: Path, product: str | None) -> ListPortInfo:
    info = ListPortInfo(str(device))
    info.product = product
    return info


def test_a_port_is_named_by_its_lasting_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device, other = tmp_path / "ttyACM3", tmp_path / "ttyUSB0"
    device.touch()
    other.touch()
    stable = tmp_path / "by-id"
    stable.mkdir()
    (stable / "usb-Example_Scanner-if00").symlink_to(device)
    monkeypatch.setattr(list_ports, "comports", lambda: [a_port(device, "Scanner"), a_port(other, None)])
    first, second = serial_ports(stable)
    assert (first.device, first.path, first.what) == (str(device), str(stable / "usb-Example_Scanner-if00"), "Scanner")
    assert (second.device, second.path, second.what) == (str(other), str(other), "")
    assert is_same_port(first.device, first.path)
    assert not is_same_port(first.device, second.device)


def test_a_machine_without_lasting_names_has_none(tmp_path: Path) -> None:
    assert lasting_names(tmp_path / "absent") == {}
