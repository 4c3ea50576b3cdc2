"""Identifiers: UUID version 7, ordered by time and not guessable."""

import os
import time
import uuid

_RANDOM_BITS = 74
_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


def new_id() -> uuid.UUID:
    """Draw a UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big") & ((1 << _RANDOM_BITS) - 1)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return uuid.UUID(int=milliseconds << 80 | _VERSION_7 | high << 64 | _VARIANT | low)
