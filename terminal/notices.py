"""What has to be said besides the verdict: faults that stay until they are over or cleared, and passing notes.

Decides which one is seen. The newest fault stands before any note.
"""

from __future__ import annotations

from terminal import scanner_wording


class Notices:
    """Faults by their source, and one note."""

    def __init__(self) -> None:
        self._faults: dict[str, str] = {}
        self._note = ""
        self._away: set[str] = set()

    @property
    def is_fault(self) -> bool:
        """Whether what is seen asks for an act."""
        return bool(self._faults)

    @property
    def seen(self) -> str:
        """The sentence to show, or an empty text."""
        return next(reversed(self._faults.values()), self._note)

    def fault(self, source: str, sentence: str) -> bool:
        """Something at `source` is wrong; an empty sentence ends it. Gives whether that is news to be heard."""
        if sentence == self._faults.get(source, ""):
            return False
        self._faults.pop(source, None)
        if sentence:
            self._faults[source] = sentence
        return bool(sentence)

    def lose(self, scanner: str) -> None:
        """From now on the return of that scanner is news, whether its fault was cleared meanwhile or not."""
        self._away.add(scanner)

    def find(self, scanner: str) -> None:
        """That scanner is there."""
        self.fault(scanner, "")
        if scanner in self._away:
            self._away.remove(scanner)
            self.note(scanner_wording.scanner_back(scanner))

    def note(self, sentence: str) -> None:
        """Something to know, in place of the note before."""
        self._note = sentence

    def pass_on(self) -> None:
        """The next scan came: a note has been seen by now, a fault may not have been."""
        self._note = ""

    def clear(self) -> None:
        """The operator has read all there is."""
        self._faults.clear()
        self._note = ""
