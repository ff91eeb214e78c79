"""`floorhand bench`: measures this machine, each speed beside a yardstick in the same run, and prints one table.

Decides which measurements there are and what is written down of them. A missed bar is told in the table; the exit code
says only whether everything could be measured, for a busy machine is no mistake.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from benchmarks.figures import Figure, Plan, Stumbled, table
from benchmarks.private_postgres import durable_postgres

_NEEDS = ("biip", "psutil", "starlette")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One thing that is measured: the function that does it, and what its yardstick is.

    `is_long` says that it takes minutes, so that it is left out unless somebody asks for it. With `is_on_postgres` the
    function is handed a server besides.
    """

    module: str
    function: str
    beside: str
    is_long: bool = False
    is_on_postgres: bool = False


def _on_both(
    name: str,
    module: str,
    beside: str,
    on_postgres: str = "The same on PostgreSQL on this machine.",
    *,
    is_long: bool = False,
) -> dict[str, Measurement]:
    """What `module` measures on the embedded database, and again on PostgreSQL."""
    return {
        name: Measurement(module, "measure", beside, is_long),
        f"{name}-postgres": Measurement(module, "measure", on_postgres, is_long, is_on_postgres=True),
    }


MEASUREMENTS = {
    "scan": Measurement(
        "glass",
        "measure",
        "Bytes into a real pseudo-terminal (a serial scanner's, or as typed by a keyboard wedge) until the verdict is "
        "painted, with the pick flushed to the journal before. Beside it: one key echoed by a bare Textual `Input`.",
    ),
    "burst": Measurement(
        "bursts",
        "measure",
        "Twenty-four keys of a scanner that types, through driver and app to the painted verdict, with nothing behind "
        "them; and twenty such bursts written at once. Beside it: one key echoed by a bare Textual `Input`.",
    ),
    "parse": Measurement(
        "scans",
        "measure",
        "One read (GS1-128 with four elements, GS1 DataMatrix, EAN-13, SSCC, in turn) through a pseudo-terminal until "
        "it is a `Scan`. Beside it: a thread that reads the same bytes and splits them at CR. Parsed alone, with every "
        "check: beside it, biip's own parse of the same text, its errors not looked at. Loaded before the first "
        "GS1 read: beside it, `import biip`.",
    ),
    "start": Measurement(
        "glass",
        "measure_start",
        "From the start of the process to its first frame, and the memory that nobody shares with it once everything "
        "is loaded. Beside it: the smallest Textual app that can be scanned into.",
    ),
    "journal": Measurement(
        "journal_write",
        "measure",
        "One pick in the terminal's journal: numbered, with the place to resume at, flushed. Beside it: the same bytes "
        "appended to a file and flushed with `fdatasync`.",
    ),
    "verdict": Measurement(
        "verdicts",
        "measure",
        "Parse, resolve, judge, fold, prompt: CPU time of one scan on a walk of 2,000 lines. Beside it: a walk of 10.",
    ),
    "labels": Measurement(
        "labels",
        "measure",
        "4x6 inch labels never drawn before, by CPU time, one PDF each. Beside it: a bare ReportLab canvas that is "
        "handed every text with its place and the bars ready-made.",
    ),
    "printing": Measurement(
        "printing",
        "measure",
        "A label asked for in the journal until its last byte is at a raw ZPL port that answers at once: flushed, "
        "marked, drawn, the printer asked before. Beside it: the ready-made strokes on a bare canvas, one flushed "
        "append, one write. Then a label in the printer's own language beside a template with its texts filled in, "
        "and a page turned into dots beside pdfium's drawing of it. Two real warehouse systems, measured on a machine "
        "of this kind (2026): one makes 99 ZPL labels a second, the other none.",
    ),
    "papers": Measurement(
        "papers",
        "measure",
        "Packing slips of 18 lines on A4, by CPU time. Beside it: a bare canvas that is handed every text with its "
        "place. Memory: what nobody shares with this process after all labels. Beside it: after a tenth of them.",
    ),
    "html": Measurement(
        "papers",
        "measure_html",
        "One label, by CPU time. Beside it: WeasyPrint with the same words and ready-made bars (needs the extra "
        "`yardsticks`, and is left out without it).",
    ),
    "admission": Measurement(
        "admission",
        "measure",
        "Events through the rule book into the store's books, one transaction for twenty terminals. Beside it: the "
        "same bytes inserted in the same file in one transaction. Judged is that a full building costs no more.",
    ),
    **_on_both(
        "store",
        "store_http",
        "`floorhand store run` in a process of its own, every terminal on its own connection. Beside it: a bare "
        "Starlette handler that decodes the same batches with msgspec and calls the same admission on the same writer.",
        "The same two on PostgreSQL on this machine, flushing as it does by default; its processes are not counted.",
    ),
    **_on_both(
        "write",
        "write_path",
        "The writer without HTTP, two hundred callers at once. Beside it: the barest thread with group commit, the "
        "same rows by the driver's own cursor. The slow disk is a pause of 8 ms before each commit of either.",
    ),
    "goals": Measurement(
        "store_http",
        "measure_goals",
        "Eight clients on connections of their own, each confirming line after line; a hundred orders of five lines "
        "in one request, allocated when it is answered; the memory that the process shares with nobody. Beside them: "
        "the bare handler, and the orders' bytes inserted. Two real warehouse systems on a machine of this kind: at "
        "most 29 lines/s, 27 to 61 s, 380 to 670 MiB.",
    ),
    **_on_both(
        "followers",
        "followers",
        "Two hundred terminals and fifty supervisors in long polls by HTTP, each on its own connection, while others "
        "confirm a hundred lines a second: the CPU of the store's process, and from the moment a line is sent until "
        "each of them has it. A terminal is answered at most ten times a second, a supervisor four times. Beside it: a "
        "bare Starlette handler on the same writer that reads and encodes the news once every 100 ms for all.",
    ),
    **_on_both(
        "queue",
        "queue_page",
        "The supervisor's page of open orders by urgency, by HTTP, in a store with 50,000 open and 1,000,000 closed "
        "orders. Beside it: the same page of a store with 1,000.",
        is_long=True,
    ),
    **_on_both(
        "import",
        "order_files",
        "`floorhand import` of a CSV of 100,000 orders into a running store: read, judged, sent, allocated, durable. "
        "Beside it: the same rows inserted, one transaction for 500.",
        is_long=True,
    ),
    "line": Measurement(
        "store_http",
        "measure_line",
        "One picked line sent in one request over a kept-alive connection: durable, answered, next step known. Beside "
        "it: the same request to the bare handler. Two real warehouse systems, measured on a machine of this kind (2 "
        "cores, 2026), need 72 to 127 ms for it.",
    ),
}


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Measures; 0 when everything could be measured, 1 when something could not, 2 when a package is missing."""
    words = _parser().parse_args(argv)
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        print(
            f"floorhand bench: {' and '.join(missing)} is not installed: pip install 'floorhand[bench]'",
            file=sys.stderr,
        )
        return 2
    from benchmarks import machine

    is_whole = words.long or words.write is not None
    names = words.only or [name for name, each in MEASUREMENTS.items() if is_whole or not each.is_long]
    facts, figures, code = machine.described(), [], 0
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            figures += _measured(name, Plan(words.quick))
        except Stumbled as error:
            print(f"floorhand bench: {name}: {error}", file=sys.stderr)
            code = 1
    print("\n".join([*facts, "", table(figures), "", _summary(figures)]))
    if words.write is not None:
        words.write.write_text(_document(names, facts, figures, is_quick=words.quick), encoding="utf-8")
    return code


def _measured(name: str, plan: Plan) -> list[Figure]:
    measurement = MEASUREMENTS[name]
    measure = getattr(import_module(f"benchmarks.{measurement.module}"), measurement.function)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="floorhand-bench-")))
        server = [stack.enter_context(durable_postgres())] if measurement.is_on_postgres else []
        figures: list[Figure] = measure(scratch, plan, *server)
        return figures


def _document(names: Sequence[str], facts: Sequence[str], figures: Sequence[Figure], *, is_quick: bool) -> str:
    warning = (
        "**A quick run: it shows that everything can be measured, and is too short to trust.**\n\n" if is_quick else ""
    )
    return f"""# Speeds

Written by `floorhand bench --write docs/benchmarks.md`. Every figure stands beside a yardstick that does only the work
itself. Both took turns in one run, so their ratio travels from machine to machine; milliseconds do not. Figures are
medians; a 99th percentile (p99) is told where there are 200 samples, and not judged: it moves with whatever else runs.

To run it elsewhere: `pip install 'floorhand[bench]' && floorhand bench`, on a machine that does nothing else.

{warning}{_bullets(facts)}

{table(figures)}

{_summary(figures)}

## What stands beside what

{_bullets([f"`{name}`: {MEASUREMENTS[name].beside}" for name in names])}
"""


def _summary(figures: Sequence[Figure]) -> str:
    judged = [each for each in figures if each.is_held is not None]
    missed = [each.name for each in judged if not each.is_held]
    if not missed:
        return f"Every bar holds ({len(judged)})."
    return f"{len(judged) - len(missed)} of {len(judged)} bars hold. Missed: {'; '.join(missed)}."


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="floorhand bench",
        description="Measures this machine. Each speed is told beside a yardstick that ran in turns with it.",
        epilog="It takes some five minutes, whole some fifteen, and wants the machine to itself.",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=tuple(MEASUREMENTS), help=f"some of: {', '.join(MEASUREMENTS)}"
    )
    long = ", ".join(name for name, each in MEASUREMENTS.items() if each.is_long)
    parser.add_argument("--long", action="store_true", help=f"also those that take minutes ({long}); --write does, too")
    parser.add_argument("--quick", action="store_true", help="a few samples of each: shows that it works, no more")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table into this Markdown file")
    return parser
