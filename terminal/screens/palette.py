"""What each role looks like: colours that stand apart in gloves, sun and rain.

Decides colours and nothing else. Colour never stands alone: every tone has its word, so a screen without colours says
the same. Plain styles and no style sheet: reading one would cost a tenth of the first frame.
"""

from __future__ import annotations

from rich.style import Style

BACKGROUND, TEXT = "#101418", "#f4f4f4"

_GREEN, _RED, _YELLOW, _BLUE, _PURPLE = "#0a7d34", "#c41e1e", "#f2c230", "#1779ba", "#7a1fa2"
_BAR, _TITLE = "#27313b", "#3a4855"
_GOLD = "#ffd75f"

_ROLES: dict[str, tuple[str, str, bool]] = {
    "plain": (TEXT, BACKGROUND, False),
    "dim": ("#a9b4bf", BACKGROUND, False),
    "status": ("#ffffff", _BAR, False),
    "online": ("#ffffff", _GREEN, True),
    "waiting": ("#000000", _YELLOW, True),
    "title": ("#ffffff", _TITLE, True),
    "ask": ("#ffffff", BACKGROUND, True),
    "location": (_GOLD, BACKGROUND, True),
    "chosen": ("#000000", _GOLD, True),
    "item": ("#ffffff", BACKGROUND, True),
    "quantity": ("#8fd8ff", BACKGROUND, True),
    "tote": (TEXT, BACKGROUND, True),
    "good": ("#ffffff", _GREEN, True),
    "refused": ("#ffffff", _RED, True),
    "note": ("#000000", _YELLOW, False),
    "question": ("#ffffff", _BLUE, True),
    "entry": ("#ffffff", BACKGROUND, True),
    "late": ("#ffffff", _RED, True),
    "soon": ("#000000", _YELLOW, False),
    "fault": ("#ffffff", _PURPLE, True),
    "keys": ("#ffffff", _BAR, False),
}

STYLES = {role: Style(color=text, bgcolor=ground, bold=bold) for role, (text, ground, bold) in _ROLES.items()}
