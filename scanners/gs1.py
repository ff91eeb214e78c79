"""GS1 element strings, read strictly: every AI known, every value whole, every check digit and date right.

Decides whether a message may be believed. Takes the table of AIs and their shapes from biip; cuts and judges
by itself, since biip lets wrong check digits, bad tails and contradicting repeats through. Refuses to know
which symbols carry such messages, and which AIs ought to come together.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from scanners.gs1_values import wrong_check_digit, wrong_date, wrong_pieces
from scanners.scan import GS, Element, Reason, Refusal, shown

_HRI = re.compile(r"\((\d{2,4})\)((?:[^()\\]|\\[()\\]|\))+)")


class _Shape(NamedTuple):
    ai: str
    value: re.Pattern[str]
    ends_by_itself: bool


def warm_up() -> None:
    """Load the table of AIs now (about 0.2 s), so that the first GS1 scan does not wait for it."""
    _shape("0100")


def read_elements(message: str) -> tuple[Element, ...]:
    """The elements of a GS1 message whose separators are GS (GS1 General Specifications 7.8).

    Raises `Refusal` unless all of it is known, whole and right.
    """
    if not message:
        raise Refusal(Reason.GS1, "The barcode says GS1 but holds nothing: scan it again.")
    elements: list[Element] = []
    rest = message
    while rest:
        shape = _shape(rest[:4])
        rest = rest[len(shape.ai) :]
        if shape.ends_by_itself:
            found = shape.value.match(rest)
            value, after = (found[0], rest[found.end() :]) if found else (rest, "")
            after = after.removeprefix(GS)
        else:
            value, _, after = rest.partition(GS)
        elements.append(_judge(shape, value))
        rest = after
    return without_contradiction(elements)


def read_element(ai: str, value: str) -> Element:
    """One element from its AI and its whole value; raises `Refusal` unless both are right."""
    shape = _shape(ai)
    if shape.ai != ai:
        raise _unknown(ai)
    return _judge(shape, value)


def read_printed(text: str) -> tuple[Element, ...]:
    r"""The elements of the text that is printed under a symbol: `(01)...(10)...`.

    A bracket that belongs to a value is written `\(`. For keyed entry only: no scanner sends this. Raises `Refusal`.
    """
    elements: list[Element] = []
    place = 0
    while place < len(text):
        found = _HRI.match(text, place)
        if found is None:
            raise Refusal(Reason.GS1, f"Expected (AI)value at {shown(text[place:])}: key it as it is printed.")
        elements.append(read_element(found[1], re.sub(r"\\(.)", r"\1", found[2])))
        place = found.end()
    if not elements:
        raise Refusal(Reason.EMPTY, "Nothing was keyed: expected (AI)value as it is printed.")
    return without_contradiction(elements)


def without_contradiction(elements: Iterable[Element]) -> tuple[Element, ...]:
    """The same elements; raises `Refusal` where one AI comes twice with different values."""
    kept = tuple(elements)
    values: dict[str, str] = {}
    for ai, value in kept:
        if values.setdefault(ai, value) != value:
            sentence = f"The barcode says ({ai}) twice, {shown(values[ai])} and {shown(value)}: set it aside."
            raise Refusal(Reason.GS1, sentence)
    return kept


def _judge(shape: _Shape, value: str) -> Element:
    ai = shape.ai
    if shape.value.fullmatch(value) is None:
        raise Refusal(Reason.GS1, f"({ai}) cannot hold {shown(value) or 'nothing'}: scan again, or set it aside.")
    if wrong_check_digit(ai, value):
        sentence = f"The check digit in ({ai}){shown(value)} is wrong: scan again, or key the number."
        raise Refusal(Reason.CHECK_DIGIT, sentence)
    if wrong_date(ai, value):
        raise Refusal(Reason.GS1, f"({ai}){shown(value)} is no date that exists: set it aside.")
    if wrong_pieces(ai, value):
        raise Refusal(Reason.GS1, f"({ai}){shown(value)} names a piece beyond its total: set it aside.")
    return Element(ai, value)


@lru_cache(maxsize=2048)
def _shape(head: str) -> _Shape:
    """The AI that this text begins with; four characters are enough, and no AI begins another."""
    from biip import ParseError  # 176 ms to import: only once something claims to be GS1
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

    try:
        known = GS1ApplicationIdentifier.extract(head)
    except ParseError as fault:
        raise _unknown(head) from fault
    value = known.pattern.removeprefix(f"^{known.ai}").removesuffix("$")
    return _Shape(known.ai, re.compile(value), not known.separator_required)


def _unknown(head: str) -> Refusal:
    return Refusal(Reason.GS1, f"No GS1 application identifier begins with {shown(head)}: scan it again.")
