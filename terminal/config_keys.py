"""What may stand behind each key of the config, and how anything else is refused.

Decides keys, their kinds and the sentence for a value that cannot be. It reads no file, and what belongs together over
several keys is the config's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class ConfigError(ValueError):
    """Something in the config that cannot be; says which file and key, what came, what was expected, what to do."""

    def __init__(self, path: Path, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {f'`{key}`: ' if key else ''}{problem}: {remedy}")
        self.path, self.key, self.problem, self.remedy = path, key, problem, remedy


class Setting(NamedTuple):
    """What may stand behind a key."""

    kind: type
    expected: str
    accepts: Callable[[Any], bool] = lambda value: True


def section(path: Path, name: str, came: object, settings: Mapping[str, Setting]) -> dict[str, Any]:
    """A copy of the table `name`, each key of which `settings` allows; ConfigError at the first that cannot be."""
    if not isinstance(came, Mapping):
        raise ConfigError(path, name, f"expected a table, got {came!r}", f"write [{name}] on a line of its own")
    refuse_unknown(path, name, came, settings)
    for key, value in came.items():
        accept(path, f"{name}.{key}", value, settings[key])
    return dict(came)


def accept(path: Path, key: str, value: object, setting: Setting) -> None:
    """ConfigError where that value cannot stand behind `key`, a dotted name."""
    # True is an int in Python, and a port that is true is a mistake.
    if not (setting.kind is object or type(value) is setting.kind) or not setting.accepts(value):
        raise ConfigError(path, key, f"expected {setting.expected}, got {_shown(key, value)}", "correct it")


def refuse_unknown(path: Path, where: str, came: Mapping[str, object], known: Mapping[str, object] | set[str]) -> None:
    """ConfigError at the first key that nobody knows, with the one that was meant."""
    for key in came:
        if key not in known:
            from difflib import get_close_matches  # only who mistyped waits for it

            near = get_close_matches(key, list(known), 1, 0.6)
            remedy = f"did you mean `{near[0]}`?" if near else "remove it, or correct its name"
            expected = ", ".join(sorted(known))
            raise ConfigError(path, f"{where}.{key}" if where else key, f"no such key; there is {expected}", remedy)


def tables(path: Path, name: str, came: object) -> list[tuple[str, dict[str, object]]]:
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


def _shown(key: str, value: object) -> str:
    # Errors end up in tickets and on screens.
    return "a text that is not shown" if key.endswith("token") and isinstance(value, str) else repr(value)


def expanded(text: str) -> Path:
    """The path, `~` put in place; as it is where nobody is called what follows `~`."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


MEDIA = (
    "4x6in", "100x150mm", "a6", "a5", "100x50mm", "57x32mm", "a4", "letter",
    "a4-2x4", "a4-2x5", "a4-3x7", "a4-3x8", "letter-2x3", "letter-2x5", "letter-3x10",
)  # fmt: skip
_DOCUMENTS = ("label", "slip", "product")
# What a printer takes that does not say: item labels only where somebody loaded their paper, and says so.
USUAL_DOCUMENTS = ("label", "slip")
_KEYED_ITEMS = ("sku", "digits")
# As in orders.workflow_profiles, which is not imported for a front door.
_FAULTS = ("alone", "companion", "content", "date", "exclusive", "no-key", "repeated", "unknown-ai")


def _text(expected: str) -> Setting:
    return Setting(str, expected, lambda value: bool(value.strip()))


def _place(expected: str) -> Setting:
    return Setting(str, expected, _is_place)


def _is_place(value: str) -> bool:
    return bool(value.strip()) and "\0" not in value and not str(expanded(value)).startswith("~")


_PAPER = Setting(str, f"one of {', '.join(MEDIA)}", lambda value: value in MEDIA)
STORE = {
    "url": Setting(str, 'the store\'s address, such as "http://10.0.0.5:8743"', _is_url),
    "folder": _place("the folder of the store's database"),
    "host": _text('the address to listen on, such as "0.0.0.0"'),
    "port": Setting(int, "a port from 0 to 65535", lambda value: 0 <= value <= 65535),
    "token": _text("the token of an administrator"),
    "authorities": _place("the file of certificates (PEM) that vouch for the store"),
    "tls_certificate": _place("the file of the store's certificate and its chain (PEM)"),
    "tls_key": _place("the file of the certificate's private key (PEM)"),
    "log": Setting(str, "text or json", lambda value: value in ("text", "json")),
    "audit_heads": _place("a file outside of the store's folder"),
    "connections": Setting(int, "how many connections the store takes in, from 1", lambda value: value >= 1),
    "connections_from_one_address": Setting(
        int, "how many connections the store takes in from one address, from 1", lambda value: value >= 1
    ),
    "database": Setting(
        str,
        "the address of its PostgreSQL, such as postgresql://floorhand@db.example/floorhand",
        lambda value: value.startswith(("postgresql://", "postgres://")),
    ),
}
TERMINAL = {
    "name": _text('the name of this terminal, such as "CART-3"'),
    "station": _text('the station where it stands, such as "BENCH-1"'),
    "journal": _place("the folder for what this terminal keeps"),
    "witness": _place("a file outside of that folder"),
    "scan_log": Setting(bool, "true or false"),
    "keyed_items": Setting(
        list,
        f"a list of any of {' and '.join(_KEYED_ITEMS)}; [] where items are only scanned",
        lambda value: all(each in _KEYED_ITEMS for each in value),
    ),
    "refuses": Setting(
        list,
        f"a list of kinds of problems out of {', '.join(_FAULTS)}",
        lambda value: all(each in _FAULTS for each in value),
    ),
}
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "ar", "he", "ja", "zh", "th", "hi", "ru", "el")
SHIPPING_MEDIA = ("4x6in", "100x150mm", "a6", "a5", "a4", "letter")
LABELS = {
    "media": Setting(str, f"one of {', '.join(SHIPPING_MEDIA)}", lambda value: value in SHIPPING_MEDIA),
    "fonts": _place("the folder of this site's own fonts"),
    "logo": _place("the picture of this site's logo"),
    "text": _text("the free text on every label"),
    "digital_link": Setting(str, 'a resolver\'s address, such as "https://id.gs1.org"', _is_url),
    "language": Setting(str, f"one of {', '.join(LANGUAGES)}", lambda value: value in LANGUAGES),
}
SOUND = Setting(
    object,
    'bell, off, or a player and its words as a list, such as ["aplay", "-q", "/opt/right.wav"]',
    lambda value: (
        value in ("bell", "off")
        or (isinstance(value, list) and bool(value) and all(isinstance(word, str) and bool(word) for word in value))
    ),
)
PRINTER = {
    "name": _text("a name"),
    "kind": _text('the kind of printer, such as "zpl", "ipp", "cups" or "folder"'),
    "media": _PAPER,
    "documents": Setting(
        list,
        f"a list of any of {', '.join(_DOCUMENTS)}",
        lambda value: value and all(each in _DOCUMENTS for each in value),
    ),
    "stations": Setting(
        list,
        'a list of stations, such as ["BENCH-1"]',
        lambda value: value and all(isinstance(each, str) and each.strip() for each in value),
    ),
}
