"""Badges and PINs as salted verifiers, so that a device can judge a sign-on without the store.

Decides how a secret is checked. Counting tries and locking out belongs to the device that was tried.
"""

from __future__ import annotations

from hashlib import scrypt
from hmac import compare_digest

# One check costs about 8 MiB and 20 ms on a handheld: dear to guess with, cheap to sign on with.
_COST, _BLOCK, _LANES = 1 << 13, 8, 1


def verifier(secret: str, salt: bytes) -> str:
    """What is kept of `secret` (RFC 7914 scrypt); `salt` is 16 random bytes of the caller's."""
    return f"{salt.hex()}:{_derive(secret, salt).hex()}"


def is_right(secret: str, kept: str) -> bool:
    """Whether `secret` is the one that `kept` was made from; False where nothing was kept."""
    salt, _, derived = kept.partition(":")
    if not derived:
        return False
    return compare_digest(_derive(secret, bytes.fromhex(salt)), bytes.fromhex(derived))


def badge_body(worker: str, secret: str) -> str:
    """What a badge's barcode holds: who it is, and the secret that proves it."""
    return f"{worker}-{secret}"


def split_badge(body: str) -> tuple[str, str]:
    """Worker and secret out of a badge's barcode."""
    worker, _, secret = body.rpartition("-")
    return worker, secret


def _derive(secret: str, salt: bytes) -> bytes:
    return scrypt(secret.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=32)
