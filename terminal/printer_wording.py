"""Every sentence about printers and print jobs: on the floor's screens, and from the commands that set printers up.

Decides words alone. What a printer itself is in trouble with is worded in `printing.troubles`.
"""

from __future__ import annotations

_KINDS = {"label": "Label", "slip": "Slip", "product": "Item label"}
_MANY = {"label": "labels", "slip": "packing slips", "product": "item labels"}


def kind(word: str) -> str:
    """What a kind of document is called."""
    return _KINDS.get(word, word.capitalize())


# On the floor


def prints_title() -> str:
    return "Not printed yet"


def held_title(word: str, about: str) -> str:
    return f"{kind(word)} {about}".strip()


def held_line(word: str, about: str, printer: str) -> str:
    return f"{held_title(word, about)} {printer}".strip()


def held_at(printer: str, reason: str) -> str:
    return f"{printer}: {reason}" if printer else reason


def ask_print() -> str:
    return "Type the digit of a job"


def nothing_held() -> str:
    return "Nothing is held: press the arrow, 9"


def choose_print(stranger: str) -> str:
    return f"Type the digit of a job: {stranger}"


def act_on_print(stranger: str) -> str:
    return f"Press Enter, or the arrow for the acts: {stranger}"


def trying(printer: str) -> str:
    return f"Sending to {printer}"


def asking(printer: str) -> str:
    return f"Asking {printer} what became of it"


def found(word: str, about: str) -> str:
    return f"{held_title(word, about)} counts as printed"


def cancelled(word: str, about: str) -> str:
    return f"{held_title(word, about)} cancelled"


def moved(printer: str) -> str:
    return f"Printing on {printer}"


def move_to(printer: str) -> str:
    return f"To {printer}"


def throw_first_away(said: str, printer: str) -> str:
    return f"{said}. Throw away what {printer} may still print"


def station_taken(station: str) -> str:
    return f"This is station {station} now"


def station_unknown(station: str, known: tuple[str, ...]) -> str:
    return f"No printer is set for station {station}: scan one of {', '.join(known)}"


def no_printer_here(missing: tuple[str, ...], elsewhere: tuple[str, ...]) -> str:
    what = " and ".join(_MANY.get(word, word) for word in missing)
    if elsewhere:
        return f"No printer for {what} here: scan the station barcode of {' or '.join(elsewhere)}"
    return f"No printer for {what} here: call a supervisor, who adds one with floorhand printers add"


def is_station(station: str) -> str:
    return f"that is station {station}"


def help_prints() -> tuple[str, ...]:
    return (
        "Do what the line says, then press Enter: the job is sent, or its printer is asked what became of it.",
        "Nothing is printed twice by itself. Where the printer cannot tell, look there: scan a label that is there,",
        "or choose Not there: again.",
        "Right arrow: another printer, or cancel.",
    )


# `floorhand printers`


def printer_ready(name: str, where: str, documents: str) -> str:
    return f"READY  {name}: {where}; takes {documents}"


def printer_held(name: str, reason: str, documents: str) -> str:
    return f"HELD   {name}: {at_a_prompt(reason)}; takes {documents}"


def at_stations(documents: str, stations: tuple[str, ...]) -> str:
    return f"{documents} at {', '.join(stations)}" if stations else documents


def no_printers() -> str:
    return "No printer is configured: find some with `floorhand printers find`, or add one: `floorhand printers add`"


def no_such_printer(name: str, known: tuple[str, ...]) -> str:
    return f"no printer is named {name!r} in the config (there is: {', '.join(known) or 'none'})"


def looking_around(seconds: float) -> str:
    return f"Listening for {seconds:g} s ..."


def nobody_announced() -> str:
    return "Nobody announced a printer. Add one by its address: floorhand printers add NAME socket://10.0.0.9:9100"


def no_zeroconf() -> str:
    return "Only CUPS was asked: install floorhand[discovery] to hear printers on the network too (mDNS)"


def found_printer(said: str, name: str, address: str) -> str:
    return f"{said}\n  floorhand printers add {name} {address}"


def added(name: str, path: str) -> str:
    return f"Added {name} to {path}. Try it: floorhand printers test {name}"


def cannot_add(path: str, reason: str) -> str:
    return f"{path} cannot be written ({reason}): give this user the right, or name another file with --config"


def test_title() -> str:
    return "TEST PAGE"


def test_do_not_ship() -> str:
    return "Do not ship"


def test_printed(name: str, where: str) -> str:
    return f"PRINTED by {name}: {where}. Scan a code on it: it says TEST-PAGE"


def test_held(name: str, reason: str) -> str:
    return f"HELD by {name}: {at_a_prompt(reason)}"


def at_a_prompt(reason: str) -> str:
    """What a printer says of itself; Enter is for the terminal's screen, a command is run again."""
    return reason.replace("then press Enter", "then run this again")


def stations_title() -> str:
    return "Stations"


def no_stations() -> str:
    return "no printer names a station: give one to a printer, as in `floorhand printers add ... --station BENCH-1`"


def no_barcode_for(station: str) -> str:
    return f"station {station!r} cannot stand in a barcode: name it with A-Z, 0-9 and hyphens in the config"


def not_that_paper(media: str, reason: str) -> str:
    return f"no paper {media!r}: choose a4, letter or 100x50mm ({reason})"


def stations_not_written(path: str, reason: str) -> str:
    return f"{path} cannot be written ({reason}): name a file in a folder that this user may write"


def stations_written(path: str, stations: tuple[str, ...]) -> str:
    return f"Print {path} and hang each barcode up at its station: {', '.join(stations)}"
