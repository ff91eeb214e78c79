import subprocess
import sys

ROOM = "import scanners.hub, scanners.keyboard_wedge, scanners.serial_scanner, scanners.parse, sys\n"
PARSED = """
from scanners.parse import parse
from scanners.profile import ScannerProfile
profile = ScannerProfile("keys", kind="wedge")
for frame in ("]E09506000134352", "9506000134352", "ORD-1", "]C0ORD-1", "]Q1https://a/b"):
    assert parse(frame, profile, "keys", 0.0).text
"""


def loaded(code: str) -> set[str]:
    code += "print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_the_room_loads_neither_biip_nor_pyserial_nor_a_screen_before_they_are_needed():
    assert not loaded(ROOM + PARSED) & {"biip", "serial", "textual", "httpx", "orders", "terminal"}


def test_warm_up_and_a_gs1_scan_load_biip():
    assert "biip" in loaded(ROOM + "from scanners.gs1 import warm_up; warm_up()\n")
    assert "biip" in loaded(ROOM + PARSED + "parse(']C110ABC', profile, 'keys', 0.0)\n")
