"""The program's vocabulary on one page: every Textual message that crosses from a worker to the app or a screen.

State flows down to the screens, messages flow up. No message carries a connection, a file or a widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from terminal.workflows.prompts import Showing

if TYPE_CHECKING:
    from orders.records import Key
    from scanners.scale import ScaleSaid


class ScanBurst(Message):
    """The driver joined a scanner's keys, or one scan of a paste, into one text; routed before any binding.

    `is_whole` is False where the scan broke off before its end. Its `time` is the arrival, in monotonic seconds.
    """

    def __init__(self, text: str, *, is_whole: bool = True) -> None:
        self.text, self.is_whole = text, is_whole
        super().__init__()


class Shown(Message):
    """The session has a new prompt or verdict; sent only after what it says is on disk."""

    def __init__(self, showing: Showing) -> None:
        self.showing = showing
        super().__init__()


class RecordsChanged(Message):
    """Records of these keys are not what they were: the queue repaints them, an open prompt may be stale."""

    def __init__(self, keys: frozenset[Key]) -> None:
        self.keys = keys
        super().__init__()


class LinkChanged(Message):
    """The badge changed: online or not, what waits, and one sentence where something is wrong."""

    def __init__(self, badge: str, waiting: int, sentence: str = "") -> None:
        self.badge, self.waiting, self.sentence = badge, waiting, sentence
        super().__init__()


class ScaleSpoke(Message):
    """The scale of this bench said something, or its port came or went."""

    def __init__(self, said: ScaleSaid) -> None:
        self.said = said
        super().__init__()


class Noted(Message):
    """A sentence from a printer, a scanner or the journal that the operator has to see; `is_fault` asks for an act.

    A later one of the same `source` takes a fault away; an empty sentence does nothing but that.
    """

    def __init__(self, sentence: str, *, is_fault: bool = False, source: str = "") -> None:
        self.sentence, self.is_fault, self.source = sentence, is_fault, source
        super().__init__()
