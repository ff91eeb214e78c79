"""One TOML file a machine: where it lies, what may stand in it, and what is said when something else does.

Decides defaults and what belongs together; single keys stand in `config_keys`. Every error names file, key, what came,
what was expected and what to do. Refuses to know what a port or a printer answers, and stays cheap to import: the front
door reads it for every command.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from terminal import config_keys as keys
from terminal.config_keys import ConfigError as ConfigError

if TYPE_CHECKING:
    from scanners.profile import ScannerProfile
    from scanners.scale_profile import ScaleProfile

FILE = "floorhand.toml"
VARIABLE = "FLOORHAND_CONFIG"


class StoreSettings(NamedTuple):
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
    connections: int | None = None
    connections_from_one_address: int | None = None
    database: str | None = None


class TerminalSettings(NamedTuple):
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


class PrinterSettings(NamedTuple):
    """One printer: `device` is what its kind asks for, `documents` what goes to it, on `media`.

    Without `stations` it serves every station that has no printer of its own for a document.
    """

    name: str
    device: Mapping[str, object]
    documents: tuple[str, ...]
    media: str | None = None
    stations: tuple[str, ...] = ()


class LabelSettings(NamedTuple):
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


class SoundSettings(NamedTuple):
    """How right, wrong and attention are heard: `bell`, `off`, or the words of a player's command, without a shell."""

    right: str | tuple[str, ...] = "bell"
    wrong: str | tuple[str, ...] = "bell"
    attention: str | tuple[str, ...] = "bell"


class Config(NamedTuple):
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

    def at_store(self, url: str) -> Config:
        """The same with its store at that address, where it names none."""
        return self if self.store.url else self._replace(store=self.store._replace(url=url))

    def at_station(self, station: str) -> Config:
        """The same at another station."""
        return self._replace(terminal=self.terminal._replace(station=station))

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
    path = keys.expanded(named)
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


def default_state_folder() -> Path:
    """The platform's place for what a program keeps."""
    from platformdirs import user_state_path

    return user_state_path("floorhand", appauthor=False)


def parse(path: Path) -> dict[str, Any]:
    """The file as TOML, not yet checked; empty where there is none. ConfigError with line and column."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            # A pipe that nobody writes would be waited for, and a device has no end.
            raise ConfigError(path, "", "is a pipe or a device, and not a file", "name the config's file")
        # Some editors put a mark in front of UTF-8.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
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
    except RecursionError as error:
        raise ConfigError(path, "", "nests more brackets than any config", "correct that place") from error


def read(path: Path) -> Config:
    """The config at `path`, checked."""
    return check(parse(path), path)


def check(table: Mapping[str, object], path: Path) -> Config:
    """The config that `table` (from `parse`) describes; ConfigError at the first thing that cannot be."""
    known = {"store", "terminal", "scanner", "printer", "labels", "scale", "sounds"}
    keys.refuse_unknown(path, "", table, known)
    store = keys.section(path, "store", table.get("store", {}), keys.STORE)
    terminal = keys.section(path, "terminal", table.get("terminal", {}), keys.TERMINAL)
    for key in ("keyed_items", "refuses"):
        if key in terminal:
            terminal[key] = tuple(terminal[key])
    labels = keys.section(path, "labels", table.get("labels", {}), keys.LABELS)
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


def _sounds(path: Path, came: object) -> dict[str, str | tuple[str, ...]]:
    settings = dict.fromkeys(("right", "wrong", "attention"), keys.SOUND)
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in keys.section(path, "sounds", came, settings).items()
    }


def _scanners(path: Path, came: object) -> tuple[ScannerProfile, ...]:
    from scanners.profile import ProfileError, ScannerProfile

    profiles: list[ScannerProfile] = []
    for name, table in keys.tables(path, "scanner", came):
        settings = {key: value for key, value in table.items() if key != "name"}
        if "admits" in settings:
            problem = "what a read may lack is the work's to say, not a scanner's"
            remedy = "remove it; the site's file has `admits` under [picking], [packing] and [shipping]"
            raise ConfigError(path, f"scanner.{name}.admits", problem, remedy)
        try:
            profile = ScannerProfile.from_table(name, settings)
        except ProfileError as error:
            known = set(ScannerProfile.__slots__) - {"name"}
            keys.refuse_unknown(path, f"scanner.{name}", settings, known)
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
        keys.refuse_unknown(path, "scale", came, set(ScaleProfile.__slots__))
        got, remedy = ("nothing", "set it") if error.came is None else (repr(error.came), "correct it")
        problem = f"expected {error.expected}, got {got}"
        raise ConfigError(path, f"scale.{error.field}", problem, remedy) from error


def _printers(path: Path, came: object) -> tuple[PrinterSettings, ...]:
    printers: list[PrinterSettings] = []
    for name, table in keys.tables(path, "printer", came):
        for key, setting in keys.PRINTER.items():
            if key in table:
                keys.accept(path, f"printer.{name}.{key}", table[key], setting)
        if "kind" not in table:
            raise ConfigError(
                path, f"printer.{name}.kind", f"expected {keys.PRINTER['kind'].expected}, got nothing", "set it"
            )
        documents = table.get("documents", list(keys.USUAL_DOCUMENTS))
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
