"""Every sentence of the doctor, one function each: translated together with `wording`.

Decides words and nothing else. What fails names the next physical act.
"""

from __future__ import annotations

from collections.abc import Sequence


def doctor_ok(what: str, found: str) -> str:
    return f"OK    {what}: {found}"


def doctor_fail(what: str, remedy: str) -> str:
    return f"FAIL  {what}: {remedy}"


def doctor_ends(failed: int) -> str:
    return "Everything is in order." if not failed else f"{failed} to put right."


def config_absent(path: str) -> str:
    return f"{path} is not there, so everything stands at its default"


def screen_found(columns: int, rows: int, colours: str) -> str:
    return f"{columns} columns, {rows} rows, {colours}"


def no_tty() -> str:
    return "this is not a terminal: run the doctor on the device's own screen"


def screen_small(columns: int, rows: int) -> str:
    return f"{columns} columns and {rows} rows: at least 20 and 16 are needed, choose a smaller font"


def colours(name: str) -> str:
    return f"colours by {name}" if name else "no colours (every tone has its word as well)"


def terminal_dumb(name: str) -> str:
    return f"TERM is {name!r}, which cannot place a cursor: set TERM=xterm-256color"


def not_utf8(encoding: str) -> str:
    return f"texts are encoded as {encoding}: set LANG=C.UTF-8, or arrows and large letters are lost"


def journal_new(path: str) -> str:
    return f"{path} will be made at the first start"


def journal_sound(path: str, free_mb: int) -> str:
    return f"{path} is sound, {free_mb} MB free"


def journal_damaged(path: str, fault: str) -> str:
    return f"{path} is damaged ({fault}): start the terminal, it salvages what can be read; keep a copy of the file"


def disk_full(folder: str, free_mb: int) -> str:
    return f"only {free_mb} MB free in {folder}: make room, a full disk stops every scan"


def store_found(url: str, milliseconds: int) -> str:
    return f"{url} answers in {milliseconds} ms"


def authorities_unreadable(path: str, fault: str) -> str:
    return f"The certificates in {path} cannot be read ({fault}): correct `store.authorities`."


def store_silent(url: str, fault: str) -> str:
    return f"{url} does not answer ({fault}): check the network, `store.url`, and whether `floorhand store run` runs"


def store_strange(url: str, status: int) -> str:
    return f"{url} answers {status}, which is not the order store: check `store.url`, and a Wi-Fi sign-in page"


def token_taken(terminal: str) -> str:
    return f"the store knows this device as {terminal}"


def token_refused() -> str:
    return "the store does not take this device's token: ask a supervisor for a code and enrol it again"


def sender_found(name: str) -> str:
    return f"labels are sent by {name}"


def sender_missing(lacks: Sequence[str]) -> str:
    without = ", ".join(f"no {part}" for part in lacks)
    return f"this site's address has {without}: no parcel can be sealed; set it with `floorhand store sender`"


def company_prefixes(owners: int) -> str:
    return "every owner of goods has a GS1 company prefix" if owners else "nobody's goods are here yet"


def no_company_prefix(owners: Sequence[str]) -> str:
    return (
        f"no GS1 company prefix for {', '.join(owners)}: none of their parcels can be sealed; set it with "
        "`floorhand store owner ID --company-prefix DIGITS`"
    )


def clock_right(seconds: int) -> str:
    return f"within {seconds} s of the store's"


def clock_wrong(seconds: int) -> str:
    ahead = "ahead of" if seconds > 0 else "behind"
    return f"{abs(seconds)} s {ahead} the store's: set this device's clock, cut-offs are counted by it"


def clock_untold() -> str:
    return "the store told no time"


def wedge_found() -> str:
    return "types into the terminal; `floorhand scanner` tries it"


def scanner_found(port: str) -> str:
    return f"{port} is open"


def scanner_silent(port: str) -> str:
    return f"{port} does not open: plug the scanner in again"


def no_scanner() -> str:
    return "none configured; one that types like a keyboard needs no entry"


def printer_found(where: str, documents: str) -> str:
    return f"{where} takes {documents}"


def printer_held(reason: str) -> str:
    """What a printer says of itself; Enter is for the terminal's screen, here the doctor asks anew."""
    return reason.replace("then press Enter", "then run the doctor again")


def site_style_found(logo: str, fonts: str) -> str:
    """Said of a site's own logo and folder of fonts, where they can be used."""
    return ", ".join(part for part in (f"logo {logo}" if logo else "", f"fonts in {fonts}" if fonts else "") if part)


def printer_not_writable(path: str) -> str:
    return f"{path} cannot be written: make the folder, or give this user the right"


def no_scale() -> str:
    return "none configured; the packer types the weight of a parcel where no product has one"


def scale_found(port: str, said: str) -> str:
    return f"{port} answers: {said}"


def scale_shows(weight: str) -> str:
    return f"{weight} lies on it" if weight else "nothing lies on it"


def scale_troubled(port: str, said: str) -> str:
    return f"{port} is open, and the scale says {said}"


def scale_state(condition: str) -> str:
    """What an answer without a fault says, in a word or two."""
    return {
        "motion": "something moves on it",
        "under": "it stands below zero: take all off and press its ZERO",
        "over": "it is overloaded: take everything off",
        "busy": "it is busy",
    }.get(condition, condition)


def scale_mute(port: str) -> str:
    return f"{port} is open, and no scale answers: switch it on, and check `scale.protocol`, `baud` and `parity`"


def no_printer() -> str:
    return "none configured; labels and slips wait until a [[printer]] is named"


def scanner_named_for_today(port: str, lasting: str) -> str:
    return f"{port} is open; it may have another name tomorrow: set `port` to {lasting}"


def scanner_elsewhere(sentence: str, ports: tuple[str, ...]) -> str:
    """A scanner's own sentence on its absent port, with the ports that there are."""
    return f"{sentence} Ports that are there and free: {', '.join(ports)}"


def port_free(path: str, what: str) -> str:
    return f"{path}{f' ({what})' if what else ''} belongs to no entry of the config: `floorhand scanner` tries it"


def no_ports() -> str:
    return "none found; a scanner that types needs none"


def bundle_written(path: str) -> str:
    return f"The support archive is {path}: no tokens, PINs, names or addresses are in it"


def bundle_not_written(path: str, fault: str) -> str:
    return f"the support archive cannot be written to {path} ({fault}): name a file that this user may write"


def bundle_there_already(path: str) -> str:
    return f"{path} is there already: name a new file"


def bundle_part_unreadable(fault: str) -> str:
    """Stands in the archive in place of a part."""
    return f"This part could not be read: {fault}"


def bundle_read_me() -> str:
    return (
        "What a terminal's doctor found, for whoever helps.\n\n"
        "findings.txt   what was looked at\n"
        "versions.txt   the program, its packages, the system\n"
        "config.toml    the config, each secret replaced\n"
        "ports.txt      the serial ports that the system lists\n"
        "journal.txt    how much of what waits in the journal; counts only\n"
        "scanner.log    the last reads, their letters and digits replaced but for the test card's\n"
        "reports/       what was written down of unexpected errors: places in the program, no values\n"
    )
