"""How a file is cut into parts; pure."""

from collections.abc import Mapping

MIB = 1024 * 1024
#: S3 wants at least 5 MiB (but for the last); 8 suits a school's network.
SMALLEST_PART = 8 * MIB
#: S3 allows 10,000; fewer keep the plan small.
MOST_PARTS = 800
LARGEST_FILE = 4 * 1024 * MIB


def part_size(size: int) -> int:
    """Return the size of all parts but the last, in bytes."""
    needed = -(-size // MOST_PARTS)
    return max(SMALLEST_PART, -(-needed // MIB) * MIB)


def part_sizes(size: int, part: int) -> dict[int, int]:
    """Return the size of each part by its number, from 1."""
    count = -(-size // part)
    return {n: min(part, size - (n - 1) * part) for n in range(1, count + 1)}


def missing_parts(wanted: Mapping[int, int], stored: Mapping[int, int]) -> list[int]:
    """Return the numbers of parts that are absent or of the wrong size."""
    return [n for n, size in wanted.items() if stored.get(n) != size]
