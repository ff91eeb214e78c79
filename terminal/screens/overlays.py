"""What can be laid over a prompt: the list of acts, and a text that scrolls (help, or all of a long prompt).

Decides what a key does while one is open. Pure: a key in, the next overlay or its end out. A scan closes every one
of them, which is the app's business.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from terminal import screen_wording as words
from terminal.screens.floor_view import keys_line
from terminal.screens.lines import Line, cut, fitted, line, wrap
from terminal.workflows.prompts import Act, Prompt

# Acts of the program itself; the session never hears of them.
HELP, CLOSE_PROGRAM, SCANNER_TEST = "?", "!close", "!scanner"

_SIGN_ON_STEP = "sign_on"


class Closed(Struct, frozen=True):
    """The overlay is gone: with an act to do, or with a character that begins to be typed."""

    act: str = ""
    typed: str = ""


class ActList(Struct, frozen=True):
    """The acts that are possible here, each behind a digit. `pending` is a digit that was just pressed.

    A slow scanner types digits too, so a digit counts only when nothing follows it for a moment, or Enter does.
    """

    acts: tuple[Act, ...]
    chosen: int = 0
    pending: bool = False

    def key(self, name: str, character: str | None) -> ActList | Reader | Closed:
        """What a key does here."""
        match name:
            case "escape" | "left":
                return Closed()
            case "enter":
                return Closed(act=self.acts[self.chosen].name)
            case "up" | "down":
                step = 1 if name == "down" else -1
                return replace(self, chosen=(self.chosen + step) % len(self.acts), pending=False)
        if not character or not character.isprintable():
            return self
        if self.pending:
            return Closed(typed=f"{self.acts[self.chosen].digit}{character}")
        for place, act in enumerate(self.acts):
            if str(act.digit) == character:
                return replace(self, chosen=place, pending=True)
        return Closed(typed=character)

    def lines(self, width: int, height: int) -> list[Line]:
        """The list, scrolled so that the chosen act is seen."""
        rows: list[Line] = []
        chosen_at = 0
        for place, act in enumerate(self.acts):
            role = "chosen" if place == self.chosen else "plain"
            label = wrap(act.label, width - 3) or [""]
            rows += [
                line(f" {act.digit if first else ' '} {text}", role, fills=True)
                for first, text in zip([True, *[False] * len(label)], label, strict=False)
            ]
            if place == self.chosen:
                chosen_at = len(rows)
        room = height - 2
        rows = rows[max(0, min(chosen_at - room // 2 - 1, len(rows) - room)) :]
        title = line(cut(words.acts_title(), width), "title", fills=True)
        return [title, *fitted(rows, room), keys_line(words.acts_keys(), width)]


class Reader(Struct, frozen=True):
    """A text of any length, a screen at a time."""

    title: str
    paragraphs: tuple[str, ...]
    top: int = 0

    def key(self, name: str, character: str | None) -> ActList | Reader | Closed:
        """What a key does here."""
        match name:
            case "down":
                return replace(self, top=self.top + 1)
            case "up":
                return replace(self, top=max(0, self.top - 1))
            case "pagedown":
                return replace(self, top=self.top + 10)
            case "pageup":
                return replace(self, top=max(0, self.top - 10))
            case "escape" | "left" | "enter":
                return Closed()
        return Closed(typed=character) if character and character.isprintable() else self

    def lines(self, width: int, height: int) -> list[Line]:
        """The rows from `top` on, as far down as there is text."""
        rows = [row for text in self.paragraphs for row in (*wrap(text, width), "")][:-1]
        room = height - 2
        top = min(self.top, max(0, len(rows) - room))
        title = line(cut(self.title, width), "title", fills=True)
        shown = [line(row) for row in rows[top : top + room]]
        return [title, *fitted(shown, room), keys_line(words.reader_keys(), width)]

    def within(self, width: int, height: int) -> Reader:
        """The same with `top` no further down than the last screen."""
        rows = sum(len(wrap(text, width)) + 1 for text in self.paragraphs) - 1
        return replace(self, top=min(self.top, max(0, rows - (height - 2))))


Overlay = ActList | Reader


def act_list(prompt: Prompt) -> ActList:
    """What can be done here, help at the end; before anybody signs on, also the scanner's test and the way out."""
    own = [Act(0, HELP, words.help_act())]
    if prompt.step == _SIGN_ON_STEP:
        own[:0] = Act(8, SCANNER_TEST, words.scanner_act()), Act(9, CLOSE_PROGRAM, words.close_act())
    return ActList((*prompt.acts, *own))


def help_reader(prompt: Prompt) -> Reader:
    """What to scan at this prompt, and which keys there are."""
    return Reader(words.help_title(), tuple(filter(None, (prompt.ask, *prompt.help, *words.help_keys()))))
