"""Every sentence about printers and print jobs: on the floor's screens, and from the commands that set printers up.

Decides words alone. What a printer itself is in trouble with is worded in `printing.troubles`.
"""

from __future__ import annotations

_KINDS = {"label": "Label", "slip": "Slip"}


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


def is_station(station: str) -> str:
    return f"that is station {station}"


def help_prints() -> tuple[str, ...]:
    return (
        "Do what the line says, then press Enter: the job is sent, or its printer is asked what became of it.",
        "Nothing is printed twice by itself. Where the printer cannot tell, look there: scan a label that is there,",
        "or choose Not there: again.",
        "Right arrow: another printer, or cancel.",
    )
