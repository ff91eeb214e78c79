"""What the API's document says, a running store keeps, whoever asks it for what: Schemathesis makes up the requests.

It asks every operation with right and wrong content, follows the links from answer to request, and applies all of its
checks. What is excluded stands in one table, by operation, with its reason.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import httpx
import pytest
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from server_stub import authority, openapi
from server_stub.place import Place
from server_stub.routes import ENDPOINTS
from tests.server_stub.filled_databases import contents_of, rows_of

SEED = 20_261_123
ANONYMOUS = ""
# The most that a limit lets pass is tested on its own; here it would hide every other answer behind a 429.
_PROGRAM = """
import sys
from pathlib import Path
from server_stub import limits
limits.REQUESTS = limits.WRONG_TOKENS = limits.OPEN_PAGES = limits.Allowance(at_once=1e9, each_second=1e9)
from server_stub.commands import main
sys.exit(main(sys.argv[1:], {}, Path("floorhand.toml")))
"""
# Whoever may do least comes first: nobody before an administrator can end somebody else's token or device.
ASKING = (
    ANONYMOUS,
    authority.MONITOR,
    authority.TERMINAL,
    authority.INTEGRATION,
    authority.OFFICE,
    authority.SUPERVISOR,
    authority.ADMIN,
)


class Exclusion(NamedTuple):
    """One check that an operation is not put to, and why."""

    operation: str
    check: str
    reason: str


EXCLUDED = (
    Exclusion(
        "intake",
        "negative_data_rejection",
        "each entry of a batch is judged for itself: a wrong one is refused in its receipt, and the others are taken",
    ),
    Exclusion(
        "hello",
        "positive_data_acceptance",
        "a block goes from its first serial to its last, and fits behind its prefix: JSON Schema compares no fields",
    ),
    Exclusion(
        "put_site",
        "positive_data_acceptance",
        "a time zone is a name that the IANA database holds today, and the times of cut-offs have to fit each other",
    ),
    Exclusion(
        "move_departure",
        "positive_data_acceptance",
        "a departure goes on leaving ahead of now and between its neighbours, and on many a day none leaves",
    ),
    Exclusion("add_webhook", "positive_data_acceptance", "an address is a URL with a host and without a password"),
    Exclusion(
        "add_worker", "positive_data_acceptance", "an id is made from a name, which may be in letters no barcode holds"
    ),
    Exclusion(
        "records",
        "positive_data_acceptance",
        "a state is one of that kind of record's: the schemas of two parameters do not know each other",
    ),
    Exclusion(
        "enrol",
        "positive_data_acceptance",
        "its token is a one-time code, which no role has: tests of people spend some; here, every one is refused",
    ),
)
# What is narrowed for every operation, and why.
#   wait:   a long poll would wait a minute for changes that nobody makes.
#   floats: JSON Schema takes 2.0 for a whole number; the store wants it written as 2.
NARROWED = {"query.wait": 0}
# The short form asks each with its example alone, and what takes nothing once.
_ONLY_EXAMPLES = {"fuzzing": {"enabled": False}}


class Run(NamedTuple):
    """What came of one caller's requests."""

    faults: list[str]
    answers: list[tuple[str, str, int]]


@pytest.fixture
def running(place: Place) -> Iterator[str]:
    """The address of a running store, whose shelves, orders and walks can be asked for."""
    ready = place.folder / "ready"
    where = ["--folder", str(place.folder), *(("--database", place.address) if place.address else ())]
    words = [sys.executable, "-c", _PROGRAM, "run", *where, "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert "answers at" in process.stdout.readline()
        yield ready.read_text()
        process.terminate()


@pytest.fixture
def admin(place: Place, running: str) -> Iterator[httpx.Client]:
    """An administrator, who has brought in goods, orders and released walks."""
    with httpx.Client(base_url=running, headers=_bearer(place.token()), timeout=60) as http:
        lines = [{"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 3}]
        address = {
            "id": "",
            "name": "Ada",
            "lines": ["1 Row"],
            "city": "London",
            "postcode": "E1 6AN",
            "country_code": "GB",
        }
        lamp = {"owner": "HOME", "sku": "LAMP"}
        batch = {
            "locations": [{"code": "A-01", "walk": 1}],
            "products": [{**lamp, "description": "Lamp"}],
            "stock": [{**lamp, "location": "A-01", "quantity": 90}],
            "customers": [{"number": "C1", "address": address}],
            "orders": [
                {"owner": "HOME", "number": str(number), "lines": lines, "customer": "C1"} for number in range(9)
            ],
        }
        receipts = http.post("/v1/intake", json=batch).raise_for_status().json()["receipts"]
        assert {each["outcome"] for each in receipts} == {"created"}
        named = [f"HOME/{number}" for number in range(6)]
        http.post("/v1/requests/release", json={"key": "morning", "orders": named}).raise_for_status()
        yield http


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def token_of(role: str, admin: httpx.Client) -> str:
    """A living token of that role."""
    if role in (ANONYMOUS, authority.ADMIN):
        return str(admin.headers["authorization"].removeprefix("Bearer ")) if role else ""
    if role == authority.TERMINAL:
        code = admin.post("/v1/terminals", json={}).raise_for_status().json()["code"]
        told = admin.post("/v1/enrol", json={"name": "Handheld"}, headers=_bearer(code))
        return str(told.raise_for_status().json()["token"])
    asked = {"label": f"ASKING-{role.upper()}", "role": role}
    return str(admin.post("/v1/tokens", json=asked).raise_for_status().json()["token"])


def may(role: str, operation: str) -> bool:
    """Whether the table of authority gives that operation to that role."""
    page = next((page for page in openapi.PAGES.values() if page.operation == operation), None)
    return authority.Caller(role).may(page.act if page else operation)


def asked_with(
    token: str, admin: httpx.Client, named: set[str], *, examples: int = 0, coverage: Sequence[str] = ()
) -> Run:
    """The `named` operations asked with that token; those in `coverage` with every bound of their content."""
    document = admin.get("/openapi.json").raise_for_status().json()
    left_out = sorted(set(operations()) - named)
    told: dict[str, Any] = {
        "base-url": str(admin.base_url),
        "seed": SEED,
        "continue-on-failure": True,
        "generation": {"max-examples": max(1, examples), "database": "none", "no-shrink": True},
        "parameters": NARROWED,
        "operations": [
            *(
                {"include-operation-id": each.operation, "checks": {each.check: {"enabled": False}}}
                for each in EXCLUDED
            ),
            *([{"include-operation-id": left_out, "enabled": False}] if left_out else ()),
            *(
                [{"include-operation-id": list(coverage), "phases": {"coverage": {"enabled": True}}}]
                if coverage
                else ()
            ),
            *([{"include-operation-id": _with_examples(document), "phases": _ONLY_EXAMPLES}] if not examples else ()),
        ],
        "phases": {
            "coverage": {"enabled": False},
            "stateful": {
                "enabled": _are_linked(document, named),
                "generation": {"max-examples": max(1, examples)},
                "max-steps": 4,
            },
        },
    }
    if token:
        told["auth"] = {"openapi": {"token": {"bearer": token}}}
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(told))
    schema.hook("map_body")(whole_numbers_without_a_fraction)
    return judged(from_schema(schema).execute())


def _are_linked(document: Any, named: set[str]) -> bool:
    """Whether some answer of these operations leads to another of them."""
    return any(
        operation["operationId"] in named and link["operationId"] in named
        for methods in document["paths"].values()
        for operation in methods.values()
        for link in operation["responses"]["200"].get("links", {}).values()
    )


def _with_examples(document: Any) -> list[str]:
    """Operations that take something, and so have an example of it."""
    return [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation or any("example" in each for each in operation.get("parameters", ()))
    ]


def whole_numbers_without_a_fraction(_context: Any, body: Any) -> Any:
    """The same content, with 2 in place of 2.0."""
    match body:
        case float() if body.is_integer():
            return int(body)
        case dict():
            return {name: whole_numbers_without_a_fraction(_context, each) for name, each in body.items()}
        case list():
            return [whole_numbers_without_a_fraction(_context, each) for each in body]
    return body


def judged(stream: Any) -> Run:
    """The faults that Schemathesis found, a text each, and how each request was answered."""
    run = Run([], [])
    for event in stream:
        if isinstance(event, events.NonFatalError):
            run.faults.append(f"{event.label}: {event.value}")
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            _note(run, event.recorder)
    return run


def _note(run: Run, recorder: Any) -> None:
    for id, interaction in recorder.interactions.items():
        operation = recorder.cases[id].value.operation.definition.raw["operationId"]
        status = interaction.response.status_code if interaction.response else 0
        run.answers.append((operation, interaction.request.method, status))
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                run.faults.append(f"{check.name}: {failure.title}\n{failure.message}\n{check.failure_info.code_sample}")


def beyond(role: str, run: Run) -> list[tuple[str, str, int]]:
    """Requests for what this role may not do that were answered otherwise than by a refusal."""
    refusals = (401, 404, 405) if role == ANONYMOUS else (401, 403, 404, 405)
    return [
        (operation, method, status)
        for operation, method, status in run.answers
        if not may(role, operation) and method != "OPTIONS" and status not in refusals
    ]


def books_of(place: Place) -> dict[str, list[Any]]:
    """All that the store holds, but for the row by which `/ready` proves that it can write."""
    held = contents_of(place)
    return {**held, "counter": [row for row in held["counter"] if row[0] != "proofs"]}


def ask_everything(place: Place, admin: httpx.Client, examples: int = 0) -> None:
    """Each role in turn: no 5xx, no breach of the document, no act beyond the role.

    With `examples` each is asked for every operation, with that much of it made up, and one for every bound of it;
    without, for all that it may do, and nobody at all for everything.
    """
    print(f"seed {SEED}")
    every = set(operations())
    left = set(every) if examples else set()
    tokens = {role: token_of(role, admin) for role in ASKING}
    for role, token in tokens.items():
        covered = sorted(operation for operation in left if may(role, operation))
        left -= set(covered)
        before = books_of(place)
        named = every if examples or role == ANONYMOUS else {each for each in every if may(role, each)}
        run = asked_with(token, admin, named, examples=examples, coverage=covered)
        assert not run.faults, f"{role or 'anonymous'}:\n" + "\n\n".join(run.faults[:20])
        assert beyond(role, run) == []
        asked = {operation for operation, _, _ in run.answers}
        assert asked == named, f"{role} did not ask {named - asked}"
        if not authority.ACTS.get(role, frozenset()) - {"metrics", "status"}:
            assert books_of(place) == before, f"{role or 'anonymous'} changed something"
    for role, act in rows_of(place, "SELECT DISTINCT role, act FROM audit"):
        assert act in authority.ACTS.get(role, authority.PROVEN_BY_ITSELF), f"{role} did {act}"
    assert not left


def operations() -> list[str]:
    """The ids of every operation of the document."""
    paths = openapi.document(ENDPOINTS)["paths"]
    return [operation["operationId"] for methods in paths.values() for operation in methods.values()]


@pytest.mark.heavy
def test_whoever_asks_gets_what_the_document_says_and_nothing_beyond_the_role(
    place: Place, admin: httpx.Client
) -> None:
    ask_everything(place, admin)


@pytest.mark.long
@pytest.mark.embedded
def test_every_bound_of_every_operation_holds_for_every_role(place: Place, admin: httpx.Client) -> None:
    ask_everything(place, admin, examples=2)


def test_each_exclusion_names_an_operation_a_check_and_a_reason() -> None:
    load_all_checks()  # Schemathesis does so with its first request, and another test may have made that
    known, checks = set(operations()), set(CHECKS.get_all_names())
    for each in EXCLUDED:
        assert each.operation in known
        assert each.check in checks
        assert len(each.reason.split()) > 5
    assert len({(each.operation, each.check) for each in EXCLUDED}) == len(EXCLUDED)
    queries = {
        f"query.{parameter['name']}"
        for methods in openapi.document(ENDPOINTS)["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
    }
    assert NARROWED.keys() <= queries
