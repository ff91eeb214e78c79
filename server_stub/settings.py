"""The `[store]` table of a machine's config file.

Decides which keys it has and what they may hold; the front door finds and reads the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8743


class SettingsError(Exception):
    """A config file says something that cannot be; names file, key and remedy."""


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the store's folder is and where it listens, or the address and token of one elsewhere."""

    folder: str = ""
    host: str = DEFAULT_HOST
    port: Annotated[int, Meta(ge=0, le=65_535)] = DEFAULT_PORT
    url: Annotated[str, Meta(pattern=r"^(https?://.+)?$")] = ""
    token: str = ""


def read(config: Mapping[str, object], path: Path) -> StoreSettings:
    """The settings in the parsed `config` that came from `path`; SettingsError where they are wrong."""
    try:
        return msgspec.convert(config.get("store", {}), StoreSettings)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        key = "store" + place.rstrip("`")
        keys = ", ".join(StoreSettings.__struct_fields__)
        raise SettingsError(f"{path}: {key}: {text}; the [store] table holds {keys}") from error
