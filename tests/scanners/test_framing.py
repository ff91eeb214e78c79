import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.framing import LIMIT_BYTES, Framer, Overlong

ENDS = [b"\r", b"\n", b"\r\n", b"\t", b"\x03"]


def chunks_of(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


def fed(framer: Framer, chunks: list[bytes]) -> list[bytes | Overlong]:
    return [frame for chunk in chunks for frame in framer.feed(chunk)]


@pytest.mark.parametrize("end", ENDS)
def test_each_terminator_ends_a_frame(end):
    assert Framer().feed(b"A-03-12" + end + b"]E05901234123457" + end) == [b"A-03-12", b"]E05901234123457"]


def test_stx_is_dropped_and_empty_frames_are_nothing():
    assert Framer().feed(b"\r\n\r\n\x02one\x03\x02\x03\r\x02two\x03") == [b"one", b"two"]


def test_a_silence_ends_a_frame_and_an_empty_silence_nothing():
    framer = Framer(b"")
    assert framer.feed(b"no\rsuffix") == []
    assert framer.silence() == [b"no\rsuffix"]
    assert framer.silence() == []


def test_only_the_given_terminators_end_a_frame():
    assert Framer(b"\r").feed(b"a\tb\nc\r") == [b"a\tb\nc"]


@given(
    frames=st.lists(
        st.tuples(
            st.binary(min_size=1, max_size=30).map(lambda b: b.translate(None, b"\r\n\t\x03\x02")),
            st.sampled_from(ENDS),
        ),
        max_size=20,
    ),
    cuts=st.lists(st.integers(min_value=0, max_value=2000), max_size=60),
)
def test_any_chunking_gives_the_same_frames(frames, cuts):
    stream = b"".join(b"\x02" + frame + end for frame, end in frames)
    assert fed(Framer(), chunks_of(stream, cuts)) == [frame for frame, _ in frames if frame]


@given(cuts=st.lists(st.integers(min_value=0, max_value=20_000), max_size=40))
def test_an_overlong_frame_is_told_once_wherever_it_is_cut(cuts):
    stream = b"good\r" + b"x" * (2 * LIMIT_BYTES) + b"\rnext\r" + b"y" * LIMIT_BYTES + b"\r"
    assert fed(Framer(), chunks_of(stream, cuts)) == [b"good", Overlong(b"x" * 64), b"next", b"y" * LIMIT_BYTES]


def test_a_megabyte_without_an_end_keeps_memory_flat():
    framer = Framer()
    chunk = b"z" * 1000
    framer.feed(chunk)
    tracemalloc.start()
    told = [frame for _ in range(1000) for frame in framer.feed(chunk)]
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told == [Overlong(b"z" * 64)]
    assert held < 20_000
    assert peak < 60_000
    assert framer.feed(b"\rwhole again\r") == [b"whole again"]


def test_a_silence_ends_an_overlong_frame_too():
    framer = Framer(b"", limit=10)
    assert framer.feed(b"12345678901") == [Overlong(b"12345678901")]
    assert framer.silence() == []
    assert framer.feed(b"fresh") + framer.silence() == [b"fresh"]
