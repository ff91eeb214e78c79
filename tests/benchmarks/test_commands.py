"""`floorhand bench` with a few samples of each: every measurement runs and tells a ratio. No times are judged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import commands, figures, papers
from benchmarks.figures import Amount, Bar, Figure, Plan, Stumbled

ROW = re.compile(r"\| (?P<figure>\S.*?) +\| \S.*? +\| \S.*? +\| (?P<ratio>inf|[\d.]+) +\| \S.*? +\| +(yes|NO)? *\|")


@pytest.mark.parametrize(
    ("name", "rows", "first"),
    [
        ("scan", 4, "scan to painted verdict, serial scanner"),
        pytest.param("burst", 3, "a burst of 24 keys", marks=pytest.mark.long),
        pytest.param("parse", 3, "a read's bytes to scan through a port", marks=pytest.mark.long),
        ("start", 4, "first frame"),
        ("journal", 1, "a scan's journal write"),
        ("verdict", 1, "verdict without disk and glass"),
        ("labels", 1, "shipping labels"),
        pytest.param("printing", 4, "label asked for to its last byte", marks=pytest.mark.long),
        ("papers", 2, "packing slips of 18 lines"),
        ("admission", 3, "an event admitted"),
        pytest.param("store", 4, "POST /v1/events, batches of 1", marks=pytest.mark.long),
        pytest.param("store-postgres", 4, "POST /v1/events, batches of 1", marks=pytest.mark.long),
        pytest.param("write", 4, "write path, SQLite", marks=pytest.mark.long),
        pytest.param("write-postgres", 4, "write path, PostgreSQL", marks=pytest.mark.long),
        pytest.param("goals", 6, "8 clients confirming, SQLite", marks=pytest.mark.long),
        pytest.param("followers", 4, "6 terminals and 2 supervisors", marks=pytest.mark.long),
        pytest.param("followers-postgres", 4, "6 terminals and 2 supervisors", marks=pytest.mark.long),
        pytest.param("queue", 2, "the first 100 of 300 open orders", marks=pytest.mark.long),
        pytest.param("queue-postgres", 2, "the first 100 of 300 open orders", marks=pytest.mark.long),
        pytest.param("import", 1, "import of 40 orders, SQLite", marks=pytest.mark.long),
        pytest.param("import-postgres", 1, "import of 40 orders, PostgreSQL", marks=pytest.mark.long),
        pytest.param("line", 1, "one line confirmed by one request", marks=pytest.mark.long),
    ],
)
def test_each_measurement_tells_its_ratios(
    name: str, rows: int, first: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    written = tmp_path / "benchmarks.md"
    assert commands.main(["--quick", "--only", name, "--write", str(written)], {}, tmp_path) == 0
    said = capsys.readouterr().out
    told = [found for line in said.splitlines() if (found := ROW.fullmatch(line))]
    assert len(told) == rows
    assert told[0]["figure"].startswith(first)
    # The system counts CPU in steps that a few samples may not fill.
    assert all(float(row["ratio"]) >= 0 for row in told)
    # And beside a bare write or stroke, a few samples on a busy machine may round to nothing.
    steady = [row for row in told if not re.search("CPU|share of a core", row["figure"])]
    assert name in ("import", "import-postgres", "printing") or all(float(row["ratio"]) > 0 for row in steady)
    assert said.startswith("Processor: ")
    page = written.read_text(encoding="utf-8")
    assert all(row[0] in page for row in told)
    assert f"- `{name}`: " in page and "too short to trust" in page


def test_every_measurement_has_a_test() -> None:
    (mark,) = [mark for mark in test_each_measurement_tells_its_ratios.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    cases = [getattr(case, "values", case) for case in mark.args[1]]
    assert [case[0] for case in cases] == [name for name in commands.MEASUREMENTS if name != "html"]


@pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")  # WeasyPrint's own, of the system's libraries
def test_the_html_renderer_is_measured_where_it_is_and_left_out_where_it_is_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ["--quick", "--only", "html"]
    if papers.renderer() is not None:
        assert commands.main(call, {}, tmp_path) == 0
        assert "the same label, against WeasyPrint" in capsys.readouterr().out
    monkeypatch.setattr(papers, "renderer", lambda: None)
    assert commands.main(call, {}, tmp_path) == 0
    said = capsys.readouterr()
    assert "WeasyPrint" not in said.out and "left out: pip install 'floorhand[yardsticks]'" in said.err


def test_what_takes_minutes_is_measured_where_somebody_asks_for_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured: list[str] = []
    monkeypatch.setattr(commands, "_measured", lambda name, plan: measured.append(name) or [])
    long = {name for name, each in commands.MEASUREMENTS.items() if each.is_long}
    for words, expected in (([], set()), (["--long"], long), (["--write", str(tmp_path / "page.md")], long)):
        measured.clear()
        assert commands.main(words, {}, tmp_path) == 0
        assert set(measured) == (commands.MEASUREMENTS.keys() - long) | expected
    assert {"queue", "import"} < long


def test_an_unknown_name_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refused:
        commands.main(["--only", "speed"], {}, tmp_path)
    assert refused.value.code == 2
    assert "admission" in capsys.readouterr().err


def test_without_its_packages_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(commands, "find_spec", lambda name: None)
    assert commands.main([], {}, tmp_path) == 2
    assert "pip install 'floorhand[bench]'" in capsys.readouterr().err


def test_a_contestant_that_stumbles_is_told_and_gives_no_figure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stumble(folder: Path, plan: Plan) -> list[Figure]:
        raise Stumbled("not everything was admitted")

    monkeypatch.setattr("benchmarks.journal_write.measure", stumble)
    assert commands.main(["--quick", "--only", "journal"], {}, tmp_path) == 1
    said = capsys.readouterr()
    assert "journal: not everything was admitted" in said.err
    assert not any(ROW.fullmatch(line) for line in said.out.splitlines())


def test_bars_judge_the_ratio_or_our_own_amount() -> None:
    ours, yardstick = Amount(3.0, "ms"), Amount(2.0, "ms")
    assert Figure("f", ours, yardstick, figures.at_most(1.5)).is_held
    assert not Figure("f", ours, yardstick, figures.at_most(1.4)).is_held
    assert Figure("f", yardstick, ours, figures.at_least(0.6)).is_held
    assert not Figure("f", yardstick, ours, figures.at_least(0.7)).is_held
    assert Figure("f", ours, yardstick, Bar(5, unit="ms")).is_held
    assert not Figure("f", ours, yardstick, Bar(2.5, unit="ms")).is_held
    assert Figure("f", ours, yardstick).is_held is None


def test_contestants_take_turns_and_each_begins_once() -> None:
    order: list[str] = []

    def contestant(name: str) -> float:
        order.append(name)
        return float(len(order))

    first, second = figures.in_turns(2, lambda turn: contestant("a"), lambda turn: contestant("b"))
    assert order == ["a", "b", "b", "a"]
    assert (first, second) == ([1.0, 4.0], [2.0, 3.0])


def test_a_99th_percentile_is_told_only_from_200_samples_on() -> None:
    assert figures.milliseconds([0.001] * 199).p99 is None
    many = figures.milliseconds([0.001] * 195 + [0.009] * 5)
    assert (many.value, many.p99) == pytest.approx((1.0, 9.0))
