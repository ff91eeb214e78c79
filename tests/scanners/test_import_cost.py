import subprocess
import sys

ROOM = "import scanners.hub, scanners.keyboard_wedge, scanners.serial_scanner, scanners.parse, sys\n"
PARSED = """
from scanners.parse import parse
from scanners.profile import ScannerProfile
profile = ScannerProfile("keys", kind="wedge")
for frame in ("]E09506000134352", "9506000134352", "ORD-1", "]C0ORD-1", "]Q1badge"):
    assert parse(frame, profile, "keys", 0.0).text
"""


def loaded(code: str) -> set[str]:
    """The modules that the code leaves loaded, and the packages that they are in."""
    code += "print(*{*sys.modules, *(name.partition('.')[0] for name in sys.modules)})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_the_room_loads_neither_pyserial_nor_a_screen_before_they_are_needed():
    assert not loaded(ROOM + PARSED) & {"serial", "textual", "httpx", "orders", "terminal"}


def test_the_rules_of_gs1_are_loaded_by_the_first_read_that_needs_them():
    assert "scanners.gs1" not in loaded(ROOM + PARSED)
    for frame in ("]C110ABC", "https://a/b"):
        assert "scanners.gs1_dictionary" in loaded(ROOM + PARSED + f"parse('{frame}', profile, 'keys', 0.0)\n")
