"""Identifiers are UUIDs of version 7."""

import time
import uuid

from youke.kernel.ids import new_id


def test_an_identifier_is_a_uuid_of_version_7() -> None:
    drawn = new_id()
    assert drawn.version == 7
    assert drawn.variant == uuid.RFC_4122


def test_identifiers_are_in_the_order_in_which_they_were_drawn() -> None:
    drawn = [new_id() for _ in range(2000)]
    assert drawn == sorted(drawn)


def test_an_identifier_tells_when_it_was_drawn() -> None:
    before = time.time_ns() // 1_000_000
    drawn = new_id()
    after = time.time_ns() // 1_000_000
    assert before <= drawn.int >> 80 <= after


def test_identifiers_of_one_moment_differ_in_all_their_random_bits() -> None:
    drawn = [new_id().int for _ in range(2000)]
    fixed = (0xFFFF << 64) | (0x3 << 62)  # version, fraction and variant
    random = ((1 << 80) - 1) & ~fixed
    ones, zeros = 0, 0
    for value in drawn:
        ones |= value & random
        zeros |= ~value & random
    assert len(set(drawn)) == 2000
    assert (ones, zeros) == (random, random)
