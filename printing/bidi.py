"""The order in which one line of text is drawn, where some of it runs from right to left (Unicode Annex 9).

Decides the level of each character and the visual order of runs. Lines come without control characters, so the
annex's rules for explicit marks and isolates have nothing to do here. Knows nothing of fonts.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

_NEUTRAL = ("WS", "ON", "S", "B")
_PAIRED = "()[]{}⟨⟩〈〉《》「」『』【】（）［］｛｝༺༻⁅⁆"
_BRACKETS = dict(zip(_PAIRED[::2], _PAIRED[1::2], strict=True))
_CLOSING = {close: opening for opening, close in _BRACKETS.items()}
_MOST_OPEN_BRACKETS = 63  # the annex's own limit


def runs_right_to_left(text: str) -> bool:
    """Whether the line's first letter belongs to a script that runs from right to left (rules P2 and P3)."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False


def has_right_to_left(text: str) -> bool:
    """Whether any character has to be reordered at all."""
    return any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text)


def visual_runs(text: str) -> tuple[tuple[int, int, bool], ...]:
    """The line as (start, end, runs right to left), in the order in which it is drawn from the left (rule L2)."""
    levels = _levels(text)
    runs: list[tuple[int, int, int]] = []
    for place, level in enumerate(levels):
        if runs and runs[-1][2] == level:
            runs[-1] = (runs[-1][0], place + 1, level)
        else:
            runs.append((place, place + 1, level))
    for least in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and runs[end][2] >= least:
                end += 1
            runs[start:end] = reversed(runs[start:end])
            start = end + 1
    return tuple((start, end, level % 2 == 1) for start, end, level in runs)


def _levels(text: str) -> list[int]:
    base = int(runs_right_to_left(text))
    kept = [place for place, char in enumerate(text) if unicodedata.bidirectional(char) != "BN"]
    classes = [unicodedata.bidirectional(text[place]) for place in kept]
    edge = "R" if base else "L"
    marks = [place for place, kind in enumerate(classes) if kind == "NSM"]
    _resolve_weak(classes, edge)
    _resolve_brackets([text[place] for place in kept], classes, edge, marks)
    _resolve_neutral(classes, edge)
    levels = [base] * len(text)
    for place, kind in zip(kept, classes, strict=True):
        levels[place] = base + _ABOVE[base][kind]
    for place in range(len(text) - 1, -1, -1):  # L1: spaces at the end lie on the line's own side
        if unicodedata.bidirectional(text[place]) not in ("WS", "BN"):
            break
        levels[place] = base
    else:
        return levels
    here = base
    for place, char in enumerate(text):
        if unicodedata.bidirectional(char) == "BN" and levels[place] == base:
            levels[place] = here
        here = levels[place]
    return levels


# I1 and I2: how far above the line's own level each class stands, by that level.
_ABOVE = ({"L": 0, "R": 1, "AN": 2, "EN": 2}, {"L": 1, "R": 0, "AN": 1, "EN": 1})


def _resolve_weak(classes: list[str], edge: str) -> None:
    """Rules W1 to W7."""
    before = edge
    for place, kind in enumerate(classes):
        if kind == "NSM":
            classes[place] = before
        before = classes[place]
    strong = edge
    for place, kind in enumerate(classes):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            classes[place] = "AN"
    classes[:] = ["R" if kind == "AL" else kind for kind in classes]
    for place in range(1, len(classes) - 1):
        left, kind, right = classes[place - 1 : place + 2]
        if left == right and ((kind == "CS" and left in ("EN", "AN")) or (kind == "ES" and left == "EN")):
            classes[place] = left
    for start, end in _stretches(classes, ("ET",)):
        if "EN" in (classes[start - 1] if start else "", classes[end] if end < len(classes) else ""):
            classes[start:end] = ["EN"] * (end - start)
    classes[:] = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in classes]
    strong = edge
    for place, kind in enumerate(classes):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            classes[place] = "L"


def _resolve_brackets(chars: list[str], classes: list[str], edge: str, marks: list[int]) -> None:
    """Rule N0: both brackets of a pair run the way of what they hold."""
    for opening, close in sorted(_pairs(chars, classes)):
        inside = {_direction(kind) for kind in classes[opening + 1 : close]}
        if edge in inside:
            found = edge
        elif inside & {"L", "R"}:
            other = "L" if edge == "R" else "R"
            before = next(
                (way for kind in reversed(classes[:opening]) if (way := _direction(kind)) in ("L", "R")), edge
            )
            found = other if before == other else edge
        else:
            continue
        for bracket in (opening, close):
            classes[bracket] = found
            mark = bracket + 1
            while mark in marks:
                classes[mark] = found
                mark += 1


def _pairs(chars: list[str], classes: list[str]) -> list[tuple[int, int]]:
    stack: list[tuple[str, int]] = []
    pairs = []
    for place, (char, kind) in enumerate(zip(chars, classes, strict=True)):
        if kind != "ON":
            continue
        if char in _BRACKETS:
            if len(stack) == _MOST_OPEN_BRACKETS:
                return []
            stack.append((char, place))
        elif char in _CLOSING:
            for depth in range(len(stack) - 1, -1, -1):
                if stack[depth][0] == _CLOSING[char]:
                    pairs.append((stack[depth][1], place))
                    del stack[depth:]
                    break
    return pairs


def _resolve_neutral(classes: list[str], edge: str) -> None:
    """Rules N1 and N2."""
    for start, end in _stretches(classes, _NEUTRAL):
        left = _direction(classes[start - 1]) if start else edge
        right = _direction(classes[end]) if end < len(classes) else edge
        classes[start:end] = [left if left == right else edge] * (end - start)


def _direction(kind: str) -> str:
    return "R" if kind in ("EN", "AN") else kind


def _stretches(classes: list[str], wanted: tuple[str, ...]) -> list[tuple[int, int]]:
    """Start and end of each longest stretch of `wanted` classes."""
    member = [kind in wanted for kind in classes]
    starts = [place for place, (before, here) in enumerate(pairwise([False, *member])) if here and not before]
    ends = [place for place, (here, after) in enumerate(pairwise([*member, False]), 1) if here and not after]
    return list(zip(starts, ends, strict=True))
