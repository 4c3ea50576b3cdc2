"""A varied order: not everything of one chapter, one teacher or one school."""

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """At most so many of one kind within so many places in a row."""

    window: int = 10
    #: By the position of a kind among the keys: chapter, teacher, school.
    most: tuple[int, ...] = (4, 4, 6)
    #: How many places an item may be moved up at most: the loss is bounded by the
    #: difference of the scores so far apart.
    ahead: int = 20


QUOTA = Quota()


def diversified(
    ranked: Iterable[T],
    keys: Callable[[T], Sequence[Hashable | None]],
    quota: Quota = QUOTA,
) -> Iterator[T]:
    """Yield all items once, moving those up that bring variety.

    At each place stands the best of the next `quota.ahead` items that keeps the
    quota, and the best of all when none does. Items of one key keep their order.
    A key of None counts for nothing.

    :param keys: an item's chapter, teacher and school.
    """
    source = iter(ranked)
    waiting = deque(islice(source, quota.ahead))
    recent: deque[Sequence[Hashable | None]] = deque()
    counts: Counter[tuple[int, Hashable]] = Counter()
    while waiting:
        place = _first_fitting(waiting, keys, counts, quota)
        item = waiting[place]
        del waiting[place]
        waiting.extend(islice(source, 1))
        _remember(keys(item), recent, counts, quota)
        yield item


def _first_fitting(
    waiting: deque[T],
    keys: Callable[[T], Sequence[Hashable | None]],
    counts: Counter[tuple[int, Hashable]],
    quota: Quota,
) -> int:
    for place, item in enumerate(waiting):
        if all(
            key is None or counts[kind, key] < quota.most[kind]
            for kind, key in enumerate(keys(item))
        ):
            return place
    return 0


def _remember(
    keys: Sequence[Hashable | None],
    recent: deque[Sequence[Hashable | None]],
    counts: Counter[tuple[int, Hashable]],
    quota: Quota,
) -> None:
    """Count an item, and let the one that leaves the window go."""
    recent.append(keys)
    for kind, key in enumerate(keys):
        if key is not None:
            counts[kind, key] += 1
    if len(recent) >= quota.window:
        for kind, key in enumerate(recent.popleft()):
            if key is not None:
                counts[kind, key] -= 1
