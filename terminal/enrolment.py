"""What makes this device a terminal of its store: a name and a token, traded for a supervisor's one-time code.

Decides where the token is kept (a file that only its owner may read) and how it is traded. Who gets a code is the
store's business.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from orders.decoding import decoded
from orders.shapes import Token
from terminal import screen_wording as words

_FILE = "terminal.json"


class Enrolment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who this device is at its store; `is_revoked` once that has said that the token is dead.

    `url` is where it joined, where no config said so.
    """

    terminal: str
    token: Token
    station: str = ""
    url: str = ""
    is_revoked: bool = False


class EnrolmentError(Exception):
    """This device could not be enrolled, or its enrolment cannot be read; the text is a sentence with the remedy."""


def token_file(folder: Path) -> Path:
    """Where the enrolment lies in a state folder."""
    return folder / _FILE


def kept(folder: Path) -> Enrolment | None:
    """The enrolment in a state folder, or None where this device was never enrolled."""
    path = token_file(folder)
    try:
        return decoded(msgspec.json.Decoder(Enrolment), path.read_bytes())
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise EnrolmentError(words.folder_not_writable(str(folder), _fault(error))) from error
    except (OSError, msgspec.DecodeError) as error:
        raise EnrolmentError(words.token_unreadable(str(path), _fault(error))) from error


async def enrol(
    url: str,
    code: str,
    name: str,
    station: str,
    folder: Path,
    authorities: Path | None = None,
    *,
    keeps_url: bool = False,
) -> Enrolment:
    """Trades the code at the store and keeps the token before anything else is done, the address with `keeps_url`."""
    from terminal.sync.link import HttpLink, LinkError, SignInAgain

    if not (code.isascii() and code.isalnum()):
        raise EnrolmentError(words.code_refused())
    _make_sure_of(folder)
    link = HttpLink(url, "", authorities=authorities)
    try:
        enrolled = await link.enrol(code, name)
    except SignInAgain as error:
        raise EnrolmentError(words.code_refused()) from error
    except LinkError as error:
        raise EnrolmentError(words.not_enrolled_because(str(error))) from error
    finally:
        await link.close()
    enrolment = Enrolment(
        terminal=enrolled.terminal,
        token=enrolled.token,
        station=station or enrolled.station,
        url=url if keeps_url else "",
    )
    _keep(enrolment, folder)
    return enrolment


def note_revoked(enrolment: Enrolment, folder: Path, *, is_revoked: bool) -> None:
    """Keeps what the store said of this token, for a start without the store; nothing where there is another by now.

    What cannot be written is heard from the store again.
    """
    with suppress(EnrolmentError):
        present = kept(folder)
        if present is not None and present.token == enrolment.token and present.is_revoked != is_revoked:
            _keep(replace(present, is_revoked=is_revoked), folder)


def _make_sure_of(folder: Path) -> None:
    """The code is spent by the trade: whether the token can be kept is tried before it."""
    trial = folder / f".{_FILE}.trial"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise EnrolmentError(words.folder_not_writable(str(folder), _fault(error))) from error


def _keep(enrolment: Enrolment, folder: Path) -> None:
    path, part = token_file(folder), folder / f".{_FILE}.part"
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(enrolment)))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise EnrolmentError(words.token_not_kept(str(path), _fault(error))) from error


def _fault(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is damaged"
