"""The gate: a new device gets in whatever others behind its address do, and refusals can be read in the log."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from orders.wire import Problem
from server_stub import limits, turned_away
from server_stub.app import Gate, make_app
from server_stub.floor_setup import CodeGiven, Done, NewCode, Revoke, Revoked, TokenRevoke
from tests.server_stub.conftest import Device

FEW = int(limits.WRONG_TOKENS.at_once)


async def code(warehouse: Any) -> httpx.AsyncClient:
    """A client with a new one-time code."""
    given = await warehouse.ask("POST", "/v1/terminals", NewCode(), CodeGiven)
    client: httpx.AsyncClient = warehouse.http(given.code)
    return client


async def forgotten(warehouse: Any) -> Device:
    """A device whose token is dead, and which does not know it."""
    device: Device = await warehouse.device("forgotten")
    await warehouse.ask("POST", "/v1/terminals/revoke", Revoke(terminal=device.terminal), Revoked)
    return device


async def statuses(client: httpx.AsyncClient, path: str, count: int) -> set[int]:
    return {(await client.get(path)).status_code for _ in range(count)}


async def test_a_right_code_is_let_in_while_a_forgotten_device_behind_the_same_address_goes_on_asking(
    warehouse: Any,
) -> None:
    device, invited = await forgotten(warehouse), await code(warehouse)
    assert 429 in await statuses(device.http, "/v1/changes", 2 * FEW)
    for guess in range(2 * FEW):
        await warehouse.http(f"{guess:012d}").post("/v1/enrol", json={"name": "guess"})
    assert (await invited.post("/v1/enrol", json={"name": "new cart"})).status_code == 200


async def test_codes_cannot_be_guessed_and_a_spent_one_is_no_right_one(warehouse: Any) -> None:
    spent = await code(warehouse)
    answers = [(await spent.post("/v1/enrol", json={"name": "a"})).status_code for _ in range(FEW + 2)]
    assert answers == [200, *[401] * FEW, 429]
    guesses = [warehouse.http(f"23456789AB{each:02d}") for each in range(23, 23 + FEW)]
    answers = [(await each.post("/v1/enrol", json={"name": "a"})).status_code for each in guesses]
    assert answers == [401] * (FEW - 1) + [429], "the spent one was a guess too"


async def test_a_forgotten_device_takes_nothing_from_others_behind_its_address(warehouse: Any) -> None:
    device = await forgotten(warehouse)
    assert 429 in await statuses(device.http, "/v1/changes", 3 * FEW)
    answer = await warehouse.http("copied wrongly").get("/v1/stock")
    assert (answer.status_code, answer.json()["came"]) == (401, "a token that is unknown")


async def test_what_a_401_says_fits_who_asks(warehouse: Any) -> None:
    device, office = await forgotten(warehouse), await warehouse.caller("office")
    (label,) = warehouse.rows("SELECT label FROM token WHERE role = 'office'")[0]
    await warehouse.ask("POST", "/v1/tokens/revoke", TokenRevoke(label=label), Done)

    async def said(client: httpx.AsyncClient, path: str) -> Problem:
        answer = await client.post(path, json={})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        return Problem(**answer.json())

    of_device = await said(device.http, "/v1/intake")
    assert (of_device.came, "enrol this device again" in of_device.remedy) == ("a token that was revoked", True)
    of_office = await said(office, "/v1/events")
    assert (of_office.came, "device" in of_office.remedy) == ("a token that was revoked", False)
    assert "ask an administrator for a new token" in of_office.remedy
    for_device = await said(warehouse.http("unknown"), "/v1/hello")
    assert (for_device.came, "enrol this device again" in for_device.remedy) == ("a token that is unknown", True)
    for_anybody = await said(warehouse.http("unknown"), "/v1/intake")
    assert "add-token" in for_anybody.remedy and "copied whole" in for_anybody.remedy
    nobody = httpx.AsyncClient(transport=warehouse.admin._transport, base_url="http://store")
    for path in ("/v1/intake", "/v1/enrol"):
        without = await said(nobody, path)
        assert (without.came, without.remedy.startswith("send the token in that header")) == ("no token", True)


async def test_refusals_are_told_by_address_and_count_and_never_with_a_token(
    warehouse: Any, caplog: pytest.LogCaptureFixture
) -> None:
    gate, now = make_app(warehouse.store), [1000.0]
    assert isinstance(gate, Gate)
    gate._clock = lambda: now[0]

    def told() -> list[dict[str, Any]]:
        lines = [record.told for record in caplog.records if record.name == turned_away.__name__]  # type: ignore[attr-defined]
        caplog.clear()
        return lines

    def behind(address: str, token: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=gate, client=(address, 1))  # type: ignore[arg-type]
        headers = {"authorization": f"Bearer {token}"}
        return httpx.AsyncClient(transport=transport, base_url="http://store", headers=headers)

    caplog.set_level(logging.WARNING)
    guesser, other = behind("10.0.0.7", "secret-of-somebody"), behind("10.0.0.8", "23456789ABCD")
    await statuses(guesser, "/v1/status", FEW + 3)
    assert told() == [{"address": "10.0.0.7", "count": 1, "unauthorised": 1}]
    assert (await other.post("/v1/enrol", json={"name": "a"})).status_code == 401
    assert told() == [{"address": "10.0.0.8", "count": 1, "unauthorised": 1}]
    now[0] += turned_away.EVERY_SECONDS
    gate._tell()
    assert told() == [{"address": "10.0.0.7", "count": FEW + 2, "too_many": 3, "unauthorised": FEW - 1}]
    now[0] += turned_away.EVERY_SECONDS
    gate._tell()
    assert told() == []
    await statuses(guesser, "/v1/status", 1)
    assert told() == [{"address": "10.0.0.7", "count": 1, "unauthorised": 1}]
    text = (await warehouse.over(gate, warehouse.place.token()).get("/metrics")).text
    assert 'floorhand_turned_away_total{reason="too_many"} 3.0' in text


def test_many_addresses_are_told_of_as_one(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(turned_away, "MOST_ADDRESSES", 2)
    refusals = turned_away.Refusals()
    for address in range(50):
        refusals.note(f"2001:db8::{address}", "unauthorised", 0.0)
    assert refusals.tell(turned_away.EVERY_SECONDS) is not None
    assert [record.told["address"] for record in caplog.records] == ["2001:db8::0", "2001:db8::1", "others", "others"]  # type: ignore[attr-defined]
    assert [record.told["count"] for record in caplog.records] == [1, 1, 1, 47]  # type: ignore[attr-defined]
