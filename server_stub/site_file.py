"""The TOML file that describes a site: its clock, calendar, carriers' times, sender, and the owners of its goods.

Decides its format (see EXAMPLE). Whether its calendar can be kept is said by the rule book, and names the file here.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from orders import cut_offs, workflow_profiles
from orders.records import RECOUNT_ABOVE_PIECES, Address, CutOff, Site
from orders.shapes import Count
from orders.workflow_profiles import WorkflowProfile
from server_stub.floor_setup import Minutes, OwnerSet, SiteSet

EXAMPLE = """\
name = "North hall"
time_zone = "Europe/London"            # an IANA name
default_carrier = "Post"
default_service = "Parcel"
holidays = [2026-12-25, 2026-12-26]
recount_above_pieces = 20              # a shelf's count that is farther from the book waits until another person agrees
idle_minutes = 15                      # who does nothing for so long is signed off; 0, or nothing here: never

[sender]                               # stands on every label
name = "North hall"
lines = ["1 Dock Road"]
postcode = "E16 1AA"
city = "London"
country_code = "GB"

[[cut_off]]
carrier = "Post"
service = "Parcel"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
promise = "14:00"                      # ordered until then, it leaves today
last_release = "15:30"                 # the last wave for this truck: by departs less dock_minutes, or earlier
departs = "17:00"                      # earlier than the promise, as in "00:30": past the midnight of that evening
dock_minutes = 20                      # it has to stand at the dock so long before

[picking]                              # and [packing], [shipping]: what every terminal here lives with in that work
keyed_items = ["sku", "digits"]        # how an unreadable item may be typed; [] where items are only scanned
admits = ["alone", "repeated", "no-key"]   # problems of a GS1 code that do not refuse it: docs/scanners.md
best_before_passed = "refused"         # or "taken": goods past (15) best before or (16) sell by; past (17) use by never

[[owner]]
id = "HOME"
name = "North hall"
company_prefix = "952"                 # from GS1; without one no SSCC can be made
"""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SiteFileError(Exception):
    """A site file that cannot be read; names file, key and remedy."""


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Sender(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    company: str = ""
    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    region: str = ""
    country_code: str = ""
    phone: str = ""


class _CutOff(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    carrier: str
    service: str
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    promise: str
    last_release: str
    departs: str
    dock_minutes: int = 0


class _Workflow(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    keyed_items: tuple[str, ...] = workflow_profiles.KEYED_ITEMS
    admits: tuple[str, ...] = workflow_profiles.HARMLESS_FAULTS
    best_before_passed: str = workflow_profiles.REFUSED


class _Owner(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    name: str
    company_prefix: str | None = None


class _SiteFile(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    time_zone: str
    sender: _Sender
    holidays: tuple[date, ...] = ()
    default_carrier: str = ""
    default_service: str = ""
    recount_above_pieces: Count = RECOUNT_ABOVE_PIECES
    idle_minutes: Minutes = 0
    cut_off: tuple[_CutOff, ...] = ()
    owner: tuple[_Owner, ...] = ()
    picking: _Workflow | None = None
    packing: _Workflow | None = None
    shipping: _Workflow | None = None


def read(path: Path) -> tuple[SiteSet, tuple[OwnerSet, ...]]:
    """The site and the owners that the file at `path` describes; SiteFileError where it is wrong."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
        told = msgspec.convert(plain, _SiteFile)
    except OSError as error:
        raise SiteFileError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteFileError(f"{path} is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise SiteFileError(f"{path}: {error}; `floorhand store site --help` shows a whole file") from error
    site = SiteSet(
        name=told.name,
        time_zone=told.time_zone,
        sender=Address(id="sender", **msgspec.structs.asdict(told.sender)),
        holidays=told.holidays,
        cut_offs=tuple(_cut_off(each) for each in told.cut_off),
        default_carrier=told.default_carrier,
        default_service=told.default_service,
        workflows=_workflows(told, path),
        recount_above_pieces=told.recount_above_pieces,
        idle_minutes=told.idle_minutes,
    )
    try:
        cut_offs.check_site(
            Site(id="", name=site.name, time_zone=site.time_zone, sender=site.sender, cut_offs=site.cut_offs)
        )
    except cut_offs.CalendarError as error:
        raise SiteFileError(f"{path}: {error}") from error
    owners = tuple(OwnerSet(id=each.id, name=each.name, company_prefix=each.company_prefix) for each in told.owner)
    return site, owners


def _workflows(told: _SiteFile, path: Path) -> tuple[WorkflowProfile, ...]:
    profiles = tuple(
        WorkflowProfile(workflow=name, **msgspec.structs.asdict(table))
        for name in workflow_profiles.WORKFLOWS
        if (table := getattr(told, name)) is not None
    )
    try:
        workflow_profiles.check_profiles(profiles)
    except workflow_profiles.WorkflowProfileError as error:
        raise SiteFileError(f"{path}: {error}") from error
    return profiles


def _cut_off(told: _CutOff) -> CutOff:
    fields = msgspec.structs.asdict(told) | {"weekdays": tuple(WEEKDAYS.index(day) for day in told.weekdays)}
    return CutOff(**fields)
