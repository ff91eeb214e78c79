"""GS1 element strings: cut into elements, each value judged, and all that is wrong with them told.

Decides where an element ends and whether it may be believed; what its values may be and which belong together are
tables of their own. Reports every value with every problem, and guesses nothing: behind an identifier that nobody
knows, it reads no further. Refuses to know which symbols carry such messages, and which problems can be lived with.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from scanners import wording
from scanners.gs1_company import judge_company
from scanners.gs1_dictionary import Definition, define, find
from scanners.scan import GS, Element, Problem, Reason

_PRINTED = re.compile(r"\((\d{2,4})\)((?:[^()\\]|\\[()\\]|\))+)")
# What scanners and their set-ups write where GS ought to stand, in characters that a value may have.
_WRITTEN_OUT = re.compile("<(?:GS|FNC1|F1|0x1D|1D)>", re.IGNORECASE)


class Message(NamedTuple):
    """What a GS1 message says, and all that is wrong with it."""

    elements: tuple[Element, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_elements(message: str, *, sends_gs: bool = True) -> Message:
    """The elements of a GS1 message whose separators are GS (GS1 General Specifications 7.8).

    `sends_gs` is False for a scanner that loses them, so that only values of fixed length can be believed.
    """
    if not message:
        return _nothing(wording.elements_missing())
    elements: list[Element] = []
    problems: list[Problem] = []
    place, end = 0, len(message)
    while place < end:
        known = find(message, place)
        if known is None:
            problems.append(_unknown(message[place : place + 4]))
            break
        start = place + len(known.ai)
        stop = message.find(GS, start)
        stop = end if stop < 0 else stop
        if known.ends_by_itself:
            stop = min(stop, start + known.longest)
        elif not sends_gs:
            problems.append(Problem(Reason.SEPARATOR, known.ai, wording.separators_not_sent(known.ai)))
        value = message[start:stop]
        problems += judge(known, value)
        elements.append(Element(known.ai, value))
        place = stop + 1 if stop < end and message[stop] == GS else stop
    return together(elements, problems)


def read_element(ai: str, value: str) -> Message:
    """One element from its application identifier and its whole value."""
    known = define(ai)
    if known is None:
        return Message(problems=(_unknown(ai),))
    return Message((Element(ai, value),), tuple(judge(known, value)))


def read_printed(text: str) -> Message:
    r"""The elements of the text that is printed under a symbol: `(01)...(10)...`.

    A bracket that belongs to a value is written `\(`. For keyed entry only: no scanner sends this.
    """
    text = text.strip()
    if not text:
        return _nothing(wording.printed_missing())
    elements: list[Element] = []
    problems: list[Problem] = []
    place = 0
    while place < len(text):
        found = _PRINTED.match(text, place)
        if found is None:
            problems.append(Problem(Reason.LENGTH, "", wording.printed_broken(text[place:])))
            break
        one = read_element(found[1], re.sub(r"\\(.)", r"\1", found[2]))
        elements += one.elements
        problems += one.problems
        place = found.end()
    return together(elements, problems)


def together(elements: Sequence[Element], problems: Iterable[Problem]) -> Message:
    """Elements of one symbol with the problems found so far, and those of their company."""
    return Message(tuple(elements), (*problems, *_repeats(elements), *judge_company(elements)))


def judge(known: Definition, value: str) -> Iterator[Problem]:
    """What is wrong with a value of this application identifier."""
    ai = known.ai
    if _WRITTEN_OUT.search(value):
        yield Problem(Reason.SEPARATOR, ai, wording.separator_lost(ai, value))
    elif known.shape.fullmatch(value) is None:
        yield _misshapen(known, value)
    else:
        for start, end, is_optional, rule in known.parts:
            piece = value[start:end]
            if rule.holds(piece) or (is_optional and not piece):
                continue
            yield Problem(rule.code, ai, _words(rule.code, ai, value, rule.fault))


def _misshapen(known: Definition, value: str) -> Problem:
    ai = known.ai
    if not value:
        return Problem(Reason.LENGTH, ai, wording.value_missing(ai))
    runs_on = len(value) > known.longest and not known.ends_by_itself
    if runs_on and known.alphabet.fullmatch(value, 0, known.longest):
        return Problem(Reason.SEPARATOR, ai, wording.separator_lost(ai, value))
    if known.alphabet.fullmatch(value) is None:
        return Problem(Reason.CHARACTER, ai, wording.wrong_characters(ai, value))
    if known.shortest <= len(value) <= known.longest and not value.isdecimal():
        return Problem(Reason.CHARACTER, ai, wording.wrong_characters(ai, value))
    return Problem(Reason.LENGTH, ai, wording.wrong_length(ai, value))


def _words(code: Reason, ai: str, value: str, fault: str) -> str:
    match code:
        case Reason.CHECK_DIGIT:
            return wording.wrong_check_digit(ai, value)
        case Reason.DATE:
            return wording.wrong_date(ai, value)
    return wording.wrong_content(ai, value, fault)


def _repeats(elements: Sequence[Element]) -> Iterator[Problem]:
    values: dict[str, str] = {}
    for ai, value in elements:
        if ai not in values:
            values[ai] = value
        elif values[ai] == value:
            yield Problem(Reason.REPEATED, ai, wording.repeated(ai))
        else:
            yield Problem(Reason.CONTRADICTION, ai, wording.contradiction(ai, values[ai], value))


def _nothing(words: str) -> Message:
    return Message(problems=(Problem(Reason.EMPTY, "", words),))


def _unknown(head: str) -> Problem:
    return Problem(Reason.UNKNOWN_AI, "", wording.unknown_ai(head))
