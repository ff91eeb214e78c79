"""What a text that is handed in may hold: one judge for every request and for every cell of a file.

Decides which signs a number, a line, a note, a currency and a country may be made of, and says in words which sign came
where. An identifier is refused, never mended: two numbers that look alike would be two orders. A free text is kept in
NFC (Unicode Annex 15) with plain line breaks, for its two forms are the same text. It never reads what is kept already,
and a text that only names something that is there is not judged: it is looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from orders.countries import country_name
from orders.currencies import DECIMALS
from orders.decoding import decoded
from orders.shapes import COUNTRY, CURRENCY, HIDDEN, KEY, LINE, NOTE, NUMBER

T = TypeVar("T")

# Signs without width or shape of their own: they differ in bytes, and nobody sees it.
_HIDDEN = re.compile(f"[{HIDDEN}]")
# In these scripts, and between the parts of one emoji, a joiner is spelling (Unicode 23.2, UTS 51).
_JOINED_SCRIPTS = "\u0600-\u1cff\ua830-\uabff\U00011000-\U00011fff"
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_SPELLED = rf"(?<=[{_JOINED_SCRIPTS}])[\u200c\u200d](?=[{_JOINED_SCRIPTS}])|(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])"
# What chooses the shape of the sign before it: in a text it is seen.
_SHAPES = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HIDDEN_IN_LINE = re.compile(f"(?!{_SPELLED}|[{_SHAPES}])[{HIDDEN}]")
_HIDDEN_IN_NOTE = re.compile(f"(?!{_SPELLED}|[{_SHAPES}]|\n)[{HIDDEN}]")
_PLAIN_IDENTIFIER = re.compile(r"[!-.0-~]+( [!-.0-~]+)*")
_PLAIN_LINE = re.compile(r"[ -~]*")
_LONGEST_SHOWN = 40

# Gives the text as it is kept; appends what is wrong with it.
Judge = Callable[[str, list[str]], str]
_Step = Callable[[Any, str, "list[TextError]"], Any]


class TextError(msgspec.ValidationError):
    """A text holds what its kind may not; `path` names the field, `fault` says what came and what to do."""

    def __init__(self, path: str, came: str, fault: str) -> None:
        super().__init__(f"{path} {came} {fault}")
        self.path, self.came, self.fault = path, came, fault


def handed_in(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw) -> T:
    """What somebody hands in, read and judged; msgspec.DecodeError where it is wrong, TextError where a text is."""
    return judged(decoded(decoder, body))


def judged(thing: T) -> T:
    """`thing` with its texts as they are kept; TextError at the first that may not be."""
    faults: list[TextError] = []
    cls: type = type(thing)
    thing = _struct_step(cls)(thing, "", faults)
    if faults:
        raise faults[0]
    return thing


def fault_of(text: str, kind: str, most: int) -> str:
    """What is wrong with a text of that kind, as it stands behind the text; "" where nothing is."""
    faults: list[str] = []
    _JUDGES[kind](text, faults)
    if not faults and len(text) > most:
        faults.append(f"is longer than {most} signs: shorten it")
    return faults[0] if faults else ""


def shown(text: str) -> str:
    """A text as a sentence repeats it: what cannot be seen is spelled out."""
    cut = f"{text[:_LONGEST_SHOWN]}..." if len(text) > _LONGEST_SHOWN else text
    spelled = "".join(
        f"<U+{ord(sign):04X}>" if _HIDDEN.match(sign) or (sign.isspace() and sign != " ") else sign for sign in cut
    )
    return f"'{spelled}'"


def unjudged(cls: type[msgspec.Struct]) -> frozenset[str]:
    """The texts of a message that no kind and no pattern binds: each has to be one that is only looked up."""
    return frozenset(_unjudged(inspect.type_info(cls), ""))


# --- kinds -----


def _identifier(text: str, faults: list[str]) -> str:
    if _PLAIN_IDENTIFIER.fullmatch(text) or not text:
        return text
    if found := _HIDDEN.search(text):
        faults.append(f"holds {_sign(found[0], found.start())}, which nobody sees: take it out")
    elif text[0].isspace() or text[-1].isspace():
        faults.append("begins or ends with a blank: take it away")
    elif found := re.search(r"\s\s|[^\S ]", text):
        wrong = found.start() if not found[0].isspace() or len(found[0]) == 1 else found.start() + 1
        faults.append(f"holds {_sign(text[wrong], wrong)}: between two words stands one plain blank")
    elif not unicodedata.is_normalized("NFC", text):
        faults.append(f"holds {_sign(*_apart(text))}, which makes a second form of the same letters: write it in NFC")
    return text


def _number(text: str, faults: list[str]) -> str:
    if "/" in text:
        faults.append("holds a slash, which no id may: write another sign")
        return text
    return _identifier(text, faults)


def _line(text: str, faults: list[str]) -> str:
    return text if _PLAIN_LINE.fullmatch(text) else _free(text, _HIDDEN_IN_LINE, faults)


def _note(text: str, faults: list[str]) -> str:
    return text if _PLAIN_LINE.fullmatch(text) else _free(text.replace("\r\n", "\n"), _HIDDEN_IN_NOTE, faults)


def _free(text: str, hidden: re.Pattern[str], faults: list[str]) -> str:
    text = unicodedata.normalize("NFC", text)
    if found := hidden.search(text):
        faults.append(f"holds {_sign(found[0], found.start())}, which does not stand on paper: take it out")
    return text


def _currency(text: str, faults: list[str]) -> str:
    if text and text not in DECIMALS:
        faults.append("is no ISO 4217 currency in capitals, such as GBP: correct it")
    return text


def _country(text: str, faults: list[str]) -> str:
    if text and country_name(text) is None:
        faults.append("is no ISO 3166-1 country in capitals, such as GB: correct it")
    return text


_JUDGES: dict[str, Judge] = {
    NUMBER: _number,
    KEY: _identifier,
    LINE: _line,
    NOTE: _note,
    CURRENCY: _currency,
    COUNTRY: _country,
}


def _sign(sign: str, place: int) -> str:
    name = unicodedata.name(sign, "a control character")
    return f"U+{ord(sign):04X} ({name}) at position {place + 1}"


def _apart(text: str) -> tuple[str, int]:
    """The first sign that NFC would write otherwise, and where it stands."""
    whole = unicodedata.normalize("NFC", text)
    place = next((i for i, (one, other) in enumerate(zip(text, whole, strict=False)) if one != other), len(whole) - 1)
    # The mark that joins its letter says more than the letter.
    if place + 1 < len(text) and unicodedata.combining(text[place + 1]):
        place += 1
    return text[place], place


# --- where in a message -----


@cache
def _struct_step(cls: type) -> _Step:
    told = inspect.type_info(cls)
    fields = told.fields if isinstance(told, inspect.StructType) else ()
    steps = tuple((field.name, step) for field in fields if (step := _step_of(field.type)))

    def judge(thing: Any, path: str, faults: list[TextError]) -> Any:
        changed = {}
        for name, step in steps:
            # Whether something may be empty is said by its shape.
            if (part := getattr(thing, name)) and (kept := step(part, f"{path}{name}", faults)) is not part:
                changed[name] = kept
        return replace(thing, **changed) if changed else thing

    return judge


def _step_of(told: inspect.Type) -> _Step | None:
    match told:
        case inspect.Metadata(extra={"text": kind, "most": most}):
            return _text_step(kind, most)
        case inspect.Metadata(type=inner, extra=extra):
            step = _step_of(inner)
            return _bounded(step, extra["items"]) if step and extra and "items" in extra else step
        case inspect.UnionType(types=types):
            # None beside one type of text or message.
            steps = [step for each in types if (step := _step_of(each))]
            return steps[0] if steps else None
        case inspect.VarTupleType(item_type=item):
            return _each(step) if (step := _step_of(item)) else None
        case inspect.StructType(cls=cls):
            inner_step = _struct_step(cls)
            return lambda thing, path, faults: inner_step(thing, f"{path}.", faults)
    return None


def _text_step(kind: str, most: int) -> _Step:
    judge = _JUDGES[kind]

    def step(text: str, path: str, faults: list[TextError]) -> str:
        said: list[str] = []
        kept = judge(text, said)
        if not said and len(kept) > most:
            said.append(f"is longer than {most} signs: shorten it")
        if said:
            faults.append(TextError(path, shown(text), said[0]))
        return kept

    return step


def _each(step: _Step) -> _Step:
    def judge(parts: tuple[Any, ...], path: str, faults: list[TextError]) -> tuple[Any, ...]:
        kept = tuple(step(part, f"{path}[{place}]", faults) for place, part in enumerate(parts))
        return parts if all(map(lambda one, other: one is other, kept, parts)) else kept

    return judge


def _bounded(step: _Step, most: int) -> _Step:
    def judge(parts: tuple[Any, ...], path: str, faults: list[TextError]) -> Any:
        if len(parts) > most:
            faults.append(
                TextError(path, f"of {len(parts)}", f"are more than the {most} that paper has room for: shorten them")
            )
            return parts
        return step(parts, path, faults)

    return judge


def _unjudged(told: inspect.Type, path: str) -> list[str]:
    match told:
        case inspect.Metadata(extra={"text": _}):
            return []
        case inspect.Metadata(type=inner):
            return _unjudged(inner, path)
        case inspect.UnionType(types=types):
            return [name for each in types for name in _unjudged(each, path)]
        case inspect.VarTupleType(item_type=item):
            return _unjudged(item, path)
        case inspect.StructType(fields=fields):
            return [name for each in fields for name in _unjudged(each.type, f"{path}.{each.name}".lstrip("."))]
        case inspect.StrType(pattern=None):
            return [path]
    return []
