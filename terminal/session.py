"""The one writer of this terminal: gathers what a scan means, lets the workflow decide, applies what it decided.

Decides the order of things: journal first, records after, screen last. It knows no widget, no port and no route; what
may happen next is the workflows' judgement, what is on disk the journal's word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from orders.events import ScanRefused, Weighed, WorkerSignedOff, WorkerSignedOn
from orders.folds import Told
from orders.records import Key, Worker
from scanners.scan import Scan, Unreadable
from terminal import memo as memos
from terminal import wording
from terminal.floor import Floor, Pending, forecast
from terminal.held_prints import HeldPrints
from terminal.journal import Journal, JournalError
from terminal.journal_thread import JournalThread
from terminal.memo import Memo, Tries
from terminal.stations import PLAIN, HouseStyle, Stations
from terminal.workflows import (
    acts,
    allowed,
    desk,
    labelling,
    leaving,
    packing,
    picking,
    shelf_life,
    sign_on,
    typed_numbers,
    undo,
)
from terminal.workflows.overtaken import overtaken
from terminal.workflows.prompts import Showing, Tone, Verdict
from terminal.workflows.resolve import resolve_entry, resolve_scan
from terminal.workflows.steps import (
    ABadge,
    Accepted,
    ACommand,
    AskPin,
    AsksStore,
    AWeight,
    Grant,
    Here,
    Left,
    Looks,
    Meaning,
    Menu,
    NeedsAnswer,
    Outcome,
    Picking,
    Refused,
    SignOn,
    Step,
    Trail,
    Unknown,
    Weighing,
)

if TYPE_CHECKING:
    from printing.spool import PrintJob
    from scanners.scale import Weight

RAW_KEPT = 64


class Store(Protocol):
    """What only the store can grant; the sync implements it over HTTP."""

    async def claim(self, worker: str) -> Grant:
        """The most urgent task, leased to this terminal; its records are on the floor before this returns."""

    async def give_back(self, task: str) -> Grant:
        """Returns a task that was not begun."""


class Session:
    """One operator's way through the steps. All methods run on one event loop, one call at a time."""

    def __init__(
        self,
        floor: Floor,
        journal: Journal,
        thread: JournalThread,
        clock: Callable[[], datetime],
        *,
        store: Store | None = None,
        stations: Stations | None = None,
        station: str = "",
        has_scale: bool = False,
        style: HouseStyle = PLAIN,
        limits: allowed.DeviceLimits = allowed.UNLIMITED,
        on_saved: Callable[[bool], None] = lambda is_printing: None,
        proof: Callable[[Sequence[PrintJob]], str] = lambda jobs: "",
    ) -> None:
        """`proof` says why one of these jobs cannot be drawn, or nothing; it is called in a thread."""
        self._floor, self._journal, self._thread, self._clock = floor, journal, thread, clock
        self.store = store
        self.station = self._configured_station = station
        self._has_scale = has_scale
        self._stations = stations or Stations()
        self._held = HeldPrints(floor)
        self._style = style
        self._limits = limits
        self._on_saved = on_saved
        self._proof = proof
        self._step: Step = SignOn()
        self._worker = ""
        self._tries: dict[str, Tries] = {}
        self._trail: Trail = ()
        self._left: Left | None = None
        self._turn = 0
        self.showing = Showing(desk.prompt(self._step, floor, Here(now=clock())))

    @property
    def step(self) -> Step:
        """Where the operator stands."""
        return self._step

    async def start(self) -> Showing:
        """Loads the journal into the floor and asks for a badge: the same worker's leads back to the same line."""
        loaded = await self._thread.run(self._journal.load)
        for job in await self._thread.run(self._journal.held_jobs):
            self.hear(job)
        self._floor.terminal = self._journal.terminal
        self._floor.confirm(loaded.records, loaded.cursor)
        for entry in loaded.entries:
            if pending := forecast(entry.key, entry.body, self._journal.terminal, entry.cursor):
                self._floor.fold(pending)
        if loaded.memo:
            self._resume(loaded.memo)
        verdict = Verdict(Tone.NOTE, self._journal.notice, "journal") if self._journal.notice else None
        return self._show(verdict)

    async def take_scan(self, item: Scan | Unreadable) -> Showing:
        """Judges one read of a scanner."""
        item = allowed.admitted(item, self._step, self._floor.site, self._limits)
        meaning = resolve_scan(item, self._floor, labelling.expected_label(self._step))
        passed = shelf_life.refused(item, meaning, self._step, self._floor.site, self._clock())
        return await self._take(meaning, item.raw, passed or typed_numbers.scanned(meaning, self.showing.prompt))

    async def take_entry(self, text: str, *, is_even: bool = False) -> Showing:
        """Judges what was typed before Enter; `is_even` where its keys came at the pace of a device."""
        entered = text.strip()
        meaning = resolve_entry(entered, self._floor, labelling.expected_label(self._step))
        doubt = typed_numbers.doubtful(entered, self._step, self._floor, is_even=is_even)
        return await self._take(meaning, text, doubt)

    async def refuse_hurry(self) -> Showing:
        """Says that keys came as fast as a scan where only a hand may choose or prove something."""
        return await self._take(Unknown(""), "", Refused(wording.too_fast(), "too_fast"))

    async def take_weight(self, weight: Weight, frame: bytes) -> Showing:
        """Judges what lies still on the scale; nothing where the step no longer asks for it."""
        if not (isinstance(self._step, Weighing) and self._step.by_scale):
            return self.showing
        weighed = _as_told(weight, frame)
        return await self._take(AWeight(weight.weight_grams, weighed), weighed.frame)

    async def take_act(self, name: str) -> Showing:
        """Judges an act from the list or the palette; refused where the step that offered it has passed meanwhile."""
        if not any(act.name == name for act in self.showing.prompt.acts):
            self._turn += 1
            return await self._refuse(Refused(wording.act_has_passed(), "act_passed"), ACommand(name), name)
        return await self._take(ACommand(name), name)

    async def clear(self) -> Showing:
        """Takes a refusal away; where none stands, backs out of a question."""
        if self._is_refusing:
            return self._show(None)
        if isinstance(self._step, (Menu, SignOn)):
            return self._show(None)
        return await self._apply(desk.step_back(self._step, self._floor, self._here()), ACommand(acts.NO), "")

    async def take_news(self, keys: frozenset[Key]) -> Showing | None:
        """What records that changed mean for who stands here: signed off, sent on, or asked what stands here now."""
        worker = self._floor.worker(self._worker) if self._worker else None
        if worker is not None and not worker.is_active:
            return await self._leave(Verdict(Tone.REFUSED, wording.worker_left(worker.name), "worker_left"))
        return self._sent_on() or self.refresh(keys)

    async def take_silence(self, minutes: int) -> Showing | None:
        """Signs off who has done nothing for so long, wherever that was; None where nobody is signed on."""
        if not self._worker:
            return None
        return await self._leave(Verdict(Tone.NOTE, wording.signed_off_idle(minutes), "idle"))

    def refresh(self, keys: frozenset[Key]) -> Showing | None:
        """The prompt anew, where records that changed under it make it another one."""
        prompt = desk.prompt(self._step, self._floor, self._here())
        if prompt == self.showing.prompt:
            return None
        # "Stick the label" is no longer true once the line says why it did not come out.
        has_stopped = prompt.enter and not self.showing.prompt.enter
        return self._show(None if has_stopped else self._news() or self.showing.verdict)

    def hear(self, job: PrintJob) -> frozenset[Key]:
        """A print job ended: the next refresh for these keys shows what a person has to see to."""
        return self._held.hear(job)

    # Gather, decide, apply

    async def _take(self, meaning: Meaning, raw: str, refused: Refused | None = None) -> Showing:
        self._turn += 1
        if sent_on := self._sent_on():
            return sent_on  # it was meant for what is another's by now
        if refused:
            return await self._apply(refused, meaning, raw)
        sscc = await self._peek_sscc(meaning)
        return await self._apply(desk.judge(self._step, meaning, self._floor, self._here(sscc)), meaning, raw)

    async def _apply(self, outcome: Outcome, meaning: Meaning, raw: str) -> Showing:
        try:
            match outcome:
                case Accepted():
                    return await self._accept(outcome)
                case Refused():
                    return await self._refuse(outcome, meaning, raw)
                case NeedsAnswer():
                    await self._stand_at(outcome.step)
                    return self._show(Verdict(Tone.ASK, outcome.sentence) if outcome.sentence else None)
                case AsksStore():
                    return await self._ask_store(outcome)
                case Looks():
                    return await self._look(outcome)
        except JournalError as error:
            return self._show(Verdict(Tone.REFUSED, wording.not_saved(str(error)), "not_saved"))

    async def _accept(self, outcome: Accepted) -> Showing:
        jobs = await self._jobs(outcome)
        if isinstance(jobs, Verdict):
            return self._show(jobs)
        worker = _worker_after(outcome, self._worker)
        station = self.station if outcome.station is None else outcome.station
        trail = undo.trail_after(self._trail, outcome.events)
        is_on = bool(self._worker)
        left = leaving.still_open(self._left, worker, outcome.step)
        if not is_on and self._left is not None and left is None and outcome.step == self._left.step:
            trail = self._left.trail
        memo = self._memo(outcome.step, worker, {} if worker else self._tries, trail, station, left)
        if outcome.events or jobs or outcome.orders:
            at = self._clock()
            who = worker or self._worker
            decided = self._held.of(outcome.orders)
            entries = await self._thread.run(
                self._journal.append,
                [(at, who, event) for event in outcome.events],
                jobs=jobs,
                memo=memos.encode(memo),
                orders=outcome.orders,
            )
            for entry, event in zip(entries, outcome.events, strict=True):
                self._floor.fold(Pending(entry.key, event, Told(at, self._floor.terminal, who)))
            self._held.forget(decided)
            self._on_saved(bool(jobs or outcome.orders))
        else:
            await self._thread.run(self._journal.remember, memos.encode(memo))
        self._step, self._worker, self._trail, self._left = outcome.step, worker, trail, left
        self.station = station
        if not is_on and (sent_on := self._sent_on()):
            return sent_on
        tone = Tone.NOTE if outcome.is_note else Tone.GOOD
        return self._show(Verdict(tone, outcome.sentence) if outcome.sentence else None)

    async def _refuse(self, outcome: Refused, meaning: Meaning, raw: str) -> Showing:
        if outcome.reason == "pin_wrong" and isinstance(self._step, AskPin):
            self._tries.setdefault(self._step.worker, Tries()).add(self._clock())
        is_secret = isinstance(meaning, ABadge) or isinstance(self._step, (SignOn, AskPin))
        refused = ScanRefused(
            worker=self._worker,
            step=self.showing.prompt.step,
            reason=outcome.reason,
            raw="" if is_secret else raw[:RAW_KEPT],
        )
        memo = self._memo(self._step, self._worker, self._tries, self._trail, self.station, self._left)
        told = [(self._clock(), self._worker, refused)]
        # The refusal itself is what the operator needs; that the disk is full the next good scan will say.
        with suppress(JournalError):
            await self._thread.run(self._journal.append, told, memo=memos.encode(memo))
            self._on_saved(False)
        return self._show(Verdict(Tone.REFUSED, outcome.sentence, outcome.reason))

    async def _stand_at(self, step: Step) -> None:
        """Goes to where an answer is wanted, so that a restart asks it again."""
        if step != self._step:
            memo = self._memo(step, self._worker, self._tries, self._trail, self.station, self._left)
            with suppress(JournalError):  # nothing was done yet that could be lost
                await self._thread.run(self._journal.remember, memos.encode(memo))
        self._step = step

    async def _leave(self, verdict: Verdict) -> Showing:
        """Signs off who stands here, and keeps the line for the same badge."""
        self._left = leaving.left_open(self._step, self._worker, self._trail, self._left, self._floor)
        signed_off = (self._clock(), self._worker, WorkerSignedOff(worker=self._worker))
        self._step, self._worker, self._trail = SignOn(), "", ()
        memo = self._memo(self._step, self._worker, self._tries, self._trail, self.station, self._left)
        # Nobody may go on in another's name because the disk is full.
        with suppress(JournalError):
            await self._thread.run(self._journal.append, [signed_off], memo=memos.encode(memo))
            self._on_saved(False)
        self._turn += 1
        return self._show(verdict)

    def _sent_on(self) -> Showing | None:
        """The refusal that ends what another bench took meanwhile."""
        if (found := overtaken(self._step, self._floor, self._here())) is None:
            return None
        self._step, self._trail = found.step, ()
        return self._show(Verdict(Tone.REFUSED, found.refused.sentence, found.refused.reason))

    async def _ask_store(self, outcome: AsksStore) -> Showing:
        answer = sign_on.granted(outcome, await self._granted(outcome), self._step)
        return await self._accept(answer) if isinstance(answer, Accepted) else self._show(answer)

    async def _granted(self, outcome: AsksStore) -> Grant:
        if self.store is None:
            return Grant(is_away=True)
        if outcome.request == "give_back" and outcome.task:
            return await self.store.give_back(outcome.task)
        mine = leaving.open_walk(self._floor)
        return Grant(task=mine) if mine else await self.store.claim(self._worker)

    async def _look(self, outcome: Looks) -> Showing:
        """The same prompt with papers laid over it: those that were asked for, else those that sealing would print."""
        # What draws comes with the first paper: who only picks never waits for it.
        from printing.documents import DocumentError
        from terminal import papers, preview_wording

        try:
            jobs = await self._thread.run(papers.jobs_for, outcome, self._journal)
            found = papers.asked_for(outcome, jobs, self._floor, self._style, self._stations, self.station)
        except DocumentError as error:
            return self._show(Verdict(Tone.REFUSED, wording.cannot_print(str(error)), "cannot_print"))
        if not found:
            return self._show(Verdict(Tone.REFUSED, preview_wording.nothing_kept(), "nothing_kept"))
        verdict = self.showing.verdict
        self.showing = replace(
            self._show(None if verdict is None or verdict.tone is Tone.REFUSED else verdict), papers=found
        )
        return self.showing

    # What the session knows of itself

    def _here(self, sscc: str | None = None) -> Here:
        worker = self._floor.worker(self._worker) if self._worker else None
        now = self._clock()
        return Here(
            now=now,
            terminal=self._floor.terminal,
            station=self.station,
            worker=worker or (Worker(id=self._worker, name=self._worker, roles=()) if self._worker else None),
            next_sscc=lambda owner: sscc,
            is_locked=lambda worker: worker in self._tries and self._tries[worker].is_locked(now),
            has_scale=self._has_scale,
            held=self._held.all,
            printers=self._stations.names,
            stations=self._stations.stations,
            trail=self._trail,
            left=self._left,
            keyed=allowed.ways_to_key(self._step, self._floor.site, self._limits),
            prints=self._stations.kinds(self.station),
        )

    @property
    def _is_refusing(self) -> bool:
        return self.showing.verdict is not None and self.showing.verdict.tone is Tone.REFUSED

    def _news(self) -> Verdict | None:
        """What the store has said of this walk's shorts since the last showing; a refusal is not covered by it."""
        if not isinstance(self._step, Picking) or self._is_refusing:
            return None
        said = picking.answers_to_shorts(self._step, self._floor)
        news = [sentence for sentence in said if sentence not in self.showing.prompt.details]
        return Verdict(Tone.NOTE, "; ".join(news), "short_answered") if news else None

    def _show(self, verdict: Verdict | None) -> Showing:
        if isinstance(self._step, Picking):
            self._step = picking.at_hand(self._step, self._floor)
        here = self._here()
        prompt = desk.prompt(self._step, self._floor, here)
        self.showing = Showing(prompt, verdict, self._turn, here.worker.name if here.worker else "")
        return self.showing

    async def _peek_sscc(self, meaning: Meaning) -> str | None:
        """The next SSCC, only where this very answer might seal a parcel, or show its label."""
        sealed = packing.may_seal(self._step, meaning)
        order = self._floor.order(sealed) if sealed else None
        return await self._thread.run(self._journal.next_sscc, order.owner) if order else None

    async def _jobs(self, outcome: Accepted) -> list[PrintJob] | Verdict:
        """What is to be printed, or why it cannot be: said before a number is spent, never behind the seal."""
        if not outcome.prints:
            return []
        from printing.documents import DocumentError
        from terminal.paperwork import Paperwork  # a cart that only picks goes without all that

        work = Paperwork(self._floor, self._stations, self._style, self.station, self._worker, self._clock())
        try:
            jobs = work.jobs(outcome.prints, outcome.events)
            fault = await asyncio.to_thread(self._proof, jobs)
        except DocumentError as error:
            fault = str(error)
        return Verdict(Tone.REFUSED, wording.cannot_print(fault), "cannot_print") if fault else jobs

    def _resume(self, body: bytes) -> None:
        if (memo := memos.understood(body)) is None:
            return
        self._tries, self._left = dict(memo.tries), memo.left
        if memo.worker:
            self._left = leaving.left_open(memo.step, memo.worker, memo.trail, memo.left, self._floor)
        else:
            self._step = memo.step
        if memo.station and memo.instead_of == self._configured_station:
            self.station = memo.station  # scanned, and the config has not been changed since

    def _memo(
        self, step: Step, worker: str, tries: dict[str, Tries], trail: Trail, station: str, left: Left | None
    ) -> Memo:
        instead_of = self._configured_station
        if station == instead_of:
            return Memo(step, worker, tries, trail, left=left)
        return Memo(step, worker, tries, trail, station, instead_of, left)


def _worker_after(outcome: Accepted, worker: str) -> str:
    for event in outcome.events:
        if isinstance(event, WorkerSignedOn):
            return event.worker
    return "" if isinstance(outcome.step, SignOn) else worker


def _as_told(weight: Weight, frame: bytes) -> Weighed:
    return Weighed(
        value=f"{weight.value:f}",
        unit=weight.unit.value,
        division=f"{weight.division:f}",
        frame=frame.decode("latin-1"),
        is_net=weight.is_net,
    )
