"""Nothing gets past the gate without a token, and whatever is wrong is answered in one shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from orders.records import decode_record
from orders.wire import MAX_BODY_BYTES, Problem
from orders.workflow_profiles import WorkflowProfile
from server_stub import authority, openapi
from server_stub.app import Gate, make_app
from server_stub.limits import Allowance, Strangers
from server_stub.logs import TextLines
from server_stub.routes import ENDPOINTS
from tests.server_stub.filled_databases import contents_of

# All of this is judged ahead of the books, whichever database keeps them.
pytestmark = pytest.mark.embedded

PROTECTED = [each for each in ENDPOINTS if each.name not in authority.OPEN]
WITH_ROLES = [each for each in PROTECTED if each.name not in authority.PROVEN_BY_ITSELF]


def problem_in(answer: Any) -> Problem:
    """The problem that was answered, every field of it filled."""
    assert answer.headers["content-type"].startswith("application/json")
    problem = msgspec.json.decode(answer.content, type=Problem)
    assert problem.error
    assert problem.expected
    assert problem.came
    assert problem.remedy
    assert "Traceback" not in answer.text
    return problem


def path_of(endpoint: Any) -> str:
    return str(endpoint.path).replace("{kind}", "order").replace("{id}", "HOME/1")


async def test_a_body_that_breaks_off_changes_nothing_and_is_no_error_of_the_store(
    warehouse: Any, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[Any] = []
    heard = iter([{"type": "http.request", "body": b'{"jour', "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(heard)

    async def send(message: Any) -> None:
        said.append(message)

    before = contents_of(warehouse.place)
    headers = [(b"authorization", f"Bearer {warehouse.place.token()}".encode()), (b"content-length", b"5000")]
    scope = {"type": "http", "method": "POST", "path": "/v1/intake", "headers": headers, "query_string": b""}
    await make_app(warehouse.store)(scope | {"client": ("10.0.0.9", 1)}, receive, send)  # type: ignore[arg-type]
    assert [each["status"] for each in said if "status" in each] == [400]
    assert contents_of(warehouse.place) == before
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_health_needs_no_token(warehouse: Any) -> None:
    answer = await warehouse.http("").get("/health", headers={"authorization": ""})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("endpoint", [*PROTECTED, None], ids=lambda each: each.name if each else "unknown_route")
async def test_without_a_live_token_everything_else_is_401(warehouse: Any, endpoint: Any) -> None:
    method, path = (endpoint.method, path_of(endpoint)) if endpoint else ("GET", "/nothing/here")
    body = b'{"name":"a"}' if endpoint and endpoint.takes else None
    for header in ("", "Bearer ", "Bearer wrong", "Basic YTpi", "wrong"):
        answer = await warehouse.http("").request(method, path, content=body, headers={"authorization": header})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert problem_in(answer).error == "unauthorised"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
async def test_the_document_opens_without_a_token_and_not_without_end(warehouse: Any, path: str) -> None:
    for header in ("", "Bearer wrong", f"Bearer {warehouse.place.token()}"):
        answer = await warehouse.http("").get(path, headers={"authorization": header})
        assert answer.status_code == 200
    office, stranger = await warehouse.caller("office"), warehouse.http("nobody")
    answers = [await stranger.get(path) for _ in range(80)]
    assert {each.status_code for each in answers} == {200, 429}
    assert answers[-1].headers["retry-after"]
    # Whoever has a token reads on, and nobody's wrong tokens were counted.
    assert (await office.get(path)).status_code == 200
    assert (await stranger.get("/v1/status")).status_code == 401


async def test_the_page_for_reading_lets_a_browser_run_and_load_nothing(warehouse: Any) -> None:
    answer = await warehouse.http("nobody").get("/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in answer.text
    assert not re.search(r'(src|href)="(?!#|/openapi\.json|data:,)', answer.text)


@pytest.mark.parametrize("endpoint", WITH_ROLES, ids=lambda each: each.name)
async def test_a_role_opens_only_its_own_doors(warehouse: Any, endpoint: Any) -> None:
    for role, acts in authority.ACTS.items():
        http = await warehouse.caller(role)
        answer = await http.request(endpoint.method, path_of(endpoint), content=b"{}" if endpoint.takes else None)
        # An act that only a device can do is refused to whoever may do everything, too.
        is_refused = answer.status_code == 403
        assert is_refused is (endpoint.name not in acts) or (role == authority.ADMIN and is_refused), (
            role,
            answer.text,
        )


async def test_what_a_role_may_not_do_is_refused_whatever_is_sent_and_changes_nothing(warehouse: Any) -> None:
    examples = msgspec.json.decode(openapi._EXAMPLES.read_bytes())
    gate = make_app(warehouse.store)
    assert isinstance(gate, Gate)
    gate._strangers = Strangers(Allowance(at_once=1e9, each_second=1e9))
    asking = {role: await warehouse.caller(role) for role in authority.ACTS} | {"": warehouse.over(gate, "nobody")}
    before = contents_of(warehouse.place)
    for endpoint in WITH_ROLES:
        example = examples[endpoint.name]
        path = endpoint.path.format(**example.get("path", {}))
        bodies = [msgspec.json.encode(example["takes"]), b"{}", b"nothing"] if endpoint.takes else [None]
        for role, http in asking.items():
            if authority.Caller(role).may(endpoint.name) and role:
                continue
            for body in bodies:
                answer = await http.request(endpoint.method, path, content=body, params=example.get("query"))
                assert answer.status_code == (403 if role else 401), (role, endpoint.name, answer.text)
                assert problem_in(answer).error == ("forbidden" if role else "unauthorised")
    assert contents_of(warehouse.place) == before


@pytest.mark.parametrize(
    ("path", "act"),
    [("/metrics", "metrics"), ("/v1/export/stock", "export")],
)
async def test_a_page_opens_for_its_roles_alone(warehouse: Any, path: str, act: str) -> None:
    for role, acts in authority.ACTS.items():
        answer = await (await warehouse.caller(role)).get(path)
        assert answer.status_code == (200 if act in acts else 403), role
    assert (await warehouse.http("nobody").get(path)).status_code == 401


def test_every_act_is_somebodys_and_every_right_is_an_act() -> None:
    known = {each.name for each in ENDPOINTS} | {"document", "metrics", "export"}
    given = frozenset().union(*authority.ACTS.values(), authority.OPEN, authority.PROVEN_BY_ITSELF)
    assert given == known


async def test_an_administrator_is_no_terminal(warehouse: Any) -> None:
    hello = {"journal": "j", "wire_version": 1, "program_version": "1"}
    answer = await warehouse.admin.post("/v1/hello", json=hello)
    assert (answer.status_code, problem_in(answer).expected) == (403, "a token of role terminal")


BAD = [
    ("POST", "/v1/events", b"nothing", 400, "not_json"),
    ("POST", "/v1/events", b"", 400, "not_json"),
    ("POST", "/v1/events", b'{"journal": "\xff"}', 400, "not_json"),
    ("POST", "/v1/events", b'{"journal":"j","epoch":"e","events":[' + b"[" * 100_000, 400, "not_json"),
    ("POST", "/v1/events", b"[]", 422, "Expected `object`, got `array`"),
    ("POST", "/v1/events", b'{"journal":"j","epoch":"e"}', 422, "missing required field `events`"),
    ("POST", "/v1/events", b'{"journal":7,"epoch":"e","events":[]}', 422, "$.journal"),
    ("POST", "/v1/events", b'{"journal":"","epoch":"e","events":[]}', 422, "$.journal"),
    ("POST", "/v1/events", b'{"journal":"j","epoch":"e","events":[{"at":1}]}', 422, "$.events[0]"),
    ("POST", "/v1/events", b'{"journal":"j","epoch":"e","events":[{"number":0}]}', 422, "$.events[0].number"),
    (
        "POST",
        "/v1/events",
        b'{"journal":"j","epoch":"e","events":[' + b",".join([b"{}"] * 101) + b"]}",
        422,
        "length <= 100",
    ),
    ("POST", "/v1/events", b'{"journal":"' + b"x" * MAX_BODY_BYTES + b'"}', 413, "too_large"),
    ("POST", "/v1/hello", b'{"journal":"j","wire_version":99,"program_version":"9"}', 409, "version 99"),
    ("POST", "/v1/requests/claim", b'{"worker":"ADA"}', 422, "`key`"),
    ("POST", "/v1/requests/claim", b'{"key":"","worker":"ADA"}', 422, "$.key"),
    ("POST", "/v1/requests/sscc-lease", b'{"key":"k","journal":"j","owner":"HOME","count":0}', 422, "$.count"),
    ("GET", "/v1/changes?after=x", None, 422, "$.after"),
    ("GET", "/v1/changes?after=-1", None, 422, "$.after"),
    ("GET", "/v1/changes?wait=9999", None, 422, "$.wait"),
    ("GET", "/v1/changes?kinds=order,drone", None, 422, "drone"),
    ("GET", "/v1/records/drone", None, 404, "drone"),
    ("GET", "/v1/records/order?limit=0", None, 422, "$.limit"),
    ("GET", "/v1/records/order/HOME/404", None, 404, "HOME/404"),
    ("GET", "/v1/nothing", None, 404, "/v1/nothing"),
    ("GET", "/schema", None, 404, "/schema"),
    ("DELETE", "/v1/events", None, 405, "DELETE /v1/events"),
    ("GET", "/v1/intake", None, 405, "GET /v1/intake"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "says"), BAD, ids=lambda value: str(value)[:40])
async def test_a_bad_request_is_told_what_is_wrong_with_it(
    warehouse: Any, method: str, path: str, body: bytes | None, status: int, says: str
) -> None:
    device = await warehouse.device("a")
    answer = await device.http.request(method, path, content=body)
    assert answer.status_code == status, answer.text
    assert says in msgspec.json.encode(problem_in(answer)).decode()


async def test_a_body_without_a_length_is_cut_off_at_the_limit(warehouse: Any) -> None:
    device = await warehouse.device("a")
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 100 * MAX_BODY_BYTES:
            sent += 1 << 20
            yield b"x" * (1 << 20)

    answer = await device.http.post("/v1/events", content=endless())
    assert (answer.status_code, problem_in(answer).error) == (413, "too_large")
    assert answer.request.headers.get("content-length") is None


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/v1/workers", {"name": "Ada", "roles": ["pilot"]}, "$.roles[0]"),
        ("/v1/workers", {"name": "Ada", "roles": []}, "length >= 1 - at `$.roles`"),
        ("/v1/workers", {"name": "Ada", "roles": ["picker"], "pin": "12"}, "$.pin"),
        ("/v1/workers", {"name": "藤原", "roles": ["picker"]}, "--id"),
        ("/v1/terminals", {"station": "NOWHERE"}, "NOWHERE"),
        ("/v1/totes", {"count": 0}, "$.count"),
    ],
)
async def test_setting_up_says_what_is_wrong(warehouse: Any, path: str, body: dict[str, Any], says: str) -> None:
    answer = await warehouse.admin.post(path, json=body)
    assert answer.status_code in (404, 422)
    assert says in msgspec.json.encode(problem_in(answer)).decode()


async def test_a_site_with_an_unknown_clock_is_refused(warehouse: Any) -> None:
    site = {"name": "X", "time_zone": "Europe/Atlantis", "sender": {"id": "s", "name": "X"}}
    answer = await warehouse.admin.put("/v1/site", json=site)
    assert answer.status_code == 422
    assert "Europe/Atlantis" in problem_in(answer).came


async def test_a_sender_in_no_country_is_refused_before_a_label_needs_it(warehouse: Any) -> None:
    sender = {"id": "s", "name": "X", "lines": ["1 Row"], "city": "Ely", "country_code": "XX"}
    site = {"name": "X", "time_zone": "Europe/London", "sender": sender}
    answer = await warehouse.admin.put("/v1/site", json=site)
    assert (answer.status_code, "'XX'" in problem_in(answer).came) == (422, True)
    for code in ("GB", ""):
        told = {**site, "sender": {**sender, "country_code": code}}
        assert (await warehouse.admin.put("/v1/site", json=told)).status_code == 200


async def test_a_site_tells_every_terminal_what_may_pass_in_which_work(warehouse: Any) -> None:
    site = {"name": "X", "time_zone": "Europe/London", "sender": {"id": "s", "name": "X"}}
    strict = {"workflow": "picking", "keyed_items": [], "admits": ["date"], "best_before_passed": "taken"}
    assert (await warehouse.admin.put("/v1/site", json={**site, "workflows": [strict]})).status_code == 200
    change = warehouse.store.reader.record("site", "MAIN")
    (told,) = decode_record(change.kind, change.body).workflows
    assert told == WorkflowProfile(workflow="picking", keyed_items=(), admits=("date",), best_before_passed="taken")
    wrong = {"workflow": "picking", "admits": ["check-digit"]}
    answer = await warehouse.admin.put("/v1/site", json={**site, "workflows": [wrong]})
    assert answer.status_code == 422
    assert "admits of picking: expected any of alone" in problem_in(answer).came


async def test_an_error_inside_is_told_without_its_details(
    warehouse: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    details = "secret details"

    def broken(*_: object) -> None:
        raise RuntimeError(details)

    monkeypatch.setattr(warehouse.store.reader, "status", broken)
    answer = await warehouse.admin.get("/v1/status")
    assert (answer.status_code, problem_in(answer).error) == (500, "internal_error")
    assert "secret" not in answer.text
    (told,) = [record for record in caplog.records if record.exc_info]
    assert told.getMessage() == "GET status failed"
    assert "secret" not in TextLines().format(told)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_the_openapi_document_is_whole() -> None:
    document = msgspec.json.decode(msgspec.json.encode(openapi.document(ENDPOINTS)))
    assert document["openapi"] == "3.1.0"
    schemas = document["components"]["schemas"]
    assert {ref.removeprefix("#/components/schemas/") for ref in references(document)} <= set(schemas)
    token = document["components"]["securitySchemes"]["token"]
    assert (token["type"], token["scheme"]) == ("http", "bearer")
    assert document["security"] == [{"token": []}]
    seen: set[str] = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            endpoint = next((each for each in ENDPOINTS if (each.path, each.method.lower()) == (path, method)), None)
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            assert operation["summary"].endswith(".")
            assert set(operation["responses"]) >= {"200", "401", "422"}
            assert ("requestBody" in operation) is (endpoint is not None and endpoint.takes is not None)
            named = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
            act = endpoint.name if endpoint else openapi.PAGES[path].act
            assert (operation.get("security") == []) is (act in authority.OPEN)
    assert {each.name for each in ENDPOINTS} | {"openapi", "docs", "metrics", "export"} == seen
    assert schemas["NewOrder"]["properties"]["lines"]["maxItems"] == 5000
