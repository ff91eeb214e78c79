"""The report of an import: a summary and the lines that want somebody on the screen, all of them in a CSV.

Decides how findings read. It counts nothing itself.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from server_stub.importing.findings import Finding
from server_stub.importing.refusal import Refusal

SHOWN = 200
# Of a cell that runs away; the CSV has it whole.
SUBJECT_SIGNS, REASON_SIGNS = 60, 300
COLUMNS = ("line", "fate", "subject", "reason")


def print_findings(findings: Iterable[Finding], out: TextIO, shown: int = SHOWN) -> None:
    """Each finding on a line, what wants somebody first; beyond `shown` of a sort only their number."""
    urgent: list[Finding] = []
    rest: list[Finding] = []
    more = {True: 0, False: 0}
    for each in findings:
        listed = urgent if each.fate.wants_somebody else rest
        if len(listed) < shown:
            listed.append(each)
        else:
            more[each.fate.wants_somebody] += 1
    for listed, left in ((urgent, more[True]), (rest, more[False])):
        for each in listed:
            line = f"line {each.line}" if each.line else "lay-out"
            subject, reason = _seen(each.subject, SUBJECT_SIGNS), _seen(each.reason, REASON_SIGNS)
            print(f"  {line:<12} {each.fate.value:<15} {subject:<12} {reason}".rstrip(), file=out)
        if left:
            print(f"  ... and {left} more; --report FILE writes them all", file=out)


def _seen(text: str, most: int) -> str:
    """What a screen shows of it: what would command a terminal is a dot, and what is too long is cut."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return "".join(sign if sign.isprintable() else "·" for sign in cut)


def write_report(findings: Iterable[Finding], path: Path) -> None:
    """Every finding as CSV (UTF-8), by line; Refusal where `path` cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows((each.line or "", each.fate.value, each.subject, each.reason) for each in findings)
    except OSError as error:
        raise Refusal(
            f"--report {path}: cannot write there ({error.strerror or error}): choose another file"
        ) from error
