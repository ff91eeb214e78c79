"""The invoice and its correction: drawn from sums that were reckoned elsewhere and checked by the record."""

from __future__ import annotations

from printing.consignee import consignee, letterhead
from printing.documents import Invoice
from printing.figures import day, money, percent
from printing.fonts import Weight, legible, printable
from printing.letterhead import NEXT_HEAD_MM, Letterhead
from printing.page import Box, Page
from printing.paper_words import Words, words_that
from printing.paragraph import Align
from printing.table import Cell, Column, Paper, Row, columns_of, draw_table, notes_rows, page_area, text_row, together
from printing.theme import BODY, RULE_MM

_SUM_MM = 5.5
_TOTAL = 13.0


def draw_invoice(page: Page, invoice: Invoice) -> None:
    """Draws the invoice on as many pages as it needs; raises MissingGlyph, DoesNotFit or SymbolError."""
    words = words_that(printable, invoice.language)
    whole = page_area(page)
    columns = columns_of(
        whole,
        (words["sku"], 33.0, Align.LEFT, Weight.BOLD),
        (words["description"], 0, Align.LEFT),
        (words["pieces"], 16.0, Align.RIGHT),
        (words["unit_price"], 25.0, Align.RIGHT),
        (words["tax_rate"], 16.0, Align.RIGHT),
        (f"{words['net']} {invoice.currency}", 28.0, Align.RIGHT),
    )
    rows = [_line_row(invoice, place, columns, whole, words) for place in range(len(invoice.lines))]
    rows += [_charge_row(invoice, place, columns, whole, words) for place in range(len(invoice.charges))]
    rows[-1:] = [together(rows[-1], _sums_row(invoice, whole, words))]
    rows += notes_rows(words["notes"], invoice.notes, whole)
    head = _head(invoice, words)
    paper = Paper(
        head.height_mm(whole), NEXT_HEAD_MM, head.draw_first, head.draw_next,
        footer=f"{legible(invoice.number)}  {words.say('order', legible(invoice.order_number))}", page_of=words["page"],
        what="the invoice",
    )  # fmt: skip
    draw_table(page, paper, columns, rows)


def _head(invoice: Invoice, words: Words) -> Letterhead:
    home = invoice.seller.country
    buyer = consignee(invoice.bill_to, sent_from=home).lines
    if invoice.buyer_tax_number:
        buyer = (*buyer, words.say("tax_number", invoice.buyer_tax_number))
    parties = [(words["bill_to"], buyer)]
    if invoice.ship_to is not None and invoice.ship_to != invoice.bill_to:
        parties.append((words["ship_to"], consignee(invoice.ship_to, sent_from=home).lines))
    seller = letterhead(invoice.seller, sent_from=invoice.bill_to.country)
    facts = [(words["issued"], day(invoice.issued_on))]
    if invoice.delivered_on:
        facts.append((words["delivered"], day(invoice.delivered_on)))
    if invoice.due_on:
        facts.append((words["due"], day(invoice.due_on)))
    if invoice.corrects:
        facts.append((words["corrects"], legible(invoice.corrects)))
    facts.append((words["order_number"], legible(invoice.order_number)))
    return Letterhead(
        title=words["credit_note" if invoice.corrects else "invoice"],
        sender=(*seller, words.say("tax_number", invoice.seller_tax_number)),
        code=invoice.number,
        code_text=legible(invoice.number),
        parties=tuple(parties),
        facts=tuple(facts),
        continued=words["continued"],
    )


def _line_row(invoice: Invoice, place: int, columns: tuple[Column, ...], whole: Box, words: Words) -> Row:
    line = invoice.lines[place]
    cells = (
        Cell(line.sku),
        Cell(line.description),
        Cell(str(line.pieces)),
        Cell(money(line.unit_price_minor, invoice.currency, words.language)),
        Cell(percent(line.tax_basis_points, words.language)),
        Cell(money(line.net_minor, invoice.currency, words.language)),
    )
    return text_row(columns, cells, whole)


def _charge_row(invoice: Invoice, place: int, columns: tuple[Column, ...], whole: Box, words: Words) -> Row:
    charge = invoice.charges[place]
    net = money(charge.net_minor, invoice.currency, words.language)
    return text_row(columns, (Cell(), Cell(charge.title), Cell(), Cell(), Cell(), Cell(net)), whole)


def _sums_row(invoice: Invoice, whole: Box, words: Words) -> Row:
    def amount(minor: int) -> str:
        return money(minor, invoice.currency, words.language)

    sums = [(words["net_total"], amount(invoice.net_minor))]
    for tax in invoice.taxes:
        rate = percent(tax.basis_points, words.language)
        sums.append((words.say("tax_on", rate, amount(tax.net_minor)), amount(tax.tax_minor)))
    left = whole.left + whole.width * 0.45

    def paint(page: Page, top: float) -> None:
        page.rule(whole.left, top, whole.right, top, RULE_MM)
        y = top + 3
        for title, value in sums:
            page.text(title, left, y, BODY)
            page.text(value, whole.right, y, BODY, align=Align.RIGHT)
            y += _SUM_MM
        page.rule(left, y - 1, whole.right, y - 1, RULE_MM)
        page.text(f"{words['gross_total']} {invoice.currency}", left, y + 1.5, _TOTAL, Weight.BOLD)
        page.text(amount(invoice.gross_minor), whole.right, y + 1.5, _TOTAL, Weight.BOLD, Align.RIGHT)

    return Row(3 + _SUM_MM * len(sums) + 12, paint)
