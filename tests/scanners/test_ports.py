import pytest

from scanners.ports import Address, DevicePath, UsbNumbers, place_of


@pytest.mark.parametrize(
    ("port", "place"),
    [
        ("/dev/serial/by-id/usb-Honeywell_1900-if00", DevicePath("/dev/serial/by-id/usb-Honeywell_1900-if00")),
        ("/dev/rfcomm0", DevicePath("/dev/rfcomm0")),
        ("usb:0C2E:0901", UsbNumbers(0x0C2E, 0x0901, None)),
        ("usb:0c2e:0901:19:ABC/1", UsbNumbers(0x0C2E, 0x0901, "19:ABC/1")),
        ("socket://10.0.0.7:4001", Address("10.0.0.7", 4001)),
        ("SOCKET://tunnel.floor.example:9999/", Address("tunnel.floor.example", 9999)),
        ("socket://[fe80::1]:4001", Address("fe80::1", 4001)),
    ],
)
def test_a_port_names_a_place(port, place):
    assert place_of(port) == place


@pytest.mark.parametrize(
    "port",
    ["", " ", "usb:", "usb:0c2e", "usb:0c2e:09", "usb:0c2e:0901:", "socket://", "socket://10.0.0.7", "socket://:4001",
     "socket://h:0", "socket://h:65536", "socket://h:4001/x", "socket://a b:1", "rfc2217://10.0.0.7:1", "tcp://h:1"],
)  # fmt: skip
def test_what_names_no_place_is_told_with_what_does(port):
    with pytest.raises(ValueError, match=r"socket://10\.0\.0\.7:4001"):
        place_of(port)
