"""Every sentence that says what is wrong with a read, and the next physical act.

Decides the words only; which read is wrong, and how, is decided where it is read.
"""

from collections.abc import Sequence

from scanners.scan import shown

# The read as a whole


def empty() -> str:
    """Nothing but a frame."""
    return "The read holds nothing: scan it again."


def too_long(limit_bytes: int) -> str:
    """No code is that long; several ran into one."""
    return f"The read is longer than {limit_bytes} characters: scan one code alone."


def never_ended(raw: str) -> str:
    return (
        f"Nothing ended the read {shown(raw)}: scan it again. If this goes on, set the scanner's suffix to CR, "
        'or write terminators = "" in its settings.'
    )


def garbled() -> str:
    return "The line damaged this read: scan it again. If this goes on, check baud, parity and cable."


def cut_short(fragment: str) -> str:
    """Its end never came."""
    return f"The read broke off after {shown(fragment)}: scan it again."


def not_ascii(text: str) -> str:
    """Characters that no code of the floor has."""
    return f"{shown(text)} holds characters that no floor barcode has: set it aside."


def control_character(text: str) -> str:
    """Characters that nobody can see, and several codes in one read, perhaps."""
    return f"{shown(text)} holds control characters: scan one code alone, or set it aside."


def aim_unknown(code: str) -> str:
    """ISO/IEC 15424 has no such id."""
    return f"{shown(code)} is no AIM id that can be used: scan again, or mend the scanner's set-up."


def aim_wanted() -> str:
    """The profile says that every read begins with one."""
    return "The scanner sent no AIM id though its profile expects one: mend the scanner's set-up."


def aim_lost() -> str:
    """A separator stands in a read that does not say it is GS1 data."""
    return "This GS1 code came without its AIM id: switch AIM ids on in the scanner's set-up."


def check_digit(digits: str) -> str:
    """EAN, UPC or ITF-14."""
    return f"The check digit of {digits} is wrong: scan it again, or key the number under the bars."


def ean_length(digits: str, expected: str) -> str:
    """An EAN/UPC symbol of another length than its AIM id promises."""
    return f"An EAN/UPC read has {expected}, this one is {shown(digits)}: scan again, or mend the set-up."


# GS1 elements


def elements_missing() -> str:
    """The symbol says that it is GS1 data, and holds none."""
    return "The barcode says GS1 but holds nothing: scan it again."


def printed_missing() -> str:
    """Nothing was keyed."""
    return "Nothing was keyed: expected (AI)value as it is printed."


def printed_broken(rest: str) -> str:
    """What was keyed is not as it is printed under a symbol."""
    return f"Expected (AI)value at {shown(rest)}: key it as it is printed."


def unknown_ai(head: str) -> str:
    """No application identifier begins like this."""
    return f"No GS1 application identifier begins with {shown(head)}: scan it again."


def value_missing(ai: str) -> str:
    """An application identifier and nothing behind it."""
    return f"({ai}) holds nothing: scan again, or set it aside."


def wrong_length(ai: str, value: str) -> str:
    """Too few or too many characters."""
    return f"({ai}) cannot be as long as {shown(value)}: scan again, or set it aside."


def separator_lost(ai: str, value: str) -> str:
    """A value runs on, or a mark stands in it where GS ought to be."""
    return f"({ai}) runs on in {shown(value)}, its separator is lost: set the scanner to send GS, then scan again."


def separators_not_sent(ai: str) -> str:
    """This scanner loses GS, so that nobody can tell where this value ends."""
    return f"This scanner sends no GS, so where ({ai}) ends is not known: take another scanner, or scan the EAN."


def wrong_characters(ai: str, value: str) -> str:
    """Characters that this application identifier must not have."""
    return f"({ai}) cannot hold {shown(value)}: scan again, or set it aside."


def wrong_check_digit(ai: str, value: str) -> str:
    """A check digit, or pair, in a GS1 value."""
    return f"The check digit in ({ai}){shown(value)} is wrong: scan again, or key the number."


def wrong_date(ai: str, value: str) -> str:
    """No such day or time."""
    return f"({ai}){shown(value)} is no date that exists: set it aside."


def wrong_content(ai: str, value: str, fault: str) -> str:
    """A value of the right form that means nothing; `fault` says of what it is none."""
    return f"({ai}){shown(value)} {fault}: set it aside."


def contradiction(ai: str, one: str, other: str) -> str:
    """One application identifier with two values."""
    return f"The barcode says ({ai}) twice, {shown(one)} and {shown(other)}: set it aside."


def repeated(ai: str) -> str:
    """One application identifier twice, with the same value."""
    return f"The barcode says ({ai}) twice alike: set it aside."


def companion_missing(ai: str, wanted: Sequence[str]) -> str:
    """What this application identifier has to come with is not here, though part of its company is."""
    return f"({ai}) has to come with {_one_of(wanted)}: scan the other code on the label, or set it aside."


def alone(ai: str, wanted: Sequence[str]) -> str:
    """What this application identifier belongs to stands in another symbol."""
    return f"({ai}) stands alone: scan the code on the same label that says {_one_of(wanted)}."


def exclusive(ai: str, other: str) -> str:
    """Two application identifiers that must not come together."""
    return f"({ai}) and ({other}) must not stand in one barcode: set it aside."


def serial_missing(ai: str) -> str:
    """A digital signature over a key without its serial number."""
    return f"A signed ({ai}) has to have its serial number: set it aside."


# Web addresses


def link_broken(fault: str) -> str:
    """A GS1 web address with something wrong about it."""
    return f"The GS1 web address cannot be trusted, {fault}: set it aside."


def link_malformed(address: str) -> str:
    """RFC 3986."""
    return link_broken(f"{shown(address)} is not well formed")


def link_half_pair() -> str:
    """Names and values do not pair up behind the key."""
    return link_broken("its path does not end with a value")


def link_old_name(name: str, ai: str) -> str:
    """A key by the name that the first releases gave it."""
    return link_broken(f"it says /{name}/ where GS1 wants /{ai}/")


def link_qualifiers(key: str, qualifiers: Sequence[str]) -> str:
    """Names that may not follow this key, or not in that order."""
    return link_broken(f"/{shown('/'.join(qualifiers))} may not follow key {key} in that order")


def link_named_twice(ai: str) -> str:
    """One name, two places."""
    return link_broken(f"it names ({ai}) twice")


def link_belongs_into_path(ai: str) -> str:
    """A qualifier behind the question mark."""
    return link_broken(f"({ai}) belongs into the path")


def link_no_attribute(ai: str) -> str:
    """Something behind the question mark that may not stand there."""
    return link_broken(f"({shown(ai)}) may not stand behind the question mark")


def link_compressed() -> str:
    """A GS1 Digital Link in its compressed form."""
    return "This is a compressed GS1 web address, which is not read here: scan the product's other code."


def no_key(address: str) -> str:
    """A web address of another kind."""
    return f"{shown(address)} names no GS1 key: scan the product's other code."


def _one_of(wanted: Sequence[str]) -> str:
    shortened = [f"({each})" for each in wanted[:4]]
    return " or ".join(shortened) + (" or others" if len(wanted) > 4 else "")
