"""The `[store]` table of a machine's config file.

Decides which keys it has and what they may hold; the front door finds and reads the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8743
# Some hundred terminals behind one router hold two or three each; so many cost 100 MB at most.
DEFAULT_CONNECTIONS = 4_000
DEFAULT_FROM_ONE_ADDRESS = 1_000


class SettingsError(Exception):
    """A config file says something that cannot be; names file, key and remedy."""


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the store's folder and database are and where it listens, or the address and token of one elsewhere."""

    folder: str = ""
    database: Annotated[str, Meta(pattern=r"^(postgres(ql)?://.+)?$")] = ""
    host: str = DEFAULT_HOST
    port: Annotated[int, Meta(ge=0, le=65_535)] = DEFAULT_PORT
    url: Annotated[str, Meta(pattern=r"^(https?://.+)?$")] = ""
    token: str = ""
    authorities: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    log: Literal["text", "json"] = "text"
    audit_heads: str = ""
    connections: Annotated[int, Meta(ge=1)] = DEFAULT_CONNECTIONS
    connections_from_one_address: Annotated[int, Meta(ge=1)] = DEFAULT_FROM_ONE_ADDRESS

    @property
    def tls(self) -> Tls | None:
        """With what the store proves who it is; None where it speaks plain HTTP."""
        return Tls(_path(self.tls_certificate), _path(self.tls_key)) if self.tls_certificate else None

    @property
    def trusted(self) -> Path | None:
        """The file of certificates that vouch for a store elsewhere, where the system's do not."""
        return _path(self.authorities) if self.authorities else None


class Tls(msgspec.Struct, frozen=True):
    """The certificate with its chain, and its private key, both PEM."""

    certificate: Path
    key: Path


def _path(text: str) -> Path:
    return Path(text).expanduser()


def read(config: Mapping[str, object], path: Path) -> StoreSettings:
    """The settings in the parsed `config` that came from `path`; SettingsError where they are wrong."""
    try:
        told = msgspec.convert(config.get("store", {}), StoreSettings)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        key = "store" + place.rstrip("`")
        keys = ", ".join(StoreSettings.__struct_fields__)
        raise SettingsError(f"{path}: {key}: {text}; the [store] table holds {keys}") from error
    if bool(told.tls_certificate) != bool(told.tls_key):
        missing = "tls_key" if told.tls_certificate else "tls_certificate"
        raise SettingsError(f"{path}: store.{missing}: expected a file beside the other one, got nothing: set both")
    return told
