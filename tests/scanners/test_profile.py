import pytest

from scanners.profile import ProfileError, ScannerProfile


def test_a_table_of_a_configuration_file_becomes_a_profile():
    table = {"port": "/dev/ttyACM0", "separators": ["|", "<GS>"], "aim": True, "bytesize": 7, "parity": "E"}
    profile = ScannerProfile.from_table("lane 1", table)
    assert (profile.name, profile.separators, profile.bytesize, profile.parity) == ("lane 1", ("|", "<GS>"), 7, "E")


@pytest.mark.parametrize(
    ("field", "came"),
    [
        ("kind", "usb"),
        ("port", None),
        ("port", " "),
        ("port", 3),
        ("baud", 0),
        ("baud", "9600"),
        ("baud", True),
        ("bytesize", 9),
        ("port", "usb:0c2e"),
        ("port", "socket://10.0.0.7"),
        ("port", "http://10.0.0.7"),
        ("parity", "odd"),
        ("stopbits", 3),
        ("stopbits", True),
        ("flow", "rts"),
        ("flow", False),
        ("terminators", "\r\x1d"),
        ("terminators", "X"),
        ("terminators", ["\r"]),
        ("silence_ms", 1),
        ("prefix", "]C"),
        ("prefix", "\r"),
        ("prefix", "much too long"),
        ("prefix", 5),
        ("suffix", "\r"),
        ("suffix", 5),
        ("suffix", "much too long"),
        ("separators", "|"),
        ("separators", ["F8"]),
        ("separators", ["A"]),
        ("separators", [""]),
        ("separators", [7]),
        ("aim", 1),
        ("aim", "yes"),
        ("repeat_ms", -1),
        ("burst_gap_ms", 1.5),
        ("burst_characters", 1),
        ("digits_are_gtins", "no"),
        ("zero_suppressed_gtin", 0),
        ("sends_gs", "no"),
        ("colour", "red"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_what_came_and_what_was_expected(field, came):
    with pytest.raises(ProfileError) as caught:
        ScannerProfile.from_table("lane 1", {"port": "/dev/ttyS0", field: came})
    error = caught.value
    assert (error.profile, error.field) == ("lane 1", field)
    assert str(error).startswith(f"scanner 'lane 1': {field} is ")
    assert error.expected in str(error)


def test_a_profile_needs_a_name_and_a_wedge_no_port():
    with pytest.raises(ProfileError, match="tells this scanner from others"):
        ScannerProfile(" ", kind="wedge")
    with pytest.raises(ProfileError, match="a wedge types into the terminal"):
        ScannerProfile("keys", kind="wedge", port="/dev/ttyS0")


@pytest.mark.parametrize(
    "line",
    [
        {"baud": 1200, "bytesize": 7, "parity": "E", "stopbits": 2},
        {"baud": 921_600, "bytesize": 8, "parity": "M", "stopbits": 1.5, "flow": "xonxoff"},
        {"baud": 250_000, "bytesize": 5, "parity": "O", "stopbits": 1, "flow": "rtscts"},
        {"parity": "S", "flow": "dsrdtr", "terminators": "", "silence_ms": 50, "suffix": "#"},
    ],
)
def test_any_line_that_a_port_can_have_may_be_set(line):
    profile = ScannerProfile.from_table("lane 1", {"port": "/dev/ttyS0", **line})
    assert {name: getattr(profile, name) for name in line} == line


def test_only_a_wedge_has_keys_that_stand_for_gs():
    table = {"kind": "wedge", "separators": ["F8", "|"]}
    assert ScannerProfile.from_table("keys", table).separator_keys == {"f8"}
    assert ScannerProfile("keys", kind="wedge").separator_keys == frozenset()
