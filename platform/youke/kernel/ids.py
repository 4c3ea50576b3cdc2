"""Identifiers: UUID version 7, ordered by time and not guessable."""

import os
import time
import uuid

_RANDOM_BITS = 62
_FRACTION_BITS = 12
_NS_PER_MS = 1_000_000
_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


def new_id() -> uuid.UUID:
    """Draw a UUIDv7 (RFC 9562): milliseconds, their fraction, then random bits.

    The fraction (section 6.2, method 3) counts quarters of a microsecond, so what one
    process makes in a row stays in that order, also within a millisecond.
    """
    milliseconds, rest = divmod(time.time_ns(), _NS_PER_MS)
    fraction = (rest << _FRACTION_BITS) // _NS_PER_MS
    random = int.from_bytes(os.urandom(8), "big") & ((1 << _RANDOM_BITS) - 1)
    return uuid.UUID(
        int=milliseconds << 80 | _VERSION_7 | fraction << 64 | _VARIANT | random
    )
