"""The order store of this very machine, where one lives in this user's folder: where it answers, and its own token.

Decides where that is looked for. The folder and its files are the store's (`server_stub.place`); whatever is asked of
it goes over HTTP.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from orders.decoding import decoded

if TYPE_CHECKING:
    from terminal.config import Config

RUNNING_FILE, TOKEN_FILE = "running.json", "admin.token"


class _Running(msgspec.Struct):
    url: str
    certificate: str = ""


def folder(config: Config) -> Path:
    """Where a store of this machine lies, whether there is one or not."""
    if config.store.folder:
        return Path(config.store.folder).expanduser()
    from platformdirs import user_data_path

    return user_data_path("floorhand") / "store"


def address(config: Config) -> str:
    """Where the store that runs here says it answers; empty where none does, or one with a certificate of its own.

    Whose certificate is believed is the config's to say.
    """
    try:
        running = decoded(msgspec.json.Decoder(_Running), (folder(config) / RUNNING_FILE).read_bytes())
    except (OSError, msgspec.DecodeError):
        return ""
    return "" if running.certificate else running.url


def token(config: Config) -> str:
    """The administrator's token of the store of this machine; empty where this user has none."""
    try:
        return (folder(config) / TOKEN_FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
