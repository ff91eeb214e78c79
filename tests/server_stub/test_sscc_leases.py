"""No SSCC is given twice: blocks belong to one journal, and whatever was seen in use counts as spent."""

from __future__ import annotations

from typing import Any

from orders.identifiers import SsccBlock
from orders.records import Discrepancy, Parcel, ParcelLine


async def set_owner(warehouse: Any, id: str, prefix: str | None) -> None:
    owner = {"id": id, "name": id, **({"company_prefix": prefix} if prefix else {})}
    answer = await warehouse.admin.put("/v1/owners", json=owner)
    assert answer.status_code == 200, answer.text


async def test_blocks_follow_each_other_and_a_key_gives_the_same_one(warehouse: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    block = (await first.lease("k1", count=10)).block
    assert (block.prefix, block.first, block.last) == ("952000", 1, 10)
    assert (await first.lease("k1", count=10)).block == block
    assert (await second.lease("k1", count=5)).block.first == 11


async def test_owners_with_one_prefix_share_its_numbers(warehouse: Any) -> None:
    await set_owner(warehouse, "OTHER", "952000")
    device = await warehouse.device("a")
    assert (await device.lease(count=10)).block.last == 10
    other = (await device.lease(owner="OTHER", count=10)).block
    assert (other.owner, other.first) == ("OTHER", 11)


async def test_without_a_prefix_there_is_a_plain_reason(warehouse: Any) -> None:
    await set_owner(warehouse, "HOME", None)
    device = await warehouse.device("a")
    leased = await device.lease()
    assert leased.block is None
    assert "no GS1 company prefix" in leased.refused
    assert "no owner NOBODY" in (await device.lease(owner="NOBODY")).refused


async def test_a_spent_range_goes_on_under_the_next_extension_digit(warehouse: Any) -> None:
    await set_owner(warehouse, "SMALL", "952000123456")
    device = await warehouse.device("a")
    blocks = [(await device.lease(owner="SMALL", count=9_000)).block for _ in range(10)]
    assert [block.extension for block in blocks] == list(range(10))
    assert "spent" in (await device.lease(owner="SMALL", count=9_000)).refused


async def seal(warehouse: Any, device: Any, parcel: str) -> list[str]:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 1))
    await warehouse.release()
    walk = await warehouse.walk(device)
    contents = (ParcelLine(line=1, product="HOME/LAMP", quantity=1),)
    verdicts: list[str] = await device.tell(*walk.whole_pick(), *walk.packed(parcel, contents))
    return verdicts


async def test_a_number_from_no_lease_is_admitted_reported_and_never_leased(warehouse: Any) -> None:
    device, other = await warehouse.device("a"), await warehouse.device("b")
    stranger = SsccBlock(owner="HOME", prefix="952000", extension=0, first=7, last=7).number(7)
    assert set(await seal(warehouse, device, stranger)) == {"admitted"}
    assert warehouse.record(Parcel, stranger).state == "sealed"
    (found,) = warehouse.all(Discrepancy)
    assert (found.reason, found.subject) == ("sscc_not_leased", f"parcel/{stranger}")
    assert (await other.lease()).block.first == 8


async def test_a_number_of_another_journal_is_reported(warehouse: Any) -> None:
    device, other = await warehouse.device("a"), await warehouse.device("b")
    block = (await other.lease()).block
    await seal(warehouse, device, block.number(block.first))
    assert [each.reason for each in warehouse.all(Discrepancy)] == ["sscc_not_leased"]


async def test_a_leased_number_passes_silently(warehouse: Any) -> None:
    device = await warehouse.device("a")
    block = (await device.lease()).block
    await seal(warehouse, device, block.number(block.last))
    assert warehouse.all(Discrepancy) == []


async def test_blocks_that_a_terminal_still_holds_come_back_on_the_books(warehouse: Any) -> None:
    device = await warehouse.device("a")
    held = SsccBlock(owner="HOME", prefix="952000", extension=0, first=101, last=150)
    await device.hello(blocks=(held,))
    await device.hello(blocks=(held,))
    assert (await device.lease(count=10)).block.first == 151
    await seal(warehouse, device, held.number(120))
    assert warehouse.all(Discrepancy) == []


async def test_one_block_in_two_hands_is_an_alarm(warehouse: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    block = (await first.lease()).block
    await second.hello(blocks=(block,))
    assert [each.reason for each in warehouse.all(Discrepancy)] == ["sscc_block_held_twice"]


async def test_a_damaged_block_is_refused(warehouse: Any) -> None:
    device = await warehouse.device("a")
    block = {"owner": "HOME", "prefix": "95x", "extension": 0, "first": 1, "last": 5}
    hello = {"journal": device.journal, "wire_version": 1, "program_version": "1", "blocks": [block]}
    answer = await device.http.post("/v1/hello", json=hello)
    assert (answer.status_code, answer.json()["error"]) == (422, "wrong_content")
