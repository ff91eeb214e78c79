"""The config file: where it is looked for, what it may say, and what is said about what it may not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orders.workflow_profiles import ADMITTED_FAULTS
from terminal import config, config_keys
from terminal.config import Config, ConfigError

WHOLE = """
[store]
url = "http://10.0.0.5:8743"
folder = "/srv/store"
host = "0.0.0.0"
port = 0

[terminal]
name = "CART-3"
station = "BENCH-1"
journal = "~/floor"

[[scanner]]
name = "hand"
kind = "serial"
port = "/dev/ttyACM0"
baud = 115200

[[scanner]]
name = "ring"
kind = "wedge"
prefix = "~"

[[printer]]
name = "zebra"
kind = "folder"
path = "/srv/labels"
documents = ["label"]

[[printer]]
name = "office"
kind = "folder"
path = "/srv/slips"
documents = ["slip"]
media = "letter"

[labels]
media = "100x150mm"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "floorhand.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_config_is_read(tmp_path: Path) -> None:
    read = config.read(written(tmp_path, WHOLE))
    assert read.store.url == "http://10.0.0.5:8743"
    assert read.store.port == 0
    assert (read.terminal.name, read.terminal.station) == ("CART-3", "BENCH-1")
    assert read.state_folder == Path.home() / "floor"
    assert [(each.name, each.kind, each.baud, each.prefix) for each in read.scanners] == [
        ("hand", "serial", 115200, "\x02"),
        ("ring", "wedge", 9600, "~"),
    ]
    assert [(each.name, each.documents, each.media) for each in read.printers] == [
        ("zebra", ("label",), None),
        ("office", ("slip",), "letter"),
    ]
    assert read.printers[0].device == {"kind": "folder", "path": "/srv/labels"}
    assert read.labels.media == "100x150mm"


def test_no_file_is_a_config_of_defaults(tmp_path: Path) -> None:
    path = tmp_path / "floorhand.toml"
    assert config.read(path) == Config(path)
    assert config.read(path).store.url is None


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("[store]\nulr = 'http://a'", "store.ulr", "did you mean `url`?"),
        ("[stroe]\n", "stroe", "did you mean `store`?"),
        ("[store]\ncolour = 1", "store.colour", "remove it, or correct its name"),
        ("[store]\nport = true", "store.port", "expected a port from 0 to 65535, got True"),
        ("[store]\nport = 70000", "store.port", "expected a port from 0 to 65535, got 70000"),
        ("[store]\nport = '80'", "store.port", "expected a port from 0 to 65535, got '80'"),
        ("[store]\nurl = '10.0.0.5'", "store.url", "expected the store's address"),
        ("[store]\nurl = 'http://a:x'", "store.url", "expected the store's address"),
        ("store = 3", "store", "write [store] on a line of its own"),
        ("[terminal]\nstation = ' '", "terminal.station", "expected the station"),
        ("[terminal]\njournall = 'x'", "terminal.journall", "did you mean `journal`?"),
        ("scanner = 3", "scanner", "write [[scanner]], in double brackets"),
        ("[scanner]\nname = 'a'", "scanner", "write [[scanner]], in double brackets"),
        ("[[scanner]]\nkind = 'wedge'", "scanner.1.name", "give each one a name"),
        ("[[scanner]]\nname = 'a'\nkind = 'usb'", "scanner.a.kind", "got 'usb'"),
        ("[[scanner]]\nname = 'a'\nkind = 'serial'", "scanner.a.port", "expected the path of a port"),
        ("[[scanner]]\nname = 'a'\nport = '/dev/x'\nbaut = 9600", "scanner.a.baut", "did you mean `baud`?"),
        ("[[scanner]]\nname = 'a'\nport = '/dev/x'\nbaud = 1", "scanner.a.baud", "got 1"),
        ("[[scanner]]\nname = 'a'\nport = 'socket://10.0.0.7'", "scanner.a.port", "such as socket://10.0.0.7:4001"),
        ("[[scanner]]\nname = 'a'\nport = 'usb:0c2e'", "scanner.a.port", "such as usb:0c2e:0901"),
        ("[[scanner]]\nname = 'a'\nport = '/dev/x'\nflow = 'rts'", "scanner.a.flow", "'rtscts'"),
        ("[[scanner]]\nname='a'\nport='/dev/x'\n[[scanner]]\nname='b'\nport='/dev/x'", "scanner.b.port", "`a` reads"),
        ("[[scanner]]\nname='a'\nkind='wedge'\n[[scanner]]\nname='a'\nkind='wedge'", "scanner.a.name", "two have"),
        ("[[scanner]]\nname='a'\nkind='wedge'\n[[scanner]]\nname='b'\nkind='wedge'", "scanner.b.kind", "second wedge"),
        ("scale = 3", "scale", "write [scale] on a line of its own"),
        ("[scale]\nport = '/dev/x'", "scale.protocol", "expected toledo8217, nci, mt-sics, got nothing: set it"),
        ("[scale]\nprotocol = 'nci'\nport = '/dev/x'\nbaut = 9600", "scale.baut", "did you mean `baud`?"),
        ("[scale]\nprotocol = 'nci'\nport = '/dev/x'\nunit = 'stone'", "scale.unit", "got 'stone': correct it"),
        ("[scale]\nprotocol = 'toledo8217'\nport = '/dev/x'", "scale.unit", "does not send it, got nothing: set it"),
        ("[[scanner]]\nname = 'a'\nkind = 'hidraw'", "scanner.a.port", "expected the path of a device"),
        ("[[scanner]]\nname='a'\nkind='evdev'\nport='/dev/x'\nlayout='nl'", "scanner.a.layout", "'us', 'uk', 'de'"),
        ("[[printer]]\nname = 'p'", "printer.p.kind", "got nothing: set it"),
        ("[[printer]]\nname = 'p'\nkind = 'folder'\nmedia = 'a3'", "printer.p.media", "got 'a3'"),
        ('[terminal]\njournal = "/srv/a\\u0000b"', "terminal.journal", "expected the folder"),
        ("[[printer]]\nname = 'p'\nkind = 'folder'\ndocuments = []", "printer.p.documents", "label, slip, product"),
        ("[[printer]]\nname = 'p'\nkind = 'folder'\ndocuments = ['bill']", "printer.p.documents", "got ['bill']"),
        (
            "[[printer]]\nname='p'\nkind='folder'\n[[printer]]\nname='q'\nkind='folder'",
            "printer.q.documents",
            "label goes to `p` already",
        ),
        ("[sounds]\nright = 'beep'", "sounds.right", "expected bell, off, or a player"),
        ("[sounds]\nwrong = []", "sounds.wrong", "got []"),
        ("[sounds]\nloud = 'bell'", "sounds.loud", "there is attention, right, wrong"),
        ("[terminal]\nkeyed_items = ['name']", "terminal.keyed_items", "sku and digits"),
        ("[terminal]\nrefuses = ['check-digit']", "terminal.refuses", "problems out of alone, companion"),
        (
            "[[scanner]]\nname = 'a'\nkind = 'wedge'\nadmits = ['date']",
            "scanner.a.admits",
            "under [picking]",
        ),
        ("[labels]\nmedia = 'A4'", "labels.media", "expected one of 4x6in"),
        ("[labels]\nmedia = '57x32mm'", "labels.media", "expected one of 4x6in"),
        ("[labels]\ndigital_link = 'id.gs1.org'", "labels.digital_link", 'such as "https://id.gs1.org"'),
        ("[labels]\nlogo = ''", "labels.logo", "expected the picture of this site's logo"),
        ("[labels]\nlanguage = 'sv'", "labels.language", "expected one of en, de"),
    ],
)
def test_what_cannot_be_is_named_with_its_remedy(tmp_path: Path, text: str, key: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        config.read(path)
    assert caught.value.key == key
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{path}: `{key}`: ")


def test_a_token_is_never_repeated_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config.read(written(tmp_path, "[store]\ntoken = ''"))
    assert "not shown" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"[store\n", "is not TOML"), (b"[store]\nurl = http://a\n", "line 2"), (b"a = '\xff'", "is not UTF-8")],
)
def test_a_file_that_is_not_toml_says_where(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "floorhand.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=said):
        config.parse(path)


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        config.parse(tmp_path)


def test_a_pipe_or_a_device_is_no_config_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ConfigError, match="is a pipe or a device, and not a file"):
            config.parse(place)


def test_brackets_without_end_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nests more brackets than any config"):
        config.parse(written(tmp_path, f"a = {'[' * 5000}{']' * 5000}"))


def test_a_mark_that_an_editor_put_in_front_of_utf_8_is_none_of_its_text(tmp_path: Path) -> None:
    path = tmp_path / "floorhand.toml"
    path.write_text("[terminal]\nname = 'Träger 1'\n", encoding="utf-8-sig")
    assert config.read(path).terminal.name == "Träger 1"


def test_the_config_is_looked_for_where_it_was_named(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    assert config.locate(str(path), {}) == path
    assert config.locate(None, {config.VARIABLE: str(path)}) == path
    assert config.locate(None, {}).name == config.FILE
    assert config.locate(None, {}).parent.name == "floorhand"


def test_a_named_config_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--config names this file"):
        config.locate(str(tmp_path / "none.toml"), {})
    with pytest.raises(ConfigError, match="FLOORHAND_CONFIG names this file"):
        config.locate(None, {config.VARIABLE: str(tmp_path / "none.toml")})


def test_the_witness_lies_outside_of_the_journal(tmp_path: Path) -> None:
    assert config.read(written(tmp_path, "[terminal]\njournal = '/a'")).witness is None
    assert config.read(written(tmp_path, "[terminal]\njournal = '/a'\nwitness = '/b/w'")).witness == Path("/b/w")
    usual = config.read(written(tmp_path, ""))
    assert usual.witness is not None
    assert not usual.witness.is_relative_to(usual.state_folder)


def test_a_station_can_be_named_for_one_run(tmp_path: Path) -> None:
    read = config.read(written(tmp_path, WHOLE))
    assert read.at_station("BENCH-9").terminal.station == "BENCH-9"
    assert read.at_station("BENCH-9").terminal.name == "CART-3"


def test_the_config_is_cheap_to_import_and_the_app_imports_nothing_heavy() -> None:
    # The first frame waits for none of these: they are imported behind it, where they are needed.
    heavy = {"httpx", "reportlab", "biip", "sqlalchemy", "serial", "sqlite3", "barcode"}
    for module, banned in (
        ("terminal.config", {*heavy, "textual", "msgspec"}),
        ("terminal.app, terminal.bootstrap, terminal.driver, terminal.commands", heavy - {"sqlite3"}),
    ):
        code = f"import sys, {module}; print(*sorted({banned!r} & {{each.partition('.')[0] for each in sys.modules}}))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "", module


def test_every_paper_and_language_that_can_be_drawn_can_be_configured() -> None:
    from printing.documents import Media
    from printing.draw import SHIPPING_MEDIA
    from printing.paper_words import LANGUAGES

    assert list(config_keys.MEDIA) == [media.value for media in Media]
    assert list(config_keys.SHIPPING_MEDIA) == [media.value for media in SHIPPING_MEDIA]
    assert config_keys.LANGUAGES == LANGUAGES


def test_a_sites_logo_and_fonts_are_files_of_this_machine(tmp_path: Path) -> None:
    path = written(tmp_path, "[labels]\nlogo = '/srv/logo.png'\nfonts = '~/fonts'\ntext = 'Fragile'")
    labels = config.read(path).labels
    assert labels.files == (Path("/srv/logo.png"), Path.home() / "fonts")
    assert labels.text == "Fragile"
    assert config.LabelSettings().files == (None, None)


def test_sounds_are_bells_off_or_a_players_words(tmp_path: Path) -> None:
    read = config.read(written(tmp_path, "[sounds]\nright = 'off'\nwrong = ['aplay', '-q', '/opt/no way.wav']"))
    assert (read.sounds.right, read.sounds.wrong, read.sounds.attention) == (
        "off",
        ("aplay", "-q", "/opt/no way.wav"),
        "bell",
    )


def test_items_may_be_keyed_unless_the_config_says_otherwise(tmp_path: Path) -> None:
    assert config.read(written(tmp_path, "")).terminal.keyed_items == ("sku", "digits")
    assert config.read(written(tmp_path, "[terminal]\nkeyed_items = []")).terminal.keyed_items == ()


def test_a_device_refuses_every_problem_by_its_name(tmp_path: Path) -> None:
    read = config.read(written(tmp_path, f"[terminal]\nrefuses = {list(ADMITTED_FAULTS)}"))
    assert read.terminal.refuses == ADMITTED_FAULTS


@pytest.mark.parametrize("is_whole", [False, True], ids=["as it stands", "with every line that is commented out"])
def test_the_guides_config_can_be_read(tmp_path: Path, is_whole: bool) -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "config.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    if is_whole:
        shown = re.sub(r"^# (?=\w+ = )", "", shown, flags=re.MULTILINE)
    path = tmp_path / "floorhand.toml"
    path.write_text(shown, encoding="utf-8")
    assert config.read(path).terminal.name == "CART-3"
