"""A terminal that does nothing but print: the journal, the spool and the printers that `floorhand terminal` has.

`python -m tests.floor.printing_terminal JOURNAL CONFIG` prints what waits in the journal, each printer in a thread of
its own, until nothing waits any more. It is made to be killed.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from printing.printers import Patience, printer_from
from printing.spool import Spool
from terminal import config as settings
from terminal.journal import Journal
from terminal.journal_thread import JournalThread, PrintJobs

PATIENCE = Patience(connect=1.0, answer=0.4, work=1.0, poll=0.01)


async def main(journal_file: Path, config_file: Path) -> None:
    """Runs until nothing waits."""
    thread = JournalThread()
    journal = await thread.run(Journal.open, journal_file)
    printers = {each.name: printer_from(each.device, PATIENCE) for each in settings.read(config_file).printers}
    spool = Spool(PrintJobs(thread, journal), printers)
    with ThreadPoolExecutor(len(printers)) as pool:
        lanes = [asyncio.wrap_future(pool.submit(spool.run_waiting, name)) for name in printers]
        await asyncio.gather(*lanes)
    await thread.run(journal.close)
    await thread.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
