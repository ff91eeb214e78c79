"""Every sentence of the screens and commands themselves, one function each: translated together with `wording`.

Decides words and nothing else. Where a text has a shorter form for a narrow screen, both stand here, longest first.
"""

from __future__ import annotations

from datetime import timedelta

# Status line


def program() -> str:
    return "floorhand"


def starting() -> str:
    return "ONE MOMENT"


def starting_ask() -> str:
    return "Opening the journal"


def badge(word: str, waiting: int) -> str:
    return f"{word} {waiting}" if waiting else word


# Labels of a prompt


def location_label() -> str:
    return "Go to"


def quantity(text: str) -> str:
    is_count = text.replace(" of ", "").isdecimal()
    return f"Qty {text}" if is_count else text


def tote(code: str) -> str:
    return f"Tote {code}"


# Entry line and keys line


def entry_hint(takes: str) -> tuple[str, ...]:
    match takes:
        case "number":
            return ("Type a number, Enter", "Number, Enter")
        case "weight":
            return ("On the scale, or type grams, Enter", "Or type grams")
        case "secret":
            return ("Type, then Enter", "Type, Enter")
        case _:
            return ("Scan, or type and press Enter", "Scan or type")


def keys(*, has_acts: bool, can_clear: bool, is_hiding: bool) -> tuple[str, ...]:
    """What the keys do here; the arrow always opens a list, for help stands at its end."""
    escape_long = "Esc clear" if can_clear else "Esc back"
    first_long, first = ("→ list of acts", "→ acts") if has_acts else ("→ list", "→ list")
    long, middle, short = [first_long, "? and Enter: help", escape_long], [first, "? help", escape_long], []
    short = ["→list", "?help", "Esc"]
    if is_hiding:
        long.append("↓ rest of the text")
        middle.append("↓ more")
        short.append("↓")
    return ("   ".join(long), "  ".join(middle), " ".join(short))


def refusal_keys() -> tuple[str, ...]:
    return ("Scan the right one, or Esc clears this", "Esc clears this", "Esc clear")


# The list of acts


def acts_title() -> str:
    return "WHAT ELSE"


def acts_keys() -> tuple[str, ...]:
    return ("Digit, or ↓ ↑ and Enter   Esc back", "Digit chooses  Esc", "Digit, Esc")


def help_act() -> str:
    return "Help"


def close_act() -> str:
    return "Close program"


def scanner_act() -> str:
    return "Scanner test"


def scanner_described() -> str:
    return "Scan one card: what this scanner sends, and what to set"


def help_described() -> str:
    return "What to scan here, and which keys"


def close_described() -> str:
    return "Nothing is lost; the next start goes on at the same line"


def act_described() -> str:
    return "As on the list of acts"


def how_to_close() -> str:
    return "To close the program: sign off, then right arrow, 9. Or Ctrl+P, Close."


# Help


def help_title() -> str:
    return "HELP"


def details_title() -> str:
    return "ALL OF IT"


def help_keys() -> tuple[str, ...]:
    return (
        "Right arrow: the list of what else can be done; a digit chooses.",
        "Enter: takes what you typed.",
        "Backspace: takes back a character.",
        "Esc: clears a refusal or what you typed, or goes back.",
        "Down arrow: the rest of a text that does not fit.",
    )


def reader_keys() -> tuple[str, ...]:
    return ("↓ ↑ scroll   Esc back", "↓ ↑  Esc back", "↓↑ Esc")


# The live queue


def queue_totals(released: int, picking: int, packed: int, shipped: int, late: int) -> tuple[tuple[str, ...], ...]:
    return (
        (f"{late} late", f"{released} released", f"{picking} picking", f"{packed} packed", f"{shipped} shipped"),
        (f"late {late}", f"rel {released}", f"pick {picking}", f"pack {packed}", f"ship {shipped}"),
    )


def queue_head() -> tuple[str, str, str, str, str, str]:
    return ("left", "order", "state", "done", "carrier", "who")


def queue_keys() -> tuple[str, ...]:
    return ("↓ ↑ move   → list of acts   Esc back", "↓ ↑ move  Esc back", "↓↑ → Esc back")


def queue_empty() -> str:
    return "No open orders"


def back_ordered(pieces: int) -> str:
    return f"{pieces} back-ordered"


def held() -> str:
    return "held"


def no_due_time() -> str:
    return "-"


def minutes_left(minutes: int) -> str:
    """Time to the cut-off as `h:mm`, with a minus sign once it has passed; days from 100 hours on."""
    sign, minutes = ("-", -minutes) if minutes < 0 else ("", minutes)
    hours, rest = divmod(minutes, 60)
    return f"{sign}{hours // 24}d" if hours >= 100 else f"{sign}{hours}:{rest:02d}"


def state(name: str) -> str:
    return name


def discrepancy(reason: str, remedy: str) -> str:
    return f"{remedy.replace('_', ' ')}: {reason.replace('_', ' ')}"


# Sounds


def player_missing(program: str, fault: str) -> str:
    return f"The sound player {program} does not start ({fault}): bells instead. Correct [sounds] in the config"


def player_failed(program: str, code: int) -> str:
    return f"The sound player {program} ended with {code}: bells instead. Correct [sounds] in the config"


def player_too_long(program: str) -> str:
    return f"The sound player {program} did not end by itself: bells instead. Give it a short sound"


# Scanners


def repeat_dropped(count: int) -> str:
    return f"The same read came twice at once and counted once ({count} so far)"


# An unexpected error


def crashed(report: str) -> str:
    return f"Floorhand met an error it did not expect and stopped; what was confirmed is saved. Report: {report}"


def crashed_without_report() -> str:
    return (
        "Floorhand met an error it did not expect and stopped; what was confirmed is saved. No report could be written"
    )


# Enrolment and start


def enrolled(terminal: str, path: str) -> str:
    return f"This device is now terminal {terminal}. Its token is kept in {path}."


def no_store() -> str:
    return (
        "No store is configured, and none runs on this machine: set `store.url` in the config, start one here with "
        "`floorhand store run`, or try `floorhand demo`."
    )


def not_enrolled() -> str:
    return (
        "This device is no terminal of the store yet: ask a supervisor for a one-time code, then run "
        "`floorhand terminal --enrol CODE --name NAME`."
    )


def no_name() -> str:
    return "A new terminal needs a name: add `--name NAME`, or set `terminal.name` in the config."


def no_screen() -> str:
    return "A screen and a keyboard are needed: start it in a terminal, not in a pipe."


def code_refused() -> str:
    return "The store does not take this code: it works once, and only for a while. Ask a supervisor for a new one."


def not_enrolled_because(sentence: str) -> str:
    return f"Not enrolled; the code may still be good. {sentence}"


def folder_not_writable(path: str, fault: str) -> str:
    return f"Nothing can be kept in {path} ({fault}): make it writable, or set `terminal.journal` to another folder."


def token_not_kept(path: str, fault: str) -> str:
    return f"The token could not be kept in {path} ({fault}): see to that disk, then enrol with a new code."


def token_unreadable(path: str, fault: str) -> str:
    return f"The token in {path} cannot be read ({fault}): give this user the right, or enrol with a new code."


def label() -> str:
    return "label"


def no_feed(path: str, fault: str) -> str:
    return f"Nobody listens at {path} ({fault}): --feed is for the demo, leave it out."


# Clock and cards


def clock_put_right(ahead: timedelta) -> str:
    minutes = round(abs(ahead.total_seconds()) / 60)
    how = f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"
    return f"This device's clock is {how} {'fast' if ahead > timedelta() else 'slow'}: the store's time is used here."


def cards_not_written(folder: str, reason: str) -> str:
    """Said by the command line when command cards cannot be written."""
    return f"the command cards cannot be written to {folder}: {reason}; name a folder that this user may write"
