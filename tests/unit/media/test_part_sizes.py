"""How a file is cut into parts."""

import pytest

from youke.media.parts import (
    LARGEST_FILE,
    MIB,
    MOST_PARTS,
    SMALLEST_PART,
    missing_parts,
    part_size,
    part_sizes,
)

SIZES = [
    *(1, 2, SMALLEST_PART - 1, SMALLEST_PART, SMALLEST_PART + 1),
    *(MOST_PARTS * SMALLEST_PART, MOST_PARTS * SMALLEST_PART + 1),
    *(LARGEST_FILE - 1, LARGEST_FILE),
]


@pytest.mark.parametrize("size", SIZES)
def test_the_parts_make_up_the_file(size: int) -> None:
    part = part_size(size)
    sizes = part_sizes(size, part)

    assert sum(sizes.values()) == size
    assert list(sizes) == list(range(1, len(sizes) + 1))
    assert all(each == part for each in list(sizes.values())[:-1])
    assert 0 < sizes[len(sizes)] <= part


@pytest.mark.parametrize("size", SIZES)
def test_parts_are_what_s3_takes_and_few(size: int) -> None:
    part = part_size(size)
    assert part % MIB == 0
    assert SMALLEST_PART <= part <= 5 * 1024 * MIB
    assert len(part_sizes(size, part)) <= MOST_PARTS


def test_a_part_is_missing_while_it_is_absent_or_of_another_size() -> None:
    wanted = {1: 8, 2: 8, 3: 3}
    assert missing_parts(wanted, {}) == [1, 2, 3]
    assert missing_parts(wanted, {1: 8, 2: 7, 3: 4}) == [2, 3]
    assert missing_parts(wanted, {1: 8, 2: 8, 3: 3, 9: 1}) == []
