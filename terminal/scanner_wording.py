"""Every sentence about scanners that an operator may read at work; what a port has to say is its reader's."""

from __future__ import annotations


def scanner_back(name: str) -> str:
    return f"Scanner {name} is back: scan on"


def typed_too_late() -> str:
    return "The question changed while this was typed: scan or type it again"
