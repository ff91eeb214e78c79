"""Every sentence of the scanner's self-test, one function each: translated together with `wording`.

Decides words and nothing else. Where a text has a shorter form for a narrow screen, both stand here, longest first.
"""

from __future__ import annotations

# The card


def card_title() -> str:
    return "Scanner test card"


def card_steps() -> tuple[str, ...]:
    return (
        "Start “floorhand scanner”, or choose Scanner test on the terminal's list of acts before you sign on.",
        "Scan the code above once, from the distance at which you work.",
        "Do what the screen says, then scan it again until no line says NO.",
        "Press Enter twice: the settings stand in this machine's config.",
    )


def device_settings() -> tuple[str, ...]:
    """What fits Floorhand, in the words of most scanners' manuals."""
    return (
        "Interface: USB serial (USB-COM, CDC or virtual COM port). As a keyboard where that is not offered.",
        "Keyboard country: the same as the computer's. Delay between characters: none.",
        "Suffix: CR (Enter). Prefix: none; a slow keyboard scanner needs one, such as !",
        "AIM code identifier: on for all codes. The maker's own code ID: off.",
        "FNC1, the group separator: sent as GS (control character 29, Ctrl+]).",
        "Good-read beep: off or lowest. Floorhand has a sound of its own for a good read that is the wrong thing.",
    )


# The screen


def title() -> str:
    return "SCANNER TEST"


def ask_card() -> str:
    return "Scan the test card"


def no_card_yet() -> str:
    return "No card? `floorhand scanner --card FOLDER` prints it"


def ports_title() -> str:
    return "Listening to"


def the_keyboard() -> str:
    return "the keyboard"


def listening(port: str, settings: str, what: str) -> str:
    return f"{port} at {settings}{f' ({what})' if what else ''}"


def listening_device(port: str, way: str) -> str:
    return f"{port} ({way})"


def way(name: str) -> str:
    """By which way a scanner comes that is no serial line."""
    return {"network": "network", "evdev": "keyboard, grabbed", "hidraw": "HID-POS"}.get(name, name)


def hearing(count: int) -> str:
    return f"{count} signs so far ..."


def another_code(text: str) -> str:
    return f"That was another code, {text}: scan the test card"


def a_key(text: str) -> str:
    return f"Somebody typed {text}: scan the test card"


def noise(settings: str) -> str:
    return f"That port speaks at another speed; listening at {settings} now: scan the card again"


def noise_on_network() -> str:
    return "What came is no text: set the serial speed of the device server to the scanner's, then scan the card again"


def result(faults: int) -> str:
    if not faults:
        return "This scanner fits"
    return f"{faults} {'thing' if faults == 1 else 'things'} to set on the scanner"


def set_it_first() -> str:
    return "Set on the scanner what the lines with NO say, then scan the card again"


def keys_result(can_save: bool) -> tuple[str, ...]:
    if can_save:
        return (
            "Enter: show the lines to save   → raw signs   Esc close",
            "Enter save  → raw  Esc close",
            "Enter save →raw Esc",
        )
    return ("→ raw signs   Esc close", "→ raw  Esc close", "→ raw  Esc")


def keys_raw() -> tuple[str, ...]:
    return ("Enter: write the log to a file   ← back   Esc close", "Enter export  ← back", "Enter ← Esc")


def keys_lines() -> tuple[str, ...]:
    return ("Enter: write these lines   Esc: leave the config as it is", "Enter write  Esc leave", "Enter write  Esc")


# What the test found


def comes_by_port(port: str, settings: str) -> str:
    return f"Comes by the port {port}, {settings}"


def comes_by_device(port: str, way: str) -> str:
    return f"Comes by {port} ({way})"


def comes_as_keys(characters_per_second: float | None) -> str:
    if characters_per_second is None:
        return "Types like a keyboard (wedge), all at once"
    return f"Types like a keyboard (wedge), {characters_per_second:.0f} characters a second"


def comes_as_paste() -> str:
    return "Types like a keyboard (wedge), each read as one paste"


def parity_seen(parity: str) -> str:
    return f"Sends 7 bits with {'even' if parity == 'E' else 'odd' if parity == 'O' else 'mark'} parity"


def port_is_better() -> str:
    return "Better set to USB serial (USB-COM): then no keyboard layout and no lost key can spoil a scan"


def too_slow(milliseconds: int) -> str:
    return (
        f"Keys come {milliseconds} ms apart, as slowly as a hand: set the delay between characters to 0; where that "
        "cannot be, set the prefix !"
    )


def slow_with_prefix(prefix: str) -> str:
    return f"Keys come slowly; the prefix {prefix} tells them from a hand's"


def changed(sign: str, came: str) -> str:
    return f"{sign} as {came}" if came else f"{sign} not at all"


def layouts_differ(scanner: str, host: str, changes: str) -> str:
    return (
        f"The scanner types as on a {scanner} keyboard, this computer reads {host} ({changes}): set the scanner's "
        f"keyboard country to {host}"
    )


def layout_to_set(scanner: str) -> str:
    return f"The scanner plays a {scanner} keyboard: the lines to be written say so, and then every sign is right"


def letters_changed(how: str) -> str:
    match how:
        case "swapped":
            return "Upper and lower case are swapped: switch Caps Lock off, here and in the scanner's set-up"
        case "upper":
            return "Every letter came in upper case: switch case conversion off in the scanner's set-up"
        case _:
            return "Every letter came in lower case: switch case conversion off in the scanner's set-up"


def signs_changed(changes: str) -> str:
    return f"Some signs came as others ({changes}): set the same keyboard country on scanner and computer"


def signs_missing(signs: str) -> str:
    return f"Signs were lost on the way ({signs}): set a delay of a few milliseconds between characters, and scan again"


def signs_extra(signs: str) -> str:
    return f"Signs came that are not on the card ({signs}): switch off what the scanner adds, and scan again"


def every_sign_right() -> str:
    return "Every letter, digit and mark came as printed"


def separator_right() -> str:
    return "The separator of GS1 codes (FNC1) comes as GS"


def separator_mark(mark: str) -> str:
    return f"The separator of GS1 codes (FNC1) comes as {mark}, which is put back"


def separator_lost() -> str:
    return (
        "The separator of GS1 codes (FNC1) is lost, so lot and serial would run together: set the scanner to send it "
        "as GS (Ctrl+]) or as |"
    )


def separator_strange(mark: str) -> str:
    return f"The separator of GS1 codes (FNC1) comes as {mark}, which data may hold: set the scanner to send GS or |"


def aim_right() -> str:
    return "AIM identifiers are on"


def aim_missing() -> str:
    return (
        "No AIM identifiers. Not read without them: GS1 codes (GS1-128, DataBar, DataMatrix, QR) of goods and of "
        "others' pallets, with their lot, serial, expiry and count; an EAN with an add-on. A UPC-E may pass for an "
        "EAN-8. Set on the scanner what the card says: AIM code identifier on for all codes"
    )


def works_without_aim() -> str:
    return "Read without AIM identifiers: EAN, UPC-A and ITF-14, web addresses, Floorhand's barcodes and parcel labels"


def aim_other(aim: str) -> str:
    return f"The card came as {aim} and not as ]C1: switch GS1-128 (UCC/EAN-128) on in the scanner's set-up"


def prefix_seen(prefix: str) -> str:
    return f"Each read begins with {prefix}"


def prefix_strange(prefix: str) -> str:
    return f"Each read begins with {prefix}: switch prefix and maker's code ID off; only a mark such as ! may be there"


def suffix_seen(suffix: str) -> str:
    return f"Each read ends with {suffix}"


def suffix_missing() -> str:
    return "Nothing ends a read, so a pause has to: set the suffix CR (Enter), it is faster and surer"


def turn_beep_down() -> str:
    return "Turn the scanner's own beep down: it says 'good read' also when the thing is wrong"


# The raw view and its log


def raw_title() -> str:
    return "RAW SIGNS"


def nothing_heard() -> str:
    return "Nothing came so far. Scan anything"


def raw_head(at: str, where: str, milliseconds: int, count: int) -> str:
    return f"{at} {where}, {count} signs in {milliseconds} ms"


def outcome_card(*, is_whole: bool) -> str:
    return "the test card, as printed" if is_whole else "the test card, changed on the way"


def log_written(path: str) -> str:
    return f"The log is in {path}"


def log_not_written(path: str, fault: str) -> str:
    return f"The log cannot be written to {path} ({fault}): name another place with --log"


def log_empty() -> str:
    return "The log is empty: scan something first"


# Writing the config


def lines_title() -> str:
    return "NEW LINES"


def lines_place(path: str) -> str:
    return f"In {path}"


def nothing_to_change() -> str:
    return "The config says all this already"


def written(path: str) -> str:
    return f"Written to {path}; it counts from the terminal's next start"


def config_will_not_do(fault: str) -> str:
    return f"The config cannot take these lines: {fault}"


def no_place_for_an_entry() -> str:
    return "no place for another [[scanner]] was found, write it by hand"


def config_changed_meanwhile(path: str) -> str:
    return f"{path} was changed meanwhile: scan the card again"


def config_not_read(path: str, fault: str) -> str:
    return f"{path} cannot be read ({fault}): give this user the right"


def config_not_written(path: str, fault: str) -> str:
    return f"{path} cannot be written ({fault}): give this user the right, or copy the lines by hand"


# The command


def no_screen() -> str:
    return "a screen and a keyboard are needed: start it in a terminal, not in a pipe"


def card_not_written(folder: str, fault: str) -> str:
    return f"the test card cannot be written to {folder} ({fault}): name a folder that this user may write"


def port_busy(path: str) -> str:
    return f"{path} is held by another program: close that program, or test in the terminal that uses it"


def port_denied(path: str) -> str:
    return f"{path} may not be read by this account: add it to the group that owns the port, often dialout"


def port_absent(path: str) -> str:
    return f"{path} is not there: plug the scanner in"


def port_broken(path: str, fault: str) -> str:
    return f"{path} does not work ({fault})"
