"""Hashes of passwords, by scrypt (RFC 7914), which Python's standard library has."""

import hashlib
import hmac
import secrets

COST, BLOCK, PARALLEL = 2**14, 8, 1  # 16 MiB and about 50 ms for each
NO_ONE = "scrypt:16384:8:1:00:00"  # takes as long to compare as any other, and matches nothing


def make(password: str) -> str:
    """Return a hash of this password, with its parameters and a salt of its own."""
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, COST, BLOCK, PARALLEL)
    return f"scrypt:{COST}:{BLOCK}:{PARALLEL}:{salt.hex()}:{digest.hex()}"


def matches(password: str, hashed: str) -> bool:
    """Return whether `hashed` is a hash of this password."""
    _, cost, block, parallel, salt, digest = hashed.split(":")
    found = _scrypt(password, bytes.fromhex(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(found, bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=cost, r=block, p=parallel, dklen=32)
