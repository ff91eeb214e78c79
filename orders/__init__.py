"""The rule book of the floor: what an order is and what may happen to it next.

The terminal (offline) and the store read this same room, so that both give one verdict on one set of facts.
It knows the standard library and msgspec; no clock, disk or network: instants and records are handed in.
"""

# The one place where this program's version stands; the rule book is what both sides share.
VERSION = "0.1.0"
