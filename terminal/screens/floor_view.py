"""Where a prompt stands on the glass, from 20x16 to any size: pure, a showing in and lines out.

Decides what gives way on a small screen: air first, then large letters, then the description and the details. The
location, the item, the quantity, the tote, the sentence of the verdict and the keys are never cut. A refusal takes
the whole screen.
"""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from terminal import screen_wording as words
from terminal.screens import big
from terminal.screens.lines import TABLE_COLUMNS, Line, cut, fitted, line, spread, wrap
from terminal.workflows.prompts import Prompt, Showing, Tone, Verdict

_ROLE_OF = {Tone.GOOD: "good", Tone.REFUSED: "refused", Tone.NOTE: "note", Tone.ASK: "question"}

ONLINE = "ONLINE"
"""The one badge that is not a warning."""


class _Plan(Struct, frozen=True):
    """How generous one layout is; the first that fits is taken."""

    air: int
    scale: int
    description: int
    details: int
    note: int = 4
    verdict: int = 3


_PLANS = (
    _Plan(air=1, scale=3, description=9, details=99),
    _Plan(air=1, scale=2, description=9, details=99),
    _Plan(air=0, scale=2, description=9, details=99),
    _Plan(air=0, scale=2, description=3, details=4),
    _Plan(air=0, scale=1, description=9, details=99),
    _Plan(air=0, scale=1, description=3, details=9),
    _Plan(air=0, scale=1, description=2, details=2),
    _Plan(air=0, scale=1, description=1, details=0),
    _Plan(air=0, scale=0, description=2, details=9),
    _Plan(air=0, scale=0, description=1, details=1),
    _Plan(air=0, scale=0, description=1, details=0),
    _Plan(air=0, scale=0, description=1, details=0, verdict=1),
    _Plan(air=0, scale=0, description=0, details=0, verdict=1),
    _Plan(air=0, scale=0, description=0, details=0, note=2, verdict=1),
    _Plan(air=0, scale=0, description=0, details=0, note=0, verdict=1),
)


class FloorView(Struct, frozen=True):
    """All that a floor screen shows at one moment: the session's showing, and what the app knows besides."""

    showing: Showing
    badge: str = ""
    waiting: int = 0
    note: str = ""
    is_fault: bool = False
    entry: str = ""

    def lines(self, width: int, height: int) -> list[Line]:
        """Exactly `height` lines for a screen of `width` cells."""
        return self._laid_out(width, height)[0]

    def is_hiding(self, width: int, height: int) -> bool:
        """Whether something of the prompt does not fit at this size: the down arrow then shows all of it."""
        return self._laid_out(width, height)[1]

    def all_of_it(self) -> tuple[str, ...]:
        """Everything the prompt says, for a reader that scrolls."""
        prompt, verdict = self.showing.prompt, self.showing.verdict
        tote = words.tote(prompt.tote) if prompt.tote else ""
        quantity = words.quantity(prompt.quantity) if prompt.quantity else ""
        said = (prompt.title, prompt.ask, prompt.location, prompt.item, prompt.description, quantity, tote)
        return tuple(filter(None, (*said, *prompt.details, self.note, verdict.sentence if verdict else "")))

    @property
    def refusal(self) -> Verdict | None:
        """The verdict, where it is a refusal."""
        verdict = self.showing.verdict
        return verdict if verdict and verdict.tone is Tone.REFUSED else None

    def _laid_out(self, width: int, height: int) -> tuple[list[Line], bool]:
        if self.refusal:
            return self._refused(self.refusal, width, height), False
        prompt = self.showing.prompt
        title = line(spread(prompt.title, prompt.progress, width), "title", fills=True)
        room = height - 4
        top, bottom, is_hiding = self._body(width, room)
        body = fitted(top, room - len(bottom)) + bottom
        keys = words.keys(has_acts=bool(prompt.acts), can_clear=bool(self.entry or self.note), is_hiding=is_hiding)
        return [status_line(self, width), title, *body, entry_line(self, width), keys_line(keys, width)], is_hiding

    def _body(self, width: int, room: int) -> tuple[list[Line], list[Line], bool]:
        """What stands on top, what stands at the bottom, and whether something was left out."""
        prompt = self.showing.prompt
        details = [row for text in prompt.details for row in wrap(text, width)]
        description = wrap(prompt.description, width)
        note = _boxed(self.note, "fault" if self.is_fault else "note", width)
        top: list[Line] = []
        bottom: list[Line] = []
        for plan in _PLANS:
            top = _task(prompt, plan, width)
            bottom = note[: plan.note] + self._verdict(plan.verdict, width)
            if len(top) + len(bottom) + min(len(details), plan.details) <= room:
                break
        space = room - len(top) - len(bottom)
        shown = details if len(details) <= space else details[: max(0, space)]
        top += [line(row) for row in shown]
        if space < 0:  # even the barest plan is too tall: what was asked gives way before what was said
            top = top[-space:] if self.showing.verdict else top
        is_hiding = len(shown) < len(details) or len(note) > plan.note or len(description) > plan.description
        return top, bottom, is_hiding or space < 0

    def _verdict(self, at_least: int, width: int) -> list[Line]:
        verdict = self.showing.verdict
        if verdict is None or not verdict.sentence:
            return []
        said = _boxed(f"{verdict.tone.value}  {verdict.sentence}", _ROLE_OF[verdict.tone], width)
        spare = max(0, at_least - len(said))
        blank = line("", _ROLE_OF[verdict.tone], fills=True)
        return [blank] * (spare // 2) + said + [blank] * (spare - spare // 2)

    def _refused(self, verdict: Verdict, width: int, height: int) -> list[Line]:
        room = height - 3
        word, said = verdict.tone.value, wrap(verdict.sentence, width - 2)
        # The word in large letters is seen from the corner of an eye, so it comes before what is merely helpful.
        scale = 1 if len(said) + big.height(1) + 1 <= room else 0
        left = room - len(said) - (big.height(scale) if scale else 1)
        after: list[str] = []
        for rows in (wrap(text, width - 2) for text in _wanted(self.showing.prompt, width - 2)):
            if len(after) + len(rows) + 1 <= left:
                after += rows
        left -= len(after)
        for larger in (2, 3):
            needed = (big.width(word, larger) or width) + 2
            if scale and needed <= width and big.height(larger) - big.height(larger - 1) + 3 <= left:
                left -= big.height(larger) - big.height(larger - 1)
                scale = larger
        above = [""] if left > 1 else []
        between = [""] if left > 0 and after else []
        shout = big.rows(word, scale) if scale else [word]
        red = [line(f" {row}", "refused", fills=True) for row in (*shout, *above, *said, *between, *after)]
        red += [line("", "refused", fills=True)] * (room - len(red))
        return [status_line(self, width), *red[:room], entry_line(self, width), keys_line(words.refusal_keys(), width)]


def status_line(view: FloorView, width: int) -> Line:
    """Who works here and how the store is reached."""
    badge = cut(words.badge(view.badge, view.waiting), width)
    room = width - cell_len(badge)
    who = spread(view.showing.worker or words.program(), "", room - 1) + " "
    return Line(((who, "status"), (badge, "online" if view.badge == ONLINE else "waiting")), "status")


def entry_line(view: FloorView, width: int) -> Line:
    """What was typed so far, its end where it is long; a secret as dots; else what may be typed."""
    if not view.entry:
        hints = words.entry_hint(view.showing.prompt.takes)
        return Line((("> ", "entry"), (first_that_fits(hints, width - 2), "dim")))
    typed = "•" * len(view.entry) if view.showing.prompt.takes == "secret" else view.entry
    room = width - 3
    return line("> " + (typed if len(typed) <= room else "…" + typed[1 - room :]) + "_", "entry")


def keys_line(texts: tuple[str, ...], width: int) -> Line:
    """The keys, in the longest wording that is whole at this width."""
    return line(first_that_fits(texts, width), "keys", fills=True)


def first_that_fits(texts: tuple[str, ...], width: int) -> str:
    """The first text that fits; the last one, cut, where none does."""
    return next((text for text in texts if len(text) <= width), cut(texts[-1], width))


def _task(prompt: Prompt, plan: _Plan, width: int) -> list[Line]:
    ask = [line(row, "ask") for row in wrap(prompt.ask, width)]
    item = [line(row, "item") for row in wrap(prompt.item, width)]
    item += [line(row) for row in _description(prompt.description, plan.description, width)]
    tote = words.tote(prompt.tote) if prompt.tote else ""
    if width >= TABLE_COLUMNS and prompt.location and prompt.quantity:
        most = width * 3 // 4
        quantity = _quantity(prompt.quantity, "", min(plan.scale, 2), width - most)
        beside = _beside(_location(prompt.location, plan, most), quantity, most)
        groups = [ask, beside, item, _quantity("", tote, 0, width)]
    else:
        scale = min(plan.scale, 1) if prompt.location else min(plan.scale, 2)
        groups = [ask, _location(prompt.location, plan, width), item, _quantity(prompt.quantity, tote, scale, width)]
    air = [Line()] * plan.air
    return air + [row for group in groups if group for row in (*group, *air)]


def _location(text: str, plan: _Plan, width: int) -> list[Line]:
    """In block letters under its plain form, or as a bar across the screen where they do not fit."""
    if not text:
        return []
    if scale := big.largest(text, width - 1, plan.scale):
        label = words.location_label()
        above = Line(((f"{label} ", "dim"), (cut(text, width - len(label) - 1), "location")))
        return [above, *(line(row, "location") for row in big.rows(text, scale))]
    edge = [line("", "chosen", fills=True)] if plan.scale else []
    return [*edge, *(line(f" {row}", "chosen", fills=True) for row in wrap(text, width - 1)), *edge]


def _quantity(text: str, tote: str, at_most: int, width: int) -> list[Line]:
    """The quantity in block letters with the tote beside it; or both on a row, or each on its own."""
    said = words.quantity(text) if text else ""
    scale = big.largest(text.upper(), width - len(said) - 2, at_most)
    if scale:
        rows = big.rows(text.upper(), scale)
        beside = {len(rows) // 2: said}
        if len(rows[-1]) + 2 + cell_len(tote) <= width:
            beside[len(rows) - 1] = tote
        lines = [Line(((row, "quantity"), (f"  {beside.get(y, '')}", "tote"))) for y, row in enumerate(rows)]
        left = [] if tote in beside.values() else wrap(tote, width)
        return lines + [line(row, "tote") for row in left]
    if said and tote and cell_len(said) + 2 + cell_len(tote) <= width:
        return [Line(((said, "quantity"), (f"  {tote}", "tote")))]
    return [line(row, "quantity") for row in wrap(said, width)] + [line(row, "tote") for row in wrap(tote, width)]


def _beside(left: list[Line], right: list[Line], left_width: int) -> list[Line]:
    # The quantity's own rows stand level with the letters of the location, below its label.
    right = [Line()] * max(0, min(1, len(left) - len(right))) + right
    height = max(len(left), len(right))
    rows = []
    for one, other in zip(fitted(left, height), fitted(right, height), strict=True):
        gap = " " * (left_width - cell_len(one.text))
        rows.append(Line((*one.spans, (gap, one.fill), *other.spans)))
    return rows


def _description(text: str, at_most: int, width: int) -> list[str]:
    rows = wrap(text, width)
    if len(rows) <= at_most:
        return rows
    if at_most == 0:
        return []
    return [*rows[: at_most - 1], cut(" ".join(rows[at_most - 1 :]), width)]


def _boxed(text: str, role: str, width: int) -> list[Line]:
    return [line(f" {row}", role, fills=True) for row in wrap(text, width - 2)]


def _wanted(prompt: Prompt, width: int) -> list[str]:
    """What the right scan would be, most needed first."""
    quantity = words.quantity(prompt.quantity) if prompt.quantity else ""
    tote = words.tote(prompt.tote) if prompt.tote else ""
    both = f"{quantity}  {tote}"
    last = [both] if quantity and tote and cell_len(both) <= width else [quantity, tote]
    once = [text for text in (prompt.location, prompt.item) if text not in prompt.ask]
    return [text for text in (prompt.ask, *once, *last) if text]
