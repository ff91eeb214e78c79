"""How the self-test looks at any size: the result, the raw signs, the lines to be written.

Decides where things stand; what they say is the trial's and the wording's business.
"""

from __future__ import annotations

from dataclasses import dataclass

from terminal import scanner_test_wording as words
from terminal.scanner_test.findings import Weight
from terminal.scanner_test.trial import Page, Trial
from terminal.screens import big
from terminal.screens.floor_view import keys_line
from terminal.screens.lines import Line, cut, fitted, line, spread, wrap

_ROLE_OF = {Weight.RIGHT: "good", Weight.ADVICE: "note", Weight.FAULT: "refused"}
_WORD_WIDTH = 4


@dataclass(frozen=True, slots=True)
class TrialView:
    """One look at a trial."""

    trial: Trial

    def lines(self, width: int, height: int) -> list[Line]:
        """Exactly `height` lines for a screen of `width` cells."""
        title, rows, keys = self._page(width)
        room = height - 2
        top = self.trial.top = max(0, min(self.trial.top, len(rows) - room))
        more = "" if len(rows) <= room else "↓" if top == 0 else "↑" if top == len(rows) - room else "↑↓"
        head = line(spread(title, more, width), "title", fills=True)
        return [head, *fitted(rows[top : top + room], room), keys_line(keys, width)]

    def _page(self, width: int) -> tuple[str, list[Line], tuple[str, ...]]:
        trial = self.trial
        match trial.page:
            case Page.RAW:
                return words.raw_title(), _said(trial, width) + _raw(trial, width), words.keys_raw()
            case Page.LINES:
                assert trial.edit is not None
                place = [line(row, "dim") for row in wrap(words.lines_place(str(trial.edit.path)), width)]
                return words.lines_title(), [*place, *_diff(trial.edit.lines, width)], words.keys_lines()
            case _:
                rows = _result(trial, width) if trial.diagnosis else _waiting(trial, width)
                return words.title(), rows, words.keys_result(trial.can_save)


def _waiting(trial: Trial, width: int) -> list[Line]:
    rows = [*_said(trial, width), *(line(row, "ask") for row in wrap(words.ask_card(), width))]
    if trial.hearing:
        rows += [line(row, "quantity") for row in wrap(words.hearing(trial.hearing), width)]
    rows += [Line(), line(words.ports_title(), "dim"), *_listed(words.the_keyboard(), width)]
    for news in trial.ports.values():
        if news.fault:
            rows += _boxed(news.fault, "fault", width)
        elif news.settings:
            is_line = news.way == "serial"
            at_line = words.listening(news.path, str(news.settings), news.what)
            rows += _listed(at_line if is_line else words.listening_device(news.path, words.way(news.way)), width)
    return [*rows, Line(), *(line(row, "dim") for row in wrap(words.no_card_yet(), width))]


def _result(trial: Trial, width: int) -> list[Line]:
    faults = sum(each.weight is Weight.FAULT for each in trial.report)
    role = "refused" if faults else "good"
    word = Weight.FAULT.value if faults else Weight.RIGHT.value
    rows = _said(trial, width)
    if width >= 60:
        rows += [line(f" {row}", role, fills=True) for row in big.rows(word, 2)]
    rows += _boxed(f"{word}  {words.result(faults)}" if width < 60 else words.result(faults), role, width)
    for finding in trial.report:
        told = wrap(finding.sentence, width - _WORD_WIDTH) or [""]
        heads = [finding.weight.value, *[""] * (len(told) - 1)]
        rows += [
            Line(((f"{head:<{_WORD_WIDTH - 1}}", _ROLE_OF[finding.weight]), (f" {row}", "plain")))
            for head, row in zip(heads, told, strict=True)
        ]
    return rows


def _raw(trial: Trial, width: int) -> list[Line]:
    if not trial.heard:
        return [line(row, "ask") for row in wrap(words.nothing_heard(), width)]
    rows: list[Line] = []
    for heard in trial.heard:
        capture = heard.capture
        where = capture.source.port or words.the_keyboard()
        at = f"{heard.at:%H:%M:%S}.{heard.at.microsecond // 1000:03d}"
        head = words.raw_head(at, where, round(capture.seconds * 1000), len(capture.signs))
        rows += [line(row, "dim") for row in wrap(head, width)]
        rows += [line(row, "item") for row in wrap(heard.text, width)]
        rows += [line(row, "quantity") for row in wrap(heard.hexadecimal, width)]
        rows += [line(row, "tote") for row in wrap(heard.outcome, width)]
        rows.append(Line())
    return rows


def _diff(texts: tuple[str, ...], width: int) -> list[Line]:
    roles = {"+": "good", "-": "refused"}
    return [
        line(row, roles.get(text[:1], "plain"), fills=True)
        for text in texts
        for row in ([cut(text, width)] if len(text) <= width else _broken(text, width))
    ]


def _broken(text: str, width: int) -> list[str]:
    """A line of a file as it stands, its spaces kept."""
    return [text[place : place + width] for place in range(0, len(text), width)]


def _said(trial: Trial, width: int) -> list[Line]:
    return _boxed(trial.said, "refused" if trial.is_refused else "note", width) if trial.said else []


def _listed(text: str, width: int) -> list[Line]:
    return [line(f"{' ' if place else '-'} {row}") for place, row in enumerate(wrap(text, width - 2))]


def _boxed(text: str, role: str, width: int) -> list[Line]:
    return [line(f" {row}", role, fills=True) for row in wrap(text, width - 2)]
