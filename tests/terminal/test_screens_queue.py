"""The live queue: which rows there are, in which order, how they read, and what is repainted when one changes."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from rich.cells import cell_len

from orders.records import Discrepancy, Key, PickTask, Record
from terminal import screen_wording as words
from terminal.board import Board, Totals
from terminal.floor import Floor
from terminal.screen_wording import minutes_left as worded
from terminal.screens.floor_view import FloorView
from terminal.screens.queue_rows import QueueFoot, QueueHead, minutes_left, row_lines, rows_high
from terminal.workflows.prompts import Showing, Tone, Verdict
from tests.terminal.looking import NOON, QUEUE, a_floor, order
from tests.terminal.test_screens_floor import SIZES, bare


def change(floor: Floor, *records: Record) -> frozenset[Key]:
    kinds = {"Order": "order", "Discrepancy": "discrepancy", "PickTask": "task"}
    return floor.confirm([(Key(kinds[type(each).__name__], each.id), each) for each in records], floor.cursor + 1)


def numbers(board: Board) -> list[str]:
    return [board.row(index).number for index in range(len(board))]


def test_discrepancies_stand_on_top_and_orders_by_the_time_they_have_left() -> None:
    board = Board(a_floor(6))
    assert numbers(board) == ["A-03-12", "536365", "536366", "536367", "536369", "536370"]
    assert [board.row(index).is_discrepancy for index in range(2)] == [True, False]


def test_an_order_without_a_time_stands_last() -> None:
    floor = Floor()
    change(floor, order(1, "released", None), order(2, "released", NOON))
    assert numbers(Board(floor)) == ["2", "1"]


def test_totals_count_every_order_and_late_ones_only_while_they_are_here() -> None:
    board = Board(a_floor(12))
    assert board.totals(NOON) == Totals(released=4, picking=4, packed=2, shipped=2, late=1)
    assert board.totals(NOON + timedelta(days=1)).late == 10


def test_a_row_says_who_and_how_far() -> None:
    floor = a_floor(6)
    row = Board(floor).row(2)
    assert (row.number, row.state, row.done, row.wanted, row.who) == ("536366", "packing", 0, 10, "BENCH-1")
    change(floor, order(536366, "picking", NOON, picked=7))
    row = Board(floor).row(2)
    assert (row.state, row.done, row.who) == ("picking", 7, "Ann Lee")


def test_a_change_moves_only_its_own_row() -> None:
    floor = a_floor(6)
    board = Board(floor)
    rows = board.change(change(floor, order(536370, "released", NOON - timedelta(hours=3))))
    assert numbers(board) == ["A-03-12", "536370", "536365", "536366", "536367", "536369"]
    assert rows == range(1, 6)


def test_a_change_that_moves_nothing_touches_one_row() -> None:
    floor = a_floor(6)
    board = Board(floor)
    at = board.index(Key("order", "ACME/536367"))
    assert at is not None
    due_at = board.row(at).due_at
    rows = board.change(change(floor, order(536367, "packed", due_at, picked=10)))
    assert rows == range(at, at + 1)
    assert board.totals(NOON).packed == 1


def test_a_shipped_order_leaves_and_is_counted() -> None:
    floor = a_floor(6)
    board = Board(floor)
    rows = board.change(change(floor, order(536367, "shipped", NOON)))
    assert "536367" not in numbers(board)
    assert rows.stop > len(board)
    assert board.totals(NOON).shipped == 2


def test_a_settled_discrepancy_leaves() -> None:
    floor = a_floor(6)
    board = Board(floor)
    found = floor.get("discrepancy", "D1", Discrepancy)
    assert found is not None
    board.change(change(floor, msgspec.structs.replace(found, state="resolved")))
    assert numbers(board)[0] == "536365"


def test_a_task_that_changes_changes_the_row_of_its_order() -> None:
    floor = a_floor(6)
    change(floor, order(536366, "picking", NOON))
    board = Board(floor)
    at = board.index(Key("order", "ACME/536366"))
    assert at is not None and board.row(at).who == "Ann Lee"
    task = floor.get("task", "T536366", PickTask)
    assert task is not None
    assert board.change(change(floor, msgspec.structs.replace(task, worker="bob"))) == range(at, at + 1)
    assert board.row(at).who == "bob"


def test_what_is_no_order_changes_nothing() -> None:
    assert not Board(a_floor(6)).change({Key("product", "ACME/A"), Key("task", "none")})


def test_changes_one_by_one_end_where_a_fresh_board_begins() -> None:
    floor = a_floor(40)
    board = Board(floor)
    for turn in range(200):
        number = 536365 + (turn * 7919) % 45
        due_at = None if turn % 11 == 0 else NOON + timedelta(minutes=(turn * 37) % 600 - 100)
        state = ("released", "picking", "packing", "packed", "shipped", "cancelled")[turn % 6]
        board.change(change(floor, order(number, state, due_at, picked=turn % 11)))
    fresh = Board(floor)
    assert [board.row(i) for i in range(len(board))] == [fresh.row(i) for i in range(len(fresh))]
    assert board.totals(NOON) == fresh.totals(NOON)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0:00"), (75, "1:15"), (-1, "-0:01"), (-61, "-1:01"), (5999, "99:59"), (6000, "4d"), (-9000, "-6d")],
)
def test_time_left_reads_as_hours_and_minutes(minutes: int, text: str) -> None:
    assert worded(minutes) == text


def test_a_second_late_is_late() -> None:
    assert minutes_left(NOON, NOON) == 0
    assert minutes_left(NOON, NOON + timedelta(seconds=1)) == -1
    assert minutes_left(NOON + timedelta(seconds=59), NOON) == 0


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_row_keeps_its_number_and_time_on_every_screen(size: tuple[int, int]) -> None:
    board = Board(a_floor(12))
    for index in range(len(board)):
        row = board.row(index)
        lines = row_lines(row, NOON, size[0], is_chosen=False)
        assert len(lines) == rows_high(size[0])
        assert max(cell_len(line.text) for line in lines) <= size[0]
        assert row.number in lines[0].text
        if row.due_at and not row.is_discrepancy:
            assert worded(minutes_left(row.due_at, NOON)) in lines[0].text


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_totals_and_badge_are_whole_on_every_screen(size: tuple[int, int]) -> None:
    view = FloorView(Showing(QUEUE, worker="Ann Lee"), badge="OFFLINE", waiting=3)
    head = QueueHead(view, Board(a_floor(12)), lambda: NOON).lines(size[0], 4)
    said = bare("".join(line.text for line in head))
    for figure in ("1", "4", "2"):
        assert figure in said
    assert "late" in said and "OFFLINE3" in said
    assert "…" not in said


def test_the_foot_shows_what_is_typed_before_what_was_said() -> None:
    showing = Showing(QUEUE, Verdict(Tone.NOTE, "Esc goes back"), 1)
    assert "Esc goes back" in QueueFoot(FloorView(showing)).lines(40, 2)[0].text
    assert "held" in QueueFoot(FloorView(showing, note="held: no paper")).lines(40, 2)[0].text
    assert QueueFoot(FloorView(showing, entry="FHT")).lines(40, 2)[0].text == "> FHT_"


LONG = "The store at http://10.0.0.5:8743 cannot be reached: work goes on offline."


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_foot_says_everything_whole_and_the_keys_below_it(size: tuple[int, int]) -> None:
    verdict = Verdict(Tone.NOTE, "That is done at the bench: choose Pack first, then scan the tote")
    for view in (FloorView(Showing(QUEUE, verdict, 1)), FloorView(Showing(QUEUE), note=LONG, is_fault=True)):
        foot = QueueFoot(view)
        rows = [each.text for each in foot.lines(size[0], foot.rows_wanted(size[0]))]
        assert max(map(cell_len, rows)) <= size[0]
        assert bare(view.note or verdict.sentence) in bare("".join(rows))
        assert rows[-1] in words.queue_keys()


def test_what_is_too_long_for_half_a_screen_says_that_there_is_more() -> None:
    rows = QueueFoot(FloorView(Showing(QUEUE), note=LONG * 9)).lines(20, 8)
    assert len(rows) == 8
    assert rows[-2].text.endswith("…") and cell_len(rows[-2].text) <= 20
