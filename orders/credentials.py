"""Badges and PINs as salted verifiers, so that a device can judge a sign-on without the store.

Decides how a secret is checked, and which PIN is none. Counting tries and locking out belongs to the device that was
tried.
"""

from __future__ import annotations

from itertools import pairwise

# OWASP's second choice of parameters for Argon2id: dear to guess with, 20 to 40 ms at a sign-on on a handheld.
_PASSES, _MEMORY_KIB, _LANES = 2, 19 * 1024, 1


def verifier(secret: str, salt: bytes) -> str:
    """What is kept of `secret`: Argon2id (RFC 9106) in PHC form; `salt` is 16 random bytes of the caller's."""
    from argon2.low_level import Type, hash_secret  # only who signs on or adds a worker pays for it

    kept = hash_secret(
        secret.encode(),
        salt,
        time_cost=_PASSES,
        memory_cost=_MEMORY_KIB,
        parallelism=_LANES,
        hash_len=32,
        type=Type.ID,
    )
    return kept.decode("ascii")


def is_right(secret: str, kept: str) -> bool:
    """Whether `secret` is the one that `kept` was made from; False where nothing was kept, or nothing that is known."""
    from argon2.exceptions import Argon2Error, InvalidHash
    from argon2.low_level import Type, verify_secret

    try:
        return verify_secret(kept.encode(), secret.encode(), Type.ID)
    except (Argon2Error, InvalidHash):
        return False


LEAST_SUPERVISOR_DIGITS = 6
# One digit, two or three over and over.
_LONGEST_PATTERN = 3


def weakness(pin: str) -> str:
    """Why `pin`, all digits, is among the first that anybody would try; empty where it is not. Never with the PIN."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps == {0}:
        return "one digit over and over"
    if steps in ({1}, {9}):
        return "digits in a row"
    for length in range(2, _LONGEST_PATTERN + 1):
        times, rest = divmod(len(pin), length)
        if times > 1 and not rest and pin == pin[:length] * times:
            return f"the same {length} digits over and over"
    return ""


def badge_body(worker: str, secret: str) -> str:
    """What a badge's barcode holds: who it is, and the secret that proves it."""
    return f"{worker}-{secret}"


def split_badge(body: str) -> tuple[str, str]:
    """Worker and secret out of a badge's barcode."""
    worker, _, secret = body.rpartition("-")
    return worker, secret
