"""Goods, places and people: who owns them, and that a barcode names one product, as that product says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from orders.records import KINDS, ROLES, Address, Owner, Product, Worker, decode_record, key_of
from server_stub import schema
from server_stub.books import filed_as
from server_stub.proofs import zero_signs
from server_stub.proofs.survey import Check, Survey

_PREFIX = re.compile(r"[0-9]{3,12}")
# PHC form (see credentials).
_VERIFIER = re.compile(r"\$argon2id\$[^\s$]+(\$[^\s$]+)+")


def records(survey: Survey) -> Iterator[str]:
    """Every record can be read, and is filed as what it says."""
    for row in survey.rows(schema.record):
        where = f"record {row.kind}/{row.id}"
        if row.kind not in KINDS:
            yield f"{where}: no such kind"
            continue
        try:
            record = decode_record(row.kind, zero_signs.body(row.body))
        except msgspec.DecodeError as error:
            yield f"{where}: cannot be read ({error})"
            continue
        if record.id != row.id:
            yield f"{where}: says that it is {record.id}"
        if filed_as(record) != {"state": row.state, "owner": row.owner, "rank": row.rank}:
            yield f"{where}: is filed as {row.state or 'no state'}, {row.owner or 'no owner'}, and says otherwise"
        if row.owner and not survey.has("owner", row.owner):
            yield f"{where}: belongs to {row.owner}, and there is no such owner"


def barcodes(survey: Survey) -> Iterator[str]:
    """A product's barcodes name that product, and no barcode names one that does not carry it."""
    named = {(row.owner, row.text): row.product for row in survey.rows(schema.barcode)}
    for product in survey.every(Product):
        if product.id != key_of(product.owner, product.sku):
            yield f"product {product.id}: is {product.sku} of {product.owner}"
        for text in product.every_barcode:
            if (found := named.pop((product.owner, text), None)) != product.id:
                yield f"product {product.id}: carries barcode {text}, which names {found or 'nothing'}"
    for (owner, text), found in named.items():
        yield f"barcode {text} of {owner}: names {found}, which does not carry it"


def owners(survey: Survey) -> Iterator[str]:
    """An owner's company prefix is one of GS1."""
    for owner in survey.every(Owner):
        if owner.company_prefix is not None and not _PREFIX.fullmatch(owner.company_prefix):
            yield f"owner {owner.id}: no company has the prefix {owner.company_prefix}"


def addresses(survey: Survey) -> Iterator[str]:
    """Where an order goes alone belongs to that order's owner."""
    for address in survey.every(Address):
        if address.id.startswith("order/"):
            order = address.id.removeprefix("order/")
            if not survey.has("order", order) or key_of(address.owner, "") != order[: len(address.owner) + 1]:
                yield f"address {address.id}: there is no such order of {address.owner or 'nobody'}"


def workers(survey: Survey) -> Iterator[str]:
    """Who works here has a role; who has left has neither badge nor PIN."""
    for worker in survey.every(Worker):
        where = f"worker {worker.id}"
        if not worker.roles or set(worker.roles) - set(ROLES):
            yield f"{where}: works as {', '.join(worker.roles) or 'nothing'}"
        if worker.is_active == (worker.left_at is not None):
            yield f"{where}: {'works here' if worker.is_active else 'has left'}, and left at {worker.left_at}"
        if any(kept and not _VERIFIER.fullmatch(kept) for kept in (worker.badge, worker.pin)):
            yield f"{where}: badge or PIN is kept as nothing that can be verified"
        if not worker.is_active and (worker.badge or worker.pin):
            yield f"{where}: has left, and badge or PIN still open the door"


CHECKS: tuple[Check, ...] = (records, barcodes, owners, addresses, workers)
