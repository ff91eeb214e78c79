"""Rows of a file to orders: each whole, or not at all.

Decides what contradicts itself, what lacks something, and what is not to be picked. An order with a wrong row is
reported, that row with its reason and the others with the line that is to blame; none of it goes to the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from orders import texts
from orders.intake import MOST_TEXT, NewLine, NewOrder
from orders.records import Address
from orders.shapes import NOTE
from server_stub.importing import cells
from server_stub.importing.columns import Binding
from server_stub.importing.delivery import LARGEST_THING_BYTES, too_large
from server_stub.importing.file_map import ADDRESS_FIELDS, ORDER_FIELDS, Rule
from server_stub.importing.findings import Fate, Finding
from server_stub.importing.source import Row
from server_stub.importing.spool import Spool, SpooledRow

MAX_LINES = 5000
_NOTHING = NewLine(number=1, sku="?", description="", quantity=1)
_SPLIT = "split it into several, under numbers of their own"
# What one column holds, said as it stands in a report.
_WORDS = {"ordered_at": "date", "order": "order number"}

T = TypeVar("T")


class Judged(msgspec.Struct, frozen=True):
    """The order, or None where it is not imported; and what the report says of its rows.

    `cancelled` says why its sender wants it no more; `is_left_out`, that somebody has to see whether the store has it.
    """

    order: NewOrder | None
    findings: list[Finding]
    cancelled: str = ""
    is_left_out: bool = False


class _Line(msgspec.Struct, frozen=True, gc=False):
    """One row of an order, taken apart."""

    line: int
    fields: dict[str, str]
    ruled: dict[str, str]


def spool_rows(rows: Iterator[Row], binding: Binding, spool: Spool) -> None:
    """Puts every row (the header went before) down under its order's number.

    A row whose order cannot be read is reported, and spoils the orders above and below it: it may be a line of either.
    """
    above, orphan = "", 0
    for row in rows:
        if not row.fault and not any(cell.strip() for cell in row.cells):
            spool.report([Finding(row.line, Fate.SKIPPED, "", "an empty row")])
            continue
        number = binding.order_number(row.cells)
        if not number:
            lines = f"lines {row.line} to {row.last_line}" if row.last_line > row.line else f"line {row.line}"
            reason = f"{lines}: {row.fault}" if row.fault else "no order number"
            spool.report([Finding(row.line, Fate.REJECTED, "", reason)])
            if above:
                spool.spoil(above, row.line)
            orphan = row.line
            continue
        if orphan:
            spool.spoil(number, orphan)
        spool.keep_row(row.line, number, row.cells, row.fault)
        above, orphan = number, 0


class OrderReader:
    """Judges the rows of one order after the other by one map.

    `country_of` gives the country of a customer's address where the store knows it.
    """

    def __init__(self, binding: Binding, owner: str, country_of: Callable[[str], str | None] = lambda _: None) -> None:
        self._binding, self._map, self._owner, self._country_of = binding, binding.map, owner, country_of
        self._order_rules = [rule for rule in self._map.rules if rule.of == "order"]
        self._line_rules = [rule for rule in self._map.rules if rule.of == "line"]
        self._shared = [field for field in binding.fields if field in ORDER_FIELDS]

    def judge(self, number: str, rows: Sequence[SpooledRow], spoiled_by: Sequence[int] = ()) -> Judged:
        """What becomes of the order `number`, made of `rows`; `spoiled_by` are unreadable lines beside them."""
        blamed: dict[int, list[str]] = {row.line: [row.fault] for row in rows if row.fault}
        whole = [self._taken_apart(row) for row in rows if not row.fault]
        head = whole[0] if whole else None
        findings: list[Finding] = []
        goods: list[NewLine] = []
        order, in_doubt = None, False
        if head:
            head, is_agreed = self._agreed(whole, blamed)
            if cancelled := self._cancelled(head):
                # What its lines say is no matter any more, but whether it is this order that is cancelled.
                if is_agreed:
                    told = [Finding(row.line, Fate.SKIPPED, number, cancelled) for row in rows]
                    return Judged(None, told, cancelled if _is_code(number) else "")
                in_doubt = True
            if skipped := self._skipped(head, number, rows, blamed, findings):
                return Judged(None, skipped, is_left_out=True)
            currency = self._currency(head, blamed)
            for place, line in enumerate(whole, 1):
                goods += self._goods(line, place, number, currency, head, blamed, findings)
            if len(goods) > MAX_LINES:
                most = f"the order has {len(goods)} lines, and {MAX_LINES} is the most: {_SPLIT}"
                _blame(blamed, rows[0].line, most)
            order = self._order(number, head, goods, currency, blamed)
            if order and (size := len(msgspec.json.encode(order))) > LARGEST_THING_BYTES:
                _blame(blamed, rows[0].line, too_large(size))
        if not blamed and not spoiled_by:
            return Judged(order, findings, is_left_out=order is None)
        return Judged(None, _rejected(number, rows, blamed, spoiled_by, findings), is_left_out=in_doubt)

    def _taken_apart(self, row: SpooledRow) -> _Line:
        return _Line(row.line, self._binding.read(row.cells), self._binding.ruled_values(row.cells))

    def _agreed(self, lines: list[_Line], blamed: dict[int, list[str]]) -> tuple[_Line, bool]:
        """The first row with the order's own columns, and whether all agree; rows that say otherwise are to blame."""
        is_agreed = True
        head = lines[0]
        first_only = self._map.rows.order_columns == "first"
        columns = [rule.column for rule in self._order_rules]
        fields, ruled, said = dict(head.fields), dict(head.ruled), {}
        for line in lines[1:]:
            for names, mine, theirs in ((self._shared, fields, line.fields), (columns, ruled, line.ruled)):
                for name in names:
                    if mine[name] == theirs[name] or (first_only and not theirs[name]):
                        continue
                    if first_only and not mine[name]:
                        mine[name], said[name] = theirs[name], line.line
                        continue
                    is_agreed = False
                    _blame(blamed, line.line, _disagreement(name, theirs[name], mine[name], said.get(name, head.line)))
        # A default is for the order, not for each row: else it would contradict the row that says something.
        return _Line(head.line, self._binding.with_defaults(fields), ruled), is_agreed

    def _cancelled(self, head: _Line) -> str:
        """Why its sender wants the order no more; "" where no rule says so."""
        met = _met(self._order_rules, head.ruled)
        return next((_said(rule, value) for rule, value in met if rule.then == "cancel"), "")

    def _skipped(
        self,
        head: _Line,
        number: str,
        rows: Sequence[SpooledRow],
        blamed: dict[int, list[str]],
        findings: list[Finding],
    ) -> list[Finding]:
        """A finding a row where a rule leaves the whole order out; else blames and notes what other rules say."""
        for rule, value in _met(self._order_rules, head.ruled):
            match rule.then:
                case "skip" if not blamed:
                    return [Finding(row.line, Fate.SKIPPED, number, rule.says(value)) for row in rows]
                case "reject":
                    _blame(blamed, head.line, rule.says(value))
                case "note":
                    findings.append(Finding(head.line, Fate.NOTE, number, rule.says(value)))
        return []

    def _goods(
        self,
        line: _Line,
        place: int,
        number: str,
        currency: str,
        head: _Line,
        blamed: dict[int, list[str]],
        findings: list[Finding],
    ) -> list[NewLine]:
        """The order line that a row is, or none where it is left out or to blame."""
        for rule, value in _met(self._line_rules, line.ruled):
            if rule.then == "skip":
                findings.append(Finding(line.line, Fate.SKIPPED, number, rule.says(value)))
                return []
            if rule.then == "reject":
                _blame(blamed, line.line, rule.says(value))
                return []
            findings.append(Finding(line.line, Fate.NOTE, number, rule.says(value)))
        fields = self._binding.with_defaults(line.fields)
        sku = fields.get("sku", "")
        if (what := self._map.not_goods.get(sku)) is not None:
            findings.append(Finding(line.line, Fate.SKIPPED, number, f"{sku}: {what}, not goods"))
            return []
        wrong = [f"no {_word(field)}" for field in self._map.needed_in_rows if not (fields | _filled(head)).get(field)]
        quantity = _try(wrong, lambda: cells.pieces(text)) if (text := fields.get("quantity", "")) else None
        price = self._price(fields.get("price", ""), currency, head, wrong)
        description = fields.get("description", "")
        # With a piece where their number is wrong, so that all that is wrong of the row is told at once.
        goods = NewLine(
            number=place, sku=sku or "?", description=description, quantity=quantity or 1, price_minor=price
        )
        kept = _try(wrong, lambda: cells.handed_in(goods))
        if wrong or quantity is None or kept is None:
            blamed.setdefault(line.line, []).extend(wrong)
            return []
        return [kept]

    def _price(self, text: str, currency: str, head: _Line, wrong: list[str]) -> int | None:
        if text and not currency and not head.fields.get("currency"):
            wrong.append("a price and no currency: name the column, or money.currency in the map")
        if not text or not currency:
            return None
        price = _try(wrong, lambda: cells.money_minor(text, currency, self._map.money))
        if price == 0 and self._map.money.zero_is_missing:
            wrong.append(f"the price is {text}")
        return price

    def _currency(self, head: _Line, blamed: dict[int, list[str]]) -> str:
        text = head.fields.get("currency") or self._map.money.currency
        wrong: list[str] = []
        found = _try(wrong, lambda: cells.currency_code(text)) if text else ""
        if wrong:
            _blame(blamed, head.line, *wrong)
        return found or ""

    def _order(
        self, number: str, head: _Line, goods: list[NewLine], currency: str, blamed: dict[int, list[str]]
    ) -> NewOrder | None:
        wrong: list[str] = []
        fields = head.fields
        customer = fields.get("customer") or None
        ordered_at = (
            _try(wrong, lambda: cells.instant(date, self._map.dates)) if (date := fields.get("ordered_at")) else None
        )
        priority = _try(wrong, lambda: cells.whole(text, "priority")) if (text := fields.get("priority")) else 0
        ship_to = self._ship_to(number, fields, wrong)
        self._check_country(fields, customer, ship_to, wrong)
        language = _try(wrong, lambda: cells.language(fields.get("language", "")))
        if len(goods) > MAX_LINES:
            return None
        order = NewOrder(
            owner=self._owner,
            number=number,
            # An order whose every line is left out is none, and what else is wrong with it is told all the same.
            lines=tuple(goods) or (_NOTHING,),
            customer=customer,
            ship_to=ship_to,
            ordered_at=ordered_at,
            carrier=fields.get("carrier", ""),
            service=fields.get("service", ""),
            currency=currency,
            priority=priority or 0,
            note=fields.get("note", ""),
            language=language or "",
        )
        kept = _try(wrong, lambda: cells.handed_in(order))
        if wrong:
            _blame(blamed, head.line, *wrong)
        return kept if goods and not blamed else None

    def _ship_to(self, number: str, fields: dict[str, str], wrong: list[str]) -> Address | None:
        given = {field: fields.get(f"ship_{field}", "") for field in ADDRESS_FIELDS}
        if not any(given.values()):
            return None
        return address(f"order/{self._owner}/{number}", given, wrong)

    def _check_country(
        self, fields: dict[str, str], customer: str | None, ship_to: Address | None, wrong: list[str]
    ) -> None:
        country = _try(wrong, lambda: cells.country(fields.get("country", "")))
        known = ship_to.country_code if ship_to else self._country_of(customer) if customer else None
        if country and known and country != known:
            whose = "the address of this order" if ship_to else f"the address of customer {customer}"
            wrong.append(f"the country is {country}, but {whose} is in {known}")


def address(id: str, given: dict[str, str], wrong: list[str]) -> Address:
    """The address of the cells `given` by field; what is wrong with one of them joins `wrong`."""
    country = _try(wrong, lambda: cells.country(given["country"])) or ""
    lines = [*given["street"].split("\n"), *given["street2"].split("\n")]
    return Address(
        id=id,
        name=given["name"] or given["company"],
        company=given["company"] if given["name"] else "",
        lines=tuple(filter(None, lines)),
        postcode=given["postcode"],
        city=given["city"],
        region=given["region"],
        country_code=country,
        phone=given["phone"],
    )


def _disagreement(name: str, here: str, there: str, line: int) -> str:
    if not here:
        return f"no {_word(name)}, and line {line} of the same order has one"
    if not there:
        return f"a {_word(name)}, and line {line} of the same order has none"
    return f"{_word(name)} {here!r}, and {there!r} in line {line} of the same order"


def _met(rules: list[Rule], ruled: dict[str, str]) -> Iterator[tuple[Rule, str]]:
    return ((rule, ruled[rule.column]) for rule in rules if rule.meets(ruled[rule.column]))


def _filled(head: _Line) -> dict[str, str]:
    """The order's own fields, so that a later row need not repeat them."""
    return {field: value for field, value in head.fields.items() if field in ORDER_FIELDS and value}


def _blame(blamed: dict[int, list[str]], line: int, *reasons: str) -> None:
    blamed.setdefault(line, []).extend(reasons)


def _rejected(
    number: str,
    rows: Sequence[SpooledRow],
    blamed: dict[int, list[str]],
    spoiled_by: Sequence[int],
    findings: list[Finding],
) -> list[Finding]:
    """A finding for each row of an order that is not imported: its own reason, or the lines that are to blame."""
    kept = [each for each in findings if each.fate is Fate.SKIPPED and each.line not in blamed]
    told = {each.line for each in kept}
    lines = sorted({*blamed, *spoiled_by})
    named = ", ".join(map(str, lines[:5])) + (" and others" if len(lines) > 5 else "")
    blame = f"order {number} is not imported because of line{'s' if len(lines) > 1 else ''} {named}"
    for row in rows:
        if row.line not in told:
            reason = "; ".join(dict.fromkeys(blamed[row.line])) if row.line in blamed else blame
            kept.append(Finding(row.line, Fate.REJECTED, number, reason))
    return kept


def _said(rule: Rule, value: str) -> str:
    """A rule's words for a reason; no sign in a cell may keep an order from being stopped."""
    reason = rule.says(value)
    return (rule.says(texts.shown(value)) if texts.fault_of(reason, NOTE, len(reason)) else reason)[:MOST_TEXT]


def _is_code(number: str) -> bool:
    """Whether the store could have an order of that number."""
    wrong: list[str] = []
    _try(wrong, lambda: cells.code(number, "order number"))
    return not wrong


def _word(name: str) -> str:
    return _WORDS.get(name, name.replace("ship_", "ship-to ", 1))


def _try(wrong: list[str], read: Callable[[], T]) -> T | None:
    try:
        return read()
    except cells.CellError as error:
        wrong.append(str(error))
        return None
