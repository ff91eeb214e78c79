"""One TOML file a machine: where it lies, what may stand in it, and what is said when something else does.

Decides keys, their kinds and their defaults. Every error names file, key, what came, what was expected and what to do.
Refuses to know what a port or a printer answers, and stays cheap to import: the front door reads it for every command.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from scanners.profile import ScannerProfile
    from scanners.scale_profile import ScaleProfile

FILE = "floorhand.toml"
VARIABLE = "FLOORHAND_CONFIG"


class ConfigError(ValueError):
    """Something in the config that cannot be; says which file and key, what came, what was expected, what to do."""

    def __init__(self, path: Path, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {f'`{key}`: ' if key else ''}{problem}: {remedy}")
        self.path, self.key, self.problem, self.remedy = path, key, problem, remedy


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The order store: `url` is where a terminal finds it, `authorities` the file of certificates (PEM) that vouch for
    it, where the system's do not; the rest is for the machine on which it runs.
    """

    url: str | None = None
    authorities: str | None = None
    folder: str | None = None
    host: str = "127.0.0.1"
    port: int = 8743
    token: str | None = None
    tls_certificate: str | None = None
    tls_key: str | None = None
    log: str = "text"
    audit_heads: str | None = None
    database: str | None = None


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """This device. `journal` is the folder of everything it keeps; None is the platform's place for state.

    `witness` is a file elsewhere by which the journal notices that its whole folder was put back from a copy.
    `scan_log` keeps a rolling log of raw reads for support.
    The site says what may be typed and which problems of a read may pass, this device only takes away: `keyed_items`
    are the ways to type an item that it leaves, `refuses` the kinds of problems that it never admits.
    """

    name: str = ""
    station: str = ""
    journal: str | None = None
    witness: str | None = None
    scan_log: bool = False
    keyed_items: tuple[str, ...] = ("sku", "digits")
    refuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """One printer: `device` is what its kind asks for, `documents` what goes to it, on `media`.

    Without `stations` it serves every station that has no printer of its own for a document.
    """

    name: str
    device: Mapping[str, object]
    documents: tuple[str, ...]
    media: str | None = None
    stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """Shipping labels: their paper where their printer does not say otherwise, and what the site puts on them.

    `fonts` is a folder of the site's own fonts, `logo` a picture, `text` a free block, `digital_link` the address of
    a resolver where a QR code is wanted; `language` is that of papers.
    """

    media: str = "4x6in"
    fonts: str | None = None
    logo: str | None = None
    text: str = ""
    digital_link: str = ""
    language: str = "en"

    @property
    def files(self) -> tuple[Path | None, Path | None]:
        """The logo and the folder of fonts."""
        logo, fonts = (Path(place).expanduser() if place else None for place in (self.logo, self.fonts))
        return logo, fonts


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """How right, wrong and attention are heard: `bell`, `off`, or the words of a player's command, without a shell."""

    right: str | tuple[str, ...] = "bell"
    wrong: str | tuple[str, ...] = "bell"
    attention: str | tuple[str, ...] = "bell"


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file, checked."""

    path: Path
    store: StoreSettings = StoreSettings()
    terminal: TerminalSettings = TerminalSettings()
    scanners: tuple[ScannerProfile, ...] = ()
    printers: tuple[PrinterSettings, ...] = ()
    labels: LabelSettings = LabelSettings()
    scale: ScaleProfile | None = None
    sounds: SoundSettings = SoundSettings()

    @property
    def state_folder(self) -> Path:
        """Where journal, token and reports lie."""
        if self.terminal.journal:
            return Path(self.terminal.journal).expanduser()
        return default_state_folder()

    @property
    def authorities(self) -> Path | None:
        """The file of certificates that vouch for the store, where the system's do not."""
        return Path(self.store.authorities).expanduser() if self.store.authorities else None

    @property
    def journal_file(self) -> Path:
        """The journal itself."""
        return self.state_folder / "journal.db"

    def at_station(self, station: str) -> Config:
        """The same at another station."""
        return replace(self, terminal=replace(self.terminal, station=station))

    @property
    def witness(self) -> Path | None:
        """The journal's witness: as configured; beside the journal's own place only where that is the platform's."""
        if self.terminal.witness:
            return Path(self.terminal.witness).expanduser()
        if self.terminal.journal:
            return None
        from platformdirs import user_data_path

        return user_data_path("floorhand", appauthor=False) / "journal-witness"


def locate(explicit: str | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The config file: the one that was named, else that of $FLOORHAND_CONFIG, else the platform's place for it.

    ConfigError where one was named and is not there; the platform's place may be empty.
    """
    named = explicit or environ.get(VARIABLE)
    if not named:
        from platformdirs import user_config_path

        return user_config_path("floorhand", appauthor=False) / FILE
    path = _expanded(named)
    if not _is_there(path):
        by = "--config" if explicit else f"${VARIABLE}"
        raise ConfigError(path, "", f"{by} names this file, and it is not there", "correct the path, or write the file")
    return path


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # what is in the way is said by who reads it
    return True


def _expanded(text: str) -> Path:
    """The path, `~` put in place; as it is where nobody is called what follows `~`."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def default_state_folder() -> Path:
    """The platform's place for what a program keeps."""
    from platformdirs import user_state_path

    return user_state_path("floorhand", appauthor=False)


def parse(path: Path) -> dict[str, Any]:
    """The file as TOML, not yet checked; empty where there is none. ConfigError with line and column."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except IsADirectoryError as error:
        raise ConfigError(path, "", "is a folder", f"name a file in it, such as {path / FILE}") from error
    except OSError as error:
        raise ConfigError(
            path, "", f"cannot be read ({error.strerror})", "give this user the right to read it"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, "", f"byte {error.start} is not UTF-8", "save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            path, "", f"is not TOML: {error}", "correct that place; texts stand in double quotes"
        ) from error


def read(path: Path) -> Config:
    """The config at `path`, checked."""
    return check(parse(path), path)


def check(table: Mapping[str, object], path: Path) -> Config:
    """The config that `table` (from `parse`) describes; ConfigError at the first thing that cannot be."""
    known = {"store", "terminal", "scanner", "printer", "labels", "scale", "sounds"}
    _refuse_unknown(path, "", table, known)
    store = _section(path, "store", table.get("store", {}), _STORE)
    terminal = _section(path, "terminal", table.get("terminal", {}), _TERMINAL)
    for key in ("keyed_items", "refuses"):
        if key in terminal:
            terminal[key] = tuple(terminal[key])
    labels = _section(path, "labels", table.get("labels", {}), _LABELS)
    return Config(
        path,
        StoreSettings(**store),
        TerminalSettings(**terminal),
        _scanners(path, table.get("scanner", [])),
        _printers(path, table.get("printer", [])),
        LabelSettings(**labels),
        _scale(path, table["scale"]) if "scale" in table else None,
        SoundSettings(**_sounds(path, table.get("sounds", {}))),
    )


@dataclass(frozen=True, slots=True)
class _Setting:
    """What may stand behind a key."""

    kind: type
    expected: str
    accepts: Callable[[Any], bool] = lambda value: True


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


_MEDIA = (
    "4x6in", "100x150mm", "a6", "a5", "100x50mm", "57x32mm", "a4", "letter",
    "a4-2x4", "a4-2x5", "a4-3x7", "a4-3x8", "letter-2x3", "letter-2x5", "letter-3x10",
)  # fmt: skip
_DOCUMENTS = ("label", "slip", "product")
# What a printer takes that does not say: item labels only where somebody loaded their paper, and says so.
_USUAL_DOCUMENTS = ("label", "slip")
_KEYED_ITEMS = ("sku", "digits")
# As in orders.workflow_profiles, which is not imported for a front door.
_FAULTS = ("alone", "companion", "content", "date", "exclusive", "no-key", "repeated", "unknown-ai")


def _text(expected: str) -> _Setting:
    return _Setting(str, expected, lambda value: bool(value.strip()))


def _place(expected: str) -> _Setting:
    return _Setting(str, expected, lambda value: bool(value.strip()) and not str(_expanded(value)).startswith("~"))


_PAPER = _Setting(str, f"one of {', '.join(_MEDIA)}", lambda value: value in _MEDIA)
_STORE = {
    "url": _Setting(str, 'the store\'s address, such as "http://10.0.0.5:8743"', _is_url),
    "folder": _place("the folder of the store's database"),
    "host": _text('the address to listen on, such as "0.0.0.0"'),
    "port": _Setting(int, "a port from 0 to 65535", lambda value: 0 <= value <= 65535),
    "token": _text("the token of an administrator"),
    "authorities": _place("the file of certificates (PEM) that vouch for the store"),
    "tls_certificate": _place("the file of the store's certificate and its chain (PEM)"),
    "tls_key": _place("the file of the certificate's private key (PEM)"),
    "log": _Setting(str, "text or json", lambda value: value in ("text", "json")),
    "audit_heads": _place("a file outside of the store's folder"),
    "database": _Setting(
        str,
        "the address of its PostgreSQL, such as postgresql://floorhand@db.example/floorhand",
        lambda value: value.startswith(("postgresql://", "postgres://")),
    ),
}
_TERMINAL = {
    "name": _text('the name of this terminal, such as "CART-3"'),
    "station": _text('the station where it stands, such as "BENCH-1"'),
    "journal": _place("the folder for what this terminal keeps"),
    "witness": _place("a file outside of that folder"),
    "scan_log": _Setting(bool, "true or false"),
    "keyed_items": _Setting(
        list,
        f"a list of any of {' and '.join(_KEYED_ITEMS)}; [] where items are only scanned",
        lambda value: all(each in _KEYED_ITEMS for each in value),
    ),
    "refuses": _Setting(
        list,
        f"a list of kinds of problems out of {', '.join(_FAULTS)}",
        lambda value: all(each in _FAULTS for each in value),
    ),
}
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "ar", "he", "ja", "zh", "th", "hi", "ru", "el")
_SHIPPING = ("4x6in", "100x150mm", "a6", "a5", "a4", "letter")
_LABELS = {
    "media": _Setting(str, f"one of {', '.join(_SHIPPING)}", lambda value: value in _SHIPPING),
    "fonts": _place("the folder of this site's own fonts"),
    "logo": _place("the picture of this site's logo"),
    "text": _text("the free text on every label"),
    "digital_link": _Setting(str, 'a resolver\'s address, such as "https://id.gs1.org"', _is_url),
    "language": _Setting(str, f"one of {', '.join(_LANGUAGES)}", lambda value: value in _LANGUAGES),
}
_SOUND = _Setting(
    object,
    'bell, off, or a player and its words as a list, such as ["aplay", "-q", "/opt/right.wav"]',
    lambda value: (
        value in ("bell", "off")
        or (isinstance(value, list) and bool(value) and all(isinstance(word, str) and bool(word) for word in value))
    ),
)
_PRINTER = {
    "name": _text("a name"),
    "kind": _text('the kind of printer, such as "zpl", "ipp", "cups" or "folder"'),
    "media": _PAPER,
    "documents": _Setting(
        list,
        f"a list of any of {', '.join(_DOCUMENTS)}",
        lambda value: value and all(each in _DOCUMENTS for each in value),
    ),
    "stations": _Setting(
        list,
        'a list of stations, such as ["BENCH-1"]',
        lambda value: value and all(isinstance(each, str) and each.strip() for each in value),
    ),
}


def _section(path: Path, name: str, came: object, settings: Mapping[str, _Setting]) -> dict[str, Any]:
    if not isinstance(came, Mapping):
        raise ConfigError(path, name, f"expected a table, got {came!r}", f"write [{name}] on a line of its own")
    _refuse_unknown(path, name, came, settings)
    for key, value in came.items():
        _accept(path, f"{name}.{key}", value, settings[key])
    return dict(came)


def _accept(path: Path, key: str, value: object, setting: _Setting) -> None:
    # True is an int in Python, and a port that is true is a mistake.
    if not (setting.kind is object or type(value) is setting.kind) or not setting.accepts(value):
        raise ConfigError(path, key, f"expected {setting.expected}, got {_shown(key, value)}", "correct it")


def _refuse_unknown(path: Path, where: str, came: Mapping[str, object], known: Mapping[str, object] | set[str]) -> None:
    for key in came:
        if key not in known:
            from difflib import get_close_matches  # only who mistyped waits for it

            near = get_close_matches(key, list(known), 1, 0.6)
            remedy = f"did you mean `{near[0]}`?" if near else "remove it, or correct its name"
            expected = ", ".join(sorted(known))
            raise ConfigError(path, f"{where}.{key}" if where else key, f"no such key; there is {expected}", remedy)


def _sounds(path: Path, came: object) -> dict[str, str | tuple[str, ...]]:
    settings = dict.fromkeys(("right", "wrong", "attention"), _SOUND)
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in _section(path, "sounds", came, settings).items()
    }


def _tables(path: Path, name: str, came: object) -> list[tuple[str, dict[str, object]]]:
    """The tables of a list, each with the dotted name under which an error speaks of it."""
    if not isinstance(came, list) or not all(isinstance(each, dict) for each in came):
        raise ConfigError(path, name, f"expected tables, got {came!r}", f"write [[{name}]], in double brackets")
    found: list[tuple[str, dict[str, object]]] = []
    for place, each in enumerate(came, 1):
        given = each.get("name")
        if not isinstance(given, str) or not given.strip():
            raise ConfigError(path, f"{name}.{place}.name", f"expected a name, got {given!r}", "give each one a name")
        if any(given == before for before, _ in found):
            raise ConfigError(path, f"{name}.{given}.name", "two have this name", "rename one of them")
        found.append((given, each))
    return found


def _scanners(path: Path, came: object) -> tuple[ScannerProfile, ...]:
    from scanners.profile import ProfileError, ScannerProfile

    profiles: list[ScannerProfile] = []
    for name, table in _tables(path, "scanner", came):
        settings = {key: value for key, value in table.items() if key != "name"}
        if "admits" in settings:
            problem = "what a read may lack is the work's to say, not a scanner's"
            remedy = "remove it; the site's file has `admits` under [picking], [packing] and [shipping]"
            raise ConfigError(path, f"scanner.{name}.admits", problem, remedy)
        try:
            profile = ScannerProfile.from_table(name, settings)
        except ProfileError as error:
            known = set(ScannerProfile.__slots__) - {"name"}
            _refuse_unknown(path, f"scanner.{name}", settings, known)
            problem = f"expected {error.expected}, got {error.came!r}"
            raise ConfigError(path, f"scanner.{name}.{error.field}", problem, "correct it") from error
        if profile.kind == "wedge" and any(each.kind == "wedge" for each in profiles):
            raise ConfigError(path, f"scanner.{name}.kind", "a second wedge", "all of them type alike: describe one")
        if taken := next((each.name for each in profiles if each.port and each.port == profile.port), None):
            problem = f"`{taken}` reads {profile.port} already"
            raise ConfigError(path, f"scanner.{name}.port", problem, "give each scanner a port of its own")
        profiles.append(profile)
    return tuple(profiles)


def _scale(path: Path, came: object) -> ScaleProfile:
    from scanners.scale_profile import ScaleProfile, ScaleProfileError

    if not isinstance(came, Mapping):
        raise ConfigError(path, "scale", f"expected a table, got {came!r}", "write [scale] on a line of its own")
    try:
        return ScaleProfile.from_table(came)
    except ScaleProfileError as error:
        _refuse_unknown(path, "scale", came, set(ScaleProfile.__slots__))
        got, remedy = ("nothing", "set it") if error.came is None else (repr(error.came), "correct it")
        problem = f"expected {error.expected}, got {got}"
        raise ConfigError(path, f"scale.{error.field}", problem, remedy) from error


def _printers(path: Path, came: object) -> tuple[PrinterSettings, ...]:
    printers: list[PrinterSettings] = []
    for name, table in _tables(path, "printer", came):
        for key, setting in _PRINTER.items():
            if key in table:
                _accept(path, f"printer.{name}.{key}", table[key], setting)
        if "kind" not in table:
            raise ConfigError(
                path, f"printer.{name}.kind", f"expected {_PRINTER['kind'].expected}, got nothing", "set it"
            )
        documents = table.get("documents", list(_USUAL_DOCUMENTS))
        stations = table.get("stations", [])
        assert isinstance(documents, list) and isinstance(stations, list)
        for document in documents:
            if taken := next((each.name for each in printers if _is_shared(each, document, stations)), None):
                problem = f"{document} goes to `{taken}` already"
                remedy = "name each document at one printer a station"
                raise ConfigError(path, f"printer.{name}.documents", problem, remedy)
        device = {key: value for key, value in table.items() if key not in ("name", "media", "documents", "stations")}
        media = table.get("media")
        paper = media if isinstance(media, str) else None
        printers.append(PrinterSettings(name, device, tuple(documents), paper, tuple(stations)))
    return tuple(printers)


def _is_shared(printer: PrinterSettings, document: str, stations: list[str]) -> bool:
    """Whether `printer` takes that document at one of these stations already, or both of them everywhere."""
    is_same_place = bool(set(stations) & set(printer.stations)) or not (stations or printer.stations)
    return document in printer.documents and is_same_place


def _shown(key: str, value: object) -> str:
    # Errors end up in tickets and on screens.
    return "a text that is not shown" if key.endswith("token") and isinstance(value, str) else repr(value)
