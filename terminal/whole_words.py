"""Prints the command line's sentences with their words whole at the window's width.

Decides where a line breaks, and nothing of what is said. What a program reads, through a pipe, is not broken at all.
"""

from __future__ import annotations

import shutil
import sys
import textwrap


def say(sentence: str, hang: int = 0) -> None:
    """Prints `sentence`; its second line and those after it begin `hang` columns further in."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        indent = " " * (hang if hang < width // 2 else 0)
        # A path is longer than a narrow window, and is copied whole.
        sentence = textwrap.fill(
            sentence, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    print(sentence, flush=True)
