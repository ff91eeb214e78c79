"""Every sentence of `floorhand print`, one function each, phrased as what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.printer_wording import at_a_prompt


def kinds() -> str:
    return (
        "an example of one document: label, slip, picklist, manifest, invoice, return, shelf, tote, product, badge ..."
    )


def preview_written(place: str) -> str:
    return f"Look at {place}; nothing was printed."


def preview_not_written(place: str, reason: str) -> str:
    return f"{place} cannot be written ({reason}): name a file in a folder that this user may write"


def not_drawn(reason: str) -> str:
    return f"a printer would be given nothing: {reason}"


def no_such_specimen(came: str, there_is: Sequence[str]) -> str:
    return f"no specimen {came!r}; choose one of {', '.join(there_is)}"


def no_such_script(came: str, there_is: Sequence[str]) -> str:
    return f"no specimen in {came!r} script; choose one of {', '.join(there_is)}"


def no_such_language(came: str, there_is: Sequence[str]) -> str:
    return f"no words in {came!r}; choose one of {', '.join(there_is)}"


def no_such_media(came: str, there_is: Sequence[str]) -> str:
    return f"no paper {came!r}; choose one of {', '.join(there_is)}"


def no_such_job(came: str, latest: Sequence[str]) -> str:
    known = f"the latest are {', '.join(latest)}" if latest else "it holds none"
    return f"no print job {came!r} in this terminal's journal ({known}): give a job's id, or an order number"


def journal_not_read(path: str, reason: str) -> str:
    return f"the journal {path} cannot be read ({reason}): run this on the terminal that printed, as its user"


def nothing_printed_yet() -> str:
    return "No print job is in this terminal's journal yet"


def job_line(id: str, state: str, printer: str, said: str) -> str:
    return f"{state:<9} {id}  {printer}  {said}".rstrip()


def not_a_document(path: str, reason: str) -> str:
    return f'{path} is not a document ({reason}): expected JSON such as {{"type": "shelf_label", ...}}'


def not_readable(path: str, reason: str) -> str:
    return f"{path} cannot be read ({reason}): name a file that this user may read"


def reprint_at_the_bench() -> str:
    return (
        "a job of the journal is printed again at the bench, where it is written down: right arrow, Print label again. "
        "Here it can be looked at: --preview FILE"
    )


def preview_suffix(path: str) -> str:
    return f"{path}: expected a file that ends in .pdf, .png or .zpl"


def printed(printer: str, where: str) -> str:
    return f"PRINTED by {printer}: {where}"


def held(printer: str, reason: str) -> str:
    return f"HELD by {printer}: {at_a_prompt(reason)}"
