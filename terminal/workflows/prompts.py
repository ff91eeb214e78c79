"""What a screen needs to know of a step: a prompt, and the verdict on the last scan.

Decides the vocabulary between workflows and screens. What stands in a prompt is the workflows' business, where it
stands on the glass is the screens'.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from terminal.papers import Paper

Takes = Literal["scan", "number", "text", "secret", "weight"]


class Act(Struct, frozen=True):
    """Something that can be done here besides scanning: the arrow opens the list, the digit chooses.

    `name` is also the body of the command barcode that does the same.
    """

    digit: int
    name: str
    label: str


class Prompt(Struct, frozen=True):
    """One question to the operator. Empty texts take no room.

    `location`, `item`, `quantity` and `tote` have to be readable whole at 20x16; `details` may fall off a small
    screen. `expects` lists barcode texts that would be right: it feeds the toy scanner and nothing on screen.
    `enter` is the act that Enter on an empty line does; most prompts have none.
    """

    step: str
    title: str
    ask: str
    progress: str = ""
    location: str = ""
    item: str = ""
    description: str = ""
    quantity: str = ""
    tote: str = ""
    details: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    takes: Takes = "scan"
    expects: tuple[str, ...] = ()
    enter: str = ""
    help: tuple[str, ...] = ()


class Tone(Enum):
    """How a verdict looks and sounds; each has a word beside its colour."""

    GOOD = "OK"
    REFUSED = "NO"
    NOTE = "NOTE"
    ASK = "ASK"


class Sound(Enum):
    """What a worker has to hear without looking."""

    RIGHT = "right"
    WRONG = "wrong"
    ATTENTION = "attention"


class Verdict(Struct, frozen=True):
    """One sentence on the last act. A refusal stays on the whole screen until the right scan or a clear key."""

    tone: Tone
    sentence: str
    reason: str = ""


class Showing(Struct, frozen=True):
    """All that a floor screen shows at one moment; `turn` counts scans, so that a test knows its own verdict.

    `papers` are laid over it to be looked at, until the next scan or key.
    """

    prompt: Prompt
    verdict: Verdict | None = None
    turn: int = 0
    worker: str = ""
    papers: tuple[Paper, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the last act stands."""
        return self.verdict is not None and self.verdict.tone is Tone.GOOD
