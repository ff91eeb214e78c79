"""Bytes in any pieces, at any pace, to the same scans."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.profile import ScannerProfile
from scanners.scan import Read, Reason, Scan
from scanners.stream import ReadStream

ENDS = {"CR": b"\r", "LF": b"\n", "CRLF": b"\r\n", "TAB": b"\t", "ETX": b"\x03", "none": b""}
TEXTS = st.lists(st.text("ABCXYZ0123456789-./$ ", min_size=1, max_size=30).filter(str.strip), max_size=12)


class Line:
    """A scanner's line and what was read from it."""

    def __init__(self, **settings) -> None:
        self.profile = ScannerProfile("lane 1", port="/dev/ttyS0", **settings)
        self.read: list[Read] = []
        self.stream = ReadStream(self.profile, self.read.append, lambda: 7.0)

    @property
    def texts(self) -> list[str]:
        return [read.text if isinstance(read, Scan) else f"{read.reason}" for read in self.read]


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


@pytest.mark.parametrize("end", ENDS)
@given(texts=TEXTS, cuts=st.lists(st.integers(0, 500), max_size=40), stx=st.booleans(), dressed=st.booleans())
def test_any_pieces_of_any_terminator_give_the_same_scans(end, texts, cuts, stx, dressed):
    line = Line(terminators=ENDS[end].decode(), **({"prefix": ">>", "suffix": "#"} if dressed else {}))
    sent = [b"\x02" * stx + b">>" * dressed + b"]C0" + text.encode() + b"#" * dressed + ENDS[end] for text in texts]
    if end == "none":  # there a silence is the end, so each read is in pieces of its own
        for read in sent:
            for piece in pieces(read, cuts):
                line.stream.feed(piece)
            line.stream.silent()
    else:
        for piece in pieces(b"".join(sent), cuts):
            line.stream.feed(piece)
    assert line.texts == texts


def test_a_silence_breaks_a_read_where_something_else_ends_it():
    line = Line()
    line.stream.feed(b"A-1\rB-")
    line.stream.silent()
    line.stream.silent()
    line.stream.feed(b"2\r")
    assert line.texts == ["A-1", Reason.CUT_SHORT, "2"]
    assert line.stream.patience_seconds == 1.0
    assert Line(terminators="", silence_ms=80).stream.patience_seconds == 0.08


def test_a_damaged_byte_spoils_its_read_alone_and_a_moved_plug_is_no_read():
    line = Line(terminators="\r")
    line.stream.feed(b"A-1\rA\xff\x00-2\rA-3\r\xff\x00\x00\r\xff\x00\x00\xff\x00\x00\rA-4\r\xff\xffA-5\r")
    assert line.texts == ["A-1", Reason.GARBLED, "A-3", "A-4", Reason.NOT_ASCII]
    assert line.read[1].raw == "A\xff\x00-2"
